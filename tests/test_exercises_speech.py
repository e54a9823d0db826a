"""The checks of exercises: Chapter 7, speech recognition."""

import math

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (1, CORRECT),
        (1.0, CORRECT),
        (np.float32(1), CORRECT),
        (0, "every word that was said is missing"),
        (100, "not per cent"),
        (0.5, "too small"),
        (2, "too large"),
        ("1", "expected a number"),
        (math.nan, "expected a number"),
        (None, "expected a number"),
    ],
)
def test_the_error_rate_of_a_system_that_writes_nothing(capsys, answer, verdict):
    assert verdict in said(capsys, exercises.check_silent_system, answer)


def best(acoustic, log_probs, lengths, weight, bonus):
    return np.argmax(acoustic + weight * log_probs + bonus * lengths)


def best_by_a_loop(acoustic, log_probs, lengths, weight, bonus):
    scores = [
        a + weight * p + bonus * n for a, p, n in zip(acoustic, log_probs, lengths, strict=True)
    ]
    return scores.index(max(scores))


def best_in_place(acoustic, log_probs, lengths, weight, bonus):
    acoustic += weight * log_probs + bonus * lengths
    return float(acoustic.argmax())


@pytest.mark.parametrize(
    ("function", "verdict"),
    [
        (best, CORRECT),
        (best_by_a_loop, CORRECT),
        (best_in_place, CORRECT),
        (lambda a, p, n, weight, bonus: best(a, p, n, 0, 0), "by the sound alone"),
        (lambda a, p, n, weight, bonus: best(a, p, n, weight, 0), "the bonus has no part in it"),
        (lambda a, p, n, weight, bonus: best(a, p, n, weight, abs(bonus)), "bonus -4"),
        (lambda a, p, n, weight, bonus: best(weight * a, p, n, 1, bonus), "with weight 0"),
        (lambda a, p, n, weight, bonus: np.argmin(a), "the result is 1 and not the best"),
        (lambda a, p, n, weight, bonus: best(a, p, n, weight, bonus) + 1, "has the number 0"),
        (lambda a, p, n, weight, bonus: max(a), "give its number and not its score"),
        (lambda a, p, n, weight, bonus: None, "expected a number"),
        (lambda a: 0, "it raised TypeError"),
    ],
)
def test_the_choice_of_the_reader(capsys, function, verdict):
    assert verdict in said(capsys, exercises.check_choose, function)


def phone_log_prob(heard, phones, rate, size):
    shares = [1 - rate if h == p else rate / (size - 1) for h, p in zip(heard, phones, strict=True)]
    return float(np.log(shares).sum())


def by_counting(heard, phones, rate, size):
    same = np.sum(np.array(heard) == np.array(phones))
    return same * math.log1p(-rate) + (len(heard) - same) * math.log(rate / (size - 1))


def product_first(heard, phones, rate, size):
    shares = [1 - rate if h == p else rate / (size - 1) for h, p in zip(heard, phones, strict=True)]
    with np.errstate(divide="ignore"):
        return np.log(np.prod(shares))


@pytest.mark.parametrize(
    ("function", "verdict"),
    [
        (phone_log_prob, CORRECT),
        (by_counting, CORRECT),
        (lambda h, p, rate, size: phone_log_prob(h, p, rate, 2), "one of several others"),
        (lambda h, p, rate, size: phone_log_prob(h, p, rate, size + 1), "confused with itself"),
        (lambda h, p, rate, size: phone_log_prob(h, p, rate, size) / np.log(2), "natural log"),
        (lambda h, p, rate, size: np.exp(phone_log_prob(h, p, rate, size)), "take its logarithm"),
        (lambda h, p, rate, size: -phone_log_prob(h, p, rate, size), "heard as it is"),
        (product_first, "add their logarithms"),
        (lambda h, p, rate, size: math.log(0.8) if h == p else math.log(0.04), "P B T"),
        (lambda h, p, rate, size: 0.5, "heard as it is"),
        (lambda h, p, rate, size: None, "expected a number"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_channel_of_the_reader(capsys, function, verdict):
    assert verdict in said(capsys, exercises.check_phone_channel, function)


def rates_of_halves(errors, lengths, decibels):
    noisy = decibels < np.median(decibels)
    return [errors[rows].sum() / lengths[rows].sum() for rows in (noisy, ~noisy)]


def rates_by_sorting(errors, lengths, decibels):
    order = np.argsort(decibels)
    middle = len(order) // 2
    parts = order[:middle], order[middle:]
    return np.array([sum(errors[i] for i in p) / sum(lengths[i] for i in p) for p in parts])


def rates_with(noisy_of, rate):
    """Return an answer that divides the sentences and computes a rate in its own way."""

    def rates(errors, lengths, decibels):
        noisy = noisy_of(decibels)
        return tuple(rate(errors, lengths, rows) for rows in (noisy, ~noisy))

    return rates


def below_the_median(decibels):
    return decibels < np.median(decibels)


def rate_of(errors, lengths, rows):
    return errors[rows].sum() / lengths[rows].sum()


@pytest.mark.parametrize(
    ("function", "verdict"),
    [
        (rates_of_halves, CORRECT),
        (rates_by_sorting, CORRECT),
        (rates_with(below_the_median, lambda e, n, r: np.mean(e[r] / n[r])), "a long sentence"),
        (rates_with(below_the_median, lambda e, n, r: e[r].sum() / n.sum()), "words of this half"),
        (rates_with(below_the_median, lambda e, n, r: e[r].mean()), "not by the sentences"),
        (rates_with(lambda d: d > np.median(d), rate_of), "the halves are exchanged"),
        (rates_with(lambda d: d <= np.median(d), rate_of), "the sentence at the median belongs"),
        (rates_with(lambda d: d < np.mean(d), rate_of), "the rate with more noise is"),
        (rates_with(lambda d: np.arange(len(d)) < len(d) // 2, rate_of), "the rate with"),
        (lambda e, n, d: e.sum() / n.sum(), "should have the shape (2,)"),
        (lambda e, n, d: (np.nan, 0.5), "NaN or infinity"),
        (lambda e, n, d: None, "it returned None"),
        (lambda e, n: None, "it raised TypeError"),
    ],
)
def test_the_rates_of_two_halves(capsys, function, verdict):
    assert verdict in said(capsys, exercises.check_rates_of_halves, function)
