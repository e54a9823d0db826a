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
        + \ln\frac{\gamma'(h)}{\gamma(h)} ( 1 - \sum_{v \text{ seen}} p(v \mid h) ) \right\},

    where p(h) is the model's own probability of the context. An n-gram goes if :math:`e^D - 1`, the
    relative rise of the perplexity, is at most the threshold, unless a longer one that stays begins
    with it. The unigrams stay. The back-off weights are then computed anew.

    Each n-gram is judged as if it alone went, and the losses of many add up to more: even those
    with a rise of 0 can do harm together. Kneser–Ney's lower orders are made for contexts in which
    the higher ones fail, and are poor estimates of p(h): such models suffer more from pruning than
    others (Chelba et al., 2010).

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
    kept, masses = [], []  # of the orders from the highest down to 2
    needed = np.zeros(len(tables[-1].keys), bool)  # is the n-gram the context of one that stays?
    for order in range(len(tables), 1, -1):
        q = np.exp(_backed_off(tables, order, vocab_size))
        contexts = tables[order - 1].keys // vocab_size
        unseen_q = _unseen_mass(contexts, q, len(tables[order - 2].keys))
        stays = needed | (_rises(tables, order, q, unseen_q, vocab_size) > threshold)
        kept.append(stays)
        masses.append(_mass_to_share(tables, order, unseen_q, stays, vocab_size))
        needed = np.zeros(len(tables[order - 2].keys), bool)
        needed[contexts[stays]] = True
    return _with_backoffs(tables, kept[::-1], masses[::-1], vocab_size)


def _rises(
    tables: list[Table], order: int, q: np.ndarray, unseen_q: np.ndarray, vocab_size: int
) -> np.ndarray:
    """By how much the perplexity rises, relatively, without each n-gram of an order.

    ``q`` is the probability of each of them in the order below, shape (n-grams,); ``unseen_q`` is
    what :func:`_unseen_mass` makes of it, shape (contexts,).
    """
    table, below = tables[order - 1], tables[order - 2]
    contexts = table.keys // vocab_size
    p = np.exp(table.log_probs.astype(float))
    log_p_context = _log_probs_of_ngrams(tables, order - 1, vocab_size)[contexts]
    gamma = np.exp(below.log_backoffs[contexts].astype(float))
    unseen_q = unseen_q[contexts]
    unseen_p = gamma * unseen_q  # 1 - sum of p, but without its rounding errors D is never below 0
    with np.errstate(divide="ignore", invalid="ignore"):
        new_gamma = (unseen_p + p) / (unseen_q + q)
        change = p * (np.log(new_gamma) + np.log(q) - np.log(p))
        change += np.where(gamma > 0, unseen_p * (np.log(new_gamma) - np.log(gamma)), 0.0)
    rise = np.expm1(-np.exp(log_p_context) * change)
    return np.where(np.isfinite(rise), rise, np.inf)  # what cannot be given up stays


def _unseen_mass(contexts: np.ndarray, q: np.ndarray, number: int) -> np.ndarray:
    """What the order below gives to the words that never followed each of so many contexts."""
    return np.maximum(1 - np.bincount(contexts, q, minlength=number), 0)


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
    log_probs = tables[0].log_probs.astype(float)
    log_probs[Vocabulary.bos_id] = 0
    for table in tables[1:order]:
        log_probs = log_probs[table.keys // vocab_size] + table.log_probs
    return log_probs


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


def _with_backoffs(
    tables: list[Table], kept: list[np.ndarray], masses: list[np.ndarray], vocab_size: int
) -> list[Table]:
    """Keep some n-grams, with the back-off weights that make every distribution sum to 1.

    ``kept`` and ``masses`` are of the orders from 2 up: which n-grams stay, and what each context
    has for the words without one.
    """
    result = _select(tables, kept, vocab_size)
    kept = [np.ones(len(tables[0].keys), bool), *kept]
    for order, all_masses in enumerate(masses, 2):
        keys, below = result[order - 1].keys, result[order - 2]
        contexts = keys // vocab_size
        mass = all_masses[kept[order - 2]]
        q = np.exp(_backed_off(result, order, vocab_size))
        unseen_q = _unseen_mass(contexts, q, len(below.keys))
        gamma = np.exp(below.log_backoffs.astype(float))  # right where no word is left to share
        np.divide(mass, unseen_q, out=gamma, where=unseen_q > 1e-12)
        gamma[np.bincount(contexts, minlength=len(below.keys)) == 0] = 1  # contexts no longer
        with np.errstate(divide="ignore"):
            log_backoffs = np.log(gamma).astype(np.float32)
        result[order - 2] = Table(below.keys, below.log_probs, log_backoffs)
    return result


def _mass_to_share(
    tables: list[Table], order: int, unseen_q: np.ndarray, stays: np.ndarray, vocab_size: int
) -> np.ndarray:
    """What each context has for the words without an n-gram: what it had, and what was dropped.

    (1 minus the sum of the others would lose a small weight among rounding errors.)
    """
    table, below = tables[order - 1], tables[order - 2]
    contexts = table.keys // vocab_size
    had = np.exp(below.log_backoffs.astype(float)) * unseen_q
    p = np.where(stays, 0.0, np.exp(table.log_probs.astype(float)))
    mass: np.ndarray = had + np.bincount(contexts, p, minlength=len(below.keys))
    return mass
