"""What helps against overfitting? Six ways, each alone and all together, for three sizes of text.

    python benchmarks/overfitting.py

An LSTM of 128 units learns from the first 10,000, 30,000 and 100,000 tokens of the training
articles, in another order for each of three seeds, for a number of steps that is long enough to
overfit. Alone, each way is judged by the weights at the end of its training; only early stopping,
alone and with all others, keeps the best weights. How strong each way should be was chosen on the
validation text, with the first seed and 30,000 tokens; those runs are recorded as well. Writes
``results/overfitting.json``, which chapter 11 reads. Takes about an hour and a half on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from typing import Any

import keras
import numpy as np
from growing_text import first_sentences, shuffled_sentences
from recording import record

from lmbook_utils import corpus, metrics, models, reproducibility, training, word_vectors
from lmbook_utils.models import regularisation, replacement

STEPS = {10_000: 200, 30_000: 400, 100_000: 800}  # tokens of training text → steps
SEEDS, EVALUATIONS = (0, 1, 2), 6
NEIGHBOURS = 5
TUNED_AT = 30_000
STRENGTHS = {
    "L2": (1e-5, 1e-4, 1e-3),
    "dropout": (0.2, 0.5, 0.7, 0.8),
    "word dropout": (0.1, 0.3, 0.5),
    "synonyms": (0.03, 0.1, 0.3),
}


class Text:
    """The training text of one size, and what is made of it."""

    def __init__(self, sentences: list[list[str]], text: corpus.EncodedCorpus):
        self.sentences, self.text, self.size = sentences, text, len(text.vocabulary)
        self.ids = text.vocabulary.encode_sentences(sentences)
        self.neighbours = neighbours(sentences, text)


def neighbours(sentences: list[list[str]], text: corpus.EncodedCorpus) -> np.ndarray:
    """The nearest words of each word, by vectors of the same training text."""
    vectors = word_vectors.train_word_vectors(sentences).wv
    table = np.tile(np.arange(len(text.vocabulary))[:, None], NEIGHBOURS)
    for word in vectors.index_to_key:
        number = text.vocabulary.encode([word])[0]
        near = [other for other, _ in vectors.most_similar(word, topn=4 * NEIGHBOURS)]
        near = [other for other in near if other in text.vocabulary][:NEIGHBOURS]
        if word in text.vocabulary and len(near) == NEIGHBOURS:
            table[number] = text.vocabulary.encode(near)
    return table


def build(text: Text, strengths: dict[str, float]) -> keras.Model:
    """An LSTM with some of the ways: a strength for each of them."""
    layer = None
    if "word dropout" in strengths:
        unknown = int(text.text.vocabulary.encode(["<unk>"])[0])
        layer = replacement.word_dropout(text.size, unknown, strengths["word dropout"])
    if "synonyms" in strengths:
        table, rate = text.neighbours, strengths["synonyms"]
        if "word dropout" in strengths:  # one of the two for each word that is replaced
            table = np.column_stack([table, np.full_like(table, unknown)])
            rate += strengths["word dropout"]
        layer = replacement.synonym_replacement(table, rate)
    model = models.build_language_model(
        "lstm",
        text.size,
        dropout=strengths.get("dropout", 0.0),
        tied="tied" in strengths,
        replacement=layer,
        output_bias=metrics.unigram_log_probs(text.ids, text.size),
    )
    if "L2" in strengths:
        regularisation.add_l2(model, strengths["L2"])
    return model


def run(text: Text, tokens: int, strengths: dict[str, float], seed: int) -> dict[str, Any]:
    """Train one model; give its learning curve, and its perplexity on the test text."""
    reproducibility.set_seed(seed)
    model = build(text, strengths)
    steps = STEPS[tokens]
    history = training.train_language_model(
        model,
        text.ids,
        text.text.validation[:10_000],
        steps,
        warmup_steps=steps // 10,
        evaluations=EVALUATIONS,
        patience=EVALUATIONS if "early stopping" in strengths else None,  # the best of all
    )
    losses = [row.validation_cross_entropy for row in history]
    row = {
        "tokens": tokens,
        "seed": seed,
        "strengths": strengths,
        "steps": [row.step for row in history],
        "validation_cross_entropies": losses,
        "train_cross_entropy": metrics.cross_entropy(
            training.score_stream(model, text.ids[:10_000]).log_probs
        ),
        "test_perplexity": metrics.perplexity(
            training.score_stream(model, text.text.test).log_probs
        ),
    }
    print(row, flush=True)
    return row


def tune(text: Text) -> tuple[list[dict], dict[str, float]]:
    """Try each strength of each way; the best by the validation text at the end."""
    tried, best = [], {}
    for way, strengths in STRENGTHS.items():
        rows = [run(text, TUNED_AT, {way: strength}, SEEDS[0]) for strength in strengths]
        least = min(rows, key=lambda row: row["validation_cross_entropies"][-1])
        best[way] = least["strengths"][way]
        tried += [row | {"way": way} for row in rows]
    return tried, best


def variants(best: dict[str, float]) -> dict[str, dict[str, float]]:
    stop, tied = {"early stopping": 1.0}, {"tied": 1.0}
    return {
        "nothing": {},
        "early stopping": stop,
        **{way: {way: strength} for way, strength in best.items()},
        "tied": tied,
        "all together": {**best, **tied, **stop},
    }


def texts(seed: int, text: corpus.EncodedCorpus) -> dict[int, Text]:
    everything = shuffled_sentences(seed)
    return {tokens: Text(first_sentences(everything, tokens), text) for tokens in STEPS}


def run_all(seed: int, best: dict[str, float], text: corpus.EncodedCorpus) -> list[dict]:
    return [
        run(part, tokens, strengths, seed) | {"variant": name}
        for tokens, part in texts(seed, text).items()
        for name, strengths in variants(best).items()
    ]


def main() -> None:
    text = corpus.load_encoded()
    tried, best = tune(texts(SEEDS[0], text)[TUNED_AT])
    runs = [row for seed in SEEDS for row in run_all(seed, best, text)]
    print(record("overfitting", {"tried": tried, "best": best, "runs": runs}))


if __name__ == "__main__":
    main()
