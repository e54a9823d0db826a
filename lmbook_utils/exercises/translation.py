"""Chapter 7, machine translation."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise, permutations
from typing import SupportsFloat

import numpy as np

from lmbook_utils.exercises._answers import array_from, strings_from
from lmbook_utils.exercises._mistakes import known_mistake
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_em_step(answer: float) -> None:
    """Chapter 7: t(the | la) after one step of EM on two sentence pairs, without an empty word.

    Examples
    --------
    >>> check_em_step(0.5)
    Not yet: that is the probability that EM begins with.
    """
    number = number_from(answer)
    # "the" gets half of a count in the first pair and a whole one in the second; "house" half.
    the, house = 0.5 + 1.0, 0.5
    for mistake, reason in (
        (0.5, "that is the probability that EM begins with"),
        (the, 'that is the expected count of "the"; divide it by all the counts of "la"'),
        (house / (the + house), "that is t(house | la)"),
        (2 / 3, 'in the first pair, "the" has two words to choose from, and gives half to each'),
    ):
        require(not np.isclose(number, mistake, atol=5e-3), reason)
    require(0 <= number <= 1, f"a probability is from 0 to 1; it was {number:g}")
    expected = the / (the + house)
    size = "small" if number < expected else "large"
    require(bool(np.isclose(number, expected, atol=1e-3)), f"{number:.4g} is too {size}")


@prints_verdict
def check_clipped_precision(function: Callable[[Sequence[str], Sequence[str]], float]) -> None:
    """Chapter 7: the share of a translation's words that the reference has, each counted once.

    Examples
    --------
    >>> check_clipped_precision(lambda words, reference: np.mean([w in reference for w in words]))
    Not yet: for the translation 'la la la' of 'la maison', the result is 1; a word counts at \
most as often as the reference has it.
    """
    for translation, reference in (
        ("la maison", "la maison"),
        ("la la la", "la maison"),
        ("le livre est là", "voilà le livre"),
        ("la petite maison dans la rue", "la rue et la maison"),
        ("un deux", "trois"),
    ):
        case = f"for the translation {translation!r} of {reference!r}"
        own, theirs = translation.split(), reference.split()
        result = number_from(call(function, case, own.copy(), theirs.copy()))
        shared = (Counter(own) & Counter(theirs)).total()
        mistakes: dict[str, SupportsFloat] = {
            "a word counts at most as often as the reference has it": np.mean(
                [word in theirs for word in own]
            ),
            "divide by the words of the translation, not of the reference": shared / len(theirs),
            "a word that both have twice counts twice": len({*own} & {*theirs}) / len(own),
        }
        hint = known_mistake(result, mistakes)
        right = bool(np.isclose(result, shared / len(own), atol=1e-6))
        require(right, f"{case}, the result is {result:.4g}{hint}")


@prints_verdict
def check_attention_weights(function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
    """Chapter 7: a softmax over the places that are no padding.

    Examples
    --------
    >>> check_attention_weights(lambda scores, mask: np.exp(scores) / np.exp(scores).sum())
    Not yet: for the scores [0.0, 1.0, 5.0] and the mask [True, True, False], the place with \
padding has a weight.
    """
    for listed, kept in (
        ([0.0, 1.0, 5.0], [True, True, False]),
        ([2.0, 2.0], [True, True]),
        ([1000.0, 0.0, 1000.0], [True, True, True]),
        ([1000.0, 0.0, 1.0], [False, True, True]),
    ):
        scores, mask = np.array(listed), np.array(kept)
        case = f"for the scores {listed} and the mask {kept}"
        weights = array_from(call(function, case, scores.copy(), mask.copy()), mask.shape, case)
        require(not (weights[~mask] > 1e-9).any(), f"{case}, the place with padding has a weight")
        total = weights.sum()
        require(np.isclose(total, 1), f"{case}, the weights sum to {total:.4g}, and not to 1")
        powers = np.exp(scores[mask] - scores[mask].max())
        right = np.allclose(weights[mask], powers / powers.sum(), atol=1e-6)
        require(right, f"{case}, the weights are {weights.round(4).tolist()}")


# Log-probabilities of French words by the word before; any other pair of words has -9.
_PAIRS = {
    ("<s>", "dit"): -1.0,  # the best first word leads astray
    ("<s>", "le"): -2.0,
    ("le", "roi"): -0.5,
    ("le", "livre"): -1.0,
    ("roi", "lit"): -1.0,
    ("lit", "le"): -0.5,
    ("roi", "dit"): -1.5,
    ("livre", "</s>"): -0.5,
    ("roi", "</s>"): -2.0,
    ("dit", "</s>"): -2.5,
}


@prints_verdict
def check_best_order(
    function: Callable[[Sequence[str], Callable[[Sequence[str]], float]], Sequence[str]],
) -> None:
    """Chapter 7: the order of some words that a language model finds most probable.

    Examples
    --------
    >>> check_best_order(lambda words, log_prob: words)
    Not yet: for the words 'roi le', another order is more probable.
    """
    for text in ("roi le", "oui", "roi dit le", "livre le lit roi le"):
        words = text.split()
        case = f"for the words {text!r}"
        result = call(function, case, words.copy(), _log_prob)
        found = strings_from(result, case)
        same = Counter(found) == Counter(words)
        require(same, f"{case}, the result is {found}; each word must come as often as it is given")
        by_order = {order: _log_prob(order) for order in permutations(words)}
        value = by_order[tuple(found)]
        is_lowest = value == min(by_order.values()) < max(by_order.values())
        hint = "; every other one is" if is_lowest and len(words) > 2 else ""
        is_best = value == max(by_order.values())
        require(is_best, f"{case}, another order is more probable{hint}")


def _log_prob(words: Sequence[str]) -> float:
    return sum(_PAIRS.get(pair, -9.0) for pair in pairwise(["<s>", *words, "</s>"]))
