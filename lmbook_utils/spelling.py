"""What a text costs, whatever units a model predicts: in bits per character, spelling included.

A model of words does not say which word an ``<unk>`` was, and a model of characters or pieces does
not say which character. So nobody could restore the text from what such a model predicts. Here the
rest is paid for: an unknown word is spelled by a model of characters, and an unknown character is
one of all the others that Unicode has. What is paid for a text is then minus the logarithm of a
probability of its very characters, and models of all kinds can be compared.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral

import numpy as np

from lmbook_utils._validation import (
    array_of,
    finite_numbers,
    is_whole,
    list_of,
    require_callable,
    require_list,
    require_room,
    require_type,
    require_whole,
)
from lmbook_utils.ngram import NGramModel
from lmbook_utils.vocabulary import Vocabulary

UNICODE_CHARACTERS = 0x110000 - 0x800  # all code points but the surrogates, which are halves

Speller = Callable[[Sequence[str]], np.ndarray]  # unknown units → log-probabilities of spellings


def frequent_characters(word_counts: Mapping[str, int], min_count: int = 5) -> list[str]:
    """The characters that occur at least so often in words, in the order of Unicode.

    Parameters
    ----------
    word_counts
        Word → how often it occurs.
    min_count
        Rarer characters are left to the price of an unknown one.

    Raises
    ------
    ValueError
        If ``word_counts`` is no mapping.

    Examples
    --------
    >>> frequent_characters({"low": 5, "lower": 2}, min_count=3)
    ['l', 'o', 'w']
    """
    require_type(Mapping, word_counts=word_counts)
    require_list(str, word_counts=list(word_counts))
    require_list(Integral, word_counts=list(word_counts.values()))
    require_whole(1, min_count=min_count)
    counts: Counter[str] = Counter()
    for word, count in word_counts.items():
        for character in word:
            counts[character] += count
    return sorted(character for character, count in counts.items() if count >= min_count)


def unknown_character_log_prob(known: int) -> float:
    """Log-probability of one character among all of Unicode's but the ``known`` ones, in nats.

    Raises
    ------
    ValueError
        If ``known`` is no whole number from 0 and below the number of characters.

    Examples
    --------
    Some 20 bits, what it takes to write a million different numbers:

    >>> round(-unknown_character_log_prob(100) / math.log(2), 2)
    20.08
    """
    if not is_whole(known) or not 0 <= known < UNICODE_CHARACTERS:
        raise ValueError(
            f"known must be a whole number from 0 and below {UNICODE_CHARACTERS}; it was {known!r}"
        )
    return -math.log(UNICODE_CHARACTERS - known)


class SpellingModel:
    """A probability of each spelling: a Kneser–Ney model of the characters of words.

    The probabilities of all strings of Unicode's characters sum to 1. The end of a word is
    predicted as well, and a character that the model does not know costs what
    :func:`unknown_character_log_prob` says on top of the model's ``<unk>``.

    Parameters
    ----------
    characters
        Those that the model knows.
    order
        The length of its longest n-grams.

    Examples
    --------
    >>> model = SpellingModel("abn", order=2).fit(["banana", "nab", "ban"])
    >>> likely, unlikely = model.score(["bana", "nnnb"])
    >>> bool(likely > unlikely)
    True
    """

    def __init__(self, characters: Iterable[str], order: int = 6):
        if isinstance(characters, str):
            characters = list(characters)
        characters = list_of(str, characters=characters)
        if any(len(character) != 1 for character in characters):
            raise ValueError("characters must hold single characters; one was longer or shorter")
        if not characters or len(set(characters)) < len(characters):
            raise ValueError(
                "characters must differ from each other, at least one; they were "
                f"{characters!r:.80}"
            )
        self._vocabulary = Vocabulary(characters)
        known = len(self._vocabulary) - 4
        self._unknown = unknown_character_log_prob(known)
        self._model = NGramModel(order)

    def fit(self, words: Iterable[str]) -> "SpellingModel":
        """Learn from words, each as often as it is there; return the model itself.

        Raises
        ------
        ValueError
            If there is no word, or one is no string. Also if ``words`` is no list of strings.
        """
        words = list_of(str, words=words)
        if not words:
            raise ValueError("words must hold at least one word; there was none")
        self._model.fit(_spelled(words), self._vocabulary)
        return self

    def score(self, words: Iterable[str]) -> np.ndarray:
        """Log-probability of each word's spelling with its end, in nats, shape (words,).

        Raises
        ------
        ValueError
            If a word is no string, or the model was not fitted. Also if ``words`` is no list of
            strings.
        """
        words = list_of(str, words=words)
        spelled = _spelled(words)
        if not spelled:
            return np.zeros(0)
        log_probs = self._model.score(spelled)
        starts = np.cumsum([0, *(len(word) + 1 for word in spelled[:-1])])
        unknown = [sum(c not in self._vocabulary for c in word) for word in spelled]
        return np.add.reduceat(log_probs, starts) + np.array(unknown) * self._unknown


def spelling_log_probs(
    units: Sequence[str], vocabulary: Vocabulary, speller: Speller
) -> np.ndarray:
    """What is to be added to a model's log-probabilities for the spelling of what it calls <unk>.

    Parameters
    ----------
    units
        The words, pieces or characters of a text.
    vocabulary
        The model's.
    speller
        Gives the log-probabilities of unknown units, in nats.

    Returns
    -------
    ndarray, shape (units,)
        In nats; 0 for the units that the vocabulary has.

    Raises
    ------
    ValueError
        If ``units`` is no list of strings, ``vocabulary`` is no ``Vocabulary``, or ``speller`` is
        no function.

    Examples
    --------
    >>> digits = lambda words: np.array([-len(word) * np.log(10) for word in words])
    >>> spelling_log_probs(["in", "1984"], Vocabulary(["in"]), digits).round(2).tolist()
    [0.0, -9.21]
    """
    require_list(str, units=units)
    require_type(Vocabulary, vocabulary=vocabulary)
    require_callable(speller=speller)
    unknown = np.array([unit not in vocabulary for unit in units], bool)
    found = np.zeros(len(units))
    found[unknown] = speller([unit for unit in units if unit not in vocabulary])
    return found


def bits_per_character(log_probs: np.ndarray, spelling: np.ndarray, characters: int) -> float:
    r"""What a model needs for a character of a text, with the spelling of all that is unknown.

    Equation: :eq:`eq-bits-per-character`

    Parameters
    ----------
    log_probs
        The model's log-probability of each unit (of ``<unk>``, if it is unknown), ``</s>``
        included, in nats, shape (units,).
    spelling
        The log-probabilities of the spellings of unknown units, in nats; 0 for all others, as
        :func:`spelling_log_probs` gives them.
    characters
        How many the text has, blanks and ends of lines included.

    Returns
    -------
    float
        In bits per character.

    Raises
    ------
    ValueError
        If the shapes differ, or ``characters`` is no whole number from 1.

    Examples
    --------
    Three words of probability 1/16, the last of them unknown and spelled at 1/64, in 9 characters:

    >>> round(bits_per_character(np.log([1 / 16] * 3), np.log([1, 1, 1 / 64]), characters=9), 6)
    2.0
    """
    require_whole(1, characters=characters)
    log_probs, spelling = (
        finite_numbers("log_probs", log_probs),
        finite_numbers("spelling", spelling),
    )
    if log_probs.shape != spelling.shape:
        raise ValueError(
            "log_probs and spelling must have the same shape (units,); they had "
            f"{log_probs.shape} and {spelling.shape}"
        )
    return float(-(np.sum(log_probs) + np.sum(spelling)) / characters / math.log(2))


def number_of_characters(sentence: Sequence[str]) -> int:
    """The characters of a sentence with a blank between its words and an end of line.

    Raises
    ------
    ValueError
        If ``sentence`` is no list of strings.

    Examples
    --------
    >>> number_of_characters(["so", "it", "goes"]) == len("so it goes\\n")
    True
    """
    require_list(str, sentence=sentence)
    return max(1, sum(len(word) + 1 for word in sentence))


def spread_over_characters(
    log_probs: np.ndarray,
    units: Sequence[int] | np.ndarray,
    characters: Sequence[int] | np.ndarray,
) -> np.ndarray:
    """Give each character of a sentence an equal share of the sentence's log-probability.

    Models with different units have no tokens in common, but they have sentences and characters.
    On what this function returns, the measures per token of :mod:`lmbook_utils.metrics` are
    measures per character, their intervals and paired comparisons included.

    Parameters
    ----------
    log_probs
        Of the units of a text, spelling included, in nats, shape (units,).
    units, characters
        How many of each the sentences have, each of shape (sentences,).

    Returns
    -------
    ndarray, shape (characters,)
        In nats per character; the sum is that of ``log_probs``.

    Raises
    ------
    ValueError
        If the numbers of units do not sum to that of ``log_probs``, the two numbers of sentences
        differ, or one is no whole number from 1.

    Examples
    --------
    >>> spread_over_characters(np.array([-1.0, -2.0, -4.0]), [2, 1], [3, 2]).tolist()
    [-1.0, -1.0, -1.0, -2.0, -2.0]
    """
    log_probs = finite_numbers("log_probs", log_probs, "units")
    units, characters = array_of("units", units), array_of("characters", characters)
    for name, numbers in {"units": units, "characters": characters}.items():
        if not np.issubdtype(numbers.dtype, np.integer) or not numbers.size or numbers.min() < 1:
            raise ValueError(f"{name} must be whole numbers from 1, at least one; was {numbers}")
        require_room(**{name: numbers})
    if units.shape != characters.shape or units.sum() != len(log_probs):
        raise ValueError(
            "units must have a number for each sentence, as characters has, and sum to the length "
            f"of log_probs, {len(log_probs)}; they had the shapes {units.shape} and "
            f"{characters.shape}, and units summed to {units.sum()}"
        )
    sums = np.add.reduceat(log_probs, np.cumsum([0, *units[:-1]]))
    return np.repeat(sums / characters, characters)


def _spelled(words: list[str]) -> list[list[str]]:
    """Words as sentences of characters."""
    return [list(word) for word in words]
