r"""TextRank: sentences that are like many others are important.

R. Mihalcea and P. Tarau (2004). TextRank: Bringing Order into Text.
"""

from collections.abc import Sequence, Set

import numpy as np

from lmbook_utils._validation import real_numbers, require_below_one, require_list, require_positive
from lmbook_utils.tasks.summarisation.words import content_words

_MOST_STEPS = 1000


def overlaps(sentences: Sequence[Set[str]]) -> np.ndarray:
    r"""How many words each two sentences share, for their lengths.

    .. math::
        w_{ij} = \frac{|S_i \cap S_j|}{\ln |S_i| + \ln |S_j|}, \qquad w_{ii} = 0

    Equation: :eq:`eq-textrank-similarity`

    Parameters
    ----------
    sentences
        The different words of each.

    Returns
    -------
    ndarray of float64, shape (sentences, sentences)
        Symmetric. It is 0 where a sentence has no word, or both have one: the logarithms are then
        0, and one shared word says little.

    Raises
    ------
    ValueError
        If ``sentences`` is no list of ``Set``.

    Examples
    --------
    >>> overlaps([{"fast", "parser"}, {"parser", "slow"}, {"ants"}]).round(3).tolist()
    [[0.0, 0.721, 0.0], [0.721, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    require_list(Set, sentences=sentences)
    n = len(sentences)
    found = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            lengths = len(sentences[i]) * len(sentences[j])
            if lengths > 1:
                found[i, j] = found[j, i] = len(sentences[i] & sentences[j]) / np.log(lengths)
    return found


def page_rank(weights: np.ndarray, damping: float = 0.85, tolerance: float = 1e-10) -> np.ndarray:
    r"""How often a reader who follows the links at random comes to each place.

    .. math::
        r_i = \frac{1 - d}{n} + d \sum_j \frac{w_{ji}}{\sum_k w_{jk}} \, r_j

    Equation: :eq:`eq-textrank`

    It is solved by power iteration: begin with :math:`r_i = 1/n`, and put the result in again
    until it no longer changes. From a place without a link the reader goes anywhere.

    Parameters
    ----------
    weights
        Of the link from each place to each other, from 0, shape (places, places).
    damping
        :math:`d`, the probability of following a link, from 0 and below 1.
    tolerance
        The sum of all changes at which the iteration ends, above 0.

    Returns
    -------
    ndarray of float64, shape (places,)
        Sums to 1; empty for no place.

    Raises
    ------
    ValueError
        If the weights are no square of numbers from 0, or ``damping`` or ``tolerance`` is out of
        its range.

    Examples
    --------
    >>> star = np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]])
    >>> page_rank(star).round(3).tolist()
    [0.486, 0.257, 0.257]
    """
    weights = real_numbers("weights", weights)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1]:
        raise ValueError(f"weights must have the shape (places, places); it was {weights.shape}")
    if weights.size and not (np.isfinite(weights).all() and weights.min() >= 0):
        raise ValueError("weights must be finite numbers from 0; one was not")
    require_below_one(damping=damping)
    require_positive(tolerance=tolerance)
    n = len(weights)
    if not n:
        return np.zeros(0)
    totals = weights.sum(axis=1, keepdims=True)
    step = np.where(totals > 0, weights / np.where(totals > 0, totals, 1), 1 / n)
    ranks = np.full(n, 1 / n)
    for _ in range(_MOST_STEPS):
        before, ranks = ranks, (1 - damping) / n + damping * ranks @ step
        if np.abs(ranks - before).sum() < tolerance:
            break
    return ranks


def textrank_scores(sentences: Sequence[str]) -> np.ndarray:
    """TextRank of each sentence of a text, by the words that are no stop words.

    Returns
    -------
    ndarray of float64, shape (sentences,)

    Raises
    ------
    ValueError
        If ``sentences`` is no list of strings.

    Examples
    --------
    >>> scores = textrank_scores(["A fast parser .", "Ants march .", "The parser is fast ."])
    >>> int(scores.argmin())
    1
    """
    require_list(str, sentences=sentences)
    return page_rank(overlaps([content_words(sentence) for sentence in sentences]))
