"""When to say nothing: a threshold for how sure a reader must be."""

import math
from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import array_of, is_number, real_numbers


class AnsweringCurve(NamedTuple):
    """What comes of answering the questions that the reader is surest of, and no others."""

    coverage: np.ndarray
    """The share of all questions that is answered, shape (questions,), rising."""
    precision: np.ndarray
    """The mean value of the answers given, shape (questions,)."""


def answering_curve(sureness: np.ndarray, values: np.ndarray) -> AnsweringCurve:
    """Answer more and more questions, the surest first.

    Parameters
    ----------
    sureness
        Of the reader, for each question, shape (questions,).
    values
        What the answer is worth, from 0 to 1: its exact match or F1, and 0 where the question has
        no answer; shape (questions,).

    Raises
    ------
    ValueError
        If the shapes differ or there is no question.

    Examples
    --------
    >>> curve = answering_curve(np.array([0.2, 0.9, 0.5]), np.array([0.0, 1.0, 1.0]))
    >>> curve.coverage.round(2).tolist(), curve.precision.round(2).tolist()
    ([0.33, 0.67, 1.0], [1.0, 1.0, 0.67])
    """
    sureness, values = _checked(sureness, values)
    order = np.argsort(-sureness, kind="stable")
    answered = np.arange(1, len(order) + 1)
    return AnsweringCurve(answered / len(order), np.cumsum(values[order]) / answered)


def choose_threshold(sureness: np.ndarray, values: np.ndarray, answerable: np.ndarray) -> float:
    """Find the threshold with the highest mean value on questions with and without an answer.

    Silence is worth 1 where there is no answer and 0 where there is one (Rajpurkar et al., 2018).
    Use questions that the reader was not trained on: it is too sure of the others.

    Parameters
    ----------
    sureness, values
        As in :func:`answering_curve`.
    answerable
        Whether the question has an answer, shape (questions,).

    Returns
    -------
    float
        Answer if the sureness is at least this. Infinite, if it is best to say nothing at all.

    Raises
    ------
    ValueError
        If the shapes differ or there is no question.

    Examples
    --------
    >>> sureness, values = np.array([2.0, 1.0, 0.0]), np.array([1.0, 1.0, 0.0])
    >>> choose_threshold(sureness, values, np.array([True, True, False]))
    1.0
    """
    sureness, values = _checked(sureness, values)
    thresholds: list[float] = [*np.unique(sureness).tolist(), np.inf]
    means = [mean_value(sureness, values, answerable, threshold) for threshold in thresholds]
    return thresholds[int(np.argmax(means))]


def value_of(
    sureness: np.ndarray, values: np.ndarray, answerable: np.ndarray, threshold: float
) -> np.ndarray:
    """What each question brings if only the sure answers are given, shape (questions,).

    Examples
    --------
    >>> sureness, values = np.array([2.0, 1.0]), np.array([1.0, 0.0])
    >>> value_of(sureness, values, np.array([True, False]), threshold=1.5).tolist()
    [1.0, 1.0]
    """
    sureness, values = _checked(sureness, values)
    answerable = array_of("answerable", answerable)
    if answerable.shape != values.shape:
        raise ValueError(
            f"answerable must be of the same questions; its shape was {answerable.shape}, "
            f"not {values.shape}"
        )
    if not is_number(threshold) or math.isnan(threshold):
        raise ValueError(f"threshold must be a number; it was {threshold!r}")
    return np.where(sureness >= threshold, values, np.where(answerable, 0.0, 1.0))


def mean_value(
    sureness: np.ndarray, values: np.ndarray, answerable: np.ndarray, threshold: float
) -> float:
    """The mean of :func:`value_of`.

    Examples
    --------
    >>> mean_value(np.array([2.0, 1.0]), np.array([1.0, 0.0]), np.array([True, False]), 0.0)
    0.5
    """
    return float(value_of(sureness, values, answerable, threshold).mean())


def _checked(sureness: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sureness, values = real_numbers("sureness", sureness), real_numbers("values", values)
    if sureness.shape != values.shape or sureness.ndim != 1 or not len(values):
        raise ValueError(
            "sureness and values must be of the same questions, at least one; their shapes were "
            f"{sureness.shape} and {values.shape}"
        )
    if np.isnan(sureness).any() or np.isnan(values).any():
        raise ValueError("sureness and values must be numbers; one was NaN")
    return sureness, values
