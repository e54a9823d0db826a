r"""ROUGE by hand: how much of a reference summary is in a summary, and the other way round.

C.-Y. Lin (2004). ROUGE: A Package for Automatic Evaluation of Summaries.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from nltk.stem.porter import PorterStemmer

from lmbook_utils._validation import require_list, require_type, require_whole

_WORD = re.compile(r"[a-z0-9]+")


class Rouge(NamedTuple):
    """One comparison of a summary with a reference; each number is from 0 to 1."""

    precision: float
    """The share of the summary that is in the reference."""
    recall: float
    """The share of the reference that is in the summary."""
    f1: float
    """Their harmonic mean."""


def rouge_words(text: str) -> list[str]:
    """The words that ROUGE compares: lower-cased runs of a–z and 0–9, by their stems.

    Stems are Porter's (1980), of words of more than three letters, as ``rouge-score`` takes them
    with ``use_stemmer=True``. Any other letter is a gap: of "naïve" there are "na" and "ve" left,
    and of Chinese nothing.

    Raises
    ------
    ValueError
        If ``text`` is no string.

    Examples
    --------
    >>> rouge_words("Parsers parsed naïve sentences.")
    ['parser', 'pars', 'na', 've', 'sentenc']
    >>> rouge_words("我们提出一种方法。")
    []
    """
    require_type(str, text=text)
    return [_stem(word) if len(word) > 3 else word for word in _WORD.findall(text.lower())]


def rouge_n(summary: Sequence[str], reference: Sequence[str], n: int) -> Rouge:
    r"""Count the n-grams that summary and reference share.

    .. math::
        R = \frac{\sum_g \min(c(g), c^*(g))}{\sum_g c^*(g)}, \qquad
        P = \frac{\sum_g \min(c(g), c^*(g))}{\sum_g c(g)}, \qquad
        F_1 = \frac{2 P R}{P + R}

    where :math:`c(g)` counts the n-gram :math:`g` in the summary, and :math:`c^*(g)` in the
    reference.

    Equation: :eq:`eq-rouge-n`

    Parameters
    ----------
    summary, reference
        Each a sequence of words, see :func:`rouge_words`.
    n
        The length of the n-grams, from 1.

    Raises
    ------
    ValueError
        If ``n`` is not a whole number from 1. Also if ``summary`` is no list of strings, or
        ``reference`` is no list of strings.

    Examples
    --------
    >>> rouge_n(["the", "cat", "sat"], ["the", "cat", "ran", "off"], 1)
    Rouge(precision=0.6666666666666666, recall=0.5, f1=0.5714285714285715)
    """
    require_list(str, summary=summary, reference=reference)
    require_whole(1, n=n)
    of_summary, of_reference = _ngrams(summary, n), _ngrams(reference, n)
    return _rouge((of_summary & of_reference).total(), of_summary.total(), of_reference.total())


def rouge_l(summary: Sequence[str], reference: Sequence[str]) -> Rouge:
    r"""Compare by the longest sequence of words that both have in this order, gaps allowed.

    .. math::
        R = \frac{\mathrm{LCS}(s, s^*)}{|s^*|}, \qquad
        P = \frac{\mathrm{LCS}(s, s^*)}{|s|}

    where :math:`s` is the summary, :math:`s^*` the reference, and :math:`\mathrm{LCS}` the length
    of that sequence.

    Equation: :eq:`eq-rouge-l`

    The whole summary is taken for one sequence, as in ``rouge-score``'s ``"rougeL"``.

    Raises
    ------
    ValueError
        If ``summary`` is no list of strings, or ``reference`` is no list of strings.

    Examples
    --------
    >>> rouge_l(["the", "cat", "sat"], ["the", "fat", "cat", "ran"])
    Rouge(precision=0.6666666666666666, recall=0.5, f1=0.5714285714285715)
    """
    require_list(str, summary=summary, reference=reference)
    return _rouge(_longest_common(summary, reference), len(summary), len(reference))


def _ngrams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[i:] for i in range(n)), strict=False))


def _longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence: of each beginning of ``one``, row by row."""
    row = [0] * (len(other) + 1)
    for word in one:
        diagonal = 0
        for j, own in enumerate(other, start=1):
            above = row[j]
            row[j] = diagonal + 1 if word == own else max(above, row[j - 1])
            diagonal = above
    return row[-1]


def _rouge(shared: int, in_summary: int, in_reference: int) -> Rouge:
    precision = shared / in_summary if in_summary else 0.0
    recall = shared / in_reference if in_reference else 0.0
    f1 = 2 * precision * recall / (precision + recall) if shared else 0.0
    return Rouge(precision, recall, f1)


@cache
def _stem(word: str) -> str:
    stem: str = PorterStemmer().stem(word)
    return stem
