"""Reviews of one source in the parts of the book's split, and drawing a few labelled ones."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lmbook_utils import datasets
from lmbook_utils._validation import places_in, require_sentences, require_type, require_whole
from lmbook_utils.tasks.sentiment.words import review_words

SOURCES = ("imdb", "rotten tomatoes")


class Reviews(NamedTuple):
    """Some reviews, column by column."""

    texts: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    """The tokens of each review, see :func:`~lmbook_utils.tasks.sentiment.words.review_words`."""
    labels: np.ndarray
    """1 for a positive review, 0 for a negative one, shape (reviews,)."""

    def take(self, rows: Sequence[int] | np.ndarray) -> "Reviews":
        """The reviews of some rows.

        Raises
        ------
        ValueError
            If there is no such row.
        """
        rows = places_in(len(self.labels), rows=rows)
        texts = tuple(self.texts[i] for i in rows)
        words = tuple(self.words[i] for i in rows)
        return Reviews(texts, words, self.labels[rows])


def load_reviews(source: str) -> dict[str, Reviews]:
    """Load the reviews of one source, tokenised.

    Parameters
    ----------
    source
        ``"imdb"`` (whole reviews) or ``"rotten tomatoes"`` (single sentences).

    Returns
    -------
    dict of str to Reviews
        ``"train"``, ``"validation"`` and ``"test"``.

    Raises
    ------
    ValueError
        If there is no such source.
    ConnectionError, OSError
        If the data are not on this machine and cannot be had.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        test = load_reviews("imdb")["test"]
    """
    if source not in SOURCES:
        raise ValueError(f"source must be one of {', '.join(SOURCES)}; it was {source!r}")
    reviews = datasets.load_movie_reviews()
    parts = {}
    for name, indices in reviews.split.items():
        own = [i for i in indices if reviews.sources[i] == source]
        texts = tuple(reviews.texts[i] for i in own)
        words = tuple(tuple(review_words(text)) for text in texts)
        parts[name] = Reviews(texts, words, np.array([reviews.labels[i] for i in own]))
    return parts


def draw(reviews: Reviews, size: int, seed: int) -> Reviews:
    """Draw reviews at random, as if only these had been given a label.

    With the same seed, a smaller draw is part of a larger one.

    Parameters
    ----------
    reviews
        To draw from.
    size
        How many.
    seed
        Of the drawing.

    Raises
    ------
    ValueError
        If ``size`` is not a whole number from 1 up to the number of reviews. Also if ``reviews`` is
        no ``Reviews``, or ``seed`` is no whole number from 0.

    Examples
    --------
    >>> reviews = Reviews(("a", "b", "c"), (("a",), ("b",), ("c",)), np.array([0, 1, 1]))
    >>> draw(reviews, 2, seed=0).texts
    ('c', 'a')
    """
    require_type(Reviews, reviews=reviews)
    require_whole(0, seed=seed)
    require_whole(1, size=size)
    if size > len(reviews.texts):
        raise ValueError(
            f"size must be at most {len(reviews.texts)}, the number of reviews; it was {size}"
        )
    return reviews.take(np.random.default_rng(seed).permutation(len(reviews.texts))[:size])


def shared_runs(
    train: Sequence[Sequence[str]], test: Sequence[Sequence[str]], length: int
) -> list[int]:
    """Find the test texts that share a run of words with a training text.

    Parameters
    ----------
    train, test
        Texts, each a sequence of tokens.
    length
        How many words in a row must be the same.

    Returns
    -------
    list of int
        Indices into ``test``, ascending.

    Raises
    ------
    ValueError
        If ``length`` is not a whole number from 1. Also if ``train`` is no list of lists of
        strings, or ``test`` is no list of lists of strings.

    Examples
    --------
    >>> shared_runs([["so", "it", "goes", "on"]], [["it", "goes", "."], ["goes", "it"]], 2)
    [0]
    """
    require_sentences(train=train, test=test)
    require_whole(1, length=length)
    owners: dict[tuple[str, ...], set[int]] = {}
    for i, words in enumerate(test):
        for run in _runs(words, length):
            owners.setdefault(run, set()).add(i)
    found = set()
    for words in train:
        for run in _runs(words, length):
            found |= owners.get(run, set())
    return sorted(found)


def _runs(words: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[i:] for i in range(length)), strict=False)
