"""Chapter 7, recommendation."""

from collections.abc import Callable, Sequence
from typing import SupportsFloat

import numpy as np

from lmbook_utils.exercises._answers import array_from
from lmbook_utils.exercises._mistakes import known_mistake
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_chance_recall(answer: float, films: int) -> None:
    """Chapter 7: recall@20 of a list that is drawn at random from so many films.

    Examples
    --------
    >>> check_chance_recall(0.05, 4777)
    Not yet: your number is too large.
    """
    number, expected = number_from(answer), 20 / films
    for mistake, reason in (
        (1 / films, "that is recall@1"),
        (100 * expected, "give the share itself and not per cent"),
        (1 / expected, "that is one divided by the share"),
    ):
        require(not np.isclose(number, mistake, rtol=0.02), reason)
    size = "small" if number < expected else "large"
    require(bool(np.isclose(number, expected, rtol=0.02)), f"your number is too {size}")


@prints_verdict
def check_mean_reciprocal_rank(function: Callable[[Sequence[int], int], float]) -> None:
    """Chapter 7: MRR@k from ranks that count from 0.

    Examples
    --------
    >>> check_mean_reciprocal_rank(lambda ranks, k: np.mean(1 / (np.array(ranks) + 1)))
    Not yet: for ranks [0, 1, 4] and k = 2, the result is 0.567; places beyond k give 0.
    """
    for listed, k in (([0], 20), ([1, 3], 20), ([0, 1, 4], 2), ([20, 30], 20), ([9, 2, 3], 3)):
        case, ranks = f"for ranks {listed} and k = {k}", np.array(listed)
        result = number_from(call(function, case, ranks.copy(), k))
        hits = ranks[ranks < k]
        expected = np.sum(1 / (hits + 1)) / len(ranks)
        mistakes: dict[str, SupportsFloat] = {
            "places beyond k give 0": np.mean(1 / (ranks + 1)),
            "divide by all steps, not only by the hits": np.sum(1 / (hits + 1)) / max(1, len(hits)),
            "a rank of k is the first place that is not on the list": np.sum(
                1 / (ranks[ranks <= k] + 1)
            )
            / len(ranks),
            "that is the recall": len(hits) / len(ranks),
        }
        hint = known_mistake(result, mistakes)
        require(bool(np.isclose(result, expected)), f"{case}, the result is {result:.3f}{hint}")


@prints_verdict
def check_bpr(function: Callable[[float, Sequence[float]], float]) -> None:
    """Chapter 7: the BPR loss of one step, from the film's score and those of its negatives.

    Examples
    --------
    >>> check_bpr(lambda own, others: np.mean(np.log(1 + np.exp(np.subtract(own, others)))))
    Not yet: a film that beats its negatives by 5 costs more than one that loses.
    """
    ahead, behind = (
        number_from(call(function, f"for the score {own} and the negative 0", own, np.zeros(1)))
        for own in (5.0, -5.0)
    )
    require(ahead < behind, "a film that beats its negatives by 5 costs more than one that loses")
    for own, listed in ((0.0, [0.0]), (1.0, [0.0, 2.0]), (-2.0, [1.0, 0.5, -3.0])):
        case, others = f"for the score {own} and the negatives {listed}", np.array(listed)
        result = number_from(call(function, case, own, others.copy()))
        losses = np.logaddexp(0, others - own)
        mistakes = {
            "take the mean over the negatives": losses.sum(),
            "each negative is compared by itself; take the mean of the losses": np.logaddexp(
                0, np.mean(others) - own
            ),
            "take the natural logarithm": losses.mean() / np.log(2),
            "the logarithm is missing": np.mean(1 / (1 + np.exp(own - others))),
            "the logarithm is negative, and the loss is not": -losses.mean(),
        }
        hint = known_mistake(result, mistakes)
        right = np.isclose(result, losses.mean())
        require(right, f"{case}, the result is {result:.3f}{hint}")


@prints_verdict
def check_recall_by_stars(
    function: Callable[[np.ndarray, np.ndarray], tuple[float, float]],
) -> None:
    """Chapter 7: the recall for films with four stars or more, and with two or fewer.

    Examples
    --------
    >>> check_recall_by_stars(lambda hits, stars: (hits[stars > 4].mean(), hits[stars < 2].mean()))
    Not yet: for [5.0, 4.0, 2.0, 1.0, 3.0] stars, the recall for four or more is 1; four stars \
are among them.
    """
    for hits, stars in (
        ([True, False, False, False, True], [5.0, 4.0, 2.0, 1.0, 3.0]),
        ([1, 0, 0, 1, 1, 0, 1], [3.5, 4.5, 0.5, 2.5, 4.0, 2.0, 1.5]),
    ):
        case, found, given = f"for {stars} stars", np.array(hits), np.array(stars)
        answer = call(function, case, found.copy(), given.copy())
        numbers = array_from(answer, (2,), case)
        groups = (given >= 4, given > 4, "four or more"), (given <= 2, given < 2, "two or fewer")
        recalls = [found[rows].mean() for rows, _, _ in groups]
        exchanged = np.allclose(numbers, recalls[::-1])
        require(not exchanged, f"{case}, the two recalls are exchanged")
        for number, recall, (rows, strict, name) in zip(numbers, recalls, groups, strict=True):
            mistakes = {
                "divide by the steps of this group": found[rows].mean() * rows.mean(),
                "that is the group's share of the hits": found[rows].sum() / found.sum(),
                f"{name.split(' or ', maxsplit=1)[0]} stars are among them": found[strict].mean(),
            }
            hint = known_mistake(number, mistakes)
            right = np.isclose(number, recall)
            require(right, f"{case}, the recall for {name} is {number:.4g}{hint}")
