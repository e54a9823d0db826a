"""A small causal Transformer."""

import math
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from lmbook_utils._validation import require_below_one, require_whole
from lmbook_utils.models._parts import (
    ids_of_streams,
    require_bias,
    with_output_layer,
)
from lmbook_utils.models.streams import StreamLayer

# A logit that no softmax gives any weight; with -∞ itself, a difference of two would be NaN.
_MINUS_INFINITY = -1e9


def alibi_slopes(num_heads: int) -> np.ndarray:
    r"""How much each head of attention prefers what is near.

    The slopes are the geometric sequence

    .. math:: m_h = 2^{-8h / H}, \qquad h = 1 \dots H

    (Press, Smith and Lewis, 2022): the first head looks at the nearest words, the last one hardly
    cares how far away a word is.

    Parameters
    ----------
    num_heads
        :math:`H`.

    Returns
    -------
    ndarray of float, shape (heads,)

    Raises
    ------
    ValueError
        If ``num_heads`` is not a whole number from 1.

    Examples
    --------
    >>> alibi_slopes(4).tolist()
    [0.25, 0.0625, 0.015625, 0.00390625]
    """
    require_whole(1, num_heads=num_heads)
    return 2.0 ** (-8 * np.arange(1, num_heads + 1) / num_heads)


@keras.saving.register_keras_serializable(package="lmbook_utils")
class MemoryAttention(StreamLayer):
    r"""Causal self-attention that looks back a fixed number of words, across batches too.

    From each input :math:`x_t` each of the :math:`H` heads computes a query
    :math:`q_t = W_q x_t + b_q`, and in the same way a key :math:`k_t` and a value :math:`v_t`, all
    of length :math:`n`. A head's output is a mean of the values of the word itself and of
    the :math:`M` words before it,

    .. math::

        y_t = \sum_{s=t-M}^{t} \alpha_{ts} v_s, \qquad
        \alpha_{ts} \propto \exp\!\left(\frac{q_t^\top k_s}{\sqrt{n}} - m\,(t - s)\right),

    where the weights :math:`\alpha_{ts}` of each :math:`t` sum to 1 (Vaswani et al., 2017), and
    :math:`m` is the head's slope (Press, Smith and Lewis, 2022; :func:`alibi_slopes`): the order
    of the words is known by their distance. The outputs of the heads, one after the other, are
    multiplied by a last matrix. Slots before the beginning of a stream get no weight.

    The layer keeps the last :math:`M` inputs of each row, and which of them there are. Keys and
    values are computed from them anew, with the weights of now, and no gradient flows into the
    inputs themselves (Dai et al., 2019).

    Parameters
    ----------
    num_heads
        :math:`H`; the length of the inputs must be a multiple of it.
    memory
        :math:`M`.

    Examples
    --------
    >>> layer = MemoryAttention(num_heads=2, memory=5)
    >>> layer(np.ones((1, 3, 8))).shape
    TensorShape([1, 3, 8])
    >>> layer.states[1].numpy().tolist()
    [[0.0, 0.0, 1.0, 1.0, 1.0]]
    """

    def __init__(self, num_heads: int, memory: int, **arguments: Any):
        super().__init__(**arguments)
        require_whole(1, num_heads=num_heads, memory=memory)
        self.num_heads = num_heads
        self.memory = memory

    def build(self, input_shape: tuple[int, int | None, int]) -> None:
        """Create the weights and the state."""
        batch_size, _, length = input_shape
        self.query = self._dense(length, input_shape, "query")
        self.key_and_value = self._dense(2 * length, input_shape, "key_and_value")
        self.output_projection = self._dense(length, input_shape, "output")
        self.carry((batch_size, self.memory, length), (batch_size, self.memory))

    def call(self, inputs: Any) -> Any:
        """Map inputs (batch, steps, length) to outputs of the same shape."""
        remembered, is_remembered = self.states
        seen = ops.concatenate([remembered, inputs], axis=1)  # (batch, memory + steps, length)
        is_there = ops.concatenate([is_remembered, ops.ones_like(inputs[:, :, 0])], axis=1)
        remembered.assign(seen[:, -self.memory :])
        is_remembered.assign(is_there[:, -self.memory :])
        queries = self._by_head(self.query(inputs))
        keys, values = map(self._by_head, ops.split(self.key_and_value(seen), 2, axis=-1))
        # (batch, heads, steps, memory + steps)
        scores = ops.matmul(queries, ops.swapaxes(keys, 2, 3)) / math.sqrt(keys.shape[-1])
        scores += self._preference_for_what_is_near(ops.shape(inputs)[1])
        scores += (1 - is_there[:, None, None, :]) * _MINUS_INFINITY
        outputs = ops.matmul(ops.softmax(scores), values)
        outputs = ops.reshape(ops.swapaxes(outputs, 1, 2), ops.shape(inputs))
        return self.output_projection(outputs)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to build such a layer again."""
        config: dict[str, Any] = super().get_config()
        return config | {"num_heads": self.num_heads, "memory": self.memory}

    def _dense(self, units: int, input_shape: tuple[int | None, ...], name: str) -> layers.Dense:
        dense = layers.Dense(units, name=name)
        dense.build(input_shape)
        return dense

    def _by_head(self, vectors: Any) -> Any:
        """(batch, time, length) → (batch, heads, time, length of a head)"""
        batch, time, length = ops.shape(vectors)
        heads = ops.reshape(vectors, (batch, time, self.num_heads, length // self.num_heads))
        return ops.swapaxes(heads, 1, 2)

    def _preference_for_what_is_near(self, steps: Any) -> Any:
        """Return -m (t - s), or hardly more than -∞ outside the window: (heads, steps, time)."""
        at = self.memory + ops.arange(steps)
        distance = ops.cast(at[:, None] - ops.arange(self.memory + steps), self.compute_dtype)
        inside = ops.logical_and(distance >= 0, distance <= self.memory)
        slopes = ops.cast(alibi_slopes(self.num_heads), self.compute_dtype)
        return ops.where(inside, -slopes[:, None, None] * distance, _MINUS_INFINITY)


def build_transformer_model(
    vocab_size: int = 10000,
    model_dim: int = 128,
    num_heads: int = 4,
    num_layers: int = 1,
    memory: int = 64,
    feedforward_dim: int = 256,
    dropout: float = 0.0,
    batch_size: int = 16,
    output_bias: np.ndarray | None = None,
) -> keras.Model:
    r"""Build a small causal Transformer that predicts the next word at every step.

    Embedding → layers → layer normalisation → logits. Each layer adds to its input twice: first
    what :class:`~lmbook_utils.models.transformer.MemoryAttention` gathers from the words before,
    then what a feed-forward network makes of each word for itself,

    .. math::

        u_t = x_t + \operatorname{attention}(\operatorname{norm}(x))_t, \qquad
        y_t = u_t + W_2 \max(0,\; W_1 \operatorname{norm}(u_t) + b_1) + b_2

    (Vaswani et al., 2017, with the normalisation before each part and not after it). It reads
    streams in pieces as :func:`~lmbook_utils.models.build_language_model` does, and however they
    are cut, the logits are the same.

    With the defaults the layers between embedding and logits have 132,736 parameters; an LSTM
    layer of 128 units has 131,584.

    Parameters
    ----------
    vocab_size
        The number of words, special tokens included.
    model_dim
        The length of a word's vector and of all vectors between the layers.
    num_heads
        The number of heads of attention; ``model_dim`` must be a multiple of it.
    num_layers
        The number of layers, each with attention and a feed-forward network.
    memory
        How many words before each word the attention of one layer sees. A prediction depends on
        the last :math:`L M + 1` words, with :math:`L` layers and this memory :math:`M`.
    feedforward_dim
        The length of the hidden vector in the feed-forward network.
    dropout, batch_size, output_bias
        As in :func:`~lmbook_utils.models.build_language_model`; dropout is applied to the word
        vectors and to all that is added.

    Returns
    -------
    keras.Model
        Maps ids of shape (batch_size, steps), for any number of steps, to logits of shape
        (batch_size, steps, vocabulary). Not compiled.

    Raises
    ------
    ValueError
        If a size is not a whole number from 1, ``model_dim`` is no multiple of ``num_heads``,
        ``dropout`` is out of its range, or ``output_bias`` has another length than the vocabulary
        or is not finite.

    Examples
    --------
    >>> model = build_transformer_model(vocab_size=50, model_dim=8, num_heads=2, memory=5,
    ...                                 batch_size=2)
    >>> model(np.array([[4, 5, 6], [7, 8, 9]])).shape
    TensorShape([2, 3, 50])
    """
    require_whole(
        1,
        vocab_size=vocab_size,
        model_dim=model_dim,
        num_heads=num_heads,
        num_layers=num_layers,
        memory=memory,
        feedforward_dim=feedforward_dim,
        batch_size=batch_size,
    )
    if model_dim % num_heads:
        raise ValueError(
            f"model_dim must be a multiple of num_heads = {num_heads}; it was {model_dim}"
        )
    require_below_one(dropout=dropout)
    require_bias(output_bias, vocab_size)
    ids = ids_of_streams(batch_size)
    hidden = layers.Embedding(vocab_size, model_dim, name="embedding")(ids)
    hidden = layers.Dropout(dropout)(hidden)
    for number in range(1, num_layers + 1):
        attention = MemoryAttention(num_heads, memory, name=f"attention_{number}")
        change = attention(layers.LayerNormalization()(hidden))
        hidden = layers.Add()([hidden, layers.Dropout(dropout)(change)])
        change = layers.Dense(feedforward_dim, activation="relu")(
            layers.LayerNormalization()(hidden)
        )
        change = layers.Dense(model_dim)(change)
        hidden = layers.Add()([hidden, layers.Dropout(dropout)(change)])
    hidden = layers.LayerNormalization()(hidden)
    return with_output_layer(
        ids, hidden, vocab_size, output_bias, name="transformer_language_model"
    )
