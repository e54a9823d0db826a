"""Text that is larger than memory: nothing is lost, and memory stays constant."""

from collections import Counter

import numpy as np
import pytest

from lmbook_utils.streaming import counting, memory, pipelines, shards, shuffling

TEXT = np.random.default_rng(0).integers(0, 30, 5000)


def pieces(text=TEXT, seed=1):
    """The text, cut in pieces of many lengths, empty ones too."""
    cuts = np.sort(np.random.default_rng(seed).integers(0, len(text), 40))
    return np.split(text, [*cuts, cuts[-1]])


# ---------------------------------------------------------------------------------------------
# Shards


@pytest.mark.parametrize("compression", ["none", "gzip", "bz2", "xz"])
@pytest.mark.parametrize("length", [1, 999, 5000, 10_000])
def test_shards_give_back_the_text(tmp_path, compression, length):
    text = TEXT[:20] if length == 1 else TEXT
    files = shards.write_shards(pieces(text), tmp_path, length, compression)
    assert len(files) == -(-len(text) // length)
    assert np.array_equal(np.concatenate(list(shards.read_shards(files))), text)


def test_a_large_shard_is_read_in_blocks(tmp_path):
    files = shards.write_shards([np.arange(70_000) % 60_000], tmp_path)
    assert [len(block) for block in shards.read_shards(files)] == [32_768, 32_768, 4464]


def test_the_same_text_makes_the_same_files(tmp_path):
    one, other = (shards.write_shards(pieces(seed=s), tmp_path / str(s), 700) for s in (1, 2))
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in other]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ([np.array([1, 70_000])], "from 1 to 70000"),
        ([np.array([-1])], "from -1 to -1"),
        ([np.array([0.5])], "whole numbers"),
        ([np.array([[1]])], r"\(1, 1\)"),
        ([np.array([], int)], "at least one id"),
        ([], "at least one id"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        shards.write_shards(text, tmp_path)


def test_shards_are_not_mixed_with_others(tmp_path):
    shards.write_shards(pieces(), tmp_path)
    with pytest.raises(ValueError, match="no shards yet"):
        shards.write_shards(pieces(), tmp_path)
    with pytest.raises(ValueError, match="compression must be one of none, gzip"):
        shards.write_shards(pieces(), tmp_path / "zip", compression="zip")


@pytest.mark.parametrize("compression", ["none", "gzip", "bz2", "xz"])
def test_a_file_that_is_cut_off_is_noticed(tmp_path, compression):
    (file,) = shards.write_shards(pieces(), tmp_path, compression=compression)
    file.write_bytes(file.read_bytes()[:-101])
    with pytest.raises(ValueError, match=r"cut off|ends within"):
        list(shards.read_shards([file]))


def test_a_mapped_text_is_the_text_and_cannot_be_changed(tmp_path):
    path = tmp_path / "text.ids"
    assert shards.write_mapped(pieces(), path) == len(TEXT)
    ids = shards.map_ids(path)
    assert np.array_equal(ids, TEXT)
    with pytest.raises(ValueError, match="read-only"):
        ids[0] = 1


def test_a_mapped_text_that_fails_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match="from 0 to 65535"):
        shards.write_mapped([TEXT, np.array([-3])], tmp_path / "text.ids")
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------------------------------------
# Pipelines


def all_of(dataset):
    parts = [(inputs.numpy(), targets.numpy()) for inputs, targets in dataset]
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


@pytest.mark.parametrize("length", [7, 100, 5000])
def test_each_word_is_a_target_once_across_all_cuts(tmp_path, length):
    files = shards.write_shards([TEXT[:1000]], tmp_path, length)
    inputs, targets = all_of(pipelines.windows_of_shards(files, window=9, batch_size=4))
    assert inputs.shape == targets.shape == (111, 9)  # 999 words have a word before them
    assert np.array_equal(inputs.ravel(), TEXT[:999])
    assert np.array_equal(targets.ravel(), TEXT[1:1000])


def test_a_buffer_shuffles_windows_and_loses_none(tmp_path):
    files = shards.write_shards([np.arange(1001)], tmp_path, 90)
    first, again, other = (
        all_of(pipelines.windows_of_shards(files, 10, 7, buffer_size=20, seed=seed))
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    starts = first[0][:, 0]
    assert sorted(starts) == list(range(0, 1000, 10))
    assert (starts // 10 - np.arange(100) < 20).all()  # none comes more than 19 places early
    assert np.array_equal(first[0] + 1, first[1])


def test_a_mapped_text_is_shuffled_as_a_whole(tmp_path):
    shards.write_mapped([np.arange(1001)], tmp_path / "ids")
    inputs, targets = all_of(pipelines.windows_of_mapped(tmp_path / "ids", 10, 7, seed=1))
    assert sorted(inputs[:, 0]) == list(range(0, 1000, 10))
    assert np.array_equal(inputs + 1, targets)
    assert np.median(shuffling.neighbour_distances(inputs[:, 0] // 10)) > 15
    plain, _ = all_of(pipelines.windows_of_mapped(tmp_path / "ids", 10, 7))
    assert np.array_equal(plain.ravel(), np.arange(1000))


def test_pipelines_name_what_is_wrong(tmp_path):
    with pytest.raises(ValueError, match="at least one shard"):
        pipelines.windows_of_shards([], 5, 5)
    shards.write_mapped([np.arange(5)], tmp_path / "ids")
    with pytest.raises(ValueError, match="more than one window of 5; it had 5 ids"):
        pipelines.windows_of_mapped(tmp_path / "ids", 5, 1)
    with pytest.raises(ValueError, match="batch_size must be a whole number"):
        pipelines.windows_of_mapped(tmp_path / "ids", 2, 0)


READ = """
import numpy as np
from pathlib import Path
from lmbook_utils.streaming import pipelines, shards
def text(pieces):
    rng = np.random.default_rng(0)
    return (rng.integers(0, 5000, 100_000) for _ in range(pieces))
folder = Path({folder!r})
for name, pieces in (("small", 1), ("large", 100)):
    files = shards.write_shards(text(pieces), folder / name, 1 << 18)
    for _ in pipelines.windows_of_shards(files, 20, 512, buffer_size=100):
        pass
    mark()
"""


def test_streaming_takes_the_same_memory_for_a_hundred_times_the_text(tmp_path):
    small, large, _ = memory.peak_memory(READ.format(folder=str(tmp_path)))
    as_int64 = 100 * 100_000 * 8
    assert large - small < as_int64 / 2, "half of what the ids would take in memory"


def test_a_program_that_fails_or_hangs_is_told():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        memory.peak_memory("1 / 0")
    with pytest.raises(memory.subprocess.TimeoutExpired):
        memory.peak_memory("import time; time.sleep(60)", timeout=0.5)


# ---------------------------------------------------------------------------------------------
# Shuffling


@pytest.mark.parametrize("size", [1, 2, 10, 99, 100, 1000])
def test_a_shuffle_buffer_gives_each_item_once_and_none_too_early(size):
    order = np.array(list(shuffling.shuffled(range(100), size, seed=3)))
    assert sorted(order) == list(range(100))
    assert (order - np.arange(100) <= max(0, size - 1)).all()


def test_the_distance_of_neighbours_grows_with_the_buffer_up_to_a_third():
    orders = [np.array(list(shuffling.shuffled(range(3000), size))) for size in (1, 30, 3000)]
    mean = [shuffling.neighbour_distances(order).mean() for order in orders]
    assert mean[0] == 1
    assert 20 < mean[1] < 40
    assert mean[2] == pytest.approx(1000, rel=0.05)


@pytest.mark.parametrize("order", [[0], [0, 2], [1, 1], [[0, 1]]])
def test_what_is_no_order_is_refused(order):
    with pytest.raises(ValueError, match="order must hold"):
        shuffling.neighbour_distances(np.array(order))


# ---------------------------------------------------------------------------------------------
# Counting


@pytest.mark.parametrize("order", [1, 2, 5])
@pytest.mark.parametrize("in_memory", [150, 1000, 1 << 20])
def test_counts_on_disk_are_those_in_memory(tmp_path, order, in_memory):
    file = counting.count_ngrams(pieces(), order, 30, tmp_path, in_memory)
    keys, counts = counting.read_counts(file)
    expected = Counter(
        tuple(int(w) for w in TEXT[i : i + order]) for i in range(len(TEXT) - order + 1)
    )
    ngrams = map(tuple, counting.from_keys(keys, order, 30).tolist())
    assert dict(zip(ngrams, counts.tolist(), strict=True)) == expected
    assert (np.diff(keys.astype(float)) > 0).all()
    assert [path.name for path in tmp_path.iterdir()] == [f"{order}-grams.counts"]


def test_a_text_that_is_shorter_than_an_ngram_has_none(tmp_path):
    file = counting.count_ngrams([np.array([1]), np.array([2])], 3, 10, tmp_path)
    assert [len(part) for part in counting.read_counts(file)] == [0, 0]


def test_counting_refuses_ids_and_orders_that_do_not_fit(tmp_path):
    with pytest.raises(ValueError, match=r"5000\^6 does not"):
        counting.count_ngrams([TEXT], 6, 5000, tmp_path)
    with pytest.raises(ValueError, match="from 0 to 9"):
        counting.count_ngrams([np.array([3, 4]), np.array([4, 10])], 2, 10, tmp_path, 1)
    assert list(tmp_path.iterdir()) == [], "the runs are deleted"


def test_the_largest_key_of_64_bits_is_right():
    ids = np.full(5, 4999)
    key = counting.to_keys(ids, 5, 5000)
    assert key.tolist() == [5000**5 - 1]
    assert counting.from_keys(key, 5, 5000).tolist() == [ids.tolist()]
