"""The article's network after a thousand steps: five seeds, two instruction sets for each.

    python benchmarks/article_thousand_steps.py

Two processors round the last digit of a sum differently. To see what becomes of that, each seed is
trained twice, in a process of its own: once the matrix products may use the instructions of
AVX-512, and once only those of AVX2. (On a processor without AVX-512 both are the same.) Writes
``results/article_thousand_steps.json``, which chapter 5 reads. Takes about ten minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import json
import os
import subprocess
import sys

import numpy as np
from recording import record

from lmbook_utils import batching, corpus, metrics, models, reproducibility, training

WINDOW, BATCH, STEPS = 20, 32, 1000
SEEDS = (0, 1, 2, 3, 4)
INSTRUCTION_SETS = {"AVX2": "AVX2", "AVX-512": "AVX512_CORE"}  # and their names in oneDNN


def train(seed: int) -> dict:
    """Train as chapter 5 does, and give the cross-entropy (nats) and accuracy on the test text."""
    text = corpus.load_encoded()
    reproducibility.set_seed(seed)
    model = models.build_article_model(len(text.vocabulary))
    inputs, targets = batching.next_word_windows(text.train, WINDOW)
    rows = np.random.default_rng(seed).permutation(len(inputs))[: STEPS * BATCH]
    model.fit(inputs[rows], targets[rows], batch_size=BATCH, verbose=0)
    scores = training.score_next_words(model, text.test, WINDOW)
    return {
        "test_cross_entropy": metrics.cross_entropy(scores.log_probs),
        "test_accuracy": metrics.accuracy(scores.ranks),
    }


def train_in_a_process(seed: int, instructions: str) -> dict:
    """Train in a new process, because the choice of instructions is read when it starts."""
    environment = os.environ | {"ONEDNN_MAX_CPU_ISA": INSTRUCTION_SETS[instructions]}
    command = [sys.executable, __file__, str(seed)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return {"seed": seed, "instructions": instructions, **json.loads(done.stdout)}


def main() -> None:
    runs = []
    for seed in SEEDS:
        for instructions in INSTRUCTION_SETS:
            runs.append(train_in_a_process(seed, instructions))
            print(runs[-1], flush=True)
    record("article_thousand_steps", {"window": WINDOW, "steps": STEPS, "runs": runs})


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(train(int(sys.argv[1]))))
    else:
        main()
