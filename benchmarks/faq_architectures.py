"""Which architecture, for how much text? Five networks on 30,000 and 100,000 tokens.

    python benchmarks/faq_architectures.py

Simple recurrent network, GRU, LSTM, convolutions and Transformer as in ``zoo.py``, with dropout of
0.3, on the first articles of ``growing_text.py``, for two seeds of articles and weights. All read
the same number of words, and keep the weights that are best on the validation text. Writes
``results/faq_architectures.json``, which chapter 11 reads. Takes half an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import keras
import zoo
from growing_text import first_sentences, shuffled_sentences
from recording import record

from lmbook_utils import corpus, metrics, reproducibility, training

STEPS = {30_000: 400, 100_000: 1000}  # tokens of training text → steps
SEEDS, EVALUATIONS, DROPOUT = (0, 1), 8, 0.3

# Our names of those of zoo.py
ARCHITECTURES = {
    "simple RNN": zoo.ARCHITECTURES["simple, 1 layer"],
    "GRU": zoo.ARCHITECTURES["GRU, 1 layer"],
    "LSTM": zoo.ARCHITECTURES["LSTM, 1 layer"],
    "convolutions": zoo.ARCHITECTURES["convolutions, 3 layers"],
    "Transformer": zoo.ARCHITECTURES["Transformer, 2 layers"],
}


def run(name: str, tokens: int, seed: int, text: corpus.EncodedCorpus) -> dict:
    ids = text.vocabulary.encode_sentences(first_sentences(shuffled_sentences(seed), tokens))
    size, steps = len(text.vocabulary), STEPS[tokens]
    reproducibility.set_seed(seed)
    bias = metrics.unigram_log_probs(ids, size)
    model: keras.Model = ARCHITECTURES[name](vocab_size=size, dropout=DROPOUT, output_bias=bias)
    history = training.train_language_model(
        model,
        ids,
        text.validation[:10_000],
        steps,
        warmup_steps=steps // 10,
        evaluations=EVALUATIONS,
        patience=EVALUATIONS,  # to the end, with the best weights
    )
    best = min(history, key=lambda row: row.validation_cross_entropy)
    log_probs = training.score_stream(model, text.test).log_probs
    row = {
        "architecture": name,
        "tokens": len(ids),
        "seed": seed,
        "best_step": best.step,
        "test_perplexity": metrics.perplexity(log_probs),
    }
    print(row, flush=True)
    return row


def main() -> None:
    text = corpus.load_encoded()
    runs = [
        run(name, tokens, seed, text)
        for tokens in STEPS
        for seed in SEEDS
        for name in ARCHITECTURES
    ]
    results = {"steps": list(STEPS.values()), "dropout": DROPOUT, "runs": runs}
    print(record("faq_architectures", results))


if __name__ == "__main__":
    main()
