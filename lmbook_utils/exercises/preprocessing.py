"""Chapter 4, preprocessing."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np

from lmbook_utils import batching, corpus, preprocessing
from lmbook_utils.datasets import load_news
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
    require(
        number.is_integer() and 0 < number < len(covered),
        f"a number of words is a whole number from 1 to {len(covered) - 1}; it was {answer}",
    )
    enough = 0.95 * covered[-1]
    require(
        covered[int(number)] >= enough,
        f"{answer} words cover less than 95% of the training tokens",
    )
    require(covered[int(number) - 1] < enough, f"{answer} words are enough, but so are fewer words")


@prints_verdict
def check_windows(function: Callable[[np.ndarray, int], tuple[Any, Any]]) -> None:
    """Chapter 4: cut a stream of ids into windows and the words that follow.

    Examples
    --------
    >>> check_windows(lambda ids, n: (ids, ids))
    Not yet: for ids [5, 6, 7] and n = 1, the inputs have the shape (3,) and not (2, 1).
    """
    for ids, n in (([5, 6, 7], 1), ([4, 9, 4, 8, 7, 6], 2), ([1, 2], 1), ([3, 5, 1, 4], 3)):
        case = f"for ids {ids} and n = {n}"
        result = call(function, case, np.array(ids), n)
        require(
            isinstance(result, tuple | list) and len(result) == 2,
            f"{case}, the result is not a pair of inputs and targets",
        )
        expected = batching.next_word_windows(np.array(ids), n)
        for name, found, right in zip(("inputs", "targets"), result, expected, strict=True):
            shape = np.shape(found)
            require(
                shape == right.shape,
                f"{case}, the {name} have the shape {shape} and not {right.shape}",
            )
            require(np.array_equal(found, right), f"{case}, some {name} are not the right ids")


@prints_verdict
def check_news_unknown_share(answer: float) -> None:
    """Chapter 4: what share of the tokens in the news is unknown?

    Examples
    --------
    >>> check_news_unknown_share(19)
    Not yet: a share is from 0 to 1; it was 19.
    """
    require_share(answer, _news_unknown_share())


@cache
def _covered_tokens() -> list[int]:
    """How many training tokens the n most frequent words cover, for n = 0, 1, 2, …"""
    articles = corpus.load_tokenized()["train"]
    counts = Counter(token for article in articles for s in article for token in s)
    return [0, *accumulate(count for _, count in counts.most_common())]


@cache
def _news_unknown_share() -> float:
    vocabulary = corpus.load_encoded().vocabulary
    ids = [
        vocabulary.encode(preprocessing.tokenize(sentence))
        for item in dict.fromkeys(load_news())
        for sentence in preprocessing.split_sentences(item)
    ]
    return float(np.mean(np.concatenate(ids) == vocabulary.unk_id))
