"""One training step of a language model, whole and in parts, for the benchmarks of its speed."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from lmbook_utils import models, training


def keras_cross_entropy(
    hidden: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, targets: tf.Tensor
) -> tf.Tensor:
    """What Keras calls for its sparse categorical cross-entropy."""
    logits = tf.matmul(hidden, kernel) + bias
    return tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)


class Step:
    """A training step as that of ``train_language_model``, and its parts one by one."""

    def __init__(
        self,
        model: keras.Model,
        steps: int,
        output_loss: Callable,
        adam: type[keras.optimizers.Adam] = training.FusedAdam,
    ):
        shape = (2, models.number_of_streams(model), steps)
        drawn = np.random.default_rng(0).integers(4, model.output_shape[-1], shape)
        ids, targets = tf.constant(drawn, tf.int32)
        self.tokens = ids.shape[0] * steps
        output = model.layers[-1]
        body = keras.Model(model.input, output.input)
        optimizer = adam(1e-4, global_clipnorm=1.0)
        optimizer.build(model.trainable_variables)

        def hidden_states() -> tf.Tensor:
            hidden = body(ids, training=True)
            return tf.reshape(hidden, (-1, hidden.shape[-1]))

        def mean_loss(hidden: tf.Tensor) -> tf.Tensor:
            losses = output_loss(hidden, output.kernel, output.bias, tf.reshape(targets, (-1,)))
            return tf.reduce_mean(losses)

        def update(gradients: list) -> None:
            optimizer.apply(gradients, model.trainable_variables)

        @tf.function
        def whole() -> None:
            with tf.GradientTape() as tape:
                loss = mean_loss(hidden_states())
            update(tape.gradient(loss, model.trainable_variables))

        fixed_hidden = hidden_states()

        @tf.function
        def recurrence() -> list:
            with tf.GradientTape() as tape:
                hidden = hidden_states()
            return tape.gradient(hidden, body.trainable_variables, fixed_hidden)

        layer = [output.kernel.value, output.bias.value]

        @tf.function
        def output_layer() -> list:
            with tf.GradientTape() as tape:
                tape.watch(fixed_hidden)
                loss = mean_loss(fixed_hidden)
            return tape.gradient(loss, [fixed_hidden, *layer])

        fixed_gradients = [*recurrence(), *output_layer()[1:]]

        @tf.function
        def only_update() -> None:
            update(fixed_gradients)

        self.parts = {
            "whole": whole,
            "recurrence": recurrence,
            "output layer": output_layer,
            "update": only_update,
        }
        for part in self.parts.values():
            part()  # builds the graph
