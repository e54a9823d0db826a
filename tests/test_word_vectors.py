"""Word vectors are the same on each run, and are judged as SciPy and Gensim judge them."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath

from lmbook_utils import word_vectors

TEXT = [s.split() for s in ("the cat sat on the mat", "the dog sat on the log")] * 10


def vectors_of(words, seed=0):
    vectors = KeyedVectors(8)
    rng = np.random.default_rng(seed)
    vectors.add_vectors(words, rng.normal(size=(len(words), 8)).astype("float32"))
    return vectors


@pytest.mark.parametrize("kind", ["skip-gram", "fasttext"])
def test_the_same_seed_gives_the_same_vectors_and_another_seed_others(kind):
    first, second, other = (
        word_vectors.train_word_vectors(TEXT, kind, size=6, epochs=2, seed=seed).wv.vectors
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first, other)


def test_the_vectors_do_not_depend_on_the_hash_seed_of_python():
    code = (
        "from lmbook_utils import word_vectors as w\n"
        f"m = w.train_word_vectors({TEXT!r}, size=4, epochs=2)\n"
        "print(m.wv.index_to_key, m.wv.vectors.tobytes().hex())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_fasttext_has_a_vector_for_an_unknown_word_and_skip_gram_has_none():
    fasttext = word_vectors.train_word_vectors(TEXT, "fasttext", size=4, epochs=1).wv
    skip_gram = word_vectors.train_word_vectors(TEXT, size=4, epochs=1).wv
    assert fasttext["cats"].shape == (4,)
    with pytest.raises(KeyError):
        skip_gram["cats"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"kind": "glove"}, "kind must be one of skip-gram, fasttext; it was 'glove'"),
        ({"size": 0}, "size must be a whole number and at least 1; it was 0"),
        ({"seed": -1}, "seed must be a whole number and at least 0; it was -1"),
        ({"min_count": 99}, "sentences must have a word that occurs 99 times; none did"),
        ({"sentences": ["a b"]}, "sentences must be a list of lists of strings"),
        ({"sentences": []}, "sentences must have a word that occurs 5 times; none did"),
    ],
)
def test_what_cannot_be_trained_is_named(arguments, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        word_vectors.train_word_vectors(**{"sentences": TEXT, **arguments})


def test_the_score_of_pairs_is_gensims():
    path = datapath(word_vectors.PAIR_FILES["WordSim-353"])
    pairs = word_vectors.read_pairs(path)
    words = sorted({word for first, second, _ in pairs[:150] for word in (first, second)})
    vectors = vectors_of(words)
    _, theirs, unknown = vectors.evaluate_word_pairs(path)
    score = word_vectors.score_pairs(vectors, pairs, resamples=200)
    assert score.rho == pytest.approx(theirs.statistic)
    assert score.known / score.pairs == pytest.approx(1 - unknown / 100)
    low, high = score.interval
    assert low < score.rho < high


def test_fasttexts_vectors_of_unknown_words_are_not_judged():
    model = word_vectors.train_word_vectors(TEXT, "fasttext", size=4, epochs=1)
    pairs = [("the", "on", 1), ("sat", "the", 2), ("on", "sat", 3), ("cats", "dogs", 9)]
    assert word_vectors.score_pairs(model.wv, pairs, resamples=5).known == 3


def test_too_few_known_pairs_are_an_error():
    with pytest.raises(ValueError, match="at least 3 pairs with vectors; there were 1"):
        word_vectors.score_pairs(vectors_of(["a", "b"]), [("a", "b", 1), ("a", "c", 2)])


def test_analogies_are_as_many_as_gensim_asks():
    sections = word_vectors.read_analogies(datapath(word_vectors.ANALOGY_FILE))
    family = sections["family"]
    vectors = vectors_of(sorted({word for question in family for word in question}))
    _, rows = vectors.evaluate_word_analogies(datapath(word_vectors.ANALOGY_FILE))
    asked = {row["section"]: len(row["correct"]) + len(row["incorrect"]) for row in rows}
    assert asked["family"] == len(family)
    assert sum(map(len, sections.values())) == 19_544


@pytest.mark.parametrize(
    ("read", "content", "complaint"),
    [
        (word_vectors.read_pairs, "a\tb\t1\na b 2\n", "line 2 of f must be two words and a number"),
        (word_vectors.read_pairs, "a\tb\thigh\n", "line 1 of f must be two words and a number"),
        (word_vectors.read_analogies, ": x\na b c\n", "line 2 of f must be four words"),
        (word_vectors.read_analogies, "a b c d\n", "line 1 of f must be four words below a sec"),
    ],
)
def test_a_damaged_file_is_named_with_its_line(tmp_path, read, content, complaint):
    (tmp_path / "f").write_text(content)
    with pytest.raises(ValueError, match=complaint):
        read(tmp_path / "f")
