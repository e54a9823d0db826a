"""Word vectors of the Wikipedia corpus, judged on Gensim's own test files.

    python benchmarks/tools_word_vectors.py

Skip-gram (three seeds) and FastText (one, as it takes three times as long) read the training part
20 times over. They are compared with people's judgements of similarity (WordSim-353, SimLex-999)
and asked the Google analogies. Writes ``results/tools_word_vectors.json`` after each training;
chapter 8 reads it. Takes about 8 minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import numpy as np
from gensim.models import KeyedVectors
from gensim.test.utils import datapath
from recording import record

from lmbook_utils import corpus, word_vectors

RUNS = (("skip-gram", 0), ("fasttext", 0), ("skip-gram", 1), ("skip-gram", 2))  # kind, seed
SIZE, EPOCHS = 100, 20
SHOWN = ("river", "actor", "september", "red")
UNKNOWN = ("philosophically", "mathematicans")  # too rare for a vector of their own


def analogies(vectors: KeyedVectors) -> dict:
    """Questions asked, those with four known words, right answers, and those of guessing."""
    path = datapath(word_vectors.ANALOGY_FILE)
    questions = sum(map(len, word_vectors.read_analogies(path).values()))
    size = len(vectors)
    _, sections = vectors.evaluate_word_analogies(path, restrict_vocab=size)
    parts = [row for row in sections if row["section"] != "Total accuracy"]
    by_section = {
        row["section"]: [len(row["correct"]), len(row["correct"]) + len(row["incorrect"])]
        for row in parts
    }
    correct, known = np.sum(list(by_section.values()), axis=0)
    return {
        "questions": questions,
        "known": int(known),
        "correct": int(correct),
        "words_to_choose_from": size - 3,
        "by_section": by_section,
    }


def judge(vectors: KeyedVectors) -> dict:
    pairs = {
        name: vars(word_vectors.score_pairs(vectors, word_vectors.read_pairs(datapath(file))))
        for name, file in word_vectors.PAIR_FILES.items()
    }
    neighbours = {
        word: [[other, round(cosine, 3)] for other, cosine in vectors.most_similar(word, topn=5)]
        for word in SHOWN
    }
    return {"pairs": pairs, "analogies": analogies(vectors), "neighbours": neighbours}


def main() -> None:
    sentences = corpus.load_sentences("train")
    tokens = sum(map(len, sentences))
    rows = []
    for kind, seed in RUNS:
        model = word_vectors.train_word_vectors(sentences, kind, SIZE, EPOCHS, seed)
        row = {"kind": kind, "seed": seed, "words": len(model.wv), **judge(model.wv)}
        if kind == "fasttext":
            row["of_unknown_words"] = {
                word: [other for other, _ in model.wv.most_similar(word, topn=5)]
                for word in UNKNOWN
                if word not in model.wv.key_to_index
            }
        rows.append(row)
        print(row, flush=True)
        results = {"size": SIZE, "epochs": EPOCHS, "tokens": tokens, "runs": rows}
        print(record("tools_word_vectors", results), flush=True)


if __name__ == "__main__":
    main()
