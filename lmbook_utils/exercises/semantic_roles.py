"""Chapter 7, semantic role labelling."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

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
    right = sum(
        "".join(tags)[0] != "I" and "OI" not in "".join(tags)
        for tags in itertools.product("OBI", repeat=4)
    )
    require(number != 81, "those are all sequences; in some of them an I goes on nothing")
    size = "small" if number < right else "large"
    require(number == right, f"{answer:g} is too {size}")


@prints_verdict
def check_kappa(function: Callable[[Sequence[Any], Sequence[Any]], float]) -> None:
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
        observed = np.mean([a == b for a, b in zip(one, other, strict=True)])
        chance = sum(one.count(label) * other.count(label) for label in "abc") / len(one) ** 2
        expected = (observed - chance) / (1 - chance)
        is_observed = np.isclose(result, observed) and not np.isclose(observed, expected)
        hint = "; that is the observed agreement, chance agreement included" if is_observed else ""
        require(np.isclose(result, expected), f"{name}, the result is {result:.4g}{hint}")


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
        "B-ARG1 B-ARG1 I-ARG1": [("ARG1", 0, 1), ("ARG1", 1, 3)],
        "O B-ARGM-TMP I-ARGM-TMP": [("ARGM-TMP", 1, 3)],
    }
    for text, expected in cases.items():
        tags = text.split()
        result = call(function, f"for {tags}", tags)
        require(isinstance(result, list | tuple), f"for {tags}, expected a list; got {result!r}")
        spans = [tuple(span) if isinstance(span, list | tuple) else span for span in result]
        hint = ""
        if spans and expected and spans != expected:
            last = spans[-1]
            if isinstance(last, tuple) and last == (*expected[-1][:2], expected[-1][2] - 1):
                hint = "; the end is the place after the last token"
        require(spans == expected, f"for {tags}, the result is {spans}{hint}")
