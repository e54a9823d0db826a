"""The word embedding association test (WEAT; Caliskan, Bryson and Narayanan, 2017)."""

from typing import NamedTuple

import numpy as np
from scipy.stats import permutation_test

from lmbook_utils._validation import finite_numbers, require_whole

_PLEASANT = "caress freedom health love peace cheer friend heaven"
_UNPLEASANT = "abuse crash filth murder sickness accident death grief"
_FLOWERS = "aster clover hyacinth marigold poppy azalea crocus iris"
_INSECTS = "ant caterpillar flea locust spider bedbug centipede fly"
_MEN = "john paul mike kevin steve greg jeff bill"
_WOMEN = "amy joan lisa sarah diana kate ann donna"
_CAREER = "executive management professional corporation salary office business career"
_FAMILY = "home parents children family cousins marriage wedding relatives"
_MATHS = "math algebra geometry calculus equations computation numbers addition"
_ARTS = "poetry art dance literature novel symphony drama sculpture"
_MALE = "male man boy brother he him his son"
_FEMALE = "female woman girl sister she her hers daughter"

#: Three tests of the paper, eight words of each set: two sets of words and two of attributes
WEAT: dict[str, tuple[list[str], ...]] = {
    name: tuple(words.split() for words in sets)
    for name, sets in {
        "flowers, insects: pleasant": (_FLOWERS, _INSECTS, _PLEASANT, _UNPLEASANT),
        "men, women: career, family": (_MEN, _WOMEN, _CAREER, _FAMILY),
        "maths, arts: male, female": (_MATHS, _ARTS, _MALE, _FEMALE),
    }.items()
}


class Association(NamedTuple):
    """The result of :func:`association_test`."""

    effect_size: float
    p: float


def associations(words: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    r"""How much closer words are to one set of attributes than to another.

    Equation: :eq:`eq-association`

    Parameters
    ----------
    words
        Vectors, shape (words, size).
    first, second
        The vectors of two sets of attributes, each of shape (attributes, size).

    Returns
    -------
    ndarray, shape (words,)
        The mean cosine with the first set less that with the second.

    Raises
    ------
    ValueError
        If one of them is no matrix of at least one row, or has a row of zeros.

    Examples
    --------
    >>> x, y = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    >>> associations(np.array([[2.0, 0.0], [1.0, 1.0]]), x, y).tolist()
    [1.0, 0.0]
    """
    words, first, second = _units(words=words, first=first, second=second)
    difference: np.ndarray = (words @ first.T).mean(axis=1) - (words @ second.T).mean(axis=1)
    return difference


def association_test(
    targets: np.ndarray,
    other_targets: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    resamples: int = 9999,
    seed: int = 0,
) -> Association:
    r"""Are two sets of words tied to two sets of attributes in different ways?

    Equation: :eq:`eq-effect-size`

    Parameters
    ----------
    targets, other_targets
        Vectors of the two sets of words, each of shape (words, size), at least two rows.
    first, second
        As in :func:`associations`.
    resamples
        How many divisions of the words into two such sets are drawn; if there are no more in all,
        each is taken once, and the test is exact.
    seed
        Of these draws.

    Returns
    -------
    Association
        The effect size :math:`d`, from -2 to 2, and the one-sided probability of a difference at
        least as large if the words had been divided at random.

    Raises
    ------
    ValueError
        As :func:`associations`, or if a set of words has fewer than two. Also if ``seed`` is no
        whole number from 0.

    Examples
    --------
    >>> x, y = np.array([[1.0, 0.1], [1.0, 0.2]]), np.array([[0.1, 1.0], [0.2, 1.0]])
    >>> result = association_test(x, y, x, y)
    >>> round(result.effect_size, 2), round(result.p, 3)  # one of six divisions
    (1.73, 0.167)
    """
    require_whole(0, seed=seed)
    require_whole(1, resamples=resamples)
    one, other, first, second = _units(
        targets=targets, other_targets=other_targets, first=first, second=second
    )
    one, other = associations(one, first, second), associations(other, first, second)
    if min(len(one), len(other)) < 2:
        raise ValueError(
            "targets and other_targets must have at least two words each; they had "
            f"{len(one)} and {len(other)}"
        )
    spread = np.std([*one, *other], ddof=1)
    found = permutation_test(
        (one, other),
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        vectorized=True,
        n_resamples=resamples,
        alternative="greater",
        rng=np.random.default_rng(seed),
    )
    effect = (one.mean() - other.mean()) / spread if spread else 0.0
    return Association(float(effect), float(found.pvalue))


def _units(**sets: np.ndarray) -> list[np.ndarray]:
    """The vectors of each set, brought to the length 1."""
    units = [_unit(name, vectors) for name, vectors in sets.items()]
    if len({rows.shape[1] for rows in units}) > 1:
        sizes = ", ".join(str(rows.shape[1]) for rows in units)
        raise ValueError(f"{', '.join(sets)} must have vectors of one size; they had {sizes}")
    return units


def _unit(name: str, vectors: np.ndarray) -> np.ndarray:
    rows = finite_numbers(name, vectors, "words, size")
    largest = np.abs(rows).max(axis=-1, keepdims=True, initial=0)
    if not len(rows) or not (largest > 0).all():
        raise ValueError(
            f"{name} must be vectors other than zero, shape (words, size); the shape was "
            f"{rows.shape}"
        )
    rows = rows / largest  # first: squares of large numbers may be infinite
    units: np.ndarray = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return units
