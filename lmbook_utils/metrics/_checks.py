"""Checks of arrays that several modules of the metrics share."""

import numpy as np

from lmbook_utils._validation import array_of, real_numbers


def checked_log_probs(name: str, log_probs: np.ndarray) -> np.ndarray:
    """Return log-probabilities as an array of numbers, or raise a ``ValueError``.

    Examples
    --------
    >>> checked_log_probs("log_probs", [-1, 0.5])
    Traceback (most recent call last):
    ValueError: log_probs must be logarithms of probabilities, 0 or less; the largest was 0.5
    """
    log_probs = real_numbers(name, log_probs)
    if not log_probs.size:
        raise ValueError(f"{name} must hold at least one token; it was empty")
    if np.isnan(log_probs).any() or log_probs.max() > 1e-6:
        raise ValueError(
            f"{name} must be logarithms of probabilities, 0 or less; the largest was "
            f"{log_probs.max()}"
        )
    return log_probs


def checked_finite_log_probs(name: str, log_probs: np.ndarray) -> np.ndarray:
    """As :func:`checked_log_probs`, of what is to have an interval: no word is impossible.

    Examples
    --------
    >>> checked_finite_log_probs("log_probs", [-1, -2]).tolist()
    [-1.0, -2.0]
    """
    log_probs = checked_log_probs(name, log_probs)
    if np.isinf(log_probs).any():
        raise ValueError(
            f"{name} must be finite; with a word of probability 0 the perplexity is infinite, "
            "and has no interval"
        )
    return log_probs


def checked_logits(logits: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return logits and the ids that came as arrays, or raise a ``ValueError``.

    Examples
    --------
    >>> checked_logits([[0.5, 0.1]], [2])
    Traceback (most recent call last):
    ValueError: targets must be from 0 to 1, a column of logits each; they went from 2 to 2
    """
    logits, targets = array_of("logits", logits), array_of("targets", targets)
    if logits.dtype.kind not in "iuf":
        raise ValueError(f"logits must be real numbers; their type was {logits.dtype}")
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(
            "logits must have the shape (tokens, vocabulary) and targets the shape (tokens,); "
            f"they had {logits.shape} and {targets.shape}"
        )
    if not np.issubdtype(targets.dtype, np.integer):
        raise ValueError(f"targets must be whole numbers; their type was {targets.dtype}")
    if targets.size and not 0 <= targets.min() <= targets.max() < logits.shape[1]:
        raise ValueError(
            f"targets must be from 0 to {logits.shape[1] - 1}, a column of logits each; they went "
            f"from {targets.min()} to {targets.max()}"
        )
    return logits, targets
