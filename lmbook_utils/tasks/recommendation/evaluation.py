"""Judging recommenders: at each step of a session, where on the list was the film that came next?

A film that the user has rated before is on no list, whatever the method.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from lmbook_utils import metrics
from lmbook_utils._validation import (
    array_of,
    list_of,
    real_numbers,
    require_list,
    require_type,
    require_whole,
)
from lmbook_utils.tasks.recommendation.sessions import Session
from lmbook_utils.vocabulary import SPECIAL_TOKENS, Vocabulary

LIST_LENGTH = 20
_SPECIAL = len(SPECIAL_TOKENS)


@runtime_checkable
class Recommender(Protocol):
    """What can be judged: it knows some films, and scores them all after each film of a session.

    Attributes
    ----------
    vocabulary : Vocabulary
        The films that it knows, those that were rated most often first.
    """

    vocabulary: Vocabulary

    def next_scores(self, films: Sequence[str]) -> np.ndarray:
        """Scores of all films as the next one, shape (films + 1, vocabulary).

        Row ``i`` is what is thought after the first ``i`` films: row 0 is that of an empty
        session. The higher, the better; what the scores of special tokens are does not matter.
        """


@dataclass(frozen=True)
class Outcomes:
    """What a recommender did at each step of the sessions that it was judged on.

    Attributes
    ----------
    users : ndarray of int64, shape (steps,)
        Whose session it was.
    ranks : ndarray of int64, shape (steps,)
        How many films were above the one that came: 0 for the first of the list. A film that could
        not be recommended, because it is unknown, has the size of the vocabulary.
    lists : ndarray of int64, shape (steps, list length)
        The ids of the films on each list, the best first.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([7, 7]), np.array([1, 3]), np.array([[4, 5], [6, 5]]))
    >>> outcomes.hits(2).tolist(), outcomes.reciprocal_ranks(2).tolist()
    ([True, False], [0.5, 0.0])
    """

    users: np.ndarray
    ranks: np.ndarray
    lists: np.ndarray

    def hits(self, k: int = LIST_LENGTH) -> np.ndarray:
        """Whether the film that came was among the first ``k``, shape (steps,).

        Their mean is recall@k: one film comes at each step, so that all or nothing is recalled.

        Equation: :eq:`eq-recall-mrr`
        """
        require_whole(1, k=k)
        return self.ranks < k

    def reciprocal_ranks(self, k: int = LIST_LENGTH) -> np.ndarray:
        """One divided by the place on the list, 0 beyond place ``k``; shape (steps,).

        Their mean is MRR@k.

        Equation: :eq:`eq-recall-mrr`
        """
        return np.where(self.hits(k), 1 / (self.ranks + 1), 0.0)

    def coverage(self, films: int) -> float:
        """The share of a catalogue of so many films that was on a list at least once."""
        require_whole(1, films=films)
        return len(np.unique(self.lists)) / films

    def share_of_popular(self, films: int = 100) -> float:
        """The share of all places on the lists that went to the most popular ``films``.

        Ids are in the order of popularity, as those of a vocabulary of the training sessions are.
        """
        require_whole(1, films=films)
        return float(np.mean(self.lists < _SPECIAL + films))


def judge(
    recommender: Recommender,
    sessions: Iterable[Session],
    history: Iterable[Session] = (),
    list_length: int = LIST_LENGTH,
) -> Outcomes:
    """Let a recommender guess each film of the sessions from those before it.

    Of two films with the same score the more popular one is above the other, as it would be on a
    list. (A count of the films with a *higher* score would put all of equal score on the same
    place, and praise a method that says the same of all films.)

    Parameters
    ----------
    recommender
        The recommender.
    sessions
        The sessions, each user's in the order of time.
    history
        What the same users rated before: only to keep it off the lists.
    list_length
        The number of films on a list.

    Raises
    ------
    ValueError
        If there is no session, ``list_length`` is no whole number from 1, or a score is NaN. Also
        if ``sessions`` is no list of ``Session``, or ``history`` is no list of ``Session``.

    Examples
    --------
    >>> from lmbook_utils.ngram import NGramModel
    >>> from lmbook_utils.tasks.recommendation import NGramRecommender
    >>> popularity = NGramRecommender(NGramModel(1, "mle").fit([["48", "1"], ["48", "5"], ["48"]]))
    >>> judge(popularity, [Session(7, ("1", "48", "99"), 0, 60)], list_length=2).ranks.tolist()
    [1, 0, 7]
    """
    require_type(Recommender, recommender=recommender)
    sessions = list_of(Session, sessions=sessions)
    history = list_of(Session, history=history)
    require_whole(1, list_length=list_length)
    vocabulary = recommender.vocabulary
    seen: dict[int, list[str]] = {}
    for session in history:
        seen.setdefault(session.user, []).extend(session.films)
    users, ranks, lists = [], [], []
    for session in sessions:
        before = seen.setdefault(session.user, [])
        scores = recommender.next_scores(session.films)[:-1]
        admitted = _admitted(scores, vocabulary, before, session.films)
        for row, film in zip(admitted, vocabulary.encode(session.films), strict=True):
            users.append(session.user)
            ranks.append(_rank(row, film))
            lists.append(_best(row, list_length))
        before.extend(session.films)
    if not users:
        raise ValueError("sessions must hold at least one film; there was none")
    return Outcomes(np.array(users), np.array(ranks), np.array(lists))


def recommend(
    recommender: Recommender,
    films: Sequence[str] = (),
    seen: Sequence[str] = (),
    k: int = LIST_LENGTH,
) -> list[str]:
    """The films that a recommender would put on the list now, the best first.

    Parameters
    ----------
    recommender
        The recommender.
    films
        The session so far; it may be empty, and may hold films that the recommender does not know.
    seen
        Films of earlier sessions, which are not recommended either.
    k
        The length of the list; it is shorter if there are not so many films left.

    Raises
    ------
    ValueError
        If ``films`` is no list of strings, or ``seen`` is no list of strings.

    Examples
    --------
    >>> from lmbook_utils.ngram import NGramModel
    >>> from lmbook_utils.tasks.recommendation import NGramRecommender
    >>> markov = NGramRecommender(NGramModel(2, "kneser-ney").fit([["48", "1"], ["48", "5", "1"]]))
    >>> recommend(markov, ["48", "never heard of"])
    ['1', '5']
    """
    require_type(Recommender, recommender=recommender)
    require_list(str, films=films, seen=seen)
    require_whole(1, k=k)
    scores = recommender.next_scores(films)[-1:]
    row = _admitted(scores, recommender.vocabulary, [*seen, *films], ())[0]
    return recommender.vocabulary.decode(i for i in _best(row, k) if row[i] > -np.inf)


def paired_test(values: np.ndarray, baseline: np.ndarray, users: np.ndarray) -> float:
    """Test whether two recommenders have the same mean, by swapping them for whole users.

    :func:`lmbook_utils.metrics.paired_mean_test`, for values from 0 to 1.

    Parameters
    ----------
    values, baseline
        Hits or reciprocal ranks of the two at the same steps, shape (steps,).
    users
        Whose step it was, shape (steps,).

    Returns
    -------
    float
        The two-sided p-value.

    Examples
    --------
    >>> hits, fewer_hits = np.array([1, 1, 1, 0]), np.array([0, 1, 0, 0])
    >>> paired_test(hits, fewer_hits, np.array([1, 1, 2, 2]))
    0.5
    """
    for name, numbers in {"values": values, "baseline": baseline}.items():
        largest = np.max(real_numbers(name, numbers), initial=0)
        if largest > 1:
            raise ValueError(f"{name} must be from 0 to 1; the largest was {largest}")
    users = array_of("users", users)
    if users.shape != np.shape(values) or len(set(users.tolist())) < 2:
        raise ValueError(
            "users must be one for each of values, at least two different ones; their shape was "
            f"{users.shape}"
        )
    return metrics.paired_mean_test(values, baseline, users)


def _admitted(
    scores: np.ndarray, vocabulary: Vocabulary, before: Sequence[str], films: Sequence[str]
) -> np.ndarray:
    """The scores, with -inf for what cannot be recommended at each step: shape as ``scores``."""
    if np.isnan(scores).any():
        raise ValueError("recommender must score films with numbers; one was NaN")
    scores = np.array(scores, float)
    scores[:, :_SPECIAL] = -np.inf
    scores[:, vocabulary.encode(before)] = -np.inf
    for step, film in enumerate(vocabulary.encode(films)):
        scores[step + 1 :, film] = -np.inf
    return scores


def _rank(row: np.ndarray, film: int) -> int:
    if row[film] == -np.inf:
        return len(row)
    return int(np.sum(row > row[film]) + np.sum(row[:film] == row[film]))


def _best(row: np.ndarray, k: int) -> np.ndarray:
    """The ids of the ``k`` highest scores, the highest first, and of equal ones the lower id."""
    k = min(k, len(row) - _SPECIAL)
    candidates = np.flatnonzero(row >= np.partition(row, -k)[-k])
    return candidates[np.argsort(-row[candidates], kind="stable")][:k]
