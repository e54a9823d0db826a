"""The checks of exercises: Chapter 7, semantic role labelling."""

from collections import Counter

import numpy as np
import pytest
from exercise_answers import CORRECT, said
from sklearn.metrics import cohen_kappa_score

from lmbook_utils import exercises


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (34, CORRECT),
        (34.0, CORRECT),
        (np.int64(34), CORRECT),
        (81, "those are all sequences"),
        (54, "an I must not follow an O either"),
        (55, "the first tag must not be an I either"),
        (33, "too small"),
        (40, "too large"),
        ("34", "expected a number"),
        (None, "expected a number"),
    ],
)
def test_the_number_of_permitted_sequences(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_valid_sequences, answer)


def kappa(one, other):
    observed = np.mean([a == b for a, b in zip(one, other, strict=True)])
    chance = sum(one.count(x) * other.count(x) for x in set(one)) / len(one) ** 2
    return (observed - chance) / (1 - chance)


def kappa_from_a_table(one, other):
    labels = sorted({*one, *other})
    table = np.zeros((len(labels), len(labels)))
    for a, b in zip(one, other, strict=True):
        table[labels.index(a), labels.index(b)] += 1 / len(one)
    chance = table.sum(axis=0) @ table.sum(axis=1)
    return float((np.trace(table) - chance) / (1 - chance))


def corrected_by(chance_of):
    """Return a kappa whose agreement by chance is something else."""

    def other_kappa(one, other):
        observed, chance = np.mean([a == b for a, b in zip(one, other)]), chance_of(one, other)  # noqa: B905
        return (observed - chance) / (1 - chance)

    return other_kappa


def pooled(one, other):
    return sum((n / len(one + other)) ** 2 for n in Counter(one + other).values())


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (kappa, CORRECT),
        (kappa_from_a_table, CORRECT),
        (cohen_kappa_score, CORRECT),
        (lambda one, other: np.mean(np.array(one) == np.array(other)), "observed agreement"),
        (corrected_by(pooled), "have shares of their own"),
        (corrected_by(lambda one, other: 1 / len({*one, *other})), "frequent labels meet"),
        (lambda one, other: kappa(one, other) * 2 / 3, "divide by what is left"),
        (lambda one, other: 1.0, "the result is 1"),
        (lambda one, other: 1 / 0, "ZeroDivisionError"),
        (lambda one, other: "high", "expected a number"),
        (lambda one, other: None, "expected a number"),
    ],
)
def test_kappa_of_two_annotators(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_kappa, function)


def decode(tags):
    spans = []
    for place, tag in enumerate(tags):
        if tag.startswith("B-"):
            spans.append([tag[2:], place, place + 1])
        elif tag.startswith("I-"):
            spans[-1][2] += 1
    return spans


def decode_by_looking_ahead(tags):
    spans = []
    for start in range(len(tags)):
        if tags[start][0] == "B":
            end = start + 1
            while end < len(tags) and tags[end][0] == "I":
                end += 1
            spans.append((tags[start][2:], np.int64(start), np.int64(end)))
    return tuple(spans)


def forgets_the_last(tags):
    spans, start = [], None
    for place, tag in enumerate(tags):
        if start is not None and not tag.startswith("I-"):
            spans.append((tags[start][2:], start, place))
            start = None
        if tag.startswith("B-"):
            start = place
    return spans


def joins_neighbours(tags):
    spans = decode(tags)
    for i in range(len(spans) - 1, 0, -1):
        if spans[i - 1][0] == spans[i][0] and spans[i - 1][2] == spans[i][1]:
            spans[i - 1][2] = spans.pop(i)[2]
    return spans


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (decode, CORRECT),
        (decode_by_looking_ahead, CORRECT),
        (lambda tags: [(x, a, b - 1) for x, a, b in decode(tags)], "after the last token"),
        (forgets_the_last, "a span may go on to the last token"),
        (joins_neighbours, "each B begins a span of its own"),
        (lambda tags: [(f"B-{x}", a, b) for x, a, b in decode(tags)], "the result is [('B-ARG0'"),
        (lambda tags: [(x, a + 1, b + 1) for x, a, b in decode(tags)], "('ARG0', 1, 3)"),
        (lambda tags: decode(tags)[::-1], "the result is [('ARG2', 3, 5), ('ARG1', 1, 2)]"),
        (lambda tags: None, "expected a list"),
        (lambda tags: [1], "a span is (label, start, end); it was 1"),
        (lambda tags: [("ARG0", 0, np.zeros(2))], "a span is (label, start, end)"),
        (lambda tags: [np.array([1, 2])], "a span is (label, start, end)"),
        (lambda tags: dict.fromkeys(tags, 1), "expected a list"),
    ],
)
def test_tags_become_spans(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_decode, function)


def close_enough(guess, gold):
    shared = max(0, min(guess[2], gold[2]) - max(guess[1], gold[1]))
    union = guess[2] - guess[1] + gold[2] - gold[1] - shared
    return guess[0] == gold[0] and 2 * shared >= union


def close_enough_as_sets(guess, gold):
    one, other = (set(range(start, end)) for _, start, end in (guess, gold))
    return np.bool_(guess[0] == gold[0] and len(one & other) / len(one | other) >= 0.5)


def shared_tokens(guess, gold):
    return max(0, min(guess[2], gold[2]) - max(guess[1], gold[1]))


def counts_the_end(guess, gold):
    return close_enough((guess[0], guess[1], guess[2] + 1), (gold[0], gold[1], gold[2] + 1))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (close_enough, CORRECT),
        (close_enough_as_sets, CORRECT),
        (lambda one, other: int(close_enough(one, other)), CORRECT),
        (lambda one, other: one == other, "they share 2 of 4 tokens"),
        (lambda one, other: close_enough(("", *one[1:]), ("", *other[1:])), "the labels differ"),
        (counts_the_end, "they share 1 of 3 tokens"),
        (
            lambda one, other: (
                one[0] == other[0] and 2 * shared_tokens(one, other) >= one[2] - one[1]
            ),
            "('ARG0', 0, 2) and ('ARG0', 1, 3), the result is True",
        ),
        (
            lambda one, other: (
                one[0] == other[0]
                and 4 * shared_tokens(one, other) >= one[2] - one[1] + other[2] - other[1]
            ),
            "they share 1 of 3 tokens",
        ),
        (
            lambda one, other: close_enough(one, other) and one[2] - one[1] != 2,
            "('ARG0', 0, 2) and ('ARG0', 0, 4), the result is False",
        ),
        (lambda one, other: 0.5, "expected True or False; it was 0.5"),
        (lambda one, other: None, "expected True or False; it was None"),
        (lambda one, other: "yes", "expected True or False"),
        (lambda one: True, "it raised TypeError"),
    ],
)
def test_spans_that_are_close_enough(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_close_enough, function)
