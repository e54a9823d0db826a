"""Texts of different lengths in one array, filled up; and networks that read them."""

from collections.abc import Sequence

import keras
import numpy as np

from lmbook_utils._validation import (
    array_of,
    is_list,
    places_in,
    require_list,
    require_type,
    require_whole,
)
from lmbook_utils.vocabulary import Vocabulary

Batch = tuple[np.ndarray, np.ndarray]
"""Ids, and 1 where there is one and 0 where there is padding: int32, each (texts, longest)."""


def pad(rows: Sequence[Sequence[int] | np.ndarray]) -> Batch:
    """Fill the ids of each text up to the length of the longest.

    Raises
    ------
    ValueError
        If there is no text, or one is no list of ids.

    Examples
    --------
    >>> ids, mask = pad([[7, 8], [9]])
    >>> ids.tolist(), mask.tolist()
    ([[7, 8], [9, 0]], [[1, 1], [1, 0]])
    """
    require_list((Sequence, np.ndarray), rows=rows)
    rows = [places_in(2**31, rows=row) for row in rows]
    if not rows:
        raise ValueError("rows must hold at least one text; there was none")
    lengths = np.array([len(row) for row in rows])
    ids = np.full((len(rows), lengths.max()), Vocabulary.pad_id, np.int32)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
    return ids, (np.arange(lengths.max()) < lengths[:, None]).astype(np.int32)


def checked_batch(batch: Batch) -> Batch:
    """Return ids and mask, or raise a ``ValueError`` if they are none.

    Examples
    --------
    >>> checked_batch((np.array([[7, 8]]), np.array([[1]])))
    Traceback (most recent call last):
    ValueError: batch must be ids and mask, each (texts, longest); it was of (1, 2), (1, 1)
    """
    arrays = [array_of("batch", part) for part in batch] if is_list(batch) else []
    shapes = [part.shape for part in arrays]
    if len(arrays) != 2 or shapes[0] != shapes[1] or arrays[0].ndim != 2:
        what = ", ".join(map(str, shapes)) or repr(batch)
        raise ValueError(f"batch must be ids and mask, each (texts, longest); it was of {what}")
    return arrays[0], arrays[1]


def predict(model: keras.Model, batch: Batch, batch_size: int) -> np.ndarray:
    """What a network of ``[ids, mask]`` says of each text, shape (texts, outputs), of float32.

    Texts of about one length are read together, so that little of what is read is padding.

    Raises
    ------
    ValueError
        If ``model`` is no ``Model``, or ``batch_size`` is no whole number from 1.

    Examples
    --------
    >>> ids, mask = (keras.Input((None,), dtype="int32") for _ in range(2))
    >>> count = keras.ops.cast(keras.ops.sum(ids * mask, axis=1, keepdims=True), "float32")
    >>> predict(keras.Model([ids, mask], count), pad([[7, 8], [9], [1, 1, 1]]), 2).tolist()
    [[15.0], [9.0], [3.0]]
    """
    require_type(keras.Model, model=model)
    require_whole(1, batch_size=batch_size)
    ids, mask = checked_batch(batch)
    lengths = mask.sum(axis=1)
    order = np.argsort(lengths, kind="stable")
    outputs = np.empty((len(ids), model.output_shape[-1]), np.float32)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        longest = lengths[rows].max()
        outputs[rows] = model([ids[rows, :longest], mask[rows, :longest]], training=False)
    return outputs
