"""N-gram counts of a text that is larger than memory: sorted runs on disk, then one merge.

An n-gram of ids becomes one number of 64 bits, so that sorting n-grams is sorting numbers.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from lmbook_utils import storage
from lmbook_utils._validation import (
    array_of,
    require_ids,
    require_iterable,
    require_path,
    require_whole,
    whole_numbers,
)

_PAIR = np.dtype([("key", "<u8"), ("count", "<i8")])


def to_keys(ids: np.ndarray, order: int, vocab_size: int) -> np.ndarray:
    """Make one number of each n-gram of a stream: its ids are the digits, to base V.

    Parameters
    ----------
    ids
        The stream, shape (tokens,).
    order
        The length of the n-grams.
    vocab_size
        The number of entries, V.

    Returns
    -------
    ndarray of uint64, shape (tokens - order + 1,)
        Empty if the stream is shorter than an n-gram.

    Raises
    ------
    ValueError
        If the numbers would need more than 64 bits, or an id is not from 0 to V - 1.

    Examples
    --------
    >>> to_keys(np.array([1, 2, 3]), order=2, vocab_size=10).tolist()
    [12, 23]
    >>> from_keys(np.array([12, 23]), order=2, vocab_size=10).tolist()
    [[1, 2], [2, 3]]
    """
    require_whole(1, order=order, vocab_size=vocab_size)
    if vocab_size**order > 2**64:
        raise ValueError(
            f"order and vocab_size must give keys of at most 64 bits; {vocab_size}^{order} does not"
        )
    ids = array_of("ids", ids)
    if ids.size or ids.ndim != 1:
        require_ids(vocab_size, ids=ids)
    if len(ids) < order:
        return np.empty(0, np.uint64)
    keys = np.zeros(len(ids) - order + 1, np.uint64)
    for place in range(order):
        digits = ids[place : len(ids) - order + 1 + place].astype(np.uint64)
        keys = keys * np.uint64(vocab_size) + digits
    return keys


def from_keys(keys: np.ndarray, order: int, vocab_size: int) -> np.ndarray:
    """The n-grams of :func:`to_keys`, shape (n-grams, order).

    Raises
    ------
    ValueError
        If ``order`` is no whole number from 1, or ``vocab_size`` is no whole number from 1.

    Examples
    --------
    >>> from_keys(np.array([12]), order=3, vocab_size=10).tolist()
    [[0, 1, 2]]
    """
    require_whole(1, order=order, vocab_size=vocab_size)
    keys = whole_numbers("keys", keys, "keys").astype(np.uint64)
    digits = []
    for _ in range(order):
        digits.append(keys % np.uint64(vocab_size))
        keys = keys // np.uint64(vocab_size)
    return np.stack(digits[::-1], axis=1).astype(np.int64)


def count_ngrams(
    pieces: Iterable[np.ndarray],
    order: int,
    vocab_size: int,
    folder: str | os.PathLike[str],
    keys_in_memory: int = 1 << 20,
) -> Path:
    """Count all n-grams of a stream, with a bounded number of them in memory.

    1. Gather keys until there are ``keys_in_memory``; sort and count them; write them to a file of
       their own, a *run*.
    2. Merge all runs: read the beginnings of all; whatever is not larger than the smallest of
       their last keys cannot turn up again, so it is added up and written; read on.

    Parameters
    ----------
    pieces
        The stream, cut anywhere: n-grams across a cut are counted.
    order, vocab_size
        As in :func:`to_keys`.
    folder
        Where to write; it is created. The runs are deleted at the end.
    keys_in_memory
        In step 1; in step 2 the beginnings of all runs together.

    Returns
    -------
    Path
        The file, for :func:`read_counts`.

    Raises
    ------
    ValueError
        If a number is out of its range or an id is not one of the vocabulary. Also if ``order`` is
        no whole number from 1, ``folder`` is no path, or ``pieces`` is no iterable.
    OSError
        If a file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> pieces = [np.array([1, 2, 1]), np.array([2, 1])]
    >>> file = count_ngrams(pieces, order=2, vocab_size=10, folder=tempfile.mkdtemp())
    >>> keys, counts = read_counts(file)
    >>> keys.tolist(), counts.tolist()
    ([12, 21], [2, 2])
    """
    require_whole(1, order=order, vocab_size=vocab_size)
    require_path(folder=folder)
    require_iterable(pieces=pieces)
    require_whole(1, keys_in_memory=keys_in_memory)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    runs: list[Path] = []
    try:
        for keys in _batches_of_keys(pieces, order, vocab_size, keys_in_memory):
            runs.append(folder / f"run-{len(runs):05d}")
            _pairs(keys, np.ones(len(keys), np.int64)).tofile(runs[-1])
        result = folder / f"{order}-grams.counts"
        merged = _merged(runs, max(1, keys_in_memory // max(1, len(runs))))
        storage.write_atomically(result, (pairs.tobytes() for pairs in merged))
    finally:
        for run in runs:
            run.unlink(missing_ok=True)
    return result


def read_counts(file: str | os.PathLike[str]) -> tuple[np.ndarray, np.ndarray]:
    """The keys of a file of :func:`count_ngrams`, ascending, and their counts, (n-grams,) each.

    Both are views of a memory map: what is not looked at is not read.

    Raises
    ------
    ValueError
        If ``file`` is no path.

    Examples
    --------
    See :func:`count_ngrams`.
    >>> [part.tolist() for part in read_counts(os.devnull)]
    [[], []]
    """
    require_path(file=file)
    empty = not Path(file).stat().st_size
    pairs = np.empty(0, _PAIR) if empty else np.memmap(file, _PAIR, mode="r")
    return pairs["key"], pairs["count"]


def _batches_of_keys(
    pieces: Iterable[np.ndarray], order: int, vocab_size: int, size: int
) -> Iterator[np.ndarray]:
    waiting: list[np.ndarray] = []
    count = 0
    tail = np.empty(0, np.int64)
    for piece in pieces:
        piece = whole_numbers("pieces", piece, "tokens") if np.size(piece) else np.zeros(0, int)
        # Long pieces are cut, so that no piece is larger than what may be in memory.
        for start in range(0, len(piece), size):
            cut = piece[start : start + size]
            require_ids(vocab_size, pieces=cut)
            ids = np.concatenate([tail, cut.astype(np.int64)])
            keys = to_keys(ids, order, vocab_size)
            tail = ids[len(keys) :]  # the words whose n-grams go on in the next piece
            waiting.append(keys)
            count += len(keys)
            if count >= size:
                yield np.concatenate(waiting)
                waiting, count = [], 0
    if count:
        yield np.concatenate(waiting)


def _pairs(keys: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Sort keys and add up the counts of equal ones."""
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    pairs = np.empty(len(starts), _PAIR)
    pairs["key"] = keys[starts]
    pairs["count"] = np.add.reduceat(counts, starts) if len(starts) else 0
    return pairs


def _merged(runs: list[Path], block: int) -> Iterator[np.ndarray]:
    files = [run.open("rb") for run in runs]
    try:
        heads = [np.empty(0, _PAIR) for _ in files]
        at_end = [False] * len(files)
        while True:
            for number, file in enumerate(files):
                if not len(heads[number]) and not at_end[number]:
                    heads[number] = np.frombuffer(file.read(block * _PAIR.itemsize), _PAIR)
                    at_end[number] = not len(heads[number])
            filled = [head for head in heads if len(head)]
            if not filled:
                return
            safe = min(head["key"][-1] for head in filled)
            cuts = [np.searchsorted(head["key"], safe, side="right") for head in heads]
            ready = np.concatenate([head[:cut] for head, cut in zip(heads, cuts, strict=True)])
            heads = [head[cut:] for head, cut in zip(heads, cuts, strict=True)]
            yield _pairs(ready["key"], ready["count"])
    finally:
        for file in files:
            file.close()
