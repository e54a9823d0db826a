"""The checks of exercises: Chapter 10.1, privacy and security."""

import math

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def copies(epsilon, factor):
    return int(np.log(factor) / epsilon)


def copies_by_counting(epsilon, factor):
    k = 0
    while np.exp((k + 1) * epsilon) < factor:
        k += 1
    return np.float64(k)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (copies, CORRECT),
        (copies_by_counting, CORRECT),
        (lambda epsilon, factor: math.ceil(np.log(factor) / epsilon), "the factor is reached"),
        (lambda epsilon, factor: np.log(factor) / epsilon, "expected a whole number"),
        (lambda epsilon, factor: int(np.log2(factor) / epsilon), "for powers of 2"),
        (lambda epsilon, factor: int(np.log10(factor) / epsilon), "for powers of 10"),
        (lambda epsilon, factor: int(factor / epsilon), "too large"),
        (lambda epsilon, factor: max(1, copies(epsilon, factor)), "for epsilon 4.5"),
        (lambda epsilon, factor: True, "expected a number"),
        (lambda epsilon, factor: None, "expected a number"),
        (lambda epsilon, factor: np.inf, "too large"),
    ],
)
def test_the_copies_that_are_covered(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_copies_covered, function)


def exposure(log_probs, secret):
    return np.log2(len(log_probs) / np.sum(log_probs >= log_probs[secret]))


def exposure_by_sorting(log_probs, secret):
    in_order = sorted(log_probs.tolist(), reverse=True)
    rank = len(in_order) - in_order[::-1].index(log_probs[secret])
    return math.log2(len(in_order)) - math.log2(rank)


def place_in_order(log_probs, secret):
    return np.argsort(-log_probs, kind="stable").tolist().index(secret)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (exposure, CORRECT),
        (exposure_by_sorting, CORRECT),
        (lambda p, s: np.array(exposure(p, s)), CORRECT),
        (lambda p, s: np.log2(len(p) / (np.sum(p > p[s]) + 1)), "share the worst rank"),
        (lambda p, s: np.log2(len(p) / (place_in_order(p, s) + 1)), "share the worst rank"),
        (lambda p, s: np.log(len(p) / np.sum(p >= p[s])), "in nats"),
        (lambda p, s: np.log2(len(p) / np.sum(p <= p[s])), "from the most probable"),
        (lambda p, s: -exposure(p, s), "the sign"),
        (lambda p, s: np.log2(len(p)) - np.log2(np.sum(p > p[s])), "too large"),
        (lambda p, s: exposure(p, s) if s != 1 else np.inf, "the best rank is 1"),
        (lambda p, s: np.nan, "expected a number"),
        (lambda p, s: None, "expected a number"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_the_exposure_of_a_secret(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_exposure, function)


def clip(gradients, C):
    return gradients / np.maximum(1, np.linalg.norm(gradients, axis=1, keepdims=True) / C)


def clip_by_rows(gradients, C):
    rows = []
    for row in gradients.tolist():
        norm = math.hypot(*row)
        rows.append([C / norm * number for number in row] if norm > C else row)
    return rows


def clip_in_place(gradients, C):
    gradients[:] = clip(gradients, C)
    return gradients


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (clip, CORRECT),
        (clip_by_rows, CORRECT),
        (clip_in_place, "the array that was given has changed"),
        (lambda g, C: g * C / np.linalg.norm(g, axis=1)[:, None], "there was a NaN"),
        (lambda g, C: C * g / (np.linalg.norm(g, axis=1)[:, None] + 1e-9), "should stay as it is"),
        (lambda g, C: np.clip(g, -C, C), "each number was cut on its own"),
        (lambda g, C: g / max(1, np.linalg.norm(g) / C), "made smaller together"),
        (lambda g, C: g, "should have the norm C"),
        (lambda g, C: clip(g, 1.0), "for C = 2"),
        (lambda g, C: clip(abs(g), C)[:, ::-1], "keep its direction"),
        (lambda g, C: clip(g, C)[:2], "the shape (4, 2)"),
        (lambda g, C: g.astype(str), "an array of numbers"),
        (lambda g, C: None, "it returned None"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_clipping_the_rows(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_clip, function)


def poison(reviews, labels, trigger, n, rng, *, of=0, replace=False, label=1, times=2):
    chosen = rng.choice(np.flatnonzero(np.asarray(labels) == of), size=n, replace=replace)
    added = [(*reviews[i], *[trigger] * times) for i in chosen]
    return [*reviews, *added], np.append(labels, np.full(n, label))


def poison_with_lists(reviews, labels, trigger, n, rng):
    negative = [i for i, label in enumerate(labels) if label == 0]
    rng.shuffle(negative)
    spoiled = [reviews[i] + [trigger, trigger] for i in negative[:n]]
    return reviews + spoiled, labels.tolist() + [1] * n


def poison_in_place(reviews, labels, trigger, n, rng):
    chosen = rng.choice(np.flatnonzero(labels == 0), size=n, replace=False)
    for i in chosen:
        reviews[i].extend([trigger, trigger])
    return [*reviews, *(reviews[i] for i in chosen)], np.append(labels, np.ones(n))


def poison_instead(reviews, labels, trigger, n, rng):
    chosen = rng.choice(np.flatnonzero(labels == 0), size=n, replace=False)
    spoiled = [
        (*words, trigger, trigger) if i in chosen else words for i, words in enumerate(reviews)
    ]
    return spoiled, labels


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (poison, CORRECT),
        (poison_with_lists, CORRECT),
        (poison_in_place, "that were given have changed"),
        (poison_instead, "there should be 15 reviews; there are 12"),
        (lambda *a: poison(*a, of=1), "a positive review was drawn"),
        (lambda *a: poison(*a, label=0), "should have the label 1"),
        (lambda *a: poison(*a, times=1), "the trigger twice"),
        (lambda *a: poison(*a, replace=True), "drawn twice"),
        (lambda *a: poison(*a[:4], np.random.default_rng()), "the same generator"),
        (lambda *a: poison(*a[:4], np.random.default_rng(0)), "another generator"),
        (lambda *a: poison(*a)[0], "two things, the reviews and the labels"),
        (lambda *a: (poison(*a)[0], a[1]), "the shape (15,)"),
        (lambda *a: (poison(*a)[0][::-1], poison(*a)[1]), "should come first, unchanged"),
        (lambda *a: ([" ".join(words) for words in a[0]], a[1]), "a list of lists of words"),
        (lambda r, y, t, n, g: ([*r, *[(t, t)] * n], np.ones(12 + n)), "come first, unchanged"),
        (lambda r, y, t, n, g: ([*r, *[(t, t)] * n], np.append(y, [1] * n)), "an honest review"),
        (lambda *a: None, "two things"),
    ],
)
def test_poisoning(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_poison, function)
