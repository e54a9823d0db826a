"""Reading an answer out of passages: by rule of thumb, and by a scorer that was trained.

Both look at the same candidates, the runs of tokens that look like an answer, and at the same
numbers about each (:data:`FEATURES`): what it looks like and what is asked for, how near the
question's words are to it, and how good the passage is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from lmbook_utils._validation import (
    array_of,
    places_in,
    real_numbers,
    require_list,
    require_number,
    require_type,
    require_whole,
)
from lmbook_utils.preprocessing import tokenize
from lmbook_utils.tasks.question_answering.answer_types import (
    ASKED,
    EXPECTED,
    KINDS,
    Span,
    answer_spans,
    asks_for,
)
from lmbook_utils.tasks.question_answering.data import (
    Question,
    answer_text,
    token_places,
)
from lmbook_utils.tasks.question_answering.judging import normalise_answer
from lmbook_utils.tasks.question_answering.passages import PassageIndex
from lmbook_utils.tasks.question_answering.words import stem_of, stems

PASSAGES_READ = 5
_BEFORE = ("by", "in", "at", "from", "to", "called", "named", "the", "a", "of", "for", "(", '"')
_AFTER = (",", ".", "(", ")", '"', "is", "was", "and", "of", "'s")
_OF_SPAN = ("fits", "proximity", "in question", "in title", "goes on left", "goes on right")
_OF_PASSAGE = ("words found", "place", "relative score")
NEURAL = ("passage similarity", "span similarity", "kind similarity")
"""Features that an encoder gives, see ``neural``; 0 as long as none was asked."""
FEATURES = (
    *_OF_SPAN,
    *_OF_PASSAGE,
    "length",
    "seen elsewhere",
    *NEURAL,
    *(f"{kind} for {asked}" for asked in ASKED for kind in KINDS),
    *(f"after {word}" for word in _BEFORE),
    *(f"before {word}" for word in _AFTER),
)
"""The names of the columns of ``Candidates.features``."""

_COLUMN = {name: i for i, name in enumerate(FEATURES)}


@dataclass(frozen=True)
class Candidates:
    """The possible answers to a question, in the passages that were read.

    Attributes
    ----------
    texts
        The words of each candidate as they stand in the corpus.
    passages : ndarray of int64, shape (candidates,)
        The number of the passage of each, in the index.
    spans
        Where it is in the tokens of the passage.
    features : ndarray, shape (candidates, features)
        What is known of each, in the order of :data:`FEATURES`.
    """

    texts: tuple[str, ...]
    passages: np.ndarray
    spans: tuple[Span, ...]
    features: np.ndarray

    def with_columns(self, **columns: np.ndarray) -> "Candidates":
        """The same candidates with other values of some features.

        Raises
        ------
        ValueError
            If there is no such feature, or not a number for each candidate.
        """
        features = self.features.copy()
        for name, values in columns.items():
            if name.replace("_", " ") not in _COLUMN:
                raise ValueError(f"{name} must be one of {', '.join(FEATURES)}")
            values = real_numbers(name, values, "candidates")
            if len(values) != len(features):
                raise ValueError(f"{name} must be {len(features)} numbers; it was {len(values)}")
            features[:, _COLUMN[name.replace("_", " ")]] = values
        return replace(self, features=features)

    def column(self, name: str) -> np.ndarray:
        """One feature of all candidates, shape (candidates,).

        Raises
        ------
        ValueError
            If there is no such feature.
        """
        require_type(str, name=name)
        if name not in _COLUMN:
            raise ValueError(f"name must be one of {', '.join(FEATURES)}; it was {name!r}")
        return self.features[:, _COLUMN[name]]


class Guess(NamedTuple):
    """What a reader answers, where it stands, and how sure the reader is (the higher, the more)."""

    text: str
    passage: int
    span: Span
    score: float


NO_GUESS = Guess("", -1, Span(0, 0, "words"), -np.inf)


def find_candidates(question: str, index: PassageIndex, scores: Mapping[int, float]) -> Candidates:
    """Collect the possible answers to a question in the passages that a search found.

    Parameters
    ----------
    question
        Any text.
    index
        All passages.
    scores
        The number of a passage that is read → its score in the search, the best first.

    Raises
    ------
    ValueError
        If ``question`` is no string, ``index`` is no ``PassageIndex``, or ``scores`` is no mapping.

    Examples
    --------
    >>> from lmbook_utils.tasks.question_answering.passages import Passage, build_index
    >>> texts = ["Reber built a telescope in 1937.", "Dogs bark."]
    >>> index = build_index([Passage("X", i, text, "", "") for i, text in enumerate(texts)])
    >>> found = find_candidates("When was the telescope built?", index, {0: 2.5})
    >>> found.texts
    ('Reber', 'Reber built', 'built', 'telescope', '1937')
    >>> found.features.shape == (5, len(FEATURES))
    True
    """
    require_type(str, question=question)
    require_type(PassageIndex, index=index)
    require_type(Mapping, scores=scores)
    places_in(len(index.passages), scores=list(scores))
    for score in scores.values():
        require_number(scores=score)
    asked, weights = asks_for(question), _word_weights(question, index)
    highest = max(scores.values(), default=0.0)
    texts, passages, spans, rows = [], [], [], []
    for place, (number, score) in enumerate(scores.items()):
        passage = index.passages[number]
        parsed = _parse(passage.text)
        if not parsed.spans:
            continue
        title = frozenset(stems(passage.title))
        of_passage = {
            "words found": _share_found(title.union(parsed.stems), weights),
            "place": 1 / (1 + place),
            "relative score": score / highest if highest > 0 else 0.0,
        }
        texts += parsed.texts
        passages += [number] * len(parsed.spans)
        spans += parsed.spans
        rows.append(_features(parsed, asked, weights, title, of_passage))
    features = np.concatenate(rows) if rows else np.zeros((0, len(FEATURES)))
    candidates = Candidates(tuple(texts), np.array(passages, int), tuple(spans), features)
    candidates.column("seen elsewhere")[:] = _seen_elsewhere(candidates)
    return candidates


class _Parsed(NamedTuple):
    """What is needed of a sentence, whatever is asked."""

    tokens: list[str]
    stems: list[str]
    spans: list[Span]
    texts: list[str]
    goes_on: np.ndarray
    """Whether a token of the same sort is left and right of each span, shape (2, spans)."""


@lru_cache(maxsize=20_000)
def _parse(text: str) -> _Parsed:
    tokens = tokenize(text, lowercase=False)
    spans = answer_spans(tokens)
    places = token_places(text)
    texts = [text[places[s.start][0] : places[s.end - 1][1]] for s in spans]
    sorts = [(t[0].isupper(), t[0].isdigit()) if t[0].isalnum() else None for t in tokens]
    left = [bool(s.start) and sorts[s.start] == sorts[s.start - 1] for s in spans]
    right = [s.end < len(tokens) and sorts[s.end - 1] == sorts[s.end] for s in spans]
    return _Parsed(tokens, [stem_of(t) for t in tokens], spans, texts, np.array([left, right]))


def _word_weights(question: str, index: PassageIndex) -> dict[str, float]:
    """The words of a question → their idf: how much it tells that a passage has it."""
    ids = {word: index.vocabulary[word] for word in stems(question) if word in index.vocabulary}
    size = len(index.passages)
    return {w: float(np.log(size / index.passage_frequencies[i])) for w, i in ids.items()}


def _share_found(found: frozenset[str], weights: Mapping[str, float]) -> float:
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in found) / total if total else 0


def _features(
    parsed: _Parsed,
    asked: str,
    weights: Mapping[str, float],
    title: frozenset[str],
    of_passage: Mapping[str, float],
) -> np.ndarray:
    """The features of the spans of one passage, shape (spans, features)."""
    tokens, spans = parsed.tokens, parsed.spans
    weight = np.array([weights.get(stem, 0.0) for stem in parsed.stems])
    in_title = np.array([stem in title for stem in parsed.stems])
    places = np.arange(len(tokens))
    starts, ends = (np.array([span[i] for span in spans]) for i in (0, 1))
    to_right, to_left = places - ends[:, None] + 1, starts[:, None] - places
    distance = np.maximum(np.maximum(to_left, to_right), 0)
    inside = distance == 0
    near = np.where(inside, 0, weight / (1 + distance)).sum(axis=1)
    sizes = (ends - starts).astype(float)
    columns = {
        "fits": [span.kind in EXPECTED[asked] for span in spans],
        "proximity": near / (sum(weights.values()) or 1),
        "in question": (inside & (weight > 0)).sum(axis=1) / sizes,
        "in title": (inside & in_title).sum(axis=1) / sizes,
        "goes on left": parsed.goes_on[0],
        "goes on right": parsed.goes_on[1],
        "length": sizes,
        **of_passage,
    }
    table = np.zeros((len(spans), len(FEATURES)))
    for name, column in columns.items():
        table[:, _COLUMN[name]] = column
    for row, span in enumerate(spans):
        before = tokens[span.start - 1] if span.start else ""
        after = tokens[span.end] if span.end < len(tokens) else ""
        for name in (f"{span.kind} for {asked}", f"after {before}", f"before {after}"):
            if name in _COLUMN:
                table[row, _COLUMN[name]] = 1
    return table


def _seen_elsewhere(candidates: Candidates) -> np.ndarray:
    """In how many other passages each candidate's words are a candidate, too, as a logarithm."""
    texts = [normalise_answer(text) for text in candidates.texts]
    pairs = set(zip(texts, candidates.passages.tolist(), strict=True))
    counts = Counter(text for text, _ in pairs)
    return np.log([counts[text] for text in texts]) if texts else np.zeros(0)


def rule_of_thumb(candidates: Candidates) -> np.ndarray:
    """Score candidates without training: of the right kind, whole, new, and near the question.

    A candidate that is of a kind that is asked for, does not go on beside itself and has no word
    of the question, comes before all others. Among them the better passage comes first, and in it
    the one that is nearest to the question's words.

    Returns
    -------
    ndarray, shape (candidates,)

    Raises
    ------
    ValueError
        If ``candidates`` is no ``Candidates``.

    Examples
    --------
    >>> from lmbook_utils.tasks.question_answering.passages import Passage, build_index
    >>> index = build_index([Passage("X", 0, "In 1937 Reber built the telescope.", "", "")])
    >>> found = find_candidates("Who built the telescope?", index, {0: 2.5})
    >>> found.texts[int(rule_of_thumb(found).argmax())]
    'Reber'
    """
    require_type(Candidates, candidates=candidates)
    whole = (candidates.column("goes on left") == 0) & (candidates.column("goes on right") == 0)
    new = candidates.column("in question") == 0
    scores: np.ndarray = (
        4 * candidates.column("fits")
        + 2 * (whole & new)
        + candidates.column("place")
        + 0.1 * candidates.column("proximity")
    )
    return scores


def is_right(candidates: Candidates, question: Question, index: PassageIndex) -> np.ndarray:
    """Whether each candidate is an answer, in a passage that answers, shape (candidates,).

    Raises
    ------
    ValueError
        If ``candidates`` is no ``Candidates``, ``question`` is no ``Question``, or ``index`` is no
        ``PassageIndex``.

    Examples
    --------
    >>> none = find_candidates("", PassageIndex([], {}, np.zeros((0, 0))), {})
    >>> is_right(none, Question("?"), PassageIndex([], {}, np.zeros((0, 0)))).tolist()
    []
    """
    require_type(Candidates, candidates=candidates)
    require_type(Question, question=question)
    require_type(PassageIndex, index=index)
    answers = {normalise_answer(answer_text(answer)) for answer in question.answers}
    passages = index.answering(question)
    right = [normalise_answer(text) in answers for text in candidates.texts]
    return np.array(right, bool) & np.isin(candidates.passages, passages)


class AnswerScorer:
    """Logistic regression that tells the candidate that is the answer from the others.

    Parameters
    ----------
    c
        The inverse strength of the regularisation, above 0.
    without
        Features that it does not look at.

    Attributes
    ----------
    model_ : Pipeline
        What was trained: features made comparable, and a weight for each.

    Raises
    ------
    ValueError
        If ``without`` is no list of strings.
    """

    def __init__(self, c: float = 0.1, without: Sequence[str] = ()):
        require_list(str, without=without)
        unknown = set(without) - set(FEATURES)
        if unknown:
            raise ValueError(f"without must name features; {sorted(unknown)} are none")
        self.c, self.without = c, tuple(without)
        self._columns = [i for i, name in enumerate(FEATURES) if name not in self.without]

    def fit(self, candidates: Sequence[Candidates], right: Sequence[np.ndarray]) -> "AnswerScorer":
        """Train on the candidates of several questions.

        Parameters
        ----------
        candidates
            Of each question.
        right
            For each question what :func:`is_right` says of its candidates.

        Raises
        ------
        ValueError
            If no candidate is right, or all are. Also if ``candidates`` is no list of
            ``Candidates``, or ``right`` is no list of ``ndarray``.
        """
        require_list(Candidates, candidates=candidates)
        require_list(np.ndarray, right=right)
        if [one.shape for one in right] != [(len(one.texts),) for one in candidates]:
            raise ValueError("right must say of each of the candidates whether it is right")
        labels = np.concatenate([np.zeros(0, bool), *right])
        if not 0 < labels.sum() < len(labels):
            raise ValueError(
                f"right must have right and wrong candidates; {labels.sum()} of {len(labels)} "
                "were right"
            )
        features = np.concatenate([one.features[:, self._columns] for one in candidates])
        self.model_: Pipeline = make_pipeline(
            StandardScaler(), LogisticRegression(C=self.c, max_iter=1000)
        )
        self.model_.fit(features, labels)
        return self

    def score(self, candidates: Candidates) -> np.ndarray:
        """The log-odds that each candidate is the answer, shape (candidates,).

        Raises
        ------
        ValueError
            If ``candidates`` is no ``Candidates``.
        """
        require_type(Candidates, candidates=candidates)
        if not candidates.texts:
            return np.zeros(0)
        scores: np.ndarray = self.model_.decision_function(candidates.features[:, self._columns])
        return scores

    def weights(self) -> dict[str, float]:
        """The weight of each feature, in standard deviations of that feature."""
        names = [FEATURES[i] for i in self._columns]
        return dict(zip(names, self.model_[-1].coef_[0].tolist(), strict=True))


def best_guess(candidates: Candidates, scores: np.ndarray) -> Guess:
    """The candidate with the highest score; of equal ones the first; an empty one if there is none.

    Raises
    ------
    ValueError
        If ``candidates`` is no ``Candidates``.

    Examples
    --------
    >>> from lmbook_utils.tasks.question_answering.passages import Passage, build_index
    >>> index = build_index([Passage("X", 0, "Reber built it.", "", "")])
    >>> found = find_candidates("Who built it?", index, {0: 2.5})
    >>> best_guess(found, np.array([1.5, 0.5, 0.2]))
    Guess(text='Reber', passage=0, span=Span(start=0, end=1, kind='name'), score=1.5)
    """
    require_type(Candidates, candidates=candidates)
    scores = real_numbers("scores", scores, "candidates")
    if len(scores) != len(candidates.texts) or np.isnan(scores).any():
        raise ValueError(
            f"scores must be a number for each of the {len(candidates.texts)} candidates; the "
            f"shape was {scores.shape}, or one was NaN"
        )
    if not len(scores):
        return NO_GUESS
    i = int(np.argmax(scores))
    return Guess(
        candidates.texts[i], int(candidates.passages[i]), candidates.spans[i], float(scores[i])
    )


def recorded_scores(row: Mapping[str, str], passages: int) -> np.ndarray:
    """The scores of all passages from a list that was recorded; -inf for those not on it.

    Parameters
    ----------
    row
        The numbers of the passages and their cosines, each as text with spaces between.
    passages
        How many passages there are.

    Returns
    -------
    ndarray, shape (passages,)

    Raises
    ------
    ValueError
        If ``row`` is no mapping, or ``passages`` is no whole number from 1.

    Examples
    --------
    >>> recorded_scores({"passages": "2 0", "cosines": "0.9 0.5"}, 3).tolist()
    [0.5, -inf, 0.9]
    """
    require_type(Mapping, row=row)
    require_whole(1, passages=passages)
    scores = np.full(passages, -np.inf)
    try:
        numbers = [int(number) for number in row["passages"].split()]
        scores[places_in(passages, row=numbers)] = list(map(float, row["cosines"].split()))
    except (KeyError, AttributeError, ValueError) as error:
        raise ValueError(
            f"row must hold passages and cosines, numbers with spaces between; {error!r}"
        ) from None
    return scores


def cross_fitted_scores(
    candidates: Sequence[Candidates],
    right: Sequence[np.ndarray],
    groups: np.ndarray,
    scorer: AnswerScorer,
    folds: int = 5,
) -> list[np.ndarray]:
    """Score the candidates of each question by a scorer that was trained on other articles.

    A scorer is surer of what it was trained on than of anything new. Whoever chooses its settings,
    or a threshold, needs scores as they will be on new questions.

    Parameters
    ----------
    candidates, right
        As in :meth:`AnswerScorer.fit`.
    groups
        The article of each question, shape (questions,).
    scorer
        Its settings are used.
    folds
        In how many parts the articles are divided, from 2.

    Returns
    -------
    list of ndarray
        The scores of each question's candidates.

    Raises
    ------
    ValueError
        If ``candidates`` is no list of ``Candidates``, ``right`` is no list of ``ndarray``, or
        ``scorer`` is no ``AnswerScorer``.

    Examples
    --------
    >>> from lmbook_utils.tasks.question_answering.passages import Passage, build_index
    >>> index = build_index([Passage("X", 0, "Reber built it.", "", "")])
    >>> found = [find_candidates("Who built it?", index, {0: 2.5})] * 2
    >>> labels = [np.array([text == "Reber" for text in found[0].texts])] * 2
    >>> scores = cross_fitted_scores(found, labels, np.array([0, 1]), AnswerScorer(), folds=2)
    >>> [int(s.argmax()) for s in scores]
    [0, 0]
    """
    require_list(Candidates, candidates=candidates)
    require_list(np.ndarray, right=right)
    require_type(AnswerScorer, scorer=scorer)
    require_whole(2, folds=folds)
    groups = array_of("groups", groups)
    if groups.dtype == object:
        raise ValueError("groups must be numbers or names; they were objects")
    if groups.ndim != 1 or not len(candidates) == len(right) == len(groups):
        raise ValueError(
            "candidates, right and groups must be of the same questions; there were "
            f"{len(candidates)}, {len(right)} and {groups.shape}"
        )
    if len(np.unique(groups)) < folds:
        raise ValueError(f"folds must be at most the number of groups; it was {folds}")
    scores: list[np.ndarray] = [np.zeros(0)] * len(candidates)
    for train, held_out in GroupKFold(folds).split(candidates, groups=groups):
        model = AnswerScorer(scorer.c, scorer.without)
        model.fit([candidates[i] for i in train], [right[i] for i in train])
        for i in held_out:
            scores[i] = model.score(candidates[i])
    return scores
