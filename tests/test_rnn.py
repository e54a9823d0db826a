"""Recurrent networks: against central differences, Keras, and what one works out by hand."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax

from lmbook_utils import optimizers, rnn
from lmbook_utils.ngram import NGramModel

LN2, LN3, LN4 = np.log([2, 3, 4])  # tanh(ln 2) = 3/5, tanh(ln 3) = 4/5

CELLS = {
    "rnn": rnn.RNNCell,
    "linear": lambda *sizes, **options: rnn.RNNCell(*sizes, activation="linear", **options),
    "lstm": rnn.LSTMCell,
    "gru": rnn.GRUCell,
}
every_cell = pytest.mark.parametrize("kind", CELLS)
every_model = pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
sizes = st.tuples(*[st.integers(1, 3)] * 4)  # batch, time, input_dim, units


def make_cell(kind, input_dim, units, seed=0, **options):
    """Return a cell whose biases are not zero, so that a mistake in them shows."""
    cell = CELLS[kind](input_dim, units, seed=seed, **options)
    rng = np.random.default_rng(seed + 1)
    cell.set_parameters(**{n: rng.normal(0, 0.7, p.shape) for n, p in cell.parameters.items()})
    return cell


def make_state(kind, rng, batch, units):
    h, c = rng.normal(size=(2, batch, units))
    return rnn.LSTMState(h, c) if kind == "lstm" else h


def parts_of(state):
    return state if isinstance(state, tuple) else (state,)


def make_model(cell="rnn", layers=1, seed=0, **options):
    model = rnn.RNN(5, 3, 4, cell, layers=layers, seed=seed, **options)
    rng = np.random.default_rng(seed + 1)
    model.set_parameters(**{n: rng.normal(0, 0.7, p.shape) for n, p in model.parameters.items()})
    return model


def make_batch(rng, batch=2, time=4, words=5):
    text = rng.integers(words, size=(batch, time + 1))
    return text[:, :-1], text[:, 1:]


# Worked out by hand


@pytest.mark.equation("eq-rnn-hidden")
def test_two_steps_of_a_simple_cell_worked_out_by_hand():
    # x_1 = ln 2 and x_2 = ln 3 - 0.3, W_xh = 1, W_hh = 1/2, b_h = 0, h_0 = 0:
    #   a_1 = ln 2                     h_1 = 0.6                                  (R1, R2)
    #   a_2 = ln 3 - 0.3 + 0.6 / 2     h_2 = 0.8
    # The loss is h_2. Then, with the slopes 1 - h_2² = 0.36 and 1 - h_1² = 0.64:
    #   dh_2 = 1                       da_2 = 0.36                                (R3, R4)
    #   dh_1 = 0.36 / 2 = 0.18         da_1 = 0.64 · 0.18 = 0.1152
    #   dW_hh = da_2 h_1 = 0.216       db_h = 0.36 + 0.1152 = 0.4752              (R5)
    #   dW_xh = da_2 x_2 + da_1 x_1
    #   dx_1 = da_1, dx_2 = da_2       dh_0 = 0.1152 / 2 = 0.0576                 (R6)
    cell = rnn.RNNCell(1, 1)
    cell.set_parameters(W_xh=[[1]], W_hh=[[0.5]], b_h=[0])
    hidden, state, cache = cell.forward([[[LN2], [LN3 - 0.3]]])
    assert hidden.ravel() == pytest.approx([0.6, 0.8])
    assert state == pytest.approx(np.array([[0.8]]))
    gradients = cell.backward([[[0], [1]]], cache)
    assert gradients.hidden.ravel() == pytest.approx([0.18, 1])
    assert gradients.parameters["W_hh"].item() == pytest.approx(0.216)
    assert gradients.parameters["W_xh"].item() == pytest.approx(0.36 * (LN3 - 0.3) + 0.1152 * LN2)
    assert gradients.parameters["b_h"].item() == pytest.approx(0.4752)
    assert gradients.inputs.ravel() == pytest.approx([0.1152, 0.36])
    assert gradients.state.item() == pytest.approx(0.0576)


@pytest.mark.equation("eq-lstm")
def test_one_step_of_an_lstm_worked_out_by_hand():
    # The input only reaches the candidate, x = ln 2, and c_0 = 2 ln 2 - 0.6. Then
    #   i = f = o = 1/2, g = 0.6, c_1 = c_0 / 2 + 0.3 = ln 2, h_1 = 0.6 / 2       (L1 to L4)
    # The loss is h_1. With σ' = 1/4:
    #   dc_1 = 1/2 · (1 - 0.6²) = 0.32                                            (L6)
    #   da = [0.32 · 0.6 / 4, 0.32 · c_0 / 4, 0.32 / 2 · 0.64, 0.6 / 4]           (L7)
    #   dc_0 = 0.32 / 2                                                           (L9)
    cell = rnn.LSTMCell(1, 1)
    cell.set_parameters(W_xh=[[0, 0, 1, 0]], W_hh=np.zeros((1, 4)), b_h=np.zeros(4))
    c_0 = 2 * LN2 - 0.6
    hidden, state, cache = cell.forward([[[LN2]]], ([[0.0]], [[c_0]]))
    assert hidden.item() == state.h.item() == pytest.approx(0.3)
    assert state.c.item() == pytest.approx(LN2)
    gradients = cell.backward([[[1]]], cache)
    assert gradients.parameters["b_h"] == pytest.approx([0.048, 0.08 * c_0, 0.1024, 0.15])
    assert gradients.inputs.item() == pytest.approx(0.1024)
    assert gradients.state.c.item() == pytest.approx(0.16)


@pytest.mark.equation("eq-gru")
def test_one_step_of_a_gru_worked_out_by_hand():
    # All weights are 0 but the recurrent bias of the candidate, ln 4; h_0 = 0.2. Then
    #   u = r = 1/2, g = tanh(ln 4 / 2) = 0.6, h_1 = 0.2 / 2 + 0.6 / 2 = 0.4      (G1 to G4)
    # The loss is h_1. With σ' = 1/4:
    #   ds_u = (0.2 - 0.6) / 4, ds_g = 1/2 · (1 - 0.6²), ds_r = 0.32 · ln 4 / 4   (G6)
    #   dh_0 = u = 1/2                                                            (G9)
    cell = rnn.GRUCell(1, 1)
    zeros = np.zeros((1, 3))
    cell.set_parameters(W_xh=zeros, W_hh=zeros, b_xh=[0, 0, 0], b_hh=[0, 0, LN4])
    hidden, _, cache = cell.forward([[[7.0]]], [[0.2]])
    assert hidden.item() == pytest.approx(0.4)
    gradients = cell.backward([[[1]]], cache)
    assert gradients.parameters["b_xh"] == pytest.approx([-0.1, 0.08 * LN4, 0.32])
    assert gradients.parameters["b_hh"] == pytest.approx([-0.1, 0.08 * LN4, 0.16])
    assert gradients.state.item() == pytest.approx(0.5)


@pytest.mark.equation("eq-rnn-output")
def test_the_loss_of_a_model_without_weights_is_that_of_its_output_bias():
    model = rnn.RNN(2, 1, 1)
    model.set_parameters(W_hy=[[0, 0]], b_y=np.log([0.25, 0.75]))
    loss, gradients, _ = model.backward([[0, 1, 1]], [[1, 1, 0]])
    assert loss == pytest.approx(-np.log([0.75, 0.75, 0.25]).mean())
    # (M5) and (M6): the probabilities minus the relative frequencies, 1/3 and 2/3.
    assert gradients["b_y"] == pytest.approx([0.25 - 1 / 3, 0.75 - 2 / 3])


# Gradients of the cells against central differences


@pytest.mark.equation(
    "eq-bptt-hidden",
    "eq-bptt-parameters",
    "eq-lstm-hidden-gradient",
    "eq-lstm-cell-gradient",
    "eq-lstm-gate-gradients",
    "eq-gru-hidden-gradient",
    "eq-gru-gate-gradients",
    "eq-gru-product-gradients",
)
@every_cell
@settings(max_examples=15)
@given(sizes=sizes, seed=st.integers(0, 999))
def test_all_gradients_of_a_cell_are_those_of_central_differences(kind, sizes, seed):
    """Equations (R3) to (R6), (L5) to (L9) and (G5) to (G9)."""
    batch, time, input_dim, units = sizes
    rng = np.random.default_rng(seed)
    cell = make_cell(kind, input_dim, units, seed)
    x, weights = rng.normal(size=(batch, time, input_dim)), rng.normal(size=(batch, time, units))
    state = make_state(kind, rng, batch, units)

    def loss():
        return float((weights * cell.forward(x, state).hidden).sum())

    gradients = cell.backward(weights, cell.forward(x, state).cache)
    pairs = [(gradients.parameters[name], array) for name, array in cell.parameters.items()]
    pairs += [(gradients.inputs, x)]
    pairs += zip(parts_of(gradients.state), parts_of(state), strict=True)
    for analytic, array in pairs:
        assert rnn.relative_error(analytic, rnn.numerical_gradient(loss, array)) < 1e-6


@every_cell
def test_the_gradient_by_a_hidden_state_is_that_by_the_state_of_the_next_window(kind):
    rng = np.random.default_rng(0)
    cell = make_cell(kind, 2, 3)
    x, weights = rng.normal(size=(2, 5, 2)), rng.normal(size=(2, 5, 3))
    whole = cell.backward(weights, cell.forward(x).cache)
    state = cell.forward(x[:, :2]).state
    rest = cell.backward(weights[:, 2:], cell.forward(x[:, 2:], state).cache)
    expected = weights[:, 1] + parts_of(rest.state)[0]
    np.testing.assert_allclose(whole.hidden[:, 1], expected, rtol=1e-12)
    np.testing.assert_allclose(whole.inputs[:, 2:], rest.inputs, rtol=1e-12)


@given(st.floats(0.3, 1.5), st.integers(1, 12))
def test_without_tanh_a_gradient_shrinks_or_grows_by_the_spectral_radius_at_each_step(radius, lag):
    cell = rnn.RNNCell(2, 4, activation="linear")
    cell.set_parameters(W_hh=radius * cell.parameters["W_hh"])  # it was orthogonal
    d_hidden = np.zeros((1, lag + 1, 4))
    d_hidden[0, -1] = [0.5, -0.5, 0.5, -0.5]
    gradients = cell.backward(d_hidden, cell.forward(np.ones((1, lag + 1, 2))).cache)
    norms = np.linalg.norm(gradients.hidden[0], axis=-1)
    np.testing.assert_allclose(norms, radius ** np.arange(lag, -1, -1), rtol=1e-9)


# Gradients of the language model against central differences


@pytest.mark.equation("eq-bptt-logits", "eq-bptt-output")
@every_model
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("mask", [None, [[1, 1, 1], [1, 0, 0]]], ids=["all words", "mask"])
@pytest.mark.parametrize("first", [True, False], ids=["first window", "later window"])
def test_the_gradients_of_all_parameters_pass_the_check(cell, layers, mask, first):
    """Equations (M5) to (M7), and those of the cells."""
    model = make_model(cell, layers)
    rng = np.random.default_rng(4)
    ids, targets = make_batch(rng, time=3)
    state = None if first else model.forward(rng.integers(5, size=(2, 3))).state
    errors = rnn.gradient_check(model, ids, targets, state=state, mask=mask)
    assert errors.keys() == model.parameters.keys()
    assert max(errors.values()) < 1e-6


@pytest.mark.parametrize("name", ["E", "W_xh_1", "W_hh_1", "b_h_1", "W_hy", "b_y"])
def test_the_check_finds_one_wrong_entry_and_names_its_parameter(name):
    class Mistaken(rnn.RNN):
        def backward(self, *arguments):
            result = super().backward(*arguments)
            result.gradients[name].flat[1] += 1e-5
            return result

    errors = rnn.gradient_check(Mistaken(5, 3, 4), [[0, 1, 2]], [[1, 2, 3]])
    assert [found for found, error in errors.items() if error > 1e-6] == [name]


def test_the_check_leaves_the_parameters_as_they_were():
    model = make_model("gru")
    before = {name: parameter.copy() for name, parameter in model.parameters.items()}
    rnn.gradient_check(model, [[0, 1]], [[1, 2]])
    assert all((model.parameters[name] == before[name]).all() for name in before)


@pytest.mark.equation("eq-central-difference")
def test_central_differences_find_a_derivative_that_is_known():
    x = np.array([[0.0, 1.0], [2.0, 3.0]])
    found = rnn.numerical_gradient(lambda: float(np.sin(x).sum()), x)
    np.testing.assert_allclose(found, np.cos(x), rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("a", "b", "error"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0),
        ([0.0], [0.0], 0),
        ([1.0], [-1.0], 1),
        ([2.0, 0], [2.0, 1], 0.25),
    ],
)
def test_the_relative_error_is_a_share_of_the_largest_entry(a, b, error):
    assert rnn.relative_error(a, b) == rnn.relative_error(b, a) == error


# Against Keras

KERAS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def as_keras_has_them(arrays):
    """Return the arrays of one cell in Keras' order: a GRU's biases are the rows of one array."""
    kernel, recurrent_kernel, *biases = arrays
    return [kernel, recurrent_kernel, biases[0] if len(biases) == 1 else np.stack(biases)]


def model_as_keras_has_it(arrays):
    """Return the arrays of a model of two layers, by name, in Keras' order."""
    E, *cells, W_hy, b_y = arrays.values()
    half = len(cells) // 2
    return [E, *as_keras_has_them(cells[:half]), *as_keras_has_them(cells[half:]), W_hy, b_y]


@pytest.mark.equation("eq-rnn-hidden", "eq-lstm", "eq-gru")
@every_model
def test_a_cell_computes_what_keras_computes(cell):
    """Equations (R1) and (R2), (L1) to (L4), (G1) to (G4), and their gradients."""
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(0)
    ours = make_cell(cell, 3, 4)
    x, d_hidden = rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 6, 4))
    state = make_state(cell, rng, 2, 4)

    layer = getattr(keras.layers, KERAS[cell])(
        4, return_sequences=True, return_state=True, dtype="float64"
    )
    layer.build(x.shape)
    layer.set_weights(as_keras_has_them(ours.parameters.values()))
    inputs, states = tf.constant(x), [tf.constant(part) for part in parts_of(state)]
    with tf.GradientTape() as tape:
        tape.watch([inputs, *states])
        their_hidden, *their_state = layer(inputs, initial_state=states)
        loss = tf.reduce_sum(d_hidden * their_hidden)
    weights = [variable.value for variable in layer.trainable_variables]
    theirs = [their_hidden, *their_state, *tape.gradient(loss, [*weights, inputs, *states])]

    hidden, new_state, cache = ours.forward(x, state)
    gradients = ours.backward(d_hidden, cache)
    results = [hidden, *parts_of(new_state), *as_keras_has_them(gradients.parameters.values())]
    results += [gradients.inputs, *parts_of(gradients.state)]
    for our, their in zip(results, theirs, strict=True):
        np.testing.assert_allclose(our, their.numpy(), rtol=1e-5, atol=1e-10)


@every_model
def test_a_language_model_computes_what_the_one_of_keras_computes(cell):
    """Equations (M1) to (M4), and their gradients."""
    import tensorflow as tf

    from lmbook_utils import models

    ours = make_model(cell, layers=2)
    ids, targets = make_batch(np.random.default_rng(0))
    their_model = models.build_language_model(
        "simple" if cell == "rnn" else cell, 5, 3, 4, num_layers=2, batch_size=2
    )
    their_model.set_weights(model_as_keras_has_it(ours.parameters))
    with tf.GradientTape() as tape:
        logits = their_model(ids)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        their_loss = tf.reduce_mean(losses)
    weights = [variable.value for variable in their_model.trainable_variables]
    theirs = [logits, their_loss, *tape.gradient(their_loss, weights)]

    loss, gradients, _ = ours.backward(ids, targets)
    results = [ours.forward(ids).logits, loss, *model_as_keras_has_it(gradients)]
    for our, their in zip(results, theirs, strict=True):
        their = tf.convert_to_tensor(their).numpy()  # the embedding's gradient is stored by rows
        np.testing.assert_allclose(our, their, rtol=0, atol=1e-5)


# Windows, rows, masks


@every_cell
@given(cut=st.integers(1, 5), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_a_cell_reads_two_windows_as_one(kind, cut, seed):
    rng = np.random.default_rng(seed)
    cell, x = make_cell(kind, 2, 3, seed), rng.normal(size=(2, 6, 2))
    start = make_state(kind, rng, 2, 3)
    whole, first = cell.forward(x, start), cell.forward(x[:, :cut], start)
    second = cell.forward(x[:, cut:], first.state)
    both = np.concatenate([first.hidden, second.hidden], axis=1)
    np.testing.assert_allclose(both, whole.hidden, rtol=0, atol=1e-12)
    np.testing.assert_allclose(second.state, whole.state, rtol=0, atol=1e-12)


@every_model
@pytest.mark.parametrize("layers", [1, 3])
def test_a_model_reads_single_words_as_one_window(cell, layers):
    model, ids = make_model(cell, layers), np.array([[0, 4, 2, 2, 1], [3, 1, 0, 4, 4]])
    state, steps = None, []
    for t in range(ids.shape[1]):
        logits, state = model.forward(ids[:, t : t + 1], state)
        steps.append(logits)
    whole = model.forward(ids)
    np.testing.assert_allclose(np.concatenate(steps, axis=1), whole.logits, rtol=0, atol=1e-12)
    np.testing.assert_allclose(state, whole.state, rtol=0, atol=1e-12)


@every_model
def test_training_goes_on_with_the_state_of_the_window_before(cell):
    model = make_model(cell)
    ids, targets = make_batch(np.random.default_rng(0))
    state = model.forward(ids).state
    np.testing.assert_array_equal(model.backward(ids, targets).state, state)
    later = model.backward(ids, targets, state)
    assert later.loss == model.loss(ids, targets, state)
    assert later.loss != pytest.approx(model.loss(ids, targets))


@every_model
def test_a_state_is_not_changed_by_what_is_read_after_it(cell):
    model, ids = make_model(cell), np.array([[0, 1, 2]])
    state = model.forward(ids).state
    before = np.copy(state)
    model.backward(ids, ids, state)
    np.testing.assert_array_equal(state, before)


@every_model
def test_the_rows_of_a_batch_know_nothing_of_each_other(cell):
    model = make_model(cell, layers=2)
    ids, targets = make_batch(np.random.default_rng(0), batch=3)
    whole = model.backward(ids, targets)
    rows = [model.backward(ids[[i]], targets[[i]]) for i in range(3)]
    assert whole.loss == pytest.approx(np.mean([row.loss for row in rows]))
    for name, gradient in whole.gradients.items():
        mean = np.mean([row.gradients[name] for row in rows], axis=0)
        np.testing.assert_allclose(gradient, mean, rtol=0, atol=1e-12)


@every_model
def test_padding_that_is_masked_changes_nothing(cell):
    model = make_model(cell)
    ids, targets = [[1, 2, 3, 4]], [[2, 3, 4, 1]]
    short = model.backward([[1, 2]], [[2, 3]])
    for kind in (bool, int, np.float32):
        padded = model.backward(ids, targets, mask=np.array([[1, 1, 0, 0]], kind))
        assert padded.loss == pytest.approx(short.loss, rel=1e-12)
        for name, gradient in short.gradients.items():
            np.testing.assert_allclose(padded.gradients[name], gradient, rtol=0, atol=1e-12)


def test_a_mask_that_leaves_nothing_out_is_no_mask():
    model, batch = make_model(), make_batch(np.random.default_rng(0))
    assert model.loss(*batch, mask=np.ones((2, 4))) == model.loss(*batch)


# Scores


@every_model
@pytest.mark.parametrize("tokens", [2, 257, 258, 600])
def test_a_long_text_is_scored_as_in_one_window(cell, tokens):
    model = make_model(cell)
    ids = np.random.default_rng(0).integers(5, size=tokens)
    log_probs = model.log_probs(ids)
    logits = model.forward(ids[None, :-1]).logits[0]
    expected = log_softmax(logits, axis=-1)[np.arange(tokens - 1), ids[1:]]
    np.testing.assert_allclose(log_probs, expected, rtol=0, atol=1e-12)
    assert model.loss(ids[None, :-1], ids[None, 1:]) == pytest.approx(-log_probs.mean())


def test_the_probabilities_of_all_texts_of_a_length_sum_to_one():
    model = make_model("gru")
    texts = np.stack(np.meshgrid(*[range(5)] * 3), axis=-1).reshape(-1, 3)
    total = sum(np.exp(model.log_probs([0, *text]).sum()) for text in texts)
    assert total == pytest.approx(1)


# Training


@every_model
@pytest.mark.parametrize("layers", [1, 2])
def test_a_model_learns_a_text_in_which_one_word_is_not_enough_to_go_by(cell, layers):
    text = np.array([[0, 1, 2, 0, 1, 3] * 3])  # after 1 comes 2 or 3, in turn
    ids, targets = text[:, :-1], text[:, 1:]
    model = rnn.RNN(4, 6, 12, cell, layers=layers)
    assert model.loss(ids, targets) > 1
    for _ in range(250):
        model.step(model.backward(ids, targets).gradients, learning_rate=1.0, clip_norm=1.0)
    assert model.loss(ids, targets) < 0.05


def test_a_state_that_is_carried_lets_a_model_learn_what_a_window_does_not_show():
    # After 0 1 comes 2 or 3, in turn. Windows of five words begin at all places; in those that
    # begin with 0 1 or with 1, the first 2 or 3 cannot be known: 4 words in 30.
    text = np.array([0, 1, 2, 0, 1, 3] * 200 + [0])
    inputs, targets = text[:-1].reshape(-1, 1, 5), text[1:].reshape(-1, 1, 5)

    def loss_after_training(carry):
        model, state, losses = rnn.RNN(4, 6, 12), None, []
        for x, y in zip(inputs, targets, strict=True):
            loss, gradients, state = model.backward(x, y, state if carry else None)
            model.step(gradients, learning_rate=0.5, clip_norm=1.0)
            losses.append(loss)
        return np.mean(losses[-60:])

    assert loss_after_training(carry=True) < 0.05
    assert loss_after_training(carry=False) > LN2 * 4 / 30


def test_a_step_goes_against_the_gradient():
    model = make_model()
    before = {name: parameter.copy() for name, parameter in model.parameters.items()}
    gradients = model.backward([[0, 1]], [[1, 2]]).gradients
    norm = model.step(gradients, learning_rate=0.1)
    assert norm == optimizers.global_norm(gradients)
    for name, parameter in model.parameters.items():
        np.testing.assert_allclose(parameter, before[name] - 0.1 * gradients[name], rtol=1e-12)


def test_a_step_is_as_long_as_the_clipped_gradients():
    model = make_model()
    before = {name: parameter.copy() for name, parameter in model.parameters.items()}
    norm = model.step(model.backward([[0, 1]], [[1, 2]]).gradients, 0.1, clip_norm=1e-3)
    moved = {name: model.parameters[name] - before[name] for name in before}
    assert norm > 1e-3
    assert optimizers.global_norm(moved) == pytest.approx(0.1 * 1e-3)


def test_gradients_that_are_not_finite_change_no_parameter():
    model = make_model()
    before = {name: parameter.copy() for name, parameter in model.parameters.items()}
    gradients = model.backward([[0, 1]], [[1, 2]]).gradients
    gradients["b_y"][0] = np.nan
    with pytest.raises(
        ValueError, match="gradients must hold neither NaN nor infinity; that of b_y"
    ):
        model.step(gradients, learning_rate=0.1)
    assert all((model.parameters[name] == before[name]).all() for name in before)


# The beginning


@every_cell
def test_each_block_of_the_recurrent_weights_is_orthogonal(kind):
    cell = CELLS[kind](3, 5)
    for block in np.split(cell.parameters["W_hh"], cell.blocks, axis=1):
        np.testing.assert_allclose(block.T @ block, np.eye(5), rtol=0, atol=1e-12)


def test_the_recurrent_weights_favour_no_direction():
    corners = [rnn.RNNCell(1, 2, seed=seed).parameters["W_hh"][0, 0] for seed in range(200)]
    assert np.mean(corners) == pytest.approx(0, abs=0.15)  # three standard errors


@every_cell
def test_the_input_weights_have_the_variance_of_glorot_and_bengio(kind):
    weights = CELLS[kind](30, 50).parameters["W_xh"]
    assert np.abs(weights).max() <= np.sqrt(6 / 80)
    assert weights.var() == pytest.approx(2 / 80, rel=0.1)


def test_the_vectors_of_words_have_about_the_length_1_and_favour_no_direction():
    E = rnn.RNN(500, 40, 2).parameters["E"]
    assert (E**2).sum(axis=1).mean() == pytest.approx(1, rel=0.1)
    assert E.mean() == pytest.approx(0, abs=0.01)  # nine standard errors


def test_an_lstm_begins_by_remembering():
    assert rnn.LSTMCell(1, 2).parameters["b_h"].tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    assert not rnn.GRUCell(1, 2).parameters["b_hh"].any()


@every_model
def test_a_seed_gives_the_same_model_and_another_one_a_different_model(cell):
    first, again, other = (rnn.RNN(5, 3, 4, cell, layers=2, seed=s).parameters for s in (0, 0, 1))
    assert all((first[name] == again[name]).all() for name in first)
    assert all((first[name] != other[name]).any() for name in first if name[0] != "b")
    assert (first["W_hh_1"] != first["W_hh_2"]).any()


@every_model
def test_a_model_of_float32_stays_one(cell):
    model = rnn.RNN(5, 3, 4, cell, layers=2, dtype="float32")
    ids, targets = make_batch(np.random.default_rng(0))
    mask = np.array([[1.0, 1, 1, 0]] * 2)
    loss, gradients, state = model.backward(ids, targets, mask=mask)
    model.step(gradients, np.float64(0.1), clip_norm=np.float64(0.1))
    everything = [*gradients.values(), *model.parameters.values(), model.forward(ids, state).logits]
    assert {array.dtype for array in everything} == {np.dtype("float32")}
    same = rnn.RNN(5, 3, 4, cell, layers=2).loss(ids, targets, mask=mask)
    assert loss == pytest.approx(same, abs=1e-5)


def test_parameters_are_changed_in_place_and_never_replaced():
    model = rnn.RNN(5, 3, 4)
    with pytest.raises(TypeError, match="does not support item assignment"):
        model.parameters["W_hh_1"] = np.eye(4)
    model.set_parameters(W_hh_1=np.eye(4))
    assert (model.cells[0].parameters["W_hh"] == np.eye(4)).all()


# No prediction may depend on a later word

TEXT = np.array([1, 2, 3, 1, 2, 4, 0])


def bidirectional(forwards, backwards, output, embedding):
    """Return a tagger, which is no language model: two cells, one of which reads from the end."""

    def predict(ids):
        x = embedding[ids][None]
        left = forwards.forward(x).hidden[0]
        right = backwards.forward(x[:, ::-1]).hidden[0, ::-1]
        return np.concatenate([left, right], axis=-1) @ output

    return predict


def looking_ahead(at, words):
    """Return a function of ids that at one step uses the word some steps later."""

    def predict(ids):
        predictions = np.eye(5)[ids]
        predictions[at] += ids[at + words]
        return predictions

    return predict


@every_model
@pytest.mark.parametrize("layers", [1, 2])
def test_a_recurrent_model_does_not_see_the_future(cell, layers):
    model = make_model(cell, layers)
    assert rnn.first_leak(lambda ids: model.forward(ids[None]).logits[0], TEXT) is None


@every_cell
def test_a_bidirectional_network_sees_the_future_from_its_first_step_on(kind):
    rng = np.random.default_rng(0)
    forwards, backwards = make_cell(kind, 3, 4, seed=1), make_cell(kind, 3, 4, seed=2)
    output, embedding = rng.normal(size=(8, 5)), rng.normal(size=(5, 3))
    assert rnn.first_leak(bidirectional(forwards, backwards, output, embedding), TEXT) == 0
    output[4:] = 0  # now nothing comes from the cell that reads from the end
    assert rnn.first_leak(bidirectional(forwards, backwards, output, embedding), TEXT) is None


@given(at=st.integers(0, 5), words=st.integers(1, 6), seed=st.integers(0, 99))
def test_the_step_that_looks_ahead_is_named_however_far_it_looks(at, words, seed):
    assume(at + words < len(TEXT))
    assert rnn.first_leak(looking_ahead(at, words), TEXT, draws=1, seed=seed) == at


@pytest.mark.parametrize("seed", range(5))
def test_of_two_words_the_later_one_is_always_exchanged(seed):
    def last_word(ids):
        return np.tile(np.eye(2)[ids[-1]], (len(ids), 1))

    assert rnn.first_leak(last_word, [0, 1], draws=1, seed=seed) == 0


def test_looking_at_the_word_that_is_read_is_allowed():
    assert rnn.first_leak(looking_ahead(3, 0), TEXT) is None


def test_an_ngram_model_does_not_see_the_future():
    model = NGramModel(order=3).fit(
        [["the", "cat", "sat"], ["the", "dog", "sat"], ["a", "cat"]] * 3
    )
    words = model.vocabulary_

    def predict(ids):
        contexts = [words.decode(ids[: t + 1]) for t in range(len(ids))]
        with np.errstate(divide="ignore"):  # <s> has the probability 0
            return np.log([model.next_word_distribution(context) for context in contexts])

    text = words.encode(["the", "cat", "sat", "a", "dog"])
    assert rnn.first_leak(predict, text, alternatives=range(4, len(words))) is None


@pytest.mark.parametrize("cell", ["simple", "lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 2])
def test_a_model_of_keras_does_not_see_the_future_and_has_to_be_reset(cell, layers):
    from lmbook_utils import models

    model = models.build_language_model(cell, 5, 3, 4, num_layers=layers, batch_size=1)

    def predict(ids):
        models.reset_state(model)
        return model(ids[None])[0]

    assert rnn.first_leak(predict, TEXT) is None
    with pytest.raises(ValueError, match="predict must return the same when it is asked again"):
        rnn.first_leak(lambda ids: model(ids[None])[0], TEXT)


# What is wrong is named


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rnn.RNNCell(0, 2), "input_dim must be a whole number and at least 1; it was 0"),
        (lambda: rnn.LSTMCell(2, 2.5), "units must be a whole number"),
        (lambda: rnn.GRUCell(2, 2, seed=-1), "seed must be a whole number and at least 0"),
        (lambda: rnn.RNNCell(2, 2, activation="relu"), "activation must be one of .*'relu'"),
        (lambda: rnn.RNNCell(2, 2, dtype=int), "dtype must be float32 or float64"),
        (lambda: rnn.RNNCell(2, 2, dtype="number"), "dtype must be float32 or float64"),
        (lambda: rnn.RNN(0, 2, 2), "vocab_size must be a whole number"),
        (lambda: rnn.RNN(5, 2, 2, layers=0), "layers must be a whole number"),
        (lambda: rnn.RNN(5, 2, 2, cell="elman"), "cell must be one of rnn, lstm, gru; it was 'e"),
        (lambda: rnn.RNN(5, 2, 2, cell=["rnn"]), "cell must be one of rnn, lstm, gru"),
    ],
)
def test_a_cell_or_model_that_cannot_be_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@every_cell
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((2, 3)), r"x must have the shape \(batch, time, input_dim\) = \(≥ 1, ≥ 1, 3\)"),
        (np.ones((2, 4, 2)), r"the shape was \(2, 4, 2\)"),
        (np.ones((2, 0, 3)), r"the shape was \(2, 0, 3\)"),
        (np.full((2, 4, 3), np.nan), "x must hold neither NaN nor infinity"),
        (np.full((2, 4, 3), np.inf), "x must hold neither NaN nor infinity"),
        (np.ones((2, 4, 3), complex), "x must hold real numbers; their type was complex128"),
        (np.full((2, 4, 3), "a"), "x must hold real numbers"),
    ],
)
def test_a_cell_refuses_inputs_that_do_not_fit(kind, x, message):
    with pytest.raises(ValueError, match=message):
        make_cell(kind, 3, 2).forward(x)


@every_cell
def test_a_cell_refuses_states_and_gradients_that_do_not_fit(kind):
    cell = make_cell(kind, 3, 2)
    x, wrong = np.ones((4, 5, 3)), make_state(kind, np.random.default_rng(0), 3, 2)
    with pytest.raises(ValueError, match=r"state.* \(batch, units\) = \(4, 2\); .* \(3, 2\)"):
        cell.forward(x, wrong)
    with pytest.raises(ValueError, match=r"d_hidden must have .* \(4, 5, 2\); .* \(4, 1, 2\)"):
        cell.backward(np.ones((4, 1, 2)), cell.forward(x).cache)


def test_an_lstm_refuses_a_state_that_is_no_pair():
    with pytest.raises(ValueError, match=r"state must be a pair \(h, c\), or None; it was ndarray"):
        rnn.LSTMCell(3, 2).forward(np.ones((2, 5, 3)), np.ones((2, 2)))


@pytest.mark.parametrize(("name", "h_units", "c_units"), [("state.h", 1, 2), ("state.c", 2, 1)])
def test_an_lstm_says_which_part_of_its_state_does_not_fit(name, h_units, c_units):
    state = np.ones((4, h_units)), np.ones((4, c_units))
    with pytest.raises(ValueError, match=rf"^{name} must have the shape .* was \(4, 1\)"):
        rnn.LSTMCell(3, 2).forward(np.ones((4, 5, 3)), state)


def test_a_number_that_a_parameter_has_no_room_for_is_refused():
    parameters = {"b_h": np.zeros(2, np.float32)}
    with (
        np.errstate(over="ignore"),
        pytest.raises(ValueError, match="b_h must hold neither NaN nor infinity"),
    ):
        rnn.base.assign(parameters, {"b_h": [1e300, 0]})
    assert (parameters["b_h"] == 0).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"W_hx": np.eye(4)},
            "W_hx must be one of the parameters: E, W_xh_1, W_hh_1, b_h_1",
        ),
        ({"W_hh_1": np.eye(3)}, r"W_hh_1 must have the shape \(4, 4\); the shape was \(3, 3\)"),
        ({"b_y": np.full(5, np.nan)}, "b_y must hold neither NaN nor infinity"),
    ],
)
def test_parameters_that_do_not_fit_are_refused_and_none_is_set(values, message):
    model = rnn.RNN(5, 3, 4)
    E = model.parameters["E"].copy()
    with pytest.raises(ValueError, match=message):
        model.set_parameters(E=np.zeros((5, 3)), **values)
    assert (model.parameters["E"] == E).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ids": [0, 1]}, r"ids must have the shape \(batch, time\), .* the shape was \(2,\)"),
        ({"ids": np.zeros((2, 0), int)}, "ids must have the shape"),
        ({"ids": [[0.0, 1.0]]}, "ids must be whole numbers; their type was float64"),
        ({"ids": [[True, False]]}, "ids must be whole numbers; their type was bool"),
        ({"ids": [[0, 5]]}, "ids must be from 0 to 4, words .*; they went from 0 to 5"),
        ({"ids": [[-1, 1]]}, "ids must be from 0 to 4, words .*; they went from -1 to 1"),
        (
            {"targets": [[1, 2, 3]]},
            r"targets must have the shape of ids, \(1, 2\); it was \(1, 3\)",
        ),
        ({"targets": [[1, 9]]}, "targets must be from 0 to 4"),
        ({"targets": [[1, 1.5]]}, "targets must be whole numbers"),
        ({"mask": [[1]]}, r"mask must hold 0 or 1 .* \(1, 2\), .* its shape was \(1, 1\)"),
        ({"mask": [[0, 0]]}, "mask must hold .* at least one 1"),
        ({"mask": [[1, 0.5]]}, r"mask must hold 0 or 1 .* its values \[0.5 1. \]"),
        ({"mask": [[1, np.nan]]}, "mask must hold 0 or 1"),
        ({"state": np.zeros((1, 4))}, "state must be a list with a state for each of the 1 cells"),
        ({"state": []}, "state must be a list"),
        ({"state": [np.zeros((2, 4))]}, r"state must have the shape \(batch, units\) = \(1, 4\)"),
    ],
)
@pytest.mark.parametrize("method", ["loss", "backward"])
def test_a_model_refuses_batches_that_do_not_fit(method, changes, message):
    arguments = {"ids": [[0, 1]], "targets": [[1, 2]], **changes}
    with pytest.raises(ValueError, match=message):
        getattr(make_model(), method)(**arguments)


@pytest.mark.parametrize("number", [0, -0.1, np.nan, np.inf, "1", True])
def test_a_step_refuses_numbers_that_are_not_above_zero(number):
    model = make_model()
    gradients = model.backward([[0]], [[1]]).gradients
    with pytest.raises(ValueError, match="learning_rate must be a finite number above 0"):
        model.step(gradients, learning_rate=number)
    with pytest.raises(ValueError, match="clip_norm must be a finite number above 0"):
        model.step(gradients, learning_rate=0.1, clip_norm=number)


def test_a_step_refuses_the_gradients_of_another_model():
    with pytest.raises(ValueError, match="gradients must have the names and shapes of the param"):
        make_model("rnn").step(make_model("gru").backward([[0]], [[1]]).gradients, 0.1)


def test_weights_that_have_grown_beyond_all_bounds_are_told():
    model = make_model()
    model.set_parameters(b_y=np.full(5, 1e308), W_hy=np.full((4, 5), 1e308))
    message = "some were NaN or infinite: .* try a lower learning_rate"
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(ValueError, match=message):
        model.forward([[0, 1]])


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([3], "ids must hold at least two words, so that one is scored"),
        ([[0, 1]], r"ids must have the shape \(tokens,\)"),
        ([0, 5], "ids must be from 0 to 4"),
    ],
)
def test_a_text_that_cannot_be_scored_is_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        make_model().log_probs(ids)


def test_the_check_refuses_what_it_cannot_measure():
    batch = [[0, 1]], [[1, 2]]
    with pytest.raises(ValueError, match=r"parameter must be of float64 .* it was float32"):
        rnn.gradient_check(rnn.RNN(5, 3, 4, dtype="float32"), *batch)
    with pytest.raises(ValueError, match="epsilon must be a finite number above 0"):
        rnn.gradient_check(rnn.RNN(5, 3, 4), *batch, epsilon=0)
    with pytest.raises(ValueError, match="a and b must have the same shape"):
        rnn.relative_error(np.ones(2), np.ones((2, 1)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ids": [1]}, "ids must hold at least two words"),
        ({"ids": [1.0, 2.0]}, "ids must be whole numbers"),
        ({"ids": [[1, 2]]}, r"ids must have the shape \(time,\)"),
        ({"predict": lambda ids: np.zeros(len(ids))}, r"predict must return the shape \(time, voc"),
        ({"predict": lambda ids: np.zeros((1, 5))}, r"for 7 ids; it returned \(1, 5\)"),
        ({"predict": lambda ids: np.full((len(ids), 5), np.nan)}, "predict must return no NaN"),
        ({"alternatives": [3, 3]}, "alternatives must hold at least two different ids"),
        ({"alternatives": [3, 5]}, "alternatives must be from 0 to 4"),
        ({"tolerance": 0}, "tolerance must be a finite number above 0"),
        ({"draws": 0}, "draws must be a whole number"),
        ({"seed": -1}, "seed must be a whole number"),
    ],
)
def test_a_search_for_a_leak_that_makes_no_sense_is_refused(changes, message):
    arguments = {"predict": lambda ids: np.eye(5)[ids], "ids": TEXT, **changes}
    with pytest.raises(ValueError, match=message):
        rnn.first_leak(**arguments)
