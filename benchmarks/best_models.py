"""How good can the models of this book be? An LSTM, a GRU and Kneser–Ney, alone and mixed.

    python benchmarks/best_models.py

Both networks are trained for 6,000 steps with dropout, with three seeds. Each is then mixed with
the Kneser–Ney model of order 5, with a weight that EM finds on the validation text. Writes
``results/best_models.json``: perplexities, intervals over the test articles, and what the choice
of the test articles matters beside the choice of the seed. Takes a quarter of an hour on two cores.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import numpy as np
from judging import judge
from recording import record

from lmbook_utils import corpus, em, metrics, models, reproducibility, training
from lmbook_utils.ngram import NGramModel

CELLS, SEEDS = ("lstm", "gru"), (0, 1, 2)
STEPS, DROPOUT, ORDER = 6000, 0.3, 5


def train(cell: str, seed: int, text: corpus.EncodedCorpus) -> dict[str, np.ndarray]:
    """Log-probabilities of the validation and of the test text by a network."""
    size = len(text.vocabulary)
    reproducibility.set_seed(seed)
    model = models.build_language_model(
        cell, size, dropout=DROPOUT, output_bias=metrics.unigram_log_probs(text.train, size)
    )
    training.train_language_model(model, text.train, text.validation, STEPS, evaluations=1)
    return {
        "validation": training.score_stream(model, text.validation).log_probs,
        "test": training.score_stream(model, text.test).log_probs,
    }


def mix(scores: list[dict[str, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Weights from the validation text, and the mixture's log-probabilities of the test text."""
    validation = np.exp(np.stack([score["validation"] for score in scores], axis=1))
    weights = em.mixture_weights(validation).weights
    test = np.exp(np.stack([score["test"] for score in scores], axis=1))
    return weights, np.log(test @ weights)


def main() -> None:
    text = corpus.load_encoded()
    ngram = NGramModel(ORDER).fit(corpus.load_sentences("train"), text.vocabulary)
    counted = {part: ngram.score(corpus.load_sentences(part)) for part in ("validation", "test")}
    rows = [{"model": "kneser-ney", **judge(counted["test"], text)}]
    for cell in CELLS:
        for seed in SEEDS:
            learnt = train(cell, seed, text)
            weights, mixed = mix([counted, learnt])
            ratio = metrics.perplexity_ratio_interval(mixed, learnt["test"], text.test_articles)
            rows += [
                {"model": cell, "seed": seed, **judge(learnt["test"], text)},
                {
                    "model": f"{cell} + kneser-ney",
                    "seed": seed,
                    "weight_of_the_network": float(weights[1]),
                    "ratio_to_the_network_interval": list(ratio),
                    **judge(mixed, text),
                },
            ]
            print(rows[-2], rows[-1], flush=True)
    settings = {"steps": STEPS, "dropout": DROPOUT, "order": ORDER}
    print(record("best_models", {**settings, "runs": rows}))


if __name__ == "__main__":
    main()
