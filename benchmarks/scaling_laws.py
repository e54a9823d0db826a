"""Loss against parameters: LSTMs of six sizes, the same text, the same number of steps.

    python benchmarks/scaling_laws.py

Each LSTM of chapter 5 has as many units as numbers in a word's vector. The vocabulary and the text
are the book's. All are trained with the recipe of ``training.train_language_model`` for the steps
of ``benchmarks/zoo.py``, with two seeds. Loss against the amount of text is in
``results/growing_text.json`` already. Writes ``results/scaling_laws.json`` after each training,
which chapter 9 reads. Takes about twenty minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from recording import record

from lmbook_utils import corpus, metrics, models, reproducibility, training

UNITS, SEEDS, STEPS, STREAMS, UNROLLED = (4, 8, 16, 32, 64, 128), (0, 1), 1500, 16, 20


def run(units: int, seed: int, text: corpus.EncodedCorpus) -> dict:
    size = len(text.vocabulary)
    reproducibility.set_seed(seed)
    model = models.build_language_model(
        "lstm",
        size,
        embedding_dim=units,
        rnn_units=units,
        batch_size=STREAMS,
        output_bias=metrics.unigram_log_probs(text.train, size),
    )
    history = training.train_language_model(
        model, text.train, text.validation, STEPS, UNROLLED, evaluations=1
    )
    scores = training.score_stream(model, text.test)
    return {
        "units": units,
        "seed": seed,
        "parameters": model.count_params(),
        "validation_cross_entropy": history[-1].validation_cross_entropy,
        "test_cross_entropy": metrics.cross_entropy(scores.log_probs),
    }


def main() -> None:
    text = corpus.load_encoded()
    results = {
        "steps": STEPS,
        "tokens_read": STEPS * STREAMS * UNROLLED,
        "training_tokens": len(text.train),
        "unigram_cross_entropy": metrics.cross_entropy(
            metrics.unigram_log_probs(text.train, len(text.vocabulary))[text.test]
        ),
        "runs": [],
    }
    for seed in SEEDS:
        for units in UNITS:
            results["runs"].append(run(units, seed, text))
            print(results["runs"][-1], flush=True)
            record("scaling_laws", results)


if __name__ == "__main__":
    main()
