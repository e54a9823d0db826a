"""Checks of arguments that several modules share."""

from numbers import Integral


def require_whole(minimum: int, **arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no whole number from ``minimum``.

    ``True`` and ``False`` are whole numbers to Python; as a size they are a slip.

    Examples
    --------
    >>> require_whole(1, window=3)
    >>> require_whole(1, window=2.5)
    Traceback (most recent call last):
    ValueError: window must be a whole number and at least 1; it was 2.5
    """
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < minimum:
            raise ValueError(
                f"{name} must be a whole number and at least {minimum}; it was {value!r}"
            )
