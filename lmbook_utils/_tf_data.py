"""Settings of the data sets that networks are trained on."""

import tensorflow as tf


def untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Give the data set without TensorFlow's search for its fastest settings.

    Our batches wait in memory, so there is nothing to find. The search has a thread of its own for
    each training, and to end such a thread can take seconds when the processor is busy.

    Examples
    --------
    >>> dataset = untuned(tf.data.Dataset.range(3))
    >>> dataset.options().autotune.enabled, [int(element) for element in dataset]
    (False, [0, 1, 2])
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
