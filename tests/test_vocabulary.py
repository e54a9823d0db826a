"""Words to ids and back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook_utils.vocabulary import BOS, EOS, PAD, SPECIAL_TOKENS, UNK, Vocabulary

words = st.text(min_size=1).filter(lambda word: word not in SPECIAL_TOKENS)
vocabularies = st.lists(words, min_size=1, unique=True).map(Vocabulary)
sentences = st.lists(st.lists(st.sampled_from(["a", "b", "c", "Ä", "词", "n't"]), max_size=8))

SMALL = Vocabulary(["the", "cat", "sat"])


# ---------------------------------------------------------------------------------------------
# The words and their ids


def test_the_special_tokens_come_first():
    assert SMALL.tokens[:4] == (PAD, UNK, BOS, EOS) == ("<pad>", "<unk>", "<s>", "</s>")
    assert (SMALL.pad_id, SMALL.unk_id, SMALL.bos_id, SMALL.eos_id) == (0, 1, 2, 3)
    assert SMALL.encode(SPECIAL_TOKENS).tolist() == [0, 1, 2, 3]
    assert SMALL.tokens[4:] == ("the", "cat", "sat")


def test_length_membership_and_equality():
    assert len(SMALL) == 7
    assert "cat" in SMALL
    assert PAD in SMALL
    assert "dog" not in SMALL
    assert 4 not in SMALL
    assert Vocabulary(["the", "cat", "sat"]) == SMALL
    assert len({SMALL, Vocabulary(["the", "cat", "sat"])}) == 1
    assert Vocabulary(["cat", "the", "sat"]) != SMALL
    assert SMALL.tokens != SMALL


def test_it_shows_its_first_tokens():
    assert repr(SMALL) == "Vocabulary of 7 tokens: <pad>, <unk>, <s>, </s>, the, cat, sat"
    assert repr(Vocabulary(["a", "b", "c", "d"])).endswith(
        "8 tokens: <pad>, <unk>, <s>, </s>, a, b, c, d"
    )
    assert repr(Vocabulary(["a", "b", "c", "d", "e"])).endswith("a, b, c, d, …")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([], "words must be strings that are not empty, at least one; there was none"),
        (["a", ""], "words must be strings that are not empty, at least one; one was ''"),
        (["a", "b", "a"], "words must differ from each other.*'a' occurs twice"),
        (["a", "</s>"], "words must differ.*and from the special tokens; '</s>' occurs twice"),
        (["a", 5], "words must hold tokens that are strings; one was 5"),
        (["a", None], "words must hold tokens that are strings; one was None"),
        (["a", b"b"], "words must hold tokens that are strings; one was b'b'"),
        ("abc", "words must be a sequence of tokens; it was str"),
        (None, "words must be a sequence of tokens; it was NoneType"),
    ],
)
def test_bad_words_are_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary(bad)


# ---------------------------------------------------------------------------------------------
# Building it from text


def test_the_most_frequent_words_come_first_and_equals_in_alphabetical_order():
    text = [["b", "c", "a"], ["c", "B", "b", "c"]]
    assert Vocabulary.from_sentences(text).tokens[4:] == ("c", "b", "B", "a")


@given(sentences.filter(any), st.randoms())
def test_the_order_of_the_sentences_does_not_matter(text, random):
    shuffled = random.sample(text, len(text))
    assert Vocabulary.from_sentences(shuffled) == Vocabulary.from_sentences(text)


@given(sentences.filter(any), st.integers(5, 12), st.integers(1, 3))
def test_size_and_min_count_take_the_words_that_they_should(text, size, min_count):
    counts = {word: sum(s.count(word) for s in text) for sentence in text for word in sentence}
    frequent = {word for word, n in counts.items() if n >= min_count}
    if not frequent:
        with pytest.raises(ValueError, match=f"no word that occurs {min_count} times or more"):
            Vocabulary.from_sentences(text, size, min_count)
        return
    vocabulary = Vocabulary.from_sentences(text, size, min_count)
    taken = vocabulary.tokens[4:]
    assert len(vocabulary) == 4 + min(len(frequent), size - 4)
    assert set(taken) <= frequent
    taken_counts = [counts[word] for word in taken]
    assert taken_counts == sorted(taken_counts, reverse=True)
    assert all(counts[word] <= taken_counts[-1] for word in frequent.difference(taken))


def test_special_tokens_in_the_text_are_not_counted():
    text = [[BOS, "a", EOS], [BOS, UNK, "a", PAD, EOS]]
    assert Vocabulary.from_sentences(text).tokens[4:] == ("a",)
    with pytest.raises(ValueError, match="sentences holds no word"):
        Vocabulary.from_sentences([[BOS, EOS]])


def test_sentences_may_come_from_a_generator():
    assert Vocabulary.from_sentences(iter([["a"], ("b",)])).tokens[4:] == ("a", "b")


@pytest.mark.parametrize("size", [4, 3, 0, -1, 5.0, "5", True])
def test_a_size_without_room_for_a_word_is_refused(size):
    with pytest.raises(ValueError, match=f"size must be a whole number above 4.*it was {size!r}"):
        Vocabulary.from_sentences([["a"]], size=size)


@pytest.mark.parametrize("min_count", [0, -1, 1.5, None])
def test_a_min_count_below_one_is_refused(min_count):
    with pytest.raises(ValueError, match=f"min_count must be .* at least 1; it was {min_count}"):
        Vocabulary.from_sentences([["a"]], min_count=min_count)


def test_numpy_numbers_are_numbers():
    assert len(Vocabulary.from_sentences([["a", "b"]], size=np.int64(5))) == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ([], "sentences holds no word that occurs 1 times or more"),
        ([[], []], "sentences holds no word that occurs 1 times or more"),
        (None, "sentences must be a list of tokenised sentences; it was NoneType"),
        ("the cat", "sentences must be a list of tokenised sentences; it was str"),
        (
            ["the cat"],
            r"each of the sentences must be a sequence of tokens.*preprocessing\.tokenize",
        ),
        ([["a"], "the cat"], "each of the sentences must be a sequence of tokens; it was str"),
        ([b"the cat"], "each of the sentences must be a sequence of tokens; it was bytes"),
        ([[["a"], ["b"]]], r"each of the sentences must hold .* strings; one was \['a'\]"),
        ([[4, 5]], "each of the sentences must hold .* strings; one was 4"),
    ],
)
def test_what_is_no_tokenised_text_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary.from_sentences(text)


# ---------------------------------------------------------------------------------------------
# Encoding and decoding


@given(st.data(), vocabularies)
def test_known_words_come_back_from_their_ids(data, vocabulary):
    tokens = data.draw(st.lists(st.sampled_from(vocabulary.tokens)))
    ids = vocabulary.encode(tokens)
    assert ids.dtype == np.int32
    assert ids.shape == (len(tokens),)
    assert vocabulary.decode(ids) == tokens


@given(st.data(), vocabularies)
def test_ids_come_back_from_their_words(data, vocabulary):
    ids = data.draw(st.lists(st.integers(0, len(vocabulary) - 1)))
    assert vocabulary.encode(vocabulary.decode(ids)).tolist() == ids


@given(st.lists(words), vocabularies)
def test_a_word_outside_the_vocabulary_becomes_unk(tokens, vocabulary):
    expected = [token if token in vocabulary else UNK for token in tokens]
    assert vocabulary.decode(vocabulary.encode(tokens)) == expected


def test_a_word_differs_from_its_capitalised_form():
    assert SMALL.decode(SMALL.encode(["The", "the", ""])) == [UNK, "the", UNK]


@given(sentences)
def test_sentences_become_one_stream_with_an_end_after_each(text):
    vocabulary = Vocabulary(["a", "b", "c"])
    ids = vocabulary.encode_sentences(text)
    assert ids.dtype == np.int32
    expected = []
    for sentence in text:
        expected += [token if token in vocabulary else UNK for token in sentence] + [EOS]
    assert vocabulary.decode(ids) == expected


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("the cat", r"tokens must be a sequence of tokens; it was str.*preprocessing\.tokenize"),
        (b"the cat", "tokens must be a sequence of tokens; it was bytes"),
        (None, "tokens must be a sequence of tokens; it was NoneType"),
        ([["the"], ["cat"]], r"tokens must hold tokens that are strings; one was \['the'\]"),
        ([4, 5], "tokens must hold tokens that are strings; one was 4"),
    ],
)
def test_what_is_no_list_of_tokens_is_not_encoded(tokens, message):
    with pytest.raises(ValueError, match=message):
        SMALL.encode(tokens)


@pytest.mark.parametrize("text", ["the cat", ["the cat"], [["the"], "cat"], None, [[1]]])
def test_what_is_no_tokenised_text_is_not_encoded(text):
    with pytest.raises(ValueError, match="sentences must"):
        SMALL.encode_sentences(text)


@pytest.mark.parametrize(
    "bad", [-1, 7, 10**30, np.int32(-1), np.int64(7), 1.0, np.float32(1), True, "the", None, [4]]
)
def test_an_id_that_no_word_has_is_refused(bad):
    with pytest.raises(ValueError, match="ids must be whole numbers from 0 to 6; one was"):
        SMALL.decode([4, bad])


def test_ids_may_be_numpy_numbers_of_any_width():
    for kind in (np.uint8, np.int16, np.int32, np.int64):
        assert SMALL.decode(np.array([4, 6], kind)) == ["the", "sat"]


# ---------------------------------------------------------------------------------------------
# On disk


@given(vocabularies)
def test_a_vocabulary_comes_back_from_its_json(vocabulary):
    text = vocabulary.to_json()
    assert Vocabulary.from_json(text) == vocabulary
    assert json.loads(text) == list(vocabulary.tokens[4:])


def test_the_json_can_be_read_by_people():
    assert Vocabulary(["naïve", "词"]).to_json() == '[\n"naïve",\n"词"\n]'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text must be a vocabulary as to_json writes it.*damaged or something else"),
        ('["a", "b"', "text must be a vocabulary as to_json writes it.*damaged or something else"),
        ("the cat", "text must be a vocabulary as to_json writes it.*damaged or something else"),
        ('{"a": 4}', "text must be a vocabulary as to_json writes it.*; it was a dict"),
        ('"abc"', "text must be a vocabulary as to_json writes it.*; it was a str"),
        ("null", "text must be a vocabulary as to_json writes it.*; it was a NoneType"),
        ("[]", "words must be .* at least one; there was none"),
        ('["a", 5]', "words must hold tokens that are strings; one was 5"),
        ('["a", "a"]', "'a' occurs twice"),
        ('["<pad>", "a"]', "special tokens; '<pad>' occurs twice"),
    ],
)
def test_json_that_is_no_vocabulary_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary.from_json(text)


@given(st.data())
def test_a_file_that_ends_too_early_is_refused(data):
    text = Vocabulary(["the", "cat", "ça"]).to_json()
    end = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(ValueError, match="damaged or something else"):
        Vocabulary.from_json(text[:end])
