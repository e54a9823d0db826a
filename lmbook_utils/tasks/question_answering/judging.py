"""Judging question answering: where was the right passage, and are these the right words?"""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils._validation import (
    real_numbers,
    require_callable,
    require_list,
    require_type,
    require_whole,
)
from lmbook_utils.tasks.question_answering.data import Question
from lmbook_utils.tasks.question_answering.passages import PassageIndex
from lmbook_utils.tasks.recommendation import Outcomes

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLE = re.compile(r"\b(a|an|the)\b")


def article_groups(questions: Sequence[Question]) -> np.ndarray:
    """A number for the article of each question; a question without one is a group by itself.

    It is what intervals and tests resample: questions about one article are not independent.

    Returns
    -------
    ndarray of int64, shape (questions,)

    Raises
    ------
    ValueError
        If ``questions`` is no list of ``Question``.

    Examples
    --------
    >>> article_groups([Question("Who?"), Question("What?")]).tolist()
    [0, 1]
    """
    require_list(Question, questions=questions)
    names: dict[str, int] = {}
    keys = [question.article or f"\0{question.text}" for question in questions]
    return np.array([names.setdefault(key, len(names)) for key in keys])


def judge_ranking(
    rank: Callable[[str], np.ndarray],
    index: PassageIndex,
    questions: Sequence[Question],
    list_length: int = 100,
) -> Outcomes:
    """Rank all passages for each question, and look where the first answering one is.

    The result is of the kind that judges recommenders: its ``hits(k)`` are
    recall@k, its ``reciprocal_ranks(k)`` give MRR@k, and its ``users`` are the articles. Of two
    passages with the same score, the one that comes first in the corpus is above.

    Parameters
    ----------
    rank
        From a question to the scores of all passages, shape (passages,); -inf for one that is
        not on the list.
    index
        The passages.
    questions
        At least one; all have an answer.
    list_length
        How many of the best passages are kept.

    Raises
    ------
    ValueError
        If there is no question, one has no answer, or a score is NaN. Also if ``rank`` is no
        function, ``index`` is no ``PassageIndex``, or ``questions`` is no list of ``Question``.

    Examples
    --------
    >>> from lmbook_utils.tasks.question_answering.data import Answer
    >>> from lmbook_utils.tasks.question_answering.passages import Passage, build_index
    >>> texts = ["Ants live in colonies.", "Bees live in hives."]
    >>> index = build_index([Passage("X", i, text, "", "") for i, text in enumerate(texts)])
    >>> question = Question("Where do bees live?", (Answer("X", 1, 3, 4, ""),))
    >>> judge_ranking(lambda text: np.array([0.5, 0.4]), index, [question]).ranks.tolist()
    [1]
    """
    require_callable(rank=rank)
    require_type(PassageIndex, index=index)
    require_list(Question, questions=questions)
    require_whole(1, list_length=list_length)
    if not questions or not all(question.answers for question in questions):
        raise ValueError("questions must be at least one, and all must have an answer")
    ranks, lists = [], []
    for question in questions:
        scores = np.asarray(rank(question.text), float)
        if scores.shape != (len(index.passages),) or np.isnan(scores).any():
            raise ValueError(
                f"rank must give a number for each of the {len(index.passages)} passages; the "
                f"shape was {scores.shape}, or one was NaN"
            )
        ranks.append(min(_place(scores, i) for i in index.answering(question)))
        lists.append(best(scores, list_length))
    return Outcomes(article_groups(questions), np.array(ranks), np.array(lists))


def best(scores: np.ndarray, k: int) -> np.ndarray:
    """The numbers of the ``k`` passages with the highest scores, the best first.

    Raises
    ------
    ValueError
        If ``k`` is no whole number from 1.

    Examples
    --------
    >>> best(np.array([0.1, 0.5, 0.5]), 2).tolist()
    [1, 2]
    """
    require_whole(1, k=k)
    scores = real_numbers("scores", scores, "passages")
    k = min(k, len(scores))
    if not k:
        raise ValueError("scores must be of at least one passage; there was none")
    candidates = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
    return candidates[np.argsort(-scores[candidates], kind="stable")][:k]


def _place(scores: np.ndarray, i: int) -> int:
    if scores[i] == -np.inf:
        return len(scores)
    return int(np.sum(scores > scores[i]) + np.sum(scores[:i] == scores[i]))


def normalise_answer(text: str) -> str:
    """Take away what should not count in an answer, as SQuAD's own script does.

    Capitals, punctuation, "a", "an" and "the", and runs of spaces (Rajpurkar et al., 2016).

    Raises
    ------
    ValueError
        If ``text`` is no string.

    Examples
    --------
    >>> normalise_answer('The "Battle of the Cowshed", 1918.')
    'battle of cowshed 1918'
    """
    if not isinstance(text, str):
        raise ValueError(f"text must be a string; it was {type(text).__name__}")
    text = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLE.sub(" ", text).split())


def exact_match(guess: str, answers: Sequence[str]) -> float:
    """1 if a guess is one of the answers after normalisation, else 0.

    Parameters
    ----------
    guess
        The words that a system gave; ``""`` if it gave none.
    answers
        What is right; empty if the question has no answer, so that ``""`` is right.

    Raises
    ------
    ValueError
        If ``guess`` is no string, or ``answers`` is no list of strings.

    Examples
    --------
    >>> exact_match("Jim Lovell.", ["the Lindberghs", "jim lovell"]), exact_match("", [])
    (1.0, 1.0)
    """
    require_type(str, guess=guess)
    require_list(str, answers=answers)
    normal = normalise_answer(guess)
    return float(normal in [normalise_answer(answer) for answer in answers or [""]])


def token_f1(guess: str, answers: Sequence[str]) -> float:
    """F1 of the words of a guess and of an answer, the best over all answers.

    Equation: :eq:`eq-qa-f1`

    Parameters
    ----------
    guess, answers
        As in :func:`exact_match`. Where one of the two has no word, F1 is 1 if neither has.

    Raises
    ------
    ValueError
        If ``guess`` is no string, or ``answers`` is no list of strings.

    Examples
    --------
    >>> token_f1("General Johnston", ["Albert Sidney Johnston"])
    0.4
    """
    require_type(str, guess=guess)
    require_list(str, answers=answers)
    return max(_f1(guess, answer) for answer in answers or [""])


def _f1(guess: str, answer: str) -> float:
    given, wanted = (normalise_answer(text).split() for text in (guess, answer))
    if not given or not wanted:
        return float(given == wanted)
    common = sum((Counter(given) & Counter(wanted)).values())
    precision, recall = common / len(given), common / len(wanted)
    return 2 * precision * recall / (precision + recall) if common else 0.0
