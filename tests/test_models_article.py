"""The article's network: the layers that it claims, and predictions that depend on its window."""

import keras
import numpy as np
import pytest
from language_models import NOT_A_SIZE, VOCABULARY, random_ids
from scipy.special import softmax

from lmbook_utils import models


@pytest.fixture(autouse=True)
def _same_weights_on_every_run():
    keras.utils.set_random_seed(0)


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
