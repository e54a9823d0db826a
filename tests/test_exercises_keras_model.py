"""The checks of exercises: Chapter 5, the Keras model."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def test_the_parameter_count_is_that_of_the_model_itself(capsys):
    models = pytest.importorskip("lmbook_utils.models")
    model = models.build_language_model("lstm", 5000, embedding_dim=64, rnn_units=96)
    count = model.count_params()
    assert said(capsys, exercises.check_parameter_count, count) == CORRECT
    assert "too small" in said(capsys, exercises.check_parameter_count, count - 1)
    assert "too large" in said(capsys, exercises.check_parameter_count, count + 1)


def top_p(probabilities, p):
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.where(np.isin(np.arange(len(order)), order[before < p - 1e-12]), probabilities, 0)
    return kept / kept.sum()


def test_top_p_of_the_reader_and_of_the_book_pass(capsys):
    generation = pytest.importorskip("lmbook_utils.generation")

    def of_the_book(probabilities, p):
        return generation.next_word_probabilities(np.log(probabilities), top_p=p)

    assert said(capsys, exercises.check_top_p, top_p) == CORRECT
    assert said(capsys, exercises.check_top_p, of_the_book) == CORRECT


def without_the_last(probabilities, p):
    kept = np.where(probabilities == probabilities.max(), probabilities, 0)
    return kept / kept.sum()


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda q, p: q, "there should be fewer words left than 4"),
        (without_the_last, "there should be more words left than 1"),
        (lambda q, p: top_p(q, p)[::-1], "the most probable words should stay"),
        (lambda q, p: top_p(q, p) * 0.5, "the result sums to 0.500, not 1"),
        (lambda q, p: (top_p(q, p) > 0) / (top_p(q, p) > 0).sum(), "keep their proportions"),
        (lambda q, p: q[:2], "the result has shape (2,)"),
        (lambda q, p: "a", "the result holds no numbers"),
    ],
)
def test_what_is_wrong_with_top_p_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_top_p, function)
