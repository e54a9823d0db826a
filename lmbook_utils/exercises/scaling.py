"""Chapter 9, scaling out."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from lmbook_utils import compression
from lmbook_utils.exercises._answers import array_from, pair_from, refuse, require_close
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_all_reduce_seconds(function: Callable[[float, int, float], Any]) -> None:
    """Chapter 9: seconds of a ring all-reduce of P float32 numbers, K workers, b bits a second.

    Examples
    --------
    >>> check_all_reduce_seconds(lambda P, K, b: 4 * P / b)
    Not yet: for P = 1000000, K = 2 and b = 1000000000.0, a network's speed is in bits.
    """
    for P, K, b in ((1_000_000, 2, 1e9), (500, 1, 1e6), (125_000_000, 8, 1e10)):
        case = f"for P = {P}, K = {K} and b = {b}"
        number = number_from(call(function, case, P, K, b), case)
        expected = 8 * 4 * P * 2 * (K - 1) / K / b
        if K == 1:
            require(bool(np.isclose(number, 0)), f"{case}, there is nobody to send to")
            continue
        slips = (
            (expected / 8, "a network's speed is in bits"),
            (expected / 2, "adding up is half of the way, handing on the sums the other half"),
            (expected * K, "each turn sends one of K parts"),
        )
        refuse(number, slips, case)
        require_close(number, expected, case)


@prints_verdict
def check_quantise_row(function: Callable[[np.ndarray], Any]) -> None:
    """Chapter 9: whole numbers from -127 to 127 and the scale of one row of weights.

    Examples
    --------
    >>> check_quantise_row(lambda row: (np.rint(row), 1.0))
    Not yet: for [0.4, -1.0, 0.25], the largest of the whole numbers should be 127 or -127.
    """
    for row in ([0.4, -1.0, 0.25], [3.0, 0.01, -2.0, 0.0], [1e-4, -3e-5]):
        case = f"for {row}"
        result = call(function, case, np.array(row))
        whole, scale = pair_from(result, "the whole numbers and the scale", case)
        values = array_from(whole, (len(row),), case)
        require(np.array_equal(values, np.rint(values)), f"{case}, not all numbers are whole")
        require(
            np.abs(values).max() == 127,
            f"{case}, the largest of the whole numbers should be 127 or -127",
        )
        expected = compression.quantise(np.array([row]))
        number = number_from(scale, case)
        right = expected.scales[0, 0]
        require(
            not np.isclose(number, 1 / right, rtol=1e-3),
            f"{case}, the scale {number:g} is upside down: the whole numbers times the scale give "
            "the row",
        )
        require(
            bool(np.isclose(number, right, rtol=1e-3)),
            f"{case}, the whole numbers times the scale {number:g} do not give the row",
        )
        cut_off = np.array_equal(values, np.trunc(np.array(row) / right + 1e-4 * np.sign(row)))
        nearest = np.array_equal(values, expected.values[0])
        require(nearest or not cut_off, f"{case}, the digits were cut off and not rounded")
        require(nearest, f"{case}, a whole number is not the nearest")


@prints_verdict
def check_merge(function: Callable[[list[tuple[str, int]], list[tuple[str, int]]], Any]) -> None:
    """Chapter 9: merge two sorted lists of n-grams with their counts.

    Examples
    --------
    >>> check_merge(lambda a, b: sorted(a + b))
    Not yet: for [('a', 1), ('c', 2)] and [('b', 1), ('c', 3)], 'c' should be there once.
    """
    for one, other in (
        ([("a", 1), ("c", 2)], [("b", 1), ("c", 3)]),
        ([], [("x", 4)]),
        ([("a", 1), ("b", 1)], [("a", 1), ("b", 1)]),
        ([("z", 1)], [("a", 2), ("b", 5)]),
    ):
        case = f"for {one} and {other}"
        result = call(function, case, list(one), list(other))
        require(isinstance(result, list), f"{case}, the result should be a list")
        for pair in result:
            require(
                isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], str),
                f"{case}, the list should hold pairs of an n-gram and its count; one was {pair!r}",
            )
        counts = Counter(dict(one)) + Counter(dict(other))
        names = [name for name, _ in result]
        for name in counts:
            require(names.count(name) == 1, f"{case}, {name!r} should be there once")
        require(len(names) == len(counts), f"{case}, there is an n-gram that was in neither")
        require(names == sorted(names), f"{case}, the n-grams should be sorted")
        for name, count in result:
            right = number_from(count, case) == counts[name]
            require(right, f"{case}, the count of {name!r} is wrong")


@prints_verdict
def check_training_days(answer: float) -> None:
    """Chapter 9: days for 1e9 parameters and 2e10 tokens, 8 devices, 1e14 a second each, 40 %.

    Examples
    --------
    >>> check_training_days(100)
    Not yet: your number is too large.
    """
    number = number_from(answer)
    seconds = 6 * 1e9 * 2e10 / (8 * 1e14 * 0.4)
    expected = seconds / 86_400
    slips = (
        (seconds, "those are seconds"),
        (seconds / 3600, "those are hours"),
        (expected / 6, "a parameter takes more than one operation for each token"),
        (expected / 3, "those are the operations of the way forward only"),
        (expected * 8, "that is for one device"),
        (expected * 0.4, "that is at full speed, and only 40 per cent of it are reached"),
        (expected * 0.4**2, "the 40 per cent make the training longer, not shorter"),
    )
    refuse(number, slips, tolerance=0.01)
    size = "small" if number < expected else "large"
    require(bool(np.isclose(number, expected, rtol=0.01)), f"your number is too {size}")


@prints_verdict
def check_prune_and_train(function: Callable[..., Any]) -> None:
    """Chapter 9: prune a share of the weights, and train those that are left.

    Examples
    --------
    >>> check_prune_and_train(lambda weights, gradient, share, rate, steps: weights)
    Not yet: for a share of 0.5, 4 of 8 weights should be 0 at the end; 0 are.
    """
    curvature, best = _quadratic(np.random.default_rng(0))

    def gradient(weights: Any) -> np.ndarray:
        return (curvature @ (np.asarray(weights, float) - best).ravel()).reshape(2, 4)

    # The last of them is kept, and training takes it through 0
    start = np.array([[0.9, -0.1, 0.2, -1.2], [0.3, 1.1, -0.25, 0.35]])
    for share, rate, steps in ((0.5, 0.1, 6), (0.7, 0.05, 1)):
        case = f"for a share of {share}"
        given = start.copy()
        found = array_from(
            call(function, case, given, gradient, share, rate, steps), start.shape, case
        )
        require(np.array_equal(given, start), f"{case}, the array that was given has changed")
        pruned = compression.prune(start, share)
        dropped = pruned == 0
        zeros = int((found == 0).sum())
        require(
            zeros == dropped.sum(),
            f"{case}, {dropped.sum()} of {start.size} weights should be 0 at the end; {zeros} are",
        )
        require(
            bool((found[dropped] == 0).all()),
            f"{case}, other weights are 0 than those that were nearest to 0 before the training",
        )
        require(not np.allclose(found, pruned), f"{case}, the weights that are left have not moved")
        freely = _descend(start, gradient, np.ones_like(start), rate, steps)
        require(
            not np.allclose(found[~dropped], freely[~dropped]),
            f"{case}, all weights took part in the training, the pruned ones too; set them to 0 "
            "before it and after each step",
        )
        unmasked = _descend(pruned, gradient, np.ones_like(start), rate, steps)
        require(
            steps == 1 or not np.allclose(found[~dropped], unmasked[~dropped]),
            f"{case}, the pruned weights grew between the steps; set them to 0 after each",
        )
        right = _descend(pruned, gradient, (~dropped).astype(float), rate, steps)
        require(
            np.allclose(found, right),
            f"{case}, the weights that are left are others than after {steps} steps downhill",
        )


def _quadratic(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A loss whose gradient at one weight depends on all the others: curvature and minimum."""
    factor = rng.normal(size=(8, 8))
    best = np.array([[0.7, 0.8, -0.6, -0.9], [0.5, 0.8, 0.4, -0.8]])
    return np.eye(8) + 0.1 * factor @ factor.T, best


def _descend(
    weights: np.ndarray,
    gradient: Callable[[np.ndarray], np.ndarray],
    kept: np.ndarray,
    rate: float,
    steps: int,
) -> np.ndarray:
    for _ in range(steps):
        weights = kept * (weights - rate * gradient(weights))
    return weights
