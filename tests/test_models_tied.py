"""Tied weights: one matrix for the words that are read and for those that are predicted."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from language_models import VOCABULARY, build, random_ids, read

from lmbook_utils import models
from lmbook_utils.models.tied import TiedEmbedding


@pytest.fixture(autouse=True)
def _same_weights_on_every_run():
    keras.utils.set_random_seed(0)


def untied_twin(tied):
    """An untied model whose embedding and output weights start with the same numbers."""
    twin = build("lstm", embedding_dim=5, rnn_units=5)
    embeddings, bias, *recurrent = tied.get_weights()
    twin.set_weights([embeddings, *recurrent, embeddings.T, bias])
    return twin


def gradients(model, ids):
    with tf.GradientTape() as tape:
        logits = model(ids[:, :-1])
        loss = keras.losses.sparse_categorical_crossentropy(ids[:, 1:], logits, from_logits=True)
        loss = tf.reduce_mean(loss)
    found = tape.gradient(loss, model.trainable_variables)
    return [tf.convert_to_tensor(gradient).numpy() for gradient in found]


def test_a_tied_model_predicts_as_an_untied_one_with_equal_weights():
    model, ids = build("tied"), random_ids(7)
    np.testing.assert_allclose(read(model, ids), read(untied_twin(model), ids), atol=1e-5)


def test_the_gradient_of_the_matrix_is_the_sum_of_those_from_both_ends():
    model, ids = build("tied"), random_ids(7)
    embeddings, bias, *_ = gradients(model, ids)
    from_reading, *_, from_predicting, bias_of_twin = gradients(untied_twin(model), ids)
    assert np.abs(from_reading).max() > 1e-3
    assert np.abs(from_predicting).max() > 1e-3
    np.testing.assert_allclose(embeddings, from_reading + from_predicting.T, atol=1e-6)
    np.testing.assert_allclose(bias, bias_of_twin, atol=1e-6)


def test_a_tied_model_has_one_matrix_of_vocabulary_times_units_less():
    sizes = {"vocab_size": 50, "embedding_dim": 8, "rnn_units": 8}
    untied = models.build_language_model("gru", **sizes).count_params()
    tied = models.build_language_model("gru", **sizes, tied=True).count_params()
    assert untied - tied == 50 * 8


def test_the_logits_are_products_of_a_state_with_the_vectors_of_the_words():
    layer = TiedEmbedding(VOCABULARY, 3)
    vectors = layer(np.array([[1, 2]])).numpy()
    np.testing.assert_array_equal(vectors[0], layer.embeddings.numpy()[[1, 2]])
    layer.bias.assign(np.arange(VOCABULARY))
    logits = layer(vectors, to_logits=True).numpy()
    expected = vectors @ layer.embeddings.numpy().T + np.arange(VOCABULARY)
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_tied_weights_need_word_vectors_of_the_length_of_the_state():
    message = "embedding_dim and rnn_units must be equal if the weights are tied; they were 4 and 5"
    with pytest.raises(ValueError, match=message):
        models.build_language_model(embedding_dim=4, rnn_units=5, tied=True)


@pytest.mark.parametrize("tied", [0, 1, "yes", None])
def test_tied_is_true_or_false(tied):
    with pytest.raises(ValueError, match="tied must be True or False; it was"):
        models.build_language_model(tied=tied)


def test_untied_models_keep_an_output_layer_of_their_own():
    kernel, bias = models.build_language_model("gru", 50, 8, 6).get_layer("logits").weights
    assert (tuple(kernel.shape), tuple(bias.shape)) == ((6, 50), (50,))
