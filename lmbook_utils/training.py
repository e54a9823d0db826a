"""Training a language model at every step, and scoring a text with it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from lmbook_utils import batching, metrics, models
from lmbook_utils._validation import require_whole
from lmbook_utils.metrics import TokenScores
from lmbook_utils.vocabulary import Vocabulary

# Each scoring builds a graph of its own, for a copy with another batch size; TensorFlow would warn.
tf.get_logger().setLevel("ERROR")

_SCORING_STREAMS = 8
_SCORING_STEPS = 64
_SCORING_WINDOWS = 512


@dataclass(frozen=True)
class Evaluation:
    """The state of affairs after some steps of training; cross-entropies in nats per token.

    That of the training text is the mean over the steps since the evaluation before, each with
    the weights that the model had then and with dropout; that of the validation text is measured
    at this step.
    """

    step: int
    train_cross_entropy: float
    validation_cross_entropy: float

    @property
    def validation_perplexity(self) -> float:
        """The exponential of the validation cross-entropy."""
        return math.exp(self.validation_cross_entropy)


def unigram_log_probs(ids: np.ndarray, vocab_size: int) -> np.ndarray:
    """Logarithms of the words' relative frequencies, each count raised by one.

    The best prediction that looks at no context: a baseline, and a good start for a network's
    output bias. The one that is added keeps words that never came possible.

    Parameters
    ----------
    ids
        The training text, shape (tokens,).
    vocab_size
        The number of words.

    Returns
    -------
    ndarray of float, shape (vocabulary,)
        In nats; the exponentials sum to 1.

    Raises
    ------
    ValueError
        If an id is not in ``0 … vocab_size - 1``, or there is none.

    Examples
    --------
    >>> np.exp(unigram_log_probs(np.array([0, 0, 1]), vocab_size=3)).round(3).tolist()
    [0.5, 0.333, 0.167]
    """
    require_whole(1, vocab_size=vocab_size)
    _require_ids(vocab_size, ids=ids)
    counts = np.bincount(ids, minlength=vocab_size) + 1.0
    return np.log(counts / counts.sum())


def train_language_model(
    model: keras.Model,
    train_ids: np.ndarray,
    validation_ids: np.ndarray,
    steps: int = 1500,
    unrolled_steps: int = 20,
    learning_rate: float = 3e-3,
    warmup_steps: int = 100,
    evaluations: int = 3,
) -> list[Evaluation]:
    """Train a model of :func:`lmbook_utils.models.build_language_model` by truncated BPTT.

    Adam with a linear warm-up and then a cosine decay to 0, and with the norm of the gradient
    held to at most 1. The state goes from batch to batch, and is reset where the text begins
    again. On a terminal a progress bar shows the loss.

    Equation: :eq:`eq-training-loss`

    Parameters
    ----------
    model
        The model; it is trained in place.
    train_ids, validation_ids
        The streams of ids, shape (tokens,).
    steps
        The number of updates: the budget. It is counted in steps and not in seconds, so that
        the result does not depend on the machine.
    unrolled_steps
        How many words a gradient flows back.
    learning_rate
        The highest, which is reached after the warm-up.
    warmup_steps
        The number of steps over which the learning rate rises from 0.
    evaluations
        How often the model is scored on the validation text, evenly over the training.

    Returns
    -------
    list of Evaluation
        One for each evaluation; the last one is at the end.

    Raises
    ------
    ValueError
        If ``steps`` is not more than ``warmup_steps``, ``evaluations`` is not from 1 to
        ``steps``, another number is out of its range, a text is empty or holds ids that the
        model does not know, the training text is shorter than the number of streams, or the
        weights become NaN.
    """
    require_whole(1, steps=steps, unrolled_steps=unrolled_steps, evaluations=evaluations)
    require_whole(0, warmup_steps=warmup_steps)
    if steps <= warmup_steps:
        raise ValueError(f"steps must be more than warmup_steps = {warmup_steps}; it was {steps}")
    if evaluations > steps:
        raise ValueError(f"evaluations must be at most steps = {steps}; it was {evaluations}")
    if not 0 < learning_rate < math.inf:
        raise ValueError(f"learning_rate must be a number above 0; it was {learning_rate}")
    batch_size = models.number_of_streams(model)
    vocab_size = model.output_shape[-1]
    _require_ids(vocab_size, train_ids=train_ids, validation_ids=validation_ids)
    if len(train_ids) < batch_size:
        raise ValueError(
            f"train_ids must hold at least one word for each of the model's {batch_size} streams; "
            f"there were {len(train_ids)}"
        )
    streams = batching.contiguous_streams(train_ids, batch_size, unrolled_steps)
    _compile(model, steps, learning_rate, warmup_steps)
    monitor = _Monitor(
        batches=len(streams.inputs),
        evaluate_at={round(steps * (i + 1) / evaluations) for i in range(evaluations)},
        validate=lambda: metrics.cross_entropy(score_stream(model, validation_ids).log_probs),
        steps=steps,
    )
    model.fit(
        tf.data.Dataset.from_tensor_slices(tuple(streams)).repeat(),
        steps_per_epoch=steps,
        shuffle=False,
        verbose=0,
        callbacks=[monitor],
    )
    return monitor.evaluations


def _compile(model: keras.Model, steps: int, learning_rate: float, warmup_steps: int) -> None:
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=steps - warmup_steps,
        warmup_target=learning_rate,
        warmup_steps=warmup_steps,
    )
    model.compile(
        optimizer=keras.optimizers.Adam(schedule, global_clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        ),
        jit_compile=False,
    )


class _Monitor(keras.callbacks.Callback):
    """Resets the state where the text begins again, evaluates, and shows progress."""

    def __init__(
        self, batches: int, evaluate_at: set[int], validate: Callable[[], float], steps: int
    ):
        super().__init__()
        self.evaluations: list[Evaluation] = []
        self._batches = batches
        self._evaluate_at = evaluate_at
        self._validate = validate
        self._mean_before = (0, 0.0)
        self._bar = tqdm(total=steps, desc="Training", unit="step", leave=False)

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if batch % self._batches == 0:
            models.reset_state(self.model)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        step = batch + 1
        self._bar.update()
        if step not in self._evaluate_at:
            return
        train = self._mean_since_last_evaluation(step, logs["loss"])
        self.evaluations.append(Evaluation(step, train, self._validate()))
        self._bar.set_postfix(validation_perplexity=self.evaluations[-1].validation_perplexity)

    def on_train_end(self, logs: dict | None = None) -> None:
        self._bar.close()

    def _mean_since_last_evaluation(self, step: int, mean: float) -> float:
        """Keras reports the mean loss of all steps so far; take off those already reported."""
        steps_before, mean_before = self._mean_before
        self._mean_before = (step, mean)
        return (step * mean - steps_before * mean_before) / (step - steps_before)


def score_stream(model: keras.Model, ids: np.ndarray) -> TokenScores:
    """Score each word of a text with a model that predicts at every step.

    Parameters
    ----------
    model
        A model of :func:`lmbook_utils.models.build_language_model`, of any batch size.
    ids
        The text as one stream, shape (tokens,). It is read in up to 8 parallel pieces, each with
        a state of zero at its beginning and, before its first word, the word that precedes it.

    Returns
    -------
    TokenScores
        ``log_probs`` (nats) and ``ranks``, each (tokens,), in the order of the text.

    Raises
    ------
    ValueError
        If ``ids`` is empty or holds one that the model does not know, the model is of another
        kind, or its weights are NaN.
    """
    models.number_of_streams(model)
    vocab_size = model.output_shape[-1]
    _require_ids(vocab_size, ids=ids)
    batch_size = min(_SCORING_STREAMS, len(ids))
    streams = batching.contiguous_streams(ids, batch_size, _SCORING_STEPS)
    reader = models.with_batch_size(model, batch_size)
    scores = []
    for inputs, targets in zip(streams.inputs, streams.targets, strict=True):
        logits = reader.predict_on_batch(inputs)
        scores.append(metrics.score_logits(logits.reshape(-1, vocab_size), targets.reshape(-1)))

    def in_text_order(values: list[np.ndarray]) -> np.ndarray:
        # (batches, batch_size, steps) → (batch_size, all steps of a stream) → the words
        stacked = np.stack(values).reshape(streams.inputs.shape).swapaxes(0, 1)
        present = streams.weights.swapaxes(0, 1) > 0
        return stacked[present]

    return TokenScores(
        in_text_order([s.log_probs for s in scores]), in_text_order([s.ranks for s in scores])
    )


def score_next_words(model: keras.Model, ids: np.ndarray, window: int) -> TokenScores:
    """Score each word of a text with a model that reads a window and predicts the next word.

    Parameters
    ----------
    model
        A model of :func:`lmbook_utils.models.build_article_model`.
    ids
        The text as one stream, shape (tokens,). Windows at its beginning are filled up with
        ``</s>`` on the left, so that each word of the text is predicted.
    window
        The number of words that the model reads.

    Returns
    -------
    TokenScores
        ``log_probs`` (nats) and ``ranks``, each (tokens,).

    Raises
    ------
    ValueError
        If ``ids`` is empty or holds one that the model does not know, ``window`` is not a whole
        number from 1, the model is of another kind, or its weights are NaN.
    """
    require_whole(1, window=window)
    if len(model.output_shape) != 2:
        raise ValueError(
            "model must predict one word for each window, as that of models.build_article_model "
            "does: its output must have the shape (batch, vocabulary); it was "
            f"{model.output_shape}"
        )
    _require_ids(model.output_shape[-1], ids=ids)
    padded = np.concatenate([np.full(window, Vocabulary.eos_id, np.int32), ids])
    inputs, targets = batching.next_word_windows(padded, window)
    scores = []
    for start in range(0, len(targets), _SCORING_WINDOWS):
        rows = slice(start, start + _SCORING_WINDOWS)
        probabilities = model.predict_on_batch(inputs[rows])
        # A float32 softmax can round to 0, whose logarithm would be -inf.
        logits = np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))
        scores.append(metrics.score_logits(logits, targets[rows]))
    return TokenScores(*map(np.concatenate, zip(*scores, strict=True)))


def _require_ids(vocab_size: int, **streams: np.ndarray) -> None:
    """Check streams of ids before a network reads them; TensorFlow may not complain of its own."""
    for name, stream in streams.items():
        ids = np.asarray(stream)
        if ids.ndim != 1 or not ids.size:
            raise ValueError(
                f"{name} must be one stream of at least one word, shape (tokens,); the shape was "
                f"{ids.shape}"
            )
        if not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(f"{name} must hold whole numbers; their type was {ids.dtype}")
        if not 0 <= ids.min() <= ids.max() < vocab_size:
            raise ValueError(
                f"{name} must be from 0 to {vocab_size - 1}, as the vocabulary has {vocab_size} "
                f"entries; they went from {ids.min()} to {ids.max()}"
            )
