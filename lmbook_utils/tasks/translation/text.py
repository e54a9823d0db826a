"""From verses to sentence pairs of tokens, and from tokens back to text."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lmbook_utils._validation import list_of, require_list, require_type, require_whole
from lmbook_utils.datasets.bible import Verse

_TOKENS = {
    "english": re.compile(r"'s\b|\w+|[^\w\s]"),
    "french": re.compile(r"\w+'|\w+|[^\w\s]"),  # the elided word takes its apostrophe: l' homme
}
_NO_SPACE_BEFORE = re.compile(r" (?=[.,;:!?)\]-]|'s\b)")
_NO_SPACE_AFTER = re.compile(r"(?<=[(\['-]) ")


class Pair(NamedTuple):
    """A sentence and its translation, each a list of tokens."""

    english: list[str]
    french: list[str]


def tokenize(text: str, language: str) -> list[str]:
    """Cut a sentence into words and punctuation marks, in lower case.

    Parameters
    ----------
    text
        The sentence.
    language
        ``"english"`` or ``"french"``.

    Raises
    ------
    ValueError
        If the language is neither of the two. Also if ``text`` is no string, or ``language`` is no
        string.

    Examples
    --------
    >>> tokenize("Leah's eyes were clouded.", "english")
    ['leah', "'s", 'eyes', 'were', 'clouded', '.']
    >>> tokenize("L'Éternel parla à Moïse.", "french")
    ["l'", 'éternel', 'parla', 'à', 'moïse', '.']
    """
    require_type(str, text=text, language=language)
    if language not in _TOKENS:
        raise ValueError(f"language must be one of {', '.join(_TOKENS)}; it was {language!r}")
    return _TOKENS[language].findall(text.lower().replace("’", "'"))


def detokenize(tokens: Sequence[str]) -> str:
    """Write tokens as a text: what :func:`tokenize` took apart, but for the case.

    Raises
    ------
    ValueError
        If ``tokens`` is no list of strings.

    Examples
    --------
    >>> detokenize(["donne", "-", "moi", "l'", "eau", "."])
    "donne-moi l'eau."
    """
    require_list(str, tokens=tokens)
    return _NO_SPACE_AFTER.sub("", _NO_SPACE_BEFORE.sub("", " ".join(tokens)))


def short_pairs(verses: Iterable[Verse], max_words: int = 15) -> list[tuple[Verse, Pair]]:
    """Take the verses that are short in both languages, with their tokens.

    Parameters
    ----------
    verses
        As :func:`lmbook_utils.datasets.load_bible` gives them.
    max_words
        The most words, as spaces divide them, that a verse may have in either language.

    Raises
    ------
    ValueError
        If ``verses`` is no list of ``Verse``.

    Examples
    --------
    >>> verses = [
    ...     Verse("John", 11, 35, "And Jesus himself was weeping.", "Jésus pleura."),
    ...     Verse("John", 1, 1, "From the first he was the Word.", "Au commencement, la Parole."),
    ... ]
    >>> [verse.number for verse, pair in short_pairs(verses, max_words=5)]
    [35]
    """
    verses = list_of(Verse, verses=verses)
    require_whole(1, max_words=max_words)
    return [
        (verse, Pair(tokenize(verse.english, "english"), tokenize(verse.french, "french")))
        for verse in verses
        if len(verse.english.split()) <= max_words and len(verse.french.split()) <= max_words
    ]
