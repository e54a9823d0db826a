"""The checks of exercises: Chapter 8: tools."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def npmi(n12, n1, n2, total):
    return np.log(n12 * total / (n1 * n2)) / -np.log(n12 / total) if n12 else -1


def test_a_right_npmi_passes(capsys):
    assert said(capsys, exercises.check_npmi, npmi) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda n12, n1, n2, N: np.log2(n12 * N / (n1 * n2)), "should get 1; they got 3.3"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) + 0.1 * (n12 == 5), "should get 0"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) if n12 else 0, "should get -1; it got 0"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) - 0.1 * (n12 == 3), "too small"),
        (lambda n12, n1, n2, N: 1 / 0, "it raised ZeroDivisionError"),
    ],
)
def test_a_wrong_npmi_is_told_why(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_npmi, function)


def analogy(vectors, a, b, c, unit=True, allowed=False):
    v = {word: x / np.linalg.norm(x) if unit else x for word, x in vectors.items()}
    words = [word for word in v if allowed or word not in (a, b, c)]
    return max(words, key=lambda word: v[word] @ (v[b] - v[a] + v[c]))


def test_a_right_analogy_passes(capsys):
    assert said(capsys, exercises.check_analogy, analogy) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda *question: analogy(*question, allowed=True), "are not allowed"),
        (lambda *question: analogy(*question, unit=False), "brought to the length 1"),
        (lambda *question: 3, "expected a word"),
    ],
)
def test_a_wrong_analogy_is_told_why(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_analogy, function)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda x, mask: (x * mask[:, :, None]).sum(1) / mask.sum(1)[:, None], CORRECT),
        (lambda x, mask: x.mean(axis=1), "the padding was counted"),
        (lambda x, mask: (x * mask[:, :, None]).sum(axis=1), "the sum, not the mean"),
        (lambda x, mask: (x * mask[:, :, None]).mean(axis=1), "the number of pieces does not"),
        (lambda x, mask: x[:, 0], "the numbers are others"),
        (lambda x, mask: x, "expected the shape (2, 3)"),
    ],
)
def test_the_masked_mean(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_masked_mean, function)
