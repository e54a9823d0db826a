"""Checks of arguments that the modules of this folder share."""

import numpy as np

from lmbook_utils._validation import array_of


def real_array(
    name: str, values: object, axes: str, shape: tuple[int | None, ...], dtype: np.dtype
) -> np.ndarray:
    """Return the values as an array of ``dtype``, if they are finite numbers of that shape.

    ``axes`` names the axes in the message. ``None`` in ``shape`` allows any length from 1.

    Examples
    --------
    >>> real_array("x", [[1, 2]], "batch, features", (None, 2), np.dtype(float))
    array([[1., 2.]])
    >>> real_array("x", [[1, 2]], "batch, features", (None, 3), np.dtype(float))
    Traceback (most recent call last):
    ValueError: x must have the shape (batch, features) = (≥ 1, 3); the shape was (1, 2)
    """
    array = array_of(name, values)
    if not np.issubdtype(array.dtype, np.integer) and not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"{name} must hold real numbers; their type was {array.dtype}")
    if array.ndim != len(shape) or not all(
        (length > 0) if wanted is None else (length == wanted)
        for length, wanted in zip(array.shape, shape, strict=True)
    ):
        wanted = ", ".join("≥ 1" if length is None else str(length) for length in shape)
        comma = "," if len(shape) == 1 else ""
        raise ValueError(
            f"{name} must have the shape ({axes}{comma}) = ({wanted}{comma}); "
            f"the shape was {array.shape}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold neither NaN nor infinity; it did")
    return array.astype(dtype, copy=False)


def word_ids(name: str, ids: object, axes: str, vocab_size: int | None) -> np.ndarray:
    """Return the ids as an array, if they are whole numbers from 0 to ``vocab_size - 1``.

    ``axes`` names the axes; none of them may be empty. ``None`` for ``vocab_size`` for no bound.

    Examples
    --------
    >>> word_ids("ids", [[0, 3]], "batch, time", vocab_size=3)
    Traceback (most recent call last):
    ValueError: ids must be from 0 to 2, words of the vocabulary; they went from 0 to 3
    """
    ids = array_of(name, ids)
    if ids.ndim != len(axes.split(", ")) or not ids.size:
        comma = "" if "," in axes else ","
        raise ValueError(
            f"{name} must have the shape ({axes}{comma}), with at least one word; "
            f"the shape was {ids.shape}"
        )
    if not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers; their type was {ids.dtype}")
    if ids.min() < 0 or (vocab_size is not None and ids.max() >= vocab_size):
        largest = "" if vocab_size is None else f" to {vocab_size - 1}, words of the vocabulary"
        raise ValueError(
            f"{name} must be from 0{largest}; they went from {ids.min()} to {ids.max()}"
        )
    return ids
