"""A network in words: its layers and the number of its parameters."""

import keras

from lmbook_utils._validation import require_type


def describe(model: keras.Model) -> str:
    """List the layers with the shapes of their weights and the number of parameters.

    Plain text, which reads well in every colour scheme and as speech; Keras' own ``summary()``
    draws a table of box characters.

    Raises
    ------
    ValueError
        If ``model`` is no ``Model``.

    Examples
    --------
    >>> from lmbook_utils.models import build_article_model
    >>> print(describe(build_article_model(vocab_size=50, embedding_dim=8, rnn_units=4)))
    layer         weights               parameters
    Embedding     (50, 8)                      400
    SimpleRNN     (8, 4) (4, 4) (4,)            52
    SimpleRNN     (4, 4) (4, 4) (4,)            36
    Dense         (4, 50) (50,)                250
    total                                      738
    """
    require_type(keras.Model, model=model)
    rows = [("layer", "weights", "parameters")]
    for layer in model.layers:
        if layer.weights:
            shapes = " ".join(str(tuple(w.shape)) for w in layer.weights)
            rows.append((type(layer).__name__, shapes, f"{layer.count_params():,}"))
    rows.append(("total", "", f"{sum(layer.count_params() for layer in model.layers):,}"))
    name_width = max(12, *(len(name) for name, _, _ in rows))
    width = max(len(shapes) for _, shapes, _ in rows)
    return "\n".join(
        f"{name:<{name_width}}  {shapes:<{width}}  {count:>12}" for name, shapes, count in rows
    )
