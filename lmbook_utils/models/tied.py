"""One matrix for the words that are read and for those that are predicted."""

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="lmbook_utils")
class TiedEmbedding(layers.Embedding):
    r"""An embedding that is used a second time, as the weights of the output layer.

    The vector of the word :math:`w` is the row :math:`e_w` of the matrix :math:`E`, of shape
    (vocabulary, units). With a hidden state :math:`h` and the bias :math:`b` the logits are

    .. math:: z = E h + b, \qquad z_w = e_w^\top h + b_w.

    Two words that are read alike are then predicted alike, and the model has one matrix of that
    size less (Press and Wolf, 2017; Inan et al., 2017). The gradient of :math:`E` is the sum of
    those from both uses.

    Examples
    --------
    >>> embedding = TiedEmbedding(50, 8)
    >>> vectors = embedding(ops.array([[4, 5, 6]]))
    >>> embedding(vectors, to_logits=True).shape
    TensorShape([1, 3, 50])
    """

    def build(self, input_shape: Any = None) -> None:
        """Create the matrix, as Keras' embedding does, and the bias of the output, zeros."""
        super().build(input_shape)
        self.bias = self.add_weight(shape=(self.input_dim,), initializer="zeros", name="bias")

    def call(self, inputs: Any, to_logits: bool = False) -> Any:
        """Map ids (batch, steps) to vectors, or hidden states (batch, steps, units) to logits."""
        if not to_logits:
            return super().call(inputs)
        return ops.matmul(inputs, ops.transpose(self.embeddings)) + self.bias

    def compute_output_spec(self, inputs: Any, to_logits: bool = False) -> keras.KerasTensor:
        """The shape of what ``call`` returns."""
        if not to_logits:
            return super().compute_output_spec(inputs)
        return keras.KerasTensor((*inputs.shape[:-1], self.input_dim), self.compute_dtype)
