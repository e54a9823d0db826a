"""The running example: parts without overlap, and a vocabulary that has not seen the test."""

from collections import Counter

import numpy as np
import pytest

from lmbook_utils.corpus import VOCABULARY_SIZE, load_encoded, load_sentences, load_tokenized
from lmbook_utils.datasets import load_wikipedia
from lmbook_utils.vocabulary import SPECIAL_TOKENS, UNK, Vocabulary

PARTS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def articles():
    """The tokenised articles of each part."""
    return load_tokenized()


@pytest.fixture(scope="module")
def text():
    """The encoded corpus."""
    return load_encoded()


def word_counts(articles):
    return Counter(token for article in articles for sentence in article for token in sentence)


def test_no_article_is_in_two_parts_and_each_is_in_one(articles):
    corpus = load_wikipedia()
    titles = [article.title for part in PARTS for article in corpus.split[part]]
    assert len(set(titles)) == len(titles)
    assert sorted(titles) == sorted(article.title for article in corpus.articles)
    assert {part: len(articles[part]) for part in articles} == {
        part: len(corpus.split[part]) for part in PARTS
    }


def test_the_parts_share_next_to_no_long_sentence(articles):
    def long_sentences(part):
        return {
            " ".join(sentence)
            for article in articles[part]
            for sentence in article
            if len(sentence) >= 10
        }

    held_out = long_sentences("test") | long_sentences("validation")
    shared = long_sentences("train") & held_out
    # Two articles may have a stock phrase in common; copies of an article would have hundreds.
    assert len(shared) < 0.002 * len(held_out)


def test_the_training_part_has_four_fifths_of_the_words(text):
    lengths = np.array([len(getattr(text, part)) for part in PARTS])
    assert (lengths / lengths.sum()).tolist() == pytest.approx([0.8, 0.1, 0.1], abs=0.02)


def test_tokens_are_lower_case_words_of_the_sentences(articles):
    first = load_wikipedia().split["train"][0].sentences[0]
    assert "".join(articles["train"][0][0]) == "".join(first.lower().split())
    assert all(token == token.lower() for token in word_counts(articles["train"]))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_its_sentences_one_after_the_other_each_with_its_end(articles, text, part):
    ids = getattr(text, part)
    sentences = [sentence for article in articles[part] for sentence in article]
    assert ids.dtype == np.int32
    assert len(ids) == sum(len(sentence) + 1 for sentence in sentences)
    assert ids[-1] == text.vocabulary.eos_id
    assert (ids == text.vocabulary.eos_id).sum() == len(sentences)
    assert not np.isin(ids, [text.vocabulary.pad_id, text.vocabulary.bos_id]).any()

    decoded = text.vocabulary.decode(ids)
    words = [token for sentence in sentences for token in [*sentence, "</s>"]]
    known = [w if w in text.vocabulary else UNK for w in words]
    assert decoded == known


def test_the_vocabulary_holds_the_most_frequent_words_of_the_training_part(articles, text):
    counts = word_counts(articles["train"])
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    assert len(text.vocabulary) == VOCABULARY_SIZE
    assert list(text.vocabulary.tokens[4:]) == ranked[: VOCABULARY_SIZE - len(SPECIAL_TOKENS)]


def test_a_word_that_only_the_test_has_is_unknown_however_frequent_it_is(articles, text):
    train, test = word_counts(articles["train"]), word_counts(articles["test"])
    rarest = train[text.vocabulary.tokens[-1]]
    only_in_test = [word for word, n in test.items() if n > rarest and word not in train]
    assert only_in_test, "words that would be in a vocabulary of all of the text"
    unknown = text.vocabulary.encode(only_in_test)
    assert (unknown == text.vocabulary.unk_id).all()
    assert not set(only_in_test) & set(text.vocabulary.decode(text.test))


def test_the_share_of_unknown_words_in_the_test_is_that_of_a_small_vocabulary(text):
    def unknown(part):
        return (part == text.vocabulary.unk_id).mean()

    assert 0.05 < unknown(text.test) < 0.2
    assert unknown(text.train) < unknown(text.test), "the vocabulary fits the training part best"


def test_every_token_of_the_test_knows_its_article(articles, text):
    lengths = [sum(len(sentence) + 1 for sentence in article) for article in articles["test"]]
    assert text.test_articles.shape == text.test.shape
    assert np.bincount(text.test_articles).tolist() == lengths
    assert (np.diff(text.test_articles) >= 0).all()


@pytest.mark.parametrize("size", [4, 0, -1, 2.5, "many"])
def test_a_vocabulary_without_room_for_a_word_is_refused(size):
    with pytest.raises(ValueError, match="vocabulary_size must be a whole number and at least 5"):
        load_encoded(vocabulary_size=size)


def test_a_vocabulary_of_one_word_knows_that_word_alone(articles):
    small = load_encoded(vocabulary_size=5)
    assert small.vocabulary == Vocabulary(["the"])
    the = small.vocabulary.encode(["the"])[0]
    assert (small.test == the).sum() == word_counts(articles["test"])["the"]
    assert set(np.unique(small.test)) == {small.vocabulary.unk_id, small.vocabulary.eos_id, the}


@pytest.mark.parametrize("part", PARTS)
def test_the_sentences_of_a_part_are_those_of_its_articles_in_their_order(part, articles):
    rest = load_sentences(part)
    for article in articles[part]:
        assert rest[: len(article)] == article
        rest = rest[len(article) :]
    assert rest == []


def test_there_are_no_sentences_of_another_part():
    with pytest.raises(ValueError, match=r"part must be one of train, .*; it was 'dev'"):
        load_sentences("dev")
