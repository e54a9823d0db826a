"""Recommenders: a language model of films, and those of the library ``implicit``."""

import importlib
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits
from tqdm import TqdmWarning

from lmbook_utils import models
from lmbook_utils._validation import (
    require_list,
    require_positive,
    require_sentences,
    require_type,
    require_whole,
)
from lmbook_utils.ngram import NGramModel
from lmbook_utils.vocabulary import BOS, SPECIAL_TOKENS, Vocabulary


class NGramRecommender:
    r"""Recommends what an n-gram model expects: the films of the highest probability.

    Of order 1, and without smoothing, it is the list of the most popular films; of order 2 it is
    a Markov chain, which looks at the last film only.

    Equation: :eq:`eq-next-film`

    Parameters
    ----------
    model
        The fitted model.

    Raises
    ------
    ValueError
        If ``model`` is no ``NGramModel``.

    Examples
    --------
    >>> sessions = [["48", "1"], ["48", "1"], ["48", "5"]]
    >>> markov = NGramRecommender(NGramModel(2, "mle").fit(sessions))
    >>> scores = markov.next_scores(["48"])
    >>> scores.shape  # before the session and after its only film; four of the seven are special
    (2, 7)
    >>> round(float(scores[1, markov.vocabulary.ids["1"]]), 2)
    0.67
    """

    def __init__(self, model: NGramModel):
        require_type(NGramModel, model=model)
        self.model = model
        self.vocabulary = model.vocabulary_
        self._known: dict[tuple[str, ...], np.ndarray] = {}

    def next_scores(self, films: Sequence[str]) -> np.ndarray:
        """Probabilities of all films, shape (films + 1, vocabulary).

        Raises
        ------
        ValueError
            If ``films`` is no list of strings.
        """
        require_list(str, films=films)
        words = [BOS, *films]
        reach = self.model.order - 1
        return np.stack(
            [
                self._after(tuple(words[max(0, end - reach) : end]))
                for end in range(1, len(words) + 1)
            ]
        )

    def _after(self, context: tuple[str, ...]) -> np.ndarray:
        if context not in self._known:
            self._known[context] = self.model.next_word_distribution(context)
        return self._known[context]


class ImplicitRecommender:
    """Recommends with a model of the library ``implicit``, which knows sets of films, and no order.

    A session is a row of a matrix with a one for each of its films. The model is trained on the
    rows of the training sessions, and judged on rows that grow film by film.

    Parameters
    ----------
    model
        Of :func:`matrix_factorisation` or :func:`nearest_neighbours`, which are what to call.
    last
        How many films to look back; ``None`` for all of the session.
    """

    def __init__(self, model: Any, last: int | None = None):
        if last is not None:
            require_whole(1, last=last)
        self.model = model
        self.last = last

    def fit(
        self, sentences: Sequence[Sequence[str]], vocabulary: Vocabulary
    ) -> "ImplicitRecommender":
        """Train on sessions, each a list of films; those out of the vocabulary are left out.

        Raises
        ------
        ValueError
            If ``sentences`` is no list of lists of strings, or ``vocabulary`` is no ``Vocabulary``.
        """
        require_sentences(sentences=sentences)
        require_type(Vocabulary, vocabulary=vocabulary)
        self.vocabulary = vocabulary
        with _one_thread(), warnings.catch_warnings():
            # The neighbours' own matrix, which the library turns into the form that it wants.
            warnings.filterwarnings("ignore", message="Method expects CSR input")
            self.model.fit(self._rows(sentences), show_progress=False)
        return self

    def next_scores(self, films: Sequence[str]) -> np.ndarray:
        """Scores of all films, shape (films + 1, vocabulary); all 0 for an empty session.

        Raises
        ------
        ValueError
            If ``films`` is no list of strings.
        """
        require_list(str, films=films)
        reach = len(films) if self.last is None else self.last
        rows = self._rows([films[max(0, end - reach) : end] for end in range(len(films) + 1)])
        if hasattr(self.model, "similarity"):
            return np.asarray((rows @ self.model.similarity).toarray())
        with _one_thread():
            vectors = self.model.recalculate_user(np.arange(rows.shape[0]), rows)
            return np.asarray(vectors @ self.model.item_factors.T)

    def _rows(self, sentences: Sequence[Sequence[str]]) -> csr_matrix:
        ids = [np.unique(self.vocabulary.encode(films)) for films in sentences]
        ids = [row[row >= len(SPECIAL_TOKENS)] for row in ids]
        columns = np.concatenate([np.array([], int), *ids])
        return csr_matrix(
            (np.ones(len(columns), np.float32), columns, np.cumsum([0, *map(len, ids)])),
            shape=(len(ids), len(self.vocabulary)),
        )


def matrix_factorisation(
    factors: int = 64, regularization: float = 10.0, iterations: int = 15, seed: int = 0
) -> ImplicitRecommender:
    r"""Sessions and films as vectors whose products come near the ones and zeros of the matrix.

    Alternating least squares with ``implicit`` (Hu, Koren and Volinsky, 2008). A new session, or
    one that has grown, gets the vector that fits its row best while those of the films stay:

    Equation: :eq:`eq-fold-in`

    .. math:: u = (Y^\top Y + \lambda I)^{-1} \, Y^\top r

    with the films' vectors as the rows of :math:`Y` and the row :math:`r` of the matrix (each
    one weighs as much as each zero).

    Parameters
    ----------
    factors, regularization, iterations, seed
        The length of the vectors, how much they are held back, how often both sides are fitted,
        and the seed of where they start.

    Returns
    -------
    ImplicitRecommender
        Not fitted yet.

    Examples
    --------
    >>> sessions = 5 * [["48", "1"], ["5", "7"]]
    >>> model = matrix_factorisation(factors=2, regularization=0.1).fit(
    ...     sessions, Vocabulary.from_sentences(sessions))
    >>> scores = model.next_scores(["1"])[1]
    >>> bool(scores[model.vocabulary.ids["48"]] > scores[model.vocabulary.ids["5"]])
    True
    """
    require_whole(1, factors=factors, iterations=iterations)
    require_positive(regularization=regularization)
    with _one_thread():
        return ImplicitRecommender(
            _implicit("als").AlternatingLeastSquares(
                factors=factors,
                regularization=regularization,
                alpha=1.0,
                iterations=iterations,
                random_state=seed,
                num_threads=1,
            )
        )


def nearest_neighbours(neighbours: int = 500, last: int | None = 5) -> ImplicitRecommender:
    """Films that were often in one session with the last few: item-to-item neighbours.

    With ``implicit``. Two films are as near as the cosine of their columns of the matrix is large,
    where long sessions count less (TF-IDF weights, with sessions as the words of a film).

    Parameters
    ----------
    neighbours
        How many of its nearest films each film keeps.
    last
        How many films of the session to look back.

    Returns
    -------
    ImplicitRecommender
        Not fitted yet.

    Examples
    --------
    >>> sessions = [["48", "1"], ["48", "1", "7"], ["5", "7"]]
    >>> model = nearest_neighbours().fit(sessions, Vocabulary.from_sentences(sessions))
    >>> scores = model.next_scores(["1"])[1]
    >>> bool(scores[model.vocabulary.ids["48"]] > scores[model.vocabulary.ids["7"]])
    True
    """
    require_whole(1, neighbours=neighbours)
    model = _implicit("nearest_neighbours").TFIDFRecommender(K=neighbours, num_threads=1)
    return ImplicitRecommender(model, last)


def _implicit(module: str) -> ModuleType:
    """A module of the library; in a notebook without widgets its progress bars would complain."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TqdmWarning)
        return importlib.import_module(f"implicit.{module}")


def _one_thread() -> AbstractContextManager[Any]:
    """The library has threads of its own, warns of others, and rounds differently with several."""
    limits: AbstractContextManager[Any] = threadpool_limits(1, "blas")
    return limits


class NeuralRecommender:
    """Recommends what a neural language model expects, as GRU4Rec does (Hidasi et al., 2016).

    Each session is read from a state of zero, with ``</s>`` before its first film, as
    :func:`lmbook_utils.training.score_sentences` reads a sentence.

    Parameters
    ----------
    model
        A model of :func:`lmbook_utils.models.build_language_model`, trained on sessions as
        sentences; its state is neither used nor changed.
    vocabulary
        The vocabulary that it was trained with.

    Raises
    ------
    ValueError
        If ``model`` is no ``Model``, or ``vocabulary`` is no ``Vocabulary``.

    Examples
    --------
    >>> vocabulary = Vocabulary(["48", "1", "5"])
    >>> untrained = models.build_language_model("gru", len(vocabulary), 4, 4, tied=True)
    >>> NeuralRecommender(untrained, vocabulary).next_scores(["1", "48"]).shape
    (3, 7)
    """

    def __init__(self, model: keras.Model, vocabulary: Vocabulary):
        require_type(keras.Model, model=model)
        require_type(Vocabulary, vocabulary=vocabulary)
        models.require_vocabulary_size(model, len(vocabulary))
        self.vocabulary = vocabulary
        self._reader = models.with_batch_size(model, 1)
        self._read = tf.function(
            lambda ids: self._reader(ids, training=False),
            input_signature=[tf.TensorSpec((1, None), tf.int32)],
        )

    def next_scores(self, films: Sequence[str]) -> np.ndarray:
        """Logits of all films, shape (films + 1, vocabulary).

        Raises
        ------
        ValueError
            If ``films`` is no list of strings.
        """
        require_list(str, films=films)
        models.reset_state(self._reader)
        ids = [Vocabulary.eos_id, *self.vocabulary.encode(films)]
        logits: np.ndarray = self._read(np.array([ids], np.int32)).numpy()[0]
        return logits
