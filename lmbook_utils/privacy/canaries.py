"""Planted secrets ("canaries"): how much of its training text does a model remember?

After Carlini et al. (2019). A canary is a fixed frame with a secret of random words behind it. It
is planted in the training text some number of times; then the model is asked how probable it finds
the secret beside all the secrets that might have been drawn.
"""

from collections.abc import Sequence
from itertools import product
from numbers import Integral
from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import real_numbers, require_list, require_sentences, require_whole


class Canary(NamedTuple):
    """A secret in its frame, and how often it is planted."""

    frame: tuple[str, ...]
    secret: tuple[str, ...]
    times: int


def candidates(words: Sequence[str], length: int) -> list[tuple[str, ...]]:
    """All secrets of so many words.

    Raises
    ------
    ValueError
        If ``length`` is not a whole number from 1, or there are fewer than two different words.
        Also if ``words`` is no list of strings.

    Examples
    --------
    >>> candidates(["one", "two"], 2)
    [('one', 'one'), ('one', 'two'), ('two', 'one'), ('two', 'two')]
    """
    require_list(str, words=list(words) if isinstance(words, str) else words)
    require_whole(1, length=length)
    if len(set(words)) != len(words) or len(words) < 2:
        raise ValueError(f"words must be at least two different words; they were {list(words)!r}")
    return list(product(words, repeat=length))


def draw_canaries(
    frames: Sequence[Sequence[str]],
    times: Sequence[int],
    secrets: Sequence[tuple[str, ...]],
    seed: int = 0,
) -> list[Canary]:
    """Give each frame a secret of its own; the numbers of plantings go round.

    Parameters
    ----------
    frames
        Lists of words, one for each canary.
    times
        How often canaries are planted; 0 for those that show what chance does.
    secrets
        From :func:`candidates`; no secret is used twice.
    seed
        Of the drawing.

    Raises
    ------
    ValueError
        If there are more frames than secrets, or a number of times is not a whole number from 0.
        Also if ``frames`` is no list of lists of strings, ``secrets`` is no list of lists of
        strings, or ``seed`` is no whole number from 0.

    Examples
    --------
    >>> [c.times for c in draw_canaries([["a"], ["b"], ["c"]], [0, 4], candidates("xyz", 2))]
    [0, 4, 0]
    """
    require_sentences(frames=frames, secrets=secrets)
    require_whole(0, seed=seed)
    require_list(Integral, times=times)
    for number in times:
        require_whole(0, times=number)
    if not len(times):
        raise ValueError("times must hold at least one number; it was empty")
    if len(frames) > len(secrets):
        raise ValueError(
            f"frames must be at most {len(secrets)}, the number of secrets; there were "
            f"{len(frames)}"
        )
    drawn = np.random.default_rng(seed).choice(len(secrets), size=len(frames), replace=False)
    return [
        Canary(tuple(frame), secrets[drawn[i]], times[i % len(times)])
        for i, frame in enumerate(frames)
    ]


def plant(
    sentences: Sequence[Sequence[str]], canaries: Sequence[Canary], seed: int = 0
) -> list[list[str]]:
    """Put the canaries among the sentences of a text, at random places.

    The sentences keep their order.

    Raises
    ------
    ValueError
        If ``sentences`` is no list of lists of strings, ``canaries`` is no list of ``Canary``, or
        ``seed`` is no whole number from 0.

    Examples
    --------
    >>> plant([["a"], ["b"]], [Canary(("code",), ("one",), 2)]).count(["code", "one"])
    2
    """
    require_sentences(sentences=sentences)
    require_list(Canary, canaries=canaries)
    require_whole(0, seed=seed)
    planted = [[*c.frame, *c.secret] for c in canaries for _ in range(c.times)]
    rng = np.random.default_rng(seed)
    places = np.concatenate(
        [np.arange(len(sentences)), rng.uniform(0, len(sentences), len(planted))]
    )
    every = [*map(list, sentences), *planted]
    return [every[i] for i in np.argsort(places, kind="stable")]


def exposure(log_probs: np.ndarray, secret: int) -> float:
    r"""The bits by which a model makes it easier to guess a secret.

    Equation: :eq:`eq-exposure`

    Carlini et al. (2019): with :math:`|R|` candidates it is 0 for the least probable of them, and
    :math:`\log_2 |R|` for the most probable. Candidates of the same probability share the worst
    rank, so a model that knows nothing gives 0.

    Parameters
    ----------
    log_probs
        Of each candidate, shape (candidates,).
    secret
        Which of them was planted.

    Raises
    ------
    ValueError
        If ``log_probs`` is no array of at least two numbers without NaN, or ``secret`` is none of
        its places.

    Examples
    --------
    >>> exposure(np.log([0.5, 0.2, 0.2, 0.1]), 0), exposure(np.log([0.5, 0.2, 0.2, 0.1]), 3)
    (2.0, 0.0)
    """
    values = real_numbers("log_probs", log_probs)
    if values.ndim != 1 or len(values) < 2 or np.isnan(values).any():
        raise ValueError(
            f"log_probs must be at least two numbers, shape (candidates,), without NaN; the shape "
            f"was {values.shape}"
        )
    require_whole(0, secret=secret)
    if secret >= len(values):
        raise ValueError(f"secret must be below {len(values)}; it was {secret}")
    rank = int(np.sum(values >= values[secret]))
    return float(np.log2(len(values)) - np.log2(rank))
