"""What the page computes, in Python: the mixture of both models, and seeded generation.

``lm-playground.js`` has the same functions. The tests run both and compare.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import log_softmax

from lmbook_utils._validation import (
    places_in,
    require_number,
    require_type,
    require_whole,
)
from lmbook_utils.export.file import Exported
from lmbook_utils.generation import next_word_probabilities, require_tokens
from lmbook_utils.ngram.tables import next_word_log_probs

_MASK = 0xFFFFFFFF


def uniform_draws(seed: int) -> Iterator[float]:
    """Numbers from 0 up to 1 by the generator mulberry32, which has a state of 32 bits.

    It is small enough to be the same in two languages; for statistics take NumPy's.

    Raises
    ------
    ValueError
        If ``seed`` is no whole number from 0.

    Examples
    --------
    >>> draws = uniform_draws(1)
    >>> [round(next(draws), 6) for _ in range(2)]
    [0.627074, 0.002736]
    """
    require_whole(0, seed=seed)
    state = seed & _MASK
    while True:
        state = (state + 0x6D2B79F5) & _MASK
        t = ((state ^ (state >> 15)) * (state | 1)) & _MASK
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & _MASK)) & _MASK
        yield (t ^ (t >> 14)) / 2**32


def mixture(exported: Exported, ids: np.ndarray, weight: float = 1.0) -> np.ndarray:
    """Log-probability of each next word, by the network and the n-gram model together.

    Parameters
    ----------
    exported
        From :func:`~lmbook_utils.export.read`.
    ids
        The words of the sentence so far, without what begins it; shape (words,).
    weight
        Of the network, from 0 to 1; the n-gram model has the rest.

    Returns
    -------
    ndarray of float64, shape (vocabulary,)
        In nats.

    Raises
    ------
    ValueError
        If the weight is out of its range, or below 1 without an n-gram model. Also if ``exported``
        is no ``Exported``, or ``weight`` is no number from 0 to 1.
    """
    require_type(Exported, exported=exported)
    require_number(0, 1, weight=weight)
    if weight < 1 and not exported.tables:
        raise ValueError(f"weight must be 1, as there is no n-gram model; it was {weight!r}")
    vocabulary, ids = exported.vocabulary, places_in(len(exported.vocabulary), ids=ids)
    of_network: np.ndarray = log_softmax(
        exported.network.logits(np.array([vocabulary.eos_id, *ids]))[-1]
    )
    if weight == 1:
        return of_network
    context = np.array([vocabulary.bos_id, *ids])
    counted = next_word_log_probs(exported.tables, context, len(vocabulary))
    with np.errstate(divide="ignore"):  # a word may be impossible
        mixed: np.ndarray = np.log(weight * np.exp(of_network) + (1 - weight) * np.exp(counted))
    return mixed


def generate(
    exported: Exported,
    prompt: Sequence[str] = (),
    max_tokens: int = 30,
    weight: float = 1.0,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 0,
) -> list[str]:
    """Continue a sentence exactly as the page does.

    Parameters
    ----------
    exported, weight
        As in :func:`mixture`.
    prompt
        The tokens that the sentence begins with.
    max_tokens
        How many tokens to add at most.
    temperature, top_k, top_p
        See :func:`lmbook_utils.generation.next_word_probabilities`.
    seed
        Of :func:`lmbook_utils.export.page.uniform_draws`, a whole number from 0.

    Returns
    -------
    list of str
        The prompt and what was added, without ``</s>``.

    Raises
    ------
    ValueError
        As :func:`mixture` and ``next_word_probabilities``, or if a number is not a whole one or the
        prompt a string. Also if ``exported`` is no ``Exported``, or
        ``weight`` is no number from 0 to 1.
    """
    require_type(Exported, exported=exported)
    require_number(0, 1, weight=weight)
    require_whole(1, max_tokens=max_tokens)
    require_whole(0, seed=seed)
    require_tokens(prompt)
    vocabulary, words = exported.vocabulary, list(prompt)
    draws = uniform_draws(seed)
    for _ in range(max_tokens):
        log_probs = mixture(exported, vocabulary.encode(words), weight)
        probabilities = next_word_probabilities(
            log_probs, temperature, top_k, top_p, vocabulary.never_written
        )
        reached = np.flatnonzero(np.cumsum(probabilities) > next(draws))
        word = int(reached[0]) if len(reached) else int(np.flatnonzero(probabilities)[-1])
        if word == vocabulary.eos_id:
            break
        words.append(vocabulary.tokens[word])
    return words
