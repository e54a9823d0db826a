"""Does a language model predict a word from words that come later?"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lmbook_utils._validation import require_callable, require_positive, require_whole
from lmbook_utils.rnn._validation import word_ids


def first_leak(
    predict: Callable[[np.ndarray], np.ndarray],
    ids: Sequence[int] | np.ndarray,
    alternatives: Sequence[int] | np.ndarray | None = None,
    tolerance: float = 1e-6,
    draws: int = 3,
    seed: int = 0,
) -> int | None:
    r"""Find the first prediction that depends on a later word; ``None`` if there is none.

    What is predicted at step t is a distribution of :math:`w_{t+1}`, and may depend on
    :math:`w_1 \dots w_t` alone. So for each t, all words after step t are exchanged, and no
    prediction up to step t may change. It works for every model that can be put as a function.

    Parameters
    ----------
    predict
        Maps ids of shape (time,) to logits or log-probabilities of shape (time, vocabulary). It
        must begin anew at each call: a model that carries a state on has to be reset.
    ids
        A short text, shape (time,), with at least two words. ``predict`` is called
        ``draws * (time - 1)`` times, and twice more.
    alternatives
        The ids to exchange words for, at least two different ones; ``None`` for the whole
        vocabulary.
    tolerance
        How much a prediction may change, absolute and relative, by rounding.
    draws
        How many exchanges to try for each t: one might not matter to a model that does look ahead.
    seed
        Of the exchange.

    Returns
    -------
    int or None
        The step of the prediction, counted from 0.

    Raises
    ------
    ValueError
        If an argument is out of its range, or ``predict`` returns another shape, NaN, or something
        else when it is asked again. Also if ``predict`` is no function.

    Examples
    --------
    >>> from lmbook_utils.rnn import RNN
    >>> model = RNN(vocab_size=9, embedding_dim=4, units=4)
    >>> def forwards(ids):
    ...     return model.forward(ids[None]).logits[0]
    >>> def backwards(ids):
    ...     return forwards(ids[::-1])[::-1]
    >>> text = [1, 2, 3, 4, 5]
    >>> print(first_leak(forwards, text), first_leak(backwards, text))
    None 0
    """
    require_callable(predict=predict)
    ids = word_ids("ids", ids, "time", vocab_size=None)
    if len(ids) < 2:
        raise ValueError("ids must hold at least two words, so that one is later; it had one")
    require_positive(tolerance=tolerance)
    require_whole(1, draws=draws)
    require_whole(0, seed=seed)
    expected = _predictions(predict, ids)
    if not _same(_predictions(predict, ids), expected, tolerance).all():
        raise ValueError(
            "predict must return the same when it is asked again; a model that carries a state on "
            "has to be reset, and dropout has to be off"
        )
    words = np.arange(expected.shape[1]) if alternatives is None else alternatives
    words = np.unique(word_ids("alternatives", words, "words", vocab_size=expected.shape[1]))
    if len(words) < 2:
        raise ValueError(f"alternatives must hold at least two different ids; it had {words}")

    rng = np.random.default_rng(seed)
    leaks: list[np.integer[Any]] = []
    for t in np.repeat(np.arange(len(ids) - 1), draws):
        changed = np.concatenate([ids[: t + 1], _other_words(rng, ids[t + 1 :], words)])
        same = _same(_predictions(predict, changed)[: t + 1], expected[: t + 1], tolerance)
        leaks.extend(np.flatnonzero(~same))
    return int(min(leaks)) if leaks else None


def _predictions(predict: Callable[[np.ndarray], np.ndarray], ids: np.ndarray) -> np.ndarray:
    predictions = np.asarray(predict(ids.copy()))
    if predictions.ndim != 2 or len(predictions) != len(ids):
        raise ValueError(
            f"predict must return the shape (time, vocabulary) for {len(ids)} ids; it returned "
            f"{predictions.shape}"
        )
    if np.isnan(predictions).any():
        raise ValueError("predict must return no NaN; it did")
    return predictions


def _same(predictions: np.ndarray, expected: np.ndarray, tolerance: float) -> np.ndarray:
    """Say for each step whether its prediction is the expected one; -inf is equal to -inf."""
    same: np.ndarray = np.isclose(predictions, expected, rtol=tolerance, atol=tolerance).all(axis=1)
    return same


def _other_words(rng: np.random.Generator, ids: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Draw a word for each id, another one than it is."""
    drawn = rng.integers(len(words), size=len(ids))
    drawn = np.where(words[drawn] == ids, (drawn + 1) % len(words), drawn)
    return words[drawn]
