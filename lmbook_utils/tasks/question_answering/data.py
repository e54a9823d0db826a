"""The book's questions about the running corpus, and where the corpus answers them.

They are in ``data/questions.jsonl``, one in a line. An answer is stored as a place, not as a text:
article, number of the sentence, first token and the token after the last. So nothing of the corpus
is copied, and a checksum of each sentence tells whether the place is still the right one. The page
"The questions" of the appendix says how they were written.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from lmbook_utils import datasets
from lmbook_utils._validation import is_whole, require_list, require_type
from lmbook_utils.datasets.splits import split_documents
from lmbook_utils.datasets.wikipedia import Article, sentence_checksum
from lmbook_utils.preprocessing import tokenize

SPLIT_SEED = 0
SPLIT_FRACTIONS = {"development": 0.5, "test": 0.5}


@dataclass(frozen=True)
class Answer:
    """A place in the corpus that answers a question.

    Attributes
    ----------
    article
        The title of the article.
    sentence
        The number of the sentence in the article, from 0.
    start, end
        The first token of the answer and the one after its last, in the tokens of
        ``preprocessing.tokenize(sentence, lowercase=False)``.
    sha256
        The first 16 hexadecimal digits of the checksum of the sentence.
    """

    article: str
    sentence: int
    start: int
    end: int
    sha256: str


@dataclass(frozen=True)
class Question:
    """A question with the places that answer it; there is none if the corpus does not.

    Examples
    --------
    >>> question = load_questions()[0]
    >>> question.text, [answer_text(answer) for answer in question.answers]
    ("France's loss in which conflict led Parisians to rise up and set up the Commune?", \
['Franco-Prussian War'])
    """

    text: str
    answers: tuple[Answer, ...] = ()

    @property
    def article(self) -> str | None:
        """The title of the article that the question was written from."""
        return self.answers[0].article if self.answers else None


def parse_question(line: str) -> Question:
    """Read a question from a line of the file.

    Parameters
    ----------
    line
        A JSON object: ``question`` and ``article``, which is null where there is no answer, and
        otherwise ``sentence``, ``sha256``, ``start``, ``end``, and in ``also`` a list of further
        places.

    Raises
    ------
    ValueError
        If the question is empty, an answer holds no token, or something is missing. Also if
        ``line`` is no string.

    Examples
    --------
    >>> parse_question('{"question": "How tall was Achilles?", "article": null}')
    Question(text='How tall was Achilles?', answers=())
    """
    require_type(str, line=line)
    try:
        row = json.loads(line)
        text, places = row["question"], []
        if row["article"] is not None:
            places = [row, *row.get("also", ())]
        answers = tuple(
            Answer(p["article"], p["sentence"], p["start"], p["end"], p["sha256"]) for p in places
        )
    except (KeyError, TypeError, AttributeError, RecursionError, ValueError) as error:
        raise ValueError(
            f"line must have the fields of a question; {error} in {line!r:.200}"
        ) from None
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"line must have a question that is not empty; it was {line!r:.200}")
    for answer in answers:
        if not all(map(is_whole, (answer.sentence, answer.start, answer.end))):
            raise ValueError(f"line must name places by whole numbers; it was {line!r:.200}")
        if not 0 <= answer.start < answer.end:
            raise ValueError(f"line must have answers of at least one token; it was {line!r:.200}")
    return Question(text, answers)


@cache
def load_questions() -> tuple[Question, ...]:
    """Load all questions, those with an answer first, in the order of the articles.

    Raises
    ------
    ValueError
        If a sentence of the corpus is not the one that a question was written from.
    OSError
        As :func:`lmbook_utils.datasets.load_wikipedia`.

    Examples
    --------
    >>> questions = load_questions()
    >>> len(questions), sum(bool(question.answers) for question in questions)
    (414, 332)
    """
    file = resources.files("lmbook_utils") / "data" / "questions.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    questions = tuple(parse_question(line) for line in lines)
    for question in questions:
        for answer in question.answers:
            found = sentence_checksum(sentence_of(answer))
            if found != answer.sha256:
                raise ValueError(
                    f"sentence {answer.sentence} of {answer.article!r} is not the one that "
                    f"{question.text!r} was written from: its checksum is {found}, not "
                    f"{answer.sha256}"
                )
    return questions


def split_questions(questions: Sequence[Question]) -> dict[str, tuple[Question, ...]]:
    """Divide questions into ``"development"`` and ``"test"``, by the article of the answer.

    So what was fitted or chosen on the one has seen none of the articles of the other. Questions
    without an answer are divided by a checksum of their text. (The corpus' own split has ten
    articles in its test part, too few for this task.)

    Parameters
    ----------
    questions
        From :func:`load_questions`, or some of them.

    Examples
    --------
    >>> parts = split_questions(load_questions())
    >>> {name: len(part) for name, part in parts.items()}
    {'development': 205, 'test': 209}
    """
    require_list(Question, questions=questions)
    groups = [
        [article.title for article in datasets.load_wikipedia().articles],
        [question.text for question in load_questions() if not question.answers],
    ]
    part_of: dict[str, str] = {}
    for names in groups:
        parts = split_documents(names, SPLIT_SEED, SPLIT_FRACTIONS)
        part_of |= {names[i]: part for part, rows in parts.items() for i in rows}
    return {
        part: tuple(q for q in questions if part_of[q.article or q.text] == part)
        for part in SPLIT_FRACTIONS
    }


def sentence_of(answer: Answer) -> str:
    """The sentence of the corpus that an answer is in.

    Raises
    ------
    ValueError
        If there is no such article or sentence. Also if ``answer`` is no ``Answer``.

    Examples
    --------
    >>> sentence_of(Answer("Aberdeen (disambiguation)", 0, 5, 6, ""))
    'Aberdeen is a city in Scotland, United Kingdom.'
    """
    require_type(Answer, answer=answer)
    article = _articles().get(answer.article)
    if article is None or not 0 <= answer.sentence < len(article.sentences):
        raise ValueError(
            f"answer must be in a sentence of the corpus; it was {answer.sentence} of "
            f"{answer.article!r}"
        )
    return article.sentences[answer.sentence]


def answer_text(answer: Answer) -> str:
    """The words of an answer as they stand in the corpus, with the spaces between them.

    Raises
    ------
    ValueError
        If there is no such sentence, or it has not so many tokens. Also if ``answer`` is no
        ``Answer``.

    Examples
    --------
    >>> answer_text(Answer("Aberdeen (disambiguation)", 0, 7, 9, ""))
    'United Kingdom'
    """
    require_type(Answer, answer=answer)
    sentence = sentence_of(answer)
    places = token_places(sentence)
    if not 0 <= answer.start < answer.end <= len(places):
        raise ValueError(
            f"answer must be within the {len(places)} tokens of its sentence; it went from "
            f"{answer.start} to {answer.end}"
        )
    return sentence[places[answer.start][0] : places[answer.end - 1][1]]


def token_places(sentence: str) -> list[tuple[int, int]]:
    """Where each token of a sentence begins and ends in its text, in characters.

    Parameters
    ----------
    sentence
        A clean sentence, as those of the corpus are.

    Raises
    ------
    ValueError
        If ``sentence`` is no string.

    Examples
    --------
    >>> token_places("In 1867, again.")
    [(0, 2), (3, 7), (7, 8), (9, 14), (14, 15)]
    """
    require_type(str, sentence=sentence)
    places, position = [], 0
    for token in tokenize(sentence, lowercase=False):
        position = sentence.find(token, position)
        if position < 0:
            raise ValueError(f"sentence must be clean text; {token!r} is not in {sentence!r:.80}")
        places.append((position, position + len(token)))
        position += len(token)
    return places


@cache
def _articles() -> dict[str, Article]:
    return {article.title: article for article in datasets.load_wikipedia().articles}
