"""Splitting by document, the same on every machine and in every year."""

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from lmbook_utils._validation import (
    is_number,
    require_callable,
    require_iterable,
    require_list,
    require_type,
)

_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")

Item = TypeVar("Item")


def split_documents(
    titles: Sequence[str], seed: int, fractions: Mapping[str, float]
) -> dict[str, list[int]]:
    """Divide documents among named parts at random, but always in the same way.

    The documents are put in the order of the SHA-256 checksums of seed and title, and the parts
    are cut off that order one after the other. Unlike a random number generator, a checksum does
    not depend on the version of Python or NumPy, nor on the order in which the documents come.

    Parameters
    ----------
    titles
        One title (or any other text that identifies the document) for each document, no two
        alike.
    seed
        Another seed gives another split.
    fractions
        Name of the part → its share of the documents. The shares are positive and sum to 1.

    Returns
    -------
    dict of str to list of int
        Name of the part → indices into ``titles``, ascending. Every document is in exactly one
        part.

    Raises
    ------
    ValueError
        If a title occurs twice, if a share is not positive or they do not sum to 1, or if there are
        so few documents that a part would be empty. Also if ``titles`` is no list of strings, or
        ``fractions`` is no mapping.

    Examples
    --------
    >>> split_documents(["Ant", "Bee", "Cat", "Dog"], 1, {"train": 0.75, "test": 0.25})
    {'train': [0, 1, 3], 'test': [2]}
    """
    require_list(str, titles=titles)
    require_type(Mapping, fractions=fractions)
    _check_fractions(fractions)
    if len(set(titles)) < len(titles):
        twice = next(title for title in titles if list(titles).count(title) > 1)
        raise ValueError(f"titles must all differ; {twice!r} occurs more than once")

    order = sorted(range(len(titles)), key=lambda i: _checksum(seed, titles[i]))
    parts, start, share = {}, 0, 0.0
    for name, fraction in fractions.items():
        share += fraction
        # Not round(), which would round the halves 1.5 and 2.5 to the same number.
        end = math.floor(share * len(titles) + 0.5)
        if end == start:
            raise ValueError(
                f"fractions leaves no document for {name!r}: its share of {len(titles)} documents "
                f"is {fraction}; it must be larger, or titles must be more"
            )
        parts[name] = sorted(order[start:end])
        start = end
    return parts


def without_repetitions(items: Iterable[Item], text: Callable[[Item], str]) -> list[Item]:
    """Keep the first of the items whose texts differ in punctuation, space or case only.

    So no text can be in two parts of a split.

    Parameters
    ----------
    items
        Documents of any kind.
    text
        What gives the text of one.

    Raises
    ------
    ValueError
        If ``text`` is no function, or ``items`` is no iterable.

    Examples
    --------
    >>> without_repetitions(["It works.", "it works", "It worked."], text=str)
    ['It works.', 'It worked.']
    """
    require_callable(text=text)
    require_iterable(items=items)
    kept: dict[str, Item] = {}
    for item in items:
        kept.setdefault(_NEITHER_LETTER_NOR_DIGIT.sub("", text(item).lower()), item)
    return list(kept.values())


def _check_fractions(fractions: Mapping[str, float]) -> None:
    for name, fraction in fractions.items():
        if not is_number(fraction) or not fraction > 0:
            raise ValueError(f"fractions[{name!r}] must be greater than 0; it was {fraction!r}")
    total = math.fsum(fractions.values())
    if not math.isclose(total, 1, abs_tol=1e-9):
        raise ValueError(f"fractions must sum to 1; {dict(fractions)} sums to {total}")


def _checksum(seed: int, title: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{title}".encode("utf-8", "surrogatepass")).digest()
