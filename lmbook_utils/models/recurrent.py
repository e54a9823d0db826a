"""Recurrent language models: SimpleRNN, GRU and LSTM at every step."""

from typing import Literal

import keras
import numpy as np
from keras import layers

from lmbook_utils._validation import require_below_one, require_type, require_whole
from lmbook_utils.models._parts import (
    ids_of_streams,
    require_bias,
    with_output_layer,
)
from lmbook_utils.models.replacement import WordReplacement
from lmbook_utils.models.tied import TiedEmbedding

Cell = Literal["simple", "gru", "lstm"]
_CELLS = {"simple": layers.SimpleRNN, "gru": layers.GRU, "lstm": layers.LSTM}


def build_language_model(
    cell: Cell = "lstm",
    vocab_size: int = 10000,
    embedding_dim: int = 128,
    rnn_units: int = 128,
    num_layers: int = 1,
    dropout: float = 0.0,
    batch_size: int = 16,
    output_bias: np.ndarray | None = None,
    tied: bool = False,
    replacement: WordReplacement | None = None,
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
        As in :func:`~lmbook_utils.models.build_article_model`.
    num_layers
        The number of recurrent layers.
    dropout
        The share of activations that is set to 0 in training, from 0 up to but not including 1.
    batch_size
        The number of parallel streams.
    output_bias
        Where the output layer's bias starts, shape (vocabulary,). With the logarithms of the
        words' relative frequencies, the untrained model predicts as a unigram model does.
    tied
        Whether the output layer shares its weights with the embedding, see
        :class:`~lmbook_utils.models.tied.TiedEmbedding`: a model of half as many parameters or so.
    replacement
        Replaces words of the input in training, such as
        :func:`~lmbook_utils.models.replacement.word_dropout`.

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
        range, ``output_bias`` has another length than the vocabulary or is not finite, or the
        weights are tied and ``embedding_dim`` is not ``rnn_units``. Also if ``replacement`` is no
        ``WordReplacement``.

    Examples
    --------
    >>> model = build_language_model("gru", vocab_size=50, embedding_dim=8, rnn_units=4,
    ...                              batch_size=2)
    >>> model(np.array([[4, 5, 6], [7, 8, 9]])).shape
    TensorShape([2, 3, 50])
    """
    if replacement is not None:
        require_type(WordReplacement, replacement=replacement)
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
    require_below_one(dropout=dropout)
    require_bias(output_bias, vocab_size)
    if not isinstance(tied, bool):
        raise ValueError(f"tied must be True or False; it was {tied!r}")
    if tied and embedding_dim != rnn_units:
        raise ValueError(
            "embedding_dim and rnn_units must be equal if the weights are tied; they were "
            f"{embedding_dim} and {rnn_units}"
        )
    ids = ids_of_streams(batch_size)
    embedding = (TiedEmbedding if tied else layers.Embedding)(
        vocab_size, embedding_dim, name="embedding"
    )
    read = ids if replacement is None else replacement(ids)
    hidden = layers.Dropout(dropout)(embedding(read))
    for number in range(1, num_layers + 1):
        recurrent = _CELLS[cell](
            rnn_units, return_sequences=True, stateful=True, name=f"{cell}_{number}"
        )
        hidden = layers.Dropout(dropout)(recurrent(hidden))
    name = f"{cell}_language_model"
    if not tied:
        return with_output_layer(ids, hidden, vocab_size, output_bias, name)
    model = keras.Model(ids, embedding(hidden, to_logits=True), name=name)
    if output_bias is not None:
        embedding.bias.assign(output_bias)
    return model
