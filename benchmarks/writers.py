"""Everything in the book that writes a file, for ``faults.py``.

Each writes a version, a whole number, in all parts of a file, and says which version a file holds;
a file that holds parts of two, or half of one, holds none.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import nbformat
import numpy as np

from lmbook_utils import export, models, saving, storage
from lmbook_utils.ngram import NGramModel
from lmbook_utils.streaming import shards
from lmbook_utils.training.checkpoints import Checkpoint
from lmbook_utils.vocabulary import Vocabulary

sys.path.append(str(Path(__file__).parent.parent / "tools"))
import run_notebooks

WORDS = [f"word{number}" for number in range(200)]
VOCABULARY = Vocabulary(WORDS)
NUMBERS = 100_000


@dataclass(frozen=True)
class Writer:
    """One kind of file."""

    name: str
    """Of the file or folder."""
    write: Callable[[Path, int], Any]
    version: Callable[[Path], int]


def _only(values: Any) -> int:
    """The one value that all have."""
    found = {int(value) for value in np.unique(np.asarray(values))}
    if len(found) != 1:
        raise ValueError(f"a mixture of the versions {sorted(found)}")
    return found.pop()


def _write_entry(path: Path, version: int) -> None:
    storage.write_verified_json(path, [version] * NUMBERS)


def _entry(path: Path) -> int:
    content = storage.read_verified_json(path)
    if content is None or len(content) != NUMBERS:
        raise ValueError("no whole entry")
    return _only(content)


def _write_checkpoint(path: Path, version: int) -> None:
    arrays = [np.full(NUMBERS, version, np.int32), np.full(3, version)]
    Checkpoint(path, {"steps": 10}).save(arrays, {"step": version})


def _checkpoint(path: Path) -> int:
    loaded = Checkpoint(path, {"steps": 10}).load()
    if loaded is None or len(loaded[0]) != 2 or len(loaded[0][0]) != NUMBERS:
        raise ValueError("no whole checkpoint")
    return _only([*loaded[0][0], *loaded[0][1], loaded[1]["step"]])


def _network(version: int, kind: str = "simple", **arguments: Any) -> keras.Model:
    model = models.build_language_model(kind, len(VOCABULARY), 8, 8, batch_size=1, **arguments)
    for weight in model.weights:
        weight.assign(np.full(weight.shape, version))
    return model


def _write_saved(path: Path, version: int) -> None:
    saving.save_model(path, _network(version), VOCABULARY, {"version": version})


def _saved(path: Path) -> int:
    loaded = saving.load_model(path)
    if len(loaded.vocabulary) != len(VOCABULARY):
        raise ValueError("another vocabulary")
    weights = [weight.ravel() for weight in loaded.model.get_weights()]
    return _only(np.concatenate([*weights, [loaded.settings["version"]]]))


def _write_notebook(path: Path, version: int) -> None:
    cells = [nbformat.v4.new_code_cell(f"{version}", id=f"cell{n}") for n in range(100)]
    run_notebooks.write_notebook(nbformat.v4.new_notebook(cells=cells), path)


def _notebook(path: Path) -> int:
    cells = run_notebooks.read_notebook(path).cells
    if len(cells) != 100:
        raise ValueError("no whole notebook")
    return _only([int(cell.source) for cell in cells])


def _write_playground(path: Path, version: int) -> None:
    network = _network(version, "lstm", tied=True)
    export.write(path, network, VOCABULARY, bits=32, about={"version": version})


def _playground(path: Path) -> int:
    exported = export.read(path)
    network = exported.network
    return _only(np.append(network.embedding, [network.bias[0], exported.about["version"]]))


def _write_arpa(path: Path, version: int) -> None:
    # One word is as many times as frequent as the others.
    sentences = [[word] for word in WORDS] + [["again"]] * version
    vocabulary = Vocabulary([*WORDS, "again"])
    NGramModel(order=2, smoothing="mle").fit(sentences, vocabulary).write_arpa(path)


def _arpa(path: Path) -> int:
    model = NGramModel.read_arpa(path)
    if len(model.vocabulary_) != len(WORDS) + 5:
        raise ValueError("another vocabulary")
    probabilities = model.next_word_distribution()
    again, word = (probabilities[model.vocabulary_.ids[w]] for w in ("again", WORDS[0]))
    return round(again / word)


def _write_ids(path: Path, version: int) -> None:
    shards.write_mapped([np.full(NUMBERS, version)] * 4, path)


def _ids(path: Path) -> int:
    ids = shards.map_ids(path)
    if len(ids) != 4 * NUMBERS:
        raise ValueError("no whole file")
    return _only(ids)


WRITERS = {
    "cache entry": Writer("entry.json", _write_entry, _entry),
    "training checkpoint": Writer("run", _write_checkpoint, _checkpoint),
    "saved model": Writer("model", _write_saved, _saved),
    "notebook": Writer("chapter.ipynb", _write_notebook, _notebook),
    "playground": Writer("model.js", _write_playground, _playground),
    "ARPA file": Writer("model.arpa", _write_arpa, _arpa),
    "mapped ids": Writer("text.ids", _write_ids, _ids),
}
