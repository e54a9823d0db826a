"""How many steps must a gradient flow back? Truncation length against perplexity.

    python benchmarks/truncation.py

Simple networks and LSTMs in NumPy learn from the Wikipedia corpus with a vocabulary of 1,000
entries. Gradients flow back 1 to 40 steps, while the state is carried on through all of the text.
Every run reads the same number of words for each update and takes the same number of updates.
Writes ``results/truncation.json``, which chapter 2 reads. Takes ten minutes on one core.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices are too small for more

import numpy as np
from recording import record
from tqdm import tqdm

from lmbook_utils import batching, corpus, metrics
from lmbook_utils.optimizers import Adam, clip_by_global_norm, warmup_cosine
from lmbook_utils.rnn import RNN
from lmbook_utils.vocabulary import Vocabulary

VOCABULARY_SIZE = 1000
UNITS, WORDS_PER_UPDATE, STEPS, LEARNING_RATE = 64, 320, 1500, 0.003
LENGTHS = (1, 2, 5, 10, 20, 40)
SEEDS = (0, 1, 2)


def train(text: corpus.EncodedCorpus, cell: str, length: int, seed: int) -> RNN:
    counts = np.bincount(text.train, minlength=VOCABULARY_SIZE) + 1
    model = RNN(VOCABULARY_SIZE, UNITS, UNITS, cell, seed=seed, dtype="float32")
    model.set_parameters(b_y=np.log(counts / counts.sum()))
    optimizer = Adam(warmup_cosine(LEARNING_RATE, STEPS, warmup_steps=100))
    streams = batching.contiguous_streams(text.train, WORDS_PER_UPDATE // length, length)
    batches, state = list(zip(*streams, strict=True)), None
    for step in range(STEPS):
        ids, targets, weights = batches[step % len(batches)]
        if step % len(batches) == 0:
            state = None
        _, gradients, state = model.backward(ids, targets, state, mask=weights)
        optimizer.step(model.parameters, clip_by_global_norm(gradients, 1.0))
    return model


def main() -> None:
    text = corpus.load_encoded(VOCABULARY_SIZE)
    end = [Vocabulary.eos_id]
    rows = []
    tasks = [
        (cell, length, seed) for seed in SEEDS for cell in ("rnn", "lstm") for length in LENGTHS
    ]
    for cell, length, seed in tqdm(tasks, disable=None):
        model = train(text, cell, length, seed)
        perplexity = metrics.perplexity(model.log_probs(np.concatenate([end, text.test])))
        rows.append({"cell": cell, "length": length, "seed": seed, "test_perplexity": perplexity})
        print(rows[-1], flush=True)
    settings = {"vocabulary": VOCABULARY_SIZE, "units": UNITS, "steps": STEPS}
    print(record("truncation", {**settings, "runs": rows}))


if __name__ == "__main__":
    main()
