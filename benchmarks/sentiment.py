"""All classifiers of reviews side by side: the classical ones are run here, the networks read.

    python benchmarks/sentiment_recurrent.py
    python benchmarks/sentiment_minilm.py
    python benchmarks/sentiment.py

The majority, naive Bayes of order 1 and 2, and logistic regression on TF-IDF, on 100, 1,000 and all
labels of Rotten Tomatoes and of IMDb. The networks' log-odds on the test reviews come from the
results of the first two scripts. The summary is of Rotten Tomatoes with the most labels that every
method was run with; there, and with all labels, all pairs of methods are tested. Writes
``results/sentiment.json``. Takes a few minutes on one core.
"""

import json
from itertools import combinations

import numpy as np
import sentiment_runs as runs
from recording import RESULTS, record

from lmbook_utils.tasks.sentiment import classical, data, judging

KINDS = {
    "majority": "baseline",
    "naive Bayes, unigrams": "classical",
    "naive Bayes, bigrams": "classical",
    "logistic regression, TF-IDF": "classical",
    "LSTM from scratch": "neural",
    "LSTM, pre-trained": "neural",
    "MiniLM, frozen": "neural",
    "MiniLM, fine-tuned": "neural",
}


def classical_log_odds(train: data.Reviews, test: data.Reviews) -> dict[str, np.ndarray]:
    """Log-odds of the test reviews by each classical method."""
    bayes = {
        "naive Bayes, unigrams": classical.NaiveBayes(),
        "naive Bayes, bigrams": classical.NaiveBayes(2, "kneser-ney"),
    }
    regression = classical.build_tfidf_classifier().fit(train.words, train.labels)
    return {
        "majority": np.full(len(test.labels), classical.prior_log_odds(train.labels)),
        **{
            name: b.fit(train.words, train.labels).log_odds(test.words) for name, b in bayes.items()
        },
        "logistic regression, TF-IDF": regression.decision_function(test.words),
    }


def classical_runs(source: str, parts: dict[str, data.Reviews]) -> list[dict]:
    found = []
    for size in runs.SIZES[source]:
        for seed in runs.SEEDS[size]:
            train = runs.draw(parts["train"], size, seed)
            for method, log_odds in classical_log_odds(train, parts["test"]).items():
                found.append(
                    runs.result(
                        source, method, len(train.texts), seed, parts["test"].labels, log_odds
                    )
                )
    return found


def largest_common_size(found: list[dict]) -> int:
    """The largest number of labels of Rotten Tomatoes that every method was run with."""
    sizes = [
        {
            run["labels"]
            for run in found
            if (run["source"], run["method"]) == ("rotten tomatoes", method)
        }
        for method in KINDS
    ]
    return max(set.intersection(*sizes))


def paired_tests(found: list[dict], labels: np.ndarray, size: int) -> list[dict]:
    """All pairs of methods on the test sentences of Rotten Tomatoes; seed 0."""
    own = {
        run["method"]: np.array(run["log_odds"])
        for run in found
        if (run["source"], run["labels"], run["seed"]) == ("rotten tomatoes", size, 0)
    }
    return [
        {
            "labels": size,
            "methods": [one, other],
            "p": judging.same_accuracy_test(labels, own[one], own[other]),
        }
        for one, other in combinations(own, 2)
    ]


def networks_runs() -> list[dict]:
    """The runs of the other two scripts."""
    found = []
    for name in ("sentiment_recurrent", "sentiment_minilm"):
        text = (RESULTS / f"{name}.json").read_text(encoding="utf-8")
        found += json.loads(text)["results"]["runs"]
    return found


def main() -> None:
    sources = {source: runs.load(source) for source in runs.SIZES}
    found = [run for source, parts in sources.items() for run in classical_runs(source, parts)]
    whole = data.load_reviews("imdb")
    for method, log_odds in classical_log_odds(whole["train"], whole["test"]).items():
        size = len(whole["train"].texts)
        labels = whole["test"].labels
        found.append(runs.result("imdb, whole reviews", method, size, 0, labels, log_odds))
    found += networks_runs()
    sentences = sources["rotten tomatoes"]
    all_labels = len(sentences["train"].texts)
    size = largest_common_size(found)
    rows = [
        {
            "method": run["method"],
            "kind": KINDS[run["method"]],
            "value": run["accuracy"],
            "interval": run["interval"],
        }
        for run in found
        if (run["source"], run["labels"], run["seed"]) == ("rotten tomatoes", size, 0)
    ]
    tests = [
        test
        for n in sorted({size, all_labels})
        for test in paired_tests(found, sentences["test"].labels, n)
    ]
    summary = {
        "task": "Sentiment analysis",
        "data": f"Rotten Tomatoes, {size:,} labels, {len(sentences['test'].texts)} test sentences",
        "metric": "accuracy",
        "higher_is_better": True,
        "rows": rows,
    }
    classical_only = [r for r in found if KINDS[r["method"]] != "neural"]
    record("sentiment", {"summary": summary, "tests": tests, "runs": classical_only})


if __name__ == "__main__":
    main()
