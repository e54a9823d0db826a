"""Chapter 7, semantic role labelling."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils._validation import is_whole
from lmbook_utils.exercises._mistakes import known_mistake
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_valid_sequences(answer: int) -> None:
    """Chapter 7: how many sequences of four tags O, B and I are permitted.

    Examples
    --------
    >>> check_valid_sequences(81)
    Not yet: those are all sequences; in some of them an I goes on nothing.
    """
    number = number_from(answer)
    sequences = ["".join(tags) for tags in itertools.product("OBI", repeat=4)]
    begun = [tags for tags in sequences if tags[0] != "I"]
    unbroken = [tags for tags in sequences if "OI" not in tags]
    for mistake, reason in (
        (sequences, "those are all sequences; in some of them an I goes on nothing"),
        (begun, "an I must not follow an O either"),
        (unbroken, "the first tag must not be an I either"),
    ):
        require(number != len(mistake), reason)
    right = sum("OI" not in tags for tags in begun)
    size = "small" if number < right else "large"
    require(number == right, f"{answer:g} is too {size}")


@prints_verdict
def check_decode(function: Callable[[list[str]], list[tuple[str, int, int]]]) -> None:
    """Chapter 7: the spans (label, start, end) of a permitted sequence of tags.

    Examples
    --------
    >>> check_decode(lambda tags: [])
    Not yet: for ['B-ARG0', 'I-ARG0', 'O'], the result is [].
    """
    cases = {
        "B-ARG0 I-ARG0 O": [("ARG0", 0, 2)],
        "O O": [],
        "O B-ARG1 O B-ARG2 I-ARG2 O": [("ARG1", 1, 2), ("ARG2", 3, 5)],
        "B-ARG1 B-ARG1 I-ARG1": [("ARG1", 0, 1), ("ARG1", 1, 3)],
        "O B-ARGM-TMP I-ARGM-TMP": [("ARGM-TMP", 1, 3)],
    }
    for text, expected in cases.items():
        tags = text.split()
        result = call(function, f"for {tags}", tags.copy())
        require(isinstance(result, list | tuple), f"for {tags}, expected a list; got {result!r}")
        for span in result:
            is_span = isinstance(span, list | tuple) and len(span) == 3
            is_span = is_span and all(is_whole(place) for place in span[1:])
            require(is_span, f"for {tags}, a span is (label, start, end); it was {span!r}")
        spans = [tuple(span) for span in result]
        hint = ""
        if spans == [(label, start, end - 1) for label, start, end in expected]:
            hint = "; the end is the place after the last token"
        elif spans == expected[:-1] and not text.endswith("O"):
            hint = "; a span may go on to the last token"
        elif spans == [("ARG1", 0, 3)]:
            hint = "; each B begins a span of its own"
        require(spans == expected, f"for {tags}, the result is {spans}{hint}")


@prints_verdict
def check_kappa(function: Callable[[Sequence[str], Sequence[str]], float]) -> None:
    """Chapter 7: Cohen's kappa of two annotators, from their labels of the same items.

    Examples
    --------
    >>> check_kappa(lambda one, other: np.mean([a == b for a, b in zip(one, other)]))
    Not yet: for aab and aaa, the result is 0.6667; that is the observed agreement, chance \
agreement included.
    """
    for one, other in (("aab", "aaa"), ("abab", "abba"), ("abcabc", "abccba"), ("aabb", "bbaa")):
        name = f"for {one} and {other}"
        result = number_from(call(function, name, list(one), list(other)))
        labels, n = {*one, *other}, len(one)
        observed = np.mean([a == b for a, b in zip(one, other, strict=True)])
        chance = sum(one.count(label) * other.count(label) for label in labels) / n**2
        pooled = sum((count / (2 * n)) ** 2 for count in Counter(one + other).values())
        expected = (observed - chance) / (1 - chance)
        hint = known_mistake(
            result,
            {
                "that is the observed agreement, chance agreement included": observed,
                "divide by what is left for agreement beyond chance": observed - chance,
                "the two annotators have shares of their own": (observed - pooled) / (1 - pooled),
                "by chance, frequent labels meet more often than rare ones": (
                    (observed - 1 / len(labels)) / (1 - 1 / len(labels))
                ),
            },
        )
        require(np.isclose(result, expected), f"{name}, the result is {result:.4g}{hint}")


@prints_verdict
def check_close_enough(
    function: Callable[[tuple[str, int, int], tuple[str, int, int]], bool],
) -> None:
    """Chapter 7: whether two spans have one label and share at least half of their union.

    Examples
    --------
    >>> check_close_enough(lambda guess, gold: guess[0] == gold[0])
    Not yet: for ('ARG0', 0, 2) and ('ARG0', 1, 3), the result is True; they share 1 of 3 tokens.
    """
    for label, guess, gold in (
        ("ARG0", (2, 5), (2, 5)),
        ("ARG1", (0, 4), (0, 4)),
        ("ARG0", (0, 2), (0, 4)),  # just half
        ("ARG0", (0, 2), (1, 3)),
        ("ARG0", (2, 3), (0, 4)),
        ("ARG0", (0, 4), (2, 3)),
        ("ARG0", (0, 3), (1, 4)),
        ("ARG0", (0, 1), (5, 6)),
        ("ARG0", (6, 9), (1, 3)),
    ):
        one, other = (label, *guess), ("ARG0", *gold)
        case = f"for {one} and {other}"
        result = call(function, case, one, other)
        is_verdict = isinstance(result, bool | np.bool_) or (
            isinstance(result, int) and result in (0, 1)
        )
        require(is_verdict, f"{case}, expected True or False; it was {result!r}")
        shared = len({*range(*guess)} & {*range(*gold)})
        union = len({*range(*guess)} | {*range(*gold)})
        hint = "; the labels differ" if label != "ARG0" else ""
        hint = hint or f"; they share {shared} of {union} tokens"
        right = label == "ARG0" and 2 * shared >= union
        require(bool(result) == right, f"{case}, the result is {bool(result)}{hint}")
