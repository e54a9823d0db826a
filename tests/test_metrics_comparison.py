"""Models compared: tables, tests by swapping, and how sure they are, against SciPy and loops."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test

from lmbook_utils import metrics


def articles(number, tokens=8, seed=0, better=0.0, noise=0.3):
    """Two models' log-probabilities of articles, the first better by so many nats, and groups."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(number), rng.integers(tokens // 2, tokens * 3 // 2, number))
    baseline = rng.normal(-5, 0.5, number)[groups] + rng.normal(0, 0.3, len(groups))
    model = baseline + better + rng.normal(0, noise, number)[groups]
    return model, baseline, groups


def by_all_signs(model, baseline, groups):
    """The p-value by its definition: the share of the signs that give as much."""
    differences = [(model - baseline)[groups == g].sum() for g in np.unique(groups)]
    observed = abs(sum(differences))
    sums = [abs(np.dot(signs, differences)) for signs in product((1, -1), repeat=len(differences))]
    return np.mean(np.array(sums) >= observed * (1 - 1e-9))


# Swapping whole groups


@settings(max_examples=30)
@given(st.integers(2, 7), st.integers(0, 1000), st.floats(-0.5, 0.5))
def test_the_p_value_is_the_share_of_all_signs_that_differ_as_much(number, seed, better):
    data = articles(number, seed=seed, better=better)
    assert metrics.paired_permutation_test(*data) == pytest.approx(by_all_signs(*data))


def test_up_to_thirteen_groups_all_signs_are_looked_at():
    data = articles(13, better=0.15)
    expected = by_all_signs(*data)
    assert 0.01 < expected < 0.9
    assert metrics.paired_permutation_test(*data, seed=1) == pytest.approx(expected)


def test_more_groups_are_tested_as_scipy_tests_two_samples():
    model, baseline, groups = articles(20, seed=1, better=0.1)
    sums = [np.bincount(groups, weights=values) for values in (model, baseline)]
    expected = permutation_test(
        sums,
        lambda one, other, axis: (one - other).sum(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=50_000,
        rng=np.random.default_rng(7),
    ).pvalue
    found = metrics.paired_permutation_test(model, baseline, groups)
    assert 0.02 < expected < 0.9
    assert found == pytest.approx(expected, abs=0.015)
    assert metrics.paired_permutation_test(model, baseline, groups) == found
    assert metrics.paired_permutation_test(model, baseline, groups, seed=1) != found


@pytest.mark.parametrize("number", [2, 3, 10])
def test_the_smallest_p_value_is_two_in_two_to_the_number_of_groups(number):
    model, baseline, groups = articles(number, better=3)
    expected = 2 / 2**number
    assert metrics.paired_permutation_test(model, baseline, groups) == pytest.approx(expected)
    assert metrics.paired_permutation_test(baseline, model, groups) == pytest.approx(expected)


def test_a_model_does_not_differ_from_itself():
    model, _, groups = articles(5)
    assert metrics.paired_permutation_test(model, model, groups) == 1


def test_of_models_that_are_equally_good_few_are_found_to_differ():
    p_values = [metrics.paired_permutation_test(*articles(8, seed=seed)) for seed in range(100)]
    assert 0.01 <= np.mean(np.array(p_values) <= 0.05) <= 0.1
    as_if_independent = []
    for seed in range(20):
        model, baseline, groups = articles(8, tokens=20, seed=seed)
        p = metrics.paired_permutation_test(model, baseline, np.arange(len(groups)))
        as_if_independent.append(p)
    assert np.mean(np.array(as_if_independent) <= 0.05) > 0.4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"baseline_log_probs": [-1, -1]}, r"must score the same tokens.*\(3,\) and \(2,\)"),
        ({"groups": [0, 1]}, "groups must name a group for each value"),
        ({"groups": [0, 0, 0]}, "groups must hold at least two groups"),
        ({"log_probs": [-1, np.nan, -1]}, "^log_probs must be logarithms of probabilities"),
        ({"baseline_log_probs": [-1, -np.inf, -1]}, "^baseline_log_probs must be finite"),
    ],
)
def test_a_test_of_what_does_not_fit(change, message):
    arguments = {
        "log_probs": [-1, -2, -1],
        "baseline_log_probs": [-1, -1, -1],
        "groups": [0, 0, 1],
    }
    with pytest.raises(ValueError, match=message):
        metrics.paired_permutation_test(**arguments | change)


def test_means_are_tested_as_cross_entropies_are():
    model, baseline, groups = articles(9, better=0.1)
    expected = metrics.paired_permutation_test(model, baseline, groups)
    assert metrics.paired_mean_test(model + 100, baseline + 100, groups) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": [1, 2]}, "values and baseline must be of the same items"),
        ({"groups": [0, 0, 0]}, "groups must hold at least two groups"),
        ({"values": [1, np.nan, 1]}, "values and baseline must be finite numbers"),
        ({"baseline": [1, -np.inf, 1]}, "values and baseline must be finite numbers"),
    ],
)
def test_a_test_of_means_of_what_does_not_fit(change, message):
    arguments = {"values": [1, 2, 1], "baseline": [1, 1, 1], "groups": [0, 0, 1]}
    with pytest.raises(ValueError, match=message):
        metrics.paired_mean_test(**arguments | change)


# Comparing many


@pytest.fixture
def models():
    """Three models of which one is better, one worse, and one neither."""
    better, baseline, groups = articles(10, better=1)
    similar, _, _ = articles(10)
    worse = baseline - 0.5 + 0.1 * (groups % 2)
    return {"LSTM": better, "unigram": baseline, "similar": similar, "worse": worse}, groups


def test_each_row_has_the_perplexity_and_the_interval_of_its_model(models):
    models, groups = models
    comparison = metrics.compare(models, groups, confidence=0.9, seed=3)
    assert [row.model for row in comparison.rows] == list(models)
    for row in comparison.rows:
        assert row.perplexity == pytest.approx(metrics.perplexity(models[row.model]))
        assert row.seed_perplexities == (row.perplexity,)
        interval = metrics.perplexity_interval(models[row.model], groups, 0.9, seed=3)
        assert row.interval == interval
        assert (row.ratio, row.ratio_interval, row.verdict) == (None, None, None)


def test_each_row_but_the_baselines_has_the_paired_ratio_to_it(models):
    models, groups = models
    comparison = metrics.compare(models, groups, baseline="unigram")
    assert comparison["unigram"].ratio is None
    for name in ("LSTM", "similar", "worse"):
        row, pair = comparison[name], (models[name], models["unigram"])
        assert row.ratio == pytest.approx(metrics.perplexity(pair[0]) / metrics.perplexity(pair[1]))
        assert row.ratio_interval == metrics.perplexity_ratio_interval(*pair, groups)


def test_the_verdict_says_on_which_side_of_1_the_interval_of_the_ratio_lies(models):
    models, groups = models
    comparison = metrics.compare(models, groups, baseline="unigram")
    assert comparison["LSTM"].ratio_interval.high < 1
    assert comparison["worse"].ratio_interval.low > 1
    low, high = comparison["similar"].ratio_interval
    assert low < 1 < high
    verdicts = {row.model: row.verdict for row in comparison.rows}
    assert verdicts == {"LSTM": "better", "unigram": None, "similar": "open", "worse": "worse"}


def test_seeds_are_scored_by_their_mean_cross_entropy_and_their_spread_is_told_apart():
    one, other, groups = articles(6, better=0.4)
    comparison = metrics.compare(
        {"seeds": np.stack([one, other]), "one": one}, groups, baseline="one"
    )
    row = comparison["seeds"]
    perplexities = metrics.perplexity(one), metrics.perplexity(other)
    assert row.seed_perplexities == pytest.approx(perplexities)
    assert row.perplexity == pytest.approx(np.sqrt(np.prod(perplexities)))
    assert min(perplexities) < row.perplexity < np.mean(perplexities)
    mean = (one + other) / 2
    assert row.interval == metrics.perplexity_interval(mean, groups)
    assert row.ratio_interval == metrics.perplexity_ratio_interval(mean, one, groups)


def test_a_model_with_one_seed_in_a_row_of_its_own_is_that_seed(models):
    models, groups = models
    in_rows = {name: log_probs[None] for name, log_probs in models.items()}
    assert metrics.compare(in_rows, groups, "LSTM") == metrics.compare(models, groups, "LSTM")


def test_simultaneous_intervals_of_ratios_are_those_of_bonferroni(models):
    models, groups = models
    comparison = metrics.compare(models, groups, "unigram", confidence=0.9, simultaneous=True)
    alone = metrics.compare(models, groups, "unigram", confidence=0.9)
    assert comparison.ratio_confidence == pytest.approx(1 - 0.1 / 3)
    for name in ("LSTM", "similar", "worse"):
        expected = metrics.perplexity_ratio_interval(
            models[name], models["unigram"], groups, comparison.ratio_confidence
        )
        assert comparison[name].ratio_interval == expected
        assert expected.low < alone[name].ratio_interval.low
        assert expected.high > alone[name].ratio_interval.high
        assert comparison[name].interval == alone[name].interval


def test_of_a_single_ratio_the_simultaneous_interval_is_the_interval(models):
    models, groups = models
    two = {name: models[name] for name in ("unigram", "LSTM")}
    alone = metrics.compare(two, groups, "unigram", simultaneous=False, seed=1)
    assert metrics.compare(two, groups, "unigram", simultaneous=True, seed=1) == alone
    expected = metrics.perplexity_ratio_interval(two["LSTM"], two["unigram"], groups, seed=1)
    assert alone["LSTM"].ratio_interval == expected
    other = metrics.compare(two, groups, "unigram", seed=2)["LSTM"].ratio_interval
    assert other != expected


def test_of_many_models_no_better_than_the_baseline_simultaneous_intervals_find_fewer_better():
    def found(simultaneous):
        hits = 0
        for seed in range(8):
            _, baseline, groups = articles(25, tokens=4, seed=seed)
            rng = np.random.default_rng(seed)
            models = {"baseline": baseline} | {
                str(i): baseline + rng.normal(0, 0.3, 25)[groups] for i in range(10)
            }
            compared = metrics.compare(models, groups, "baseline", simultaneous=simultaneous)
            hits += any(row.verdict in ("better", "worse") for row in compared.rows)
        return hits

    assert found(simultaneous=False) >= 4
    assert found(simultaneous=True) <= 2


@pytest.mark.parametrize(
    ("confidence", "number"), [(0.5, 2000), (0.95, 2000), (0.99, 10_000), (0.99999, 100_000)]
)
def test_a_high_level_takes_more_resamples(monkeypatch, confidence, number):
    import scipy.stats

    used = []
    bootstrap = scipy.stats.bootstrap

    def spy(*arguments, **options):
        used.append(options["n_resamples"])
        return bootstrap(*arguments, **options)

    monkeypatch.setattr(scipy.stats, "bootstrap", spy)
    model, _, groups = articles(3)
    metrics.perplexity_interval(model, groups, confidence)
    assert used == [number]


# The table


def test_the_table_says_what_the_rows_say(models):
    models, groups = models
    models = models | {"seeds": np.stack([models["LSTM"], models["worse"]])}
    comparison = metrics.compare(models, groups, "unigram", simultaneous=True)
    header, *lines = str(comparison).splitlines()
    names = ["model", "perplexity (95%)", "seeds", "ratio to unigram (98.75%)", "verdict"]
    assert [name.strip() for name in header.split("  ") if name] == names
    assert len(lines) == 5
    for line, row in zip(lines, comparison.rows, strict=True):
        found = [cell.strip() for cell in line.split("  ") if cell]
        low, high = row.interval
        expected = [row.model, f"{row.perplexity:.1f} ({low:.1f} to {high:.1f})"]
        if len(row.seed_perplexities) == 1:
            expected.append("1")
        else:
            lowest, highest = sorted(row.seed_perplexities)
            expected.append(f"2: {lowest:.1f} to {highest:.1f}")
        if row.ratio is None:
            expected.append("baseline")
        else:
            low, high = row.ratio_interval
            expected += [f"{row.ratio:.3f} ({low:.3f} to {high:.3f})", row.verdict]
        assert found == expected


def test_the_table_has_only_the_columns_that_apply(models):
    models, groups = models
    header, *lines = str(metrics.compare(models, groups)).splitlines()
    assert header.split() == ["model", "perplexity", "(95%)"]
    assert len({len(line) for line in lines}) == 1, "the column is flush right"
    assert [line.split()[0] for line in lines] == list(models)
    assert not any(line.startswith(" ") for line in lines), "the names are flush left"


# What does not fit


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"models": {}}, "models must name at least one model"),
        ({"baseline": "c"}, "baseline must be one of a, b; it was 'c'"),
        ({"models": {"a": [-1, -1], "b": [-1]}}, "must score the same tokens.*'a': 2, 'b': 1"),
        ({"models": {"a": [[[-1.0]]]}}, r"models\['a'\] must have the shape.*\(1, 1, 1\)"),
        ({"models": {"a": []}}, r"models\['a'\] must hold at least one token"),
        ({"models": {"a": [-1, np.nan]}}, r"models\['a'\] must be logarithms"),
        ({"models": {"a": [-1, 0.5]}}, r"models\['a'\] must be logarithms"),
        ({"models": {"a": [-1, -np.inf]}}, r"models\['a'\] must be finite"),
        ({"groups": [0]}, "groups must name a group for each value"),
        ({"groups": [0, 0]}, "groups must hold at least two groups"),
        ({"confidence": 95}, "confidence must be between 0 and 1; it was 95"),
        (
            {"confidence": 95, "baseline": "a", "simultaneous": True},
            "confidence must be between 0 and 1; it was 95",
        ),
    ],
)
def test_a_comparison_of_what_does_not_fit(change, message):
    arguments = {"models": {"a": [-1, -2], "b": [-1, -1]}, "groups": [0, 1]}
    with pytest.raises(ValueError, match=message):
        metrics.compare(**arguments | change)
