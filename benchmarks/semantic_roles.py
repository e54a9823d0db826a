"""Semantic role labelling: rules, features, and a BiLSTM on three kinds of word vectors.

    python benchmarks/semantic_roles.py

The BiLSTM reads embeddings that it learns itself, the states of a language model that is trained
here on the running corpus' training part, or those of MiniLM, frozen. What can be chosen (dropout,
MiniLM's layer, the strength of regularisation) is chosen on the validation predicates; then each
method learns from all, a half and a quarter of the training predicates, with three seeds and draws.
Writes ``results/semantic_roles.json``, with the roles that each method found in the test part when
it had learnt from all.
Takes about half an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import keras
import numpy as np
from recording import record

from lmbook_utils import corpus, metrics, models, reproducibility, training
from lmbook_utils.tasks import minilm
from lmbook_utils.tasks.semantic_roles import heuristics, judging, networks, vectors, viterbi
from lmbook_utils.tasks.semantic_roles.classical import FeatureLabeller
from lmbook_utils.tasks.semantic_roles.data import Proposition, Role, by_part, load_propositions

SHARES, SEEDS = (1.0, 0.5, 0.25), (0, 1, 2)
STEPS, LM_DROPOUT = 1500, 0.3
UPDATES, BATCH, RATE = {0.25: 80, 0.5: 120, 1.0: 160}, 64, 1e-2
DROPOUTS, LAYERS, STRENGTHS = (0.3, 0.5), (3, 6), (0.3, 1.0, 3.0)
RULES, FEATURES = "position rules", "logistic regression, features"
EMBEDDINGS, LANGUAGE_MODEL = "BiLSTM, own embeddings", "BiLSTM, language model"
MINILM = "BiLSTM, MiniLM"
KINDS = {RULES: "baseline", FEATURES: "classical"}

Roles = list[list[Role]]
Words = dict[tuple[str, ...], np.ndarray]


def train_language_model() -> tuple[keras.Model, corpus.EncodedCorpus, dict[str, float]]:
    """The LSTM of chapter 5, and the perplexities of the validation text."""
    text = corpus.load_encoded()
    size = len(text.vocabulary)
    bias = metrics.unigram_log_probs(text.train, size)
    reproducibility.set_seed()
    model = models.build_language_model("lstm", size, dropout=LM_DROPOUT, output_bias=bias)
    history = training.train_language_model(
        model, text.train, text.validation, STEPS, evaluations=1
    )
    found = {
        "steps": STEPS,
        "unigram_perplexity": metrics.perplexity(bias[text.validation]),
        "perplexity": history[-1].validation_perplexity,
    }
    return model, text, found


def draw(train: Sequence[Proposition], share: float, seed: int) -> list[Proposition]:
    """Some of the training predicates, by whole sentences, as if only these had been labelled."""
    sentences = list(dict.fromkeys(p.key for p in train))
    order = np.random.default_rng(seed).permutation(len(sentences))
    drawn = {sentences[i] for i in order[: round(share * len(sentences))]}
    return [p for p in train if p.key in drawn]


class Tagger:
    """The BiLSTM on one kind of words: fitted, it finds roles."""

    def __init__(self, words: Words, vocab_size: int | None, dropout: float) -> None:
        self.words, self.vocab_size, self.dropout = words, vocab_size, dropout

    def inputs(self, propositions: Sequence[Proposition]) -> networks.Inputs:
        return networks.inputs_of(
            [self.words[p.tokens] for p in propositions], [p.predicate for p in propositions]
        )

    def fit_and_label(
        self,
        train: Sequence[Proposition],
        propositions: Sequence[Proposition],
        updates: int,
        seed: int,
    ) -> Roles:
        reproducibility.set_seed(seed)
        dimensions = next(iter(self.words.values())).shape[-1]
        model = networks.build_tagger(self.vocab_size, dimensions, dropout=self.dropout)
        networks.train(model, self.inputs(train), train, updates, RATE, BATCH, seed)
        log_probs = networks.tag_log_probs(model, self.inputs(propositions))
        return [
            viterbi.best_roles(rows, p.predicate)
            for rows, p in zip(log_probs, propositions, strict=True)
        ]


def label_by_features(
    train: Sequence[Proposition], propositions: Sequence[Proposition], strength: float
) -> Roles:
    model = FeatureLabeller(strength).fit(train)
    return [
        viterbi.best_roles(model.log_probs(p.tokens, p.predicate), p.predicate)
        for p in propositions
    ]


def best_of(name: str, options: Sequence, label: Callable[[Any], Roles], parts: dict) -> Any:
    """The option with the best F1 on the validation predicates."""
    f1 = [judging.judge(parts["validation"], label(option)).f1 for option in options]
    print(name, dict(zip(options, np.round(f1, 3), strict=True)), flush=True)
    return options[int(np.argmax(f1))]


def sources(parts: dict[str, list[Proposition]]) -> tuple[dict[str, list[tuple]], dict]:
    """Method → what may be chosen: (name, words, size of the vocabulary)."""
    model, text, found = train_language_model()
    print(found, flush=True)
    sentences = list(dict.fromkeys(p.tokens for rows in parts.values() for p in rows))
    vocabulary = text.vocabulary
    ids = [np.array(vocabulary.encode([t.lower() for t in s]), np.int32) for s in sentences]
    states = vectors.language_model_vectors(model, vocabulary, sentences)
    encoder, tokenizer = minilm.load_encoder(), minilm.load_tokenizer()
    kinds = {
        EMBEDDINGS: [("", dict(zip(sentences, ids, strict=True)), len(vocabulary))],
        LANGUAGE_MODEL: [("", dict(zip(sentences, states, strict=True)), None)],
        MINILM: [
            (layer, dict(zip(sentences, rows, strict=True)), None)
            for layer in LAYERS
            for rows in [vectors.minilm_vectors(encoder, tokenizer, sentences, layer)]
        ],
    }
    return kinds, found


def chosen_taggers(parts: dict, kinds: dict[str, list[tuple]]) -> tuple[dict[str, Tagger], dict]:
    """For each kind of words the tagger with the best validation F1, and what was chosen."""
    taggers, choices = {}, {}
    for method, options in kinds.items():
        candidates = {
            (name, dropout): Tagger(words, size, dropout)
            for name, words, size in options
            for dropout in DROPOUTS
        }

        def label(option: tuple, candidates: dict = candidates) -> Roles:
            tagger = candidates[option]
            return tagger.fit_and_label(parts["train"], parts["validation"], UPDATES[1.0], 0)

        best = best_of(method, list(candidates), label, parts)
        taggers[method] = candidates[best]
        choices[method] = {"layer": best[0] or None, "dropout": best[1]}
    return taggers, choices


def result(method: str, train: int, seed: int, test: list[Proposition], roles: Roles) -> dict:
    """One labeller on the test predicates, in a form for JSON."""
    j = judging.judge(test, roles)
    print(f"{method:30} {train:4} predicates, seed {seed}: F1 {j.f1:.3f}", flush=True)
    return {"method": method, "predicates": train, "seed": seed, **j._asdict(), "roles": roles}


def slim(run: dict, everything: int) -> dict:
    """A run for the file: the roles that were found only of the first seed with all predicates."""
    if run["seed"] == 0 and run["predicates"] in (0, everything):
        return run
    return {name: value for name, value in run.items() if name != "roles"}


def main() -> None:
    parts = by_part(load_propositions())
    test = parts["test"]
    strength = best_of(
        FEATURES,
        STRENGTHS,
        lambda s: label_by_features(parts["train"], parts["validation"], s),
        parts,
    )
    kinds, language_model = sources(parts)
    taggers, choices = chosen_taggers(parts, kinds)
    choices[FEATURES] = {"C": strength}
    rules = [heuristics.label_by_position(p.tokens, p.predicate) for p in test]
    runs = [result(RULES, 0, 0, test, rules)]
    for share in SHARES:
        for seed in SEEDS:
            train = draw(parts["train"], share, seed)
            if share < 1 or seed == 0:  # with all predicates nothing is drawn, and nothing random
                roles = label_by_features(train, test, strength)
                runs.append(result(FEATURES, len(train), seed, test, roles))
            for method, tagger in taggers.items():
                roles = tagger.fit_and_label(train, test, UPDATES[share], seed)
                runs.append(result(method, len(train), seed, test, roles))
        kept = [slim(run, len(parts["train"])) for run in runs]
        results = {"language_model": language_model, "choices": choices, "runs": kept}
        record("semantic_roles", {**results, **compared(runs, parts)})


def compared(runs: list[dict], parts: dict[str, list[Proposition]]) -> dict:
    """The summary, and the paired tests, of the first seed with all training predicates."""
    test = parts["test"]
    chosen = {
        run["method"]: run
        for run in runs
        if run["seed"] == 0 and run["predicates"] in (0, len(parts["train"]))
    }
    sentences = [p.key for p in test]
    counts = {name: judging.span_counts(test, run["roles"]) for name, run in chosen.items()}
    tests = [
        {"methods": pair, "p": judging.same_f1_test(*(counts[m] for m in pair), sentences)}
        for pair in combinations(chosen, 2)
    ]
    summary = {
        "task": "semantic role labelling",
        "data": f"{len(test)} predicates of the test articles, {len(parts['train'])} to learn from",
        "metric": "span F1",
        "higher_is_better": True,
        "rows": [
            {
                "method": name,
                "kind": KINDS.get(name, "neural"),
                "value": run["f1"],
                "interval": run["interval"],
            }
            for name, run in chosen.items()
        ],
    }
    return {"tests": tests, "summary": summary}


if __name__ == "__main__":
    main()
