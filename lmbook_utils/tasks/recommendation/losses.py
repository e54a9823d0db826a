r"""Ranking losses: the film that came should score higher than others, whatever the probabilities.

They are called as those of :mod:`lmbook_utils.output_losses` are, and meant for ``output_loss`` of
:func:`lmbook_utils.training.train_language_model`. The film that came, :math:`i`, is compared with
others, the *negatives* :math:`N`: the targets of the rest of the batch, which cost next to nothing
and are popular films more often than not, and, if wanted, films drawn from all alike.
"""

from dataclasses import dataclass

import tensorflow as tf

from lmbook_utils._validation import require_whole
from lmbook_utils.vocabulary import SPECIAL_TOKENS, Vocabulary


@dataclass(frozen=True)
class RankingLoss:
    """What the ranking losses share: the negatives, with their scores.

    Parameters
    ----------
    drawn
        How many negatives are drawn for each batch from all films alike, in addition to its own
        targets. Set TensorFlow's seed for the same draws in every run.

    Raises
    ------
    ValueError
        If ``drawn`` is not a whole number from 0.
    """

    drawn: int = 0

    def __post_init__(self) -> None:
        require_whole(0, drawn=self.drawn)

    def __call__(
        self, hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor
    ) -> tf.Tensor:
        """Return the loss of each token, shape (tokens,)."""
        targets = tf.cast(targets, tf.int32)
        draws = tf.random.uniform(
            (self.drawn,), len(SPECIAL_TOKENS), tf.shape(kernel)[1], dtype=tf.int32
        )
        others = tf.concat([targets, draws], axis=0)
        scores = tf.matmul(hidden, tf.gather(kernel, others, axis=1)) + tf.gather(bias, others)
        own = tf.linalg.diag_part(scores[:, : tf.shape(targets)[0]])
        # The film that came may be among them, and <pad> fills up rows: neither is a negative.
        negative = (others[None, :] != targets[:, None]) & (others[None, :] != Vocabulary.pad_id)
        return self.compare(own[:, None], scores, tf.cast(negative, scores.dtype))

    def compare(self, own: tf.Tensor, scores: tf.Tensor, negative: tf.Tensor) -> tf.Tensor:
        """Return the losses (tokens,) from the scores of the films that came and of all others.

        Parameters
        ----------
        own
            Of the film that came, shape (tokens, 1).
        scores
            Of the others, shape (tokens, others).
        negative
            One for a negative, 0 for what is none, shape (tokens, others).
        """
        raise NotImplementedError


@dataclass(frozen=True)
class BPR(RankingLoss):
    r"""Bayesian personalised ranking: how probable is it that the film that came beats another?

    .. math:: L = -\frac{1}{|N|} \sum_{j \in N} \ln \sigma(z_i - z_j)

    with the logits :math:`z` as scores (Rendle et al., 2009; Hidasi et al., 2016).

    Equation: :eq:`eq-bpr`

    Examples
    --------
    Two targets, each the other's only negative; all scores are 0:

    >>> losses = BPR()(tf.zeros((2, 1)), tf.zeros((1, 7)), tf.zeros(7), tf.constant([4, 6]))
    >>> tf.exp(-losses).numpy().tolist()
    [0.5, 0.5]
    """

    def compare(self, own: tf.Tensor, scores: tf.Tensor, negative: tf.Tensor) -> tf.Tensor:
        """Return the losses, as :class:`RankingLoss` says."""
        return _mean(tf.math.softplus(scores - own), negative)


@dataclass(frozen=True)
class TOP1(RankingLoss):
    r"""The share of the others that beat the film that came, and a pull of their scores to 0.

    .. math:: L = \frac{1}{|N|} \sum_{j \in N} \bigl( \sigma(z_j - z_i) + \sigma(z_j^2) \bigr)

    (Hidasi et al., 2016).

    Equation: :eq:`eq-top1`

    Examples
    --------
    >>> losses = TOP1()(tf.zeros((2, 1)), tf.zeros((1, 7)), tf.zeros(7), tf.constant([4, 6]))
    >>> losses.numpy().tolist()
    [1.0, 1.0]
    """

    def compare(self, own: tf.Tensor, scores: tf.Tensor, negative: tf.Tensor) -> tf.Tensor:
        """Return the losses, as :class:`RankingLoss` says."""
        return _mean(_beaten(own, scores), negative)


@dataclass(frozen=True)
class TOP1Max(RankingLoss):
    r"""TOP1 where a negative weighs as much as it competes: by the softmax of the scores.

    .. math::
        L = \sum_{j \in N} s_j \bigl( \sigma(z_j - z_i) + \sigma(z_j^2) \bigr), \qquad
        s_j = \frac{e^{z_j}}{\sum_{k \in N} e^{z_k}}

    Nearly all negatives are far below the film that came after a while, and teach nothing more; a
    plain mean over them makes the gradient of the others small (Hidasi and Karatzoglou, 2018).

    Equation: :eq:`eq-top1-max`

    Examples
    --------
    >>> losses = TOP1Max()(tf.zeros((2, 1)), tf.zeros((1, 7)), tf.zeros(7), tf.constant([4, 6]))
    >>> losses.numpy().tolist()
    [1.0, 1.0]
    """

    def compare(self, own: tf.Tensor, scores: tf.Tensor, negative: tf.Tensor) -> tf.Tensor:
        """Return the losses, as :class:`RankingLoss` says."""
        weights = tf.nn.softmax(tf.where(negative > 0, scores, scores.dtype.min), axis=1)
        return tf.reduce_sum(weights * negative * _beaten(own, scores), axis=1)


def _beaten(own: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
    return tf.sigmoid(scores - own) + tf.sigmoid(scores**2)


def _mean(losses: tf.Tensor, negative: tf.Tensor) -> tf.Tensor:
    """The mean over the negatives of each token, and 0 where there is none."""
    return tf.math.divide_no_nan(
        tf.reduce_sum(losses * negative, axis=1), tf.reduce_sum(negative, axis=1)
    )
