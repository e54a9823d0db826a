"""How well did a model predict the tokens of a text? Cross-entropy, perplexity, bits."""

import numpy as np

from lmbook_utils._validation import real_numbers, require_whole
from lmbook_utils.metrics._checks import checked_log_probs


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
    return float(-checked_log_probs("log_probs", log_probs).mean())


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


def bits_per_character(log_probs: np.ndarray, characters: int) -> float:
    r"""Bits that a perfect compressor would need for a text, per character of the text.

    .. math::
        -\frac{1}{C} \sum_t \log_2 p(w_t)

    The sum is over all tokens of the text, and :math:`C` is the number of its characters. A model
    of characters and a model of words cut the same text into different tokens, and so their
    perplexities cannot be compared; their bits per character can, as both sum up to the
    probability of the same text. That holds only if every character is paid for: a model that
    reads `<unk>` for a word has predicted that some unknown word comes, but not how it is spelt,
    and seems better than it is unless the bits of the spelling are added.

    Parameters
    ----------
    log_probs
        Of all tokens of the text, shape (tokens,), in nats.
    characters
        The number of characters of the text that the tokens stand for. Whether spaces and ends of
        sentences count must be the same for all models that are compared.

    Raises
    ------
    ValueError
        As :func:`cross_entropy`, or if ``characters`` is not a whole number from 1.

    Examples
    --------
    Two words of 3 and 5 characters and the space between them, predicted with 1 and 3 bits:

    >>> round(bits_per_character(np.log([0.5, 0.125]), characters=9), 4)
    0.4444
    """
    require_whole(1, characters=characters)
    log_probs = checked_log_probs("log_probs", log_probs)
    return float(-log_probs.sum() / np.log(2) / characters)


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

    p, q = real_numbers("p", p), real_numbers("q", q)
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
