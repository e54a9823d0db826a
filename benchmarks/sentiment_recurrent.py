"""LSTM classifiers of reviews, from scratch and from a language model of unlabelled reviews.

    python benchmarks/sentiment_recurrent.py

The language model is trained once, on all training reviews of both sources without their labels.
The classifiers, all of one size, are trained on 100, 1,000 and all labels of Rotten Tomatoes and of
IMDb, with three draws of labels where there are few. Writes ``results/sentiment_recurrent.json``
after each source. Takes about ten minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import keras
import sentiment_runs as runs
from recording import record

from lmbook_utils import metrics, models, reproducibility, training
from lmbook_utils.tasks.sentiment import networks
from lmbook_utils.vocabulary import Vocabulary

VOCABULARY, UNITS, STREAMS, STEPS = 8000, 64, 32, 2000
UPDATES = {100: 100, 1000: 200, None: 900}
RATES = {"LSTM from scratch": 3e-3, "LSTM, pre-trained": 3e-3}


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
    sources = {source: runs.load(source) for source in runs.SIZES}
    language_model, vocabulary, curve = train_language_model(sources)
    results = {"language_model": curve, "units": UNITS, "vocabulary": VOCABULARY, "runs": []}
    for source, parts in sources.items():
        test = networks.padded_reviews(parts["test"].words, vocabulary, runs.IMDB_WORDS)
        for size in runs.SIZES[source]:
            for seed in runs.SEEDS[size]:
                train = runs.draw(parts["train"], size, seed)
                batch = networks.padded_reviews(train.words, vocabulary, runs.IMDB_WORDS)
                for method, rate in RATES.items():
                    reproducibility.set_seed(seed)
                    model = networks.build_recurrent_classifier(len(vocabulary), UNITS, UNITS)
                    if method != "LSTM from scratch":
                        networks.take_over(language_model, model)
                    networks.train(model, batch, train.labels, UPDATES[size], rate, seed=seed)
                    log_odds = networks.log_odds(model, test)
                    results["runs"].append(
                        runs.result(
                            source, method, len(train.texts), seed, parts["test"].labels, log_odds
                        )
                    )
        record("sentiment_recurrent", results)


if __name__ == "__main__":
    main()
