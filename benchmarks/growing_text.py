"""What is more text worth? A Kneser–Ney model and an LSTM on growing parts of the same articles.

    python benchmarks/growing_text.py

For each of three orders of the training articles, both models learn from the first 10,000, 30,000
and 100,000 tokens and from all of them, with the vocabulary of the book. How many steps the LSTM is
trained for is chosen on the validation text, for each size. Writes ``results/growing_text.json``,
which chapter 1 reads. Takes half an hour on two cores.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import numpy as np
from recording import record

from lmbook_utils import corpus, metrics, models, reproducibility, training
from lmbook_utils.ngram import NGramModel

ORDER = 5
DROPOUT = 0.3
STEPS = {  # tokens of training text (None for all) → numbers of steps to choose from
    10_000: (50, 100, 150, 300),
    30_000: (100, 200, 400, 800),
    100_000: (1200, 2400, 3600),
    None: (3000, 4500, 6000),
}
SEEDS = (0, 1, 2)  # of the order of the articles, and of the network


def shuffled_sentences(seed: int) -> list[list[str]]:
    """The training text, its articles in another order for each seed."""
    articles = corpus.load_tokenized()["train"]
    order = np.random.default_rng(seed).permutation(len(articles))
    return [sentence for number in order for sentence in articles[number]]


def first_sentences(sentences: list[list[str]], tokens: int | None) -> list[list[str]]:
    """The sentences that end within the first so many tokens, ``</s>`` included."""
    if tokens is None:
        return sentences
    ends = np.cumsum([len(sentence) + 1 for sentence in sentences])
    return sentences[: np.searchsorted(ends, tokens, side="right")]


def train_lstm(ids: np.ndarray, text: corpus.EncodedCorpus, steps: int, seed: int) -> dict:
    """Train one LSTM; give its size, and its perplexities on validation and test text."""
    size = len(text.vocabulary)
    reproducibility.set_seed(seed)
    model = models.build_language_model(
        "lstm", size, dropout=DROPOUT, output_bias=metrics.unigram_log_probs(ids, size)
    )
    last = training.train_language_model(
        model, ids, text.validation, steps, warmup_steps=min(100, steps // 4), evaluations=1
    )[-1]
    return {
        "steps": steps,
        "parameters": model.count_params(),
        "validation_perplexity": last.validation_perplexity,
        "test_perplexity": metrics.perplexity(training.score_stream(model, text.test).log_probs),
    }


def main() -> None:
    text = corpus.load_encoded()
    test = [sentence for article in corpus.load_tokenized()["test"] for sentence in article]
    rows = []
    for seed in SEEDS:
        everything = shuffled_sentences(seed)
        for tokens, budgets in STEPS.items():
            sentences = first_sentences(everything, tokens)
            ids = text.vocabulary.encode_sentences(sentences)
            ngram = NGramModel(ORDER).fit(sentences, text.vocabulary)
            tried = [train_lstm(ids, text, steps, seed) for steps in budgets]
            rows.append(
                {
                    "seed": seed,
                    "tokens": len(ids),
                    "kneser_ney": {
                        "ngrams": sum(ngram.sizes),
                        "test_perplexity": ngram.perplexity(test),
                    },
                    "lstm": min(tried, key=lambda run: run["validation_perplexity"]),
                    "lstm_tried": tried,
                }
            )
            print(rows[-1], flush=True)
    print(record("growing_text", {"order": ORDER, "dropout": DROPOUT, "runs": rows}))


if __name__ == "__main__":
    main()
