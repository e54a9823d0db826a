"""A causal convolutional language model."""

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


@keras.saving.register_keras_serializable(package="lmbook_utils")
class GatedConvolution(StreamLayer):
    r"""A causal convolution with holes and a gate.

    With the inputs :math:`x_t`, the kernel size :math:`k` and the dilation :math:`d`

    .. math::

        a_t &= c + \sum_{i=0}^{k-1} W_i\, x_{t - i d}, \qquad
        g_t = b + \sum_{i=0}^{k-1} V_i\, x_{t - i d}, \\
        y_t &= a_t \odot \sigma(g_t),

    where :math:`\sigma` is the logistic function: the gate says which of the numbers in
    :math:`a_t` go on (Dauphin et al., 2017). Nothing after :math:`t` is read. A dilation above 1
    leaves holes between the inputs, so that few weights reach far back (van den Oord et al.,
    2016). Before the beginning of a stream, :math:`x` is zero.

    The layer keeps the last :math:`(k - 1) d` inputs of each row. No gradient flows into them, as
    in truncated backpropagation through time.

    Parameters
    ----------
    kernel_size
        How many inputs each output sees, from 2.
    dilation
        The distance between them, in steps.

    Examples
    --------
    >>> layer = GatedConvolution(kernel_size=2, dilation=4)
    >>> layer(np.ones((1, 3, 8))).shape
    TensorShape([1, 3, 8])
    >>> layer.states[0].shape
    TensorShape([1, 4, 8])
    """

    def __init__(self, kernel_size: int, dilation: int = 1, **arguments: Any):
        super().__init__(**arguments)
        require_whole(2, kernel_size=kernel_size)
        require_whole(1, dilation=dilation)
        self.kernel_size = kernel_size
        self.dilation = dilation

    def build(self, input_shape: tuple[int, int | None, int]) -> None:
        """Create the weights and the state."""
        batch_size, _, channels = input_shape
        self.kernel = self.add_weight(
            shape=(self.kernel_size, channels, 2 * channels),
            initializer="glorot_uniform",
            name="kernel",
        )
        self.bias = self.add_weight(shape=(2 * channels,), initializer="zeros", name="bias")
        self._reach = (self.kernel_size - 1) * self.dilation
        self.carry((batch_size, self._reach, channels))

    def call(self, inputs: Any) -> Any:
        """Map inputs (batch, steps, channels) to outputs of the same shape."""
        (state,) = self.states
        # (batch, reach + steps, channels): for each step all that it looks back to
        seen = ops.concatenate([state, inputs], axis=1)
        state.assign(seen[:, -self._reach :])
        values, gates = ops.split(
            ops.conv(seen, self.kernel, dilation_rate=self.dilation) + self.bias, 2, axis=-1
        )
        return values * ops.sigmoid(gates)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """That of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to build such a layer again."""
        sizes = {"kernel_size": self.kernel_size, "dilation": self.dilation}
        config: dict[str, Any] = super().get_config()
        return config | sizes


def build_convolutional_model(
    vocab_size: int = 10000,
    channels: int = 128,
    kernel_size: int = 2,
    num_layers: int = 2,
    dropout: float = 0.0,
    batch_size: int = 16,
    output_bias: np.ndarray | None = None,
) -> keras.Model:
    r"""Build a causal convolutional language model that predicts the next word at every step.

    Embedding → layers → layer normalisation → logits. The layer number :math:`l = 1 \dots L` adds
    to its input what a :class:`~lmbook_utils.models.convolutional.GatedConvolution` with the
    dilation :math:`2^{l-1}` makes of it,

    .. math:: y = x + \operatorname{convolution}(\operatorname{norm}(x)).

    The dilations 1, 2, 4, … let the reach double with each layer (van den Oord et al., 2016): a
    prediction depends on the last :math:`1 + (k - 1)(2^L - 1)` words, with the kernel size
    :math:`k`. It reads streams in pieces as :func:`~lmbook_utils.models.build_language_model`
    does, and however they are cut, the logits are the same.

    With the defaults the layers between embedding and logits have 132,352 parameters (an LSTM
    layer of 128 units has 131,584), and a prediction depends on the last 4 words.

    Parameters
    ----------
    vocab_size
        The number of words, special tokens included.
    channels
        The length of a word's vector and of all vectors between the layers.
    kernel_size
        How many vectors each output of a layer sees, from 2.
    num_layers
        The number of convolutions.
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
        If a size is not a whole number from 1, or ``kernel_size`` from 2, ``dropout`` is out of
        its range, or ``output_bias`` has another length than the vocabulary or is not finite.

    Examples
    --------
    >>> model = build_convolutional_model(vocab_size=50, channels=8, batch_size=2)
    >>> model(np.array([[4, 5, 6], [7, 8, 9]])).shape
    TensorShape([2, 3, 50])
    """
    require_whole(
        1, vocab_size=vocab_size, channels=channels, num_layers=num_layers, batch_size=batch_size
    )
    require_whole(2, kernel_size=kernel_size)
    require_below_one(dropout=dropout)
    require_bias(output_bias, vocab_size)
    ids = ids_of_streams(batch_size)
    hidden = layers.Embedding(vocab_size, channels, name="embedding")(ids)
    hidden = layers.Dropout(dropout)(hidden)
    for number in range(num_layers):
        convolution = GatedConvolution(kernel_size, 2**number, name=f"convolution_{number + 1}")
        change = convolution(layers.LayerNormalization()(hidden))
        hidden = layers.Add()([hidden, layers.Dropout(dropout)(change)])
    hidden = layers.LayerNormalization()(hidden)
    return with_output_layer(
        ids, hidden, vocab_size, output_bias, name="convolutional_language_model"
    )
