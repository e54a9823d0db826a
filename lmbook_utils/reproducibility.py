"""The same numbers on every run: seeds, and the versions that they were made with."""

import platform
import random
import sys
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from lmbook_utils._validation import is_whole

_PACKAGES = (
    "tensorflow",
    "tensorflow-cpu",
    "keras",
    "numpy",
    "scipy",
    "nltk",
    "gensim",
    "mwparserfromhell",
    "matplotlib",
)


def set_seed(seed: int = 0) -> None:
    """Seed Python, NumPy and, where it has been imported, Keras (and with it TensorFlow).

    Call it after the imports. A chapter without a network does not import Keras, and so does not
    wait for it.

    Parameters
    ----------
    seed
        From 0 to 2³² - 1.

    Raises
    ------
    ValueError
        If ``seed`` is not a whole number, or is out of this range.

    Examples
    --------
    >>> set_seed(1)
    >>> first = random.random()
    >>> set_seed(1)
    >>> random.random() == first
    True
    """
    if not is_whole(seed) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be a whole number from 0 to 2**32 - 1; it was {seed!r}")
    seed = int(seed)  # Python's generator takes no NumPy number
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  (libraries that draw from NumPy's global generator)
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that the book's numbers depend on.

    Examples
    --------
    >>> sorted(versions())[:3]
    ['gensim', 'keras', 'matplotlib']
    """
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue  # one of the two builds of TensorFlow is installed, not both
    return found
