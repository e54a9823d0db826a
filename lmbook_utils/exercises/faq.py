"""Chapter 11, the four questions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_early_stopping(function: Callable[[list[float], int], Any]) -> None:
    """Chapter 11: where training stops, and which evaluation's weights it keeps.

    Examples
    --------
    >>> check_early_stopping(lambda losses, patience: (len(losses) - 1, int(np.argmin(losses))))
    Not yet: for [3.0, 2.0, 2.5, 2.6, 1.0] and a patience of 2, training should stop earlier.
    """
    for losses, patience, stop, best in (
        ([3.0, 2.0, 2.5, 2.6, 1.0], 2, 3, 1),
        ([3.0, 2.0, 1.5, 1.2], 1, 3, 3),
        ([2.0, 2.5, 1.9, 2.0, 2.1, 2.2], 2, 4, 2),
        ([1.0, 1.0, 1.0], 2, 2, 0),
    ):
        case = f"for {losses} and a patience of {patience}"
        result = call(function, case, list(losses), patience)
        require(
            isinstance(result, tuple) and len(result) == 2,
            f"{case}, the result should be two places, where it stops and the best",
        )
        found, kept = (number_from(place) for place in result)
        require(found <= stop, f"{case}, training should stop earlier")
        require(found >= stop, f"{case}, training should go on for longer")
        require(kept == best, f"{case}, the weights of another evaluation should be kept")


@prints_verdict
def check_word_dropout(function: Callable[[np.ndarray, float, int, Any], Any]) -> None:
    """Chapter 11: replace each id by that of the unknown word with a probability.

    Examples
    --------
    >>> check_word_dropout(lambda ids, rate, unknown, rng: ids)
    Not yet: at a rate of 0.3, about 3000 of 10000 ids should change; 0 did.
    """
    for rate, seed in ((0.3, 0), (0.05, 1), (0.0, 2)):
        ids = np.random.default_rng(9).integers(2, 50, (100, 100))
        before = ids.copy()
        case = f"at a rate of {rate:g}"
        result = np.asarray(call(function, case, ids, rate, 1, np.random.default_rng(seed)))
        require(np.array_equal(ids, before), f"{case}, the array that was given has changed")
        require(result.shape == ids.shape, f"{case}, the shape should be {ids.shape}")
        changed = result != ids
        require(
            bool((result[changed] == 1).all()), f"{case}, an id changed to another than `unknown`"
        )
        whole_rows = changed.all(axis=1).any()
        require(not whole_rows, f"{case}, each id should have a draw of its own")
        expected, spread = rate * ids.size, 5 * np.sqrt(ids.size * rate * (1 - rate))
        require(
            abs(int(changed.sum()) - expected) <= spread,
            f"{case}, about {expected:.0f} of {ids.size} ids should change; {changed.sum()} did",
        )


@prints_verdict
def check_crossing(function: Callable[[Any, Any, Any], Any]) -> None:
    """Chapter 11: the number of tokens at which the second model becomes the better one.

    Examples
    --------
    >>> check_crossing(lambda tokens, first, second: float(np.mean(tokens)))
    Not yet: for models that meet half-way between 10 and 1000 tokens on the logarithmic scale, \
your number is too large.
    """
    cases = (
        ("half-way between 10 and 1000", [10, 1000], [2.0, 2.0], [3.0, 1.0]),
        ("a quarter of the way from 100 to 10000", [1, 100, 10000], [5, 4, 4], [9, 5, 1]),
    )
    for where, tokens, first, second in cases:
        case = f"for models that meet {where} tokens on the logarithmic scale"
        found = number_from(call(function, case, *map(np.array, (tokens, first, second))))
        gap = np.subtract(first, second)
        place = int(np.flatnonzero((gap[:-1] < 0) & (gap[1:] > 0))[0])
        share = -gap[place] / (gap[place + 1] - gap[place])
        logs = np.log(tokens[place : place + 2])
        expected = np.exp(logs[0] + share * (logs[1] - logs[0]))
        size = "small" if found < expected else "large"
        require(bool(np.isclose(found, expected, rtol=1e-3)), f"{case}, your number is too {size}")


@prints_verdict
def check_best_rate(function: Callable[[dict[float, float]], Any]) -> None:
    """Chapter 11: the best learning rate of a grid, and whether the grid is wide enough.

    Examples
    --------
    >>> check_best_rate(lambda losses: (min(losses, key=losses.get), True))
    Not yet: for {0.1: 5.0, 1.0: nan, 0.01: 4.0}, the best rate lies at an end of the grid.
    """
    nan = float("nan")
    for losses, best, inside in (
        ({0.1: 5.0, 1.0: nan, 0.01: 4.0}, 0.01, False),
        ({0.001: 5.0, 0.01: 4.5, 0.1: 4.0, 1.0: 6.0}, 0.1, True),
        ({0.1: nan, 0.01: 4.0, 0.001: 4.2, 1.0: nan}, 0.01, True),
        ({0.3: 4.0, 0.1: 4.1, 0.03: 4.2}, 0.3, False),
    ):
        case = f"for {losses}"
        result = call(function, case, dict(losses))
        require(
            isinstance(result, tuple) and len(result) == 2,
            f"{case}, the result should be the rate and whether the grid is wide enough",
        )
        require(result[0] == best, f"{case}, another rate is the best")
        end = "inside" if inside else "at an end of"
        require(bool(result[1]) is inside, f"{case}, the best rate lies {end} the grid")
