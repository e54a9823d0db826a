r"""The back-off form that all n-gram models share, and what can be read from it.

Every smoothing method of this book, and every ARPA file, comes down to two numbers for an n-gram:
the logarithm of the probability of its last word after its first n - 1 words, and a back-off weight
:math:`\gamma`, which counts when it is itself the context of a word that never followed it:

.. math::
    p(w \mid h) = \begin{cases}
        p(h w) & \text{if } h w \text{ is in the table} \\
        \gamma(h) \, p(w \mid h') & \text{if only } h \text{ is} \\
        p(w \mid h') & \text{if not even } h \text{ is,}
    \end{cases}

where :math:`h'` is the context :math:`h` without its first word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lmbook_utils.ngram.counting import Stream


@dataclass(frozen=True)
class Table:
    """The n-grams of one order, sorted by their keys (see :mod:`lmbook_utils.ngram.counting`).

    Attributes
    ----------
    keys
        Rank of the context times the size of the vocabulary plus the last word, shape (n-grams,).
    log_probs
        Natural logarithm of the probability of the last word, shape (n-grams,).
    log_backoffs
        Natural logarithm of the back-off weight, shape (n-grams,).
    """

    keys: np.ndarray
    log_probs: np.ndarray
    log_backoffs: np.ndarray


def find(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The place of each wanted key in sorted keys, -1 for one that is not there.

    Examples
    --------
    >>> find(np.array([2, 5, 9]), np.array([5, 6, 10])).tolist()
    [1, -1, -1]
    """
    if not len(keys):
        return np.full(len(wanted), -1)
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, places, -1)


def score_stream(
    tables: list[Table], stream: Stream, vocab_size: int, log_missing: float = 0.0
) -> np.ndarray:
    """Log-probability of each position of a stream after those before it in its sentence.

    Parameters
    ----------
    tables
        Of the orders 1, 2, ….
    stream
        Its ids and histories have shape (positions,).
    vocab_size
        The number of entries of the vocabulary.
    log_missing
        What a context that is in no table adds: 0, except for stupid back-off.

    Returns
    -------
    ndarray of float64, shape (positions,)
        In nats.
    """
    log_probs: np.ndarray = tables[0].log_probs[stream.ids].astype(float)
    keys = [table.keys for table in tables]
    for n, (ends, contexts, places) in enumerate(locate(keys, stream, vocab_size), 2):
        known, there = contexts >= 0, places >= 0
        backoffs = np.full(len(ends), log_missing)
        backoffs[known] = tables[n - 2].log_backoffs[contexts[known]]
        log_probs[ends] += backoffs
        log_probs[ends[there]] = tables[n - 1].log_probs[places[there]]
    return log_probs


def locate(
    keys: Sequence[np.ndarray], stream: Stream, vocab_size: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Find the n-grams of a stream, for the orders 2, 3, … one after the other.

    Parameters
    ----------
    keys
        The sorted keys of the orders 1, 2, ….
    stream, vocab_size
        As in :func:`score_stream`.

    Yields
    ------
    ends, contexts, places
        The positions that n - 1 words of their sentence stand before; the rank of these words in
        the order below; the rank of the n-gram in its own. Each has the shape (ends,), and a rank
        is -1 where there is no such n-gram.
    """
    ranks = stream.ids.astype(np.int64)
    for n in range(2, len(keys) + 1):
        ends = np.flatnonzero(stream.history >= n - 1)
        contexts = ranks[ends - 1]
        known = contexts >= 0
        places = np.full(len(ends), -1)
        wanted = contexts[known] * vocab_size + stream.ids[ends[known]]
        places[known] = find(keys[n - 1], wanted)
        yield ends, contexts, places
        ranks = np.full(len(stream.ids), -1)
        ranks[ends] = places


def next_word_log_probs(
    tables: list[Table], context: np.ndarray, vocab_size: int, log_missing: float = 0.0
) -> np.ndarray:
    """Log-probability of every word after one context.

    Parameters
    ----------
    tables
        Of the orders 1, 2, ….
    context
        The ids before the word, ``<s>`` included, shape (words,); only the last ones count.
    vocab_size, log_missing
        As in :func:`score_stream`.

    Returns
    -------
    ndarray of float64, shape (vocabulary,)
        In nats.
    """
    log_probs = tables[0].log_probs.astype(float)
    for n in range(2, min(len(tables), len(context) + 1) + 1):
        rank = rank_of(tables, context[len(context) - n + 1 :], vocab_size)
        if rank < 0:
            log_probs += log_missing
            continue
        keys = tables[n - 1].keys
        first, last = np.searchsorted(keys, [rank * vocab_size, (rank + 1) * vocab_size])
        log_probs += tables[n - 2].log_backoffs[rank]
        log_probs[keys[first:last] - rank * vocab_size] = tables[n - 1].log_probs[first:last]
    return log_probs


def rank_of(tables: list[Table], words: np.ndarray, vocab_size: int) -> int:
    """The place of one n-gram, given as ids, in the table of its order; -1 if it is not there."""
    rank = int(words[0])
    for n, word in enumerate(words[1:], 2):
        if rank < 0:
            break
        rank = int(find(tables[n - 1].keys, np.array([rank * vocab_size + word]))[0])
    return rank


def words_of(tables: list[Table], order: int, vocab_size: int) -> np.ndarray:
    """The ids of all n-grams of an order, in the order of their keys, shape (n-grams, order)."""
    keys = tables[order - 1].keys
    columns = []
    for n in range(order, 1, -1):
        columns.append(keys % vocab_size)
        keys = tables[n - 2].keys[keys // vocab_size]
    return np.stack([keys, *columns[::-1]], axis=1)
