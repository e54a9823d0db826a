"""The checks of exercises: Chapter 7, question answering."""

from collections import Counter, defaultdict
from itertools import chain

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises

ANT, BEE = (3 + 0.2) / 20, 0.1 / 20


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (ANT * ANT * BEE, CORRECT),
        (0.000128, CORRECT),
        (np.exp(2 * np.log(ANT) + np.log(BEE)), CORRECT),
        (ANT * BEE, "comes twice"),
        (0, "no word of the collection impossible"),
        (3 * ANT * ANT * BEE, "in this order"),
        (0.32 * 0.32 * 0.01, "make the passage longer"),
        (ANT * ANT, '"bee" has a probability, too'),
        (0.5, "too large"),
        (1e-9, "too small"),
        (2, "at most 1"),
        (np.log(ANT * ANT * BEE), "above 0"),
        (None, "expected a number"),
    ],
)
def test_the_smoothed_probability_of_a_question(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_smoothed, answer)


def words_f1(guess, answer):
    given, wanted = guess.split(), answer.split()
    common = sum((Counter(given) & Counter(wanted)).values())
    return 2 * common / (len(given) + len(wanted))


def words_f1_from_precision(guess, answer):
    given, wanted = guess.split(), answer.split()
    rest, common = list(wanted), 0
    for word in given:
        if word in rest:
            rest.remove(word)
            common += 1
    if not common:
        return 0
    p, r = common / len(given), common / len(wanted)
    return 2 * p * r / (p + r)


@pytest.mark.parametrize("function", [words_f1, words_f1_from_precision])
def test_a_right_f1_of_words_passes(capsys, function):
    assert said(capsys, exercises.check_token_f1, function) == CORRECT


def common_words(guess, answer):
    return sum((Counter(guess.split()) & Counter(answer.split())).values())


def f1_of_sets(guess, answer):
    one, other = {*guess.split()}, {*answer.split()}
    return 2 * len(one & other) / (len(one) + len(other))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda guess, answer: 1.0 * (guess == answer), "the two share words"),
        (lambda guess, answer: guess == answer, "expected a number; it was True"),
        (
            lambda g, a: (
                2 * sum(w in a.split() for w in g.split()) / (len(g.split()) + len(a.split()))
            ),
            "is shared once",
        ),
        (f1_of_sets, "the result is 1"),
        (lambda g, a: common_words(g, a) / len(g.split()), "that is the precision"),
        (lambda g, a: common_words(g, a) / len(a.split()), "that is the recall"),
        (lambda g, a: words_f1(" ".join(g), " ".join(a)), "for 'jim lovell' and 'lovell'"),
        (lambda guess, answer: 1 / 0, "it raised ZeroDivisionError"),
        (lambda guess, answer: "much", "expected a number"),
        (lambda guess, answer: None, "expected a number"),
    ],
)
def test_what_is_wrong_with_an_f1_of_words_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_token_f1, function)


def fuse(lists, k, first=1):
    scores = {}
    for one in lists:
        for place, passage in enumerate(one, first):
            scores[passage] = scores.get(passage, 0) + 1 / (k + place)
    return sorted(scores, key=scores.get, reverse=True)


def fuse_with_arrays(lists, k):
    """Collect the passages first; a stable sort keeps the order of equals."""
    passages = list(dict.fromkeys(passage for one in lists for passage in one))
    places = defaultdict(list)
    for one in lists:
        for passage in one:
            places[passage].append(k + one.index(passage) + 1)
    sums = np.array([sum(1 / x for x in places[passage]) for passage in passages])
    return np.array(passages)[np.argsort(-sums, kind="stable")]


@pytest.mark.parametrize("function", [fuse, fuse_with_arrays, lambda x, k: tuple(fuse(x, k))])
def test_a_right_fusion_passes(capsys, function):
    assert said(capsys, exercises.check_fusion, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda lists, k: lists[0], "each passage of a list must come once"),
        (lambda lists, k: [*chain(*lists)], "each passage of a list must come once"),
        (lambda lists, k: fuse(lists, k)[::-1], "the best comes first"),
        (lambda lists, k: list(dict.fromkeys(chain(*lists))), "the result is ['a', 'b', 'c',"),
        (lambda lists, k: fuse(lists, 60), "with k = 0"),
        (lambda lists, k: fuse(lists, k, first=0), "with k = 0, it raised ZeroDivisionError"),
        (lambda lists, k: "".join(fuse(lists, k)), "expected a list of strings; it was 'ab'"),
        (lambda lists, k: [[x, 1.0] for x in fuse(lists, k)], "expected a list of strings"),
        (lambda lists, k: np.array("ab"), "expected a list of strings"),
        (lambda lists, k: None, "expected a list of strings; it was None"),
        (lambda lists, k: lists["a"], "it raised TypeError"),
    ],
)
def test_what_is_wrong_with_a_fusion_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_fusion, function)


def within_article(scores, titles, article):
    return np.where(titles == article, scores, -np.inf)


def within_article_as_a_list(scores, titles, article):
    return [s if t == article else float("-inf") for s, t in zip(scores, titles, strict=True)]


def within_article_of_a_copy(scores, titles, article):
    scores = scores.copy()
    scores[titles != article] = -np.inf
    return scores


@pytest.mark.parametrize(
    "function", [within_article, within_article_as_a_list, within_article_of_a_copy]
)
def test_right_scores_within_an_article_pass(capsys, function):
    assert said(capsys, exercises.check_within_article, function) == CORRECT


def in_place(scores, titles, article):
    scores[titles != article] = -np.inf
    return scores


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (in_place, "has changed the scores that it was given"),
        (lambda s, t, a: s * (t == a), "has the score 0; one of this article may have less"),
        (lambda s, t, a: np.where(t == a, s, -999), "has the score -999"),
        (lambda s, t, a: s[t == a], "expected 3 numbers"),
        (lambda s, t, a: np.where(t != a, s, -np.inf), "a passage of another article has the"),
        (lambda s, t, a: np.where(t == a, 1.0, -np.inf), "of the article has the score 1"),
        (lambda s, t, a: s, "a passage of another article has the score 3"),
        (
            lambda s, t, a: np.where([a in x for x in t], s, -np.inf),
            "for the scores [-4.0, -1.5, -2.0, -9.0], a passage of another article has the",
        ),
        (lambda s, t, a: np.where(t == a, s, np.nan), "expected a number; it was"),
        (lambda s, t, a: ["1", "2", "3"], "expected a number; it was '1'"),
        (lambda s, t, a: [[1], [1, 2]], "expected 3 numbers"),
        (lambda s, t, a: 3.0, "expected 3 numbers"),
        (lambda s, t, a: None, "expected 3 numbers; it was None"),
        (lambda s, t, a: t[a], "it raised IndexError"),
    ],
)
def test_what_is_wrong_with_scores_within_an_article_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_within_article, function)
