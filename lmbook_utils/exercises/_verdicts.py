"""What the checks of all chapters share: a verdict of one line, and what complaints are made of."""

from collections.abc import Callable
from functools import wraps
from math import isnan, nan
from queue import Empty, Queue
from threading import Thread
from typing import Any

import numpy as np

from lmbook_utils._validation import is_number


class NotYetError(Exception):
    """An answer that is not right; the message says why."""


def prints_verdict(check: Callable[..., None]) -> Callable[..., None]:
    """Let a check raise :class:`NotYetError` for a wrong answer; print what came of it.

    Examples
    --------
    >>> prints_verdict(lambda answer: require(answer == 4, f"it is not {answer}"))(5)
    Not yet: it is not 5.
    """

    @wraps(check)
    def printing(*arguments: Any, **keywords: Any) -> None:
        try:
            check(*arguments, **keywords)
        except NotYetError as reason:
            print(f"Not yet: {reason}.")
        else:
            print("Correct.")

    return printing


def require(condition: bool, otherwise: str) -> None:
    """Complain of an answer, unless a condition holds.

    Examples
    --------
    >>> require(True, "the sky is green")
    """
    if not condition:
        raise NotYetError(otherwise)


def number_from(answer: Any, case: str = "") -> float:
    """Take a number from an answer, or complain that it is none; NaN is none.

    Examples
    --------
    >>> number_from(1)
    1.0
    """
    if isinstance(answer, np.ndarray) and answer.ndim == 0:  # what np.where gives for a number
        answer = answer.item()
    where = f"{case}, " if case else ""
    try:
        number = float(answer) if is_number(answer) else nan
    except OverflowError:
        raise NotYetError(f"{where}the number is far from right: no float can hold it") from None
    require(not isnan(number), f"{where}expected a number; it was {answer!r}")
    return number


def require_share(answer: Any, expected: float) -> None:
    """Complain of a share that is wrong by more than a thousandth.

    Examples
    --------
    >>> require_share(0.2501, 0.25)
    """
    number = number_from(answer)
    require(0 <= number <= 1, f"a share is from 0 to 1; it was {answer}")
    size = "small" if number < expected else "large"
    require(abs(number - expected) < 0.001, f"{number:.4f} is too {size}")


# Long enough for the book's own solutions on a slow machine, short enough to wait for.
SECONDS_FOR_AN_ANSWER = 20.0


def call(function: Callable, case: str, *arguments: Any) -> Any:
    """Call the reader's function, which may fail in any way or never end; say for which input.

    It runs in a thread, because that is what a program can stop waiting for on every system.

    Examples
    --------
    >>> call(len, "for a list of two", ["a", "b"])
    2
    """
    results: Queue[tuple[Any, BaseException | None]] = Queue()

    def run() -> None:
        try:
            results.put((function(*arguments), None))
        except BaseException as error:  # "exit()" in an answer must not end the check either
            results.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        result, error = results.get(timeout=SECONDS_FOR_AN_ANSWER)
    except Empty:
        raise NotYetError(
            f"{case}, it has not returned after {SECONDS_FOR_AN_ANSWER:.0f} seconds; restart the "
            "kernel, for it is still running"
        ) from None
    if error is not None:
        raise NotYetError(f"{case}, it raised {type(error).__name__}: {error}") from error
    return result
