"""Chapter 7, question answering."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_smoothed(answer: float) -> None:
    """Chapter 7: the probability of "ant ant bee", smoothed after Dirichlet.

    Examples
    --------
    >>> check_smoothed(0.0)
    Not yet: smoothing leaves no word of the collection impossible.
    """
    ant, bee = (3 + 10 * 0.02) / (10 + 10), (0 + 10 * 0.01) / (10 + 10)
    number = number_from(answer)
    require(number != 0, "smoothing leaves no word of the collection impossible")
    require(0 < number <= 1, f"a probability is above 0 and at most 1; it was {answer}")
    once = bool(np.isclose(number, ant * bee, rtol=0.01))
    require(not once, '"ant" comes twice, and each time counts')
    size = "small" if number < ant * ant * bee else "large"
    require(bool(np.isclose(number, ant * ant * bee, rtol=0.01)), f"{number:.3g} is too {size}")


@prints_verdict
def check_token_f1(function: Callable[[str, str], float]) -> None:
    """Chapter 7: F1 of the words of a guess and of an answer, both already normalised.

    Examples
    --------
    >>> check_token_f1(lambda guess, answer: float(guess == answer))
    Not yet: for 'jim lovell' and 'lovell', the result is 0; the two share words.
    """
    for guess, answer in (
        ("jim lovell", "jim lovell"),
        ("jim lovell", "lovell"),
        ("in 1867", "30 march 1867"),
        ("10 10", "10"),
        ("rome", "paris"),
        ("", "paris"),
    ):
        name = f"for {guess!r} and {answer!r}"
        result = number_from(call(function, name, guess, answer))
        given, wanted = Counter(guess.split()), Counter(answer.split())
        common = sum((given & wanted).values())
        expected = 2 * common / (sum(given.values()) + sum(wanted.values()))
        hint = "; the two share words" if expected > 0 == result else ""
        if guess == "10 10":
            hint = "; a word that comes twice in one and once in the other is shared once"
        require(bool(np.isclose(result, expected)), f"{name}, the result is {result:.4g}{hint}")


@prints_verdict
def check_fusion(function: Callable[[Sequence[Sequence[str]], float], Sequence[str]]) -> None:
    """Chapter 7: unite several lists of passages by their reciprocal places, the best first.

    Examples
    --------
    >>> check_fusion(lambda lists, k: lists[0])
    Not yet: for [['a', 'b', 'c'], ['c', 'b', 'd']] with k = 60, the result is ['a', 'b', 'c'].
    """
    for lists, k, expected in (
        ([["a", "b"]], 60, "ab"),
        ([["a", "b", "c"], ["c", "b", "d"]], 60, "cbad"),
        ([["a", "b", "c"], ["d", "b", "e"]], 60, "badce"),
        ([["a", "b"], ["c", "d", "b"]], 0, "acbd"),
    ):
        name = f"for {lists} with k = {k}"
        result = call(function, name, [list(one) for one in lists], k)
        require(list(result) == list(expected), f"{name}, the result is {result!r}")
