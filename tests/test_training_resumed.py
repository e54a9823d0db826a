"""Training that is interrupted, stopped early, limited or given another loss."""

import csv
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from lmbook_utils import models
from lmbook_utils.training import fitting, train_language_model

V = 9
TEXT = np.random.default_rng(0).integers(0, V, 97).astype(np.int32)
VALIDATION = np.random.default_rng(1).integers(0, V, 40).astype(np.int32)
SETTINGS = {"steps": 24, "unrolled_steps": 5, "warmup_steps": 4, "evaluations": 4}


def build(seed=0, dropout=0.4, cell="lstm", **arguments):
    """Dropout is on: a training that goes on must draw what it would have drawn."""
    keras.utils.set_random_seed(seed)
    return models.build_language_model(cell, V, 4, 5, batch_size=3, dropout=dropout, **arguments)


def train(model, **arguments):
    return train_language_model(model, TEXT, VALIDATION, **(SETTINGS | arguments))


def interrupt(monkeypatch, after):
    """Let the process be stopped while the text is scored for the evaluation number ``after``."""
    calls = []

    def score(*arguments):
        calls.append(1)
        if len(calls) > after:
            raise KeyboardInterrupt
        return original(*arguments)

    original = fitting.score_stream
    monkeypatch.setattr(fitting, "score_stream", score)


def assert_same_weights(model, other):
    for weight, expected in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


# Interrupted


@pytest.mark.parametrize(("cell", "after"), [("simple", 1), ("gru", 3), ("lstm", 2)])
def test_training_that_was_interrupted_ends_as_training_that_was_not(
    cell, after, tmp_path, monkeypatch
):
    whole = build(cell=cell)
    expected = train(whole)
    with monkeypatch.context() as patch:
        interrupt(patch, after)
        with pytest.raises(KeyboardInterrupt):
            train(build(cell=cell), checkpoint=tmp_path)
    resumed = build(seed=5, cell=cell)  # another process would not have the same random numbers
    assert train(resumed, checkpoint=tmp_path) == expected
    assert_same_weights(resumed, whole)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A model that was trained to the end, its evaluations and its checkpoint."""
    folder = tmp_path_factory.mktemp("run") / "new" / "folder"
    model = build()
    return model, train(model, checkpoint=folder), folder


@pytest.fixture
def folder(finished, tmp_path):
    """A copy of the checkpoint that a test may spoil."""
    return shutil.copytree(finished[2], tmp_path / "copy")


def test_a_training_that_is_over_is_not_repeated(finished, monkeypatch):
    whole, evaluations, folder = finished
    interrupt(monkeypatch, after=0)
    again = build(seed=5)
    assert train(again, checkpoint=folder) == evaluations
    assert_same_weights(again, whole)


def test_a_checkpoint_changes_nothing(finished):
    with_checkpoint, evaluations, _ = finished
    without = build()
    assert train(without) == evaluations
    assert_same_weights(without, with_checkpoint)


def test_the_history_is_a_table_of_the_evaluations(finished):
    _, evaluations, folder = finished
    with (folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [6, 12, 18, 24]
    for row, evaluation in zip(rows, evaluations, strict=True):
        assert float(row["train_cross_entropy"]) == evaluation.train_cross_entropy
        assert float(row["validation_cross_entropy"]) == evaluation.validation_cross_entropy


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 30}, "steps was 24, and is now 30"),
        ({"clip_norm": None}, "clip_norm was 1.0, and is now None"),
        ({"carry_state": False}, "carry_state was True, and is now False"),
        ({"patience": 2}, "patience was None, and is now 2"),
    ],
)
def test_the_checkpoint_of_another_training_is_refused(change, message, folder):
    with pytest.raises(ValueError, match=f"checkpoint holds another training: {message}"):
        train(build(), checkpoint=folder, **change)


def test_the_checkpoint_of_another_text_is_refused(folder):
    with pytest.raises(ValueError, match=r"train_ids was 97 tokens .* is now 96 tokens"):
        train_language_model(build(), TEXT[1:], VALIDATION, checkpoint=folder, **SETTINGS)


@pytest.mark.parametrize("other", [{"cell": "gru"}, {"num_layers": 2}, {"dropout": 0.1}])
def test_the_checkpoint_of_another_model_is_refused(other, folder):
    model = build(**other)
    before = model.get_weights()
    with pytest.raises(ValueError, match="checkpoint holds another training: layers was"):
        train(model, checkpoint=folder)
    for weight, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)


def flip_a_bit(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-100], lambda b: b"", lambda b: b"x" + b[1:], flip_a_bit]
)
def test_a_damaged_checkpoint_is_refused(damage, folder):
    file = folder / "checkpoint.npz"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(ValueError, match="checkpoint is damaged"):
        train(build(), checkpoint=folder)


def test_a_checkpoint_with_a_pickled_object_is_not_loaded(tmp_path):
    np.savez(tmp_path / "checkpoint.npz", header=np.array([object()], dtype=object))
    with pytest.raises(ValueError, match="checkpoint is damaged"):
        train(build(), checkpoint=tmp_path)


def test_a_checkpoint_needs_a_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="checkpoint must be a folder that can be created"):
        train(build(), checkpoint=tmp_path / "file")


# Stopped early


def learn_and_forget(monkeypatch, losses):
    """Evaluations whose validation cross-entropies are given."""
    values = list(losses)

    def cross_entropy(log_probs):
        if not values:
            raise KeyboardInterrupt
        return values.pop(0)

    monkeypatch.setattr(fitting.metrics, "cross_entropy", cross_entropy)


def test_training_stops_when_the_validation_text_gets_no_better(monkeypatch):
    learn_and_forget(monkeypatch, [2.0, 1.0, 1.5, 1.2, 0.5, 0.4])
    evaluations = train(build(), evaluations=6, patience=2)
    assert [row.validation_cross_entropy for row in evaluations] == [2.0, 1.0, 1.5, 1.2]


def test_training_that_stops_early_leaves_the_best_weights(monkeypatch):
    learn_and_forget(monkeypatch, [2.0, 1.0, 1.5, 1.2, 0.5, 0.4])
    stopped = build()
    train(stopped, evaluations=6, patience=2)
    learn_and_forget(monkeypatch, [2.0])
    best = build()
    # The same steps with the same schedule, up to the best evaluation
    monkeypatch.setattr(fitting._Progress, "is_over", lambda self: self.step == 8)
    learn_and_forget(monkeypatch, [2.0, 1.0])
    train(best, evaluations=6)
    assert_same_weights(stopped, best)


def test_early_stopping_survives_an_interruption(tmp_path, monkeypatch):
    losses = [2.0, 1.0, 1.5, 1.2, 0.5, 0.4]
    learn_and_forget(monkeypatch, losses)
    whole = build()
    expected = train(whole, evaluations=6, patience=2)
    learn_and_forget(monkeypatch, losses[:3])  # interrupted in the fourth evaluation
    with pytest.raises(KeyboardInterrupt):
        train(build(), evaluations=6, patience=2, checkpoint=tmp_path)
    learn_and_forget(monkeypatch, losses[3:])
    resumed = build(seed=5)
    assert train(resumed, evaluations=6, patience=2, checkpoint=tmp_path) == expected
    assert_same_weights(resumed, whole)


@pytest.mark.parametrize("patience", [0, -1, 1.5, True])
def test_a_patience_that_is_no_number_of_evaluations(patience):
    with pytest.raises(ValueError, match="patience must be a whole number and at least 1"):
        train(build(), patience=patience)


# The limit on the gradient


def largest_change(clip_norm):
    """How far a step of plain gradient descent, of rate 1, moves the weights."""
    model = build(dropout=0)
    model.set_weights([3 * w for w in model.get_weights()])
    before = model.get_weights()
    fitting._compile(model, 2, 1.0, 1, clip_norm)
    model.optimizer = keras.optimizers.SGD(1.0, global_clipnorm=model.optimizer.global_clipnorm)
    # Each word once: TensorFlow's norm counts a word vector that is used twice as two.
    model.train_on_batch(np.arange(6).reshape(3, 2), np.arange(1, 7).reshape(3, 2))
    changes = [(new - old).ravel() for new, old in zip(model.get_weights(), before, strict=True)]
    return np.linalg.norm(np.concatenate(changes))


def test_the_norm_of_the_gradient_is_limited_where_one_asks_for_it():
    free = largest_change(None)
    assert free > 0.3
    assert largest_change(0.1) == pytest.approx(0.1, rel=1e-4)
    assert largest_change(10 * free) == pytest.approx(free, rel=1e-6)


@pytest.mark.parametrize("clip_norm", [0, -1, np.nan, "1"])
def test_a_limit_that_is_none(clip_norm):
    with pytest.raises(ValueError, match="clip_norm must be a finite number above 0"):
        train(build(), clip_norm=clip_norm)


# The state


def test_a_state_that_is_not_carried_on_makes_no_difference_to_texts_of_one_batch():
    """With streams as long as a batch, each batch begins with a new text anyway."""
    text = TEXT[:15]
    results = []
    for carry_state in (True, False):
        model = build()
        train_language_model(model, text, VALIDATION, carry_state=carry_state, **SETTINGS)
        results.append(model)
    assert_same_weights(*results)


def test_a_state_that_is_not_carried_on_changes_what_is_learnt():
    carried, reset = build(), build()
    train(carried)
    train(reset, carry_state=False)
    assert not np.allclose(carried.get_weights()[1], reset.get_weights()[1])


# Another loss


def plain_cross_entropy(hidden, kernel, bias, targets):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, hidden @ kernel + bias)


def test_the_usual_loss_given_by_hand_trains_as_usual():
    usual, by_hand = build(), build()
    expected = train(usual)
    evaluations = train(by_hand, output_loss=plain_cross_entropy)
    for row, other in zip(evaluations, expected, strict=True):
        assert row.train_cross_entropy == pytest.approx(other.train_cross_entropy, rel=1e-5)
        assert row.validation_cross_entropy == pytest.approx(
            other.validation_cross_entropy, rel=1e-5
        )
    for weight, expected_weight in zip(by_hand.get_weights(), usual.get_weights(), strict=True):
        np.testing.assert_allclose(weight, expected_weight, atol=1e-5)


def test_another_loss_is_what_is_learnt():
    """A loss that asks for the word 4 always: only the output layer has to learn that."""

    def only_word_4(hidden, kernel, bias, targets):
        return plain_cross_entropy(hidden, kernel, bias, tf.fill(tf.shape(targets), 4))

    model = build(dropout=0)
    train(model, output_loss=only_word_4, learning_rate=0.1, steps=60)
    logits = model.predict_on_batch(TEXT[:15].reshape(3, 5))
    assert (logits.argmax(axis=-1) == 4).all()


def test_training_with_another_loss_can_be_resumed(tmp_path, monkeypatch):
    whole = build()
    expected = train(whole, output_loss=plain_cross_entropy)
    with monkeypatch.context() as patch:
        interrupt(patch, 2)
        with pytest.raises(KeyboardInterrupt):
            train(build(), checkpoint=tmp_path, output_loss=plain_cross_entropy)
    resumed = build(seed=5)
    assert train(resumed, checkpoint=tmp_path, output_loss=plain_cross_entropy) == expected
    assert_same_weights(resumed, whole)
