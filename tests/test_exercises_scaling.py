"""The checks of exercises: Chapter 9, scaling out."""

from collections import Counter

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def ring_seconds(P, K, b):
    return 64 * P * (K - 1) / K / b


def ring_by_turns(P, K, b):
    bits_of_a_part = 32 * P / K
    return np.float32(sum(bits_of_a_part / b for _ in range(2 * (K - 1))))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (ring_seconds, CORRECT),
        (ring_by_turns, CORRECT),
        (lambda P, K, b: ring_seconds(P, K, b) / 8, "speed is in bits"),
        (lambda P, K, b: ring_seconds(P, K, b) / 2, "half of the way"),
        (lambda P, K, b: ring_seconds(P, K, b) * K, "one of K parts"),
        (lambda P, K, b: ring_seconds(P, K, b) / 3, "too small."),
        (lambda P, K, b: 32 * P / b, "nobody to send to"),
        (lambda P, K, b: None, "expected a number"),
        (lambda P, K, b: float("inf"), "too large"),
        (lambda P, K, b: ring_seconds(P, K, b) + 0 / (K - 1), "raised ZeroDivisionError"),
    ],
)
def test_the_seconds_of_an_all_reduce(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_all_reduce_seconds, function)


def rounded_row(row):
    scale = np.abs(row).max() / 127
    return np.rint(row / scale), scale


def row_of_lists(row):
    largest = max(abs(w) for w in row.tolist())
    return [[round(w * 127 / largest) for w in row.tolist()], np.float32(largest / 127)]


def row_of_bytes(row):
    whole, scale = rounded_row(row)
    return whole.astype(np.int8), np.array(scale)


@pytest.mark.parametrize("function", [rounded_row, row_of_lists, row_of_bytes])
def test_a_row_that_is_quantised_rightly(capsys, function):
    assert said(capsys, exercises.check_quantise_row, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda row: rounded_row(row)[0], "two things"),
        (lambda row: None, "two things"),
        (lambda row: (None, 1.0), "it returned None"),
        (lambda row: (rounded_row(row)[0][:1], rounded_row(row)[1]), "the shape (3,)"),
        (lambda row: (rounded_row(row)[0] * np.nan, 1.0), "NaN or infinity"),
        (lambda row: (row / rounded_row(row)[1], rounded_row(row)[1]), "not all numbers"),
        (lambda row: (rounded_row(row)[0], 1 / rounded_row(row)[1]), "upside down"),
        (lambda row: (rounded_row(row)[0], 2 * rounded_row(row)[1]), "do not give the row"),
        (lambda row: (rounded_row(row)[0], "small"), "expected a number"),
        (lambda row: (np.trunc(rounded_row(row)[0] * 0.99), 1.0), "should be 127 or -127"),
        (lambda row: (np.rint(row / row.max() * 127), row.max() / 127), "should be 127 or -127"),
        (lambda row: ((row / rounded_row(row)[1]).astype(int), rounded_row(row)[1]), "cut off"),
        (lambda row: (np.sign(row) * 127, rounded_row(row)[1]), "not the nearest"),
    ],
)
def test_a_row_that_is_quantised_wrongly(capsys, function, message):
    assert message in said(capsys, exercises.check_quantise_row, function)


def merged(one, other):
    counts = Counter(dict(one))
    counts.update(dict(other))
    return sorted(counts.items())


def merged_by_hand(one, other):
    result = []
    while one or other:
        if not other or (one and one[0][0] < other[0][0]):
            result.append(list(one.pop(0)))
        elif not one or other[0][0] < one[0][0]:
            result.append(list(other.pop(0)))
        else:
            result.append([one[0][0], one.pop(0)[1] + other.pop(0)[1]])
    return result


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (merged, CORRECT),
        (merged_by_hand, CORRECT),
        (lambda one, other: dict(merged(one, other)), "should be a list"),
        (lambda one, other: None, "should be a list"),
        (lambda one, other: merged(one, other)[::-1], "sorted"),
        (lambda one, other: [(name, 1) for name, _ in merged(one, other)], "count of 'c' is wrong"),
        (lambda one, other: sorted({**dict(one), **dict(other)}.items()), "count of 'c' is wrong"),
        (lambda one, other: [(name, str(n)) for name, n in merged(one, other)], "a number"),
        (lambda one, other: one, "should be there once"),
        (lambda one, other: [*merged(one, other), ("zz", 1)], "in neither"),
        (lambda one, other: ["a"], "pairs"),
        (lambda one, other: [({}, 1)], "pairs"),
    ],
)
def test_merging_counts(capsys, function, message):
    assert message in said(capsys, exercises.check_merge, function)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (4.34, CORRECT),
        (4.3, CORRECT),
        (np.float32(4.3403), CORRECT),
        (375_000, "seconds"),
        (104.2, "hours"),
        (4.34 / 6, "more than one operation"),
        (1.447, "the way forward only"),
        (34.7, "for one device"),
        (1.736, "at full speed"),
        (0.6944, "longer, not shorter"),
        (4, "too small"),
        (5, "too large"),
        ("4.34", "expected a number"),
        (None, "expected a number"),
    ],
)
def test_the_days_of_a_training(capsys, answer, message):
    assert message in said(capsys, exercises.check_training_days, answer)


def prune_and_train(weights, gradient, share, rate, steps, *, start=1, again=False, after=True):
    """Do the exercise, or one of the usual mistakes."""
    order = np.argsort(np.abs(weights).ravel(), kind="stable")
    dropped = np.zeros(weights.size, bool)
    dropped[order[: int(share * weights.size)]] = True
    kept = ~dropped.reshape(weights.shape)
    weights = weights * kept if start else weights
    for _ in range(steps):
        weights = weights - rate * gradient(weights)
        if again:
            kept = np.abs(weights) >= np.sort(np.abs(weights).ravel())[int(share * weights.size)]
        if after:
            weights = weights * kept
    return weights * kept


def prune_by_loops(weights, gradient, share, rate, steps):
    flat = [float(w) for w in weights.ravel()]
    smallest = sorted(range(len(flat)), key=lambda i: abs(flat[i]))[: int(share * len(flat))]
    for step in range(steps + 1):
        if step:
            slope = gradient(np.reshape(flat, weights.shape)).ravel()
            flat = [w - rate * g for w, g in zip(flat, slope, strict=True)]
        flat = [0.0 if i in smallest else w for i, w in enumerate(flat)]
    return np.reshape(flat, weights.shape).tolist()


def prune_in_place(weights, gradient, share, rate, steps):
    weights[...] = prune_and_train(weights, gradient, share, rate, steps)
    return weights


def first_prune(weights, *others):
    return prune_and_train(weights, *others[:3], 0)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (prune_and_train, CORRECT),
        (prune_by_loops, CORRECT),
        (prune_in_place, "the array that was given has changed"),
        (first_prune, "have not moved"),
        (lambda *a: prune_and_train(*a, start=0, after=False), "all weights took part"),
        (lambda *a: prune_and_train(*a, after=False), "grew between the steps"),
        (lambda *a: prune_and_train(*a, again=True), "other weights are 0"),
        (lambda w, g, s, r, n: prune_and_train(w, g, 1 - s, r, n), "for a share of 0.7, 5 of 8"),
        (lambda w, g, s, r, n: prune_and_train(w, g, s, -r, n), "steps downhill"),
        (lambda w, g, s, r, n: prune_and_train(w, g, s, r, 1), "6 steps downhill"),
        (lambda w, g, s, r, n: w - r * g(w), "4 of 8 weights should be 0"),
        (lambda *a: None, "it returned None"),
        (lambda w, *a: w.ravel(), "the shape (2, 4)"),
        (lambda w, *a: w * np.inf, "NaN or infinity"),
    ],
)
def test_pruning_and_training_on(capsys, function, message):
    assert message in said(capsys, exercises.check_prune_and_train, function)
