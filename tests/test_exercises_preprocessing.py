"""The checks of exercises: Chapter 4, preprocessing."""

from collections import Counter

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import corpus, datasets, exercises, preprocessing


@pytest.fixture(scope="module")
def words_needed():
    """The answer, found by adding one word after the other."""
    counts = Counter(
        token for article in corpus.load_tokenized()["train"] for s in article for token in s
    )
    covered = 0
    for number, (_, count) in enumerate(counts.most_common(), start=1):
        covered += count
        if covered >= 0.95 * counts.total():
            return number
    raise AssertionError


def test_the_coverage_is_right_for_one_number_only(capsys, words_needed):
    assert said(capsys, exercises.check_coverage, words_needed) == CORRECT
    assert "cover less than 95%" in said(capsys, exercises.check_coverage, words_needed - 1)
    assert "so are fewer words" in said(capsys, exercises.check_coverage, words_needed + 1)
    types = {token for a in corpus.load_tokenized()["train"] for s in a for token in s}
    of_types = round(0.95 * len(types))
    assert "95% of the different words" in said(capsys, exercises.check_coverage, of_types)


@pytest.mark.parametrize("answer", [0, -3, 2.5, 10**9, float("inf")])
def test_a_coverage_that_is_no_number_of_words(capsys, answer):
    assert "is a whole number from 1 to" in said(capsys, exercises.check_coverage, answer)


def windows(ids, n):
    rows = np.arange(len(ids) - n)[:, None] + np.arange(n)
    return ids[rows], ids[n:]


@pytest.mark.parametrize(
    "function", [windows, lambda ids, n: [a.tolist() for a in windows(ids, n)]]
)
def test_windows_may_be_arrays_or_lists(capsys, function):
    assert said(capsys, exercises.check_windows, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda ids, n: windows(ids, n)[0], "Not yet"),
        (lambda ids, n: None, "two things, the inputs and the targets"),
        (lambda ids, n: (windows(ids, n)[0], ids[:-n]), "some targets are not the right ids"),
        (lambda ids, n: (windows(ids, n)[0][:, ::-1], ids[n:]), "some inputs are not the right"),
        (
            lambda ids, n: (windows(ids[:-1], n)[0], ids[n:]),
            "(the inputs), the result should have the shape",
        ),
        (lambda ids, n: ([[1], [1, 2]], ids[n:]), "should be an array of numbers"),
        (lambda ids, n: (windows(ids, n)[0], None), "(the targets), it returned None"),
        (lambda ids, n: 1 / 0, "it raised ZeroDivisionError: division by zero"),
        (lambda ids: ids, "it raised TypeError"),
        ("windows", "it raised TypeError"),
    ],
)
def test_what_is_wrong_with_windows_is_said_for_an_example(capsys, function, complaint):
    message = said(capsys, exercises.check_windows, function)
    assert message.startswith("Not yet: for ids [")
    assert complaint in message


def test_the_unknown_share_of_the_news(capsys):
    vocabulary = corpus.load_encoded().vocabulary
    tokens = [
        token
        for item in dict.fromkeys(datasets.load_news())
        for sentence in preprocessing.split_sentences(item)
        for token in preprocessing.tokenize(sentence)
    ]
    share = sum(token not in vocabulary for token in tokens) / len(tokens)
    check = exercises.check_news_unknown_share
    assert said(capsys, check, share) == CORRECT
    assert "is too small" in said(capsys, check, share - 0.002)
    assert "is too large" in said(capsys, check, share + 0.002)
    assert "a share is from 0 to 1" in said(capsys, check, 100 * share)
    types = set(tokens)
    of_types = sum(token not in vocabulary for token in types) / len(types)
    assert "a share of the different words" in said(capsys, check, of_types)
    assert "the share of the known words" in said(capsys, check, 1 - share)


def test_a_wrong_answer_is_never_told_the_right_one(capsys, words_needed):
    message = said(capsys, exercises.check_coverage, 1) + said(
        capsys, exercises.check_coverage, 28_000
    )
    assert str(words_needed) not in message


def heaps(tokens, step, fit=lambda x, y: np.polyfit(x, y, 1), to=np.log, back=np.exp):
    ends = range(step, len(tokens) + 1, step)
    beta, height = fit(to(list(ends)), to([len({*tokens[:end]}) for end in ends]))
    return back(height), beta


def by_hand(x, y):
    beta = np.cov(x, y, bias=True)[0, 1] / np.var(x)
    return beta, np.mean(y) - beta * np.mean(x)


def of_new_chunks(tokens, step):
    sizes = [(end, len({*tokens[end - step : end]})) for end in range(step, len(tokens) + 1, step)]
    beta, log_k = np.polyfit(*np.log(sizes).T, 1)
    return np.exp(log_k), beta


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (heaps, CORRECT),
        (lambda t, s: list(heaps(t, s, fit=by_hand)), CORRECT),
        (lambda t, s: heaps(t, s, to=np.log10, back=lambda k: 10.0**k), CORRECT),
        (lambda t, s: heaps(t, s)[::-1], "k and beta are exchanged"),
        (lambda t, s: heaps(t, s, back=float), "that is the logarithm of k"),
        (lambda t, s: heaps(t, s, to=np.log10), "is too small"),
        (lambda t, s: heaps(t, s, fit=lambda x, y: by_hand(y, x)), "the tokens over the types"),
        (lambda t, s: heaps(t, s, to=np.array, back=float), "not of their logarithms"),
        (of_new_chunks, "more steep"),
        (lambda t, s: heaps(t, s)[0], "should be two things, k and beta"),
        (lambda t, s: (None, 0.5), "expected a number"),
        (lambda t, s: None, "should be two things"),
        (lambda t, s: t.no, "it raised AttributeError"),
    ],
)
def test_the_law_of_heaps(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_heaps, function)
