"""Real sentences and corrupted ones: does a language model find out which is which?

A corrupted sentence has as many tokens as the real one, and words that are as common, so that
neither its length nor its words alone give it away. It is only likely to be worse: "old grey
stones" and "grey old stones" are both English, so that even a perfect model stays below 100 %.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import (
    require_callable,
    require_list,
    require_sentences,
    require_type,
    require_whole,
)
from lmbook_utils.vocabulary import SPECIAL_TOKENS, Vocabulary

_RANKS_APART = 0.1  # by Zipf's law, words whose ranks are 10 % apart are about as frequent


class CorruptedSentence(NamedTuple):
    """A real sentence (its place among those given, and its tokens), and the corrupted one."""

    index: int  # type: ignore[assignment]  # hides the method of tuples, which is not needed
    real: list[str]
    corrupted: list[str]


def swap_neighbours(
    sentence: Sequence[str], vocabulary: Vocabulary, rng: np.random.Generator
) -> list[str] | None:
    """Swap two neighbouring words, drawn at random.

    Only words that are in the vocabulary are swapped, and no punctuation: two unknown words look
    the same to a model, and a full stop before the last word is too easy to find.

    Parameters
    ----------
    sentence
        The tokens.
    vocabulary
        The words that the model knows.
    rng
        Draws the place.

    Returns
    -------
    list of str or None
        ``None`` where there are no two words to swap.

    Raises
    ------
    ValueError
        If ``sentence`` is no list of strings, ``vocabulary`` is no ``Vocabulary``, or ``rng`` is no
        ``Generator``.

    Examples
    --------
    >>> vocabulary = Vocabulary(["the", "dog", "barks", "."])
    >>> swap_neighbours(["the", "dog", "."], vocabulary, np.random.default_rng(0))
    ['dog', 'the', '.']
    """
    require_list(str, sentence=sentence)
    require_type(Vocabulary, vocabulary=vocabulary)
    require_type(np.random.Generator, rng=rng)
    known = [_is_known_word(token, vocabulary) for token in sentence]
    places = [
        i
        for i in range(len(sentence) - 1)
        if known[i] and known[i + 1] and sentence[i] != sentence[i + 1]
    ]
    if not places:
        return None
    i = rng.choice(places)
    return [*sentence[:i], sentence[i + 1], sentence[i], *sentence[i + 2 :]]


def substitute_word(
    sentence: Sequence[str], vocabulary: Vocabulary, rng: np.random.Generator
) -> list[str] | None:
    """Replace one word, drawn at random, by another word that is about as frequent.

    The other word is drawn from those whose rank by frequency differs by at most a tenth. The
    nine most frequent entries have no such neighbours, and stay.

    Parameters
    ----------
    sentence
        The tokens.
    vocabulary
        The words that the model knows, the most frequent first.
    rng
        Draws the place and the word.

    Returns
    -------
    list of str or None
        ``None`` where there is no word that could be replaced.

    Raises
    ------
    ValueError
        If ``sentence`` is no list of strings, ``vocabulary`` is no ``Vocabulary``, or ``rng`` is no
        ``Generator``.

    Examples
    --------
    >>> vocabulary = Vocabulary([f"word{rank}" for rank in range(1, 21)])
    >>> substitute_word(["word3", "word10"], vocabulary, np.random.default_rng(0))
    ['word3', 'word11']
    """
    require_list(str, sentence=sentence)
    require_type(Vocabulary, vocabulary=vocabulary)
    require_type(np.random.Generator, rng=rng)
    words = [i for i, token in enumerate(sentence) if _is_known_word(token, vocabulary)]
    for i in rng.permutation(words):
        if others := _as_frequent(sentence[i], vocabulary):
            return [*sentence[:i], str(rng.choice(others)), *sentence[i + 1 :]]
    return None


def corrupt_sentences(
    sentences: Sequence[Sequence[str]],
    vocabulary: Vocabulary,
    corrupt: Callable[
        [Sequence[str], Vocabulary, np.random.Generator], list[str] | None
    ] = swap_neighbours,
    seed: int = 0,
) -> list[CorruptedSentence]:
    """Corrupt each sentence of a text once, where it can be done.

    Give the real and the corrupted sentences to
    :func:`lmbook_utils.forced_choice.chooses_good`. A model that looks at no context finds both
    orders of two words, and two words that came equally often, equally probable; that is not right.

    Parameters
    ----------
    sentences
        The tokenised sentences.
    vocabulary
        The words that the model knows.
    corrupt
        :func:`swap_neighbours` or :func:`substitute_word`.
    seed
        Of the draw.

    Returns
    -------
    list of CorruptedSentence
        Sentences that cannot be corrupted are left out.

    Raises
    ------
    ValueError
        If ``sentences`` is no list of lists of strings, ``vocabulary`` is no ``Vocabulary``,
        ``corrupt`` is no function, or ``seed`` is no whole number from 0.

    Examples
    --------
    >>> vocabulary = Vocabulary(["the", "dog", "barks", "."])
    >>> corrupt_sentences([["."], ["dog", "barks", "."]], vocabulary)
    [CorruptedSentence(index=1, real=['dog', 'barks', '.'], corrupted=['barks', 'dog', '.'])]
    """
    require_sentences(sentences=sentences)
    require_type(Vocabulary, vocabulary=vocabulary)
    require_callable(corrupt=corrupt)
    require_whole(0, seed=seed)
    rng = np.random.default_rng(seed)
    drawn = (corrupt(sentence, vocabulary, rng) for sentence in sentences)
    return [
        CorruptedSentence(index, list(sentence), corrupted)
        for index, (sentence, corrupted) in enumerate(zip(sentences, drawn, strict=True))
        if corrupted is not None
    ]


def _is_known_word(token: str, vocabulary: Vocabulary) -> bool:
    is_word = token not in SPECIAL_TOKENS and any(character.isalpha() for character in token)
    return is_word and token in vocabulary


def _as_frequent(word: str, vocabulary: Vocabulary) -> list[str]:
    """The other words whose rank by frequency, from 1, differs by at most a tenth."""
    rank = vocabulary.ids[word] - len(SPECIAL_TOKENS) + 1
    reach = int(_RANKS_APART * rank)
    ids = slice(vocabulary.ids[word] - reach, vocabulary.ids[word] + reach + 1)
    nearby = vocabulary.tokens[ids]
    return [other for other in nearby if other != word and _is_known_word(other, vocabulary)]
