"""Mends what autodoc says on the pages of the package."""

from sphinx.application import Sphinx


def drop_words_of_named_tuples(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Leave the name and the type of a field that Python calls "Alias for field number 0"."""
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", drop_words_of_named_tuples)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
