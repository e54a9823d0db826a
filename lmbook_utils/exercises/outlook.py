"""Chapter 10: outlook."""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
from scipy import stats

from lmbook_utils.exercises._answers import refuse, require_close
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_kilowatt_hours(function: Callable[[float, float, float, float, float], float]) -> None:
    """Chapter 10: the energy of a training.

    Examples
    --------
    >>> check_kilowatt_hours(lambda flops, peak, utilisation, watts, overhead: 1e9)
    Not yet: for (7200000000000000.0, 1000000000000.0, 0.5, 500, 1.2), your number is too large.
    """
    for arguments in ((7.2e15, 1e12, 0.5, 500, 1.2), (3.6e18, 1e14, 0.25, 300, 1.5)):
        flops, peak, utilisation, watts, overhead = arguments
        expected = flops / (peak * utilisation) / 3.6e6 * watts * overhead
        case = f"for {arguments}"
        number = number_from(call(function, case, *arguments), case)
        slips = (
            (expected * 1000, "those are watt-hours"),
            (expected * 3600, "those are kilowatt-seconds"),
            (expected * 60, "an hour has 3600 seconds"),
            (expected * 3.6e6, "those are watt-seconds"),
            (expected / overhead, "the building takes its part, too"),
            (expected / overhead**2, "the building takes more energy, not less"),
            (expected * utilisation, "the device does not reach its peak"),
            (expected * utilisation**2, "a device that is used less takes longer"),
        )
        refuse(number, slips, case)
        require_close(number, expected, case)


@prints_verdict
def check_exact_p(function: Callable[[np.ndarray, np.ndarray], float]) -> None:
    """Chapter 10: the probability of a difference of means, over all divisions of the values.

    Examples
    --------
    >>> check_exact_p(lambda one, other: 0.0)
    Not yet: for [0.3, 0.4] and [0.1, 0.2], a difference that is as large counts, too.
    """
    for one, other in (
        ([3, 4], [1, 2]),
        ([1, 2], [3, 4]),  # one-sided
        ([1, 1], [1, 1, 1]),  # at least as large
        ([5, 6, 1], [2, 3]),
        ([4, 6, 7], [4, 4, 2]),  # equal but for rounding in some divisions
    ):
        tenths = [number / 10 for number in one], [number / 10 for number in other]
        case = f"for {tenths[0]} and {tenths[1]}"
        number = number_from(call(function, case, *map(np.array, tenths)), case)
        # In whole numbers: the difference of the means, times the sizes of both groups
        total = sum(one) + sum(other)
        sums = np.array([sum(chosen) for chosen in combinations([*one, *other], len(one))])
        differences = sums * len(other) - (total - sums) * len(one)
        actual = sum(one) * len(other) - sum(other) * len(one)
        expected = np.mean(differences >= actual)
        slips = [
            (np.mean(differences > actual), "a difference that is as large counts, too"),
            (
                np.mean(abs(differences) >= abs(actual)),
                "that counts differences of the other sign, too",
            ),
            (np.mean(differences <= actual), "that counts the smaller differences"),
        ]
        refuse(number, (slip for slip in slips if not np.isclose(slip[0], expected)), case)
        require(0 <= number <= 1, f"{case}, a share is from 0 to 1; it was {number:g}")
        require_close(number, expected, case)


@prints_verdict
def check_networks_needed(function: Callable[[float, float, int], int]) -> None:
    """Chapter 10: how many trainings show a ratio, among several tests.

    Examples
    --------
    >>> check_networks_needed(lambda deviation, ratio, tests: 2)
    Not yet: for a deviation of 0.4, the ratio 1.2 and 28 tests, your number is too small.
    """
    for deviation, ratio, tests in ((0.4, 1.2, 28), (0.063, 1.1, 28), (0.08, 1.05, 10)):
        case = f"for a deviation of {deviation}, the ratio {ratio} and {tests} tests"
        number = number_from(call(function, case, deviation, ratio, tests), case)
        effect, level = np.log(ratio), 0.025 / tests
        expected = _fewest(deviation, effect, level)
        slips = [
            (
                _fewest(deviation, effect, 0.025),
                "one test among several needs a wider interval than one alone",
            ),
            (
                _fewest(deviation, effect, level, lost=-np.inf),
                "the deviation was estimated, too, so take Student's t and not the normal",
            ),
            (_fewest(deviation, effect, 2 * level), "the interval has two ends"),
            (
                _fewest(deviation, ratio - 1, level),
                "the deviation is that of log-ratios, so take the logarithm of the ratio",
            ),
            (expected - 1, "with so many the interval is still too wide"),
            (expected + 1, "fewer are enough"),
        ]
        refuse(number, (slip for slip in slips if slip[0] != expected), case, tolerance=1e-9)
        require_close(number, expected, case, tolerance=0)


def _fewest(deviation: float, effect: float, level: float, lost: float = 1) -> int:
    """The fewest trainings that give an interval whose half is narrower than the effect.

    ``level`` is what lies beyond each end, ``lost`` how many degrees of freedom are fewer than the
    trainings.
    """
    number = 2
    while stats.t.ppf(1 - level, number - lost) * deviation / np.sqrt(number) >= effect:
        number += 1
    return number


@prints_verdict
def check_words_behind(function: Callable[[list[list[str]], str, str], Any]) -> None:
    """Chapter 10: how clearly each word stands behind one word more often than behind another.

    Examples
    --------
    >>> check_words_behind(lambda sentences, one, other: {})
    Not yet: the word 'ran' stands behind one of the two, but is not in the result.
    """
    sentences = [
        *(["he", "ran", "and", "he"], ["he", "ran"], ["so", "he", "sat"], ["he", "went"]),
        *(["she", "sat"], ["there", "she", "sat"], ["she", "smiled"], ["a", "man", "ran"]),
        *(["he", "ran", "home"], ["she", "went"]),
    ]
    given = [list(sentence) for sentence in sentences]
    result = call(function, "for ten sentences", given, "he", "she")
    require(isinstance(result, Mapping), f"expected a dictionary; it was {result!r}")
    behind = {"he": ["ran", "ran", "sat", "went", "ran"], "she": ["sat", "sat", "smiled", "went"]}
    words = sorted({*behind["he"], *behind["she"]})
    for word in words:
        there = word in result
        require(there, f"the word {word!r} stands behind one of the two, but is not in the result")
    others = result.keys() - set(words)
    require(not others, f"no {min(map(str, others), default='')!r} stands behind one of the two")
    counts = np.array([[behind[one].count(word) for one in ("he", "she")] for word in words])
    totals = counts.sum(axis=0)
    right = dict(zip(words, _z(counts, totals), strict=True))
    for word, row in zip(words, counts, strict=True):
        found = number_from(result[word], f"for the word {word!r}")
        shares = row / totals
        each_alone = np.sqrt((shares * (1 - shares) / totals).sum())
        slips = [
            (-right[word], "the sign is the other one: above 0 if it prefers the first word"),
            (shares[0] - shares[1], "that is the difference of the shares, not yet divided"),
            ((shares[0] - shares[1]) / each_alone, "take one share p for both words"),
            (
                _z(row, totals + np.array([1, 0]))[0],
                "a `he` at a sentence's end has no word behind it",
            ),
        ]
        slips = [slip for slip in slips if not np.isclose(slip[0], right[word])]
        refuse(found, slips, f"for the word {word!r}")
        require_close(found, right[word], f"for the word {word!r}")


def _z(counts: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """The z of two shares of words, shape (words,), from counts (words, 2) and totals (2,)."""
    counts = np.atleast_2d(counts)
    pooled = counts.sum(axis=1) / totals.sum()
    shares = counts / totals
    spread = np.sqrt(pooled * (1 - pooled) * (1 / totals).sum())
    return (shares[:, 0] - shares[:, 1]) / spread
