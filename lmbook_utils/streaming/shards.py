"""A text as files of ids: compressed shards to be streamed, or one file to be memory-mapped."""

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lmbook_utils import storage
from lmbook_utils._validation import (
    array_of,
    list_of,
    require_iterable,
    require_path,
    require_type,
    require_whole,
)

_OPENERS: dict[str, Any] = {"none": open, "gzip": gzip.open, "bz2": bz2.open, "xz": lzma.open}
_COMPRESSORS = {
    "none": bytes,
    # Without the time of writing, so that the same ids make the same file.
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
}
_SUFFIXES = {"none": "", "gzip": ".gz", "bz2": ".bz2", "xz": ".xz"}
_DAMAGED = (OSError, zlib.error, lzma.LZMAError)  # what the readers of compressed files raise
_TYPE = np.dtype("<u2")  # little-endian on every machine; enough for 65,536 entries
_BLOCK = 1 << 15


def write_shards(
    pieces: Iterable[np.ndarray],
    folder: str | os.PathLike[str],
    tokens_per_shard: int = 1 << 20,
    compression: str = "gzip",
) -> list[Path]:
    """Write a stream of ids as numbered files; never more than one shard is in memory.

    Parameters
    ----------
    pieces
        The stream, cut anywhere, such as one array for each document, shape (tokens,) each.
    folder
        Where to write; it is created. It must hold no shards yet.
    tokens_per_shard
        The length of all shards but the last.
    compression
        ``"none"``, ``"gzip"``, ``"bz2"`` or ``"xz"``.

    Returns
    -------
    list of Path
        The files, in order.

    Raises
    ------
    ValueError
        If ``compression`` is unknown, an id does not fit in 16 bits or is no whole number, there is
        nothing to write, or the folder holds shards. Also if ``folder`` is no path, ``compression``
        is no string, or ``pieces`` is no iterable.
    OSError
        If a file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> pieces = [np.array([4, 5, 6]), np.array([7, 8])]
    >>> files = write_shards(pieces, tempfile.mkdtemp(), tokens_per_shard=2)
    >>> [file.name for file in files]
    ['shard-00000.gz', 'shard-00001.gz', 'shard-00002.gz']
    >>> np.concatenate(list(read_shards(files))).tolist()
    [4, 5, 6, 7, 8]
    """
    require_path(folder=folder)
    require_type(str, compression=compression)
    require_iterable(pieces=pieces)
    require_whole(1, tokens_per_shard=tokens_per_shard)
    if compression not in _OPENERS:
        raise ValueError(
            f"compression must be one of {', '.join(_OPENERS)}; it was {compression!r}"
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if next(folder.glob("shard-*"), None):
        raise ValueError(f"folder must hold no shards yet; {folder} does")
    files: list[Path] = []
    for shard in _regrouped(pieces, tokens_per_shard):
        data = _COMPRESSORS[compression](shard.tobytes())
        files.append(folder / f"shard-{len(files):05d}{_SUFFIXES[compression]}")
        storage.write_atomically(files[-1], data)
    if not files:
        raise ValueError("pieces must hold at least one id; there was none")
    return files


def read_shards(files: Iterable[str | os.PathLike[str]]) -> Iterator[np.ndarray]:
    """Give the ids of shards in blocks of at most 32,768, shape (tokens,), of uint16.

    One block is in memory at a time, whatever the size of the files.

    Parameters
    ----------
    files
        As :func:`write_shards` returned them; the name's ending says how they are compressed.

    Raises
    ------
    ValueError
        If a file ends in the middle of an id or of its compressed data, or these are damaged or
        not compressed as the file's name says, or the name is of another kind. Also if ``files``
        is no iterable.
    OSError
        If a file cannot be read.

    Examples
    --------
    See :func:`write_shards`.
    >>> list(read_shards([]))
    []
    """
    files = list_of((str, os.PathLike), files=files)
    for file in map(Path, files):
        known = [name for name, suffix in _SUFFIXES.items() if file.suffix == suffix]
        if not known:
            raise ValueError(f"files must be named as write_shards does; one was {file.name}")
        opener = _OPENERS[known[0]]
        with opener(file, "rb") as content:
            try:
                while block := content.read(_BLOCK * _TYPE.itemsize):
                    if len(block) % _TYPE.itemsize:
                        raise ValueError(f"files must hold whole ids; {file.name} ends within one")
                    yield np.frombuffer(block, _TYPE)
            except EOFError as error:
                raise ValueError(f"files must be complete; {file.name} is cut off") from error
            except _DAMAGED as error:
                if getattr(error, "errno", None):  # the disk failed, not the reader of gzip or bz2
                    raise
                raise ValueError(
                    f"files must be compressed as their names say, and whole; {file.name} is not "
                    f"({error})"
                ) from error


def write_mapped(pieces: Iterable[np.ndarray], path: str | os.PathLike[str]) -> int:
    """Write a stream of ids to one file for :func:`map_ids`; return the number of ids.

    Raises
    ------
    ValueError
        If an id does not fit in 16 bits or is no whole number. Also if ``path`` is no path, or
        ``pieces`` is no iterable.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "text.ids")
    >>> write_mapped([np.array([4, 5, 6]), np.array([7, 8])], path)
    5
    >>> map_ids(path)[1:3].tolist()
    [5, 6]
    """
    require_path(path=path)
    require_iterable(pieces=pieces)
    storage.write_atomically(path, (_checked(piece).tobytes() for piece in pieces))
    return Path(path).stat().st_size // _TYPE.itemsize


def map_ids(path: str | os.PathLike[str]) -> np.ndarray:
    """Open a file of ids without reading it: the system fetches the pages that are looked at.

    Returns
    -------
    memmap of uint16, shape (tokens,)
        It cannot be written to.

    Raises
    ------
    ValueError
        If the file is empty or ends in the middle of an id. Also if ``path`` is no path.
    OSError
        If it cannot be read.

    Examples
    --------
    See :func:`write_mapped`.
    >>> map_ids(os.devnull)
    Traceback (most recent call last):
    ValueError: path must be a file of whole ids; it had 0 bytes
    """
    require_path(path=path)
    size = Path(path).stat().st_size
    if not size or size % _TYPE.itemsize:
        raise ValueError(f"path must be a file of whole ids; it had {size} bytes")
    return np.memmap(path, _TYPE, mode="r")


def _regrouped(pieces: Iterable[np.ndarray], length: int) -> Iterator[np.ndarray]:
    """Cut a stream anew, into arrays of this length and a last one of what is left."""
    waiting: list[np.ndarray] = []
    count = 0
    for piece in pieces:
        ids = _checked(piece)
        while count + len(ids) >= length:
            rest = length - count
            yield np.concatenate([*waiting, ids[:rest]])
            waiting, count, ids = [], 0, ids[rest:]
        if len(ids):
            waiting.append(ids)
            count += len(ids)
    if waiting:
        yield np.concatenate(waiting)


def _checked(piece: np.ndarray) -> np.ndarray:
    ids = array_of("pieces", piece)
    if ids.ndim != 1 or (ids.size and not np.issubdtype(ids.dtype, np.integer)):
        raise ValueError(
            f"pieces must be whole numbers, shape (tokens,); one was {ids.dtype}, {ids.shape}"
        )
    largest = np.iinfo(_TYPE).max
    if ids.size and not 0 <= ids.min() <= ids.max() <= largest:
        raise ValueError(
            f"pieces must hold ids from 0 to {largest}; they went from {ids.min()} to {ids.max()}"
        )
    return ids.astype(_TYPE)
