"""The convolutional language model: what a layer computes, and how far back it reaches."""

import keras
import numpy as np
import pytest
from language_models import NOT_A_SIZE, VOCABULARY, build, random_ids, which_logits_change
from scipy.special import expit

from lmbook_utils import models
from lmbook_utils.models.convolutional import GatedConvolution

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _same_weights_on_every_run():
    keras.utils.set_random_seed(0)


def gated_convolution(inputs, weights, biases, dilation):
    """The formula of the docstring for one row, shape (time, channels), zero before it."""
    channels, kernel_size = inputs.shape[1], len(weights)
    outputs = []
    for t in range(len(inputs)):
        total = biases.copy()
        for i in range(kernel_size):
            if t - i * dilation >= 0:
                total += inputs[t - i * dilation] @ weights[kernel_size - 1 - i]
        outputs.append(total[:channels] * expit(total[channels:]))
    return np.array(outputs)


@pytest.mark.parametrize(("kernel_size", "dilation"), [(2, 1), (2, 4), (3, 2), (4, 3)])
def test_a_layer_computes_its_formula_in_one_piece_and_in_several(kernel_size, dilation):
    layer = GatedConvolution(kernel_size, dilation)
    inputs = RNG.normal(size=(2, 11, 3)).astype(np.float32)
    layer(inputs)
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.get_weights()])
    expected = [gated_convolution(row, *layer.get_weights(), dilation) for row in inputs]
    layer.reset_state()
    np.testing.assert_allclose(layer(inputs), expected, atol=1e-5)
    layer.reset_state()
    pieces = [layer(inputs[:, a:b]).numpy() for a, b in ((0, 1), (1, 8), (8, 11))]
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("kernel_size", "num_layers", "reach"), [(2, 1, 2), (2, 2, 4), (2, 3, 8), (3, 2, 7)]
)
def test_a_word_moves_the_predictions_within_the_reach_and_no_others(
    kernel_size, num_layers, reach
):
    model = build("convolutional", num_layers, kernel_size=kernel_size)
    changes = which_logits_change(model, random_ids(14), changed=3)
    assert np.flatnonzero(changes).tolist() == list(range(3, 3 + reach))


def test_by_default_the_layers_have_about_as_many_parameters_as_an_lstm_of_128_units():
    model = models.build_convolutional_model(VOCABULARY)
    ends = [model.get_layer(name).count_params() for name in ("embedding", "logits")]
    assert model.count_params() - sum(ends) == 132_352
    lstm = models.build_language_model("lstm", VOCABULARY).get_layer("lstm_1").count_params()
    assert lstm == 131_584


@pytest.mark.parametrize("value", NOT_A_SIZE)
@pytest.mark.parametrize("argument", ["vocab_size", "channels", "num_layers", "batch_size"])
def test_a_convolutional_model_needs_whole_sizes_from_1(argument, value):
    with pytest.raises(ValueError, match=f"{argument} must be a whole number and at least 1"):
        models.build_convolutional_model(**{argument: value})


@pytest.mark.parametrize("value", [1, *NOT_A_SIZE])
def test_a_kernel_needs_two_words_to_look_back(value):
    with pytest.raises(ValueError, match="kernel_size must be a whole number and at least 2"):
        models.build_convolutional_model(kernel_size=value)


def test_a_layer_needs_a_fixed_number_of_rows():
    with pytest.raises(ValueError, match="batch_size must be fixed, because"):
        GatedConvolution(2)(keras.Input((5, 3)))
