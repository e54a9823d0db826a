"""The checks of exercises: Chapter 7, semantic role labelling."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [(34, CORRECT), (81, "those are all sequences"), (33, "too small"), (40, "too large")],
)
def test_the_number_of_permitted_sequences(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_valid_sequences, answer)


def kappa(one, other):
    observed = np.mean([a == b for a, b in zip(one, other, strict=True)])
    chance = sum(one.count(x) * other.count(x) for x in set(one)) / len(one) ** 2
    return (observed - chance) / (1 - chance)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (kappa, CORRECT),
        (lambda one, other: 1.0, "the result is 1"),
        (lambda one, other: 1 / 0, "ZeroDivisionError"),
        (lambda one, other: "high", "expected a number"),
    ],
)
def test_kappa_of_two_annotators(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_kappa, function)


def decode(tags):
    spans = []
    for place, tag in enumerate(tags):
        if tag.startswith("B-"):
            spans.append([tag[2:], place, place + 1])
        elif tag.startswith("I-"):
            spans[-1][2] += 1
    return spans


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (decode, CORRECT),
        (lambda tags: [(x, a, b - 1) for x, a, b in decode(tags)], "after the last token"),
        (lambda tags: None, "expected a list"),
        (lambda tags: [1], "the result is [1]"),
    ],
)
def test_tags_become_spans(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_decode, function)
