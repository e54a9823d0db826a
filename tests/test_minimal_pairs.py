"""The minimal pairs: that they are what they claim to be, and how a model is judged by them."""

from collections import Counter

import numpy as np
import pytest

from lmbook_utils import corpus, minimal_pairs
from lmbook_utils.forced_choice import total_log_probs
from lmbook_utils.minimal_pairs import (
    PHENOMENA,
    MinimalPair,
    accuracy_by_phenomenon,
    load_minimal_pairs,
    parse_pair,
    prefers_good,
)
from lmbook_utils.ngram import NGramModel
from lmbook_utils.preprocessing import tokenize

PAIRS = load_minimal_pairs()


# The pairs


def test_there_are_44_pairs_of_each_phenomenon():
    assert Counter(pair.phenomenon for pair in PAIRS) == dict.fromkeys(PHENOMENA, 44)


def test_the_sentences_of_a_pair_differ_in_exactly_one_token():
    for pair in PAIRS:
        assert len(pair.good) == len(pair.bad)
        assert sum(g != b for g, b in zip(pair.good, pair.bad, strict=True)) == 1, pair


def test_no_pair_and_no_sentence_occurs_twice():
    sentences = Counter(sentence for pair in PAIRS for sentence in (pair.good, pair.bad))
    assert [sentence for sentence, times in sentences.items() if times > 1] == []


def test_each_word_is_in_the_vocabulary_of_the_book():
    vocabulary = corpus.load_encoded().vocabulary
    words = {word for pair in PAIRS for word in (*pair.good, *pair.bad)}
    assert sorted(word for word in words if word not in vocabulary) == []


def test_the_tokens_are_those_that_the_tokenizer_makes():
    for pair in PAIRS:
        assert tokenize(" ".join(pair.good)) == list(pair.good)
        assert tokenize(" ".join(pair.bad)) == list(pair.bad)


def test_each_two_words_stand_in_both_orders_equally_often():
    contrasts = Counter((pair.phenomenon, *pair.contrast) for pair in PAIRS)
    uneven = [c for c in contrasts if contrasts[c] != contrasts[c[0], c[2], c[1]]]
    assert uneven == []


def test_the_noun_right_before_the_verb_has_the_other_number_after_a_phrase():
    after_phrase = [pair for pair in PAIRS if pair.phenomenon == "agreement_after_phrase"]
    for pair in after_phrase:
        noun_is_plural = pair.good[pair.position - 1].endswith("s")
        verb_is_plural = pair.contrast[0] in {"are", "were", "have"}
        assert noun_is_plural != verb_is_plural, pair


def test_a_unigram_model_is_right_in_half_of_the_pairs_of_each_phenomenon():
    vocabulary = corpus.load_encoded().vocabulary
    sentences = [s for article in corpus.load_tokenized()["train"] for s in article]
    unigram = NGramModel(1, "mle").fit(sentences, vocabulary)
    right = prefers_good(lambda texts: total_log_probs(unigram.score(texts), texts), PAIRS)
    for phenomenon, accuracy in accuracy_by_phenomenon(right, PAIRS).items():
        assert accuracy.share == pytest.approx(0.5, abs=0.03), phenomenon


def test_the_examples_of_the_phenomena_are_pairs_of_theirs():
    for phenomenon, text in PHENOMENA.items():
        assert parse_pair(phenomenon, text) in PAIRS


# Reading them


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("[they|them] sat .", "they sat .", "them sat ."),
        ("a b [c|d]", "a b c", "a b d"),
        ("[a|b]", "a", "b"),
    ],
)
def test_a_pair_is_read_wherever_the_word_stands(text, good, bad):
    pair = parse_pair("x", text)
    assert pair == MinimalPair("x", tuple(good.split()), tuple(bad.split()))


@pytest.mark.parametrize(
    "text", ["no choice .", "[a|a] .", "[a|b] [c|d] .", "[a b|c] .", "[a|b|c] .", "[a|] .", ""]
)
def test_what_is_no_pair_is_refused(text):
    with pytest.raises(ValueError, match="text must be a sentence with two different words"):
        parse_pair("x", text)


# Judging a model


def knows_the_good_ones(sentences):
    good = {pair.good for pair in PAIRS}
    return np.array([0.0 if tuple(sentence) in good else -1.0 for sentence in sentences])


def test_a_model_that_knows_the_rules_is_always_right():
    assert prefers_good(knows_the_good_ones, PAIRS).all()
    assert not prefers_good(lambda sentences: -knows_the_good_ones(sentences), PAIRS).any()


def test_accuracies_are_counted_for_each_phenomenon():
    pairs = [parse_pair(phenomenon, "[a|b]") for phenomenon in ("late", "early", "late", "late")]
    result = accuracy_by_phenomenon(np.array([True, True, False, False]), pairs)
    assert list(result) == ["late", "early"], "in the order in which they come"
    assert [accuracy[:2] for accuracy in result.values()] == [(1, 3), (1, 1)]


def test_the_confidence_is_handed_on():
    pairs, right = [parse_pair("x", "[a|b]")] * 9, np.arange(9) < 5
    wide, narrow = (accuracy_by_phenomenon(right, pairs, c)["x"].interval for c in (0.99, 0.5))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_accuracies_need_an_answer_for_each_pair():
    with pytest.raises(ValueError, match=r"right must hold one answer for each of the 264 pairs"):
        accuracy_by_phenomenon(np.array([True]), minimal_pairs.load_minimal_pairs())
