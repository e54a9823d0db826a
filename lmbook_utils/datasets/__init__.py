"""The data sets of the book: where they come from, fetched and verified, and loaded.

>>> from lmbook_utils import datasets
>>> len(datasets.load_news())
300

On the command line, ``python -m lmbook_utils.datasets`` lists, fetches and verifies them.
"""

import importlib
from typing import TYPE_CHECKING, Any

from lmbook_utils.datasets.aclsum import load_aclsum
from lmbook_utils.datasets.news import load_news
from lmbook_utils.datasets.pronunciations import load_pronunciations
from lmbook_utils.datasets.registry import describe, path
from lmbook_utils.datasets.reviews import load_movie_reviews

if TYPE_CHECKING:
    from lmbook_utils.datasets.bible import load_bible
    from lmbook_utils.datasets.movielens import load_movielens
    from lmbook_utils.datasets.wikipedia import load_wikipedia

__all__ = [
    "describe",
    "load_aclsum",
    "load_bible",
    "load_movie_reviews",
    "load_movielens",
    "load_news",
    "load_pronunciations",
    "load_wikipedia",
    "path",
]


_ON_FIRST_USE = {
    "load_bible": "bible",
    "load_movielens": "movielens",
    "load_wikipedia": "wikipedia",
}


def __getattr__(name: str) -> Any:
    """Import some loaders on first use: they need SQLite, NumPy or NLTK, which take a while."""
    if name in _ON_FIRST_USE:
        module = importlib.import_module(f"lmbook_utils.datasets.{_ON_FIRST_USE[name]}")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what is imported on first use too, to editors and to the pages on the package."""
    return sorted([*globals(), *_ON_FIRST_USE])
