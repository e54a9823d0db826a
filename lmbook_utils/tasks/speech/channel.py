"""A recogniser that only pretends to hear: words go through a channel that confuses phones.

It needs no sound, and yet it has what recognition is about: words that sound alike, scores of how
well a word fits what was heard, and a language model that has to decide. Words come one by one
here, so nobody has to find out where one ends; real speech does not do that favour.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from lmbook_utils._validation import (
    require_below_one,
    require_list,
    require_sentences,
    require_type,
    require_whole,
)
from lmbook_utils.datasets.pronunciations import Pronunciation
from lmbook_utils.tasks.speech.lattice import Lattice
from lmbook_utils.tasks.speech.words import POSSESSIVE
from lmbook_utils.vocabulary import Vocabulary

PHONE_CLASSES = (
    "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split(),  # vowels
    "B D G K P T".split(),  # stops
    "DH F HH S SH TH V Z ZH".split(),  # fricatives
    "CH JH".split(),  # affricates
    "M N NG".split(),  # nasals
    "L R W Y".split(),  # approximants
)
"""Phones that are taken for each other: those of one class."""

_CLASS_OF = {phone: number for number, phones in enumerate(PHONE_CLASSES) for phone in phones}


class PhoneChannel:
    r"""A channel in which each phone may come out as another one of its class.

    Equation: :eq:`eq-phone-channel`

    .. math::
        \ln p(h \mid w) = \sum_j \ln
        \begin{cases} 1 - r & h_j = w_j \\ r / (n_j - 1) & \text{else} \end{cases}

    for the phones :math:`w_j` of a word, those that are heard :math:`h_j` of the same class, the
    rate of confusion :math:`r` and the size :math:`n_j` of the class. Of several pronunciations of
    a word the best counts.

    Parameters
    ----------
    vocabulary
        The words that may be heard.
    pronunciations
        Of at least these words.
    rate
        How often a phone is confused, from 0 and below 1.

    Raises
    ------
    ValueError
        If the rate is out of its range, or a word has no pronunciation. Also if ``vocabulary`` is
        no ``Vocabulary``, or ``pronunciations`` is no mapping.

    Examples
    --------
    >>> sounds = {"cat": (("K", "AE", "T"),), "cut": (("K", "AH", "T"),), "a": (("AH",),)}
    >>> channel = PhoneChannel(Vocabulary(sounds), sounds, rate=0.5)
    >>> channel.transmit(["cat"], seed=1)
    [('K', 'AE', 'P')]
    >>> {word: round(score, 2) for word, score in channel.candidates(("K", "AE", "P")).items()}
    {'cat': -3.69, 'cut': -6.33}
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        pronunciations: Mapping[str, tuple[Pronunciation, ...]],
        rate: float = 0.2,
    ):
        require_type(Vocabulary, vocabulary=vocabulary)
        require_type(Mapping, pronunciations=pronunciations)
        require_below_one(rate=rate)
        self.rate = rate
        self._sounds: dict[str, tuple[Pronunciation, ...]] = {}
        self._alike = defaultdict(list)  # classes of phones → words and pronunciations
        for word in vocabulary.tokens[4:]:
            sounds = POSSESSIVE if word == "'s" else pronunciations.get(word)
            if not sounds:
                raise ValueError(f"pronunciations must have each word; {word!r} has none")
            require_sentences(pronunciations=sounds)
            self._sounds[word] = sounds
            for phones in sounds:
                self._alike[_classes(phones)].append((word, phones))

    def transmit(self, words: Sequence[str], seed: int = 0) -> list[Pronunciation]:
        """Send words through the channel; return the phones that are heard of each.

        Raises
        ------
        ValueError
            If a word is not in the vocabulary. Also if ``words`` is no list of strings, or ``seed``
            is no whole number from 0.
        """
        require_list(str, words=words)
        require_whole(0, seed=seed)
        rng = np.random.default_rng(seed)
        return [self._confuse(self._usual(word), rng) for word in words]

    def _usual(self, word: str) -> Pronunciation:
        if word not in self._sounds:
            raise ValueError(f"words must be of the vocabulary; {word!r} is not in it")
        return self._sounds[word][0]

    def _confuse(self, phones: Pronunciation, rng: np.random.Generator) -> Pronunciation:
        heard = []
        for phone in phones:
            others = [other for other in PHONE_CLASSES[_CLASS_OF[phone]] if other != phone]
            heard.append(str(rng.choice(others)) if rng.random() < self.rate else phone)
        return tuple(heard)

    def log_prob(self, heard: Pronunciation, phones: Pronunciation) -> float:
        """The logarithm of the probability to hear one thing for another, in nats.

        Raises
        ------
        ValueError
            If ``heard`` is no list of strings, or ``phones`` is no list of strings.
        """
        require_list(str, heard=heard, phones=phones)
        return self._log_prob(heard, phones)

    def _log_prob(self, heard: Pronunciation, phones: Pronunciation) -> float:
        if _classes(heard) != _classes(phones):
            return -math.inf
        total = 0.0
        for one, other in zip(heard, phones, strict=True):
            size = len(PHONE_CLASSES[_CLASS_OF[other]])
            share = 1 - self.rate if one == other else self.rate / (size - 1)
            total += math.log(share) if share else -math.inf
        return total

    def candidates(self, heard: Pronunciation) -> dict[str, float]:
        """All words that may have been said, with their log-probabilities, the best first.

        Raises
        ------
        ValueError
            If ``heard`` is no list of strings.
        """
        require_list(str, heard=heard)
        scores: dict[str, float] = {}
        for word, phones in self._alike.get(_classes(heard), ()):
            score = self._log_prob(heard, phones)
            if score > scores.get(word, -math.inf):
                scores[word] = score
        return dict(sorted(scores.items(), key=lambda item: -item[1]))

    def lattice(self, heard: Sequence[Pronunciation], number: int = 50) -> Lattice:
        """The lattice of what was heard: at each place the words that it may have been.

        Parameters
        ----------
        heard
            The phones of each word; what no word of the vocabulary sounds like is skipped.
        number
            How many words at each place, at most.

        Raises
        ------
        ValueError
            If ``heard`` is no list of lists of strings, or ``number`` is no whole number from 1.
        """
        require_sentences(heard=heard)
        require_whole(1, number=number)
        words, starts, edges = [""], [0], []
        joint = 0  # the node between two places
        for place, phones in enumerate(heard):
            best = list(self.candidates(phones).items())[:number]
            if not best:
                continue
            after = len(words) + len(best)
            for node, (word, score) in enumerate(best, len(words)):
                words.append(word)
                starts.append(2 * place + 1)
                edges += [(joint, node, 0.0), (node, after, score)]
            words.append("")
            starts.append(2 * place + 2)
            joint = after
        return Lattice(tuple(words), tuple(starts), tuple(edges), first=0, last=joint)


def _classes(phones: Pronunciation) -> tuple[int, ...]:
    for phone in phones:
        if phone not in _CLASS_OF:
            raise ValueError(
                f"phones, heard or in pronunciations, must be among {', '.join(_CLASS_OF)}; one "
                f"was {phone!r}"
            )
    return tuple(_CLASS_OF[phone] for phone in phones)
