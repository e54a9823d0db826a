"""The data sets of the book: where they come from, fetched and verified, and loaded."""
