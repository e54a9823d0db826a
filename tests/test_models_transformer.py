"""The Transformer: what attention computes, and how far back it looks."""

import keras
import numpy as np
import pytest
from language_models import NOT_A_SIZE, VOCABULARY, build, random_ids, which_logits_change
from scipy.special import softmax

from lmbook_utils import models
from lmbook_utils.models.transformer import MemoryAttention, alibi_slopes

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _same_weights_on_every_run():
    keras.utils.set_random_seed(0)


def attention(inputs, weights, num_heads, memory):
    """The formula of the docstring for one row, shape (time, length)."""
    w_query, b_query, w_rest, b_rest, w_output, b_output = weights
    queries = inputs @ w_query + b_query
    keys, values = np.split(inputs @ w_rest + b_rest, 2, axis=1)
    size = inputs.shape[1] // num_heads
    outputs = np.zeros_like(inputs)
    for t in range(len(inputs)):
        window = range(max(0, t - memory), t + 1)
        for head in range(num_heads):
            part = slice(head * size, (head + 1) * size)
            slope = 2 ** (-8 * (head + 1) / num_heads)
            scores = [
                queries[t, part] @ keys[s, part] / np.sqrt(size) - slope * (t - s) for s in window
            ]
            outputs[t, part] = softmax(scores) @ values[list(window), part]
    return outputs @ w_output + b_output


@pytest.mark.parametrize("num_heads", [1, 2, 3])
@pytest.mark.parametrize("memory", [1, 4, 20])
def test_a_layer_computes_its_formula_in_one_piece_and_in_several(num_heads, memory):
    layer = MemoryAttention(num_heads, memory)
    inputs = RNG.normal(size=(2, 11, 6)).astype(np.float32)
    layer(inputs)
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.get_weights()])
    expected = [attention(row, layer.get_weights(), num_heads, memory) for row in inputs]
    layer.reset_state()
    np.testing.assert_allclose(layer(inputs), expected, rtol=1e-4, atol=1e-4)
    layer.reset_state()
    pieces = [layer(inputs[:, a:b]).numpy() for a, b in ((0, 1), (1, 8), (8, 11))]
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("memory", "num_layers"), [(1, 1), (3, 1), (3, 2), (2, 3)])
def test_a_word_moves_the_predictions_within_the_window_and_no_others(memory, num_layers):
    model = build("transformer", num_layers, memory=memory)
    changes = which_logits_change(model, random_ids(14), changed=3)
    assert np.flatnonzero(changes).tolist() == list(range(3, 3 + num_layers * memory + 1))


@pytest.mark.parametrize(
    ("num_heads", "slopes"),
    [(1, [1 / 256]), (2, [1 / 16, 1 / 256]), (8, [1 / 2**h for h in range(1, 9)])],
)
def test_the_slopes_are_those_of_the_paper(num_heads, slopes):
    np.testing.assert_allclose(alibi_slopes(num_heads), slopes, rtol=1e-12)


def test_sixteen_heads_have_the_slopes_of_eight_and_their_geometric_means():
    np.testing.assert_allclose(alibi_slopes(16)[1::2], alibi_slopes(8), rtol=1e-12)
    np.testing.assert_allclose(alibi_slopes(16)[0], 2**-0.5, rtol=1e-12)


def test_by_default_the_layers_have_about_as_many_parameters_as_an_lstm_of_128_units():
    model = models.build_transformer_model(VOCABULARY)
    ends = [model.get_layer(name).count_params() for name in ("embedding", "logits")]
    assert model.count_params() - sum(ends) == 132_736


@pytest.mark.parametrize("value", NOT_A_SIZE)
@pytest.mark.parametrize(
    "argument",
    [
        "vocab_size",
        "model_dim",
        "num_heads",
        "num_layers",
        "memory",
        "feedforward_dim",
        "batch_size",
    ],
)
def test_a_transformer_needs_whole_sizes_from_1(argument, value):
    with pytest.raises(ValueError, match=f"{argument} must be a whole number and at least 1"):
        models.build_transformer_model(**{argument: value})


def test_the_heads_share_the_length_of_the_vectors_evenly():
    with pytest.raises(ValueError, match="model_dim must be a multiple of num_heads = 3; it was 8"):
        models.build_transformer_model(model_dim=8, num_heads=3)


@pytest.mark.parametrize("value", NOT_A_SIZE)
def test_slopes_are_of_at_least_one_head(value):
    with pytest.raises(ValueError, match="num_heads must be a whole number and at least 1"):
        alibi_slopes(value)
