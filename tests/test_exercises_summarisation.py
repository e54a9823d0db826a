"""The checks of exercises: Chapter 7, summarisation."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (0.25, CORRECT),
        (1 / 4, CORRECT),
        (np.float32(0.25), CORRECT),
        (0.8, "that is ROUGE-1"),
        (1 / 3, "the precision alone"),
        (0.33, "the precision alone"),
        (0.2, "the recall alone"),
        (0.267, "not the mean of precision and recall"),
        (0.5, "too large"),
        (0.1, "too small"),
        (25, "ROUGE is from 0 to 1"),
        ("0.25", "expected a number"),
        (None, "expected a number"),
    ],
)
def test_a_rouge_2(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_rouge_2, answer)


def rank_step(ranks, weights, d):
    return (1 - d) / len(ranks) + d * ranks @ (weights / weights.sum(axis=1, keepdims=True))


def rank_step_by_loops(ranks, weights, d):
    n = len(ranks)
    return [
        (1 - d) / n + d * sum(weights[j][i] / sum(weights[j]) * ranks[j] for j in range(n))
        for i in range(n)
    ]


def rank_step_in_place(ranks, weights, d):
    weights /= weights.sum(axis=1, keepdims=True)
    ranks[:] = (1 - d) / len(ranks) + d * weights.T @ ranks
    return ranks


def spoils_the_weights(ranks, weights, d):
    weights[:] = 1
    ranks[:] = 1 / len(ranks)
    return rank_step(ranks, weights, d)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (rank_step, CORRECT),
        (rank_step_by_loops, CORRECT),
        (rank_step_in_place, CORRECT),
        (lambda r, w, d: (1 - d) + d * rank_step(r, w, 1), "a jump leads anywhere"),
        (lambda r, w, d: (1 - d) / len(r) + d * r @ w, "divide what a place gives"),
        (lambda r, w, d: (1 - d) / len(r) + d * r @ (w / w.sum(axis=0)), "divide what a place"),
        (lambda r, w, d: rank_step(r, w, 1), "the jump to any place"),
        (lambda r, w, d: rank_step(r, w, 1 - d), "d and 1 - d are exchanged"),
        (lambda r, w, d: rank_step(r, w, 0.85), "the d of the argument is not used"),
        (lambda r, w, d: rank_step(r, w, 0.5), "for 3 places, a rank is off by"),
        (lambda r, w, d: rank_step(r, w.T, d), "for 3 places, a rank is off by"),
        (spoils_the_weights, "for 3 places, a rank is off by"),
        (lambda r, w, d: rank_step(r, w, d)[:2], "should have the shape (3,)"),
        (lambda r, w, d: "ranks", "should be an array of numbers"),
        (lambda r, w, d: None, "it returned None"),
        (lambda r, w, d: r @ "w", "it raised"),
    ],
)
def test_a_step_of_the_ranks(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_rank_step, function)


def next_sentence(scores, similarities, picked, trade_off, repeats=np.max):
    repeated = repeats(similarities[:, picked], axis=1) if picked else 0
    values = trade_off * scores - (1 - trade_off) * repeated
    values[picked] = -np.inf
    return int(values.argmax())


def next_sentence_by_a_loop(scores, similarities, picked, trade_off):
    def value(i):
        repeated = max((similarities[i][j] for j in picked), default=0)
        return trade_off * scores[i] - (1 - trade_off) * repeated

    return max((i for i in range(len(scores)) if i not in picked), key=value)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (next_sentence, CORRECT),
        (next_sentence_by_a_loop, CORRECT),
        (lambda s, m, p, t: np.int64(next_sentence(s, m, p, t)), CORRECT),
        (lambda s, m, p, t: int(s.argmax()), "with [0] picked, it picks 0 again"),
        (lambda s, m, p, t: next_sentence(s, m, p, 1), "1 is not the best"),
        (lambda s, m, p, t: next_sentence(s, m, p, 1 - t), "is not the best"),
        (lambda s, m, p, t: next_sentence(s, m, p, t, np.min), "is not the best"),
        (lambda s, m, p, t: next_sentence(s, m, p, t, np.mean), "is not the best"),
        (lambda s, m, p, t: next_sentence(s, m, p, t, np.sum), "is not the best"),
        (lambda s, m, p, t: next_sentence(s, m, p[-1:], t), "is not the best"),
        (lambda s, m, p, t: next_sentence(s, m, p, 0.5), "is not the best"),
        (lambda s, m, p, t: "0", "expected a place from 0 to 4; it was '0'"),
        (lambda s, m, p, t: None, "expected a place from 0 to 4; it was None"),
        (lambda s, m, p, t: m[:, p].max(), "with [] picked, it raised ValueError"),
    ],
)
def test_the_next_sentence(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_next_sentence, function)


def conclusion_scores(sections):
    is_conclusion = np.array([section == "conclusion" for section in sections])
    return 1000 * is_conclusion - np.arange(len(sections))


def scores_by_sorting(sections):
    """Give the highest number to the first place of the wanted order, and count down."""
    n = len(sections)
    order = [i for i in range(n) if sections[i] == "conclusion"]
    order += [i for i in range(n) if i not in order]
    return [n - order.index(i) for i in range(n)]


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (conclusion_scores, CORRECT),
        (scores_by_sorting, CORRECT),
        (lambda s: [float(x == "conclusion") for x in s], "two sentences have the same score"),
        (lambda s: -conclusion_scores(s), "all is the wrong way round"),
        (lambda s: 1.0 * np.arange(len(s)), "a later sentence of the conclusion comes before"),
        (lambda s: -1.0 * np.arange(len(s)), "the order is not right"),
        (lambda s: [-i if x[0] != "c" else i + 9 for i, x in enumerate(s)], "a later sentence"),
        (lambda s: conclusion_scores(s)[:2], "should have the shape"),
        (lambda s: np.argsort(-conclusion_scores(s)), "a later sentence of the conclusion"),
        (lambda s: None, "it returned None"),
        (lambda s: s, "should be an array of numbers"),
        (lambda s: s.index("conclusion"), "should have the shape"),
    ],
)
def test_the_scores_of_the_conclusion(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_conclusion_scores, function)
