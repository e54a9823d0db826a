"""Pruning n-gram models: what goes, what stays, and that probabilities stay probabilities."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ngram_texts import HELD_OUT, NORMALISED, TEXT, texts, words

from lmbook_utils.ngram import NGramModel
from lmbook_utils.ngram.pruning import _backed_off, _rises, _unseen_mass
from lmbook_utils.ngram.tables import next_word_log_probs, words_of

THRESHOLDS = [0.0, 1e-9, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 1.0, 1e300]


def fitted(order, smoothing, text=TEXT, **settings):
    return NGramModel(order, smoothing, **settings).fit(text, held_out=HELD_OUT)


def ngrams(model, order):
    """The n-grams of one order, as tuples of words."""
    ids = words_of(model.tables_, order, len(model.vocabulary_))
    return {tuple(model.vocabulary_.tokens[i] for i in row) for row in ids.tolist()}


def all_contexts(model):
    """Every n-gram that a word can follow in the model, the empty one, and one never seen."""
    vocab_size = len(model.vocabulary_)
    known = (
        row
        for order in range(1, len(model.tables_))
        for row in words_of(model.tables_, order, vocab_size)
    )
    never_seen = np.array([model.vocabulary_.unk_id, 4, 4, model.vocabulary_.unk_id, 4])
    return [never_seen[:0], never_seen, *known]


def distribution(model, context):
    return np.exp(next_word_log_probs(model.tables_, context, len(model.vocabulary_)))


# ---------------------------------------------------------------------------------------------
# Probabilities stay probabilities


@settings(max_examples=200, deadline=None)
@given(
    texts,
    st.sampled_from(NORMALISED),
    st.integers(1, 4),
    st.sampled_from(THRESHOLDS),
    st.lists(words, max_size=4),
)
def test_every_distribution_still_sums_to_1(text, smoothing, order, threshold, context):
    original = fitted(order, smoothing, text)
    pruned = original.prune(threshold)
    for seen in all_contexts(original):
        probabilities = distribution(pruned, seen)
        assert probabilities.min() >= 0
        assert probabilities.sum() == pytest.approx(1, abs=2e-6)
    assert pruned.next_word_distribution(context).sum() == pytest.approx(1, abs=2e-6)


@settings(max_examples=100, deadline=None)
@given(
    texts,
    st.sampled_from([name for name in NORMALISED if name != "mle"]),
    st.integers(1, 4),
    st.sampled_from(THRESHOLDS),
)
def test_no_word_loses_all_its_probability(text, smoothing, order, threshold):
    model = fitted(order, smoothing, text).prune(threshold)
    scores = model.score([*TEXT, *text])
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("weight", [1 - 1e-6, 1 - 1e-8])
def test_a_tiny_weight_of_the_order_below_outlasts_pruning(weight):
    original = fitted(3, "jelinek-mercer", weights=[0.9, weight, weight])
    pruned = original.prune(1e-12)
    other = [["mat", "the", "zebra", "cat", "log"]]
    assert pruned.score(other) == pytest.approx(original.score(other), rel=1e-3)


# ---------------------------------------------------------------------------------------------
# What goes and what stays


@settings(max_examples=100, deadline=None)
@given(texts, st.sampled_from(NORMALISED), st.integers(2, 4), st.sampled_from(THRESHOLDS))
def test_the_beginning_of_each_ngram_stays_with_it(text, smoothing, order, threshold):
    model = fitted(order, smoothing, text).prune(threshold)
    for n in range(2, order + 1):
        beginnings = {ngram[:-1] for ngram in ngrams(model, n)}
        assert beginnings <= ngrams(model, n - 1)


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from(NORMALISED), st.integers(2, 4))
def test_a_larger_threshold_keeps_some_of_the_same_ngrams(text, smoothing, order):
    model = fitted(order, smoothing, text)
    pruned = [model, *map(model.prune, THRESHOLDS)]
    for larger, smaller in pairwise(pruned):
        for n in range(1, order + 1):
            assert ngrams(smaller, n) <= ngrams(larger, n)


@pytest.mark.parametrize("smoothing", NORMALISED)
def test_between_nothing_and_everything_the_model_shrinks_step_by_step(smoothing):
    model = fitted(3, smoothing)
    sizes = [sum(model.prune(threshold).sizes) for threshold in (0, 5e-3, 1e-2, 1.0)]
    assert sum(model.sizes) >= sizes[0] > sizes[2] >= model.sizes[0]
    assert sizes == sorted(sizes, reverse=True)


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from(NORMALISED), st.integers(2, 4))
def test_the_threshold_0_drops_only_what_alone_costs_nothing(text, smoothing, order):
    original = fitted(order, smoothing, text)
    pruned = original.prune(0)
    vocab_size = len(original.vocabulary_)
    for n in range(2, order + 1):
        stayed = words_of(pruned.tables_, n, vocab_size).tolist()
        for ngram in words_of(original.tables_, n, vocab_size):
            if ngram.tolist() not in stayed:
                assert rise_by_brute_force(original, ngram) == pytest.approx(0, abs=1e-6)


def test_the_threshold_0_drops_an_ngram_that_backing_off_predicts_as_well():
    # In a text of one sentence the last word alone says what comes, so the trigrams add nothing.
    model = NGramModel(3, "mle").fit([["one", "two", "three"]])
    pruned = model.prune(0)
    assert model.sizes == (6, 4, 3)
    assert pruned.sizes == (6, 4, 0)
    assert pruned.score([["one", "two", "three"]]) == pytest.approx([0, 0, 0, 0])


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("smoothing", NORMALISED)
def test_a_huge_threshold_leaves_the_unigrams_only(order, smoothing):
    original = fitted(order, smoothing)
    pruned = original.prune(1e300)
    assert pruned.sizes == (original.sizes[0], *[0] * (order - 1))
    assert not pruned.tables_[0].log_backoffs.any(), "nothing is left to back off from"
    for context in all_contexts(original):
        expected = np.exp(original.tables_[0].log_probs)
        assert distribution(pruned, context) == pytest.approx(expected)


def test_pruning_leaves_the_model_itself_alone():
    model = fitted(3, "kneser-ney")
    sizes, scores = model.sizes, model.score(HELD_OUT)
    model.prune(1.0)
    assert model.sizes == sizes
    assert (model.score(HELD_OUT) == scores).all()


def test_a_pruned_model_can_be_pruned_again():
    model = fitted(3, "kneser-ney").prune(1e-3)
    again = model.prune(1e-2)
    assert sum(again.sizes) < sum(model.sizes)
    assert again.nbytes == (sum(again.sizes) + 1) * (8 + 4 + 4)
    for context in all_contexts(model):
        assert distribution(again, context).sum() == pytest.approx(1, abs=2e-6)


@pytest.mark.parametrize("smoothing", ["jelinek-mercer", "absolute", "kneser-ney"])
def test_a_small_threshold_drops_much_and_hardly_changes_the_perplexity(smoothing):
    rng = np.random.default_rng(0)
    ranks = np.minimum(rng.zipf(1.5, size=(1500, 8)), 50)
    sentences = [[f"w{rank}" for rank in row] for row in ranks]
    training, other = sentences[:1000], sentences[1000:]
    model = NGramModel(3, smoothing).fit(training, held_out=HELD_OUT + other[:100])
    pruned = model.prune(1e-5)
    assert sum(pruned.sizes) < 0.95 * sum(model.sizes)
    assert pruned.perplexity(other) == pytest.approx(model.perplexity(other), rel=0.02)


# ---------------------------------------------------------------------------------------------
# The relative rise of the perplexity


def probability_of_context(model, context):
    """By the chain rule; <s> is where each sentence begins."""
    probability = 1.0
    for place, word in enumerate(context):
        if word != model.vocabulary_.bos_id:
            probability *= distribution(model, context[:place])[word]
    return probability


def rise_by_brute_force(model, ngram):
    """From the whole distributions after a context with and without one of its n-grams."""
    context, word = ngram[:-1], ngram[-1]
    before = distribution(model, context)
    below = distribution(model, context[1:])
    others = [
        row[-1]
        for row in words_of(model.tables_, len(ngram), len(model.vocabulary_))
        if (row[:-1] == context).all() and row[-1] != word
    ]
    after, unseen = before.copy(), np.ones(len(before), bool)
    unseen[others] = False
    after[unseen] = below[unseen] * (1 - before[others].sum()) / (1 - below[others].sum())
    possible = before > 0
    divergence = (before[possible] * np.log(before[possible] / after[possible])).sum()
    return np.expm1(probability_of_context(model, context) * divergence)


def rises(model, order):
    vocab_size = len(model.vocabulary_)
    table, below = model.tables_[order - 1], model.tables_[order - 2]
    q = np.exp(_backed_off(model.tables_, order, vocab_size))
    unseen_q = _unseen_mass(table.keys // vocab_size, q, len(below.keys))
    return _rises(model.tables_, order, q, unseen_q, vocab_size)


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("smoothing", NORMALISED)
def test_the_rise_is_that_of_the_whole_distribution(smoothing, order):
    model = fitted(order, smoothing)
    rows = words_of(model.tables_, order, len(model.vocabulary_))
    expected = [rise_by_brute_force(model, ngram) for ngram in rows]
    assert max(expected) > 1e-3
    assert rises(model, order) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from(NORMALISED), st.integers(2, 4))
def test_rounding_errors_make_no_rise_negative(text, smoothing, order):
    assert (rises(fitted(order, smoothing, text), order) > -1e-12).all()


def test_a_rise_by_hand():
    model = NGramModel(2, "mle").fit([["a", "a", "b"]])
    # p(a) = 2/4, p(b) = p(</s>) = 1/4; after a: a or b, 1/2 each. Without "a a", backing off
    # shares the 1/2 between a and </s> as 2 to 1: a falls to 1/3, </s> gets 1/6, b stays.
    # p(a) D = 1/2 * 1/2 ln((1/2) / (1/3)) = ln(1.5) / 4, and e^that is 1.5 ** (1/4).
    rise = 1.5**0.25 - 1
    assert ("a", "a") in ngrams(model.prune(rise - 1e-6), 2)
    pruned = model.prune(rise + 1e-6)
    assert ("a", "a") not in ngrams(pruned, 2)


# ---------------------------------------------------------------------------------------------
# Errors


@pytest.mark.parametrize("threshold", [-1e-9, float("nan"), float("inf"), "1e-8", None, True])
def test_a_wrong_threshold_is_named(threshold):
    with pytest.raises(ValueError, match=r"threshold must be a number from 0; it was"):
        fitted(2, "kneser-ney").prune(threshold)


def test_scores_that_are_no_probabilities_cannot_be_pruned():
    with pytest.raises(ValueError, match=r"to be pruned; .*stupid-backoff"):
        fitted(2, "stupid-backoff").prune(1e-8)


def test_a_model_that_has_read_nothing_cannot_be_pruned():
    with pytest.raises(ValueError, match="call fit or read_arpa first"):
        NGramModel(2).prune(1e-8)
