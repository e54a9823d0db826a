"""The checks of exercises: Chapter 7, recommendation."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def mean_reciprocal_rank(ranks, k):
    return sum(1 / (rank + 1) for rank in ranks if rank < k) / len(ranks)


def test_a_right_mean_reciprocal_rank_passes(capsys):
    assert said(capsys, exercises.check_mean_reciprocal_rank, mean_reciprocal_rank) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda ranks, k: np.mean([1 / (r + 1) for r in ranks]), "places beyond k give 0"),
        (
            lambda ranks, k: (
                np.sum([1 / (r + 1) for r in ranks if r < k]) / max(1, sum(r < k for r in ranks))
            ),
            "divide by all steps, not only by the hits",
        ),
        (lambda ranks, k: sum(1 / r for r in ranks if r < k), "it raised ZeroDivisionError"),
        (lambda ranks, k: "0.5", "expected a number; it was '0.5'"),
        (lambda ranks, k: 1.0, "for ranks [1, 3] and k = 20, the result is 1.000."),
    ],
)
def test_what_is_wrong_with_a_mean_reciprocal_rank_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_mean_reciprocal_rank, function)


def test_the_recall_of_chance(capsys):
    def message(answer):
        exercises.check_chance_recall(answer, films=5000)
        return capsys.readouterr().out

    assert message(20 / 5000) == CORRECT
    assert "too large" in message(0.02)
    assert "too small" in message(0.001)
    assert "that is recall@1" in message(1 / 5000)
    assert "expected a number" in message("0.004")


def test_a_right_bpr_loss_passes(capsys):
    def bpr(own, others):
        return -np.mean(np.log(1 / (1 + np.exp(np.array(others) - own))))

    assert said(capsys, exercises.check_bpr, bpr) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda own, others: np.mean(np.logaddexp(0, own - np.array(others))), "costs more than"),
        (
            lambda own, others: np.sum(np.logaddexp(0, np.array(others) - own)),
            "take the mean over the negatives",
        ),
        (lambda own, others: -own, "for the score 0.0 and the negatives [0.0]"),
        (lambda own: own, "it raised TypeError"),
    ],
)
def test_what_is_wrong_with_a_bpr_loss_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_bpr, function)
