"""Text from a language model, one word at a time."""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from numbers import Integral

import keras
import numpy as np
from scipy.special import softmax

from lmbook_utils import models
from lmbook_utils._validation import (
    is_list,
    is_number,
    real_numbers,
    require_list,
    require_number,
    require_type,
    require_whole,
)
from lmbook_utils.vocabulary import Vocabulary


def next_word_probabilities(
    logits: np.ndarray,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    banned: Collection[int] = (),
) -> np.ndarray:
    r"""Turn logits into the distribution that the next word is drawn from.

    In this order: banned words get probability 0; the logits :math:`z` are divided by the
    temperature :math:`\tau`, :math:`p_i \propto \exp(z_i / \tau)`; only the ``top_k`` most
    probable words stay; of these, only the smallest set of most probable words whose
    probabilities sum to at least ``top_p`` stays (nucleus sampling, Holtzman et al., 2020); the
    rest is scaled to sum to 1.

    Equation: :eq:`eq-temperature`

    Parameters
    ----------
    logits
        Shape (vocabulary,).
    temperature
        1 leaves the model's distribution as it is, less makes it sharper, more makes it flatter.
        0 puts all probability on the most probable word (of several, on the first).
    top_k
        How many words stay; ``None``, or a number above that of the words, for all.
    top_p
        How much probability stays, above 0 and up to 1; ``None`` for all.
    banned
        Ids of words that must not come.

    Returns
    -------
    ndarray of float64, shape (vocabulary,)

    Raises
    ------
    ValueError
        If an argument is out of its range, the logits hold NaN or infinity, or no word is left.
        A logit may be ``-inf``, which is a probability of 0.

    Examples
    --------
    >>> logits = np.log([0.5, 0.3, 0.2])
    >>> next_word_probabilities(logits, top_k=2).round(3).tolist()
    [0.625, 0.375, 0.0]
    >>> next_word_probabilities(logits, temperature=0).tolist()
    [1.0, 0.0, 0.0]
    """
    logits = real_numbers("logits", logits).copy()
    if logits.ndim != 1 or not logits.size:
        raise ValueError(f"logits must have the shape (vocabulary,); the shape was {logits.shape}")
    if np.isnan(logits).any() or logits.max() == np.inf:
        raise ValueError("logits must hold neither NaN nor infinity; the model's weights may")
    require_number(0, temperature=temperature)
    if top_k is not None:
        require_whole(1, top_k=top_k)
    if top_p is not None and not (is_number(top_p) and 0 < top_p <= 1):
        raise ValueError(f"top_p must be above 0 and at most 1; it was {top_p!r}")
    require_list(Integral, banned=banned)
    outside = [word for word in banned if not 0 <= word < len(logits)]
    if outside:
        raise ValueError(f"banned must be ids from 0 to {len(logits) - 1}; one was {outside[0]}")
    logits[list(banned)] = -np.inf
    if logits.max() == -np.inf:
        raise ValueError("banned must leave at least one word that can come; none was left")
    if temperature == 0:
        top_k, temperature = 1, 1.0
    with np.errstate(over="ignore"):  # divided by a tiny temperature, a logit may become -inf
        probabilities: np.ndarray = softmax((logits - logits.max()) / temperature)
    order = np.argsort(-probabilities, kind="stable")
    if top_k is not None:
        probabilities[order[top_k:]] = 0
        probabilities /= probabilities.sum()
    if top_p is not None:
        mass_before = np.cumsum(probabilities[order])[:-1]  # of all but the first, which stays
        probabilities[order[1:][mass_before >= top_p]] = 0
        probabilities /= probabilities.sum()
    return probabilities


def require_tokens(prompt: Sequence[str]) -> None:
    """Raise a ``ValueError`` for a prompt that is no sequence of tokens, such as a string.

    Examples
    --------
    >>> require_tokens(["the", "city"])
    >>> require_tokens("the")
    Traceback (most recent call last):
    ValueError: prompt must be a sequence of tokens; tokenise a text first, for example with
    preprocessing.tokenize; it was 'the'
    """
    if not is_list(prompt) or not all(isinstance(token, str) for token in prompt):
        raise ValueError(
            "prompt must be a sequence of tokens; tokenise a text first, for example with "
            f"preprocessing.tokenize; it was {prompt!r}"
        )


def generate(
    model: keras.Model,
    vocabulary: Vocabulary,
    prompt: Sequence[str] = (),
    max_tokens: int = 30,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 0,
) -> list[str]:
    """Continue a sentence, drawing one word after the other.

    The model reads each word once and carries its state on. It starts at the beginning of a
    sentence and stops at its end. ``<unk>``, ``<pad>`` and ``<s>`` are never drawn.

    Parameters
    ----------
    model
        A language model of :mod:`lmbook_utils.models`. One with a single stream is used as it is,
        and keeps its state; of any other a copy is made, which takes a second each time. So, for
        many texts, make the copy once: ``models.with_batch_size(model, 1)``.
    vocabulary
        The vocabulary that it was trained with.
    prompt
        The tokens that the sentence begins with; words that are not in the vocabulary are read
        as ``<unk>``.
    max_tokens
        How many tokens to add at most.
    temperature, top_k, top_p
        See :func:`next_word_probabilities`.
    seed
        Of the draw.

    Returns
    -------
    list of str
        The prompt and what was added, without ``</s>``.

    Raises
    ------
    ValueError
        If an argument is out of its range, the prompt is a string that was not tokenised, or the
        model is of another kind or differs from the vocabulary in size.
    """
    require_whole(1, max_tokens=max_tokens)
    require_whole(0, seed=seed)
    require_type(Vocabulary, vocabulary=vocabulary)
    require_tokens(prompt)
    models.require_vocabulary_size(model, len(vocabulary))
    if models.number_of_streams(model) != 1:
        model = models.with_batch_size(model, 1)
    rng = np.random.default_rng(seed)
    tokens = list(prompt)
    unread = [vocabulary.eos_id, *vocabulary.encode(tokens)]  # </s> ended the sentence before
    with _fresh_state(model):
        for _ in range(max_tokens):
            logits = model.predict_on_batch(np.array([unread], np.int32))[0, -1]
            probabilities = next_word_probabilities(
                logits, temperature, top_k, top_p, vocabulary.never_written
            )
            word = int(rng.choice(len(vocabulary), p=probabilities))
            if word == vocabulary.eos_id:
                break
            tokens += vocabulary.decode([word])
            unread = [word]
    return tokens


@contextlib.contextmanager
def _fresh_state(model: keras.Model) -> Iterator[None]:
    """Begin with a state of zero, and put the old one back at the end."""
    variables = models.state_variables(model)
    before = [variable.numpy() for variable in variables]
    models.reset_state(model)
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
