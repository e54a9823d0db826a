"""Corrupted sentences: what changes, what stays, and what cannot be corrupted."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook_utils.corruption import corrupt_sentences, substitute_word, swap_neighbours
from lmbook_utils.vocabulary import SPECIAL_TOKENS, Vocabulary

WORDS = [f"w{letter}{number}" for letter in "abcdefghij" for number in range(10)]
VOCABULARY = Vocabulary([*WORDS[:50], ",", ".", *WORDS[50:]])
TOKENS = st.lists(st.sampled_from([*VOCABULARY.tokens, "unknown", "1999"]), max_size=12)
KINDS = (swap_neighbours, substitute_word)


def changed(sentence, corrupted):
    return [i for i, token in enumerate(sentence) if corrupted[i] != token]


def rank(word):
    return VOCABULARY.ids[word] - len(SPECIAL_TOKENS) + 1


@given(sentence=TOKENS, seed=st.integers(0, 99))
def test_swapping_exchanges_two_different_known_words_side_by_side(sentence, seed):
    corrupted = swap_neighbours(sentence, VOCABULARY, np.random.default_rng(seed))
    if corrupted is not None:
        first, second = changed(sentence, corrupted)
        assert second == first + 1
        assert corrupted[first : second + 1] == sentence[first : second + 1][::-1]
        assert {sentence[first], sentence[second]} <= set(WORDS)


@given(sentence=TOKENS, seed=st.integers(0, 99))
def test_substituting_changes_one_known_word_to_another_of_similar_rank(sentence, seed):
    corrupted = substitute_word(sentence, VOCABULARY, np.random.default_rng(seed))
    if corrupted is not None:
        assert len(corrupted) == len(sentence)
        (place,) = changed(sentence, corrupted)
        assert {sentence[place], corrupted[place]} <= set(WORDS)
        assert abs(rank(corrupted[place]) - rank(sentence[place])) <= rank(sentence[place]) / 10


def test_each_pair_of_neighbours_may_be_swapped():
    sentence, rng = ["wa1", "wb2", "wc3", "."], np.random.default_rng(0)
    swapped = {tuple(swap_neighbours(sentence, VOCABULARY, rng)) for _ in range(50)}
    assert swapped == {("wb2", "wa1", "wc3", "."), ("wa1", "wc3", "wb2", ".")}


def test_each_word_may_be_replaced_by_all_that_are_as_frequent():
    rng = np.random.default_rng(0)
    counts = Counter(substitute_word(["wc0"], VOCABULARY, rng)[0] for _ in range(400))
    assert set(counts) == {"wb8", "wb9", "wc1", "wc2"}, "of rank 21: two ranks up, two down"
    assert min(counts.values()) > 60


def test_neither_the_first_nor_the_last_word_of_the_vocabulary_is_a_limit():
    last = substitute_word([WORDS[-1]], VOCABULARY, np.random.default_rng(0))
    assert 90 <= rank(last[0]) < rank(WORDS[-1])


@pytest.mark.parametrize(
    "sentence",
    [[], ["."], ["wa1"], ["wa1", ",", "wb1"], ["wa1", "wa1"], ["wa1", "unknown"], ["<unk>", "wa1"]],
)
def test_where_no_two_words_can_be_swapped_there_is_no_corrupted_sentence(sentence):
    assert swap_neighbours(sentence, VOCABULARY, np.random.default_rng(0)) is None


@pytest.mark.parametrize("sentence", [[], ["."], [WORDS[0], WORDS[8]], ["unknown"], ["</s>"]])
def test_where_no_word_can_be_replaced_there_is_no_corrupted_sentence(sentence):
    assert substitute_word(sentence, VOCABULARY, np.random.default_rng(0)) is None


@pytest.mark.parametrize("corrupt", KINDS)
def test_a_text_keeps_its_order_and_leaves_out_what_cannot_be_corrupted(corrupt):
    sentences = [["."], ("wb2", "wc3"), [], ["wd4", "we5", "."]]
    result = corrupt_sentences(sentences, VOCABULARY, corrupt)
    assert [item.index for item in result] == [1, 3]
    assert [item.real for item in result] == [["wb2", "wc3"], ["wd4", "we5", "."]]
    assert all(item.corrupted != item.real for item in result)


@pytest.mark.parametrize("corrupt", KINDS)
def test_the_seed_decides_what_is_drawn(corrupt):
    sentences = [WORDS[20:40]] * 5
    first, again, other = (
        corrupt_sentences(sentences, VOCABULARY, corrupt, seed) for seed in (1, 1, 2)
    )
    assert first == again != other
    assert len({tuple(item.corrupted) for item in first}) > 1, "each sentence has its own draw"
