"""Ranking passages by the words that they share with a question.

Each function gives a score to every passage; the higher, the better. Words that are in no passage
are left out. Where nothing of a question is known, all scores are 0.
"""

import numpy as np

from lmbook_utils._validation import (
    finite_numbers,
    real_numbers,
    require_number,
    require_positive,
    require_type,
    require_whole,
)
from lmbook_utils.tasks.question_answering.passages import PassageIndex

K1, B = 0.9, 0.5  # these and the next two: the best on the development questions, or near it
MU, LAMBDA = 300.0, 0.7


def bm25(index: PassageIndex, question: str, k1: float = K1, b: float = B) -> np.ndarray:
    r"""Okapi BM25 (Robertson and Zaragoza, 2009), with the idf of Lucene, which is never negative.

    A word counts for more the fewer passages it is in; coming twice counts less than twice; and a
    long passage must have more of it.

    Equation: :eq:`eq-qa-bm25`

    Parameters
    ----------
    index
        The passages.
    question
        Any text; a word that comes twice counts twice.
    k1
        How slowly the count of a word stops to matter, above 0.
    b
        How much the length of a passage matters, from 0 to 1.

    Returns
    -------
    ndarray, shape (passages,)

    Raises
    ------
    ValueError
        If ``question`` is no string, or a parameter is out of its range. Also if ``index`` is no
        ``PassageIndex``, or ``question`` is no string.

    Examples
    --------
    >>> from lmbook_utils.tasks.question_answering.passages import Passage, build_index
    >>> texts = ["Ants live in colonies.", "Bees live in hives.", "Cats live alone."]
    >>> index = build_index([Passage("", i, text, "", "") for i, text in enumerate(texts)])
    >>> int(bm25(index, "Where do bees live?").argmax())
    1
    """
    require_type(PassageIndex, index=index)
    require_type(str, question=question)
    require_positive(k1=k1)
    require_number(0, 1, b=b)
    counts, ids = index.counts_of(question), index.word_ids(question)
    frequency = index.passage_frequencies[ids]
    idf = np.log(1 + (len(index.passages) - frequency + 0.5) / (frequency + 0.5))
    relative_length = index.lengths / index.lengths.mean()
    slowness = k1 * (1 - b + b * relative_length)
    scores: np.ndarray = (idf * counts / (counts + slowness[:, None])).sum(axis=1)
    return scores


def query_likelihood(
    index: PassageIndex, question: str, mu: float | None = None, weight: float | None = None
) -> np.ndarray:
    r"""The log-probability of the question under a unigram model of each passage.

    The passage's own model is smoothed with that of all passages together: with ``mu`` after
    Dirichlet, so that a long passage is trusted more, with ``weight`` after Jelinek and Mercer
    (Ponte and Croft, 1998; Zhai and Lafferty, 2004).

    Equation: :eq:`eq-qa-query-likelihood`

    Parameters
    ----------
    index
        The passages.
    question
        Any text.
    mu
        The number of words of the whole collection that are added to each passage, above 0.
    weight
        The weight of the whole collection, above 0 and at most 1. Give one of the two.

    Returns
    -------
    ndarray, shape (passages,)
        In nats.

    Raises
    ------
    ValueError
        If not just one of ``mu`` and ``weight`` is given, or it is out of its range. Also if
        ``index`` is no ``PassageIndex``, or ``question`` is no string.

    Examples
    --------
    >>> from lmbook_utils.tasks.question_answering.passages import Passage, build_index
    >>> texts = ["ants live", "bees buzz"]
    >>> index = build_index([Passage("", i, text, "", "") for i, text in enumerate(texts)])
    >>> np.exp(query_likelihood(index, "ants", weight=0.2)).round(3).tolist()
    [0.45, 0.05]
    """
    require_type(PassageIndex, index=index)
    require_type(str, question=question)
    if (mu is None) == (weight is None):
        raise ValueError(f"either mu or weight must be given; they were {mu!r} and {weight!r}")
    counts = index.counts_of(question)
    collection = index.collection_probabilities[index.word_ids(question)]
    if mu is not None:
        probabilities = dirichlet(counts, index.lengths, collection, mu)
    elif weight is not None:
        probabilities = jelinek_mercer(counts, index.lengths, collection, weight)
    log_probs: np.ndarray = np.log(probabilities).sum(axis=1)
    return log_probs


def dirichlet(
    counts: np.ndarray, lengths: np.ndarray, collection: np.ndarray, mu: float
) -> np.ndarray:
    """Unigram probabilities of words in passages, as if each passage went on with the collection.

    Equation: :eq:`eq-qa-dirichlet`

    Parameters
    ----------
    counts
        Of the words in the passages, shape (passages, words).
    lengths
        Of the passages, shape (passages,).
    collection
        Probabilities of the words in all passages together, shape (words,).
    mu
        How many words of the collection are added to each passage.

    Returns
    -------
    ndarray, shape (passages, words)

    Raises
    ------
    ValueError
        If ``mu`` is no finite number above 0.

    Examples
    --------
    >>> counts, collection = np.array([[1.0, 3.0], [0.0, 0.0]]), np.array([0.5, 0.5])
    >>> dirichlet(counts, np.array([4.0, 0.0]), collection, mu=4).tolist()
    [[0.375, 0.625], [0.5, 0.5]]
    """
    require_positive(mu=mu)
    counts, lengths, collection = _checked(counts, lengths, collection)
    return (counts + mu * collection) / (lengths[:, None] + mu)


def jelinek_mercer(
    counts: np.ndarray, lengths: np.ndarray, collection: np.ndarray, weight: float
) -> np.ndarray:
    """Unigram probabilities of words in passages, mixed with those of the collection.

    Equation: :eq:`eq-qa-jelinek-mercer`

    Parameters
    ----------
    counts, lengths, collection
        As in :func:`dirichlet`. A passage without a word has the model of the collection.
    weight
        The weight of the collection, above 0 and at most 1.

    Returns
    -------
    ndarray, shape (passages, words)

    Raises
    ------
    ValueError
        If ``weight`` is out of its range.

    Examples
    --------
    >>> counts, collection = np.array([[1.0, 3.0], [0.0, 0.0]]), np.array([0.5, 0.5])
    >>> jelinek_mercer(counts, np.array([4.0, 0.0]), collection, weight=0.5).tolist()
    [[0.375, 0.625], [0.5, 0.5]]
    """
    require_number(0, 1, weight=weight)
    if weight == 0:
        raise ValueError("weight must be above 0, or a word that a passage lacks is impossible")
    counts, lengths, collection = _checked(counts, lengths, collection)
    own = np.divide(counts, lengths[:, None], where=lengths[:, None] > 0, out=np.zeros_like(counts))
    share = np.where(lengths > 0, weight, 1.0)[:, None]
    mixed: np.ndarray = (1 - share) * own + share * collection
    return mixed


def reciprocal_rank_fusion(*scores: np.ndarray, k: float = 60.0, longest: int = 1000) -> np.ndarray:
    r"""Unite rankings by the places that they give, whatever their scores mean (Cormack, 2009).

    Equation: :eq:`eq-qa-fusion`

    Parameters
    ----------
    scores
        Of the same passages by two methods or more, each of shape (passages,). A passage whose
        score is -inf is not on that list.
    k
        How little the first places stand out, from 0.
    longest
        Only so many places of each list count.

    Returns
    -------
    ndarray, shape (passages,)

    Raises
    ------
    ValueError
        If there are no scores, or not of the same passages. Also if ``k`` is no finite number from
        0, or ``longest`` is no whole number from 1.

    Examples
    --------
    >>> words, meaning = np.array([3.0, 1.0, 2.0]), np.array([0.1, 0.7, 0.8])
    >>> int(reciprocal_rank_fusion(words, meaning).argmax())
    2
    """
    require_number(0, k=k)
    require_whole(1, longest=longest)
    scores = tuple(real_numbers("scores", one, "passages") for one in scores)
    if not scores or len({one.shape for one in scores}) > 1:
        shapes = [one.shape for one in scores]
        raise ValueError(f"scores must be of the same passages; their shapes were {shapes}")
    fused = np.zeros(scores[0].shape)
    for one in scores:
        order = np.argsort(-one, kind="stable")[:longest]
        order = order[one[order] > -np.inf]
        fused[order] += 1 / (k + 1 + np.arange(len(order)))
    return fused


def _checked(
    counts: np.ndarray, lengths: np.ndarray, collection: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    counts = finite_numbers("counts", counts, "passages, words")
    lengths = finite_numbers("lengths", lengths, "passages")
    collection = finite_numbers("collection", collection, "words")
    if counts.shape != (len(lengths), len(collection)):
        raise ValueError(
            "counts must have the shape (passages, words) of lengths and collection, "
            f"{(len(lengths), len(collection))}; it had {counts.shape}"
        )
    return counts, lengths, collection
