"""Training recurrent language models: predictions a second, ours beside PyTorch's.

    python benchmarks/rnn.py --torch-python PATH

PATH is a Python that has PyTorch, which the book itself does not need; without one, PyTorch is
left out. Its model (``pytorch/word_language_model.py``) is built as in PyTorch's example of that
name: embedding, LSTM, linear output, ``log_softmax`` and ``NLLLoss``, gradients clipped to a norm
of 0.25, a state that is detached and carried on, and plain gradient descent; and once more with
Adam, as ours. It runs in other processes, with one thread (its default, one for each core, is
erratic where other work runs) and with two. All take turns, so that a slow moment of the machine
falls on all of them, and both clocks are read: that on the wall, and that of the processor, which
counts the time of all threads and stands still while other processes run. Writes
``results/rnn.json``, which the appendix on training speed reads. Takes some minutes; run nothing
beside it.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import argparse
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from recording import record
from training_step import Step, keras_cross_entropy

from lmbook_utils import models, training
from lmbook_utils.output_losses import FullCrossEntropy, SampledSoftmax

CLOCKS = ("wall", "processor")
ROUNDS, ROUND_SECONDS = 15, 0.25  # in each round, each model runs for about so long
QUARTILES = (0.25, 0.5, 0.75)
WINDOW, WINDOWS = 20, 32  # of the article's design


class Size(NamedTuple):
    vocabulary: int
    units: int  # of the embedding too
    layers: int
    batch: int
    steps: int  # words in a row of a batch


class Trained(NamedTuple):
    """A model in training: what runs some steps and gives the seconds, and what a step predicts."""

    seconds_of: Callable[[int], list[float]]  # on each of CLOCKS
    predictions: int


SIZES = {
    "book": Size(5000, 128, 1, 16, 20),
    "10,000 words": Size(10000, 128, 1, 16, 20),
    "PyTorch's example": Size(10000, 200, 2, 20, 35),
}
OURS = {  # name → cell, loss of the output layer, and Adam
    "simple": ("simple", FullCrossEntropy(), training.FusedAdam),
    "GRU": ("gru", FullCrossEntropy(), training.FusedAdam),
    "LSTM": ("lstm", FullCrossEntropy(), training.FusedAdam),
    "LSTM, Keras' loss and Adam": ("lstm", keras_cross_entropy, keras.optimizers.Adam),
    "LSTM, 256 negatives": ("lstm", SampledSoftmax(256), training.FusedAdam),
}
TORCH = {  # name → kind of update and threads
    "PyTorch, descent": ("descent", 1),
    "PyTorch, Adam": ("Adam", 1),
    "PyTorch, descent, 2 threads": ("descent", 2),
    "PyTorch, Adam, 2 threads": ("Adam", 2),
}


def clock(step: Callable[[], object]) -> Callable[[int], list[float]]:
    """Make of a step what runs it several times and gives the seconds."""
    step()  # builds the graph

    def seconds_of(steps: int) -> list[float]:
        start = time.perf_counter(), time.process_time()
        for _ in range(steps):
            step()
        return [time.perf_counter() - start[0], time.process_time() - start[1]]

    return seconds_of


def article(size: Size) -> Trained:
    """The design that reads a window and predicts one word."""
    model = models.build_article_model(size.vocabulary, size.units, size.units)
    drawn = np.random.default_rng(0).integers(4, size.vocabulary, (WINDOWS, WINDOW + 1))
    batch = drawn[:, :-1].astype(np.int32), drawn[:, -1].astype(np.int32)
    return Trained(clock(lambda: model.train_on_batch(*batch)), WINDOWS)


def with_keras(size: Size) -> Trained:
    """The LSTM of ``train_language_model`` as it stands, with all that Keras does around a step."""
    model = build("lstm", size)
    shape = (2, size.batch, size.steps)
    ids = np.random.default_rng(0).integers(4, size.vocabulary, shape).astype(np.int32)
    some = ids.ravel()
    training.train_language_model(model, some, some[:100], 3, warmup_steps=1, evaluations=1)
    return Trained(clock(lambda: model.train_on_batch(*ids)), ids[0].size)


def bare(size: Size, cell: str, loss: Callable, adam: type[keras.optimizers.Adam]) -> Trained:
    """A step without Keras' loop around it, as PyTorch's."""
    step = Step(build(cell, size), size.steps, loss, adam)
    return Trained(clock(step.parts["whole"]), step.tokens)


def build(cell: str, size: Size) -> keras.Model:
    return models.build_language_model(
        cell, size.vocabulary, size.units, size.units, size.layers, batch_size=size.batch
    )


class Torch:
    """A process of another Python that trains PyTorch's models when it is asked to."""

    def __init__(self, python: str, threads: int):
        self._process = subprocess.Popen(
            [python, str(Path(__file__).parent / "pytorch" / "word_language_model.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={
                **os.environ,
                "OMP_NUM_THREADS": str(threads),
                "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait leave the processor to others
            },
        )
        self.version = json.loads(self._process.stdout.readline())["torch"]

    def train(self, update: str, size: Size) -> Trained:
        def seconds_of(steps: int) -> list[float]:
            self._process.stdin.write(f"{update}\t{json.dumps(size)}\t{steps}\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

        seconds_of(1)
        return Trained(seconds_of, size.batch * size.steps)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def measure(trained: dict[str, Trained]) -> dict[str, np.ndarray]:
    """Predictions a second of each model, all in turn, shape (rounds, clocks)."""
    steps = {
        name: max(1, round(ROUND_SECONDS / model.seconds_of(2)[1] * 2))
        for name, model in trained.items()
    }
    speeds = {name: [] for name in trained}
    for _ in range(ROUNDS):
        for name, model in trained.items():
            seconds = np.array(model.seconds_of(steps[name]))
            speeds[name].append(steps[name] * model.predictions / seconds)
    return {name: np.array(values) for name, values in speeds.items()}


def compare(speeds: dict[str, np.ndarray]) -> list[dict]:
    """Medians, and ratios to the article's design and to PyTorch's within each round."""
    references = [name for name in ("article", *TORCH) if name in speeds]
    rows = []
    for name, values in speeds.items():
        row = {"model": name}
        for number, clock_name in enumerate(CLOCKS):
            of_clock = {"predictions_per_second": float(np.median(values[:, number]))}
            for reference in references:
                ratios = values[:, number] / speeds[reference][:, number]
                of_clock[f"ratio to {reference}"] = np.quantile(ratios, QUARTILES).tolist()
            row[clock_name] = of_clock
        rows.append(row)
    return rows


def python_with_torch(path: str | None) -> str | None:
    """The interpreter for PyTorch's models: the one that was given, or this one if it can."""
    if path is not None:
        return path
    if importlib.util.find_spec("torch"):
        return sys.executable
    print("PyTorch is left out: this Python has none. Name one that has: --torch-python PATH")
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description="Training speed beside PyTorch's.")
    parser.add_argument("--torch-python", help="a Python interpreter that has PyTorch")
    python = python_with_torch(parser.parse_args().torch_python)
    results = {"rounds": ROUNDS, "torch": None, "sizes": []}
    with contextlib.ExitStack() as stack:
        workers = {}
        for threads in (1, 2) if python else ():
            workers[threads] = Torch(python, threads)
            stack.callback(workers[threads].close)
            results["torch"] = workers[threads].version
        for label, size in SIZES.items():
            trained = {"article": article(size), "LSTM in training": with_keras(size)}
            trained |= {name: bare(size, *how) for name, how in OURS.items()}
            if workers:
                trained |= {
                    name: workers[threads].train(update, size)
                    for name, (update, threads) in TORCH.items()
                }
            rows = compare(measure(trained))
            results["sizes"].append({"size": label, **size._asdict(), "models": rows})
            for row in rows:
                print(label, row, flush=True)
    sys.argv = [sys.argv[0], "--torch-python", "PATH"]  # where it lies matters to nobody else
    print(record("rnn", results))


if __name__ == "__main__":
    main()
