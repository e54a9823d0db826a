"""Choices between two sentences: against counting by hand, and SciPy's and known intervals."""

import numpy as np
import pytest

from lmbook_utils.forced_choice import accuracy, accuracy_over_groups, chooses_good, total_log_probs
from lmbook_utils.ngram import NGramModel

SENTENCES = [["a", "b"], [], ["b"]]


def test_the_total_of_a_sentence_is_the_sum_over_its_tokens_and_its_end():
    totals = total_log_probs(-np.arange(6.0), SENTENCES)
    assert totals.tolist() == [-(0 + 1 + 2), -3, -(4 + 5)]


def test_totals_of_an_n_gram_model_are_its_log_probabilities_of_each_sentence():
    model = NGramModel(2, "add-k").fit([["a", "b"], ["b", "a"], ["a"]])
    totals = total_log_probs(model.score(SENTENCES), SENTENCES)
    np.testing.assert_allclose(totals, [model.log_prob(sentence) for sentence in SENTENCES])


@pytest.mark.parametrize("number", [0, 5, 7])
def test_totals_need_a_number_for_each_token_and_each_end(number):
    with pytest.raises(ValueError, match="token_log_probs must hold one number for each of the 6"):
        total_log_probs(np.zeros(number), SENTENCES)


def scorer(scores):
    """A model that knows each sentence of one word by heart."""
    return lambda sentences: np.array([scores[sentence[0]] for sentence in sentences])


def test_the_good_sentence_is_chosen_where_it_is_the_more_probable():
    score = scorer({"high": -1.0, "low": -2.0})
    right = chooses_good(score, [["high"], ["low"], ["high"]], [["low"], ["high"], ["low"]])
    assert right.tolist() == [True, False, True]


@pytest.mark.parametrize("rounding", [0, 1e-4, -1e-4])
def test_a_model_that_sees_no_difference_has_not_found_the_good_one(rounding):
    score = scorer({"good": -60 + rounding, "bad": -60})
    assert not chooses_good(score, [["good"]], [["bad"]]).any()


def test_an_impossible_sentence_is_the_worse_one():
    score = scorer({"possible": -60.0, "impossible": -np.inf})
    assert chooses_good(score, [["possible"]], [["impossible"]]).all()


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ([], [], "at least one pair; there were 0 and 0"),
        ([["a"]], [["a"], ["b"]], "there were 1 and 2 sentences"),
        ([["a"], ["a", "b"]], [["b"], ["a"]], "pair 1 has 2 and 1"),
    ],
)
def test_what_is_no_pair_is_refused(good, bad, message):
    with pytest.raises(ValueError, match=message):
        chooses_good(lambda sentences: np.zeros(len(sentences)), good, bad)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([-1.0], r"one number for each of the 2 sentences; the shape was \(1,\)"),
        ([[-1.0], [-2.0]], r"the shape was \(2, 1\)"),
        ([-1.0, np.nan], "one was NaN"),
    ],
)
def test_a_scorer_must_score_each_sentence(scores, message):
    with pytest.raises(ValueError, match=message):
        chooses_good(lambda sentences: np.array(scores), [["a"]], [["b"]])


def wilson(right, number, z=1.959964):
    """Wilson's interval, from the formula of 1927."""
    p = right / number
    middle = (p + z**2 / (2 * number)) / (1 + z**2 / number)
    reach = z / (1 + z**2 / number) * np.sqrt(p * (1 - p) / number + z**2 / (4 * number**2))
    return middle - reach, middle + reach


@pytest.mark.parametrize(("right", "number"), [(22, 44), (1, 7), (44, 44), (0, 3)])
def test_the_interval_is_that_of_wilson(right, number):
    result = accuracy(np.arange(number) < right)
    assert (result.right, result.number, result.share) == (right, number, right / number)
    assert result.interval == pytest.approx(wilson(right, number), abs=1e-6)


def test_a_higher_confidence_makes_a_wider_interval():
    right = np.arange(40) < 30
    assert accuracy(right, 0.99).interval.low < accuracy(right, 0.9).interval.low


def test_choices_that_agree_within_their_articles_say_less_than_independent_ones():
    """20 articles of 50 choices, all of an article right or all wrong, are 20 observations."""
    groups = np.repeat(np.arange(20), 50)
    right = groups % 2 == 0
    by_article, by_choice = accuracy_over_groups(right, groups), accuracy(right)
    assert by_article[:2] == by_choice[:2] == (500, 1000)
    width = by_article.interval.high - by_article.interval.low
    assert width == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 20), rel=0.15)
    assert width > 5 * (by_choice.interval.high - by_choice.interval.low)


def test_articles_weigh_as_much_as_they_have_choices():
    right = np.array([True] * 9 + [False])
    result = accuracy_over_groups(right, np.array([0] * 9 + [1]))
    assert result.share == 0.9
    assert result.interval == (0, 1), "of two articles, a resample may hold one twice"
    middle = accuracy_over_groups(right, np.array([0] * 9 + [1]), confidence=0.2).interval
    assert middle == pytest.approx((0.9, 0.9)), "and holds each once in half of the cases"


def test_the_same_seed_gives_the_same_interval():
    rng = np.random.default_rng(0)
    right, groups = rng.random(200) < 0.7, rng.integers(0, 30, 200)
    assert accuracy_over_groups(right, groups) == accuracy_over_groups(right, groups)
    assert accuracy_over_groups(right, groups) != accuracy_over_groups(right, groups, seed=1)


@pytest.mark.parametrize("right", [[], [0.5, 1.0], [[True]], [1, 0]])
def test_choices_are_true_or_false(right):
    with pytest.raises(ValueError, match="right must hold True or False for each choice"):
        accuracy(np.array(right))


@pytest.mark.parametrize("confidence", [0, 1, 95, np.nan])
def test_a_confidence_lies_between_0_and_1(confidence):
    with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
        accuracy(np.array([True]), confidence)


@pytest.mark.parametrize(
    ("groups", "message"),
    [([0], "groups must name a group for each value"), ([3, 3], "at least two groups")],
)
def test_groups_that_do_not_fit(groups, message):
    with pytest.raises(ValueError, match=message):
        accuracy_over_groups(np.array([True, False]), np.array(groups))
