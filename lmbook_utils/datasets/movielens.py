"""MovieLens: who rated which film, when; the columns as arrays, and parts of them by time."""

import lzma
import pickletools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lmbook_utils.datasets import registry

_WRITTEN_OUT = ("SHORT_BINUNICODE", "BINUNICODE", "BINFLOAT")
_RECALLED = ("BINGET", "LONG_BINGET")


@dataclass(frozen=True)
class MovieLens:
    """The ratings, column by column, in the order of the file: by user, and then by film.

    Attributes
    ----------
    users, films : ndarray of int64, shape (ratings,)
        MovieLens' numbers of the user and of the film.
    stars : ndarray of float64, shape (ratings,)
        The rating, from half a star to five.
    times : ndarray of int64, shape (ratings,)
        When the rating was entered, in seconds since the beginning of 1970 (UTC).
    titles, genres : dict of int to str
        Of each film, by its number; the title has the film's year with it where it is known, and
        genres are separated by ``|``.

    Examples
    --------
    >>> ratings = MovieLens(np.array([7]), np.array([1]), np.array([4.5]), np.array([60]),
    ...                     {1: "Toy Story (1995)"}, {1: "Animation|Children"})
    >>> len(ratings)
    1
    """

    users: np.ndarray
    films: np.ndarray
    stars: np.ndarray
    times: np.ndarray
    titles: dict[int, str]
    genres: dict[int, str]

    def __len__(self) -> int:
        return len(self.users)


def load_movielens() -> MovieLens:
    """Load 100,004 ratings of films; the first call downloads them (50 MB).

    Returns
    -------
    MovieLens
        Of 671 users and 9,066 films, from 1995 to 2016. No user rates a film twice.

    Raises
    ------
    ConnectionError
        If the ratings are not on this machine yet and there is no network.
    OSError
        If they cannot be had for another reason; the message says what to do.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        ratings = load_movielens()
        ratings.titles[ratings.films[0]]
    """
    return _read(registry.path("movielens"))


def _read(file: Path) -> MovieLens:
    """Take the columns out of the package's data frame, a pickle, without unpickling it."""
    instructions: list[tuple[Any, Any, Any]] = list(
        pickletools.genops(lzma.decompress(file.read_bytes()))
    )
    blocks = [value for code, value, _ in instructions if code.name == "BYTEARRAY8"]
    # A data frame keeps its columns by type: here the years and the stars; the row numbers, films,
    # users and times; and, as objects, the titles and the genres.
    years, stars = np.frombuffer(blocks[0], "<f8").reshape(2, -1)
    _, films, users, times = np.frombuffer(blocks[1], "<i8").reshape(4, -1)
    titles, genres = np.array(_listed_objects(instructions), dtype=object).reshape(2, -1)
    _, first = np.unique(films, return_index=True)
    return MovieLens(
        users=users,
        films=films,
        stars=stars,
        times=times,
        titles={int(films[i]): _title(titles[i], years[i]) for i in first},
        genres={int(films[i]): genres[i] for i in first},
    )


def _title(title: str | float, year: float) -> str:
    """A title with its year, as MovieLens itself writes it; a missing one is NaN in the file."""
    known = title if isinstance(title, str) else "(no title)"
    return known if np.isnan(year) else f"{known} ({year:.0f})"


def _listed_objects(instructions: Iterable[tuple[Any, ...]]) -> list[str | float]:
    """The strings, and NaN for missing ones, of the first list in a pickle's instructions.

    The instructions are looked at, and none is carried out, so that nothing can be run by them.
    They write a string out once and number it, and recall it by its number where it comes again.
    """
    numbered: list[object] = []
    found: list[str | float] = []
    inside, latest = False, None
    for code, value, _ in instructions:
        if code.name == "MEMOIZE":
            numbered.append(latest)
        elif code.name == "EMPTY_LIST":
            inside, latest = True, None
        elif inside and code.name == "TUPLE":
            break
        elif code.name != "FRAME":
            latest = numbered[value] if code.name in _RECALLED else value
            if inside and code.name in (*_RECALLED, *_WRITTEN_OUT):
                found.append(latest)
    return found
