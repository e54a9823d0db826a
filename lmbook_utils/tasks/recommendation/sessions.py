"""Sessions as sentences, films as words: what a user rated in one sitting, in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lmbook_utils._validation import (
    list_of,
    places_in,
    real_numbers,
    require_positive,
    require_type,
    require_whole,
    whole_numbers,
)
from lmbook_utils.datasets.movielens import MovieLens

FRACTIONS = {"train": 0.75, "validation": 0.1, "test": 0.15}
"""The book's split of MovieLens."""

GAP = 3600
"""Seconds without a rating after which a new session begins."""

Order = Literal["time", "file", "shuffled"]
ORDERS = ("time", "file", "shuffled")


@dataclass(frozen=True)
class Session:
    """The films that one user rated without a long pause.

    Attributes
    ----------
    user
        The number of the user.
    films
        The films in order, each as a word: its number as a string.
    start, end
        The times of the first and of the last rating, in seconds since the beginning of 1970.

    Examples
    --------
    >>> Session(user=7, films=("1", "48"), start=0, end=60).films
    ('1', '48')
    """

    user: int
    films: tuple[str, ...]
    start: int
    end: int


def split_by_time(times: np.ndarray, fractions: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Cut events into parts by the clock: all of a part come before all of the next.

    What a recommender is trained on is then older than what it is judged on, as it is in life.
    Events of the same second are never divided, so the parts may miss their shares a little.

    Parameters
    ----------
    times
        When each event happened, shape (events,), in any order.
    fractions
        Name of the part → its share of the events, the oldest part first. The shares are positive
        and sum to 1.

    Returns
    -------
    dict of str to ndarray of int64
        Name of the part → indices into ``times``, ascending.

    Raises
    ------
    ValueError
        If there is no event, a share is not positive, they do not sum to 1, or a part would be
        empty. Also if ``fractions`` is no mapping.

    Examples
    --------
    >>> parts = split_by_time(np.array([40, 10, 30, 20]), {"train": 0.75, "test": 0.25})
    >>> {name: indices.tolist() for name, indices in parts.items()}
    {'train': [1, 2, 3], 'test': [0]}
    """
    require_type(Mapping, fractions=fractions)
    times = whole_numbers("times", times)
    shares = real_numbers("fractions", list(fractions.values()), "parts")
    if not len(shares) or not (shares > 0).all() or not np.isclose(shares.sum(), 1):
        raise ValueError(f"fractions must be positive and sum to 1; they were {dict(fractions)}")
    if times.ndim != 1 or not len(times):
        raise ValueError(f"times must have the shape (events,), at least one; it was {times.shape}")
    in_order = np.append(np.sort(times), times.max() + 1)
    places = np.floor(np.cumsum(shares)[:-1] * len(times) + 0.5).astype(int)
    part_of_event = np.searchsorted(in_order[places], times, side="right")
    parts = {name: np.flatnonzero(part_of_event == i) for i, name in enumerate(fractions)}
    if empty := [name for name, indices in parts.items() if not len(indices)]:
        raise ValueError(f"fractions leaves no event for {empty[0]!r}; it must have a larger share")
    return parts


def make_sessions(
    ratings: MovieLens,
    indices: Sequence[int] | np.ndarray | None = None,
    gap: float = GAP,
    order: Order = "time",
    seed: int = 0,
) -> list[Session]:
    """Cut each user's ratings into sessions, where no rating came for longer than ``gap``.

    Parameters
    ----------
    ratings
        The ratings.
    indices
        Which of them, such as a part of :func:`split_by_time`; ``None`` for all.
    gap
        In seconds.
    order
        ``"time"``: by time stamp, and at random where several ratings have the same one.
        ``"file"``: by time stamp, and then in the order of the file, which is that of the films'
        numbers. It puts into the data an order that the user never chose.
        ``"shuffled"``: at random within each session.
    seed
        Of the random order.

    Returns
    -------
    list of Session
        By user, and each user's in the order of time.

    Raises
    ------
    ValueError
        If ``gap`` is not above 0, ``order`` is unknown, or ``seed`` is no whole number from 0. Also
        if ``ratings`` is no ``MovieLens``.

    Examples
    --------
    >>> ratings = MovieLens(np.array([7, 7, 7]), np.array([1, 48, 5]), np.array([4.0, 3.0, 5.0]),
    ...                     np.array([60, 0, 9000]), {}, {})
    >>> [session.films for session in make_sessions(ratings)]
    [('48', '1'), ('5',)]
    """
    require_type(MovieLens, ratings=ratings)
    require_positive(gap=gap)
    require_whole(0, seed=seed)
    if order not in ORDERS:
        raise ValueError(f"order must be one of {', '.join(ORDERS)}; it was {order!r}")
    chosen = (
        np.arange(len(ratings)) if indices is None else places_in(len(ratings), indices=indices)
    )
    lots = np.arange(len(ratings))
    if order != "file":
        lots = np.random.default_rng(seed).permutation(lots)
    in_time = chosen[np.lexsort((lots[chosen], ratings.times[chosen], ratings.users[chosen]))]
    users, times = ratings.users[in_time], ratings.times[in_time]
    begins = (np.diff(users) != 0) | (np.diff(times) > gap)
    sessions = []
    for rows in np.split(in_time, np.flatnonzero(begins) + 1):
        if not len(rows):
            continue
        films = rows[np.argsort(lots[rows])] if order == "shuffled" else rows
        sessions.append(
            Session(
                int(ratings.users[rows[0]]),
                tuple(map(str, ratings.films[films].tolist())),
                int(ratings.times[rows[0]]),
                int(ratings.times[rows[-1]]),
            )
        )
    return sessions


def split_sessions(
    ratings: MovieLens, order: Order = "time", seed: int = 0
) -> dict[str, list[Session]]:
    """The sessions of each part of the book's split, by time: 75, 10 and 15 per cent.

    The ratings are split first, and made into sessions then: a session that goes on beyond the end
    of a part is cut in two there.

    Parameters
    ----------
    ratings
        Those of :func:`lmbook_utils.datasets.load_movielens`.
    order, seed
        As in :func:`make_sessions`.

    Returns
    -------
    dict of str to list of Session
        ``"train"``, ``"validation"`` and ``"test"``.

    Examples
    --------
    >>> ratings = MovieLens(np.full(20, 7), np.arange(20), np.full(20, 4.0), 60 * np.arange(20),
    ...                     {}, {})
    >>> {part: sentences(sessions) for part, sessions in split_sessions(ratings).items()}["test"]
    [['17', '18', '19']]
    """
    require_type(MovieLens, ratings=ratings)
    parts = split_by_time(ratings.times, FRACTIONS)
    return {
        part: make_sessions(ratings, indices, order=order, seed=seed)
        for part, indices in parts.items()
    }


def sentences(sessions: Iterable[Session]) -> list[list[str]]:
    """The films of each session, as a language model wants its sentences.

    Raises
    ------
    ValueError
        If ``sessions`` is no list of ``Session``.

    Examples
    --------
    >>> sentences([Session(7, ("1", "48"), 0, 60)])
    [['1', '48']]
    """
    sessions = list_of(Session, sessions=sessions)
    return [list(session.films) for session in sessions]
