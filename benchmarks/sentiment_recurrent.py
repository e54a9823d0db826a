"""LSTM classifiers of reviews, from scratch or from a language model of unlabelled reviews.

    python benchmarks/sentiment_recurrent.py

The language model is trained once, on all training reviews of both sources without their labels.
For each way to begin, dropout and learning rate are chosen on the validation sentences of Rotten
Tomatoes, with 1,000 labels. Then the classifiers, all of one size, are trained on 100, 1,000 and
all labels of Rotten Tomatoes, with three draws where there are few, and of IMDb, with one. Writes
``results/sentiment_recurrent.json`` after each size. Takes about ten minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import keras
import numpy as np
import sentiment_runs as runs
from recording import record

from lmbook_utils import metrics, models, reproducibility, training
from lmbook_utils.tasks.sentiment import data, judging, networks
from lmbook_utils.vocabulary import Vocabulary

VOCABULARY, UNITS, STREAMS, STEPS = 8000, 64, 32, 2000
UPDATES = {100: 100, 1000: 200, None: 700}
METHODS = ("LSTM from scratch", "LSTM, pre-trained")
RECIPES = ((0.5, 3e-3), (0.1, 3e-3), (0.1, 1e-2))  # dropout, learning rate


class Experiment:
    """The language model, and classifiers that begin with it or from scratch."""

    def __init__(self, sources: dict[str, dict[str, data.Reviews]]) -> None:
        self.sources = sources
        self.language_model, self.vocabulary, self.curve = train_language_model(sources)

    def padded(self, reviews: data.Reviews) -> networks.Batch:
        return networks.padded_reviews(reviews.words, self.vocabulary, runs.IMDB_WORDS)

    def log_odds(
        self,
        method: str,
        recipe: tuple[float, float],
        run: tuple[str, int | None, int],
        part: str = "test",
    ) -> np.ndarray:
        """Train on some labels of a source (its name, how many, the seed); judge a part of it."""
        source, size, seed = run
        dropout, rate = recipe
        train = runs.draw(self.sources[source]["train"], size, seed)
        reproducibility.set_seed(seed)
        model = networks.build_recurrent_classifier(len(self.vocabulary), UNITS, UNITS, dropout)
        if method == "LSTM, pre-trained":
            networks.take_over(self.language_model, model)
        networks.train(model, self.padded(train), train.labels, UPDATES[size], rate, seed=seed)
        return networks.log_odds(model, self.padded(self.sources[source][part]))

    def choose_recipe(self, method: str) -> tuple[float, float]:
        """The recipe with the best accuracy on the validation sentences."""
        run = ("rotten tomatoes", 1000, 0)
        labels = self.sources["rotten tomatoes"]["validation"].labels
        accuracies = [
            float(judging.is_right(labels, self.log_odds(method, r, run, "validation")).mean())
            for r in RECIPES
        ]
        print(method, dict(zip(RECIPES, accuracies, strict=True)), flush=True)
        return RECIPES[int(np.argmax(accuracies))]


def train_language_model(sources: dict) -> tuple[keras.Model, Vocabulary, list[dict]]:
    """Train on the words of all training reviews; the validation reviews judge it."""
    words = {
        part: [review for source in sources.values() for review in source[part].words]
        for part in ("train", "validation")
    }
    vocabulary = Vocabulary.from_sentences(words["train"], size=VOCABULARY)
    ids = {part: vocabulary.encode_sentences(reviews) for part, reviews in words.items()}
    bias = metrics.unigram_log_probs(ids["train"], len(vocabulary))
    reproducibility.set_seed()
    model = models.build_language_model(
        "lstm", len(vocabulary), UNITS, UNITS, batch_size=STREAMS, output_bias=bias, dropout=0.1
    )
    history = training.train_language_model(
        model,
        ids["train"],
        ids["validation"][:50_000],
        steps=STEPS,
        learning_rate=1e-2,
        evaluations=4,
    )
    unigram = metrics.perplexity(bias[ids["validation"][:50_000]])
    curve = [{"step": e.step, "perplexity": e.validation_perplexity} for e in history]
    print(f"language model: unigram {unigram:.1f}, {curve}", flush=True)
    return model, vocabulary, [{"step": 0, "perplexity": unigram}, *curve]


def main() -> None:
    experiment = Experiment({source: runs.load(source) for source in runs.SIZES})
    recipes = {method: experiment.choose_recipe(method) for method in METHODS}
    results = {
        "language_model": experiment.curve,
        "units": UNITS,
        "vocabulary": VOCABULARY,
        "recipes": recipes,
        "runs": [],
    }
    for source, parts in experiment.sources.items():
        for size in runs.SIZES[source]:
            for seed in runs.SEEDS[size] if source == "rotten tomatoes" else (0,):
                for method in METHODS:
                    log_odds = experiment.log_odds(method, recipes[method], (source, size, seed))
                    labels = size or len(parts["train"].labels)
                    results["runs"].append(
                        runs.result(source, method, labels, seed, parts["test"].labels, log_odds)
                    )
            record("sentiment_recurrent", results)


if __name__ == "__main__":
    main()
