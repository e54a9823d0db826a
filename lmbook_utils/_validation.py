"""Checks of arguments that several modules share.

NumPy is imported where arrays are checked: some modules that need none shall be light to import.
"""

from __future__ import annotations

import math
import os
import reprlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    import numpy as np

_TOO_LARGE = 2**63


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether a value is a whole number, Python's or NumPy's.

    ``True`` and ``False`` are whole numbers to Python; as a size or an id they are a slip.

    Examples
    --------
    >>> is_whole(3), is_whole(2.5), is_whole(True)
    (True, False, False)
    """
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[float]:
    """Say whether a value is a real number, Python's or NumPy's; ``True`` and ``False`` are none.

    Examples
    --------
    >>> is_number(2.5), is_number("2"), is_number(True)
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)


def is_list(value: object) -> TypeGuard[Collection[Any]]:
    """Say whether a value is a list or what is as good: a tuple, a set or an array.

    Examples
    --------
    >>> is_list(["a"]), is_list("a"), is_list(iter(["a"]))
    (True, False, False)
    """
    some = isinstance(value, Sequence | Set) or getattr(value, "ndim", 0) > 0  # or an array
    return some and not isinstance(value, str | bytes)


def require_whole(minimum: int, **arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no whole number from ``minimum``.

    Examples
    --------
    >>> require_whole(1, window=3)
    >>> require_whole(1, window=2.5)
    Traceback (most recent call last):
    ValueError: window must be a whole number and at least 1; it was 2.5
    """
    for name, value in arguments.items():
        if not is_whole(value) or value < minimum:
            raise ValueError(
                f"{name} must be a whole number and at least {minimum}; it was {value!r}"
            )
        if value >= _TOO_LARGE:
            raise ValueError(f"{name} must be below 2^63, as an array counts; it was {value}")


def require_positive(**arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no finite number above 0.

    Examples
    --------
    >>> require_positive(learning_rate=-0.1)
    Traceback (most recent call last):
    ValueError: learning_rate must be a finite number above 0; it was -0.1
    """
    for name, value in arguments.items():
        if not is_number(value) or not 0 < value < math.inf:
            raise ValueError(f"{name} must be a finite number above 0; it was {value!r}")


def require_ids(vocab_size: int, **streams: np.ndarray) -> None:
    """Raise a ``ValueError`` for the first argument that is no stream of ids of a vocabulary.

    Checked before a network reads the ids; TensorFlow may not complain of its own.

    Examples
    --------
    >>> import numpy as np
    >>> require_ids(3, train_ids=np.array([0, 2, 1]))
    >>> require_ids(3, train_ids=np.array([0.5, 1]))
    Traceback (most recent call last):
    ValueError: train_ids must hold whole numbers; their type was float64
    """
    import numpy as np

    for name, stream in streams.items():
        ids = array_of(name, stream)
        if ids.ndim != 1 or not ids.size:
            raise ValueError(
                f"{name} must be one stream of at least one word, shape (tokens,); the shape was "
                f"{ids.shape}"
            )
        if not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(f"{name} must hold whole numbers; their type was {ids.dtype}")
        if not 0 <= ids.min() <= ids.max() < vocab_size:
            raise ValueError(
                f"{name} must be from 0 to {vocab_size - 1}, as the vocabulary has {vocab_size} "
                f"entries; they went from {ids.min()} to {ids.max()}"
            )


def require_type(kind: type | tuple[type, ...], **arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is of another type.

    Examples
    --------
    >>> require_type(str, text="It works.")
    >>> require_type(str, text=3)
    Traceback (most recent call last):
    ValueError: text must be a string; it was 3
    """
    for name, value in arguments.items():
        if not isinstance(value, kind):
            raise ValueError(f"{name} must be a {_named(kind)}; it was {_shown(value)}")


def require_list(kind: type | tuple[type, ...], **arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no list of things of one type.

    A tuple, an array or a set will do as well, and an empty one too.

    Examples
    --------
    >>> require_list(str, tokens=["it", "works"])
    >>> require_list(str, tokens="it works")
    Traceback (most recent call last):
    ValueError: tokens must be a list, each item a string; it was 'it works'
    """
    for name, value in arguments.items():
        if not is_list(value) or not all(isinstance(item, kind) for item in value):
            items = "" if kind is object else f", each item a {_named(kind)}"
            raise ValueError(f"{name} must be a list{items}; it was {_shown(value)}")


def list_of(kind: type | tuple[type, ...], **argument: Any) -> list[Any]:
    """As :func:`require_list`, of an argument that may be an iterator: return what it held.

    Examples
    --------
    >>> list_of(str, words=iter(["it", "works"]))
    ['it', 'works']
    """
    ((name, value),) = argument.items()
    items = list(value) if isinstance(value, Iterator) else value
    require_list(kind, **{name: items})
    return list(items)


def require_sentences(**arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no list of lists of tokens.

    Examples
    --------
    >>> require_sentences(sentences=[["it", "works"], []])
    >>> require_sentences(sentences=["it works"])
    Traceback (most recent call last):
    ValueError: sentences must be a list of lists of strings; it was ['it works']
    """
    for name, value in arguments.items():
        if not is_list(value) or not all(
            is_list(sentence) and all(isinstance(token, str) for token in sentence)
            for sentence in value
        ):
            raise ValueError(f"{name} must be a list of lists of strings; it was {_shown(value)}")


def require_iterable(**arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no list, and no other iterable.

    Examples
    --------
    >>> require_iterable(pieces=(piece for piece in [[1], [2]]))
    >>> require_iterable(pieces="a text")
    Traceback (most recent call last):
    ValueError: pieces must be a list or another iterable; it was 'a text'
    """
    for name, value in arguments.items():
        if not isinstance(value, Iterable) or isinstance(value, str | bytes | Mapping):
            raise ValueError(f"{name} must be a list or another iterable; it was {_shown(value)}")


def require_path(**arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no path of a file or folder.

    Examples
    --------
    >>> require_path(folder="models")
    >>> require_path(folder=None)
    Traceback (most recent call last):
    ValueError: folder must be a path, a str or a Path; it was None
    """
    for name, value in arguments.items():
        if not isinstance(value, str | os.PathLike) or not os.fspath(value):
            raise ValueError(f"{name} must be a path, a str or a Path; it was {_shown(value)}")
        if "\0" in os.fspath(value):
            raise ValueError(f"{name} must be a path without NUL; it was {_shown(value)}")


def require_callable(**arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that cannot be called.

    Examples
    --------
    >>> require_callable(predict=len)
    >>> require_callable(predict=None)
    Traceback (most recent call last):
    ValueError: predict must be a function; it was None
    """
    for name, value in arguments.items():
        if not callable(value):
            raise ValueError(f"{name} must be a function; it was {_shown(value)}")


def require_number(low: float = -math.inf, high: float = math.inf, **arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no finite number from low to high.

    Examples
    --------
    >>> require_number(0, 1, share=0.5)
    >>> require_number(0, 1, share=2)
    Traceback (most recent call last):
    ValueError: share must be a number from 0 to 1; it was 2
    """
    for name, value in arguments.items():
        if not is_number(value) or not -math.inf < value < math.inf or not low <= value <= high:
            limits = "finite number" if low == -math.inf else f"number from {low}"
            limits += f" to {high}" if high < math.inf else ""
            raise ValueError(f"{name} must be a {limits}; it was {_shown(value)}")


def require_fraction(**arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no number between 0 and 1.

    Examples
    --------
    >>> require_fraction(confidence=0.95)
    >>> require_fraction(confidence=1)
    Traceback (most recent call last):
    ValueError: confidence must be between 0 and 1; it was 1
    """
    for name, value in arguments.items():
        if not is_number(value) or not 0 < value < 1:
            raise ValueError(f"{name} must be between 0 and 1; it was {_shown(value)}")


def require_below_one(**arguments: object) -> None:
    """Raise a ``ValueError`` for the first argument that is no share of less than all.

    Examples
    --------
    >>> require_below_one(momentum=0)
    >>> require_below_one(dropout=1)
    Traceback (most recent call last):
    ValueError: dropout must be from 0 and below 1; it was 1
    """
    for name, value in arguments.items():
        if not is_number(value) or not 0 <= value < 1:
            raise ValueError(f"{name} must be from 0 and below 1; it was {_shown(value)}")


def real_numbers(name: str, values: object, axes: str | None = None) -> np.ndarray:
    """Return real numbers as an array of float64, or raise a ``ValueError``.

    Parameters
    ----------
    name
        Of the argument.
    values
        An array or lists; booleans count as 0 and 1. NaN and infinity are let through.
    axes
        The names of the axes, with commas between them; ``None`` for any number of axes.

    Examples
    --------
    >>> real_numbers("logits", [[1, 2]], "tokens, vocabulary")
    array([[1., 2.]])
    >>> real_numbers("logits", ["a"])
    Traceback (most recent call last):
    ValueError: logits must hold real numbers; it was ['a']
    """
    array = array_of(name, values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers; it was {_shown(values)}")
    _require_axes(name, array, axes)
    return array.astype(float, copy=False)


def whole_numbers(name: str, values: object, axes: str | None = None) -> np.ndarray:
    """Return whole numbers as an array, or raise a ``ValueError``; as :func:`real_numbers`.

    Examples
    --------
    >>> whole_numbers("ranks", [0, 2], "tokens")
    array([0, 2])
    >>> whole_numbers("ranks", [0.5])
    Traceback (most recent call last):
    ValueError: ranks must hold whole numbers; it was [0.5]
    """
    array = array_of(name, values)
    if not array.size and array.dtype.kind == "f":
        array = array.astype(int)  # as NumPy makes an array of an empty list
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold whole numbers; it was {_shown(values)}")
    _require_axes(name, array, axes)
    return array


def finite_numbers(name: str, values: object, axes: str | None = None) -> np.ndarray:
    """As :func:`real_numbers`, without NaN and infinity.

    Examples
    --------
    >>> finite_numbers("values", [1.0, math.inf])
    Traceback (most recent call last):
    ValueError: values must be finite; one was NaN or infinity
    """
    import numpy as np

    array = real_numbers(name, values, axes)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite; one was NaN or infinity")
    return array


def array_of(name: str, values: object) -> np.ndarray:
    """Return the values as an array, or raise a ``ValueError`` if their lengths differ.

    Examples
    --------
    >>> array_of("ids", [[1], [1, 2]])
    Traceback (most recent call last):
    ValueError: ids must be an array, its rows of one length; it was [[1], [1, 2]]
    """
    import numpy as np

    try:
        return np.asarray(values)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{name} must be an array, its rows of one length; it was {_shown(values)}"
        ) from error


def require_room(**counts: np.ndarray) -> None:
    """Raise a ``ValueError`` for counts whose sum is more than any array has room for.

    Checked before ``np.repeat``, which ends the process with numbers that are large enough.

    Examples
    --------
    >>> import numpy as np
    >>> require_room(lengths=np.array([4, 8]))
    >>> require_room(lengths=np.array([2**62, 2**62]))
    Traceback (most recent call last):
    ValueError: lengths must sum to less than 2^40; their sum was 9223372036854775808
    """
    for name, values in counts.items():
        total = values.sum(dtype=object)
        if total >= 2**40:
            raise ValueError(f"{name} must sum to less than 2^40; their sum was {total}")


def places_in(length: int, **argument: object) -> np.ndarray:
    """Return places in a list of that length as an array, or raise a ``ValueError``.

    Examples
    --------
    >>> places_in(3, rows=[2, 0])
    array([2, 0])
    >>> places_in(3, rows=[3])
    Traceback (most recent call last):
    ValueError: rows must be whole numbers from 0 to 2; they were [3]
    """
    ((name, values),) = argument.items()
    places = array_of(name, values)
    if not places.size and places.ndim == 1:
        return places.astype(int)
    if (
        places.ndim != 1
        or places.dtype.kind not in "iu"
        or not (places.min() >= 0 and places.max() < length)
    ):
        raise ValueError(
            f"{name} must be whole numbers from 0 to {length - 1}; they were {_shown(values)}"
        )
    return places


def require_index(of: str, length: int, **argument: object) -> None:
    """Raise a ``ValueError`` for an argument that is no index of what has that name and length.

    Examples
    --------
    >>> require_index("tokens", 3, predicate=3)
    Traceback (most recent call last):
    ValueError: predicate must be the index of one of the 3 tokens, from 0; it was 3
    """
    ((name, value),) = argument.items()
    if not is_whole(value) or not 0 <= value < length:
        raise ValueError(
            f"{name} must be the index of one of the {length} {of}, from 0; it was {_shown(value)}"
        )


def _require_axes(name: str, array: np.ndarray, axes: str | None) -> None:
    if axes is not None and array.ndim != len(axes.split(", ")):
        comma = "" if "," in axes else ","
        raise ValueError(f"{name} must have the shape ({axes}{comma}); the shape was {array.shape}")


def _named(kind: type | tuple[type, ...]) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join("string" if k is str else k.__name__ for k in kinds)


def _shown(value: object) -> str:
    """A value in a message, which stays short."""
    return reprlib.repr(value)
