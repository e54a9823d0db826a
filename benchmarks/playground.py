"""The model of the page's playground: an LSTM with tied vectors, and pruned Kneser–Ney beside it.

    python benchmarks/playground.py

The LSTM is trained for 5,000 steps with dropout, and exported with 32, 8 and 4 bits for each number
of its matrices; each export is read back and judged on the test text. The Kneser–Ney model of order
5 is pruned until it is small. Writes ``_playground/model.js``, which the site's pages load on
request, and ``results/playground.json``, which chapter 5 reads. Takes a quarter of an hour on one
core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import gzip
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from recording import record

from lmbook_utils import corpus, em, export, metrics, models, reproducibility, training
from lmbook_utils.export.network import Network
from lmbook_utils.ngram import NGramModel
from lmbook_utils.ngram.counting import make_stream
from lmbook_utils.ngram.tables import Table, score_stream

STEPS, DROPOUT, SEED, ORDER, THRESHOLD = 5000, 0.3, 0, 5, 1e-6
TARGET = Path(__file__).parents[1] / "_playground" / "model.js"


def train(text: corpus.EncodedCorpus) -> keras.Model:
    size = len(text.vocabulary)
    reproducibility.set_seed(SEED)
    model = models.build_language_model(
        "lstm",
        size,
        dropout=DROPOUT,
        tied=True,
        output_bias=metrics.unigram_log_probs(text.train, size),
    )
    training.train_language_model(
        model, text.train, text.validation, STEPS, evaluations=10, patience=10
    )
    return model


def judge(network: Network, text: corpus.EncodedCorpus) -> float:
    """Test perplexity of exported weights."""
    model = export.network.to_keras(network)
    return metrics.perplexity(training.score_stream(model, text.test).log_probs)


def weight_bytes(network: Network, bits: int) -> float:
    """What the weights take, with a scale of 32 bits for each row where they are whole numbers."""
    matrices = (network.embedding, network.kernel, network.recurrent)
    scales = sum(len(matrix) for matrix in matrices) if bits < 32 else 0
    biases = network.bias.size + network.output_bias.size
    return sum(matrix.size for matrix in matrices) * bits / 8 + 4 * (scales + biases)


def scores_of_tables(tables: list[Table], part: str, text: corpus.EncodedCorpus) -> np.ndarray:
    """Log-probabilities by the n-gram model as the page has it."""
    sentences = corpus.load_sentences(part)
    stream = make_stream(sentences, text.vocabulary)
    scored = score_stream(tables, stream, len(text.vocabulary))
    return scored[stream.history > 0]


def main() -> None:
    text = corpus.load_encoded()
    model = train(text)
    counted = NGramModel(ORDER).fit(corpus.load_sentences("train"), text.vocabulary)
    pruned = counted.prune(THRESHOLD)
    results: dict[str, Any] = {"steps": STEPS, "seed": SEED, "exports": []}
    original = export.network.from_keras(model)
    scores = {
        part: training.score_stream(model, getattr(text, part)).log_probs
        for part in ("validation", "test")
    }
    about = {"steps": STEPS, "seed": SEED, "versions": reproducibility.versions()}
    for bits in (32, 8, 4):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.js")
            export.write(path, model, text.vocabulary, bits=bits)
            results["exports"].append(
                {
                    "bits": bits,
                    "bytes": weight_bytes(original, bits),
                    "test_perplexity": judge(export.read(path).network, text),
                }
            )
            print(results["exports"][-1], flush=True)
    about["test_perplexity"] = results["exports"][1]["test_perplexity"]
    TARGET.parent.mkdir(exist_ok=True)
    export.write(TARGET, model, text.vocabulary, pruned, bits=8, about=about)
    shipped = export.read(TARGET)
    tables = {part: scores_of_tables(shipped.tables, part, text) for part in scores}
    both = {part: np.exp(np.stack([scores[part], tables[part]], axis=1)) for part in scores}
    weights = em.mixture_weights(both["validation"]).weights
    results |= {
        "kneser_ney": {
            "ngrams": sum(counted.sizes),
            "test_perplexity": counted.perplexity(corpus.load_sentences("test")),
        },
        "shipped_ngrams": {
            "ngrams": sum(len(table.keys) for table in shipped.tables),
            "test_perplexity": metrics.perplexity(tables["test"]),
        },
        "mixture": {
            "weight_of_the_network": float(weights[0]),
            "test_perplexity": metrics.perplexity(np.log(both["test"] @ weights)),
        },
        "bytes": TARGET.stat().st_size,
        "bytes_compressed": len(gzip.compress(TARGET.read_bytes(), 9)),
    }
    print(record("playground", results))


if __name__ == "__main__":
    main()
