"""A recurrent classifier, from scratch or from a language model, and how networks are trained."""

from collections.abc import Iterator, Sequence

import keras
import numpy as np
from keras import layers, ops

from lmbook_utils._validation import (
    require_number,
    require_positive,
    require_sentences,
    require_type,
    require_whole,
)
from lmbook_utils.tasks.padding import Batch, checked_batch, pad, predict
from lmbook_utils.tasks.sentiment.classical import checked_labels
from lmbook_utils.training import FusedAdam
from lmbook_utils.vocabulary import Vocabulary

_BATCHES_SORTED = 20  # batches of random reviews that are sorted by length together


def padded_reviews(
    reviews: Sequence[Sequence[str]], vocabulary: Vocabulary, max_words: int = 100
) -> Batch:
    """Lay reviews out as ids with a mask, as a language model reads them: after a ``</s>``.

    Parameters
    ----------
    reviews
        Each a list of tokens; an empty review is the ``</s>`` alone.
    vocabulary
        The words that the network knows.
    max_words
        A longer review loses its end.

    Returns
    -------
    ids, mask : ndarray of int32, each of shape (reviews, longest + 1)

    Raises
    ------
    ValueError
        If there is no review, or ``max_words`` is not a whole number from 1. Also if ``reviews`` is
        no list of lists of strings, or ``vocabulary`` is no ``Vocabulary``.

    Examples
    --------
    >>> ids, mask = padded_reviews([["good", "film"], []], Vocabulary(["good", "film"]))
    >>> ids.tolist()
    [[3, 4, 5], [3, 0, 0]]
    >>> mask.tolist()
    [[1, 1, 1], [1, 0, 0]]
    """
    require_sentences(reviews=reviews)
    require_type(Vocabulary, vocabulary=vocabulary)
    require_whole(1, max_words=max_words)
    if not len(reviews):
        raise ValueError("reviews must hold at least one review; there was none")
    return pad([[Vocabulary.eos_id, *vocabulary.encode(review[:max_words])] for review in reviews])


def build_recurrent_classifier(
    vocab_size: int, embedding_dim: int = 128, units: int = 128, dropout: float = 0.5
) -> keras.Model:
    """Build an LSTM that reads a review, and a logit on the mean of its hidden states.

    Equation: :eq:`eq-sentiment-pooling`

    The mean goes over the words, not over the padding. (The padding comes last, so that it changes
    no hidden state of a word.)

    Parameters
    ----------
    vocab_size, embedding_dim, units
        As in :func:`~lmbook_utils.models.build_language_model`.
    dropout
        The share of the embeddings', and of the means', elements that is set to 0 in training.

    Returns
    -------
    keras.Model
        Maps ``[ids, mask]``, each of shape (reviews, steps), to log-odds of shape (reviews, 1).

    Raises
    ------
    ValueError
        If a size is not a whole number from 1.

    Examples
    --------
    >>> build_recurrent_classifier(50, embedding_dim=4, units=3).output_shape
    (None, 1)
    """
    require_number(0, 1, dropout=dropout)
    require_whole(1, vocab_size=vocab_size, embedding_dim=embedding_dim, units=units)
    ids = keras.Input((None,), dtype="int32", name="ids")
    mask = keras.Input((None,), dtype="int32", name="mask")
    embedded = layers.Embedding(vocab_size, embedding_dim, name="embedding")(ids)
    embedded = layers.Dropout(dropout)(embedded)
    hidden = layers.LSTM(units, return_sequences=True, name="lstm_1")(embedded)
    weights = ops.expand_dims(ops.cast(mask, hidden.dtype), 2)
    mean = ops.sum(hidden * weights, axis=1) / ops.sum(weights, axis=1)
    logit = layers.Dense(1, name="logit")(layers.Dropout(dropout)(mean))
    return keras.Model([ids, mask], logit, name="lstm_classifier")


def take_over(language_model: keras.Model, classifier: keras.Model) -> None:
    """Start a classifier from a language model: copy its embedding and its LSTM.

    Parameters
    ----------
    language_model
        Of one layer of LSTM, from :func:`~lmbook_utils.models.build_language_model`.
    classifier
        From :func:`build_recurrent_classifier`, with the same sizes.

    Raises
    ------
    ValueError
        If the sizes differ. Also if ``language_model`` is no ``Model``, or ``classifier`` is no
        ``Model``.

    Examples
    --------
    >>> from lmbook_utils.models import build_language_model
    >>> language_model = build_language_model("lstm", 50, 4, 3)
    >>> classifier = build_recurrent_classifier(50, 4, 3)
    >>> take_over(language_model, classifier)
    >>> old, new = (model.get_layer("embedding").get_weights()[0]
    ...             for model in (language_model, classifier))
    >>> bool((old == new).all())
    True
    """
    require_type(keras.Model, language_model=language_model, classifier=classifier)
    for name in ("embedding", "lstm_1"):
        old, new = (model.get_layer(name).get_weights() for model in (language_model, classifier))
        if [w.shape for w in old] != [w.shape for w in new]:
            raise ValueError(
                f"classifier must have the sizes of language_model; the weights of {name} had "
                f"the shapes {[w.shape for w in new]} and {[w.shape for w in old]}"
            )
    for name in ("embedding", "lstm_1"):
        classifier.get_layer(name).set_weights(language_model.get_layer(name).get_weights())


def train(
    classifier: keras.Model,
    batch: Batch,
    labels: Sequence[int] | np.ndarray,
    updates: int,
    learning_rate: float,
    batch_size: int = 32,
    seed: int = 0,
) -> list[float]:
    """Train a classifier of ``[ids, mask]`` for a number of updates, with Adam.

    The learning rate falls to 0 in a straight line. Gradients are cut off at a norm of 1.

    Parameters
    ----------
    classifier
        From :func:`build_recurrent_classifier` or
        :func:`~lmbook_utils.tasks.minilm.build_classifier`.
    batch
        The ids and the mask of all training reviews.
    labels
        1 for a positive review, 0 for a negative one.
    updates
        How many; as many passes over the reviews as that takes.
    learning_rate
        At the start.
    batch_size
        How many reviews there are in an update (fewer at the end of a pass).
    seed
        Of the order of the reviews.

    Returns
    -------
    list of float
        The mean loss of each update, in nats, dropout included.

    Raises
    ------
    ValueError
        If the labels are not 0 and 1 with both among them, or not one for each review, or a number
        is out of its range. Also if ``classifier`` is no ``Model``, or ``seed`` is no whole number
        from 0.

    Examples
    --------
    >>> classifier = build_recurrent_classifier(8, 4, 4)
    >>> reviews = padded_reviews([["good"], ["bad"]], Vocabulary(["good", "bad"]))
    >>> len(train(classifier, reviews, [1, 0], updates=3, learning_rate=0.01))
    3
    """
    require_type(keras.Model, classifier=classifier)
    require_whole(0, seed=seed)
    ids, mask = checked_batch(batch)
    labels = checked_labels(labels, len(ids))
    require_whole(1, updates=updates, batch_size=batch_size)
    require_positive(learning_rate=learning_rate)
    schedule = keras.optimizers.schedules.PolynomialDecay(learning_rate, updates, 0.0)
    classifier.compile(
        FusedAdam(schedule, global_clipnorm=1.0),
        keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    losses = []
    orders = _orders(mask.sum(axis=1), batch_size, np.random.default_rng(seed))
    for rows, _ in zip(orders, range(updates), strict=False):
        longest = mask[rows].sum(axis=1).max()
        inputs = [ids[rows, :longest], mask[rows, :longest]]
        classifier.reset_metrics()
        losses.append(float(classifier.train_on_batch(inputs, labels[rows, None].astype(float))))
    return losses


def _orders(lengths: np.ndarray, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The rows of batch after batch, pass after pass: random, with little padding."""
    while True:
        order = rng.permutation(len(lengths))
        batches = []
        for start in range(0, len(order), batch_size * _BATCHES_SORTED):
            chunk = order[start : start + batch_size * _BATCHES_SORTED]
            chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
            batches += np.split(chunk, range(batch_size, len(chunk), batch_size))
        yield from (batches[i] for i in rng.permutation(len(batches)))


def log_odds(classifier: keras.Model, batch: Batch, batch_size: int = 64) -> np.ndarray:
    """Log-odds of each review, positive against negative: shape (reviews,).

    Raises
    ------
    ValueError
        If ``classifier`` is no ``Model``.

    Examples
    --------
    >>> classifier = build_recurrent_classifier(8, 4, 4)
    >>> reviews = padded_reviews([["good"], [], ["bad"]], Vocabulary(["good", "bad"]))
    >>> log_odds(classifier, reviews).shape
    (3,)
    """
    require_type(keras.Model, classifier=classifier)
    return predict(classifier, batch, batch_size)[:, 0].astype(float)
