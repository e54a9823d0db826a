"""MiniLM as a classifier of reviews: frozen under a logistic regression, and fine-tuned.

    python benchmarks/sentiment_minilm.py

Frozen: each review is turned into a vector once, and a logistic regression is trained on the
vectors. Fine-tuned: all weights are trained, on 100 and on 1,000 sentences of Rotten Tomatoes. A
text is cut after 64 pieces, a sentence in fine-tuning after 48. Writes
``results/sentiment_minilm.json`` after each part. Takes about a quarter of an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import numpy as np
import sentiment_runs as runs
from recording import record
from sklearn.linear_model import LogisticRegression

from lmbook_utils import reproducibility
from lmbook_utils.tasks import minilm
from lmbook_utils.tasks.sentiment import networks

PIECES, PIECES_TUNED = 64, 48
FROZEN_SIZES = {"rotten tomatoes": (100, 1000, None), "imdb": (100, 1000)}
TUNED = ((100, 0), (100, 1), (100, 2), (1000, 0))  # labels, seed
PASSES = {100: 5, 1000: 3}
RATE, BATCH = 5e-5, 16
C = 10.0  # of vectors of length 1


def frozen(source: str, parts: dict, encoder, tokenizer) -> list[dict]:
    """A logistic regression on the vectors of the reviews that were drawn."""
    test = minilm.unit_vectors(encoder, tokenizer, parts["test"].texts, PIECES)
    vectors = {}
    found = []
    for size in FROZEN_SIZES[source]:
        for seed in runs.SEEDS[size]:
            train = runs.draw(parts["train"], size, seed)
            new = sorted(set(train.texts) - vectors.keys())
            if new:
                vectors |= zip(
                    new, minilm.unit_vectors(encoder, tokenizer, new, PIECES), strict=True
                )
            model = LogisticRegression(C=C, max_iter=1000)
            model.fit(np.stack([vectors[text] for text in train.texts]), train.labels)
            found.append(
                runs.result(
                    source,
                    "MiniLM, frozen",
                    len(train.texts),
                    seed,
                    parts["test"].labels,
                    model.decision_function(test),
                )
            )
    return found


def fine_tuned(source: str, parts: dict, tokenizer, size: int, seed: int) -> dict:
    """MiniLM with one output on top, all weights trained."""
    reproducibility.set_seed(seed)
    model = minilm.build_classifier(minilm.load_encoder())
    train = runs.draw(parts["train"], size, seed)
    batch = minilm.pieces(tokenizer, train.texts, PIECES_TUNED)
    updates = PASSES[size] * -(-len(train.texts) // BATCH)
    networks.train(model, batch, train.labels, updates, RATE, BATCH, seed)
    log_odds = networks.log_odds(model, minilm.pieces(tokenizer, parts["test"].texts, PIECES))
    return runs.result(
        source, "MiniLM, fine-tuned", len(train.texts), seed, parts["test"].labels, log_odds
    )


def main() -> None:
    tokenizer, results = minilm.load_tokenizer(), {"runs": []}
    sentences = runs.load("rotten tomatoes")
    encoder = minilm.load_encoder()
    results["runs"] += frozen("rotten tomatoes", sentences, encoder, tokenizer)
    record("sentiment_minilm", results)
    for size, seed in TUNED:
        results["runs"].append(fine_tuned("rotten tomatoes", sentences, tokenizer, size, seed))
        record("sentiment_minilm", results)
    results["runs"] += frozen("imdb", runs.load("imdb"), encoder, tokenizer)
    record("sentiment_minilm", results)


if __name__ == "__main__":
    main()
