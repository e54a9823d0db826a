"""What is searched: the sentences of the corpus, each with a glance at its surroundings.

A passage is one sentence: small enough to be read at once, and what holds an answer. But "It was
admitted as the 49th state" does not say what was. So the words of its two neighbours count a
little for a sentence, too, and those of its article's title.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.sparse import csc_array

from lmbook_utils._validation import list_of, require_list, require_number, require_type
from lmbook_utils.datasets.wikipedia import Article
from lmbook_utils.tasks.question_answering.data import Question
from lmbook_utils.tasks.question_answering.words import stems

NEIGHBOUR_WEIGHT, TITLE_WEIGHT = 0.25, 2.0  # among the best on the development questions


@dataclass(frozen=True)
class Passage:
    """A sentence of an article, and the sentences before and after it (``""`` at the ends)."""

    title: str
    number: int
    text: str
    before: str
    after: str

    @property
    def in_context(self) -> str:
        """The title and the three sentences as one text."""
        return " ".join(part for part in (f"{self.title}.", self.before, self.text, self.after))


def make_passages(articles: Iterable[Article]) -> list[Passage]:
    """Make a passage of each sentence.

    Raises
    ------
    ValueError
        If ``articles`` is no list of ``Article``.

    Examples
    --------
    >>> [passage] = make_passages([Article("Ant", (), ("Ants live together.",))])
    >>> passage.title, passage.number, passage.text, passage.after
    ('Ant', 0, 'Ants live together.', '')
    """
    articles = list_of(Article, articles=articles)
    passages = []
    for article in articles:
        padded = ["", *article.sentences, ""]
        for i, text in enumerate(article.sentences):
            passages.append(Passage(article.title, i, text, padded[i], padded[i + 2]))
    return passages


@dataclass(frozen=True)
class PassageIndex:
    """How often each word is in each passage: all that a search by words needs.

    Attributes
    ----------
    passages
        What is searched.
    vocabulary
        Word → its number.
    counts : csc_array of float64, shape (passages, words)
        How often each word is in each passage, weighted by where it is.
    """

    passages: Sequence[Passage]
    vocabulary: dict[str, int]
    counts: csc_array

    @cached_property
    def lengths(self) -> np.ndarray:
        """The sum of the counts of each passage, shape (passages,)."""
        return np.asarray(self.counts.sum(axis=1)).ravel()

    @cached_property
    def collection_probabilities(self) -> np.ndarray:
        """Relative frequency of each word in all passages together, shape (words,)."""
        totals = np.asarray(self.counts.sum(axis=0)).ravel()
        shares: np.ndarray = totals / totals.sum()
        return shares

    @cached_property
    def passage_frequencies(self) -> np.ndarray:
        """In how many passages each word is, shape (words,)."""
        return np.diff(self.counts.indptr)

    @cached_property
    def numbers(self) -> dict[tuple[str, int], int]:
        """Title and number of a sentence → the number of its passage."""
        return {(p.title, p.number): i for i, p in enumerate(self.passages)}

    def word_ids(self, question: str) -> list[int]:
        """The numbers of a question's words, as often as they come; unknown words are left out.

        Raises
        ------
        ValueError
            If ``question`` is no string.
        """
        require_type(str, question=question)
        return [self.vocabulary[word] for word in stems(question) if word in self.vocabulary]

    def counts_of(self, question: str) -> np.ndarray:
        """The counts of the question's known words, shape (passages, words of the question).

        Raises
        ------
        ValueError
            If ``question`` is no string.
        """
        require_type(str, question=question)
        counts: np.ndarray = self.counts[:, self.word_ids(question)].toarray()
        return counts

    def answering(self, question: Question) -> list[int]:
        """The numbers of the passages that hold an answer to a question.

        Raises
        ------
        ValueError
            If an answer is in none of the passages. Also if ``question`` is no ``Question``.
        """
        require_type(Question, question=question)
        places = [(answer.article, answer.sentence) for answer in question.answers]
        missing = [place for place in places if place not in self.numbers]
        if missing:
            raise ValueError(f"question must be answered by passages of the index; not {missing}")
        return [self.numbers[place] for place in places]


def build_index(
    passages: Sequence[Passage],
    neighbour_weight: float = NEIGHBOUR_WEIGHT,
    title_weight: float = TITLE_WEIGHT,
) -> PassageIndex:
    """Count the words of passages.

    Parameters
    ----------
    passages
        At least one.
    neighbour_weight, title_weight
        What a word counts that is in a neighbouring sentence or in the title; one in the sentence
        itself counts 1. With 0 they are not looked at.

    Raises
    ------
    ValueError
        If there is no passage with a word in it, or a weight is no number from 0. Also if
        ``passages`` is no list of ``Passage``.

    Examples
    --------
    >>> ants = Passage("Ant", 0, "Ants live together.", before="", after="They live long.")
    >>> index = build_index([ants], neighbour_weight=0.5, title_weight=1)
    >>> dict(zip(index.vocabulary, index.counts.toarray()[0].tolist()))
    {'ant': 2.0, 'live': 1.5, 'togeth': 1.0, 'they': 0.5, 'long': 0.5}
    """
    require_list(Passage, passages=passages)
    require_number(0, neighbour_weight=neighbour_weight, title_weight=title_weight)
    vocabulary: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, passage in enumerate(passages):
        counts: defaultdict[str, float] = defaultdict(float)
        for text, weight in (
            (passage.text, 1.0),
            (passage.before, neighbour_weight),
            (passage.after, neighbour_weight),
            (passage.title, title_weight),
        ):
            for word in _stems_of(text) if weight else ():
                counts[word] += weight
        rows += [row] * len(counts)
        columns += [vocabulary.setdefault(word, len(vocabulary)) for word in counts]
        values += counts.values()
    if not values:
        raise ValueError("passages must hold at least one word; there was none")
    shape = len(passages), len(vocabulary)
    return PassageIndex(passages, vocabulary, csc_array((values, (rows, columns)), shape=shape))


@lru_cache(maxsize=100_000)
def _stems_of(text: str) -> tuple[str, ...]:
    """A sentence is read three times: for itself, and as a neighbour of two others."""
    return tuple(stems(text))
