"""N-gram models of this book beside KenLM and NLTK: time, memory, and growth with the text.

    make kenlm
    python benchmarks/ngram.py

Trains models of order 5 on 10,000 to nearly six million tokens of film reviews. Each training is a
process of its own, so that its largest memory can be read; ours and KenLM's take turns, and the
median of the rounds counts. It takes about four minutes and writes ``results/ngram.json``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from recording import record
from tqdm import tqdm

from lmbook_utils.ngram import NGramModel

KENLM = Path(__file__).resolve().parent.parent / "_build" / "kenlm"
ORDER = 5
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, None)  # tokens; None for all
ROUNDS = 3
TEST_TOKENS = 300_000
NLTK_SIZES = SIZES[:3]  # its time for each word grows with the training text
NLTK_TEST = 300  # tokens


def read_sentences(path: Path) -> list[list[str]]:
    """Read a text with one sentence a line, and blanks between its tokens."""
    return [line.split() for line in path.read_text(encoding="utf-8").splitlines()]


def write_texts(folder: str) -> dict[str, str]:
    """The task ``write-texts``: write training texts of all sizes and a test text to a folder.

    It is a process of its own because a process counts its parent's memory as its own at first.
    Returns the path of each text by its number of tokens, and of ``"test"``.
    """
    from lmbook_utils import preprocessing
    from lmbook_utils.datasets.reviews import load_movie_reviews

    reviews = load_movie_reviews()

    def sentences(part: str) -> list[list[str]]:
        tokens = (
            preprocessing.tokenize(sentence)
            for text in tqdm(reviews.part(part)[0], desc=f"tokenising {part}", disable=None)
            for sentence in preprocessing.split_sentences(text)
        )
        # KenLM would read these as its own signs.
        return [[t for t in s if t not in ("<s>", "</s>", "<unk>")] for s in tokens]

    def write(name: str, chosen: list[list[str]]) -> str:
        path = Path(folder, name)
        path.write_text("".join(" ".join(s) + "\n" for s in chosen), encoding="utf-8")
        return str(path)

    train, test = sentences("train"), sentences("test")
    ends, test_ends = (np.cumsum([len(s) + 1 for s in text]) for text in (train, test))
    paths = {}
    for size in SIZES:
        number = len(train) if size is None else int(np.searchsorted(ends, size)) + 1
        paths[str(ends[number - 1])] = write(f"train-{number}", train[:number])
    return {**paths, "test": write("test", test[: int(np.searchsorted(test_ends, TEST_TOKENS))])}


def run(command: list[str]) -> dict[str, float]:
    """Run a process; return its wall-clock seconds, its largest memory, and what it measured."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise RuntimeError(f"{' '.join(command)} failed with status {status}")
    measured = json.loads(output) if output.startswith(b"{") else {}
    return {"seconds": seconds, "megabytes": usage.ru_maxrss / 1024, **measured}


def run_in_child(task: str, *arguments: str | Path) -> dict[str, float]:
    """Run a task of this file in a process of its own."""
    return run([sys.executable, __file__, task, *map(str, arguments)])


def train_ours(text: str) -> dict[str, float]:
    """The task ``train-ours``: fit a model to a text that is read line by line."""
    start = time.perf_counter()
    with Path(text).open(encoding="utf-8") as lines:
        model = NGramModel(ORDER).fit(line.split() for line in lines)
    return {
        "fit_seconds": time.perf_counter() - start,
        "ngrams": sum(model.sizes),
        "model_megabytes": model.nbytes / 2**20,
    }


def score_ours(arpa: str, text: str) -> dict[str, float]:
    """The task ``score-ours``: tokens a second over a text."""
    model, sentences = NGramModel.read_arpa(arpa), read_sentences(Path(text))
    start = time.perf_counter()
    log_probs = model.score(sentences)
    seconds = time.perf_counter() - start
    return {"tokens_per_second": len(log_probs) / seconds, "log_prob": float(log_probs.sum())}


def score_kenlm(arpa: str, text: str) -> dict[str, float]:
    """The task ``score-kenlm``: the same with KenLM's Python module."""
    sys.path.insert(0, str(KENLM / "python"))
    import kenlm

    model, lines = kenlm.Model(arpa), Path(text).read_text(encoding="utf-8").splitlines()
    tokens = sum(len(line.split()) + 1 for line in lines)
    start = time.perf_counter()
    total = sum(map(model.score, lines))
    seconds = time.perf_counter() - start
    return {"tokens_per_second": tokens / seconds, "log_prob": float(total * np.log(10))}


def score_nltk(train: str, test: str) -> dict[str, float]:
    """The task ``score-nltk``: NLTK's Kneser–Ney and ours, on the same few sentences."""
    from nltk.lm import KneserNeyInterpolated
    from nltk.lm.preprocessing import pad_both_ends, padded_everygram_pipeline

    training = read_sentences(Path(train))
    sentences, tokens = [], 0
    for sentence in read_sentences(Path(test)):
        if tokens < NLTK_TEST:
            sentences.append(sentence)
            tokens += len(sentence) + 1
    theirs = KneserNeyInterpolated(3)
    start = time.perf_counter()
    theirs.fit(*padded_everygram_pipeline(3, training))
    fitted = time.perf_counter()
    for sentence in sentences:
        padded = list(pad_both_ends(sentence, 3))
        for t in range(2, len(padded) - 1):
            theirs.logscore(padded[t], padded[t - 2 : t])
    scored = time.perf_counter()
    ours = NGramModel(3).fit(training)
    ours_fitted = time.perf_counter()
    repeats = 100
    for _ in range(repeats):  # once would be too short to measure
        ours.score(sentences)
    ours_scored = time.perf_counter()
    return {
        "nltk_fit_seconds": fitted - start,
        "nltk_tokens_per_second": tokens / (scored - fitted),
        "ours_fit_seconds": ours_fitted - scored,
        "ours_tokens_per_second": repeats * tokens / (ours_scored - ours_fitted),
    }


TASKS = {
    "write-texts": write_texts,
    "train-ours": train_ours,
    "score-ours": score_ours,
    "score-kenlm": score_kenlm,
    "score-nltk": score_nltk,
}


def lmplz(text: str, folder: Path, arpa: str = os.devnull) -> list[str]:
    """KenLM's training with the two gigabytes that are fair to it (its default is slow here)."""
    options = ["-o", str(ORDER), "-S", "2G", "-T", str(folder), "--discount_fallback"]
    return [str(KENLM / "bin" / "lmplz"), *options, "--text", text, "--arpa", arpa]


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(row[key] for row in rounds) for key in rounds[0]}


def measure(folder: Path) -> dict:
    """Run everything; return the results."""
    output = subprocess.check_output([sys.executable, __file__, "write-texts", str(folder)])
    paths = json.loads(output)
    test = paths.pop("test")
    texts = {int(tokens): path for tokens, path in paths.items()}
    training = []
    for tokens, text in texts.items():
        ours, kenlm = [], []
        for _ in range(ROUNDS):
            ours.append(run_in_child("train-ours", text))
            kenlm.append(run(lmplz(text, folder)))
        row = {"tokens": tokens, "ours": medians(ours), "kenlm": medians(kenlm)}
        row["process_ratio"] = row["ours"]["seconds"] / row["kenlm"]["seconds"]
        row["fit_ratio"] = row["ours"]["fit_seconds"] / row["kenlm"]["seconds"]
        training.append(row)
        print(row, flush=True)
    million = texts[min(texts, key=lambda tokens: abs(tokens - 1_000_000))]
    arpa = folder / "model.arpa"
    run(lmplz(million, folder, str(arpa)))
    ours, kenlm = [], []
    for _ in range(ROUNDS):
        ours.append(run_in_child("score-ours", arpa, test))
        kenlm.append(run_in_child("score-kenlm", arpa, test))
    scoring = {"ours": medians(ours), "kenlm": medians(kenlm)}
    print(scoring, flush=True)
    nltk = []
    for tokens, text in list(texts.items())[: len(NLTK_SIZES)]:
        row = medians([run_in_child("score-nltk", text, test) for _ in range(ROUNDS)])
        nltk.append({"tokens": tokens, **row})
        print(nltk[-1], flush=True)
    return {
        "order": ORDER,
        "rounds": ROUNDS,
        "training": training,
        "scoring": scoring,
        "nltk": nltk,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="N-gram models: time and memory beside KenLM's.")
    parser.add_argument("task", nargs="?", choices=TASKS, help="(used by the script itself)")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    if options.task:
        print(json.dumps(TASKS[options.task](*options.arguments)))
        return
    if not (KENLM / "bin" / "lmplz").exists():
        sys.exit("KenLM is not built; build it with: make kenlm")
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder))
    print("→", record("ngram", results))


if __name__ == "__main__":
    main()
