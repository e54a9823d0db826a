"""Bias, privacy and compute: the measures of chapter 10 on cases with known answers."""

import numpy as np
import pytest

from lmbook_utils.footprint import footprint
from lmbook_utils.privacy import canaries
from lmbook_utils.privacy.private_sgd import epsilon, private_gradient
from lmbook_utils.word_associations import association_test, associations


@pytest.mark.equation("eq-exposure")
@pytest.mark.parametrize(("secret", "bits"), [(0, 3.0), (1, 2.0), (7, 0.0)])
def test_exposure_is_the_number_of_bits_less_that_of_the_rank(secret, bits):
    assert canaries.exposure(-np.arange(8.0), secret) == pytest.approx(bits)


def test_a_model_that_knows_nothing_exposes_nothing():
    assert canaries.exposure(np.zeros(1000), 5) == 0


@pytest.mark.parametrize("log_probs", [[1.0], [0.0, np.nan], [[1.0, 2.0]]])
def test_exposure_needs_candidates(log_probs):
    with pytest.raises(ValueError, match="log_probs must be at least two numbers"):
        canaries.exposure(log_probs, 0)


def test_exposure_needs_a_secret_among_the_candidates():
    with pytest.raises(ValueError, match="secret must be below 2; it was 2"):
        canaries.exposure([0.0, 1.0], 2)


def test_no_sentence_is_lost_by_planting_and_the_order_stays():
    drawn = canaries.draw_canaries([["f"], ["g"]], [0, 5], canaries.candidates("xyz", 2), seed=1)
    text = canaries.plant([[str(i)] for i in range(20)], drawn)
    assert [s for s in text if len(s) == 1] == [[str(i)] for i in range(20)]
    assert text.count([*drawn[1].frame, *drawn[1].secret]) == 5
    assert len(text) == 25
    assert drawn[0].secret != drawn[1].secret


def test_canaries_are_checked():
    with pytest.raises(ValueError, match="frames must be at most 2"):
        canaries.draw_canaries([["f"]] * 3, [1], canaries.candidates("xy", 1))
    with pytest.raises(ValueError, match="words must be at least two different"):
        canaries.candidates("xx", 1)
    with pytest.raises(ValueError, match="times must be a whole number"):
        canaries.draw_canaries([["f"]], [-1], canaries.candidates("xy", 1))


@pytest.mark.equation("eq-private-gradient")
def test_no_example_moves_the_gradient_by_more_than_the_clip_norm():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(6, 4)) * 100
    one = private_gradient(rows, 0.5, 0.0, rng, 1.0)
    other = private_gradient(rows[1:], 0.5, 0.0, rng, 1.0)
    assert np.linalg.norm(one - other) == pytest.approx(0.5)


def test_a_draw_without_examples_still_gets_noise():
    noise = private_gradient(np.zeros((0, 20_000)), 2.0, 1.5, np.random.default_rng(0), 10)
    assert noise.std() == pytest.approx(2.0 * 1.5 / 10, rel=0.03)


@pytest.mark.parametrize(
    "changed",
    [{"clip_norm": 0}, {"noise_multiplier": -1}, {"gradients": [1.0]}, {"expected_examples": 0}],
)
def test_a_private_gradient_complains_of_its_arguments(changed):
    arguments = {
        "gradients": np.ones((2, 2)),
        "clip_norm": 1.0,
        "noise_multiplier": 1.0,
        "rng": np.random.default_rng(0),
        "expected_examples": 2,
    }
    [name] = changed
    with pytest.raises(ValueError, match=name):
        private_gradient(**arguments | changed)


def test_more_noise_and_fewer_steps_promise_more():
    base = epsilon(1.0, 0.05, 100, 1e-5)
    assert epsilon(2.0, 0.05, 100, 1e-5) < base < epsilon(1.0, 0.05, 200, 1e-5)
    assert epsilon(0, 0.05, 100, 1e-5) == np.inf
    with pytest.raises(ValueError, match="share must be at most 1"):
        epsilon(1.0, 1.5, 1, 1e-5)


@pytest.mark.equation("eq-association")
def test_association_is_the_difference_of_mean_cosines():
    first, second = np.array([[1.0, 0], [0, 1]]), np.array([[-1.0, 0]])
    found = associations(np.array([[3.0, 0]]), first, second)
    assert found == pytest.approx([0.5 + 1])


@pytest.mark.equation("eq-effect-size")
def test_the_test_is_exact_for_few_words():
    up, down = np.array([[1.0, 0.1], [1.0, 0.3]]), np.array([[0.1, 1.0], [0.3, 1.0]])
    d, p = association_test(up, down, up, down)
    assert p == pytest.approx(1 / 6)
    assert association_test(down, up, up, down).effect_size == pytest.approx(-d)


def test_vectors_without_a_direction_are_refused():
    rows = np.eye(2)
    with pytest.raises(ValueError, match="first must be vectors other than zero"):
        associations(rows, np.zeros((1, 2)), rows)
    with pytest.raises(ValueError, match="at least two words each"):
        association_test(rows[:1], rows, rows, rows)


@pytest.mark.equation("eq-energy")
def test_energy_is_time_by_power_by_overhead():
    cost = footprint(7.2e15, 1e12, 0.5, 500, 1.2, 0.5, 3)
    assert cost == pytest.approx((4, 2.4, 1.2, 12))


@pytest.mark.parametrize("changed", [{"utilisation": 1.1}, {"overhead": 0.9}, {"watts": 0}])
def test_a_footprint_complains_of_its_arguments(changed):
    [name] = changed
    with pytest.raises(ValueError, match=name):
        footprint(**{"flops": 1.0, "peak": 1.0, "utilisation": 0.5, "watts": 1.0} | changed)
