r"""An LSTM language model as plain matrices, and what it computes, without Keras.

A step reads the word :math:`w`. With its vector :math:`x`, a row of the embedding, the state
:math:`h` and the memory :math:`c` of the step before,

.. math::
    (i, f, g, o) &= W x + R h + b \\
    c &\leftarrow \sigma(f) \, c + \sigma(i) \tanh(g), \qquad h \leftarrow \sigma(o) \tanh(c),

and the logits are :math:`E h + b'`, with the embedding :math:`E` once more (tied weights).
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from scipy.special import expit

from lmbook_utils._validation import require_ids, require_type, require_whole
from lmbook_utils.export import arrays
from lmbook_utils.models import build_language_model
from lmbook_utils.models.tied import TiedEmbedding


@dataclass(frozen=True)
class Network:
    """The weights of an LSTM with tied vectors, all of float32.

    Attributes
    ----------
    embedding
        Shape (vocabulary, units).
    kernel, recurrent
        Of the gates i, f, g and o, one below the other: shape (4 · units, units).
    bias
        Shape (4 · units,).
    output_bias
        Shape (vocabulary,).
    """

    embedding: np.ndarray
    kernel: np.ndarray
    recurrent: np.ndarray
    bias: np.ndarray
    output_bias: np.ndarray

    def states(self, ids: np.ndarray) -> np.ndarray:
        """The hidden state after each of some words, read from a state of zero: (words, units)."""
        require_ids(len(self.embedding), ids=ids)
        units = self.embedding.shape[1]
        h, c, states = np.zeros(units), np.zeros(units), []
        for x in self.embedding[np.asarray(ids)].astype(float):
            gates = self.kernel.astype(float) @ x + self.recurrent.astype(float) @ h + self.bias
            i, f, g, o = np.split(gates, 4)
            c = expit(f) * c + expit(i) * np.tanh(g)
            h = expit(o) * np.tanh(c)
            states.append(h)
        return np.array(states)

    def logits(self, ids: np.ndarray) -> np.ndarray:
        """The logits of the word after each of some words: shape (words, vocabulary)."""
        logits: np.ndarray = self.states(ids) @ self.embedding.T.astype(float) + self.output_bias
        return logits


def from_keras(model: keras.Model) -> Network:
    """Take the weights out of a model of ``build_language_model("lstm", …, tied=True)``.

    Raises
    ------
    ValueError
        If the model is another one. Also if ``model`` is no ``Model``.
    """
    require_type(keras.Model, model=model)
    tied = [layer for layer in model.layers if isinstance(layer, TiedEmbedding)]
    lstms = [layer for layer in model.layers if isinstance(layer, keras.layers.LSTM)]
    if len(tied) != 1 or len(lstms) != 1:
        raise ValueError(
            "model must be an LSTM of one layer with tied vectors, build_language_model('lstm', "
            f"tied=True); it was {model.name!r}, with {len(lstms)} layers of LSTM"
        )
    kernel, recurrent, bias = lstms[0].get_weights()
    embedding = np.asarray(tied[0].embeddings)
    return Network(embedding, kernel.T, recurrent.T, bias, np.asarray(tied[0].bias))


def to_keras(network: Network, batch_size: int = 16) -> keras.Model:
    """A model of Keras with these weights, the inverse of :func:`from_keras`.

    Raises
    ------
    ValueError
        If ``network`` is no ``Network``, or ``batch_size`` is no whole number from 1.
    """
    require_type(Network, network=network)
    require_whole(1, batch_size=batch_size)
    words, units = network.embedding.shape
    model = build_language_model("lstm", words, units, units, batch_size=batch_size, tied=True)
    lstm = [network.kernel.T, network.recurrent.T, network.bias]
    model.get_layer("lstm_1").set_weights(lstm)
    model.get_layer("embedding").set_weights([network.embedding, network.output_bias])
    return model


def to_json(network: Network, bits: int) -> dict[str, Any]:
    """The network with 4, 8 or 32 bits for each number of its matrices; biases keep 32.

    Raises
    ------
    ValueError
        If ``network`` is no ``Network``.
    """
    require_type(Network, network=network)
    return {
        "units": network.embedding.shape[1],
        **{
            name: arrays.encode_matrix(getattr(network, name), bits)
            for name in ("embedding", "kernel", "recurrent")
        },
        "bias": arrays.encode(network.bias, "float32"),
        "output_bias": arrays.encode(network.output_bias, "float32"),
    }


def from_json(stored: Any, words: int) -> Network:
    """What :func:`to_json` stored, for a vocabulary of so many words.

    Raises
    ------
    ValueError
        If something is missing, or has another shape than the vocabulary asks. Also if ``words`` is
        no whole number from 1.
    """
    require_whole(1, words=words)
    units = stored.get("units") if isinstance(stored, dict) else None
    if not isinstance(units, int) or not 1 <= units <= 4096:
        raise ValueError(f"network's units must be a whole number from 1 to 4096; it was {units!r}")
    matrices = {"embedding": words, "kernel": 4 * units, "recurrent": 4 * units}  # their rows
    vectors = {"bias": 4 * units, "output_bias": words}
    return Network(
        **{
            name: arrays.decode_matrix(stored.get(name), (rows, units), name)
            for name, rows in matrices.items()
        },
        **{
            name: arrays.require_finite(
                arrays.decode(stored.get(name), "float32", (length,), name), name
            )
            for name, length in vectors.items()
        },
    )
