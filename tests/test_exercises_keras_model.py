"""The checks of exercises: Chapter 5, the Keras model."""

import math

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def test_the_parameter_count_is_that_of_the_model_itself(capsys):
    models = pytest.importorskip("lmbook_utils.models")
    model = models.build_language_model("lstm", 5000, embedding_dim=64, rnn_units=96)
    count = model.count_params()
    assert said(capsys, exercises.check_parameter_count, count) == CORRECT
    assert "too small" in said(capsys, exercises.check_parameter_count, count - 1)
    assert "too large" in said(capsys, exercises.check_parameter_count, count + 1)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (np.int64(5000 * 64 + 4 * (64 + 96 + 1) * 96 + 5000 * 97), CORRECT),
        (5000 * 64 + (64 + 96 + 1) * 96 + 5000 * 97, "an LSTM layer has four of a simple layer"),
        (5000 * 64 + 4 * (64 + 96 + 1) * 96, "the output layer has weights and biases"),
        (5000 * 64 + 4 * (64 + 96 + 1) * 96 + 5000 * 96, "the output layer has a bias, too"),
        (5000 * 64 + 4 * (64 + 96) * 96 + 5000 * 97, "the LSTM has biases, too"),
        (5000 * 64 + 4 * (64 + 1) * 96 + 5000 * 97, "the LSTM reads its own state, too"),
        (4 * (64 + 96 + 1) * 96 + 5000 * 97, "the embedding is learnt, too"),
        (float("inf"), "too large"),
    ],
)
def test_what_was_forgotten_of_the_parameters_is_said(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_parameter_count, answer)


def top_p(probabilities, p):
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.where(np.isin(np.arange(len(order)), order[before < p - 1e-12]), probabilities, 0)
    return kept / kept.sum()


def test_top_p_of_the_reader_and_of_the_book_pass(capsys):
    generation = pytest.importorskip("lmbook_utils.generation")

    def of_the_book(probabilities, p):
        return generation.next_word_probabilities(np.log(probabilities), top_p=p)

    assert said(capsys, exercises.check_top_p, top_p) == CORRECT
    assert said(capsys, exercises.check_top_p, of_the_book) == CORRECT


def one_by_one(probabilities, p):
    kept = [0.0] * len(probabilities)
    for i in sorted(range(len(kept)), key=lambda i: probabilities[i], reverse=True):
        if sum(kept) < p:
            kept[i] = float(probabilities[i])
    return [one / sum(kept) for one in kept]


def test_top_p_may_take_one_word_after_the_other(capsys):
    assert said(capsys, exercises.check_top_p, one_by_one) == CORRECT


def without_the_last(probabilities, p):
    kept = np.where(probabilities == probabilities.max(), probabilities, 0)
    return kept / kept.sum()


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda q, p: q, "there should be fewer words left than 4"),
        (without_the_last, "there should be more words left than 1"),
        (lambda q, p: top_p(q, p)[::-1], "the most probable words should stay"),
        (lambda q, p: top_p(q, p) * 0.5, "the result sums to 0.500, not 1"),
        (lambda q, p: (top_p(q, p) > 0) / (top_p(q, p) > 0).sum(), "keep their proportions"),
        (lambda q, p: [*top_p(q, p), 0.0], "should have the shape (4,); it was (5,)"),
        (lambda q, p: q[:2], "should have the shape (4,); it was (2,)"),
        (lambda q, p: np.sort(top_p(q, p))[::-1], "the most probable words should stay"),
        (lambda q, p: "a", "should be an array of numbers"),
        (lambda q, p: None, "it returned None"),
        (lambda q, p: np.nan * q, "holds NaN"),
    ],
)
def test_what_is_wrong_with_top_p_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_top_p, function)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (np.log, CORRECT),
        (lambda counts: [math.log(count / sum(counts)) for count in counts], CORRECT),
        (lambda counts: counts / counts.sum(), "those are the frequencies themselves"),
        (lambda counts: -np.log(counts / counts.sum()), "the sign is wrong"),
        (lambda counts: np.log2(counts / counts.sum()), "logarithms to base 2"),
        (lambda counts: np.log(counts + 1), "is not the relative frequencies"),
        (lambda counts: np.zeros(len(counts)), "is not the relative frequencies"),
        (lambda counts: np.log(counts.sum()), "should have the shape (3,)"),
        (lambda counts: None, "it returned None"),
    ],
)
def test_the_bias_that_is_a_unigram_model(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_unigram_bias, function)


def rate(step, steps, peak, warm_up):
    if step < warm_up:
        return peak * step / warm_up
    return peak * (1 + math.cos(math.pi * (step - warm_up) / (steps - warm_up))) / 2


def squared(step, steps, peak, warm_up):
    """The same by another formula: half of 1 + cos x is the square of cos x/2."""
    x = np.pi * (step - warm_up) / (steps - warm_up)
    return np.where(step < warm_up, peak * step / warm_up, peak * np.cos(x / 2) ** 2).item()


def falls_by(curve):
    return lambda t, T, peak, w: peak * (t / w if t < w else curve(t, T, w))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (rate, CORRECT),
        (squared, CORRECT),
        (lambda t, T, peak, w: rate(t, T, peak, 0), "for step 0 of 30"),
        (lambda t, T, peak, w: rate(t + 1, T, peak, w), "for step 0 of 30"),
        (falls_by(lambda t, T, w: (T - t) / (T - w)), "the decline is no straight line"),
        (falls_by(lambda t, T, w: rate(t, T, 1, 0)), "begins when the warm-up ends"),
        (falls_by(lambda t, T, w: math.cos(math.pi * (t - w) / (T - w))), "falls to -1"),
        (falls_by(lambda t, T, w: rate(t - w, T, 1, 0)), "ends at the last step"),
        (falls_by(lambda t, T, w: 1), "too large"),
        (lambda t, T, peak, w: None, "expected a number; it was None"),
        (lambda t, T, peak, w: math.nan, "expected a number; it was nan"),
        (lambda t, T: t, "it raised TypeError"),
    ],
)
def test_the_rate_of_a_step(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_learning_rate, function)
