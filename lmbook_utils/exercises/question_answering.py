"""Chapter 7, question answering."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils.exercises._answers import strings_from
from lmbook_utils.exercises._mistakes import known_mistake
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_smoothed(answer: float) -> None:
    """Chapter 7: the probability of "ant ant bee", smoothed after Dirichlet.

    Examples
    --------
    >>> check_smoothed(0.0)
    Not yet: smoothing leaves no word of the collection impossible.
    """
    number = number_from(answer)
    require(number != 0, "smoothing leaves no word of the collection impossible")
    require(0 < number <= 1, f"a probability is above 0 and at most 1; it was {answer}")
    ant, bee = (3 + 10 * 0.02) / (10 + 10), (0 + 10 * 0.01) / (10 + 10)
    for mistake, reason in (
        (ant * bee, '"ant" comes twice, and each time counts'),
        (3 * ant**2 * bee, "the words come in this order, and in no other"),
        (8 * ant**2 * bee, "the words that smoothing adds make the passage longer"),
        (ant**2, '"bee" has a probability, too'),
    ):
        require(not np.isclose(number, mistake, rtol=0.01), reason)
    size = "small" if number < ant**2 * bee else "large"
    require(bool(np.isclose(number, ant**2 * bee, rtol=0.01)), f"{number:.3g} is too {size}")


@prints_verdict
def check_token_f1(function: Callable[[str, str], float]) -> None:
    """Chapter 7: F1 of the words of a guess and of an answer, both already normalised.

    Examples
    --------
    >>> check_token_f1(lambda guess, answer: 1.0 * (guess == answer))
    Not yet: for 'jim lovell' and 'lovell', the result is 0; the two share words.
    """
    for guess, answer in (
        ("jim lovell", "jim lovell"),
        ("jim lovell", "lovell"),
        ("in 1867", "30 march 1867"),
        ("10 10", "10"),
        ("10", "10 10 km"),
        ("rome", "paris"),
        ("", "paris"),
    ):
        case = f"for {guess!r} and {answer!r}"
        result = number_from(call(function, case, guess, answer))
        given, wanted = Counter(guess.split()), Counter(answer.split())
        common, total = (given & wanted).total(), given.total() + wanted.total()
        expected = 2 * common / total
        once = "a word that comes twice in one and once in the other is shared once"
        mistakes = {
            **({"the two share words": 0.0} if common else {}),
            "that is the precision": common / max(given.total(), 1),
            "that is the recall": common / wanted.total(),
            once: 2 * sum(word in wanted for word in given.elements()) / total,
            "count all words, not the different ones": 2 * common / (len(given) + len(wanted)),
        }
        hint = known_mistake(result, mistakes)
        require(bool(np.isclose(result, expected)), f"{case}, the result is {result:.4g}{hint}")


@prints_verdict
def check_fusion(function: Callable[[Sequence[Sequence[str]], float], Sequence[str]]) -> None:
    """Chapter 7: unite several lists of passages by their reciprocal places, the best first.

    Examples
    --------
    >>> check_fusion(lambda lists, k: lists[0])
    Not yet: for [['a', 'b', 'c'], ['c', 'b', 'd']] with k = 60, the result is ['a', 'b', 'c']; \
each passage of a list must come once.
    """
    for lists, k in (
        ([["a", "b"]], 60),
        ([["a", "b", "c"], ["c", "b", "d"]], 60),
        ([["a", "b", "c"], ["d", "b", "e"]], 60),
        ([["a", "b"], ["c", "d", "b"]], 0),
        ([["a", "b", "c"], ["b", "c"], ["d", "a"]], 1),
    ):
        case = f"for {lists} with k = {k}"
        result = call(function, case, [one.copy() for one in lists], k)
        found, expected = strings_from(result, case), _fused(lists, k)
        hint = ""
        if sorted(found) != sorted(expected):
            hint = "; each passage of a list must come once"
        elif found == expected[::-1]:
            hint = "; the best comes first"
        require(found == expected, f"{case}, the result is {found!r}{hint}")


@prints_verdict
def check_within_article(
    function: Callable[[np.ndarray, np.ndarray, str], np.ndarray],
) -> None:
    """Chapter 7: the scores of all passages, with minus infinity outside of one article.

    Examples
    --------
    >>> check_within_article(lambda scores, titles, article: scores * (titles == article))
    Not yet: for the scores [3.0, 1.0, 2.0], a passage of another article has the score 0; one \
of this article may have less.
    """
    for listed, names, article in (
        ([3.0, 1.0, 2.0], ["Ant", "Bee", "Ant"], "Bee"),
        ([-4.0, -1.5, -2.0, -9.0], ["Ant", "Antarctica", "Bee", "Ant"], "Ant"),
        ([0.5, 2.5], ["Ant", "Ant"], "Ant"),
    ):
        case, titles = f"for the scores {listed}", np.array(names)
        given = np.array(listed)
        result = call(function, case, given, titles.copy(), article)
        kept = np.array(listed) == given
        require(bool(kept.all()), f"{case}, the function has changed the scores that it was given")
        values = result.tolist() if isinstance(result, np.ndarray) else result
        is_list = isinstance(values, list | tuple) and len(values) == len(listed)
        require(is_list, f"{case}, expected {len(listed)} numbers; it was {result!r}")
        for value, score, title in zip(values, listed, names, strict=True):
            number = number_from(value)
            if title == article:
                same = bool(np.isclose(number, score))
                require(same, f"{case}, a passage of the article has the score {number:g}")
                continue
            require(
                number == -np.inf,
                f"{case}, a passage of another article has the score {number:g}; one of this "
                "article may have less",
            )


def _fused(lists: Sequence[Sequence[str]], k: float) -> list[str]:
    sums: dict[str, float] = {}
    for one in lists:
        for place, passage in enumerate(one, start=1):
            sums[passage] = sums.get(passage, 0.0) + 1 / (k + place)
    return sorted(sums, key=sums.__getitem__, reverse=True)
