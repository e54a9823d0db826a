"""The checks of exercises: Chapter 10, outlook."""

from collections import Counter
from itertools import combinations, pairwise, permutations

import numpy as np
import pytest
from exercise_answers import CORRECT, said
from scipy import stats

from lmbook_utils import exercises


def energy(flops, peak, utilisation, watts, overhead):
    return flops / peak / utilisation / 3.6e6 * watts * overhead


def energy_by_steps(flops, peak, utilisation, watts, overhead):
    seconds = np.float32(flops / (utilisation * peak))
    return overhead * (watts / 1000) * (seconds / 3600)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (energy, CORRECT),
        (energy_by_steps, CORRECT),
        (lambda *a: round(energy(*a), 6), CORRECT),
        (lambda f, p, u, w, o: energy(f, p, u, w, 1), "the building takes its part"),
        (lambda f, p, u, w, o: energy(f, p, u, w, 1 / o), "more energy, not less"),
        (lambda f, p, u, w, o: energy(f, p, 1, w, o), "does not reach its peak"),
        (lambda f, p, u, w, o: energy(f, p, 1 / u, w, o), "takes longer"),
        (lambda *a: 1000 * energy(*a), "watt-hours"),
        (lambda *a: 3600 * energy(*a), "kilowatt-seconds"),
        (lambda *a: 60 * energy(*a), "3600 seconds"),
        (lambda *a: 3.6e6 * energy(*a), "watt-seconds"),
        (lambda *a: 0, "too small"),
        (lambda *a: "much", "expected a number"),
        (lambda *a: None, "expected a number"),
    ],
)
def test_the_energy_of_a_training(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_kilowatt_hours, function)


def exact_p(one, other, tolerance=1e-12, sides=1):
    values, divisions = np.concatenate([one, other]), []
    for chosen in combinations(range(len(values)), len(one)):
        rest = np.delete(values, chosen)
        divisions.append(values[list(chosen)].mean() - rest.mean())
    divisions, actual = np.array(divisions), one.mean() - other.mean()
    if sides == 2:
        divisions, actual = abs(divisions), abs(actual)
    return np.mean(divisions >= actual - tolerance)


def exact_p_by_orders(one, other):
    """Go through all orders, which count each division equally often."""
    total, k = sum(one) + sum(other), len(one)
    sums = [sum(order[:k]) for order in permutations([*one, *other])]
    means = [s / k - (total - s) / len(other) for s in sums]
    actual = sum(one) / k - sum(other) / len(other)
    return sum(mean >= actual - 1e-12 for mean in means) / len(means)


def exact_p_of_scipy(one, other):
    difference = lambda x, y: np.mean(x) - np.mean(y)  # noqa: E731
    return stats.permutation_test((one, other), difference, alternative="greater").pvalue


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (exact_p, CORRECT),
        (exact_p_by_orders, CORRECT),
        (exact_p_of_scipy, CORRECT),
        (lambda x, y: exact_p(x, y, sides=2), "of the other sign"),
        (lambda x, y: exact_p(x, y, tolerance=-1e-12), "as large counts, too"),
        (lambda x, y: exact_p(x, y, tolerance=0), "for [0.4, 0.6, 0.7] and"),
        (lambda x, y: exact_p(y, x), "counts the smaller differences"),
        (lambda x, y: 10 * exact_p(x, y), "a share is from 0 to 1"),
        (lambda x, y: 1 / 6, "for [0.1, 0.2] and"),
        (lambda x, y: stats.ttest_ind(x, y).pvalue, "your number is too small"),
        (lambda x, y: None, "expected a number"),
        (lambda x, y: np.nan, "expected a number"),
    ],
)
def test_the_exact_probability(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_exact_p, function)


def networks_needed(deviation, ratio, tests, *, lost=1, sides=2, effect=np.log):
    for number in range(2, 1000):
        quantile = stats.t.ppf(1 - 0.05 / sides / tests, number - lost)
        if quantile * deviation / number**0.5 < effect(ratio):
            return number
    return None


def networks_by_halving(deviation, ratio, tests):
    """Find the border by bisection, from intervals of SciPy."""
    few, enough = 1, 10_000
    while enough - few > 1:
        middle = (few + enough) // 2
        error = deviation / np.sqrt(middle)
        _, end = stats.t.interval(1 - 0.05 / tests, middle - 1, scale=error)
        few, enough = (few, middle) if np.exp(end) < ratio else (middle, enough)
    return np.int64(enough)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (networks_needed, CORRECT),
        (networks_by_halving, CORRECT),
        (lambda *a: float(networks_needed(*a)), CORRECT),
        (lambda d, r, t: networks_needed(d, r, 1), "a wider interval"),
        (lambda *a: networks_needed(*a, lost=-np.inf), "take Student's t"),
        (lambda *a: networks_needed(*a, sides=1), "two ends"),
        (lambda *a: networks_needed(*a, effect=lambda r: r - 1), "take the logarithm"),
        (lambda *a: networks_needed(*a) - 1, "still too wide"),
        (lambda *a: networks_needed(*a) + 1, "fewer are enough"),
        (lambda *a: networks_needed(*a) + 0.5, "too large"),
        (lambda *a: 3, "too small"),
        (lambda *a: None, "expected a number"),
    ],
)
def test_the_networks_that_are_needed(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_networks_needed, function)


def words_behind(sentences, one, other):
    pairs = Counter(pair for sentence in sentences for pair in pairwise(sentence))
    words = {second for first, second in pairs if first in (one, other)}
    n1, n2 = (sum(n for pair, n in pairs.items() if pair[0] == w) for w in (one, other))
    z = {}
    for word in words:
        a, b = pairs[one, word], pairs[other, word]
        p = (a + b) / (n1 + n2)
        z[word] = (a / n1 - b / n2) / np.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
    return z


def words_behind_by_chi_squared(sentences, one, other):
    """z is the root of chi-squared of a table of two rows and two columns."""
    behind = {one: [], other: []}
    for sentence in sentences:
        for place in range(len(sentence) - 1):
            behind.get(sentence[place], []).append(sentence[place + 1])
    z = Counter()
    for word in {*behind[one], *behind[other]}:
        table = np.array([[list_.count(word), len(list_)] for list_ in behind.values()])
        table[:, 1] -= table[:, 0]
        result = stats.chi2_contingency(table, correction=False)
        z[word] = np.sign(table[0, 0] - result.expected_freq[0, 0]) * np.sqrt(result.statistic)
    return z


def only_of_both(sentences, one, other):
    z = words_behind(sentences, one, other)
    return {word: z[word] for word in ("sat", "went")}


def shares(sentences, one, other, alone=False):
    pairs = Counter(pair for sentence in sentences for pair in pairwise(sentence))
    words = {second for first, second in pairs if first in (one, other)}
    result = {}
    for word in words:
        found = np.array([pairs[one, word], pairs[other, word]]) / (5, 4)
        spread = np.sqrt((found * (1 - found) / (5, 4)).sum()) if alone else 1
        result[word] = (found[0] - found[1]) / spread
    return result


def counting_the_end(sentences, one, other):
    return words_behind([[*sentence, "</s>"] for sentence in sentences], one, other)


def without_the_end(sentences, one, other):
    z = counting_the_end(sentences, one, other)
    return {word: z[word] for word in z if word != "</s>"}


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (words_behind, CORRECT),
        (words_behind_by_chi_squared, CORRECT),
        (lambda s, one, other: words_behind(s, other, one), "the sign is the other one"),
        (only_of_both, "'ran' stands behind one of the two, but is not in"),
        (shares, "not yet divided"),
        (lambda *a: shares(*a, alone=True), "take one share p"),
        (counting_the_end, "no '</s>' stands behind"),
        (without_the_end, "at a sentence's end"),
        (lambda *a: {**words_behind(*a), "and": 0.0}, "no 'and' stands behind"),
        (lambda *a: dict.fromkeys(words_behind(*a), 0.0), "too small"),
        (lambda *a: dict.fromkeys(words_behind(*a)), "for the word 'ran', expected a number"),
        (lambda *a: list(words_behind(*a)), "expected a dictionary"),
        (lambda *a: None, "expected a dictionary"),
    ],
)
def test_the_words_behind_two_others(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_words_behind, function)
