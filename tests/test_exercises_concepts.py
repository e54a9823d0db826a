"""The checks of exercises: Chapter 1, concepts and n-grams."""

from collections import Counter

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import corpus, exercises
from lmbook_utils.ngram import NGramModel


def test_absolute_discounting_on_the_toy_sentences(capsys):
    p_sang = (1 - 0.5) / 16 + 0.5 * 9 / 16 / 10  # 16 tokens of 9 kinds, 10 words that can come
    right = 0.5 * 2 / 2 * p_sang  # "cat" came twice, before two words
    check = exercises.check_toy_absolute
    assert said(capsys, check, right) == CORRECT
    assert said(capsys, check, round(right, 4)) == CORRECT
    assert "too small" in said(capsys, check, right - 0.0001)
    assert "too large" in said(capsys, check, right + 0.0001)
    for slip, complaint in (
        (p_sang, "that is p(sang)"),
        (0.5 / 16, "p(sang) is discounted, too"),
        (0.5 * 0.5 / 16, "a part of what the discounts took"),
        (0.5 * (0.5 / 16 + 0.5 * 9 / 16), "shared by all words"),
    ):
        assert complaint in said(capsys, check, slip)


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
    of_types = sum(count == 1 for count in counts.values()) / len(counts)
    assert "a share of the different bigrams" in said(capsys, check, of_types)


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


def letters_of(sentences):
    return [list(" ".join(sentence)) for sentence in sentences]


def bits(order, train, test, letters=letters_of):
    scores = NGramModel(order).fit(letters(train)).score(letters(test))
    return -scores.mean() / np.log(2)


def bits_one_by_one(order, train, test):
    model = NGramModel(order).fit(letters_of(train))
    texts = letters_of(test)
    return -sum(map(model.log_prob, texts)) / sum(len(t) + 1 for t in texts) / np.log(2)


def without_blanks(sentences):
    return [list("".join(sentence)) for sentence in sentences]


def per_letter(order, train, test):
    texts = letters_of(test)
    return bits(order, train, test) * sum(len(t) + 1 for t in texts) / sum(map(len, texts))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (bits, CORRECT),
        (bits_one_by_one, CORRECT),
        (lambda n, a, b: round(bits(n, a, b), 3), CORRECT),
        (lambda n, a, b: bits(n, a, b) * np.log(2), "those are nats"),
        (lambda n, a, b: 2 ** bits(n, a, b), "that is the perplexity"),
        (lambda n, a, b: bits(n, a, b, letters=list), "those are bits per word"),
        (lambda n, a, b: bits(n, a, b, letters=without_blanks), "the blanks are letters, too"),
        (per_letter, "the end of a sentence counts"),
        (lambda n, a, b: bits(n, a, a), "that is on the training text"),
        (lambda n, a, b: bits(n + 1, a, b), "for order 1, the result is"),
        (lambda n, a, b: bits(3, a, b), "for order 1, the result is"),
        (lambda n, a, b: None, "expected a number; it was None"),
        (lambda n, a, b: a.clear() or bits(n, b, b), "Not yet"),
    ],
)
def test_the_bits_per_character_of_letters(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_bits_per_character, function)
