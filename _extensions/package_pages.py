"""Mends what autodoc and napoleon say on the pages of the package."""

import re

from numpy.typing import DTypeLike
from sphinx.application import Sphinx
from sphinx.util.typing import stringify_annotation

DTYPE_IN_FULL = stringify_annotation(DTypeLike, "smart")


def drop_words_of_named_tuples(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Leave the name and the type of a field that Python calls "Alias for field number 0"."""
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()


def keep_text_before_colon(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Keep napoleon from taking what stands before a colon for the type of an attribute.

    It looks for a type in the first line only, so that line becomes a comment, which nobody sees.
    """
    if what in ("attribute", "data", "property"):
        lines[:0] = ["..", ""]


def shorten_types(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Show the last part of a name in an attribute's type: ``Sequence`` of ``collections.abc``."""
    for i, line in enumerate(lines):
        if line.lstrip().startswith(":type:"):
            lines[i] = re.sub(r"(?<![\w.~])(?=(?:\w+\.)+\w)", "~", line)


def shorten_signature(
    app: Sphinx,
    what: str,
    name: str,
    obj: object,
    options: object,
    signature: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """Name NumPy's alias, which has a dozen members, and a default that is made anew each time."""
    if signature:
        signature = signature.replace(DTYPE_IN_FULL, "~numpy.typing.DTypeLike")
        signature = signature.replace("<factory>", "...")
    return signature, returned


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", drop_words_of_named_tuples)
    app.connect("autodoc-process-docstring", keep_text_before_colon, priority=400)
    app.connect("autodoc-process-docstring", shorten_types, priority=600)  # napoleon has 500
    app.connect("autodoc-process-signature", shorten_signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
