"""Precision, recall and F1 of next-word prediction: against scikit-learn."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from lmbook_utils import metrics

WORDS = 6
AVERAGES = ["macro", "micro", "weighted", None]
pairs = st.lists(
    st.tuples(st.integers(0, WORDS - 1), st.integers(0, WORDS - 1)), min_size=1, max_size=20
).map(lambda drawn: np.array(drawn).T)


@pytest.mark.parametrize("average", AVERAGES)
@given(pairs, st.sampled_from([0, 1]))
def test_precision_recall_and_f1_are_those_of_scikit_learn(average, ids, zero_division):
    targets, guesses = ids
    expected = precision_recall_fscore_support(
        targets, guesses, average=average, zero_division=zero_division
    )
    found = metrics.precision_recall_f1(targets, guesses, average, zero_division=zero_division)
    for ours, theirs in zip(found, expected, strict=False):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("average", AVERAGES)
@given(pairs, st.sampled_from([0, 1]))
def test_with_a_vocabulary_words_that_never_came_are_classes_too(average, ids, zero_division):
    targets, guesses = ids
    with warnings.catch_warnings():  # of labels that are not in the text
        warnings.simplefilter("ignore")
        expected = precision_recall_fscore_support(
            targets,
            guesses,
            average=average,
            labels=range(WORDS + 1),
            zero_division=zero_division,
        )
    found = metrics.precision_recall_f1(targets, guesses, average, WORDS + 1, zero_division)
    for ours, theirs in zip(found, expected, strict=False):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@given(pairs)
def test_micro_averages_and_weighted_recall_are_the_accuracy(ids):
    targets, guesses = ids
    share = np.mean(targets == guesses)
    micro = metrics.precision_recall_f1(targets, guesses, "micro")
    assert micro == pytest.approx((share, share, share))
    assert metrics.precision_recall_f1(targets, guesses, "weighted").recall == pytest.approx(share)


def test_micro_averages_are_the_accuracy_of_a_models_scores():
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(50, 4)), rng.integers(0, 4, 50)
    scores = metrics.score_logits(logits, targets)
    micro = metrics.precision_recall_f1(targets, scores.guesses, "micro")
    assert set(micro) == {metrics.accuracy(scores.ranks)}


def test_a_model_that_guesses_the_commonest_word_only_has_a_macro_recall_of_one_in_v():
    targets = np.array([0] * 96 + [1, 2, 3, 4])
    always_0 = np.zeros(100, int)
    assert metrics.precision_recall_f1(targets, always_0, "micro").recall == 0.96
    assert metrics.precision_recall_f1(targets, always_0, "macro").recall == pytest.approx(1 / 5)
    with_unseen = metrics.precision_recall_f1(targets, always_0, "macro", vocab_size=100)
    assert with_unseen.recall == pytest.approx(1 / 100)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"targets": [], "guesses": []}, r"with at least one token; they had \(0,\) and \(0,\)"),
        ({"targets": [0]}, r"same shape \(tokens,\).*\(1,\) and \(2,\)"),
        ({"targets": [[0, 1]], "guesses": [[0, 1]]}, r"same shape.*\(1, 2\)"),
        ({"targets": [0, np.nan]}, "targets must be whole numbers; their type was float64"),
        ({"guesses": [0, -1]}, "guesses must be from 0 to inf; they went from -1 to 0"),
        ({"guesses": [0, 5], "vocab_size": 5}, "guesses must be from 0 to 4; .* from 0 to 5"),
        ({"vocab_size": 0}, "vocab_size must be a whole number and at least 1"),
        ({"average": "mean"}, "average must be macro, micro, weighted or None; it was 'mean'"),
        ({"zero_division": 0.5}, "zero_division must be 0 or 1; it was 0.5"),
        ({"zero_division": np.nan}, "zero_division must be 0 or 1; it was nan"),
    ],
)
def test_precision_and_recall_of_what_does_not_fit(change, message):
    with pytest.raises(ValueError, match=message):
        metrics.precision_recall_f1(**{"targets": [0, 1], "guesses": [0, 0]} | change)
