"""Chapter 11, the four questions."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lmbook_utils.exercises._answers import array_from, pair_from, refuse, require_close
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_word_dropout(function: Callable[[np.ndarray, float, int, Any], Any]) -> None:
    """Chapter 11: replace each id by that of the unknown word with a probability.

    Examples
    --------
    >>> check_word_dropout(lambda ids, rate, unknown, rng: ids)
    Not yet: at a rate of 0.3, about 3000 of 10000 ids should change; 0 did.
    """
    for rate, shape in ((0.3, (100, 100)), (0.05, (5000,)), (0.0, (20, 5)), (1.0, (7,))):
        ids = np.random.default_rng(9).integers(2, 50, shape)
        case = f"at a rate of {rate:g}"
        result = _dropped(function, case, ids, rate, seed=0)
        changed = result != ids
        require(
            bool((result[changed] == 1).all()), f"{case}, an id changed to another than `unknown`"
        )
        if ids.ndim == 2:
            whole = changed.all(axis=0).any() or changed.all(axis=1).any()
            require(not whole, f"{case}, each id should have a draw of its own")
        expected, spread = rate * ids.size, 5 * np.sqrt(ids.size * rate * (1 - rate))
        require(
            abs(int(changed.sum()) - expected) <= spread,
            f"{case}, about {expected:.0f} of {ids.size} ids should change; {changed.sum()} did",
        )
        again = np.array_equal(_dropped(function, case, ids, rate, seed=0), result)
        require(again, f"{case}, a generator of the same seed should drop the same ids")
        if 0 < rate < 1:
            same = np.array_equal(_dropped(function, case, ids, rate, seed=1), result)
            require(not same, f"{case}, a generator of another seed should drop other ids")


def _dropped(function: Callable, case: str, ids: np.ndarray, rate: float, seed: int) -> np.ndarray:
    given = ids.copy()
    result = call(function, case, given, rate, 1, np.random.default_rng(seed))
    require(np.array_equal(ids, given), f"{case}, the array that was given has changed")
    return array_from(result, ids.shape, case)


@prints_verdict
def check_early_stopping(function: Callable[[list[float], int], Any]) -> None:
    """Chapter 11: where training stops, and which evaluation's weights it keeps.

    Examples
    --------
    >>> check_early_stopping(lambda losses, patience: (len(losses) - 1, int(np.argmin(losses))))
    Not yet: for [3.0, 2.0, 2.5, 2.6, 1.0] and a patience of 2, training should stop earlier.
    """
    for losses, patience in (
        ([3.0, 2.0, 2.5, 2.6, 1.0], 2),
        ([3.0, 2.0, 1.5, 1.2], 1),
        ([2.0, 2.5, 1.9, 2.0, 2.1, 2.2], 2),
        ([3.0, 2.9, 3.1, 2.8, 3.2, 2.7], 2),
        ([1.0, 1.0, 1.0, 1.0], 2),
        ([1.0, 1.0, 0.9], 3),
    ):
        case = f"for {losses} and a patience of {patience}"
        result = call(function, case, list(losses), patience)
        pair = pair_from(result, "where it stops and the best, as places in the list", case)
        found, kept = (number_from(place, case) for place in pair)
        stop, best = _stop(losses, patience)
        turned = stop != best and (found, kept) == (best, stop)
        require(not turned, f"{case}, first comes where it stops, then the best")
        from_one = (found, kept) == (stop + 1, best + 1)
        require(not from_one, f"{case}, places in a list count from 0")
        require(found <= stop, f"{case}, training should stop earlier")
        require(found >= stop, f"{case}, training should go on for longer")
        require(kept == best, f"{case}, the weights of another evaluation should be kept")


def _stop(losses: list[float], patience: int) -> tuple[int, int]:
    """The places where training stops and of the best loss until then, the first of equal ones."""
    for place in range(patience, len(losses)):
        best = int(np.argmin(losses[: place + 1]))
        if place - best == patience:
            return place, best
    return len(losses) - 1, int(np.argmin(losses))


@prints_verdict
def check_best_rate(function: Callable[[dict[float, float]], Any]) -> None:
    """Chapter 11: the best learning rate of a grid, and whether the grid is wide enough.

    Examples
    --------
    >>> check_best_rate(lambda losses: (min(losses, key=losses.get), True))
    Not yet: for {0.1: 5.0, 1.0: nan, 0.01: 4.0}, the best rate lies at an end of the grid.
    """
    nan = float("nan")
    for losses in (
        {0.1: 5.0, 1.0: nan, 0.01: 4.0},
        {0.001: 5.0, 0.01: 4.5, 0.1: 4.0, 1.0: 6.0},
        {0.1: nan, 0.01: 4.0, 0.001: 4.2, 1.0: nan},
        {0.3: 4.0, 0.1: 4.1, 0.03: 4.2},
    ):
        case = f"for {losses}"
        result = call(function, case, dict(losses))
        rate, wide = pair_from(result, "the rate and whether the grid is wide enough", case)
        found = number_from(rate, case)
        finite = {rate: loss for rate, loss in losses.items() if not np.isnan(loss)}
        best = min(finite, key=finite.__getitem__)
        is_loss = np.isclose(found, finite[best])
        require(not is_loss, f"{case}, that is the best loss; asked for is its rate")
        require(bool(np.isclose(found, best)), f"{case}, another rate is the best")
        truth = isinstance(wide, bool | np.bool_)
        require(truth, f"{case}, the second result should be True or False; it was {wide!r}")
        inside = min(losses) < best < max(losses)
        why = ""
        if inside and best in (min(finite), max(finite)):
            why = "; a rate that fails (NaN) belongs to the grid, too"
        end = "inside" if inside else "at an end of"
        require(bool(wide) is inside, f"{case}, the best rate lies {end} the grid{why}")


@prints_verdict
def check_crossing(function: Callable[[Any, Any, Any], Any]) -> None:
    """Chapter 11: the number of tokens at which the second model becomes the better one.

    Examples
    --------
    >>> check_crossing(lambda tokens, first, second: 500)
    Not yet: for models that meet half-way between 10 and 1000 tokens on the logarithmic scale, \
your number is too large.
    """
    cases = (
        ("half-way between 10 and 1000", [10, 1000], [2.0, 2.0], [3.0, 1.0]),
        ("a quarter of the way from 100 to 10000", [1, 100, 10000], [5, 4, 4], [9, 5, 1]),
        ("a third of the way from 1000 to 10000", [1e3, 1e4, 1e5], [6, 5, 4], [7, 3, 2]),
    )
    for where, tokens, first, second in cases:
        case = f"for models that meet {where} tokens on the logarithmic scale"
        answer = call(function, case, *map(np.array, (tokens, first, second)))
        found = number_from(answer, case)
        gap = np.subtract(first, second)
        place = int(np.flatnonzero((gap[:-1] < 0) & (gap[1:] >= 0))[0])
        share = gap[place] / (gap[place] - gap[place + 1])
        low, high = tokens[place : place + 2]
        logarithm = np.log(low) + share * (np.log(high) - np.log(low))
        slips = [
            (logarithm, "that is the logarithm of the number"),
            (logarithm / np.log(10), "that is the logarithm of the number"),
            (low + share * (high - low), "the lines are straight for the logarithm of the tokens"),
            (low, "that is the last size at which the first model is better"),
            (high, "that is the first size at which the second model was seen to be better"),
        ]
        refuse(found, slips, case)
        require_close(found, np.exp(logarithm), case, tolerance=0.005)


@prints_verdict
def check_missed(function: Callable[..., Any]) -> None:
    """Chapter 11: what each of several means adds to all the others.

    Examples
    --------
    >>> check_missed(lambda loss_of, strengths, seeds: {})
    Not yet: the result should have a pair for each of L2, dropout, tied; it has none for L2.
    """
    strengths, seeds = {"L2": 0.1, "dropout": 0.5, "tied": 1.0}, [0, 1, 2]
    asked: Counter[tuple] = Counter()

    def loss_of(strengths: Mapping[str, float], seed: int) -> float:
        asked[tuple(sorted(strengths.items())), seed] += 1
        return _made_up_loss(strengths, seed)

    case = f"for {strengths}"
    given = dict(strengths), list(seeds)
    result = call(function, case, loss_of, *given)
    require(given == (strengths, seeds), f"{case}, what was given has changed; make copies")
    names = ", ".join(strengths)
    require(isinstance(result, Mapping), f"expected a dictionary; it was {result!r}")
    for name in strengths:
        there = name in result
        require(there, f"the result should have a pair for each of {names}; it has none for {name}")
    extra = [key for key in result if key not in strengths]
    require(not extra, f"the result should have a pair for each of {names}, and no others")
    for name in strengths:
        pair = pair_from(result[name], "the lowest and the highest", f"for {name}")
        low, high = (number_from(number, f"for {name}") for number in pair)
        _require_range(name, low, high, strengths, seeds)
    settings = len(seeds) * (len(strengths) + 1)
    require(
        asked.total() <= settings,
        f"{asked.total()} networks were trained, and {settings} are enough: that with all means "
        "serves for each comparison",
    )


def _made_up_loss(strengths: Mapping[str, float], seed: int) -> float:
    """A loss on which the seed has more effect than the means, which work against each other."""
    loss = 5 + [0.0, 1.7, 0.6][seed] - 0.5 * ("L2" in strengths) - 0.3 * ("dropout" in strengths)
    loss += 0.4 * ("L2" in strengths and "dropout" in strengths)
    return loss + [0.1, -0.05, 0.2][seed] * ("tied" in strengths)


def _require_range(
    name: str, low: float, high: float, strengths: Mapping[str, float], seeds: list[int]
) -> None:
    """Complain of a wrong range of what a means adds to the others."""

    def losses(names: set[str]) -> np.ndarray:
        return np.array([_made_up_loss(dict.fromkeys(names, 1.0), seed) for seed in seeds])

    every = set(strengths)
    everything, without = losses(every), losses(every - {name})
    added = without - everything
    case = f"for {name}"
    require(low <= high, f"{case}, the lowest should come first")
    usual = (
        (everything - without, "the sign is the other one: above 0 if the means is missed"),
        (losses(set()) - losses({name}), "that is what it does alone, and not beside the others"),
        (without, "those are losses, not differences of losses"),
        ([added.mean()], "that is the mean over the seeds, not the lowest and the highest"),
        (
            [without.min() - everything.max(), without.max() - everything.min()],
            "compare networks of the same seed with each other",
        ),
        (
            [without.min() - everything.min(), without.max() - everything.max()],
            "compare networks of the same seed with each other",
        ),
    )
    right = added.min(), added.max()
    for numbers, why in usual:
        wrong = min(numbers), max(numbers)
        slipped = np.allclose((low, high), wrong) and not np.allclose(wrong, right)
        require(not slipped, f"{case}, {why}")
    require_close(low, right[0], f"{case}, at the lowest")
    require_close(high, right[1], f"{case}, at the highest")
