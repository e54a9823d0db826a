"""Scoring a text: what probability did a network give to each of its words?"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from lmbook_utils import batching, metrics, models
from lmbook_utils._validation import require_ids, require_type, require_whole
from lmbook_utils.metrics import TokenScores
from lmbook_utils.vocabulary import Vocabulary

# Each scoring builds a graph of its own, for a copy with another batch size; TensorFlow would warn.
tf.get_logger().setLevel("ERROR")

_SCORING_STREAMS = 8
_SCORING_STEPS = 64
_SCORING_WINDOWS = 512


def score_stream(model: keras.Model, ids: np.ndarray) -> TokenScores:
    """Score each word of a text with a model that predicts at every step.

    Parameters
    ----------
    model
        A model of :func:`lmbook_utils.models.build_language_model`, of any batch size.
    ids
        The text as one stream, shape (tokens,). It is read in up to 8 parallel pieces, each with
        a state of zero at its beginning and, before its first word, the word that precedes it.

    Returns
    -------
    TokenScores
        One entry for each word, in the order of the text.

    Raises
    ------
    ValueError
        If ``ids`` is empty or holds one that the model does not know, the model is of another
        kind, or its weights are NaN.
    """
    models.number_of_streams(model)
    vocab_size = model.output_shape[-1]
    require_ids(vocab_size, ids=ids)
    batch_size = min(_SCORING_STREAMS, len(ids))
    streams = batching.contiguous_streams(ids, batch_size, _SCORING_STEPS)
    reader = models.with_batch_size(model, batch_size)
    scores = []
    for inputs, targets in zip(streams.inputs, streams.targets, strict=True):
        logits = reader.predict_on_batch(inputs)
        scores.append(metrics.score_logits(logits.reshape(-1, vocab_size), targets.reshape(-1)))

    def in_text_order(values: Sequence[np.ndarray]) -> np.ndarray:
        # (batches, batch_size, steps) → (batch_size, all steps of a stream) → the words
        stacked = np.stack(values).reshape(streams.inputs.shape).swapaxes(0, 1)
        present = streams.weights.swapaxes(0, 1) > 0
        return stacked[present]

    return TokenScores(*map(in_text_order, zip(*scores, strict=True)))


def score_next_words(model: keras.Model, ids: np.ndarray, window: int) -> TokenScores:
    """Score each word of a text with a model that reads a window and predicts the next word.

    Parameters
    ----------
    model
        A model of :func:`lmbook_utils.models.build_article_model`.
    ids
        The text as one stream, shape (tokens,). Windows at its beginning are filled up with
        ``</s>`` on the left, so that each word of the text is predicted.
    window
        The number of words that the model reads.

    Returns
    -------
    TokenScores
        One entry for each word, in the order of the text.

    Raises
    ------
    ValueError
        If ``ids`` is empty or holds one that the model does not know, ``window`` is not a whole
        number from 1, the model is of another kind, or its weights are NaN. Also if ``model`` is no
        ``Model``.
    """
    require_type(keras.Model, model=model)
    require_whole(1, window=window)
    if len(model.output_shape) != 2:
        raise ValueError(
            "model must predict one word for each window, as that of models.build_article_model "
            "does: its output must have the shape (batch, vocabulary); it was "
            f"{model.output_shape}"
        )
    require_ids(model.output_shape[-1], ids=ids)
    padded = np.concatenate([np.full(window, Vocabulary.eos_id, np.int32), ids])
    inputs, targets = batching.next_word_windows(padded, window)
    scores = []
    for start in range(0, len(targets), _SCORING_WINDOWS):
        rows = slice(start, start + _SCORING_WINDOWS)
        probabilities = model.predict_on_batch(inputs[rows])
        # A float32 softmax can round to 0, whose logarithm would be -inf.
        logits = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))
        scores.append(metrics.score_logits(logits, targets[rows]))
    return TokenScores(*map(np.concatenate, zip(*scores, strict=True)))
