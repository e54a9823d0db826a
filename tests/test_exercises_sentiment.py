"""The checks of exercises: Chapter 7, sentiment analysis."""

import numpy as np
import pytest
from exercise_answers import CORRECT, said
from sklearn.metrics import f1_score

from lmbook_utils import exercises, metrics


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (0.8, CORRECT),
        (4 / 5, CORRECT),
        (1 / (1 + np.exp(-2 * np.log(2))), CORRECT),
        (2 / 3, "each time counts"),
        (0.67, "each time counts"),
        (4, "those are odds or log-odds"),
        (1.386, "those are odds or log-odds"),
        (0.0002, "divide by that of the review"),
        (0.5, "too small"),
        (0.9, "too large"),
        (80, "a probability is from 0 to 1"),
        (None, "expected a number"),
        ([0.8], "expected a number"),
    ],
)
def test_the_posterior_of_a_review(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_posterior, answer)


def f1_of(labels, guesses, label):
    """Count by hand, in Python's own numbers."""
    both = sum(t == g == label for t, g in zip(labels, guesses, strict=True))
    return 2 * both / (list(labels).count(label) + list(guesses).count(label))


def f1_of_means(labels, guesses):
    p, r, _ = (np.mean(c) for c in metrics.precision_recall_f1(labels, guesses, average=None))
    return 2 * p * r / (p + r)


def without_guard(labels, guesses):
    with np.errstate(all="ignore"):
        precision = [np.mean(labels[guesses == c] == c) for c in (0, 1) if np.sum(guesses == c)]
        return np.float64(np.nan) if len(precision) < 2 else f1_of_means(labels, guesses)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda t, g: metrics.precision_recall_f1(t, g, vocab_size=2).f1, CORRECT),
        (lambda t, g: (f1_of(t, g, 0) + f1_of(t, g, 1)) / 2, CORRECT),
        (lambda t, g: f1_score(t, g, average="macro"), CORRECT),
        (lambda t, g: np.mean(t == g), "that is the accuracy"),
        (lambda t, g: f1_score(t, g, average="micro"), "that is the accuracy"),
        (lambda t, g: f1_of(t, g, 1), "that is the F1 of class 1 alone"),
        (lambda t, g: f1_of(t, g, 0), "that is the F1 of class 0 alone"),
        (lambda t, g: f1_score(t, g, average="weighted"), "both classes count the same"),
        (f1_of_means, "take the F1 of each class first"),
        (without_guard, "a class that is never guessed has F1 0"),
        (lambda t, g: f1_of(t, g, 0) + f1_of(t, g, 1), "the result is 0.8571"),
        (lambda t, g: t[9], "it raised IndexError"),
        (lambda t, g: None, "expected a number; it was None"),
        (lambda t, g: (t == g).astype(float), "expected a number"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_macro_f1(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_macro_f1, function)


def choose_k(ks, accuracy):
    best = max(ks, key=lambda k: accuracy(k, "validation"))
    return best, accuracy(best, "test")


def choose_k_with_arrays(ks, accuracy):
    row = np.argmax([accuracy(k, "validation") for k in ks])
    return np.array([ks[row], accuracy(ks[row], "test")])


def best_on(part, reported="test"):
    """Choose by one part of the data, and report another one."""

    def choose(ks, accuracy):
        values = {k: accuracy(k, part) for k in ks}
        best = max(values, key=values.get)
        return best, (values[best] if reported == part else accuracy(best, reported))

    return choose


def looks_at_every_test_accuracy(ks, accuracy):
    tested = [accuracy(k, "test") for k in ks]
    row = np.argmax([accuracy(k, "validation") for k in ks])
    return ks[row], tested[row]


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (choose_k, CORRECT),
        (choose_k_with_arrays, CORRECT),
        (best_on("validation"), CORRECT),
        (best_on("train"), "the k is the best on the training sentences"),
        (best_on("test"), "was asked for 4 times; once is enough"),
        (looks_at_every_test_accuracy, "was asked for 4 times; once is enough"),
        (best_on("validation", "validation"), "the test accuracy was never asked for"),
        (lambda ks, a: (ks[1], a(ks[1], "test")), "in case 2, another k"),
        (lambda ks, a: (ks[3], a(ks[3], "test")), "another k has a higher validation accuracy"),
        (lambda ks, a: (choose_k(ks, a)[0], 0.5), "is not the test accuracy of the chosen k"),
        (lambda ks, a: (choose_k(ks, a)[0], a(0.3, "validation")), "is the validation accuracy"),
        (lambda ks, a: choose_k(ks, a)[::-1], "the first number should be one of"),
        (lambda ks, a: choose_k(ks, a)[0], "should have the shape (2,)"),
        (lambda ks, a: a(2.0, "validation"), "it raised ValueError: there is no accuracy"),
        (lambda ks, a: a(1.0, "dev"), "and the part 'dev'"),
        (lambda ks, a: None, "it returned None"),
    ],
)
def test_a_choice_of_k(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_choose_k, function)


def best_threshold(labels, log_odds):
    return max([*log_odds, np.inf], key=lambda t: np.mean((log_odds >= t) == labels))


def best_threshold_by_counting(labels, log_odds):
    """Go from the lowest log-odds to the highest, and count how many are right on each side."""
    order = np.argsort(log_odds)
    labels, values = labels[order], log_odds[order]
    edges = np.concatenate([[values[0] - 1], (values[1:] + values[:-1]) / 2, [values[-1] + 1]])
    right = [np.sum(labels[:i] == 0) + np.sum(labels[i:] == 1) for i in range(len(edges))]
    return edges[int(np.argmax([r if e not in values else -1 for r, e in zip(right, edges)]))]  # noqa: B905


def sorts_in_place(labels, log_odds):
    log_odds.sort()
    return float(max([*log_odds, 99], key=lambda t: np.sum((log_odds >= t) == labels)))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (best_threshold, CORRECT),
        (best_threshold_by_counting, CORRECT),
        (lambda t, x: 0.0, "3 of 4 are right with the threshold 0"),
        (lambda t, x: np.median(x), "and another one is better"),
        (lambda t, x: best_threshold(1 - t, x), "and another one is better"),
        (lambda t, x: best_threshold(t, x) + 0.01, "and another one is better"),
        (lambda t, x: max(x, key=lambda v: np.mean((x >= v) == t)), "the labels [0, 0, 0]"),
        (lambda t, x: np.mean((x >= best_threshold(t, x)) == t), "and another one is better"),
        (sorts_in_place, "and another one is better"),
        (lambda t, x: t.missing, "it raised AttributeError"),
        (lambda t, x: None, "expected a number; it was None"),
        (lambda t, x: np.nan, "expected a number; it was nan"),
    ],
)
def test_a_best_threshold(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_best_threshold, function)
