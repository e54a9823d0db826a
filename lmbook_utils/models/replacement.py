"""Words of the input that are replaced in training: word dropout and replacement by neighbours."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from lmbook_utils._validation import array_of, require_below_one, require_ids, require_whole


@keras.saving.register_keras_serializable(package="lmbook_utils")
class WordReplacement(layers.Layer):
    """Replace some words of the input, at random and in training only.

    Each word is replaced with the probability ``rate`` by one of its substitutes, all equally
    likely. What the model has to predict stays as it is. Where each word has the one substitute
    ``<unk>``, this is *word dropout* (Bowman et al., 2016; Xie et al., 2017); where a word has
    words that are used alike, it is *synonym replacement* (Wei and Zou, 2019).

    Parameters
    ----------
    vocab_size
        The number of words.
    substitutes
        The number of substitutes that each word has.
    rate
        The probability of a replacement, from 0 up to but not including 1.
    seed
        Of the draws; ``None`` takes one from Keras' global generator.

    Raises
    ------
    ValueError
        If a number is out of its range. Also if ``seed`` is no whole number from 0.

    Examples
    --------
    >>> layer = word_dropout(vocab_size=10, unknown_id=1, rate=0.5, seed=0)
    >>> ids = np.array([[4, 5, 6, 7]], "int32")
    >>> layer(ids).numpy().tolist()  # not in training: as it was
    [[4, 5, 6, 7]]
    >>> sorted(set(layer(np.full((1, 100), 4), training=True).numpy().ravel().tolist()))
    [1, 4]
    """

    def __init__(
        self,
        vocab_size: int,
        substitutes: int,
        rate: float,
        seed: int | None = None,
        **arguments: Any,
    ):
        if seed is not None:
            require_whole(0, seed=seed)
        super().__init__(**arguments)
        require_whole(1, vocab_size=vocab_size, substitutes=substitutes)
        require_below_one(rate=rate)
        self.vocab_size, self.substitutes, self.rate, self.seed = (
            vocab_size,
            substitutes,
            rate,
            seed,
        )
        self.generator = keras.random.SeedGenerator(seed)
        self.table = self.add_weight(
            shape=(vocab_size, substitutes),
            initializer="zeros",
            dtype="int32",
            trainable=False,
            name="table",
        )

    def call(self, ids: Any, training: bool = False) -> Any:
        """Map ids (batch, steps) to ids of the same shape."""
        ids = ops.cast(ids, "int32")
        if not training or self.rate == 0:
            return ids
        shape = ops.shape(ids)
        which = keras.random.randint(shape, 0, self.substitutes, seed=self.generator)
        places = ids * self.substitutes + which
        drawn = ops.take(ops.reshape(self.table, (-1,)), places)
        replaced = keras.random.uniform(shape, seed=self.generator) < self.rate
        return ops.where(replaced, drawn, ids)

    def compute_output_spec(self, ids: Any, training: bool = False) -> keras.KerasTensor:
        """The shape of what ``call`` returns: that of its input."""
        return keras.KerasTensor(ids.shape, "int32")

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to build such a layer again; the substitutes are weights."""
        names = ("vocab_size", "substitutes", "rate", "seed")
        config: dict[str, Any] = super().get_config()
        return config | {name: getattr(self, name) for name in names}


def word_dropout(
    vocab_size: int, unknown_id: int, rate: float, seed: int | None = None
) -> WordReplacement:
    """Replace words by the unknown word.

    Raises
    ------
    ValueError
        If ``unknown_id`` is no id of the vocabulary, or a number is out of its range.

    Examples
    --------
    >>> word_dropout(vocab_size=10, unknown_id=1, rate=0.2).rate
    0.2
    """
    require_whole(1, vocab_size=vocab_size)
    require_ids(vocab_size, unknown_id=np.array([unknown_id]))
    return synonym_replacement(np.full((vocab_size, 1), unknown_id), rate, seed)


def synonym_replacement(table: np.ndarray, rate: float, seed: int | None = None) -> WordReplacement:
    """Replace words by words that are used alike.

    Parameters
    ----------
    table
        The ids of each word's substitutes, shape (vocabulary, substitutes). A word that shall
        never change is its own substitute.
    rate, seed
        As in :class:`WordReplacement`.

    Raises
    ------
    ValueError
        If the table has another shape or holds ids that are not in the vocabulary, or ``rate`` is
        out of its range.

    Examples
    --------
    >>> layer = synonym_replacement(np.array([[0], [2], [1]]), rate=0.9, seed=0)
    >>> sorted(set(layer(np.full((1, 100), 1), training=True).numpy().ravel().tolist()))
    [1, 2]
    """
    table = array_of("table", table)
    if table.ndim != 2 or not table.size:
        raise ValueError(
            f"table must have the shape (vocabulary, substitutes); it was {table.shape}"
        )
    require_ids(len(table), table=table.ravel())
    vocab_size, substitutes = table.shape
    layer = WordReplacement(vocab_size, substitutes, rate, seed, name="replacement")
    layer.table.assign(table)
    return layer
