"""The book's LSTM with fewer bits and fewer weights: size, speed, and perplexity on the test text.

    python benchmarks/compression.py

Trains the LSTM of chapter 5 (1,500 steps, three seeds), then replaces its matrices by quantised or
pruned ones, without training again. Sizes are those of what must be stored: packed whole numbers
and scales, or the weights that are left with their places. Speeds are of NumPy's product of a
state with the output layer. Writes ``results/compression.json``, which chapter 9 reads. Takes
six minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import io
import timeit

import keras
import numpy as np
from recording import record
from scipy import sparse

from lmbook_utils import compression, corpus, metrics, models, reproducibility, training

STEPS, SEEDS, SHARES = 1500, (0, 1, 2), (0.5, 0.8, 0.9)


def stored_size(arrays: list[np.ndarray]) -> int:
    content = io.BytesIO()
    np.savez(content, *arrays)
    return len(content.getvalue())


def quantised(matrix: np.ndarray, bits: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """The matrix that a model computes with, and the arrays that are stored."""
    values, scales = compression.quantise(matrix, bits)
    stored = compression.pack(values) if bits == 4 else values
    return compression.dequantise(compression.Quantised(values, scales)), [stored, scales]


def half(matrix: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    small = matrix.astype(np.float16)
    return small.astype(np.float32), [small]


def pruned(matrix: np.ndarray, share: float) -> tuple[np.ndarray, list[np.ndarray]]:
    left = compression.prune(matrix, share)
    rows = sparse.csr_array(left)
    columns = rows.indices.astype(np.uint16)
    return left, [rows.data, columns, rows.indptr]


VARIANTS = {
    "float32": lambda matrix: (matrix, [matrix]),
    "float16": half,
    "int8 per row": lambda matrix: quantised(matrix, 8),
    "int4 per row": lambda matrix: quantised(matrix, 4),
} | {f"{share:.0%} pruned": lambda matrix, share=share: pruned(matrix, share) for share in SHARES}


def compressed(weights: list[np.ndarray], variant: str) -> tuple[list[np.ndarray], int]:
    """All weights after a variant, which changes matrices only, and the bytes to store."""
    used, stored = [], []
    for array in weights:
        if array.ndim == 2:
            matrix, parts = VARIANTS[variant](array)
        else:
            matrix, parts = array, [array]
        used.append(matrix)
        stored += parts
    return used, stored_size(stored)


def train(text: corpus.EncodedCorpus, seed: int) -> keras.Model:
    size = len(text.vocabulary)
    reproducibility.set_seed(seed)
    bias = metrics.unigram_log_probs(text.train, size)
    model = models.build_language_model("lstm", size, output_bias=bias)
    training.train_language_model(model, text.train, text.validation, STEPS, evaluations=1)
    return model


def speeds(kernel: np.ndarray) -> dict[str, float]:
    """Microseconds for the logits of one state: the matrix in several forms."""
    state = np.random.default_rng(0).normal(size=kernel.shape[0]).astype(np.float32)
    by_word = np.ascontiguousarray(kernel.T)  # a row for each word
    values, scales = compression.quantise(by_word, 8)
    small = by_word.astype(np.float16)
    forms = {
        "float32": lambda: by_word @ state,
        "float16": lambda: small @ state.astype(np.float16),
        "int8 per row": lambda: (values @ state) * scales[:, 0],
    }
    for share in SHARES:
        rows = sparse.csr_array(compression.prune(by_word, share))
        forms[f"{share:.0%} pruned"] = lambda rows=rows: rows @ state
    return {
        name: min(timeit.repeat(form, number=20, repeat=7)) / 20 * 1e6
        for name, form in forms.items()
    }


def main() -> None:
    text = corpus.load_encoded()
    rows = []
    for seed in SEEDS:
        model = train(text, seed)
        weights = model.get_weights()
        reference = None
        for variant in VARIANTS:
            used, size = compressed(weights, variant)
            model.set_weights(used)
            log_probs = training.score_stream(model, text.test).log_probs
            reference = log_probs if reference is None else reference
            rows.append(
                {
                    "seed": seed,
                    "variant": variant,
                    "bytes": size,
                    "test_perplexity": metrics.perplexity(log_probs),
                    "ratio_to_float32": float(np.exp(np.mean(reference - log_probs))),
                }
            )
            print(rows[-1], flush=True)
        model.set_weights(weights)
    kernel = model.get_layer("logits").kernel.numpy()
    results = {
        "steps": STEPS,
        "parameters": model.count_params(),
        "runs": rows,
        "output_layer_microseconds": speeds(kernel),
    }
    print(record("compression", results))


if __name__ == "__main__":
    main()
