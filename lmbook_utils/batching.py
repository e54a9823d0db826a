"""From a stream of word ids to the arrays that a network is trained on.

Three layouts, all NumPy:

- :func:`next_word_windows`: a window of words and the one word that follows it. It makes the
  ``X_train`` and ``y_train`` of tutorials that predict one word for each window.
- :func:`contiguous_streams`: the text cut into parallel streams, for truncated backpropagation
  through time with a state that is carried from batch to batch. Each word is predicted once.
- :func:`padded_sentences`: one sentence in each row, filled up with padding, and a mask.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lmbook_utils._validation import array_of, require_list, require_whole
from lmbook_utils.vocabulary import Vocabulary


class Streams(NamedTuple):
    """What :func:`contiguous_streams` returns; each of shape (batches, batch_size, steps)."""

    inputs: np.ndarray
    targets: np.ndarray
    weights: np.ndarray


class Padded(NamedTuple):
    """What :func:`padded_sentences` returns; each of shape (sentences, longest + 1)."""

    inputs: np.ndarray
    targets: np.ndarray
    mask: np.ndarray


def next_word_windows(ids: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut a stream into overlapping windows, each with the word that follows it.

    Parameters
    ----------
    ids
        The stream, shape (tokens,).
    window
        The number of words that the model sees before it predicts.

    Returns
    -------
    inputs : ndarray of int32, shape (tokens - window, window)
        A view on one copy of the stream: overlapping windows share their memory, and cannot be
        written to.
    targets : ndarray of int32, shape (tokens - window,)

    Raises
    ------
    ValueError
        If ``window`` is not a whole number from 1, the stream is not longer than one window, or
        its ids are not whole numbers from 0.

    Examples
    --------
    >>> inputs, targets = next_word_windows(np.array([4, 5, 6, 7, 8]), window=3)
    >>> inputs.tolist(), targets.tolist()
    ([[4, 5, 6], [5, 6, 7]], [7, 8])
    """
    ids = _checked_ids(ids, "ids")
    require_whole(1, window=window)
    if len(ids) <= window:
        raise ValueError(
            f"ids must be longer than one window of {window}, so that a word follows it; "
            f"there were {len(ids)}"
        )
    return sliding_window_view(ids[:-1], window), ids[window:].copy()


def contiguous_streams(ids: np.ndarray, batch_size: int, steps: int) -> Streams:
    """Lay a stream out in ``batch_size`` parallel streams, cut into batches of ``steps`` words.

    Row ``b`` of batch ``n + 1`` continues row ``b`` of batch ``n``, so that a recurrent network
    may keep its state from one batch to the next. Each id of the stream is a target exactly
    once; the word before it is the input, and ``</s>`` stands before the first one.

    Parameters
    ----------
    ids
        The stream, shape (tokens,).
    batch_size
        The number of parallel streams.
    steps
        The number of words in a row of a batch: how far gradients flow back.

    Returns
    -------
    Streams
        ``inputs`` and ``targets`` of int32 and ``weights`` of float32, each of shape (batches,
        batch_size, steps). Places that hold no word, at the ends of the streams, have weight 0
        (and the id of ``<pad>``); all others have weight 1. All streams are of equal length but
        the last ones, which hold what is left over.

    Raises
    ------
    ValueError
        If ``batch_size`` or ``steps`` is not a whole number from 1, there are fewer ids than
        streams, or the ids are not whole numbers from 0.

    Examples
    --------
    >>> streams = contiguous_streams(np.array([4, 5, 6, 7, 8, 9]), batch_size=2, steps=2)
    >>> streams.inputs.tolist()
    [[[3, 4], [6, 7]], [[5, 0], [8, 0]]]
    >>> streams.targets.tolist()
    [[[4, 5], [7, 8]], [[6, 0], [9, 0]]]
    """
    ids = _checked_ids(ids, "ids")
    require_whole(1, batch_size=batch_size, steps=steps)
    batch_size, steps = int(batch_size), int(steps)  # NumPy's may have no negative, used below
    if len(ids) < batch_size:
        raise ValueError(
            f"ids must hold at least as many words as there are streams, batch_size = "
            f"{batch_size}; there were {len(ids)}"
        )
    length = -(-len(ids) // batch_size)  # words in a stream, rounded up
    batches = -(-length // steps)

    def lay_out(values: np.ndarray, fill: float) -> np.ndarray:
        rows = np.full((batch_size, length), fill, values.dtype)
        rows.flat[: len(values)] = values
        rows = np.pad(rows, ((0, 0), (0, batches * steps - length)), constant_values=fill)
        return rows.reshape(batch_size, batches, steps).swapaxes(0, 1)

    return Streams(
        lay_out(
            np.concatenate([[Vocabulary.eos_id], ids[:-1]]).astype(np.int32), Vocabulary.pad_id
        ),
        lay_out(ids, Vocabulary.pad_id),
        lay_out(np.ones(len(ids), np.float32), 0.0),
    )


def padded_sentences(sentences: Sequence[np.ndarray]) -> Padded:
    """Put each sentence in a row of its own: ``<s> w₁ … wₙ`` → ``w₁ … wₙ </s>``.

    Parameters
    ----------
    sentences
        The ids of each sentence, without ``<s>`` and ``</s>``.

    Returns
    -------
    Padded
        ``inputs`` and ``targets`` of int32, filled up with ``<pad>``, and ``mask`` of bool (True
        where a target is a word), each of shape (sentences, longest + 1).

    Raises
    ------
    ValueError
        If there is no sentence, or one holds ids that are not whole numbers from 0. Also if
        ``sentences`` is no list of ids.

    Examples
    --------
    >>> batch = padded_sentences([np.array([7]), np.array([8, 9])])
    >>> batch.inputs.tolist()
    [[2, 7, 0], [2, 8, 9]]
    >>> batch.targets.tolist()
    [[7, 3, 0], [8, 9, 3]]
    >>> batch.mask.sum(axis=1).tolist()
    [2, 3]
    """
    require_list(object, sentences=sentences)
    if not len(sentences):
        raise ValueError("sentences must hold at least one sentence; it was empty")
    rows = [_checked_ids(sentence, "each of the sentences") for sentence in sentences]
    shape = (len(rows), max(map(len, rows)) + 1)
    inputs = np.full(shape, Vocabulary.pad_id, np.int32)
    targets = np.full(shape, Vocabulary.pad_id, np.int32)
    for i, row in enumerate(rows):
        inputs[i, : len(row) + 1] = [Vocabulary.bos_id, *row]
        targets[i, : len(row) + 1] = [*row, Vocabulary.eos_id]
    lengths = np.array([len(row) + 1 for row in rows])
    return Padded(inputs, targets, np.arange(shape[1]) < lengths[:, None])


def _checked_ids(ids: np.ndarray, name: str) -> np.ndarray:
    """Return the ids as a new array of int32."""
    ids = array_of(name, ids)
    if ids.size and not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers; their type was {ids.dtype}")
    if ids.ndim != 1:
        raise ValueError(f"{name} must have one axis, (tokens,); the shape was {ids.shape}")
    largest = np.iinfo(np.int32).max
    if ids.size and not 0 <= ids.min() <= ids.max() <= largest:
        raise ValueError(
            f"{name} must be from 0 to {largest}; they went from {ids.min()} to {ids.max()}"
        )
    return ids.astype(np.int32)
