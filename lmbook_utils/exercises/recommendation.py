"""Chapter 7, recommendation."""

from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_mean_reciprocal_rank(function: Callable[[Sequence[int], int], float]) -> None:
    """Chapter 7: MRR@k from ranks that count from 0.

    Examples
    --------
    >>> check_mean_reciprocal_rank(lambda ranks, k: np.mean(1 / (np.array(ranks) + 1)))
    Not yet: for ranks [0, 1, 4] and k = 2, the result is 0.567; places beyond k give 0.
    """
    for ranks, k in (([0], 20), ([1, 3], 20), ([0, 1, 4], 2), ([20, 30], 20)):
        expected = sum(1 / (rank + 1) for rank in ranks if rank < k) / len(ranks)
        result = number_from(call(function, f"for ranks {ranks} and k = {k}", ranks, k))
        uncut = sum(1 / (rank + 1) for rank in ranks) / len(ranks)
        hint = ""
        if np.isclose(result, uncut):
            hint = "; places beyond k give 0"
        elif np.isclose(result * sum(rank < k for rank in ranks), expected * len(ranks)):
            hint = "; divide by all steps, not only by the hits"
        require(
            np.isclose(result, expected),
            f"for ranks {ranks} and k = {k}, the result is {result:.3f}{hint}",
        )


@prints_verdict
def check_chance_recall(answer: float, films: int) -> None:
    """Chapter 7: recall@20 of a list that is drawn at random from so many films.

    Examples
    --------
    >>> check_chance_recall(0.05, 4777)
    Not yet: your number is too large.
    """
    number = number_from(answer)
    require(not np.isclose(number, 1 / films, rtol=0.01), "that is recall@1")
    size = "small" if number < 20 / films else "large"
    require(np.isclose(number, 20 / films, rtol=0.01), f"your number is too {size}")


@prints_verdict
def check_bpr(function: Callable[[float, Sequence[float]], float]) -> None:
    """Chapter 7: the BPR loss of one step, from the film's score and those of its negatives.

    Examples
    --------
    >>> check_bpr(lambda own, others: np.mean(np.log(1 + np.exp(np.subtract(own, others)))))
    Not yet: a film that beats its negatives by 5 costs more than one that loses.
    """
    ahead, behind = (
        number_from(call(function, f"for the score {own} and the negative 0", own, [0.0]))
        for own in (5.0, -5.0)
    )
    require(ahead < behind, "a film that beats its negatives by 5 costs more than one that loses")
    for own, others in ((0.0, [0.0]), (1.0, [0.0, 2.0]), (-2.0, [1.0, 0.5, -3.0])):
        result = number_from(call(function, f"for {own} and {others}", own, others))
        expected = np.mean(np.logaddexp(0, np.array(others) - own))
        hint = "; take the mean over the negatives" if len(others) > 1 else ""
        require(
            np.isclose(result, expected),
            f"for the score {own} and the negatives {others}, the result is {result:.3f}{hint}",
        )
