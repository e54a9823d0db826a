"""Chapter 7, summarisation."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lmbook_utils._validation import is_whole
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_rouge_2(answer: float) -> None:
    """Chapter 7: ROUGE-2 (F1) of a summary of four words against a reference of six.

    The summary is "the parser is small", the reference "the new parser is very small".

    Examples
    --------
    >>> check_rouge_2(0.8)
    Not yet: that is ROUGE-1; count pairs of words.
    """
    number = number_from(answer)
    require(0 <= number <= 1, f"ROUGE is from 0 to 1; it was {answer}")
    require(not np.isclose(number, 0.8, atol=0.002), "that is ROUGE-1; count pairs of words")
    require(not np.isclose(number, 1 / 3, atol=0.002), "that is the precision alone")
    require(not np.isclose(number, 1 / 5, atol=0.002), "that is the recall alone")
    size = "small" if number < 0.25 else "large"
    require(np.isclose(number, 0.25, atol=0.002), f"{number:.4g} is too {size}")


@prints_verdict
def check_rank_step(function: Callable[[np.ndarray, np.ndarray, float], np.ndarray]) -> None:
    """Chapter 7: one step of the power iteration, from ranks, weights and damping to new ranks.

    Examples
    --------
    >>> check_rank_step(lambda ranks, weights, d: (1 - d) / len(ranks) + d * ranks @ weights)
    Not yet: the new ranks sum to 2.756, not to 1: divide what a place gives by its total.
    """
    rng = np.random.default_rng(0)
    for n in (3, 5):
        weights = rng.integers(1, 4, (n, n)) * (1 - np.eye(n))
        ranks = rng.dirichlet(np.ones(n))
        result = _ranks_from(call(function, f"for {n} places", ranks, weights, 0.85), n)
        total = result.sum()
        require(
            np.isclose(total, 1),
            f"the new ranks sum to {total:.4g}, not to 1: divide what a place gives by its total",
        )
        shares = weights / weights.sum(axis=1, keepdims=True)
        require(
            not np.allclose(result, ranks @ shares),
            "the jump to any place, with the probability 1 - d, is missing",
        )
        expected = 0.15 / n + 0.85 * ranks @ shares
        off = np.abs(result - expected).max()
        require(off < 1e-6, f"for {n} places, a rank is off by {off:.3g}")


@prints_verdict
def check_next_sentence(
    function: Callable[[np.ndarray, np.ndarray, Sequence[int], float], int],
) -> None:
    """Chapter 7: the sentence that maximal marginal relevance picks next.

    The function gets scores, similarities, the places picked so far and the trade-off.

    Examples
    --------
    >>> check_next_sentence(lambda scores, similarities, picked, trade_off: scores.argmax())
    Not yet: with [0] picked, it picks 0 again.
    """
    similarities = np.array(
        [[1, 0.9, 0.2, 0.0], [0.9, 1, 0.3, 0.1], [0.2, 0.3, 1, 0.8], [0.0, 0.1, 0.8, 1]]
    )
    scores = np.array([0.9, 0.8, 0.6, 0.1])
    for picked, trade_off in (([], 0.5), ([0], 0.5), ([0], 1.0), ([0, 2], 0.3), ([3, 1], 0.7)):
        name = f"with {picked} picked"
        i = call(function, name, scores.copy(), similarities.copy(), list(picked), trade_off)
        require(is_whole(i) and 0 <= i < 4, f"{name}, expected a place from 0 to 3; it was {i!r}")
        require(i not in picked, f"{name}, it picks {i} again")
        values = trade_off * scores
        if picked:
            values = values - (1 - trade_off) * similarities[:, picked].max(axis=1)
        values[picked] = -np.inf
        require(
            i == values.argmax(),
            f"{name} and a trade-off of {trade_off}, {i} is not the best; what repeats a picked "
            "sentence most counts, and the weights are the trade-off and the rest to 1",
        )


def _ranks_from(answer: Any, n: int) -> np.ndarray:
    try:
        ranks = np.asarray(answer, float)
    except (TypeError, ValueError):
        ranks = np.zeros(0)
    require(ranks.shape == (n,), f"expected {n} numbers; the result was {answer!r:.60}")
    return ranks
