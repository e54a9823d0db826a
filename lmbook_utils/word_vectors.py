"""Word vectors by Gensim, in the same way on each run, and how well they do on people's judgements.

Skip-gram with negative sampling (Mikolov et al., 2013) learns a vector for each word by telling
its neighbours in the text from words that were drawn at random. FastText (Bojanowski et al., 2017)
adds vectors of the word's letter n-grams, so that it has one for an unknown word, too.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Literal

import numpy as np
from gensim.models import FastText, KeyedVectors, Word2Vec
from scipy.stats import spearmanr

from lmbook_utils import storage
from lmbook_utils._validation import (
    require_list,
    require_path,
    require_sentences,
    require_type,
    require_whole,
)

Kind = Literal["skip-gram", "fasttext"]
_MODELS = {"skip-gram": Word2Vec, "fasttext": FastText}
PAIR_FILES = {"WordSim-353": "wordsim353.tsv", "SimLex-999": "simlex999.txt"}
ANALOGY_FILE = "questions-words.txt"


@dataclass(frozen=True)
class PairScore:
    """How well the similarities of vectors order pairs of words as people do.

    Attributes
    ----------
    rho
        Spearman's rank correlation, over the pairs whose words both have a vector.
    interval
        Its 95% bootstrap interval, from pairs drawn anew.
    pairs, known
        How many pairs the file has, and how many of them were judged.
    """

    rho: float
    interval: tuple[float, float]
    pairs: int
    known: int


def stable_hash(word: str) -> int:
    """Hash a word to the same number in each process, from 0 to 2³² - 1.

    Python's own ``hash`` of a string changes from one process to the next, unless the environment
    variable PYTHONHASHSEED is set.

    Raises
    ------
    ValueError
        If ``word`` is no string.

    Examples
    --------
    >>> stable_hash("language")
    3571151285
    """
    require_type(str, word=word)
    return zlib.crc32(word.encode("utf-8"))


def train_word_vectors(
    sentences: Sequence[Sequence[str]],
    kind: Kind = "skip-gram",
    size: int = 100,
    epochs: int = 20,
    seed: int = 0,
    min_count: int = 5,
) -> Word2Vec:
    """Train vectors with a window of 5 words and 5 negative samples, on one thread.

    One thread, because several would update the vectors in an order that changes from run to run.
    On another kind of processor the last digits of a vector may still differ, and grow apart.

    Parameters
    ----------
    sentences
        Lists of words.
    kind
        ``"skip-gram"`` or ``"fasttext"``.
    size
        The length of a vector.
    epochs
        How often the text is read.
    seed
        Of the first vectors, and of all draws.
    min_count
        A word that is rarer gets no vector.

    Returns
    -------
    gensim.models.Word2Vec
        Or its subclass FastText; the vectors are in its ``wv``.

    Raises
    ------
    ValueError
        If ``kind`` is unknown, a number is not whole or out of its range, a sentence is a string,
        or no word occurs ``min_count`` times. Also if ``sentences`` is no list of lists of strings,
        or ``seed`` is no whole number from 0.

    Examples
    --------
    >>> model = train_word_vectors([["a", "b", "a"]] * 5, size=4, epochs=1)
    >>> model.wv.index_to_key, model.wv["a"].shape
    (['a', 'b'], (4,))
    """
    require_sentences(sentences=sentences)
    require_whole(0, seed=seed)
    if kind not in tuple(_MODELS):
        raise ValueError(f"kind must be one of {', '.join(_MODELS)}; it was {kind!r}")
    require_whole(1, size=size, epochs=epochs, min_count=min_count)
    model = _MODELS[kind](
        vector_size=size,
        window=5,
        min_count=min_count,
        sg=1,
        negative=5,
        seed=seed,
        workers=1,
        hashfxn=stable_hash,
    )
    model.build_vocab(sentences)
    if not len(model.wv):
        raise ValueError(f"sentences must have a word that occurs {min_count} times; none did")
    model.train(sentences, total_examples=model.corpus_count, epochs=epochs)
    return model


def read_pairs(path: str | Path) -> list[tuple[str, str, float]]:
    """Read pairs of words and how similar people find them, as Gensim's test files hold them.

    Parameters
    ----------
    path
        A file with a tab between two words and a number; lines that begin with ``#`` are notes.

    Returns
    -------
    list of (word, word, similarity)
        In lower case.

    Raises
    ------
    ValueError
        If a line has another form, or the file is no text in UTF-8. Also if ``path`` is no path.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> pairs = read_pairs(datapath(PAIR_FILES["WordSim-353"]))
    >>> len(pairs), pairs[1]
    (353, ('tiger', 'cat', 7.35))
    """
    require_path(path=path)
    pairs = []
    for number, line in enumerate(storage.read_text(path).splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            first, second, similarity = line.split("\t")
            pairs.append((first.lower(), second.lower(), float(similarity)))
        except ValueError:
            raise ValueError(
                f"line {number} of {Path(path).name} must be two words and a number with tabs "
                f"between them; it was {line!r:.80}"
            ) from None
    return pairs


def score_pairs(
    vectors: KeyedVectors,
    pairs: Sequence[tuple[str, str, float]],
    resamples: int = 1000,
    seed: int = 0,
) -> PairScore:
    """Compare the cosines of vectors with people's judgements, as far as there are vectors.

    Parameters
    ----------
    vectors
        The ``wv`` of a model.
    pairs
        From :func:`read_pairs`.
    resamples
        How often the pairs are drawn anew, with replacement, for the interval.
    seed
        Of these draws.

    Raises
    ------
    ValueError
        If fewer than 3 of the pairs have vectors, or ``resamples`` is not a whole number from 1.
        Also if ``vectors`` is no ``KeyedVectors``, or ``seed`` is no whole number from 0.

    Examples
    --------
    >>> vectors = KeyedVectors(2)
    >>> vectors.add_vectors(["a", "b", "c"], np.array([[1, 0], [1, 1], [-1, 1]], np.float32))
    >>> score = score_pairs(vectors, [("a", "b", 9), ("b", "c", 5), ("a", "c", 1), ("a", "d", 3)])
    >>> score.rho, score.known, score.pairs
    (1.0, 3, 4)
    """
    require_type(KeyedVectors, vectors=vectors)
    require_whole(0, seed=seed)
    require_whole(1, resamples=resamples)
    require_list(Sequence, pairs=pairs)
    for row in pairs:
        require_list((str, Real), pairs=row)
    known = [row for row in pairs if set(row[:2]) <= vectors.key_to_index.keys()]
    if len(known) < 3:
        raise ValueError(f"pairs must hold at least 3 pairs with vectors; there were {len(known)}")
    cosines = np.array([vectors.similarity(first, second) for first, second, _ in known])
    judged = np.array([similarity for *_, similarity in known])
    rng = np.random.default_rng(seed)
    draws = (rng.integers(len(known), size=len(known)) for _ in range(resamples))
    rhos = [spearmanr(cosines[i], judged[i]).statistic for i in draws if np.ptp(judged[i])]
    low, high = np.nanpercentile(rhos, [2.5, 97.5])
    rho = float(spearmanr(cosines, judged).statistic)
    return PairScore(rho, (float(low), float(high)), len(pairs), len(known))


def read_analogies(path: str | Path) -> dict[str, list[tuple[str, str, str, str]]]:
    """Read questions "a is to b as c is to d", section by section, in lower case.

    Raises
    ------
    ValueError
        If a line does not hold four words, a question stands before the first section, or the file
        is no text in UTF-8. Also if ``path`` is no path.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> sections = read_analogies(datapath(ANALOGY_FILE))
    >>> len(sections), sections["capital-common-countries"][0]
    (14, ('athens', 'greece', 'baghdad', 'iraq'))
    """
    require_path(path=path)
    sections: dict[str, list[tuple[str, str, str, str]]] = {}
    questions = None
    for number, line in enumerate(storage.read_text(path).splitlines(), start=1):
        if line.startswith(":"):
            questions = sections.setdefault(line[1:].strip(), [])
            continue
        words = tuple(line.lower().split())
        if len(words) != 4 or questions is None:
            raise ValueError(
                f"line {number} of {Path(path).name} must be four words below a section's name; "
                f"it was {line!r:.80}"
            )
        questions.append(words)
    return sections
