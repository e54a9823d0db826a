"""The checks of exercises: Chapter 3, maximum likelihood and training."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ([0.5, 0.25, 0.25], "sum to 1 and not to 0"),
        ([-0.5, -0.25, 0.75], "those of the log-likelihood"),
        ([-0.5, 0.25, 0.25], "the third word came"),
        ([0.5, 0.25], "expected 3 numbers"),
        (["a", "b", "c"], "expected 3 numbers"),
        ([np.nan, 0, 0], "expected 3 numbers"),
    ],
)
def test_the_gradient_of_the_cross_entropy(capsys, answer, complaint):
    assert said(capsys, exercises.check_softmax_gradient, (0.5, 0.25, -0.75)) == CORRECT
    message = said(capsys, exercises.check_softmax_gradient, answer)
    assert message.startswith("Not yet: ")
    assert complaint in message


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (1, "is the relative frequency"),
        (1.5, "for the counts 3, 1, 0 is (0.636, 0.273, 0.091) and not (0.571, 0.286, 0.143)"),
        (0.5, "no maximum where a count is 0"),
        (float("inf"), "a finite number"),
        ("one", "expected a number"),
    ],
)
def test_the_prior_whose_mode_is_add_one(capsys, answer, complaint):
    assert said(capsys, exercises.check_dirichlet_mode, 2) == CORRECT
    assert complaint in said(capsys, exercises.check_dirichlet_mode, answer)


def nesterov(theta, v, gradient, rate, momentum):
    v = momentum * v - rate * gradient
    return theta + momentum * v - rate * gradient, v


def in_place(theta, v, gradient, rate, momentum):
    v *= momentum
    v -= rate * gradient
    theta += momentum * v - rate * gradient
    return [theta, v]


def without_the_gradient(theta, v, gradient, rate, momentum):
    v = momentum * v - rate * gradient
    return theta + momentum * v, v


def plain_momentum(theta, v, gradient, rate, momentum):
    v = momentum * v - rate * gradient
    return theta + v, v


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (plain_momentum, "after step 1, theta has moved by v"),
        (lambda t, v, g, r, m: (t - r * g, v - r * g), "after step 1, theta has moved by v"),
        (lambda t, v, g, r, m: (nesterov(t, v, g, r, m)[0], v), "after step 1, v is not right"),
        (lambda t, v, g, r, m: nesterov(t, v, g, r, m)[0], "should be two things, theta and v"),
        (lambda t, v, g, r, m: (t - 2 * r * g, m * v - r * g), "after step 1, theta is not right"),
        (lambda t, v, g, r, m: ("t", "v"), "should be an array of numbers"),
        (lambda t, v, g, r, m: (None, v), "it returned None"),
        (lambda t, v, g, r, m: nesterov(t, v, g, r, m)[::-1], "theta and v are exchanged"),
        (lambda t, v, g, r, m: nesterov(t, v, -g, r, m), "v goes up the gradient"),
        (without_the_gradient, "by the velocity's part alone"),
        (lambda theta: theta, "it raised TypeError"),
    ],
)
def test_a_step_of_nesterov(capsys, function, complaint):
    assert said(capsys, exercises.check_nesterov, nesterov) == CORRECT
    assert said(capsys, exercises.check_nesterov, in_place) == CORRECT
    assert complaint in said(capsys, exercises.check_nesterov, function)


def class_probabilities(log_weights, log_p):
    logs = log_weights + log_p
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def row_by_row(log_weights, log_p):
    rows = []
    for row in log_p:
        logs = [a + b for a, b in zip(log_weights, row, strict=True)]
        shares = [np.exp(one - max(logs)) for one in logs]
        rows.append([share / sum(shares) for share in shares])
    return rows


def underflowing(log_weights, log_p):
    with np.errstate(invalid="ignore"):
        shares = np.exp(log_weights + log_p)
        return shares / shares.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (underflowing, "for texts of thousands of words, the result holds NaN"),
        (lambda w, p: np.exp(w + p), "do not sum to 1"),
        (lambda w, p: class_probabilities(0, p), "the weights of the classes have no effect"),
        (lambda w, p: class_probabilities(w, p).T, "the shape (4, 3); it was (3, 4)"),
        (lambda w, p: np.log(class_probabilities(w, p)), "those are logarithms"),
        (lambda w, p: class_probabilities(w[:, None], p.T).T, "not the items"),
        (lambda w, p: class_probabilities(w, p[:1]).repeat(4, axis=0), "the result is not right"),
        (lambda w, p: [["a"] * 3] * 4, "should be an array of numbers"),
        (lambda w, p: None, "it returned None"),
        (lambda w, p: w.missing, "it raised AttributeError"),
    ],
)
def test_the_probabilities_of_classes(capsys, function, complaint):
    check = exercises.check_class_probabilities
    assert said(capsys, check, class_probabilities) == CORRECT
    assert said(capsys, check, row_by_row) == CORRECT
    assert complaint in said(capsys, exercises.check_class_probabilities, function)
