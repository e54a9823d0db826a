"""The losses of a softmax output: their gradients, Keras as the referee, and bad input."""

import numpy as np
import pytest

from lmbook_utils.losses import softmax_cross_entropy, softmax_squared_error

LOSSES = [softmax_cross_entropy, softmax_squared_error]
STEP = 1e-5


@pytest.fixture
def case():
    """Logits, and weights among which some are 0 and one row is empty."""
    rng = np.random.default_rng(0)
    weights = rng.random((4, 5)) * (rng.random((4, 5)) < 0.7)
    weights[2] = 0
    return rng.normal(scale=2, size=(4, 5)), weights / weights.sum()


@pytest.mark.equation("eq-softmax-gradient", "eq-squared-error-gradient")
@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_is_that_of_finite_differences(loss, case):
    logits, weights = case
    found = loss(logits, weights).gradient
    for index in np.ndindex(logits.shape):
        step = np.zeros(logits.shape)
        step[index] = STEP
        rise = loss(logits + step, weights).loss - loss(logits - step, weights).loss
        assert found[index] == pytest.approx(rise / (2 * STEP), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
def test_counts_are_worth_as_much_as_their_tokens(loss):
    logits = np.random.default_rng(1).normal(size=(2, 3))
    before, words = np.array([0, 0, 1, 0, 1]), np.array([2, 2, 1, 0, 1])
    counts = np.zeros((2, 3))
    np.add.at(counts, (before, words), 1 / 5)
    one_by_one = loss(logits[before], np.eye(3)[words] / 5)
    at_once = loss(logits, counts)
    assert at_once.loss == pytest.approx(one_by_one.loss)
    summed = np.zeros((2, 3))
    np.add.at(summed, before, one_by_one.gradient)
    np.testing.assert_allclose(at_once.gradient, summed, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_relative_frequencies_have_no_gradient(loss, case):
    _, weights = case
    weights = weights[[0, 1, 3]] + 0.01
    log_frequencies = np.log(weights / weights.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(loss(log_frequencies, weights).gradient, 0, atol=1e-12)


def test_the_losses_are_those_of_keras():
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(2)
    logits, words = rng.normal(size=(6, 4)).astype("float32"), rng.integers(4, size=6)
    one_hot = np.eye(4, dtype="float32")[words]
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True)(one_hot, logits)
    assert softmax_cross_entropy(logits, one_hot / 6).loss == pytest.approx(float(theirs), rel=1e-5)
    p = keras.ops.softmax(logits)
    theirs = 4 * keras.losses.MeanSquaredError()(one_hot, p)  # it divides by the 4 words
    assert softmax_squared_error(logits, one_hot / 6).loss == pytest.approx(float(theirs), rel=1e-5)


def test_large_logits_neither_overflow_nor_lose_the_gradient():
    loss, gradient = softmax_cross_entropy(np.array([[1000.0, 0.0]]), np.array([[0.0, 1.0]]))
    assert loss == 1000
    assert gradient.tolist() == [[1, -1]]


def test_the_squared_error_forgets_a_word_of_which_the_model_is_sure_that_it_will_not_come():
    _, gradient = softmax_squared_error(np.array([[1000.0, 0.0]]), np.array([[0.0, 1.0]]))
    assert gradient.tolist() == [[0, 0]]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    ("logits", "weights", "message"),
    [
        (np.zeros((2, 3)), np.zeros((2, 2)), r"had \(2, 3\) and \(2, 2\)"),
        (np.zeros(3), np.zeros(3), r"same shape \(rows, vocabulary\)"),
        (np.zeros((0, 3)), np.zeros((0, 3)), "at least one row"),
        (np.array([[np.nan, 0]]), np.ones((1, 2)), "logits must be finite"),
        (np.array([[np.inf, 0]]), np.ones((1, 2)), "logits must be finite"),
        (np.zeros((1, 2)), np.array([[1, -1]]), "weights must be finite and not negative"),
        (np.zeros((1, 2)), np.array([[1, np.nan]]), "weights must be finite and not negative"),
    ],
)
def test_bad_input_is_named(loss, logits, weights, message):
    with pytest.raises(ValueError, match=message):
        loss(logits, weights)
