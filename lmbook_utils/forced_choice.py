"""Two sentences, one of them better: how often does a model find it more probable?

The comparison is fair where both sentences have the same number of tokens: each token costs
probability, so a model prefers the shorter of two sentences whatever they say.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import (
    array_of,
    real_numbers,
    require_callable,
    require_fraction,
    require_sentences,
)
from lmbook_utils.metrics import Interval, mean_interval

Sentences = Sequence[Sequence[str]]
SentenceScorer = Callable[[Sentences], np.ndarray]
"""From tokenised sentences to the log-probability of each, its ``</s>`` included, in nats."""

_TIE = 1e-3  # nats: more than what float32 rounds off, less than any difference that counts


class Accuracy(NamedTuple):
    """How many of ``number`` choices were ``right``, and an interval of the share."""

    right: int
    number: int
    interval: Interval

    @property
    def share(self) -> float:
        """The accuracy, from 0 to 1."""
        return self.right / self.number


def total_log_probs(token_log_probs: np.ndarray, sentences: Sentences) -> np.ndarray:
    """Sum the log-probabilities of tokens over each sentence.

    It makes a scorer of sentences of what scores a text token by token, for example of an n-gram
    model: ``lambda sentences: total_log_probs(model.score(sentences), sentences)``.

    Parameters
    ----------
    token_log_probs
        Of each token and of the ``</s>`` after each sentence, in the order of the text, shape
        (tokens,), in nats.
    sentences
        The tokenised sentences.

    Returns
    -------
    ndarray of float64, shape (sentences,)
        In nats.

    Raises
    ------
    ValueError
        If there is not one number for each token and each ``</s>``. Also if ``sentences`` is no
        list of lists of strings.

    Examples
    --------
    >>> sentences = [["so", "it", "goes"], ["yes"]]
    >>> total_log_probs(np.array([-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]), sentences).tolist()
    [-10.0, -11.0]
    """
    require_sentences(sentences=sentences)
    token_log_probs = real_numbers("token_log_probs", token_log_probs)
    if np.isnan(token_log_probs).any():
        raise ValueError("token_log_probs must be logarithms of probabilities; one was NaN")
    lengths = [len(sentence) + 1 for sentence in sentences]
    if token_log_probs.shape != (sum(lengths),):
        raise ValueError(
            f"token_log_probs must hold one number for each of the {sum(lengths)} tokens of "
            f"sentences, the </s> of each included; the shape was {token_log_probs.shape}"
        )
    owner = np.repeat(np.arange(len(lengths)), lengths)
    return np.bincount(owner, weights=token_log_probs, minlength=len(lengths))


def chooses_good(score_sentences: SentenceScorer, good: Sentences, bad: Sentences) -> np.ndarray:
    """Say for each pair of sentences whether the good one is the more probable.

    Where both are equally probable the model has not found the good one: the answer is no.

    Parameters
    ----------
    score_sentences
        Gives the log-probability of each sentence, in nats, shape (sentences,).
    good, bad
        The tokenised sentences; ``bad[i]`` is as long as ``good[i]``.

    Returns
    -------
    ndarray of bool, shape (pairs,)

    Raises
    ------
    ValueError
        If there is no pair, the two lists differ in length, or the two sentences of a pair do; if
        the scorer does not give one number for each sentence, or gives NaN. Also if
        ``score_sentences`` is no function, ``good`` is no list of lists of strings, or ``bad`` is
        no list of lists of strings.

    Examples
    --------
    >>> def rare_words_cost_more(sentences):
    ...     return np.array([-float(sentence.count("am")) for sentence in sentences])
    >>> chooses_good(rare_words_cost_more, [["they", "are"]], [["they", "am"]]).tolist()
    [True]
    """
    require_callable(score_sentences=score_sentences)
    require_sentences(good=good, bad=bad)
    _require_pairs(good, bad)
    scores = np.asarray(score_sentences([*good, *bad]), float)
    if scores.shape != (2 * len(good),):
        raise ValueError(
            f"score_sentences must give one number for each of the {2 * len(good)} sentences; the "
            f"shape was {scores.shape}"
        )
    if np.isnan(scores).any():
        raise ValueError("score_sentences must give log-probabilities; one was NaN")
    of_good, of_bad = np.split(scores, 2)
    return of_good > of_bad + _TIE


def accuracy(right: np.ndarray, confidence: float = 0.95) -> Accuracy:
    """The share of right choices with Wilson's score interval.

    The interval takes the choices for independent of each other (Wilson, 1927). Where several of
    them come from one article, use :func:`accuracy_over_groups`.

    Parameters
    ----------
    right
        Whether each choice was right, shape (choices,).
    confidence
        The level, between 0 and 1.

    Raises
    ------
    ValueError
        If ``right`` is empty or not of bool, or ``confidence`` is out of its range.

    Examples
    --------
    >>> nine_of_ten = accuracy(np.array([True] * 9 + [False]))
    >>> nine_of_ten.share, round(nine_of_ten.interval.low, 3), round(nine_of_ten.interval.high, 3)
    (0.9, 0.596, 0.982)
    """
    from scipy.stats import binomtest

    right = _checked_choices(right, confidence)
    low, high = binomtest(int(right.sum()), len(right)).proportion_ci(confidence, "wilson")
    return Accuracy(int(right.sum()), len(right), Interval(float(low), float(high)))


def accuracy_over_groups(
    right: np.ndarray, groups: np.ndarray, confidence: float = 0.95, seed: int = 0
) -> Accuracy:
    """The share of right choices with a bootstrap interval that draws whole groups anew.

    For choices of which several come from one group, for example from one article: see
    :func:`lmbook_utils.metrics.mean_interval`.

    Parameters
    ----------
    right
        Whether each choice was right, shape (choices,).
    groups
        A number for each choice that says to which group it belongs, shape (choices,).
    confidence
        The level, between 0 and 1.
    seed
        Of the resampling.

    Raises
    ------
    ValueError
        As :func:`accuracy`, or if the shapes differ or there are fewer than two groups.

    Examples
    --------
    >>> right = np.array([True, True, False, True, False, True])
    >>> result = accuracy_over_groups(right, groups=np.array([0, 0, 1, 1, 2, 2]))
    >>> result.right, result.number
    (4, 6)
    >>> result.interval
    Interval(low=0.5, high=1.0)
    """
    right = _checked_choices(right, confidence)
    interval = mean_interval(right, groups, confidence, seed)
    return Accuracy(int(right.sum()), len(right), interval)


def _require_pairs(good: Sentences, bad: Sentences) -> None:
    if not len(good) or len(good) != len(bad):
        raise ValueError(
            "good and bad must hold the two sentences of each pair, at least one pair; there were "
            f"{len(good)} and {len(bad)} sentences"
        )
    for number, (better, worse) in enumerate(zip(good, bad, strict=True)):
        if len(better) != len(worse):
            raise ValueError(
                f"good and bad must have the same number of tokens in each pair, or the shorter "
                f"has an advantage; pair {number} has {len(better)} and {len(worse)}"
            )


def _checked_choices(right: np.ndarray, confidence: float) -> np.ndarray:
    right = array_of("right", right)
    if right.ndim != 1 or not right.size or right.dtype != bool:
        raise ValueError(
            "right must hold True or False for each choice, shape (choices,), at least one; its "
            f"shape was {right.shape} and its type {right.dtype}"
        )
    require_fraction(confidence=confidence)
    return right
