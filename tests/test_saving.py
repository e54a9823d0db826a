"""Saved models: the same after loading, whole or not at all, and never trusted unchecked."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

import lmbook_utils
from lmbook_utils import generation, models, saving, storage, training
from lmbook_utils.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["the", "cat", "sat", "naïve", "猫", "🐈", '"', "\u2028"])
V = len(VOCABULARY)
FILES = {"model.keras", "vocabulary.json", "settings.json", "manifest.json"}
IDS = np.random.default_rng(0).integers(0, V, (2, 6)).astype(np.int32)


def language_model(cell="simple", num_layers=1, **arguments):
    model = models.build_language_model(cell, V, 4, 4, num_layers, batch_size=2, **arguments)
    model.set_weights([3 * w for w in model.get_weights()])
    return model


@pytest.fixture(autouse=True)
def _same_weights_on_every_run():
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """One saved model, which the tests copy and damage."""
    folder = tmp_path_factory.mktemp("saved") / "model"
    saving.save_model(folder, language_model(), VOCABULARY, {"window": 20})
    return folder


@pytest.fixture
def saved(original, tmp_path):
    return Path(shutil.copytree(original, tmp_path / "model"))


def names_in(folder):
    return {file.name for file in folder.iterdir()}


def write_manifest(folder, **changes):
    """Make the manifest agree with the files as they are, as somebody with bad intent would."""
    checksums = {name: storage.sha256_of(folder / name) for name in FILES - {"manifest.json"}}
    manifest = {"format": saving.FORMAT_VERSION, "sha256": checksums} | changes
    storage.write_verified_json(folder / "manifest.json", manifest)


# There and back


def test_a_saved_model_is_one_folder_with_four_files(saved):
    assert names_in(saved) == FILES
    assert zipfile.is_zipfile(saved / "model.keras")
    assert Vocabulary.from_json((saved / "vocabulary.json").read_text("utf-8")) == VOCABULARY
    assert json.loads((saved / "settings.json").read_text()) == {"window": 20}


@pytest.mark.parametrize(
    ("cell", "num_layers", "dropout"), [("simple", 1, 0.0), ("gru", 1, 0.2), ("lstm", 2, 0.2)]
)
def test_a_language_model_gives_the_same_logits_after_loading(tmp_path, cell, num_layers, dropout):
    model = language_model(cell, num_layers, dropout=dropout)
    saving.save_model(tmp_path / "model", model, VOCABULARY)
    loaded = saving.load_model(tmp_path / "model").model
    for _ in range(2):  # the second time with the state of the first
        np.testing.assert_array_equal(loaded(IDS), model(IDS))


def test_the_articles_model_gives_the_same_probabilities_after_loading(tmp_path):
    model = models.build_article_model(V, 4, 4)
    saving.save_model(tmp_path / "model", model, VOCABULARY)
    loaded = saving.load_model(tmp_path / "model").model
    np.testing.assert_array_equal(loaded(IDS), model(IDS))
    assert loaded.loss == model.loss
    assert type(loaded.optimizer) is keras.optimizers.Adam


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"window": 20, "lowercase": True, "seed": None, "rates": [0.1, 1e-300], "text": "猫\n\0"},
        {"nested": {"b": [[], {}], "a": [1, 1.0, "1"]}},
    ],
)
def test_vocabulary_and_settings_come_back(tmp_path, settings):
    saving.save_model(tmp_path / "model", language_model(), VOCABULARY, settings)
    loaded = saving.load_model(tmp_path / "model")
    assert loaded.vocabulary == VOCABULARY
    assert loaded.settings == settings
    assert list(loaded.settings) == list(settings)


def test_settings_need_not_be_given(tmp_path):
    saving.save_model(tmp_path / "model", language_model(), VOCABULARY)
    assert saving.load_model(tmp_path / "model").settings == {}


def test_saving_leaves_weights_and_state_alone(tmp_path):
    model, twin = language_model("lstm"), language_model("lstm")
    twin.set_weights(model.get_weights())
    model(IDS), twin(IDS)
    saving.save_model(tmp_path / "model", model, VOCABULARY)
    np.testing.assert_array_equal(model(IDS), twin(IDS))


def test_a_loaded_model_has_read_nothing_yet(tmp_path):
    model = language_model("lstm")
    fresh = model(IDS).numpy()
    saving.save_model(tmp_path / "model", model, VOCABULARY)
    np.testing.assert_array_equal(saving.load_model(tmp_path / "model").model(IDS), fresh)


def test_a_loaded_model_generates_and_scores_as_before(tmp_path):
    model = language_model("gru")
    saving.save_model(tmp_path / "model", model, VOCABULARY)
    loaded = saving.load_model(tmp_path / "model")
    prompt = ["the", "cat"]
    assert generation.generate(loaded.model, loaded.vocabulary, prompt) == generation.generate(
        model, VOCABULARY, prompt
    )
    ids = IDS.reshape(-1)
    np.testing.assert_array_equal(
        training.score_stream(loaded.model, ids).log_probs,
        training.score_stream(model, ids).log_probs,
    )


def test_training_goes_on_after_loading_as_if_it_had_not_been_interrupted(tmp_path):
    """The optimizer's averages and step are saved too: without them, the weights would differ."""
    model = language_model("gru")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, jit_compile=False)
    for _ in range(3):
        model.train_on_batch(IDS, IDS)
    saving.save_model(tmp_path / "model", model, VOCABULARY)
    loaded = saving.load_model(tmp_path / "model").model
    assert int(loaded.optimizer.iterations) == 3
    models.reset_state(model)
    for _ in range(2):
        model.train_on_batch(IDS, IDS)
        loaded.train_on_batch(IDS, IDS)
    for expected, weight in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_allclose(weight, expected, atol=1e-6)


def test_a_trained_language_model_is_loaded_with_its_schedule_and_can_be_trained_anew(tmp_path):
    def train(model):
        return training.train_language_model(model, ids, ids, 3, 6, warmup_steps=1, evaluations=1)

    model, ids = language_model(), IDS.reshape(-1)
    train(model)
    saving.save_model(tmp_path / "model", model, VOCABULARY)
    loaded = saving.load_model(tmp_path / "model").model
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    assert train(loaded)[0].validation_cross_entropy == pytest.approx(
        train(model)[0].validation_cross_entropy
    )


@pytest.mark.filterwarnings("error::UserWarning")
def test_a_model_that_is_compiled_but_not_trained_is_loaded_without_a_warning(tmp_path):
    saving.save_model(tmp_path / "model", models.build_article_model(V, 4, 4), VOCABULARY)
    saving.load_model(tmp_path / "model").model.train_on_batch(IDS, IDS[:, 0])


@pytest.mark.parametrize("trained", [False, True])
def test_a_saved_model_is_loaded_by_another_process(tmp_path, trained):
    """Nothing that only this process knows (such as a registered class) is needed."""
    model, ids = language_model(), IDS.reshape(-1)
    if trained:
        training.train_language_model(model, ids, ids, 3, 6, warmup_steps=1, evaluations=1)
    saving.save_model(tmp_path / "model", model, VOCABULARY, {"window": 20})
    code = """
        import sys
        from lmbook_utils import saving
        model, vocabulary, settings = saving.load_model(sys.argv[1])
        print(len(vocabulary), settings, model.count_params())
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), tmp_path / "model"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(lmbook_utils.__file__).parent.parent,
    )
    assert result.stdout == f"{V} {{'window': 20}} {language_model().count_params()}\n"


@pytest.mark.parametrize("kind", [str, Path, os.path.relpath])
def test_folders_may_be_given_as_text_and_are_created_with_their_parents(tmp_path, kind):
    folder = tmp_path / "a" / "b" / "model"
    saving.save_model(kind(folder), language_model(), VOCABULARY)
    assert saving.load_model(kind(folder)).vocabulary == VOCABULARY


# Replacing


def test_a_saved_model_is_replaced_as_a_whole(saved):
    smaller = Vocabulary(["dog"])
    model = models.build_language_model("gru", len(smaller), 2, 2, batch_size=1)
    saving.save_model(saved, model, smaller)
    loaded = saving.load_model(saved)
    assert loaded.vocabulary == smaller
    assert loaded.settings == {}
    assert loaded.model.output_shape == (1, None, 5)
    assert names_in(saved.parent) == {"model"}, "nothing is left beside it"


def test_a_damaged_model_and_an_empty_folder_are_replaced(saved):
    for name in FILES:
        (saved / name).unlink()
        saving.save_model(saved, language_model(), VOCABULARY)
        assert saving.load_model(saved).vocabulary == VOCABULARY
    shutil.rmtree(saved)
    saved.mkdir()
    saving.save_model(saved, language_model(), VOCABULARY)
    assert saving.load_model(saved).vocabulary == VOCABULARY


def test_a_folder_with_other_files_is_not_replaced(saved):
    (saved / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"is not replaced.*notes.txt") as caught:
        saving.save_model(saved, language_model(), VOCABULARY, {"window": 3})
    assert str(saved) in str(caught.value)
    assert (saved / "notes.txt").read_text() == "mine"
    assert saving.load_model(saved).settings == {"window": 20}, "nor is it touched"


def test_a_file_is_not_replaced_by_a_folder(tmp_path):
    file = tmp_path / "model.keras"
    file.write_text("mine")
    with pytest.raises(FileExistsError, match=r"model.keras is a file; name a folder"):
        saving.save_model(file, language_model(), VOCABULARY)
    assert file.read_text() == "mine"


def interrupt(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (keras.Model, "save"),
        (storage, "write_atomically"),
        (storage, "sha256_of"),
        (storage, "write_verified_json"),
        (keras.saving, "load_model"),
        (saving, "_put_in_place"),
    ],
)
def test_saving_that_is_interrupted_leaves_the_old_model_and_nothing_else(
    saved, monkeypatch, where, what
):
    with monkeypatch.context() as patch:
        patch.setattr(where, what, interrupt)
        with pytest.raises(KeyboardInterrupt):
            saving.save_model(saved, language_model(), VOCABULARY, {"window": 3})
    assert saving.load_model(saved).settings == {"window": 20}
    assert names_in(saved.parent) == {"model"}


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_saving_that_is_interrupted_while_folders_change_places(saved, monkeypatch, renames):
    """Before the second renaming the old model is found, after it the new one."""
    rename, rmtree, renamed = Path.rename, shutil.rmtree, []

    def interrupted_rename(self, target):
        if len(renamed) == renames:
            raise KeyboardInterrupt
        renamed.append(target)
        return rename(self, target)

    def interrupted_rmtree(path, *args, **kwargs):
        if Path(path).name == ".model.previous":
            raise KeyboardInterrupt
        return rmtree(path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", interrupted_rename)
        patch.setattr(shutil, "rmtree", interrupted_rmtree)
        with pytest.raises(KeyboardInterrupt):
            saving.save_model(saved, language_model(), VOCABULARY, {"window": 3})
    assert saving.load_model(saved).settings == {"window": 3 if renames == 2 else 20}

    saving.save_model(saved, language_model(), VOCABULARY, {"window": 4})
    assert saving.load_model(saved).settings == {"window": 4}
    shutil.rmtree(saved)
    with pytest.raises(FileNotFoundError, match="there is no saved model"):
        saving.load_model(saved)  # the old one does not come back


def test_a_full_disk_is_reported_and_leaves_the_old_model(saved, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save", full)
        with pytest.raises(OSError, match=r"could not be saved in .*No space left") as caught:
            saving.save_model(saved, language_model(), VOCABULARY, {"window": 3})
    assert str(saved) in str(caught.value)
    assert saving.load_model(saved).settings == {"window": 20}


def test_a_parent_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="the model could not be saved in") as caught:
        saving.save_model(tmp_path / "file" / "model", language_model(), VOCABULARY)
    assert str(tmp_path / "file" / "model") in str(caught.value)


def test_a_model_that_is_replaced_while_it_is_read_is_no_mixture_of_two(saved, monkeypatch):
    """The network is read before, all else after: without a check nobody would notice."""
    other = saved.parent / "other"
    saving.save_model(other, language_model(), VOCABULARY, {"window": 3})
    load = keras.saving.load_model

    def load_and_replace(*arguments, **settings):
        model = load(*arguments, **settings)
        shutil.rmtree(saved)
        other.rename(saved)
        return model

    with monkeypatch.context() as patch:
        patch.setattr(keras.saving, "load_model", load_and_replace)
        with pytest.raises(ValueError, match="was replaced by another model while it was read"):
            saving.load_model(saved)
    assert saving.load_model(saved).settings == {"window": 3}


# What is not saved


@pytest.mark.parametrize(
    "settings",
    [
        [("window", 20)],
        "window=20",
        20,
        {"window": (1, 2)},
        {"window": {1, 2}},
        {1: "window"},
        {None: 1},
        {"window": np.int64(20)},
        {"window": np.zeros(2)},
        {"window": float("nan")},
        {"window": float("inf")},
        {"folder": Path("a")},
        {"text": b"bytes"},
        {"deep": {"er": {2: 1}}},
    ],
)
def test_settings_that_json_cannot_hold(tmp_path, settings):
    with pytest.raises(ValueError, match="settings must be a dictionary of what JSON"):
        saving.save_model(tmp_path / "model", language_model(), VOCABULARY, settings)
    assert not list(tmp_path.iterdir())


def test_settings_that_contain_themselves(tmp_path):
    settings = {}
    settings["self"] = settings
    with pytest.raises(ValueError, match="settings must be"):
        saving.save_model(tmp_path / "model", language_model(), VOCABULARY, settings)


def mismatched_model():
    """As many outputs as the vocabulary has entries, but fewer word vectors."""
    ids = keras.Input(batch_shape=(1, None), dtype="int32")
    return keras.Model(ids, keras.layers.Dense(V)(keras.layers.Embedding(V - 1, 3)(ids)))


@pytest.mark.parametrize(
    ("model", "vocabulary", "message"),
    [
        (
            language_model,
            Vocabulary(["cat"]),
            "as many entries as the model has outputs, 12.*had 5",
        ),
        (mismatched_model, VOCABULARY, "as many entries as the model has word vectors, 11.*had 12"),
        (language_model, ["the", "cat"], "vocabulary must be a Vocabulary; it was a list"),
        (language_model, None, "vocabulary must be a Vocabulary; it was a NoneType"),
        (lambda: None, VOCABULARY, "model must be a Keras model that has been built.*None"),
        (lambda: keras.Sequential([]), VOCABULARY, "model must be a Keras model that has been"),
    ],
)
def test_a_model_and_a_vocabulary_that_do_not_fit(tmp_path, model, vocabulary, message):
    with pytest.raises(ValueError, match=message):
        saving.save_model(tmp_path / "model", model(), vocabulary)
    assert not list(tmp_path.iterdir())


class OwnLayer(keras.layers.Layer):
    def call(self, inputs):
        return inputs


def model_with(layer):
    model = keras.Sequential([keras.layers.Embedding(V, 3), layer, keras.layers.Dense(V)])
    model.build((None, None))
    return model


@pytest.mark.filterwarnings("ignore:The `build` method")
@pytest.mark.parametrize("layer", [keras.layers.Lambda(lambda x: 2 * x), OwnLayer()])
def test_a_model_that_could_not_be_loaded_again_is_not_saved(saved, layer):
    with pytest.raises(ValueError, match="model is not saved, because it could not be loaded"):
        saving.save_model(saved, model_with(layer), VOCABULARY)
    assert saving.load_model(saved).settings == {"window": 20}
    assert names_in(saved.parent) == {"model"}


# What is not loaded


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"there is no saved model at .*save_model"
    ) as caught:
        saving.load_model(tmp_path / "nothing")
    assert str(tmp_path / "nothing") in str(caught.value)


def test_a_file_instead_of_its_folder(saved):
    with pytest.raises(
        NotADirectoryError, match=r"model.keras is a file; a saved model is a folder"
    ):
        saving.load_model(saved / "model.keras")


def test_a_folder_that_holds_something_else(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileNotFoundError, match=r"manifest.json is missing, so .* is no whole"):
        saving.load_model(tmp_path)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_named(saved, name):
    (saved / name).unlink()
    with pytest.raises(FileNotFoundError, match=r"is missing.*save the model again") as caught:
        saving.load_model(saved)
    assert str(saved / name) in str(caught.value)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_flipped_bit_in_any_file_is_noticed_and_the_file_named(saved, name):
    file = saved / name
    sound = file.read_bytes()
    rng = np.random.default_rng(0)
    positions = {0, len(sound) - 1, *rng.integers(0, len(sound), 30).tolist()}
    for position in positions:
        content = bytearray(sound)
        content[position] ^= 1 << int(rng.integers(0, 8))
        file.write_bytes(content)
        with pytest.raises(ValueError, match=r"is damaged.*save the model again") as caught:
            saving.load_model(saved)
        assert str(file) in str(caught.value)
    file.write_bytes(sound)
    assert saving.load_model(saved).settings == {"window": 20}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_was_cut_short_is_noticed(saved, name):
    content = (saved / name).read_bytes()
    for length in (0, len(content) // 2, len(content) - 1):
        (saved / name).write_bytes(content[:length])
        with pytest.raises(ValueError, match=f"{name} is damaged"):
            saving.load_model(saved)


def test_a_file_of_another_saved_model_is_noticed(saved):
    (saved / "vocabulary.json").write_text(Vocabulary(map(str, range(V - 4))).to_json())
    with pytest.raises(ValueError, match=r"vocabulary.json is damaged: its content is not what"):
        saving.load_model(saved)


def test_a_manifest_of_a_newer_format(saved):
    write_manifest(saved, format=saving.FORMAT_VERSION + 1)
    (saved / "settings.json").unlink()  # it may have other files
    with pytest.raises(
        ValueError, match=r"manifest.json has the format 2.*up to 1; install a newer"
    ):
        saving.load_model(saved)


@pytest.mark.parametrize("manifest", [[], {}, {"format": 1}, "text", None])
def test_a_manifest_that_is_none(saved, manifest):
    storage.write_verified_json(saved / "manifest.json", manifest)
    with pytest.raises(ValueError, match=r"manifest.json is damaged"):
        saving.load_model(saved)


def test_a_manifest_without_a_file(saved):
    write_manifest(saved, sha256={})
    with pytest.raises(ValueError, match=r"model.keras is damaged"):
        saving.load_model(saved)


@pytest.mark.filterwarnings("ignore:The `build` method")
def test_a_lambda_layer_is_not_run_whatever_the_manifest_says(saved):
    """Its code would run on loading, with all that the reader may do."""
    model_with(keras.layers.Lambda(lambda x: 2 * x)).save(saved / "model.keras")
    write_manifest(saved)
    with pytest.raises(ValueError, match=r"model.keras cannot be loaded: .*Lambda") as caught:
        saving.load_model(saved)
    assert "safe_mode=False" not in str(caught.value), "no advice to switch the protection off"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.keras", b"no zip file", "model.keras cannot be loaded"),
        ("vocabulary.json", b"{}", "vocabulary.json cannot be loaded: it holds no list of words"),
        ("vocabulary.json", b'["a", "a"]', "vocabulary.json cannot be loaded"),
        ("vocabulary.json", b"\xff", "vocabulary.json cannot be loaded"),
        ("settings.json", b"{", "settings.json cannot be loaded: it holds no JSON"),
        ("vocabulary.json", b'["cat"]', "as many entries as the model has outputs, 12; it had 5"),
    ],
)
def test_content_that_is_wrong_although_its_checksum_is_right(saved, name, content, message):
    (saved / name).write_bytes(content)
    write_manifest(saved)
    with pytest.raises(ValueError, match=message) as caught:
        saving.load_model(saved)
    assert str(saved) in str(caught.value)
