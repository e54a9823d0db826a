"""The page on words, pieces and characters in the appendix."""

from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils.exercises._answers import refuse, strings_from
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
    choice, spelling, characters = np.log2(8), 37, len("axolotl ")
    whole = choice + spelling
    right = whole / characters
    slips = [
        (whole, "that is what the whole word costs, not one of its characters"),
        (whole / (characters - 1), "the blank is a character, too"),
        (spelling / characters, "the choice of <unk> costs something, too"),
        (choice / characters, "the spelling costs something, too"),
        (right * np.log(2), "those are nats; bits are logarithms to base 2"),
        ((1 / 8 + spelling) / characters, "1/8 is a probability; what does it cost"),
        (-right, "a cost is no negative number"),
        (2.0**-whole, "that is the probability of the word"),
    ]
    refuse(number, slips, tolerance=0.002)
    size = "small" if number < right else "large"
    require(np.isclose(number, right, rtol=0.002), f"your number is too {size}")


@prints_verdict
def check_encode(function: Callable[[str, Sequence[Pair]], list[str]]) -> None:
    """Appendix: the pieces of a word from a list of merges.

    Examples
    --------
    >>> check_encode(lambda word, merges: [*word])
    Not yet: without merges, 'low' should be its characters and a blank; it was ['l', 'o', 'w'].
    """
    found = strings_from(call(function, "without merges", "low", []), "without merges")
    require(
        found == ["l", "o", "w", " "],
        f"without merges, 'low' should be its characters and a blank; it was {found!r}",
    )
    merges = learn_bpe(_WORD_COUNTS, merges=8).merges
    for word in ("low", "lowest", "wider", "esest"):
        case = f"for {word!r}"
        found = strings_from(call(function, case, word, list(merges)), case)
        require(
            "".join(found) == word + " ",
            f"the pieces of {word!r} should make the word and a blank; they were {found!r}",
        )
        require(found == BPE(merges).encode([word]), f"{found!r} are not the pieces of {word!r}")
