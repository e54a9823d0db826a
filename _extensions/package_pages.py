"""Mends what autodoc and napoleon say on the pages of the package."""

import re

from numpy.typing import DTypeLike
from sphinx.application import Sphinx
from sphinx.util import inspect
from sphinx.util.typing import stringify_annotation

# What Python knows by another name than the one it is imported by, and what readers know.
KNOWN_AS = {
    stringify_annotation(DTypeLike, "smart"): "~numpy.typing.DTypeLike",  # it has a dozen members
    "~tensorflow.python.data.ops.dataset_ops.DatasetV2": "~tensorflow.data.Dataset",
    "<factory>": "...",  # a default that is made anew each time
}


def mend_first_line(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Mend what the first line of an attribute's docstring would become.

    The words "Alias for field number 0", which Python gives a field of a named tuple, go. Where
    there are other words, napoleon would take those before a colon for the type. It looks for a
    type in the first line only, so that line becomes a comment, which nobody sees.
    """
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()
    elif what in ("attribute", "data", "property"):
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
    """Name things as readers know them, and the arguments of a Keras layer of this book.

    Keras makes its layers in a way that hides what they take, and a protocol takes nothing.
    """
    if what == "class" and signature == "(*args, **kwargs)":
        signature = _own_arguments(obj)
    for written, known in KNOWN_AS.items():
        signature = signature and signature.replace(written, known)
        returned = returned and returned.replace(written, known)
    return signature, returned


def _own_arguments(kind: type) -> str:
    """The arguments of a class of the package; none if it leaves them to a class of elsewhere."""
    if not kind.__init__.__module__.startswith("lmbook_utils."):
        return ""
    arguments = inspect.signature(kind.__init__, bound_method=True)
    return inspect.stringify_signature(arguments, unqualified_typehints=True)


def setup(app: Sphinx) -> dict[str, bool]:
    # Before napoleon, which has the priority 500, and after it.
    app.connect("autodoc-process-docstring", mend_first_line, priority=400)
    app.connect("autodoc-process-docstring", shorten_types, priority=600)
    app.connect("autodoc-process-signature", shorten_signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
