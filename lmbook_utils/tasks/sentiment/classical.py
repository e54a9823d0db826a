"""Classifiers without a network: two language models (naive Bayes), and logistic regression."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from lmbook_utils._validation import array_of, require_sentences
from lmbook_utils.ngram import NGramModel
from lmbook_utils.vocabulary import Vocabulary


def prior_log_odds(labels: Sequence[int] | np.ndarray) -> float:
    """Log-odds of the positive class by its frequency alone: the majority baseline.

    Raises
    ------
    ValueError
        If the labels are not 0 and 1, with both among them.

    Examples
    --------
    >>> round(prior_log_odds([1, 1, 1, 0]), 4)  # ln 3
    1.0986
    """
    labels = checked_labels(labels)
    positive = int(labels.sum())
    return float(np.log(positive) - np.log(len(labels) - positive))


def checked_labels(labels: Sequence[int] | np.ndarray, reviews: int | None = None) -> np.ndarray:
    """Return labels as an array, or complain; ``reviews`` says how many there must be.

    Raises
    ------
    ValueError
        If the labels are not 0 and 1, with both among them, or not one for each review.

    Examples
    --------
    >>> checked_labels([1, 1])
    Traceback (most recent call last):
    ValueError: labels must be 0 and 1, with both among them; they had the values [1]
    """
    labels = array_of("labels", labels)
    values = np.unique(labels).tolist()
    if labels.ndim != 1 or values != [0, 1]:
        raise ValueError(
            f"labels must be 0 and 1, with both among them; they had the values {values}"
        )
    if reviews is not None and len(labels) != reviews:
        raise ValueError(
            f"labels must be one for each of the {reviews} reviews; there were {len(labels)}"
        )
    return labels.astype(int)


class NaiveBayes:
    r"""Two language models, one of positive and one of negative reviews, and Bayes' rule.

    .. math::
        \ln \frac{P(+ \mid w)}{P(- \mid w)} = \ln \frac{P(+)}{P(-)}
            + \sum_{t=1}^{T+1} \ln \frac{P_+(w_t \mid w_1 \dots w_{t-1})}
                {P_-(w_t \mid w_1 \dots w_{t-1})}

    where :math:`w_{T+1}` is the end of the review. With unigram models and add-k smoothing it is
    multinomial naive Bayes. With longer contexts it is still Bayes' rule, and less naive.

    Equation: :eq:`eq-sentiment-bayes`

    Parameters
    ----------
    order
        Of the language models.
    smoothing
        One of :class:`~lmbook_utils.ngram.NGramModel`'s.
    k
        For ``"add-k"``.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        The words of both classes, which both models know.
    models_ : list of NGramModel
        Of the negative and of the positive reviews.

    Examples
    --------
    >>> reviews = [["good", "film"], ["bad", "film"], ["bad", "plot"]]
    >>> classifier = NaiveBayes().fit(reviews, [1, 0, 0])
    >>> classifier.log_odds([["good"], ["bad", "bad"]]).round(2).tolist()
    [0.17, -2.43]
    """

    def __init__(self, order: int = 1, smoothing: str = "add-k", k: float = 1.0):
        self.order, self.smoothing, self.k = order, smoothing, k

    def fit(
        self, reviews: Sequence[Sequence[str]], labels: Sequence[int] | np.ndarray
    ) -> "NaiveBayes":
        """Train a language model on the reviews of each class.

        Parameters
        ----------
        reviews
            Each a list of tokens.
        labels
            1 for a positive review, 0 for a negative one.

        Raises
        ------
        ValueError
            If the lengths differ, or the labels are not 0 and 1 with both among them; or as
            :meth:`NGramModel.fit <lmbook_utils.ngram.NGramModel.fit>`. Also if ``reviews`` is no
            list of lists of strings.
        """
        require_sentences(reviews=reviews)
        labels = checked_labels(labels, len(reviews))
        self.vocabulary_ = Vocabulary.from_sentences(reviews)
        self.models_ = [
            NGramModel(self.order, self.smoothing, k=self.k).fit(
                [review for review, own in zip(reviews, labels, strict=True) if own == label],
                self.vocabulary_,
            )
            for label in (0, 1)
        ]
        self._prior = prior_log_odds(labels)
        return self

    def log_odds(self, reviews: Sequence[Sequence[str]]) -> np.ndarray:
        """Log-odds of each review, positive against negative, in nats: shape (reviews,).

        Raises
        ------
        ValueError
            If ``reviews`` is no list of lists of strings.
        """
        require_sentences(reviews=reviews)
        negative, positive = (model.score(reviews) for model in self.models_)
        if not len(reviews):
            return np.zeros(0)
        starts = np.cumsum([0, *(len(review) + 1 for review in reviews[:-1])])
        return self._prior + np.add.reduceat(positive - negative, starts)

    def word_log_odds(self) -> np.ndarray:
        """What each word adds to the log-odds, by its id; for models of order 1."""
        negative, positive = (model.next_word_distribution() for model in self.models_)
        known = np.minimum(negative, positive) > 0  # <s> and <pad> are never predicted
        ratio = np.zeros(len(known))
        ratio[known] = np.log(positive[known] / negative[known])
        return ratio


def build_tfidf_classifier(C: float = 10.0) -> Pipeline:
    """Logistic regression on the words and pairs of words of a review, weighted by TF-IDF.

    Parameters
    ----------
    C
        The inverse of the strength of the penalty on large weights.

    Returns
    -------
    Pipeline
        Of scikit-learn: ``fit(reviews, labels)`` and ``decision_function(reviews)``, the log-odds.
        Each review is a list of tokens.

    Examples
    --------
    >>> reviews = [["a", "good", "film"], ["a", "bad", "film"], ["good"], ["bad"]]
    >>> classifier = build_tfidf_classifier().fit(reviews, [1, 0, 1, 0])
    >>> (classifier.decision_function([["so", "good"], ["so", "bad"]]) > 0).tolist()
    [True, False]
    """
    return make_pipeline(
        TfidfVectorizer(
            tokenizer=list,  # the reviews are tokenised already
            token_pattern=None,
            lowercase=False,
            ngram_range=(1, 2),
            sublinear_tf=True,
        ),
        LogisticRegression(C=C, solver="liblinear"),
    )
