"""From a stream of ids to arrays: each word is predicted once, and nothing is out of order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook_utils.batching import contiguous_streams, next_word_windows, padded_sentences
from lmbook_utils.vocabulary import Vocabulary

PAD, BOS, EOS = Vocabulary.pad_id, Vocabulary.bos_id, Vocabulary.eos_id

words = st.integers(4, 2**31 - 1)
streams = st.lists(words, min_size=1, max_size=60)
sizes = st.integers(1, 9)


# ---------------------------------------------------------------------------------------------
# Windows


@given(streams, sizes)
def test_each_window_is_followed_by_its_target(ids, window):
    if len(ids) <= window:
        with pytest.raises(ValueError, match=f"longer than one window of {window}"):
            next_word_windows(ids, window)
        return
    inputs, targets = next_word_windows(ids, window)
    assert inputs.shape == (len(ids) - window, window)
    assert inputs.dtype == targets.dtype == np.int32
    for start, (row, target) in enumerate(zip(inputs, targets, strict=True)):
        assert [*row, target] == ids[start : start + window + 1]


@given(streams, sizes)
def test_windows_predict_each_word_once_but_those_of_the_first_window(ids, window):
    ids = [4] * window + ids
    _, targets = next_word_windows(ids, window)
    assert targets.tolist() == ids[window:]


def test_windows_share_the_memory_of_one_copy_of_the_stream():
    stream = np.arange(4, 1004, dtype=np.int32)
    inputs, targets = next_word_windows(stream, window=100)
    assert np.shares_memory(inputs[0], inputs[99])
    assert inputs.nbytes == 900 * 100 * 4, "as many numbers as an array of its own would have"
    with pytest.raises(ValueError, match="read-only"):
        inputs[0, 0] = 0
    stream[:] = 0
    targets[:] = 1
    assert inputs[-1].tolist() == list(range(903, 1003)), "the windows belong to nobody else"


# ---------------------------------------------------------------------------------------------
# Streams


def in_reading_order(batches):
    """Join the rows of all batches: row 0 of each batch, one after the other, then row 1, …"""
    return batches.swapaxes(0, 1).reshape(-1)


def shape_of_streams(words, batch_size, steps):
    length = -(-words // batch_size)
    return -(-length // steps), batch_size, steps


@given(streams, sizes, sizes)
def test_streams_predict_each_word_once_and_in_order(ids, batch_size, steps):
    if len(ids) < batch_size:
        with pytest.raises(ValueError, match=f"batch_size = {batch_size}; there were {len(ids)}"):
            contiguous_streams(ids, batch_size, steps)
        return
    inputs, targets, weights = contiguous_streams(ids, batch_size, steps)
    assert inputs.shape == targets.shape == weights.shape
    assert inputs.shape == shape_of_streams(len(ids), batch_size, steps)
    assert inputs.dtype == targets.dtype == np.int32
    assert weights.dtype == np.float32
    is_word = in_reading_order(weights) == 1
    assert in_reading_order(targets)[is_word].tolist() == ids
    assert in_reading_order(inputs)[is_word].tolist() == [EOS, *ids[:-1]]


@given(streams, sizes, sizes)
def test_a_place_without_a_word_has_weight_zero_and_is_at_the_end_of_a_stream(
    ids, batch_size, steps
):
    batch_size = min(batch_size, len(ids))
    inputs, targets, weights = contiguous_streams(ids, batch_size, steps)
    assert weights.sum() == len(ids)
    assert set(np.unique(weights)) <= {0, 1}
    assert (targets[weights == 0] == PAD).all()
    assert (inputs[weights == 0] == PAD).all()
    rows = weights.swapaxes(0, 1).reshape(batch_size, -1)
    assert (np.diff(rows, axis=1) <= 0).all(), "once a stream has ended, no word follows"


@given(streams, sizes, sizes)
def test_a_row_goes_on_in_the_next_batch(ids, batch_size, steps):
    batch_size = min(batch_size, len(ids))
    inputs, targets, weights = contiguous_streams(ids, batch_size, steps)
    going_on = weights[1:, :, 0] == 1
    assert (inputs[1:, :, 0] == targets[:-1, :, -1])[going_on].all()
    within = weights[:, :, 1:] == 1
    assert (inputs[:, :, 1:] == targets[:, :, :-1])[within].all()


@given(streams, sizes, sizes)
def test_streams_take_no_more_room_than_they_must(ids, batch_size, steps):
    batch_size = min(batch_size, len(ids))
    _, _, weights = contiguous_streams(ids, batch_size, steps)
    assert weights[:, 0].sum() == -(-len(ids) // batch_size), "the first stream is full"
    assert weights[-1].any(), "no batch is empty"


def test_a_stream_shorter_than_one_batch_is_filled_up():
    inputs, targets, weights = contiguous_streams([7, 8, 9], batch_size=2, steps=5)
    assert inputs.tolist() == [[[EOS, 7, PAD, PAD, PAD], [8, PAD, PAD, PAD, PAD]]]
    assert targets.tolist() == [[[7, 8, PAD, PAD, PAD], [9, PAD, PAD, PAD, PAD]]]
    assert weights.tolist() == [[[1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]]


def test_streams_are_copies():
    ids = np.arange(4, 12, dtype=np.int32)
    result = contiguous_streams(ids, 2, 4)
    ids[:] = 0
    assert result.targets.min() == 4


# ---------------------------------------------------------------------------------------------
# Sentences


@given(st.lists(st.lists(words, max_size=12), min_size=1, max_size=8))
def test_each_sentence_has_a_row_from_its_beginning_to_its_end(sentences):
    inputs, targets, mask = padded_sentences(sentences)
    assert inputs.shape == targets.shape == mask.shape
    assert inputs.shape == (len(sentences), max(map(len, sentences)) + 1)
    assert inputs.dtype == targets.dtype == np.int32
    assert mask.dtype == bool
    for sentence, read, expected, is_word in zip(sentences, inputs, targets, mask, strict=True):
        assert read[is_word].tolist() == [BOS, *sentence]
        assert expected[is_word].tolist() == [*sentence, EOS]
        assert is_word.tolist() == sorted(is_word.tolist(), reverse=True), "no padding inside"
        assert not read[~is_word].any()
        assert not expected[~is_word].any()


@given(st.lists(st.lists(words, max_size=12), min_size=1, max_size=8))
def test_the_mask_counts_the_words_and_one_end_for_each_sentence(sentences):
    mask = padded_sentences(sentences).mask
    assert mask.sum() == sum(map(len, sentences)) + len(sentences)


def test_an_empty_sentence_is_a_beginning_and_an_end():
    inputs, targets, mask = padded_sentences([[]])
    assert (inputs.tolist(), targets.tolist(), mask.tolist()) == ([[BOS]], [[EOS]], [[True]])


def test_no_sentence_is_refused():
    with pytest.raises(ValueError, match="sentences must hold at least one sentence"):
        padded_sentences([])


# ---------------------------------------------------------------------------------------------
# Bad input

LAYOUTS = {
    "ids": lambda ids: next_word_windows(ids, 2),
    "ids ": lambda ids: contiguous_streams(ids, 2, 2),
    "each of the sentences": lambda ids: padded_sentences([[4], ids]),
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([4.0, 5.0, 6.0], "must be whole numbers; their type was float64"),
        ([4, 5, float("nan")], "must be whole numbers; their type was float64"),
        ([True, False, True], "must be whole numbers; their type was bool"),
        (["the", "cat", "sat"], "must be whole numbers; their type was <U3"),
        ([None, 4, 5], "must be whole numbers; their type was object"),
        ([[4, 5], [6, 7]], r"must have one axis, \(tokens,\); the shape was \(2, 2\)"),
        (4, r"must have one axis, \(tokens,\); the shape was \(\)"),
        (np.zeros((2, 0)), r"must have one axis, \(tokens,\); the shape was \(2, 0\)"),
        ([4, -1, 5], "must be from 0 to 2147483647; they went from -1 to 5"),
        ([4, 2**31, 5], "must be from 0 to 2147483647; they went from 4 to 2147483648"),
        (np.array([4, 2**63], np.uint64), "must be from 0 to 2147483647"),
    ],
)
def test_what_is_no_stream_of_ids_is_refused(name, ids, message):
    with pytest.raises(ValueError, match=f"{name.strip()} {message}"):
        LAYOUTS[name](ids)


@pytest.mark.parametrize("ids", [[], np.array([]), np.array([], np.int32)])
def test_an_empty_stream_has_no_windows_and_no_streams(ids):
    with pytest.raises(ValueError, match=r"longer than one window of 1, .*; there were 0"):
        next_word_windows(ids, 1)
    with pytest.raises(ValueError, match="batch_size = 1; there were 0"):
        contiguous_streams(ids, 1, 1)


@pytest.mark.parametrize("bad", [0, -1, 2.0, 2.5, "2", None, True])
def test_sizes_that_are_no_positive_whole_numbers_are_refused(bad):
    ids = [4, 5, 6, 7]
    message = f"must be a whole number and at least 1; it was {bad!r}"
    with pytest.raises(ValueError, match=f"window {message}"):
        next_word_windows(ids, bad)
    with pytest.raises(ValueError, match=f"batch_size {message}"):
        contiguous_streams(ids, bad, 2)
    with pytest.raises(ValueError, match=f"steps {message}"):
        contiguous_streams(ids, 2, bad)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64, np.uint64])
def test_ids_and_sizes_of_any_whole_type_give_the_same(kind):
    ids, two = np.arange(4, 20, dtype=kind), kind(2)
    for layout in (next_word_windows, contiguous_streams):
        sizes = (two,) if layout is next_word_windows else (two, two)
        for ours, expected in zip(
            layout(ids, *sizes), layout(ids.tolist(), *map(int, sizes)), strict=True
        ):
            assert ours.dtype == expected.dtype
            assert ours.tolist() == expected.tolist()
