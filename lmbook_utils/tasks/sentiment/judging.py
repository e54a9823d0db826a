"""How good is a classifier of two classes? Everything from its log-odds."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lmbook_utils import metrics
from lmbook_utils._validation import real_numbers
from lmbook_utils.tasks.sentiment.classical import checked_labels


class Judgement(NamedTuple):
    """What :func:`judge` returns."""

    accuracy: float
    interval: metrics.Interval
    """Of the accuracy: bootstrap over the reviews, 95 per cent."""
    precision: float
    """Of the reviews called positive, the share that are."""
    recall: float
    """Of the positive reviews, the share that were found."""
    macro_f1: float
    calibration_error: float
    """Expected calibration error, 15 bins of equal width."""
    cross_entropy: float
    """Of the right labels, in nats; ln 2 = 0.693 is what knowing nothing costs."""


def positive_probability(log_odds: np.ndarray) -> np.ndarray:
    """The logistic function, which does not overflow.

    Examples
    --------
    >>> positive_probability(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    log_odds = real_numbers("log_odds", log_odds)
    if np.isnan(log_odds).any():
        raise ValueError("log_odds must be numbers; one was NaN")
    probability: np.ndarray = np.exp(-np.logaddexp(0, -log_odds))
    return probability


def is_right(labels: Sequence[int] | np.ndarray, log_odds: np.ndarray) -> np.ndarray:
    """Whether each review was classified correctly; log-odds of 0 count as positive.

    Examples
    --------
    >>> is_right([1, 0, 0], np.array([0.3, -2.0, 1.0])).tolist()
    [True, True, False]
    """
    labels, log_odds = _checked(labels, log_odds)
    right: np.ndarray = (log_odds >= 0) == (labels == 1)
    return right


def judge(labels: Sequence[int] | np.ndarray, log_odds: np.ndarray) -> Judgement:
    """Measure a classifier of two classes.

    Parameters
    ----------
    labels
        1 for a positive review, 0 for a negative one, shape (reviews,).
    log_odds
        The classifier's, positive against negative, shape (reviews,).

    Raises
    ------
    ValueError
        If the labels are not 0 and 1 with both among them, the shapes differ, or a number is not
        finite.

    Examples
    --------
    >>> result = judge([1, 1, 0, 0], np.array([2.0, -1.0, -1.0, -3.0]))
    >>> result.accuracy, result.precision, result.recall, round(result.macro_f1, 3)
    (0.75, 1.0, 0.5, 0.733)
    """
    labels, log_odds = _checked(labels, log_odds)
    right = is_right(labels, log_odds)
    guesses = (log_odds >= 0).astype(int)
    by_class = metrics.precision_recall_f1(labels, guesses, average=None, vocab_size=2)
    precision, recall, f1 = map(np.asarray, by_class)  # of the two classes
    return Judgement(
        accuracy=float(right.mean()),
        interval=metrics.mean_interval(right, np.arange(len(right))),
        precision=float(precision[1]),
        recall=float(recall[1]),
        macro_f1=float(f1.mean()),
        calibration_error=metrics.expected_calibration_error(
            positive_probability(np.abs(log_odds)), right
        ),
        cross_entropy=float(np.logaddexp(0, np.where(labels == 1, -log_odds, log_odds)).mean()),
    )


def same_accuracy_test(
    labels: Sequence[int] | np.ndarray, one: np.ndarray, other: np.ndarray
) -> float:
    """Test whether two classifiers are equally often right, by swapping them review by review.

    Parameters
    ----------
    labels
        1 for a positive review, 0 for a negative one, shape (reviews,).
    one, other
        The log-odds of two classifiers for the same reviews, shape (reviews,).

    Returns
    -------
    float
        The two-sided p-value of :func:`~lmbook_utils.metrics.paired_mean_test`.

    Raises
    ------
    ValueError
        As :func:`judge`.

    Examples
    --------
    >>> same_accuracy_test([1, 1, 0], np.array([1, 1, -1]), np.array([-1, -1, 1]))
    0.25
    """
    (labels, one), (_, other) = _checked(labels, one, "one"), _checked(labels, other, "other")
    right = is_right(labels, one), is_right(labels, other)
    return metrics.paired_mean_test(*right, np.arange(len(labels)))


def fit_temperature(labels: Sequence[int] | np.ndarray, log_odds: np.ndarray) -> float:
    """Find what the log-odds must be divided by to predict best; fit it on validation reviews.

    See :func:`lmbook_utils.metrics.fit_temperature`.

    Examples
    --------
    >>> log_odds = np.log(9) * np.ones(4)  # gives 0.9 to "positive", which is right in 3 of 4
    >>> temperature = fit_temperature([1, 1, 1, 0], log_odds)
    >>> positive_probability(log_odds / temperature).round(3).tolist()
    [0.75, 0.75, 0.75, 0.75]
    """
    labels, log_odds = _checked(labels, log_odds)
    return metrics.fit_temperature(np.stack([np.zeros(len(labels)), log_odds], axis=1), labels)


def _checked(
    labels: Sequence[int] | np.ndarray, log_odds: np.ndarray, name: str = "log_odds"
) -> tuple[np.ndarray, np.ndarray]:
    labels, log_odds = checked_labels(labels), real_numbers(name, log_odds)
    if log_odds.shape != labels.shape:
        raise ValueError(
            f"{name} must be one for each of the {len(labels)} labels; "
            f"their shape was {log_odds.shape}"
        )
    if not np.isfinite(log_odds).all():
        raise ValueError(f"{name} must be finite numbers; one was not")
    return labels, log_odds
