"""MiniLM, a pretrained transformer encoder, in plain Keras: from its files to sentence vectors.

The model is all-MiniLM-L6-v2: six layers that were distilled from a larger BERT (Wang et al.,
2020) and then trained on pairs of sentences (Reimers and Gurevych, 2019). Unlike the language
models of chapter 5 it reads in both directions, and it predicts nothing by itself: it turns a
text into a vector.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from lmbook_utils import datasets
from lmbook_utils._validation import require_type, require_whole
from lmbook_utils.tasks.padding import Batch, pad, predict

LAYERS, HEADS, UNITS, INNER, LONGEST = 6, 12, 384, 1536, 512
VOCABULARY = 30_522


def load_tokenizer() -> Tokenizer:
    """Load the tokeniser, without the padding and the truncation that its file asks for.

    Raises
    ------
    ConnectionError, OSError
        If the file is not on this machine and cannot be had.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        load_tokenizer().encode("A tokeniser.").tokens
    """
    tokenizer = Tokenizer.from_file(str(datasets.path("minilm-pieces")))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def pieces(tokenizer: Tokenizer, texts: Sequence[str], max_length: int = 128) -> Batch:
    """Cut texts into word pieces, and fill up to the length of the longest.

    Parameters
    ----------
    tokenizer
        From :func:`load_tokenizer`.
    texts
        At least one. An empty text has two pieces, ``[CLS]`` and ``[SEP]``.
    max_length
        A longer text loses its end, from 2 to 512 pieces; ``[SEP]`` stays the last one.

    Returns
    -------
    ids, mask : ndarray of int32, each of shape (texts, pieces)

    Raises
    ------
    ValueError
        If there is no text, one is not a string, or ``max_length`` is out of its range.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        ids, mask = pieces(load_tokenizer(), ["Good.", ""])
    """
    if isinstance(texts, str) or not len(texts) or not all(isinstance(t, str) for t in texts):
        raise ValueError(f"texts must be a list of strings, at least one; it was {texts!r:.80}")
    require_whole(2, max_length=max_length)
    if max_length > LONGEST:
        raise ValueError(f"max_length must be at most {LONGEST}; it was {max_length}")
    rows = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
    rows = [row if len(row) <= max_length else [*row[: max_length - 1], row[-1]] for row in rows]
    return pad(rows)


def build_encoder() -> keras.Model:
    """Build the network: ids and mask → the mean of the vectors of a text's pieces.

    Its weights are random; :func:`load_encoder` gives those of MiniLM. Each of the six layers is
    self-attention and two dense layers with the exact GELU between them; each time the input is
    added, and the sum normalised.

    Returns
    -------
    keras.Model
        Maps ``[ids, mask]``, each of shape (texts, pieces), to vectors of shape (texts, 384).

    Examples
    --------
    >>> build_encoder().count_params()
    22564608
    """
    ids = keras.Input((None,), dtype="int32", name="ids")
    mask = keras.Input((None,), dtype="int32", name="mask")
    places = ops.cumsum(ops.ones_like(ids), axis=1) - 1
    x = layers.Embedding(VOCABULARY, UNITS, name="words")(ids)
    x = x + layers.Embedding(LONGEST, UNITS, name="places")(places)
    x = layers.LayerNormalization(epsilon=1e-12, name="norm")(x)
    for n in range(LAYERS):
        attention = layers.MultiHeadAttention(HEADS, UNITS // HEADS, name=f"attention_{n}")
        attended = attention(x, x, attention_mask=ops.expand_dims(mask, 1))
        x = layers.LayerNormalization(epsilon=1e-12, name=f"attention_norm_{n}")(x + attended)
        inner = ops.gelu(layers.Dense(INNER, name=f"inner_{n}")(x), approximate=False)
        outer = layers.Dense(UNITS, name=f"outer_{n}")(inner)
        x = layers.LayerNormalization(epsilon=1e-12, name=f"norm_{n}")(x + outer)
    weights = ops.expand_dims(ops.cast(mask, x.dtype), 2)
    mean = ops.sum(x * weights, axis=1) / ops.sum(weights, axis=1)
    return keras.Model([ids, mask], mean, name="minilm")


def load_encoder() -> keras.Model:
    """Build the network of :func:`build_encoder`, with MiniLM's weights.

    Raises
    ------
    ConnectionError, OSError
        If the file is not on this machine and cannot be had.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads 83 MB)::

        vectors = encode(load_encoder(), load_tokenizer(), ["Good.", "Bad."])
    """
    model, tensors = build_encoder(), load_file(datasets.path("minilm-weights"))
    for name, arrays in _weights_by_layer(tensors).items():
        layer = model.get_layer(name)
        layer.set_weights([a.reshape(w.shape) for a, w in zip(arrays, layer.weights, strict=True)])
    return model


def _weights_by_layer(tensors: dict[str, np.ndarray]) -> dict[str, list[np.ndarray]]:
    """Sort the file's arrays by the layers of the network that they belong to."""

    def dense(name: str) -> list[np.ndarray]:
        return [tensors[f"{name}.weight"].T, tensors[f"{name}.bias"]]  # stored (out, in)

    def norm(name: str) -> list[np.ndarray]:
        return [tensors[f"{name}.LayerNorm.weight"], tensors[f"{name}.LayerNorm.bias"]]

    # All our texts are of the first of two types, so its vector can be added once and for all.
    kind = tensors["embeddings.token_type_embeddings.weight"][0]
    found = {
        "words": [tensors["embeddings.word_embeddings.weight"]],
        "places": [tensors["embeddings.position_embeddings.weight"] + kind],
        "norm": norm("embeddings"),
    }
    for n in range(LAYERS):
        layer = f"encoder.layer.{n}"
        attention = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        attention.append(f"{layer}.attention.output.dense")
        found[f"attention_{n}"] = [array for part in attention for array in dense(part)]
        found[f"attention_norm_{n}"] = norm(f"{layer}.attention.output")
        found[f"inner_{n}"] = dense(f"{layer}.intermediate.dense")
        found[f"outer_{n}"] = dense(f"{layer}.output.dense")
        found[f"norm_{n}"] = norm(f"{layer}.output")
    return found


def encode(
    encoder: keras.Model,
    tokenizer: Tokenizer,
    texts: Sequence[str],
    max_length: int = 128,
    batch_size: int = 32,
) -> np.ndarray:
    """Turn texts into vectors; texts of about one length are read together, to pad little.

    Parameters
    ----------
    encoder, tokenizer
        From :func:`load_encoder` and :func:`load_tokenizer`.
    texts, max_length
        As in :func:`pieces`.
    batch_size
        How many texts are read at once.

    Returns
    -------
    ndarray of float32, shape (texts, 384)

    Raises
    ------
    ValueError
        As :func:`pieces`, or if ``batch_size`` is not a whole number from 1.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        vectors = encode(load_encoder(), load_tokenizer(), ["Good.", ""])
    """
    require_whole(1, batch_size=batch_size)
    return predict(encoder, pieces(tokenizer, texts, max_length), batch_size)


def unit_vectors(
    encoder: keras.Model, tokenizer: Tokenizer, texts: Sequence[str], max_length: int = 64
) -> np.ndarray:
    """Vectors of length 1, so that their products are cosines; shape (texts, 384).

    Parameters
    ----------
    encoder, tokenizer, texts, max_length
        As in :func:`encode`.

    Raises
    ------
    ValueError
        As :func:`pieces`.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        unit_vectors(load_encoder(), load_tokenizer(), ["Good.", ""])
    """
    vectors = encode(encoder, tokenizer, texts, max_length)
    of_length_1: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return of_length_1


def states_of_pieces(encoder: keras.Model, layer: int = LAYERS) -> keras.Model:
    """The same network up to the states of the pieces after a layer, before any mean is taken.

    Parameters
    ----------
    encoder
        From :func:`load_encoder` or :func:`build_encoder`; the weights are shared with it.
    layer
        From 1 to 6.

    Returns
    -------
    keras.Model
        Maps ``[ids, mask]`` to states of shape (texts, pieces, 384).

    Raises
    ------
    ValueError
        If there is no such layer. Also if ``encoder`` is no ``Model``.

    Examples
    --------
    >>> states_of_pieces(build_encoder()).output_shape
    (None, None, 384)
    """
    require_type(keras.Model, encoder=encoder)
    if layer not in range(1, LAYERS + 1):
        raise ValueError(f"layer must be from 1 to {LAYERS}; it was {layer!r}")
    return keras.Model(encoder.inputs, encoder.get_layer(f"norm_{layer - 1}").output)


def build_classifier(encoder: keras.Model) -> keras.Model:
    """Put one output on top of an encoder: the log-odds that a text is positive.

    The encoder's own weights are shared with it, and are trained along with the new ones; that is
    fine-tuning. To keep them, set ``encoder.trainable = False`` first.

    Returns
    -------
    keras.Model
        Maps ``[ids, mask]`` to log-odds of shape (texts, 1).

    Raises
    ------
    ValueError
        If ``encoder`` is no ``Model``.

    Examples
    --------
    >>> build_classifier(build_encoder()).output_shape
    (None, 1)
    """
    require_type(keras.Model, encoder=encoder)
    logit = layers.Dense(1, kernel_initializer="zeros", name="logit")(encoder.output)
    return keras.Model(encoder.input, logit, name="minilm_classifier")
