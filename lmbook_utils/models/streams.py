"""Parallel streams of text: the state that a model carries from one batch to the next."""

from collections.abc import Sequence

import keras
from keras import layers

from lmbook_utils._validation import require_type, require_whole
from lmbook_utils.models._parts import ids_of_streams


class StreamLayer(layers.Layer):
    """A layer that goes on where it stopped: the part that is the same in all of the book's own.

    It has the interface of Keras' recurrent layers with ``stateful=True``: row ``b`` of a batch
    goes on from the state in which row ``b`` of the batch before it ended, and
    ``reset_state()`` begins new streams. The state is neither trained nor part of the weights,
    and no gradient flows into it.
    """

    stateful = True

    def carry(self, *shapes: Sequence[int | None]) -> None:
        """Create the state, variables of zeros; for ``build``.

        Parameters
        ----------
        shapes
            One for each variable; the first axis is the batch.

        Raises
        ------
        ValueError
            If the number of rows is not fixed.
        """
        if any(shape[0] is None for shape in shapes):
            raise ValueError(
                f"batch_size must be fixed, because {self.name} keeps the state of each row"
            )
        states = [
            keras.Variable("zeros", shape, self.variable_dtype, trainable=False, name="state")
            for shape in shapes
        ]
        # Keras would count a variable that is set in the usual way among the layer's weights.
        object.__setattr__(self, "states", states)

    def reset_state(self) -> None:
        """Set the state to zero."""
        for state in self.states:
            state.assign(keras.ops.zeros_like(state))


def with_batch_size(model: keras.Model, batch_size: int) -> keras.Model:
    """Copy a stateful model, weights included, for another number of parallel streams.

    Train with many streams, then score and generate with a copy that has fewer.

    The copy is not compiled.

    Parameters
    ----------
    model
        A language model of :mod:`lmbook_utils.models`, such as one of
        :func:`~lmbook_utils.models.build_language_model`.
    batch_size
        The number of streams of the copy.

    Returns
    -------
    keras.Model
        A copy that shares nothing with the original; its state is zero.

    Raises
    ------
    ValueError
        If ``batch_size`` is not a whole number from 1, or ``model`` is of another kind.
    """
    number_of_streams(model)
    require_whole(1, batch_size=batch_size)
    copy = keras.models.clone_model(model, input_tensors=ids_of_streams(batch_size))
    copy.set_weights(model.get_weights())
    return copy


def number_of_streams(model: keras.Model) -> int:
    """The number of parallel streams that a language model reads.

    Raises
    ------
    ValueError
        If the model does not predict at every step with a state that is carried on. Also if
        ``model`` is no ``Model``.
    """
    require_type(keras.Model, model=model)
    shape = model.output_shape
    if len(shape) != 3 or shape[0] is None:
        raise ValueError(
            "model must predict at every step and carry its state on, as those of "
            "models.build_language_model do: its output must have the shape (batch_size, steps, "
            f"vocabulary) with a fixed batch_size; it was {shape}"
        )
    return int(shape[0])


def require_vocabulary_size(model: keras.Model, vocab_size: int) -> None:
    """Raise a ``ValueError`` if a model is no language model of a vocabulary of this size.

    Raises
    ------
    ValueError
        If ``vocab_size`` is no whole number from 1.

    Examples
    --------
    >>> from lmbook_utils.models import build_language_model
    >>> model = build_language_model("gru", vocab_size=50, embedding_dim=8, rnn_units=4)
    >>> require_vocabulary_size(model, 40)
    Traceback (most recent call last):
    ValueError: vocabulary must have as many entries as the model has outputs, 50; it had 40
    """
    require_whole(1, vocab_size=vocab_size)
    number_of_streams(model)
    if model.output_shape[-1] != vocab_size:
        raise ValueError(
            f"vocabulary must have as many entries as the model has outputs, "
            f"{model.output_shape[-1]}; it had {vocab_size}"
        )


def reset_state(model: keras.Model) -> None:
    """Set the state of all layers of a stateful model to zero: what comes next begins a text.

    Raises
    ------
    ValueError
        If ``model`` is no ``Model``.
    """
    require_type(keras.Model, model=model)
    for layer in _stateful_layers(model):
        layer.reset_state()


def state_variables(model: keras.Model) -> list[keras.Variable]:
    """The carried state of a model: what it keeps of the text that it has read so far.

    The state is no part of ``model.weights``. Save it with the weights, and a training or a
    reading can go on from the very word at which it stopped.

    Parameters
    ----------
    model
        A language model of :mod:`lmbook_utils.models`.

    Returns
    -------
    list of keras.Variable
        Those of the first stateful layer, then those of the next; the order is the same for all
        models that are built alike. The first axis of each is the stream. Empty for a model
        without state.

    Raises
    ------
    ValueError
        If ``model`` is no ``Model``.

    Examples
    --------
    >>> from lmbook_utils.models import build_language_model
    >>> model = build_language_model("lstm", vocab_size=50, embedding_dim=8, rnn_units=4,
    ...                              batch_size=2)
    >>> [tuple(state.shape) for state in state_variables(model)]
    [(2, 4), (2, 4)]
    """
    require_type(keras.Model, model=model)
    return [
        state for layer in _stateful_layers(model) for state in keras.tree.flatten(layer.states)
    ]


def _stateful_layers(model: keras.Model) -> list[layers.Layer]:
    return [layer for layer in model.layers if getattr(layer, "stateful", False)]
