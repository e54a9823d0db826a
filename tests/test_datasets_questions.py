"""The book's questions: that their answers are where they say, and that the questions are fair."""

import json
from collections import Counter
from importlib import resources

import numpy as np
import pytest

from lmbook_utils import datasets
from lmbook_utils.datasets.wikipedia import sentence_checksum
from lmbook_utils.preprocessing import english_stop_words, tokenize
from lmbook_utils.tasks.question_answering import data
from lmbook_utils.tasks.question_answering.data import (
    Answer,
    Question,
    answer_text,
    load_questions,
    parse_question,
    sentence_of,
    split_questions,
    token_places,
)
from lmbook_utils.tasks.question_answering.words import stems

QUESTIONS = load_questions()
ANSWERED = [question for question in QUESTIONS if question.answers]
UNANSWERABLE = [question for question in QUESTIONS if not question.answers]


# The collection


def test_there_are_as_many_as_the_chapter_says():
    assert len(ANSWERED) >= 310
    assert len(UNANSWERABLE) >= 55


def test_most_articles_have_a_question_and_none_has_many():
    articles = Counter(question.article for question in ANSWERED)
    assert len(articles) >= 85
    assert max(articles.values()) <= 6


def test_no_question_comes_twice():
    texts = Counter("".join(question.text.lower().split()) for question in QUESTIONS)
    assert [text for text, times in texts.items() if times > 1] == []


def test_each_answer_is_a_short_run_of_tokens_in_its_sentence():
    for question in ANSWERED:
        for answer in question.answers:
            tokens = tokenize(sentence_of(answer), lowercase=False)
            assert 0 <= answer.start < answer.end <= len(tokens), question
            assert answer.end - answer.start <= 8, question


def test_each_checksum_is_that_of_the_sentence():
    for question in ANSWERED:
        assert all(sentence_checksum(sentence_of(a)) == a.sha256 for a in question.answers), (
            question
        )


def test_no_place_is_named_twice_for_a_question():
    for question in ANSWERED:
        assert len(set(question.answers)) == len(question.answers), question


def test_an_answer_begins_and_ends_with_a_word_or_a_sign_that_belongs_to_it():
    for question in ANSWERED:
        for answer in question.answers:
            text = answer_text(answer)
            assert text[0].isalnum() or text[0] in '"$', text
            assert text[-1].isalnum() or text[-1] in ")%", text


def test_a_question_does_not_hold_its_answer():
    held = [q for q in ANSWERED if answer_text(q.answers[0]).lower() in q.text.lower()]
    # A short one, such as "ox" or "two", may be in another word.
    assert [q.text for q in held if len(answer_text(q.answers[0])) > 3] == []


def test_no_question_stands_in_the_corpus():
    text = " ".join(s for article in datasets.load_wikipedia().articles for s in article.sentences)
    text = text.lower()
    assert [question.text for question in QUESTIONS if question.text.lower() in text] == []


def test_questions_do_not_repeat_the_words_of_the_sentence():
    shares = [shared_words(question) for question in ANSWERED]
    assert np.mean(shares) < 0.45
    assert np.mean(np.array(shares) > 0.7) < 0.12


def shared_words(question):
    """The share of a question's words, without stop words, that are in the answer's sentence."""
    telling = {
        stem
        for word in tokenize(question.text)
        if word not in english_stop_words()
        for stem in stems(word)
    }
    found = telling & set(stems(sentence_of(question.answers[0])))
    return len(found) / max(1, len(telling))


def test_the_beginnings_of_the_questions_differ():
    beginnings = Counter(tuple(question.text.split()[:2]) for question in QUESTIONS)
    assert len(beginnings) > 100
    assert max(beginnings.values()) < len(QUESTIONS) / 5


def test_a_question_is_one_sentence_and_needs_none_before_it():
    for question in QUESTIONS:
        assert question.text[0].isupper(), question
        assert question.text.endswith(("?", ".")), question
        words = question.text.lower().rstrip("?.").split()
        assert not {"this", "these"} & set(words), question


def test_the_file_stores_places_and_no_text_of_an_answer():
    file = resources.files("lmbook_utils") / "data" / "questions.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        fields = {"article", "sentence", "sha256", "start", "end"}
        assert row.keys() - {"question", "also"} in (fields, {"article"})
        assert all(place.keys() == fields for place in row.get("also", ()))


# The split


def test_no_article_has_questions_in_both_parts():
    parts = split_questions(QUESTIONS)
    articles = {name: {q.article for q in part if q.answers} for name, part in parts.items()}
    assert articles["development"] & articles["test"] == set()


def test_each_question_is_in_one_part():
    parts = split_questions(QUESTIONS)
    assert Counter(parts["development"] + parts["test"]) == Counter(QUESTIONS)


def test_the_test_part_is_large_enough():
    test = split_questions(QUESTIONS)["test"]
    assert sum(bool(question.answers) for question in test) >= 150
    assert sum(not question.answers for question in test) >= 30


def test_some_questions_are_divided_as_all_of_them_are():
    whole = split_questions(QUESTIONS)
    some = split_questions(QUESTIONS[::3])
    assert all(set(part) <= set(whole[name]) for name, part in some.items())


# Reading


def test_a_line_is_read():
    line = json.dumps(
        {
            "question": "Where?",
            "article": "A",
            "sentence": 1,
            "sha256": "x",
            "start": 2,
            "end": 3,
            "also": [{"article": "B", "sentence": 4, "sha256": "y", "start": 5, "end": 7}],
        }
    )
    assert parse_question(line) == Question(
        "Where?", (Answer("A", 1, 2, 3, "x"), Answer("B", 4, 5, 7, "y"))
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"question": "Who?"}', "the fields of a question; 'article'"),
        ('{"question": "Who?", "article": "A"}', "'sentence'"),
        ('{"question": " ", "article": null}', "a question that is not empty"),
        (
            '{"question": "Q", "article": "A", "sentence": 0, "sha256": "", "start": 2, "end": 2}',
            "at least one token",
        ),
        ("[]", "the fields of a question"),
    ],
)
def test_what_is_no_question_is_refused(line, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_question(line)


def test_a_changed_sentence_is_noticed(monkeypatch):
    monkeypatch.setattr(data, "sentence_checksum", lambda sentence: "another")
    with pytest.raises(ValueError, match=r"sentence 80 of 'Anarchism' is not the one"):
        load_questions.__wrapped__()


@pytest.mark.parametrize(("article", "sentence"), [("Zebra", 0), ("Adobe", 100), ("Adobe", -1)])
def test_a_place_outside_the_corpus_is_refused(article, sentence):
    with pytest.raises(ValueError, match="answer must be in a sentence of the corpus"):
        sentence_of(Answer(article, sentence, 0, 1, ""))


def test_an_answer_beyond_the_sentence_is_refused():
    with pytest.raises(ValueError, match="within the 10 tokens"):
        answer_text(Answer("Aberdeen (disambiguation)", 0, 9, 11, ""))


def test_tokens_are_found_where_they_stand():
    sentence = 'She said: "It is 5% of the US$1."'
    tokens = [sentence[start:end] for start, end in token_places(sentence)]
    assert tokens == tokenize(sentence, lowercase=False)
    assert token_places("") == []
