"""How sure are we of a perplexity, and of a difference between two models?

The tokens of an article are not independent of each other, so all functions here draw, or swap,
whole groups of tokens: articles, as a rule.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import array_of, real_numbers, require_fraction, require_whole
from lmbook_utils.metrics._checks import checked_finite_log_probs

_RESAMPLES, _MOST_RESAMPLES = 2000, 100_000
_PERMUTATIONS = 9999  # with the observed one 10,000: all that 13 groups have
_RESAMPLED_AT_ONCE = 10_000_000  # groups: what keeps the memory below a few hundred megabytes


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


def mean_interval(
    values: np.ndarray, groups: np.ndarray, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Bootstrap confidence interval of a mean, resampling whole groups of values.

    As :func:`perplexity_interval`, for anything that is a mean over tokens or sentences: an
    accuracy, for example.

    Parameters
    ----------
    values
        Finite numbers, shape (values,).
    groups, confidence, seed
        As in :func:`perplexity_interval`.

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than two groups, ``confidence`` is out of its range,
        or a value is not finite.

    Examples
    --------
    >>> right = np.array([True, True, False, True, False, True])
    >>> mean_interval(right, np.array([0, 0, 1, 1, 2, 2]))
    Interval(low=0.5, high=1.0)
    """
    values = real_numbers("values", values)
    if not np.isfinite(values).all():
        raise ValueError("values must be finite numbers; one was not")
    return _bootstrap_interval(values, groups, confidence, seed, of_the_mean=lambda mean: mean)


def perplexity_interval(
    log_probs: np.ndarray, groups: np.ndarray, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Bootstrap confidence interval of the perplexity, resampling whole groups of tokens.

    The tokens of an article are not independent of each other, so whole articles are drawn anew;
    drawing single tokens would make the interval far too narrow (Koehn, 2004, does the same with
    sentences). It is the percentile interval of 2,000 resamples; a level above 0.95 takes as many
    more (100,000 at most) as it takes for 50 to lie beyond each end. With few groups it is somewhat
    too narrow: ten articles do not show how much articles differ.

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
    >>> from lmbook_utils.metrics import perplexity
    >>> log_probs = np.log([0.5, 0.25, 0.5, 0.125, 0.25, 0.5])
    >>> low, high = perplexity_interval(log_probs, np.array([0, 0, 1, 1, 2, 2]))
    >>> low < perplexity(log_probs) < high
    True
    """
    values = -checked_finite_log_probs("log_probs", log_probs)
    return _bootstrap_interval(values, groups, confidence, seed, of_the_mean=np.exp)


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
    differences = _differences(log_probs, baseline_log_probs)
    return _bootstrap_interval(-differences, groups, confidence, seed, of_the_mean=np.exp)


def paired_permutation_test(
    log_probs: np.ndarray, baseline_log_probs: np.ndarray, groups: np.ndarray, seed: int = 0
) -> float:
    r"""Test whether two models have the same cross-entropy, by swapping them in whole groups.

    If the two were equally good, it would be chance which of them did better on an article. So in
    each group the sign of the difference :math:`d_g`, the sum of :math:`\ln p(w_t) - \ln q(w_t)`
    over its tokens, is as likely to be the other. The p-value is the share of all
    :math:`2^G` choices of signs :math:`s_g = \pm 1` for the :math:`G` groups with which the sum
    is at least as far from 0 as the one observed:

    .. math::
        p = 2^{-G} \sum_{s} \Bigl[\, \bigl| \textstyle\sum_g s_g d_g \bigr|
            \ge \bigl| \sum_g d_g \bigr| \,\Bigr]

    With up to 13 groups all choices are looked at, and the p-value is exact; with more it is
    estimated from 9,999 random ones. It cannot be smaller than :math:`2 / 2^G`, however clear the
    difference: 0.002 with 10 articles, and with 5 it never falls below 0.06.

    Parameters
    ----------
    log_probs, baseline_log_probs
        Of the same tokens by two models, shape (tokens,), in nats.
    groups
        A number for each token that says to which group it belongs, shape (tokens,).
    seed
        Of the random choices.

    Returns
    -------
    float
        The two-sided p-value, above 0 and at most 1.

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than two groups, or a log-probability is not finite
        or is above 0.

    Examples
    --------
    One model is better in all of three groups, as it would be by chance in 2 of 8 cases (better
    in all or worse in all):

    >>> better, worse = np.log([0.5, 0.5, 0.25]), np.log([0.4, 0.3, 0.2])
    >>> paired_permutation_test(better, worse, np.array([0, 1, 2]))
    0.25
    """
    return _permutation_p_value(_differences(log_probs, baseline_log_probs), groups, seed)


def paired_mean_test(
    values: np.ndarray, baseline: np.ndarray, groups: np.ndarray, seed: int = 0
) -> float:
    """Test whether two systems have the same mean, by swapping them in whole groups.

    As :func:`paired_permutation_test`, for anything that is a mean over tokens or sentences.

    Parameters
    ----------
    values, baseline
        Finite numbers, of the same items by two systems, shape (values,).
    groups, seed
        As in :func:`paired_permutation_test`.

    Raises
    ------
    ValueError
        If the shapes differ, there are fewer than two groups, or a value is not finite.

    Examples
    --------
    >>> right, baseline = np.array([True, True, True]), np.array([False, False, False])
    >>> paired_mean_test(right, baseline, np.array([0, 1, 2]))
    0.25
    """
    values, baseline = real_numbers("values", values), real_numbers("baseline", baseline)
    if values.shape != baseline.shape:
        raise ValueError(
            "values and baseline must be of the same items; their shapes were "
            f"{values.shape} and {baseline.shape}"
        )
    differences = values - baseline
    if not np.isfinite(differences).all():
        raise ValueError("values and baseline must be finite numbers; one was not")
    return _permutation_p_value(differences, groups, seed)


def _permutation_p_value(differences: np.ndarray, groups: np.ndarray, seed: int) -> float:
    from scipy.stats import permutation_test

    require_whole(0, seed=seed)
    sums, _ = _grouped(differences, groups)
    result = permutation_test(
        (sums,),
        np.sum,
        permutation_type="samples",  # of one sample: the signs
        vectorized=True,
        n_resamples=_PERMUTATIONS,
        batch=_RESAMPLED_AT_ONCE // len(sums) + 1,
        rng=np.random.default_rng(seed),
    )
    return float(result.pvalue)


def _differences(log_probs: np.ndarray, baseline_log_probs: np.ndarray) -> np.ndarray:
    """By how many nats a model gave each token more than the baseline did, shape (tokens,)."""
    log_probs = checked_finite_log_probs("log_probs", log_probs)
    baseline = checked_finite_log_probs("baseline_log_probs", baseline_log_probs)
    if log_probs.shape != baseline.shape:
        raise ValueError(
            "log_probs and baseline_log_probs must score the same tokens; their "
            f"shapes were {log_probs.shape} and {baseline.shape}"
        )
    differences: np.ndarray = log_probs - baseline
    return differences


def _grouped(values: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the values in each group, and the sizes of the groups; each (groups,)."""
    groups = array_of("groups", groups)
    if values.ndim != 1 or groups.shape != values.shape:
        raise ValueError(
            "groups must name a group for each value; the shapes of the values and of "
            f"groups were {values.shape} and {groups.shape}"
        )
    _, members = np.unique(groups, return_inverse=True)
    sizes = np.bincount(members)
    if len(sizes) < 2:
        raise ValueError("groups must hold at least two groups to draw from; there was one")
    return np.bincount(members, weights=values), sizes


def _bootstrap_interval(
    values: np.ndarray,
    groups: np.ndarray,
    confidence: float,
    seed: int,
    of_the_mean: Callable[[np.ndarray], np.ndarray],
) -> Interval:
    from scipy.stats import bootstrap

    sums, sizes = _grouped(values, groups)
    require_fraction(confidence=confidence)
    require_whole(0, seed=seed)
    resamples = min(_MOST_RESAMPLES, max(_RESAMPLES, round(_RESAMPLES * 0.05 / (1 - confidence))))

    def statistic(sums: np.ndarray, sizes: np.ndarray, axis: int = -1) -> np.ndarray:
        return of_the_mean(sums.sum(axis=axis) / sizes.sum(axis=axis))

    with np.errstate(over="ignore", invalid="ignore"):
        result = bootstrap(
            (sums, sizes),
            statistic,
            n_resamples=resamples,
            batch=max(1, min(resamples, _RESAMPLED_AT_ONCE // len(sums))),
            paired=True,
            vectorized=True,
            confidence_level=confidence,
            method="percentile",
            rng=np.random.default_rng(seed),
        )
    interval = Interval(*map(float, result.confidence_interval))
    if not np.isfinite(interval).all():
        raise ValueError(
            "log_probs or values must have finite means, to exponentiate; the interval was from "
            f"{interval.low} to {interval.high}"
        )
    return interval
