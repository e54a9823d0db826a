"""The checks of exercises: Chapter 2, the mathematics of recurrent networks."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def test_the_parameters_of_a_simple_network(capsys):
    check = exercises.check_rnn_parameters
    right = lambda V, d, m: V * (d + m + 1) + m * (d + m + 1)  # noqa: E731
    assert said(capsys, check, right) == CORRECT
    assert "too large" in said(capsys, check, lambda V, d, m: right(V, d, m) + 1)
    for slip, complaint in (
        (lambda V, d, m: right(V, d, m) - V, "the output layer has a bias, too"),
        (lambda V, d, m: right(V, d, m) - m, "the hidden layer has a bias, too"),
        (lambda V, d, m: right(V, d, m) - V - m, "both layers have a bias"),
        (lambda V, d, m: right(V, d, m) - V * d, "the embedding is learnt, too"),
        (lambda V, d, m: right(V, d, m) - m * m, "the state is multiplied by a matrix, too"),
        (lambda V, d, m: right(V, m, d), "your number is too"),
    ):
        assert complaint in said(capsys, check, slip)
    assert "expected a number" in said(capsys, check, lambda V, d, m: None)


def of_sigmoids(z, w):
    s = 1 / (1 + np.exp(-z))
    gradient = s * (1 - s) / s.sum()
    gradient[w] -= 1 - s[w]
    return gradient


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (of_sigmoids, CORRECT),
        (lambda z, w: of_sigmoids(z, w).tolist(), CORRECT),
        (lambda z, w: -of_sigmoids(z, w), "each number has the wrong sign"),
        (lambda z, w: np.exp(z) / np.exp(z).sum() - np.eye(len(z))[w], "with a softmax"),
        (lambda z, w: of_sigmoids(z, 0), "for z = [0.0, 0.0, 0.0] and w = 1"),
        (lambda z, w: np.exp(z) / np.exp(z).sum(), "a small step along z[0]"),
        (lambda z, w: 0.0, "the result should have the shape (3,)"),
        (lambda z, w: ["a"] * len(z), "the result should be an array of numbers"),
        (lambda z: z, "it raised TypeError"),
    ],
)
def test_the_gradient_of_divided_sigmoids(capsys, function, message):
    assert message in said(capsys, exercises.check_sigmoid_gradient, function)


def test_the_forget_gate_that_halves_a_gradient(capsys):
    check = exercises.check_forget_gate
    assert said(capsys, check, 0.5 ** (1 / 100)) == CORRECT
    assert said(capsys, check, 0.9931) == CORRECT
    assert "the factor is 0.006" in said(capsys, check, 0.95)
    assert "between 0 and 1" in said(capsys, check, 4.97)


def test_the_bias_of_the_forget_gate(capsys):
    check = exercises.check_forget_bias
    f = 0.5 ** (1 / 100)
    assert said(capsys, check, np.log(f / (1 - f))) == CORRECT
    assert said(capsys, check, 4.97) == CORRECT
    assert "opens the gate to 0.0069" in said(capsys, check, -4.97)  # the wrong sign
    assert "opens the gate to 0.7297" in said(capsys, check, f)  # the gate itself
    assert "opens the gate to 0.4983" in said(capsys, check, np.log(f))
    for huge in (1e9, float("-inf")):
        assert "opens the gate to" in said(capsys, check, huge)
    for none in (None, "5", [4.97], float("nan"), True):
        assert "expected a number" in said(capsys, check, none)


def gru_step(x, h, p):
    x_u, x_r, x_g = np.split(x @ p["W_xh"] + p["b_xh"], 3)
    h_u, h_r, h_g = np.split(h @ p["W_hh"] + p["b_hh"], 3)
    u, r = (1 / (1 + np.exp(-a)) for a in (x_u + h_u, x_r + h_r))
    return u * h + (1 - u) * np.tanh(x_g + r * h_g)


def blocks(x, h, p):
    return (
        *np.split(x @ p["W_xh"] + p["b_xh"], 3),
        *np.split(h @ p["W_hh"] + p["b_hh"], 3),
    )


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def with_gates_exchanged(x, h, p):
    x_r, x_u, x_g, h_r, h_u, h_g = blocks(x, h, p)
    u, r = sigmoid(x_u + h_u), sigmoid(x_r + h_r)
    return u * h + (1 - u) * np.tanh(x_g + r * h_g)


def with_u_turned(x, h, p):
    x_u, x_r, x_g, h_u, h_r, h_g = blocks(x, h, p)
    u, r = sigmoid(x_u + h_u), sigmoid(x_r + h_r)
    return (1 - u) * h + u * np.tanh(x_g + r * h_g)


def with_an_early_reset(x, h, p):
    x_u, x_r, x_g, h_u, h_r, _ = blocks(x, h, p)
    u, r = sigmoid(x_u + h_u), sigmoid(x_r + h_r)
    m = len(h)
    g = np.tanh(x_g + (r * h) @ p["W_hh"][:, 2 * m :] + p["b_hh"][2 * m :])
    return u * h + (1 - u) * g


def without_a_bias(x, h, p):
    return gru_step(x, h, {**p, "b_hh": 0 * p["b_hh"]})


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (gru_step, CORRECT),
        (lambda x, h, p: gru_step(x, h, p).tolist(), CORRECT),
        (without_a_bias, "the new state is wrong from entry 0 on"),
        (
            lambda x, h, p: gru_step(x, h, p)[None],
            "the result should have the shape (1,); it was (1, 1)",
        ),
        (with_gates_exchanged, "the two gates are exchanged"),
        (with_u_turned, "the update gate keeps what it should replace"),
        (with_an_early_reset, "the reset gate multiplies the state too early"),
        (lambda x, h, p: ["a"] * len(h), "the result should be an array of numbers"),
        (lambda x, h, p: [[0.0], [0.0, 1.0]], "the result should be an array of numbers"),
        (lambda x, h, p: None, "it returned None"),
        (lambda x, h, p: np.nan * h, "the result holds NaN"),
        (lambda x, h, p: p["missing"], "it raised KeyError"),
    ],
)
def test_the_step_of_a_gru(capsys, function, message):
    assert message in said(capsys, exercises.check_gru_step, function)


def draw(rng, number, lag, words, noise):
    first = rng.integers(words, size=(number, 1))
    return np.hstack([first, rng.integers(words, words + noise, size=(number, lag))])


def without_the_last_word(rng, number, lag, words, noise):
    texts = draw(rng, number, lag, words, noise)
    texts[:, 0] %= words - 1
    return texts


def draw_as_lists(rng, number, lag, words, noise):
    def row():
        rest = [words + int(rng.random() * noise) for _ in range(lag)]
        return [int(rng.choice(words)), *rest]

    return [row() for _ in range(number)]


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (draw, CORRECT),
        (draw_as_lists, CORRECT),
        (lambda rng, n, t, w, k: draw(rng, n, t - 1, w, k), "the shape (400, 6); it was (400, 5)"),
        (lambda rng, n, t, w, k: draw(rng, n, t, w, k).T, "the shape (400, 6); it was (6, 400)"),
        (lambda rng, n, t, w, k: draw(rng, n, t, w, k)[:, ::-1], "a word comes among the noise"),
        (lambda rng, n, t, w, k: rng.integers(w + k, size=(n, t + 1)), "among the noise"),
        (lambda rng, n, t, w, k: draw(rng, n, t, w, k + 1), "ids of the noise are out of"),
        (lambda rng, n, t, w, k: draw(rng, n, t, w, max(k - 1, 1)), "of the noise are of 4 kinds"),
        (without_the_last_word, "the first ids are of 7 kinds only"),
        (lambda rng, n, t, w, k: draw(rng, n, 1, w, k)[:, [0] + [1] * t], "the same noise at all"),
        (lambda rng, *sizes: draw(np.random.default_rng(0), *sizes), "two draws with one rng"),
        (lambda rng, n, t, w, k: draw(rng, n, t, w, k) + 0.5, "an id is no whole number"),
        (lambda rng, n, t, w, k: None, "it returned None"),
    ],
)
def test_texts_of_the_recall_task(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_draw_texts, function)
