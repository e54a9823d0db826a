"""The gradient of a batch that is too large for memory, part by part."""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from lmbook_utils import models
from lmbook_utils._validation import real_numbers, require_list, require_type

Batch = tuple[np.ndarray, np.ndarray, np.ndarray]


class Accumulated(NamedTuple):
    """What :func:`accumulated_gradients` returns."""

    gradients: list[tf.Tensor]
    loss: float
    states: list[list[np.ndarray]]


def accumulated_gradients(
    model: keras.Model,
    parts: Sequence[Batch],
    states: list[list[np.ndarray]] | None = None,
) -> Accumulated:
    """Add up the gradients of parts of a batch; the sum is the gradient of the whole batch.

    Each part has as many rows as the model has streams. The loss is the mean over the words of
    *all* parts, so a part with fewer words (at the end of a text) counts for less. Each part goes
    on from its own state.

    Parameters
    ----------
    model
        A language model of :mod:`lmbook_utils.models`.
    parts
        For each part, inputs, targets and weights, shape (rows, steps) each.
    states
        What the call for the batch before returned; ``None`` where the text begins.

    Returns
    -------
    Accumulated
        ``gradients``, one for each of the model's trainable arrays; ``loss`` in nats per token;
        and ``states``, for the next call.

    Raises
    ------
    ValueError
        If there is no part, no word has a weight, or there are states for another number of parts.
        Also if ``model`` is no ``Model``, or ``parts`` is no list of ``Sequence``.

    Examples
    --------
    >>> model = models.build_language_model("simple", 10, 4, 4, batch_size=1)
    >>> part = (np.array([[1, 2]]), np.array([[2, 3]]), np.ones((1, 2), np.float32))
    >>> result = accumulated_gradients(model, [part, part])
    >>> len(result.gradients), len(result.states)
    (6, 2)
    """
    require_type(keras.Model, model=model)
    require_list(Sequence, parts=parts)
    if any(len(part) != 3 for part in parts):
        raise ValueError("parts must be inputs, targets and weights each; one was not")
    words = float(sum(weights.sum() for _, _, weights in parts))
    if not words:
        raise ValueError("parts must hold at least one word with a weight; there was none")
    if states is not None:
        require_list(Sequence, states=states)
    if states is not None and len(states) != len(parts):
        raise ValueError(
            f"states must be those of as many parts, {len(parts)}; there were {len(states)}"
        )
    variables = models.state_variables(model)
    total: list[tf.Tensor] = []
    loss, after = 0.0, []
    for number, (inputs, targets, weights) in enumerate(parts):
        models.reset_state(model)
        for variable, value in zip(variables, states[number] if states else [], strict=False):
            variable.assign(real_numbers("states", value))
        with tf.GradientTape() as tape:
            logits = model(inputs, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
            part_loss = tf.reduce_sum(losses * weights) / words
        gradients = [
            tf.convert_to_tensor(each)
            for each in tape.gradient(part_loss, model.trainable_variables)
        ]
        total = [a + b for a, b in zip(total, gradients, strict=True)] if total else gradients
        loss += float(part_loss)
        after.append([variable.numpy() for variable in variables])
    return Accumulated(total, loss, after)
