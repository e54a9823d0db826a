"""The checks of exercises: Chapter 7, machine translation."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


@pytest.mark.parametrize("answer", [0.75, 3 / 4, np.float32(0.75), 0.7501])
def test_a_right_step_of_em_passes(capsys, answer):
    assert said(capsys, exercises.check_em_step, answer) == CORRECT


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (0.5, "that is the probability that EM begins with"),
        (1.5, "that is the expected count"),
        (0.25, "that is t(house | la)"),
        (2 / 3, "gives half to each"),
        (0.67, "gives half to each"),
        (0.8, "0.8 is too large"),
        (0.1, "0.1 is too small"),
        (75, "a probability is from 0 to 1; it was 75"),
        ("0.75", "expected a number"),
        (None, "expected a number"),
    ],
)
def test_what_is_wrong_with_a_step_of_em_is_said(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_em_step, answer)


def clipped(translation, reference):
    return (Counter(translation) & Counter(reference)).total() / len(translation)


def struck_off(translation, reference):
    """Strike each word that was found off the reference, which spoils the list."""
    found = 0
    for word in translation:
        if word in reference:
            reference.remove(word)
            found += 1
    return np.float32(found / len(translation))


@pytest.mark.parametrize("function", [clipped, struck_off])
def test_a_right_precision_passes(capsys, function):
    assert said(capsys, exercises.check_clipped_precision, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda t, r: np.mean([word in r for word in t]), "at most as often"),
        (lambda t, r: clipped(r, t), "divide by the words of the translation"),
        (lambda t, r: len({*t} & {*r}) / len(t), "a word that both have twice counts twice"),
        (lambda t, r: len({*t} & {*r}) / len({*t}), "at most as often"),
        (lambda t, r: np.mean([a == b for a, b in zip(t, r, strict=False)]), "'la la la'"),
        (lambda t, r: (Counter(t) & Counter(r)).total(), "the result is 2"),
        (lambda t, r: 0 / 0, "raised ZeroDivisionError"),
        (lambda t, r: None, "expected a number; it was None"),
        (lambda t, r: True, "expected a number; it was True"),
    ],
)
def test_what_is_wrong_with_a_precision_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_clipped_precision, function)


def masked_softmax(scores, mask):
    powers = np.where(mask, np.exp(np.minimum(scores - scores[mask].max(), 0)), 0.0)
    return powers / powers.sum()


def filled_up(scores, mask):
    """Change the scores in place, as a network's layer would with an array of its own."""
    scores[~mask] = -1e9
    scores -= scores.max()
    return (np.exp(scores) / np.exp(scores).sum()).tolist()


@pytest.mark.parametrize("function", [masked_softmax, filled_up])
def test_right_weights_of_attention_pass(capsys, function):
    assert said(capsys, exercises.check_attention_weights, function) == CORRECT


def spoils_the_scores(scores, mask):
    scores[:] = 0
    return mask / mask.sum()


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda s, m: s[:1], "should have the shape (3,)"),
        (lambda s, m: np.exp(s) / np.exp(s).sum(), "the place with padding has a weight"),
        (lambda s, m: masked_softmax(s, m == 0), "the place with padding has a weight"),
        (lambda s, m: np.exp(s) / np.exp(s).sum() * m, "the weights sum to 0.02444"),
        (lambda s, m: np.exp(s) * m / (np.exp(s) * m).sum(), "[1000.0, 0.0, 1000.0] and the mask"),
        (lambda s, m: np.exp(s - s.max()) * m / (np.exp(s - s.max()) * m).sum(), "NaN or infinity"),
        (lambda s, m: m / m.sum(), "the weights are [0.5, 0.5, 0.0]"),
        (lambda s, m: s * m / (s * m).sum(), "the weights are [0.0, 1.0, 0.0]"),
        (spoils_the_scores, "the weights are [0.5, 0.5, 0.0]"),
        (lambda s, m: None, "it returned None"),
        (lambda s, m: "much", "should be an array of numbers"),
        (lambda s, m: [[1.0], [1.0, 2.0]], "should be an array of numbers"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_wrong_with_weights_of_attention_is_said(capsys, function, complaint):
    message = said(capsys, exercises.check_attention_weights, function)
    assert message.startswith("Not yet: ")
    assert complaint in message


def best_order(words, log_prob):
    return list(max(permutations(words), key=log_prob))


def best_order_by_growing(words, log_prob):
    """Collect all orders by recursion, and compare their numbers in an array."""

    def orders(rest):
        if not rest:
            return [[]]
        return [
            [word, *order]
            for place, word in enumerate(rest)
            for order in orders(rest[:place] + rest[place + 1 :])
        ]

    found = orders(words)
    return np.array(found[int(np.argmax([log_prob(order) for order in found]))])


@pytest.mark.parametrize(
    "function", [best_order, best_order_by_growing, lambda w, p: max(permutations(w), key=p)]
)
def test_a_right_order_passes(capsys, function):
    assert said(capsys, exercises.check_best_order, function) == CORRECT


def one_word_after_the_other(words, log_prob):
    order = []
    while words:
        best = max(words, key=lambda word: log_prob([*order, word]))
        words.remove(best)
        order.append(best)
    return order


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda w, p: w, "for the words 'roi le', another order is more probable"),
        (one_word_after_the_other, "another order is more probable"),
        (lambda w, p: min(permutations(w), key=p) if w[2:] else best_order(w, p), "every other"),
        (lambda w, p: best_order({*w}, p), "each word must come as often as it is given"),
        (lambda w, p: best_order(w, p)[:2], "each word must come as often as it is given"),
        (lambda w, p: max(permutations(w), key=sum), "it raised TypeError"),
        (lambda w, p: " ".join(best_order(w, p)), "expected a list of strings; it was 'le roi'"),
        (lambda w, p: p(best_order(w, p)), "expected a list of strings"),
        (lambda w, p: None, "expected a list of strings; it was None"),
    ],
)
def test_what_is_wrong_with_an_order_is_said(capsys, function, complaint):
    message = said(capsys, exercises.check_best_order, function)
    assert message.startswith("Not yet: ")
    assert complaint in message
