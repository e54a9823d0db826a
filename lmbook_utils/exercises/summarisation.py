"""Chapter 7, summarisation."""

from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils._validation import is_whole
from lmbook_utils.exercises._answers import array_from
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
    shared, own, theirs = 1, 3, 5  # pairs: "parser is"; of the summary; of the reference
    precision, recall = shared / own, shared / theirs
    require(0 <= number <= 1, f"ROUGE is from 0 to 1; it was {answer}")
    for mistake, reason in (
        (0.8, "that is ROUGE-1; count pairs of words"),
        (precision, "that is the precision alone"),
        (recall, "that is the recall alone"),
        ((precision + recall) / 2, "F1 is not the mean of precision and recall"),
    ):
        require(not np.isclose(number, mistake, atol=0.004), reason)
    expected = 2 * precision * recall / (precision + recall)
    size = "small" if number < expected else "large"
    require(bool(np.isclose(number, expected, atol=0.002)), f"{number:.4g} is too {size}")


@prints_verdict
def check_rank_step(function: Callable[[np.ndarray, np.ndarray, float], np.ndarray]) -> None:
    """Chapter 7: one step of the power iteration, from ranks, weights and damping to new ranks.

    Examples
    --------
    >>> check_rank_step(lambda ranks, weights, d: (1 - d) / len(ranks) + d * ranks @ weights)
    Not yet: for 3 places, the new ranks sum to 2.756, not to 1: divide what a place gives by its \
total.
    """
    rng = np.random.default_rng(0)
    for n, d in ((3, 0.85), (5, 0.85), (4, 0.6)):
        case = f"for {n} places"
        weights = rng.integers(1, 4, (n, n)) * (1 - np.eye(n))
        ranks = rng.dirichlet(np.ones(n))
        result = array_from(call(function, case, ranks.copy(), weights.copy(), d), (n,), case)
        shares = weights / weights.sum(axis=1, keepdims=True)
        jumps = not np.allclose(result, 1 - d + d * ranks @ shares)
        require(jumps, f"{case}, the new ranks sum to {result.sum():.4g}: a jump leads anywhere")
        require(
            np.isclose(result.sum(), 1),
            f"{case}, the new ranks sum to {result.sum():.4g}, not to 1: divide what a place gives "
            "by its total",
        )
        require(
            not np.allclose(result, ranks @ shares),
            f"{case}, the jump to any place, with the probability 1 - d, is missing",
        )
        for damping, reason in (
            (1 - d, "d and 1 - d are exchanged"),
            (0.85, "the d of the argument is not used"),
        ):
            other = (1 - damping) / n + damping * ranks @ shares
            is_other = damping != d and np.allclose(result, other)
            require(not is_other, f"{case} and d = {d}, {reason}")
        off = np.abs(result - ((1 - d) / n + d * ranks @ shares)).max()
        require(off < 1e-6, f"{case}, a rank is off by {off:.3g}")


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
        [
            [1.0, 0.9, 0.2, 0.0, 0.5],
            [0.9, 1.0, 0.0, 0.1, 0.2],
            [0.2, 0.0, 1.0, 0.8, 0.5],
            [0.0, 0.1, 0.8, 1.0, 0.1],
            [0.5, 0.2, 0.5, 0.1, 1.0],
        ]
    )
    scores = np.array([0.9, 0.8, 0.6, 0.1, 0.78])
    # With 0 and 2 picked, the largest similarity leads to another sentence than mean or sum.
    for picked, trade_off in (([], 0.5), ([0], 0.5), ([0], 1.0), ([0, 2], 0.3), ([3, 1], 0.7)):
        case = f"with {picked} picked"
        i = call(function, case, scores.copy(), similarities.copy(), picked.copy(), trade_off)
        require(is_whole(i) and 0 <= i < 5, f"{case}, expected a place from 0 to 4; it was {i!r}")
        require(i not in picked, f"{case}, it picks {i} again")
        repeated = similarities[:, picked].max(axis=1) if picked else np.zeros(5)
        values = trade_off * scores - (1 - trade_off) * repeated
        values[picked] = -np.inf
        require(
            i == values.argmax(),
            f"{case} and a trade-off of {trade_off}, {i} is not the best; what repeats a picked "
            "sentence most counts, and the weights are the trade-off and the rest to 1",
        )


@prints_verdict
def check_conclusion_scores(function: Callable[[Sequence[str]], Sequence[float]]) -> None:
    """Chapter 7: scores that take the first sentences of the conclusion before all others.

    Examples
    --------
    >>> check_conclusion_scores(lambda sections: [1.0 * (s == "conclusion") for s in sections])
    Not yet: for ['abstract', 'abstract', 'introduction', 'conclusion', 'conclusion'], two \
sentences have the same score.
    """
    for short in ("AAICC", "AIIICCC", "AC", "CCAI", "AAI"):
        names = {"A": "abstract", "I": "introduction", "C": "conclusion"}
        sections = [names[letter] for letter in short]
        case = f"for {sections}"
        scores = array_from(call(function, case, sections.copy()), (len(sections),), case)
        distinct = len(np.unique(scores)) == len(scores)
        require(distinct, f"{case}, two sentences have the same score")
        order = np.argsort(-scores).tolist()
        expected = sorted(range(len(sections)), key=lambda i: (sections[i] != "conclusion", i))
        backwards = expected[::-1] == order
        require(not backwards, f"{case}, all is the wrong way round; a high score is taken first")
        last = [i for i in order if short[i] == "C"] == [i for i in expected if short[i] == "C"]
        require(last, f"{case}, a later sentence of the conclusion comes before an earlier one")
        require(
            order == expected,
            f"{case}, the order is not right; behind the conclusion, the text begins at its start",
        )
