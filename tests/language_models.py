"""The small language models that the tests share."""

import numpy as np

from lmbook_utils import models

VOCABULARY = 12
CELLS = ("simple", "gru", "lstm")
ARCHITECTURES = [(cell, layers) for cell in CELLS for layers in (1, 2)]
KINDS = [
    ("simple", 1),
    ("gru", 1),
    ("lstm", 2),
    ("tied", 1),
    ("convolutional", 1),
    ("convolutional", 3),
    ("transformer", 1),
    ("transformer", 2),
]
NOT_A_SIZE = (0, -1, 2.5, True, None, "8", float("nan"))


def build(kind="lstm", num_layers=1, *, batch_size=2, vocab_size=VOCABULARY, **arguments):
    """Build a small model whose predictions depend on what it reads enough to be seen."""
    arguments |= {"num_layers": num_layers, "batch_size": batch_size, "vocab_size": vocab_size}
    if kind == "convolutional":
        return models.build_convolutional_model(**{"channels": 6} | arguments)
    if kind == "transformer":
        sizes = {"model_dim": 8, "num_heads": 2, "memory": 4, "feedforward_dim": 10}
        return models.build_transformer_model(**sizes | arguments)
    if kind == "tied":
        sizes = {"embedding_dim": 5, "rnn_units": 5, "tied": True}
        model = models.build_language_model("lstm", **sizes | arguments)
    else:
        sizes = {"embedding_dim": 4, "rnn_units": 5}
        model = models.build_language_model(kind, **sizes | arguments)
    # As it is built, a recurrent network predicts nearly the same whatever it reads.
    model.set_weights([3 * w for w in model.get_weights()])
    return model


def read(model, ids):
    """The logits for a text, read with a state of zero at its beginning."""
    models.reset_state(model)
    return model(ids).numpy()


def read_in_pieces(model, ids, lengths):
    """The logits for a text that is read in pieces of these lengths, the state carried on."""
    assert sum(lengths) == ids.shape[1]
    models.reset_state(model)
    pieces = np.split(ids, np.cumsum(lengths)[:-1], axis=1)
    return np.concatenate([model(piece).numpy() for piece in pieces], axis=1)


def random_ids(steps, batch_size=2):
    return np.random.default_rng(steps).integers(0, VOCABULARY, (batch_size, steps))


def which_logits_change(model, ids, changed):
    """For each step, whether its logits are others when one word is exchanged, shape (steps,)."""
    others = ids.copy()
    others[:, changed] = (others[:, changed] + 1) % VOCABULARY
    return np.abs(read(model, others) - read(model, ids)).max(axis=(0, 2)) > 1e-6
