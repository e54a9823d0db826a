"""Files that can be trusted: the cache folder, checksums, and writing that is whole or not at all.

Everything the book keeps on disk goes through this module. A file that is being written never
has its final name, so a reader of the file (another notebook, a later run) sees the old content
or the new, never half of it. What is read back is compared with a checksum first.
"""

import contextlib
import glob
import hashlib
import json
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import platformdirs

from lmbook_utils._validation import require_path, require_type

CACHE_VARIABLE = "LMBOOK_CACHE_DIR"
LEFT_BEHIND_AFTER = 24 * 3600  # seconds; longer than any download or writing takes


def cache_directory() -> Path:
    """The folder for downloaded and derived data; it is created if it does not exist yet.

    It is the one that the environment variable ``LMBOOK_CACHE_DIR`` names, or else the usual
    place for caches of the operating system.

    Raises
    ------
    OSError
        If the folder cannot be created, or no file can be written in it.
    """
    named = os.environ.get(CACHE_VARIABLE)
    folder = Path(named or platformdirs.user_cache_dir("lmbook", appauthor=False))
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # Trying is the only test that works everywhere.
            pass
    except OSError as error:
        raise OSError(
            f"the cache folder {folder} cannot be used ({error.strerror or error}); set the "
            f"environment variable {CACHE_VARIABLE} to a folder that you may write to"
        ) from error
    return folder


def sha256_of(path: str | os.PathLike[str]) -> str:
    """The SHA-256 checksum of a file, as 64 hexadecimal digits.

    Raises
    ------
    ValueError
        If ``path`` is no path.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> sha256_of(os.devnull)[:16]  # the checksum of nothing
    'e3b0c44298fc1c14'
    """
    require_path(path=path)
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_text(path: str | os.PathLike[str]) -> str:
    """Read a text file in UTF-8.

    Raises
    ------
    ValueError
        If ``path`` is no path, or the file holds something else than UTF-8; the message names it.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> read_text(os.devnull)
    ''
    """
    require_path(path=path)
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"path must be a text in UTF-8; {path} is none ({error})") from error


def write_atomically(path: str | os.PathLike[str], data: bytes | Iterable[bytes]) -> None:
    """Write a file so that, whatever happens, it has all of its new content or is untouched.

    The data goes to a temporary file in the same folder first, and takes the final name in one
    step. If that fails, the temporary file is removed; one of a process that was killed is removed
    when the same file is written again, ``LEFT_BEHIND_AFTER`` seconds later or more.

    Parameters
    ----------
    path
        The file to write, in a folder that exists. A file of that name is replaced.
    data
        Its content, as a whole or in pieces, of which one is in memory at a time.

    Raises
    ------
    ValueError
        If ``path`` is no path, or ``data`` is no ``bytes``.
    OSError
        If the file cannot be written (no such folder, not permitted, disk full).

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder, "greeting.txt"), b"hello")
    ...     Path(folder, "greeting.txt").read_bytes()
    b'hello'
    """
    require_path(path=path)
    if isinstance(data, str) or not isinstance(data, bytes | Iterable):
        raise ValueError(f"data must be bytes, or pieces of them; it was {data!r:.80}")
    path = Path(path)
    remove_left_behind(path.parent, f".{glob.escape(path.name)}.*.part")
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            for piece in [data] if isinstance(data, bytes) else data:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OSError(
            f"{path} could not be written ({error.strerror or error}); check that the folder "
            "exists, that you may write to it and that the disk is not full"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_left_behind(folder: str | os.PathLike[str], pattern: str) -> None:
    """Remove the temporary files and folders of processes that were killed.

    What is younger than ``LEFT_BEHIND_AFTER`` seconds stays: its process may be writing it.
    What cannot be removed stays, too.

    Parameters
    ----------
    folder
        Where they are.
    pattern
        Of their names, as ``pathlib.Path.glob`` has it.

    Raises
    ------
    ValueError
        If ``folder`` is no path, or ``pattern`` is no string or empty.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, age in (("old.part", 2 * LEFT_BEHIND_AFTER), ("new.part", 0)):
    ...         Path(folder, name).touch()
    ...         os.utime(Path(folder, name), (time.time() - age, time.time() - age))
    ...     remove_left_behind(folder, "*.part")
    ...     os.listdir(folder)
    ['new.part']
    """
    require_path(folder=folder)
    require_type(str, pattern=pattern)
    if not pattern:
        raise ValueError("pattern must not be empty; it was ''")
    for path in Path(folder).glob(pattern):
        with contextlib.suppress(OSError):
            if time.time() - path.lstat().st_mtime < LEFT_BEHIND_AFTER:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def write_verified_json(path: str | os.PathLike[str], content: Any) -> None:
    """Write ``content`` as JSON below a line with its checksum, atomically.

    Raises
    ------
    ValueError
        If ``path`` is no path.
    TypeError
        If ``content`` holds something that JSON has no form for.
    OSError
        If the file cannot be written.
    """
    require_path(path=path)
    body = json.dumps(content).encode("ascii")
    checksum = hashlib.sha256(body).hexdigest().encode("ascii")
    write_atomically(path, checksum + b"\n" + body)


def read_verified_json(path: str | os.PathLike[str]) -> Any | None:
    """Read what :func:`write_verified_json` wrote; ``None`` if the file is missing or damaged.

    Raises
    ------
    ValueError
        If ``path`` is no path.
    OSError
        If the file is there but cannot be read.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "counts.json")
    ...     write_verified_json(file, {"the": 2})
    ...     sound = read_verified_json(file)
    ...     _ = file.write_bytes(file.read_bytes().replace(b"2}", b"3}"))
    ...     damaged = read_verified_json(file)
    >>> sound, damaged
    ({'the': 2}, None)
    """
    require_path(path=path)
    try:
        checksum, _, body = Path(path).read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    if hashlib.sha256(body).hexdigest().encode("ascii") != checksum:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # not written by this module, but with a right checksum
        return None
