"""Chapter 3, maximum likelihood and training."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.special import softmax

from lmbook_utils.exercises._answers import array_from, pair_from
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require
from lmbook_utils.losses import softmax_cross_entropy
from lmbook_utils.optimizers import SGD


@prints_verdict
def check_softmax_gradient(answer: Sequence[float]) -> None:
    """Chapter 3: the gradient of the cross-entropy for p = (1/2, 1/4, 1/4); the third word came.

    Examples
    --------
    >>> check_softmax_gradient([0.5, 0.25, 0.25])
    Not yet: your numbers sum to 1 and not to 0; the truth has not been subtracted.
    """
    numbers = _numbers_from(answer, 3)
    right = softmax_cross_entropy(np.log([[0.5, 0.25, 0.25]]), np.array([[0, 0, 1]])).gradient[0]
    require(
        abs(numbers.sum()) < 1e-3,
        f"your numbers sum to {numbers.sum():.4g} and not to 0; the truth has not been subtracted",
    )
    require(
        not np.allclose(numbers, -right, atol=1e-3),
        "your numbers are those of the log-likelihood, and the loss is its negative",
    )
    require(np.allclose(numbers, right, atol=1e-3), "the third word came; subtract it from p")


@prints_verdict
def check_dirichlet_mode(answer: float) -> None:
    """Chapter 3: the Dirichlet prior whose most probable distribution is that of add-one.

    Examples
    --------
    >>> check_dirichlet_mode(1)
    Not yet: with alpha = 1 the most probable distribution is the relative frequency.
    """
    alpha = number_from(answer)
    counts = np.array([3.0, 1.0, 0.0])
    wanted = (counts + 1) / (counts + 1).sum()
    require(np.isfinite(alpha), "alpha is a finite number")
    require(alpha >= 1, "below 1 the posterior has no maximum where a count is 0")
    mode = (counts + alpha - 1) / (counts + alpha - 1).sum()
    what = "is the relative frequency"
    if alpha > 1:
        shown = ", ".join(f"{p:.3f}" for p in mode)
        right = ", ".join(f"{p:.3f}" for p in wanted)
        what = f"for the counts 3, 1, 0 is ({shown}) and not ({right})"
    require(
        np.allclose(mode, wanted, atol=1e-6),
        f"with alpha = {alpha:g} the most probable distribution {what}",
    )


@prints_verdict
def check_nesterov(function: Callable[..., tuple[np.ndarray, np.ndarray]]) -> None:
    """Chapter 3: one step of Nesterov's momentum, from theta and v to the new ones.

    Examples
    --------
    >>> check_nesterov(lambda theta, v, gradient, rate, momentum: (theta, v))
    Not yet: after step 1, v is not right.
    """
    rng = np.random.default_rng(0)
    tested, expected = SGD(0.1, momentum=0.8, nesterov=True), {"theta": np.ones(3)}
    theta, velocity = np.ones(3), np.zeros(3)
    expected_velocity = np.zeros(3)
    for number in (1, 2, 3):
        case = f"after step {number}"
        gradient = rng.normal(size=3)
        before = expected["theta"].copy()
        tested.step(expected, {"theta": gradient})
        expected_velocity = 0.8 * expected_velocity - 0.1 * gradient
        result = call(function, case, theta.copy(), velocity.copy(), gradient.copy(), 0.1, 0.8)
        pair = pair_from(result, "theta and v", case)
        theta, velocity = (array_from(part, (3,), case) for part in pair)
        right = expected["theta"]
        require(
            not (np.allclose(theta, expected_velocity) and np.allclose(velocity, right)),
            f"{case}, theta and v are exchanged",
        )
        uphill = 2 * 0.1 * gradient + expected_velocity
        require(not np.allclose(velocity, uphill), f"{case}, v goes up the gradient, not down")
        require(np.allclose(velocity, expected_velocity), f"{case}, v is not right")
        require(
            not np.allclose(theta, before + expected_velocity),
            f"{case}, theta has moved by v: that is momentum without a look ahead",
        )
        require(
            not np.allclose(theta, before + 0.8 * expected_velocity),
            f"{case}, theta has moved by the velocity's part alone, without the gradient's",
        )
        require(np.allclose(theta, right), f"{case}, theta is not right")


@prints_verdict
def check_class_probabilities(function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
    """Chapter 3: the E step of a mixture, from logarithms that are far too small for ``exp``.

    Examples
    --------
    >>> check_class_probabilities(lambda log_weights, log_p: np.exp(log_weights + log_p))
    Not yet: the probabilities of a text's classes do not sum to 1.
    """
    rng = np.random.default_rng(0)
    log_weights = np.log([0.5, 0.3, 0.2])
    log_p = rng.normal(scale=2, size=(4, 3))
    for shift, case in ((0, "for short texts"), (-5000, "for texts of thousands of words")):
        result = call(function, case, log_weights.copy(), log_p + shift)
        require(
            not _has_nan_or_infinity(result),
            f"{case}, the result holds NaN or infinity; all products became 0, so subtract the "
            "largest logarithm of each row before exp",
        )
        result = array_from(result, log_p.shape, case)
        logs = log_weights + log_p
        right = softmax(logs, axis=1)
        for mistake, hint in (
            (np.log(right), "those are logarithms of probabilities"),
            (softmax(logs, axis=0), "the classes of an item should sum to 1, not the items"),
            (softmax(logs), "the classes of each item should sum to 1, not all numbers"),
            (softmax(log_p, axis=1), "the weights of the classes have no effect"),
        ):
            require(not np.allclose(result, mistake), f"{case}, {hint}")
        require(
            np.allclose(result.sum(axis=1), 1),
            "the probabilities of a text's classes do not sum to 1",
        )
        require(np.allclose(result, right), f"{case}, the result is not right")


def _has_nan_or_infinity(result: Any) -> bool:
    try:
        return result is not None and not np.isfinite(np.asarray(result, float)).all()
    except (TypeError, ValueError, OverflowError):  # no numbers at all
        return False


def _numbers_from(answer: object, length: int) -> np.ndarray:
    try:
        numbers = np.asarray(answer, float)
    except (TypeError, ValueError, OverflowError):
        numbers = np.zeros(0)
    require(
        numbers.shape == (length,) and bool(np.isfinite(numbers).all()),
        f"expected {length} numbers; it was {answer!r}",
    )
    return numbers
