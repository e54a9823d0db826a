"""Chapter 1, concepts and n-grams."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from lmbook_utils import corpus, metrics
from lmbook_utils.exercises._answers import refuse
from lmbook_utils.exercises._mistakes import known_mistake
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
_TRAINING_LINES = (
    "the cat sat on the mat and the dog lay on the rug",
    "a small bird sang in the old tree by the pond",
    "the dog ran to the pond and drank",
    "in the old house a cat and a dog sat by the fire",
    "the bird ate the last of the bread on the mat",
    "no one knows where the small cat hid",
)
_TEST_LINES = ("the small dog sat by the tree", "a bird hid in the house")


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
    D, followers, after_cat = 0.5, 2, 2
    gamma = D * followers / after_cat
    counts = Counter(word for sentence in toy for word in [*sentence, EOS])
    tokens, types, words = counts.total(), len(counts), len(counts) + 1  # <unk> can come, too
    seen, taken = (1 - D) / tokens, D * types / tokens
    refuse(
        number,
        [
            (seen + taken / words, "that is p(sang); how much of it does the context leave"),
            (gamma / tokens, "p(sang) is discounted, too, and <unk> gets a share of that"),
            (gamma * seen, "p(sang) gets a part of what the discounts took from all words"),
            (gamma * (seen + taken), "what the discounts took is shared by all words"),
        ],
    )
    model = NGramModel(2, "absolute", discount=D).fit(toy)
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
    single, different, tokens = _single_bigrams()
    slips = [(single / different, "that is a share of the different bigrams; count tokens")]
    refuse(number_from(answer), slips, tolerance=2e-3)
    require_share(answer, single / tokens)


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


@prints_verdict
def check_bits_per_character(
    function: Callable[[int, Sequence[Sequence[str]], Sequence[Sequence[str]]], float],
) -> None:
    """Chapter 1: the bits per character of a Kneser–Ney model of letters, of a given order.

    Examples
    --------
    >>> check_bits_per_character(lambda order, train, test: 0.0)
    Not yet: for order 1, the result is 0, and not right.
    """
    train, test = ([line.split() for line in lines] for lines in (_TRAINING_LINES, _TEST_LINES))
    for order in (1, 2, 4):
        case = f"for order {order}"
        copies = [[sentence.copy() for sentence in part] for part in (train, test)]
        result = number_from(call(function, case, order, *copies))
        scores = _letter_scores(order, train, test, " ")
        right = metrics.bits_per_token(scores)
        by_words = NGramModel(order).fit(train).score(test)
        mistakes = {
            "those are nats": metrics.cross_entropy(scores),
            "that is the perplexity": 2**right,
            "those are bits per word": metrics.bits_per_token(by_words),
            "the blanks are letters, too": metrics.bits_per_token(
                _letter_scores(order, train, test, "")
            ),
            "the end of a sentence counts as one more character": right
            * len(scores)
            / (len(scores) - len(test)),
            "that is on the training text": metrics.bits_per_token(
                _letter_scores(order, train, train, " ")
            ),
        }
        hint = known_mistake(result, mistakes) or ", and not right"
        require(np.isclose(result, right, rtol=1e-3), f"{case}, the result is {result:.4g}{hint}")


def _letter_scores(
    order: int, train: list[list[str]], test: list[list[str]], between: str
) -> np.ndarray:
    """The log-probabilities of letters and ends of sentences, with a sign between two words."""
    train_letters, test_letters = (
        [list(between.join(sentence)) for sentence in part] for part in (train, test)
    )
    return NGramModel(order).fit(train_letters).score(test_letters)


@cache
def _single_bigrams() -> tuple[int, int, int]:
    """How many training bigrams come once, how many are different, how many there are."""
    vocabulary = corpus.load_encoded().vocabulary
    counts = Counter(
        bigram
        for article in corpus.load_tokenized()["train"]
        for sentence in article
        for bigram in pairwise([BOS, *vocabulary.decode(vocabulary.encode(sentence)), EOS])
    )
    return sum(count == 1 for count in counts.values()), len(counts), counts.total()
