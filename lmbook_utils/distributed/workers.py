r"""Data-parallel training of the book's language model: what each of several processes does.

All workers hold the same weights. Each reads its own rows of every batch, computes the gradient of
the *sum* of their losses, and the sums of all workers are added up over the network (an
*all-reduce*). Divided by the number of words, that is the gradient of the mean over the whole
batch, so that :math:`K` workers take the same steps as one with :math:`K` times the rows.

The loop is written by hand on top of :class:`tf.distribute.MultiWorkerMirroredStrategy`, because
``fit`` of Keras 3 does not work under it.
"""

import io
import json
import os
import re
import shutil
import signal
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lmbook_utils import batching, models, storage
from lmbook_utils._validation import require_ids, require_positive, require_whole
from lmbook_utils.distributed.cluster import LAUNCHED
from lmbook_utils.training import Checkpoint

_STEP_FOLDER = "step-{:08d}"
_KEPT = 2  # workers are never more than one step apart, so one of the last two is complete


@dataclass(frozen=True)
class Job:
    """One training, the same for every worker.

    Attributes
    ----------
    vocab_size, units
        The size of the model: an LSTM with vectors as long as its state.
    batch_size, unrolled_steps
        The rows of the whole batch, of which each worker gets an equal part, and their words.
    steps, learning_rate, seed
        The number of updates of Adam, its learning rate, and the seed of the weights.
    checkpoint_every
        After how many steps everything is saved.
    communication_timeout
        Seconds after which a worker gives up waiting for the others.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """

    vocab_size: int = 5000
    units: int = 128
    batch_size: int = 32
    unrolled_steps: int = 20
    steps: int = 20
    learning_rate: float = 1e-3
    seed: int = 0
    checkpoint_every: int = 10
    communication_timeout: float = 120.0

    def __post_init__(self) -> None:
        sizes = ("vocab_size", "units", "batch_size", "unrolled_steps", "steps")
        require_whole(1, **{name: getattr(self, name) for name in (*sizes, "checkpoint_every")})
        require_whole(0, seed=self.seed)
        require_positive(
            learning_rate=self.learning_rate, communication_timeout=self.communication_timeout
        )


def rows_of(worker: int, workers: int, batch_size: int) -> slice:
    """The rows of a batch that one worker reads.

    Raises
    ------
    ValueError
        If the rows cannot be divided equally. Also if ``worker`` is no whole number from 0.

    Examples
    --------
    >>> rows_of(1, workers=2, batch_size=32)
    slice(16, 32, None)
    """
    require_whole(0, worker=worker)
    require_whole(1, workers=workers, batch_size=batch_size)
    if batch_size % workers:
        raise ValueError(
            f"batch_size must be a multiple of the number of workers, {workers}; it was "
            f"{batch_size}"
        )
    each = batch_size // workers
    return slice(worker * each, (worker + 1) * each)


def end_with_the_launcher() -> None:
    """End this process when the one that started it with ``run_cluster`` does.

    Does nothing in a worker that was started in another way.
    """
    if not os.environ.get(LAUNCHED):
        return

    def wait() -> None:
        # Not sys.stdin, whose lock would stop Python from ending.
        while os.read(0, 1024):
            pass
        os._exit(1)  # at once: the main thread may be waiting for a worker that is dead

    threading.Thread(target=wait, daemon=True).start()


def train(
    job: Job, ids: np.ndarray, folder: str | os.PathLike[str], die_at: int = 0
) -> list[dict[str, Any]]:
    """Train as one worker of the cluster that ``TF_CONFIG`` names; alone if it is not set.

    Parameters
    ----------
    job
        The training.
    ids
        The stream of ids, shape (tokens,), the same for all workers.
    folder
        For checkpoints and results. All workers must see the same folder; across machines, that
        is a shared disk. If it holds checkpoints of this job, training goes on from the latest
        that is complete.
    die_at
        A fire drill: the last worker kills itself before this step, unless it goes on from a
        checkpoint. 0 for no drill.

    Returns
    -------
    list of dict
        For each step that was run now, ``step``, ``loss`` in nats per token and ``seconds``.
        The chief writes them to ``history.json`` in ``folder``, and the weights to ``weights.npz``.

    Raises
    ------
    ValueError
        If the rows cannot be divided by the number of workers, the text is too short or has other
        ids than the model, or the checkpoints are those of another job.
    """
    require_ids(job.vocab_size, ids=ids)
    options = tf.distribute.experimental.CommunicationOptions(
        timeout_seconds=job.communication_timeout
    )
    # First of all: the strategy must exist before TensorFlow does anything else.
    strategy = tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)
    worker, workers = _place()
    rows = rows_of(worker, workers, job.batch_size)
    streams = batching.contiguous_streams(ids, job.batch_size, job.unrolled_steps)
    keras.utils.set_random_seed(job.seed)
    with strategy.scope():
        model = models.build_language_model(
            "lstm",
            job.vocab_size,
            job.units,
            job.units,
            batch_size=job.batch_size // workers,
        )
        optimizer = keras.optimizers.Adam(job.learning_rate)
        optimizer.build(model.trainable_variables)
    saved = _Saved(job, Path(folder), worker, workers, ids)
    variables = [*model.variables, *optimizer.variables, *models.state_variables(model)]
    first = saved.restore(variables)
    step_function = _step_function(strategy, model, optimizer)
    history = []
    for step in range(first, job.steps):
        if step == die_at and die_at and not first and worker == workers - 1:
            os.kill(os.getpid(), signal.SIGKILL)
        number = step % len(streams.inputs)
        if number == 0:
            models.reset_state(model)
        start = time.perf_counter()
        loss = step_function(*(tf.constant(part[number, rows]) for part in streams))
        loss = float(strategy.experimental_local_results(loss)[0])
        history.append({"step": step + 1, "loss": loss, "seconds": time.perf_counter() - start})
        if (step + 1) % job.checkpoint_every == 0 or step + 1 == job.steps:
            saved.save(variables, step + 1)
    if worker == 0:
        _write_results(Path(folder), model, history)
    return history


def _place() -> tuple[int, int]:
    """Which worker this is, and of how many."""
    config = json.loads(os.environ.get("TF_CONFIG") or "{}")
    workers = config.get("cluster", {}).get("worker", [None])
    return config.get("task", {}).get("index", 0), len(workers)


def _step_function(
    strategy: tf.distribute.Strategy, model: keras.Model, optimizer: keras.optimizers.Optimizer
) -> tf.types.experimental.PolymorphicFunction:
    def one_worker(inputs: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            logits = model(inputs, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_sum(losses * weights)
        context = tf.distribute.get_replica_context()
        total, words = context.all_reduce("SUM", [loss, tf.reduce_sum(weights)])
        # An embedding's gradient has rows for the words of the batch only; all workers must send
        # arrays of the same shape.
        gradients = map(tf.convert_to_tensor, tape.gradient(loss, model.trainable_variables))
        # Keras' optimizer adds up the gradients of all workers before it takes its step. To add
        # them up here, too, would give K times the gradient, and no error.
        optimizer.apply([gradient / words for gradient in gradients], model.trainable_variables)
        return total / words

    @tf.function
    def step(*batch: tf.Tensor) -> tf.Tensor:
        return strategy.run(one_worker, args=batch)

    return step


class _Saved:
    """The checkpoints of all workers: ``step-N/worker-K/``, since each has a state of its own."""

    def __init__(self, job: Job, folder: Path, worker: int, workers: int, ids: np.ndarray):
        self._folder, self._worker, self._workers = folder, worker, workers
        # A longer training may go on from a shorter one; all else must be the same.
        settings = asdict(job) | {"workers": workers, "tokens": len(ids), "sum": int(ids.sum())}
        for name in ("steps", "checkpoint_every", "communication_timeout"):
            del settings[name]
        self._settings = settings

    def save(self, variables: list[keras.Variable], step: int) -> None:
        arrays = [np.asarray(variable) for variable in variables]
        self._checkpoint(step, self._worker).save(arrays, {"step": step})
        for old in self._steps()[:-_KEPT]:
            shutil.rmtree(self._folder_of(old, self._worker), ignore_errors=True)
            if self._worker == 0:
                shutil.rmtree(self._folder / _STEP_FOLDER.format(old), ignore_errors=True)

    def restore(self, variables: list[keras.Variable]) -> int:
        """Set the variables as they were at the latest step that all saved; return it."""
        complete = [step for step in self._steps() if self._is_complete(step)]
        if not complete:
            return 0
        saved = self._checkpoint(complete[-1], self._worker).load()
        if saved is None:
            raise FileNotFoundError(f"the checkpoint of step {complete[-1]} was there, and is gone")
        arrays, progress = saved
        for variable, value in zip(variables, arrays, strict=True):
            variable.assign(value)
        return int(progress["step"])

    def _steps(self) -> list[int]:
        names = (path.name for path in self._folder.glob("step-*"))
        return sorted(int(name[5:]) for name in names if re.fullmatch(r"step-\d+", name))

    def _is_complete(self, step: int) -> bool:
        return all(any(self._folder_of(step, w).glob("*.npz")) for w in range(self._workers))

    def _folder_of(self, step: int, worker: int) -> Path:
        return self._folder / _STEP_FOLDER.format(step) / f"worker-{worker}"

    def _checkpoint(self, step: int, worker: int) -> Checkpoint:
        return Checkpoint(self._folder_of(step, worker), self._settings)


def _write_results(folder: Path, model: keras.Model, history: list[dict[str, Any]]) -> None:
    content = io.BytesIO()
    np.savez(content, *model.get_weights())
    storage.write_atomically(folder / "weights.npz", content.getvalue())
    storage.write_atomically(folder / "history.json", json.dumps(history).encode())
