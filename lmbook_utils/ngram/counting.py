"""Counting n-grams of all orders, without a loop over the tokens.

An n-gram is a number: the rank of its first n - 1 words among all (n - 1)-grams, times the size of
the vocabulary, plus its last word. (A number made of all n words would not fit into 64 bits.) So
the n-grams of an order are one sorted array of such *keys*, those that share a context stand side
by side, and finding an n-gram is a binary search.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from lmbook_utils._validation import require_type, require_whole
from lmbook_utils.vocabulary import BOS, EOS, PAD, UNK, Vocabulary

RESERVED = frozenset({PAD, BOS, EOS})  # no text may hold them; an unknown word <unk> may be there
_READ_AT_ONCE = 1_000  # sentences


@dataclass(frozen=True)
class Stream:
    """Sentences as one stream of ids, each between ``<s>`` and ``</s>``.

    Attributes
    ----------
    ids
        int32, shape (positions,).
    history
        How many words of the same sentence, ``<s>`` included, stand before each position, int32,
        shape (positions,).
    """

    ids: np.ndarray
    history: np.ndarray


@dataclass(frozen=True)
class NGramCounts:
    """The different n-grams of one order, sorted by their keys.

    Attributes
    ----------
    keys
        Rank of the context times the size of the vocabulary plus the last word, int64, shape
        (n-grams,).
    counts
        How often each occurs, int32, shape (n-grams,).
    suffixes
        Rank of each without its first word, among the n-grams of the order below, int32, shape
        (n-grams,).
    at_start
        Whether each begins with ``<s>``, shape (n-grams,).
    """

    keys: np.ndarray
    counts: np.ndarray
    suffixes: np.ndarray
    at_start: np.ndarray


def make_stream(
    sentences: Iterable[Sequence[str]], vocabulary: Vocabulary, name: str = "sentences"
) -> Stream:
    """Lay sentences out as one stream of ids, with ``<s>`` and ``</s>`` around each.

    Parameters
    ----------
    sentences
        Lists of tokens. They are read once, some at a time, so that they need not fit into memory.
    vocabulary
        Words that are not in it become ``<unk>``.
    name
        What errors call the argument.

    Raises
    ------
    ValueError
        If ``sentences`` is text that was not tokenised, or a sentence holds something that is no
        string, or a token that the model adds itself (``<s>``, ``</s>``) or never sees (``<pad>``).
        Also if ``vocabulary`` is no ``Vocabulary``.

    Examples
    --------
    >>> stream = make_stream([["a", "b"], []], Vocabulary(["a", "b"]))
    >>> stream.ids.tolist(), stream.history.tolist()
    ([2, 4, 5, 3, 2, 3], [0, 1, 2, 3, 0, 1])
    """
    require_type(Vocabulary, vocabulary=vocabulary)
    words, lengths = _read(sentences, vocabulary.ids, name)
    return _with_ends(words, lengths)


def make_stream_and_vocabulary(sentences: Iterable[Sequence[str]]) -> tuple[Stream, Vocabulary]:
    """As :func:`make_stream`, with the vocabulary of all words that come, the most frequent first.

    Raises
    ------
    ValueError
        As :func:`make_stream`, or if there is no word at all.

    Examples
    --------
    >>> stream, vocabulary = make_stream_and_vocabulary([["b", "a"], ["a"]])
    >>> vocabulary.decode(stream.ids)
    ['<s>', 'b', 'a', '</s>', '<s>', 'a', '</s>']
    >>> vocabulary.tokens[4:]
    ('a', 'b')
    """
    found = _NewWords()
    words, lengths = _read(sentences, found, "sentences")
    counts = np.bincount(words, minlength=len(found)).tolist()
    ranked = sorted((-counts[i], word) for word, i in found.items() if word != UNK)
    if not ranked:
        raise ValueError(
            "sentences must hold at least one word that is not <unk>; there was no word"
        )
    vocabulary = Vocabulary(word for _, word in ranked)
    return _with_ends(vocabulary.encode(list(found))[words], lengths), vocabulary


class _NewWords(dict[str, int]):
    """Word → number; a word that comes for the first time gets the next one."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


def _read(
    sentences: Iterable[Sequence[str]], number_of: dict[str, int], name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Check sentences; return the numbers of all words, and the length of each sentence."""
    if isinstance(sentences, str | bytes) or not isinstance(sentences, Iterable):
        raise ValueError(
            f"{name} must be a list of tokenised sentences; it was {type(sentences).__name__}"
        )
    words, lengths = array("i"), array("i")
    iterator = iter(sentences)
    while some := list(islice(iterator, _READ_AT_ONCE)):
        _check(some, len(lengths), name)
        lengths.extend(map(len, some))
        words.extend(map(number_of.__getitem__, chain.from_iterable(some)))
    return np.asarray(words), np.asarray(lengths)


def _check(some: list[Sequence[str]], first: int, name: str) -> None:
    """Refuse sentences that are no lists of strings; the number of the first one is given."""
    for number, sentence in enumerate(some, first):
        if isinstance(sentence, str | bytes) or not isinstance(sentence, Sequence):
            raise ValueError(
                f"{name} must hold lists of tokens; sentence {number} was "
                f"{type(sentence).__name__} (tokenise it with preprocessing.tokenize)"
            )
    if not all(issubclass(kind, str) for kind in set(map(type, chain.from_iterable(some)))):
        number, token = next(
            (i, t) for i, s in enumerate(some, first) for t in s if not isinstance(t, str)
        )
        raise ValueError(
            f"{name} must hold tokens that are strings; sentence {number} has {token!r}"
        )
    if reserved := RESERVED.intersection(chain.from_iterable(some)):
        number, token = next((i, t) for i, s in enumerate(some, first) for t in s if t in reserved)
        raise ValueError(
            f"{name} must not hold the token {token!r}: the model marks the ends of a sentence "
            f"itself; sentence {number} has it"
        )


def _with_ends(words: np.ndarray, lengths: np.ndarray) -> Stream:
    """Put ``<s>`` and ``</s>`` around the sentences."""
    ends = np.cumsum(lengths + 2)
    starts = ends - lengths - 2
    ids = np.empty(len(words) + 2 * len(lengths), np.int32)
    is_word = np.ones(len(ids), bool)
    is_word[starts] = is_word[ends - 1] = False
    ids[is_word] = words
    ids[starts], ids[ends - 1] = Vocabulary.bos_id, Vocabulary.eos_id
    history = np.arange(len(ids), dtype=np.int32) - np.repeat(starts.astype(np.int32), lengths + 2)
    return Stream(ids, history)


def count_ngrams(stream: Stream, order: int, vocab_size: int) -> list[NGramCounts]:
    """Count the n-grams of the orders 1 to ``order``.

    The unigrams are the whole vocabulary, seen or not, so that the rank of a word is its id.

    Raises
    ------
    ValueError
        If ``stream`` is no ``Stream``, ``order`` is no whole number from 1, or ``vocab_size`` is no
        whole number from 1.

    Examples
    --------
    >>> vocabulary = Vocabulary(["a", "b"])
    >>> counts = count_ngrams(make_stream([["a", "b"], ["a", "b"]], vocabulary), 2, 6)
    >>> [divmod(key, 6) for key in counts[1].keys.tolist()]  # <s> a, a b, b </s>
    [(2, 4), (4, 5), (5, 3)]
    >>> counts[1].counts.tolist()
    [2, 2, 2]
    """
    require_type(Stream, stream=stream)
    require_whole(1, order=order, vocab_size=vocab_size)
    everything = np.arange(vocab_size)
    counts = np.bincount(stream.ids, minlength=vocab_size).astype(np.int32)
    counts[Vocabulary.bos_id] = 0  # it is never predicted
    nothing = np.zeros(vocab_size, np.int32)
    tables = [NGramCounts(everything, counts, nothing, everything == Vocabulary.bos_id)]
    ranks = stream.ids
    for n in range(2, order + 1):
        table, ranks = _count_order(stream, ranks, n, vocab_size)
        tables.append(table)
    return tables


def _count_order(
    stream: Stream, ranks: np.ndarray, n: int, vocab_size: int
) -> tuple[NGramCounts, np.ndarray]:
    """Count the n-grams of one order, from the rank of the (n - 1)-gram that ends at each position.

    Returns the rank of the n-gram that ends at each position as well, or -1 where there is none.
    """
    ends = np.flatnonzero(stream.history >= n - 1).astype(np.int32)
    keys = ranks[ends - 1].astype(np.int64)
    keys *= vocab_size
    keys += stream.ids[ends]
    keys, ends = _sort(keys, ends)
    is_new = np.ones(len(keys), bool)
    is_new[1:] = keys[1:] != keys[:-1]
    new_ranks = np.zeros(len(ranks), np.int32)
    new_ranks[ends] = np.cumsum(is_new, dtype=np.int32)
    new_ranks -= 1
    keys, ends = keys[is_new], ends[is_new]
    starts = np.flatnonzero(is_new).astype(np.int32)
    counts = np.diff(starts, append=np.int32(len(is_new)))
    return NGramCounts(keys, counts, ranks[ends], stream.history[ends] == n - 1), new_ranks


def _sort(keys: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sort keys, and with them the places where they are, which rise.

    Key and place packed into one number sort several times faster than ``argsort`` does, and need
    no second array.
    """
    bits = int(places[-1]).bit_length() if len(places) else 0
    if len(keys) and int(keys.max()).bit_length() + bits <= 63:
        keys <<= bits
        keys |= places
        keys.sort()
        places = (keys & ((1 << bits) - 1)).astype(np.int32)
        keys >>= bits
        return keys, places
    order = np.argsort(keys, kind="stable")
    return keys[order], places[order]
