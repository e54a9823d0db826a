"""Chapter 5, the Keras model."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
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
    size = "small" if number_from(answer) < expected else "large"
    require(
        answer == expected,
        f"your number is too {size}; count the weights and the biases of every layer",
    )


@prints_verdict
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
        result = np.asarray(call(function, case, np.array(probabilities), p))
        require(np.issubdtype(result.dtype, np.number), f"{case}, the result holds no numbers")
        order = np.argsort(probabilities)[::-1]
        number = 1 + int(np.searchsorted(np.cumsum(np.sort(probabilities)[::-1]), p - 1e-9))
        right = np.zeros(len(probabilities))
        right[order[:number]] = np.array(probabilities)[order[:number]]
        require(result.shape == right.shape, f"{case}, the result has shape {result.shape}")
        left = int(np.count_nonzero(result))
        require(left <= number, f"{case}, there should be fewer words left than {left}")
        require(left >= number, f"{case}, there should be more words left than {left}")
        require(
            np.array_equal(result > 0, right > 0),
            f"{case}, the most probable words should stay",
        )
        require(
            np.isclose(result.sum(), 1), f"{case}, the result sums to {result.sum():.3f}, not 1"
        )
        require(
            np.allclose(result, right / right.sum()),
            f"{case}, the words that are left should keep their proportions",
        )
