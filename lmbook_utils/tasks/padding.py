"""Texts of different lengths in one array, filled up; and networks that read them."""

from collections.abc import Sequence

import keras
import numpy as np

from lmbook_utils.vocabulary import Vocabulary

Batch = tuple[np.ndarray, np.ndarray]
"""Ids, and 1 where there is one and 0 where there is padding: int32, each (texts, longest)."""


def pad(rows: Sequence[Sequence[int]]) -> Batch:
    """Fill the ids of each text up to the length of the longest.

    Examples
    --------
    >>> ids, mask = pad([[7, 8], [9]])
    >>> ids.tolist(), mask.tolist()
    ([[7, 8], [9, 0]], [[1, 1], [1, 0]])
    """
    lengths = np.array([len(row) for row in rows])
    ids = np.full((len(rows), lengths.max()), Vocabulary.pad_id, np.int32)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
    return ids, (np.arange(lengths.max()) < lengths[:, None]).astype(np.int32)


def predict(model: keras.Model, batch: Batch, batch_size: int) -> np.ndarray:
    """What a network of ``[ids, mask]`` says of each text, shape (texts, outputs), of float32.

    Texts of about one length are read together, so that little of what is read is padding.

    Examples
    --------
    >>> ids, mask = (keras.Input((None,), dtype="int32") for _ in range(2))
    >>> count = keras.ops.cast(keras.ops.sum(ids * mask, axis=1, keepdims=True), "float32")
    >>> predict(keras.Model([ids, mask], count), pad([[7, 8], [9], [1, 1, 1]]), 2).tolist()
    [[15.0], [9.0], [3.0]]
    """
    ids, mask = batch
    lengths = mask.sum(axis=1)
    order = np.argsort(lengths, kind="stable")
    outputs = np.empty((len(ids), model.output_shape[-1]), np.float32)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        longest = lengths[rows].max()
        outputs[rows] = model([ids[rows, :longest], mask[rows, :longest]], training=False)
    return outputs
