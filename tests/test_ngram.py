"""N-gram models: distributions that sum to 1, worked examples, and NLTK as the referee."""

import subprocess
import sys
import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ngram_texts import HELD_OUT, NORMALISED, TEXT, texts, words
from nltk.lm import MLE, AbsoluteDiscountingInterpolated, Lidstone, StupidBackoff
from nltk.lm import Vocabulary as NLTKVocabulary
from scipy.stats import dirichlet

from lmbook_utils.ngram import SMOOTHINGS, NGramModel
from lmbook_utils.ngram.counting import _sort
from lmbook_utils.ngram.smoothing import modified_discounts
from lmbook_utils.vocabulary import Vocabulary

OTHER = [s.split() for s in ("the cat ran", "a bird sat on the log", "mat", "")]


def fitted(order, smoothing, text=TEXT, vocabulary=None, **settings):
    return NGramModel(order, smoothing, **settings).fit(text, vocabulary, held_out=HELD_OUT)


def with_unknown_probs(model, context):
    return dict(zip(model.vocabulary_.tokens, model.next_word_distribution(context), strict=True))


# ---------------------------------------------------------------------------------------------
# Distributions


@settings(max_examples=150, deadline=None)
@given(
    texts,
    st.sampled_from(NORMALISED),
    st.integers(1, 5),
    st.lists(words, max_size=5),
    st.booleans(),
)
def test_every_distribution_sums_to_1(text, smoothing, order, context, at_start):
    model = fitted(order, smoothing, text)
    distribution = model.next_word_distribution(["<s>"] * at_start + context)
    assert distribution.sum() == pytest.approx(1, abs=1e-5)
    assert (distribution >= 0).all()
    assert distribution[[Vocabulary.pad_id, Vocabulary.bos_id]].tolist() == [0, 0]


@settings(max_examples=100, deadline=None)
@given(texts, st.sampled_from(SMOOTHINGS), st.integers(1, 5), st.lists(words, max_size=6))
def test_a_score_is_the_logarithm_in_the_distribution(text, smoothing, order, sentence):
    model = fitted(order, smoothing, text)
    ids = model.vocabulary_.encode([*sentence, "</s>"])
    with np.errstate(divide="ignore"):
        expected = [
            np.log(model.next_word_distribution(["<s>", *sentence[:t]])[i])
            for t, i in enumerate(ids)
        ]
    np.testing.assert_allclose(model.score([sentence]), expected, rtol=1e-5, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from(NORMALISED), st.integers(1, 4), st.lists(words, min_size=1))
def test_only_relative_frequencies_give_a_probability_of_0(text, smoothing, order, sentence):
    scores = fitted(order, smoothing, text).score([[*sentence, "new"]])
    assert not np.isnan(scores).any()
    assert (scores <= 1e-6).all()
    if smoothing != "mle":
        assert np.isfinite(scores).all()


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_sentences_are_scored_alike_alone_and_together(smoothing):
    model = fitted(3, smoothing)
    alone = np.concatenate([model.score([sentence]) for sentence in OTHER])
    np.testing.assert_array_equal(model.score(OTHER), alone)
    assert len(alone) == sum(map(len, OTHER)) + len(OTHER)
    assert model.log_prob(OTHER[0]) == pytest.approx(alone[: len(OTHER[0]) + 1].sum())


def test_the_perplexity_counts_the_end_of_each_sentence():
    model = fitted(3, "kneser-ney")
    scores = model.score(OTHER)
    assert model.perplexity(OTHER) == pytest.approx(np.exp(-scores.mean()))


# ---------------------------------------------------------------------------------------------
# Worked by hand: "a b", "a b", "a c"

ABC = [["a", "b"], ["a", "b"], ["a", "c"]]


@pytest.mark.equation("eq-mle")
def test_relative_frequencies_by_hand():
    model = NGramModel(2, "mle").fit(ABC)
    assert model.log_prob(["a", "b"]) == pytest.approx(np.log(1 * 2 / 3 * 1))
    assert with_unknown_probs(model, ["a"])["c"] == pytest.approx(1 / 3)


@pytest.mark.equation("eq-add-k")
def test_add_k_by_hand():
    probs = with_unknown_probs(NGramModel(2, "add-k", k=0.5).fit(ABC), ["a"])
    words = 5  # a, b, c, <unk>, </s>
    assert probs["b"] == pytest.approx(2.5 / (3 + 0.5 * words))
    assert probs["</s>"] == probs["<unk>"] == pytest.approx(0.5 / (3 + 0.5 * words))


@pytest.mark.equation("eq-add-k-dirichlet")
@pytest.mark.parametrize("k", [0.01, 0.5, 1, 3])
def test_add_k_is_the_mean_of_what_a_dirichlet_prior_becomes(k):
    model = NGramModel(2, "add-k", k=k).fit(ABC)
    prior = np.full(5, k)  # of a, b, c, <unk>, </s>
    seen = np.array([0, 2, 1, 0, 0])
    found = with_unknown_probs(model, ["a"])
    expected = dirichlet(prior + seen).mean()
    assert [found[w] for w in ("a", "b", "c", "<unk>", "</s>")] == pytest.approx(expected)


@pytest.mark.equation("eq-jelinek-mercer")
def test_jelinek_mercer_by_hand():
    model = NGramModel(2, "jelinek-mercer", weights=[0.9, 0.6]).fit(ABC)
    unigram_b = 0.9 * 2 / 9 + 0.1 / 5
    assert with_unknown_probs(model, ["a"])["b"] == pytest.approx(0.6 * 2 / 3 + 0.4 * unigram_b)
    assert with_unknown_probs(model, ["<unk>"])["b"] == pytest.approx(unigram_b)


@pytest.mark.equation("eq-absolute")
def test_absolute_discounting_by_hand():
    model = NGramModel(2, "absolute", discount=0.5).fit(ABC)
    unigram_b = (2 - 0.5) / 9 + 4 * 0.5 / 9 / 5  # four different words gave 0.5 each
    expected = (2 - 0.5) / 3 + 2 * 0.5 / 3 * unigram_b
    assert with_unknown_probs(model, ["a"])["b"] == pytest.approx(expected)


def test_the_estimated_discount_is_neys():
    model = NGramModel(1, "absolute").fit([["a", "b", "c", "c"], ["d", "d"]])
    discount = 2 / (2 + 2 * 3)  # a and b occur once; c, d and </s> twice
    expected = (1 - discount) / 8 + 5 * discount / 8 / 6
    assert with_unknown_probs(model, [])["a"] == pytest.approx(expected)


@pytest.mark.equation("eq-continuation")
def test_kneser_ney_by_hand():
    model = NGramModel(2, "kneser-ney").fit(ABC)
    ways = {"a": 1, "b": 1, "c": 1, "</s>": 2}  # only </s> follows two different words
    taken = 3 * 0.5 + 1 * 1.0  # no word has three ways: the fallback discounts
    unigram_b = (ways["b"] - 0.5) / 5 + taken / 5 / 5
    assert with_unknown_probs(model, [])["b"] == pytest.approx(unigram_b)
    assert with_unknown_probs(model, [])["</s>"] == pytest.approx((2 - 1.0) / 5 + taken / 5 / 5)
    # Two bigrams occur once, two twice, one three times, none four times.
    y = 2 / (2 + 2 * 2)
    once, twice = 1 - 2 * y * 2 / 2, 2 - 3 * y * 1 / 2
    expected = (2 - twice) / 3 + (once + twice) / 3 * unigram_b
    assert with_unknown_probs(model, ["a"])["b"] == pytest.approx(expected)


@pytest.mark.equation("eq-stupid-backoff")
def test_stupid_backoff_by_hand():
    model = NGramModel(3, "stupid-backoff").fit(ABC)
    assert with_unknown_probs(model, ["<s>", "a"])["b"] == pytest.approx(2 / 3)
    assert with_unknown_probs(model, ["<s>", "a"])["a"] == pytest.approx(0.4 * 0.4 * 3 / 9)
    assert with_unknown_probs(model, ["c", "c"])["b"] == pytest.approx(0.4 * 0.4 * 2 / 9)
    # A word that never came has alpha times the probability that is the same for all five.
    assert with_unknown_probs(model, ["c", "c"])["<unk>"] == pytest.approx(0.4 * 0.4 * 0.4 / 5)


@pytest.mark.equation("eq-modified-discounts")
def test_the_modified_discounts_are_those_of_chen_and_goodman():
    counts = np.repeat([1, 2, 3, 4, 9], [50, 20, 10, 4, 7])
    y = 50 / (50 + 2 * 20)
    expected = (1 - 2 * y * 20 / 50, 2 - 3 * y * 10 / 20, 3 - 4 * y * 4 / 10)
    assert modified_discounts(counts) == pytest.approx(expected)
    counts = np.repeat([1, 2, 3, 4], [6, 3, 4, 1])  # the second one is 2 - 3 * 1/2 * 4/3
    assert modified_discounts(counts) == (0.5, 0.0, 2.5), "a discount of 0 is one"


@pytest.mark.parametrize("counts", [[], [1], [1, 2], [1, 2, 3, 4, 4, 4, 4, 4], [0, 5, 6]])
def test_discounts_that_counts_leave_undefined_or_out_of_range_are_kenlms(counts):
    assert modified_discounts(np.array(counts, int)) == (0.5, 1.0, 1.5)


# ---------------------------------------------------------------------------------------------
# NLTK as the referee. It pads a sentence with several <s>, KenLM and this book with one.


def ngrams_for_nltk(order):
    for sentence in TEXT:
        tokens = ["<s>", *sentence, "</s>"]
        for n in range(1, order + 1):
            for start in range(len(tokens) - n + 1):
                ngram = tuple(tokens[start : start + n])
                if ngram != ("<s>",):
                    yield ngram


class WithoutStart(NLTKVocabulary):
    """NLTK counts <s> among the words that can come; nothing can come before it."""

    def __len__(self):
        return super().__len__() - 1


def nltk_model(kind, order, **settings):
    seen = ["<s>", *(word for sentence in TEXT for word in sentence), "</s>"]
    vocabulary = WithoutStart(seen, unk_label="<unk>")
    model = kind(order=order, vocabulary=vocabulary, **settings)
    model.fit([list(ngrams_for_nltk(order))])
    return model


def contexts(order):
    for sentence in [*TEXT, *OTHER]:
        tokens = ["<s>", *sentence]
        yield from (tokens[:end][-(order - 1) :] for end in range(order - 1, len(tokens) + 1))


def assert_agrees(ours, theirs, order, unseen_contexts=True):
    for context in contexts(order):
        if not unseen_contexts and not theirs.context_counts(theirs.vocab.lookup(context)).N():
            continue
        for word, probability in with_unknown_probs(ours, context).items():
            if word not in ("<pad>", "<s>"):
                assert theirs.score(word, context) == pytest.approx(probability, abs=1e-6), (
                    word,
                    context,
                )


@pytest.mark.equation("eq-mle")
@pytest.mark.parametrize("order", [2, 3])
def test_relative_frequencies_agree_with_nltk(order):
    # NLTK gives 0 to every word after a context that was never seen: no distribution.
    assert_agrees(fitted(order, "mle"), nltk_model(MLE, order), order, unseen_contexts=False)


@pytest.mark.equation("eq-add-k")
@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("k", [1, 0.1])
def test_add_k_agrees_with_nltk(order, k):
    assert_agrees(fitted(order, "add-k", k=k), nltk_model(Lidstone, order, gamma=k), order)


@pytest.mark.equation("eq-stupid-backoff")
@pytest.mark.parametrize("order", [2, 3])
def test_stupid_backoff_agrees_with_nltk(order):
    ours, theirs = fitted(order, "stupid-backoff"), nltk_model(StupidBackoff, order, alpha=0.4)
    for context in contexts(order):
        for word in {w for s in TEXT for w in s}:  # NLTK gives an unknown word the score 0
            expected = with_unknown_probs(ours, context)[word]
            assert theirs.score(word, context) == pytest.approx(expected, abs=1e-6)


@pytest.mark.equation("eq-absolute")
@pytest.mark.parametrize("order", [2, 3])
def test_absolute_discounting_agrees_with_nltk(order):
    ours = fitted(order, "absolute", discount=0.75)
    theirs = nltk_model(AbsoluteDiscountingInterpolated, order, discount=0.75)
    unigrams = with_unknown_probs(ours, [])  # NLTK's are not discounted
    theirs.estimator.unigram_score = unigrams.__getitem__
    assert_agrees(ours, theirs, order)


# ---------------------------------------------------------------------------------------------
# Vocabulary, generation, sizes


def test_words_outside_a_given_vocabulary_are_counted_as_unknown():
    model = fitted(2, "mle", vocabulary=Vocabulary(["the", "cat"]))
    same = fitted(2, "mle", [[w if w in ("the", "cat") else "<unk>" for w in s] for s in TEXT])
    assert model.perplexity(TEXT) == pytest.approx(same.perplexity(TEXT))
    assert len(model.vocabulary_) == 6


def test_the_first_word_is_drawn_from_the_beginnings_of_sentences():
    model = NGramModel(2, "mle").fit(TEXT)
    firsts = {model.generate(max_tokens=1, seed=seed)[0] for seed in range(60)}
    assert firsts == {"the", "a", "on"}


def test_generated_bigrams_are_bigrams_of_the_text():
    model = NGramModel(2, "mle").fit(TEXT)
    seen = {pair for s in TEXT for pair in pairwise(["<s>", *s, "</s>"])}
    for seed in range(30):
        sentence = model.generate(max_tokens=100, seed=seed)
        assert set(pairwise(["<s>", *sentence, "</s>"])) <= seen


def test_a_prompt_is_continued_and_a_seed_repeats_a_sentence():
    model = fitted(3, "kneser-ney")
    sentence = model.generate(["the", "bird"], max_tokens=5, seed=3)
    assert sentence[:2] == ["the", "bird"]
    assert len(sentence) <= 7
    assert sentence == model.generate(["the", "bird"], max_tokens=5, seed=3)
    assert model.generate(["the"], max_tokens=0) == ["the"]


@pytest.mark.parametrize("seed", range(20))
def test_unknown_is_never_drawn(seed):
    model = fitted(2, "add-k", [["a", "<unk>", "<unk>"]] * 5)
    assert "<unk>" not in model.generate(seed=seed)


def test_unknown_is_drawn_where_nothing_else_can_come():
    model = NGramModel(2, "mle").fit([["a", "<unk>"]])
    assert model.generate() == ["a", "<unk>"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prompt": "the"}, "prompt must hold lists of tokens"),
        ({"prompt": ["<s>", "the"]}, "prompt must not hold the token '<s>'"),
        ({"max_tokens": -1}, "max_tokens must be a whole number"),
    ],
)
def test_wrong_arguments_of_generation_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        fitted(2, "mle").generate(**arguments)


def test_the_sizes_count_the_different_ngrams():
    model = NGramModel(3, "mle").fit(ABC)
    assert model.sizes == (6, 5, 4)  # a, b, c, <unk>, <s>, </s>; <s> a, a b, a c, b </s>, c </s>
    assert model.nbytes == (7 + 5 + 4) * (8 + 4 + 4)


# ---------------------------------------------------------------------------------------------
# Odd texts


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
@pytest.mark.parametrize(
    "text", [[["a"]], [["a"], []], [["a"] * 50], [["a", "b"]] * 200, [["<unk>", "a"]]]
)
def test_odd_texts_give_models_that_score(smoothing, text):
    model = fitted(4, smoothing, text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert model.perplexity([*text, [], ["new"]]) > 0
    assert not np.isnan(model.score([["new", "a"], []])).any()


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_an_order_above_the_longest_sentence_changes_nothing(smoothing):
    weights = {"weights": [0.5] * 3} if smoothing == "jelinek-mercer" else {}
    more = {"weights": [0.5] * 9} if weights else {}
    text = [["a", "b"], ["b"]]
    three = fitted(4 if smoothing == "add-k" else 3, smoothing, text, **weights)
    nine = fitted(9, smoothing, text, **more)
    assert nine.sizes[4:] == (0,) * 5
    assert np.isfinite(nine.score(text)).all()
    if smoothing in ("mle", "absolute", "stupid-backoff"):
        assert nine.sizes[3] == 1
        assert len(three.tables_) == 3


def test_a_word_of_probability_0_is_said_out_loud():
    model = NGramModel(2, "mle").fit(ABC)
    with pytest.warns(RuntimeWarning, match="2 of 3 tokens have probability 0"):
        assert model.perplexity([["a", "a"]]) == np.inf


# ---------------------------------------------------------------------------------------------
# Wrong arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"order": 0}, "order must be a whole number"),
        ({"order": 2.5}, "order must be a whole number"),
        ({"smoothing": "magic"}, "smoothing must be one of mle"),
        ({"k": 0}, "k must be a number above 0"),
        ({"k": float("nan")}, "k must be a number above 0"),
        ({"discount": 1.5}, "discount must be from 0 to 1"),
        ({"alpha": 0}, "alpha must be above 0"),
        ({"order": 2, "weights": [0.5]}, "weights must be 2 numbers"),
        ({"order": 1, "weights": [2]}, "weights must be 1 numbers"),
    ],
)
def test_wrong_settings_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        NGramModel(**arguments)


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        ("a text", "sentences must be a list of tokenised sentences; it was str"),
        (["a text"], "sentence 0 was str"),
        (3, "it was int"),
        ([["a"], [1]], "sentence 1 has 1"),
        ([["a", None]], "sentence 0 has None"),
        ([["a"], ["b", "<s>"]], "'<s>'.*sentence 1"),
        ([["a", "</s>"]], "'</s>'"),
        ([["<pad>"]], "'<pad>'"),
    ],
)
@pytest.mark.parametrize("method", ["fit", "score", "perplexity"])
def test_wrong_sentences_are_named(sentences, message, method):
    model = fitted(2, "kneser-ney")
    with pytest.raises(ValueError, match=message):
        getattr(model, method)(sentences)


def test_no_text_at_all_is_refused():
    for empty in ([], [[]], [["<unk>"]]):
        with pytest.raises(ValueError, match="at least one word"):
            NGramModel().fit(empty)
    with pytest.raises(ValueError, match="at least one sentence"):
        NGramModel().fit([], vocabulary=Vocabulary(["a"]))
    with pytest.raises(ValueError, match="at least one sentence"):
        fitted(2, "mle").perplexity([])
    assert len(fitted(2, "mle").score([])) == 0


def test_jelinek_mercer_needs_other_text():
    with pytest.raises(ValueError, match="held_out must be given"):
        NGramModel(2, "jelinek-mercer").fit(TEXT)
    with pytest.raises(ValueError, match="held_out must hold"):
        NGramModel(2, "jelinek-mercer").fit(TEXT, held_out=[])


def test_a_text_need_not_be_a_list():
    lazily = NGramModel(3).fit(tuple(sentence) for sentence in TEXT * 2000)
    at_once = NGramModel(3).fit(TEXT * 2000)
    assert lazily.vocabulary_ == at_once.vocabulary_ == Vocabulary.from_sentences(TEXT)
    assert lazily.perplexity(iter(OTHER)) == at_once.perplexity(OTHER)


def test_a_wrong_sentence_far_into_the_text_is_found():
    with pytest.raises(ValueError, match="sentence 12000 has 3"):
        NGramModel(2).fit([*TEXT * 2000, ["a", 3]])


@pytest.mark.parametrize("context", ["the", [1], ["a", "<s>"], ["</s>"], ["<s>", "<s>"]])
def test_a_wrong_context_is_named(context):
    with pytest.raises(ValueError, match="context must"):
        fitted(2, "mle").next_word_distribution(context)


def test_a_model_that_has_read_nothing_says_so():
    for ask in (
        lambda m: m.score([["a"]]),
        lambda m: m.next_word_distribution(),
        lambda m: m.sizes,
        lambda m: m.nbytes,
        lambda m: m.prune(1e-8),
        lambda m: m.write_arpa("x"),
    ):
        with pytest.raises(ValueError, match="call fit or read_arpa first"):
            ask(NGramModel())


def test_a_model_is_trained_and_judged_without_loading_scipy():
    code = (
        "import sys; from lmbook_utils.ngram import NGramModel; "
        "NGramModel(2).fit([['a', 'b']]).perplexity([['b']]); sys.exit('scipy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---------------------------------------------------------------------------------------------
# Large texts, in small


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
def test_a_model_made_a_few_ngrams_at_a_time_is_the_same(monkeypatch, smoothing):
    model = fitted(3, smoothing)
    monkeypatch.setattr("lmbook_utils.ngram.smoothing._AT_ONCE", 2)
    for table, again in zip(model.tables_, fitted(3, smoothing).tables_, strict=True):
        np.testing.assert_array_equal(again.keys, table.keys)
        np.testing.assert_allclose(again.log_probs, table.log_probs, rtol=1e-6)
        np.testing.assert_allclose(again.log_backoffs, table.log_backoffs, rtol=1e-6)


@pytest.mark.parametrize("largest", [9, 2**62], ids=["packed", "too large to be packed"])
def test_keys_are_sorted_with_their_places(largest):
    keys, places = _sort(np.array([largest, 5, largest, 1]), np.arange(4, dtype=np.int32))
    assert keys.tolist() == [1, 5, largest, largest]
    assert places.tolist() == [3, 1, 0, 2]
