"""The optimizers in NumPy: worked examples, Keras as the referee, and bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lmbook_utils.optimizers import SGD, Adam, clip_by_global_norm, global_norm, warmup_cosine

STEPS = 25


def gradient(theta, step):
    """Of a bent valley, with some noise that is the same in every run."""
    noise = np.random.default_rng(step).normal(scale=0.1, size=theta.shape)
    return np.array([2.0, 40.0, 0.5]) * theta + np.sin(theta) + noise


def path_of_numpy(optimizer):
    theta = {"w": np.array([1.0, -1.0, 3.0])}
    path = []
    for step in range(STEPS):
        optimizer.step(theta, {"w": gradient(theta["w"], step)})
        path.append(theta["w"].copy())
    return np.array(path)


def path_of_keras(optimizer):
    import keras

    theta = keras.Variable([1.0, -1.0, 3.0], dtype="float64")
    path = []
    for step in range(STEPS):
        optimizer.apply([keras.ops.convert_to_tensor(gradient(theta.numpy(), step))], [theta])
        path.append(theta.numpy())
    return np.array(path)


# ---------------------------------------------------------------------------------------------
# Step by step like Keras


@pytest.mark.equation("eq-sgd-momentum")
@pytest.mark.parametrize(
    "settings",
    [
        {"learning_rate": 0.01},
        {"learning_rate": 0.01, "momentum": 0.9},
        {"learning_rate": 0.01, "momentum": 0.9, "nesterov": True},
    ],
)
def test_sgd_takes_the_steps_of_keras(settings):
    keras = pytest.importorskip("keras")
    theirs = path_of_keras(keras.optimizers.SGD(**settings))
    np.testing.assert_allclose(path_of_numpy(SGD(**settings)), theirs, rtol=1e-6, atol=1e-6)


# Keras rounds the betas to 32 bits, also for 64-bit parameters. Of 1 - 0.999 that changes the fifth
# digit, so the comparison uses betas which are rounded already.
BETA_1, BETA_2 = float(np.float32(0.9)), float(np.float32(0.999))


@pytest.mark.equation("eq-adam")
@pytest.mark.parametrize(
    "settings",
    [
        {"learning_rate": 0.05, "beta_1": BETA_1, "beta_2": BETA_2},
        {"learning_rate": 0.05, "beta_1": 0.5, "beta_2": 0.75},
        {"learning_rate": 0.05, "beta_1": BETA_1, "beta_2": BETA_2, "epsilon": 0.125},
    ],
)
def test_adam_takes_the_steps_of_keras(settings):
    keras = pytest.importorskip("keras")
    theirs = path_of_keras(keras.optimizers.Adam(**settings))
    np.testing.assert_allclose(path_of_numpy(Adam(**settings)), theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.equation("eq-warmup-cosine")
@pytest.mark.parametrize("warmup_steps", [0, 10])
def test_the_schedule_is_that_of_keras(warmup_steps):
    keras = pytest.importorskip("keras")
    ours = warmup_cosine(peak=0.3, steps=40, warmup_steps=warmup_steps)
    if warmup_steps:
        theirs = keras.optimizers.schedules.CosineDecay(
            0.0, decay_steps=40 - warmup_steps, warmup_target=0.3, warmup_steps=warmup_steps
        )
    else:
        theirs = keras.optimizers.schedules.CosineDecay(0.3, decay_steps=40)
    steps = range(45)
    expected = [float(theirs(step)) for step in steps]
    np.testing.assert_allclose([ours(step) for step in steps], expected, atol=1e-6)


def test_without_a_warm_up_the_schedule_starts_at_its_peak_and_may_last_one_step():
    assert warmup_cosine(0.3, 40)(0) == 0.3
    assert [warmup_cosine(0.3, 1)(step) for step in range(3)] == [0.3, 0, 0]


# ---------------------------------------------------------------------------------------------
# By hand


@pytest.mark.parametrize(("optimizer", "rate"), [(SGD(), 0.01), (Adam(), 0.001)])
def test_the_first_step_by_default_is_that_of_keras(optimizer, rate):
    theta = {"w": np.array([0.0])}
    optimizer.step(theta, {"w": np.array([1.0])})
    np.testing.assert_allclose(theta["w"], -rate, rtol=1e-5)  # Adam adds epsilon


@pytest.mark.equation("eq-sgd-momentum")
def test_momentum_remembers_the_steps_before():
    theta = {"w": np.array([0.0])}
    optimizer = SGD(learning_rate=1.0, momentum=0.5)
    found = []
    for _ in range(3):
        optimizer.step(theta, {"w": np.array([-1.0])})
        found.append(float(theta["w"][0]))
    assert found == [1.0, 2.5, 4.25]  # velocities 1, 1.5, 1.75


def test_nesterov_looks_ahead():
    theta = {"w": np.array([0.0])}
    SGD(learning_rate=1.0, momentum=0.5, nesterov=True).step(theta, {"w": np.array([-1.0])})
    assert theta["w"][0] == 1.5  # 0.5 · 1 + 1


@pytest.mark.equation("eq-adam")
def test_adam_divides_by_the_size_of_the_gradients():
    theta = {"w": np.array([0.0])}
    optimizer = Adam(learning_rate=0.1, beta_1=0.5, beta_2=0.75, epsilon=1e-12)
    optimizer.step(theta, {"w": np.array([8.0])})
    assert theta["w"][0] == pytest.approx(-0.1)
    # m = 0.5 · 4 + 0 = 2, v = 0.75 · 16 + 0 = 12; corrected: 2 / 0.75 and 12 / 0.4375
    optimizer.step(theta, {"w": np.array([0.0])})
    assert theta["w"][0] == pytest.approx(-0.1 - 0.1 * (2 / 0.75) / np.sqrt(12 / 0.4375))


@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_a_schedule_is_asked_before_each_step(optimizer):
    asked = []
    theta = {"w": np.array([1.0])}
    stepping = optimizer(learning_rate=lambda step: asked.append(step) or 0.0)
    for _ in range(3):
        stepping.step(theta, {"w": np.array([5.0])})
    assert asked == [0, 1, 2]
    assert theta["w"][0] == 1.0, "with a rate of 0 nothing moves"


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, 0.9), Adam(0.1)])
def test_each_parameter_moves_against_its_own_gradient(optimizer):
    theta = {"W": np.ones((2, 3), np.float32), "b": np.zeros(2)}
    optimizer.step(theta, {"W": np.full((2, 3), 2.0), "b": np.array([-1.0, 0.0])})
    assert (theta["W"] < 1).all()
    assert theta["b"][0] > 0
    assert theta["b"][1] == 0
    assert theta["W"].dtype == np.float32, "the arrays of the caller are those that moved"


some_gradients = st.dictionaries(
    st.sampled_from(["W", "b", "E"]),
    arrays(float, st.integers(1, 4), elements=st.floats(-1e200, 1e200)),
    min_size=1,
)


@pytest.mark.equation("eq-clipping")
@given(some_gradients, st.floats(1e-3, 1e3))
def test_clipped_gradients_are_no_longer_than_allowed_and_keep_their_direction(gradients, limit):
    norm, clipped = global_norm(gradients), clip_by_global_norm(gradients, limit)
    assert global_norm(clipped) <= limit * (1 + 1e-12)
    assert clipped.keys() == gradients.keys()
    factor = min(1.0, limit / norm) if norm else 1.0
    for name in gradients:
        np.testing.assert_allclose(clipped[name], gradients[name] * factor, rtol=1e-12)


@given(some_gradients)
def test_short_gradients_are_left_as_they_are(gradients):
    clipped = clip_by_global_norm(gradients, max_norm=1e300)
    assert all((clipped[name] == gradients[name]).all() for name in gradients)


@given(some_gradients)
def test_the_global_norm_is_that_of_all_entries_in_one_vector(gradients):
    norm = global_norm(gradients)
    largest = max(np.abs(gradient).max() for gradient in gradients.values())
    entries = sum(gradient.size for gradient in gradients.values())
    assert largest * (1 - 1e-12) <= norm <= largest * np.sqrt(entries) * (1 + 1e-12)
    if 1e-100 < largest < 1e100:
        joined = np.concatenate([gradient.ravel() for gradient in gradients.values()])
        assert norm == pytest.approx(np.linalg.norm(joined))


# ---------------------------------------------------------------------------------------------
# Bad input


@pytest.mark.parametrize("optimizer", [SGD, Adam])
@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf, "fast", True, None])
def test_a_learning_rate_is_above_zero(optimizer, rate):
    with pytest.raises(ValueError, match="learning_rate must be a finite number above 0; it was"):
        optimizer(learning_rate=rate)


@pytest.mark.parametrize("value", [-0.1, 1, 2, np.nan, "much"])
@pytest.mark.parametrize(
    ("optimizer", "name"), [(SGD, "momentum"), (Adam, "beta_1"), (Adam, "beta_2")]
)
def test_shares_are_below_one(optimizer, name, value):
    with pytest.raises(ValueError, match=f"{name} must be from 0 and below 1; it was"):
        optimizer(**{name: value})


def test_epsilon_is_above_zero():
    with pytest.raises(ValueError, match="epsilon must be a finite number above 0; it was 0"):
        Adam(epsilon=0)


@pytest.mark.parametrize("rate", [-1, np.nan, np.inf])
def test_a_schedule_that_gives_no_rate_is_named(rate):
    with pytest.raises(ValueError, match="learning_rate must give rates from 0; after 0 steps"):
        SGD(lambda step: rate).step({"w": np.ones(1)}, {"w": np.ones(1)})


@pytest.mark.parametrize("optimizer", [SGD(), Adam()])
@pytest.mark.parametrize(
    ("parameters", "gradients", "message"),
    [
        ({"w": np.ones(2)}, {"v": np.ones(2)}, r"names of the parameters, \['w'\]; they had"),
        ({"w": np.ones(2)}, {"w": np.ones(3)}, r"that of 'w' was \(3,\) and not \(2,\)"),
        ({"w": np.ones(2)}, {"w": np.ones((2, 1))}, r"that of 'w' was \(2, 1\)"),
        ({"w": np.ones(2)}, {"w": np.array([1, np.nan])}, "that of w did"),
        ({"w": np.ones(2, int)}, {"w": np.ones(2)}, "floating-point numbers; 'w' was int64"),
        ({"w": 1.0}, {"w": 1.0}, "floating-point numbers; 'w' was float"),
    ],
)
def test_gradients_fit_the_parameters(optimizer, parameters, gradients, message):
    with pytest.raises(ValueError, match=message):
        optimizer.step(parameters, gradients)


@pytest.mark.parametrize("optimizer", [SGD(), Adam()])
def test_nothing_has_moved_after_an_error(optimizer):
    theta = {"good": np.ones(2), "bad": np.ones(2)}
    with pytest.raises(ValueError, match="that of bad did"):
        optimizer.step(theta, {"good": np.ones(2), "bad": np.array([0, np.inf])})
    assert (theta["good"] == 1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"peak": 0, "steps": 10}, "peak must be a finite number above 0"),
        ({"peak": 1, "steps": 0}, "steps must be a whole number"),
        ({"peak": 1, "steps": 10, "warmup_steps": 10}, "warmup_steps must be below steps = 10"),
        ({"peak": 1, "steps": 10, "warmup_steps": -1}, "warmup_steps must be a whole number"),
    ],
)
def test_a_schedule_needs_sensible_numbers(arguments, message):
    with pytest.raises(ValueError, match=message):
        warmup_cosine(**arguments)


@pytest.mark.parametrize("max_norm", [0, -1, np.nan])
def test_the_largest_norm_is_above_zero(max_norm):
    with pytest.raises(ValueError, match="max_norm must be a finite number above 0"):
        clip_by_global_norm({"w": np.ones(2)}, max_norm)


@pytest.mark.parametrize(
    ("gradients", "message"),
    [
        ({}, "gradients must hold at least one array"),
        ({"W": np.array([1, np.inf])}, "gradients must hold neither .*; that of W did"),
    ],
)
def test_gradients_without_a_norm_are_refused(gradients, message):
    with pytest.raises(ValueError, match=message):
        global_norm(gradients)
