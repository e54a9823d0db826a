"""Chapter 6, evaluation."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lmbook_utils.exercises._answers import array_from, refuse
from lmbook_utils.exercises._mistakes import known_mistake
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
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
        result = number_from(call(function, f"for {name}", probabilities.copy()))
        nats = -np.mean(np.log(probabilities))
        expected = np.exp(nats)
        hint = known_mistake(
            result,
            {
                "that is the cross-entropy in nats": nats,
                "that is the cross-entropy in bits": nats / np.log(2),
                "a power of 2 does not undo a natural logarithm": 2**nats,
                "a logarithm to base 2 is undone by a power of 2": np.exp(nats / np.log(2)),
                "that is below 1; the mean of logarithms is negative": 1 / expected,
                "take the mean of the logarithms, not of the probabilities": 1
                / np.mean(probabilities),
                "take the mean of the logarithms, not of the perplexities": np.mean(
                    1 / probabilities
                ),
            },
        )
        if not np.isfinite(result):
            hint = (
                "; a product of so many probabilities is too small for a float, "
                "a sum of logarithms is not"
            )
        require(np.isclose(result, expected), f"for {name}, the result is {result:.4g}{hint}")


@prints_verdict
def check_uniform_bits(answer: float) -> None:
    """Chapter 6: the bits per token of a model that finds 5,000 words equally probable.

    Examples
    --------
    >>> check_uniform_bits(8.52)
    Not yet: that is the number of nats; bits are logarithms to base 2.
    """
    number = number_from(answer)
    slips = [
        (np.log(5000), "that is the number of nats; bits are logarithms to base 2"),
        (np.log10(5000), "that is a logarithm to base 10; bits are to base 2"),
        (-np.log2(5000), "a cost is no negative number"),
        (5000, "that is the perplexity"),
    ]
    refuse(number, slips, tolerance=0.002)
    size = "small" if number < np.log2(5000) else "large"
    require(np.isclose(number, np.log2(5000), rtol=0.002), f"your number is too {size}")


@prints_verdict
def check_perplexity_by_article(function: Callable[[np.ndarray, np.ndarray], Any]) -> None:
    """Chapter 6: the perplexity of each article, from the tokens' log-probabilities.

    Examples
    --------
    >>> check_perplexity_by_article(lambda log_probs, articles: [np.exp(-log_probs.mean())] * 2)
    Not yet: for articles [0, 0, 1], the result is not right; that is the perplexity of all tokens.
    """
    for number, articles in enumerate(([0, 0, 1], [0, 0, 0, 1, 2, 2], [1, 0, 1, 1, 2, 0, 2])):
        case = f"for articles {articles}"
        rng = np.random.default_rng(number)
        log_probs, numbers = np.log(rng.uniform(0.01, 0.5, len(articles))), np.array(articles)
        returned = call(function, case, log_probs.copy(), numbers.copy())
        result = array_from(returned, (max(articles) + 1,), case)
        parts = [log_probs[numbers == article] for article in range(max(articles) + 1)]
        nats = -np.array([part.mean() for part in parts])
        hints = [
            f"; {why}"
            for slip, why in (
                (np.full(len(parts), np.exp(-log_probs.mean())), "that is the perplexity of all "
                 "tokens"),
                (nats, "those are cross-entropies"),
                (np.exp([-part.sum() for part in parts]), "divide each sum by its tokens"),
                (np.exp([-part.sum() / len(log_probs) for part in parts]), "divide each sum by "
                 "the article's tokens, not by all"),
                ([np.mean(np.exp(-part)) for part in parts], "take the mean of the logarithms, "
                 "and then the exponential"),
                (np.exp(-nats), "the mean of logarithms is negative"),
                (np.sort(np.exp(nats)), "keep the order of the articles"),
            )
            if np.allclose(result, slip)
        ]  # fmt: skip
        require(
            np.allclose(result, np.exp(nats), rtol=1e-4),
            f"{case}, the result is not right{''.join(hints[:1])}",
        )


@prints_verdict
def check_mixture(function: Callable[[float, np.ndarray, np.ndarray], Any]) -> None:
    """Chapter 6: the logarithms of a mixture of two models' probabilities.

    Examples
    --------
    >>> check_mixture(lambda alpha, first, second: alpha * first + (1 - alpha) * second)
    Not yet: for alpha = 0.25 and two usual models, the result is not right; that mixes the \
logarithms, and the mixture is one of probabilities.
    """
    usual = np.log([[0.2, 0.01, 0.5], [0.1, 0.3, 0.001]])
    for alpha, logs, name in (
        (0.25, usual, "two usual models"),
        (0.9, usual, "two usual models"),
        (0.5, usual - 2000, "probabilities too small for a float"),
    ):
        case = f"for alpha = {alpha} and {name}"
        first, second = logs
        returned = call(function, case, alpha, first.copy(), second.copy())
        require(
            not np.isneginf(_as_numbers(returned)).any(),
            f"{case}, a logarithm is minus infinity; do not take the exponential of what is so "
            "small, or NumPy's logaddexp will help",
        )
        result = array_from(returned, first.shape, case)
        right = np.logaddexp(np.log(alpha) + first, np.log1p(-alpha) + second)
        hints = [
            f"; {why}"
            for slip, why in (
                (alpha * first + (1 - alpha) * second, "that mixes the logarithms, and the "
                 "mixture is one of probabilities"),
                (np.exp(right), "those are the probabilities; return their logarithms"),
                (np.logaddexp(np.log1p(-alpha) + first, np.log(alpha) + second), "the weights "
                 "are exchanged"),
                (np.logaddexp(first, second), "the weights have no effect"),
                (np.logaddexp(alpha + first, 1 - alpha + second), "the weights multiply the "
                 "probabilities; what does that mean for logarithms"),
            )
            if np.allclose(result, slip)
        ]  # fmt: skip
        require(np.allclose(result, right), f"{case}, the result is not right{''.join(hints[:1])}")


def _as_numbers(result: Any) -> np.ndarray:
    """Return a result as an array of floats, empty if it is none."""
    try:
        return np.asarray(result, float)
    except (TypeError, ValueError, OverflowError):
        return np.array([])
