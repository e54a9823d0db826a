"""Training encoder-decoders with teacher forcing."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from lmbook_utils._tf_data import untuned
from lmbook_utils._validation import require_list, require_positive, require_type, require_whole
from lmbook_utils.batching import padded_sentences
from lmbook_utils.output_losses import CrossEntropy
from lmbook_utils.tasks.translation.encoder_decoder import EncoderDecoder, encode_sources
from lmbook_utils.tasks.translation.text import Pair
from lmbook_utils.training import FusedAdam


def train(
    network: EncoderDecoder,
    pairs: Sequence[Pair],
    epochs: int,
    validation: Sequence[Pair] | None = None,
    learning_rate: float = 3e-3,
    batch_size: int = 32,
) -> list[dict[str, float]]:
    """Train with teacher forcing: each word is predicted after the true words before it.

    Padding has weight 0 in the loss, which is the mean over the words and their ends. The learning
    rate rises for a tenth of the steps, and then falls to 0 along a cosine.

    Parameters
    ----------
    network
        Is changed.
    pairs
        The sentence pairs.
    epochs
        How often all pairs are seen.
    validation
        Other pairs, whose loss is computed after each epoch. The weights of the best epoch are
        kept.
    learning_rate
        The highest one, above 0.
    batch_size
        Sentences in a step.

    Returns
    -------
    list of dict
        For each epoch ``"loss"`` and with validation pairs ``"val_loss"``, in nats per token.

    Raises
    ------
    ValueError
        If there is no pair, or a number is out of its range. Also if ``network`` is no
        ``EncoderDecoder``, or ``pairs`` is no list of ``Pair``.

    Examples
    --------
    >>> from lmbook_utils.tasks.translation.encoder_decoder import build_encoder_decoder
    >>> from lmbook_utils.vocabulary import Vocabulary
    >>> pairs = [Pair(["a"], ["un"]), Pair(["b"], ["deux"])]
    >>> network = build_encoder_decoder(Vocabulary(["a", "b"]), Vocabulary(["un", "deux"]), 8)
    >>> history = train(network, pairs, epochs=2)
    >>> len(history), list(history[0])
    (2, ['loss'])
    """
    require_type(EncoderDecoder, network=network)
    require_list(Pair, pairs=pairs)
    if validation is not None:
        require_list(Pair, validation=validation)
    require_whole(1, epochs=epochs, batch_size=batch_size)
    require_positive(learning_rate=learning_rate)
    if not pairs:
        raise ValueError("pairs must hold at least one sentence pair; it was empty")
    steps = epochs * -(-len(pairs) // batch_size)
    network.training_model.compile(
        optimizer=FusedAdam(learning_rate_schedule(learning_rate, steps), global_clipnorm=1.0),
        loss=CrossEntropy(),
        jit_compile=False,
    )
    callbacks = []
    if validation:
        callbacks = [
            keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)
        ]
    history = network.training_model.fit(
        _batches(network, pairs, batch_size),
        epochs=epochs,
        validation_data=_batches(network, validation, batch_size) if validation else None,
        callbacks=callbacks,
        shuffle=False,  # the data set shuffles its batches itself
        verbose=0,
    ).history
    return [
        dict(zip(history, values, strict=True)) for values in zip(*history.values(), strict=True)
    ]


def learning_rate_schedule(
    highest: float, steps: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Up along a line for a tenth of the steps, then down to 0 along a cosine.

    Examples
    --------
    >>> schedule = learning_rate_schedule(0.1, steps=20)
    >>> [round(float(schedule(step)), 3) for step in (0, 1, 2, 11, 20)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """
    require_positive(highest=highest)
    require_whole(1, steps=steps)
    warm_up = steps // 10
    if not warm_up:
        return keras.optimizers.schedules.CosineDecay(highest, steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, steps - warm_up, warmup_target=highest, warmup_steps=warm_up
    )


def _batches(network: EncoderDecoder, pairs: Sequence[Pair], batch_size: int) -> tf.data.Dataset:
    """Batches of pairs of similar length, so that little is padding; they come in random order."""
    pairs = sorted(pairs, key=lambda pair: (len(pair.french), len(pair.english)))
    batches = [
        training_arrays(network, pairs[i : i + batch_size])
        for i in range(0, len(pairs), batch_size)
    ]
    ids = tf.TensorSpec((None, None), tf.int32)
    signature = ((ids, ids), ids, tf.TensorSpec((None, None), tf.float32))
    dataset = tf.data.Dataset.from_generator(lambda: batches, output_signature=signature)
    counted = dataset.apply(tf.data.experimental.assert_cardinality(len(batches)))
    return untuned(counted.shuffle(len(batches)))


def training_arrays(
    network: EncoderDecoder, pairs: Sequence[Pair]
) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """What the network is trained on: its inputs, its targets and their weights.

    Returns
    -------
    inputs : tuple of ndarray
        Source ids (pairs, source steps) and previous target ids (pairs, target steps).
    targets : ndarray of int32, shape (pairs, target steps)
    weights : ndarray of float32, shape (pairs, target steps)
        0 for padding, 1 for words and ``</s>``.

    Raises
    ------
    ValueError
        If ``network`` is no ``EncoderDecoder``, or ``pairs`` is no list of ``Pair``.

    Examples
    --------
    >>> from lmbook_utils.tasks.translation.encoder_decoder import build_encoder_decoder
    >>> from lmbook_utils.vocabulary import Vocabulary
    >>> network = build_encoder_decoder(Vocabulary(["a"]), Vocabulary(["un", "deux"]), 8)
    >>> pairs = [Pair(["a"], ["un"]), Pair(["a"], ["deux", "un"])]
    >>> (_, previous), targets, weights = training_arrays(network, pairs)
    >>> previous.tolist(), targets.tolist()
    ([[2, 4, 0], [2, 5, 4]], [[4, 3, 0], [5, 4, 3]])
    >>> weights.tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    """
    require_type(EncoderDecoder, network=network)
    require_list(Pair, pairs=pairs)
    if not len(pairs):
        raise ValueError("pairs must hold at least one pair; there was none")
    sources = encode_sources((pair.english for pair in pairs), network.source)
    padded = padded_sentences([network.target.encode(pair.french) for pair in pairs])
    return (sources, padded.inputs), padded.targets, padded.mask.astype(np.float32)
