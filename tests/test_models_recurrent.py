"""Recurrent language models: the layers that they claim, and what they refuse."""

import keras
import numpy as np
import pytest
from language_models import ARCHITECTURES, NOT_A_SIZE, VOCABULARY, build, random_ids, read

from lmbook_utils import models


@pytest.fixture(autouse=True)
def _same_weights_on_every_run():
    keras.utils.set_random_seed(0)


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
