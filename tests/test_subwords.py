"""Byte-pair encoding: a round trip for every word, and the library ``tokenizers`` as referee."""

import json
from collections import Counter
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from lmbook_utils.corpus import load_tokenized
from lmbook_utils.ngram import NGramModel
from lmbook_utils.subwords import BPE, WORD_END, learn_bpe, merge_pair

PAPER = {"low": 5, "lower": 2, "newest": 6, "widest": 3}  # the example of Sennrich et al. (2016)

short_words = st.text("abc", min_size=1, max_size=9)
word_counts = st.dictionaries(short_words, st.integers(1, 20), min_size=1, max_size=12)
any_words = st.lists(st.text(min_size=1).filter(lambda word: WORD_END not in word), max_size=5)


@pytest.fixture(scope="module")
def sentences():
    """A part of the corpus."""
    return [sentence for article in load_tokenized()["train"][:8] for sentence in article]


@pytest.fixture(scope="module")
def bpe(sentences):
    """Pieces that were learnt from it."""
    return learn_bpe(Counter(word for sentence in sentences for word in sentence), merges=400)


def library(sentences):
    """Train the library's BPE until no pair is left or it has 500 pieces."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Split(WORD_END, "merged_with_previous")
    trainer = trainers.BpeTrainer(vocab_size=500, show_progress=False)
    tokenizer.train_from_iterator(map(as_text, sentences), trainer)
    return tokenizer


def as_text(words):
    return "".join(word + WORD_END for word in words)


def merges_of(tokenizer):
    return [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


# ---------------------------------------------------------------------------------------------
# Learning


def test_the_papers_example_ends_up_in_the_papers_pieces():
    # The paper makes "est" on the way to "est ", and this rule "t ", which is as frequent.
    merges = learn_bpe(PAPER, merges=5).merges
    assert ["".join(pair) for pair in merges] == ["es", "t ", "est ", "lo", "low"]


def merges_by_counting_anew(word_counts):
    """Count all pairs before each merge, as the paper's algorithm does."""
    words = {word: [*word, WORD_END] for word in word_counts}
    ages = {c: age for age, c in enumerate(sorted({*"".join(word_counts), WORD_END}))}
    merges = []
    while True:
        counts = Counter()
        for word, pieces in words.items():
            for pair in pairwise(pieces):
                counts[pair] += word_counts[word]
        if not counts:
            return merges
        best = min(counts, key=lambda pair: (-counts[pair], ages[pair[0]], ages[pair[1]]))
        merges.append(best)
        ages.setdefault("".join(best), len(ages))
        words = {word: merge_pair(pieces, best) for word, pieces in words.items()}


@settings(max_examples=100, deadline=None)
@given(word_counts)
def test_counting_only_what_has_changed_finds_the_same_merges(counts):
    assert list(learn_bpe(counts, merges=1000).merges) == merges_by_counting_anew(counts)


@settings(max_examples=100, deadline=None)
@given(word_counts, st.lists(short_words, max_size=4))
def test_the_library_learns_the_same_merges_and_cuts_words_the_same_way(counts, words):
    counts["abc"] = 1  # the library drops characters that it has not seen
    bpe = learn_bpe(counts, merges=1000)
    referee = library([[word] * count for word, count in counts.items()])
    # The library lists a pair that was learnt twice, with another pair's help, once.
    assert merges_of(referee) == sorted(set(bpe.merges), key=bpe._ranks.get)
    assert bpe.encode(words) == referee.encode(as_text(words)).tokens


def test_the_library_agrees_on_real_text(sentences, bpe):
    referee = library(sentences)
    merges = merges_of(referee)
    assert 300 < len(merges) < 400
    assert merges == list(bpe.merges[: len(merges)])
    ours = BPE(merges)
    for sentence in sentences[::10]:
        assert ours.encode(sentence) == referee.encode(as_text(sentence)).tokens


def test_fewer_merges_are_the_first_of_more():
    assert learn_bpe(PAPER, merges=3).merges == learn_bpe(PAPER, merges=9).merges[:3]


def test_learning_ends_where_each_word_is_one_piece():
    bpe = learn_bpe(PAPER, merges=1000)
    assert len(bpe.merges) < 1000
    assert bpe.encode(list(PAPER)) == [word + WORD_END for word in PAPER]


def test_equally_frequent_pairs_are_taken_by_the_age_of_their_pieces():
    assert learn_bpe({"ba": 1, "ab": 1}, merges=1).merges == (("a", WORD_END),)
    assert learn_bpe({"bac": 1, "abc": 1}, merges=2).merges == (("c", WORD_END), ("a", "b"))


# ---------------------------------------------------------------------------------------------
# Encoding and decoding


@settings(max_examples=100, deadline=None)
@given(word_counts, any_words | st.lists(short_words, max_size=5))
def test_decoding_undoes_encoding_for_any_words(counts, words):
    bpe = learn_bpe(counts, merges=20)
    assert bpe.decode(bpe.encode(words)) == words


def test_decoding_undoes_encoding_for_the_corpus(sentences, bpe):
    assert all(bpe.decode(bpe.encode(sentence)) == sentence for sentence in sentences)


def test_the_pieces_put_together_are_the_text_with_a_blank_after_each_word(bpe):
    words = "the lowest of all".split()
    assert "".join(bpe.encode(words)) == "the lowest of all "


def test_what_was_learnt_first_is_joined_first():
    assert BPE([("b", "c"), ("a", "b")]).encode(["abc"]) == ["a", "bc", WORD_END]
    assert BPE([("a", "b"), ("b", "c")]).encode(["abc"]) == ["ab", "c", WORD_END]


def test_without_merges_the_pieces_are_the_characters():
    assert BPE([]).encode(["né", "e"]) == ["n", "é", " ", "e", " "]


def test_characters_that_were_never_seen_stay_by_themselves(bpe):
    assert bpe.encode(["the☃the"]) == ["the", "☃", "the "]


def test_each_piece_is_in_the_vocabulary_but_characters_that_it_lacks(sentences, bpe):
    vocabulary = bpe.vocabulary("etaoin")
    pieces = {piece for sentence in sentences for piece in bpe.encode(sentence)}
    missing = {piece for piece in pieces if piece not in vocabulary}
    assert missing
    assert all(len(piece) == 1 for piece in missing)


def test_a_piece_that_two_merges_make_is_in_the_vocabulary_once():
    bpe = BPE([("a", "b"), ("b", "c"), ("ab", "c"), ("a", "bc")])
    assert bpe.vocabulary("abc").tokens[4:] == ("a", "b", "c", WORD_END, "ab", "bc", "abc")


def test_the_probabilities_of_all_words_cut_in_pieces_sum_to_at_most_1():
    bpe = learn_bpe({"ab": 3, "abab": 2, "b": 1}, merges=3)
    text = [bpe.encode([word]) for word in ("ab", "abab", "b", "ab")]
    model = NGramModel(2).fit(text, bpe.vocabulary("ab"))
    words = ("".join(w) for length in range(1, 9) for w in product("ab", repeat=length))
    total = sum(np.exp(model.log_prob(bpe.encode([word]))) for word in words)
    # The rest went to words cut in another way, to longer ones, and to <unk>.
    assert 0.3 < total < 1


# ---------------------------------------------------------------------------------------------
# Wrong input


@pytest.mark.parametrize(
    ("counts", "merges", "message"),
    [
        ({}, 1, "word_counts must hold at least one word"),
        ({"": 1}, 1, "word_counts must hold words .* one was ''"),
        ({"a b": 1}, 1, "word_counts must hold words .* one was 'a b'"),
        ({3: 1}, 1, "word_counts must hold words .* one was 3"),
        ({"a": 0}, 1, "whole numbers from 1; that of 'a' was 0"),
        ({"a": 1.5}, 1, "whole numbers from 1; that of 'a' was 1.5"),
        ("text", 1, "word_counts must be several words; it was one string"),
        ({"a": 1}, -1, "merges must be a whole number and at least 0; it was -1"),
        ({"a": 1}, 2.5, "merges must be a whole number"),
    ],
)
def test_what_cannot_be_learnt_from(counts, merges, message):
    with pytest.raises(ValueError, match=message):
        learn_bpe(counts, merges)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("low", "words must be several words; it was one string, 'low'"),
        (["a", ""], "one was ''"),
        (["a b"], "one was 'a b'"),
        ([None], "one was None"),
    ],
)
def test_what_cannot_be_encoded(words, message):
    with pytest.raises(ValueError, match=message):
        BPE([]).encode(words)


@pytest.mark.parametrize(
    ("pieces", "message"),
    [(["lo", "w"], "pieces must end with the end of a word"), (["a ", " "], "a word was empty")],
)
def test_what_cannot_be_decoded(pieces, message):
    with pytest.raises(ValueError, match=message):
        BPE([]).decode(pieces)
