"""Weights by expectation–maximisation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import minimize_scalar

from lmbook_utils import em

SHAPE = st.tuples(st.integers(1, 30), st.integers(1, 4))


@st.composite
def held_out(draw):
    shape = draw(SHAPE)
    known = draw(arrays.arrays(bool, shape))
    estimates = draw(arrays.arrays(float, shape, elements=st.floats(0, 1)))
    return np.where(known, estimates, 0.0), known


def log_likelihood(weights, estimates, known, base):
    total = 0.0
    for row, seen in zip(estimates, known, strict=True):
        p = base
        for weight, estimate, is_known in zip(weights, row, seen, strict=True):
            p = weight * estimate + (1 - weight) * p if is_known else p
        total += np.log(p)
    return total / len(estimates)


@given(held_out())
def test_the_likelihood_never_falls(case):
    history = em.interpolation_weights(*case, base=0.01).log_likelihoods
    assert (np.diff(history) >= -1e-12).all()


@given(held_out())
def test_the_weights_are_shares_and_finite(case):
    weights = em.interpolation_weights(*case, base=0.01).weights
    assert weights.shape == case[0].shape[1:]
    assert ((weights >= 0) & (weights <= 1 + 1e-12)).all()


@given(held_out())
def test_the_likelihoods_are_those_of_the_weights(case):
    found = em.interpolation_weights(*case, base=0.01, iterations=1)
    start = np.full(case[0].shape[1], 0.5)
    assert found.log_likelihoods == pytest.approx([log_likelihood(start, *case, 0.01)])


def test_one_weight_is_where_the_likelihood_has_its_maximum():
    rng = np.random.default_rng(1)
    estimates, known = rng.uniform(0, 0.2, (200, 1)), np.ones((200, 1), bool)
    found = em.interpolation_weights(estimates, known, base=0.08, iterations=5000)
    best = minimize_scalar(
        lambda weight: -log_likelihood([weight], estimates, known, 0.08),
        bounds=(0, 1),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert 0.01 < best.x < 0.99
    assert found.weights[0] == pytest.approx(best.x, abs=1e-3)


def test_no_small_step_away_from_the_weights_is_better():
    rng = np.random.default_rng(2)
    known = rng.random((300, 3)) < [1.0, 0.8, 0.4]
    estimates = np.where(known, rng.beta(0.3, 2, (300, 3)), 0.0)
    weights = em.interpolation_weights(estimates, known, 0.05, 5000, 1e-14).weights
    best = log_likelihood(weights, estimates, known, 0.05)
    for step in 0.01 * np.concatenate([np.eye(3), -np.eye(3)]):
        assert log_likelihood(weights + step, estimates, known, 0.05) < best


@pytest.mark.parametrize(("base", "expected"), [(1e-9, 1), (1, 0)])
def test_a_single_word_gives_its_order_all_of_the_weight_or_none(base, expected):
    found = em.interpolation_weights(np.array([[0.5]]), np.ones((1, 1), bool), base)
    assert found.weights == pytest.approx([expected], abs=1e-6)


@pytest.mark.filterwarnings("error")
def test_a_word_that_no_lower_order_can_give_is_drawn_at_the_higher_one():
    """With so small a base the first order takes all weight, and has none for the second word."""
    estimates = np.array([[0.5, 0], [0, 1]])
    found = em.interpolation_weights(estimates, np.ones((2, 2), bool), base=1e-300)
    assert found.weights.tolist() == [1, 0.5]


def test_an_order_that_is_never_known_keeps_its_first_weight():
    known = np.array([[True, False]] * 3)
    found = em.interpolation_weights(np.array([[0.5, 0.0]] * 3), known, base=0.1)
    assert found.weights[1] == 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"known": np.ones((2, 1), bool)}, "estimates and known must have the same shape"),
        ({"estimates": np.zeros((0, 2)), "known": np.zeros((0, 2), bool)}, "at least one token"),
        ({"estimates": np.array([[0.5, 1.5]])}, "estimates must be probabilities"),
        ({"estimates": np.array([[0.5, np.nan]])}, "estimates must be probabilities"),
        ({"base": 0.0}, "base must be a probability above 0"),
        ({"base": 1.5}, "base must be a probability above 0"),
        ({"iterations": 0}, "iterations must be a whole number"),
        ({"tolerance": -1e-9}, "tolerance must be a number from 0; it was -1e-09"),
    ],
)
def test_wrong_arguments_are_named(changes, message):
    arguments = {"estimates": np.full((1, 2), 0.5), "known": np.ones((1, 2), bool), "base": 0.1}
    with pytest.raises(ValueError, match=message):
        em.interpolation_weights(**{**arguments, **changes})


# ---------------------------------------------------------------------------------------------
# A mixture of models


@st.composite
def probabilities(draw):
    shape = draw(SHAPE)
    return draw(arrays.arrays(float, shape, elements=st.floats(1e-6, 1)))


@pytest.mark.equation("eq-em-weights")
@given(probabilities())
def test_the_likelihood_of_a_mixture_never_falls(case):
    found = em.mixture_weights(case)
    assert (np.diff(found.log_likelihoods) >= -1e-12).all()
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights >= 0).all()


@given(probabilities())
def test_the_likelihoods_of_a_mixture_are_those_of_its_weights(case):
    found = em.mixture_weights(case, iterations=1)
    assert found.log_likelihoods == pytest.approx([np.log(case.mean(axis=1)).mean()])


def test_two_models_have_the_weights_of_an_interpolation():
    rng = np.random.default_rng(3)
    estimates = rng.beta(0.5, 2, (200, 1))
    of_two = em.mixture_weights(np.hstack([estimates, np.full((200, 1), 0.1)]), 500)
    of_one = em.interpolation_weights(estimates, np.ones((200, 1), bool), 0.1, 500)
    assert of_two.weights[0] == pytest.approx(of_one.weights[0])
    assert of_two.log_likelihoods == pytest.approx(of_one.log_likelihoods)


@pytest.mark.equation("eq-em-weights")
def test_no_small_move_of_weight_between_models_is_better():
    case = np.random.default_rng(4).beta(0.3, 2, (300, 3))
    weights = em.mixture_weights(case, 5000, 1e-14).weights
    assert weights.min() > 0.02
    best = np.log(case @ weights).mean()
    for i, j in ((0, 1), (1, 2), (2, 0)):
        for step in (0.01, -0.01):
            moved = weights.copy()
            moved[[i, j]] += step, -step
            assert np.log(case @ moved).mean() < best


@pytest.mark.parametrize(
    ("case", "options", "message"),
    [
        (np.ones(3), {}, r"must have the shape \(tokens, models\).*it was \(3,\)"),
        (np.ones((0, 2)), {}, "at least one of each"),
        (np.array([[0.5, 1.5]]), {}, "probabilities must be from 0 to 1"),
        (np.array([[0.5, np.nan]]), {}, "probabilities must be from 0 to 1"),
        (np.array([[0.5, 0.5], [0, 0]]), {}, "one had only zeros"),
        (np.ones((1, 2)), {"iterations": 0}, "iterations must be a whole number"),
        (np.ones((1, 2)), {"tolerance": -1e-9}, "tolerance must be a number from 0"),
    ],
)
def test_wrong_probabilities_are_named(case, options, message):
    with pytest.raises(ValueError, match=message):
        em.mixture_weights(case, **options)
