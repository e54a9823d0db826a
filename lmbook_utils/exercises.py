"""Checks of a reader's answers to the exercises: they say what is wrong, and never the answer.

Each check prints one line. Right answers are computed from the data, so that they stay right when
the data change.
"""

from collections import Counter
from collections.abc import Callable
from functools import cache, wraps
from itertools import accumulate
from math import isnan
from numbers import Real
from typing import Any

import numpy as np

from lmbook_utils import batching, corpus, preprocessing
from lmbook_utils.datasets import load_news


class _NotYetError(Exception):
    """An answer that is not right; the message says why."""


def _prints_verdict(check: Callable[..., None]) -> Callable[..., None]:
    """Let a check raise :class:`_NotYetError` for a wrong answer; print what came of it."""

    @wraps(check)
    def printing(*arguments: Any, **keywords: Any) -> None:
        try:
            check(*arguments, **keywords)
        except _NotYetError as reason:
            print(f"Not yet: {reason}.")
        else:
            print("Correct.")

    return printing


@_prints_verdict
def check_coverage(answer: int) -> None:
    """Chapter 4: how many words cover 95% of the training tokens?

    Examples
    --------
    >>> check_coverage(12)
    Not yet: 12 words cover less than 95% of the training tokens.
    """
    number = _number(answer)
    covered = _covered_tokens()
    _require(
        number.is_integer() and 0 < number < len(covered),
        f"a number of words is a whole number from 1 to {len(covered) - 1}; it was {answer}",
    )
    enough = 0.95 * covered[-1]
    _require(
        covered[int(number)] >= enough,
        f"{answer} words cover less than 95% of the training tokens",
    )
    _require(
        covered[int(number) - 1] < enough, f"{answer} words are enough, but so are fewer words"
    )


@_prints_verdict
def check_windows(function: Callable[[np.ndarray, int], tuple[Any, Any]]) -> None:
    """Chapter 4: cut a stream of ids into windows and the words that follow.

    Examples
    --------
    >>> check_windows(lambda ids, n: (ids, ids))
    Not yet: for ids [5, 6, 7] and n = 1, the inputs have the shape (3,) and not (2, 1).
    """
    for ids, n in (([5, 6, 7], 1), ([4, 9, 4, 8, 7, 6], 2), ([1, 2], 1), ([3, 5, 1, 4], 3)):
        case = f"for ids {ids} and n = {n}"
        result = _call(function, case, np.array(ids), n)
        _require(
            isinstance(result, tuple | list) and len(result) == 2,
            f"{case}, the result is not a pair of inputs and targets",
        )
        expected = batching.next_word_windows(np.array(ids), n)
        for name, found, right in zip(("inputs", "targets"), result, expected, strict=True):
            shape = np.shape(found)
            _require(
                shape == right.shape,
                f"{case}, the {name} have the shape {shape} and not {right.shape}",
            )
            _require(np.array_equal(found, right), f"{case}, some {name} are not the right ids")


@_prints_verdict
def check_news_unknown_share(answer: float) -> None:
    """Chapter 4: what share of the tokens in the news is unknown?

    Examples
    --------
    >>> check_news_unknown_share(19)
    Not yet: a share is from 0 to 1; it was 19.
    """
    _check_share(answer, _news_unknown_share())


@_prints_verdict
def check_parameter_count(answer: int) -> None:
    """Chapter 5: how many parameters has an LSTM model of 5,000 words, embedding 64, units 96?

    Examples
    --------
    >>> check_parameter_count(320_000)
    Not yet: your number is too small; count the weights and the biases of every layer.
    """
    words, embedding, units = 5000, 64, 96
    lstm = 4 * (embedding * units + units * units + units)
    expected = words * embedding + lstm + (units * words + words)
    size = "small" if _number(answer) < expected else "large"
    _require(
        answer == expected,
        f"your number is too {size}; count the weights and the biases of every layer",
    )


@_prints_verdict
def check_top_p(function: Callable[[np.ndarray, float], Any]) -> None:
    """Chapter 5: keep the fewest most probable words whose probabilities sum to at least p.

    Examples
    --------
    >>> check_top_p(lambda probabilities, p: probabilities)
    Not yet: for [0.5, 0.3, 0.15, 0.05] and p = 0.6, there should be fewer words left than 4.
    """
    for probabilities, p in (
        ([0.5, 0.3, 0.15, 0.05], 0.6),
        ([0.05, 0.15, 0.3, 0.5], 0.9),
        ([0.2, 0.7, 0.1], 0.5),
        ([0.4, 0.35, 0.25], 1.0),
    ):
        case = f"for {probabilities} and p = {p}"
        result = np.asarray(_call(function, case, np.array(probabilities), p))
        _require(np.issubdtype(result.dtype, np.number), f"{case}, the result holds no numbers")
        order = np.argsort(probabilities)[::-1]
        number = 1 + int(np.searchsorted(np.cumsum(np.sort(probabilities)[::-1]), p - 1e-9))
        right = np.zeros(len(probabilities))
        right[order[:number]] = np.array(probabilities)[order[:number]]
        _require(result.shape == right.shape, f"{case}, the result has shape {result.shape}")
        left = int(np.count_nonzero(result))
        _require(left <= number, f"{case}, there should be fewer words left than {left}")
        _require(left >= number, f"{case}, there should be more words left than {left}")
        _require(
            np.array_equal(result > 0, right > 0),
            f"{case}, the most probable words should stay",
        )
        _require(
            np.isclose(result.sum(), 1), f"{case}, the result sums to {result.sum():.3f}, not 1"
        )
        _require(
            np.allclose(result, right / right.sum()),
            f"{case}, the words that are left should keep their proportions",
        )


@_prints_verdict
def check_perplexity(function: Callable[[np.ndarray], float]) -> None:
    """Chapter 6: the perplexity from the probabilities of the words that came.

    Examples
    --------
    >>> check_perplexity(lambda p: np.prod(p) ** (-1 / len(p)))
    Not yet: for 5000 probabilities of 0.001, the result is inf; a product of so many \
probabilities is too small for a float, a sum of logarithms is not.
    """
    for probabilities, name in (
        (np.array([0.25, 0.25, 0.25]), "probabilities [0.25, 0.25, 0.25]"),
        (np.array([1.0]), "the probability 1"),
        (np.array([0.5, 0.125, 0.01]), "probabilities [0.5, 0.125, 0.01]"),
        (np.full(5000, 0.001), "5000 probabilities of 0.001"),
    ):
        with np.errstate(all="ignore"):
            result = _number(_call(function, f"for {name}", probabilities))
        hint = (
            "; a product of so many probabilities is too small for a float, "
            "a sum of logarithms is not"
            if not np.isfinite(result)
            else ""
        )
        expected = np.exp(-np.mean(np.log(probabilities)))
        _require(np.isclose(result, expected), f"for {name}, the result is {result:.4g}{hint}")


@_prints_verdict
def check_uniform_bits(answer: float) -> None:
    """Chapter 6: the bits per token of a model that finds 5,000 words equally probable.

    Examples
    --------
    >>> check_uniform_bits(8.52)
    Not yet: that is the number of nats; bits are logarithms to base 2.
    """
    number = _number(answer)
    _require(
        not np.isclose(number, np.log(5000), rtol=0.002),
        "that is the number of nats; bits are logarithms to base 2",
    )
    size = "small" if number < np.log2(5000) else "large"
    _require(np.isclose(number, np.log2(5000), rtol=0.002), f"your number is too {size}")


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise _NotYetError(otherwise)


def _number(answer: Any) -> float:
    is_number = isinstance(answer, Real) and not isinstance(answer, bool) and not isnan(answer)
    _require(is_number, f"expected a number; it was {answer!r}")
    return float(answer)


def _check_share(answer: Any, expected: float) -> None:
    number = _number(answer)
    _require(0 <= number <= 1, f"a share is from 0 to 1; it was {answer}")
    size = "small" if number < expected else "large"
    _require(abs(number - expected) < 0.001, f"{number:.4f} is too {size}")


def _call(function: Callable, case: str, *arguments: Any) -> Any:
    """The reader's function may fail in any way; say for which input it did."""
    try:
        return function(*arguments)
    except Exception as error:
        raise _NotYetError(f"{case}, it raised {type(error).__name__}: {error}") from error


@cache
def _covered_tokens() -> list[int]:
    """How many training tokens the n most frequent words cover, for n = 0, 1, 2, …"""
    articles = corpus.load_tokenized()["train"]
    counts = Counter(token for article in articles for s in article for token in s)
    return [0, *accumulate(count for _, count in counts.most_common())]


@cache
def _news_unknown_share() -> float:
    vocabulary = corpus.load_encoded().vocabulary
    ids = [
        vocabulary.encode(preprocessing.tokenize(sentence))
        for item in dict.fromkeys(load_news())
        for sentence in preprocessing.split_sentences(item)
    ]
    return float(np.mean(np.concatenate(ids) == vocabulary.unk_id))
