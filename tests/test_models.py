"""The networks: the layers that they claim, and predictions that depend on the past only."""

import keras
import numpy as np
import pytest
from scipy.special import softmax

from lmbook_utils import models

VOCABULARY = 12
CELLS = ("simple", "gru", "lstm")
ARCHITECTURES = [(cell, layers) for cell in CELLS for layers in (1, 2)]
NOT_A_SIZE = (0, -1, 2.5, True, None, "8", float("nan"))


@pytest.fixture(autouse=True)
def _same_weights_on_every_run():
    keras.utils.set_random_seed(0)


def build(cell="lstm", num_layers=1, **arguments):
    sizes = {"vocab_size": VOCABULARY, "embedding_dim": 4, "rnn_units": 5, "batch_size": 2}
    model = models.build_language_model(cell, num_layers=num_layers, **sizes | arguments)
    # As it is built, a network predicts nearly the same whatever it reads. Larger weights make it
    # depend on its input, so that the tests can see on which part of it.
    model.set_weights([3 * w for w in model.get_weights()])
    return model


def read(model, ids):
    """The logits for a text, read with a state of zero at its beginning."""
    models.reset_state(model)
    return model(ids).numpy()


def random_ids(steps, batch_size=2):
    return np.random.default_rng(steps).integers(0, VOCABULARY, (batch_size, steps))


# The article's network


def test_the_articles_network_has_the_articles_layers():
    embedding, first, second, dense = models.build_article_model(50, 8, 4).layers
    assert type(embedding) is keras.layers.Embedding
    assert type(first) is type(second) is keras.layers.SimpleRNN
    assert type(dense) is keras.layers.Dense
    assert (first.return_sequences, second.return_sequences) == (True, False)
    assert first.activation is second.activation is keras.activations.tanh
    assert dense.activation is keras.activations.softmax
    assert not embedding.mask_zero
    assert all(rnn.use_bias and not rnn.stateful and not rnn.dropout for rnn in (first, second))


def test_the_articles_network_is_compiled_as_the_article_does():
    model = models.build_article_model(50, 8, 4)
    assert type(model.optimizer) is keras.optimizers.Adam
    by_default = keras.optimizers.Adam(name=model.optimizer.name)
    assert model.optimizer.get_config() == by_default.get_config()
    assert model.loss == "sparse_categorical_crossentropy"
    ids = np.array([[4, 5, 6], [7, 8, 9]])
    assert set(model.evaluate(ids, np.array([1, 2]), return_dict=True, verbose=0)) == {
        "loss",
        "accuracy",
    }


def test_the_articles_network_has_the_number_of_parameters_that_one_works_out_by_hand():
    embedding = 50 * 8
    first = 8 * 4 + 4 * 4 + 4  # from the word vector, from its own state, bias
    second = 4 * 4 + 4 * 4 + 4  # from the first layer, from its own state, bias
    dense = 4 * 50 + 50
    assert models.build_article_model(50, 8, 4).count_params() == (
        embedding + first + second + dense
    )


def test_the_articles_network_has_the_articles_sizes_unless_told_otherwise():
    model = models.build_article_model()
    assert [tuple(w.shape) for w in model.weights] == [
        (10000, 128),
        *[(128, 128), (128, 128), (128,)] * 2,
        (128, 10000),
        (10000,),
    ]
    assert model(np.array([[4, 5, 6]])).shape == (1, 10000)


@pytest.mark.parametrize("window", [1, 7])
def test_the_articles_network_gives_a_distribution_for_each_window(window):
    model = models.build_article_model(VOCABULARY, 4, 5)
    probabilities = model(random_ids(window, batch_size=3)).numpy()
    assert probabilities.shape == (3, VOCABULARY)
    assert (probabilities > 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


def test_the_articles_network_computes_the_equations_of_a_recurrent_network():
    """h = tanh(x W + h U + b) at every step, twice, and a softmax on the last state."""
    model = models.build_article_model(VOCABULARY, 4, 5)
    model.set_weights([3 * w for w in model.get_weights()])
    vectors, *recurrent, kernel, bias = model.get_weights()
    ids = random_ids(6, batch_size=1)
    sequence = vectors[ids[0]]
    for w, u, b in (recurrent[:3], recurrent[3:]):
        h, states = np.zeros(5), []
        for x in sequence:
            h = np.tanh(x @ w + h @ u + b)
            states.append(h)
        sequence = states
    expected = softmax(sequence[-1] @ kernel + bias)
    np.testing.assert_allclose(model(ids)[0], expected, atol=1e-5)


@pytest.mark.parametrize("value", NOT_A_SIZE)
@pytest.mark.parametrize("argument", ["vocab_size", "embedding_dim", "rnn_units"])
def test_the_articles_network_needs_whole_sizes_from_1(argument, value):
    with pytest.raises(ValueError, match=f"{argument} must be a whole number and at least 1"):
        models.build_article_model(**{argument: value})


# The model that predicts at every step


@pytest.mark.parametrize(("cell", "num_layers"), ARCHITECTURES)
def test_logits_come_for_every_step(cell, num_layers):
    logits = read(build(cell, num_layers), random_ids(7))
    assert logits.shape == (2, 7, VOCABULARY)
    assert logits.min() < 0, "logits, not probabilities"
    assert not np.allclose(logits.sum(axis=-1), 1)


@pytest.mark.parametrize(("cell", "num_layers"), ARCHITECTURES)
def test_the_layers_are_those_that_were_asked_for(cell, num_layers):
    kinds = {
        "simple": keras.layers.SimpleRNN,
        "gru": keras.layers.GRU,
        "lstm": keras.layers.LSTM,
    }
    model = build(cell, num_layers, dropout=0.25)
    layers = [layer for layer in model.layers if layer.weights]
    kinds_found = [type(layer) for layer in layers]
    assert kinds_found == [keras.layers.Embedding, *[kinds[cell]] * num_layers, keras.layers.Dense]
    rates = [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == [0.25] * (num_layers + 1), "after the embedding and after each recurrent layer"


@pytest.mark.parametrize(("cell", "num_layers"), ARCHITECTURES)
def test_no_prediction_depends_on_a_later_word(cell, num_layers):
    model, steps = build(cell, num_layers), 5
    ids = random_ids(steps)
    logits = read(model, ids)
    for changed in range(steps):
        others = ids.copy()
        others[:, changed] = (others[:, changed] + 1) % VOCABULARY
        difference = np.abs(read(model, others) - logits).max(axis=(0, 2))
        assert not difference[:changed].any(), "before the word"
        assert (difference[changed:] > 1e-4).all(), "from the word on, to the end"


@pytest.mark.parametrize(("cell", "num_layers"), ARCHITECTURES)
def test_reading_in_two_parts_equals_reading_at_once(cell, num_layers):
    model = build(cell, num_layers)
    ids = random_ids(8)
    at_once = read(model, ids)
    in_parts = np.concatenate([read(model, ids[:, :4]), model(ids[:, 4:]).numpy()], axis=1)
    np.testing.assert_allclose(in_parts, at_once, atol=1e-5)


def test_streams_do_not_influence_each_other():
    model = build()
    ids = random_ids(5)
    logits = read(model, ids)
    ids[1] = (ids[1] + 1) % VOCABULARY
    changed = np.abs(read(model, ids) - logits).max(axis=(1, 2))
    assert changed[0] == 0
    assert changed[1] > 1e-4


@pytest.mark.parametrize("cell", CELLS)
def test_reset_state_makes_the_model_forget(cell):
    model = build(cell, num_layers=2)
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


def test_dropout_acts_in_training_only():
    model = build(dropout=0.5)
    ids = random_ids(4)
    np.testing.assert_array_equal(read(model, ids), read(model, ids))
    models.reset_state(model)
    assert np.abs(model(ids, training=True).numpy() - read(model, ids)).max() > 1e-3


def test_an_untrained_model_with_the_unigram_bias_predicts_nearly_as_the_unigram_model_does():
    unigram = np.random.default_rng(0).dirichlet(np.ones(VOCABULARY))
    model = models.build_language_model(
        "gru", VOCABULARY, 4, 5, batch_size=2, output_bias=np.log(unigram)
    )
    probabilities = softmax(model(random_ids(6)).numpy(), axis=-1)
    np.testing.assert_allclose(
        probabilities, np.broadcast_to(unigram, probabilities.shape), rtol=0.1
    )
    *_, bias = model.get_weights()
    np.testing.assert_allclose(bias, np.log(unigram), rtol=1e-6)


def test_a_language_model_is_not_compiled_yet():
    assert not build().compiled


@pytest.mark.parametrize("value", NOT_A_SIZE)
@pytest.mark.parametrize(
    "argument", ["vocab_size", "embedding_dim", "rnn_units", "num_layers", "batch_size"]
)
def test_a_language_model_needs_whole_sizes_from_1(argument, value):
    with pytest.raises(ValueError, match=f"{argument} must be a whole number and at least 1"):
        models.build_language_model(**{argument: value})


@pytest.mark.parametrize("cell", ["LSTM", "rnn", "", None, ["gru"]])
def test_an_unknown_cell(cell):
    with pytest.raises(ValueError, match="cell must be one of simple, gru, lstm; it was"):
        models.build_language_model(cell)


@pytest.mark.parametrize("dropout", [-0.1, 1, 1.5, float("nan"), None, "0.5"])
def test_dropout_out_of_its_range(dropout):
    with pytest.raises(ValueError, match="dropout must be from 0 up to, not including, 1"):
        models.build_language_model(dropout=dropout)


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
def test_an_output_bias_that_does_not_fit(bias, message):
    with pytest.raises(ValueError, match=message):
        build(output_bias=bias)


# Copies for another number of streams


@pytest.mark.parametrize(("cell", "num_layers"), ARCHITECTURES)
def test_a_copy_for_another_number_of_streams_predicts_the_same(cell, num_layers):
    model = build(cell, num_layers)
    copy = models.with_batch_size(model, 3)
    ids = random_ids(5, batch_size=3)
    assert models.number_of_streams(copy) == 3
    np.testing.assert_allclose(read(copy, ids)[:2], read(model, ids[:2]), atol=1e-5)


def test_a_copy_shares_neither_weights_nor_state_with_the_original():
    model = build()
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


# In words


@pytest.mark.parametrize(("cell", "gates"), [("simple", 1), ("lstm", 4)])
def test_the_description_lists_the_layers_with_weights_and_the_sum_of_their_parameters(cell, gates):
    embedding = 12 * 4
    recurrent = gates * (4 * 5 + 5 * 5 + 5)
    dense = 5 * 12 + 12
    lines = models.describe(build(cell, dropout=0.5)).splitlines()
    layer = {"simple": "SimpleRNN", "lstm": "LSTM"}[cell]
    shapes = f"(4, {5 * gates}) (5, {5 * gates}) ({5 * gates},)".split()
    assert [line.split() for line in lines] == [
        ["layer", "weights", "parameters"],
        ["Embedding", "(12,", "4)", str(embedding)],
        [layer, *shapes, str(recurrent)],
        ["Dense", "(5,", "12)", "(12,)", str(dense)],
        ["total", str(embedding + recurrent + dense)],
    ]


def test_the_description_counts_frozen_layers_and_separates_thousands():
    model = models.build_article_model(1000, 8, 4)
    before = models.describe(model)
    model.trainable = False
    assert models.describe(model) == before
    assert "8,000" in before
