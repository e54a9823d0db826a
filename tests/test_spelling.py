"""The price of spelling: probabilities that sum to 1, and costs that add up."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook_utils import metrics
from lmbook_utils.ngram import NGramModel
from lmbook_utils.spelling import (
    UNICODE_CHARACTERS,
    SpellingModel,
    bits_per_character,
    frequent_characters,
    number_of_characters,
    spelling_log_probs,
    spread_over_characters,
    unknown_character_log_prob,
)
from lmbook_utils.subwords import BPE
from lmbook_utils.vocabulary import Vocabulary

UNKNOWN = "☃"  # stands for each of the characters that the models below do not know
WORDS = ["ab", "a", "ba", "b", "a", "aab", "ac"]

negative = st.floats(-20, 0)


@pytest.fixture(scope="module")
def model():
    """It knows two characters, and has met a third one."""
    return SpellingModel("ab", order=2).fit(WORDS)


def all_words(longest, alphabet=f"ab{UNKNOWN}"):
    """All words up to a length, and how many words of real characters each of them stands for."""
    words = ["".join(w) for length in range(longest + 1) for w in product(alphabet, repeat=length)]
    return words, np.array([float(UNICODE_CHARACTERS - 2) ** w.count(UNKNOWN) for w in words])


# ---------------------------------------------------------------------------------------------
# A distribution


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_probabilities_of_all_spellings_sum_to_1(order):
    model = SpellingModel("ab", order).fit(WORDS)
    words, numbers = all_words(longest=10)
    probabilities = np.exp(model.score(words)) * numbers
    lengths = np.array([len(word) for word in words])
    totals = [probabilities[lengths <= longest].sum() for longest in range(11)]
    assert totals == sorted(totals)
    assert 0.9 < totals[-1] < 1 + 1e-6
    # What is missing dies out like a geometric series, whose whole sum is then 1.
    added = probabilities[lengths == 10].sum()
    ratio = added / probabilities[lengths == 9].sum()
    assert totals[-1] + added * ratio / (1 - ratio) == pytest.approx(1, abs=1e-4)


def test_the_probabilities_of_all_words_spelling_included_sum_to_at_most_1(model):
    ngrams = NGramModel(2).fit([["a", "ab", "a"], ["b", "a"]], Vocabulary(["a", "ab"]))
    distribution = ngrams.next_word_distribution(["a"])
    words, numbers = all_words(longest=10)
    of_word = distribution[ngrams.vocabulary_.encode(words)]
    spelled = np.exp(spelling_log_probs(words, ngrams.vocabulary_, model.score))
    total = (of_word * spelled * numbers).sum() + distribution[Vocabulary.eos_id]
    # What is missing: the spellings of the words that the vocabulary has are never used.
    wasted = np.exp(model.score(["a", "ab"])).sum() * distribution[Vocabulary.unk_id]
    assert total == pytest.approx(1 - wasted, abs=0.01)
    assert total < 1


def test_a_character_that_training_lacks_is_possible_and_dear(model):
    ngrams = NGramModel(2).fit([list(word) for word in WORDS], Vocabulary(["a", "b"]))
    as_unknown = ngrams.log_prob(["a", "<unk>"])
    assert model.score([f"a{UNKNOWN}"])[0] == pytest.approx(as_unknown - np.log(1_112_062))


def test_unknown_characters_cost_the_same_whichever_they_are(model):
    assert model.score(["aéb"]) == model.score(["a漢b"])


def test_each_word_has_the_score_that_it_has_alone(model):
    words = ["ab", "", "b☃", "aaaa", "b"]
    assert model.score(words) == pytest.approx([model.score([word])[0] for word in words])


def test_no_words_have_no_scores(model):
    assert model.score([]).shape == (0,)


def test_the_score_is_that_of_the_ngram_model_of_its_characters(model):
    ngrams = NGramModel(2).fit([list(word) for word in WORDS], Vocabulary(["a", "b"]))
    assert model.score(["aba"])[0] == pytest.approx(ngrams.log_prob(list("aba")))


# ---------------------------------------------------------------------------------------------
# Costs


@pytest.mark.equation("eq-bits-per-character")
def test_bits_per_character_of_a_fair_coin_for_each_character():
    text = ["abba", "b"]
    characters = number_of_characters(text)
    units = np.full(characters, np.log(0.5))
    assert bits_per_character(units, 0 * units, characters) == pytest.approx(1)


@pytest.mark.equation("eq-bits-per-character")
@given(st.lists(st.tuples(negative, negative), min_size=1, max_size=9), st.integers(1, 50))
def test_bits_per_character_is_the_probability_of_the_text_in_bits(pairs, characters):
    log_probs, spelled = np.array(pairs).T
    probability = np.exp(log_probs).prod() * np.exp(spelled).prod()
    assert probability == pytest.approx(
        2 ** -(bits_per_character(log_probs, spelled, characters) * characters)
    )


@pytest.mark.equation("eq-bits-per-character")
def test_the_same_model_costs_the_same_in_any_units():
    """A unigram model of characters, asked for characters, and for words that are all spelled."""
    sentences = [["ab", "b"], ["a"]]
    speller = SpellingModel("ab", order=1).fit(["ab", "b", "a"])
    vocabulary = Vocabulary(["nothing"])
    words = [word for sentence in sentences for word in sentence]
    spelled = spelling_log_probs(words, vocabulary, speller.score)
    letters = NGramModel(1).fit([list(word) for word in words], Vocabulary(["a", "b"]))
    of_letters = letters.score([list(word) for word in words])
    size = sum(map(number_of_characters, sentences))
    assert bits_per_character(0 * spelled, spelled, size) == pytest.approx(
        bits_per_character(of_letters, 0 * of_letters, size)
    )


def test_only_unknown_units_are_spelled():
    asked = []

    def speller(units):
        asked.extend(units)
        return np.full(len(units), -3.0)

    found = spelling_log_probs(["a", "zz", "b", "y"], Vocabulary(["a", "b"]), speller)
    assert found.tolist() == [0, -3, 0, -3]
    assert asked == ["zz", "y"]


def test_the_end_of_a_sentence_is_not_spelled():
    found = spelling_log_probs(["a", "</s>"], Vocabulary(["a"]), lambda units: -np.ones(len(units)))
    assert found.tolist() == [0, 0]


def test_a_larger_alphabet_leaves_fewer_unknown_characters():
    assert unknown_character_log_prob(0) == pytest.approx(-np.log(1_112_064))
    assert unknown_character_log_prob(UNICODE_CHARACTERS - 1) == 0


def test_rare_characters_are_not_among_the_frequent_ones():
    counts = {"abb": 2, "bc": 1}
    assert frequent_characters(counts, min_count=1) == ["a", "b", "c"]
    assert frequent_characters(counts, min_count=2) == ["a", "b"]
    assert frequent_characters(counts, min_count=5) == ["b"]


@pytest.mark.parametrize("sentence", [["so", "it", "goes"], ["a"], []])
def test_the_characters_of_a_sentence_are_those_of_its_line(sentence):
    line = " ".join(sentence) + "\n"
    assert number_of_characters(sentence) == len(line)
    # The pieces have a blank at the end, too, and then the end of the sentence.
    assert len("".join(BPE([]).encode(sentence))) in (len(line), 0)


# ---------------------------------------------------------------------------------------------
# Intervals


def test_sentences_are_spread_evenly_and_lose_nothing():
    log_probs = np.array([-1.0, -2.0, -3.0, -4.0])
    spread = spread_over_characters(log_probs, [1, 3], [2, 3])
    assert spread.tolist() == [-0.5, -0.5, -3, -3, -3]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), min_size=1), st.randoms())
def test_the_bits_of_the_characters_are_the_bits_per_character_of_the_text(sizes, random):
    units, characters = zip(*sizes, strict=True)
    log_probs = np.array([-random.random() for _ in range(sum(units))])
    spread = spread_over_characters(log_probs, units, characters)
    assert len(spread) == sum(characters)
    assert metrics.bits_per_token(spread) == pytest.approx(
        bits_per_character(log_probs, 0 * log_probs, sum(characters))
    )


# ---------------------------------------------------------------------------------------------
# Wrong input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SpellingModel(["ab"]), "characters must hold single characters"),
        (lambda: SpellingModel("ab", order=0), "order must be a whole number"),
        (lambda: SpellingModel("ab").score(["a"]), "has not seen any text"),
        (lambda: SpellingModel("ab").fit([]), "words must hold at least one word"),
        (lambda: SpellingModel("ab").fit("ab"), "words must be a list, each item a string"),
        (lambda: SpellingModel("ab").fit([3]), "words must be a list, each item a string"),
        (lambda: unknown_character_log_prob(-1), "known must be .* it was -1"),
        (lambda: unknown_character_log_prob(UNICODE_CHARACTERS), "known must be"),
        (lambda: frequent_characters({"a": 1}, 0), "min_count must be"),
        (lambda: bits_per_character(np.zeros(2), np.zeros(3), 4), r"same shape .* \(2,\) and"),
        (lambda: bits_per_character(np.zeros(2), np.zeros(2), 0), "characters must be"),
        (lambda: spread_over_characters(np.zeros(3), [1, 1], [1, 1]), "summed to 2"),
        (lambda: spread_over_characters(np.zeros(2), [1, 1], [2]), r"\(2,\) and \(1,\)"),
        (lambda: spread_over_characters(np.zeros(2), [0, 2], [1, 1]), "units must be whole"),
        (lambda: spread_over_characters(np.zeros(1), [1], [1.5]), "characters must be whole"),
    ],
)
def test_wrong_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
