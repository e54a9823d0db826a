r"""Recurrent encoder-decoders in Keras, with and without attention.

The encoder reads the whole source sentence; the decoder is a language model of the target
language that begins from what the encoder has read. With attention, it also looks at all states
:math:`h_1 \dots h_m` of the encoder for each word that it writes: with its own state :math:`s_i`,

.. math::
    a_{ij} = \frac{\exp(s_i^\top W_a h_j)}{\sum_{k=1}^m \exp(s_i^\top W_a h_k)}, \qquad
    c_i = \sum_{j=1}^m a_{ij} h_j, \qquad
    \tilde s_i = \tanh(W_c [c_i; s_i])

M.-T. Luong, H. Pham and C. D. Manning (2015). Effective Approaches to Attention-based Neural
Machine Translation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

from lmbook_utils._validation import (
    list_of,
    require_below_one,
    require_iterable,
    require_type,
    require_whole,
)
from lmbook_utils.batching import padded_sentences
from lmbook_utils.models._parts import require_bias
from lmbook_utils.vocabulary import Vocabulary

_NO_ATTENTION = -1e9  # the score of a padded place: its weight is 0, exactly, in 32 bits


@keras.saving.register_keras_serializable("lmbook_utils")
class GlobalAttention(layers.Layer):
    """Weighted means of the encoder's states, one for each state of the decoder.

    Equation: :eq:`eq-attention`

    Examples
    --------
    >>> states = ops.convert_to_tensor([[[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]]])
    >>> mask = ops.convert_to_tensor([[True, True, False]])  # the third place is padding
    >>> contexts, weights = GlobalAttention()(states[:, :1], states, mask)
    >>> round(float(ops.sum(weights[0, 0, :2])), 4), float(weights[0, 0, 2])
    (1.0, 0.0)
    """

    def build(
        self, decoder_shape: tuple[int | None, ...], *other_shapes: tuple[int | None, ...]
    ) -> None:
        """Make the matrix :math:`W_a`, shape (units of the decoder, units of the encoder)."""
        units = decoder_shape[-1]
        self.kernel = self.add_weight(shape=(units, units), name="kernel")

    def call(
        self, decoder_states: keras.KerasTensor, states: keras.KerasTensor, mask: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return contexts (sentences, target steps, units) and weights (…, source steps).

        Parameters
        ----------
        decoder_states
            Shape (sentences, target steps, units).
        states
            Of the encoder, shape (sentences, source steps, units).
        mask
            True where the source has a word, shape (sentences, source steps).
        """
        scores = ops.einsum("biu,uv,bjv->bij", decoder_states, self.kernel, states)
        scores = ops.where(ops.expand_dims(mask, 1), scores, _NO_ATTENTION)
        weights = ops.softmax(scores, axis=-1)
        return ops.matmul(weights, states), weights


@dataclass(frozen=True)
class EncoderDecoder:
    """The parts of one network, which share their weights.

    Attributes
    ----------
    encoder
        Source ids (sentences, source steps) → states (sentences, source steps, units) and the
        last state (sentences, units).
    decoder
        Previous target ids (sentences, target steps), the state before them, the encoder's states
        and the source ids → logits (sentences, target steps, vocabulary), the state after them
        and, with attention, the weights (sentences, target steps, source steps).
    training_model
        Source ids and previous target ids → logits.
    source, target
        The vocabularies.
    """

    encoder: keras.Model
    decoder: keras.Model
    training_model: keras.Model
    source: Vocabulary
    target: Vocabulary

    @property
    def has_attention(self) -> bool:
        """Whether the decoder looks at all of the encoder's states."""
        return len(self.decoder.outputs) == 3


def build_encoder_decoder(
    source: Vocabulary,
    target: Vocabulary,
    units: int = 128,
    attention: bool = True,
    dropout: float = 0.3,
    output_bias: np.ndarray | None = None,
) -> EncoderDecoder:
    """Build a GRU encoder-decoder; without attention, the last state is all that is passed on.

    Parameters
    ----------
    source, target
        The vocabularies of the two languages.
    units
        The size of embeddings and states; even, as the encoder reads in both directions with half
        of them each.
    attention
        Whether the decoder has attention.
    dropout
        The share of activations that are dropped in training.
    output_bias
        The bias of the logits with which training begins, shape (target vocabulary,). With the
        logarithms of the words' frequencies the network need not spend its first steps on them.

    Raises
    ------
    ValueError
        If ``units`` is no even number from 2, ``dropout`` is not from 0 to below 1, or
        ``output_bias`` is not a finite number for each word. Also if ``source`` is no
        ``Vocabulary``, or ``target`` is no ``Vocabulary``.

    Examples
    --------
    >>> network = build_encoder_decoder(Vocabulary(["a"]), Vocabulary(["un", "une"]), units=8)
    >>> network.training_model.output_shape
    (None, None, 6)
    """
    require_type(Vocabulary, source=source, target=target)
    require_whole(2, units=units)
    if units % 2:
        raise ValueError(f"units must be even, half for each direction; it was {units}")
    require_below_one(dropout=dropout)
    require_bias(output_bias, len(target))
    encoder = _build_encoder(len(source), units, dropout)
    decoder = _build_decoder(len(target), units, dropout, attention)
    if output_bias is not None:
        decoder.get_layer("logits").bias.assign(output_bias)
    source_ids = keras.Input((None,), dtype="int32", name="source_ids")
    previous_ids = keras.Input((None,), dtype="int32", name="previous_ids")
    states, last = encoder(source_ids)
    logits = decoder([previous_ids, last, states, source_ids])[0]
    training_model = keras.Model([source_ids, previous_ids], logits)
    return EncoderDecoder(encoder, decoder, training_model, source, target)


def _embedding(vocab_size: int, units: int) -> layers.Embedding:
    # Keras' own start, numbers below 0.05, leaves the network blind to words for many steps.
    start = keras.initializers.RandomNormal(stddev=0.5)
    return layers.Embedding(vocab_size, units, embeddings_initializer=start)


def _build_encoder(vocab_size: int, units: int, dropout: float) -> keras.Model:
    ids = keras.Input((None,), dtype="int32")
    mask = ops.not_equal(ids, Vocabulary.pad_id)
    embedded = layers.Dropout(dropout)(_embedding(vocab_size, units)(ids))
    gru = layers.GRU(units // 2, return_sequences=True, return_state=True)
    states, forward, backward = layers.Bidirectional(gru)(embedded, mask=mask)
    last = layers.Dense(units, activation="tanh")(ops.concatenate([forward, backward], axis=-1))
    return keras.Model(ids, [layers.Dropout(dropout)(states), last], name="encoder")


def _build_decoder(vocab_size: int, units: int, dropout: float, attention: bool) -> keras.Model:
    ids = keras.Input((None,), dtype="int32")
    before = keras.Input((units,))
    states = keras.Input((None, units))
    source_ids = keras.Input((None,), dtype="int32")
    embedded = layers.Dropout(dropout)(_embedding(vocab_size, units)(ids))
    gru = layers.GRU(units, return_sequences=True, return_state=True)
    hidden, after = gru(embedded, initial_state=before)
    extra = []
    if attention:
        mask = ops.not_equal(source_ids, Vocabulary.pad_id)
        contexts, weights = GlobalAttention(name="attention")(hidden, states, mask)
        hidden = ops.concatenate([contexts, hidden], axis=-1)
        extra = [weights]
    hidden = layers.Dropout(dropout)(layers.Dense(units, activation="tanh")(hidden))
    logits = layers.Dense(vocab_size, name="logits")(hidden)
    return keras.Model([ids, before, states, source_ids], [logits, after, *extra], name="decoder")


def encode_sources(sentences: Iterable[Sequence[str]], vocabulary: Vocabulary) -> np.ndarray:
    """Ids of source sentences, each ended by ``</s>`` and filled up: (sentences, longest + 1).

    Raises
    ------
    ValueError
        If ``sentences`` is no iterable, or ``vocabulary`` is no ``Vocabulary``.

    Examples
    --------
    >>> encode_sources([["a", "b"], []], Vocabulary(["a", "b"])).tolist()
    [[4, 5, 3], [3, 0, 0]]
    """
    require_iterable(sentences=sentences)
    require_type(Vocabulary, vocabulary=vocabulary)
    tokens = [list_of(str, sentences=sentence) for sentence in sentences]
    return padded_sentences([vocabulary.encode(sentence) for sentence in tokens]).targets
