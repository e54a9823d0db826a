"""Words that are replaced in training: which, how often, and never when the model is used."""

import keras
import numpy as np
import pytest

from lmbook_utils import models, training
from lmbook_utils.models import replacement

IDS = np.random.default_rng(0).integers(2, 20, (50, 80)).astype("int32")
TABLE = np.column_stack([np.arange(20), np.roll(np.arange(20), 1), np.roll(np.arange(20), 2)])


def test_nothing_is_replaced_when_the_model_is_used():
    layer = replacement.word_dropout(20, unknown_id=1, rate=0.9, seed=0)
    assert np.array_equal(layer(IDS), IDS)
    assert np.array_equal(layer(IDS, training=False), IDS)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.6])
def test_words_are_dropped_as_often_as_asked(rate):
    layer = replacement.word_dropout(20, unknown_id=1, rate=rate, seed=0)
    result = np.asarray(layer(IDS, training=True))
    changed = result != IDS
    assert (result[changed] == 1).all()
    spread = np.sqrt(rate * (1 - rate) / IDS.size)
    assert abs(changed.mean() - rate) <= 5 * spread


def test_each_substitute_is_as_likely_as_the_others():
    layer = replacement.synonym_replacement(TABLE, rate=0.6, seed=0)
    result = np.asarray(layer(IDS, training=True))
    shares = [(result == TABLE[IDS, place]).mean() for place in range(3)]
    assert shares == pytest.approx([0.4 + 0.2, 0.2, 0.2], abs=0.04)
    assert sum(shares) == pytest.approx(1)


def test_each_batch_has_draws_of_its_own_and_the_seed_repeats_them():
    one, other = (replacement.word_dropout(20, 1, 0.5, seed=7) for _ in range(2))
    first, second = (np.asarray(one(IDS, training=True)) for _ in range(2))
    assert not np.array_equal(first, second)
    assert np.array_equal(other(IDS, training=True), first)


def test_a_model_with_replacement_trains_scores_and_is_copied_with_its_table():
    keras.utils.set_random_seed(0)
    layer = replacement.synonym_replacement(TABLE, rate=0.3)
    model = models.build_language_model("gru", 20, 8, 8, batch_size=4, replacement=layer)
    ids = np.tile(np.arange(4, 20), 60)
    history = training.train_language_model(model, ids, ids[:200], 60, warmup_steps=6)
    assert history[-1].validation_cross_entropy < history[0].validation_cross_entropy
    copy = models.with_batch_size(model, 1)
    assert np.array_equal(copy.get_layer("replacement").table, TABLE)
    models.reset_state(model)
    rows = np.asarray(model(ids[:40].reshape(4, 10)))
    np.testing.assert_allclose(copy(ids[:10].reshape(1, 10)), rows[:1], atol=1e-5)
    scores = training.score_stream(model, ids[:100]).log_probs
    assert np.array_equal(scores, training.score_stream(model, ids[:100]).log_probs)


@pytest.mark.parametrize("rate", [-0.1, 1, "half"])
def test_a_rate_that_is_no_share_is_refused(rate):
    with pytest.raises(ValueError, match="rate must be from 0 and below 1"):
        replacement.synonym_replacement(TABLE, rate=rate)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.arange(4), r"shape \(vocabulary, substitutes\); it was \(4,\)"),
        (np.array([[0], [5]]), "table must be from 0 to 1"),
        (np.array([[0.5], [1.0]]), "table must hold whole numbers"),
    ],
)
def test_a_table_that_is_none_is_refused(table, message):
    with pytest.raises(ValueError, match=message):
        replacement.synonym_replacement(table, rate=0.1)


def test_an_unknown_word_that_is_no_word_is_refused():
    with pytest.raises(ValueError, match="unknown_id must be from 0 to 9"):
        replacement.word_dropout(10, unknown_id=10, rate=0.1)
