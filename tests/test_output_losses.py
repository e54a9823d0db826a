"""The losses of the output layer: the full one, the one in chunks, and the sampled one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from lmbook_utils import losses, models, reproducibility, training
from lmbook_utils.output_losses import (
    ChunkedCrossEntropy,
    CrossEntropy,
    FullCrossEntropy,
    SampledSoftmax,
)

TOKENS, UNITS, WORDS = 7, 3, 11


def layer(words=WORDS, tokens=TOKENS, seed=0):
    """Hidden states, kernel, bias and targets drawn at random."""
    rng = np.random.default_rng(seed)
    drawn = [rng.normal(size=shape) for shape in ((tokens, UNITS), (UNITS, words), (words,))]
    return [tf.constant(x, tf.float32) for x in drawn] + [
        tf.constant(rng.integers(words, size=tokens))
    ]


def value_and_gradients(loss, hidden, kernel, bias, targets, weights=None):
    weights = tf.ones(len(targets)) if weights is None else weights
    with tf.GradientTape() as tape:
        tape.watch([hidden, kernel, bias])
        losses = loss(hidden, kernel, bias, targets)
        total = tf.reduce_sum(losses * weights)
    return [losses, *tape.gradient(total, [hidden, kernel, bias])]


def test_the_full_loss_and_its_gradients_are_those_of_tensorflow():
    def tensorflows(hidden, kernel, bias, targets):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, hidden @ kernel + bias)

    expected = value_and_gradients(tensorflows, *layer())
    for ours, theirs in zip(
        value_and_gradients(FullCrossEntropy(), *layer()), expected, strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("weights", [None, [[1.0, 0.0, 2.0], [1.0, 1.0, 0.0]]])
def test_the_loss_for_compile_is_that_of_keras(weights):
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(2, 3, WORDS)), rng.integers(WORDS, size=(2, 3))
    keras_loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight"
    )
    found, expected = (
        float(loss(targets, logits, sample_weight=weights)) for loss in (CrossEntropy(), keras_loss)
    )
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_full_loss_is_that_of_the_book_in_numpy():
    hidden, kernel, bias, targets = layer()
    weights = np.eye(WORDS)[targets] / TOKENS
    expected = losses.softmax_cross_entropy((hidden @ kernel + bias).numpy(), weights).loss
    assert np.mean(FullCrossEntropy()(hidden, kernel, bias, targets)) == pytest.approx(expected)


@pytest.mark.parametrize("chunk_size", [1, 2, 3, TOKENS, TOKENS + 1])
@pytest.mark.parametrize("in_a_graph", [False, True])
def test_chunks_change_neither_the_losses_nor_the_gradients(chunk_size, in_a_graph):
    def chunked(*arguments):
        return value_and_gradients(ChunkedCrossEntropy(chunk_size), *arguments)

    weights = tf.linspace(0.0, 2.0, TOKENS)  # each token's gradient has a weight of its own
    expected = value_and_gradients(FullCrossEntropy(), *layer(), weights)
    found = (tf.function(chunked) if in_a_graph else chunked)(*layer(), weights)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_chunks_hold_no_logits_of_all_tokens():
    step = tf.function(lambda *a: value_and_gradients(ChunkedCrossEntropy(2), *a))
    graph = step.get_concrete_function(*layer(words=101, tokens=64)).graph
    functions = [graph, *(f.graph for f in graph._functions.values() if hasattr(f, "graph"))]
    shapes = {
        tuple(t.shape)
        for g in functions
        for op in g.get_operations()
        for t in op.outputs
        if t.shape.rank is not None
    }
    assert (2, 101) in shapes
    assert (64, 101) not in shapes


def test_the_more_words_are_drawn_the_nearer_is_the_mean_of_the_gradients():
    reproducibility.set_seed()
    arguments = layer(words=200)
    _, expected, *_ = value_and_gradients(FullCrossEntropy(), *arguments)

    def distance(negatives):
        gradient = tf.function(
            lambda: value_and_gradients(SampledSoftmax(negatives), *arguments)[1]
        )
        drawn = [gradient() for _ in range(50)]
        return np.linalg.norm(np.mean(drawn, axis=0) - expected)

    distances = [distance(negatives) for negatives in (2, 20, 180)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.1 * np.linalg.norm(expected)


def test_equal_seeds_draw_equal_words():
    def drawn(seed):
        reproducibility.set_seed()
        loss = SampledSoftmax(5, seed)
        return [loss(*layer(words=200)).numpy().tolist() for _ in range(2)]

    first, second = drawn(seed=1)
    assert first != second, "each call draws anew"
    assert drawn(seed=1) == [first, second]
    assert drawn(seed=2) != [first, second]


@pytest.mark.parametrize("loss", [FullCrossEntropy(), ChunkedCrossEntropy(6), SampledSoftmax(30)])
def test_a_model_learns_with_each_of_them(loss):
    reproducibility.set_seed()
    ids = np.tile(np.arange(4, 34), 20)  # each word is followed by the next one
    model = models.build_language_model("simple", 40, 16, 16, batch_size=4)
    training.train_language_model(
        model,
        ids,
        ids,
        steps=150,
        unrolled_steps=5,
        learning_rate=0.02,
        warmup_steps=10,
        evaluations=1,
        output_loss=loss,
    )
    assert np.exp(-training.score_stream(model, ids).log_probs.mean()) < 2


@pytest.mark.parametrize("tied", [False, True])
def test_the_full_loss_trains_as_keras_own_does(tied):
    def weights(output_loss):
        keras.utils.set_random_seed(0)
        model = models.build_language_model("gru", 40, 8, 8, batch_size=4, tied=tied)
        training.train_language_model(
            model, ids, ids, steps=20, unrolled_steps=5, warmup_steps=5, output_loss=output_loss
        )
        return model.get_weights()

    ids = np.random.default_rng(0).integers(4, 40, 200)
    for ours, theirs in zip(weights(FullCrossEntropy()), weights(None), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ChunkedCrossEntropy(0), "chunk_size must be .* at least 1; it was 0"),
        (lambda: ChunkedCrossEntropy(2.5), "chunk_size must be a whole number"),
        (lambda: SampledSoftmax(0), "negatives must be .* at least 1; it was 0"),
        (lambda: SampledSoftmax(5, seed=-1), "seed must be .* at least 0; it was -1"),
        (lambda: SampledSoftmax(WORDS + 1)(*layer()), "negatives must be at most .* 11; it was 12"),
    ],
)
def test_a_wrong_setting_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("loss", [FullCrossEntropy(), ChunkedCrossEntropy(2), SampledSoftmax(2)])
@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        (0, tf.zeros((TOKENS, UNITS + 1))),
        (1, tf.zeros((WORDS, UNITS))),
        (2, tf.zeros((UNITS,))),
        (3, tf.zeros((TOKENS - 1,), tf.int32)),
        (3, tf.zeros((TOKENS, 1), tf.int32)),
    ],
)
def test_shapes_that_do_not_fit_are_named(loss, number, wrong):
    arguments = layer()
    arguments[number] = wrong
    with pytest.raises(ValueError, match="hidden, kernel, bias and targets must have the shapes"):
        loss(*arguments)


def test_targets_that_are_no_whole_numbers_are_named():
    hidden, kernel, bias, targets = layer()
    with pytest.raises(ValueError, match="targets must be whole numbers; their type was float32"):
        FullCrossEntropy()(hidden, kernel, bias, tf.cast(targets, tf.float32))
