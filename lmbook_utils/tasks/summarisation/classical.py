"""Learning from marked sentences: their places, their words, and a logistic regression."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from lmbook_utils._validation import require_list, require_positive, require_type
from lmbook_utils.datasets.aclsum import ASPECTS, SECTIONS, Paper
from lmbook_utils.tasks.summarisation.words import sentence_words

_FROM_START, _FROM_END = 6, 4  # places that have a weight of their own, in each section
PLACE_FEATURES = len(SECTIONS) * (_FROM_START + _FROM_END) + 1


def place_features(sentences: Sequence[str], sections: Sequence[str]) -> np.ndarray:
    """Where each sentence stands, and how long it is.

    In each section the first six places and the last four have a column each; what is behind the
    fifth sentence counts as sixth, and what is before the last but two as last but three. The last
    column is the logarithm of one plus the number of words.

    Parameters
    ----------
    sentences
        Of one paper, as text.
    sections
        Of each sentence, one of ``aclsum.SECTIONS``; sentences of a
        section stand together.

    Returns
    -------
    ndarray of float64, shape (sentences, 31)

    Raises
    ------
    ValueError
        If there are not as many sections as sentences, or one has another name. Also if
        ``sentences`` is no list of strings, or ``sections`` is no list of strings.

    Examples
    --------
    >>> place_features(["Ants march ."], ["introduction"]).nonzero()[1].tolist()
    [10, 16, 30]
    """
    require_list(str, sentences=sentences, sections=sections)
    if len(sentences) != len(sections) or not set(sections) <= set(SECTIONS):
        raise ValueError(
            f"sections must be one of {', '.join(SECTIONS)} for each of the {len(sentences)} "
            f"sentences; there were {len(sections)}, with the names {sorted(set(sections))}"
        )
    found = np.zeros((len(sentences), PLACE_FEATURES))
    found[:, -1] = [np.log1p(len(sentence_words(sentence))) for sentence in sentences]
    for number, section in enumerate(SECTIONS):
        rows = [i for i, own in enumerate(sections) if own == section]
        start = number * (_FROM_START + _FROM_END)
        for place, row in enumerate(rows):
            from_end = len(rows) - 1 - place
            found[row, start + min(place, _FROM_START - 1)] = 1
            found[row, start + _FROM_START + min(from_end, _FROM_END - 1)] = 1
    return found


class SentenceClassifier:
    """Logistic regression: is a sentence one that people mark for an aspect?

    Parameters
    ----------
    words
        Whether it looks at the words and pairs of words, weighted by TF-IDF.
    places
        Whether it looks at :func:`place_features`.
    C
        How free it is; the penalty on the weights is :math:`1 / C`.

    Raises
    ------
    ValueError
        If it may look at nothing, or ``C`` is not a finite number above 0.

    Examples
    --------
    >>> paper = Paper("X1", "", ("Hard .", "We parse ."), ("abstract",) * 2, {},
    ...               {"approach": (0, 1)})
    >>> classifier = SentenceClassifier().fit([paper], "approach")
    >>> int(classifier.scores(paper.sentences, paper.sections).argmax())
    1
    """

    def __init__(self, words: bool = True, places: bool = True, C: float = 1.0):
        require_positive(C=C)
        if not words and not places:
            raise ValueError("words or places must be True: there is nothing else to look at")
        self.words, self.places, self.C = words, places, C

    def fit(self, papers: Sequence[Paper], aspect: str) -> "SentenceClassifier":
        """Learn from the marked sentences of papers.

        Parameters
        ----------
        papers
            The training papers.
        aspect
            ``"challenge"``, ``"approach"`` or ``"outcome"``.

        Raises
        ------
        ValueError
            If there is no such aspect, or the labels are not 0 and 1 with both among them. Also if
            ``papers`` is no list of ``Paper``, or ``aspect`` is no string.
        """
        require_list(Paper, papers=papers)
        require_type(str, aspect=aspect)
        if aspect not in ASPECTS:
            raise ValueError(f"aspect must be one of {', '.join(ASPECTS)}; it was {aspect!r}")
        labels = [label for paper in papers for label in paper.labels[aspect]]
        if set(labels) != {0, 1}:
            raise ValueError(
                "papers must have marked and unmarked sentences; they had the labels "
                f"{sorted(set(labels))}"
            )
        self._tfidf = TfidfVectorizer(
            tokenizer=sentence_words, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True
        )
        if self.words:
            self._tfidf.fit(sentence for paper in papers for sentence in paper.sentences)
        features = [self._features(paper.sentences, paper.sections) for paper in papers]
        self._regression = LogisticRegression(C=self.C, solver="liblinear")
        self._regression.fit(sparse.vstack(features), labels)
        return self

    def scores(self, sentences: Sequence[str], sections: Sequence[str]) -> np.ndarray:
        """Log-odds that people would mark each sentence of a paper: shape (sentences,).

        Parameters
        ----------
        sentences, sections
            As in :func:`place_features`. Of no sentence there is no score.

        Raises
        ------
        ValueError
            If ``sentences`` is no list of strings, or ``sections`` is no list of strings.
        """
        require_list(str, sentences=sentences, sections=sections)
        if not len(sentences):
            return np.zeros(0)
        features = self._features(sentences, sections)
        scores: np.ndarray = self._regression.decision_function(features)
        return scores

    def known_share(self, sentences: Sequence[str]) -> float:
        """The share of the different words of a text that were in the training papers.

        It is 0 for a text without words. Where it is small, the scores go by the places alone.

        Raises
        ------
        ValueError
            If the classifier does not look at words. Also if ``sentences`` is no list of strings.
        """
        require_list(str, sentences=sentences)
        known = self._vocabulary()
        own = {word for sentence in sentences for word in sentence_words(sentence)}
        return sum(word in known for word in own) / max(len(own), 1)

    def word_weights(self) -> dict[str, float]:
        """The weight of each word and pair of words; above 0 it speaks for marking a sentence.

        Raises
        ------
        ValueError
            If the classifier does not look at words.
        """
        weights = self._regression.coef_[0]
        return {word: float(weights[i]) for word, i in self._vocabulary().items()}

    def _vocabulary(self) -> dict[str, int]:
        if not self.words:
            raise ValueError("the classifier looks at places only: make it with words=True")
        vocabulary: dict[str, int] = self._tfidf.vocabulary_
        return vocabulary

    def _features(self, sentences: Sequence[str], sections: Sequence[str]) -> sparse.csr_matrix:
        parts = []
        if self.words:
            parts.append(self._tfidf.transform(sentences))
        if self.places:
            parts.append(sparse.csr_matrix(place_features(sentences, sections)))
        return sparse.hstack(parts, format="csr")
