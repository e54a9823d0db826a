"""The book's networks, as Keras models."""

from numbers import Real
from typing import Literal

import keras
import numpy as np
from keras import layers

from lmbook_utils._validation import require_whole

Cell = Literal["simple", "gru", "lstm"]
_CELLS = {"simple": layers.SimpleRNN, "gru": layers.GRU, "lstm": layers.LSTM}


def build_article_model(
    vocab_size: int = 10000, embedding_dim: int = 128, rnn_units: int = 128
) -> keras.Sequential:
    """Build the usual tutorial's network: it reads a window of words and predicts the next one.

    Embedding → SimpleRNN at every step → SimpleRNN, its last state → softmax; compiled with Adam
    and the cross-entropy, and with accuracy as its metric. Chapter 5 trains it as it stands.

    Parameters
    ----------
    vocab_size
        The number of words, special tokens included.
    embedding_dim
        The length of a word's vector.
    rnn_units
        The length of each hidden state.

    Returns
    -------
    keras.Sequential
        Maps ids of shape (batch, window) to probabilities of shape (batch, vocabulary).

    Raises
    ------
    ValueError
        If a size is not a whole number from 1.

    Examples
    --------
    >>> model = build_article_model(vocab_size=50, embedding_dim=8, rnn_units=4)
    >>> model(np.array([[4, 5, 6]])).shape
    TensorShape([1, 50])
    """
    require_whole(1, vocab_size=vocab_size, embedding_dim=embedding_dim, rnn_units=rnn_units)
    model = keras.Sequential(
        [
            layers.Embedding(vocab_size, embedding_dim),
            layers.SimpleRNN(rnn_units, return_sequences=True),
            layers.SimpleRNN(rnn_units),
            layers.Dense(vocab_size, activation="softmax"),
        ]
    )
    model.build((None, None))
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # compiled code prints a start-up line and rounds differently
    )
    return model


def build_language_model(
    cell: Cell = "lstm",
    vocab_size: int = 10000,
    embedding_dim: int = 128,
    rnn_units: int = 128,
    num_layers: int = 1,
    dropout: float = 0.0,
    batch_size: int = 16,
    output_bias: np.ndarray | None = None,
) -> keras.Model:
    """Build a recurrent language model that predicts the next word at every step.

    Embedding → recurrent layers → logits, with dropout between them. The recurrent layers are
    stateful: row ``b`` of a batch goes on from the state in which row ``b`` of the batch before
    it ended, as :func:`lmbook_utils.batching.contiguous_streams` lays the text out.

    Parameters
    ----------
    cell
        ``"simple"``, ``"gru"`` or ``"lstm"``.
    vocab_size, embedding_dim, rnn_units
        As in :func:`build_article_model`.
    num_layers
        The number of recurrent layers.
    dropout
        The share of activations that is set to 0 in training, from 0 up to but not including 1.
    batch_size
        The number of parallel streams.
    output_bias
        Where the output layer's bias starts, shape (vocabulary,). With the logarithms of the
        words' relative frequencies, the untrained model predicts as a unigram model does.

    Returns
    -------
    keras.Model
        Maps ids of shape (batch_size, steps), for any number of steps, to logits of shape
        (batch_size, steps, vocabulary). Not compiled: see
        :func:`lmbook_utils.training.train_language_model`.

    Raises
    ------
    ValueError
        If ``cell`` is unknown, a size is not a whole number from 1, ``dropout`` is out of its
        range, or ``output_bias`` has another length than the vocabulary or is not finite.

    Examples
    --------
    >>> model = build_language_model("gru", vocab_size=50, embedding_dim=8, rnn_units=4,
    ...                              batch_size=2)
    >>> model(np.array([[4, 5, 6], [7, 8, 9]])).shape
    TensorShape([2, 3, 50])
    """
    if cell not in tuple(_CELLS):
        raise ValueError(f"cell must be one of {', '.join(_CELLS)}; it was {cell!r}")
    require_whole(
        1,
        vocab_size=vocab_size,
        embedding_dim=embedding_dim,
        rnn_units=rnn_units,
        num_layers=num_layers,
        batch_size=batch_size,
    )
    if not isinstance(dropout, Real) or not 0 <= dropout < 1:
        raise ValueError(f"dropout must be from 0 up to, not including, 1; it was {dropout!r}")
    if output_bias is not None:
        _require_bias(output_bias, vocab_size)
    ids = keras.Input(batch_shape=(batch_size, None), dtype="int32", name="ids")
    hidden = layers.Embedding(vocab_size, embedding_dim, name="embedding")(ids)
    hidden = layers.Dropout(dropout)(hidden)
    for number in range(1, num_layers + 1):
        recurrent = _CELLS[cell](
            rnn_units, return_sequences=True, stateful=True, name=f"{cell}_{number}"
        )
        hidden = layers.Dropout(dropout)(recurrent(hidden))
    output = layers.Dense(vocab_size, name="logits")
    model = keras.Model(ids, output(hidden), name=f"{cell}_language_model")
    if output_bias is not None:
        output.bias.assign(output_bias)
    return model


def with_batch_size(model: keras.Model, batch_size: int) -> keras.Model:
    """Copy a stateful model, weights included, for another number of parallel streams.

    Train with many streams, then score and generate with a copy that has fewer.

    The copy is not compiled.

    Parameters
    ----------
    model
        A model of :func:`build_language_model`.
    batch_size
        The number of streams of the copy.

    Returns
    -------
    keras.Model
        A copy that shares nothing with the original; its state is zero.

    Raises
    ------
    ValueError
        If ``batch_size`` is not a whole number from 1, or ``model`` is of another kind.
    """
    number_of_streams(model)
    require_whole(1, batch_size=batch_size)
    ids = keras.Input(batch_shape=(batch_size, None), dtype="int32", name="ids")
    copy = keras.models.clone_model(model, input_tensors=ids)
    copy.set_weights(model.get_weights())
    return copy


def number_of_streams(model: keras.Model) -> int:
    """The number of parallel streams that a model of :func:`build_language_model` reads.

    Raises
    ------
    ValueError
        If the model does not predict at every step with a state that is carried on.
    """
    shape = model.output_shape
    if len(shape) != 3 or shape[0] is None:
        raise ValueError(
            "model must predict at every step and carry its state on, as those of "
            "models.build_language_model do: its output must have the shape (batch_size, steps, "
            f"vocabulary) with a fixed batch_size; it was {shape}"
        )
    return shape[0]


def reset_state(model: keras.Model) -> None:
    """Set the state of all recurrent layers of a stateful model to zero."""
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()


def state_variables(model: keras.Model) -> list:
    """The carried state of all recurrent layers of a stateful model."""
    return [
        state
        for layer in model.layers
        if getattr(layer, "stateful", False)
        for state in (layer.states if isinstance(layer.states, list) else [layer.states])
    ]


def describe(model: keras.Model) -> str:
    """List the layers with the shapes of their weights and the number of parameters.

    Plain text, which reads well in every colour scheme and as speech; Keras' own ``summary()``
    draws a table of box characters.

    Examples
    --------
    >>> print(describe(build_article_model(vocab_size=50, embedding_dim=8, rnn_units=4)))
    layer         weights               parameters
    Embedding     (50, 8)                      400
    SimpleRNN     (8, 4) (4, 4) (4,)            52
    SimpleRNN     (4, 4) (4, 4) (4,)            36
    Dense         (4, 50) (50,)                250
    total                                      738
    """
    rows = [("layer", "weights", "parameters")]
    for layer in model.layers:
        if layer.weights:
            shapes = " ".join(str(tuple(w.shape)) for w in layer.weights)
            rows.append((type(layer).__name__, shapes, f"{layer.count_params():,}"))
    rows.append(("total", "", f"{sum(layer.count_params() for layer in model.layers):,}"))
    width = max(len(shapes) for _, shapes, _ in rows)
    return "\n".join(f"{name:<12}  {shapes:<{width}}  {count:>12}" for name, shapes, count in rows)


def _require_bias(output_bias: np.ndarray, vocab_size: int) -> None:
    bias = np.asarray(output_bias, float)
    if bias.shape != (vocab_size,):
        raise ValueError(
            f"output_bias must have the shape ({vocab_size},), one number for each word; it had "
            f"{bias.shape}"
        )
    if not np.isfinite(bias).all():
        raise ValueError(
            "output_bias must hold finite numbers; count each word at least once before you take "
            "logarithms, as training.unigram_log_probs does"
        )
