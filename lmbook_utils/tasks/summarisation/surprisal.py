r"""How surprising is a sentence, to a language model of all papers and to one of its own paper?"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import list_of, require_below_one, require_list, require_type
from lmbook_utils.datasets.aclsum import Paper
from lmbook_utils.ngram import NGramModel
from lmbook_utils.preprocessing import tokenize
from lmbook_utils.tasks.summarisation.words import sentence_words
from lmbook_utils.vocabulary import UNK, Vocabulary


class Surprisal(NamedTuple):
    """Of some sentences."""

    total: np.ndarray
    """The negative log-probability of each sentence, in nats, shape (sentences,)."""
    tokens: np.ndarray
    """How many tokens that is the sum over: its words and marks and its end, shape (sentences,)."""

    @property
    def mean(self) -> np.ndarray:
        """In nats per token, shape (sentences,)."""
        mean: np.ndarray = self.total / self.tokens
        return mean


def train_language_model(papers: Iterable[Paper], order: int = 3) -> NGramModel:
    """Train a Kneser–Ney model on the sentences of papers.

    Words that come once in them are its ``<unk>``.

    Parameters
    ----------
    papers
        The training papers.
    order
        Of the model.

    Raises
    ------
    ValueError
        If there is no sentence, no word comes twice, or ``order`` is not a whole number from 1.
        Also if ``papers`` is no list of ``Paper``.

    Examples
    --------
    >>> paper = Paper("X1", "", ("Ants march .", "Ants march on ."), ("abstract",) * 2, {}, {})
    >>> train_language_model([paper], order=2).vocabulary_.tokens[4:]
    ('.', 'ants', 'march')
    """
    papers = _at_least_one(papers)
    sentences = [tokenize(sentence) for paper in papers for sentence in paper.sentences]
    vocabulary = Vocabulary.from_sentences(sentences, min_count=2)
    return NGramModel(order, "kneser-ney").fit(sentences, vocabulary)


def surprisals(model: NGramModel, sentences: Sequence[str]) -> Surprisal:
    r"""Measure the surprisal of each sentence.

    .. math::
        I(w_1 \dots w_T) = -\sum_{t=1}^{T+1} \ln P(w_t \mid w_1 \dots w_{t-1})

    Equation: :eq:`eq-sentence-surprisal`

    where :math:`w_{T+1}` is the end of the sentence. Divided by :math:`T + 1` it is the sentence's
    cross-entropy.

    Parameters
    ----------
    model
        A language model, see :func:`train_language_model`.
    sentences
        As text. One without words has its end only.

    Raises
    ------
    ValueError
        If ``model`` is no ``NGramModel``, or ``sentences`` is no list of strings.

    Examples
    --------
    >>> model = NGramModel(1, "mle").fit([["ants"], ["ants"]])  # half of its tokens are ends
    >>> found = surprisals(model, ["ants ants", ""])
    >>> (found.total / np.log(2)).round(6).tolist(), found.tokens.tolist()
    ([3.0, 1.0], [3, 1])
    """
    require_type(NGramModel, model=model)
    require_list(str, sentences=sentences)
    words = [tokenize(sentence) for sentence in sentences]
    tokens = np.array([len(sentence) + 1 for sentence in words], int)
    if not len(tokens):
        return Surprisal(np.zeros(0), tokens)
    starts = np.cumsum(tokens) - tokens
    return Surprisal(-np.add.reduceat(model.score(words), starts), tokens)


def train_unigram_model(papers: Iterable[Paper], k: float = 0.5) -> NGramModel:
    """Train a unigram model on the words of papers, punctuation left out, with add-k smoothing.

    A word that is in no training paper has the probability of a count of ``k``.

    Parameters
    ----------
    papers
        The training papers.
    k
        Of the smoothing, above 0.

    Raises
    ------
    ValueError
        If there is no word, or ``k`` is not above 0. Also if ``papers`` is no list of ``Paper``.

    Examples
    --------
    >>> paper = Paper("X1", "", ("Ants march .",), ("abstract",), {}, {})
    >>> train_unigram_model([paper]).vocabulary_.tokens[4:]
    ('ants', 'march')
    """
    papers = _at_least_one(papers)
    sentences = [sentence_words(sentence) for paper in papers for sentence in paper.sentences]
    return NGramModel(1, "add-k", k=k).fit(sentences)


def own_text_surprisals(
    model: NGramModel, sentences: Sequence[str], weight: float = 0.5
) -> Surprisal:
    r"""Measure the surprisal of each sentence to a unigram model of the *rest* of its text.

    .. math::
        P_i(w) = \lambda \, \frac{c_{-i}(w)}{\sum_{w'} c_{-i}(w')} + (1 - \lambda) \, P(w)

    Equation: :eq:`eq-own-text`

    where :math:`c_{-i}(w)` counts the word :math:`w` in all sentences of the text but the one that
    is scored, and :math:`P` is a model of all papers. A sentence in the words that the text keeps
    using is the least surprising one. Punctuation and the ends of sentences are left out: every
    sentence has them.

    Parameters
    ----------
    model
        Gives :math:`P`, see :func:`train_unigram_model`.
    sentences
        Of one text. One without a word counts as one word that nobody knows.
    weight
        :math:`\lambda`, from 0 and below 1.

    Raises
    ------
    ValueError
        If ``weight`` is out of its range. Also if ``model`` is no ``NGramModel``, or ``sentences``
        is no list of strings.

    Examples
    --------
    >>> model = NGramModel(1, "add-k").fit([["ants", "march"], ["parsers", "march"]])
    >>> found = own_text_surprisals(model, ["ants", "ants march", "parsers"])
    >>> int(found.mean.argmin())
    0
    """
    require_type(NGramModel, model=model)
    require_list(str, sentences=sentences)
    require_below_one(weight=weight)
    background = model.next_word_distribution()
    known = model.vocabulary_
    words = [sentence_words(sentence) or [UNK] for sentence in sentences]
    counts = Counter(word for sentence in words for word in sentence)
    total = counts.total()
    found = []
    for sentence in words:
        own, others = Counter(sentence), total - len(sentence)
        shares = [(counts[word] - own[word]) / max(others, 1) for word in sentence]
        general = background[known.encode(sentence)]
        found.append(-np.log(weight * np.array(shares) + (1 - weight) * general).sum())
    return Surprisal(np.array(found, float), np.array([len(sentence) for sentence in words], int))


def _at_least_one(papers: Iterable[Paper]) -> list[Paper]:
    papers = list_of(Paper, papers=papers)
    if not papers:
        raise ValueError("papers must hold at least one paper; there was none")
    return papers
