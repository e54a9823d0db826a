"""Does reading film reviews first help to model an encyclopedia?

    python benchmarks/pretraining.py

The LSTM of chapter 5 is trained on Wikipedia alone, or first on film reviews (5.7 million tokens
with the book's vocabulary) and then on Wikipedia: with the reviews' steps taken off the budget, and
with them for free; on all of the training text and on its first parts. The same question is put to
Kneser–Ney models: Wikipedia alone, the two texts as one, and a mixture of two models. Writes
``results/pretraining.json``, which chapter 5 reads. Takes a quarter of an hour on two cores.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import keras
import numpy as np
from judging import judge
from recording import record
from tqdm import tqdm

from lmbook_utils import corpus, em, metrics, models, preprocessing, reproducibility, training
from lmbook_utils.datasets.reviews import load_movie_reviews
from lmbook_utils.ngram import NGramModel

SEEDS, DROPOUT, ORDER = (0,), 0.3, 5

# (steps on the reviews, tokens of Wikipedia or None for all, steps on Wikipedia)
PLANS = (
    (0, None, 4000),
    (2000, None, 2000),  # the same compute
    (4000, None, 4000),  # the reviews for free
    (0, 100_000, 1200),
    (4000, 100_000, 1200),
    (0, 30_000, 400),
    (4000, 30_000, 400),
)


def review_sentences() -> list[list[str]]:
    texts, _ = load_movie_reviews().part("train")
    return [
        preprocessing.tokenize(sentence)
        for text in tqdm(texts, desc="tokenising", disable=None)
        for sentence in preprocessing.split_sentences(text)
    ]


def fit(
    model: keras.Model, ids: np.ndarray, text: corpus.EncodedCorpus, steps: int
) -> list[training.Evaluation]:
    return training.train_language_model(
        model, ids, text.validation, steps, warmup_steps=min(100, steps // 4), evaluations=1
    )


def run_networks(seed: int, reviews: np.ndarray, text: corpus.EncodedCorpus) -> list[dict]:
    size = len(text.vocabulary)
    bias = metrics.unigram_log_probs(text.train, size)
    pretrained: dict[int, list[np.ndarray]] = {}  # steps on the reviews → weights
    alone: dict[int | None, np.ndarray] = {}  # tokens → log-probabilities without the reviews
    rows = []
    for review_steps, tokens, steps in PLANS:
        reproducibility.set_seed(seed)
        model = models.build_language_model("lstm", size, dropout=DROPOUT, output_bias=bias)
        if review_steps:
            if review_steps not in pretrained:
                fit(model, reviews, text, review_steps)
                pretrained[review_steps] = model.get_weights()
            model.set_weights(pretrained[review_steps])
        history = fit(model, text.train[:tokens], text, steps)
        log_probs = training.score_stream(model, text.test).log_probs
        without = alone.setdefault(tokens, log_probs)
        ratio = metrics.perplexity_ratio_interval(log_probs, without, text.test_articles)
        rows.append(
            {
                "seed": seed,
                "steps_on_reviews": review_steps,
                "tokens": len(text.train[:tokens]),
                "steps": steps,
                "validation_perplexity": history[-1].validation_perplexity,
                **judge(log_probs, text),
                "ratio_to_wikipedia_alone_interval": list(ratio),
            }
        )
        print(rows[-1], flush=True)
    return rows


def run_ngrams(reviews: list[list[str]], text: corpus.EncodedCorpus) -> dict[str, dict]:
    wikipedia = corpus.load_sentences("train")
    texts = {"wikipedia": wikipedia, "reviews": reviews, "both as one text": reviews + wikipedia}
    scores = {}
    for name, train in texts.items():
        model = NGramModel(ORDER).fit(train, text.vocabulary)
        scores[name] = {
            part: model.score(corpus.load_sentences(part)) for part in ("validation", "test")
        }
    pair = scores["wikipedia"], scores["reviews"]
    validation, test = (
        np.exp(np.stack([score[part] for score in pair], axis=1)) for part in ("validation", "test")
    )
    weights = em.mixture_weights(validation).weights
    results = {name: judge(score["test"], text) for name, score in scores.items()}
    mixture = {"weights": weights.tolist(), **judge(np.log(test @ weights), text)}
    return {**results, "mixture": mixture}


def main() -> None:
    text = corpus.load_encoded()
    tokenized = review_sentences()
    ngrams = run_ngrams(tokenized, text)
    print(ngrams, flush=True)
    ids = text.vocabulary.encode_sentences(tokenized)
    settings = {
        "review_tokens": len(ids),
        "unknown_in_reviews": float((ids == text.vocabulary.unk_id).mean()),
        "unknown_in_wikipedia": float((text.train == text.vocabulary.unk_id).mean()),
        "dropout": DROPOUT,
    }
    print(settings, flush=True)
    runs = []
    for seed in SEEDS:
        runs += run_networks(seed, ids, text)
        # After each seed, as the whole takes long
        print(record("pretraining", {**settings, "ngrams": ngrams, "networks": runs}))


if __name__ == "__main__":
    main()
