"""Chapter 6, evaluation."""

from collections.abc import Callable

import numpy as np

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
        with np.errstate(all="ignore"):
            result = number_from(call(function, f"for {name}", probabilities))
        hint = (
            "; a product of so many probabilities is too small for a float, "
            "a sum of logarithms is not"
            if not np.isfinite(result)
            else ""
        )
        expected = np.exp(-np.mean(np.log(probabilities)))
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
    require(
        not np.isclose(number, np.log(5000), rtol=0.002),
        "that is the number of nats; bits are logarithms to base 2",
    )
    size = "small" if number < np.log2(5000) else "large"
    require(np.isclose(number, np.log2(5000), rtol=0.002), f"your number is too {size}")
