"""A bidirectional LSTM that reads a sentence with its verb marked, and tags each token."""

from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from lmbook_utils._validation import (
    places_in,
    require_list,
    require_number,
    require_positive,
    require_type,
    require_whole,
)
from lmbook_utils.tasks.semantic_roles.bio import TAGS, encode_bio
from lmbook_utils.tasks.semantic_roles.data import Proposition
from lmbook_utils.training import FusedAdam
from lmbook_utils.vocabulary import Vocabulary

_NEXT_TO_NEVER = 1e-9
_FURTHEST = 15  # tokens from the verb that are told apart
_DISTANCE_DIMENSIONS = 32


class Inputs(NamedTuple):
    """What the tagger reads; the rows are propositions, filled up to the longest sentence."""

    words: np.ndarray
    """Ids, int32 of shape (propositions, tokens), or vectors, float32 of shape (propositions,
    tokens, dimensions)."""
    distances: np.ndarray
    """Of each token to the verb, counted in tokens, at most 15 on either side, and 15 added: 15 is
    the verb itself, 14 the token before it. int32 of shape (propositions, tokens)."""
    mask: np.ndarray
    """Whether there is a token; bool of shape (propositions, tokens)."""

    def take(self, rows: np.ndarray) -> "Inputs":
        """Some of the propositions, without the padding that none of them needs."""
        rows = places_in(len(self.mask), rows=rows)
        if not len(rows):
            raise ValueError("rows must name at least one proposition; there was none")
        longest = self.mask[rows].sum(axis=1).max()
        return Inputs(*(array[rows, :longest] for array in self))


def inputs_of(words: Sequence[np.ndarray], predicates: Sequence[int]) -> Inputs:
    """Lay sentences and their verbs out for the tagger.

    Parameters
    ----------
    words
        For each proposition its ids, shape (tokens,), or its vectors, shape (tokens, dimensions).
    predicates
        For each the index of its verb.

    Raises
    ------
    ValueError
        If there is no proposition, or a predicate is no token of its sentence. Also if ``words`` is
        no iterable.

    Examples
    --------
    >>> inputs = inputs_of([np.array([7, 8, 9]), np.array([5, 6])], [1, 0])
    >>> inputs.words.tolist(), inputs.distances.tolist(), inputs.mask.sum(axis=1).tolist()
    ([[7, 8, 9], [5, 6, 0]], [[14, 15, 16], [15, 16, 17]], [3, 2])
    """
    require_list((np.ndarray, Sequence), words=words)
    require_list(Integral, predicates=predicates)
    if not len(words) or len(words) != len(predicates):
        raise ValueError(
            "words and predicates must be of the same propositions, at least one; there were "
            f"{len(words)} and {len(predicates)}"
        )
    words = [np.asarray(row) for row in words]
    lengths = np.array([len(row) for row in words])
    for length, predicate in zip(lengths, predicates, strict=True):
        if not 0 <= predicate < length:
            raise ValueError(
                f"predicates must be tokens of their sentences; one was {predicate}, in a "
                f"sentence of {length} tokens"
            )
    kind = np.int32 if words[0].ndim == 1 else np.float32
    padded = np.full(
        (len(words), lengths.max(), *words[0].shape[1:]),
        Vocabulary.pad_id if words[0].ndim == 1 else 0,
        kind,
    )
    for i, row in enumerate(words):
        padded[i, : len(row)] = row
    places = np.arange(lengths.max())
    distances = np.clip(places - np.array(predicates)[:, None], -_FURTHEST, _FURTHEST) + _FURTHEST
    return Inputs(padded, distances.astype(np.int32), places < lengths[:, None])


def build_tagger(
    vocab_size: int | None = None,
    dimensions: int = 384,
    units: int = 64,
    dropout: float = 0.3,
    mark_predicate: bool = True,
) -> keras.Model:
    """Build the tagger: words and the mark of the verb → the probability of each tag.

    Equation: :eq:`eq-srl-tagger`

    Which verb is meant is told by the distance of each token to it, which has an embedding of its
    own. (He et al., 2017, tell the verb's place alone; with a few hundred sentences to learn from,
    the distance is easier.)

    Parameters
    ----------
    vocab_size
        How many words have an embedding that is learnt; ``None`` where the words come as vectors.
        These pass through a dense layer of as many dimensions as an embedding has.
    dimensions
        Of the vectors; not used where the embedding is learnt.
    units
        Of the embedding, and of the LSTM in each direction.
    dropout
        The share of elements that is set to 0 in training, before and behind the LSTM.
    mark_predicate
        Whether the network is told which verb is meant. Without it (a mistake, for
        demonstration) all verbs of a sentence get the same roles.

    Returns
    -------
    keras.Model
        Maps the three arrays of :class:`Inputs` to probabilities of shape (propositions, tokens,
        tags).

    Raises
    ------
    ValueError
        If a size is not a whole number from 1, ``dropout`` no number from 0 to 1, or
        ``mark_predicate`` neither True nor False.

    Examples
    --------
    >>> build_tagger(50, units=3).output_shape
    (None, None, 13)
    """
    require_number(0, 1, dropout=dropout)
    require_type(bool, mark_predicate=mark_predicate)
    require_whole(1, dimensions=dimensions, units=units)
    if vocab_size is None:
        words = keras.Input((None, dimensions), name="words")
        embedded = layers.Dense(units, name="projection")(layers.Dropout(dropout)(words))
    else:
        require_whole(1, vocab_size=vocab_size)
        words = keras.Input((None,), dtype="int32", name="words")
        embedded = layers.Embedding(vocab_size, units, name="embedding")(words)
    distances = keras.Input((None,), dtype="int32", name="distances")
    mask = keras.Input((None,), dtype="bool", name="mask")
    where = layers.Embedding(2 * _FURTHEST + 1, _DISTANCE_DIMENSIONS, name="distance_embedding")
    told = where(distances * int(mark_predicate))
    read = layers.Dropout(dropout)(layers.Concatenate()([embedded, told]))
    lstm = layers.Bidirectional(layers.LSTM(units, return_sequences=True), name="lstm")
    hidden = layers.Dropout(dropout)(lstm(read, mask=mask))
    tags = layers.Dense(len(TAGS), activation="softmax", name="tags")(hidden)
    return keras.Model([words, distances, mask], tags, name="role_tagger")


def train(
    tagger: keras.Model,
    inputs: Inputs,
    propositions: Sequence[Proposition],
    updates: int,
    learning_rate: float = 5e-3,
    batch_size: int = 32,
    seed: int = 0,
) -> list[float]:
    """Train a tagger with Adam; the learning rate falls to 0 in a straight line.

    Parameters
    ----------
    tagger
        From :func:`build_tagger`.
    inputs
        Of the propositions, from :func:`inputs_of`.
    propositions
        What is right.
    updates
        How many; as many passes over the propositions as that takes.
    learning_rate
        At the start.
    batch_size
        Propositions in an update (fewer at the end of a pass).
    seed
        Of the order.

    Returns
    -------
    list of float
        The mean loss of each update, in nats per token, padding left out.

    Raises
    ------
    ValueError
        If the numbers of inputs and propositions differ, or another one is out of its range. Also
        if ``tagger`` is no ``Model``, ``inputs`` is no ``Inputs``, ``propositions`` is no list of
        ``Proposition``, or ``seed`` is no whole number from 0.

    Examples
    --------
    >>> one = Proposition("A", "train", 0, ("Ada", "wrote", "it"), 1, (("ARG0", 0, 1),))
    >>> inputs = inputs_of([np.array([5, 6, 7])], [1])
    >>> len(train(build_tagger(8, units=4), inputs, [one], updates=2))
    2
    """
    require_type(keras.Model, tagger=tagger)
    require_type(Inputs, inputs=inputs)
    require_list(Proposition, propositions=propositions)
    require_whole(0, seed=seed)
    require_whole(1, updates=updates, batch_size=batch_size)
    require_positive(learning_rate=learning_rate)
    if len(inputs.mask) != len(propositions):
        raise ValueError(
            "inputs and propositions must be of the same number; they were "
            f"{len(inputs.mask)} and {len(propositions)}"
        )
    targets = np.zeros(inputs.mask.shape, np.int32)
    for row, p in zip(targets, propositions, strict=True):
        row[: len(p.tokens)] = [TAGS.index(tag) for tag in encode_bio(p.roles, len(p.tokens))]
    schedule = keras.optimizers.schedules.PolynomialDecay(learning_rate, updates, 0.0)
    tagger.compile(
        FusedAdam(schedule, global_clipnorm=1.0),
        "sparse_categorical_crossentropy",
        jit_compile=False,
    )
    losses = []
    orders = _orders(len(propositions), batch_size, np.random.default_rng(seed))
    for rows, _ in zip(orders, range(updates), strict=False):
        batch = inputs.take(rows)
        steps = batch.mask.shape[1]
        tagger.reset_metrics()
        # The LSTM hands the mask on, so that Keras takes the mean over the tokens that are there.
        losses.append(float(tagger.train_on_batch([*batch], targets[rows, :steps])))
    return losses


def tag_log_probs(tagger: keras.Model, inputs: Inputs, batch_size: int = 64) -> list[np.ndarray]:
    """The log-probability of each tag at each token, one array (tokens, tags) a proposition.

    Raises
    ------
    ValueError
        If ``tagger`` is no ``Model``, ``inputs`` is no ``Inputs``, or ``batch_size`` is no whole
        number from 1.

    Examples
    --------
    >>> inputs = inputs_of([np.array([5, 6, 7]), np.array([4])], [1, 0])
    >>> [rows.shape for rows in tag_log_probs(build_tagger(8, units=4), inputs)]
    [(3, 13), (1, 13)]
    """
    require_type(keras.Model, tagger=tagger)
    require_type(Inputs, inputs=inputs)
    require_whole(1, batch_size=batch_size)
    found: list[np.ndarray] = []
    for start in range(0, len(inputs.mask), batch_size):
        batch = inputs.take(np.arange(start, min(start + batch_size, len(inputs.mask))))
        probabilities = tagger([*batch], training=False).numpy()
        found += [
            np.log(np.maximum(row[: mask.sum()], _NEXT_TO_NEVER)).astype(float)
            for row, mask in zip(probabilities, batch.mask, strict=True)
        ]
    return found


def _orders(rows: int, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The rows of batch after batch, pass after pass."""
    while True:
        order = rng.permutation(rows)
        yield from np.split(order, range(batch_size, rows, batch_size))
