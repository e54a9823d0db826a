"""Next-word prediction as a classification: was the guess right, and which words are guessed?"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from lmbook_utils._validation import array_of, require_whole


class PrecisionRecallF1(NamedTuple):
    """Precision, recall and F1: each a number, or an array of shape (classes,)."""

    precision: float | np.ndarray
    recall: float | np.ndarray
    f1: float | np.ndarray


def accuracy(ranks: np.ndarray) -> float:
    """Share of tokens for which the model's first guess was right: :func:`top_k_accuracy`, k = 1.

    Examples
    --------
    >>> accuracy(np.array([0, 3, 0, 1]))
    0.5
    """
    return top_k_accuracy(ranks, k=1)


def top_k_accuracy(ranks: np.ndarray, k: int) -> float:
    """Share of tokens that were among the model's first ``k`` guesses.

    With ``k`` as large as the vocabulary, or larger, it is 1.

    Raises
    ------
    ValueError
        If ``k`` is not a whole number from 1, or ``ranks`` is empty or holds something else than
        whole numbers from 0.

    Examples
    --------
    >>> top_k_accuracy(np.array([0, 3, 0, 1]), k=2)
    0.75
    """
    ranks = array_of("ranks", ranks)
    require_whole(1, k=k)
    if not ranks.size or not np.issubdtype(ranks.dtype, np.integer) or ranks.min() < 0:
        raise ValueError(f"ranks must be whole numbers from 0, at least one; they were {ranks}")
    return float((ranks < k).mean())


def precision_recall_f1(
    targets: Sequence[int] | np.ndarray,
    guesses: Sequence[int] | np.ndarray,
    average: Literal["macro", "micro", "weighted"] | None = "macro",
    vocab_size: int | None = None,
    zero_division: float = 0.0,
) -> PrecisionRecallF1:
    r"""Precision, recall and F1 of a model's first guesses, with each word as a class.

    For one word, let TP be how often it was guessed and came, FP how often it was guessed and did
    not come, FN how often it came and was not guessed:

    .. math::
        P = \frac{\mathrm{TP}}{\mathrm{TP} + \mathrm{FP}}, \qquad
        R = \frac{\mathrm{TP}}{\mathrm{TP} + \mathrm{FN}}, \qquad
        F_1 = \frac{2\,\mathrm{TP}}{2\,\mathrm{TP} + \mathrm{FP} + \mathrm{FN}}

    The averages answer different questions:

    - *micro* adds up TP, FP and FN over all words first. A wrong guess is one FP (of the word
      guessed) and one FN (of the word that came), so the sums are equal, and micro precision,
      recall and F1 are all the accuracy. They say nothing that the accuracy does not.
    - *macro* is the mean over words, each counting the same: with 5,000 words, "the" weighs as
      much as a word that came once. A model that guesses only the hundred commonest words, as many
      good ones do, has a recall of 0 on all others, and a macro recall below 100 / 5,000. It is
      small for every language model, moves with the number of words that the test text happens to
      hold, and is of use for comparing models on the same text only.
    - *weighted* is the mean weighted by how often a word came. Weighted recall is the accuracy
      once more.

    All look at the first guess alone, not at the probability that it had.

    Parameters
    ----------
    targets
        The id of the word that came, shape (tokens,).
    guesses
        The id of the word that was guessed, shape (tokens,): ``TokenScores.guesses``.
    average
        The average, or None for the numbers of each word.
    vocab_size
        The number of words; the classes are then all ids below it. Without it they are the ids
        that came or were guessed, in ascending order (as in scikit-learn).
    zero_division
        What a fraction with denominator 0 counts as, 0 or 1: the precision of a word that was
        never guessed, the recall of one that never came, the F1 of one that did neither.

    Returns
    -------
    PrecisionRecallF1
        Three numbers from 0 to 1, or three arrays of shape (classes,).

    Raises
    ------
    ValueError
        If the shapes differ, there is no token, an id is no whole number from 0 or not below
        ``vocab_size``, or ``average`` or ``zero_division`` is none of those above.

    Examples
    --------
    >>> came, guessed = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 0, 0])
    >>> precision_recall_f1(came, guessed, average="micro").f1
    0.4
    >>> [round(number, 3) for number in precision_recall_f1(came, guessed)]
    [0.167, 0.222, 0.19]
    >>> precision_recall_f1(came, guessed, average=None).precision.tolist()
    [0.5, 0.0, 0.0]
    """
    targets, guesses = _checked_ids(targets, guesses, vocab_size)
    if average not in ("macro", "micro", "weighted", None):
        raise ValueError(f"average must be macro, micro, weighted or None; it was {average!r}")
    if zero_division not in (0, 1):
        raise ValueError(f"zero_division must be 0 or 1; it was {zero_division!r}")
    if average == "micro":
        accuracy = float((targets == guesses).mean())
        return PrecisionRecallF1(accuracy, accuracy, accuracy)
    came, guessed, right = _counts(targets, guesses, vocab_size)
    per_class = [
        np.divide(part, whole, out=np.full(len(came), float(zero_division)), where=whole > 0)
        for part, whole in ((right, guessed), (right, came), (2 * right, guessed + came))
    ]
    if average is None:
        return PrecisionRecallF1(*per_class)
    weights = came if average == "weighted" else None
    return PrecisionRecallF1(*(float(np.average(each, weights=weights)) for each in per_class))


def _counts(
    targets: np.ndarray, guesses: np.ndarray, vocab_size: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How often each class came, was guessed, and was guessed right; each (classes,)."""
    classes = np.union1d(targets, guesses) if vocab_size is None else np.arange(vocab_size)
    streams = (targets, guesses, targets[targets == guesses])
    came, guessed, right = (
        np.bincount(np.searchsorted(classes, ids), minlength=len(classes)) for ids in streams
    )
    return came, guessed, right


def _checked_ids(
    targets: Sequence[int] | np.ndarray,
    guesses: Sequence[int] | np.ndarray,
    vocab_size: int | None,
) -> tuple[np.ndarray, np.ndarray]:
    targets, guesses = array_of("targets", targets), array_of("guesses", guesses)
    if targets.ndim != 1 or targets.shape != guesses.shape or not targets.size:
        raise ValueError(
            "targets and guesses must have the same shape (tokens,), with at least one token; "
            f"they had {targets.shape} and {guesses.shape}"
        )
    if vocab_size is not None:
        require_whole(1, vocab_size=vocab_size)
    highest = np.inf if vocab_size is None else vocab_size - 1
    for name, ids in {"targets": targets, "guesses": guesses}.items():
        if not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(f"{name} must be whole numbers; their type was {ids.dtype}")
        if not 0 <= ids.min() <= ids.max() <= highest:
            raise ValueError(
                f"{name} must be from 0 to {highest}; they went from {ids.min()} to {ids.max()}"
            )
    return targets, guesses
