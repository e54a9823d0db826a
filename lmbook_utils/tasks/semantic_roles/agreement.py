"""Do two annotators say the same? Cohen's kappa over tokens, and exact spans."""

from collections.abc import Hashable, Sequence

import numpy as np

from lmbook_utils._validation import require_fraction, require_list, require_type, require_whole
from lmbook_utils.metrics import Interval
from lmbook_utils.tasks.semantic_roles.data import Proposition

_RESAMPLES = 2000


def token_labels(proposition: Proposition) -> list[str]:
    """The label of each token, ``O`` where there is none, but for the predicate, which is given.

    Raises
    ------
    ValueError
        If ``proposition`` is no ``Proposition``.

    Examples
    --------
    >>> token_labels(Proposition("A", "test", 0, ("Ada", "wrote", "it"), 1, (("ARG1", 2, 3),)))
    ['O', 'ARG1']
    """
    require_type(Proposition, proposition=proposition)
    labels = ["O"] * len(proposition.tokens)
    for label, start, end in proposition.roles:
        labels[start:end] = [label] * (end - start)
    del labels[proposition.predicate]
    return labels


def cohen_kappa(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    r"""Agreement of two annotators beyond what chance would give (Cohen, 1960).

    Equation: :eq:`eq-srl-kappa`

    1 is perfect agreement; 0 is what two annotators would reach who assign their labels as often
    as these do, but at random.

    Parameters
    ----------
    one, other
        The labels of the same items by two annotators.

    Returns
    -------
    float
        NaN where both give one and the same label throughout: chance alone agrees then.

    Raises
    ------
    ValueError
        If there are no items, or the numbers differ.

    Examples
    --------
    >>> cohen_kappa(["a", "a", "b", "b"], ["a", "a", "b", "a"])
    0.5
    """
    require_type((Sequence, np.ndarray), one=one, other=other)
    if not len(one) or len(one) != len(other):
        raise ValueError(
            "one and other must label the same items, at least one; there were "
            f"{len(one)} and {len(other)}"
        )
    return float(_kappa(_confusions([one], [other]))[0])


def kappa_interval(
    one: Sequence[Sequence[Hashable]],
    other: Sequence[Sequence[Hashable]],
    groups: Sequence[Hashable],
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Bootstrap interval of Cohen's kappa, resampling whole groups of items.

    Parameters
    ----------
    one, other
        For each proposition the labels of its tokens.
    groups
        For each proposition what names its sentence; all of a sentence are drawn together.
    confidence, seed
        As in :func:`~lmbook_utils.metrics.mean_interval`.

    Raises
    ------
    ValueError
        If the numbers differ or there are fewer than two groups. Also if ``confidence`` is not
        between 0 and 1, or ``seed`` is no whole number from 0.

    Examples
    --------
    >>> interval = kappa_interval([["a", "b"]] * 3, [["a", "b"], ["a", "a"], ["a", "b"]], "xyz")
    >>> interval.low < cohen_kappa("ababab", "abaaab") < interval.high
    True
    """
    require_fraction(confidence=confidence)
    require_whole(0, seed=seed)
    require_list(Sequence, one=one, other=other)
    require_type(Sequence, groups=groups)
    if not len(one) == len(other) == len(groups):
        raise ValueError(
            "one, other and groups must be of the same length; they were "
            f"{len(one)}, {len(other)} and {len(groups)}"
        )
    tables = _confusions(one, other)
    names = {group: n for n, group in enumerate(dict.fromkeys(groups))}
    if len(names) < 2:
        raise ValueError("groups must hold at least two groups to draw from; there was one")
    members = np.zeros((len(names), len(tables)))
    members[[names[group] for group in groups], np.arange(len(tables))] = 1
    by_group = np.tensordot(members, tables, axes=1)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(names), size=(_RESAMPLES, len(names)))
    values = _kappa(by_group[drawn].sum(axis=1))
    tail = (1 - confidence) / 2
    return Interval(*map(float, np.nanquantile(values, [tail, 1 - tail])))


def _confusions(
    one: Sequence[Sequence[Hashable]], other: Sequence[Sequence[Hashable]]
) -> np.ndarray:
    """How often one said this and the other that, shape (sequences, labels, labels)."""
    labels: dict[Hashable, int] = {}
    for row in (*one, *other):
        for label in row:
            labels.setdefault(label, len(labels))
    tables = np.zeros((len(one), len(labels), len(labels)))
    for table, row, column in zip(tables, one, other, strict=True):
        for a, b in zip(row, column, strict=True):
            table[labels[a], labels[b]] += 1
    return tables


def _kappa(tables: np.ndarray) -> np.ndarray:
    """Cohen's kappa of each table, shape (tables, labels, labels)."""
    total = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2) / total
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / total**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(chance < 1, (observed - chance) / (1 - chance), np.nan)
