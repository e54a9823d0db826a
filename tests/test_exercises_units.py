"""The checks of exercises: The page on words, pieces and characters in the appendix."""

from itertools import pairwise

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises
from lmbook_utils.subwords import merge_pair


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (5.0, CORRECT),
        (40, "whole word"),
        (40 / 7, "the blank"),
        (37 / 8, "choice of <unk>"),
        (3 / 8, "the spelling"),
        (3.466, "nats"),
        ((1 / 8 + 37) / 8, "1/8 is a probability"),
        (-5, "no negative number"),
        (2.0**-40, "the probability of the word"),
        (4, "too small"),
        (6, "too large"),
    ],
)
def test_the_cost_of_an_unknown_word(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_unknown_word, answer)


def encode(word, merges):
    pieces = [*word, " "]
    for pair in merges:
        pieces = merge_pair(pieces, pair)
    return pieces


def in_text(word, merges):
    """The same with another algorithm: the earliest merge that fits, until none fits."""
    pieces = [*word, " "]
    while fitting := [pair for pair in pairwise(pieces) if pair in merges]:
        pieces = merge_pair(pieces, min(fitting, key=merges.index))
    return pieces


def test_the_pieces_may_be_found_in_another_way(capsys):
    assert said(capsys, exercises.check_encode, in_text) == CORRECT


def with_the_first_only(word, merges):
    pieces = [*word, " "]
    for first, second in merges:
        for i in range(len(pieces) - 1):
            if (pieces[i], pieces[i + 1]) == (first, second):
                pieces[i : i + 2] = [first + second]
                break
    return pieces


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (encode, CORRECT),
        (lambda word, merges: tuple(encode(word, merges)), CORRECT),
        (lambda word, merges: np.array(encode(word, merges)), CORRECT),
        (with_the_first_only, "are not the pieces of"),
        (lambda word, merges: [*word, " "], "are not the pieces of 'low"),
        (lambda word, merges: encode(word, merges) and None, "expected a list of strings"),
        (lambda word, merges: [encode(word, merges)], "expected a list of strings"),
        (lambda word, merges: encode(word, merges)[:-1], "its characters and a blank"),
        (lambda word, merges: encode(word, merges[::-1]), "are not the pieces of 'low"),
        (lambda word, merges: encode(word, merges[:4]), "are not the pieces of 'low"),
        (
            lambda word, merges: encode(word, []) if not merges else "low ",
            "expected a list of strings",
        ),
        (lambda word, merges: encode(word * (1 + bool(merges)), merges), "and a blank; they were"),
        (lambda word, merges: word.no, "without merges, it raised AttributeError"),
    ],
)
def test_the_pieces_of_a_word(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_encode, function)
