"""A model's scores on the tokens of a text, from which the other measures start."""

from typing import NamedTuple

import numpy as np

from lmbook_utils.metrics._checks import checked_logits


class TokenScores(NamedTuple):
    """A model's scores on a text, one entry for each token: four arrays of shape (tokens,)."""

    log_probs: np.ndarray
    """Logarithm of the probability of the word that came, in nats."""
    ranks: np.ndarray
    """How many other words were at least as probable: 0 if it was the most probable alone."""
    guesses: np.ndarray
    """Id of the word that the model held for the most probable."""
    guess_log_probs: np.ndarray
    """Logarithm of the probability of that guess, in nats."""


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
        nothing by giving all words the same. The guess must be one word all the same: of words
        that share the highest logit it is the one with the lowest id. So a guess may be right by
        luck where the rank is not 0; the two agree wherever one word alone is the most probable.

    Raises
    ------
    ValueError
        If the shapes do not fit, a target is not in the vocabulary, or the logits are no
        distribution: they hold NaN or infinity, or hold all words for impossible.

    Examples
    --------
    >>> scores = score_logits(np.log([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]), np.array([0, 1]))
    >>> np.exp(scores.log_probs).round(2).tolist(), scores.ranks.tolist()
    ([0.5, 0.2], [0, 1])
    >>> scores.guesses.tolist(), np.exp(scores.guess_log_probs).round(2).tolist()
    ([0, 2], [0.5, 0.7])
    """
    from scipy.special import logsumexp

    logits, targets = checked_logits(logits, targets)
    guesses = logits.argmax(axis=1)
    chosen = np.take_along_axis(logits, targets[:, None], axis=1)
    highest = np.take_along_axis(logits, guesses[:, None], axis=1)
    with np.errstate(invalid="ignore"):  # looked at below
        normalizer = logsumexp(logits, axis=1, keepdims=True)
        log_probs, guess_log_probs = chosen - normalizer, highest - normalizer
    if np.isnan(guess_log_probs).any():  # of a row without a distribution
        raise ValueError(
            "logits must hold neither NaN nor infinity; if they come from a model, its weights "
            "may have grown beyond all bounds in training: try a lower learning rate"
        )
    ranks = (logits >= chosen).sum(axis=1) - 1
    return TokenScores(log_probs[:, 0], ranks, guesses, guess_log_probs[:, 0])
