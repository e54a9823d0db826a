"""Splitting by document: each in one part, and the same split for ever."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook_utils.datasets.splits import split_documents

# With at most four parts, the smallest share is 1/16, so that no part of 20 documents is empty.
titles_strategy = st.lists(st.text(max_size=8), unique=True, min_size=20, max_size=60)
fractions_strategy = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(
    lambda weights: {f"part {i}": w / sum(weights) for i, w in enumerate(weights)}
)


@given(titles=titles_strategy, seed=st.integers(), fractions=fractions_strategy)
def test_every_document_is_in_exactly_one_part(titles, seed, fractions):
    parts = split_documents(titles, seed, fractions)
    assert list(parts) == list(fractions)
    assert sorted(i for part in parts.values() for i in part) == list(range(len(titles)))
    assert all(part == sorted(part) for part in parts.values())


@given(titles=titles_strategy, seed=st.integers(), fractions=fractions_strategy)
def test_each_part_has_its_share_to_within_one_document(titles, seed, fractions):
    for name, part in split_documents(titles, seed, fractions).items():
        assert abs(len(part) - fractions[name] * len(titles)) < 1 + 1e-6


@given(
    titles=titles_strategy, seed=st.integers(), fractions=fractions_strategy, shuffler=st.randoms()
)
def test_the_split_does_not_depend_on_the_order_of_the_documents(titles, seed, fractions, shuffler):
    shuffled = list(titles)
    shuffler.shuffle(shuffled)
    first = split_documents(titles, seed, fractions)
    second = split_documents(shuffled, seed, fractions)
    for name in fractions:
        assert {titles[i] for i in first[name]} == {shuffled[i] for i in second[name]}


TITLES = ["Anarchism", "Autism", "Albedo", "A", "阿尔巴尼亚", "Æther", "\u00e9", "e\u0301", "", " "]


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        (0, {"train": [0, 1, 4, 5, 6, 7], "validation": [2, 9], "test": [3, 8]}),
        (118, {"train": [0, 1, 3, 4, 7, 8], "validation": [6, 9], "test": [2, 5]}),
        (-1, {"train": [0, 1, 3, 4, 6, 9], "validation": [5, 7], "test": [2, 8]}),
    ],
)
def test_a_split_that_was_made_once_stays(seed, expected):
    fractions = {"train": 0.6, "validation": 0.2, "test": 0.2}
    assert split_documents(TITLES, seed, fractions) == expected


def test_another_seed_gives_another_split():
    titles = [f"title {i}" for i in range(40)]
    halves = {"train": 0.5, "test": 0.5}
    splits = [split_documents(titles, seed, halves)["test"] for seed in range(20)]
    assert len(set(map(tuple, splits))) == 20


def test_every_document_is_in_the_test_part_for_about_its_share_of_the_seeds():
    titles = [f"title {i}" for i in range(10)]
    counts = [0] * 10
    for seed in range(1000):
        for i in split_documents(titles, seed, {"train": 0.8, "test": 0.2})["test"]:
            counts[i] += 1
    four_deviations = 4 * math.sqrt(1000 * 0.2 * 0.8)
    assert all(abs(count - 200) < four_deviations for count in counts)


def test_shares_that_end_at_halves_leave_no_part_empty():
    # The parts end at 1.5, 2.5 and 10 documents; rounded to even, the second would be empty.
    parts = split_documents([str(i) for i in range(10)], 0, {"a": 0.15, "b": 0.1, "c": 0.75})
    assert [len(part) for part in parts.values()] == [2, 1, 7]


@pytest.mark.parametrize("share", [0, -0.1, math.nan])
def test_a_share_that_is_not_positive_is_named(share):
    with pytest.raises(ValueError, match=r"fractions\['test'\] must be greater than 0; it was"):
        split_documents(["a", "b"], 0, {"train": 1, "test": share})


@pytest.mark.parametrize(
    "fractions",
    [{}, {"train": 0.9}, {"train": 0.8, "test": 0.3}, {"train": 80, "test": 20}, {"a": math.inf}],
)
def test_shares_that_do_not_sum_to_one_are_named(fractions):
    with pytest.raises(ValueError, match=r"fractions must sum to 1; .* sums to"):
        split_documents(["a", "b"], 0, fractions)


def test_shares_may_sum_to_one_up_to_rounding():
    tenths = {str(i): 0.1 for i in range(10)}
    assert sum(tenths.values()) != 1
    assert len(split_documents([str(i) for i in range(10)], 0, tenths)) == 10


def test_a_title_that_occurs_twice_is_named():
    with pytest.raises(ValueError, match="titles must all differ; 'Bee' occurs more than once"):
        split_documents(["Ant", "Bee", "Cat", "Bee"], 0, {"train": 1})


@pytest.mark.parametrize("titles", [[], ["Ant"], ["Ant", "Bee", "Cat"]])
def test_a_part_that_would_be_empty_is_named(titles):
    with pytest.raises(ValueError, match=r"fractions leaves no document for '\w+': its share of"):
        split_documents(titles, 0, {"train": 0.8, "validation": 0.1, "test": 0.1})
