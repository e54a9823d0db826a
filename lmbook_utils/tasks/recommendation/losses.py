r"""Ranking losses: the film that came should score higher than others, whatever the probabilities.

They are called as the losses of :mod:`lmbook_utils.output_losses` are, and meant for
``output_loss`` of :func:`lmbook_utils.training.train_language_model`. The others, the *negatives*,
are the targets of the rest of the batch, as in GRU4Rec (Hidasi et al., 2016): they cost next to
nothing, and popular films are among them more often.
"""

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf

from lmbook_utils.vocabulary import Vocabulary


@dataclass(frozen=True)
class BPR:
    r"""Bayesian personalised ranking: the probability that the film that came beats another one.

    With the score :math:`z_i` of the film that came and those of its negatives :math:`j \in N`,

    .. math:: L = -\frac{1}{|N|} \sum_{j \in N} \ln \sigma(z_i - z_j)

    (Rendle et al., 2009; Hidasi et al., 2016).

    Equation: :eq:`eq-bpr`

    Examples
    --------
    Two targets, and each is the other's only negative. All films score 0:

    >>> losses = BPR()(tf.zeros((2, 1)), tf.zeros((1, 3)), tf.zeros(3), tf.constant([1, 2]))
    >>> tf.exp(-losses).numpy().tolist()
    [0.5, 0.5]
    """

    def __call__(
        self, hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor
    ) -> tf.Tensor:
        """Return the loss of each token, shape (tokens,)."""
        return _mean_over_negatives(
            hidden, kernel, bias, targets, lambda own, others: tf.math.softplus(others - own)
        )


@dataclass(frozen=True)
class TOP1:
    r"""How often another film beats the one that came, and a penalty for scores far from 0.

    .. math:: L = \frac{1}{|N|} \sum_{j \in N} \sigma(z_j - z_i) + \sigma(z_j^2)

    (Hidasi et al., 2016).

    Equation: :eq:`eq-top1`

    Examples
    --------
    >>> losses = TOP1()(tf.zeros((2, 1)), tf.zeros((1, 3)), tf.zeros(3), tf.constant([1, 2]))
    >>> losses.numpy().tolist()
    [1.0, 1.0]
    """

    def __call__(
        self, hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor
    ) -> tf.Tensor:
        """Return the loss of each token, shape (tokens,)."""
        return _mean_over_negatives(
            hidden,
            kernel,
            bias,
            targets,
            lambda own, others: tf.sigmoid(others - own) + tf.sigmoid(others**2),
        )


def _mean_over_negatives(
    hidden: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor,
    targets: tf.Tensor,
    loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
) -> tf.Tensor:
    """Score every target of the batch after every context, and compare it with the right one."""
    targets = tf.cast(targets, tf.int32)
    scores = tf.matmul(hidden, tf.gather(kernel, targets, axis=1)) + tf.gather(bias, targets)
    # The film itself may come elsewhere in the batch, and <pad> fills up rows: neither is wrong.
    negative = (targets[None, :] != targets[:, None]) & (targets[None, :] != Vocabulary.pad_id)
    compared = tf.where(negative, loss(tf.linalg.diag_part(scores)[:, None], scores), 0.0)
    return tf.math.divide_no_nan(
        tf.reduce_sum(compared, axis=1), tf.reduce_sum(tf.cast(negative, scores.dtype), axis=1)
    )
