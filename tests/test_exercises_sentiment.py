"""The checks of exercises: Chapter 7, sentiment analysis."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises, metrics


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (0.8, CORRECT),
        (2 / 3, "each time counts"),
        (0.5, "too small"),
        (0.9, "too large"),
        (80, "a probability is from 0 to 1"),
        (None, "expected a number"),
    ],
)
def test_the_posterior_of_a_review(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_posterior, answer)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda t, g: metrics.precision_recall_f1(t, g, vocab_size=2).f1, CORRECT),
        (lambda t, g: np.mean(t == g), "that is the accuracy"),
        (lambda t, g: metrics.precision_recall_f1(t, g, average=None).f1[-1], "0.8571"),
        (lambda t, g: t[9], "it raised IndexError"),
    ],
)
def test_a_macro_f1(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_macro_f1, function)
