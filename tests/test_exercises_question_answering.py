"""The checks of exercises: Chapter 7, question answering."""

from collections import Counter

import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def test_the_smoothed_probability_of_a_question(capsys):
    check = exercises.check_smoothed
    ant, bee = (3 + 0.2) / 20, 0.1 / 20
    assert said(capsys, check, ant * ant * bee) == CORRECT
    assert "comes twice" in said(capsys, check, ant * bee)
    assert "no word of the collection impossible" in said(capsys, check, 0)
    assert "too large" in said(capsys, check, 0.5)
    assert "too small" in said(capsys, check, 1e-9)
    assert "at most 1" in said(capsys, check, 2)


def words_f1(guess, answer):
    given, wanted = guess.split(), answer.split()
    common = sum((Counter(given) & Counter(wanted)).values())
    return 2 * common / (len(given) + len(wanted))


def test_a_right_f1_of_words_passes(capsys):
    assert said(capsys, exercises.check_token_f1, words_f1) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda guess, answer: float(guess == answer), "the two share words"),
        (
            lambda g, a: (
                2 * sum(w in a.split() for w in g.split()) / (len(g.split()) + len(a.split()))
            ),
            "is shared once",
        ),
        (lambda guess, answer: 1 / 0, "it raised ZeroDivisionError"),
        (lambda guess, answer: "much", "expected a number"),
    ],
)
def test_what_is_wrong_with_an_f1_of_words_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_token_f1, function)


def fuse(lists, k):
    scores = {}
    for one in lists:
        for place, passage in enumerate(one, 1):
            scores[passage] = scores.get(passage, 0) + 1 / (k + place)
    return sorted(scores, key=scores.get, reverse=True)


def test_a_right_fusion_passes(capsys):
    assert said(capsys, exercises.check_fusion, fuse) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda lists, k: lists[0], "the result is ['a', 'b', 'c']"),
        (lambda lists, k: fuse(lists, 60), "with k = 0"),
        (lambda lists, k: lists["a"], "it raised TypeError"),
    ],
)
def test_what_is_wrong_with_a_fusion_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_fusion, function)
