"""Cleaning text, cutting it into sentences and tokens, and the bag-of-words pipeline."""

import re
import time
import unicodedata

import nltk
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nltk.tokenize import NLTKWordTokenizer

from lmbook_utils.datasets import load_news
from lmbook_utils.preprocessing import (
    clean_text,
    english_stop_words,
    preprocess,
    split_sentences,
    tokenize,
)
from lmbook_utils.sentences import train_sentence_splitter

FUNCTIONS = [clean_text, split_sentences, tokenize, preprocess]
ARGUMENTS = {"tokenize": "sentence"}  # the others call theirs "text"

# Everything that NLTK's rules look at, and a few letters and spaces between.
rule_text = st.text(alphabet="\"'`«»„“”‘’abdlmnrstvNTe1 .,:;!?()[]{}<>-–—…*@#$%&", max_size=20)
texts = st.text() | rule_text


def without_spaces(text):
    return text.replace(" ", "")


# ---------------------------------------------------------------------------------------------
# Bad input


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("value", [None, 3, 0.5, float("nan"), ["a", "b"]])
def test_what_is_not_text_is_refused(function, value):
    name = ARGUMENTS.get(function.__name__, "text")
    with pytest.raises(ValueError, match=f"{name} must be a string; it was {type(value).__name__}"):
        function(value)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("value", [b"a word", bytearray(b"a word")])
def test_bytes_are_refused_with_the_advice_to_decode_them(function, value):
    with pytest.raises(ValueError, match=r"must be a string; it was byte.*: decode it first"):
        function(value)


@pytest.mark.parametrize("text", ["", " ", "\n\t\r\n", "\x00\x1b", "\u200b\ufeff"])
def test_text_that_is_empty_when_cleaned_gives_nothing(text):
    assert clean_text(text) == ""
    assert split_sentences(text) == []
    assert tokenize(text) == []
    assert preprocess(text) == ""


# ---------------------------------------------------------------------------------------------
# Cleaning


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Go home.", "Go home."),
        ("  two\t\n words ", "two words"),
        ("no\u00a0break, ideographic\u3000space", "no break, ideographic space"),
        (
            "page one\x0cpage two\x0bline\x85line\x1eline\u2028line",
            "page one page two line line line line",
        ),
        ("e\u0301", "é"),
        ("q\u0303", "q\u0303"),  # there is no such letter as one character
        ("\u1100\u1161", "가"),
        ("\u212b", "Å"),
        ("A\x00B\x07C\x1bD\x7fE\x9fF", "ABCDEF"),
        (
            "zero\u200bwidth, soft\u00adhyphen, \ufeffmark, \u200fleft\u202c",
            "zerowidth, softhyphen, mark, left",
        ),
        ("e\u200b\u0301", "é"),  # what stood between the letter and its accent is gone
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner is part of how the word is spelled
        ("👩\u200d🔬 👍🏽 ❤\ufe0f 🇳🇿", "👩\u200d🔬 👍🏽 ❤\ufe0f 🇳🇿"),
        ("大规模 语言模型。", "大规模 语言模型。"),
        ("half \ud83d of a pair", "half of a pair"),
    ],
)
def test_clean_text(text, cleaned):
    assert clean_text(text) == cleaned


@given(texts)
@example("e\u200b\u0301")
@example("\u0f73" * 100)
def test_cleaning_twice_is_cleaning_once(text):
    assert clean_text(clean_text(text)) == clean_text(text)


@given(texts)
def test_clean_text_is_composed_and_has_single_spaces(text):
    cleaned = clean_text(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned.split() == [word for word in cleaned.split(" ") if word]
    assert not re.search(r"\s\s|^\s|\s$|[^\S ]", cleaned)


@given(st.text(st.characters(exclude_categories=["C"])))
def test_cleaning_loses_no_character_that_can_be_seen(text):
    # Of the marks, the grapheme joiners and variation selectors are kept as well.
    expected = unicodedata.normalize("NFC", text)
    assert clean_text(text).split() == expected.split()


@given(
    st.text(
        alphabet="\u0301\u0316\u0323\u0327\u0338\u0f73\u0344\u05b0…👍", min_size=64, max_size=130
    ),
    st.sampled_from(["", "a", "é", "ạ̈", " ", "漢"]),
)
def test_a_long_run_of_combining_marks_is_composed_as_the_standard_says(marks, letter):
    text = f"{letter}{marks}{letter}"
    assert clean_text(text) == unicodedata.normalize("NFC", text).strip()


# ---------------------------------------------------------------------------------------------
# Sentences


@given(texts)
def test_splitting_sentences_keeps_every_character_but_spaces(text):
    sentences = split_sentences(text)
    assert without_spaces("".join(sentences)) == without_spaces(clean_text(text))
    assert all(sentence == sentence.strip() != "" for sentence in sentences)


def test_sentences_are_split_at_full_stops_but_not_after_abbreviations():
    text = "Dr. Smith\nmoved to the U.S. in 1999. Was he happy? He was, e.g. on Sundays!"
    assert split_sentences(text) == [
        "Dr. Smith moved to the U.S. in 1999.",
        "Was he happy?",
        "He was, e.g. on Sundays!",
    ]


# ---------------------------------------------------------------------------------------------
# Tokens


@pytest.mark.parametrize(
    ("sentence", "tokens"),
    [
        ("I can't; they'll say they don't.", "I ca n't ; they 'll say they do n't ."),
        ("The U.S. paid $3.5 (about 3,36 euros).", "The U.S. paid $ 3.5 ( about 3,36 euros ) ."),
        ('"Who," she asked, "are \'you\'?"', '" Who , " she asked , " are \' you \' ? "'),
        ("“Who,” she asked – “you”?", "“ Who , ” she asked – “ you ” ?"),
        ("''twas ``so'' \"it\" is", "'' twas `` so '' \" it \" is"),
        ("and so on...", "and so on ..."),
        ("👩\u200d🔬 smiles", "👩\u200d🔬 smiles"),
        ("大规模语言模型。", "大规模语言模型。"),  # the rules are for languages with spaces
        ("naïve cafe\u0301", "naïve café"),
    ],
)
def test_tokenize(sentence, tokens):
    assert tokenize(sentence, lowercase=False) == tokens.split()


@given(texts)
@example("''' \" '' `` ```")
@example("('' [\"")
def test_the_tokens_of_a_sentence_are_its_characters_without_the_spaces(sentence):
    assert "".join(tokenize(sentence, lowercase=False)) == without_spaces(clean_text(sentence))


@given(texts)
def test_lower_casing_changes_the_tokens_and_not_where_they_are_cut(sentence):
    tokens = tokenize(sentence, lowercase=False)
    assert tokenize(sentence) == [token.lower() for token in tokens]


@given(texts)
def test_the_tokens_are_those_of_nltk_but_for_its_quotation_marks(sentence):
    def alike(tokens):
        return ["quote" if token in ('"', "``", "''") else token for token in tokens]

    reference = NLTKWordTokenizer().tokenize(clean_text(sentence))
    assert alike(tokenize(sentence, lowercase=False)) == alike(reference)


def test_the_tokens_of_the_news_are_those_of_nltk():
    sentences = [sentence for item in load_news()[:50] for sentence in split_sentences(item)]
    assert sum('"' in sentence for sentence in sentences) > 50
    for sentence in sentences:
        reference = NLTKWordTokenizer().tokenize(sentence)
        expected = ['"' if token in ("``", "''") else token for token in reference]
        assert tokenize(sentence, lowercase=False) == expected


# ---------------------------------------------------------------------------------------------
# The bag of words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The quick brown fox jumps over the lazy dog.", "quick brown fox jumps lazy dog"),
        ("The", ""),
        ("It isn't that they don't, but we can't: it is what it is!", ""),
        ("DON’T jump; we'll re-use state-of-the-art tools", "jump reuse stateoftheart tools"),
        ('... !? () — “” ""', ""),
        ("naïve cafe\u0301 & \x07Škoda", "naïve café škoda"),
        ("大规模语言模型，真大。", "大规模语言模型真大"),
        ("dogs 👍🏽 and 👩\u200d🔬 cats ❤\ufe0f", "dogs cats"),
        ("हिन्दी", "हनद"),  # the documented limit
    ],
)
def test_preprocess(text, words):
    assert preprocess(text) == words


@given(texts)
def test_the_bag_of_words_holds_no_stop_word_no_punctuation_and_no_capital(text):
    words = preprocess(text).split(" ") if preprocess(text) else []
    assert not english_stop_words().intersection(words)
    assert all(words), "one space stands between two words, and none at the ends"
    assert not any(re.search(r"[.,;:!?()\"“”'-]", word) for word in words)
    assert preprocess(text) == preprocess(text).lower()


def test_the_stop_words_are_the_packages_with_and_without_apostrophes():
    assert {"the", "is", "not", "can't", "cant", "we'll", "well"} <= english_stop_words()
    assert not {"fox", "dog", "quick", "film", ""} & english_stop_words()


# ---------------------------------------------------------------------------------------------
# No download, no surprises with long lines


def test_nothing_of_nltk_needs_a_download(monkeypatch):
    monkeypatch.setattr(nltk.data, "path", [])
    with pytest.raises(LookupError):
        nltk.corpus.stopwords.words("english")
    with pytest.raises(LookupError):
        nltk.sent_tokenize("One. Two.")
    english_stop_words.cache_clear()
    assert preprocess("The quick brown fox.") == "quick brown fox"
    assert split_sentences("One fox came. Two ran.") == ["One fox came.", "Two ran."]
    assert tokenize("Go home.") == ["go", "home", "."]
    trained = train_sentence_splitter(["One fox came. Two ran."])
    assert trained.tokenize("It came. It ran.") == ["It came.", "It ran."]


@pytest.mark.parametrize("word", ["fox", "incomprehensibilities "])
def test_a_line_of_ten_megabytes_is_cut_into_its_words(word):
    line = word * (10_000_000 // len(word))
    assert tokenize(line) == line.split()
    assert "".join(split_sentences(line)) == line.strip()


def test_a_line_of_ten_megabytes_without_a_space_is_one_word_of_the_bag():
    line = "fox" * (10_000_000 // 3)
    assert preprocess(line) == line


UNITS = ["e\u0301", "\u0301\u0316", "\u0f73", "the fox ", " \n", ". ", '"', "'", "(", "'t"]


@pytest.mark.parametrize("unit", UNITS)
def test_the_time_grows_with_the_length_of_a_line_and_not_with_its_square(unit):
    line = "a" + unit * (200_000 // len(unit))
    start = time.perf_counter()
    tokens = tokenize(line, lowercase=False)
    preprocess(line)
    seconds = time.perf_counter() - start
    assert "".join(tokens) == without_spaces(clean_text(line))
    assert seconds < 10  # below one; half a minute where the square of the length counts
