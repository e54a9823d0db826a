"""The usual tutorial's network, which predicts the word after a window."""

import keras
from keras import layers

from lmbook_utils._validation import require_whole


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
    >>> import numpy as np
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
