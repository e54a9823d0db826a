"""Chapter 4, preprocessing."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np

from lmbook_utils import batching, corpus, preprocessing
from lmbook_utils.datasets import load_news
from lmbook_utils.exercises._answers import array_from, pair_from, refuse
from lmbook_utils.exercises._verdicts import (
    call,
    number_from,
    prints_verdict,
    require,
    require_share,
)


@prints_verdict
def check_coverage(answer: int) -> None:
    """Chapter 4: how many words cover 95% of the training tokens?

    Examples
    --------
    >>> check_coverage(12)
    Not yet: 12 words cover less than 95% of the training tokens.
    """
    number = number_from(answer)
    covered = _covered_tokens()
    enough = 0.95 * covered[-1]
    require(
        number.is_integer() and 0 < number < len(covered),
        f"a number of words is a whole number from 1 to {len(covered) - 1}; it was {answer}",
    )
    require(
        covered[int(number)] >= enough,
        f"{answer} words cover less than 95% of the training tokens",
    )
    types = len(covered) - 1
    require(abs(number - 0.95 * types) > 1, "that covers 95% of the different words; count tokens")
    require(covered[int(number) - 1] < enough, f"{answer} words are enough, but so are fewer words")


@prints_verdict
def check_windows(function: Callable[[np.ndarray, int], tuple[Any, Any]]) -> None:
    """Chapter 4: cut a stream of ids into windows and the words that follow.

    Examples
    --------
    >>> check_windows(lambda ids, n: (ids, ids))
    Not yet: for ids [5, 6, 7] and n = 1 (the inputs), the result should have the shape (2, 1); \
it was (3,).
    """
    for ids, n in (([5, 6, 7], 1), ([4, 9, 4, 8, 7, 6], 2), ([1, 2], 1), ([3, 5, 1, 4], 3)):
        case = f"for ids {ids} and n = {n}"
        result = call(function, case, np.array(ids), n)
        pair = pair_from(result, "the inputs and the targets", case)
        expected = batching.next_word_windows(np.array(ids), n)
        for name, found, right in zip(("inputs", "targets"), pair, expected, strict=True):
            found = array_from(found, right.shape, f"{case} (the {name})")
            require(np.array_equal(found, right), f"{case}, some {name} are not the right ids")


@prints_verdict
def check_news_unknown_share(answer: float) -> None:
    """Chapter 4: what share of the tokens in the news is unknown?

    Examples
    --------
    >>> check_news_unknown_share(19)
    Not yet: a share is from 0 to 1; it was 19.
    """
    tokens, known = _news_tokens(), corpus.load_encoded().vocabulary.tokens
    of_tokens = float(np.mean(~np.isin(tokens, known)))
    of_types = float(np.mean(~np.isin(np.unique(tokens), known)))
    slips = [
        (of_types, "that is a share of the different words; count tokens"),
        (1 - of_tokens, "that is the share of the known words"),
    ]
    refuse(number_from(answer), slips)
    require_share(answer, of_tokens)


@prints_verdict
def check_heaps(function: Callable[[Sequence[str], int], tuple[float, float]]) -> None:
    """Chapter 4: Heaps' law, ``types = k * tokens ** beta``, fitted to the types after every step.

    Examples
    --------
    >>> check_heaps(lambda tokens, step: (1.0, 1.0))
    Not yet: for 40 tokens and a step of 5, beta is 1, and the line through the logarithms is less \
steep.
    """
    for length, step, kinds in ((40, 5, 30), (1000, 100, 60), (600, 20, 2000)):
        case = f"for {length} tokens and a step of {step}"
        rng = np.random.default_rng(length)
        tokens = [f"w{number}" for number in (kinds * rng.random(length) ** 2).astype(int)]
        pair = pair_from(call(function, case, tokens.copy(), step), "k and beta", case)
        k, beta = (number_from(number) for number in pair)
        sizes = np.arange(step, length + 1, step)
        types = np.array([len(set(tokens[:size])) for size in sizes])
        right_beta, log_k = np.polyfit(np.log(sizes), np.log(types), deg=1)
        right_k = np.exp(log_k)
        require(
            not np.allclose([k, beta], [right_beta, right_k], rtol=1e-3),
            f"{case}, k and beta are exchanged",
        )
        inverse = np.polyfit(np.log(types), np.log(sizes), deg=1)[0]
        in_order = np.polyfit(sizes, types, deg=1)[0]
        for slip, why in (
            (inverse, "beta is that of the tokens over the types"),
            (in_order, "that is the slope of the numbers, not of their logarithms"),
        ):
            require(not np.isclose(beta, slip, rtol=1e-3), f"{case}, {why}")
        steep = "less" if beta > right_beta else "more"
        require(
            np.isclose(beta, right_beta, rtol=2e-3),
            f"{case}, beta is {beta:.4g}, and the line through the logarithms is {steep} steep",
        )
        require(not np.isclose(k, log_k, rtol=1e-3), f"{case}, that is the logarithm of k")
        size = "small" if k < right_k else "large"
        require(np.isclose(k, right_k, rtol=5e-3), f"{case}, k = {k:.4g} is too {size}")


@cache
def _covered_tokens() -> list[int]:
    """How many training tokens the n most frequent words cover, for n = 0, 1, 2, …"""
    articles = corpus.load_tokenized()["train"]
    counts = Counter(token for article in articles for s in article for token in s)
    return [0, *accumulate(count for _, count in counts.most_common())]


@cache
def _news_tokens() -> np.ndarray:
    """The tokens of all different news items."""
    return np.array(
        [
            token
            for item in dict.fromkeys(load_news())
            for sentence in preprocessing.split_sentences(item)
            for token in preprocessing.tokenize(sentence)
        ]
    )
