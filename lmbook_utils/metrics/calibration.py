"""Does a model mean its probabilities? Of the guesses it gives 0.7, seven in ten should be right.

After Guo, Pleiss, Sun and Weinberger (2017), "On Calibration of Modern Neural Networks".
"""

from typing import Literal, NamedTuple

import numpy as np

from lmbook_utils._validation import array_of, real_numbers, require_whole
from lmbook_utils.metrics._checks import checked_logits

_LOWEST, _HIGHEST = 0.01, 100.0  # temperatures
_ROWS_AT_ONCE = 64  # tokens: a few hundred thousand logits, which stay in the processor's cache


class ReliabilityCurve(NamedTuple):
    """What a model said and what came, for each bin that holds a token: each (bins,)."""

    confidence: np.ndarray
    """Mean probability that the model gave to its guesses."""
    accuracy: np.ndarray
    """Share of its guesses that were right."""
    count: np.ndarray  # type: ignore[assignment]  # hides the method of tuples, not needed
    """Number of tokens."""


def reliability_curve(
    confidences: np.ndarray,
    correct: np.ndarray,
    bins: int = 15,
    strategy: Literal["equal_width", "equal_mass"] = "equal_width",
) -> ReliabilityCurve:
    """Compare a model's confidence in its guesses with how often they were right.

    Parameters
    ----------
    confidences
        The probability that the model gave to its guess, shape (tokens,):
        ``np.exp(scores.guess_log_probs)``.
    correct
        Whether the guess was right, shape (tokens,): ``scores.guesses == targets``.
    bins
        Into how many bins the tokens are sorted by their confidence.
    strategy
        ``"equal_width"``: ``bins`` ranges of equal width from 0 to 1, each with its upper end. Few
        tokens may fall into some. ``"equal_mass"``: between quantiles, so that each bin has about
        as many tokens; tokens of one confidence stay together.

    Returns
    -------
    ReliabilityCurve
        By rising confidence, without the bins that hold no token.

    Raises
    ------
    ValueError
        If the shapes differ, there is no token, a confidence is not from 0 to 1, ``correct`` holds
        anything but True and False, ``bins`` is no whole number from 1, or the strategy is unknown.

    Examples
    --------
    >>> curve = reliability_curve([0.1, 0.3, 0.8, 0.9], [False, True, True, True], bins=2)
    >>> curve.confidence.round(2).tolist(), curve.accuracy.tolist(), curve.count.tolist()
    ([0.2, 0.85], [0.5, 1.0], [2, 2])
    """
    confidences, correct = _checked_guesses(confidences, correct)
    require_whole(1, bins=bins)
    if strategy not in ("equal_width", "equal_mass"):
        raise ValueError(f"strategy must be equal_width or equal_mass; it was {strategy!r}")
    between = np.linspace(0, 1, bins + 1)[1:-1]
    if strategy == "equal_mass":
        between = np.percentile(confidences, 100 * between)
    members = np.searchsorted(between, confidences)
    count = np.bincount(members, minlength=bins)
    held = count > 0
    confidence, accuracy = (
        np.bincount(members, weights=values, minlength=bins)[held] / count[held]
        for values in (confidences, correct)
    )
    return ReliabilityCurve(confidence, accuracy, count[held])


def expected_calibration_error(
    confidences: np.ndarray,
    correct: np.ndarray,
    bins: int = 15,
    strategy: Literal["equal_width", "equal_mass"] = "equal_width",
) -> float:
    r"""Mean distance between a model's confidence in its guesses and their accuracy.

    .. math::
        \mathrm{ECE} = \sum_{b} \frac{n_b}{N} \,\bigl| \mathrm{acc}_b - \mathrm{conf}_b \bigr|

    over the bins of :func:`reliability_curve`, of which bin :math:`b` holds :math:`n_b` of the
    :math:`N` tokens (Guo et al., 2017). 0 is perfect, but does not make a good model: one that
    always guesses the commonest word with the probability of its frequency has 0. It depends on
    the bins. Within a bin, guesses of too much and of too little confidence cancel, so that few
    bins hide errors; with many bins and few tokens chance alone keeps it above 0. It looks at the
    first guess only.

    Parameters and errors as in :func:`reliability_curve`.

    Examples
    --------
    >>> correct = [True, True, False, False, False]
    >>> round(expected_calibration_error([0.8, 0.9, 0.2, 0.1, 0.2], correct), 4)
    0.16
    """
    curve = reliability_curve(confidences, correct, bins, strategy)
    return float(np.average(np.abs(curve.accuracy - curve.confidence), weights=curve.count))


def fit_temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    r"""Find the temperature that a model's logits must be divided by to predict best.

    .. math::
        T^* = \arg\min_T -\frac{1}{N} \sum_t \ln \mathrm{softmax}(z_t / T)_{w_t}

    where :math:`z_t` are the logits for token :math:`t` and :math:`w_t` is the word that came. A
    model with :math:`T^* > 1` is too sure of itself. Dividing by a temperature changes no rank and
    no guess, so the accuracy stays; what improves is the calibration, and the perplexity. Fit it
    on the validation text: one number, and yet fitted to the test text it would be cheating.

    Parameters
    ----------
    logits
        Unnormalised log-probabilities, shape (tokens, vocabulary).
    targets
        The id of the word that came, shape (tokens,).

    Returns
    -------
    float
        The temperature, from 0.01 to 100, to about four digits.

    Raises
    ------
    ValueError
        As :func:`~lmbook_utils.metrics.score_logits`; if there is no token, or a word that
        came has no probability; or if no temperature between 0.01 and 100 is best, as where the
        words that came always have the highest logits, or no higher than others.

    Examples
    --------
    A model that gives 0.9 to its guess, which is right three times in four:

    >>> logits = np.log([[0.9, 0.1]] * 4)
    >>> temperature = fit_temperature(logits, np.array([0, 0, 0, 1]))
    >>> probabilities = np.exp(logits / temperature)
    >>> (probabilities / probabilities.sum(axis=1, keepdims=True))[0].round(3).tolist()
    [0.75, 0.25]
    """
    from scipy.optimize import minimize_scalar

    logits, targets = checked_logits(logits, targets)
    if not len(targets):
        raise ValueError("targets must hold at least one token; it was empty")
    highest = logits.max(axis=1, keepdims=True)
    chosen = np.take_along_axis(logits, targets[:, None], axis=1)
    with np.errstate(invalid="ignore"):  # looked at below
        deficit = float((highest - chosen).mean(dtype=float))
    if not np.isfinite(highest).all() or not np.isfinite(deficit):
        raise ValueError(
            "logits must hold neither NaN nor infinity, nor give a word that came no probability"
        )
    parts = range(0, len(logits), _ROWS_AT_ONCE)

    def cross_entropy(log_temperature: float) -> float:
        temperature = float(np.exp(log_temperature))
        log_sums = 0.0
        for start in parts:  # one after the other: all at once would fill gigabytes
            rows = slice(start, start + _ROWS_AT_ONCE)
            exponentials = np.exp((logits[rows] - highest[rows]) / temperature)
            log_sums += float(np.log(exponentials.sum(axis=1)).sum(dtype=float))
        return log_sums / len(logits) + deficit / temperature

    low, high = np.log([_LOWEST, _HIGHEST])
    found = minimize_scalar(cross_entropy, bounds=(low, high), options={"xatol": 1e-4}).x
    if deficit == 0 or not low + 0.01 < found < high - 0.01:
        raise ValueError(
            f"logits must have a best temperature between {_LOWEST} and {_HIGHEST}; there is none "
            "where the words that came always have the highest logits, or no higher than others"
        )
    return float(np.exp(found))


def _checked_guesses(confidences: np.ndarray, correct: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    confidences, correct = real_numbers("confidences", confidences), array_of("correct", correct)
    if confidences.ndim != 1 or confidences.shape != correct.shape or not confidences.size:
        raise ValueError(
            "confidences and correct must have the same shape (tokens,), with at least one token; "
            f"they had {confidences.shape} and {correct.shape}"
        )
    if not 0 <= confidences.min() <= confidences.max() <= 1 + 1e-6:
        raise ValueError(
            f"confidences must be from 0 to 1; they went from {confidences.min()} to "
            f"{confidences.max()}"
        )
    if correct.dtype != bool:
        raise ValueError(f"correct must hold True and False; its type was {correct.dtype}")
    return confidences, correct
