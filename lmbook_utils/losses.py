r"""Losses of a softmax output, each with its gradient, for training in NumPy.

A model gives each row (a context, or a token of a batch) the logits :math:`z`, one for each word,
and predicts :math:`p = \operatorname{softmax}(z)`. What came is told by weights :math:`q`: row *r*
counts word *w* with the weight :math:`q_{rw}`. With one token in each row, :math:`q` has a one in
each row, divided by the number of tokens. With all of a text, it is the table of counts, divided by
their sum. Either way the loss is a mean over tokens.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from lmbook_utils._validation import real_numbers


class Loss(NamedTuple):
    """The ``loss``, and its ``gradient`` by the logits, shape (rows, vocabulary)."""

    loss: float
    gradient: np.ndarray


def softmax_cross_entropy(logits: np.ndarray, weights: np.ndarray) -> Loss:
    r"""Cross-entropy of a softmax output, in nats, and its gradient.

    Equation: :eq:`eq-softmax-gradient`

    .. math::
        L = -\sum_{r, w} q_{rw} \ln p_{rw}, \qquad
        \frac{\partial L}{\partial z_{rw}} = s_r \, p_{rw} - q_{rw}, \qquad s_r = \sum_w q_{rw}

    For a single token, that is the prediction less the truth, :math:`p - y`.

    Parameters
    ----------
    logits
        Shape (rows, vocabulary).
    weights
        How much each word counts in each row, from 0, shape (rows, vocabulary).

    Raises
    ------
    ValueError
        If the shapes differ or are not (rows, vocabulary), logits are not finite, or a weight is
        negative or not finite.

    Examples
    --------
    >>> loss, gradient = softmax_cross_entropy(np.log([[0.5, 0.3, 0.2]]), np.array([[0, 1, 0]]))
    >>> round(float(np.exp(-loss)), 2), gradient.round(2).tolist()
    (0.3, [[0.5, -0.7, 0.2]])
    """
    logits, weights = _checked(logits, weights)
    log_p = logits - logsumexp(logits, axis=1, keepdims=True)
    loss = -float(np.sum(weights * log_p))
    return Loss(loss, weights.sum(axis=1, keepdims=True) * np.exp(log_p) - weights)


def softmax_squared_error(logits: np.ndarray, weights: np.ndarray) -> Loss:
    r"""Squared distance of a softmax output from the word that came, and its gradient.

    Equation: :eq:`eq-squared-error-gradient`

    .. math::
        L = \sum_{r, w} q_{rw} \lVert p_r - e_w \rVert^2, \qquad
        \frac{\partial L}{\partial z_{rj}} = 2 \, p_{rj} \left(d_{rj} - \sum_i p_{ri} \, d_{ri}
            \right), \qquad d_{rj} = s_r \, p_{rj} - q_{rj}

    where :math:`e_w` has a one for word *w*. It is known as the Brier score, and here to be
    compared with: as a loss, its gradient vanishes where a model is sure and wrong. Parameters and
    errors as in :func:`softmax_cross_entropy`.

    Examples
    --------
    >>> loss, gradient = softmax_squared_error(np.log([[0.5, 0.3, 0.2]]), np.array([[0, 1, 0]]))
    >>> round(loss, 2), gradient.round(3).tolist()
    (0.78, [[0.42, -0.468, 0.048]])
    """
    logits, weights = _checked(logits, weights)
    p = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
    totals = weights.sum(axis=1, keepdims=True)
    loss = float(np.sum(totals * p**2) - 2 * np.sum(weights * p) + weights.sum())
    difference = totals * p - weights
    return Loss(loss, 2 * p * (difference - (p * difference).sum(axis=1, keepdims=True)))


def _checked(logits: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    logits, weights = real_numbers("logits", logits), real_numbers("weights", weights)
    if logits.ndim != 2 or not logits.size or logits.shape != weights.shape:
        raise ValueError(
            "logits and weights must have the same shape (rows, vocabulary), with at least one "
            f"row; they had {logits.shape} and {weights.shape}"
        )
    if not np.isfinite(logits).all():
        raise ValueError("logits must be finite; one was NaN or infinity")
    if not (np.isfinite(weights).all() and weights.min() >= 0):
        raise ValueError("weights must be finite and not negative; one was not")
    return logits, weights
