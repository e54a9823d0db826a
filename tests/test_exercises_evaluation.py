"""The checks of exercises: Chapter 6, evaluation."""

import math

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def test_a_right_perplexity_passes(capsys):
    function = lambda p: np.exp(-np.log(p).mean())  # noqa: E731
    assert said(capsys, exercises.check_perplexity, function) == CORRECT
    in_bits = lambda p: 2 ** (sum(math.log2(one) for one in p) / -len(p))  # noqa: E731
    assert said(capsys, exercises.check_perplexity, in_bits) == CORRECT
    assert said(capsys, exercises.check_perplexity, in_place) == CORRECT


def in_place(p):
    np.log(p, out=p)
    return np.exp(-p.mean())


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda p: np.prod(p) ** (-1 / len(p)), "a sum of logarithms is not"),
        (lambda p: -np.log(p).mean(), "that is the cross-entropy in nats"),
        (lambda p: -np.log2(p).mean(), "that is the cross-entropy in bits"),
        (lambda p: 2 ** -np.log(p).mean(), "a power of 2 does not undo a natural logarithm"),
        (lambda p: np.exp(-np.log2(p).mean()), "is undone by a power of 2"),
        (lambda p: np.exp(np.log(p).mean()), "the mean of logarithms is negative"),
        (lambda p: (1 / p).mean(), "not of the perplexities"),
        (lambda p: np.exp(-np.log(p).sum()), "for probabilities [0.25, 0.25, 0.25]"),
        (lambda p: 1 / p.mean(), "for probabilities [0.5, 0.125, 0.01]"),
        (lambda p: p, "expected a number"),
        (lambda p: None, "expected a number; it was None"),
    ],
)
def test_what_is_wrong_with_a_perplexity_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_perplexity, function)


def test_the_bits_of_the_uniform_model(capsys):
    check = exercises.check_uniform_bits
    assert said(capsys, check, 12.29) == CORRECT
    assert said(capsys, check, np.log2(5000)) == CORRECT
    assert "number of nats" in said(capsys, check, 8.517)
    assert "base 10" in said(capsys, check, 3.699)
    assert "no negative number" in said(capsys, check, -12.29)
    assert "that is the perplexity" in said(capsys, check, 5000)
    assert "too small" in said(capsys, check, 12)
    assert "too large" in said(capsys, check, 13)


def by_article(log_probs, articles):
    return np.exp([-log_probs[articles == number].mean() for number in np.unique(articles)])


def by_sums(log_probs, articles):
    means = np.bincount(articles, weights=log_probs) / np.bincount(articles)
    return [float(one) for one in np.exp(-means)]


def for_each(compute):
    return lambda log_probs, articles: [
        compute(log_probs[articles == number]) for number in range(articles.max() + 1)
    ]


def divided_by_all(log_probs, articles):
    return np.exp(-np.bincount(articles, weights=log_probs) / len(articles))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (by_article, CORRECT),
        (by_sums, CORRECT),
        (for_each(lambda part: -part.mean()), "those are cross-entropies"),
        (for_each(lambda part: np.exp(-part.sum())), "divide each sum by its tokens"),
        (divided_by_all, "by the article's tokens, not by all"),
        (for_each(lambda part: np.exp(-part).mean()), "the mean of the logarithms"),
        (for_each(lambda part: np.exp(part.mean())), "the mean of logarithms is negative"),
        (lambda logs, articles: np.sort(by_article(logs, articles)), "the order of the articles"),
        (lambda logs, articles: np.exp(-logs.mean()), "should have the shape (2,)"),
        (lambda logs, articles: dict(enumerate(by_article(logs, articles))), "an array of numbers"),
        (lambda logs, articles: None, "it returned None"),
    ],
)
def test_the_perplexity_of_each_article(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_perplexity_by_article, function)


def mixture(alpha, log_p, log_q):
    return np.logaddexp(np.log(alpha) + log_p, np.log(1 - alpha) + log_q)


def mixture_of_lists(alpha, log_p, log_q):
    mixed = []
    for p, q in zip(log_p, log_q, strict=True):
        largest = max(p, q)
        sum_ = alpha * math.exp(p - largest) + (1 - alpha) * math.exp(q - largest)
        mixed.append(largest + math.log(sum_))
    return mixed


def naive(alpha, log_p, log_q):
    with np.errstate(divide="ignore"):
        return np.log(alpha * np.exp(log_p) + (1 - alpha) * np.exp(log_q))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (mixture, CORRECT),
        (mixture_of_lists, CORRECT),
        (naive, "for alpha = 0.5 and probabilities too small for a float, a logarithm is minus"),
        (lambda a, p, q: a * p + (1 - a) * q, "that mixes the logarithms"),
        (lambda a, p, q: np.exp(mixture(a, p, q)), "those are the probabilities"),
        (lambda a, p, q: mixture(1 - a, p, q), "the weights are exchanged"),
        (lambda a, p, q: np.logaddexp(p, q), "the weights have no effect"),
        (lambda a, p, q: np.logaddexp(a + p, 1 - a + q), "what does that mean for logarithms"),
        (lambda a, p, q: mixture(a, p, q).mean(), "should have the shape (3,)"),
        (lambda a, p, q: mixture(0.25, p, q), "for alpha = 0.9 and two usual models"),
        (lambda a, p, q: None, "it returned None"),
        (lambda a, p, q: "mixed", "should be an array of numbers"),
    ],
)
def test_the_mixture_of_two_models(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_mixture, function)
