"""Checks of arguments that all language models have."""

from numbers import Real

import numpy as np


def require_dropout(dropout: float) -> None:
    """Raise a ``ValueError`` if ``dropout`` is no share of activations.

    Examples
    --------
    >>> require_dropout(0.3)
    >>> require_dropout(1)
    Traceback (most recent call last):
    ValueError: dropout must be from 0 up to, not including, 1; it was 1
    """
    if not isinstance(dropout, Real) or not 0 <= dropout < 1:
        raise ValueError(f"dropout must be from 0 up to, not including, 1; it was {dropout!r}")


def require_bias(output_bias: np.ndarray | None, vocab_size: int) -> None:
    """Raise a ``ValueError`` if ``output_bias`` is neither ``None`` nor a number for each word.

    Examples
    --------
    >>> require_bias(np.zeros(3), vocab_size=3)
    >>> require_bias(np.zeros(2), vocab_size=3)
    Traceback (most recent call last):
    ValueError: output_bias must have the shape (3,), one number for each word; it had (2,)
    """
    if output_bias is None:
        return
    bias = np.asarray(output_bias, float)
    if bias.shape != (vocab_size,):
        raise ValueError(
            f"output_bias must have the shape ({vocab_size},), one number for each word; it had "
            f"{bias.shape}"
        )
    if not np.isfinite(bias).all():
        raise ValueError(
            "output_bias must hold finite numbers; count each word at least once before you take "
            "logarithms, as metrics.unigram_log_probs does"
        )
