r"""Ways to compute the loss of a language model's output layer, for training with TensorFlow.

The output layer turns each hidden state :math:`h`, shape (units,), into a logit for each word,
:math:`z_w = k_w \cdot h + b_w`, and the loss of a token is its surprisal :math:`-\ln
\operatorname{softmax}(z)_w`, for the word *w* that came. With ten thousand words that is most of
the work of a training step. The classes here differ in what they compute, and share how they are
called: from ``hidden`` (tokens, units), ``kernel`` (units, vocabulary), ``bias`` (vocabulary,) and
``targets`` (tokens,), whole numbers, to the losses, shape (tokens,), in nats. They are meant for
``output_loss`` of :func:`lmbook_utils.training.train_language_model`.
"""

from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from lmbook_utils._validation import require_whole


@keras.saving.register_keras_serializable("lmbook_utils")
class CrossEntropy(keras.losses.Loss):
    """The mean cross-entropy from logits, as a loss for Keras' ``compile``.

    The same value as that of Keras' ``SparseCategoricalCrossentropy``, to rounding, computed as in
    :class:`FullCrossEntropy`.

    Equation: :eq:`eq-softmax-gradient`

    Examples
    --------
    >>> logits = tf.math.log([[[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]])  # one stream, two steps
    >>> loss = CrossEntropy()(tf.constant([[0, 2]]), logits)
    >>> round(float(tf.exp(-loss)), 3)  # the geometric mean of 0.5 and 0.8
    0.632
    """

    def __init__(self, name: str = "cross_entropy"):
        super().__init__(name, reduction="mean_with_sample_weight")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor, for copies and saved models."""
        return {"name": self.name}

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """Return the losses (streams, steps), in nats, from ids and logits (…, vocabulary)."""
        logits = tf.reshape(y_pred, (-1, y_pred.shape[-1]))
        targets = tf.cast(tf.reshape(y_true, (-1,)), tf.int32)  # Keras may make them floats
        return tf.reshape(_surprisals(logits, targets), tf.shape(y_pred)[:-1])


@dataclass(frozen=True)
class FullCrossEntropy:
    """The cross-entropy over all words, with the logits of all tokens in memory at once.

    The same values as those of TensorFlow's ``sparse_softmax_cross_entropy_with_logits``, to
    rounding, from operations that take less time on a processor.

    Equation: :eq:`eq-softmax-gradient`

    Examples
    --------
    >>> kernel = tf.math.log([[0.5, 0.3, 0.2]])  # one unit, three words
    >>> losses = FullCrossEntropy()(tf.constant([[1.0], [0.0]]), kernel, tf.zeros(3), [1, 2])
    >>> tf.exp(-losses).numpy().round(2).tolist()  # with the state 0, all words are alike
    [0.30000001192092896, 0.33000001311302185]
    """

    def __call__(
        self, hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor
    ) -> tf.Tensor:
        """Return the loss of each token, shape (tokens,), in nats."""
        return _full(*_checked(hidden, kernel, bias, targets))


@dataclass(frozen=True)
class ChunkedCrossEntropy:
    """The cross-entropy over all words, with the logits of only a few tokens in memory at once.

    The logits of a chunk are thrown away as soon as its losses are known, and computed again
    where the gradient needs them. That takes (chunk_size, vocabulary) numbers of memory instead of
    (tokens, vocabulary), and about a third more multiplications. Values and gradients are those of
    :class:`FullCrossEntropy`, to rounding.

    Parameters
    ----------
    chunk_size
        The number of tokens whose logits are held at once, from 1.

    Raises
    ------
    ValueError
        If ``chunk_size`` is not a whole number from 1.

    Examples
    --------
    >>> kernel = tf.math.log([[0.5, 0.3, 0.2]])
    >>> losses = ChunkedCrossEntropy(2)(tf.ones((3, 1)), kernel, tf.zeros(3), [0, 1, 2])
    >>> [round(float(p), 3) for p in tf.exp(-losses)]
    [0.5, 0.3, 0.2]
    """

    chunk_size: int

    def __post_init__(self) -> None:
        require_whole(1, chunk_size=self.chunk_size)

    def __call__(
        self, hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor
    ) -> tf.Tensor:
        """Return the loss of each token, shape (tokens,), in nats."""
        hidden, kernel, bias, targets = _checked(hidden, kernel, bias, targets)
        tokens = tf.shape(targets)[0]
        padding = -tokens % self.chunk_size  # the last chunk is filled up

        def losses_of_chunk(rows: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
            chunk, words = rows
            recomputed = tf.recompute_grad(lambda h, W, b: _full(h, W, b, words))
            return recomputed(chunk, kernel, bias)

        losses = tf.map_fn(
            losses_of_chunk,
            (
                tf.reshape(
                    tf.pad(hidden, [[0, padding], [0, 0]]), (-1, self.chunk_size, hidden.shape[1])
                ),
                tf.reshape(tf.pad(targets, [[0, padding]]), (-1, self.chunk_size)),
            ),
            parallel_iterations=1,  # more would hold the logits of several chunks
            fn_output_signature=hidden.dtype,
        )
        return tf.reshape(losses, (-1,))[:tokens]


@dataclass(frozen=True)
class SampledSoftmax:
    r"""A cross-entropy over the word that came and a few others, drawn anew for each batch.

    The others, the *negatives*, are drawn without replacement, each rank of the vocabulary
    with probability :math:`q_w = \ln\frac{w + 2}{w + 1} / \ln(V + 1)`, *w* from 0: a law like
    Zipf's, which fits ids in the order of frequency. The logarithm of how often a word is expected
    in a sample, :math:`E_w`, is taken off its logit, so that frequent words, which are drawn often,
    count less each time:

    .. math::
        L = -\ln \frac{e^{z_w - \ln E_w}}{e^{z_w - \ln E_w} + \sum_{j \in S, j \ne w}
            e^{z_j - \ln E_j}}

    It is for training only: the values are lower than the full cross-entropy, as fewer words
    compete, and approach it when nearly all words are drawn. After Jean, Cho, Memisevic and Bengio
    (2015), "On using very large target vocabulary for neural machine translation".

    Parameters
    ----------
    negatives
        The number of words that are drawn, shared by all tokens of the batch, from 1 to the size
        of the vocabulary.
    seed
        Of the draws. Set TensorFlow's seed too
        (:func:`lmbook_utils.reproducibility.set_seed`) for the same draws in every run.

    Raises
    ------
    ValueError
        If ``negatives`` is not a whole number from 1, or ``seed`` not one from 0; when it is
        called, if ``negatives`` is more than the vocabulary has words.

    Examples
    --------
    >>> kernel = tf.math.log([[0.5, 0.3, 0.2]])
    >>> losses = SampledSoftmax(negatives=1)(tf.ones((2, 1)), kernel, tf.zeros(3), [0, 2])
    >>> losses.shape
    TensorShape([2])
    """

    negatives: int
    seed: int = 0

    def __post_init__(self) -> None:
        require_whole(1, negatives=self.negatives)
        require_whole(0, seed=self.seed)

    def __call__(
        self, hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor
    ) -> tf.Tensor:
        """Return the loss of each token, shape (tokens,), in nats; another one on each call."""
        hidden, kernel, bias, targets = _checked(hidden, kernel, bias, targets)
        vocab_size = bias.shape[0]
        if self.negatives > vocab_size:
            raise ValueError(
                f"negatives must be at most the number of words, {vocab_size}; it was "
                f"{self.negatives}"
            )
        return tf.nn.sampled_softmax_loss(
            weights=tf.transpose(kernel),
            biases=bias,
            labels=targets[:, None],
            inputs=hidden,
            num_sampled=self.negatives,
            num_classes=vocab_size,
            seed=self.seed,
        )


def _full(hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    return _surprisals(tf.matmul(hidden, kernel) + bias, targets)


def _surprisals(logits: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    places = tf.stack([tf.range(tf.shape(targets)[0]), targets], axis=1)
    return -tf.gather_nd(tf.nn.log_softmax(logits), places)


def _checked(
    hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the arguments as tensors; Keras' own variables do not fit everywhere."""
    hidden, kernel, bias, targets = map(tf.convert_to_tensor, (hidden, kernel, bias, targets))
    shapes = tuple(tensor.shape for tensor in (hidden, kernel, bias, targets))
    if [shape.rank for shape in shapes] != [2, 2, 1, 1] or not (
        shapes[0][1] == shapes[1][0]
        and shapes[1][1] == shapes[2][0]
        and shapes[0][:1].is_compatible_with(shapes[3])
    ):
        raise ValueError(
            "hidden, kernel, bias and targets must have the shapes (tokens, units), (units, "
            "vocabulary), (vocabulary,) and (tokens,); they had "
            + ", ".join(str(tuple(shape)) for shape in shapes)
        )
    if not targets.dtype.is_integer:
        raise ValueError(f"targets must be whole numbers; their type was {targets.dtype.name}")
    return hidden, kernel, bias, tf.cast(targets, tf.int32)
