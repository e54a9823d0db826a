"""Questions about Wikipedia: MiniLM beside the search by words, and as a reader of answers.

    python benchmarks/question_answering.py

Chooses the parameters of each ranking on the development questions; turns all 17,579 sentences of
the corpus into vectors (they are kept in the cache folder, so that a run that was broken off goes
on where it was); reads the passages that the search by words and that by vectors find together,
with and without what MiniLM says of each possible answer; and trains the reader on parts of the
development questions, for a learning curve. Writes ``results/question_answering.json``, which
chapter 7 reads. Takes about half an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import hashlib
import io
import itertools
from collections.abc import Sequence

import numpy as np
from recording import record

from lmbook_utils import datasets, metrics, storage
from lmbook_utils.tasks import minilm
from lmbook_utils.tasks.question_answering import judging, neural, reading, retrieval
from lmbook_utils.tasks.question_answering.data import (
    Question,
    answer_text,
    load_questions,
    split_questions,
)
from lmbook_utils.tasks.question_answering.passages import (
    Passage,
    PassageIndex,
    build_index,
    make_passages,
)

NEIGHBOURS, TITLES = (0.0, 0.25, 0.5, 1.0), (0.0, 1.0, 2.0)
K1S, BS = (0.6, 0.9, 1.2, 1.5, 2.0), (0.25, 0.5, 0.75, 1.0)
MUS, WEIGHTS = (10.0, 30.0, 100.0, 300.0, 1000.0), (0.1, 0.3, 0.5, 0.7, 0.9)
CS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
LIST = 50  # how much of MiniLM's ranking is kept
SIZES, SEEDS = (20, 40, 80), (0, 1, 2, 3, 4)
CHUNK = 1024


def answerable(questions: Sequence[Question]) -> list[Question]:
    return [question for question in questions if question.answers]


def measures(outcomes) -> dict:
    return {
        "mrr": float(outcomes.reciprocal_ranks(100).mean()),
        **{f"recall@{k}": float(outcomes.hits(k).mean()) for k in (1, 5, 20, 100)},
    }


def tune(passages: Sequence[Passage], questions: Sequence[Question]) -> dict:
    """The mean reciprocal rank of the development questions for each setting."""
    found: dict[str, list] = {"fields": [], "bm25": [], "dirichlet": [], "jelinek-mercer": []}
    for neighbour, title in itertools.product(NEIGHBOURS, TITLES):
        index = build_index(passages, neighbour, title)
        outcomes = judging.judge_ranking(lambda q, i=index: retrieval.bm25(i, q), index, questions)
        found["fields"].append({"neighbour": neighbour, "title": title, **measures(outcomes)})
        print(found["fields"][-1], flush=True)
    index = build_index(passages)
    rankings = {
        "bm25": [{"k1": k1, "b": b} for k1, b in itertools.product(K1S, BS)],
        "dirichlet": [{"mu": mu} for mu in MUS],
        "jelinek-mercer": [{"weight": weight} for weight in WEIGHTS],
    }
    for name, settings in rankings.items():
        function = retrieval.bm25 if name == "bm25" else retrieval.query_likelihood
        for setting in settings:
            outcomes = judging.judge_ranking(
                lambda q, f=function, s=setting: f(index, q, **s), index, questions
            )
            found[name].append({**setting, **measures(outcomes)})
            print(name, found[name][-1], flush=True)
    return found


def passage_vectors(passages: Sequence[Passage], encoder, tokenizer) -> np.ndarray:
    """MiniLM's vectors of all passages, shape (passages, 384), from the cache where they are.

    A file is named by the texts in it, and written whole or not at all: other passages, or a run
    that was broken off, leave nothing behind that would be taken for these vectors.
    """
    texts = [neural.text_to_encode(passage) for passage in passages]
    folder = storage.cache_directory() / "question-answering-vectors"
    folder.mkdir(parents=True, exist_ok=True)
    chunks = []
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        digest = hashlib.sha256("\0".join(chunk).encode("utf-8")).hexdigest()[:16]
        file = folder / f"{digest}.npy"
        if not file.exists():
            content = io.BytesIO()
            np.save(content, minilm.unit_vectors(encoder, tokenizer, chunk, neural.PIECES))
            storage.write_atomically(file, content.getvalue())
            print("encoded", start, flush=True)
        chunks.append(np.load(file))
    return np.concatenate(chunks)


def minilm_lists(questions: Sequence[Question], vectors, encoder, tokenizer) -> list[dict]:
    """The passages that are nearest to each question, as text so that the file stays small."""
    found = []
    for vector in minilm.unit_vectors(
        encoder, tokenizer, [q.text for q in questions], neural.PIECES
    ):
        cosines = vectors @ vector
        best = judging.best(cosines, LIST)
        found.append(
            {
                "passages": " ".join(map(str, best.tolist())),
                "cosines": " ".join(f"{cosines[i]:.3f}" for i in best),
            }
        )
    return found


def read(
    questions: Sequence[Question], lists: Sequence[dict], index: PassageIndex, encoder, tokenizer
) -> list[reading.Candidates]:
    """The candidates in the passages that both searches find together, with MiniLM's cosines."""
    found = []
    states_reader = minilm.states_of_pieces(encoder)
    for i, (question, row) in enumerate(zip(questions, lists, strict=True)):
        fused = retrieval.reciprocal_rank_fusion(
            retrieval.bm25(index, question.text), reading.recorded_scores(row, len(index.passages))
        )
        best = judging.best(fused, reading.PASSAGES_READ)
        one = reading.find_candidates(question.text, index, {int(b): fused[b] for b in best})
        found.append(
            neural.similarities(question.text, one, index, encoder, states_reader, tokenizer)
        )
        if i % 50 == 0:
            print("read", i, flush=True)
    return found


def answer_measures(questions: Sequence[Question], guesses: Sequence[reading.Guess]) -> dict:
    pairs = [
        (guess.text, [answer_text(a) for a in question.answers])
        for question, guess in zip(questions, guesses, strict=True)
        if question.answers
    ]
    exact = np.array([judging.exact_match(*pair) for pair in pairs])
    f1 = np.array([judging.token_f1(*pair) for pair in pairs])
    groups = judging.article_groups(answerable(questions))
    return {
        "exact": float(exact.mean()),
        "exact_interval": list(metrics.mean_interval(exact, groups)),
        "f1": float(f1.mean()),
        "f1_interval": list(metrics.mean_interval(f1, groups)),
    }


def places(guesses: Sequence[reading.Guess]) -> list[str]:
    """Where each guess stands: passage, first token, token after the last, score."""
    return [f"{g.passage} {g.span.start} {g.span.end} {g.score:.3f}" for g in guesses]


def main() -> None:
    passages = make_passages(datasets.load_wikipedia().articles)
    questions = load_questions()
    parts = split_questions(questions)
    results: dict = {"tuning": tune(passages, answerable(parts["development"]))}
    record("question_answering", results)

    encoder, tokenizer = minilm.load_encoder(), minilm.load_tokenizer()
    vectors = passage_vectors(passages, encoder, tokenizer)
    lists = minilm_lists(questions, vectors, encoder, tokenizer)
    results["minilm"] = lists
    record("question_answering", results)

    index = build_index(passages)
    candidates = dict(
        zip(questions, read(questions, lists, index, encoder, tokenizer), strict=True)
    )
    right = {q: reading.is_right(candidates[q], q, index) for q in questions}
    results["reading"], results["curve"] = readers(parts, candidates, right)
    results["summary"] = summary(results["reading"])
    record("question_answering", results)


def readers(parts: dict, candidates: dict, right: dict) -> tuple[dict, list[dict]]:
    """The readers, each with the setting that is best on the development questions."""
    development, test = parts["development"], parts["test"]
    groups = judging.article_groups(development)
    thumb = [reading.best_guess(candidates[q], reading.rule_of_thumb(candidates[q])) for q in test]
    found: dict = {"rule of thumb": {**answer_measures(test, thumb), "test": places(thumb)}}
    curve = []
    for name, without in {
        "logistic regression": reading.NEURAL,
        "logistic regression with MiniLM": (),
    }.items():
        by_c = {}
        for c in CS:
            scores = reading.cross_fitted_scores(
                [candidates[q] for q in development],
                [right[q] for q in development],
                groups,
                reading.AnswerScorer(c, without),
            )
            guesses = [
                reading.best_guess(candidates[q], s)
                for q, s in zip(development, scores, strict=True)
            ]
            by_c[c] = answer_measures(development, guesses), guesses
            print(name, c, by_c[c][0], flush=True)
        c = max(by_c, key=lambda c: by_c[c][0]["f1"])
        guesses = answer(development, test, candidates, right, c, without)
        found[name] = {
            "c": c,
            "tuning": [{"c": c, **by_c[c][0]} for c in CS],
            **answer_measures(test, guesses),
            "test": places(guesses),
            "development": places(by_c[c][1]),
        }
        print(name, "test", {k: found[name][k] for k in ("exact", "f1")}, flush=True)
        for size, seed in itertools.product(SIZES, SEEDS):
            drawn = np.random.default_rng(seed).permutation(len(development))[:size]
            some = [development[i] for i in drawn]
            guesses = answer(some, test, candidates, right, c, without)
            curve.append(
                {"reader": name, "questions": size, "seed": seed, **answer_measures(test, guesses)}
            )
        whole = {k: found[name][k] for k in ("exact", "f1")}
        curve.append({"reader": name, "questions": len(development), "seed": 0, **whole})
    return found, curve


def answer(train, test, candidates: dict, right: dict, c: float, without) -> list[reading.Guess]:
    scorer = reading.AnswerScorer(c, without)
    scorer.fit([candidates[q] for q in train], [right[q] for q in train])
    return [reading.best_guess(candidates[q], scorer.score(candidates[q])) for q in test]


def summary(found: dict) -> dict:
    kinds = dict(zip(found, ("baseline", "classical", "neural"), strict=True))
    return {
        "task": "question answering",
        "data": "168 questions about Wikipedia, the whole corpus searched",
        "metric": "F1",
        "higher_is_better": True,
        "rows": [
            {
                "method": name,
                "kind": kinds[name],
                "value": row["f1"],
                "interval": row["f1_interval"],
            }
            for name, row in found.items()
        ],
    }


if __name__ == "__main__":
    main()
