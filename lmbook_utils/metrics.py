"""How good is a language model? Measures over the tokens of a text that it has not seen.

All measures start from two arrays with one entry for each predicted token: the natural logarithm
of the probability that the model gave to the word that came (``log_probs``, in nats), and the
rank of that word among all words (``ranks``, 0 for the most probable).

SciPy is imported by the functions that need it: it takes far longer to import than all the rest,
and many need nothing of it (an n-gram model needs the perplexity alone).
"""

from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import require_whole

_RESAMPLES = 2000
_RESAMPLED_AT_ONCE = 10_000_000  # groups: what keeps the memory below a few hundred megabytes


class TokenScores(NamedTuple):
    """A model's scores on a text: ``log_probs`` in nats, and ``ranks``, each (tokens,)."""

    log_probs: np.ndarray
    ranks: np.ndarray


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


def score_logits(logits: np.ndarray, targets: np.ndarray) -> TokenScores:
    """Score targets under a model's logits.

    Parameters
    ----------
    logits
        Unnormalised log-probabilities, shape (tokens, vocabulary).
    targets
        The id of the word that came, shape (tokens,).

    Returns
    -------
    TokenScores
        A word that shares its logit with others is ranked behind them, so that a model gains
        nothing by giving all words the same.

    Raises
    ------
    ValueError
        If the shapes do not fit, a target is not in the vocabulary, or the logits give a target
        no probability at all: they hold NaN or infinity.

    Examples
    --------
    >>> scores = score_logits(np.log([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]), np.array([0, 1]))
    >>> np.exp(scores.log_probs).round(2).tolist(), scores.ranks.tolist()
    ([0.5, 0.2], [0, 1])
    """
    from scipy.special import logsumexp

    logits, targets = np.asarray(logits), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(
            "logits must have the shape (tokens, vocabulary) and targets the shape (tokens,); "
            f"they had {logits.shape} and {targets.shape}"
        )
    if not np.issubdtype(targets.dtype, np.integer):
        raise ValueError(f"targets must be whole numbers; their type was {targets.dtype}")
    if targets.size and not 0 <= targets.min() <= targets.max() < logits.shape[1]:
        raise ValueError(
            f"targets must be from 0 to {logits.shape[1] - 1}; they went from "
            f"{targets.min()} to {targets.max()}"
        )
    chosen = np.take_along_axis(logits, targets[:, None], axis=1)
    with np.errstate(invalid="ignore"):  # looked at below
        log_probs = chosen[:, 0] - logsumexp(logits, axis=1)  # the log-softmax of the target
    if np.isnan(log_probs).any():
        raise ValueError(
            "logits must hold neither NaN nor infinity; if they come from a model, its weights "
            "may have grown beyond all bounds in training: try a lower learning rate"
        )
    return TokenScores(log_probs, (logits >= chosen).sum(axis=1) - 1)


def cross_entropy(log_probs: np.ndarray) -> float:
    r"""Mean negative log-probability, :math:`-\frac1N \sum_t \ln p(w_t)`, in nats per token.

    Equation: :eq:`eq-cross-entropy`

    Raises
    ------
    ValueError
        If ``log_probs`` is empty, holds NaN, or a number above 0 (no log-probability).

    Examples
    --------
    >>> round(cross_entropy(np.log([0.5, 0.125])), 4)
    1.3863
    """
    return float(-_checked("log_probs", log_probs).mean())


def perplexity(log_probs: np.ndarray) -> float:
    r"""Perplexity, :math:`\exp(-\frac1N \sum_t \ln p(w_t))`.

    The number of equally probable words among which a model would be as unsure. It has no upper
    bound: a model that is sure of wrong words is worse than one that knows nothing, and one that
    holds a word that came for impossible has infinite perplexity. Perplexities can only be
    compared over the same tokens.

    Equation: :eq:`eq-perplexity`

    Raises
    ------
    ValueError
        As :func:`cross_entropy`.

    Examples
    --------
    >>> round(perplexity(np.log([0.5, 0.125])), 4)
    4.0
    """
    with np.errstate(over="ignore"):  # beyond the largest floating-point number it is infinite
        return float(np.exp(cross_entropy(log_probs)))


def bits_per_token(log_probs: np.ndarray) -> float:
    """Cross-entropy in bits: how many a perfect compressor would need for a token.

    Raises
    ------
    ValueError
        As :func:`cross_entropy`.

    Examples
    --------
    >>> bits_per_token(np.log([0.5, 0.125]))
    2.0
    """
    return cross_entropy(log_probs) / float(np.log(2))


def kl_divergence(p: np.ndarray, q: np.ndarray) -> float:
    r"""Kullback–Leibler divergence, :math:`\sum_w p(w) \ln \frac{p(w)}{q(w)}`, in nats.

    Equation: :eq:`eq-cross-entropy-kl`

    What it costs to predict with ``q`` where ``p`` is the truth: the cross-entropy of the two is
    the entropy of ``p`` plus this. It is 0 for equal distributions and never negative, is infinite
    where ``q`` holds for impossible what ``p`` does not, and is no distance: the two may not change
    places.

    Parameters
    ----------
    p, q
        Two distributions over the same words, shape (vocabulary,).

    Raises
    ------
    ValueError
        If the shapes differ, or one of them is no distribution.

    Examples
    --------
    >>> round(kl_divergence(np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.5, 0.25])), 4)
    0.3466
    """
    from scipy.special import rel_entr

    p, q = np.asarray(p, float), np.asarray(q, float)
    if p.ndim != 1 or p.shape != q.shape:
        raise ValueError(
            f"p and q must have the same shape (vocabulary,); they had {p.shape} and {q.shape}"
        )
    for name, values in {"p": p, "q": q}.items():
        if not (values.size and (values >= 0).all() and abs(values.sum() - 1) < 1e-6):
            raise ValueError(
                f"{name} must be a distribution, with numbers from 0 that sum to 1; they went from "
                f"{values.min(initial=np.inf)} and summed to {values.sum()}"
            )
    return max(0.0, float(rel_entr(p, q).sum()))


def accuracy(ranks: np.ndarray) -> float:
    """Share of tokens for which the model's first guess was right: :func:`top_k_accuracy`, k = 1.

    Examples
    --------
    >>> accuracy(np.array([0, 3, 0, 1]))
    0.5
    """
    return top_k_accuracy(ranks, k=1)


def top_k_accuracy(ranks: np.ndarray, k: int) -> float:
    """Share of tokens that were among the model's first ``k`` guesses.

    Raises
    ------
    ValueError
        If ``k`` is not a whole number from 1, or ``ranks`` is empty or holds something else than
        whole numbers from 0.

    Examples
    --------
    >>> top_k_accuracy(np.array([0, 3, 0, 1]), k=2)
    0.75
    """
    ranks = np.asarray(ranks)
    require_whole(1, k=k)
    if not ranks.size or not np.issubdtype(ranks.dtype, np.integer) or ranks.min() < 0:
        raise ValueError(f"ranks must be whole numbers from 0, at least one; they were {ranks}")
    return float((ranks < k).mean())


def perplexity_interval(
    log_probs: np.ndarray, groups: np.ndarray, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Bootstrap confidence interval of the perplexity, resampling whole groups of tokens.

    The tokens of an article are not independent of each other, so whole articles are drawn anew;
    drawing single tokens would make the interval far too narrow (Koehn, 2004, does the same with
    sentences). It is the percentile interval of 2,000 resamples.

    Parameters
    ----------
    log_probs
        Shape (tokens,), in nats.
    groups
        A number for each token that says to which group it belongs, shape (tokens,).
    confidence
        The level, between 0 and 1.
    seed
        Of the resampling.

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than two groups, ``confidence`` is out of its
        range, or ``log_probs`` holds a number that is not finite or is above 0.

    Examples
    --------
    >>> log_probs = np.log([0.5, 0.25, 0.5, 0.125, 0.25, 0.5])
    >>> low, high = perplexity_interval(log_probs, np.array([0, 0, 1, 1, 2, 2]))
    >>> low < perplexity(log_probs) < high
    True
    """
    values = -_checked_finite("log_probs", log_probs)
    return _exponentiated_mean_interval(values, groups, confidence, seed)


def perplexity_ratio_interval(
    log_probs: np.ndarray,
    baseline_log_probs: np.ndarray,
    groups: np.ndarray,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Paired bootstrap interval of a model's perplexity divided by a baseline's.

    Both models are judged on the same resampled groups, so that what makes a text hard for both
    cancels. The model is better than the baseline, at this level, if the interval lies below 1.
    Parameters and errors as in :func:`perplexity_interval`.

    Examples
    --------
    >>> better, worse = np.log([0.5, 0.5, 0.25, 0.5]), np.log([0.4, 0.3, 0.2, 0.4])
    >>> low, high = perplexity_ratio_interval(better, worse, np.array([0, 0, 1, 1]))
    >>> high < 1
    True
    """
    log_probs = _checked_finite("log_probs", log_probs)
    baseline = _checked_finite("baseline_log_probs", baseline_log_probs)
    if log_probs.shape != baseline.shape:
        raise ValueError(
            "log_probs and baseline_log_probs must score the same tokens; their "
            f"shapes were {log_probs.shape} and {baseline.shape}"
        )
    return _exponentiated_mean_interval(baseline - log_probs, groups, confidence, seed)


def _exponentiated_mean_interval(
    values: np.ndarray, groups: np.ndarray, confidence: float, seed: int
) -> Interval:
    from scipy.stats import bootstrap

    groups = np.asarray(groups)
    if values.ndim != 1 or groups.shape != values.shape:
        raise ValueError(
            "groups must name a group for each token; the shapes of log_probs and "
            f"groups were {values.shape} and {groups.shape}"
        )
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1; it was {confidence}")
    _, members = np.unique(groups, return_inverse=True)
    sizes = np.bincount(members)
    if len(sizes) < 2:
        raise ValueError("groups must hold at least two groups to draw from; there was one")
    sums = np.bincount(members, weights=values)

    def statistic(sums: np.ndarray, sizes: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.exp(sums.sum(axis=axis) / sizes.sum(axis=axis))

    result = bootstrap(
        (sums, sizes),
        statistic,
        n_resamples=_RESAMPLES,
        batch=max(1, min(_RESAMPLES, _RESAMPLED_AT_ONCE // len(sums))),
        paired=True,
        vectorized=True,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    return Interval(*map(float, result.confidence_interval))


def _checked(name: str, log_probs: np.ndarray) -> np.ndarray:
    log_probs = np.asarray(log_probs, float)
    if not log_probs.size:
        raise ValueError(f"{name} must hold at least one token; it was empty")
    if np.isnan(log_probs).any() or log_probs.max() > 1e-6:
        raise ValueError(
            f"{name} must be logarithms of probabilities, 0 or less; the largest was "
            f"{log_probs.max()}"
        )
    return log_probs


def _checked_finite(name: str, log_probs: np.ndarray) -> np.ndarray:
    log_probs = _checked(name, log_probs)
    if np.isinf(log_probs).any():
        raise ValueError(
            f"{name} must be finite; with a word of probability 0 the perplexity is infinite, "
            "and has no interval"
        )
    return log_probs
