"""Power laws are found again, and published ones give their published values."""

import numpy as np
import pytest

from lmbook_utils import scaling_laws

X = np.array([1e4, 3e4, 1e5, 3e5, 1e6])


@pytest.mark.equation("eq-power-law")
@pytest.mark.parametrize(
    ("floor", "factor", "exponent"), [(3, 40, 0.25), (0, 10, 0.1), (1.7, 400, 0.5)]
)
def test_a_power_law_is_found_again(floor, factor, exponent):
    losses = scaling_laws.PowerLaw(floor, factor, exponent).loss(X)
    law = scaling_laws.fit_power_law(X, losses)
    assert law.exponent == pytest.approx(exponent, rel=0.01)
    assert law.loss(X) == pytest.approx(losses, rel=1e-4)
    if not floor:
        assert scaling_laws.fit_power_law(X, losses, with_floor=False).irreducible == 0


def test_numbers_of_a_law_are_not_negative():
    law = scaling_laws.fit_power_law(X, np.array([3.0, 2.0, 1.0, 0.3, 0.01]))
    assert min(law) >= 0
    assert scaling_laws.fit_power_law(X, np.arange(1.0, 6)).factor == 0  # it rises: no law


def test_the_bootstrap_covers_the_truth_and_is_seeded():
    rng = np.random.default_rng(0)
    x = np.repeat(X, 3)
    losses = 3 + 40 * x**-0.25 + rng.normal(0, 0.02, len(x))
    fits = scaling_laws.bootstrap_power_law(x, losses, 100)
    low, high = np.quantile(fits[:, 2], [0.025, 0.975])
    assert low < 0.25 < high
    assert np.array_equal(fits, scaling_laws.bootstrap_power_law(x, losses, 100))


@pytest.mark.parametrize(
    ("x", "losses", "message"),
    [
        (X, X[:3], r"\(5,\) and \(3,\)"),
        (X, -X, "above 0"),
        ([1, 2, np.inf], [1, 1, 1], "finite"),
        ([1, 1, 2], [3, 2, 1], "3 different sizes; there were 2"),
    ],
)
def test_runs_that_cannot_be_fitted_are_refused(x, losses, message):
    with pytest.raises(ValueError, match=message):
        scaling_laws.fit_power_law(x, losses)


@pytest.mark.equation("eq-training-flops")
def test_the_operations_of_gpt3():
    """Brown et al. (2020), table D.1: 174,600 million parameters, 300 billion tokens."""
    assert scaling_laws.training_flops(174.6e9, 300e9) == pytest.approx(3.14e23, rel=0.01)


@pytest.mark.equation("eq-two-sizes")
def test_the_best_sizes_have_the_least_loss_of_their_cost():
    parameters, tokens = scaling_laws.best_sizes(1e21)
    assert scaling_laws.training_flops(parameters, tokens) == pytest.approx(1e21)
    best = scaling_laws.hoffmann_loss(parameters, tokens)
    for factor in (0.5, 0.9, 1.1, 2):
        assert scaling_laws.hoffmann_loss(parameters * factor, tokens / factor) > best
    assert scaling_laws.hoffmann_loss(1e30, 1e30) == pytest.approx(1.69)


def test_ten_times_the_parameters_lower_the_law_of_2020_by_a_sixth():
    ratio = scaling_laws.kaplan_loss(1e9) / scaling_laws.kaplan_loss(1e8)
    assert ratio == pytest.approx(10**-0.076)
