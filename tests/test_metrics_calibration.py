"""Calibration: against scikit-learn, and with models whose calibration is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.calibration import calibration_curve

from lmbook_utils import metrics

# Some at the ends of bins, where it matters which bin has them.
confidences_and_correct = st.lists(
    st.tuples(st.floats(0, 1) | st.sampled_from([0, 0.2, 0.5, 0.6, 1]), st.booleans()),
    min_size=1,
    max_size=30,
)


def draw(probabilities, rng):
    """Draw a word from each row of probabilities."""
    return (probabilities.cumsum(axis=1) > rng.random((len(probabilities), 1))).argmax(axis=1)


def calibrated(tokens=4000, words=20, seed=0):
    """Logits of a model that is right about its probabilities, and words drawn from them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (tokens, words))
    return logits, draw(softmax(logits, axis=1), rng)


def error(logits, targets, **arguments):
    scores = metrics.score_logits(logits, targets)
    return metrics.expected_calibration_error(
        np.exp(scores.guess_log_probs), scores.guesses == targets, **arguments
    )


# Reliability curve


@pytest.mark.parametrize(
    ("strategy", "theirs"), [("equal_width", "uniform"), ("equal_mass", "quantile")]
)
@given(confidences_and_correct, st.integers(1, 12))
def test_the_reliability_curve_is_that_of_scikit_learn(strategy, theirs, tokens, bins):
    confidences, correct = map(np.array, zip(*tokens, strict=True))
    curve = metrics.reliability_curve(confidences, correct, bins, strategy)
    accuracy, confidence = calibration_curve(
        correct, confidences, n_bins=bins, strategy=theirs, pos_label=True
    )
    np.testing.assert_allclose(curve.accuracy, accuracy, atol=1e-12)
    np.testing.assert_allclose(curve.confidence, confidence, atol=1e-12)
    assert curve.count.sum() == len(tokens)


def test_bins_of_equal_mass_hold_as_many_tokens_each():
    confidences = np.random.default_rng(0).beta(1, 5, 600)
    correct = np.ones(600, bool)
    curve = metrics.reliability_curve(confidences, correct, 6, "equal_mass")
    assert curve.count.tolist() == [100] * 6
    equal_width = metrics.reliability_curve(confidences, correct, 6)
    assert equal_width.count.max() > 200


def test_each_bin_has_its_upper_end_and_empty_bins_are_left_out():
    curve = metrics.reliability_curve([0.5, 0.51, 1.0], [True, False, False], bins=4)
    assert curve.count.tolist() == [1, 1, 1]
    curve = metrics.reliability_curve([0.0, 0.25, 1.0], [True, False, False], bins=4)
    assert curve.count.tolist() == [2, 1]
    assert curve.confidence.tolist() == [0.125, 1]
    assert curve.accuracy.tolist() == [0.5, 0]


# Expected calibration error


@given(confidences_and_correct, st.integers(1, 12))
def test_the_error_is_the_sum_over_bins_that_guo_et_al_write(tokens, bins):
    confidences, correct = map(np.array, zip(*tokens, strict=True))
    expected = 0
    for low, high in zip(range(bins), range(1, bins + 1), strict=True):
        ends = np.linspace(0, 1, bins + 1)
        held = (confidences <= ends[high]) & (confidences > (ends[low] if low else -1))
        if held.any():
            distance = abs(correct[held].mean() - confidences[held].mean())
            expected += held.mean() * distance
    found = metrics.expected_calibration_error(confidences, correct, bins)
    assert found == pytest.approx(expected, abs=1e-12)
    assert 0 <= found <= 1


@pytest.mark.parametrize("strategy", ["equal_width", "equal_mass"])
def test_a_calibrated_model_has_an_error_near_0_and_one_too_sure_of_itself_has_not(strategy):
    logits, targets = calibrated()
    assert error(logits, targets, strategy=strategy) < 0.025
    assert error(3 * logits, targets, strategy=strategy) > 0.15


def test_a_model_that_knows_nothing_may_be_calibrated():
    targets = np.random.default_rng(0).integers(0, 4, 20_000)
    assert error(np.zeros((20_000, 4)), targets) < 0.01


def test_in_one_bin_too_much_and_too_little_confidence_cancel():
    confidences, correct = [0.2, 0.8], [True, False]
    assert metrics.expected_calibration_error(confidences, correct, bins=1) == pytest.approx(0)
    assert metrics.expected_calibration_error(confidences, correct, bins=2) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"confidences": [], "correct": []}, r"at least one token; they had \(0,\) and \(0,\)"),
        ({"correct": [True]}, r"same shape \(tokens,\).*\(2,\) and \(1,\)"),
        ({"confidences": [0.5, np.nan]}, "confidences must be from 0 to 1; .*nan"),
        ({"confidences": [0.5, -0.7]}, "confidences must be from 0 to 1; they went from -0.7"),
        ({"confidences": [0.5, 1.1]}, "confidences must be from 0 to 1; .* to 1.1"),
        ({"correct": [3, 7]}, "correct must hold True and False; its type was int64"),
        ({"bins": 0}, "bins must be a whole number and at least 1; it was 0"),
        ({"strategy": "quantile"}, "strategy must be equal_width or equal_mass; .*'quantile'"),
    ],
)
@pytest.mark.parametrize("measure", [metrics.reliability_curve, metrics.expected_calibration_error])
def test_calibration_of_what_does_not_fit(measure, change, message):
    with pytest.raises(ValueError, match=message):
        measure(**{"confidences": [0.5, 0.7], "correct": [True, False]} | change)


# Temperature


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [0.3, 1, 4])
def test_logits_scaled_by_c_are_repaired_by_the_temperature_c(scale, dtype):
    logits, targets = calibrated()
    scaled = (scale * logits).astype(dtype)
    temperature = metrics.fit_temperature(scaled, targets)
    assert temperature == pytest.approx(scale, rel=0.05)
    assert error(scaled / temperature, targets) < 0.025


@given(st.integers(0, 1000))
def test_no_temperature_nearby_has_a_lower_cross_entropy(seed):
    logits, targets = calibrated(tokens=100, words=4, seed=seed)
    temperature = metrics.fit_temperature(logits, targets)

    def cross_entropy(temperature):
        return metrics.cross_entropy(metrics.score_logits(logits / temperature, targets).log_probs)

    best = cross_entropy(temperature)
    assert all(best <= cross_entropy(factor * temperature) for factor in (0.99, 1.01))


def test_the_temperature_of_a_model_with_two_words_is_known():
    """It gives 0.9 to one word, which comes in 3 of 4 cases: ln 9 must become ln 3."""
    logits = np.log([[0.9, 0.1]] * 4)
    found = metrics.fit_temperature(logits, np.array([0, 0, 1, 0]))
    assert found == pytest.approx(2, rel=1e-3)


@pytest.mark.parametrize("temperature", [0.02, 0.5, 60])
def test_a_best_temperature_near_either_bound_is_found(temperature):
    logits = np.log([[3, 1]] * 4) * temperature
    found = metrics.fit_temperature(logits, np.array([0, 0, 1, 0]))
    assert found == pytest.approx(temperature, rel=1e-3)


def test_a_constant_added_to_the_logits_of_a_token_does_not_matter():
    logits, targets = calibrated(tokens=200)
    constants = np.random.default_rng(1).normal(0, 1000, (200, 1))
    expected = metrics.fit_temperature(logits, targets)
    assert metrics.fit_temperature(logits + constants, targets) == pytest.approx(expected, rel=1e-3)


def test_a_word_that_is_impossible_and_did_not_come_does_not_matter():
    logits, targets = calibrated(tokens=200)
    impossible = np.hstack([logits, np.full((200, 1), -np.inf)])
    assert metrics.fit_temperature(impossible, targets) == metrics.fit_temperature(logits, targets)


@pytest.mark.parametrize(
    ("logits", "targets", "message"),
    [
        (np.zeros((0, 3)), np.array([], int), "targets must hold at least one token"),
        (np.zeros(3), [0], r"logits must have the shape \(tokens, vocabulary\)"),
        (np.zeros((1, 3)), [3], "targets must be from 0 to 2"),
        ([[0, np.nan]], [0], "logits must hold neither NaN nor infinity"),
        ([[0, np.inf]], [0], "logits must hold neither NaN nor infinity"),
        ([[0, -np.inf]], [1], "nor give a word that came no probability"),
        (
            [[1, 0], [1, 0]],
            [0, 0],
            "best temperature between.*always have the highest",
        ),
        (
            [[1, 0], [1, 0]],
            [1, 1],
            "best temperature between.*or no higher than others",
        ),
        ([[1000, 0]] * 9 + [[0, 1]], [0] * 10, "best temperature between 0.01 and 100"),
        ([[0.001, 0]] * 4, [0, 0, 1, 0], "best temperature between 0.01 and 100"),
        ([[0, 0], [1, 1]], [0, 1], "best temperature between 0.01 and 100"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_logits_without_a_best_temperature(logits, targets, message):
    with pytest.raises(ValueError, match=message):
        metrics.fit_temperature(np.array(logits), np.array(targets))
