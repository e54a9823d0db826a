"""Differentially private gradient descent (DP-SGD, Abadi et al., 2016), and what it promises."""

import numpy as np

from lmbook_utils._validation import (
    is_number,
    real_numbers,
    require_positive,
    require_type,
    require_whole,
)

_MOST_NOISE = 1e4


def private_gradient(
    gradients: np.ndarray,
    clip_norm: float,
    noise_multiplier: float,
    rng: np.random.Generator,
    expected_examples: float,
) -> np.ndarray:
    r"""Clip the gradient of each example, add them up, add noise, and divide.

    Equation: :eq:`eq-private-gradient`

    Parameters
    ----------
    gradients
        One row for each example, shape (examples, parameters); there may be no example.
    clip_norm
        The largest norm :math:`C` that one example's gradient keeps.
    noise_multiplier
        The noise has the standard deviation :math:`\sigma C`; :math:`\sigma` from 0.
    rng
        Draws the noise.
    expected_examples
        What the sum is divided by: the number of examples that a draw has on average. (The number
        that it has would give away something itself.)

    Returns
    -------
    ndarray, shape (parameters,)

    Raises
    ------
    ValueError
        If a number is out of its range, or ``gradients`` is no matrix of finite numbers. Also if
        ``rng`` is no ``Generator``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> private_gradient(np.array([[3.0, 4.0], [0.0, 0.5]]), 1.0, 0.0, rng, 2).round(3).tolist()
    [0.3, 0.65]
    """
    require_type(np.random.Generator, rng=rng)
    require_positive(clip_norm=clip_norm, expected_examples=expected_examples)
    if not is_number(noise_multiplier) or not 0 <= noise_multiplier < np.inf:
        raise ValueError(
            f"noise_multiplier must be a finite number from 0; it was {noise_multiplier!r}"
        )
    rows = real_numbers("gradients", gradients)
    if rows.ndim != 2 or not np.isfinite(rows).all():
        raise ValueError(
            "gradients must be finite numbers of shape (examples, parameters); the shape was "
            f"{rows.shape}"
        )
    norms = np.linalg.norm(rows, axis=1)
    factors = 1 / np.maximum(1, norms / clip_norm)
    noise = rng.normal(size=rows.shape[1]) * noise_multiplier * clip_norm
    gradient: np.ndarray = (factors @ rows + noise) / expected_examples
    return gradient


def epsilon(noise_multiplier: float, share: float, steps: int, delta: float) -> float:
    r"""The promise :math:`\varepsilon` of DP-SGD, by the accountant of ``dp_accounting``.

    Each step draws every example with the same probability, independently of the others.

    Parameters
    ----------
    noise_multiplier
        As in :func:`private_gradient`; 0 promises nothing, so the answer is infinite.
    share
        The probability of each example to be in a step, above 0 and at most 1.
    steps
        The number of steps.
    delta
        The small probability with which the promise may fail, above 0 and below 1.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> round(epsilon(1.0, 0.01, 1000, 1e-5), 2)
    2.1
    """
    import dp_accounting  # takes a while
    from dp_accounting import rdp

    require_positive(share=share, delta=delta)
    require_whole(1, steps=steps)
    if share > 1 or delta >= 1:
        raise ValueError(
            f"share must be at most 1 and delta below 1; they were {share!r} and {delta!r}"
        )
    if noise_multiplier == 0:
        return float("inf")
    require_positive(noise_multiplier=noise_multiplier)
    if noise_multiplier > _MOST_NOISE:
        raise ValueError(
            f"noise_multiplier must be at most {_MOST_NOISE}, or the sums of the accountant do not "
            f"converge; it was {noise_multiplier!r}"
        )
    step = dp_accounting.PoissonSampledDpEvent(
        share, dp_accounting.GaussianDpEvent(noise_multiplier)
    )
    accountant = rdp.RdpAccountant()
    accountant.compose(dp_accounting.SelfComposedDpEvent(step, steps))
    return float(accountant.get_epsilon(delta))
