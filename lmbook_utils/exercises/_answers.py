"""What a function of the reader returned: arrays, pairs, strings, and numbers of usual slips."""

from collections.abc import Iterable
from typing import Any, SupportsFloat

import numpy as np

from lmbook_utils.exercises._verdicts import require


def array_from(answer: Any, shape: tuple[int, ...], case: str) -> np.ndarray:
    """Take an array of finite numbers from an answer (lists will do), or complain.

    Examples
    --------
    >>> array_from([[1, 2]], (1, 2), "for one row")
    array([[1., 2.]])
    """
    require(answer is not None, f"{case}, it returned None; is a `return` missing")
    try:
        numbers = np.asarray(answer)
    except ValueError:  # rows of different lengths
        numbers = np.array("no numbers")
    require(numbers.dtype.kind in "iuf", f"{case}, the result should be an array of numbers")
    require(
        numbers.shape == shape,
        f"{case}, the result should have the shape {shape}; it was {numbers.shape}",
    )
    require(bool(np.isfinite(numbers).all()), f"{case}, the result holds NaN or infinity")
    return numbers.astype(float)


def pair_from(answer: Any, what: str, case: str) -> tuple[Any, Any]:
    """Take two things from an answer, or complain.

    Examples
    --------
    >>> pair_from([3, 1], "where it stops and the best", "for three losses")
    (3, 1)
    """
    require(
        isinstance(answer, tuple | list) and len(answer) == 2,
        f"{case}, the result should be two things, {what}",
    )
    return answer[0], answer[1]


def strings_from(answer: Any, case: str) -> list[str]:
    """Take a list of strings from an answer (a tuple or an array will do), or complain.

    Examples
    --------
    >>> strings_from(("la", "maison"), "for two words")
    ['la', 'maison']
    """
    strings = answer.tolist() if isinstance(answer, np.ndarray) else answer
    require(
        isinstance(strings, list | tuple) and all(isinstance(one, str) for one in strings),
        f"{case}, expected a list of strings; it was {answer!r}",
    )
    return [str(one) for one in strings]


def refuse(
    number: float,
    slips: Iterable[tuple[SupportsFloat, str]],
    case: str = "",
    tolerance: float = 1e-3,
) -> None:
    """Complain of a number that a known slip gives; ``tolerance`` is relative.

    Examples
    --------
    >>> refuse(12.0, [(24.0, "those are hours"), (0.5, "those are days")])
    """
    where = f"{case}, " if case else ""
    for wrong, why in slips:
        require(not np.isclose(number, float(wrong), rtol=tolerance), f"{where}{why}")


def require_close(number: float, expected: float, case: str, tolerance: float = 1e-3) -> None:
    """Complain of a number that is not near to the right one; ``tolerance`` is relative.

    Examples
    --------
    >>> require_close(2.0001, 2.0, "for a rounded number")
    """
    size = "small" if number < expected else "large"
    close = bool(np.isclose(number, expected, rtol=tolerance, atol=1e-9))
    require(close, f"{case}, your number is too {size}")
