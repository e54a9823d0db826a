"""Everything in the book that reads a file, for ``fuzz.py``: valid files, and what may refuse them.

A reader is prepared in the process that uses it, since some load TensorFlow. Where a format has
checksums, ``seal`` makes them right, as somebody with bad intent would.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import mutations

Refusals = tuple[type[Exception], ...]
# Kinds of ValueError that Python's own readers raise: their messages name no file and no argument.
BARE = (UnicodeError, json.JSONDecodeError)
WORDS = ["the", "cat", "sat", "naïve", "猫", "don't"]
SENTENCES = [["the", "cat", "sat"], ["naïve", "猫"], ["don't", "the", "cat"]]


class Format(NamedTuple):
    """What a reader reads, and how."""

    seeds: Sequence[bytes]
    read: Callable[[bytes], Any]  # and uses what it has read
    refusals: Refusals = (ValueError,)
    seal: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True)
class Reader:
    """How a format is prepared, given a folder, and how many damaged files it gets."""

    prepare: Callable[[Path], Format]
    inputs: int


@dataclass(frozen=True)
class Prepared:
    """A reader that is ready."""

    format: Format

    def damaged(self, number: int) -> bytes:
        """The damaged file of this number."""
        return mutations.damaged(self.format.seeds, number, self.format.seal)

    def read(self, number: int) -> Any:
        """Read it."""
        return self.format.read(self.damaged(number))

    def may_raise(self, error: BaseException) -> bool:
        """Whether an error is a refusal as the reader's docstring names it."""
        return isinstance(error, self.format.refusals) and not isinstance(error, BARE)


def prepared(name: str, folder: Path) -> Prepared:
    """Prepare a reader; its valid files must be taken, whatever else is."""
    made = READERS[name].prepare(folder)
    for seed in made.seeds:
        made.read(made.seal(seed) if made.seal else seed)
    return Prepared(made)


def _from_file(folder: Path, read: Callable[[Path], Any], name: str = "file") -> Callable:
    """Read bytes with a function that wants a file."""
    file = folder / name

    def read_bytes(content: bytes) -> Any:
        file.write_bytes(content)
        return read(file)

    return read_bytes


def _dumped(content: Any) -> bytes:
    return json.dumps(content).encode("ascii")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise AssertionError(f"what was read cannot be used: {what}")


# --- The vocabulary and the cache -----------------------------------------------------------------


def _vocabulary(_: Path) -> Format:
    from lmbook_utils.vocabulary import Vocabulary

    def read(content: bytes) -> None:
        read = Vocabulary.from_json(content.decode("utf-8", "surrogateescape"))
        _require(Vocabulary.from_json(read.to_json()) == read, "another one comes back")

    return Format([Vocabulary(WORDS).to_json().encode(), _dumped(WORDS)], read)


def _cache_entry(folder: Path) -> Format:
    from lmbook_utils import storage

    seeds = [_dumped({"articles": [{"title": "A", "sections": [["", ["It is."]]]}], "parsed": 3})]
    read = _from_file(folder, storage.read_verified_json)
    return Format(seeds, read, (), _checked_json)


def _checked_json(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body


# --- N-gram models --------------------------------------------------------------------------------

SRILM = b"""
\\data\\
ngram 1=4
ngram 2=3
ngram 3=1

\\1-grams:
-0.5\t</s>
-99\t<s>\t-0.3
-0.4\tthe\t-0.2
-0.6\tcat

\\2-grams:
-0.1\t<s> the\t-0.7
-0.25\tthe cat
-0.35\tcat </s>

\\3-grams:
-0.05\t<s> the cat

\\end\\
"""


def _arpa(folder: Path) -> Format:
    import numpy as np

    from lmbook_utils.ngram import NGramModel
    from lmbook_utils.vocabulary import Vocabulary

    written = folder / "written.arpa"
    NGramModel(order=3).fit(SENTENCES, Vocabulary(WORDS)).write_arpa(written)

    def read(file: Path) -> None:
        model = NGramModel.read_arpa(file)
        scores = model.score(SENTENCES)
        _require(not np.isnan(scores).any() and (scores <= 0).all(), f"scores {scores}")

    return Format([written.read_bytes(), SRILM], _from_file(folder, read))


def _counts(folder: Path) -> Format:
    import numpy as np

    from lmbook_utils.streaming import counting

    ids = np.array([4, 5, 6, 4, 5])
    written = counting.count_ngrams([ids], order=2, vocab_size=10, folder=folder / "counts")

    def read(file: Path) -> None:
        keys, counts = counting.read_counts(file)
        _require(len(keys) == len(counts), "keys without counts")

    return Format([written.read_bytes()], _from_file(folder, read))


# --- Shards of ids --------------------------------------------------------------------------------


def _shards(compression: str) -> Callable[[Path], Format]:
    def prepare(folder: Path) -> Format:
        import numpy as np

        from lmbook_utils.streaming import shards

        [written] = shards.write_shards(
            [np.arange(300) % 70], folder / "shards", compression=compression
        )

        def read(file: Path) -> None:
            for ids in shards.read_shards([file]):
                _require(ids.dtype == "<u2", f"ids of {ids.dtype}")

        reader = _from_file(folder, read, f"file{written.suffix}")
        return Format([written.read_bytes()], reader, (ValueError, OSError))

    return prepare


# --- The playground -------------------------------------------------------------------------------


def _playground(folder: Path) -> Format:
    import numpy as np

    from lmbook_utils import export, models
    from lmbook_utils.export import file, page
    from lmbook_utils.ngram import NGramModel
    from lmbook_utils.vocabulary import Vocabulary

    vocabulary = Vocabulary(WORDS)
    model = models.build_language_model("lstm", len(vocabulary), 3, 3, batch_size=1, tied=True)
    counted = NGramModel(order=2).fit(SENTENCES, vocabulary)
    seeds = []
    for bits in (8, 32):
        export.write(folder / "model.js", model, vocabulary, counted, bits, {"seed": 0})
        script = (folder / "model.js").read_text("utf-8")
        _, end = json.JSONDecoder().raw_decode(script, len(file._BEFORE))
        seeds.append(script[end + 1 : -len(file._AFTER)].encode())

    def seal(content: bytes) -> bytes:
        digest = hashlib.sha256(content).hexdigest()
        header = {"format": file.FORMAT, "version": file.VERSION, "sha256": digest}
        begin = f"{file._BEFORE}{json.dumps(header)},".encode()
        return begin + content + file._AFTER.encode()

    def read(path: Path) -> None:
        exported = export.read(path)
        weight = 0.5 if exported.tables else 1
        with np.errstate(all="ignore"):
            mixture = page.mixture(exported, np.array([4, 1]), weight)
        _require(not np.isnan(mixture).any(), f"a mixture of {mixture}")

    return Format(seeds, _from_file(folder, read), seal=seal)


# --- Training and saved models --------------------------------------------------------------------


def _checkpoint_header(folder: Path) -> Format:
    import numpy as np

    from lmbook_utils.training.checkpoints import Checkpoint

    def seal(header: bytes) -> bytes:
        content = io.BytesIO()
        text = header.decode("utf-8", "replace").rstrip("\0")
        np.savez(content, header=np.array(text), array_0=np.arange(3.0))
        return content.getvalue()

    seeds = [_dumped({"settings": {"steps": 10, "layers": ["a"]}, "progress": {"step": 5}})]
    checkpoint = Checkpoint(folder, {"steps": 10, "layers": ["a"]})
    read = _from_file(folder, lambda _: checkpoint.load(), "checkpoint.npz")
    return Format(seeds, read, seal=seal)


def _checkpoint_arrays(folder: Path) -> Format:
    import numpy as np

    from lmbook_utils.training.checkpoints import Checkpoint

    header = json.dumps({"settings": {}, "progress": {"step": 5}})

    def npy(array: np.ndarray) -> bytes:
        content = io.BytesIO()
        np.save(content, array)
        return content.getvalue()

    def seal(array: bytes) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("header.npy", npy(np.array(header)))
            archive.writestr("array_0.npy", array)
        return content.getvalue()

    checkpoint = Checkpoint(folder, {})

    def load(_: Path) -> None:
        arrays, _ = checkpoint.load()
        _require(all(isinstance(a, np.ndarray) for a in arrays), "it is no array")

    read = _from_file(folder, load, "checkpoint.npz")
    return Format([npy(np.ones((2, 3), "f4")), npy(np.arange(4))], read, seal=seal)


def _saved_model(folder: Path) -> Path:
    import keras

    from lmbook_utils import models, saving
    from lmbook_utils.vocabulary import Vocabulary

    keras.utils.set_random_seed(0)
    vocabulary = Vocabulary(WORDS)
    model = models.build_language_model("simple", len(vocabulary), 2, 2, batch_size=1)
    saving.save_model(folder / "saved", model, vocabulary, {"window": 20})
    return folder / "saved"


def _replaced(saved: Path, name: str, content: bytes) -> None:
    """Replace a file of a saved model, and let the manifest agree."""
    from lmbook_utils import storage

    (saved / name).write_bytes(content)
    manifest = json.loads((saved / "manifest.json").read_bytes().partition(b"\n")[2])
    manifest["sha256"][name] = storage.sha256_of(saved / name)
    storage.write_verified_json(saved / "manifest.json", manifest)


def _manifest(folder: Path) -> Format:
    from lmbook_utils import saving

    saved = _saved_model(folder)
    content = (saved / "manifest.json").read_bytes().partition(b"\n")[2]

    def read(manifest: bytes) -> None:
        (saved / "manifest.json").write_bytes(manifest)
        saving._verify(saved)

    return Format([content], read, (ValueError, OSError), _checked_json)


def _part_of_saved_model(name: str, json_in_archive: str = "") -> Callable[[Path], Format]:
    """Damage one file of a saved model, or one file of the archive that the network is."""

    def prepare(folder: Path) -> Format:
        import keras

        from lmbook_utils import saving

        saved = _saved_model(folder)
        original = (saved / name).read_bytes()

        def read(content: bytes) -> None:
            _replaced(saved, name, content)
            model = saving.load_model(saved).model
            _require(model.output_shape[-1] == len(WORDS) + 4, "another size")
            keras.backend.clear_session()

        if not json_in_archive:
            return Format([original], read)
        with zipfile.ZipFile(io.BytesIO(original)) as archive:
            files = {member: archive.read(member) for member in archive.namelist()}

        def seal(part: bytes) -> bytes:
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w") as archive:
                for member, data in (files | {json_in_archive: part}).items():
                    archive.writestr(member, data)
            return content.getvalue()

        return Format([files[json_in_archive]], read, seal=seal)

    return prepare


def _safetensors(folder: Path) -> Format:
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load_file, save_file

    save_file({"a": np.ones((2, 3), "f4"), "b": np.arange(4)}, folder / "valid")
    read = _from_file(folder, load_file)
    # The library's own errors: the book checks the file's checksum before it calls the library.
    return Format([(folder / "valid").read_bytes()], read, (SafetensorError, KeyError))


# --- Texts of several kinds -----------------------------------------------------------------------


def _spoken(folder: Path) -> Format:
    import numpy as np

    from lmbook_utils.tasks.speech import hypotheses

    sentence = hypotheses.SpokenSentence(
        "test", 0, 25.0, ("go", "on"), ("go", "in"), (("go", "in"), ("go", "on")),
        np.array([-3.0, -4.25]), np.array([-1.0, -2.0]),
    )  # fmt: skip
    hypotheses.write_spoken(folder / "valid", [sentence, sentence])
    read = _from_file(folder, hypotheses.read_spoken)
    return Format([(folder / "valid").read_bytes()], read)


LATTICE = b"""Frames 30
Nodes 2 (NODEID WORD STARTFRAME FIRST-ENDFRAME LAST-ENDFRAME)
0 </s> 20 29 29 ; 0
1 yes(2) 0 19 19 ; 0
Initial 1
Final 0
Edges (FROM-NODEID TO-NODEID ASCORE)
1 0 -20001
End
"""


def _lattice(folder: Path) -> Format:
    from lmbook_utils.tasks.speech import lattice

    return Format([LATTICE], _from_file(folder, lattice.read_lattice))


def _word_pairs(folder: Path) -> Format:
    from lmbook_utils import word_vectors

    return Format(
        [b"# words\ntiger\tcat\t7.35\nlove\tsex\t6.77\n"],
        _from_file(folder, word_vectors.read_pairs),
    )


def _analogies(folder: Path) -> Format:
    from lmbook_utils import word_vectors

    return Format(
        [b": capitals\nAthens Greece Baghdad Iraq\nBern Switzerland Cairo Egypt\n: x\na b c d\n"],
        _from_file(folder, word_vectors.read_analogies),
    )


def _data_file(name: str, lines: slice) -> bytes:
    import lmbook_utils

    data = Path(lmbook_utils.__file__).parent / "data" / name
    return b"\n".join(data.read_bytes().splitlines()[lines])


def _question(_: Path) -> Format:
    from lmbook_utils.tasks.question_answering import data

    seeds = _data_file("questions.jsonl", slice(None, None, 40)).split(b"\n")
    return Format(seeds, lambda content: data.parse_question(content.decode("utf-8", "replace")))


def _propositions(_: Path) -> Format:
    from lmbook_utils.datasets.wikipedia import Article, sentence_checksum
    from lmbook_utils.tasks.semantic_roles import data

    text = "Ada wrote programs."
    parts = {"train": [Article("Ada", (), (text, "It works."))]}
    line = {"article": "Ada", "sentence": 0, "predicate": 1, "sha256": sentence_checksum(text)}
    seeds = [_dumped(line | {"roles": roles}) for roles in ([["ARG0", 0, 1]], [["ARG1", 2, 3]])]

    def read(content: bytes) -> None:
        for row in data.read_propositions([content.decode("utf-8", "replace")], parts):
            data.bracketed(row.tokens, row.predicate, row.roles)

    return Format(seeds, read)


def _minimal_pair(_: Path) -> Format:
    from lmbook_utils import minimal_pairs

    lines = _data_file("minimal_pairs.tsv", slice(1, None, 30)).split(b"\n")
    seeds = [line.split(b"\t")[1] for line in lines]

    def read(content: bytes) -> None:
        pair = minimal_pairs.parse_pair("a", content.decode("utf-8", "replace"))
        _require(pair.good[pair.position] != pair.bad[pair.position], "equal words")

    return Format(seeds, read)


def _notebook(folder: Path) -> Format:
    import sys

    sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))
    import nbformat
    import run_notebooks
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

    output = new_output("execute_result", {"text/plain": "0.125"}, execution_count=1)
    cells = [new_markdown_cell("# A"), new_code_cell("1 / 8", outputs=[output], execution_count=1)]
    seeds = [nbformat.writes(new_notebook(cells=cells)).encode()]
    return Format(
        seeds,
        _from_file(folder, run_notebooks.read_notebook),
        (run_notebooks.NotebookFailedError, OSError),
    )


READERS = {
    "arpa": Reader(_arpa, 150_000),
    "vocabulary": Reader(_vocabulary, 450_000),
    "cache entry": Reader(_cache_entry, 250_000),
    "playground": Reader(_playground, 60_000),
    "lattice": Reader(_lattice, 60_000),
    "spoken sentences": Reader(_spoken, 30_000),
    "word pairs": Reader(_word_pairs, 30_000),
    "analogies": Reader(_analogies, 30_000),
    "question": Reader(_question, 30_000),
    "propositions": Reader(_propositions, 20_000),
    "minimal pair": Reader(_minimal_pair, 40_000),
    "n-gram counts": Reader(_counts, 10_000),
    "shards": Reader(_shards("none"), 15_000),
    "shards, gzip": Reader(_shards("gzip"), 15_000),
    "shards, bz2": Reader(_shards("bz2"), 8_000),
    "shards, xz": Reader(_shards("xz"), 8_000),
    "checkpoint, header": Reader(_checkpoint_header, 10_000),
    "checkpoint, arrays": Reader(_checkpoint_arrays, 10_000),
    "manifest": Reader(_manifest, 10_000),
    "safetensors": Reader(_safetensors, 15_000),
    "notebook": Reader(_notebook, 1_500),
    "saved model": Reader(_part_of_saved_model("model.keras"), 150),
    "saved model, network": Reader(_part_of_saved_model("model.keras", "config.json"), 250),
    "saved model, weights": Reader(_part_of_saved_model("model.keras", "model.weights.h5"), 150),
    "saved model, vocabulary": Reader(_part_of_saved_model("vocabulary.json"), 50),
    "saved model, settings": Reader(_part_of_saved_model("settings.json"), 50),
}
