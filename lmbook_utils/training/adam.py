r"""Adam with an update that is one operation of TensorFlow."""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("lmbook_utils")
class FusedAdam(keras.optimizers.Adam):
    r"""Keras' Adam, for training with TensorFlow on a processor.

    Keras' own Adam is a dozen operations for each array of weights, and each of them reads and
    writes the whole array. TensorFlow's ``ResourceApplyAdam`` does the same in one pass, which
    takes about half of the time. The steps are the same, to rounding, with one exception: the
    gradient of an embedding, where a batch holds a word several times. Here, as in the equation,
    the parts of its gradient are added up and the sum is squared; Keras 3 adds up the squares.

    Equation: :eq:`eq-adam`

    Parameters
    ----------
    learning_rate
        Above 0, or a schedule of Keras.
    global_clipnorm
        The largest norm that the gradient of all weights together may have; ``None`` for no limit.

    Examples
    --------
    >>> weights = keras.Variable([1.0, -2.0])
    >>> optimizer = FusedAdam(learning_rate=0.1)
    >>> optimizer.apply([tf.constant([0.5, -8.0])], [weights])
    >>> weights.numpy().round(4).tolist()  # the first step is the learning rate for all weights
    [0.8999999761581421, -1.899999976158142]
    """

    def __init__(
        self,
        learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 1e-3,
        global_clipnorm: float | None = None,
    ):
        super().__init__(learning_rate, global_clipnorm=global_clipnorm)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor, for copies and saved models."""
        config = super().get_config()
        return {key: config[key] for key in ("learning_rate", "global_clipnorm")}

    def update_step(
        self,
        gradient: tf.Tensor | tf.IndexedSlices,
        variable: tf.Variable,
        learning_rate: tf.Tensor,
    ) -> None:
        """Move one array of weights against its gradient; Keras calls this for each."""
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.convert_to_tensor(gradient),  # an embedding's has rows for some words only
        )
