"""Measures of a language model: against scikit-learn, SciPy and what one works out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import log_softmax
from scipy.stats import entropy
from sklearn.metrics import accuracy_score, log_loss, top_k_accuracy_score

from lmbook_utils import metrics


@st.composite
def logits_and_targets(draw):
    """Logits that differ within a row, so that scikit-learn's order of equal ones plays no part."""
    tokens, words = draw(st.integers(1, 8)), draw(st.integers(2, 7))
    order = [draw(st.permutations(range(words))) for _ in range(tokens)]
    scale = draw(st.floats(0.01, 20))
    targets = draw(hnp.arrays(np.int64, tokens, elements=st.integers(0, words - 1)))
    return np.array(order) * scale, targets


log_probabilities = hnp.arrays(
    float, st.integers(1, 30), elements=st.floats(-50, 0, allow_nan=False)
)


# Scores of single tokens


@given(logits_and_targets())
def test_log_probs_are_the_log_softmax_of_the_targets(data):
    logits, targets = data
    log_probs = metrics.score_logits(logits, targets).log_probs
    expected = log_softmax(logits, axis=1)[np.arange(len(targets)), targets]
    np.testing.assert_allclose(log_probs, expected, rtol=1e-12, atol=1e-12)


@given(logits_and_targets(), st.floats(-1e6, 1e6))
def test_scores_do_not_change_when_a_constant_is_added_to_the_logits(data, constant):
    logits, targets = data
    before, after = (
        metrics.score_logits(logits, targets),
        metrics.score_logits(logits + constant, targets),
    )
    np.testing.assert_allclose(after.log_probs, before.log_probs, atol=1e-7)
    np.testing.assert_array_equal(after.ranks, before.ranks)


def test_ranks_count_the_words_that_are_more_probable():
    logits = np.array([[3.0, 1.0, 2.0]] * 3)
    assert metrics.score_logits(logits, np.array([0, 1, 2])).ranks.tolist() == [0, 2, 1]


def test_a_model_gains_no_accuracy_by_giving_all_words_the_same_logit():
    ranks = metrics.score_logits(np.zeros((3, 5)), np.array([0, 2, 4])).ranks
    assert ranks.tolist() == [4, 4, 4]
    assert metrics.accuracy(ranks) == 0


@given(logits_and_targets())
def test_the_guess_is_the_most_probable_word_with_its_log_probability(data):
    logits, targets = data
    scores = metrics.score_logits(logits, targets)
    np.testing.assert_array_equal(scores.guesses, logits.argmax(axis=1))
    expected = log_softmax(logits, axis=1).max(axis=1)
    np.testing.assert_allclose(scores.guess_log_probs, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(scores.guesses == targets, scores.ranks == 0)


def test_of_equally_probable_words_the_first_is_guessed_though_it_is_ranked_behind_the_others():
    scores = metrics.score_logits(np.array([[1.0, 5.0, 5.0]] * 2), np.array([1, 2]))
    assert scores.guesses.tolist() == [1, 1]
    assert scores.ranks.tolist() == [1, 1]
    np.testing.assert_array_equal(scores.guess_log_probs, scores.log_probs)


def test_logits_of_the_size_that_overflows_an_exponential_are_no_problem():
    scores = metrics.score_logits(np.array([[1000.0, 999.0], [-1000.0, 1000.0]]), np.array([0, 0]))
    np.testing.assert_allclose(scores.log_probs, [-np.log1p(np.exp(-1)), -2000])


def test_a_word_that_is_held_for_impossible_has_the_logarithm_of_0():
    logits = np.array([[0.0, -np.inf]])
    assert metrics.score_logits(logits, np.array([0])).log_probs.tolist() == [0]
    assert metrics.score_logits(logits, np.array([1])).log_probs.tolist() == [-np.inf]


@pytest.mark.parametrize(
    ("logits", "targets", "message"),
    [
        (np.zeros(3), [0], r"logits must have the shape \(tokens, vocabulary\)"),
        (np.zeros((2, 3)), [0], r"they had \(2, 3\) and \(1,\)"),
        (np.zeros((2, 3)), [[0], [1]], r"they had \(2, 3\) and \(2, 1\)"),
        (np.zeros((2, 3)), [0, 3], "targets must be from 0 to 2, .*; they went from 0 to 3"),
        (np.zeros((2, 3)), [-1, 0], "targets must be from 0 to 2, .*; they went from -1 to 0"),
        (np.zeros((2, 3)), [0.0, 1.0], "targets must be whole numbers; their type was float64"),
        ([[0, np.nan]], [0], "logits must hold neither NaN nor infinity"),
        ([[0, np.inf]], [1], "logits must hold neither NaN nor infinity"),
        ([[0, np.inf]], [0], "logits must hold neither NaN nor infinity"),
        ([[-np.inf, -np.inf]], [1], "logits must hold neither NaN nor infinity"),
    ],
)
def test_scores_of_arrays_that_do_not_fit(logits, targets, message):
    with pytest.raises(ValueError, match=message):
        metrics.score_logits(logits, np.array(targets))


# Cross-entropy, perplexity, bits


@pytest.mark.equation("eq-cross-entropy")
@given(logits_and_targets())
def test_cross_entropy_is_scikit_learns_log_loss(data):
    logits, targets = data
    log_probs = metrics.score_logits(logits, targets).log_probs
    probabilities = np.exp(log_softmax(logits, axis=1))
    expected = log_loss(targets, probabilities, labels=range(logits.shape[1]))
    # log_loss does not let a probability fall below the smallest step from 1.
    np.testing.assert_allclose(
        metrics.cross_entropy(np.maximum(log_probs, np.log(np.finfo(float).eps))),
        expected,
        rtol=1e-7,
        atol=1e-12,
    )


@pytest.mark.equation("eq-cross-entropy")
@given(st.lists(st.integers(1, 20), min_size=2, max_size=8))
def test_cross_entropy_of_the_true_distribution_is_its_entropy(counts):
    probabilities = np.array(counts) / sum(counts)
    log_probs = np.repeat(np.log(probabilities), counts)  # a text with just these frequencies
    assert metrics.cross_entropy(log_probs) == pytest.approx(entropy(probabilities))
    assert metrics.bits_per_token(log_probs) == pytest.approx(entropy(probabilities, base=2))


@pytest.mark.equation("eq-perplexity")
@pytest.mark.parametrize("vocabulary", [1, 2, 5000])
def test_the_uniform_models_perplexity_is_the_size_of_the_vocabulary(vocabulary):
    log_probs = metrics.score_logits(np.zeros((3, vocabulary)), np.array([0] * 3)).log_probs
    assert metrics.perplexity(log_probs) == pytest.approx(vocabulary)
    assert metrics.bits_per_token(log_probs) == pytest.approx(np.log2(vocabulary))


def test_a_model_that_is_sure_of_wrong_words_has_a_perplexity_above_the_size_of_the_vocabulary():
    vocabulary = 5
    sure_of_word_0 = np.tile([9.0, 0, 0, 0, 0], (4, 1))
    log_probs = metrics.score_logits(sure_of_word_0, np.array([1, 2, 3, 4])).log_probs
    assert metrics.perplexity(log_probs) > 1000 * vocabulary


@given(log_probabilities)
def test_bits_and_nats_measure_the_same(log_probs):
    nats, bits = metrics.cross_entropy(log_probs), metrics.bits_per_token(log_probs)
    assert 2**bits == pytest.approx(np.exp(nats)) == pytest.approx(metrics.perplexity(log_probs))


@pytest.mark.equation("eq-perplexity")
@given(log_probabilities)
def test_perplexity_is_the_inverse_geometric_mean_of_the_probabilities(log_probs):
    expected = np.prod(np.exp(log_probs / len(log_probs))) ** -1
    assert metrics.perplexity(log_probs) == pytest.approx(expected)
    assert metrics.perplexity(log_probs) >= 1


@given(st.text(alphabet="abc ", min_size=1, max_size=20), st.floats(0.01, 1))
def test_bits_per_character_are_the_same_however_the_text_is_cut(text, p):
    """Models of characters and of words that give a text the same probability are equally good."""
    characters = np.full(len(text), np.log(p))
    words = np.array([len(word) * np.log(p) for word in text.replace(" ", " |").split("|")])
    expected = metrics.bits_per_token(characters)
    assert metrics.bits_per_character(words, len(text)) == pytest.approx(expected)


@pytest.mark.parametrize("characters", [0, -3, 2.5, None])
def test_bits_per_character_need_a_number_of_characters(characters):
    with pytest.raises(ValueError, match="characters must be a whole number and at least 1"):
        metrics.bits_per_character([-1.0], characters)


def test_a_perfect_model_has_perplexity_1():
    assert metrics.perplexity(np.zeros(3)) == 1
    assert metrics.cross_entropy(np.zeros(3)) == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("log_prob", [-np.inf, -1e6])
def test_perplexity_is_infinite_where_a_word_is_held_for_impossible(log_prob):
    assert metrics.perplexity(np.array([-1.0, log_prob])) == np.inf


def five_characters(log_probs):
    return metrics.bits_per_character(log_probs, 5)


@pytest.mark.parametrize(
    "measure",
    [metrics.cross_entropy, metrics.perplexity, metrics.bits_per_token, five_characters],
)
@pytest.mark.parametrize(
    ("log_probs", "message"),
    [
        ([], "log_probs must hold at least one token"),
        ([-1, np.nan], "log_probs must be logarithms of probabilities.*nan"),
        ([-1, 0.5], "log_probs must be logarithms of probabilities, 0 or less.*0.5"),
        ([0.2, 0.7], "log_probs must be logarithms"),
        ([-1, np.inf], "log_probs must be logarithms.*inf"),
    ],
)
def test_what_is_no_log_probability(measure, log_probs, message):
    with pytest.raises(ValueError, match=message):
        measure(log_probs)


# Kullback–Leibler divergence


POSITIVE = hnp.arrays(float, 5, elements=st.floats(1e-6, 1))


@pytest.mark.equation("eq-cross-entropy-kl")
@given(POSITIVE, POSITIVE)
def test_the_cross_entropy_is_the_entropy_plus_the_divergence(p, q):
    p, q = p / p.sum(), q / q.sum()
    found = metrics.kl_divergence(p, q)
    assert found >= 0
    assert found == pytest.approx(-(p @ np.log(q)) + p @ np.log(p), abs=1e-12)
    assert found == pytest.approx(entropy(p, q), abs=1e-12)


@given(POSITIVE)
def test_a_distribution_does_not_diverge_from_itself(p):
    assert metrics.kl_divergence(p / p.sum(), p / p.sum()) == 0


def test_words_that_never_come_cost_nothing():
    assert metrics.kl_divergence([0.5, 0.5, 0], [0.25, 0.25, 0.5]) == pytest.approx(np.log(2))


def test_what_comes_and_was_held_for_impossible_costs_infinitely_much():
    assert metrics.kl_divergence([0.5, 0.5], [1, 0]) == np.inf


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        ([0.5, 0.5], [1], r"same shape \(vocabulary,\); they had \(2,\) and \(1,\)"),
        ([[1]], [[1]], "same shape"),
        ([0.5, 0.6], [0.5, 0.5], "p must be a distribution.*summed to 1.1"),
        ([0.5, 0.5], [1.5, -0.5], "q must be a distribution.*from -0.5"),
        ([np.nan, 0.5], [0.5, 0.5], "p must be a distribution"),
        ([], [], "p must be a distribution"),
    ],
)
def test_what_is_no_distribution_has_no_divergence(p, q, message):
    with pytest.raises(ValueError, match=message):
        metrics.kl_divergence(p, q)


# Unigram probabilities


def test_unigram_log_probs_are_the_relative_frequencies_with_one_added():
    log_probs = metrics.unigram_log_probs(np.array([0, 2, 2, 2]), 4)
    np.testing.assert_allclose(np.exp(log_probs), np.array([2, 1, 4, 1]) / 8)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([0, 3], "ids must be from 0 to 2, as the vocabulary has 3 entries; they went from 0 to 3"),
        ([-1, 0], "ids must be from 0 to 2"),
        ([0.5], "ids must hold whole numbers; their type was float64"),
        ([], "ids must be one stream of at least one word"),
        ([[0, 1]], r"ids must be one stream.*\(1, 2\)"),
    ],
)
def test_unigram_log_probs_of_what_is_no_text(ids, message):
    with pytest.raises(ValueError, match=message):
        metrics.unigram_log_probs(np.array(ids), 3)


def test_unigram_log_probs_need_a_vocabulary():
    with pytest.raises(ValueError, match="vocab_size must be a whole number and at least 1"):
        metrics.unigram_log_probs(np.array([0]), 0)


# Accuracy


@given(logits_and_targets(), st.integers(1, 9))
def test_accuracies_are_those_of_scikit_learn(data, k):
    logits, targets = data
    words = logits.shape[1]
    ranks = metrics.score_logits(logits, targets).ranks
    assert metrics.accuracy(ranks) == accuracy_score(targets, logits.argmax(axis=1))
    if words > 2 and k < words:  # scikit-learn's own limits
        expected = top_k_accuracy_score(targets, logits, k=k, labels=range(words))
        assert metrics.top_k_accuracy(ranks, k) == pytest.approx(expected)
    elif k >= words:
        assert metrics.top_k_accuracy(ranks, k) == 1


@given(hnp.arrays(np.int64, st.integers(1, 20), elements=st.integers(0, 9)))
def test_accuracy_grows_with_the_number_of_guesses(ranks):
    accuracies = [metrics.top_k_accuracy(ranks, k) for k in range(1, 11)]
    assert accuracies == sorted(accuracies)
    assert accuracies[0] == metrics.accuracy(ranks)
    assert accuracies[-1] == 1


@pytest.mark.parametrize("k", [0, -1, 1.5, None, True])
def test_top_k_accuracy_needs_a_whole_number_of_guesses(k):
    with pytest.raises(ValueError, match="k must be a whole number and at least 1"):
        metrics.top_k_accuracy(np.array([0]), k)


@pytest.mark.parametrize("ranks", [[], [-1], [0.5], [np.nan]])
def test_what_are_no_ranks(ranks):
    with pytest.raises(ValueError, match="ranks must be whole numbers from 0"):
        metrics.accuracy(np.array(ranks))


# Intervals


def articles(rng, number=30, tokens=20, spread=0.5):
    """Log-probabilities of articles, some of which are harder than others, and their groups.

    Articles have different lengths; the true mean is -3.
    """
    lengths = rng.integers(tokens // 2, tokens * 3 // 2, number)
    groups = np.repeat(np.arange(number), lengths)
    difficulty = rng.normal(-3, spread, number)[groups]
    return np.minimum(difficulty + rng.normal(0, 0.5, len(groups)), 0), groups


def test_the_interval_is_that_of_a_direct_bootstrap():
    log_probs, groups = articles(np.random.default_rng(1))
    by_article = [log_probs[groups == g] for g in np.unique(groups)]
    rng = np.random.default_rng(2)
    resampled = []
    for _ in range(2000):
        drawn = rng.integers(0, len(by_article), len(by_article))
        resampled.append(np.exp(-np.concatenate([by_article[i] for i in drawn]).mean()))
    for confidence in (0.5, 0.95):
        expected = np.quantile(resampled, [(1 - confidence) / 2, (1 + confidence) / 2])
        interval = metrics.perplexity_interval(log_probs, groups, confidence)
        np.testing.assert_allclose(interval, expected, rtol=0.02)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    def covered(groups_of, trials=150):
        hits = 0
        for seed in range(trials):
            log_probs, groups = articles(np.random.default_rng(seed), number=25, tokens=8)
            low, high = metrics.perplexity_interval(log_probs, groups_of(groups), 0.9)
            hits += low <= np.exp(3) <= high
        return hits / trials

    assert 0.8 <= covered(lambda articles: articles) <= 0.97
    as_if_tokens_were_independent = covered(lambda articles: np.arange(len(articles)))
    assert as_if_tokens_were_independent < 0.7


def test_treating_tokens_as_independent_makes_the_interval_far_too_narrow():
    log_probs, groups = articles(np.random.default_rng(3))
    low, high = metrics.perplexity_interval(log_probs, groups)
    low_tokens, high_tokens = metrics.perplexity_interval(log_probs, np.arange(len(log_probs)))
    assert high_tokens - low_tokens < (high - low) / 2


def test_a_higher_confidence_gives_a_wider_interval_around_the_same_perplexity():
    log_probs, groups = articles(np.random.default_rng(4))
    widths = []
    for confidence in (0.5, 0.8, 0.95, 0.99):
        low, high = metrics.perplexity_interval(log_probs, groups, confidence)
        assert low < metrics.perplexity(log_probs) < high
        widths.append(high - low)
    assert widths == sorted(widths)
    assert len(set(widths)) == 4


def test_intervals_depend_on_the_seed_alone():
    log_probs, groups = articles(np.random.default_rng(5))
    first, again, other = (
        metrics.perplexity_interval(log_probs, groups, seed=s) for s in (1, 1, 2)
    )
    assert first == again != other


@given(st.integers(0, 100))
def test_names_and_order_of_the_groups_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    log_probs, groups = articles(rng, number=4, tokens=4)
    order = rng.permutation(len(groups))
    names = np.array(["a", "b", "c", "d"])
    np.testing.assert_allclose(
        metrics.perplexity_interval(log_probs[order], names[groups][order]),
        metrics.perplexity_interval(log_probs, groups),
    )


def test_many_groups_are_resampled_in_parts_with_the_same_result(monkeypatch):
    log_probs, groups = articles(np.random.default_rng(6))
    at_once = metrics.perplexity_interval(log_probs, groups)
    monkeypatch.setattr(metrics.uncertainty, "_RESAMPLED_AT_ONCE", 100)
    assert metrics.perplexity_interval(log_probs, groups) == pytest.approx(at_once)


def test_the_interval_of_a_ratio_is_that_of_a_direct_paired_bootstrap():
    rng = np.random.default_rng(7)
    baseline, groups = articles(rng)
    model = np.minimum(baseline + rng.normal(0.1, 0.3, len(baseline)), 0)
    by_article = [(model[groups == g], baseline[groups == g]) for g in np.unique(groups)]
    resampled = []
    for _ in range(2000):
        drawn = [by_article[i] for i in rng.integers(0, len(by_article), len(by_article))]
        models, baselines = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        resampled.append(metrics.perplexity(models) / metrics.perplexity(baselines))
    interval = metrics.perplexity_ratio_interval(model, baseline, groups)
    np.testing.assert_allclose(interval, np.quantile(resampled, [0.025, 0.975]), rtol=0.01)


def test_pairing_finds_a_small_difference_that_separate_intervals_hide():
    rng = np.random.default_rng(8)
    baseline, groups = articles(rng)
    model = np.minimum(baseline + 0.05 + rng.normal(0, 0.02, len(baseline)), 0)
    low, high = metrics.perplexity_ratio_interval(model, baseline, groups)
    assert low < metrics.perplexity(model) / metrics.perplexity(baseline) < high < 1
    model_alone = metrics.perplexity_interval(model, groups)
    baseline_alone = metrics.perplexity_interval(baseline, groups)
    assert model_alone.high > baseline_alone.low, "they overlap"


def test_a_model_compared_with_itself_has_the_ratio_1():
    log_probs, groups = articles(np.random.default_rng(9))
    assert metrics.perplexity_ratio_interval(log_probs, log_probs, groups) == (1, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": [0, 1]}, r"groups must name a group for each value.*\(3,\) and \(2,\)"),
        ({"groups": [[0], [1], [1]]}, "groups must name a group for each value"),
        ({"groups": [5, 5, 5]}, "groups must hold at least two groups"),
        ({"confidence": 0}, "confidence must be between 0 and 1; it was 0"),
        ({"confidence": 1}, "confidence must be between 0 and 1; it was 1"),
        ({"confidence": 95}, "confidence must be between 0 and 1; it was 95"),
        ({"confidence": float("nan")}, "confidence must be between 0 and 1; it was nan"),
        ({"log_probs": [-1, np.nan, -1]}, "^log_probs must be logarithms of probabilities"),
        ({"log_probs": [-1, 0.5, -1]}, "^log_probs must be logarithms of probabilities"),
        ({"log_probs": [-1, -np.inf, -1]}, "^log_probs must be finite"),
        ({"log_probs": []}, "^log_probs must hold at least one token"),
        ({"log_probs": [[-1, -1, -1]]}, "groups must name a group for each value"),
    ],
)
def test_intervals_of_arrays_that_do_not_fit(change, message):
    arguments = {"log_probs": [-1, -2, -1], "groups": [0, 0, 1]} | change
    with pytest.raises(ValueError, match=message):
        metrics.perplexity_interval(**arguments)
    if "log_probs" not in change:
        with pytest.raises(ValueError, match=message):
            metrics.perplexity_ratio_interval(baseline_log_probs=[-1, -1, -1], **arguments)


@pytest.mark.parametrize(
    ("baseline", "message"),
    [
        ([-1, -1], r"must score the same tokens.*\(3,\) and \(2,\)"),
        ([-1, -1, np.nan], "baseline_log_probs must be logarithms of probabilities"),
        ([-1, -1, -np.inf], "baseline_log_probs must be finite"),
    ],
)
def test_a_baseline_that_does_not_fit(baseline, message):
    with pytest.raises(ValueError, match=message):
        metrics.perplexity_ratio_interval([-1, -2, -1], baseline, [0, 0, 1])
