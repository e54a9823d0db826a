r"""Smaller models after training: fewer bits for each weight, or fewer weights.

*Quantisation* stores whole numbers of a few bits, and one scale for each row of a matrix.
*Pruning* sets the weights nearest to zero to zero. Both work on plain arrays.
"""

from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import (
    finite_numbers,
    real_numbers,
    require_below_one,
    require_type,
    require_whole,
    whole_numbers,
)

_BITS = (4, 8)


class Quantised(NamedTuple):
    """What :func:`quantise` returns: whole numbers (rows, columns), and scales (rows, 1)."""

    values: np.ndarray
    scales: np.ndarray


def quantise(matrix: np.ndarray, bits: int = 8) -> Quantised:
    r"""Round each row of a matrix to whole numbers, after division by a scale of its own.

    Equation: :eq:`eq-quantisation`

    The largest weight of a row becomes :math:`2^{b-1} - 1`, so that no value is cut off.

    Parameters
    ----------
    matrix
        Shape (rows, columns).
    bits
        8 or 4.

    Returns
    -------
    Quantised
        ``values`` of int8 (with 4 bits from -7 to 7; :func:`pack` puts two in a byte) and
        ``scales`` of float32. A row of zeros has the scale 1.

    Raises
    ------
    ValueError
        If ``bits`` is neither 4 nor 8, or ``matrix`` has not two axes or is not finite.

    Examples
    --------
    >>> values, scales = quantise(np.array([[0.45, -1.0, 0.26], [0.0, 0.0, 0.0]]), bits=4)
    >>> values.tolist()
    [[3, -7, 2], [0, 0, 0]]
    """
    if bits not in _BITS:
        raise ValueError(f"bits must be 4 or 8; it was {bits!r}")
    matrix = real_numbers("matrix", matrix)
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise ValueError(
            f"matrix must have two axes and finite numbers; its shape was {matrix.shape}"
        )
    if np.abs(matrix).max(initial=0) > np.finfo(np.float32).max:
        raise ValueError("matrix must hold numbers that float32 can hold; one was larger")
    matrix = matrix.astype(np.float32)
    largest = np.abs(matrix).max(axis=1, keepdims=True, initial=0)
    scales = np.where(largest > 0, largest / (2 ** (bits - 1) - 1), 1).astype(np.float32)
    return Quantised(np.rint(matrix / scales).astype(np.int8), scales)


def dequantise(quantised: Quantised) -> np.ndarray:
    """Give the matrix of float32, shape (rows, columns), that the whole numbers stand for.

    No number is further from the original than half of its row's scale.

    Raises
    ------
    ValueError
        If ``quantised`` is no ``Quantised``.

    Examples
    --------
    >>> dequantise(quantise(np.array([[63.0, -127.0, 0.7]]), bits=8)).tolist()
    [[63.0, -127.0, 1.0]]
    """
    require_type(Quantised, quantised=quantised)
    restored: np.ndarray = quantised.values * quantised.scales
    return restored


def pack(values: np.ndarray) -> np.ndarray:
    """Put two numbers of 4 bits in each byte.

    Parameters
    ----------
    values
        From -8 to 7, any shape.

    Returns
    -------
    ndarray of uint8, shape (half as many, rounded up,)
        The first of each pair is in the lower half of its byte.

    Raises
    ------
    ValueError
        If a number needs more bits.

    Examples
    --------
    >>> pack(np.array([1, -1, 7])).tolist()
    [241, 7]
    """
    values = real_numbers("values", values).ravel()
    if values.size and not -8 <= values.min() <= values.max() <= 7:
        raise ValueError(
            f"values must be from -8 to 7; they went from {values.min()} to {values.max()}"
        )
    halves = (values.astype(np.int16) & 15).astype(np.uint8)
    halves = np.append(halves, np.zeros(len(halves) % 2, np.uint8))
    return halves[::2] | halves[1::2] << 4


def unpack(packed: np.ndarray, count: int) -> np.ndarray:
    """Give back the first ``count`` numbers that :func:`pack` put in bytes, as int8.

    Raises
    ------
    ValueError
        If ``count`` is no whole number from 0.

    Examples
    --------
    >>> unpack(pack(np.array([1, -1, 7])), count=3).tolist()
    [1, -1, 7]
    """
    require_whole(0, count=count)
    packed = whole_numbers("packed", packed, "bytes")
    halves = np.stack([packed & 15, packed >> 4], axis=1).ravel()[:count].astype(np.int8)
    return np.where(halves > 7, halves - 16, halves).astype(np.int8)


def prune(matrix: np.ndarray, share: float) -> np.ndarray:
    """Set the weights of smallest magnitude to zero.

    Parameters
    ----------
    matrix
        Any shape.
    share
        How many of them, from 0 and below 1 (rounded down to whole weights).

    Returns
    -------
    ndarray
        A new array of the same shape. Of weights that are equally far from zero, the first go.

    Raises
    ------
    ValueError
        If ``share`` is out of its range, or ``matrix`` does not hold finite numbers.

    Examples
    --------
    >>> prune(np.array([[0.5, -0.1], [0.2, -3.0]]), share=0.5).tolist()
    [[0.5, 0.0], [0.0, -3.0]]
    """
    require_below_one(share=share)
    finite_numbers("matrix", matrix)
    pruned = np.array(matrix)
    smallest = np.argsort(np.abs(pruned), axis=None, kind="stable")[: int(share * pruned.size)]
    pruned.flat[smallest] = 0
    return pruned
