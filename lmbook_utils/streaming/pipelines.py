"""Batches of a text that is larger than memory, with ``tf.data``."""

import os
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from lmbook_utils._validation import require_list, require_path, require_whole
from lmbook_utils.streaming.shards import map_ids, read_shards


def windows_of_shards(
    files: Sequence[str | os.PathLike[str]],
    window: int,
    batch_size: int,
    buffer_size: int = 1,
    seed: int = 0,
) -> tf.data.Dataset:
    """Stream windows of a text from compressed shards, shuffled within a buffer.

    Each window has ``window`` inputs and, one place further, as many targets; the next window
    begins where it ends, so each word is a target once. What is left over at the end of the text
    is dropped. Nothing but the buffer and a few batches is in memory.

    Parameters
    ----------
    files
        As :func:`~lmbook_utils.streaming.shards.write_shards` returned them.
    window
        Words of a window.
    batch_size
        Windows of a batch.
    buffer_size
        Windows in the shuffle buffer; 1 for no shuffling.
    seed
        Of the buffer's draws.

    Returns
    -------
    tf.data.Dataset
        Of inputs and targets, int32, shape (batch, window) each.

    Raises
    ------
    ValueError
        If a number is not a whole number from 1, or there is no file. Also if ``files`` is no list
        of ``str or os.PathLike``.

    Examples
    --------
    >>> import tempfile
    >>> from lmbook_utils.streaming.shards import write_shards
    >>> files = write_shards([np.arange(4, 12)], tempfile.mkdtemp(), tokens_per_shard=3)
    >>> for inputs, targets in windows_of_shards(files, window=3, batch_size=2):
    ...     print(inputs.numpy().tolist(), targets.numpy().tolist())
    [[4, 5, 6], [7, 8, 9]] [[5, 6, 7], [8, 9, 10]]
    """
    require_list((str, os.PathLike), files=files)
    if not files:
        raise ValueError("files must hold at least one shard; there was none")
    require_whole(1, window=window, batch_size=batch_size, buffer_size=buffer_size)
    paths = [os.fspath(file) for file in files]

    def rows() -> Iterator[np.ndarray]:
        rest = np.empty(0, np.int32)
        for block in read_shards(paths):
            ids = np.concatenate([rest, block.astype(np.int32)])
            count = max(0, len(ids) - 1) // window
            yield ids[_places(np.arange(count), window)]
            rest = ids[count * window :]

    data = _of_rows(rows, window).unbatch()
    if buffer_size > 1:
        data = data.shuffle(buffer_size, seed=seed)
    return _inputs_and_targets(data.batch(batch_size))


def windows_of_mapped(
    path: str | os.PathLike[str], window: int, batch_size: int, seed: int | None = None
) -> tf.data.Dataset:
    """Read windows of a memory-mapped text, in a random order of the whole text if there is a seed.

    A file that can be read anywhere needs no buffer: the *numbers* of the windows are shuffled,
    eight bytes each, and then each window is fetched.

    Parameters
    ----------
    path
        As :func:`~lmbook_utils.streaming.shards.write_mapped` wrote it.
    window, batch_size
        As in :func:`windows_of_shards`.
    seed
        Of the order; ``None`` for the order of the text.

    Returns
    -------
    tf.data.Dataset
        As :func:`windows_of_shards` returns it.

    Raises
    ------
    ValueError
        If a number is not a whole number from 1, or the file holds no whole window. Also if
        ``path`` is no path.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from lmbook_utils.streaming.shards import write_mapped
    >>> path = pathlib.Path(tempfile.mkdtemp(), "text.ids")
    >>> write_mapped([np.arange(4, 12)], path)
    8
    >>> for inputs, _ in windows_of_mapped(path, window=3, batch_size=2, seed=1):
    ...     print(sorted(inputs.numpy().tolist()))
    [[4, 5, 6], [7, 8, 9]]
    """
    require_path(path=path)
    require_whole(1, window=window, batch_size=batch_size)
    ids = map_ids(path)
    count = (len(ids) - 1) // window
    if not count:
        raise ValueError(f"path must hold more than one window of {window}; it had {len(ids)} ids")

    def batches() -> Iterator[np.ndarray]:
        order = np.arange(count)
        if seed is not None:
            np.random.default_rng(seed).shuffle(order)
        for start in range(0, count, batch_size):
            yield ids[_places(order[start : start + batch_size], window)].astype(np.int32)

    return _inputs_and_targets(_of_rows(batches, window))


def _places(windows: np.ndarray, window: int) -> np.ndarray:
    """Where the words of windows stand, from the windows' numbers: (windows, window + 1)."""
    return windows[:, None] * window + np.arange(window + 1)


def _of_rows(rows: Callable[[], Iterator[np.ndarray]], window: int) -> tf.data.Dataset:
    """A data set of the arrays that a function yields, shape (any number, window + 1) each."""
    signature = tf.TensorSpec((None, window + 1), tf.int32)
    return tf.data.Dataset.from_generator(rows, output_signature=signature)


def _inputs_and_targets(batches: tf.data.Dataset) -> tf.data.Dataset:
    return batches.map(lambda rows: (rows[:, :-1], rows[:, 1:])).prefetch(1)
