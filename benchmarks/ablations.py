"""Which parts of the recipe matter? The LSTM of chapter 5, with one thing changed at a time.

    python benchmarks/ablations.py

Each variant is trained for 1,500 steps on 320 words a step, with two seeds, and compared with the
whole recipe of the same seed. Beside the perplexity, the largest number in the LSTM's cell state at
the end of training is kept, which shows whether the state has blown up. Writes
``results/ablations.json``, which chapter 5 reads. Takes about 25 minutes on two cores.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import keras
import numpy as np
from recording import record

from lmbook_utils import corpus, metrics, models, reproducibility, training

STEPS, SEEDS, WORDS_PER_STEP = 1500, (0, 1), 320
RECIPE = "the whole recipe"

# What is changed in the model, and in its training
VARIANTS: dict[str, tuple[dict, dict]] = {
    RECIPE: ({}, {}),
    "output bias from zero": ({"output_bias": None}, {}),
    "no limit on the gradient": ({}, {"clip_norm": None}),
    "no warm-up": ({}, {"warmup_steps": 0}),
    "none of these three": (
        {"output_bias": None},
        {"clip_norm": None, "warmup_steps": 0},
    ),
    "three times the learning rate": ({}, {"learning_rate": 1e-2}),
    "dropout 0.3": ({"dropout": 0.3}, {}),
    "tied embeddings": ({"tied": True}, {}),
    "gradients over 5 words": ({}, {"unrolled_steps": 5}),
    "gradients over 40 words": ({}, {"unrolled_steps": 40}),
    "state not carried on": ({}, {"carry_state": False}),
}


def train(variant: str, seed: int, text: corpus.EncodedCorpus) -> tuple[dict, np.ndarray]:
    changed_model, changed_training = VARIANTS[variant]
    size = len(text.vocabulary)
    training_arguments = {"unrolled_steps": 20, **changed_training}
    bias = metrics.unigram_log_probs(text.train, size)
    reproducibility.set_seed(seed)
    model = models.build_language_model(
        "lstm",
        size,
        batch_size=WORDS_PER_STEP // training_arguments["unrolled_steps"],
        **{"output_bias": bias, **changed_model},
    )
    history = training.train_language_model(
        model, text.train, text.validation, STEPS, evaluations=3, **training_arguments
    )
    log_probs = training.score_stream(model, text.test).log_probs
    row = {
        "variant": variant,
        "seed": seed,
        "validation_perplexities": [e.validation_perplexity for e in history],
        "test_perplexity": metrics.perplexity(log_probs),
        "largest_cell_state": largest_cell_state(model),
    }
    return row, log_probs


def largest_cell_state(model: keras.Model) -> float:
    _, cell = models.state_variables(model)
    return float(np.abs(cell.numpy()).max())


def main() -> None:
    text = corpus.load_encoded()
    rows = []
    for seed in SEEDS:
        recipe = None
        for variant in VARIANTS:
            row, log_probs = train(variant, seed, text)
            recipe = log_probs if recipe is None else recipe
            ratio = metrics.perplexity_ratio_interval(log_probs, recipe, text.test_articles)
            row["ratio_to_the_recipe_interval"] = list(ratio)
            rows.append(row)
            print(row, flush=True)
        # After each seed, as the whole takes long
        print(record("ablations", {"steps": STEPS, "recipe": RECIPE, "runs": rows}))


if __name__ == "__main__":
    main()
