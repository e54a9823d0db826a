"""Scores of sentences: against a plain loop that reads one sentence word by word."""

from itertools import pairwise

import keras
import numpy as np
import pytest

from lmbook_utils import models
from lmbook_utils.training import score_sentences
from lmbook_utils.training import sentences as scorer
from lmbook_utils.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["a", "b", "c", "d", "e"])
V = len(VOCABULARY)


def build(cell="simple", batch_size=3, vocab_size=V):
    keras.utils.set_random_seed(0)
    model = models.build_language_model(cell, vocab_size, 4, 5, batch_size=batch_size)
    model.set_weights([3 * w for w in model.get_weights()])
    return model


def random_sentences(number, longest=12, seed=0):
    rng = np.random.default_rng(seed)
    words = [*VOCABULARY.tokens[4:], "unknown"]
    return [rng.choice(words, rng.integers(0, longest)).tolist() for _ in range(number)]


def score_alone(model, sentence):
    """The plain loop: one word after the other, the first after ``</s>``."""
    reader = models.with_batch_size(model, 1)
    ids = [VOCABULARY.eos_id, *VOCABULARY.encode(sentence), VOCABULARY.eos_id]
    total = 0.0
    for word, following in pairwise(ids):
        logits = reader(np.array([[word]])).numpy()[0, 0].astype(float)
        total += logits[following] - np.log(np.exp(logits).sum())
    return total


@pytest.mark.parametrize("cell", ["simple", "gru", "lstm"])
def test_each_sentence_is_scored_as_if_it_were_alone(cell):
    model = build(cell)
    sentences = random_sentences(40)  # two batches, of several lengths, one of them not full
    expected = [score_alone(model, sentence) for sentence in sentences]
    np.testing.assert_allclose(
        score_sentences(model, VOCABULARY, sentences), expected, rtol=1e-5, atol=1e-5
    )


def test_the_score_of_a_sentence_does_not_depend_on_its_company(monkeypatch):
    model, sentences = build("lstm"), random_sentences(20)
    together = score_sentences(model, VOCABULARY, sentences)
    reverse = score_sentences(model, VOCABULARY, sentences[::-1])[::-1]
    monkeypatch.setattr(scorer, "_SENTENCES_AT_ONCE", 7)
    in_parts = score_sentences(model, VOCABULARY, sentences)
    np.testing.assert_allclose(reverse, together, rtol=1e-5)
    np.testing.assert_allclose(in_parts, together, rtol=1e-5)


def test_scoring_neither_needs_nor_changes_the_state_of_the_model():
    model, sentences = build("lstm"), random_sentences(5)
    fresh = score_sentences(model, VOCABULARY, sentences)
    text = np.array([[4, 5, 6]] * 3)
    model(text)
    np.testing.assert_array_equal(score_sentences(model, VOCABULARY, sentences), fresh)
    carried_on = model(text).numpy()
    models.reset_state(model)
    model(text)
    np.testing.assert_array_equal(model(text).numpy(), carried_on)


def test_no_sentences_have_no_scores():
    assert score_sentences(build(), VOCABULARY, []).shape == (0,)


@pytest.mark.parametrize(
    ("sentences", "message"),
    [("a b", "sentences must be a list of lists"), (["a b"], "sentences must be a list of lists")],
)
def test_text_that_was_not_tokenised_is_refused(sentences, message):
    with pytest.raises(ValueError, match=message):
        score_sentences(build(), VOCABULARY, sentences)


def test_a_model_of_another_vocabulary_is_refused():
    with pytest.raises(ValueError, match=r"vocabulary must have as many entries.*10; it had 9"):
        score_sentences(build(vocab_size=10), VOCABULARY, [["a"]])


def test_a_model_that_predicts_one_word_for_each_window_is_refused():
    with pytest.raises(ValueError, match="model must predict at every step"):
        score_sentences(models.build_article_model(V, 4, 5), VOCABULARY, [["a"]])


def test_weights_that_are_nan_are_no_score():
    model = build()
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    with pytest.raises(ValueError, match="model must give each sentence a finite log-probability"):
        score_sentences(model, VOCABULARY, [["a"]])
