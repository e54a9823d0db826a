"""Sentiment analysis: naive Bayes is two language models; what is judged, and how."""

import math

import keras
import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import precision_recall_fscore_support
from sklearn.naive_bayes import MultinomialNB

from lmbook_utils import datasets, models
from lmbook_utils.datasets.reviews import MovieReviews
from lmbook_utils.tasks.sentiment import classical, data, judging, networks
from lmbook_utils.tasks.sentiment.words import known_words, review_words, verdict
from lmbook_utils.vocabulary import EOS, UNK, Vocabulary

REVIEWS = [
    ["a", "good", "film"],
    ["good", "good", "fun"],
    ["a", "bad", "film"],
    ["so", "bad"],
    ["dull", ",", "bad", "and", "long"],
]
LABELS = [1, 1, 0, 0, 0]

# ---------------------------------------------------------------------------------------------
# Words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It isn't bad. Really!", ["it", "isn't", "bad", ".", "really", "!"]),
        ("8/10 (o'clock)", ["8", "/", "10", "(", "o'clock", ")"]),
        ("''quoted'' it’s", ["'", "'", "quoted", "'", "'", "it’s"]),
        ("snake_case", ["snake", "_", "case"]),
        ("无聊的电影。", ["无聊的电影", "。"]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_a_review_is_split_into_words_and_punctuation(text, words):
    assert review_words(text) == words


def test_splitting_again_what_was_split_changes_nothing():
    words = review_words("It isn't 8/10 -- it's \"so-so\", café_au_lait…")
    assert review_words(" ".join(words)) == words


def test_punctuation_and_unknown_words_are_not_known_words():
    vocabulary = Vocabulary(["good", ".", "a"])
    assert known_words(["a", "good", "good", "film", "."], vocabulary) == 3


@pytest.mark.parametrize("text", ["", "  ", "无聊的电影。", "..."])
def test_without_a_known_word_there_is_no_answer(text):
    vocabulary = Vocabulary(["good", "."])
    assert verdict(review_words(text), 5.0, vocabulary) == "no answer: no known word"


def test_a_known_word_gets_an_answer():
    vocabulary = Vocabulary(["good", "."])
    assert verdict(["good"], 0.1, vocabulary) == "positive"
    assert verdict(["good"], -0.1, vocabulary) == "negative"


# ---------------------------------------------------------------------------------------------
# Data


@pytest.fixture
def movie_reviews(monkeypatch):
    """Six made-up reviews in place of the real ones."""
    reviews = MovieReviews(
        ("Good.", "Bad!", "So good", "So bad", "Fine", "Poor"),
        (1, 0, 1, 0, 1, 0),
        ("imdb", "imdb", "rotten tomatoes", "imdb", "rotten tomatoes", "imdb"),
        {"train": [0, 2, 3], "validation": [4], "test": [1, 5]},
    )
    monkeypatch.setattr(datasets, "load_movie_reviews", lambda: reviews)


def test_the_reviews_of_one_source_keep_their_part_and_label(movie_reviews):
    parts = data.load_reviews("imdb")
    assert parts["train"].texts == ("Good.", "So bad")
    assert parts["train"].words == (("good", "."), ("so", "bad"))
    assert parts["train"].labels.tolist() == [1, 0]
    assert parts["test"].texts == ("Bad!", "Poor")
    assert parts["validation"].texts == ()


def test_an_unknown_source_is_refused():
    with pytest.raises(ValueError, match="source must be one of imdb, rotten tomatoes; it was 'x'"):
        data.load_reviews("x")


def numbered_reviews(n):
    words = tuple((str(i),) for i in range(n))
    return data.Reviews(tuple(map(str, range(n))), words, np.arange(n) % 2)


def test_a_draw_takes_each_review_once_with_its_words_and_its_label():
    drawn = data.draw(numbered_reviews(50), 20, seed=3)
    assert len(set(drawn.texts)) == 20
    for text, words, label in zip(*drawn, strict=True):
        assert words == (text,)
        assert label == int(text) % 2


def test_a_small_draw_is_part_of_a_large_one_and_another_seed_draws_others():
    reviews = numbered_reviews(50)
    assert data.draw(reviews, 30, 3).texts[:10] == data.draw(reviews, 10, 3).texts
    assert data.draw(reviews, 10, 3).texts != data.draw(reviews, 10, 4).texts


def test_one_cannot_draw_more_reviews_than_there_are():
    with pytest.raises(ValueError, match="size must be at most 4, the number of reviews; it was 5"):
        data.draw(numbered_reviews(4), 5, seed=0)


def test_runs_of_words_that_two_texts_share_are_found():
    train = [["the", "end", "of", "it", "all"], ["x"]]
    test = [["end", "of", "it"], ["of", "it", "end"], ["it", "all"], []]
    assert data.shared_runs(train, test, 3) == [0]
    assert data.shared_runs(train, test, 2) == [0, 1, 2]
    assert data.shared_runs(train, test, 6) == []


@pytest.mark.network
def test_no_test_review_is_in_the_training_part_of_either_source():
    def letters(part):
        texts = reviews.part(part)[0]
        return {"".join(filter(str.isalnum, text.lower())) for text in texts}

    reviews = datasets.load_movie_reviews()
    assert {reviews.sources[i] for i in reviews.split["test"]} == set(data.SOURCES)
    assert len(letters("test")) > 3000
    assert letters("test") & letters("train") == set()


# ---------------------------------------------------------------------------------------------
# Naive Bayes and logistic regression


@pytest.mark.equation("eq-sentiment-bayes")
def test_naive_bayes_by_hand():
    classifier = classical.NaiveBayes().fit([["good"], ["bad", "bad"]], [1, 0])
    # Four words can come: good, bad, an unknown one and the end. Positive: 2 tokens of which one is
    # "good"; negative: 3 tokens, none of them.
    good = math.log((2 / 6) / (1 / 7))
    end = math.log((2 / 6) / (2 / 7))
    assert classifier.log_odds([["good"], []]) == pytest.approx([good + end, end])


@pytest.mark.equation("eq-sentiment-bayes")
@pytest.mark.parametrize("k", [1.0, 0.1])
def test_two_unigram_models_are_scikit_learns_multinomial_naive_bayes(k):
    rng = np.random.default_rng(0)
    words = np.array([f"w{i}" for i in range(30)])
    reviews = [list(rng.choice(words, rng.integers(1, 9))) for _ in range(40)]
    labels = np.arange(40) % 3 == 0
    ours = classical.NaiveBayes(k=k).fit(reviews[:30], labels[:30].astype(int))

    columns = CountVectorizer(
        analyzer=lambda review: [*(w if w in ours.vocabulary_ else UNK for w in review), EOS],
        vocabulary=[*ours.vocabulary_.tokens[4:], UNK, EOS],
    )
    theirs = MultinomialNB(alpha=k).fit(columns.transform(reviews[:30]), labels[:30])
    joint = theirs.predict_joint_log_proba(columns.transform(reviews[30:]))
    # The n-gram model keeps its logarithms in single precision.
    assert ours.log_odds(reviews[30:]) == pytest.approx(joint[:, 1] - joint[:, 0], abs=1e-5)


def test_a_bigram_model_hears_a_negation():
    reviews = [["not", "bad", "at", "all"], ["good"], ["bad"], ["not", "good", "at", "all"]] * 5
    labels = [1, 1, 0, 0] * 5
    test = [["not", "bad"], ["not", "good"]]
    unigram = classical.NaiveBayes().fit(reviews, labels).log_odds(test)
    bigram = classical.NaiveBayes(2, "kneser-ney").fit(reviews, labels).log_odds(test)
    assert unigram[0] == pytest.approx(0)
    assert unigram[1] == pytest.approx(0)
    assert bigram[0] > 0.3
    assert bigram[1] < -0.3


def test_a_words_log_odds_are_what_it_adds_to_a_review():
    classifier = classical.NaiveBayes().fit(REVIEWS, LABELS)
    added = np.diff(classifier.log_odds([["a"], ["a", "bad"]]))
    word = classifier.vocabulary_.ids["bad"]
    assert classifier.word_log_odds()[word] == pytest.approx(added[0])
    assert added[0] < 0
    assert classifier.word_log_odds()[[Vocabulary.pad_id, Vocabulary.bos_id]].tolist() == [0, 0]


@pytest.mark.parametrize("order", [1, 2])
def test_an_empty_review_and_one_of_unknown_words_have_finite_log_odds(order):
    smoothing = "add-k" if order == 1 else "kneser-ney"
    classifier = classical.NaiveBayes(order, smoothing).fit(REVIEWS, LABELS)
    assert np.isfinite(classifier.log_odds([[], ["无聊的电影"], ["zyx"] * 50])).all()


def test_labels_are_checked():
    with pytest.raises(ValueError, match=r"both among them; they had the values \[1\]"):
        classical.NaiveBayes().fit(REVIEWS, [1] * 5)
    with pytest.raises(ValueError, match=r"they had the values \[0, 1, 2\]"):
        classical.prior_log_odds([0, 1, 2])
    with pytest.raises(ValueError, match="one for each of the 5 reviews; there were 2"):
        classical.NaiveBayes().fit(REVIEWS, [1, 0])


def test_the_majority_baseline_is_the_log_odds_of_the_labels():
    assert classical.prior_log_odds([1, 1, 1, 0]) == pytest.approx(math.log(3))
    assert classical.prior_log_odds([1, 0]) == 0


def test_logistic_regression_sees_pairs_of_words():
    reviews = [["not", "bad"], ["bad"], ["not", "good"], ["good"]] * 5
    classifier = classical.build_tfidf_classifier(C=1000).fit(reviews, [1, 0, 0, 1] * 5)
    log_odds = classifier.decision_function([["not", "bad"], ["not", "good"], []])
    assert (np.sign(log_odds[:2]) == [1, -1]).all()
    assert np.isfinite(log_odds[2])


# ---------------------------------------------------------------------------------------------
# Judging


def test_precision_recall_and_macro_f1_are_scikit_learns():
    rng = np.random.default_rng(1)
    labels, log_odds = rng.integers(0, 2, 300), rng.normal(0.5, 1, 300)
    guesses = log_odds >= 0
    result = judging.judge(labels, log_odds)
    precision, recall, _, _ = precision_recall_fscore_support(labels, guesses, average="binary")
    macro = precision_recall_fscore_support(labels, guesses, average="macro")[2]
    assert result.accuracy == pytest.approx((labels == guesses).mean())
    assert (result.precision, result.recall) == pytest.approx((precision, recall))
    assert result.macro_f1 == pytest.approx(macro)
    assert result.interval.low < result.accuracy < result.interval.high


def test_a_classifier_that_is_sure_and_right_in_half_of_the_cases_is_badly_calibrated():
    labels = np.array([1, 0] * 50)
    sure = judging.judge(labels, np.full(100, 20.0))
    honest = judging.judge(labels, np.zeros(100))
    assert sure.calibration_error == pytest.approx(0.5)
    assert sure.cross_entropy == pytest.approx(10)
    assert honest.calibration_error == pytest.approx(0)
    assert honest.cross_entropy == pytest.approx(math.log(2))


def test_extreme_log_odds_do_not_overflow():
    with np.errstate(over="raise", invalid="raise"):
        assert judging.positive_probability(np.array([-1e4, 1e4])).tolist() == [0, 1]
        assert judging.judge([1, 0], np.array([-1e4, -1e4])).cross_entropy == 5000


def test_the_test_of_two_classifiers_counts_the_reviews_that_only_one_has_right():
    labels = np.array([0] + [1] * 39)
    one = np.where(np.arange(40) < 38, 1.0, -1.0)
    other = np.where(np.arange(40) < 20, 1.0, -1.0)
    assert judging.same_accuracy_test(labels, one, one) == 1
    assert judging.same_accuracy_test(labels, one, other) < 0.001


def test_a_temperature_repairs_the_calibration_and_keeps_the_accuracy():
    rng = np.random.default_rng(0)
    honest = rng.normal(0, 1, 4000)
    labels = (rng.random(4000) < judging.positive_probability(honest)).astype(int)
    temperature = judging.fit_temperature(labels, 5 * honest)
    assert temperature == pytest.approx(5, rel=0.1)
    before, after = (judging.judge(labels, 5 * honest / t) for t in (1, temperature))
    assert after.accuracy == before.accuracy
    assert after.calibration_error < 0.04 < 0.15 < before.calibration_error


@pytest.mark.parametrize(
    ("log_odds", "message"),
    [
        ([0.0, 1.0, 2.0], r"log_odds must be one for each of the 2 labels; .* \(3,\)"),
        ([0.0, np.nan], "log_odds must be finite numbers"),
    ],
)
def test_log_odds_are_checked(log_odds, message):
    with pytest.raises(ValueError, match=message):
        judging.judge([1, 0], np.array(log_odds))


# ---------------------------------------------------------------------------------------------
# Networks


@pytest.fixture
def vocabulary():
    return Vocabulary.from_sentences(REVIEWS)


@pytest.fixture
def classifier(vocabulary):
    keras.utils.set_random_seed(0)
    return networks.build_recurrent_classifier(len(vocabulary), 8, 8, dropout=0.0)


@pytest.mark.equation("eq-sentiment-pooling")
def test_the_logit_is_that_of_the_mean_hidden_state(classifier, vocabulary):
    ids, mask = networks.padded_reviews([["a", "good", "film"]], vocabulary)
    hidden = ids
    for name in ("embedding", "lstm_1"):
        hidden = classifier.get_layer(name)(hidden)
    kernel, bias = classifier.get_layer("logit").get_weights()
    expected = np.asarray(hidden)[0].mean(axis=0) @ kernel + bias
    assert np.asarray(classifier([ids, mask]))[0] == pytest.approx(expected, abs=1e-6)


def test_padding_changes_nothing(classifier, vocabulary):
    alone = networks.log_odds(classifier, networks.padded_reviews(REVIEWS[:1], vocabulary))
    together = networks.log_odds(classifier, networks.padded_reviews(REVIEWS, vocabulary))
    assert together[0] == pytest.approx(alone[0], abs=1e-6)


def test_the_order_of_the_reviews_does_not_matter(classifier, vocabulary):
    ids, mask = networks.padded_reviews(REVIEWS, vocabulary)
    forwards = networks.log_odds(classifier, (ids, mask))
    backwards = networks.log_odds(classifier, (ids[::-1], mask[::-1]), batch_size=2)
    assert backwards[::-1] == pytest.approx(forwards, abs=1e-6)


def test_a_long_review_loses_its_end_and_an_empty_one_has_an_end_of_sentence(vocabulary):
    ids, mask = networks.padded_reviews([["good"] * 9, [], ["无聊"]], vocabulary, max_words=3)
    good = vocabulary.ids["good"]
    assert ids.tolist() == [[3, good, good, good], [3, 0, 0, 0], [3, Vocabulary.unk_id, 0, 0]]
    assert mask.sum(axis=1).tolist() == [4, 1, 2]


def test_a_classifier_learns(classifier, vocabulary):
    reviews = networks.padded_reviews(REVIEWS, vocabulary)
    losses = networks.train(classifier, reviews, LABELS, 60, learning_rate=0.03, batch_size=3)
    assert len(losses) == 60
    assert np.mean(losses[-5:]) < 0.1 < 0.5 < np.mean(losses[:3])
    assert judging.is_right(LABELS, networks.log_odds(classifier, reviews)).all()


def test_a_training_repeats_itself(vocabulary):
    reviews, weights = networks.padded_reviews(REVIEWS, vocabulary), []
    for _ in range(2):
        keras.utils.set_random_seed(5)
        model = networks.build_recurrent_classifier(len(vocabulary), 4, 4)
        networks.train(model, reviews, LABELS, 4, learning_rate=0.01, batch_size=2)
        weights.append(model.get_layer("logit").get_weights()[0])
    assert np.array_equal(*weights)


def test_each_pass_trains_on_every_review_once():
    lengths = np.random.default_rng(0).integers(1, 30, 503)
    orders = networks._orders(lengths, 8, np.random.default_rng(0))
    for _ in range(2):
        one_pass = [next(orders) for _ in range(63)]
        assert sorted(np.concatenate(one_pass)) == list(range(503))


def test_a_language_models_weights_are_taken_over(classifier, vocabulary):
    language_model = models.build_language_model("lstm", len(vocabulary), 8, 8)
    networks.take_over(language_model, classifier)
    for name in ("embedding", "lstm_1"):
        pairs = zip(
            language_model.get_layer(name).get_weights(),
            classifier.get_layer(name).get_weights(),
            strict=True,
        )
        assert all(np.array_equal(old, new) for old, new in pairs)


def test_a_classifier_of_another_size_is_refused_and_left_as_it_was(classifier, vocabulary):
    before = classifier.get_weights()
    language_model = models.build_language_model("lstm", len(vocabulary), 8, 9)
    with pytest.raises(ValueError, match="the weights of lstm_1 had the shapes"):
        networks.take_over(language_model, classifier)
    assert all(map(np.array_equal, before, classifier.get_weights()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": [1, 0]}, "one for each of the 5 reviews; there were 2"),
        ({"updates": 0}, "updates must be a whole number and at least 1; it was 0"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"learning_rate": 0.0}, "learning_rate must be a finite number above 0"),
    ],
)
def test_what_cannot_be_trained_is_refused(classifier, vocabulary, change, message):
    arguments = {"labels": LABELS, "updates": 1, "learning_rate": 0.1} | change
    reviews = networks.padded_reviews(REVIEWS, vocabulary)
    with pytest.raises(ValueError, match=message):
        networks.train(classifier, reviews, **arguments)
