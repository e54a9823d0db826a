"""Eight architectures at an equal budget, and Kneser–Ney beside them.

    python benchmarks/zoo.py

Simple recurrent networks, GRUs and LSTMs of one and two layers, a causal convolutional network and
a small Transformer are trained for 1,500 steps on the same 320 words a step, with three seeds. The
learning rate is the one of two that is better on the validation text with the first seed. Writes
``results/zoo.json``, which chapter 5 reads. Takes about half an hour on two cores.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from collections.abc import Callable
from functools import partial

import keras
from judging import judge
from recording import record

from lmbook_utils import corpus, metrics, models, reproducibility, training
from lmbook_utils.ngram import NGramModel

STEPS, SEEDS, LEARNING_RATES, ORDER = 1500, (0, 1, 2), (3e-3, 1e-3), 5

ARCHITECTURES: dict[str, Callable[..., keras.Model]] = {
    "simple, 1 layer": partial(models.build_language_model, "simple"),
    "simple, 2 layers": partial(models.build_language_model, "simple", num_layers=2),
    "GRU, 1 layer": partial(models.build_language_model, "gru"),
    "GRU, 2 layers": partial(models.build_language_model, "gru", num_layers=2),
    "LSTM, 1 layer": partial(models.build_language_model, "lstm"),
    "LSTM, 2 layers": partial(models.build_language_model, "lstm", num_layers=2),
    "convolutions, 3 layers": partial(models.build_convolutional_model, num_layers=3),
    "Transformer, 2 layers": partial(
        models.build_transformer_model, num_layers=2, feedforward_dim=512
    ),
}


def build(name: str, text: corpus.EncodedCorpus) -> keras.Model:
    size = len(text.vocabulary)
    bias = metrics.unigram_log_probs(text.train, size)
    return ARCHITECTURES[name](vocab_size=size, output_bias=bias)


def run(name: str, seed: int, learning_rate: float, text: corpus.EncodedCorpus) -> dict:
    reproducibility.set_seed(seed)
    model = build(name, text)
    history = training.train_language_model(
        model, text.train, text.validation, STEPS, learning_rate=learning_rate, evaluations=1
    )
    log_probs = training.score_stream(model, text.test).log_probs
    row = {
        "architecture": name,
        "seed": seed,
        "learning_rate": learning_rate,
        "validation_perplexity": history[-1].validation_perplexity,
        **judge(log_probs, text),
    }
    print(row, flush=True)
    return row


def run_all(name: str, text: corpus.EncodedCorpus) -> list[dict]:
    """Runs with the first seed and both learning rates, then with the better one of them."""
    tried = [run(name, SEEDS[0], rate, text) for rate in LEARNING_RATES]
    best = min(tried, key=lambda row: row["validation_perplexity"])
    return [best] + [run(name, seed, best["learning_rate"], text) for seed in SEEDS[1:]]


def parameters(name: str, text: corpus.EncodedCorpus) -> dict[str, int]:
    """All parameters, and those that are neither word vectors nor the output layer."""
    model = build(name, text)
    words = sum(model.get_layer(layer).count_params() for layer in ("embedding", "logits"))
    return {"all": model.count_params(), "between_the_words": model.count_params() - words}


def kneser_ney(text: corpus.EncodedCorpus) -> dict:
    model = NGramModel(ORDER).fit(corpus.load_sentences("train"), text.vocabulary)
    return judge(model.score(corpus.load_sentences("test")), text)


def main() -> None:
    text = corpus.load_encoded()
    results = {
        "steps": STEPS,
        "kneser_ney": {"order": ORDER, **kneser_ney(text)},
        "parameters": {name: parameters(name, text) for name in ARCHITECTURES},
    }
    print(results, flush=True)
    results["runs"] = [row for name in ARCHITECTURES for row in run_all(name, text)]
    print(record("zoo", results))


if __name__ == "__main__":
    main()
