"""Pruning: a smaller model that is nearly as good (Stolcke, 1998)."""

import numpy as np

from lmbook_utils.ngram.counting import Stream
from lmbook_utils.ngram.tables import Table, score_stream, words_of
from lmbook_utils.vocabulary import Vocabulary


def prune(tables: list[Table], threshold: float, vocab_size: int) -> list[Table]:
    r"""Drop each n-gram whose loss changes the model's distribution least.

    Without the n-gram h w, the model backs off: p(w | h) becomes :math:`\gamma'(h) p(w | h')`,
    with a back-off weight that makes the distribution sum to 1 again. The relative entropy between
    the model and the model without h w is

    .. math::
        D = -p(h) \left\{ p(w \mid h) \ln\frac{\gamma'(h) \, p(w \mid h')}{p(w \mid h)}
        + \ln\frac{\gamma'(h)}{\gamma(h)} \Big( 1 - \sum_{v \text{ seen}} p(v \mid h) \Big) \right\},

    where p(h) is the model's own probability of the context. An n-gram goes if :math:`e^D - 1`, the
    relative rise of the perplexity, is at most the threshold, unless a longer one that stays begins
    with it. The unigrams stay. The back-off weights are then computed anew. Kneser–Ney's lower
    orders are made for contexts in which the higher ones fail, and are poor estimates of p(h): such
    models suffer more from pruning than others (Chelba et al., 2010).

    Parameters
    ----------
    tables
        Of the orders 1, 2, ….
    threshold
        From 0.
    vocab_size
        The number of entries of the vocabulary.

    Returns
    -------
    list of Table
        As many orders; the higher ones may be empty.
    """
    kept: list[np.ndarray] = []  # of each order, from the highest down to 2: which n-grams stay
    needed = np.zeros(0, bool)  # which n-grams of the order are contexts of one that stays
    for order in range(len(tables), 1, -1):
        keys = tables[order - 1].keys
        stays = _rises(tables, order, vocab_size) > threshold
        if len(needed):
            stays |= needed
        kept.append(stays)
        needed = np.zeros(len(tables[order - 2].keys), bool)
        needed[keys[stays] // vocab_size] = True
    return with_backoffs(_select(tables, kept[::-1], vocab_size), vocab_size)


def _rises(tables: list[Table], order: int, vocab_size: int) -> np.ndarray:
    """By how much the perplexity rises, relatively, without each n-gram of an order."""
    table, below = tables[order - 1], tables[order - 2]
    contexts = table.keys // vocab_size
    p = np.exp(table.log_probs.astype(float))
    q = np.exp(_backed_off(tables, order, vocab_size))
    unseen_p, unseen_q = _unseen_mass(contexts, p, q, len(below.keys))
    log_p_context = _log_probs_of_ngrams(tables, order - 1, vocab_size)[contexts]
    gamma = np.exp(below.log_backoffs[contexts].astype(float))
    with np.errstate(divide="ignore", invalid="ignore"):
        new_gamma = (unseen_p[contexts] + p) / (unseen_q[contexts] + q)
        change = p * (np.log(new_gamma) + np.log(q) - np.log(p))
        change += np.where(gamma > 0, unseen_p[contexts] * (np.log(new_gamma) - np.log(gamma)), 0.0)
    rise = np.expm1(-np.exp(log_p_context) * change)
    return np.where(np.isfinite(rise), rise, np.inf)  # what cannot be given up stays


def _unseen_mass(
    contexts: np.ndarray, p: np.ndarray, q: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray]:
    """What the words that never followed a context have, in its order and in the one below."""
    sums = (np.bincount(contexts, values, minlength=number) for values in (p, q))
    seen_p, seen_q = sums
    return np.maximum(1 - seen_p, 0), np.maximum(1 - seen_q, 0)


def _as_stream(words: np.ndarray) -> Stream:
    """N-grams, shape (n-grams, order), as sequences of a stream of their own."""
    number, order = words.shape
    return Stream(words.ravel(), np.tile(np.arange(order), number))


def _backed_off(tables: list[Table], order: int, vocab_size: int) -> np.ndarray:
    """Log-probability of the last word of each n-gram in the order below, without its first."""
    words = words_of(tables, order, vocab_size)[:, 1:]
    scores = score_stream(tables[: order - 1], _as_stream(words), vocab_size)
    return scores.reshape(words.shape)[:, -1]


def _log_probs_of_ngrams(tables: list[Table], order: int, vocab_size: int) -> np.ndarray:
    """Log-probability of all words of each n-gram; that of ``<s>`` at its beginning is 0."""
    words = words_of(tables, order, vocab_size)
    scores = score_stream(tables, _as_stream(words), vocab_size).reshape(words.shape)
    scores[words[:, 0] == Vocabulary.bos_id, 0] = 0
    return scores.sum(axis=1)


def _select(tables: list[Table], kept: list[np.ndarray], vocab_size: int) -> list[Table]:
    """Take some n-grams of each order, and rank their contexts anew."""
    result = [tables[0]]
    new_ranks = np.arange(len(tables[0].keys))
    for table, stays in zip(tables[1:], kept, strict=True):
        contexts, words = np.divmod(table.keys[stays], vocab_size)
        keys = new_ranks[contexts] * vocab_size + words
        result.append(Table(keys, table.log_probs[stays], table.log_backoffs[stays]))
        new_ranks = np.cumsum(stays) - 1
    return result


def with_backoffs(tables: list[Table], vocab_size: int) -> list[Table]:
    """The same n-grams with the back-off weights that make every distribution sum to 1."""
    result = [tables[0]]
    for order in range(2, len(tables) + 1):
        keys, below = tables[order - 1].keys, result[-1]
        contexts = keys // vocab_size
        result.append(tables[order - 1])
        p = np.exp(tables[order - 1].log_probs.astype(float))
        q = np.exp(_backed_off(result, order, vocab_size))
        unseen_p, unseen_q = _unseen_mass(contexts, p, q, len(below.keys))
        gamma = np.divide(unseen_p, unseen_q, out=np.zeros(len(unseen_p)), where=unseen_q > 1e-12)
        is_context = np.bincount(contexts, minlength=len(below.keys)) > 0
        with np.errstate(divide="ignore"):
            log_gamma = np.where(is_context, np.log(gamma), 0.0).astype(np.float32)
        result[-2] = Table(below.keys, below.log_probs, log_gamma)
    return result
