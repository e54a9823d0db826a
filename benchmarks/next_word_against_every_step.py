"""One prediction for each window, or one for each word: what is learnt in equal time?

    python benchmarks/next_word_against_every_step.py

Three designs: the article's network; the same layers predicting at every step; an LSTM at every
step, with the recipe of chapter 5. First their steps are timed in turn, so that a slow moment of
the machine falls on all of them. Then each is trained for as many steps as take the time of 1,500
steps of the LSTM, with three seeds. Writes ``results/next_word_against_every_step.json``, which
chapter 5 reads. Takes about ten minutes on two cores.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import statistics
import time

import keras
import numpy as np
from recording import record

from lmbook_utils import batching, corpus, metrics, models, reproducibility, training

WINDOW = 20
BATCH = {"next word": 32, "every step": 16, "LSTM": 16}  # rows in a batch
STEPS = 1500  # of the LSTM
SEEDS = (0, 1, 2)
ROUNDS, STEPS_PER_ROUND = 40, 10  # of the timing


def build(design: str, text: corpus.EncodedCorpus) -> keras.Model:
    size = len(text.vocabulary)
    if design == "next word":
        return models.build_article_model(size)
    if design == "every step":
        return models.build_language_model("simple", size, num_layers=2)
    bias = metrics.unigram_log_probs(text.train, size)
    return models.build_language_model("lstm", size, output_bias=bias)


def train(design: str, model: keras.Model, text: corpus.EncodedCorpus, steps: int) -> None:
    if design == "next word":
        inputs, targets = batching.next_word_windows(text.train, WINDOW)
        rows = np.random.default_rng(0).permutation(len(inputs))[: steps * BATCH[design]]
        model.fit(inputs[rows], targets[rows], batch_size=BATCH[design], verbose=0)
    else:
        rate = 1e-3 if design == "every step" else 3e-3
        training.train_language_model(
            model,
            text.train,
            text.validation[:100],
            steps=steps,
            learning_rate=rate,
            evaluations=1,
        )


def seconds_per_step(text: corpus.EncodedCorpus) -> dict[str, float]:
    """Time a few steps of each design in turn, many times; give the medians."""
    windows, next_words = batching.next_word_windows(text.train, WINDOW)
    streams = batching.contiguous_streams(text.train, BATCH["every step"], WINDOW)
    batches, times = {}, {design: [] for design in BATCH}
    timed = {design: build(design, text) for design in BATCH}
    for design, model in timed.items():
        if design == "next word":
            batches[design] = windows[: BATCH[design]], next_words[: BATCH[design]]
        else:
            batches[design] = streams.inputs[0], streams.targets[0]
            training.train_language_model(model, text.train, text.train[:100], 3, warmup_steps=1)
        model.train_on_batch(*batches[design])  # builds the graph
    for _ in range(ROUNDS):
        for design, model in timed.items():
            start = time.perf_counter()
            for _ in range(STEPS_PER_ROUND):
                model.train_on_batch(*batches[design])
            times[design].append((time.perf_counter() - start) / STEPS_PER_ROUND)
    return {design: statistics.median(values) for design, values in times.items()}


def main() -> None:
    text = corpus.load_encoded()
    step_time = seconds_per_step(text)
    print(step_time, flush=True)
    rows = []
    for seed in SEEDS:
        for design in BATCH:
            reproducibility.set_seed(seed)
            model = build(design, text)
            steps = round(STEPS * step_time["LSTM"] / step_time[design])
            train(design, model, text, steps)
            if design == "next word":
                scores = training.score_next_words(model, text.test, WINDOW)
            else:
                scores = training.score_stream(model, text.test)
            rows.append(
                {
                    "design": design,
                    "seed": seed,
                    "steps": steps,
                    "test_perplexity": metrics.perplexity(scores.log_probs),
                    "test_accuracy": metrics.accuracy(scores.ranks),
                }
            )
            print(rows[-1], flush=True)
    predictions = {
        design: BATCH[design] * (1 if design == "next word" else WINDOW) for design in BATCH
    }
    results = {
        "predictions_per_step": predictions,
        "predictions_per_second": {d: predictions[d] / step_time[d] for d in BATCH},
        "runs": rows,
    }
    print(record("next_word_against_every_step", results))


if __name__ == "__main__":
    main()
