"""The book's running example: the Wikipedia corpus as tokens, and as ids of one vocabulary."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from lmbook_utils._validation import require_type, require_whole
from lmbook_utils.datasets.wikipedia import load_wikipedia
from lmbook_utils.preprocessing import tokenize
from lmbook_utils.vocabulary import Vocabulary

VOCABULARY_SIZE = 5000


@dataclass(frozen=True)
class EncodedCorpus:
    """The running example in the form that models are trained on.

    Attributes
    ----------
    vocabulary
        The most frequent words of the training part.
    train, validation, test
        Each part as one stream of ids, shape (tokens,), with ``</s>`` after each sentence.
    test_articles
        For each token of ``test`` the number of its article, shape (tokens,): what the bootstrap
        resamples.
    """

    vocabulary: Vocabulary
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    test_articles: np.ndarray


@cache
def load_tokenized() -> dict[str, list[list[list[str]]]]:
    """Part of the split → its articles → their sentences → lower-cased tokens.

    Examples
    --------
    >>> first_article = load_tokenized()["train"][0]
    >>> first_article[0][:5]
    ['anarchism', 'is', 'a', 'political', 'philosophy']
    """
    split = load_wikipedia().split
    return {
        part: [[tokenize(sentence) for sentence in article.sentences] for article in articles]
        for part, articles in split.items()
    }


def load_sentences(part: str) -> list[list[str]]:
    """All sentences of a part of the split, one article after the other.

    Parameters
    ----------
    part
        ``"train"``, ``"validation"`` or ``"test"``.

    Raises
    ------
    ValueError
        If there is no such part. Also if ``part`` is no string.

    Examples
    --------
    >>> load_sentences("train")[0][:5]
    ['anarchism', 'is', 'a', 'political', 'philosophy']
    """
    require_type(str, part=part)
    articles = load_tokenized()
    if part not in articles:
        raise ValueError(f"part must be one of {', '.join(articles)}; it was {part!r}")
    return [sentence for article in articles[part] for sentence in article]


@cache
def load_encoded(vocabulary_size: int = VOCABULARY_SIZE) -> EncodedCorpus:
    """Encode the corpus with the most frequent words of its training part.

    Parameters
    ----------
    vocabulary_size
        The number of entries, special tokens included.

    Raises
    ------
    ValueError
        If ``vocabulary_size`` is no whole number from 5: four entries are special.

    Examples
    --------
    >>> text = load_encoded()
    >>> text.vocabulary.decode(text.train[:5])
    ['anarchism', 'is', 'a', 'political', 'philosophy']
    """
    require_whole(5, vocabulary_size=vocabulary_size)
    parts = load_tokenized()
    vocabulary = Vocabulary.from_sentences(
        (sentence for article in parts["train"] for sentence in article), size=vocabulary_size
    )
    articles = {
        part: [vocabulary.encode_sentences(article) for article in articles]
        for part, articles in parts.items()
    }
    return EncodedCorpus(
        vocabulary=vocabulary,
        **{part: np.concatenate(ids) for part, ids in articles.items()},
        test_articles=np.repeat(np.arange(len(articles["test"])), list(map(len, articles["test"]))),
    )
