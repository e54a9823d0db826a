"""Chapter 5, the Keras model."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lmbook_utils.exercises._answers import array_from
from lmbook_utils.exercises._mistakes import known_mistake
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require
from lmbook_utils.optimizers import warmup_cosine


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
    number = number_from(answer)
    mistakes = {
        "an LSTM layer has four of a simple layer": expected - 3 * lstm // 4,
        "the output layer has weights and biases": expected - (units * words + words),
        "the output layer has a bias, too": expected - words,
        "the LSTM has biases, too": expected - 4 * units,
        "the LSTM has one bias for each unit and gate, not two": expected + 4 * units,
        "the LSTM reads its own state, too": expected - 4 * units * units,
        "the embedding is learnt, too": expected - words * embedding,
    }
    hint = known_mistake(number, mistakes)
    size = "small" if number < expected else "large"
    require(
        number == expected,
        f"your number is too {size}{hint or '; count the weights and the biases of every layer'}",
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
        returned = call(function, case, np.array(probabilities), p)
        result = array_from(returned, (len(probabilities),), case)
        order = np.argsort(probabilities)[::-1]
        number = 1 + int(np.searchsorted(np.cumsum(np.sort(probabilities)[::-1]), p - 1e-9))
        right = np.zeros(len(probabilities))
        right[order[:number]] = np.array(probabilities)[order[:number]]
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


@prints_verdict
def check_unigram_bias(function: Callable[[np.ndarray], Any]) -> None:
    """Chapter 5: the output bias of an untrained network that predicts relative frequencies.

    Examples
    --------
    >>> check_unigram_bias(lambda counts: counts / counts.sum())
    Not yet: for the counts [2, 1, 1], softmax of the bias is not the relative frequencies; those \
are the frequencies themselves, and softmax will take the exponential.
    """
    for listed in ([2, 1, 1], [1, 9, 90], [5, 5, 5, 1]):
        case = f"for the counts {listed}"
        counts = np.array(listed)
        bias = array_from(call(function, case, counts.copy()), counts.shape, case)
        frequencies = counts / counts.sum()
        predicted = np.exp(bias - bias.max()) / np.exp(bias - bias.max()).sum()
        slips = (
            (frequencies, "those are the frequencies themselves, and softmax will take the"),
            (-np.log(frequencies), "the sign is wrong, so that rare words are predicted; no"),
            (np.log2(frequencies), "those are logarithms to base 2; not the inverse of the"),
        )
        hints = [f"; {why} exponential" for slip, why in slips if np.allclose(bias, slip)]
        require(
            np.allclose(predicted, frequencies, rtol=1e-4),
            f"{case}, softmax of the bias is not the relative frequencies{''.join(hints)}",
        )


@prints_verdict
def check_learning_rate(function: Callable[[int, int, float, int], float]) -> None:
    """Chapter 5: the rate of a step, with a linear warm-up and then a decline along a cosine.

    Examples
    --------
    >>> check_learning_rate(lambda step, steps, peak, warm_up: peak)
    Not yet: for step 0 of 30 with a warm-up of 10, the rate is 0.1 and too large.
    """
    for steps, peak, warm_up in ((30, 0.1, 10), (1500, 0.01, 500)):
        right = warmup_cosine(peak, steps, warm_up)
        middle = (warm_up + steps) // 2
        for step in (0, warm_up // 2, warm_up, middle, (warm_up + middle) // 2, steps - 1, steps):
            case = f"for step {step} of {steps} with a warm-up of {warm_up}"
            rate = number_from(call(function, case, step, steps, peak, warm_up))
            progress = (step - warm_up) / (steps - warm_up)
            falling = {
                "the decline is no straight line": peak * (1 - progress),
                "the decline begins when the warm-up ends": peak
                * (1 + np.cos(np.pi * step / steps))
                / 2,
                "the decline ends at the last step, not after as many as all steps": peak
                * (1 + np.cos(np.pi * (step - warm_up) / steps))
                / 2,
                "the cosine falls to -1, and the rate to 0": peak * np.cos(np.pi * progress),
            }
            hint = known_mistake(rate, falling) if step >= warm_up else ""
            size = "small" if rate < right(step) else "large"
            require(
                np.isclose(rate, right(step), rtol=1e-3, atol=1e-9),
                f"{case}, the rate is {rate:.4g} and too {size}{hint}",
            )
