"""Quantised, packed and pruned weights, and gradients that are added up in parts."""

import numpy as np
import pytest

from lmbook_utils import batching, compression, models, training

MATRIX = np.random.default_rng(0).normal(size=(7, 50)).astype(np.float32)


@pytest.mark.equation("eq-quantisation")
@pytest.mark.parametrize(("bits", "largest"), [(8, 127), (4, 7)])
def test_a_quantised_weight_is_off_by_at_most_half_a_step(bits, largest):
    quantised = compression.quantise(MATRIX, bits)
    assert np.array_equal(np.abs(quantised.values).max(axis=1), np.full(7, largest))
    assert np.allclose(quantised.scales[:, 0], np.abs(MATRIX).max(axis=1) / largest)
    error = np.abs(compression.dequantise(quantised) - MATRIX)
    assert (error <= quantised.scales / 2 * 1.0001).all()


def test_rows_of_zeros_stay_zero():
    assert not compression.dequantise(compression.quantise(np.zeros((2, 3)))).any()


@pytest.mark.parametrize("count", [0, 1, 16, 17])
def test_packing_loses_nothing(count):
    values = (np.arange(count) % 16 - 8).astype(np.int8)
    packed = compression.pack(values)
    assert len(packed) == (count + 1) // 2
    assert np.array_equal(compression.unpack(packed, count), values)


def test_pruning_keeps_the_largest_and_the_original():
    before = MATRIX.copy()
    pruned = compression.prune(MATRIX, 0.8)
    assert np.count_nonzero(pruned) == 70
    assert np.abs(pruned[pruned != 0]).min() >= np.sort(np.abs(MATRIX), axis=None)[279]
    assert np.array_equal(MATRIX, before)
    assert np.array_equal(compression.prune(MATRIX, 0), MATRIX)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compression.quantise(MATRIX, 3), "bits must be 4 or 8; it was 3"),
        (lambda: compression.quantise(MATRIX[0]), "two axes"),
        (lambda: compression.quantise(np.array([[np.nan]])), "finite"),
        (lambda: compression.pack(np.array([8])), "from -8 to 7"),
        (lambda: compression.prune(MATRIX, 1), "share must be"),
        (lambda: compression.prune(MATRIX, "half"), "share must be"),
    ],
)
def test_what_cannot_be_compressed_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---------------------------------------------------------------------------------------------
# Gradient accumulation


def batches(rows):
    ids = np.random.default_rng(0).integers(0, 20, 101)  # does not fill the last batch
    streams = batching.contiguous_streams(ids, rows, steps=5)
    return list(zip(*streams, strict=True))


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_accumulated_gradients_are_those_of_the_large_batch(parts):
    whole = models.build_language_model("lstm", 20, 6, 6, batch_size=8)
    small = models.with_batch_size(whole, 8 // parts)
    states = whole_states = None
    for batch in batches(8):
        cut = [tuple(np.split(each, parts)[n] for each in batch) for n in range(parts)]
        result = training.accumulated_gradients(small, cut, states)
        expected = training.accumulated_gradients(whole, [batch], whole_states)
        states, whole_states = result.states, expected.states
        assert result.loss == pytest.approx(expected.loss, rel=1e-5)
        for ours, theirs in zip(result.gradients, expected.gradients, strict=True):
            assert np.allclose(ours, theirs, atol=1e-6)


def test_the_reference_itself_is_the_gradient_of_the_mean():
    """By Keras: one step of gradient descent with learning rate 1 moves by the gradient."""
    import keras

    from lmbook_utils.output_losses import CrossEntropy

    model = models.build_language_model("lstm", 20, 6, 6, batch_size=8)
    batch = batches(8)[0]
    result = training.accumulated_gradients(model, [batch])
    before = [variable.numpy() for variable in model.trainable_variables]
    models.reset_state(model)
    model.compile(keras.optimizers.SGD(1.0), CrossEntropy(), jit_compile=False)
    model.train_on_batch(batch[0], batch[1], sample_weight=batch[2])
    for old, new, gradient in zip(before, model.trainable_variables, result.gradients, strict=True):
        assert np.allclose(old - new.numpy(), gradient, atol=1e-6)


def test_parts_without_words_or_with_the_states_of_others_are_refused():
    model = models.build_language_model("simple", 20, 4, 4, batch_size=8)
    batch = batches(8)[0]
    with pytest.raises(ValueError, match="at least one word"):
        training.accumulated_gradients(model, [])
    with pytest.raises(ValueError, match="as many parts, 1; there were 2"):
        training.accumulated_gradients(model, [batch], states=[[], []])
