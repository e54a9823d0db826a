r"""Smoothing: from counts to probabilities that leave something for what was not counted.

Most methods take a discount :math:`d` off each count, and share what they took among all words in
proportion to the probabilities of the order below:

.. math::
    p(w \mid h) = \frac{c(h w) - d(h w)}{\sum_v c(h v)} + \gamma(h) \, p(w \mid h'),
    \qquad \gamma(h) = \frac{\sum_v d(h v)}{\sum_v c(h v)} .

The order below the unigrams gives each word the same probability. The methods differ in what they
count and in how much they take. :func:`maximum_likelihood` takes nothing, and :func:`add_k` and
:func:`stupid_backoff` are made in another way.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import real_numbers, require_whole
from lmbook_utils.ngram.counting import NGramCounts, Stream
from lmbook_utils.ngram.tables import Table, locate
from lmbook_utils.vocabulary import Vocabulary

FALLBACK_DISCOUNTS = (0.5, 1.0, 1.5)  # KenLM's (its option --discount_fallback)
_NEVER_PREDICTED = (Vocabulary.pad_id, Vocabulary.bos_id)
_AT_ONCE = 1 << 18  # n-grams


class Discounted(NamedTuple):
    """The n-grams of one order, what each counts, and what is taken off it.

    ``counts`` and ``discounts`` have the shape (n-grams,).
    """

    ngrams: NGramCounts
    counts: np.ndarray
    discounts: np.ndarray


def maximum_likelihood(orders: Iterable[NGramCounts]) -> Iterator[Discounted]:
    r"""Relative frequencies, :math:`p(w \mid h) = c(h w) / c(h)`, 0 for what was not counted.

    Equation: :eq:`eq-mle`
    """
    for table in orders:
        yield Discounted(table, table.counts, np.zeros(len(table.counts)))


def jelinek_mercer(orders: Iterable[NGramCounts], weights: np.ndarray) -> Iterator[Discounted]:
    r"""Mix each order with the one below, with one weight :math:`\lambda_n` for each order.

    To take :math:`1 - \lambda_n` of each count leaves :math:`\lambda_n c(h w) / c(h)`, and gives
    the order below the weight :math:`\gamma = 1 - \lambda_n` (Jelinek and Mercer, 1980).

    Equation: :eq:`eq-jelinek-mercer`
    """
    for table, weight in zip(orders, weights, strict=True):
        yield Discounted(table, table.counts, (1 - weight) * table.counts)


def absolute(orders: Iterable[NGramCounts], discount: float | None) -> Iterator[Discounted]:
    r"""Take the same from each count: ``discount``, or Ney's estimate for each order.

    The estimate is :math:`n_1 / (n_1 + 2 n_2)`, where :math:`n_r` is how many n-grams occur r
    times (Ney et al., 1994). Where one of the two is 0, it says nothing, and the discount is 0.5.

    Equation: :eq:`eq-absolute`
    """
    for table in orders:
        amount = _ney(table.counts) if discount is None else discount
        yield Discounted(table, table.counts, np.where(table.counts > 0, amount, 0.0))


def _ney(counts: np.ndarray) -> float:
    once, twice = ((counts == r).sum() for r in (1, 2))
    return float(once / (once + 2 * twice)) if once and twice else FALLBACK_DISCOUNTS[0]


def kneser_ney(orders: Iterable[NGramCounts]) -> Iterator[Discounted]:
    """Interpolated modified Kneser–Ney (Chen and Goodman, 1999), as KenLM estimates it.

    Below the highest order, an n-gram counts as often as there are different words before it (one
    that begins with ``<s>`` has none, and keeps its count). Counts of 1, of 2, and of 3 or more
    have discounts of their own.
    """
    orders = iter(orders)
    table = next(orders)
    for above in orders:
        yield _with_modified_discounts(table, continuation_counts(table, above))
        table = above
    yield _with_modified_discounts(table, table.counts)


def continuation_counts(table: NGramCounts, above: NGramCounts) -> np.ndarray:
    """In how many different ways each n-gram continues a word, shape (n-grams,).

    Equation: :eq:`eq-continuation`
    """
    ways = np.bincount(above.suffixes, minlength=len(table.keys)).astype(np.int32)
    return np.where(table.at_start, table.counts, ways)


def _with_modified_discounts(table: NGramCounts, counts: np.ndarray) -> Discounted:
    amounts = np.array([0.0, *modified_discounts(counts)])
    return Discounted(table, counts, amounts[np.minimum(counts, 3)])


def modified_discounts(counts: np.ndarray) -> tuple[float, ...]:
    r"""The three discounts of modified Kneser–Ney from the counts of one order.

    .. math:: D_r = r - (r + 1) \frac{n_1}{n_1 + 2 n_2} \frac{n_{r+1}}{n_r}

    for r = 1, 2, 3 (Chen and Goodman, 1999, equation 26), where :math:`n_r` is how many counts are
    r. No discount is above r. Small or artificial texts may have no count of 1, 2 or 3, or give a
    discount below 0. All three are then ``FALLBACK_DISCOUNTS``, as in KenLM with
    ``--discount_fallback``.

    Equation: :eq:`eq-modified-discounts`

    Examples
    --------
    >>> modified_discounts(np.repeat([1, 2, 3, 4], [60, 20, 10, 5]))
    (0.6, 1.1, 1.8)
    >>> modified_discounts(np.array([1, 1, 2]))
    (0.5, 1.0, 1.5)
    """
    counts = real_numbers("counts", counts)
    n = [int((counts == r).sum()) for r in range(5)]
    if 0 in n[1:4]:
        return FALLBACK_DISCOUNTS
    share = n[1] / (n[1] + 2 * n[2])
    found = tuple(r - (r + 1) * share * n[r + 1] / n[r] for r in (1, 2, 3))
    return found if min(found) >= 0 else FALLBACK_DISCOUNTS


def interpolate(discounted: Iterable[Discounted], vocab_size: int) -> list[Table]:
    """Make the tables of a model from the discounted counts of the orders 1, 2, ….

    They are asked for one order after the other, and only the probabilities of the order below are
    kept for the next one.

    Equations: :eq:`eq-mle`, :eq:`eq-jelinek-mercer`, :eq:`eq-absolute`, :eq:`eq-continuation`
    """
    discounted = iter(discounted)
    order = next(discounted)
    keys, probs = order.ngrams.keys, _interpolated_unigrams(order, vocab_size)
    tables = []
    for order in discounted:
        backoffs, probs_above = _interpolated(order, probs, vocab_size)
        tables.append(_table(keys, probs, backoffs))
        keys, probs = order.ngrams.keys, probs_above
    return [*tables, _table(keys, probs, np.ones(len(probs), np.float32))]


def _interpolated_unigrams(order: Discounted, vocab_size: int) -> np.ndarray:
    _, counts, discounts = order
    shared = discounts.sum() * _uniform(vocab_size)
    probs: np.ndarray = (counts - discounts + shared) / counts.sum()
    probs[list(_NEVER_PREDICTED)] = 0
    return probs


def _interpolated(
    order: Discounted, probs_below: np.ndarray, vocab_size: int
) -> tuple[np.ndarray, np.ndarray]:
    """The back-off weights of the order below, and the probabilities of this one."""
    ngrams, counts, discounts = order
    totals = _context_sums(ngrams.keys, counts, vocab_size, len(probs_below))
    gammas = _context_sums(ngrams.keys, discounts, vocab_size, len(probs_below))
    np.divide(gammas, totals, out=gammas, where=totals > 0)
    gammas[totals == 0] = 1  # what no word follows is no context
    probs = discounts  # they take the place of the discounts, which saves an array
    for some in _blocks(len(counts)):
        contexts = ngrams.keys[some] // vocab_size
        direct = (counts[some] - discounts[some]) / totals[contexts]
        probs[some] = direct + gammas[contexts] * probs_below[ngrams.suffixes[some]]
    return gammas, probs


def add_k(counts: Sequence[NGramCounts], k: float, vocab_size: int) -> list[Table]:
    r"""Add k to every count: :math:`p(w \mid h) = (c(h w) + k) / (c(h) + k V)`.

    After a context that was never seen all words are equally probable, so the orders below the
    highest only say which contexts were seen; V is the number of words that can come.

    Equations: :eq:`eq-add-k`, :eq:`eq-add-k-dirichlet`
    """
    uniform = _uniform(vocab_size)
    number = number_of_predicted(vocab_size)
    *lower, top = counts
    if not lower:
        probs = np.where(uniform > 0, (top.counts + k) / (top.counts.sum() + k * number), 0.0)
        return _tables(counts, [probs], [])
    contexts = top.keys // vocab_size
    totals = _context_sums(top.keys, top.counts, vocab_size, len(lower[-1].keys)) + k * number
    all_probs = [uniform, *(np.full(len(table.keys), 1 / number) for table in lower[1:])]
    backoffs = [*(np.ones(len(table.keys)) for table in lower[:-1]), k * number / totals]
    return _tables(counts, [*all_probs, (top.counts + k) / totals[contexts]], backoffs)


def stupid_backoff(counts: Sequence[NGramCounts], alpha: float, vocab_size: int) -> list[Table]:
    r"""Relative frequency, or alpha times the score of the order below (Brants et al., 2007).

    The scores do not sum to 1. A word that was never seen has the score that alpha gives to the
    uniform distribution.

    Equation: :eq:`eq-stupid-backoff`
    """
    unigrams = counts[0].counts
    unseen = alpha * _uniform(vocab_size)
    frequencies = [np.where(unigrams > 0, unigrams / unigrams.sum(), unseen)]
    for below, table in pairwise(counts):
        totals = _context_sums(table.keys, table.counts, vocab_size, len(below.keys))
        frequencies.append(table.counts / totals[table.keys // vocab_size])
    return _tables(counts, frequencies, [np.full(len(t.keys), alpha) for t in counts[:-1]])


def held_out_estimates(
    counts: Sequence[NGramCounts], stream: Stream, vocab_size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Relative frequencies of the words of another text, for each order.

    Returns
    -------
    estimates, known
        The relative frequency of each word after its context, and whether the context was seen in
        training, each of shape (tokens, orders); ``<s>`` is no token.
    """
    estimates = np.zeros((len(stream.ids), len(counts)))
    known = np.zeros(estimates.shape, bool)
    estimates[:, 0] = counts[0].counts[stream.ids] / counts[0].counts.sum()
    known[:, 0] = True
    located = locate([table.keys for table in counts], stream, vocab_size)
    for n, (ends, contexts, places) in enumerate(located, 1):
        table, below = counts[n], counts[n - 1]
        totals = _context_sums(table.keys, table.counts, vocab_size, len(below.keys))
        inside, there = contexts >= 0, places >= 0
        known[ends[inside], n] = totals[contexts[inside]] > 0
        estimates[ends[there], n] = counts[n].counts[places[there]] / totals[contexts[there]]
    predicted = stream.history > 0
    return estimates[predicted], known[predicted]


def number_of_predicted(vocab_size: int) -> int:
    """How many words can come: all but ``<pad>`` and ``<s>``.

    Raises
    ------
    ValueError
        If ``vocab_size`` is no whole number from 1.

    Examples
    --------
    >>> number_of_predicted(10)
    8
    """
    require_whole(1, vocab_size=vocab_size)
    return vocab_size - len(_NEVER_PREDICTED)


def _context_sums(keys: np.ndarray, values: np.ndarray, vocab_size: int, number: int) -> np.ndarray:
    """The sum of the values of all n-grams with each of ``number`` contexts, shape (number,).

    The keys are sorted, so the contexts of a block of n-grams follow each other.
    """
    sums = np.zeros(number)
    for some in _blocks(len(keys)):
        contexts = keys[some] // vocab_size
        first, last = contexts[0], contexts[-1]
        sums[first : last + 1] += np.bincount(contexts - first, values[some])
    return sums


def _blocks(number: int) -> Iterator[slice]:
    """Slices that together take all of so many n-grams: a part at a time needs little memory."""
    return (slice(first, first + _AT_ONCE) for first in range(0, number, _AT_ONCE))


def _uniform(vocab_size: int) -> np.ndarray:
    """Each word that can come has the same probability, the others have none."""
    probs = np.full(vocab_size, 1 / number_of_predicted(vocab_size))
    probs[list(_NEVER_PREDICTED)] = 0
    return probs


def _tables(
    counts: Sequence[NGramCounts], all_probs: list[np.ndarray], backoffs: list[np.ndarray]
) -> list[Table]:
    backoffs = [*backoffs, np.ones(len(counts[-1].keys))]
    keys = [ngrams.keys for ngrams in counts]
    return [_table(*order) for order in zip(keys, all_probs, backoffs, strict=True)]


def _table(keys: np.ndarray, probs: np.ndarray, backoffs: np.ndarray) -> Table:
    with np.errstate(divide="ignore"):  # what never comes has the logarithm minus infinity
        log_probs = np.log(probs).astype(np.float32)
        log_backoffs = np.log(backoffs).astype(np.float32)
    return Table(keys, log_probs, log_backoffs)
