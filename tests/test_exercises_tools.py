"""The checks of exercises: Chapter 8: tools."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (np.log2(200_000), CORRECT),
        (17.6, CORRECT),
        (np.array(17.61), CORRECT),
        (12.2, "in nats"),
        (5.3, "base 10"),
        (-17.6, "the sign"),
        (15.3, "occurs once"),
        (200_000, "not yet its logarithm"),
        (18, "too large"),
        (17, "too small"),
        (None, "expected a number"),
        (float("nan"), "expected a number"),
    ],
)
def test_the_pmi_of_a_pair(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_pmi, answer)


def npmi(n12, n1, n2, total):
    return np.log(n12 * total / (n1 * n2)) / -np.log(n12 / total) if n12 else -1


def npmi_of_shares(n12, n1, n2, total):
    with np.errstate(all="ignore"):
        joint, one, other = np.array([n12, n1, n2]) / total
        ratio = (np.log10(one) + np.log10(other)) / np.log10(joint) - 1
    return np.where(n12 > 0, ratio, -1.0)


@pytest.mark.parametrize("function", [npmi, npmi_of_shares, lambda *n: round(npmi(*n), 4)])
def test_a_right_npmi_passes(capsys, function):
    assert said(capsys, exercises.check_npmi, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda n12, n1, n2, N: np.log2(n12 * N / (n1 * n2)), "should get 1; they got 3.3"),
        (lambda *n: npmi(*n) * np.log(2), "the same base"),
        (lambda *n: -npmi(*n), "should get 1; they got -1"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) + 0.1 * (n12 == 5), "should get 0"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) if n12 else 0, "should get -1; it got 0"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) - 0.1 * (n12 == 3), "too small"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) if n12 else np.nan, "never occurs, expected"),
        (lambda n12, n1, n2, N: 1 / 0, "it raised ZeroDivisionError"),
        (lambda n12, n1, n2, N: None, "expected a number; it was None"),
    ],
)
def test_a_wrong_npmi_is_told_why(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_npmi, function)


def analogy(vectors, a, b, c, unit=True, allowed=False):
    v = {word: x / np.linalg.norm(x) if unit else x for word, x in vectors.items()}
    words = [word for word in v if allowed or word not in (a, b, c)]
    return max(words, key=lambda word: v[word] @ (v[b] - v[a] + v[c]))


def nearest_in_a_matrix(vectors, a, b, c):
    names = list(vectors)
    matrix = np.array([vectors[name] for name in names])
    matrix /= np.sqrt((matrix**2).sum(axis=1, keepdims=True))
    at = names.index
    distances = ((matrix - (matrix[at(b)] - matrix[at(a)] + matrix[at(c)])) ** 2).sum(axis=1)
    distances[[at(word) for word in (a, b, c)]] = np.inf
    return np.array(names)[distances.argmin()]


def in_place(vectors, a, b, c):
    for vector in vectors.values():
        vector /= np.linalg.norm(vector)
    return analogy(vectors, a, b, c, unit=False)


@pytest.mark.parametrize("function", [analogy, nearest_in_a_matrix, in_place])
def test_a_right_analogy_passes(capsys, function):
    assert said(capsys, exercises.check_analogy, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda *question: analogy(*question, allowed=True), "are not allowed"),
        (lambda *question: analogy(*question, unit=False), "brought to the length 1"),
        (lambda vectors, a, b, c: analogy(vectors, b, a, c), "has not the highest cosine"),
        (lambda *question: 3, "expected a word"),
        (lambda *question: None, "expected a word"),
        (lambda *question: "princess", "expected a word of the dictionary"),
    ],
)
def test_a_wrong_analogy_is_told_why(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_analogy, function)


def mean_of_rows(x, mask):
    return [row[kept == 1].mean(axis=0).tolist() for row, kept in zip(x, mask, strict=True)]


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda x, mask: (x * mask[:, :, None]).sum(1) / mask.sum(1)[:, None], CORRECT),
        (lambda x, mask: np.einsum("tpu,tp->tu", x, mask / mask.sum(1, keepdims=True)), CORRECT),
        (mean_of_rows, CORRECT),
        (lambda x, mask: x.mean(axis=1), "the padding was counted"),
        (lambda x, mask: (x * mask[:, :, None]).sum(axis=1), "the sum, not the mean"),
        (lambda x, mask: (x * mask[:, :, None]).mean(axis=1), "the number of pieces does not"),
        (lambda x, mask: (x * mask[:, :, None]).sum(1) / mask.sum(), "of all texts"),
        (lambda x, mask: x[:, 0], "without padding has another mean"),
        (lambda x, mask: np.stack([x[0].mean(0), x[1, 0]]), "with padding has another mean"),
        (lambda x, mask: x, "should have the shape (2, 3)"),
        (lambda x, mask: x * mask, "it raised ValueError"),
        (lambda x, mask: np.full((2, 3), np.nan), "NaN or infinity"),
        (lambda x, mask: [["a"] * 3] * 2, "an array of numbers"),
        (lambda x, mask: [[1.0], [1.0, 2.0]], "an array of numbers"),
        (lambda x, mask: None, "it returned None"),
    ],
)
def test_the_masked_mean(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_masked_mean, function)


def precision_at(similarity, groups, k):
    others = similarity.copy()
    np.fill_diagonal(others, -np.inf)
    return (groups[np.argsort(-others, axis=1)[:, :k]] == groups[:, None]).mean()


def precision_by_loops(similarity, groups, k):
    shares = []
    for text, row in enumerate(similarity):
        others = sorted((j for j in range(len(row)) if j != text), key=lambda j: -row[j])
        shares.append(sum(str(groups[j]) == str(groups[text]) for j in others[:k]) / k)
    return sum(shares) / len(shares)


def precision_in_place(similarity, groups, k):
    np.fill_diagonal(similarity, -np.inf)
    return precision_at(similarity, groups, k)


def precision_of_ranking(similarity, groups, first, last):
    return (groups[np.argsort(-similarity, axis=1)[:, first:last]] == groups[:, None]).mean()


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (precision_at, CORRECT),
        (precision_by_loops, CORRECT),
        (precision_in_place, "has changed; copy it"),
        (lambda s, groups, k: precision_of_ranking(s, groups, 0, k), "among its own neighbours"),
        (lambda s, groups, k: precision_of_ranking(s, groups, 1, k + 1), "not always the text"),
        (lambda s, groups, k: precision_at(-s, groups, k), "the least similar"),
        (lambda s, groups, k: precision_of_ranking(-s, groups, 0, k), "for k = 1"),
        (lambda s, groups, k: precision_at(s, groups, 1), "for k = 3"),
        (lambda s, groups, k: k * precision_at(s, groups, k), "a mean number, not a share"),
        (lambda s, groups, k: 0.05, "too small"),
        (lambda s, groups, k: None, "expected a number"),
        (lambda s, groups, k: np.nan, "expected a number"),
    ],
)
def test_the_precision_among_the_nearest(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_precision_at, function)
