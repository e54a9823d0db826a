"""Counting n-grams of all orders, without a loop over the tokens.

An n-gram is a number: the rank of its first n - 1 words among all (n - 1)-grams, times the size of
the vocabulary, plus its last word. (A number made of all n words would not fit into 64 bits.) So
the n-grams of an order are one sorted array of such *keys*, those that share a context stand side
by side, and finding an n-gram is a binary search.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from lmbook_utils.vocabulary import BOS, EOS, PAD, Vocabulary

RESERVED = (PAD, BOS, EOS)  # no text may hold them; an unknown word <unk> may be there


@dataclass(frozen=True)
class Stream:
    """Sentences as one stream of ids, each between ``<s>`` and ``</s>``.

    Attributes
    ----------
    ids
        Shape (positions,).
    history
        How many words of the same sentence, ``<s>`` included, stand before each position, shape
        (positions,).
    """

    ids: np.ndarray
    history: np.ndarray


@dataclass(frozen=True)
class NGramCounts:
    """The different n-grams of one order, sorted by their keys.

    Attributes
    ----------
    keys
        Rank of the context times the size of the vocabulary plus the last word, shape (n-grams,).
    counts
        How often each occurs, shape (n-grams,).
    suffixes
        Rank of each without its first word, among the n-grams of the order below, shape (n-grams,).
    at_start
        Whether each begins with ``<s>``, shape (n-grams,).
    """

    keys: np.ndarray
    counts: np.ndarray
    suffixes: np.ndarray
    at_start: np.ndarray


def checked_sentences(sentences: Iterable[Sequence[str]], name: str = "sentences") -> list:
    """Return sentences as a list; refuse what is no list of lists of strings.

    Raises
    ------
    ValueError
        If ``sentences`` is text that was not tokenised, or a sentence holds something that is no
        string, or a token that the model adds itself (``<s>``, ``</s>``) or never sees (``<pad>``).

    Examples
    --------
    >>> checked_sentences([["a", "<s>"]])
    Traceback (most recent call last):
    ValueError: sentences must not hold the token '<s>': the model marks the ends of a sentence \
itself; sentence 0 has it
    """
    if isinstance(sentences, str | bytes) or not isinstance(sentences, Iterable):
        raise ValueError(
            f"{name} must be a list of tokenised sentences; it was {type(sentences).__name__}"
        )
    sentences = list(sentences)
    for number, sentence in enumerate(sentences):
        if isinstance(sentence, str | bytes) or not isinstance(sentence, Sequence):
            raise ValueError(
                f"{name} must hold lists of tokens; sentence {number} was "
                f"{type(sentence).__name__} (tokenise it with preprocessing.tokenize)"
            )
    kinds = set(map(type, chain.from_iterable(sentences)))
    if not all(issubclass(kind, str) for kind in kinds):
        number, token = next(
            (i, t) for i, s in enumerate(sentences) for t in s if not isinstance(t, str)
        )
        raise ValueError(
            f"{name} must hold tokens that are strings; sentence {number} has {token!r}"
        )
    if reserved := set(RESERVED).intersection(chain.from_iterable(sentences)):
        number, token = next((i, t) for i, s in enumerate(sentences) for t in s if t in reserved)
        raise ValueError(
            f"{name} must not hold the token {token!r}: the model marks the ends of a sentence "
            f"itself; sentence {number} has it"
        )
    return sentences


class _Ids(dict):
    """Word → id, as fast as a dictionary; an unknown word has the id of ``<unk>``."""

    def __missing__(self, word: str) -> int:
        return Vocabulary.unk_id


def make_stream(sentences: Sequence[Sequence[str]], vocabulary: Vocabulary) -> Stream:
    """Lay sentences out as one stream of ids, with ``<s>`` and ``</s>`` around each.

    Parameters
    ----------
    sentences
        As :func:`checked_sentences` returns them.
    vocabulary
        Words that are not in it become ``<unk>``.

    Examples
    --------
    >>> stream = make_stream([["a", "b"], []], Vocabulary(["a", "b"]))
    >>> stream.ids.tolist(), stream.history.tolist()
    ([2, 4, 5, 3, 2, 3], [0, 1, 2, 3, 0, 1])
    """
    id_of = _Ids(map(reversed, enumerate(vocabulary.tokens)))
    lengths = np.fromiter(map(len, sentences), np.int64, len(sentences))
    ends = np.cumsum(lengths + 2)
    starts = ends - lengths - 2
    ids = np.empty(ends[-1] if len(ends) else 0, np.int64)
    is_word = np.ones(len(ids), bool)
    is_word[starts] = is_word[ends - 1] = False
    words = chain.from_iterable(sentences)
    ids[is_word] = np.fromiter(map(id_of.__getitem__, words), np.int64, int(lengths.sum()))
    ids[starts], ids[ends - 1] = vocabulary.bos_id, vocabulary.eos_id
    history = np.arange(len(ids)) - np.repeat(starts, lengths + 2)
    return Stream(ids, history)


def count_ngrams(stream: Stream, order: int, vocab_size: int) -> list[NGramCounts]:
    """Count the n-grams of the orders 1 to ``order``.

    The unigrams are the whole vocabulary, seen or not, so that the rank of a word is its id.

    Examples
    --------
    >>> vocabulary = Vocabulary(["a", "b"])
    >>> counts = count_ngrams(make_stream([["a", "b"], ["a", "b"]], vocabulary), 2, 6)
    >>> [divmod(key, 6) for key in counts[1].keys.tolist()]  # <s> a, a b, b </s>
    [(2, 4), (4, 5), (5, 3)]
    >>> counts[1].counts.tolist()
    [2, 2, 2]
    """
    everything = np.arange(vocab_size)
    counts = np.bincount(stream.ids, minlength=vocab_size)
    counts[Vocabulary.bos_id] = 0  # it is never predicted
    nothing = np.zeros(vocab_size, np.int64)
    tables = [NGramCounts(everything, counts, nothing, everything == Vocabulary.bos_id)]
    ranks = stream.ids  # of the n-gram that ends at each position, where there is one
    for n in range(2, order + 1):
        ends = np.flatnonzero(stream.history >= n - 1)
        keys, first, inverse, counts = _unique(ranks[ends - 1] * vocab_size + stream.ids[ends])
        at_start = stream.history[ends[first]] == n - 1
        tables.append(NGramCounts(keys, counts, ranks[ends[first]], at_start))
        ranks = np.full(len(stream.ids), -1)
        ranks[ends] = inverse
    return tables


def _unique(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Different values, where each is first, which one each value is, and how often each occurs.

    Value and place packed into one number sort several times faster than ``argsort`` does.
    """
    bits = len(values).bit_length()
    if len(values) and int(values.max()).bit_length() + bits <= 63:
        packed = np.sort((values << bits) | np.arange(len(values)))
        order, ordered = packed & ((1 << bits) - 1), packed >> bits
    else:
        order = np.argsort(values, kind="stable")
        ordered = values[order]
    is_new = np.ones(len(values), bool)
    is_new[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(is_new)
    inverse = np.empty(len(values), np.int64)
    inverse[order] = np.cumsum(is_new) - 1
    return ordered[starts], order[starts], inverse, np.diff(starts, append=len(values))
