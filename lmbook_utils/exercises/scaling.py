"""Chapter 9, scaling out."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lmbook_utils import compression
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_all_reduce_seconds(function: Callable[[float, int, float], Any]) -> None:
    """Chapter 9: seconds of a ring all-reduce of P float32 numbers, K workers, b bits a second.

    Examples
    --------
    >>> check_all_reduce_seconds(lambda P, K, b: 4 * P / b)
    Not yet: for P = 1000000, K = 2 and b = 1000000000.0, your number is too small; a network's \
speed is in bits.
    """
    for P, K, b in ((1_000_000, 2, 1e9), (125_000_000, 8, 1e10), (500, 1, 1e6)):
        case = f"for P = {P}, K = {K} and b = {b}"
        number = number_from(call(function, case, P, K, b))
        expected = 8 * 4 * P * 2 * (K - 1) / K / b
        hint = "; a network's speed is in bits" if number < expected / 7 else ""
        size = f"small{hint}" if number < expected else "large"
        right = np.isclose(number, expected, rtol=1e-3, atol=1e-12)
        require(bool(right), f"{case}, your number is too {size}")


@prints_verdict
def check_quantise_row(function: Callable[[np.ndarray], Any]) -> None:
    """Chapter 9: whole numbers from -127 to 127 and the scale of one row of weights.

    Examples
    --------
    >>> check_quantise_row(lambda row: (np.rint(row), 1.0))
    Not yet: for [0.5, -1.0, 0.25], the largest of the whole numbers should be 127 or -127.
    """
    for row in ([0.5, -1.0, 0.25], [3.0, 0.01, -2.0, 0.0], [1e-4, -3e-5]):
        case = f"for {row}"
        result = call(function, case, np.array(row))
        require(
            isinstance(result, tuple) and len(result) == 2,
            f"{case}, the result should be two things, the whole numbers and the scale",
        )
        values, scale = np.asarray(result[0]), number_from(result[1])
        require(values.shape == (len(row),), f"{case}, there should be {len(row)} whole numbers")
        require(np.array_equal(values, np.rint(values)), f"{case}, not all numbers are whole")
        require(
            np.abs(values).max() == 127,
            f"{case}, the largest of the whole numbers should be 127 or -127",
        )
        expected = compression.quantise(np.array([row]))
        require(
            bool(np.isclose(scale, expected.scales[0, 0], rtol=1e-4)),
            f"{case}, the whole numbers times the scale {scale:g} do not give the row",
        )
        require(
            np.array_equal(values, expected.values[0]),
            f"{case}, a whole number is not the nearest",
        )


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
        expected: dict[str, int] = {}
        for ngram, count in one + other:
            expected[ngram] = expected.get(ngram, 0) + count
        names = [pair[0] for pair in result if isinstance(pair, tuple) and len(pair) == 2]
        require(len(names) == len(result), f"{case}, the list should hold pairs")
        for name in expected:
            require(names.count(name) == 1, f"{case}, {name!r} should be there once")
        require(len(names) == len(expected), f"{case}, there is an n-gram that was in neither")
        require(names == sorted(names), f"{case}, the n-grams should be sorted")
        require(dict(result) == expected, f"{case}, a count is wrong")


@prints_verdict
def check_training_days(answer: float) -> None:
    """Chapter 9: days for 1e9 parameters and 2e10 tokens, 8 devices, 1e14 a second each, 40 %.

    Examples
    --------
    >>> check_training_days(100)
    Not yet: your number is too large.
    """
    expected = 6 * 1e9 * 2e10 / (8 * 1e14 * 0.4) / 86_400
    number = number_from(answer)
    size = "small" if number < expected else "large"
    require(bool(np.isclose(number, expected, rtol=0.01)), f"your number is too {size}")
