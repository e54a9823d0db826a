"""Drawing words: the distribution that they are drawn from, and the loop that draws them."""

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import softmax

from lmbook_utils import models
from lmbook_utils.generation import generate, next_word_probabilities
from lmbook_utils.vocabulary import Vocabulary

logits = hnp.arrays(float, st.integers(1, 12), elements=st.floats(-30, 30))
different_logits = st.lists(st.integers(-300, 300), min_size=2, max_size=12, unique=True).map(
    lambda values: np.array(values) / 20
)
temperatures = st.just(0) | st.floats(0.01, 10)


def reference(logits, temperature=1.0, top_k=None, top_p=None, banned=()):
    """The same distribution by the definition, one word at a time and without an array."""
    weights = {
        word: np.exp((logit - max(logits)) / temperature)
        for word, logit in enumerate(logits)
        if word not in banned
    }
    ranked = sorted(weights, key=lambda word: (-weights[word], word))
    ranked = ranked[:top_k]
    if top_p is not None:
        total, mass, nucleus = sum(weights[word] for word in ranked), 0.0, []
        for word in ranked:
            nucleus.append(word)
            mass += weights[word] / total
            if mass >= top_p:
                break
        ranked = nucleus
    total = sum(weights[word] for word in ranked)
    return [weights[word] / total if word in ranked else 0.0 for word in range(len(logits))]


# The distribution


@given(data=st.data())
def test_every_setting_gives_a_distribution_without_the_banned_words(data):
    values = data.draw(logits)
    banned = data.draw(st.sets(st.integers(0, len(values) - 1), max_size=len(values) - 1))
    probabilities = next_word_probabilities(
        values,
        temperature=data.draw(temperatures),
        top_k=data.draw(st.none() | st.integers(1, 20)),
        top_p=data.draw(st.none() | st.floats(1e-6, 1)),
        banned=banned,
    )
    assert probabilities.shape == values.shape
    assert probabilities.min() >= 0
    assert probabilities.sum() == pytest.approx(1)
    assert not probabilities[list(banned)].any()


@pytest.mark.equation("eq-temperature")
@given(data=st.data())
def test_the_distribution_is_that_of_the_definition(data):
    values = data.draw(different_logits)
    settings = {
        "temperature": data.draw(st.floats(0.1, 10)),
        "top_k": data.draw(st.none() | st.integers(1, 20)),
        "top_p": data.draw(st.none() | st.floats(0.01, 0.99)),
        "banned": data.draw(st.sets(st.integers(0, len(values) - 1), max_size=len(values) - 1)),
    }
    expected = reference(values, **settings)
    np.testing.assert_allclose(next_word_probabilities(values, **settings), expected, atol=1e-12)


@pytest.mark.equation("eq-temperature")
@given(logits)
def test_temperature_1_is_the_models_own_distribution(values):
    np.testing.assert_allclose(next_word_probabilities(values), softmax(values), atol=1e-15)


@pytest.mark.filterwarnings("error")
@given(different_logits, st.sampled_from([0, 1e-3, 1e-300, 5e-324]))
def test_near_temperature_0_only_the_most_probable_word_stays(values, temperature):
    probabilities = next_word_probabilities(values, temperature)
    np.testing.assert_allclose(probabilities, np.arange(len(values)) == values.argmax(), atol=1e-12)


@given(different_logits)
def test_a_high_temperature_makes_all_words_nearly_equally_probable(values):
    probabilities = next_word_probabilities(values, temperature=1e9)
    np.testing.assert_allclose(probabilities, 1 / len(values), rtol=1e-6)


def test_of_equally_probable_words_temperature_0_takes_the_first():
    assert next_word_probabilities(np.array([1.0, 2, 2]), temperature=0).tolist() == [0, 1, 0]


def test_the_most_probable_word_that_is_not_banned_is_the_greedy_one():
    probabilities = next_word_probabilities(np.array([1.0, 3, 2]), temperature=0, banned=[1])
    assert probabilities.tolist() == [0, 0, 1]


@given(different_logits, st.integers(1, 20))
def test_top_k_keeps_the_k_most_probable_words_in_their_proportions(values, k):
    probabilities = next_word_probabilities(values, top_k=k)
    kept = np.flatnonzero(probabilities)
    assert set(kept) == set(np.argsort(-values)[:k]), "all words where k is more than there are"
    np.testing.assert_allclose(probabilities[kept], softmax(values[kept]))


@given(different_logits, st.floats(0.01, 0.999))
def test_top_p_keeps_the_smallest_set_that_has_the_mass(values, top_p):
    model = softmax(values)
    probabilities = next_word_probabilities(values, top_p=top_p)
    kept = np.flatnonzero(probabilities)
    mass = model[kept].sum()
    assume(abs(mass - top_p) > 1e-9 and abs(mass - model[kept].min() - top_p) > 1e-9)
    assert mass > top_p
    assert mass - model[kept].min() < top_p, "without its least probable word it is too small"
    assert model[kept].min() > np.delete(model, kept).max(initial=0), "the most probable words"
    np.testing.assert_allclose(probabilities[kept], model[kept] / mass)


@given(logits)
def test_top_p_of_1_keeps_all(values):
    probabilities = next_word_probabilities(values, top_p=1)
    np.testing.assert_allclose(probabilities, softmax(values), atol=1e-15)


@given(different_logits)
def test_a_tiny_top_p_is_greedy(values):
    greedy = next_word_probabilities(values, temperature=0)
    np.testing.assert_array_equal(next_word_probabilities(values, top_p=1e-9), greedy)


def test_top_p_needs_no_further_word_when_the_mass_is_just_reached():
    assert next_word_probabilities(np.zeros(4), top_p=0.5).tolist() == [0.5, 0.5, 0, 0]


def test_of_equally_probable_words_the_first_ones_are_kept():
    probabilities = next_word_probabilities(np.tile([0.0, 1.0], 100), top_k=3)
    assert np.flatnonzero(probabilities).tolist() == [1, 3, 5]


def test_top_p_counts_the_mass_of_the_words_that_top_k_left():
    values = np.log([0.4, 0.3, 0.2, 0.1])
    # Of the best three, the first two have 7/9 of the mass; of all words, they have 7/10.
    assert np.count_nonzero(next_word_probabilities(values, top_k=3, top_p=0.75)) == 2
    assert np.count_nonzero(next_word_probabilities(values, top_p=0.75)) == 3


def test_the_logits_of_the_caller_are_left_alone():
    values = np.array([1.0, 2, 3])
    next_word_probabilities(values, temperature=0.5, top_k=1, banned=[2])
    assert values.tolist() == [1, 2, 3]


@pytest.mark.filterwarnings("error")
def test_words_with_a_logit_of_minus_infinity_cannot_come():
    probabilities = next_word_probabilities(np.array([-np.inf, 0, 0]), temperature=1e3)
    assert probabilities.tolist() == [0, 0.5, 0.5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"logits": np.zeros((1, 3))}, r"logits must have the shape \(vocabulary,\).*\(1, 3\)"),
        ({"logits": np.zeros(0)}, r"logits must have the shape \(vocabulary,\).*\(0,\)"),
        ({"logits": [0, np.nan, 0]}, "logits must hold neither NaN nor infinity"),
        ({"logits": [0, np.inf, 0]}, "logits must hold neither NaN nor infinity"),
        ({"logits": [-np.inf, -np.inf]}, "leave at least one word that can come"),
        ({"temperature": -0.1}, "temperature must be a number from 0; it was -0.1"),
        ({"temperature": np.nan}, "temperature must be a number from 0; it was nan"),
        ({"temperature": np.inf}, "temperature must be a number from 0; it was inf"),
        ({"top_k": 0}, "top_k must be a whole number and at least 1; it was 0"),
        ({"top_k": 1.5}, "top_k must be a whole number and at least 1; it was 1.5"),
        ({"top_p": 0}, "top_p must be above 0 and at most 1; it was 0"),
        ({"top_p": 1.01}, "top_p must be above 0 and at most 1; it was 1.01"),
        ({"top_p": np.nan}, "top_p must be above 0 and at most 1; it was nan"),
        ({"banned": [0, 1, 2]}, "banned must leave at least one word"),
        ({"banned": [3]}, "banned must be ids from 0 to 2; one was 3"),
        ({"banned": [-1]}, "banned must be ids from 0 to 2; one was -1"),
    ],
)
def test_settings_out_of_their_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        next_word_probabilities(**{"logits": np.zeros(3)} | arguments)


# The loop

VOCABULARY = Vocabulary("the cat sat on a mat".split())


def build(cell):
    """An untrained model whose predictions depend on what it has read."""
    keras.utils.set_random_seed(0)
    model = models.build_language_model(cell, len(VOCABULARY), 6, 8, 2, batch_size=3)
    model.set_weights([4 * w for w in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def model():
    return build("gru")


def model_that_prefers(*words, by=100.0):
    bias = np.zeros(len(VOCABULARY))
    bias[VOCABULARY.encode(words)] = by
    return models.build_language_model(
        "simple", len(VOCABULARY), 4, 4, batch_size=1, output_bias=bias
    )


def generate_by_reading_all_again(model, prompt, max_tokens, temperature, seed):
    """What :func:`generate` does, without a state: each step reads the text from its beginning."""
    banned = (Vocabulary.pad_id, Vocabulary.unk_id, Vocabulary.bos_id)
    rng = np.random.default_rng(seed)
    tokens = list(prompt)
    for _ in range(max_tokens):
        models.reset_state(model)
        text = np.tile([Vocabulary.eos_id, *VOCABULARY.encode(tokens)], (3, 1))
        logits = model(text).numpy()[0, -1].astype(float)
        probabilities = reference(logits, temperature, banned=banned)
        word = int(rng.choice(len(probabilities), p=probabilities))
        if word == Vocabulary.eos_id:
            break
        tokens.append(VOCABULARY.tokens[word])
    return tokens


@pytest.mark.parametrize("prompt", [[], ["a", "cat", "sat"]])
@pytest.mark.parametrize("cell", ["simple", "gru", "lstm"])
def test_carrying_the_state_on_equals_reading_the_whole_text_again(cell, prompt):
    model = build(cell)
    expected = generate_by_reading_all_again(model, prompt, 8, temperature=0.8, seed=1)
    assert len(expected) > len(prompt) + 3, "else there is little to compare"
    assert generate(model, VOCABULARY, prompt, 8, temperature=0.8, seed=1) == expected


@pytest.mark.parametrize("streams", [1, 3])
def test_what_the_model_has_read_before_does_not_matter_and_stays(model, streams):
    model = models.with_batch_size(model, streams)
    before = generate(model, VOCABULARY, max_tokens=8)
    ids = np.tile(VOCABULARY.encode(["mat", "on"]), (streams, 1))
    model(ids)
    after_ids = model(ids).numpy()
    models.reset_state(model)
    model(ids)
    assert generate(model, VOCABULARY, max_tokens=8) == before
    np.testing.assert_array_equal(model(ids), after_ids)


def test_a_model_with_one_stream_writes_the_same_without_a_copy(model, monkeypatch):
    expected = generate(model, VOCABULARY, ["the"], max_tokens=8)
    one_stream = models.with_batch_size(model, 1)
    monkeypatch.setattr(models, "with_batch_size", None)
    assert generate(one_stream, VOCABULARY, ["the"], max_tokens=8) == expected


def test_the_seed_decides_the_text(model):
    texts = [generate(model, VOCABULARY, seed=seed) for seed in (0, 0, 1, 2)]
    assert texts[0] == texts[1]
    assert len(set(map(tuple, texts))) == 3


def test_the_text_begins_with_the_prompt(model):
    text = generate(model, VOCABULARY, ("the", "cat"), max_tokens=5)
    assert text[:2] == ["the", "cat"]


def test_words_are_drawn_with_the_models_probabilities():
    probabilities = np.array([0, 0, 0, 0, 0.4, 0.25, 0.2, 0.1, 0.05, 0])
    bias = np.log(np.maximum(probabilities, 1e-30))
    model = models.build_language_model("simple", 10, 4, 4, batch_size=1, output_bias=bias)
    *others, kernel, _ = model.get_weights()
    model.set_weights([*others, np.zeros_like(kernel), bias])  # whatever it has read
    words = generate(model, VOCABULARY, max_tokens=1000)
    drawn = np.bincount(VOCABULARY.encode(words), minlength=10) / 1000
    assert not drawn[probabilities == 0].any()
    np.testing.assert_allclose(drawn, probabilities, atol=0.05)  # three standard errors


def test_the_text_ends_with_the_sentence():
    ends_at_once = model_that_prefers("</s>")
    assert generate(ends_at_once, VOCABULARY) == []
    assert generate(ends_at_once, VOCABULARY, ["the", "cat"]) == ["the", "cat"]


@pytest.mark.parametrize("temperature", [0, 1])
def test_special_tokens_are_never_drawn_however_probable(temperature):
    model = model_that_prefers("<unk>", "<pad>", "<s>")
    text = generate(model, VOCABULARY, max_tokens=40, temperature=temperature)
    assert text
    assert set(text) <= set(VOCABULARY.tokens[4:])


def test_at_most_max_tokens_are_added():
    model = model_that_prefers("cat")
    assert generate(model, VOCABULARY, max_tokens=1) == ["cat"]
    assert generate(model, VOCABULARY, ["the"], max_tokens=3) == ["the", "cat", "cat", "cat"]
    assert len(generate(model, VOCABULARY)) == 30, "unless told otherwise"


def test_a_prompt_of_unknown_words_is_read_as_unk_and_returned_as_it_is(model):
    unknown = generate(model, VOCABULARY, ["qua", "gnu"], max_tokens=6)
    assert unknown == ["qua", "gnu", *generate(model, VOCABULARY, ["<unk>"] * 2, max_tokens=6)[2:]]


def test_settings_of_the_draw_are_used(model):
    likely = [generate(model, VOCABULARY, top_k=1, seed=seed) for seed in range(3)]
    greedy = generate(model, VOCABULARY, temperature=0)
    assert likely == [greedy] * 3
    assert generate(model, VOCABULARY, top_p=1e-6) == greedy


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prompt": "the cat"}, "prompt must be a sequence of tokens.*'the cat'"),
        ({"prompt": [4, 5]}, "prompt must be a sequence of tokens"),
        ({"prompt": [["the", "cat"]]}, "prompt must be a sequence of tokens"),
        ({"max_tokens": 0}, "max_tokens must be a whole number and at least 1; it was 0"),
        ({"max_tokens": 2.5}, "max_tokens must be a whole number and at least 1; it was 2.5"),
        ({"temperature": -1}, "temperature must be a number from 0; it was -1"),
        ({"top_k": 0}, "top_k must be a whole number and at least 1; it was 0"),
        ({"top_p": 0}, "top_p must be above 0 and at most 1; it was 0"),
        ({"vocabulary": Vocabulary(["cat"])}, "vocabulary must have as many.*10; it had 5"),
    ],
)
def test_arguments_out_of_their_range(model, arguments, message):
    with pytest.raises(ValueError, match=message):
        generate(**{"model": model, "vocabulary": VOCABULARY} | arguments)


def test_the_articles_model_does_not_generate_step_by_step():
    model = models.build_article_model(len(VOCABULARY), 4, 4)
    with pytest.raises(ValueError, match="model must predict at every step"):
        generate(model, VOCABULARY)


def test_weights_that_are_nan_are_noticed(model):
    model = models.with_batch_size(model, 1)
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    with pytest.raises(ValueError, match="logits must hold neither NaN nor infinity"):
        generate(model, VOCABULARY)
