"""Summarisation: every method on the 250 papers of ACLSum, and small networks over their sentences.

    python benchmarks/summarisation.py

MiniLM turns each sentence into a vector once (the first 64 word pieces); the vectors are kept in
the cache folder. On the vectors a logistic regression and a GRU are trained, beside the classical
methods that the chapter runs too: with the marks of 10, 30 and 100 training papers, three draws of
each (with 100: three seeds). Settings and the number of sentences are chosen on the
validation papers. Writes ``results/summarisation.json``, with the networks' scores of the test
sentences, so that the chapter can judge them anew. Takes about 20 minutes on one core.
(``summarisation_writing.py`` is about a network that writes.)
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from collections.abc import Callable, Sequence

import numpy as np
from recording import record
from sklearn.linear_model import LogisticRegression

from lmbook_utils import datasets, reproducibility, storage
from lmbook_utils.datasets.aclsum import ASPECTS, Paper
from lmbook_utils.tasks import minilm
from lmbook_utils.tasks.summarisation import (
    classical,
    extraction,
    judging,
    networks,
    rouge,
    surprisal,
    textrank,
)

PIECES = 64
SCALE = 8.0  # of the unit vectors, so that they weigh about as much as the places
CS = {"TF-IDF": (1.0, 3.0), "MiniLM": (0.03, 0.1, 0.3)}
UNITS, DROPOUT, RATE, EPOCHS, BATCH = 32, 0.5, 1e-2, 25, 16  # of the GRU
SIZES = (10, 30, 100)
SEEDS = (0, 1, 2)

Scores = dict[str, list[list[np.ndarray]]]
"""Part of the split → aspect by aspect, paper by paper, one score for each sentence."""
Papers = dict[str, list[Paper]]
JUDGED = ("validation", "test")


def sentence_vectors(papers: Papers) -> dict[str, list[np.ndarray]]:
    """MiniLM's vectors, of length ``SCALE``, and the places: of each paper (sentences, 415)."""
    file = storage.cache_directory() / f"summarisation-minilm-{PIECES}.npz"
    if not file.exists():
        encoder, tokenizer = minilm.load_encoder(), minilm.load_tokenizer()
        flat = {part: [s for paper in of for s in paper.sentences] for part, of in papers.items()}
        np.savez(file, **{p: minilm.encode(encoder, tokenizer, s, PIECES) for p, s in flat.items()})
    found = {}
    with np.load(file) as stored:
        for part, of in papers.items():
            vectors = stored[part] / np.linalg.norm(stored[part], axis=1, keepdims=True)
            ends = np.cumsum([len(paper.sentences) for paper in of])[:-1]
            found[part] = [
                np.hstack([SCALE * own, classical.place_features(paper.sentences, paper.sections)])
                for own, paper in zip(np.split(vectors, ends), of, strict=True)
            ]
    return found


# ---------------------------------------------------------------------------------------------
# Systems: what gives each sentence of the validation and of the test papers a score


def same_for_all_aspects(papers: Papers, score: Callable[[Paper], np.ndarray]) -> Scores:
    return {part: [[score(paper) for paper in papers[part]]] * len(ASPECTS) for part in JUDGED}


def general_systems(papers: Papers) -> dict[str, Scores]:
    """The systems that see no mark, and do not know what an aspect is."""
    rng = np.random.default_rng(0)
    trigrams = surprisal.train_language_model(papers["train"])
    unigrams = surprisal.train_unigram_model(papers["train"])
    systems = {
        "random sentences": lambda paper: rng.random(len(paper.sentences)),
        "lead": lambda paper: extraction.lead_scores(paper.sentences),
        "lowest surprisal": lambda p: -surprisal.surprisals(trigrams, p.sentences).mean,
        "highest surprisal": lambda p: surprisal.surprisals(trigrams, p.sentences).mean,
        "own-text model": lambda p: -surprisal.own_text_surprisals(unigrams, p.sentences).mean,
        "TextRank": lambda paper: textrank.textrank_scores(paper.sentences),
    }
    return {name: same_for_all_aspects(papers, score) for name, score in systems.items()}


def classifier_scores(papers: Papers, train: Sequence[Paper], **settings: float | bool) -> Scores:
    found: Scores = {part: [] for part in JUDGED}
    for aspect in ASPECTS:
        classifier = classical.SentenceClassifier(**settings).fit(train, aspect)
        for part in JUDGED:
            found[part].append(
                [classifier.scores(paper.sentences, paper.sections) for paper in papers[part]]
            )
    return found


def minilm_scores(vectors: dict, train: Sequence[Paper], own: Sequence, C: float) -> Scores:
    """A logistic regression on the vectors of the training papers, ``own``."""
    found: Scores = {part: [] for part in JUDGED}
    for aspect in ASPECTS:
        labels = [label for paper in train for label in paper.labels[aspect]]
        model = LogisticRegression(C=C, max_iter=2000).fit(np.vstack(own), labels)
        for part in JUDGED:
            found[part].append([model.decision_function(v) for v in vectors[part]])
    return found


def gru_scores(
    vectors: dict, papers: Papers, train: Sequence[Paper], own: Sequence, seed: int
) -> Scores:
    reproducibility.set_seed(seed)
    network = networks.build_extractor(own[0].shape[1], UNITS, dropout=DROPOUT)
    validation = vectors["validation"], papers["validation"]
    # With few papers more epochs, so that there are about as many updates.
    epochs = EPOCHS * max(1, round(len(papers["train"]) / len(train) / 2))
    losses = networks.train_extractor(network, own, train, validation, epochs, RATE, BATCH, seed)
    print("  best epoch", int(np.argmin(losses)) + 1, "of", epochs, f"loss {min(losses):.4f}")
    found = {}
    for part in JUDGED:
        scores = networks.extractor_scores(network, vectors[part])
        found[part] = [[own[:, j] for own in scores] for j in range(len(ASPECTS))]
    return found


# ---------------------------------------------------------------------------------------------
# Judging


def judge(papers: Papers, scores: Scores) -> dict:
    """Lengths chosen on the validation papers; ROUGE of the test papers, (aspects, papers)."""
    lengths = [
        judging.choose_length(papers["validation"], own, aspect)
        for aspect, own in zip(ASPECTS, scores["validation"], strict=True)
    ]
    judged = [
        judging.judge_extracts(papers["test"], own, aspect, k)
        for aspect, own, k in zip(ASPECTS, scores["test"], lengths, strict=True)
    ]
    values = {name: np.array([one[name] for one in judged]) for name in judging.ROUGE}
    return {"lengths": lengths, "values": values}


def judge_texts(papers: Papers, texts: Sequence[Sequence[str]]) -> dict:
    """ROUGE of written summaries of the test papers: texts aspect by aspect."""
    judged = [
        judging.rouge_scores(own, [paper.summaries[aspect] for paper in papers["test"]])
        for aspect, own in zip(ASPECTS, texts, strict=True)
    ]
    return {"values": {name: np.array([one[name] for one in judged]) for name in judging.ROUGE}}


def validation_rouge(papers: Papers, scores: Scores) -> float:
    """Mean ROUGE-1 of the validation papers, with the best lengths: what settings are chosen by."""
    found = []
    for aspect, own in zip(ASPECTS, scores["validation"], strict=True):
        k = judging.choose_length(papers["validation"], own, aspect)
        found.append(judging.judge_extracts(papers["validation"], own, aspect, k)["rouge1"].mean())
    return float(np.mean(found))


def rounded(judged: dict) -> dict:
    """What is kept of a run: lengths, and the means of each aspect."""
    means = {name: own.mean(axis=1).round(4).tolist() for name, own in judged["values"].items()}
    return {key: value for key, value in judged.items() if key != "values"} | {"means": means}


def compact(scores: np.ndarray) -> str:
    """One line of a JSON file for the scores of a paper's sentences, and not one for each."""
    return " ".join(f"{score:.4f}" for score in scores)


# ---------------------------------------------------------------------------------------------
# Bounds


def most_usual_summary(papers: Papers, aspect: str) -> str:
    """The training summary that the others are most like: one sentence for all papers."""
    references = [rouge.rouge_words(paper.summaries[aspect]) for paper in papers["train"]]
    means = [np.mean([rouge.rouge_n(one, r, 1).f1 for r in references]) for one in references]
    return papers["train"][int(np.argmax(means))].summaries[aspect]


def oracle_texts(papers: Papers) -> list[list[str]]:
    texts = []
    for aspect in ASPECTS:
        texts.append([])
        for paper in papers["test"]:
            own = [rouge.rouge_words(sentence) for sentence in paper.sentences]
            picked = extraction.greedy_oracle(own, rouge.rouge_words(paper.summaries[aspect]))
            texts[-1].append(judging.extract(paper.sentences, picked))
    return texts


def marked_texts(papers: Papers) -> list[list[str]]:
    return [
        [
            judging.extract(paper.sentences, np.flatnonzero(paper.labels[aspect]))
            for paper in papers["test"]
        ]
        for aspect in ASPECTS
    ]


# ---------------------------------------------------------------------------------------------
# The whole run


def draw(papers: Papers, vectors: dict, size: int, seed: int) -> tuple[list[Paper], list]:
    """Some training papers with their vectors; with one seed, fewer are part of more."""
    rows = np.random.default_rng(seed).permutation(len(papers["train"]))[:size]
    return [papers["train"][i] for i in rows], [vectors["train"][i] for i in rows]


def chosen_settings(papers: Papers, vectors: dict) -> dict[str, float]:
    candidates = {
        "TF-IDF": lambda C: classifier_scores(papers, papers["train"], C=C),
        "MiniLM": lambda C: minilm_scores(vectors, papers["train"], vectors["train"], C),
    }
    chosen = {}
    for name, of in candidates.items():
        values = {C: validation_rouge(papers, of(C)) for C in CS[name]}
        print(name, {C: round(v, 4) for C, v in values.items()}, flush=True)
        chosen[name] = max(values, key=values.get)
    return chosen


def learners(papers: Papers, vectors: dict, C: dict[str, float]) -> dict[str, Callable]:
    """Name → what trains on some papers with a seed, and gives scores."""
    return {
        "places only": lambda train, own, seed: classifier_scores(papers, train, words=False),
        "TF-IDF and places": lambda train, own, seed: classifier_scores(
            papers, train, C=C["TF-IDF"]
        ),
        "MiniLM and places": lambda train, own, seed: minilm_scores(
            vectors, train, own, C["MiniLM"]
        ),
        "GRU over MiniLM": lambda train, own, seed: gru_scores(vectors, papers, train, own, seed),
    }


KINDS = {
    "one sentence for all": "baseline",
    "random sentences": "baseline",
    "lead": "baseline",
    "places only": "baseline",
    "lowest surprisal": "classical",
    "highest surprisal": "classical",
    "own-text model": "classical",
    "TextRank": "classical",
    "TF-IDF and places": "classical",
    "MiniLM and places": "neural",
    "GRU over MiniLM": "neural",
}


def main() -> None:
    papers = datasets.load_aclsum()
    vectors = sentence_vectors(papers)
    C = chosen_settings(papers, vectors)
    results: dict = {"settings": {"C": C}, "runs": [], "scores": {}}
    judged = {name: judge(papers, scores) for name, scores in general_systems(papers).items()}
    for size in SIZES[::-1]:
        for name, learn in learners(papers, vectors, C).items():
            by_chance = size < SIZES[-1] or name.startswith("GRU")
            for seed in SEEDS if by_chance else SEEDS[:1]:
                scores = learn(*draw(papers, vectors, size, seed), seed)
                found = judge(papers, scores)
                run = {"method": name, "papers": size, "seed": seed, **rounded(found)}
                results["runs"].append(run)
                print(name, size, seed, run["lengths"], run["means"]["rouge1"], flush=True)
                if size == SIZES[-1] and seed == 0:
                    judged[name] = found
                    if KINDS[name] == "neural":
                        results["scores"][name] = [
                            [compact(own) for own in of] for of in scores["test"]
                        ]
    n = len(papers["test"])
    usual = [most_usual_summary(papers, aspect) for aspect in ASPECTS]
    judged["one sentence for all"] = judge_texts(papers, [[text] * n for text in usual])
    results["bounds"] = {
        "oracle": rounded(judge_texts(papers, oracle_texts(papers)))["means"],
        "all marked sentences": rounded(judge_texts(papers, marked_texts(papers)))["means"],
    }
    record("summarisation", results | finish(judged))


def finish(judged: dict[str, dict]) -> dict:
    """The summary for the index of the chapter, the means of all systems, and the paired tests."""
    rows = []
    for name in (name for name in KINDS if name in judged):
        mean, interval = judging.mean_with_interval(judged[name]["values"]["rouge1"])
        rows.append({"method": name, "kind": KINDS[name], "value": mean, "interval": interval})
    rouge_1 = {name: own["values"]["rouge1"] for name, own in judged.items()}
    summary = {
        "task": "Summarisation",
        "data": "ACLSum, 100 training papers, 100 test papers, three aspects",
        "metric": "ROUGE-1 (F1)",
        "higher_is_better": True,
        "rows": rows,
    }
    return {
        "summary": summary,
        "systems": {name: rounded(own) for name, own in judged.items()},
        "tests": {
            baseline: judging.paired_p_values(rouge_1, baseline)
            for baseline in ("lead", "places only", "TF-IDF and places")
        },
    }


if __name__ == "__main__":
    main()
