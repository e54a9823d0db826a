"""Chapter 1, concepts and n-grams."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from lmbook_utils import corpus
from lmbook_utils.exercises._verdicts import (
    call,
    number_from,
    prints_verdict,
    require,
    require_share,
)
from lmbook_utils.ngram import NGramModel
from lmbook_utils.vocabulary import BOS, EOS

_TOY = ("the cat sat", "the cat ran", "the dog sat", "a bird sang")


@prints_verdict
def check_toy_absolute(answer: float) -> None:
    """Chapter 1: p(sang | cat) on the toy sentences, by absolute discounting with D = 0.5.

    Examples
    --------
    >>> check_toy_absolute(0)
    Not yet: your number is too small; "sang" never followed "cat", but p(sang) is not 0.
    """
    number = number_from(answer)
    toy = [sentence.split() for sentence in _TOY]
    model = NGramModel(2, "absolute", discount=0.5).fit(toy)
    right = float(model.next_word_distribution(["cat"])[model.vocabulary_.encode(["sang"])[0]])
    size = "small" if number < right else "large"
    hint = (
        '"sang" never followed "cat", but p(sang) is not 0'
        if number < right
        else "what the discounts took is shared in proportion to p(w)"
    )
    require(np.isclose(number, right, atol=5e-5), f"your number is too {size}; {hint}")


@prints_verdict
def check_unseen_bigrams(answer: float) -> None:
    """Chapter 1: Good and Turing's estimate of how often a new bigram comes.

    Examples
    --------
    >>> check_unseen_bigrams(14)
    Not yet: a share is from 0 to 1; it was 14.
    """
    require_share(answer, _share_of_single_bigrams())


@prints_verdict
def check_continuation_probability(
    function: Callable[[Sequence[tuple[Hashable, Hashable]]], dict[Hashable, float]],
) -> None:
    """Chapter 1: the share of each word among the different bigrams that it ends.

    Examples
    --------
    >>> check_continuation_probability(lambda bigrams: {})
    Not yet: for [('new', 'york')], the words of the result are [] and not ['york'].
    """
    for bigrams in (
        [("new", "york")],
        [("new", "york"), ("new", "york"), ("the", "cat"), ("a", "cat")],
        [("a", "b"), ("b", "a"), ("a", "b"), ("c", "b"), ("a", "c"), ("b", "b")],
    ):
        case = f"for {bigrams}"
        result = call(function, case, list(bigrams))
        require(isinstance(result, dict), f"{case}, the result is no dictionary")
        ends = Counter(second for _, second in dict.fromkeys(bigrams))
        require(
            result.keys() == ends.keys(),
            f"{case}, the words of the result are {list(result)} and not {list(ends)}",
        )
        total = sum(number_from(share) for share in result.values())
        require(np.isclose(total, 1), f"{case}, the result sums to {total:.3f}, not 1")
        for word, count in ends.items():
            require(
                np.isclose(result[word], count / ends.total()),
                f"{case}, the share of {word!r} is not right; count each different bigram once",
            )


@cache
def _share_of_single_bigrams() -> float:
    """The share of the training tokens whose bigram comes once."""
    vocabulary = corpus.load_encoded().vocabulary
    counts = Counter(
        bigram
        for article in corpus.load_tokenized()["train"]
        for sentence in article
        for bigram in pairwise([BOS, *vocabulary.decode(vocabulary.encode(sentence)), EOS])
    )
    return sum(count == 1 for count in counts.values()) / counts.total()
