"""Verses of the Bible in English and French, aligned by their numbers, and split by book."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from lmbook_utils._validation import require_type
from lmbook_utils.datasets import registry
from lmbook_utils.datasets.splits import without_repetitions

ENGLISH, FRENCH = "3", "l"  # what the database calls the Bible in Basic English and Louis Segond

# Whole books are held out. None of them has a close parallel elsewhere, as the first three
# gospels have in each other, and Kings and Samuel in Chronicles.
HELD_OUT_BOOKS = {
    "validation": ("Ecclesiastes", "Ezekiel", "Acts"),
    "test": ("Ruth", "Proverbs", "John"),
}

_VERSE_NUMBERS = re.compile(r"\(\d+:\d+\)")

_QUERY = """
    SELECT name.bName, english.cNumber, english.vNumber, english.vText, french.vText
    FROM bible AS english
    JOIN bible AS french USING (bNumber, cNumber, vNumber)
    JOIN bibleRef AS name ON name.bNumber = english.bNumber AND name.bbName = english.bbName
    WHERE english.bbName = ? AND french.bbName = ?
    ORDER BY english.bNumber, english.cNumber, english.vNumber
"""


class Verse(NamedTuple):
    """One verse in both languages."""

    book: str
    """The English name of the book, such as ``"Ruth"`` or ``"1Kings"``."""
    chapter: int
    number: int
    english: str
    french: str


def load_bible() -> dict[str, list[Verse]]:
    """Load the aligned verses, split by book; the first call downloads them (73 MB).

    The English is the Bible in Basic English (1949), the French is Louis Segond's of 1910. The
    numbers that some French verses have in other editions are taken out. Of verses whose English
    has the same letters only the first is kept, so that no sentence of a held-out book was in
    training.

    Returns
    -------
    dict of str to list of Verse
        ``"train"``, ``"validation"`` and ``"test"`` → their verses, in the order of the Bible.

    Raises
    ------
    ConnectionError
        If the verses are not on this machine yet and there is no network.
    OSError
        If they cannot be had for another reason; the message says what to do.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        ruth = [verse for verse in load_bible()["test"] if verse.book == "Ruth"]
    """
    verses = _read(registry.path("bible"))
    return _split(without_repetitions(verses, text=lambda verse: verse.english))


def clean_verse(text: str) -> str:
    """Take out the numbers of other editions and superfluous spaces.

    Raises
    ------
    ValueError
        If ``text`` is no string.

    Examples
    --------
    >>> clean_verse("(60:13) Donne-nous du secours  contre la détresse!")
    'Donne-nous du secours contre la détresse!'
    """
    require_type(str, text=text)
    return " ".join(_VERSE_NUMBERS.sub(" ", text).split())


def _read(file: Path) -> list[Verse]:
    # Immutable: the file is read as it is, and SQLite puts no files of its own beside it.
    with closing(sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True)) as database:
        rows = database.execute(_QUERY, (ENGLISH, FRENCH)).fetchall()
    return [
        Verse(book, chapter, number, clean_verse(english), clean_verse(french))
        for book, chapter, number, english, french in rows
    ]


def _split(verses: list[Verse]) -> dict[str, list[Verse]]:
    held_out = {book: part for part, books in HELD_OUT_BOOKS.items() for book in books}
    split: dict[str, list[Verse]] = {"train": [], "validation": [], "test": []}
    for verse in verses:
        split[held_out.get(verse.book, "train")].append(verse)
    return split
