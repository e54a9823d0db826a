"""How far back do recurrent networks remember? A word to recall, and noise after it.

    python benchmarks/recall.py

Each text is one of eight words, and then noise; after it, the first word is asked for. Networks of
each kind learn this for several lengths of the noise, each from scratch. The learning rate is
chosen for each kind and length with two seeds; what counts are five others. Writes
``results/recall.json``, which chapter 2 reads. Takes half an hour on one core.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices are too small for more

import numpy as np
from recording import record
from tqdm import tqdm

from lmbook_utils.optimizers import Adam, clip_by_global_norm
from lmbook_utils.rnn import RNN

WORDS, NOISE = 8, 4  # how many different ones
LAGS = (5, 10, 20, 40, 80)  # steps between reading the word and being asked for it
UNITS, BATCH, STEPS = 32, 32, 800
LEARNING_RATES = (0.001, 0.003, 0.01)
CHOOSING_SEEDS, SEEDS = (0, 1), (2, 3, 4, 5, 6)
TEST_TEXTS = 1000
KINDS = {
    "simple, small start": "rnn",
    "simple": "rnn",
    "LSTM": "lstm",
    "LSTM, forget bias 5": "lstm",
    "GRU": "gru",
}


def draw_texts(rng: np.random.Generator, number: int, lag: int) -> np.ndarray:
    """Texts, shape (number, lag + 1): a word, and noise."""
    words = rng.integers(WORDS, size=(number, 1))
    noise = rng.integers(WORDS, WORDS + NOISE, size=(number, lag))
    return np.hstack([words, noise])


def build(kind: str, seed: int) -> RNN:
    model = RNN(WORDS + NOISE, embedding_dim=16, units=UNITS, cell=KINDS[kind], seed=seed)
    if kind == "simple, small start":  # uniform entries instead of an orthogonal matrix
        limit = np.sqrt(3 / UNITS) / 2
        W_hh = np.random.default_rng(seed).uniform(-limit, limit, (UNITS, UNITS))
        model.set_parameters(W_hh_1=W_hh)
    if kind == "LSTM, forget bias 5":
        biases = np.repeat([0.0, 5.0, 0.0, 0.0], UNITS)  # input, forget, candidate, output
        model.set_parameters(b_h_1=biases)
    return model


def accuracy(kind: str, lag: int, learning_rate: float, seed: int) -> float:
    """Train a network; return the share of new texts whose first word it recalls."""
    model, optimizer = build(kind, seed), Adam(learning_rate)
    rng = np.random.default_rng(1000 + seed)
    mask = np.zeros((BATCH, lag + 1))
    mask[:, -1] = 1  # only the answer counts
    for _ in range(STEPS):
        texts = draw_texts(rng, BATCH, lag)
        targets = np.repeat(texts[:, :1], lag + 1, axis=1)
        gradients = model.backward(texts, targets, mask=mask).gradients
        optimizer.step(model.parameters, clip_by_global_norm(gradients, 1.0))
    texts = draw_texts(np.random.default_rng(10_000 + seed), TEST_TEXTS, lag)
    answers = model.forward(texts).logits[:, -1].argmax(axis=-1)
    return float(np.mean(answers == texts[:, 0]))


def measure(kind: str, lag: int) -> dict:
    """Choose the learning rate, and measure with other seeds."""
    chosen = {
        rate: [accuracy(kind, lag, rate, seed) for seed in CHOOSING_SEEDS]
        for rate in LEARNING_RATES
    }
    rate = max(chosen, key=lambda rate: np.mean(chosen[rate]))
    return {
        "kind": kind,
        "lag": lag,
        "learning_rate": rate,
        "choosing": {str(rate): values for rate, values in chosen.items()},
        "accuracies": [accuracy(kind, lag, rate, seed) for seed in SEEDS],
    }


def main() -> None:
    tasks = [(kind, lag) for lag in LAGS for kind in KINDS]
    rows = []
    for kind, lag in tqdm(tasks, disable=None):
        rows.append(measure(kind, lag))
        print(rows[-1], flush=True)
    settings = {"words": WORDS, "units": UNITS, "batch": BATCH, "steps": STEPS}
    print(record("recall", {**settings, "runs": rows}))


if __name__ == "__main__":
    main()
