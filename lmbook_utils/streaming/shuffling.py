r"""Shuffling a stream that does not fit in memory: a buffer, and a measure of what it does.

The buffer is the algorithm of ``tf.data.Dataset.shuffle``, in ten lines.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

from lmbook_utils._validation import require_iterable, require_whole, whole_numbers

T = TypeVar("T")


def shuffled(items: Iterable[T], buffer_size: int, seed: int = 0) -> Iterator[T]:
    """Give each item once, in an order that is random within reach of a buffer.

    The buffer is filled; then one of its items is drawn and given, and the next of the stream
    takes its place. So an item can come at most ``buffer_size - 1`` places early, and any number
    of places late.

    Parameters
    ----------
    items
        The stream. It may be endless.
    buffer_size
        How many items are in memory; 1 leaves the order as it is.
    seed
        Of the draws.

    Raises
    ------
    ValueError
        If ``buffer_size`` is not a whole number from 1. Also if ``seed`` is no whole number from 0,
        or ``items`` is no iterable.

    Examples
    --------
    >>> list(shuffled(list("abcdef"), buffer_size=1))
    ['a', 'b', 'c', 'd', 'e', 'f']
    >>> sorted(shuffled(list("abcdef"), buffer_size=3))
    ['a', 'b', 'c', 'd', 'e', 'f']
    """
    require_whole(0, seed=seed)
    require_iterable(items=items)
    require_whole(1, buffer_size=buffer_size)
    rng = np.random.default_rng(seed)
    buffer: list[T] = []
    for item in items:
        if len(buffer) < buffer_size:
            buffer.append(item)
            continue
        place = int(rng.integers(buffer_size))
        yield buffer[place]
        buffer[place] = item
    rng.shuffle(buffer)
    yield from buffer


def neighbour_distances(order: np.ndarray) -> np.ndarray:
    """How far apart are items after shuffling that were neighbours before?

    Parameters
    ----------
    order
        The numbers 0, 1, 2, … in their new order, shape (items,).

    Returns
    -------
    ndarray of int, shape (items - 1,)
        For each pair of neighbours, the places between their new places. 1 if nothing was
        shuffled; a third of the length on average, if everything was.

    Raises
    ------
    ValueError
        If ``order`` is not an order of 0, 1, 2, … of at least two numbers.

    Examples
    --------
    >>> neighbour_distances(np.array([2, 0, 1])).tolist()
    [1, 2]
    """
    order = whole_numbers("order", order)
    if order.ndim != 1 or len(order) < 2 or not np.array_equal(np.sort(order), range(len(order))):
        raise ValueError("order must hold each of 0, 1, 2, … once, and at least two of them")
    places = np.empty(len(order), int)
    places[order] = np.arange(len(order))
    return np.abs(np.diff(places))
