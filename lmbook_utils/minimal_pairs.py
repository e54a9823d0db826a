"""Minimal pairs: two sentences that differ in one word, which makes one of them ungrammatical.

A model that has learnt the rule finds the grammatical sentence more probable (Linzen et al., 2016;
Marvin and Linzen, 2018; Warstadt et al., 2020). The pairs of this book were written for it, with
words that its vocabulary has; none is taken from those collections. They are in
``data/minimal_pairs.tsv``, one in a line: ``the city [is|are] the capital .``, the right word
first. Each pair of words stands in both orders equally often, so that a model which always
prefers the commoner word is right in half of the pairs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from lmbook_utils import forced_choice
from lmbook_utils._validation import array_of, require_callable, require_list, require_type
from lmbook_utils.forced_choice import Accuracy, SentenceScorer

PHENOMENA = {
    "agreement_adjacent": "the city [is|are] the capital of the province .",
    "agreement_after_phrase": "the history of the cities [is|are] not well known .",
    "agreement_after_clause": "the man who led the soldiers [was|were] born in rome .",
    "determiner_noun": "these [cities|city] became rich through trade .",
    "pronoun_case": "[they|them] were born in the same year .",
    "verb_form": "the city has [been|be] the capital since 1947 .",
}
"""What the pairs test, each with an example: the verb agrees with the noun before it, with a noun
before a phrase or a relative clause whose last noun has the other number; the noun agrees with its
determiner; subject and object forms of pronouns; the form of the verb after an auxiliary or "to".
"""

_PAIR = re.compile(
    r"(?P<before>[^\[\]|]*)\[(?P<good>[^\s\[\]|]+)\|(?P<bad>[^\s\[\]|]+)\](?P<after>[^\[\]|]*)"
)


@dataclass(frozen=True)
class MinimalPair:
    """A grammatical and an ungrammatical sentence, as lower-cased tokens.

    Attributes
    ----------
    phenomenon
        One of ``PHENOMENA``.
    good, bad
        The tokens; they differ in one.
    """

    phenomenon: str
    good: tuple[str, ...]
    bad: tuple[str, ...]

    @property
    def position(self) -> int:
        """The position of the token in which the sentences differ, from 0."""
        return next(i for i, w in enumerate(self.good) if w != self.bad[i])

    @property
    def contrast(self) -> tuple[str, str]:
        """The good and the bad token."""
        return self.good[self.position], self.bad[self.position]


def parse_pair(phenomenon: str, text: str) -> MinimalPair:
    """Read a pair that is written as one sentence with both words.

    Parameters
    ----------
    phenomenon
        What the pair tests.
    text
        Tokens with spaces between them; ``[good|bad]`` stands for the one that differs.

    Raises
    ------
    ValueError
        If ``text`` is not written like that, or both words are the same. Also if ``text`` is no
        string.

    Examples
    --------
    >>> pair = parse_pair("agreement_adjacent", "the cities [are|is] old .")
    >>> pair.bad
    ('the', 'cities', 'is', 'old', '.')
    >>> pair.contrast, pair.position
    (('are', 'is'), 2)
    """
    require_type(str, text=text)
    found = _PAIR.fullmatch(text)
    if not found or found["good"] == found["bad"]:
        raise ValueError(
            "text must be a sentence with two different words at one place, such as "
            f"'the cities [are|is] old .'; it was {text!r}"
        )
    good, bad = (
        tuple(f"{found['before']}{found[word]}{found['after']}".split()) for word in ("good", "bad")
    )
    return MinimalPair(phenomenon, good, bad)


@cache
def load_minimal_pairs() -> tuple[MinimalPair, ...]:
    """The minimal pairs of this book, 44 of each phenomenon.

    Examples
    --------
    >>> pairs = load_minimal_pairs()
    >>> len(pairs)
    264
    >>> " ".join(pairs[0].good)
    'the city is the capital of the province .'
    """
    file = resources.files("lmbook_utils") / "data" / "minimal_pairs.tsv"
    _, *lines = file.read_text(encoding="utf-8").splitlines()  # the first one names the columns
    return tuple(parse_pair(*line.split("\t")) for line in lines)


def prefers_good(score_sentences: SentenceScorer, pairs: Sequence[MinimalPair]) -> np.ndarray:
    """Say for each pair whether a model finds the grammatical sentence more probable.

    Parameters
    ----------
    score_sentences
        From tokenised sentences to the log-probability of each, its ``</s>`` included, in nats,
        shape (sentences,).
    pairs
        At least one.

    Returns
    -------
    ndarray of bool, shape (pairs,)
        False where both sentences are equally probable.

    Raises
    ------
    ValueError
        As :func:`lmbook_utils.forced_choice.chooses_good`. Also if ``pairs`` is no list of
        ``MinimalPair``, or ``score_sentences`` is no function.

    Examples
    --------
    >>> def likes_are(sentences):
    ...     return np.array([float("are" in sentence) for sentence in sentences])
    >>> pairs = [parse_pair("", "they [are|is] old ."), parse_pair("", "it [is|are] old .")]
    >>> prefers_good(likes_are, pairs).tolist()
    [True, False]
    """
    require_list(MinimalPair, pairs=pairs)
    require_callable(score_sentences=score_sentences)
    if not len(pairs):
        raise ValueError("pairs must hold at least one pair; there was none")
    good, bad = [pair.good for pair in pairs], [pair.bad for pair in pairs]
    return forced_choice.chooses_good(score_sentences, good, bad)


def accuracy_by_phenomenon(
    right: np.ndarray, pairs: Sequence[MinimalPair], confidence: float = 0.95
) -> dict[str, Accuracy]:
    """The accuracy on each phenomenon, with Wilson's interval.

    The interval takes the pairs for independent of each other. Pairs of one phenomenon that share
    most of their words are not quite, so that it is a little too narrow.

    Parameters
    ----------
    right
        What :func:`prefers_good` returns, shape (pairs,).
    pairs
        The same pairs.
    confidence
        The level, between 0 and 1.

    Returns
    -------
    dict of str to Accuracy
        In the order in which the phenomena come. Guessing gives 0.5.

    Raises
    ------
    ValueError
        If there is not one answer for each pair, or as :func:`lmbook_utils.forced_choice.accuracy`.
        Also if ``pairs`` is no list of ``MinimalPair``.

    Examples
    --------
    >>> pairs = [parse_pair("agreement", "they [are|is] old ."), parse_pair("case", "[i|me] am .")]
    >>> result = accuracy_by_phenomenon(np.array([True, False]), pairs)
    >>> {phenomenon: accuracy.share for phenomenon, accuracy in result.items()}
    {'agreement': 1.0, 'case': 0.0}
    """
    require_list(MinimalPair, pairs=pairs)
    right = array_of("right", right)
    if right.shape != (len(pairs),):
        raise ValueError(
            f"right must hold one answer for each of the {len(pairs)} pairs; its shape was "
            f"{right.shape}"
        )
    phenomena = np.array([pair.phenomenon for pair in pairs])
    return {
        phenomenon: forced_choice.accuracy(right[phenomena == phenomenon], confidence)
        for phenomenon in dict.fromkeys(phenomena.tolist())
    }
