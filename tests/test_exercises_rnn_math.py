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
    assert "too small" in said(capsys, check, lambda V, d, m: right(V, d, m) - V)
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
        (lambda z, w: -of_sigmoids(z, w), "a small step along z[0]"),
        (lambda z, w: of_sigmoids(z, 0), "for z = [0.0, 0.0, 0.0] and w = 1"),
        (lambda z, w: np.exp(z) / np.exp(z).sum(), "a small step along z[0]"),
        (lambda z, w: 0.0, "the result should be 3 numbers"),
        (lambda z, w: ["a"] * len(z), "the result should be 3 numbers"),
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


def gru_step(x, h, p):
    x_u, x_r, x_g = np.split(x @ p["W_xh"] + p["b_xh"], 3)
    h_u, h_r, h_g = np.split(h @ p["W_hh"] + p["b_hh"], 3)
    u, r = (1 / (1 + np.exp(-a)) for a in (x_u + h_u, x_r + h_r))
    return u * h + (1 - u) * np.tanh(x_g + r * h_g)


def without_a_bias(x, h, p):
    return gru_step(x, h, {**p, "b_hh": 0 * p["b_hh"]})


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (gru_step, CORRECT),
        (lambda x, h, p: gru_step(x, h, p).tolist(), CORRECT),
        (without_a_bias, "the new state is wrong from entry 0 on"),
        (lambda x, h, p: gru_step(x, h, p)[None], "the result has the shape (1, 1), not (1,)"),
        (lambda x, h, p: p["missing"], "it raised KeyError"),
    ],
)
def test_the_step_of_a_gru(capsys, function, message):
    assert message in said(capsys, exercises.check_gru_step, function)
