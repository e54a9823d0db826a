"""One matrix for the words that are read and for those that are predicted."""

from typing import Any

import keras
from keras import layers, ops

from lmbook_utils._validation import require_whole


@keras.saving.register_keras_serializable(package="lmbook_utils")
class TiedEmbedding(layers.Layer):
    r"""An embedding that is used a second time, as the weights of the output layer.

    The vector of the word :math:`w` is the row :math:`e_w` of the matrix :math:`E`, of shape
    (vocabulary, units). With a hidden state :math:`h` and the bias :math:`b` the logits are

    .. math:: z = E h + b, \qquad z_w = e_w^\top h + b_w.

    Two words that are read alike are then predicted alike, and the model has one matrix of that
    size less (Press and Wolf, 2017; Inan et al., 2017). The gradient of :math:`E` is the sum of
    those from both uses.

    Parameters
    ----------
    vocab_size
        The number of words.
    units
        The length of a word's vector, and of the hidden states.

    Examples
    --------
    >>> embedding = TiedEmbedding(50, 8)
    >>> vectors = embedding(ops.array([[4, 5, 6]]))
    >>> embedding(vectors, to_logits=True).shape
    TensorShape([1, 3, 50])
    """

    def __init__(self, vocab_size: int, units: int, **arguments: Any):
        super().__init__(**arguments)
        require_whole(1, vocab_size=vocab_size, units=units)
        self.vocab_size = vocab_size
        self.units = units

    def build(self, input_shape: Any) -> None:
        """Create the matrix, as Keras' embedding does, and the bias of the output, zeros."""
        self.embeddings = self.add_weight(
            shape=(self.vocab_size, self.units), initializer="uniform", name="embeddings"
        )
        self.bias = self.add_weight(shape=(self.vocab_size,), initializer="zeros", name="bias")

    @property
    def kernel(self) -> Any:
        """The weights of the output layer, shape (units, vocabulary)."""
        return ops.transpose(self.embeddings)

    def call(self, inputs: Any, to_logits: bool = False) -> Any:
        """Map ids (batch, steps) to vectors, or hidden states (batch, steps, units) to logits."""
        if not to_logits:
            return ops.take(self.embeddings, inputs, axis=0)
        return ops.matmul(inputs, self.kernel) + self.bias

    def compute_output_spec(self, inputs: Any, to_logits: bool = False) -> keras.KerasTensor:
        """The shape of what ``call`` returns."""
        shape = (*inputs.shape[:-1], self.vocab_size) if to_logits else (*inputs.shape, self.units)
        return keras.KerasTensor(shape, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to build such a layer again."""
        config: dict[str, Any] = super().get_config()
        return config | {"vocab_size": self.vocab_size, "units": self.units}
