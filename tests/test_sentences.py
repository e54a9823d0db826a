"""Punkt, trained on the text that it splits."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

from lmbook_utils.sentences import (
    COMMON_ABBREVIATIONS,
    parameters_to_json,
    splitter_from_json,
    train_sentence_splitter,
)

TEXT = [
    "The farm lies on hwy. nine. It is old.",
    "Take hwy. five to the lake. Swim there.",
    "We left hwy. two at noon. The sun shone.",
]


@pytest.fixture(scope="module")
def splitter():
    return train_sentence_splitter(TEXT)


def test_an_abbreviation_is_learnt_from_the_text(splitter):
    text = "She took hwy. Seven home. Nobody came."
    assert splitter.tokenize(text) == ["She took hwy. Seven home.", "Nobody came."]
    other = train_sentence_splitter(["Nothing in this text is shortened. Not one word is."])
    assert other.tokenize(text) == ["She took hwy.", "Seven home.", "Nobody came."]


@pytest.mark.parametrize(
    "sentence",
    [
        "J. S. Bach was born in Eisenach.",
        "We asked Prof. Miller and Capt. Cook.",
        "See fig. 3 on pp. 4 and vol. 2.",
    ],
)
def test_initials_and_titles_end_no_sentence_though_the_text_has_none(splitter, sentence):
    assert splitter.tokenize(f"{sentence} Then we left.") == [sentence, "Then we left."]


def test_the_common_abbreviations_are_written_as_punkt_looks_them_up():
    assert all(word == word.lower() and "." not in word for word in COMMON_ABBREVIATIONS)
    assert set("abcdefghijklmnopqrstuvwxyz") < COMMON_ABBREVIATIONS


@pytest.mark.parametrize("paragraphs", [[], [""], ["", " \n", "\t"]])
def test_training_on_no_text_is_refused(paragraphs):
    with pytest.raises(ValueError, match="paragraphs must hold text"):
        train_sentence_splitter(paragraphs)


def test_one_string_is_not_taken_for_paragraphs_of_one_letter():
    with pytest.raises(ValueError, match="paragraphs must be a list, each item a string"):
        train_sentence_splitter(TEXT[0])


def test_any_iterable_of_paragraphs_will_do(splitter):
    from_generator = train_sentence_splitter(paragraph for paragraph in TEXT)
    assert parameters_to_json(from_generator) == parameters_to_json(splitter)


def test_what_is_written_as_json_is_the_same_each_time_and_splits_the_same(splitter):
    splitter.tokenize("Words that the text did not have. They leave no trace.")
    written = json.dumps(parameters_to_json(splitter))
    read = splitter_from_json(json.loads(written))
    assert json.dumps(parameters_to_json(read)) == written
    for paragraph in [*TEXT, "He paid hwy. 3 pounds. J. S. Bach? No!"]:
        assert read.tokenize(paragraph) == splitter.tokenize(paragraph)


def test_all_four_kinds_of_knowledge_come_back():
    known = PunktParameters()
    known.abbrev_types = {"hwy", "st"}
    known.collocations = {("no", "##number##"), ("st", "ives")}
    known.sent_starters = {"but", "then"}
    known.ortho_context.update({"but": 2, "st": 36})
    content = json.loads(json.dumps(parameters_to_json(PunktSentenceTokenizer(known))))
    assert vars(splitter_from_json(content)._params) == vars(known)


@given(st.text() | st.text(alphabet="abAB1.!? \n\"')(…"))
def test_splitting_keeps_every_character_that_is_not_white_space(splitter, text):
    sentences = splitter.tokenize(text)
    assert "".join("".join(sentences).split()) == "".join(text.split())
