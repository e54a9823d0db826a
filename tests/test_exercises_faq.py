"""The checks of exercises: Chapter 11, the four questions."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def stop_early(losses, patience):
    best = 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        if place - best >= patience:
            return place, best
    return len(losses) - 1, best


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (stop_early, CORRECT),
        (lambda losses, patience: stop_early(losses, patience)[::-1], "should go on for longer"),
        (lambda losses, patience: stop_early(losses, patience + 1), "should stop earlier"),
        (lambda losses, patience: (stop_early(losses, patience)[0],) * 2, "of another evaluation"),
        (lambda losses, patience: 3, "should be two places"),
    ],
)
def test_early_stopping(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_early_stopping, function)


def drop_words(ids, rate, unknown, rng):
    return np.where(rng.random(ids.shape) < rate, unknown, ids)


def drop_in_place(ids, rate, unknown, rng):
    ids[rng.random(ids.shape) < rate] = unknown
    return ids


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (drop_words, CORRECT),
        (drop_in_place, "the array that was given has changed"),
        (lambda ids, rate, unknown, rng: drop_words(ids, rate, 0, rng), "to another than"),
        (lambda ids, rate, unknown, rng: drop_words(ids, 1 - rate, unknown, rng), "should change"),
        (
            lambda ids, rate, unknown, rng: np.where(rng.random((100, 1)) < rate, unknown, ids),
            "a draw of its own",
        ),
        (lambda ids, rate, unknown, rng: ids.ravel(), "the shape should be"),
    ],
)
def test_word_dropout(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_word_dropout, function)


def crossing(tokens, first, second):
    gap = np.subtract(first, second)
    place = np.flatnonzero((gap[:-1] < 0) & (gap[1:] > 0))[0]
    return np.exp(np.interp(0, gap[place : place + 2], np.log(tokens[place : place + 2])))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (crossing, CORRECT),
        (lambda *arguments: 1.01 * crossing(*arguments), "too large"),
        (lambda *arguments: crossing(*arguments) / 2, "too small"),
        (lambda *arguments: "many", "expected a number"),
    ],
)
def test_the_crossing(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_crossing, function)


def best_rate(losses):
    finite = {rate: loss for rate, loss in losses.items() if loss == loss}
    best = min(finite, key=finite.get)
    return best, min(losses) < best < max(losses)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (best_rate, CORRECT),
        (lambda losses: (best_rate(losses)[0], True), "at an end of the grid"),
        (lambda losses: (best_rate(losses)[0], False), "inside the grid"),
        (lambda losses: (max(losses), True), "another rate is the best"),
        (lambda losses: 0.1, "whether the grid is wide enough"),
    ],
)
def test_the_best_rate(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_best_rate, function)
