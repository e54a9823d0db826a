"""What all language models share: they read streams in pieces, and the past only."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from language_models import (
    KINDS,
    NOT_A_SIZE,
    VOCABULARY,
    build,
    random_ids,
    read,
    read_in_pieces,
    which_logits_change,
)
from scipy.special import softmax

from lmbook_utils import generation, models, saving, training
from lmbook_utils.reproducibility import set_seed
from lmbook_utils.rnn import first_leak
from lmbook_utils.vocabulary import Vocabulary

ROOT = Path(__file__).parent.parent
WORDS = Vocabulary([f"w{number}" for number in range(VOCABULARY - 4)])
NEW_KINDS = [("tied", 1), ("convolutional", 2), ("transformer", 2)]


@pytest.fixture(autouse=True)
def _same_weights_on_every_run():
    keras.utils.set_random_seed(0)


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_logits_come_for_every_step(kind, num_layers):
    logits = read(build(kind, num_layers), random_ids(7))
    assert logits.shape == (2, 7, VOCABULARY)
    assert logits.min() < 0, "logits, not probabilities"
    assert not np.allclose(logits.sum(axis=-1), 1)


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_no_prediction_depends_on_a_later_word(kind, num_layers):
    model, steps = build(kind, num_layers), 5
    for changed in range(steps):
        changes = which_logits_change(model, random_ids(steps), changed)
        assert not changes[:changed].any(), "before the word"
        assert changes[changed : changed + 2].all(), "from the word on"


@pytest.mark.parametrize(("kind", "num_layers"), NEW_KINDS)
def test_the_check_of_chapter_2_finds_no_leak(kind, num_layers):
    model = build(kind, num_layers, batch_size=1)
    assert first_leak(lambda ids: read(model, ids[None])[0], random_ids(4)[0]) is None


@pytest.mark.parametrize("lengths", [(7, 13), (1, 1, 2, 16)])
@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_reading_in_pieces_equals_reading_at_once(kind, num_layers, lengths):
    model, ids = build(kind, num_layers), random_ids(20)
    np.testing.assert_allclose(read_in_pieces(model, ids, lengths), read(model, ids), atol=1e-5)


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_no_gradient_flows_into_the_state(kind, num_layers):
    """The words 0 … 5 are read before the words 6 … 11, and only these are held to account."""
    model = build(kind, num_layers)
    early, late = np.arange(6).reshape(2, 3), np.arange(6, 12).reshape(2, 3)
    vectors = model.get_layer("embedding").embeddings
    with tf.GradientTape() as tape:
        model(early)
        hidden_part = model(late)[:, :, :1]  # of tied weights, the first row serves the output
        gradient = tape.gradient(hidden_part, vectors)
    by_word = np.abs(tf.convert_to_tensor(gradient).numpy()).sum(axis=1)
    assert not by_word[1:6].any()
    assert by_word[6:].all()


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_streams_do_not_influence_each_other(kind, num_layers):
    model = build(kind, num_layers)
    ids = random_ids(5)
    logits = read_in_pieces(model, ids, (2, 3))
    ids[1] = (ids[1] + 1) % VOCABULARY
    changed = np.abs(read_in_pieces(model, ids, (2, 3)) - logits).max(axis=(1, 2))
    assert changed[0] == 0
    assert changed[1] > 1e-4


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_reset_state_makes_the_model_forget(kind, num_layers):
    model = build(kind, num_layers)
    ids = random_ids(4)
    fresh = model(ids).numpy()
    carried_on = model(ids).numpy()
    models.reset_state(model)
    after_reset = model(ids).numpy()
    assert np.abs(carried_on - fresh).max() > 1e-4
    np.testing.assert_array_equal(after_reset, fresh)


def test_reset_state_leaves_a_model_without_state_alone():
    model = models.build_article_model(VOCABULARY, 4, 5)
    before = model(random_ids(3)).numpy()
    models.reset_state(model)
    np.testing.assert_array_equal(model(random_ids(3)), before)


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_the_state_put_back_lets_a_model_go_on_where_it_was(kind, num_layers):
    model, ids = build(kind, num_layers), random_ids(4)
    read(model, random_ids(5))
    kept = [state.numpy() for state in models.state_variables(model)]
    expected = model(ids).numpy()
    assert np.abs(expected - read(model, ids)).max() > 1e-4
    for state, value in zip(models.state_variables(model), kept, strict=True):
        state.assign(value)
    np.testing.assert_array_equal(model(ids), expected)


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_the_state_is_no_part_of_the_weights(kind, num_layers):
    model = build(kind, num_layers)
    states = models.state_variables(model)
    assert states
    assert all(state.shape[0] == 2 for state in states), "the first axis is the stream"
    assert not {id(state) for state in states} & {id(weight) for weight in model.weights}
    assert len(model.weights) == len(model.trainable_weights)


@pytest.mark.parametrize(
    ("kind", "shapes"),
    [
        ("gru", [(2, 5), (2, 5)]),
        ("lstm", [(2, 5)] * 4),
        ("convolutional", [(2, 1, 6), (2, 2, 6)]),
        ("transformer", [(2, 4, 8), (2, 4)] * 2),
    ],
)
def test_the_state_comes_layer_by_layer(kind, shapes):
    states = models.state_variables(build(kind, num_layers=2))
    assert [tuple(state.shape) for state in states] == shapes


def test_a_model_without_state_has_no_state_variables():
    assert models.state_variables(models.build_article_model(VOCABULARY, 4, 5)) == []


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_dropout_acts_in_training_only(kind, num_layers):
    model = build(kind, num_layers, dropout=0.5)
    ids = random_ids(4)
    np.testing.assert_array_equal(read(model, ids), read(model, ids))
    models.reset_state(model)
    assert np.abs(model(ids, training=True).numpy() - read(model, ids)).max() > 1e-3


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_the_output_bias_starts_where_it_is_told_to(kind, num_layers):
    keras.utils.set_random_seed(1)
    bias = np.linspace(-1, 1, VOCABULARY)
    trebled = kind not in ("convolutional", "transformer")  # see build
    model = build(kind, num_layers, output_bias=bias / 3 if trebled else bias)
    logits = read(model, random_ids(6))
    keras.utils.set_random_seed(1)
    without = read(build(kind, num_layers), random_ids(6))
    np.testing.assert_allclose(logits - without, np.broadcast_to(bias, logits.shape), atol=1e-5)


@pytest.mark.parametrize(
    "untrained",
    [
        models.build_language_model,
        models.build_convolutional_model,
        models.build_transformer_model,
    ],
)
def test_an_untrained_model_with_the_unigram_bias_predicts_nearly_as_the_unigram_model_does(
    untrained,
):
    unigram = np.random.default_rng(0).dirichlet(np.ones(1000))
    model = untrained(vocab_size=1000, batch_size=2, output_bias=np.log(unigram))
    probabilities = softmax(model(random_ids(6)).numpy(), axis=-1)
    divergence = (unigram * np.log(unigram / probabilities)).sum(axis=-1)
    assert divergence.max() < 0.5, "nats; with a bias of zeros it would be more"


@pytest.mark.parametrize("kind", ["lstm", "convolutional", "transformer"])
def test_a_language_model_is_not_compiled_yet(kind):
    assert not build(kind).compiled


@pytest.mark.parametrize("kind", ["lstm", "convolutional", "transformer"])
@pytest.mark.parametrize("dropout", [-0.1, 1, 1.5, float("nan"), None, "0.5"])
def test_dropout_out_of_its_range(kind, dropout):
    with pytest.raises(ValueError, match="dropout must be from 0 and below 1"):
        build(kind, dropout=dropout)


@pytest.mark.parametrize("kind", ["lstm", "convolutional", "transformer"])
@pytest.mark.parametrize(
    ("bias", "message"),
    [
        (np.zeros(VOCABULARY + 1), r"output_bias must have the shape \(12,\).*it had \(13,\)"),
        (np.zeros((1, VOCABULARY)), r"output_bias must have the shape \(12,\).*it had \(1, 12\)"),
        (0.0, r"output_bias must have the shape \(12,\).*it had \(\)"),
        (np.full(VOCABULARY, -np.inf), "output_bias must hold finite numbers"),
        (np.full(VOCABULARY, np.nan), "output_bias must hold finite numbers"),
    ],
)
def test_an_output_bias_that_does_not_fit(kind, bias, message):
    with pytest.raises(ValueError, match=message):
        build(kind, output_bias=bias)


# Copies for another number of streams


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_a_copy_for_another_number_of_streams_predicts_the_same(kind, num_layers):
    model = build(kind, num_layers)
    copy = models.with_batch_size(model, 3)
    ids = random_ids(5, batch_size=3)
    assert models.number_of_streams(copy) == 3
    np.testing.assert_allclose(read(copy, ids)[:2], read(model, ids[:2]), atol=1e-5)


@pytest.mark.parametrize(("kind", "num_layers"), KINDS)
def test_a_copy_shares_neither_weights_nor_state_with_the_original(kind, num_layers):
    model = build(kind, num_layers)
    ids = random_ids(4)
    expected = read(model, ids)
    copy = models.with_batch_size(model, 2)
    np.testing.assert_allclose(copy(ids), expected, atol=1e-5, err_msg="its state is zero")

    models.reset_state(model)
    copy.set_weights([np.zeros_like(w) for w in copy.get_weights()])
    np.testing.assert_array_equal(model(ids), expected, "weights and state are the model's own")
    assert not copy(ids).numpy().any()


@pytest.mark.parametrize("batch_size", NOT_A_SIZE)
def test_a_copy_needs_a_whole_number_of_streams(batch_size):
    with pytest.raises(ValueError, match="batch_size must be a whole number and at least 1"):
        models.with_batch_size(build(), batch_size)


def test_the_articles_network_has_no_streams():
    with pytest.raises(ValueError, match=r"model must predict at every step.*\(None, 12\)"):
        models.with_batch_size(models.build_article_model(VOCABULARY, 4, 5), 2)


# Training, generation and saving work for all of them


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("tied", {"embedding_dim": 16, "rnn_units": 16}),
        ("convolutional", {"num_layers": 2}),
        ("transformer", {"num_layers": 1}),
    ],
)
def test_training_learns_a_text_that_repeats_itself(kind, sizes):
    text = np.tile([4, 5, 6, 4, 7, 8], 200)  # what follows 4 depends on the word before it
    set_seed()
    model = build(kind, **sizes)
    history = training.train_language_model(
        model, text, text, steps=100, learning_rate=0.03, warmup_steps=5, evaluations=1
    )
    by_the_last_word_alone = 2 ** (1 / 3)  # of three words one can be 5 or 7
    assert history[-1].validation_perplexity < 0.95 * by_the_last_word_alone


@pytest.mark.parametrize(("kind", "num_layers"), NEW_KINDS)
def test_generation_takes_the_word_that_is_most_probable_after_all_words_before(kind, num_layers):
    never = np.zeros(VOCABULARY)
    never[[WORDS.eos_id, WORDS.unk_id, WORDS.pad_id, WORDS.bos_id]] = -100
    model = build(kind, num_layers, output_bias=never)
    reader = models.with_batch_size(model, 1)
    words = ["w1", "w2"]
    for _ in range(8):
        logits = read(reader, np.array([[WORDS.eos_id, *WORDS.encode(words)]]))[0, -1]
        words += WORDS.decode([int(logits.argmax())])
    generated = generation.generate(model, WORDS, ["w1", "w2"], max_tokens=8, temperature=0)
    assert generated == words


def test_models_load_where_nothing_but_saving_was_imported(tmp_path):
    ids = random_ids(6)
    for kind, num_layers in NEW_KINDS:
        model = build(kind, num_layers, dropout=0.1)
        saving.save_model(tmp_path / kind, model, WORDS)
        np.save(tmp_path / f"{kind}.npy", read(model, ids))
    code = f"""
import numpy as np
from pathlib import Path
from lmbook_utils import saving
folder = Path({str(tmp_path)!r})
for kind in {[kind for kind, _ in NEW_KINDS]}:
    logits = saving.load_model(folder / kind).model(np.array({ids.tolist()}))
    np.testing.assert_allclose(logits, np.load(folder / (kind + ".npy")), atol=1e-5)
    print(kind)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == [kind for kind, _ in NEW_KINDS]
