"""The page on words, pieces and characters in the appendix."""

from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require
from lmbook_utils.subwords import BPE, Pair, learn_bpe

_WORD_COUNTS = {"low": 5, "lower": 2, "newest": 6, "widest": 3}


@prints_verdict
def check_unknown_word(answer: float) -> None:
    """Appendix: bits per character of a word that is 1/8 ``<unk>`` and spelled at 2 to the -37.

    Examples
    --------
    >>> check_unknown_word(40)
    Not yet: that is what the whole word costs, not one of its characters.
    """
    number = number_from(answer)
    for wrong, why in (
        (40, "that is what the whole word costs, not one of its characters"),
        (40 / 7, "the blank is a character, too"),
        (37 / 8, "the choice of <unk> costs something, too"),
        (3 / 8, "the spelling costs something, too"),
        (5 * np.log(2), "those are nats; bits are logarithms to base 2"),
    ):
        require(not np.isclose(number, wrong, rtol=0.002), why)
    size = "small" if number < 5 else "large"
    require(np.isclose(number, 5, rtol=0.002), f"your number is too {size}")


@prints_verdict
def check_encode(function: Callable[[str, Sequence[Pair]], list[str]]) -> None:
    """Appendix: the pieces of a word from a list of merges.

    Examples
    --------
    >>> check_encode(lambda word, merges: [*word])
    Not yet: without merges, 'low' should be its characters and a blank; it was ['l', 'o', 'w'].
    """
    found = call(function, "without merges", "low", [])
    require(
        found == ["l", "o", "w", " "],
        f"without merges, 'low' should be its characters and a blank; it was {found!r}",
    )
    merges = learn_bpe(_WORD_COUNTS, merges=8).merges
    for word in ("low", "lowest", "wider", "esest"):
        found = call(function, f"for {word!r}", word, merges)
        require(isinstance(found, list), f"for {word!r}, expected a list; it was {found!r}")
        require(
            "".join(map(str, found)) == word + " ",
            f"the pieces of {word!r} should make the word and a blank; they were {found!r}",
        )
        require(found == BPE(merges).encode([word]), f"{found!r} are not the pieces of {word!r}")
