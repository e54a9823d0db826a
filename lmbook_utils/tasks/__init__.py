"""The applications of chapter 7."""
