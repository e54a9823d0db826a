"""How good is a labeller? Spans that are right to the token, precision, recall and F1."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from lmbook_utils._validation import (
    real_numbers,
    require_fraction,
    require_list,
    require_whole,
)
from lmbook_utils.metrics import Interval
from lmbook_utils.tasks.semantic_roles.bio import encode_bio
from lmbook_utils.tasks.semantic_roles.data import Proposition, Role

_RESAMPLES, _SWAPS = 2000, 9999


class Judgement(NamedTuple):
    """What :func:`judge` returns; ``f1`` is over all roles together (micro-averaged)."""

    precision: float
    recall: float
    f1: float
    interval: Interval
    """Of the F1: bootstrap over the sentences, 95 per cent."""
    by_role: dict[str, tuple[float, float, float, int]]
    """Label → precision, recall, F1, number of spans that there are."""


def span_counts(
    propositions: Sequence[Proposition], predicted: Sequence[Sequence[Role]]
) -> np.ndarray:
    """Count for each proposition the right spans, those that were predicted, and those there are.

    A span is right if label, start and end are. The predicate is no span: it is given.

    Returns
    -------
    ndarray of int, shape (propositions, 3)

    Raises
    ------
    ValueError
        If there is not one list of roles for each proposition.

    Examples
    --------
    >>> one = Proposition("A", "test", 0, ("Ada", "wrote", "it"), 1, (("ARG0", 0, 1),))
    >>> span_counts([one], [[("ARG0", 0, 1), ("ARG1", 2, 3)]]).tolist()
    [[1, 2, 1]]
    """
    require_list(Proposition, propositions=propositions)
    require_list(Sequence, predicted=predicted)
    if len(propositions) != len(predicted):
        raise ValueError(
            f"predicted must hold the roles of each of the {len(propositions)} propositions; "
            f"there were {len(predicted)}"
        )
    counts = []
    for proposition, roles in zip(propositions, predicted, strict=True):
        gold, guessed = set(proposition.roles), set(roles)
        counts.append([len(gold & guessed), len(guessed), len(gold)])
    return np.array(counts, int).reshape(-1, 3)


def f1_of(counts: np.ndarray) -> np.ndarray:
    """The F1 of summed counts, shape (..., 3); 0 where nothing is there and nothing predicted.

    Equation: :eq:`eq-srl-f1`

    Examples
    --------
    >>> float(f1_of(np.array([1, 2, 2])))
    0.5
    """
    counts = real_numbers("counts", counts)
    if counts.shape[-1:] != (3,):
        raise ValueError(f"counts must have the shape (…, 3); the shape was {counts.shape}")
    right, guessed, gold = np.moveaxis(counts, -1, 0)
    f1: np.ndarray = 2 * right / np.maximum(guessed + gold, 1)
    return f1


def judge(
    propositions: Sequence[Proposition], predicted: Sequence[Sequence[Role]], seed: int = 0
) -> Judgement:
    """Measure a labeller with seqeval (strict, IOB2): a span is right only as a whole.

    Parameters
    ----------
    propositions
        What is right.
    predicted
        The roles that a labeller found, one list for each proposition.
    seed
        Of the bootstrap, which draws whole sentences.

    Raises
    ------
    ValueError
        As :func:`span_counts`, if there are fewer than two sentences, or predicted spans overlap.

    Examples
    --------
    >>> one = Proposition("A", "test", 0, ("Ada", "wrote", "it"), 1, (("ARG0", 0, 1),))
    >>> two = Proposition("A", "test", 1, ("It", "works"), 1, (("ARG1", 0, 1),))
    >>> result = judge([one, two], [[("ARG0", 0, 1), ("ARG1", 2, 3)], []])
    >>> result.precision, result.recall, result.f1
    (0.5, 0.5, 0.5)
    """
    counts = span_counts(propositions, predicted)
    gold, guessed = (
        [encode_bio(roles, len(p.tokens)) for p, roles in zip(propositions, rows, strict=True)]
        for rows in ([p.roles for p in propositions], predicted)
    )
    report = classification_report(
        gold, guessed, mode="strict", scheme=IOB2, output_dict=True, zero_division=0
    )
    rows = {
        label: (
            float(row["precision"]),
            float(row["recall"]),
            float(row["f1-score"]),
            int(row["support"]),
        )
        for label, row in report.items()
    }
    precision, recall, f1, _ = rows["micro avg"]
    by_role = {label: row for label, row in rows.items() if not label.endswith("avg")}
    interval = f1_interval(counts, [p.key for p in propositions], seed=seed)
    return Judgement(precision, recall, f1, interval, by_role)


def f1_interval(
    counts: np.ndarray, sentences: Sequence[Hashable], confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Percentile interval of the F1 from 2,000 resamples of whole sentences.

    Parameters
    ----------
    counts
        From :func:`span_counts`, shape (propositions, 3).
    sentences
        What names the sentence of each proposition.
    confidence, seed
        As in :func:`~lmbook_utils.metrics.mean_interval`.

    Raises
    ------
    ValueError
        If there are fewer than two sentences.

    Examples
    --------
    >>> counts = np.array([[1, 1, 1], [0, 1, 1], [1, 2, 1]])
    >>> interval = f1_interval(counts, ["a", "b", "c"])
    >>> bool(interval.low < f1_of(counts.sum(axis=0)) < interval.high)
    True
    """
    require_fraction(confidence=confidence)
    require_whole(0, seed=seed)
    sums = _by_sentence("counts", counts, sentences)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(sums), size=(_RESAMPLES, len(sums)))
    tail = (1 - confidence) / 2
    values = f1_of(sums[drawn].sum(axis=1))
    return Interval(*map(float, np.quantile(values, [tail, 1 - tail])))


def same_f1_test(
    one: np.ndarray, other: np.ndarray, sentences: Sequence[Hashable], seed: int = 0
) -> float:
    """Test whether two labellers have the same F1, by swapping them sentence by sentence.

    F1 is no mean over sentences, so whole counts are swapped, and F1 is computed anew each time:
    the approximate randomisation test (Yeh, 2000).

    Parameters
    ----------
    one, other
        The :func:`span_counts` of two labellers for the same propositions.
    sentences, seed
        As in :func:`f1_interval`.

    Returns
    -------
    float
        The two-sided p-value, from 9,999 random swaps.

    Raises
    ------
    ValueError
        As :func:`f1_interval`, or if the shapes differ.

    Examples
    --------
    >>> counts = np.array([[1, 1, 1], [1, 1, 1], [1, 2, 1]])
    >>> same_f1_test(counts, counts, ["a", "b", "c"])
    1.0
    """
    require_whole(0, seed=seed)
    one, other = real_numbers("one", one), real_numbers("other", other)
    one = _by_sentence("one", one, sentences)
    other = _by_sentence("other", other, sentences)
    observed = abs(f1_of(one.sum(axis=0)) - f1_of(other.sum(axis=0)))
    swap = np.random.default_rng(seed).random((_SWAPS, len(one))) < 0.5
    change = swap @ (other - one)
    differences = f1_of(one.sum(axis=0) + change) - f1_of(other.sum(axis=0) - change)
    return float((np.sum(np.abs(differences) >= observed - 1e-12) + 1) / (_SWAPS + 1))


def _by_sentence(name: str, counts: np.ndarray, sentences: Sequence[Hashable]) -> np.ndarray:
    """Sum the counts of each sentence's propositions, shape (sentences, 3)."""
    require_list(Hashable, sentences=sentences)
    counts = real_numbers(name, counts)
    if counts.ndim != 2 or counts.shape[1] != 3 or len(counts) != len(sentences):
        raise ValueError(
            f"{name} must have the shape (propositions, 3), with a sentence for each; it was "
            f"{counts.shape}, with {len(sentences)} sentences"
        )
    names = {sentence: n for n, sentence in enumerate(dict.fromkeys(sentences))}
    if len(names) < 2:
        raise ValueError("sentences must be at least two to draw from")
    sums = np.zeros((len(names), 3), int)
    np.add.at(sums, [names[sentence] for sentence in sentences], counts)
    return sums
