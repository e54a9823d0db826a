"""Which film will be rated next? Popularity, Markov chains, matrix factorisation, and a GRU.

    python benchmarks/recommendation.py

All methods are judged on the same sessions of MovieLens, later than those that they were trained
on. Settings are chosen on the validation part. The GRU is trained with four losses and three seeds;
on parts of the data, for a learning curve; and on sessions in another order, to see what the order
is worth. Writes ``results/recommendation.json``, which chapter 7 reads. Takes a quarter
of an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from collections.abc import Callable, Sequence

import numpy as np
from recording import record

from lmbook_utils import metrics, models, reproducibility, training
from lmbook_utils.datasets.movielens import MovieLens, load_movielens
from lmbook_utils.ngram import NGramModel
from lmbook_utils.tasks import recommendation as rec
from lmbook_utils.vocabulary import Vocabulary

SEEDS = (0, 1, 2)
UNITS, DROPOUT, STEPS, LEARNING_RATE = 64, 0.3, 2000, 6e-3
LOSSES = {
    "cross-entropy": None,
    "BPR": rec.BPR(),
    "TOP1": rec.TOP1(),
    "TOP1-max": rec.TOP1Max(drawn=512),
}
SHARES_OF_USERS = (0.125, 0.25, 0.5)
RECENT = 5 * 365 * 86_400  # five years, in seconds

Parts = dict[str, list[rec.Session]]


def train_vocabulary(sessions: Sequence[rec.Session]) -> Vocabulary:
    return Vocabulary.from_sentences(rec.sentences(sessions), min_count=2)


def recent(sessions: Sequence[rec.Session]) -> list[rec.Session]:
    end = max(session.end for session in sessions)
    return [session for session in sessions if session.end > end - RECENT]


def ngrams(
    sessions: Sequence[rec.Session], vocabulary: Vocabulary, order: int, smoothing: str, **settings
) -> rec.NGramRecommender:
    model = NGramModel(order, smoothing, **settings)
    return rec.NGramRecommender(model.fit(rec.sentences(sessions), vocabulary))


def network(
    parts: Parts, vocabulary: Vocabulary, loss: str = "cross-entropy", seed: int = 0, steps=STEPS
) -> rec.NeuralRecommender:
    reproducibility.set_seed(seed)
    ids = {
        part: vocabulary.encode_sentences(rec.sentences(parts[part]))
        for part in ("train", "validation")
    }
    size = len(vocabulary)
    # The ranking losses know no probabilities, and start from zeros.
    bias = metrics.unigram_log_probs(ids["train"], size) if LOSSES[loss] is None else None
    model = models.build_language_model(
        "gru", size, UNITS, UNITS, dropout=DROPOUT, output_bias=bias, tied=True
    )
    training.train_language_model(
        model,
        ids["train"],
        ids["validation"],
        steps=steps,
        learning_rate=LEARNING_RATE,
        warmup_steps=min(100, steps // 4),
        evaluations=1,
        output_loss=LOSSES[loss],
    )
    return rec.NeuralRecommender(model, vocabulary)


def judge(recommender: rec.Recommender, parts: Parts, part: str) -> rec.Outcomes:
    names = list(parts)
    history = [session for name in names[: names.index(part)] for session in parts[name]]
    return rec.judge(recommender, parts[part], history)


def summarize(outcomes: Sequence[rec.Outcomes], films: int) -> dict:
    """Mean over seeds; the intervals say how much other users would change it."""
    users = outcomes[0].users
    measures = {
        "recall": np.mean([run.hits() for run in outcomes], axis=0),
        "mrr": np.mean([run.reciprocal_ranks() for run in outcomes], axis=0),
    }
    row = {}
    for name, values in measures.items():
        row[name] = float(values.mean())
        row[f"{name}_interval"] = list(metrics.mean_interval(values, users))
    row["recall_by_seed"] = [float(run.hits().mean()) for run in outcomes]
    row["coverage"] = float(np.mean([run.coverage(films) for run in outcomes]))
    row["share_of_popular"] = float(np.mean([run.share_of_popular() for run in outcomes]))
    return row


def tune(parts: Parts, vocabulary: Vocabulary) -> list[dict]:
    """Settings of the classical methods, on the validation part."""
    words = rec.sentences(parts["train"])
    candidates: dict[str, Callable[[], rec.Recommender]] = {
        f"{smoothing}, order {order}": lambda o=order, s=smoothing: ngrams(
            parts["train"], vocabulary, o, s, k=0.01
        )
        for smoothing in ("mle", "add-k", "kneser-ney")
        for order in (2, 3)
    }
    candidates |= {
        f"matrix factorisation, {factors} factors, regularisation {weight}": (
            lambda f=factors, w=weight: rec.matrix_factorisation(f, w).fit(words, vocabulary)
        )
        for factors in (32, 64, 128)
        for weight in (1.0, 10.0, 100.0)
    }
    candidates |= {
        f"nearest neighbours of the last {last or 'session'}": (
            lambda n=last: rec.nearest_neighbours(last=n).fit(words, vocabulary)
        )
        for last in (1, 2, 5, 10, None)
    }
    rows = []
    for name, make in candidates.items():
        outcomes = judge(make(), parts, "validation")
        rows.append(
            {
                "method": name,
                "recall": float(outcomes.hits().mean()),
                "mrr": float(outcomes.reciprocal_ranks().mean()),
            }
        )
        print(rows[-1], flush=True)
    return rows


def classical(parts: Parts, vocabulary: Vocabulary) -> dict[str, tuple[str, rec.Recommender]]:
    """Name → kind and recommender."""
    train = parts["train"]
    words = rec.sentences(train)
    return {
        "popularity": ("baseline", ngrams(train, vocabulary, 1, "mle")),
        "popularity of five years": (
            "baseline",
            ngrams(recent(train), vocabulary, 1, "add-k", k=1e-6),
        ),
        "Markov chain": ("classical", ngrams(train, vocabulary, 2, "kneser-ney")),
        "trigrams": ("classical", ngrams(train, vocabulary, 3, "kneser-ney")),
        "matrix factorisation": (
            "classical",
            rec.matrix_factorisation().fit(words, vocabulary),
        ),
        "nearest neighbours": ("classical", rec.nearest_neighbours().fit(words, vocabulary)),
    }


def compare(parts: Parts, vocabulary: Vocabulary) -> tuple[list[dict], list[dict]]:
    """All methods on the test part, and paired tests of each against each."""
    kinds, outcomes = {}, {}
    for name, (kind, recommender) in classical(parts, vocabulary).items():
        kinds[name], outcomes[name] = kind, [judge(recommender, parts, "test")]
    for loss in LOSSES:
        kinds[f"GRU, {loss}"] = "neural"
        outcomes[f"GRU, {loss}"] = [
            judge(network(parts, vocabulary, loss, seed), parts, "test") for seed in SEEDS
        ]
    films = len(vocabulary) - 4
    rows = []
    for name, runs in outcomes.items():
        rows.append({"method": name, "kind": kinds[name], **summarize(runs, films)})
        print(rows[-1], flush=True)
    users = outcomes["popularity"][0].users
    hits = {name: np.mean([run.hits() for run in runs], axis=0) for name, runs in outcomes.items()}
    tests = [
        {
            "method": name,
            "against": other,
            "difference": float((hits[name] - hits[other]).mean()),
            "p": rec.paired_test(hits[name], hits[other], users),
        }
        for place, name in enumerate(hits)
        for other in list(hits)[:place]
    ]
    return rows, tests


def some_users(sessions: Sequence[rec.Session], share: float) -> list[rec.Session]:
    """The sessions of a part of the users; a smaller part is inside of every larger one."""
    users = sorted({session.user for session in sessions})
    order = np.random.default_rng(0).permutation(users)
    chosen = set(order[: round(share * len(users))].tolist())
    return [session for session in sessions if session.user in chosen]


def selected(parts: Parts, steps: int) -> dict[str, list[float]]:
    """Recall@20 on the test part of four methods; of the GRU with two seeds."""
    vocabulary = train_vocabulary(parts["train"])
    known = classical(parts, vocabulary)
    recalls = {
        name: [float(judge(known[name][1], parts, "test").hits().mean())]
        for name in ("popularity", "Markov chain", "matrix factorisation", "nearest neighbours")
    }
    recalls["GRU, cross-entropy"] = [
        float(
            judge(network(parts, vocabulary, seed=seed, steps=steps), parts, "test").hits().mean()
        )
        for seed in SEEDS[:2]
    ]
    return recalls


def learning_curve(parts: Parts) -> list[dict]:
    rows = []
    for share in SHARES_OF_USERS:
        part = {**parts, "train": some_users(parts["train"], share)}
        # Fewer data want fewer steps, but more passes.
        steps = round(STEPS * share**0.5)
        rows.append(
            {
                "share_of_users": share,
                "ratings": sum(len(session.films) for session in part["train"]),
                "steps": steps,
                "recall": selected(part, steps),
            }
        )
        print(rows[-1], flush=True)
    return rows


def orders(ratings: MovieLens) -> list[dict]:
    """The same ratings, with other orders within a session, in training and in test."""
    rows = []
    for order in ("file", "shuffled"):
        parts = rec.split_sessions(ratings, order)
        rows.append({"order": order, "recall": selected(parts, STEPS)})
        print(rows[-1], flush=True)
    return rows


def description(parts: Parts, vocabulary: Vocabulary) -> dict:
    return {
        "settings": {
            "units": UNITS,
            "dropout": DROPOUT,
            "steps": STEPS,
            "learning_rate": LEARNING_RATE,
            "seeds": list(SEEDS),
        },
        "films": len(vocabulary) - 4,
        "parts": {
            part: {
                "ratings": sum(len(session.films) for session in sessions),
                "sessions": len(sessions),
                "users": len({session.user for session in sessions}),
            }
            for part, sessions in parts.items()
        },
    }


def summary(rows: Sequence[dict]) -> dict:
    """What the chapter's index shows."""
    return {
        "task": "recommendation: the next film of a session",
        "data": "MovieLens, 15,001 ratings of 118 users from 2014 on",
        "metric": "recall@20",
        "higher_is_better": True,
        "rows": [
            {
                "method": row["method"],
                "kind": row["kind"],
                "value": row["recall"],
                "interval": row["recall_interval"],
            }
            for row in rows
        ],
    }


def main() -> None:
    ratings = load_movielens()
    parts = rec.split_sessions(ratings)
    vocabulary = train_vocabulary(parts["train"])
    results = description(parts, vocabulary)
    results["validation"] = tune(parts, vocabulary)
    rows, results["tests"] = compare(parts, vocabulary)
    results = {"summary": summary(rows), **results, "methods": rows}
    # After each part, as the whole takes long
    print(record("recommendation", results))
    results["orders"] = orders(ratings)
    print(record("recommendation", results))
    results["learning_curve"] = learning_curve(parts)
    print(record("recommendation", results))


if __name__ == "__main__":
    main()
