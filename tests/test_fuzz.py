"""Damaged files are refused in words, or read and usable: a small part of ``benchmarks/fuzz.py``.

Below are the very files that its long runs found to be a problem, and files that try to run code.
"""

import importlib
import io
import json
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmbook_utils import models, saving, storage
from lmbook_utils.streaming import shards
from lmbook_utils.tasks.question_answering.data import parse_question
from lmbook_utils.tasks.semantic_roles.data import read_propositions
from lmbook_utils.tasks.speech import hypotheses, lattice
from lmbook_utils.training.checkpoints import Checkpoint
from lmbook_utils.vocabulary import Vocabulary

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))
readers = importlib.import_module("readers")

# Keras warns of weights that are not in a file, zipfile of paths that it does not follow.
pytestmark = pytest.mark.filterwarnings("ignore:Skipping ", "ignore:__array__ implementation")

SLOW = [name for name in readers.READERS if name.startswith("saved model") or name == "notebook"]
FAST = [name for name in readers.READERS if name not in SLOW]


@pytest.fixture(scope="module", params=FAST)
def fast(request, tmp_path_factory):
    return readers.prepared(request.param, tmp_path_factory.mktemp("fuzz"))


@pytest.fixture(scope="module", params=SLOW)
def slow(request, tmp_path_factory):
    return readers.prepared(request.param, tmp_path_factory.mktemp("fuzz"))


def read(reader, content):
    """Let a reader take a file or refuse it; any other error goes on to the test."""
    try:
        reader.format.read(content)
    except Exception as error:
        if not reader.may_raise(error):
            raise


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(number=st.integers(0, 2**40))
def test_a_damaged_file_is_refused_in_words_or_can_be_used(fast, number):
    read(fast, fast.damaged(number))


@settings(max_examples=50)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused_in_words_or_can_be_used(fast, content):
    read(fast, content)


@settings(max_examples=5)
@given(number=st.integers(0, 2**40))
def test_a_damaged_model_or_notebook_is_refused_in_words_or_can_be_used(slow, number):
    read(slow, slow.damaged(number))


def test_the_same_number_is_the_same_damage(tmp_path):
    reader = readers.prepared("vocabulary", tmp_path)
    files = [reader.damaged(number) for number in range(200)]
    assert files == [reader.damaged(number) for number in range(200)]
    assert len(set(files)) > 150


def test_an_error_that_names_nothing_is_no_refusal(tmp_path):
    reader = readers.prepared("vocabulary", tmp_path)
    assert reader.may_raise(ValueError("words must be strings"))
    for error in (UnicodeDecodeError("utf-8", b"\xff", 0, 1, ""), KeyError("a"), MemoryError()):
        assert not reader.may_raise(error)


# --- What the long runs found ---------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"9" * 5000, b"[" * 100_000])
def test_a_cache_entry_with_the_right_checksum_that_is_no_json(tmp_path, body):
    (tmp_path / "entry").write_bytes(readers._checked_json(body))
    assert storage.read_verified_json(tmp_path / "entry") is None


@pytest.mark.parametrize("text", ["[" * 100_000, '["a", ' + "[" * 100_000, "9" * 5000, "\0"])
def test_a_vocabulary_that_is_nested_too_deeply_or_a_number(text):
    with pytest.raises(ValueError, match="text must be a vocabulary as to_json writes it"):
        Vocabulary.from_json(text)


def checkpoint(folder, array=None, compress=zipfile.ZIP_STORED, header=None):
    """Write a checkpoint with the bytes of an array, and right checksums."""
    header = {"settings": {}, "progress": {}} if header is None else header
    with zipfile.ZipFile(folder / "checkpoint.npz", "w", compress) as archive:
        for name, content in (("header", np.array(json.dumps(header))), ("array_0", np.ones(2))):
            with archive.open(f"{name}.npy", "w") as file:
                if name == "array_0" and array is not None:
                    file.write(array)
                else:
                    np.lib.format.write_array(file, content)
    return Checkpoint(folder, {})


def npy(header):
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(8)


GIGANTIC = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }"


@pytest.mark.parametrize(
    "array",
    [
        npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), "),
        npy(GIGANTIC % 10**13),
        npy(GIGANTIC % 10**30),
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }"),
        b"",
    ],
)
def test_a_checkpoint_whose_array_lies(tmp_path, array):
    with pytest.raises(ValueError, match="checkpoint is damaged"):
        checkpoint(tmp_path, array).load()


@pytest.mark.parametrize(
    "header", [[], {"settings": "a", "progress": {}}, {"settings": {}, "progress": 1}, {}]
)
def test_a_checkpoint_whose_header_is_of_another_kind(tmp_path, header):
    with pytest.raises(ValueError, match="checkpoint is damaged"):
        checkpoint(tmp_path, header=header).load()


def test_a_checkpoint_that_would_grow_is_refused_before_it_does(tmp_path):
    bomb = checkpoint(tmp_path, bytes(20_000_000), zipfile.ZIP_DEFLATED)
    assert (tmp_path / "checkpoint.npz").stat().st_size < 100_000
    with pytest.raises(ValueError, match="checkpoint is damaged"):
        bomb.load()


def test_a_sound_checkpoint_of_this_kind_is_loaded(tmp_path):
    arrays, progress = checkpoint(tmp_path).load()
    assert (arrays[0].tolist(), progress) == ([1, 1], {})


@pytest.mark.parametrize("compression", ["gzip", "bz2", "xz"])
@pytest.mark.parametrize("damage", ["in the data", "another format"])
def test_a_shard_that_is_damaged_or_not_compressed_is_named(tmp_path, compression, damage):
    [file] = shards.write_shards([np.arange(300)], tmp_path, compression=compression)
    content = bytearray(file.read_bytes())
    begin = 12 if damage == "in the data" else 0
    content[begin : begin + 12] = b"\xff" * 12
    file.write_bytes(content)
    with pytest.raises(ValueError, match=rf"files must be .*{file.name}"):
        list(shards.read_shards([file]))


def test_a_shard_of_another_name_is_named(tmp_path):
    (tmp_path / "shard.part").write_bytes(b"ab")
    with pytest.raises(ValueError, match=r"files must be named .*shard\.part"):
        list(shards.read_shards([tmp_path / "shard.part"]))


def test_a_missing_shard_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(shards.read_shards([tmp_path / "shard-00000.gz"]))


@pytest.mark.parametrize(
    "change",
    [
        {"question": {}},
        {"question": 1.5},
        {"start": "a"},
        {"end": [1]},
        {"sentence": None},
        {"also": 3},
        {"also": [[]]},
    ],
)
def test_a_question_with_a_field_of_another_kind(change):
    row = {"question": "Who?", "article": "A", "sentence": 0, "sha256": "", "start": 0, "end": 1}
    assert parse_question(json.dumps(row)).text == "Who?"
    with pytest.raises(ValueError, match="line must"):
        parse_question(json.dumps(row | change))


@pytest.mark.parametrize("line", ["", "{", "[]", "[" * 100_000, '"a"', '{"article": {}}', "7"])
def test_a_line_that_is_no_question_and_no_annotation(line):
    with pytest.raises(ValueError, match="line must have the fields of a question"):
        parse_question(line)
    with pytest.raises(ValueError, match="annotation 1 of lines must be a JSON object"):
        read_propositions([line], {})


SPOKEN = {
    **{"part": "test", "article": 0, "decibels": 1.0, "reference": "a", "recognised": "a"},
    **{"words": "a", "hypotheses": [[0, 0]], "acoustic": [-1.0], "network": []},
}


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"[" * 100_000,
        json.dumps([SPOKEN | {"reference": 3}]).encode(),
        json.dumps([SPOKEN | {"acoustic": [10**400]}]).encode(),
    ],
)
def test_spoken_sentences_of_another_kind(tmp_path, content):
    file = tmp_path / "heard.json"
    file.write_text(json.dumps([SPOKEN]))
    assert hypotheses.read_spoken(file)[0].reference == ("a",)
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"path must be .*heard\.json"):
        hypotheses.read_spoken(file)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"-20001", b"9" * 400),
        (b"yes", b"\xff"),
        (b"1 0 -20001", b"7 0 -20001"),
        (b"Final 0", b"Final -1"),
        (b"Initial 1", b"Initial 2"),
    ],
)
def test_a_lattice_with_numbers_that_lie(tmp_path, old, new):
    assert readers.LATTICE.count(old) == 1
    (tmp_path / "lattice").write_bytes(readers.LATTICE.replace(old, new))
    with pytest.raises(ValueError, match=r"path must be .*lattice"):
        lattice.read_lattice(tmp_path / "lattice")


# --- A saved model that wants to run code ---------------------------------------------------------

VOCABULARY = Vocabulary(["the", "cat"])


class Code:
    """What runs when it is unpickled."""

    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return (Path(self.witness).touch, ())


@pytest.fixture
def saved(tmp_path):
    model = models.build_language_model("simple", len(VOCABULARY), 2, 2, batch_size=1)
    saving.save_model(tmp_path / "model", model, VOCABULARY, {"window": 20})
    return tmp_path / "model"


@pytest.fixture
def witness(tmp_path, monkeypatch):
    """A file that the code of a hostile model would make."""
    file = tmp_path / "witness"
    monkeypatch.setenv("WITNESS", str(file))
    return file


def with_config(saved, change):
    """Change the description of the network; the weights stay, and all checksums are right."""
    original = saved / "model.keras"
    with zipfile.ZipFile(original) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(files["config.json"])
    change(config)
    files["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(saved / "new", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    content = (saved / "new").read_bytes()
    (saved / "new").unlink()
    readers._replaced(saved, "model.keras", content)


def layer_of(config, class_name):
    return next(x for x in config["config"]["layers"] if x["class_name"] == class_name)


def hostile_layer(module, class_name, **settings):
    def change(config):
        layer = layer_of(config, "Dense")
        layer.update(module=module, class_name=class_name, registered_name=None)
        layer["config"] = {"name": layer["config"]["name"]} | settings

    return change


TOUCH = "__import__('pathlib').Path(__import__('os').environ['WITNESS']).touch()"
HOSTILE = {
    "a function of the system": hostile_layer("os", "system", command='touch "$WITNESS"'),
    "a program": hostile_layer("subprocess", "run", args='touch "$WITNESS"', shell=True),
    "a built-in": hostile_layer("builtins", "eval", source=TOUCH),
    "a class of a module beside it": hostile_layer("evil", "Layer"),
    "a function as activation": lambda config: layer_of(config, "Dense")["config"].update(
        activation={"module": "builtins", "class_name": "function", "config": "eval"}
    ),
    "a lambda": hostile_layer(
        "keras.layers",
        "Lambda",
        function={"class_name": "__lambda__", "config": {"code": "4wAA", "defaults": None}},
    ),
    "bytecode": lambda config: layer_of(config, "Dense")["config"].update(
        activation={"class_name": "__lambda__", "config": {"code": "4wAA", "defaults": None}}
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_description_that_names_code_runs_none(saved, witness, monkeypatch, kind):
    (witness.parent / "evil.py").write_text(f"{TOUCH}\nclass Layer: pass\n")
    monkeypatch.chdir(witness.parent)
    monkeypatch.syspath_prepend("")
    with_config(saved, HOSTILE[kind])
    with pytest.raises(ValueError, match=r"model\.keras cannot be loaded"):
        saving.load_model(saved)
    assert not witness.exists()


@pytest.mark.parametrize(
    ("class_name", "size"), [("Dense", "units"), ("Embedding", "input_dim"), ("SimpleRNN", "units")]
)
@pytest.mark.parametrize("number", [10**13, 10**30, -1, 2.5, "many"])
def test_a_description_of_gigantic_layers_is_refused(saved, class_name, size, number):
    with_config(saved, lambda config: layer_of(config, class_name)["config"].update({size: number}))
    with pytest.raises(ValueError, match=r"model\.keras cannot be loaded"):
        saving.load_model(saved)


@pytest.mark.parametrize("name", ["model.keras", "vocabulary.json", "settings.json"])
def test_a_pickle_in_place_of_a_file_is_not_unpickled(saved, witness, name):
    readers._replaced(saved, name, pickle.dumps(Code(witness)))
    with pytest.raises(ValueError, match=f"{name} cannot be loaded"):
        saving.load_model(saved)
    assert not witness.exists()


def with_weights(saved, name, content):
    """Replace the weights in the archive by other content under another name."""
    with zipfile.ZipFile(saved / "model.keras") as archive:
        files = {n: archive.read(n) for n in archive.namelist() if n != "model.weights.h5"}
    with zipfile.ZipFile(saved / "new", "w") as archive:
        for member, data in (files | {name: content}).items():
            archive.writestr(member, data)
    content = (saved / "new").read_bytes()
    (saved / "new").unlink()
    readers._replaced(saved, "model.keras", content)


def test_weights_that_are_a_pickle_are_not_unpickled(saved, witness):
    array = np.array([Code(witness)], dtype=object)
    archive = io.BytesIO()
    np.savez(archive, layers=array)
    witness.unlink(missing_ok=True)
    for name, content in {
        "model.weights.h5": pickle.dumps(Code(witness)),
        "model.weights.npz": archive.getvalue(),
    }.items():
        with_weights(saved, name, content)
        with pytest.raises(ValueError, match=r"model\.keras cannot be loaded"):
            saving.load_model(saved)
        assert not witness.exists()


def test_paths_out_of_the_folder_write_nothing_there(saved, witness):
    with zipfile.ZipFile(saved / "model.keras", "a") as archive:
        for name in ("../witness", "assets/../../witness", str(witness), "..\\witness"):
            archive.writestr(name, b"out")
    readers._replaced(saved, "model.keras", (saved / "model.keras").read_bytes())
    before = {path.relative_to(saved.parent) for path in saved.parent.rglob("*")}
    try:
        assert saving.load_model(saved).vocabulary == VOCABULARY
    except ValueError as error:
        assert "model.keras cannot be loaded" in str(error)  # noqa: PT017
    assert {path.relative_to(saved.parent) for path in saved.parent.rglob("*")} == before


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_out_of_the_folder_is_read_only_if_it_is_what_was_saved_and_never_written(
    saved, tmp_path
):
    outside = tmp_path / "outside"
    outside.write_text('{"secret": 1}')
    (saved / "settings.json").unlink()
    (saved / "settings.json").symlink_to(outside)
    with pytest.raises(ValueError, match=r"settings\.json is damaged") as caught:
        saving.load_model(saved)
    assert "secret" not in str(caught.value)
    model = models.build_language_model("simple", len(VOCABULARY), 2, 2, batch_size=1)
    saving.save_model(saved, model, VOCABULARY, {"window": 3})
    assert saving.load_model(saved).settings == {"window": 3}
    assert outside.read_text() == '{"secret": 1}'


@pytest.mark.parametrize("manifest", [{"format": "1"}, {"format": []}, {"sha256": []}])
def test_a_manifest_with_a_field_of_another_kind(saved, manifest):
    content = json.loads((saved / "manifest.json").read_bytes().partition(b"\n")[2])
    storage.write_verified_json(saved / "manifest.json", content | manifest)
    with pytest.raises(ValueError, match=r"manifest\.json is damaged"):
        saving.load_model(saved)
