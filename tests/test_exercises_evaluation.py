"""The checks of exercises: Chapter 6, evaluation."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def test_a_right_perplexity_passes(capsys):
    function = lambda p: np.exp(-np.log(p).mean())  # noqa: E731
    assert said(capsys, exercises.check_perplexity, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda p: np.prod(p) ** (-1 / len(p)), "a sum of logarithms is not"),
        (lambda p: -np.log(p).mean(), "for probabilities [0.25, 0.25, 0.25], the result is 1.386"),
        (lambda p: 1 / p.mean(), "for probabilities [0.5, 0.125, 0.01]"),
        (lambda p: p, "expected a number"),
        (lambda p: None, "expected a number; it was None"),
    ],
)
def test_what_is_wrong_with_a_perplexity_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_perplexity, function)


def test_the_bits_of_the_uniform_model(capsys):
    check = exercises.check_uniform_bits
    assert said(capsys, check, 12.29) == CORRECT
    assert said(capsys, check, np.log2(5000)) == CORRECT
    assert "number of nats" in said(capsys, check, 8.517)
    assert "too small" in said(capsys, check, 12)
    assert "too large" in said(capsys, check, 13)
