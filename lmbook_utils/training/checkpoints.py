"""Everything that a training needs to go on after an interruption, in one folder."""

import csv
import io
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lmbook_utils import storage
from lmbook_utils._validation import require_iterable, require_list, require_path

_FILE = "checkpoint.npz"
_HISTORY = "history.csv"


class Checkpoint:
    """The checkpoint of one training.

    Arrays and progress are one file that is replaced in one step, so that they always belong
    together. It is a NumPy archive without pickled objects: reading it runs no code.

    Parameters
    ----------
    folder
        Where it is kept; it is created if it does not exist.
    settings
        What makes this training the one that it is, in a form that JSON has: the checkpoint of a
        training with other settings is refused.

    Raises
    ------
    ValueError
        If ``folder`` is no path.
    OSError
        If the folder cannot be created, or is a file.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> Checkpoint(folder, {"steps": 10}).save([np.arange(3)], {"step": 5})
    >>> arrays, progress = Checkpoint(folder, {"steps": 10}).load()
    >>> arrays[0].tolist(), progress
    ([0, 1, 2], {'step': 5})
    >>> Checkpoint(folder, {"steps": 20}).load()
    Traceback (most recent call last):
    ValueError: checkpoint holds another training: steps was 10, and is now 20; \
name another folder
    """

    def __init__(self, folder: str | os.PathLike[str], settings: dict[str, Any]):
        require_path(folder=folder)
        self.folder = Path(folder)
        self._settings = json.loads(json.dumps(settings))  # as it will come back from the file
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OSError(
                f"checkpoint must be a folder that can be created; {self.folder} cannot ({error})"
            ) from error

    def save(self, arrays: Sequence[np.ndarray], progress: dict[str, Any]) -> None:
        """Replace the checkpoint.

        Parameters
        ----------
        arrays
            Any number of arrays, of any shapes.
        progress
            What else training needs, in a form that JSON has.

        Raises
        ------
        ValueError
            If ``arrays`` is no iterable.
        OSError
            If it cannot be written; the checkpoint before is still there.
        """
        require_iterable(arrays=arrays)
        header = json.dumps({"settings": self._settings, "progress": progress})
        content = io.BytesIO()
        named: dict[str, Any] = {f"array_{number}": array for number, array in enumerate(arrays)}
        np.savez(content, header=np.array(header), **named)
        storage.write_atomically(self.folder / _FILE, content.getvalue())

    def load(self) -> tuple[list[np.ndarray], dict[str, Any]] | None:
        """Read the checkpoint.

        Returns
        -------
        arrays, progress
            As they were saved; ``None`` if there is no checkpoint yet.

        Raises
        ------
        ValueError
            If the file is damaged, or belongs to a training with other settings.
        OSError
            If the file cannot be read.
        """
        file = self.folder / _FILE
        if not file.exists():
            return None
        content = file.read_bytes()
        try:
            arrays, settings, progress = _parsed(content)
        except Exception as error:  # NumPy and zipfile raise any kind, depending on what is wrong
            raise ValueError(
                f"checkpoint is damaged: {file} is not what was saved; delete it to start anew"
            ) from error
        for name in sorted(settings.keys() | self._settings.keys()):
            before, now = settings.get(name), self._settings.get(name)
            if before != now:
                raise ValueError(
                    f"checkpoint holds another training: {name} was {before}, and is now {now}; "
                    "name another folder"
                )
        return arrays, progress

    def write_history(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write a table beside the checkpoint, ``history.csv``, for people and spreadsheets.

        Raises
        ------
        ValueError
            If ``names`` is no list of strings, or ``rows`` no list of lists.
        """
        require_list(str, names=names)
        require_list(Sequence, rows=rows)
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(names)
        writer.writerows(rows)
        storage.write_atomically(self.folder / _HISTORY, text.getvalue().encode())


def _parsed(content: bytes) -> tuple[list[np.ndarray], dict[str, Any], dict[str, Any]]:
    """The arrays, the settings and the progress in the content of a file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # Nothing is compressed, so a file that would grow when it is read is none of ours.
        if sum(member.file_size for member in archive.infolist()) > len(content):
            raise ValueError("it is compressed")
        if archive.testzip() is not None:  # NumPy does not compare the checksums in the archive
            raise ValueError("a checksum differs")
    with np.load(io.BytesIO(content), allow_pickle=False) as named:
        header = json.loads(str(named["header"]))
        arrays = [named[f"array_{number}"] for number in range(len(named) - 1)]
    settings, progress = header["settings"], header["progress"]
    if not all(isinstance(array, np.ndarray) for array in arrays):
        raise ValueError("NumPy gives the content of a member that is no array as it is")
    if not isinstance(settings, dict) or not isinstance(progress, dict):
        raise ValueError("settings and progress must be dictionaries")
    return arrays, settings, progress
