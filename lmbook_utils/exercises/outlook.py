"""Chapter 10: outlook."""

from collections.abc import Callable

import numpy as np

from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_exposure(function: Callable[[np.ndarray, int], float]) -> None:
    """Chapter 10: the exposure of a secret among candidates, in bits.

    Examples
    --------
    >>> check_exposure(lambda log_probs, secret: np.log2(len(log_probs)))
    Not yet: for rank 3 of 8 candidates, your number is too large.
    """
    log_probs = np.array([-5.0, -1.0, -2.0, -3.0, -4.0, -6.0, -7.0, -8.0])
    for secret, rank in ((3, 3), (7, 8), (1, 1)):
        case = f"for rank {rank} of 8 candidates"
        _compare(case, call(function, case, log_probs.copy(), secret), np.log2(8 / rank))
    case = "for 4 candidates of the same probability"
    _compare(case, call(function, case, np.zeros(4), 2), 0.0)


@prints_verdict
def check_clip(function: Callable[[np.ndarray, float], np.ndarray]) -> None:
    """Chapter 10: gradients of examples, each cut to a norm.

    Examples
    --------
    >>> check_clip(lambda gradients, C: gradients)
    Not yet: a row longer than C should have the norm C.
    """
    rows = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    found = np.asarray(call(function, "for three rows", rows.copy(), 1.0))
    require(found.shape == rows.shape, f"expected the shape {rows.shape}; it was {found.shape}")
    require(bool(np.isfinite(found).all()), "a row of zeros should stay one; there was a NaN")
    require(
        bool(np.isclose(np.linalg.norm(found[0]), 1)), "a row longer than C should have the norm C"
    )
    require(np.allclose(found[0], rows[0] / 5), "a row should keep its direction")
    require(np.allclose(found[1:], rows[1:]), "a row shorter than C should stay as it is")
    found = np.asarray(call(function, "for C = 2", rows.copy(), 2.0))
    require(np.allclose(found[0], rows[0] * 0.4), "for C = 2, the long row has another length")


@prints_verdict
def check_kilowatt_hours(function: Callable[[float, float, float, float, float], float]) -> None:
    """Chapter 10: the energy of a training.

    Examples
    --------
    >>> check_kilowatt_hours(lambda flops, peak, utilisation, watts, overhead: 1e9)
    Not yet: for (7200000000000000.0, 1000000000000.0, 0.5, 500, 1.2), your number is too large.
    """
    for arguments in ((7.2e15, 1e12, 0.5, 500, 1.2), (3.6e18, 1e14, 0.25, 300, 1.0)):
        flops, peak, utilisation, watts, overhead = arguments
        expected = flops / (peak * utilisation) / 3.6e6 * watts * overhead
        case = f"for {arguments}"
        _compare(case, call(function, case, *arguments), expected)


@prints_verdict
def check_exact_p(function: Callable[[np.ndarray, np.ndarray], float]) -> None:
    """Chapter 10: the probability of a difference of means, over all divisions of the values.

    Examples
    --------
    >>> check_exact_p(lambda one, other: 0.0)
    Not yet: for [3.0, 4.0] and [1.0, 2.0], your number is too small.
    """
    cases = (
        ([3.0, 4.0], [1.0, 2.0], 1 / 6),
        ([1.0, 2.0], [3.0, 4.0], 1.0),  # one-sided
        ([1.0, 1.0], [1.0, 1.0, 1.0], 1.0),  # at least as large
        ([5.0, 6.0, 1.0], [2.0, 3.0], 3 / 10),
    )
    for one, other, expected in cases:
        case = f"for {one} and {other}"
        _compare(case, call(function, case, np.array(one), np.array(other)), expected)


def _compare(case: str, answer: object, expected: float) -> None:
    number = number_from(answer)
    size = "small" if number < expected else "large"
    close = bool(np.isclose(number, expected, rtol=1e-6, atol=1e-9))
    require(close, f"{case}, your number is too {size}")
