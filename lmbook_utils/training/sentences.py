"""How probable is a sentence to a model that predicts at every step?"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from lmbook_utils import models
from lmbook_utils._validation import require_sentences, require_type
from lmbook_utils.vocabulary import Vocabulary

# Each scoring builds a graph of its own, for a copy with another batch size; TensorFlow would warn.
tf.get_logger().setLevel("ERROR")

_SENTENCES_AT_ONCE = 32


def score_sentences(
    model: keras.Model, vocabulary: Vocabulary, sentences: Sequence[Sequence[str]]
) -> np.ndarray:
    r"""Log-probability of each sentence by itself, :math:`\sum_t \ln p(w_t \mid w_1 … w_{t-1})`.

    Each sentence is read from a state of zero, with a ``</s>`` before its first word, as
    :func:`lmbook_utils.generation.generate` begins one, and its own ``</s>`` is predicted too.
    Sentences of similar length are read together; what fills up their rows is not counted.

    Parameters
    ----------
    model
        A model of :func:`lmbook_utils.models.build_language_model`, of any batch size. Its state
        is neither used nor changed.
    vocabulary
        The vocabulary that it was trained with.
    sentences
        Lists of tokens; words that are not in the vocabulary are read and scored as ``<unk>``.

    Returns
    -------
    ndarray of float64, shape (sentences,)
        In nats, in the order of ``sentences``. Each word costs probability, so compare sentences
        of equal length.

    Raises
    ------
    ValueError
        If ``sentences`` holds text that was not tokenised, the model is of another kind or differs
        from the vocabulary in size, or its weights are NaN. Also if ``vocabulary`` is no
        ``Vocabulary``, or ``sentences`` is no list of lists of strings.
    """
    require_type(Vocabulary, vocabulary=vocabulary)
    require_sentences(sentences=sentences)
    models.require_vocabulary_size(model, len(vocabulary))
    encoded = [vocabulary.encode(sentence) for sentence in sentences]
    by_length = np.argsort([len(ids) for ids in encoded], kind="stable")
    reader = models.with_batch_size(model, _SENTENCES_AT_ONCE)
    log_probs_of = _scorer(reader)
    totals = np.zeros(len(encoded))
    for start in range(0, len(encoded), _SENTENCES_AT_ONCE):
        chosen = by_length[start : start + _SENTENCES_AT_ONCE]
        inputs, targets, counted = _lay_out([encoded[i] for i in chosen])
        models.reset_state(reader)
        log_probs = log_probs_of(inputs, targets).numpy().astype(float)
        totals[chosen] = log_probs.sum(axis=1, where=counted)[: len(chosen)]
    if not np.isfinite(totals).all():
        raise ValueError(
            "model must give each sentence a finite log-probability; its weights may have grown "
            "beyond all bounds in training: try a lower learning rate"
        )
    return totals


def _scorer(reader: keras.Model) -> tf.types.experimental.PolymorphicFunction:
    """One graph from inputs and targets to the targets' log-probabilities.

    The logits, thousands for each token, never leave it, which takes half of the time.
    """
    ids = tf.TensorSpec((_SENTENCES_AT_ONCE, None), tf.int32)

    @tf.function(input_signature=[ids, ids])
    def log_probs(inputs: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        logits = reader(inputs, training=False)
        return -tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)

    return log_probs


def _lay_out(sentences: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One sentence in a row, as inputs and as targets, and which places count.

    There are always as many rows as the reader has streams; what is left over is ``<pad>``.
    """
    shape = (_SENTENCES_AT_ONCE, max(map(len, sentences)) + 1)
    inputs, targets = np.full((2, *shape), Vocabulary.pad_id, np.int32)
    counted = np.zeros(shape, bool)
    for row, ids in enumerate(sentences):
        words = slice(len(ids) + 1)
        inputs[row, words] = [Vocabulary.eos_id, *ids]
        targets[row, words] = [*ids, Vocabulary.eos_id]
        counted[row, words] = True
    return inputs, targets, counted
