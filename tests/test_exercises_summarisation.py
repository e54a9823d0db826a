"""The checks of exercises: Chapter 7, summarisation."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (0.25, CORRECT),
        (0.8, "that is ROUGE-1"),
        (1 / 3, "the precision alone"),
        (0.2, "the recall alone"),
        (0.5, "too large"),
        (0.1, "too small"),
        (25, "ROUGE is from 0 to 1"),
        ("0.25", "expected a number"),
    ],
)
def test_a_rouge_2(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_rouge_2, answer)


def rank_step(ranks, weights, d):
    return (1 - d) / len(ranks) + d * ranks @ (weights / weights.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (rank_step, CORRECT),
        (lambda r, w, d: (1 - d) + d * (rank_step(r, w, 1)), "divide what a place gives"),
        (lambda r, w, d: rank_step(r, w, 1), "the jump to any place"),
        (lambda r, w, d: rank_step(r, w, 0.5), "for 3 places, a rank is off by"),
        (lambda r, w, d: rank_step(r, w, d)[:2], "expected 3 numbers"),
        (lambda r, w, d: "ranks", "expected 3 numbers"),
        (lambda r, w, d: r @ "w", "it raised"),
    ],
)
def test_a_step_of_the_ranks(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_rank_step, function)


def next_sentence(scores, similarities, picked, trade_off):
    repeated = similarities[:, picked].max(axis=1) if picked else 0
    values = trade_off * scores - (1 - trade_off) * repeated
    values[picked] = -np.inf
    return int(values.argmax())


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (next_sentence, CORRECT),
        (lambda s, m, p, t: int(s.argmax()), "with [0] picked, it picks 0 again"),
        (lambda s, m, p, t: next_sentence(s, m, p, 1), "1 is not the best"),
        (lambda s, m, p, t: "0", "expected a place from 0 to 3; it was '0'"),
        (lambda s, m, p, t: m[:, p].max(), "with [] picked, it raised ValueError"),
    ],
)
def test_the_next_sentence(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_next_sentence, function)
