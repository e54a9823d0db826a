r"""Expectation–maximisation: weights that no count gives, because nobody saw what they count.

A mixture draws each word from one of several distributions, and does not say from which. If it
did, the best weights would be shares. EM takes the next best thing: with the weights of now it
computes how probable each source is for each word (the E step), and takes the shares of these
probabilities as the new weights (the M step). The likelihood never falls (Dempster et al., 1977).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import (
    array_of,
    is_number,
    real_numbers,
    require_number,
    require_whole,
)


class Weights(NamedTuple):
    """What EM found: the ``weights``, and the mean log-likelihood before each step, in nats."""

    weights: np.ndarray
    log_likelihoods: list[float]


def mixture_weights(
    probabilities: np.ndarray, iterations: int = 100, tolerance: float = 1e-9
) -> Weights:
    r"""Weights of a mixture of models, by EM from equal weights.

    Equation: :eq:`eq-em-weights`

    .. math::
        p(w_t) = \sum_m \lambda_m \, p_m(w_t), \qquad
        \lambda_m \leftarrow \frac1N \sum_t
            \frac{\lambda_m \, p_m(w_t)}{\sum_k \lambda_k \, p_k(w_t)}

    The hidden variable is the model that a word was drawn from.

    Parameters
    ----------
    probabilities
        Of the words of a held-out text under each model, shape (tokens, models).
    iterations
        How many steps at most.
    tolerance
        EM stops when the mean log-likelihood rises by less.

    Returns
    -------
    Weights
        One weight for each model, shape (models,); they sum to 1.

    Raises
    ------
    ValueError
        If ``probabilities`` has another shape, holds numbers that are no probabilities, or a word
        that no model holds for possible; or if ``iterations`` is no whole number from 1. Also if
        ``tolerance`` is no finite number from 0.

    Examples
    --------
    Two words that only the first model knows, and one that only the second knows:

    >>> found = mixture_weights(np.array([[0.5, 0.0], [0.1, 0.0], [0.0, 0.2]]))
    >>> found.weights.round(3).tolist()
    [0.667, 0.333]
    """
    require_number(0, tolerance=tolerance)
    probabilities = real_numbers("probabilities", probabilities)
    if probabilities.ndim != 2 or not probabilities.size:
        raise ValueError(
            "probabilities must have the shape (tokens, models), with at least one of each; it "
            f"was {probabilities.shape}"
        )
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("probabilities must be from 0 to 1; one was not")
    if not probabilities.any(axis=1).all():
        raise ValueError("probabilities must give each token to some model; one had only zeros")
    require_whole(1, iterations=iterations)

    def step(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        joint = weights * probabilities
        totals = joint.sum(axis=1, keepdims=True)
        return totals, (joint / totals).mean(axis=0)

    equal = np.full(probabilities.shape[1], 1 / probabilities.shape[1])
    return _climb(step, equal, iterations, tolerance)


def interpolation_weights(
    estimates: np.ndarray,
    known: np.ndarray,
    base: float,
    iterations: int = 100,
    tolerance: float = 1e-9,
) -> Weights:
    r"""Weights of a recursive interpolation, from the order 1 up (Jelinek and Mercer, 1980).

    .. math:: p_n = \lambda_n \hat p_n + (1 - \lambda_n) \, p_{n-1}, \qquad p_0 = \text{base},

    where :math:`\hat p_n` is the estimate of order n for the word that came. Where its context was
    never seen there is no such estimate, and :math:`p_n = p_{n-1}`. The hidden variable is the
    order at which the word was drawn.

    Parameters
    ----------
    estimates
        Probabilities of the words of a held-out text, shape (tokens, orders).
    known
        Whether the context was seen in training, shape (tokens, orders).
    base
        The probability of each word under the uniform distribution.
    iterations
        How many steps at most.
    tolerance
        EM stops when the mean log-likelihood rises by less.

    Returns
    -------
    Weights
        One weight for each order, shape (orders,), each from 0 to 1.

    Raises
    ------
    ValueError
        If the shapes differ, there is no token, or a number is out of its range.

    Examples
    --------
    The first two words came from the estimate, the last one did not:

    >>> found = interpolation_weights(np.array([[0.9], [0.9], [0.0]]), np.ones((3, 1), bool), 1e-6)
    >>> found.weights.round(3).tolist()
    [0.667]
    """
    require_number(0, tolerance=tolerance)
    estimates, known = real_numbers("estimates", estimates), array_of("known", known).astype(bool)
    if estimates.ndim != 2 or not estimates.size or estimates.shape != known.shape:
        raise ValueError(
            "estimates and known must have the same shape (tokens, orders), with at least one "
            f"token; they had {estimates.shape} and {known.shape}"
        )
    if not ((estimates >= 0) & (estimates <= 1)).all():
        raise ValueError("estimates must be probabilities, from 0 to 1; one was not")
    if not is_number(base) or not 0 < base <= 1:
        raise ValueError(f"base must be a probability above 0; it was {base!r}")
    require_whole(1, iterations=iterations)

    def step(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        weights_used = np.where(known, weights, 0.0)
        lower, levels = np.full(len(estimates), base), []
        for estimate, weight in zip(estimates.T, weights_used.T, strict=True):
            levels.append((weight * estimate, (1 - weight) * lower))
            lower = sum(levels[-1])
        return lower, _new_weights(levels, known, weights)

    return _climb(step, np.full(estimates.shape[1], 0.5), iterations, tolerance)


def _climb(
    step: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    weights: np.ndarray,
    iterations: int,
    tolerance: float,
) -> Weights:
    """Repeat steps of EM until the likelihood hardly rises.

    ``step`` takes weights, and returns the probabilities of the words under them and new weights.
    """
    history: list[float] = []
    for _ in range(iterations):
        probabilities, new_weights = step(weights)
        history.append(float(np.log(probabilities).mean()))
        if len(history) > 1 and history[-1] - history[-2] < tolerance:
            break
        weights = new_weights
    return Weights(weights, history)


def _new_weights(
    levels: list[tuple[np.ndarray, np.ndarray]], known: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """The share of the words that are drawn at an order, of those that come down to it."""
    new = weights.copy()
    arriving = np.ones(len(known))  # the probability that a word was not drawn at a higher order
    for order in reversed(range(len(levels))):
        here, below = levels[order]
        both = here + below  # 0 where no word comes from: then none arrives either
        drawn = arriving * np.divide(here, both, out=np.zeros(len(both)), where=both > 0)
        if (total := arriving[known[:, order]].sum()) > 0:
            new[order] = drawn[known[:, order]].sum() / total
        arriving = arriving - drawn
    return new
