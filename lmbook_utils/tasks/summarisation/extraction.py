"""From scores of sentences to a summary, and what bounds it from below and from above."""

from collections.abc import Sequence

import numpy as np

from lmbook_utils._validation import (
    finite_numbers,
    is_number,
    real_numbers,
    require_list,
    require_sentences,
    require_whole,
)
from lmbook_utils.tasks.summarisation.rouge import rouge_n


def highest(scores: Sequence[float] | np.ndarray, k: int) -> list[int]:
    """The places of the ``k`` highest scores, in the order of the text.

    Parameters
    ----------
    scores
        One for each sentence, higher for one that belongs in the summary. Of equal scores the
        earlier sentence is taken; scores that differ by less than a billionth of the largest count
        as equal, because that is rounding, which is not the same on all processors.
    k
        How many sentences, from 1. A text of fewer is taken whole; one without any has the empty
        summary.

    Raises
    ------
    ValueError
        If ``k`` is not a whole number from 1, or a score is not finite.

    Examples
    --------
    >>> highest([0.1, 0.9, 0.5, 0.9], k=2)
    [1, 3]
    >>> highest([], k=2)
    []
    """
    require_whole(1, k=k)
    scores = _checked(scores)
    return sorted(np.argsort(-_rounded(scores), kind="stable")[:k].tolist())


def lead_scores(sentences: Sequence[str]) -> np.ndarray:
    """Scores that fall from the first sentence to the last, so that the lead is the highest.

    Raises
    ------
    ValueError
        If ``sentences`` is no list of strings.

    Examples
    --------
    >>> highest(lead_scores(["One.", "Two.", "Three."]), k=2)
    [0, 1]
    """
    require_list(str, sentences=sentences)
    return -np.arange(len(sentences), dtype=float)


def greedy_oracle(
    sentences: Sequence[Sequence[str]], reference: Sequence[str], most: int = 5
) -> list[int]:
    """Pick sentences *with an eye on the reference*: what picking could reach, about.

    Sentence after sentence is added that raises the sum of ROUGE-1 and ROUGE-2 (F1) most, until
    none does. To try every set of sentences would take too long, so a better one may exist.

    R. Nallapati, F. Zhai and B. Zhou (2017). SummaRuNNer: A Recurrent Neural Network Based Sequence
    Model for Extractive Summarization of Documents.

    Parameters
    ----------
    sentences
        Each a sequence of words, see :func:`~lmbook_utils.tasks.summarisation.rouge.rouge_words`.
    reference
        The words of the reference.
    most
        How many sentences at most, from 1.

    Returns
    -------
    list of int
        Places in ``sentences``, in their order. Empty if no sentence shares a word with the
        reference.

    Raises
    ------
    ValueError
        If ``most`` is not a whole number from 1. Also if ``sentences`` is no list of lists of
        strings, or ``reference`` is no list of strings.

    Examples
    --------
    >>> greedy_oracle([["we", "parse"], ["ants", "march"], ["fast"]], ["parse", "fast"])
    [0, 2]
    """
    require_sentences(sentences=sentences)
    require_list(str, reference=reference)
    require_whole(1, most=most)
    picked: list[int] = []
    best = 0.0
    while len(picked) < most:
        values = {
            i: _rouge_1_and_2(sentences, sorted([*picked, i]), reference)
            for i in range(len(sentences))
            if i not in picked
        }
        i = max(values, key=values.__getitem__, default=None)
        if i is None or values[i] <= best:
            break
        best = values[i]
        picked.append(i)
    return sorted(picked)


def marginal_relevance(
    scores: Sequence[float] | np.ndarray,
    similarities: np.ndarray,
    k: int,
    trade_off: float = 0.7,
) -> list[int]:
    r"""Pick sentences that score high and do not repeat each other.

    One after the other, with :math:`S` those that were picked already,

    .. math::
        \operatorname*{arg\,max}_{i \notin S} \Bigl[ \lambda \, s_i
            - (1 - \lambda) \max_{j \in S} \mathrm{sim}(i, j) \Bigr]

    Equation: :eq:`eq-mmr`

    J. Carbonell and J. Goldstein (1998). The Use of MMR, Diversity-Based Reranking for Reordering
    Documents and Producing Summaries.

    Parameters
    ----------
    scores
        One for each sentence, on a scale like that of the similarities.
    similarities
        Shape (sentences, sentences).
    k
        As in :func:`highest`.
    trade_off
        :math:`\lambda`, from 0 (only variety counts) to 1 (only the scores).

    Returns
    -------
    list of int
        In the order of the text.

    Raises
    ------
    ValueError
        As :func:`highest`, or if the shapes differ, a similarity is not finite, or ``trade_off``
        is out of its range.

    Examples
    --------
    >>> similarities = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> marginal_relevance([0.9, 0.8, 0.5], similarities, k=2)
    [0, 2]
    >>> marginal_relevance([0.9, 0.8, 0.5], similarities, k=2, trade_off=1)
    [0, 1]
    """
    require_whole(1, k=k)
    scores = _checked(scores)
    similarities = finite_numbers("similarities", similarities, "sentences, sentences")
    if similarities.shape != (len(scores), len(scores)):
        raise ValueError(
            f"similarities must be of all pairs of the {len(scores)} sentences of scores; their "
            f"shape was {similarities.shape}"
        )
    if not is_number(trade_off) or not 0 <= trade_off <= 1:
        raise ValueError(f"trade_off must be from 0 to 1; it was {trade_off!r}")
    picked: list[int] = []
    while len(picked) < min(k, len(scores)):
        repeated = similarities[:, picked].max(axis=1) if picked else np.zeros(len(scores))
        values = _rounded(trade_off * scores - (1 - trade_off) * repeated)
        values[picked] = -np.inf
        picked.append(int(values.argmax()))
    return sorted(picked)


def _rouge_1_and_2(
    sentences: Sequence[Sequence[str]], picked: list[int], reference: Sequence[str]
) -> float:
    words = [word for i in picked for word in sentences[i]]
    return rouge_n(words, reference, 1).f1 + rouge_n(words, reference, 2).f1


def _rounded(scores: np.ndarray) -> np.ndarray:
    """The scores in units of the largest, with nine decimals."""
    largest = np.abs(scores).max(initial=0)
    rounded: np.ndarray = np.round(scores / largest, 9) if largest else scores
    return rounded


def _checked(scores: Sequence[float] | np.ndarray) -> np.ndarray:
    scores = real_numbers("scores", scores)
    if scores.ndim != 1 or not np.isfinite(scores).all():
        raise ValueError(
            "scores must be one finite number for each sentence; their shape was "
            f"{scores.shape}, and {np.count_nonzero(~np.isfinite(scores))} were not finite"
        )
    return scores
