"""Measures of generated text: against NLTK, sacreBLEU and plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.translate.bleu_score import modified_precision
from sacrebleu.metrics import BLEU

from lmbook_utils import metrics
from lmbook_utils.metrics import TextIndex

texts = st.lists(st.sampled_from("abc"), min_size=1, max_size=25)
orders = st.integers(1, 4)


def ngrams(tokens, n):
    return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]


# Distinct n-grams


@given(st.lists(texts, min_size=1, max_size=4), orders)
def test_distinct_is_the_share_of_different_ngrams_within_sentences(sentences, n):
    grams = [gram for sentence in sentences for gram in ngrams(sentence, n)]
    if grams:
        assert metrics.distinct_n(sentences, n) == len(set(grams)) / len(grams)
    else:
        with pytest.raises(ValueError, match=f"at least n = {n} tokens in a row"):
            metrics.distinct_n(sentences, n)


def test_no_ngram_spans_two_sentences():
    assert metrics.distinct_n([["a", "b"], ["a", "b"]], 2) == 0.5
    assert metrics.distinct_n([["a", "b", "a", "b"]], 2) == pytest.approx(2 / 3)


def test_distinct_does_not_see_that_a_text_is_nonsense():
    shuffled = np.random.default_rng(0).permutation(1000)
    assert metrics.distinct_n([shuffled], 1) == 1


# Repetition


@given(texts, orders, st.none() | st.integers(1, 30))
def test_repetition_is_the_share_of_ngrams_that_came_before(tokens, n, window):
    grams = ngrams(tokens, n)
    if not grams:
        with pytest.raises(ValueError, match="tokens must hold at least n"):
            metrics.repetition(tokens, n, window)
        return
    repeated = [
        gram in grams[max(0, i - window) if window else 0 : i] for i, gram in enumerate(grams)
    ]
    assert metrics.repetition(tokens, n, window) == np.mean(repeated)


@given(texts)
def test_without_a_window_repetition_and_distinct_sum_to_1(tokens):
    total = metrics.repetition(tokens, 1) + metrics.distinct_n([tokens], 1)
    assert total == pytest.approx(1)


def test_a_loop_repeats_nearly_all_and_a_window_finds_it():
    loop = ["so", "it", "goes"] * 100
    assert metrics.repetition(loop, 3) > 0.98
    assert metrics.repetition(loop, 3, window=3) > 0.98
    assert metrics.repetition(loop, 3, window=2) == 0


# Overlap with the training text


@given(texts, texts, orders)
def test_overlap_is_the_share_of_ngrams_that_stand_in_the_training_text(generated, training, n):
    grams = ngrams(generated, n)
    if grams:
        expected = np.mean([gram in ngrams(training, n) for gram in grams])
        assert metrics.ngram_overlap(generated, TextIndex(training), n) == expected


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_without_repeated_ngrams_overlap_is_the_precision_of_bleu(n):
    """With repeated ones it may be larger: BLEU counts no n-gram more often than the reference."""
    training = "the old cat sat on a mat and the dog sat under it".split()
    generated = "the old dog sat on a mat and saw the cat".split()
    generated = list(dict.fromkeys(generated))
    found = metrics.ngram_overlap(generated, TextIndex(training), n)
    assert 0 < found < 1
    assert found == pytest.approx(float(modified_precision([training], generated, n)))
    bleu = BLEU(tokenize="none", smooth_method="none")
    precisions = bleu.corpus_score([" ".join(generated)], [[" ".join(training)]]).precisions
    assert found == pytest.approx(precisions[n - 1] / 100)


def test_overlap_may_be_had_by_saying_one_phrase_again_and_again_where_bleu_has_a_limit():
    training, generated = "so it goes".split(), "so it so it so it".split()
    assert metrics.ngram_overlap(generated, TextIndex(training), 1) == 1
    assert float(modified_precision([training], generated, 1)) == pytest.approx(2 / 6)


def test_an_ngram_longer_than_the_training_text_does_not_stand_in_it():
    assert metrics.ngram_overlap([1, 2, 3], TextIndex([1, 2]), 3) == 0


def test_ids_in_an_array_and_in_a_list_are_the_same_tokens():
    training, generated = np.array([1, 2, 3, 1, 2], np.int32), np.array([2, 3, 9, 1, 2])
    index = TextIndex(training)
    for ids in (generated, generated.tolist()):
        assert metrics.ngram_overlap(ids, index, 2) == 0.5
        assert metrics.longest_copy(ids, index) == [2, 3]
        assert metrics.repetition(ids, 1) == 0.2
        assert metrics.distinct_n([ids], 1) == 0.8


def test_an_index_tells_its_ngrams_and_places():
    index = TextIndex("a b a".split())
    assert len(index) == 3
    assert index.ngrams(2) == {("a", "b"), ("b", "a")}
    assert index.ngrams(2) is index.ngrams(2), "it is worked out once"
    assert index.places("a").tolist() == [0, 2]
    assert index.places("c").tolist() == []


# The longest copy


def contains(text, run):
    return any(text[i : i + len(run)] == run for i in range(len(text) - len(run) + 1))


@given(texts, texts)
def test_the_longest_copy_is_that_of_a_plain_search(generated, training):
    runs = [
        generated[i:j]
        for i in range(len(generated))
        for j in range(i + 1, len(generated) + 1)
        if contains(training, generated[i:j])
    ]
    expected = max(runs, key=len, default=[])  # max takes the first of the longest
    assert metrics.longest_copy(generated, TextIndex(training)) == expected


def test_a_text_copied_as_a_whole_is_its_own_longest_copy():
    text = np.random.default_rng(0).integers(0, 5, 300).tolist()
    assert metrics.longest_copy(text, TextIndex(text)) == text
    assert metrics.longest_copy(text[50:120], TextIndex(text)) == text[50:120]


def test_an_empty_text_copies_nothing():
    assert metrics.longest_copy([], TextIndex(["a"])) == []


def test_to_change_every_seventh_word_hides_a_copy_from_ngrams_of_seven():
    training = list(range(700))
    generated = [-1 if i % 7 == 6 else i for i in training]
    index = TextIndex(training)
    assert metrics.ngram_overlap(generated, index, 7) == 0
    assert len(metrics.longest_copy(generated, index)) == 6


# What does not fit


@pytest.mark.parametrize("n", [0, -1, 1.5, None, True])
def test_an_ngram_has_a_whole_number_of_tokens(n):
    index = TextIndex(["a"])
    for call in (
        lambda: metrics.distinct_n([["a"]], n),
        lambda: metrics.repetition(["a"], n),
        lambda: metrics.ngram_overlap(["a"], index, n),
        lambda: index.ngrams(n),
    ):
        with pytest.raises(ValueError, match="n must be a whole number and at least 1"):
            call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.distinct_n([], 1), "sentences must hold at least n = 1 tokens"),
        (lambda: metrics.distinct_n(["a b"], 1), "sentences must be a sequence of tokens, not one"),
        (lambda: metrics.repetition([], 1), "tokens must hold at least n = 1 tokens"),
        (lambda: metrics.repetition("a b", 1), "tokens must be a sequence.*'a b'"),
        (lambda: metrics.repetition(["a"], 1, window=0), "window must be a whole number"),
        (lambda: TextIndex([]), "tokens must hold at least one token"),
        (lambda: TextIndex("a b"), "tokens must be a sequence of tokens, not one string"),
        (
            lambda: metrics.ngram_overlap(["a"], TextIndex(["a"]), 2),
            "generated must hold at least n = 2 tokens",
        ),
        (lambda: metrics.ngram_overlap("ab", TextIndex(["a"]), 1), "generated must be a sequence"),
        (lambda: metrics.longest_copy("ab", TextIndex(["a"])), "generated must be a sequence"),
    ],
)
def test_texts_that_do_not_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
