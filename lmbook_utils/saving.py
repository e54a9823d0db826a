"""A trained model on disk, with the vocabulary and the settings that one needs to use it.

A saved model is one folder. It is checked before anything in it is used, and nothing in it can run
code of its own: the network is a Keras file that is loaded in safe mode, all else is JSON.
"""

import glob
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras

import lmbook_utils.models  # noqa: F401  (Keras must know the book's own classes to load them)
import lmbook_utils.training  # noqa: F401
from lmbook_utils import storage
from lmbook_utils._validation import is_whole, require_path
from lmbook_utils.vocabulary import Vocabulary

FORMAT_VERSION = 1

_MODEL = "model.keras"
_VOCABULARY = "vocabulary.json"
_SETTINGS = "settings.json"
_MANIFEST = "manifest.json"
_CONTENT = (_MODEL, _VOCABULARY, _SETTINGS)


class SavedModel(NamedTuple):
    """What :func:`load_model` returns."""

    model: keras.Model
    vocabulary: Vocabulary
    settings: dict[str, Any]


def save_model(
    folder: str | os.PathLike[str],
    model: keras.Model,
    vocabulary: Vocabulary,
    settings: dict[str, Any] | None = None,
) -> None:
    """Save a model with its vocabulary and settings in one folder.

    The folder appears as a whole, after everything in it has been read back. A saved model of
    that name is replaced; if saving is interrupted, at whatever moment, :func:`load_model` still
    finds the old one.

    Parameters
    ----------
    folder
        Where to save. It must not exist yet, be empty, or be a saved model.
    model
        A model of :mod:`lmbook_utils.models`, trained or not. The state of a stateful model, what
        it has just read, is not saved.
    vocabulary
        The vocabulary that the model was trained with.
    settings
        What else one must know to use the model, for example ``{"window": 20}``: anything that
        JSON has a form for.

    Raises
    ------
    ValueError
        If the model and the vocabulary differ in size, ``settings`` would not come back from JSON
        as it is, or the model holds parts that could not be loaded again (such as a ``Lambda``
        layer). Also if ``folder`` is no path.
    OSError
        If ``folder`` is something else than a saved model, or cannot be written.

    Examples
    --------
    >>> from lmbook_utils.models import build_article_model
    >>> vocabulary = Vocabulary(["the", "cat", "sat"])
    >>> model = build_article_model(len(vocabulary), embedding_dim=4, rnn_units=4)
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     save_model(Path(parent, "cat"), model, vocabulary, {"window": 2})
    ...     loaded = load_model(Path(parent, "cat"))
    >>> loaded.vocabulary.tokens[4:], loaded.settings
    (('the', 'cat', 'sat'), {'window': 2})
    """
    require_path(folder=folder)
    settings = {} if settings is None else settings
    _require_matching_sizes(model, vocabulary)
    _require_json(settings)
    folder = Path(folder).resolve()
    _require_replaceable(folder)
    if model.compiled and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)  # else Keras warns when it is loaded
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        storage.remove_left_behind(folder.parent, f".{glob.escape(folder.name)}.*.part")
        with tempfile.TemporaryDirectory(
            prefix=f".{folder.name}.", suffix=".part", dir=folder.parent
        ) as temporary:
            new = Path(temporary, folder.name)
            new.mkdir()
            model.save(new / _MODEL)
            storage.write_atomically(new / _VOCABULARY, vocabulary.to_json().encode())
            storage.write_atomically(new / _SETTINGS, json.dumps(settings, indent=2).encode())
            manifest = {
                "format": FORMAT_VERSION,
                "sha256": {name: storage.sha256_of(new / name) for name in _CONTENT},
            }
            storage.write_verified_json(new / _MANIFEST, manifest)
            _require_readable(new)
            _put_in_place(new, folder)
    except OSError as error:
        raise OSError(
            f"the model could not be saved in {folder}; check that you may write there and that "
            f"the disk is not full ({error})"
        ) from error


def load_model(folder: str | os.PathLike[str]) -> SavedModel:
    """Load what :func:`save_model` saved.

    Parameters
    ----------
    folder
        The folder of the saved model.

    Returns
    -------
    SavedModel
        ``model`` gives the same logits as the one that was saved, and if that was compiled, its
        optimizer goes on where it stopped. The state of a stateful model is zero.
        ``vocabulary`` and ``settings`` equal those that were saved.

    Raises
    ------
    OSError
        If the folder or one of its files is missing or cannot be read.
    ValueError
        If a file has changed since it was saved, was made by a newer version of this package,
        does not fit the others, or could run code of its own, or if the model is replaced while
        it is read. Also if ``folder`` is no path.
    """
    require_path(folder=folder)
    folder = Path(folder).resolve()
    interrupted = not folder.exists() and _previous(folder).exists()
    return _read(_previous(folder) if interrupted else folder)


def _read(folder: Path) -> SavedModel:
    """Check each file of a saved model, and load them."""
    manifest = _manifest_bytes(folder)
    _verify(folder)
    model = _parse(
        folder / _MODEL,
        lambda file: keras.saving.load_model(file, safe_mode=True),
        "it may hold a Lambda layer or a class of your own, which would run code from the file, "
        f"or come from another version of Keras than {keras.__version__}; build the model from "
        "Keras' own layers and save it again",
    )
    vocabulary = _parse(
        folder / _VOCABULARY,
        lambda file: Vocabulary.from_json(file.read_text("utf-8")),
        "it holds no list of words; save the model again",
    )
    settings = _parse(
        folder / _SETTINGS,
        lambda file: json.loads(file.read_bytes()),
        "it holds no JSON; save the model again",
    )
    try:
        _require_matching_sizes(model, vocabulary)
    except ValueError as error:
        raise ValueError(f"{folder} is no whole model: {error}") from error
    if _manifest_bytes(folder) != manifest:  # else a part could be of the one, a part of the other
        raise ValueError(f"{folder} was replaced by another model while it was read; read it again")
    return SavedModel(model, vocabulary, settings)


def _manifest_bytes(folder: Path) -> bytes | None:
    """What the manifest holds; ``None`` if there is none, which :func:`_verify` puts into words."""
    file = folder / _MANIFEST
    return file.read_bytes() if file.is_file() else None


def _verify(folder: Path) -> None:
    """Compare each file with the checksum in the manifest."""
    if not folder.exists():
        raise FileNotFoundError(
            f"there is no saved model at {folder}; check the path, or make one with "
            "saving.save_model"
        )
    if not folder.is_dir():
        raise NotADirectoryError(
            f"{folder} is a file; a saved model is a folder, name the folder that holds {_MODEL}"
        )
    _require_file(folder / _MANIFEST)
    manifest = storage.read_verified_json(folder / _MANIFEST)
    if (
        not isinstance(manifest, dict)
        or not is_whole(manifest.get("format"))
        or not isinstance(manifest.get("sha256"), dict)
    ):
        raise _damaged(folder / _MANIFEST)
    if manifest["format"] > FORMAT_VERSION:
        raise ValueError(
            f"{folder / _MANIFEST} has the format {manifest['format']}, and this version of "
            f"lmbook_utils reads formats up to {FORMAT_VERSION}; install a newer one"
        )
    for name in _CONTENT:
        _require_file(folder / name)
        if storage.sha256_of(folder / name) != manifest["sha256"].get(name):
            raise _damaged(folder / name)


def _require_file(file: Path) -> None:
    if not file.is_file():
        raise FileNotFoundError(
            f"{file} is missing, so {file.parent} is no whole saved model; check the path, or "
            "save the model again"
        )


def _damaged(file: Path) -> ValueError:
    return ValueError(
        f"{file} is damaged: its content is not what was saved; copy the folder anew, or save "
        "the model again"
    )


def _parse(file: Path, parse: Callable[[Path], Any], what_to_do: str) -> Any:
    try:
        return parse(file)
    except Exception as error:  # Keras raises any kind, depending on what is wrong with a file
        # Keras' own message is not repeated: it advises to switch the safe mode off.
        raise ValueError(f"{file} cannot be loaded: {what_to_do}") from error


def _require_matching_sizes(model: keras.Model, vocabulary: Vocabulary) -> None:
    if not isinstance(vocabulary, Vocabulary):
        raise ValueError(f"vocabulary must be a Vocabulary; it was a {type(vocabulary).__name__}")
    if not isinstance(model, keras.Model) or not hasattr(model, "output_shape"):
        raise ValueError(
            "model must be a Keras model that has been built, as those of lmbook_utils.models "
            f"are; it was {model!r}"
        )
    sizes = {"outputs": model.output_shape[-1]}
    for layer in model.layers:
        if isinstance(layer, keras.layers.Embedding):
            sizes["word vectors"] = layer.input_dim
    for what, size in sizes.items():
        if size != len(vocabulary):
            raise ValueError(
                f"vocabulary must have as many entries as the model has {what}, {size}; it had "
                f"{len(vocabulary)}"
            )


def _require_json(settings: dict[str, Any]) -> None:
    try:
        sound = isinstance(settings, dict) and (
            json.loads(json.dumps(settings, allow_nan=False)) == settings
        )
    except (TypeError, ValueError, RecursionError):
        sound = False
    if not sound:
        raise ValueError(
            "settings must be a dictionary of what JSON has a form for (names to strings, "
            f"numbers, True, False, None, lists and dictionaries); it was {settings!r}"
        )


def _require_replaceable(folder: Path) -> None:
    """Never replace anything but a saved model: a wrong path must not cost a reader's files."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; name a folder that does not exist yet")
    others = {file.name for file in folder.iterdir()} - {_MANIFEST, *_CONTENT}
    if others:
        raise FileExistsError(
            f"{folder} is not replaced, because it holds something else than a saved model "
            f"({min(others)}); name a folder that does not exist yet"
        )


def _require_readable(folder: Path) -> None:
    try:
        _read(folder)
    except ValueError as error:
        raise ValueError(f"model is not saved, because it could not be loaded: {error}") from error


def _previous(folder: Path) -> Path:
    """Where the old model is while a new one takes its place."""
    return folder.with_name(f".{folder.name}.previous")


def _put_in_place(new: Path, folder: Path) -> None:
    """Give ``new`` its final name.

    A folder that is not empty cannot be replaced in one step, so the old one steps aside first;
    :func:`load_model` knows where to.
    """
    previous = _previous(folder)
    if folder.exists():
        if previous.exists():
            shutil.rmtree(previous)
        folder.rename(previous)
    new.rename(folder)
    shutil.rmtree(previous, ignore_errors=True)
