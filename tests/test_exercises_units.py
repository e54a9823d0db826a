"""The checks of exercises: The page on words, pieces and characters in the appendix."""

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


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (encode, CORRECT),
        (lambda word, merges: encode(word, merges)[:-1], "its characters and a blank"),
        (lambda word, merges: encode(word, merges[::-1]), "are not the pieces of 'low"),
        (lambda word, merges: encode(word, merges[:4]), "are not the pieces of 'low"),
        (lambda word, merges: encode(word, []) if not merges else "low ", "expected a list"),
        (lambda word, merges: encode(word * (1 + bool(merges)), merges), "and a blank; they were"),
        (lambda word, merges: word.no, "without merges, it raised AttributeError"),
    ],
)
def test_the_pieces_of_a_word(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_encode, function)
