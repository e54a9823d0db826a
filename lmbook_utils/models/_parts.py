"""What all language models have: ids to read, an output layer, and checks of the arguments."""

import keras
import numpy as np

from lmbook_utils._validation import real_numbers


def ids_of_streams(batch_size: int) -> keras.KerasTensor:
    """The input of a language model: ids of a fixed number of streams and any number of steps.

    Examples
    --------
    >>> ids_of_streams(16).shape
    (16, None)
    """
    return keras.Input(batch_shape=(batch_size, None), dtype="int32", name="ids")


def with_output_layer(
    ids: keras.KerasTensor,
    hidden: keras.KerasTensor,
    vocab_size: int,
    output_bias: np.ndarray | None,
    name: str,
) -> keras.Model:
    """Make a model of ids and hidden states: a layer of logits on top, its bias as it is given.

    Examples
    --------
    >>> ids = ids_of_streams(2)
    >>> hidden = keras.layers.Embedding(5, 3)(ids)
    >>> with_output_layer(ids, hidden, 5, None, name="no_context").output_shape
    (2, None, 5)
    """
    output = keras.layers.Dense(vocab_size, name="logits")
    model = keras.Model(ids, output(hidden), name=name)
    if output_bias is not None:
        output.bias.assign(output_bias)
    return model


def require_bias(output_bias: np.ndarray | None, vocab_size: int) -> None:
    """Raise a ``ValueError`` if ``output_bias`` is neither ``None`` nor a number for each word.

    Examples
    --------
    >>> require_bias(np.zeros(3), vocab_size=3)
    >>> require_bias(np.zeros(2), vocab_size=3)
    Traceback (most recent call last):
    ValueError: output_bias must have the shape (3,), one number for each word; it had (2,)
    """
    if output_bias is None:
        return
    bias = real_numbers("output_bias", output_bias)
    if bias.shape != (vocab_size,):
        raise ValueError(
            f"output_bias must have the shape ({vocab_size},), one number for each word; it had "
            f"{bias.shape}"
        )
    if not np.isfinite(bias).all():
        raise ValueError(
            "output_bias must hold finite numbers; count each word at least once before you take "
            "logarithms, as metrics.unigram_log_probs does"
        )
