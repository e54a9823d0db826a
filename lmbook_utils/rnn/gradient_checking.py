"""Are a model's gradients right? Differences of its loss know, slowly."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lmbook_utils._validation import (
    finite_numbers,
    require_callable,
    require_positive,
    require_type,
)
from lmbook_utils.rnn.language_model import RNN


def numerical_gradient(
    loss: Callable[[], float], parameter: np.ndarray, epsilon: float = 1e-5
) -> np.ndarray:
    r"""Estimate a derivative by central differences.

    Equation: :eq:`eq-central-difference`

    .. math:: \frac{\partial L}{\partial \theta} \approx
        \frac{L(\theta + \epsilon) - L(\theta - \epsilon)}{2 \epsilon}

    for one entry of ``parameter`` after the other. The error of the formula shrinks with
    :math:`\epsilon^2`, that of rounding grows with :math:`1 / \epsilon`; in float64 they are about
    equal, and smallest, near :math:`\epsilon = 10^{-5}`.

    Parameters
    ----------
    loss
        Called without arguments, computes the loss with what ``parameter`` holds now.
    parameter
        An array of float64 of any shape. It is changed in place, and restored.
    epsilon
        The step, above 0.

    Returns
    -------
    ndarray of the shape of ``parameter``

    Raises
    ------
    ValueError
        If ``epsilon`` is not a finite number above 0, or the type is not float64, whose digits the
        differences need. Also if ``loss`` is no function.

    Examples
    --------
    >>> w = np.array([1.0, 3.0])
    >>> numerical_gradient(lambda: float((w**2).sum()), w).round(6)
    array([2., 6.])
    """
    require_callable(loss=loss)
    require_positive(epsilon=epsilon)
    if getattr(parameter, "dtype", None) != np.float64:
        raise ValueError(
            "parameter must be of float64 for differences to be exact; it was "
            f"{getattr(parameter, 'dtype', type(parameter).__name__)}"
        )
    gradient = np.empty_like(parameter)
    for index in np.ndindex(parameter.shape):
        value = parameter[index]
        parameter[index] = value + epsilon
        above = loss()
        parameter[index] = value - epsilon
        below = loss()
        parameter[index] = value
        gradient[index] = (above - below) / (2 * epsilon)
    return gradient


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    r"""Largest difference of two arrays, relative to their largest entry.

    .. math:: \frac{\max_k |a_k - b_k|}{\max_k (|a_k| + |b_k|)}

    It is 0 for equal arrays, and at most 1. The largest entry is the measure for all entries,
    because finite differences have an absolute error of about :math:`10^{-10}` times the size of
    the loss: an entry of :math:`10^{-8}` that is right would have a relative error of 1% by itself.

    Raises
    ------
    ValueError
        If the shapes differ, there is no entry, or one is not finite.

    Examples
    --------
    >>> relative_error(np.array([1.0, 0.0]), np.array([1.0, 0.5]))
    0.25
    """
    a, b = finite_numbers("a", a), finite_numbers("b", b)
    if a.shape != b.shape or not a.size:
        raise ValueError(
            f"a and b must have the same shape, with at least one entry; they had {a.shape} and "
            f"{b.shape}"
        )
    scale = (np.abs(a) + np.abs(b)).max()
    return float(np.abs(a - b).max() / scale) if scale != 0 else 0.0


def gradient_check(
    model: RNN,
    ids: np.ndarray,
    targets: np.ndarray,
    epsilon: float = 1e-5,
    state: list[Any] | None = None,
    mask: np.ndarray | None = None,
) -> dict[str, float]:
    """Compare a model's gradients with central differences, for every entry of every parameter.

    A gradient that is right has a relative error below 1e-6; a mistake makes one of 1e-2 or more.
    Each entry takes two forward passes, so let the model be tiny.

    Parameters
    ----------
    model
        A model of float64.
    ids, targets, state, mask
        As for :meth:`lmbook_utils.rnn.RNN.backward`.
    epsilon
        The step of :func:`numerical_gradient`.

    Returns
    -------
    dict of str to float
        The :func:`relative_error` for each parameter.

    Raises
    ------
    ValueError
        As :func:`numerical_gradient` and :meth:`lmbook_utils.rnn.RNN.backward`. Also if ``model``
        is no ``RNN``.

    Examples
    --------
    >>> from lmbook_utils.rnn import RNN
    >>> model = RNN(vocab_size=5, embedding_dim=2, units=3, cell="gru")
    >>> errors = gradient_check(model, ids=[[0, 1, 2]], targets=[[1, 2, 4]])
    >>> max(errors.values()) < 1e-6
    True
    """
    require_type(RNN, model=model)
    gradients = model.backward(ids, targets, state, mask).gradients
    errors = {}
    for name, parameter in model.parameters.items():
        numerical = numerical_gradient(
            lambda: model.loss(ids, targets, state, mask), parameter, epsilon
        )
        errors[name] = relative_error(gradients[name], numerical)
    return errors
