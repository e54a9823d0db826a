"""Which optimizer? Five of them, each with its own best learning rate of six.

    python benchmarks/optimizer_rates.py

The LSTM of 128 units is trained for 250 steps of 320 words by gradient descent, momentum, Adagrad,
RMSprop and Adam, with constant learning rates that lie half a decade apart, and the norm of the
gradient held to at most 1. With the first seed, all rates; with two more, the one that was best
on the validation text. Writes ``results/optimizer_rates.json``, which chapter 11 reads. Takes half
an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
from recording import record

from lmbook_utils import batching, corpus, metrics, models, output_losses, reproducibility, training

STEPS, EVERY, SEEDS = 250, 25, (0, 1, 2)
UNROLLED, RATES_TRIED = 20, 6
Optimizer = Callable[[float], keras.optimizers.Optimizer]

# The optimizer, and the middle of its rates as a power of ten
OPTIMIZERS: dict[str, tuple[Optimizer, float]] = {
    "gradient descent": (partial(keras.optimizers.SGD, global_clipnorm=1.0), 0.5),
    "momentum": (partial(keras.optimizers.SGD, momentum=0.9, global_clipnorm=1.0), 0.5),
    "Adagrad": (partial(keras.optimizers.Adagrad, global_clipnorm=1.0), 0.5),
    "RMSprop": (partial(keras.optimizers.RMSprop, global_clipnorm=1.0), -1.5),
    "Adam": (partial(keras.optimizers.Adam, global_clipnorm=1.0), -2.5),
}


class Monitor(keras.callbacks.Callback):
    """Scores the validation text every so many steps, and counts the seconds of training only."""

    def __init__(self, text: corpus.EncodedCorpus, batches: int):
        super().__init__()
        self.text, self.batches = text, batches
        self.losses: list[float] = []
        self.step, self.seconds = 0, 0.0

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if self.step % self.batches == 0:
            models.reset_state(self.model)
        self._start = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.seconds += time.perf_counter() - self._start
        self.step += 1
        if self.step % EVERY == 0:
            scores = training.score_stream(self.model, self.text.validation[:10_000])
            self.losses.append(metrics.cross_entropy(scores.log_probs))


def run(name: str, power: float, seed: int, text: corpus.EncodedCorpus) -> dict[str, Any]:
    reproducibility.set_seed(seed)
    size = len(text.vocabulary)
    bias = metrics.unigram_log_probs(text.train, size)
    model = models.build_language_model("lstm", size, output_bias=bias)
    optimizer = OPTIMIZERS[name][0](10**power)
    model.compile(optimizer, loss=output_losses.CrossEntropy(), jit_compile=False)
    streams = batching.contiguous_streams(text.train, models.number_of_streams(model), UNROLLED)
    inputs, targets, weights = (np.concatenate(part[:STEPS]) for part in streams)
    monitor = Monitor(text, len(streams.inputs))
    model.fit(
        inputs,
        targets,
        sample_weight=weights,
        batch_size=models.number_of_streams(model),
        shuffle=False,
        verbose=0,
        callbacks=[monitor],
    )
    row = {
        "optimizer": name,
        "power": power,
        "seed": seed,
        "validation_cross_entropies": monitor.losses,
        "milliseconds_per_step": 1000 * monitor.seconds / STEPS,
    }
    print(row, flush=True)
    return row


def last(row: dict[str, Any]) -> float:
    """The last cross-entropy; infinite where training went astray."""
    return float(np.nan_to_num(row["validation_cross_entropies"][-1], nan=np.inf))


def run_all(name: str, text: corpus.EncodedCorpus) -> list[dict]:
    middle = OPTIMIZERS[name][1]
    powers = [middle + (number - RATES_TRIED // 2) / 2 for number in range(RATES_TRIED)]
    rows = [run(name, power, SEEDS[0], text) for power in powers]
    best = min(rows, key=last)["power"]
    return rows + [run(name, best, seed, text) for seed in SEEDS[1:]]


def main() -> None:
    text = corpus.load_encoded()
    runs = [row for name in OPTIMIZERS for row in run_all(name, text)]
    print(record("optimizer_rates", {"steps": STEPS, "every": EVERY, "runs": runs}))


if __name__ == "__main__":
    main()
