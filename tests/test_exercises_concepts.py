"""The checks of exercises: Chapter 1, concepts and n-grams."""

from collections import Counter

import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import corpus, exercises


def test_absolute_discounting_on_the_toy_sentences(capsys):
    p_sang = (1 - 0.5) / 16 + 0.5 * 9 / 16 / 10  # 16 tokens of 9 kinds, 10 words that can come
    right = 0.5 * 2 / 2 * p_sang  # "cat" came twice, before two words
    check = exercises.check_toy_absolute
    assert said(capsys, check, right) == CORRECT
    assert said(capsys, check, round(right, 4)) == CORRECT
    assert "too small" in said(capsys, check, right - 0.0001)
    assert "too large" in said(capsys, check, p_sang)


def bigrams_of(articles, vocabulary):
    for sentence in (sentence for article in articles for sentence in article):
        words = [word if word in vocabulary else "<unk>" for word in sentence]
        yield from zip(["<s>", *words], [*words, "</s>"], strict=True)


def test_the_estimate_of_unseen_bigrams(capsys):
    counts = Counter(bigrams_of(corpus.load_tokenized()["train"], corpus.load_encoded().vocabulary))
    share = sum(count for count in counts.values() if count == 1) / sum(counts.values())
    check = exercises.check_unseen_bigrams
    assert said(capsys, check, share) == CORRECT
    assert "too small" in said(capsys, check, share - 0.002)
    assert "too large" in said(capsys, check, share + 0.002)
    assert "a share is from 0 to 1" in said(capsys, check, 100 * share)


def continuation(bigrams):
    ends = [second for _, second in set(bigrams)]
    return {word: ends.count(word) / len(ends) for word in ends}


def test_a_right_continuation_probability_passes(capsys):
    assert said(capsys, exercises.check_continuation_probability, continuation) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda b: {w: 1 / len(b) for _, w in b}, "the result sums to"),
        (lambda b: {w: [x for _, x in b].count(w) / len(b) for _, w in b}, "each different bigram"),
        (lambda b: {v: 1.0 for v, _ in b}, "the words of the result are ['new'] and not ['york']"),
        (lambda b: 1.0, "the result is no dictionary"),
        (lambda b: {w: "all" for _, w in b}, "expected a number"),
        (lambda b: b.missing, "it raised AttributeError"),
    ],
)
def test_what_is_wrong_with_a_continuation_probability_is_said(capsys, function, complaint):
    message = said(capsys, exercises.check_continuation_probability, function)
    assert message.startswith("Not yet: ")
    assert complaint in message
