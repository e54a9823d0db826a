"""How English words are pronounced: the CMU Pronouncing Dictionary."""

import re
from functools import cache

from lmbook_utils._validation import require_list, require_type
from lmbook_utils.datasets import registry

Pronunciation = tuple[str, ...]
"""Phones such as ``("K", "AE", "T")``, without the marks of stress."""

_VARIANT = re.compile(r"\(\d+\)$")
_STRESS = re.compile(r"\d")


@cache
def load_pronunciations() -> dict[str, tuple[Pronunciation, ...]]:
    """Load the dictionary: each word in lower case → its pronunciations, the usual one first.

    The first call downloads it (1 MB). The phones are the 39 of American English that the
    dictionary uses, without stress, as speech recognisers count them. Pronunciations that differ
    in stress alone are one.

    Raises
    ------
    ConnectionError
        If the dictionary is not on this machine yet and there is no network.
    OSError
        If it cannot be had for another reason; the message says what to do.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        load_pronunciations()["read"]  # (("R", "EH", "D"), ("R", "IY", "D"))
    """
    lines = registry.path("cmudict").read_text(encoding="utf-8").splitlines()
    return parse_pronunciations(lines)


def without_variant(name: str) -> str:
    """The word of an entry, whose number says which of its pronunciations it is.

    Raises
    ------
    ValueError
        If ``name`` is no string.

    Examples
    --------
    >>> without_variant("read(2)"), without_variant("read")
    ('read', 'read')
    """
    require_type(str, name=name)
    return _VARIANT.sub("", name)


def parse_pronunciations(lines: list[str]) -> dict[str, tuple[Pronunciation, ...]]:
    """Read the lines of the dictionary; see :func:`lmbook_utils.datasets.load_pronunciations`.

    Raises
    ------
    ValueError
        If ``lines`` is no list of strings, or one has no word.

    Examples
    --------
    >>> parse_pronunciations(["read R EH1 D", "read(2) R IY1 D", "aalen AE1 L AH0 N # place"])
    {'read': (('R', 'EH', 'D'), ('R', 'IY', 'D')), 'aalen': (('AE', 'L', 'AH', 'N'),)}
    """
    require_list(str, lines=lines)
    found: dict[str, tuple[Pronunciation, ...]] = {}
    for line in lines:
        name, *phones = line.partition("#")[0].split() or [""]
        if not name:
            raise ValueError(f"lines must be a word and its phones each; one was {line!r}")
        word = without_variant(name)
        pronunciation = tuple(_STRESS.sub("", phone) for phone in phones)
        if pronunciation not in found.get(word, ()):
            found[word] = (*found.get(word, ()), pronunciation)
    return found
