"""Checks of arguments that several modules share."""

import math
from numbers import Integral, Real
from typing import TypeGuard

import numpy as np


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether a value is a whole number, Python's or NumPy's.

    ``True`` and ``False`` are whole numbers to Python; as a size or an id they are a slip.

    Examples
    --------
    >>> is_whole(3), is_whole(2.5), is_whole(True)
    (True, False, False)
    """
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[float]:
    """Say whether a value is a real number, Python's or NumPy's; ``True`` and ``False`` are none.

    Examples
    --------
    >>> is_number(2.5), is_number("2"), is_number(True)
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def require_whole(minimum: int, **arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no whole number from ``minimum``.

    Examples
    --------
    >>> require_whole(1, window=3)
    >>> require_whole(1, window=2.5)
    Traceback (most recent call last):
    ValueError: window must be a whole number and at least 1; it was 2.5
    """
    for name, value in arguments.items():
        if not is_whole(value) or value < minimum:
            raise ValueError(
                f"{name} must be a whole number and at least {minimum}; it was {value!r}"
            )


def require_positive(**arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no finite number above 0.

    Examples
    --------
    >>> require_positive(learning_rate=-0.1)
    Traceback (most recent call last):
    ValueError: learning_rate must be a finite number above 0; it was -0.1
    """
    for name, value in arguments.items():
        if not is_number(value) or not 0 < value < math.inf:
            raise ValueError(f"{name} must be a finite number above 0; it was {value!r}")


def require_ids(vocab_size: int, **streams: np.ndarray) -> None:
    """Raise a ``ValueError`` for the first argument that is no stream of ids of a vocabulary.

    Checked before a network reads the ids; TensorFlow may not complain of its own.

    Examples
    --------
    >>> require_ids(3, train_ids=np.array([0, 2, 1]))
    >>> require_ids(3, train_ids=np.array([0.5, 1]))
    Traceback (most recent call last):
    ValueError: train_ids must hold whole numbers; their type was float64
    """
    for name, stream in streams.items():
        ids = np.asarray(stream)
        if ids.ndim != 1 or not ids.size:
            raise ValueError(
                f"{name} must be one stream of at least one word, shape (tokens,); the shape was "
                f"{ids.shape}"
            )
        if not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(f"{name} must hold whole numbers; their type was {ids.dtype}")
        if not 0 <= ids.min() <= ids.max() < vocab_size:
            raise ValueError(
                f"{name} must be from 0 to {vocab_size - 1}, as the vocabulary has {vocab_size} "
                f"entries; they went from {ids.min()} to {ids.max()}"
            )
