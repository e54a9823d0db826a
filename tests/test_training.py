"""Training and scoring: against plain loops in NumPy, and with texts whose answer is known."""

from itertools import pairwise

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import log_softmax

from lmbook_utils import metrics, models
from lmbook_utils.training import (
    FusedAdam,
    score_next_words,
    score_stream,
    scoring,
    train_language_model,
)
from lmbook_utils.vocabulary import Vocabulary

V = 9
NO_LEARNING = 1e-12  # as good as 0: the weights stay, so that the loss can be worked out by hand


def build(cell="simple", batch_size=3, scale=3, **arguments):
    """A small model whose predictions depend on what it has read, the same on every run."""
    keras.utils.set_random_seed(0)
    model = models.build_language_model(cell, V, 4, 5, batch_size=batch_size, **arguments)
    model.set_weights([scale * w for w in model.get_weights()])
    return model


def build_window_model():
    keras.utils.set_random_seed(0)
    model = models.build_article_model(V, 4, 5)
    model.set_weights([3 * w for w in model.get_weights()])
    return model


def random_ids(number, seed=0):
    return np.random.default_rng(seed).integers(0, V, number).astype(np.int32)


def read_in_pieces(model, ids, pieces):
    """The plain loop over a text in equal pieces, each with a state of zero at its beginning."""
    vectors, w, u, b, kernel, bias = model.get_weights()
    length = -(-len(ids) // pieces)
    log_probs = []
    for start in range(0, len(ids), length):
        h = np.zeros(len(b))
        for t in range(start, min(start + length, len(ids))):
            before = ids[t - 1] if t else Vocabulary.eos_id
            h = np.tanh(vectors[before] @ w + h @ u + b)
            log_probs.append(log_softmax(h @ kernel + bias)[ids[t]])
    return np.array(log_probs)


def losses_by_hand(model, ids, unrolled_steps):
    """The mean loss of each batch of an epoch: over the words in it, not over its places."""
    streams = model.input_shape[0]
    length = -(-len(ids) // streams)
    log_probs = read_in_pieces(model, ids, streams)
    column = np.arange(len(ids)) % length  # the place of each word in its stream
    batch = column // unrolled_steps
    return [-log_probs[batch == number].mean() for number in range(batch.max() + 1)]


# Training


@pytest.fixture(scope="module")
def counting():
    """A model that was trained to count: 4, 5, 6, 7, 4, 5, … has one possible continuation."""
    keras.utils.set_random_seed(0)
    text = np.tile([4, 5, 6, 7], 50)
    model = models.build_language_model("gru", V, 4, 8, batch_size=4)
    evaluations = train_language_model(
        model, text, text[:160], steps=120, unrolled_steps=5, learning_rate=0.05, warmup_steps=20
    )
    return model, evaluations


def test_training_learns_a_text_that_can_be_learned(counting):
    _, evaluations = counting
    assert [e.step for e in evaluations] == [40, 80, 120]
    for before, after in pairwise(evaluations):
        assert after.train_cross_entropy < before.train_cross_entropy < np.log(V)
    assert evaluations[-1].train_cross_entropy < 0.1
    assert evaluations[-1].validation_cross_entropy < 0.2


def test_a_trained_model_predicts_the_text_that_it_has_learned(counting):
    model, _ = counting
    scores = score_stream(model, np.tile([4, 5, 6, 7], 20))
    assert metrics.accuracy(scores.ranks) > 0.9


def test_the_last_evaluation_is_that_of_the_model_as_it_is_returned(counting):
    model, evaluations = counting
    scores = score_stream(model, np.tile([4, 5, 6, 7], 40))
    last = evaluations[-1]
    assert last.validation_cross_entropy == pytest.approx(metrics.cross_entropy(scores.log_probs))
    assert last.validation_perplexity == pytest.approx(metrics.perplexity(scores.log_probs))


def test_two_runs_with_the_same_seed_are_identical_and_print_nothing(capfd):
    def run():
        model = build("lstm", scale=1, dropout=0.3)
        evaluations = train_language_model(
            model, random_ids(61), random_ids(20, seed=1), 8, 5, warmup_steps=2, evaluations=2
        )
        return evaluations, model.get_weights()

    (evaluations, weights), (evaluations_again, weights_again) = run(), run()
    assert capfd.readouterr().out == ""
    assert evaluations == evaluations_again
    for first, second in zip(weights, weights_again, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.equation("eq-training-loss")
@pytest.mark.parametrize("number", [31, 4])
def test_the_training_loss_is_that_of_a_plain_loop_that_skips_padding(number):
    """Of 31 words, the last stream has one place less; of 4 words, it has none.

    The state is carried from batch to batch. That the second epoch has the same loss as the first
    says that it is reset where the text begins again.
    """
    model, ids = build(batch_size=3), random_ids(number)
    by_hand = losses_by_hand(model, ids, unrolled_steps=4)
    evaluations = train_language_model(
        model,
        ids,
        ids,
        steps=2 * len(by_hand),
        unrolled_steps=4,
        learning_rate=NO_LEARNING,
        warmup_steps=0,
        evaluations=2,
    )
    reported = [e.train_cross_entropy for e in evaluations]
    np.testing.assert_allclose(reported, np.mean(by_hand), rtol=1e-5)


def test_the_training_loss_is_the_mean_over_the_steps_since_the_evaluation_before():
    model, ids = build(batch_size=2), random_ids(40)
    by_hand = losses_by_hand(model, ids, unrolled_steps=5)
    evaluations = train_language_model(
        model, ids, ids, 4, 5, learning_rate=NO_LEARNING, warmup_steps=0, evaluations=2
    )
    reported = [e.train_cross_entropy for e in evaluations]
    expected = [np.mean(by_hand[:2]), np.mean(by_hand[2:])]
    np.testing.assert_allclose(reported, expected, rtol=1e-5)


@pytest.mark.equation("eq-training-loss")
def test_padding_does_not_move_the_weights():
    """One word of each of two streams is real; the rest of the batch is padding."""
    ids = np.array([5, 6])
    weights = []
    for unrolled_steps in (1, 6):
        model = build(batch_size=2)
        train_language_model(model, ids, ids, 3, unrolled_steps, 0.1, 0, evaluations=1)
        weights.append(model.get_weights())
    for without_padding, with_padding in zip(*weights, strict=True):
        np.testing.assert_allclose(with_padding, without_padding, atol=1e-6)


def test_the_learning_rate_rises_from_0_to_its_peak_and_falls_to_0_again(counting):
    model, _ = counting
    schedule = keras.optimizers.schedules.deserialize(model.optimizer.get_config()["learning_rate"])
    rates = np.array([float(schedule(step)) for step in range(121)])
    np.testing.assert_allclose(rates[:21], 0.05 * np.arange(21) / 20, atol=1e-7)
    cosine = 0.05 * (1 + np.cos(np.pi * np.arange(101) / 100)) / 2
    np.testing.assert_allclose(rates[20:], cosine, atol=1e-7)


def test_training_clips_the_norm_of_the_gradient_and_uses_adam(counting):
    model, _ = counting
    assert type(model.optimizer) is FusedAdam
    assert model.optimizer.global_clipnorm == 1


def weights_after(optimizer, gradients):
    """Two arrays of weights, all ones at first, after a step with each pair of gradients."""
    weights = [keras.Variable(tf.ones((5, 2))), keras.Variable(tf.ones((2, 5)))]
    for pair in gradients:
        optimizer.apply(pair, weights)
    return [variable.numpy() for variable in weights]


def gradients_of(words, steps=20):
    """Pairs of gradients: of an embedding with rows for the words, and of another layer."""
    rng = np.random.default_rng(0)

    def normal(*shape):
        return tf.constant(rng.normal(size=shape), tf.float32)

    return [
        [tf.IndexedSlices(normal(3, 2), tf.constant(words[i % 2]), (5, 2)), normal(2, 5)]
        for i in range(steps)
    ]


@pytest.mark.equation("eq-adam")
@pytest.mark.parametrize("clip_norm", [None, 0.5])
def test_the_fused_adam_takes_the_steps_of_keras(clip_norm):
    gradients = gradients_of(words=[[4, 0, 2], [0, 1, 2]])
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 30)
    ours = weights_after(FusedAdam(schedule, clip_norm), gradients)
    theirs = weights_after(keras.optimizers.Adam(schedule, global_clipnorm=clip_norm), gradients)
    for found, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    moved = np.abs(ours[0] - 1).max(axis=1) > 0.01
    assert moved.tolist() == [True, True, True, False, True]  # the word 3 never came


def test_the_gradient_of_a_word_that_comes_several_times_is_squared_as_one():
    gradients = gradients_of(words=[[4, 0, 4], [1, 1, 1]])
    dense = [[tf.convert_to_tensor(gradient) for gradient in pair] for pair in gradients]
    ours = weights_after(FusedAdam(0.1), gradients)
    theirs = weights_after(keras.optimizers.Adam(0.1), dense)
    for found, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 5, "warmup_steps": 5}, "steps must be more than warmup_steps = 5; it was 5"),
        ({"steps": 0}, "steps must be a whole number and at least 1; it was 0"),
        ({"steps": 9.5}, "steps must be a whole number and at least 1; it was 9.5"),
        ({"warmup_steps": -1}, "warmup_steps must be a whole number and at least 0; it was -1"),
        ({"unrolled_steps": 0}, "unrolled_steps must be a whole number and at least 1"),
        ({"evaluations": 0}, "evaluations must be a whole number and at least 1; it was 0"),
        ({"evaluations": 11}, "evaluations must be at most steps = 10; it was 11"),
        ({"learning_rate": 0}, "learning_rate must be a finite number above 0; it was 0"),
        ({"learning_rate": np.nan}, "learning_rate must be a finite number above 0; it was nan"),
        ({"learning_rate": np.inf}, "learning_rate must be a finite number above 0; it was inf"),
        ({"train_ids": random_ids(2)}, "train_ids must hold at least one word.*3 streams"),
        ({"train_ids": []}, "train_ids must be one stream of at least one word"),
        ({"train_ids": [1, 2, V]}, "train_ids must be from 0 to 8.*went from 1 to 9"),
        ({"train_ids": [1.0, 2.0, 3.0]}, "train_ids must hold whole numbers"),
        ({"validation_ids": []}, "validation_ids must be one stream of at least one word"),
        ({"validation_ids": [-1]}, "validation_ids must be from 0 to 8.*went from -1 to -1"),
    ],
)
def test_training_with_arguments_out_of_their_range(change, message):
    arguments = {
        "train_ids": random_ids(30),
        "validation_ids": random_ids(9),
        "steps": 10,
        "warmup_steps": 2,
    }
    with pytest.raises(ValueError, match=message):
        train_language_model(build(), **arguments | change)


def test_the_articles_model_is_not_trained_at_every_step():
    with pytest.raises(ValueError, match="model must predict at every step"):
        train_language_model(build_window_model(), random_ids(30), random_ids(9))


def test_training_that_ends_in_nan_says_so():
    model = build(batch_size=1)
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    with pytest.raises(ValueError, match=r"neither NaN nor infinity.*lower learning rate"):
        train_language_model(model, random_ids(9), random_ids(9), 1, warmup_steps=0, evaluations=1)


# Scoring a stream


@pytest.mark.parametrize("number", [1, 3, 8, 9, 600])
def test_scores_are_those_of_a_plain_loop_in_the_order_of_the_text(number):
    """600 words make two batches; 9 leave three of the eight streams without a word."""
    model, ids = build(), random_ids(number)
    scores = score_stream(model, ids)
    assert scores.log_probs.shape == scores.ranks.shape == (number,)
    expected = read_in_pieces(model, ids, pieces=min(8, number))
    np.testing.assert_allclose(scores.log_probs, expected, rtol=1e-5, atol=1e-5)


def test_ranks_belong_to_the_words_of_the_log_probs():
    model = build()
    ids = random_ids(100)
    scores = score_stream(model, ids)
    best = scores.log_probs[scores.ranks == 0]
    assert len(best)
    assert (best >= -np.log(V)).all(), "the most probable of V words has 1/V or more"
    assert (scores.log_probs[scores.ranks > 0] < np.log(0.5)).all(), "only one word can have half"


@pytest.mark.parametrize("number", [9, 600])
def test_guesses_belong_to_the_words_of_the_log_probs(number):
    ids = random_ids(number)
    scores = score_stream(build(), ids)
    assert scores.guesses.shape == scores.guess_log_probs.shape == (number,)
    right = scores.guesses == ids
    np.testing.assert_array_equal(right, scores.ranks == 0)
    np.testing.assert_array_equal(scores.guess_log_probs[right], scores.log_probs[right])
    assert (scores.guess_log_probs[~right] > scores.log_probs[~right]).all()


@pytest.mark.parametrize("batch_size", [3, scoring._SCORING_STREAMS])
def test_scoring_neither_needs_nor_changes_the_state_of_the_model(batch_size):
    model, ids = build("lstm", batch_size), random_ids(50)
    fresh = score_stream(model, ids).log_probs
    text = random_ids(4 * batch_size).reshape(batch_size, 4)
    model(text)
    np.testing.assert_array_equal(score_stream(model, ids).log_probs, fresh)
    carried_on = model(text).numpy()
    models.reset_state(model)
    model(text)
    np.testing.assert_array_equal(model(text).numpy(), carried_on)


def test_a_model_that_knows_nothing_scores_as_the_uniform_distribution():
    scores = score_stream(build(scale=0), random_ids(50))
    assert metrics.perplexity(scores.log_probs) == pytest.approx(V)
    assert metrics.accuracy(scores.ranks) == 0


# Scoring with windows


@pytest.mark.parametrize("window", [1, 3, 10])
def test_scores_of_next_words_are_those_of_a_direct_computation(window):
    model, ids = build_window_model(), random_ids(8)
    scores = score_next_words(model, ids, window)
    padded = [Vocabulary.eos_id] * window + ids.tolist()
    for t, word in enumerate(ids):
        probabilities = model(np.array([padded[t : t + window]])).numpy()[0]
        assert scores.log_probs[t] == pytest.approx(np.log(probabilities[word]), abs=1e-5)
        assert scores.ranks[t] == (probabilities > probabilities[word]).sum()
        assert scores.guesses[t] == probabilities.argmax()
        assert scores.guess_log_probs[t] == pytest.approx(np.log(probabilities.max()), abs=1e-5)


def test_more_windows_than_are_scored_at_once(monkeypatch):
    model, ids = build_window_model(), random_ids(30)
    at_once = score_next_words(model, ids, 2)
    monkeypatch.setattr(scoring, "_SCORING_WINDOWS", 7)
    in_parts = score_next_words(model, ids, 2)
    np.testing.assert_allclose(in_parts.log_probs, at_once.log_probs, atol=1e-6)
    np.testing.assert_array_equal(in_parts.ranks, at_once.ranks)


def test_a_probability_that_rounds_to_0_is_no_infinite_perplexity():
    model = build_window_model()
    *others, bias = model.get_weights()
    bias[:] = -500
    bias[0] = 500
    model.set_weights([*others, bias])
    scores = score_next_words(model, np.array([1, 2]), 2)
    assert np.isfinite(scores.log_probs).all()
    assert (scores.log_probs < -80).all()


# Texts and models that cannot be scored

SCORERS = [
    (lambda ids: score_stream(build(), ids)),
    (lambda ids: score_next_words(build_window_model(), ids, 2)),
]


@pytest.mark.parametrize("score", SCORERS, ids=["stream", "windows"])
@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([], "ids must be one stream of at least one word"),
        ([[1, 2]], r"ids must be one stream.*\(1, 2\)"),
        ([1, V], "ids must be from 0 to 8, as the vocabulary has 9 entries; they went from 1 to 9"),
        ([-1], "ids must be from 0 to 8"),
        ([1.5], "ids must hold whole numbers"),
    ],
)
def test_scoring_what_is_no_text(score, ids, message):
    with pytest.raises(ValueError, match=message):
        score(np.array(ids))


@pytest.mark.parametrize("window", [0, -1, 1.5, None])
def test_scoring_needs_a_whole_window(window):
    with pytest.raises(ValueError, match="window must be a whole number and at least 1"):
        score_next_words(build_window_model(), random_ids(9), window)


def test_each_kind_of_model_has_its_own_way_of_scoring():
    with pytest.raises(ValueError, match=r"model must predict at every step.*\(None, 9\)"):
        score_stream(build_window_model(), random_ids(9))
    with pytest.raises(ValueError, match=r"model must predict one word for each window.*\(3, None"):
        score_next_words(build(), random_ids(9), 2)


@pytest.mark.parametrize("kind", ["stream", "windows"])
def test_scoring_with_weights_that_are_nan(kind):
    model = build() if kind == "stream" else build_window_model()
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    with pytest.raises(ValueError, match="logits must hold neither NaN nor infinity"):
        score_stream(model, random_ids(9)) if kind == "stream" else score_next_words(
            model, random_ids(9), 2
        )
