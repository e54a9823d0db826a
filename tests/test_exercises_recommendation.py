"""The checks of exercises: Chapter 7, recommendation."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def mean_reciprocal_rank(ranks, k):
    return sum(1 / (rank + 1) for rank in ranks if rank < k) / len(ranks)


def mean_reciprocal_rank_in_arrays(ranks, k):
    places = ranks + 1
    return np.where(places <= k, 1 / places, 0).mean()


def mean_reciprocal_rank_in_place(ranks, k):
    ranks += 1
    return float(np.sum(1 / ranks[ranks <= k])) / ranks.size


@pytest.mark.parametrize(
    "function",
    [mean_reciprocal_rank, mean_reciprocal_rank_in_arrays, mean_reciprocal_rank_in_place],
)
def test_a_right_mean_reciprocal_rank_passes(capsys, function):
    assert said(capsys, exercises.check_mean_reciprocal_rank, function) == CORRECT


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
        (
            lambda ranks, k: np.sum([1 / (r + 1) for r in ranks if r <= k]) / len(ranks),
            "the first place that is not on the list",
        ),
        (lambda ranks, k: np.sum(1 / ranks[ranks < k]) / len(ranks), "the result is inf"),
        (lambda ranks, k: np.mean(ranks < k), "that is the recall"),
        (lambda ranks, k: "0.5", "expected a number; it was '0.5'"),
        (lambda ranks, k: None, "expected a number; it was None"),
        (lambda ranks, k: 1 / (ranks + 1), "expected a number"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_wrong_with_a_mean_reciprocal_rank_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_mean_reciprocal_rank, function)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (20 / 5000, CORRECT),
        (0.004, CORRECT),
        (0.02, "too large"),
        (0.001, "too small"),
        (1 / 5000, "that is recall@1"),
        (0.4, "not per cent"),
        (250, "one divided by the share"),
        ("0.004", "expected a number"),
        (None, "expected a number"),
    ],
)
def test_the_recall_of_chance(capsys, answer, complaint):
    exercises.check_chance_recall(answer, films=5000)
    assert complaint in capsys.readouterr().out


@pytest.mark.parametrize(
    "function",
    [
        lambda own, others: -np.mean(np.log(1 / (1 + np.exp(np.array(others) - own)))),
        lambda own, others: sum(np.log1p(np.exp(z - own)) for z in others) / len(others),
        lambda own, others: np.logaddexp(0, others - own).mean(),
    ],
)
def test_a_right_bpr_loss_passes(capsys, function):
    assert said(capsys, exercises.check_bpr, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda own, others: np.mean(np.logaddexp(0, own - np.array(others))), "costs more than"),
        (lambda own, others: np.sum(np.logaddexp(0, others - own)), "take the mean over the neg"),
        (lambda own, others: np.logaddexp(0, np.mean(others) - own), "is compared by itself"),
        (lambda own, others: np.mean(np.log2(1 + np.exp(others - own))), "natural logarithm"),
        (lambda own, others: np.mean(1 / (1 + np.exp(own - others))), "the logarithm is missing"),
        (lambda own, others: -np.mean(np.logaddexp(0, others - own)), "costs more than"),
        (lambda own, others: -own, "for the score 0.0 and the negatives [0.0]"),
        (lambda own, others: np.logaddexp(0, others - own), "expected a number"),
        (lambda own, others: None, "expected a number; it was None"),
        (lambda own: own, "it raised TypeError"),
    ],
)
def test_what_is_wrong_with_a_bpr_loss_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_bpr, function)


def recall_by_stars(hits, stars):
    return hits[stars >= 4].mean(), hits[stars <= 2].mean()


def recall_by_stars_in_lists(hits, stars):
    groups = ([], [])
    for hit, star in zip(hits.tolist(), stars.tolist(), strict=True):
        for group, belongs in zip(groups, (star >= 4, star <= 2), strict=True):
            group.extend([hit] if belongs else [])
    return [sum(group) / len(group) for group in groups]


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (recall_by_stars, CORRECT),
        (recall_by_stars_in_lists, CORRECT),
        (lambda h, s: np.array(recall_by_stars(h, s), np.float32), CORRECT),
        (lambda h, s: (h[s > 4].mean(), h[s <= 2].mean()), "four stars are among them"),
        (lambda h, s: (h[s >= 4].mean(), h[s < 2].mean()), "two stars are among them"),
        (lambda h, s: recall_by_stars(h, s)[::-1], "the two recalls are exchanged"),
        (lambda h, s: ((h * (s >= 4)).mean(), (h * (s <= 2)).mean()), "the steps of this group"),
        (lambda h, s: (h[s >= 4].sum() / h.sum(), h[s <= 2].mean()), "share of the hits"),
        (lambda h, s: (h[s >= 3.5].mean(), h[s <= 2].mean()), "the recall for four or more is"),
        (lambda h, s: h[s >= 4].mean(), "should have the shape (2,)"),
        (lambda h, s: (h[s > 9].mean(), 0.5), "NaN or infinity"),
        (lambda h, s: None, "it returned None"),
        (lambda h, s: h.stars, "it raised AttributeError"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_recall_by_stars(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_recall_by_stars, function)
