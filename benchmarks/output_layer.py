"""The output layer of a language model: what it costs, and what the ways to make it cheaper cost.

    python benchmarks/output_layer.py

An LSTM as in chapter 5 with vocabularies of 2,000, 5,000 and 10,000 words, and for the largest the
loss in chunks and the sampled softmax. Measures, in turns, the seconds of a training step and of
its parts, by the processor's clock, which stands still while other processes run; the largest
memory of a process; and the test perplexity after equally many steps and after equal time. Writes
``results/output_layer.json``, which the appendix on training speed reads. Takes about a quarter of
an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from recording import record
from training_step import Step, keras_cross_entropy

from lmbook_utils import corpus, metrics, models, reproducibility, training
from lmbook_utils.output_losses import ChunkedCrossEntropy, FullCrossEntropy, SampledSoftmax

BATCH, UNROLLED, LARGEST = 16, 20, 10_000
ROUNDS, STEPS_PER_ROUND = 9, 3  # of the timing
STEPS, SEEDS = 400, (0, 1)  # of the training of a full softmax over the largest vocabulary
MEMORY_BATCH = 128  # with more streams, the logits outgrow what TensorFlow itself takes


@dataclass(frozen=True)
class Design:
    name: str
    vocabulary: int
    loss: Callable

    def step(self, batch: int = BATCH) -> Step:
        model = models.build_language_model("lstm", self.vocabulary, batch_size=batch)
        return Step(model, UNROLLED, self.loss)


DESIGNS = [
    *(Design("full", size, FullCrossEntropy()) for size in (2000, 5000, LARGEST)),
    Design("Keras", LARGEST, keras_cross_entropy),
    Design("chunks of 64", LARGEST, ChunkedCrossEntropy(64)),
    *(Design(f"{n} negatives", LARGEST, SampledSoftmax(n)) for n in (64, 256, 1024)),
]


def seconds_per_step() -> list[dict]:
    """Time a few steps of each design, and of each of their parts, in turn, many times."""
    steps = [design.step() for design in DESIGNS]
    times = [{part: [] for part in step.parts} for step in steps]
    for _ in range(ROUNDS):
        for step, seconds in zip(steps, times, strict=True):
            for name, part in step.parts.items():
                start = time.process_time()
                for _ in range(STEPS_PER_ROUND):
                    part()
                seconds[name].append((time.process_time() - start) / STEPS_PER_ROUND)
    reference = np.array(times[DESIGNS.index(full_softmax(LARGEST))]["whole"])
    rows = []
    for design, seconds in zip(DESIGNS, times, strict=True):
        ratios = reference / seconds["whole"]
        rows.append(
            {
                "design": design.name,
                "vocabulary": design.vocabulary,
                "seconds": {name: statistics.median(values) for name, values in seconds.items()},
                "speed_ratio": statistics.median(ratios),
                "speed_ratio_quartiles": np.quantile(ratios, [0.25, 0.75]).tolist(),
            }
        )
        print(rows[-1], flush=True)
    return rows


def full_softmax(size: int) -> Design:
    return next(d for d in DESIGNS if d.name == "full" and d.vocabulary == size)


def memory_of(number: str) -> dict[str, float]:
    """The task ``memory-of``: the largest memory of this process after some steps of a design."""
    step = DESIGNS[int(number)].step(MEMORY_BATCH).parts["whole"]
    for _ in range(3):
        step()
    return {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def largest_memory() -> list[dict]:
    rows = []
    for number, design in enumerate(DESIGNS):
        command = [sys.executable, __file__, "memory-of", str(number)]
        measured = json.loads(subprocess.check_output(command))
        rows.append({"design": design.name, "vocabulary": design.vocabulary, **measured})
        print(rows[-1], flush=True)
    return rows


def naming_cost(size: int) -> float:
    """The logarithm of the number of types outside the vocabulary, as in chapter 6."""
    parts = corpus.load_tokenized()
    articles = parts["train"] + parts["test"]
    types = {token for article in articles for sentence in article for token in sentence}
    return float(np.log(len(types) - (size - 4)))


def train(design: Design, steps: int, seed: int) -> dict:
    """Train a model; score it with the full softmax, unknown words named or not."""
    text = corpus.load_encoded(design.vocabulary)
    reproducibility.set_seed(seed)
    bias = metrics.unigram_log_probs(text.train, design.vocabulary)
    model = models.build_language_model("lstm", design.vocabulary, output_bias=bias)
    training.train_language_model(
        model,
        text.train,
        text.validation[:100],
        steps,
        evaluations=1,
        output_loss=design.loss,
    )
    log_probs = training.score_stream(model, text.test).log_probs
    unknown = text.test == text.vocabulary.unk_id
    return {
        "design": design.name,
        "vocabulary": design.vocabulary,
        "seed": seed,
        "steps": steps,
        "test_perplexity": metrics.perplexity(log_probs),
        "unknown_share": float(unknown.mean()),
        "test_perplexity_with_naming": metrics.perplexity(
            log_probs - unknown * naming_cost(design.vocabulary)
        ),
    }


def budgets(times: list[dict]) -> list[tuple[Design, int]]:
    """Each design with as many steps as the largest full softmax, and with as much time."""
    pairs = []
    for design, row in zip(DESIGNS, times, strict=True):
        if design.name.startswith(("Keras", "chunks")):
            continue  # the same numbers as the full softmax, to rounding
        pairs += [(design, n) for n in sorted({STEPS, round(STEPS * row["speed_ratio"])})]
    return pairs


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps({"memory-of": memory_of}[sys.argv[1]](*sys.argv[2:])))
        return
    memory = largest_memory()  # first, as a process counts its parent's memory as its own
    times = seconds_per_step()
    results = {
        "tokens_per_step": BATCH * UNROLLED,
        "memory_tokens_per_step": MEMORY_BATCH * UNROLLED,
        "steps": STEPS,
        "memory": memory,
        "times": times,
        "runs": [],
    }
    for seed in SEEDS:
        for design, steps in budgets(times):
            results["runs"].append(train(design, steps, seed))
            path = record("output_layer", results)
            print(f"{results['runs'][-1]} → {path}", flush=True)


if __name__ == "__main__":
    main()
