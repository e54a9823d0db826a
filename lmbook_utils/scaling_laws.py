r"""Scaling laws: how the loss falls with parameters and text, and what a training costs.

Losses are cross-entropies in nats per token.
"""

from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import real_numbers, require_positive, require_type, require_whole


class PowerLaw(NamedTuple):
    r"""A law :math:`L(x) = E + A x^{-\alpha}`; see :func:`fit_power_law`."""

    irreducible: float
    factor: float
    exponent: float

    def loss(self, x: np.ndarray | float) -> np.ndarray | float:
        """The loss that the law gives for each size.

        Raises
        ------
        ValueError
            If a size is not above 0.

        Examples
        --------
        >>> float(PowerLaw(irreducible=2.0, factor=6.0, exponent=0.5).loss(9.0))
        4.0
        """
        sizes = real_numbers("x", x)
        if not (sizes > 0).all():
            raise ValueError(f"x must be sizes above 0; it was {x!r}")
        return self.irreducible + self.factor * sizes**-self.exponent


_EXPONENTS = np.linspace(0.01, 2, 400)


def fit_power_law(x: np.ndarray, losses: np.ndarray, with_floor: bool = True) -> PowerLaw:
    r"""Fit a power law with a floor by least squares.

    Equation: :eq:`eq-power-law`

    For a given exponent the law is linear in the other two numbers, which must not be negative;
    so the best of 400 exponents from 0.01 to 2 is found, then the best of 400 around it.

    Parameters
    ----------
    x
        Sizes, such as numbers of parameters, above 0, shape (runs,).
    losses
        Shape (runs,).
    with_floor
        Whether to fit the irreducible loss :math:`E`; it is 0 if not.

    Returns
    -------
    PowerLaw

    Raises
    ------
    ValueError
        If the shapes differ, a number is not finite and above 0, or there are fewer different
        sizes than numbers to fit.

    Examples
    --------
    >>> x = np.array([1e3, 1e4, 1e5, 1e6])
    >>> law = fit_power_law(x, 3 + 20 * x**-0.3)
    >>> [round(number, 2) for number in law]
    [3.0, 20.0, 0.3]
    """
    require_type(bool, with_floor=with_floor)
    x, losses = real_numbers("x", x), real_numbers("losses", losses)
    if x.ndim != 1 or x.shape != losses.shape:
        raise ValueError(
            f"x and losses must both have the shape (runs,); they had {x.shape} and {losses.shape}"
        )
    if not all(np.isfinite(values).all() and (values > 0).all() for values in (x, losses)):
        raise ValueError("x and losses must hold finite numbers above 0")
    needed = 2 + with_floor
    if len(np.unique(x)) < needed:
        raise ValueError(
            f"x must hold at least {needed} different sizes; there were {len(np.unique(x))}"
        )
    exponents = _EXPONENTS
    for _ in range(2):
        law = _best_of(x, losses, exponents, with_floor)
        width = _EXPONENTS[1] - _EXPONENTS[0]
        exponents = np.linspace(max(law.exponent - width, 1e-4), law.exponent + width, 400)
    return law


def bootstrap_power_law(
    x: np.ndarray, losses: np.ndarray, resamples: int = 200, seed: int = 0, with_floor: bool = True
) -> np.ndarray:
    """Fit the law to runs drawn with replacement, again and again.

    Draws with too few different sizes are drawn anew. What this shows is how much the fit hangs
    on single runs; it does not show whether a power law is the right form.

    Parameters
    ----------
    x, losses, with_floor
        As in :func:`fit_power_law`.
    resamples
        How many fits.
    seed
        Of the draws.

    Returns
    -------
    ndarray, shape (resamples, 3)
        Irreducible loss, factor and exponent of each fit.

    Raises
    ------
    ValueError
        As :func:`fit_power_law` does, or if ``resamples`` is not a whole number from 1. Also if
        ``seed`` is no whole number from 0.

    Examples
    --------
    >>> x = np.array([1e3, 1e4, 1e5, 1e6])
    >>> fits = bootstrap_power_law(x, 3 + 20 * x**-0.3, resamples=5)
    >>> fits.shape, fits[:, 2].round(2).tolist()
    ((5, 3), [0.3, 0.3, 0.3, 0.3, 0.3])
    """
    require_whole(0, seed=seed)
    require_whole(1, resamples=resamples)
    fit_power_law(x, losses, with_floor)  # complains of what is wrong with the runs
    x, losses = real_numbers("x", x), real_numbers("losses", losses)
    rng = np.random.default_rng(seed)
    fits: list[PowerLaw] = []
    while len(fits) < resamples:
        drawn = rng.integers(0, len(x), len(x))
        if len(np.unique(x[drawn])) >= 2 + with_floor:
            fits.append(fit_power_law(x[drawn], losses[drawn], with_floor))
    return np.array(fits)


def training_flops(parameters: float, tokens: float) -> float:
    r"""Floating-point operations of a training: about 6 for each parameter and token.

    Equation: :eq:`eq-training-flops`

    A multiplication and an addition for each parameter on the way forward, and twice as many on
    the way back (Kaplan et al., 2020). An embedding is looked up and not multiplied, so its
    parameters do not count; and attention over long texts costs more than this.

    Parameters
    ----------
    parameters
        Those that each token is multiplied with.
    tokens
        The number of tokens that are read in training, repetitions included.

    Raises
    ------
    ValueError
        If an argument is not above 0.

    Examples
    --------
    >>> f"{training_flops(1e9, 2e10):.1e}"
    '1.2e+20'
    """
    require_positive(parameters=parameters, tokens=tokens)
    return 6.0 * parameters * tokens


def kaplan_loss(parameters: float) -> float:
    """The loss that Kaplan et al. (2020) found for enough text and training.

    Parameters
    ----------
    parameters
        Without those of the embedding.

    Raises
    ------
    ValueError
        If ``parameters`` is not above 0.

    Examples
    --------
    >>> round(kaplan_loss(1e9), 3)
    2.376
    """
    require_positive(parameters=parameters)
    loss: float = (8.8e13 / parameters) ** 0.076
    return loss


def hoffmann_loss(parameters: float, tokens: float) -> float:
    r"""The loss that Hoffmann et al. (2022) fitted to 400 trainings.

    Equation: :eq:`eq-two-sizes`

    Parameters
    ----------
    parameters, tokens
        Sizes of model and training text.

    Raises
    ------
    ValueError
        If an argument is not above 0.

    Examples
    --------
    >>> round(hoffmann_loss(70e9, 1.4e12), 3)
    1.937
    """
    require_positive(parameters=parameters, tokens=tokens)
    loss: float = 1.69 + 406.4 / parameters**0.34 + 410.7 / tokens**0.28
    return loss


def best_sizes(flops: float) -> tuple[float, float]:
    """Parameters and tokens with the least :func:`hoffmann_loss` for so many operations.

    Raises
    ------
    ValueError
        If ``flops`` is not above 0.

    Examples
    --------
    >>> parameters, tokens = best_sizes(training_flops(70e9, 1.4e12))
    >>> f"{parameters:.1e} parameters, {tokens:.1e} tokens"
    '3.2e+10 parameters, 3.0e+12 tokens'
    """
    require_positive(flops=flops)
    ratio = (0.34 * 406.4) / (0.28 * 410.7)
    parameters = ratio ** (1 / 0.62) * (flops / 6) ** (0.28 / 0.62)
    return parameters, flops / 6 / parameters


def _best_of(
    x: np.ndarray, losses: np.ndarray, exponents: np.ndarray, with_floor: bool
) -> PowerLaw:
    """The law with the least squared error among those with these exponents."""
    powers = x ** -exponents[:, None]  # (exponents, runs)
    factors = powers @ losses / np.sum(powers**2, axis=1)  # without a floor
    floors = np.zeros(len(exponents))
    if with_floor:
        centred = powers - powers.mean(axis=1, keepdims=True)
        steep = np.maximum(centred @ losses / np.sum(centred**2, axis=1), 0)
        base = losses.mean() - steep * powers.mean(axis=1)
        factors = np.where(base < 0, factors, steep)
        floors = np.maximum(base, 0)
    with np.errstate(over="ignore"):  # the squares of huge losses are infinite, and the worst
        errors = np.sum((floors[:, None] + factors[:, None] * powers - losses) ** 2, axis=1)
    best = int(np.argmin(errors))
    return PowerLaw(float(floors[best]), float(factors[best]), float(exponents[best]))
