"""The checks of exercises: Chapter 9, scaling out."""

from collections import Counter

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def test_the_seconds_of_an_all_reduce(capsys):
    check = exercises.check_all_reduce_seconds
    right = lambda P, K, b: 64 * P * (K - 1) / K / b  # noqa: E731
    assert said(capsys, check, right) == CORRECT
    assert "speed is in bits" in said(capsys, check, lambda P, K, b: right(P, K, b) / 8)
    assert "too small." in said(capsys, check, lambda P, K, b: right(P, K, b) / 2)
    assert "too large" in said(capsys, check, lambda P, K, b: 64 * P / b)


def rounded_row(row):
    scale = np.abs(row).max() / 127
    return np.rint(row / scale), scale


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (rounded_row, CORRECT),
        (lambda row: rounded_row(row)[0], "two things"),
        (lambda row: (row / rounded_row(row)[1], rounded_row(row)[1]), "not all numbers"),
        (lambda row: (rounded_row(row)[0], 1 / rounded_row(row)[1]), "do not give the row"),
        (lambda row: (np.trunc(row / rounded_row(row)[1]), rounded_row(row)[1]), "127|nearest"),
    ],
)
def test_a_quantised_row(capsys, function, message):
    answer = said(capsys, exercises.check_quantise_row, function)
    assert any(part in answer for part in message.split("|"))


def merged(one, other):
    counts = Counter(dict(one))
    counts.update(dict(other))
    return sorted(counts.items())


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (merged, CORRECT),
        (lambda one, other: dict(merged(one, other)), "should be a list"),
        (lambda one, other: merged(one, other)[::-1], "sorted"),
        (lambda one, other: [(name, 1) for name, _ in merged(one, other)], "a count is wrong"),
        (lambda one, other: one, "should be there once"),
        (lambda one, other: [*merged(one, other), ("zz", 1)], "in neither"),
        (lambda one, other: ["a"], "pairs"),
    ],
)
def test_merging_counts(capsys, function, message):
    assert message in said(capsys, exercises.check_merge, function)


def test_the_days_of_a_training(capsys):
    check = exercises.check_training_days
    assert said(capsys, check, 4.34) == CORRECT
    assert "too small" in said(capsys, check, 1.74)
    assert "too large" in said(capsys, check, 34.7)
