"""L2 regularisation of a whole model."""

import keras

from lmbook_utils._validation import require_positive, require_type


def add_l2(model: keras.Model, strength: float) -> None:
    r"""Add :math:`\lambda \lVert W \rVert^2` to the loss for each matrix of weights.

    Biases are left alone: they do not multiply anything, and that of the output layer holds the
    words' frequencies. The losses that Keras reports in training then include the sum; evaluations
    do not.

    Parameters
    ----------
    model
        The model; call this before it is trained.
    strength
        :math:`\lambda`.

    Raises
    ------
    ValueError
        If ``strength`` is no number above 0. Also if ``model`` is no ``Model``.

    Examples
    --------
    >>> import numpy as np
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.layers[0].set_weights([np.array([[3.0], [4.0]]), np.array([7.0])])
    >>> add_l2(model, 0.1)
    >>> [round(float(loss), 4) for loss in model.losses]
    [2.5]
    """
    require_type(keras.Model, model=model)
    require_positive(strength=strength)
    for variable in model.trainable_variables:
        if len(variable.shape) > 1:
            variable.regularizer = keras.regularizers.L2(strength)
