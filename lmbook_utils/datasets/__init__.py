"""The data sets of the book: where they come from, fetched and verified, and loaded.

>>> from lmbook_utils import datasets
>>> len(datasets.load_news())
300

On the command line, ``python -m lmbook_utils.datasets`` lists, fetches and verifies them.
"""

from typing import TYPE_CHECKING, Any

from lmbook_utils.datasets.news import load_news
from lmbook_utils.datasets.registry import describe, path
from lmbook_utils.datasets.reviews import load_movie_reviews

if TYPE_CHECKING:
    from lmbook_utils.datasets.wikipedia import load_wikipedia

__all__ = ["describe", "load_movie_reviews", "load_news", "load_wikipedia", "path"]


def __getattr__(name: str) -> Any:
    """Import the Wikipedia loader on first use: it needs NLTK, which takes a while to start."""
    if name == "load_wikipedia":
        from lmbook_utils.datasets.wikipedia import load_wikipedia

        return load_wikipedia
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
