"""Training a language model at every step, by truncated backpropagation through time."""

import hashlib
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from lmbook_utils import batching, metrics, models, output_losses
from lmbook_utils._tf_data import untuned
from lmbook_utils._validation import (
    require_callable,
    require_ids,
    require_path,
    require_positive,
    require_whole,
)
from lmbook_utils.models.tied import TiedEmbedding
from lmbook_utils.training.adam import FusedAdam
from lmbook_utils.training.checkpoints import Checkpoint
from lmbook_utils.training.scoring import score_stream

OutputLoss = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]


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


def train_language_model(
    model: keras.Model,
    train_ids: np.ndarray,
    validation_ids: np.ndarray,
    steps: int = 1500,
    unrolled_steps: int = 20,
    learning_rate: float = 3e-3,
    warmup_steps: int = 100,
    evaluations: int = 3,
    clip_norm: float | None = 1.0,
    carry_state: bool = True,
    patience: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    output_loss: OutputLoss | None = None,
) -> list[Evaluation]:
    """Train a language model of :mod:`lmbook_utils.models` by truncated BPTT.

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
    clip_norm
        The largest norm that the gradient of all weights together may have (Pascanu et al.,
        2013); ``None`` for no limit. (TensorFlow counts the vector of a word that a batch holds
        several times as several.)
    carry_state
        Whether a batch goes on from the state in which the batch before it ended. ``False``
        starts each batch from zero.
    patience
        Stop early after so many evaluations in a row without a new best one, and leave the model
        with its best weights. ``None`` trains to the end and leaves it with its last weights.
    checkpoint
        A folder. After each evaluation everything that training needs to go on is saved there,
        and the evaluations as ``history.csv``. If the folder holds a checkpoint of the same
        training, training goes on from it, and ends with the same weights as if it had never
        been interrupted. (Not so with an output loss that draws, as ``SampledSoftmax``: it draws
        other words.)
    output_loss
        Another way to compute the loss of the output layer in training, such as those of
        :mod:`lmbook_utils.output_losses`: from its inputs (tokens, units), its kernel (units,
        vocabulary), its bias (vocabulary,) and the targets (tokens,) to losses (tokens,) in nats.
        Evaluations always use the full softmax.

    Returns
    -------
    list of Evaluation
        One for each evaluation; the last one is at the end, or where training stopped early.

    Raises
    ------
    ValueError
        If ``steps`` is not more than ``warmup_steps``, ``evaluations`` is not from 1 to ``steps``,
        another number is out of its range, a text is empty or holds ids that the model does not
        know, the training text is shorter than the number of streams, the checkpoint is damaged or
        belongs to another training, or the weights become NaN. Also if ``checkpoint`` is no path,
        or ``output_loss`` is no function.
    OSError
        If the checkpoint cannot be read or written.
    """
    if checkpoint is not None:
        require_path(checkpoint=checkpoint)
    if output_loss is not None:
        require_callable(output_loss=output_loss)
    _require_budget(steps, unrolled_steps, learning_rate, warmup_steps, evaluations)
    if clip_norm is not None:
        require_positive(clip_norm=clip_norm)
    if patience is not None:
        require_whole(1, patience=patience)
    _require_texts(model, train_ids, validation_ids)
    streams = batching.contiguous_streams(
        train_ids, models.number_of_streams(model), unrolled_steps
    )
    fitted = model if output_loss is None else _WithOutputLoss(model, output_loss)
    _compile(fitted, steps, learning_rate, warmup_steps, clip_norm)
    progress = _Progress(model, fitted, steps, patience)
    if checkpoint is not None:
        settings = {
            "steps": steps,
            "unrolled_steps": unrolled_steps,
            "learning_rate": learning_rate,
            "warmup_steps": warmup_steps,
            "evaluations": evaluations,
            "clip_norm": clip_norm,
            "carry_state": carry_state,
            "patience": patience,
            "output_loss": None if output_loss is None else repr(output_loss),
            "layers": _layers(model),
            "train_ids": _fingerprint(train_ids),
            "validation_ids": _fingerprint(validation_ids),
        }
        progress.go_on_from(Checkpoint(checkpoint, settings))
    monitor = _Monitor(
        progress,
        batches=len(streams.inputs),
        evaluate_at={round(steps * (i + 1) / evaluations) for i in range(evaluations)},
        validate=lambda: metrics.cross_entropy(score_stream(model, validation_ids).log_probs),
        reset_state=lambda: models.reset_state(model),
        carry_state=carry_state,
    )
    dataset = untuned(tf.data.Dataset.from_tensor_slices(tuple(streams)).repeat())
    with tqdm(
        total=steps, initial=progress.step, desc="Training", unit="step", leave=False
    ) as monitor.bar:
        if not progress.is_over():
            fitted.fit(
                dataset.skip(progress.step % len(streams.inputs)),
                steps_per_epoch=steps - progress.step,
                shuffle=False,
                verbose=0,
                callbacks=[monitor],
            )
    progress.finish()
    return progress.evaluations


class _Progress:
    """How far a training has come, and what it needs to go on from there."""

    def __init__(self, model: keras.Model, fitted: keras.Model, steps: int, patience: int | None):
        self.step = 0
        self.evaluations: list[Evaluation] = []
        self._model, self._steps, self._patience = model, steps, patience
        self._best_weights: list[np.ndarray] = []
        self._checkpoint: Checkpoint | None = None
        optimizer = fitted.optimizer
        optimizer.build(fitted.trainable_variables)
        # The seeds of dropout are among the model's variables.
        self._variables = [*model.variables, *optimizer.variables, *models.state_variables(model)]

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        """Save each evaluation there, and begin with what is there already."""
        self._checkpoint = checkpoint
        saved = checkpoint.load()
        if saved is None:
            return
        arrays, progress = saved
        for variable, value in zip(self._variables, arrays, strict=False):
            variable.assign(value)
        self._best_weights = arrays[len(self._variables) :]
        self.evaluations = [Evaluation(*row) for row in progress["evaluations"]]
        self.step = self.evaluations[-1].step

    def add(self, evaluation: Evaluation) -> None:
        self.step = evaluation.step
        self.evaluations.append(evaluation)
        if self._patience is not None and self._best() is evaluation:
            self._best_weights = self._model.get_weights()
        if self._checkpoint is not None:
            variables = [variable.numpy() for variable in self._variables]
            rows = [list(vars(evaluation).values()) for evaluation in self.evaluations]
            self._checkpoint.save([*variables, *self._best_weights], {"evaluations": rows})
            self._checkpoint.write_history(list(vars(evaluation)), rows)

    def is_over(self) -> bool:
        """Whether all steps are done, or there was no new best for too long."""
        if self._patience is None or not self.evaluations:
            return self.step == self._steps
        since_best = len(self.evaluations) - 1 - self.evaluations.index(self._best())
        return self.step == self._steps or since_best >= self._patience

    def finish(self) -> None:
        if self._patience is not None:
            self._model.set_weights(self._best_weights)

    def _best(self) -> Evaluation:
        return min(self.evaluations, key=lambda row: row.validation_cross_entropy)


class _Monitor(keras.callbacks.Callback):
    """Resets the state where a text begins, evaluates, and shows progress."""

    bar: tqdm

    def __init__(
        self,
        progress: _Progress,
        batches: int,
        evaluate_at: set[int],
        validate: Callable[[], float],
        reset_state: Callable[[], None],
        carry_state: bool,
    ):
        super().__init__()
        self._progress = progress
        self._first_step = progress.step
        self._batches = batches
        self._evaluate_at = evaluate_at
        self._validate = validate
        self._reset_state = reset_state
        self._carry_state = carry_state

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        text_begins = (self._first_step + batch) % self._batches == 0
        if text_begins or not self._carry_state:
            self._reset_state()

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        step = self._first_step + batch + 1
        self.bar.update()
        if step not in self._evaluate_at:
            return
        evaluation = Evaluation(step, logs["loss"], self._validate())
        self.model.reset_metrics()  # so that the next loss is the mean since this evaluation
        self._progress.add(evaluation)
        self.bar.set_postfix(validation_perplexity=evaluation.validation_perplexity)
        self.model.stop_training = self._progress.is_over()


class _WithOutputLoss(keras.Model):
    """A language model whose loss is computed from the inputs of its output layer."""

    def __init__(self, model: keras.Model, output_loss: OutputLoss):
        super().__init__(name="with_output_loss")
        self._output, hidden = _output_layer(model)
        self._body = keras.Model(model.input, hidden)
        self._output_loss = output_loss

    def call(self, ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        return self._body(ids, training=training)

    def compute_loss(
        self,
        x: tf.Tensor = None,
        y: tf.Tensor = None,
        y_pred: tf.Tensor = None,
        sample_weight: tf.Tensor = None,
        training: bool = True,
    ) -> tf.Tensor:
        hidden = tf.reshape(y_pred, (-1, y_pred.shape[-1]))
        losses = self._output_loss(
            hidden, self._output.kernel, self._output.bias, tf.reshape(y, (-1,))
        )
        weights = tf.reshape(sample_weight, (-1,))
        return tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)


def _output_layer(model: keras.Model) -> tuple[keras.layers.Layer, keras.KerasTensor]:
    """The layer that makes the logits, with a kernel and a bias, and the states that it reads."""
    last = model.layers[-1]
    if isinstance(last, keras.layers.Dense):
        return last, last.input
    for layer in model.layers:
        if isinstance(layer, TiedEmbedding):  # listed where it reads the ids, before the others
            return layer, last.output
    raise ValueError(
        "model must end in a Dense layer or a tied embedding for output_loss, as the models of "
        f"lmbook_utils.models do; it ended in {type(last).__name__}"
    )


def _compile(
    model: keras.Model,
    steps: int,
    learning_rate: float,
    warmup_steps: int,
    clip_norm: float | None,
) -> None:
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=steps - warmup_steps,
        warmup_target=learning_rate,
        warmup_steps=warmup_steps,
    )
    model.compile(
        optimizer=FusedAdam(schedule, global_clipnorm=clip_norm),
        loss=output_losses.CrossEntropy(),
        jit_compile=False,
    )


def _require_budget(
    steps: int, unrolled_steps: int, learning_rate: float, warmup_steps: int, evaluations: int
) -> None:
    require_whole(1, steps=steps, unrolled_steps=unrolled_steps, evaluations=evaluations)
    require_whole(0, warmup_steps=warmup_steps)
    if steps <= warmup_steps:
        raise ValueError(f"steps must be more than warmup_steps = {warmup_steps}; it was {steps}")
    if evaluations > steps:
        raise ValueError(f"evaluations must be at most steps = {steps}; it was {evaluations}")
    require_positive(learning_rate=learning_rate)


def _require_texts(model: keras.Model, train_ids: np.ndarray, validation_ids: np.ndarray) -> None:
    batch_size = models.number_of_streams(model)
    require_ids(model.output_shape[-1], train_ids=train_ids, validation_ids=validation_ids)
    if len(train_ids) < batch_size:
        raise ValueError(
            f"train_ids must hold at least one word for each of the model's {batch_size} streams; "
            f"there were {len(train_ids)}"
        )


def _layers(model: keras.Model) -> list[str]:
    """The kinds of layers, the shapes of their weights and their settings, to know a model by."""

    def settings(layer: keras.layers.Layer) -> str:
        config = layer.get_config() | {"name": ""}  # Keras counts names on within a process
        return json.dumps(config, sort_keys=True, default=str)

    return [
        " ".join(
            [
                type(layer).__name__,
                *(str(tuple(weight.shape)) for weight in layer.weights),
                hashlib.sha256(settings(layer).encode()).hexdigest()[:8],
            ]
        )
        for layer in model.layers
    ]


def _fingerprint(ids: np.ndarray) -> str:
    digest = hashlib.sha256(np.asarray(ids, np.int32).tobytes()).hexdigest()
    return f"{len(ids)} tokens with the SHA-256 {digest[:12]}…"
