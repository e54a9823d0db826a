"""What does differential privacy cost a language model, and what does it hide?

    python benchmarks/private_training.py

A trigram network (two words in, the next one out) with a vocabulary of 1,000 words learns from
10,000 sentences and from planted secrets by DP-SGD: each step draws each sentence with the same
probability, clips each sentence's gradient, and adds noise. The biases of the output start from the
frequencies of the validation text, which counts as public here. Without clipping and noise, with
clipping, and with three amounts of noise; two seeds. Writes ``results/private_training.json``,
which chapter 10 reads. Takes half an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import keras
import numpy as np
import tensorflow as tf
from growing_text import shuffled_sentences
from memorisation import NAMES, NUMBERS, ask, draw
from recording import record
from tqdm import trange

from lmbook_utils import corpus, metrics
from lmbook_utils.privacy import canaries, private_sgd
from lmbook_utils.vocabulary import Vocabulary

WORDS, DIM, UNITS, LONGEST, SENTENCES = 1000, 16, 32, 20, 10_000
STEPS, DRAWN, CLIP_NORM, RATE, DELTA, SEEDS = 300, 256, 0.5, 0.01, 1e-5, (0, 1)
NOISES = (None, 0.0, 0.5, 1.0, 2.0)  # None: neither clipping nor noise


class TrigramNetwork:
    """Two words in, the next one out; all weights in one vector, as a gradient is one row."""

    def __init__(self, output_bias: np.ndarray, seed: int):
        self.shapes = [(WORDS, DIM), (2 * DIM, UNITS), (UNITS,), (UNITS, WORDS)]
        rng = np.random.default_rng(seed)
        parts = [rng.normal(0, 0.1, np.prod(shape)) for shape in self.shapes]
        self.sizes = [*map(len, parts), WORDS]
        self.weights = keras.Variable(np.concatenate([*parts, output_bias]), dtype="float32")

    def log_probs(self, weights: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
        """Of each id but the first two, given the two before it: shape (…, length - 2)."""
        *flat, output_bias = tf.split(weights, self.sizes)
        embedding, hidden, bias, output = (
            tf.reshape(part, shape) for part, shape in zip(flat, self.shapes, strict=True)
        )
        # Products with one-hot rows, not look-ups: those are slow for one gradient per sentence
        vectors = tf.one_hot(ids, WORDS) @ embedding
        pairs = tf.concat([vectors[..., :-2, :], vectors[..., 1:-1, :]], axis=-1)
        logits = tf.tanh(pairs @ hidden + bias) @ output + output_bias
        return tf.reduce_sum(tf.nn.log_softmax(logits) * tf.one_hot(ids[..., 2:], WORDS), axis=-1)

    @tf.function(reduce_retracing=True)
    def gradients(self, ids: tf.Tensor, counted: tf.Tensor) -> tf.Tensor:
        """The gradient of each sentence's mean loss, shape (sentences, weights)."""

        def of_one(arguments: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
            sentence, counts = arguments
            weights = tf.identity(self.weights)
            with tf.GradientTape() as tape:
                tape.watch(weights)
                loss = -tf.reduce_sum(self.log_probs(weights, sentence) * counts)
            return tape.gradient(loss, weights) / tf.reduce_sum(counts)

        return tf.vectorized_map(of_one, (ids, counted))

    def score(self, ids: np.ndarray, counted: np.ndarray) -> np.ndarray:
        """The log-probability of each sentence, shape (sentences,)."""
        parts = [
            self.log_probs(tf.identity(self.weights), ids[i : i + 512]) * counted[i : i + 512]
            for i in range(0, len(ids), 512)
        ]
        return np.concatenate([tf.reduce_sum(part, axis=-1) for part in parts]).astype(float)


def lay_out(sentences: list[list[str]], vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """Ids with two ``</s>`` before and one after, and which targets count; both filled up."""
    ids = np.full((len(sentences), LONGEST + 3), vocabulary.pad_id, np.int32)
    counted = np.zeros((len(sentences), LONGEST + 1), np.float32)
    for row, sentence in enumerate(sentences):
        ends = [vocabulary.eos_id]
        known = [*ends, *ends, *vocabulary.encode(sentence), *ends]
        ids[row, : len(known)] = known
        counted[row, : len(known) - 2] = 1
    return ids, counted


def train(
    network: TrigramNetwork, ids: np.ndarray, counted: np.ndarray, noise: float | None, seed: int
) -> float:
    """DP-SGD with the steps of Adam; gives the mean norm of a sentence's gradient at the end."""
    rng, optimizer = np.random.default_rng(seed), keras.optimizers.Adam(RATE)
    for _ in trange(STEPS, desc=f"noise {noise}", leave=False):
        drawn = np.flatnonzero(rng.random(len(ids)) < DRAWN / len(ids))
        rows = network.gradients(ids[drawn], counted[drawn]).numpy()
        if noise is None:
            gradient = rows.sum(axis=0) / DRAWN
        else:
            gradient = private_sgd.private_gradient(rows, CLIP_NORM, noise, rng, DRAWN)
        optimizer.apply([gradient.astype("float32")], [network.weights])
    return float(np.linalg.norm(rows, axis=1).mean())


def ask_network(
    network: TrigramNetwork, vocabulary: Vocabulary, planted: list[canaries.Canary]
) -> list[dict]:
    def score(sentences: list[list[str]]) -> np.ndarray:
        return network.score(*lay_out(sentences, vocabulary))

    def next_word(words: list[str]) -> np.ndarray:
        ids = np.tile(vocabulary.encode(words[-2:]), (WORDS, 1))
        ids = np.column_stack([ids, np.arange(WORDS)])
        return np.exp(network.log_probs(tf.identity(network.weights), ids)[:, 0])

    return ask(score, next_word, vocabulary, planted)


def run(seed: int, vocabulary: Vocabulary, public_bias: np.ndarray) -> list[dict]:
    planted = draw(seed)
    sentences = [s for s in shuffled_sentences(seed) if len(s) <= LONGEST][:SENTENCES]
    train_ids, counted = lay_out(canaries.plant(sentences, planted, seed), vocabulary)
    test_sentences = [s for s in corpus.load_sentences("test") if len(s) <= LONGEST]
    test_ids, test_counted = lay_out(test_sentences, vocabulary)
    share, rows = DRAWN / len(train_ids), []
    for noise in ("public", *NOISES):
        network = TrigramNetwork(public_bias, seed)
        norm = None if noise == "public" else train(network, train_ids, counted, noise, seed)
        row = {
            "seed": seed,
            "noise": noise,
            "epsilon": private_sgd.epsilon(noise, share, STEPS, DELTA)
            if isinstance(noise, float) and noise
            else None,
            "gradient_norm": norm,
            "test_perplexity": float(
                np.exp(-network.score(test_ids, test_counted).sum() / test_counted.sum())
            ),
            "canaries": ask_network(network, vocabulary, planted),
        }
        rows.append(row)
        exposures = [c["exposure"] for c in row["canaries"] if c["times"] == 64]
        print(noise, row["epsilon"], norm, row["test_perplexity"], exposures, flush=True)
    return rows


def main() -> None:
    text = corpus.load_encoded()
    needed = dict.fromkeys([*"the secret code of is".split(), *NAMES, *NUMBERS])
    needed |= dict.fromkeys(text.vocabulary.tokens[4:])
    vocabulary = Vocabulary(list(needed)[: WORDS - 4])
    public = vocabulary.encode_sentences(corpus.load_sentences("validation"))
    public_bias = metrics.unigram_log_probs(public, WORDS)
    results = {
        "sentences": SENTENCES,
        "drawn": DRAWN,
        "steps": STEPS,
        "clip_norm": CLIP_NORM,
        "delta": DELTA,
        "runs": [row for seed in SEEDS for row in run(seed, vocabulary, public_bias)],
    }
    print(record("private_training", results))


if __name__ == "__main__":
    main()
