"""Compare printed texts: words and counts exactly, measured numbers within a tolerance.

The outputs stored in the notebooks are computed again on other processors and other systems,
where the last digits of a measured number move a little. What may differ, and nothing else:

- Only a number printed with decimals (``0.5123``, ``1,234.5``) or with an exponent (``3.2e-05``)
  has a tolerance. Integers are counts and ids, so they are text and must be the same, and so are
  numbers inside a word or a version (``w2``, ``x0.5``, ``v1.2.3``), ``nan`` and ``inf``.
- Two such numbers agree if their relative difference is at most 2e-4. They also agree if they
  differ by one unit in the last printed place and both show four significant digits or more: a
  value close to a rounding boundary may be rounded either way. This is at most 0.1%.
- The spaces beside such a number may differ, because a digit or a sign more or less changes the
  padding (``[ 9.999]`` and ``[10.000]``).
- Everything else must be the same, character for character.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

RELATIVE_TOLERANCE = Decimal("2e-4")
SIGNIFICANT_DIGITS = 4

# One group, so that re.split() returns text and numbers in turn.
_NUMBER = re.compile(
    r"""(
        (?<![\w.])                          # not inside a word, not after the point of v1.2.3
        [+\-−]?
        (?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+) # 1,234 or 1234
        (?:\.[0-9]+(?:[eE][+\-−][0-9]{1,3})?|[eE][+\-−][0-9]{1,3})
        (?!\.?[0-9])                        # not followed by another part, as in 1.2.3
    )""",
    re.VERBOSE,
)


def differences(reference: str, computed: str) -> list[str]:
    """Return what differs between two printed texts, one message for each difference.

    Parameters
    ----------
    reference, computed : str
        The stored text and the new one.

    Returns
    -------
    list of str
        Empty if the texts agree.

    Examples
    --------
    >>> differences("loss 0.51234", "loss 0.51237")
    []
    >>> differences("loss 0.512", "loss 0.517")
    ['line 1: 0.512 became 0.517 (a change of 0.98%)']
    >>> differences("12 articles", "13 articles")
    ["line 1: '12 articles' became '13 articles'"]
    """
    if reference == computed:
        return []
    old_lines, new_lines = reference.split("\n"), computed.split("\n")
    if len(old_lines) != len(new_lines):
        changes = difflib.unified_diff(old_lines, new_lines, "stored", "computed", "", "", 1, "")
        return [f"{len(old_lines)} lines became {len(new_lines)}", *changes]
    return [
        f"line {number}: {message}"
        for number, (old, new) in enumerate(zip(old_lines, new_lines, strict=True), start=1)
        for message in _line_differences(old, new)
    ]


def output_differences(reference: Iterable[Mapping], computed: Iterable[Mapping]) -> list[str]:
    """Return what differs between the outputs of a code cell, stored and computed.

    Streams, results, displayed data and errors are compared as text. Of a picture only its
    presence is compared: its pixels depend on the fonts of the machine.

    Parameters
    ----------
    reference, computed : iterable of mappings
        Outputs in the notebook format (version 4).

    Returns
    -------
    list of str
        Empty if the outputs agree.

    Examples
    --------
    >>> old = [{"output_type": "stream", "name": "stdout", "text": "0.5000"}]
    >>> new = [{"output_type": "stream", "name": "stdout", "text": "0.6000"}]
    >>> output_differences(old, new)
    ['stdout: line 1: 0.5000 became 0.6000 (a change of 20%)']
    """
    old_texts, new_texts = _texts_by_kind(reference), _texts_by_kind(computed)
    messages = []
    for kind in sorted(old_texts.keys() | new_texts.keys()):
        old, new = old_texts.get(kind, []), new_texts.get(kind, [])
        if len(old) == len(new):
            pairs = zip(old, new, strict=True)
            messages += [f"{kind}: {m}" for pair in pairs for m in differences(*pair)]
        else:
            messages.append(
                f"{kind}: {len(old)} stored but {len(new)} computed\n"
                + "".join(f"  stored: {text!r}\n" for text in old)
                + "".join(f"  computed: {text!r}\n" for text in new)
            )
    return messages


def _line_differences(old: str, new: str) -> list[str]:
    old_words, old_numbers = _split(old)
    new_words, new_numbers = _split(new)
    if old_words != new_words:
        return [f"{old!r} became {new!r}"]
    return [
        f"{a} became {b} (a change of {_change(a, b):.2g}%)"
        for a, b in zip(old_numbers, new_numbers, strict=True)
        if not _agree(a, b)
    ]


def _split(line: str) -> tuple[list[str], list[str]]:
    """Return the words around the numbers (without the spaces beside a number), and the numbers."""
    pieces = _NUMBER.split(line)
    words = pieces[::2]
    words[1:] = [word.lstrip(" \t") for word in words[1:]]
    words[:-1] = [word.rstrip(" \t") for word in words[:-1]]
    return words, pieces[1::2]


def _agree(old: str, new: str) -> bool:
    a, b = _value(old), _value(new)
    difference = abs(a - b)
    if difference <= RELATIVE_TOLERANCE * max(abs(a), abs(b)):
        return True
    digits = min(len(number.as_tuple().digits) for number in (a, b))
    last_place = max(Decimal(1).scaleb(number.as_tuple().exponent) for number in (a, b))
    return digits >= SIGNIFICANT_DIGITS and difference <= last_place


def _value(number: str) -> Decimal:
    return Decimal(number.replace(",", "").replace("−", "-"))


def _change(old: str, new: str) -> float:
    a, b = _value(old), _value(new)
    return float(100 * abs(b - a) / abs(a)) if a else float("inf")


def _texts_by_kind(outputs: Iterable[Mapping]) -> dict[str, list[str]]:
    """Group the texts of a cell's outputs by stream name, MIME type or ``error``."""
    texts: dict[str, list[str]] = {}
    for output in outputs:
        if output["output_type"] == "stream":
            # A stream arrives in pieces that depend on timing: join them.
            earlier = "".join(texts.get(output["name"], []))
            texts[output["name"]] = [earlier + output["text"]]
        elif output["output_type"] == "error":
            texts.setdefault("error", []).append(f"{output['ename']}: {output['evalue']}")
        else:
            for mime_type, data in output["data"].items():
                texts.setdefault(mime_type, []).append(_text(mime_type, data))
    return texts


def _text(mime_type: str, data: object) -> str:
    if mime_type.startswith("image/"):
        return ""
    return data if isinstance(data, str) else json.dumps(data, sort_keys=True)
