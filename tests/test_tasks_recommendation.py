"""Recommendation: sessions and their split by time, the recommenders, their losses and judges."""

from collections import Counter
from itertools import pairwise

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import label_ranking_average_precision_score, top_k_accuracy_score
from sklearn.metrics.pairwise import cosine_similarity

from lmbook_utils import datasets, models, reproducibility, training
from lmbook_utils.datasets.movielens import MovieLens
from lmbook_utils.ngram import NGramModel
from lmbook_utils.tasks import recommendation as rec
from lmbook_utils.vocabulary import Vocabulary

FILMS = ("a", "b", "c", "d", "e")
VOCABULARY = Vocabulary(FILMS)
V = len(VOCABULARY)


class Fixed:
    """Scores the films of VOCABULARY in the same way after each film, whatever it is."""

    vocabulary = VOCABULARY

    def __init__(self, **scores):
        self.row = np.full(V, 99.0)  # special tokens would win
        for film in FILMS:
            self.row[VOCABULARY.ids[film]] = scores.get(film, 0)

    def next_scores(self, films):
        return np.tile(self.row, (len(films) + 1, 1))


def session(*films, user=7, start=0):
    return rec.Session(user, films, start, start + 60)


def ratings(*rows):
    """Rows of user, film and time."""
    users, films, times = (np.array(column) for column in zip(*rows, strict=True))
    return MovieLens(users, films, np.full(len(rows), 4.0), times, {}, {})


# ---------------------------------------------------------------------------------------------
# The split


def test_older_events_come_into_earlier_parts():
    times = np.array([50, 10, 40, 20, 30, 60, 70, 80])
    parts = rec.split_by_time(times, {"train": 0.5, "validation": 0.25, "test": 0.25})
    assert {name: sorted(times[i].tolist()) for name, i in parts.items()} == {
        "train": [10, 20, 30, 40],
        "validation": [50, 60],
        "test": [70, 80],
    }


def test_events_of_one_second_are_never_divided():
    times = np.array([1, 5, 5, 5, 5, 9])
    parts = rec.split_by_time(times, {"train": 0.5, "test": 0.5})
    assert [times[i].tolist() for i in parts.values()] == [[1], [5, 5, 5, 5, 9]]


@pytest.mark.parametrize(
    ("fractions", "message"),
    [
        ({"train": 0.5, "test": 0.4}, "fractions must be positive and sum to 1"),
        ({"train": 1.5, "test": -0.5}, "fractions must be positive and sum to 1"),
        ({}, "fractions must be positive and sum to 1"),
        ({"train": 0.999, "test": 0.001}, "fractions leaves no event for 'test'"),
        ({"train": 0.001, "test": 0.999}, "fractions leaves no event for 'train'"),
    ],
)
def test_a_split_that_cannot_be_made_is_refused(fractions, message):
    with pytest.raises(ValueError, match=message):
        rec.split_by_time(np.arange(10), fractions)


def test_a_split_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"times must have the shape \(events,\), at least one"):
        rec.split_by_time(np.array([]), {"train": 0.5, "test": 0.5})


# ---------------------------------------------------------------------------------------------
# Sessions


def test_a_pause_or_another_user_begins_a_new_session():
    table = ratings((7, 3, 0), (8, 4, 10), (7, 1, 3600), (7, 2, 7201), (7, 9, 7202))
    assert rec.make_sessions(table) == [
        rec.Session(7, ("3", "1"), 0, 3600),
        rec.Session(7, ("2", "9"), 7201, 7202),
        rec.Session(8, ("4",), 10, 10),
    ]
    assert len(rec.make_sessions(table, gap=10_000)) == 2


def test_only_the_chosen_ratings_are_in_the_sessions():
    table = ratings((7, 3, 0), (7, 1, 10), (7, 2, 20))
    assert rec.sentences(rec.make_sessions(table, [2, 0])) == [["3", "2"]]
    assert rec.make_sessions(table, []) == []


MANY = ratings(*((7, film, second) for second in (0, 5) for film in range(20)))


def test_ratings_of_one_second_are_put_at_random_and_the_others_by_time():
    (by_lot,) = rec.make_sessions(MANY, seed=0)
    first, second = by_lot.films[:20], by_lot.films[20:]
    in_file = [str(film) for film in range(20)]
    assert sorted(first, key=int) == sorted(second, key=int) == in_file
    assert list(first) != in_file
    assert rec.make_sessions(MANY, seed=0) == [by_lot]
    assert rec.make_sessions(MANY, seed=1) != [by_lot]


def test_in_the_order_of_the_file_ratings_of_one_second_go_by_the_films_number():
    backwards = ratings(*((7, film, 0) for film in (1, 2, 3)), *((7, film, 5) for film in (4, 5)))
    assert rec.make_sessions(backwards, order="file")[0].films == ("1", "2", "3", "4", "5")


def test_shuffled_sessions_hold_the_same_films_in_an_order_that_has_nothing_of_time():
    distinct = ratings(*((user, film, film) for user in (7, 8) for film in range(50)))
    in_time, shuffled = (rec.make_sessions(distinct, order=order) for order in ("time", "shuffled"))
    assert in_time[0].films == tuple(map(str, range(50)))
    for one, other in zip(in_time, shuffled, strict=True):
        assert one.films != other.films
        assert sorted(one.films) == sorted(other.films)
        assert (one.user, one.start, one.end) == (other.user, other.start, other.end)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gap": 0}, "gap must be a finite number above 0"),
        ({"order": "alphabet"}, "order must be one of time, file, shuffled; it was 'alphabet'"),
        ({"seed": -1}, "seed must be a whole number and at least 0"),
    ],
)
def test_sessions_that_cannot_be_made_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        rec.make_sessions(MANY, **arguments)


def test_a_session_that_goes_on_beyond_a_cut_is_cut_in_two():
    table = ratings(*((7, film, film) for film in range(20)))
    parts = rec.split_sessions(table)
    assert [len(part) for part in parts.values()] == [1, 1, 1]
    assert [session.films[0] for (session,) in parts.values()] == ["0", "15", "17"]


# ---------------------------------------------------------------------------------------------
# No look into the future


@pytest.fixture(scope="module")
def movielens():
    try:
        return datasets.load_movielens()
    except ConnectionError as error:
        pytest.skip(f"needs the network: {error}")


@pytest.mark.network
@pytest.mark.parametrize("order", ["time", "file", "shuffled"])
def test_all_that_is_trained_on_is_older_than_all_that_is_judged(movielens, order):
    parts = rec.split_sessions(movielens, order)
    assert list(parts) == ["train", "validation", "test"]
    for earlier, later in pairwise(parts.values()):
        assert max(session.end for session in earlier) < min(session.start for session in later)


@pytest.mark.network
def test_every_rating_is_in_exactly_one_session_of_one_part(movielens):
    parts = rec.split_sessions(movielens)
    pairs = [(s.user, film) for part in parts.values() for s in part for film in s.films]
    assert len(pairs) == len(set(pairs)) == len(movielens)
    sizes = {name: sum(len(s.films) for s in part) for name, part in parts.items()}
    assert sizes == {"train": 75_003, "validation": 10_000, "test": 15_001}


@pytest.mark.network
def test_the_films_that_a_model_knows_are_those_of_its_training_sessions(movielens):
    parts = rec.split_sessions(movielens)
    vocabulary = Vocabulary.from_sentences(rec.sentences(parts["train"]), min_count=2)
    last = max(session.end for session in parts["train"])
    known_then = set(map(str, movielens.films[movielens.times <= last].tolist()))
    assert set(vocabulary.tokens[4:]) <= known_then


def test_a_step_is_judged_without_the_films_that_come_later():
    """The scores that a recommender gives after a film must not depend on the films after it."""
    trained = sessions_of_letters()
    for recommender in all_recommenders(trained):
        whole = recommender.next_scores(["a", "c", "e", "b"])
        for end in range(4):
            part = recommender.next_scores(["a", "c", "e", "b"][:end])
            np.testing.assert_allclose(part, whole[: end + 1], rtol=1e-4, atol=1e-5)


# ---------------------------------------------------------------------------------------------
# Judging


@pytest.mark.equation("eq-recall-mrr")
def test_recall_and_mrr_of_a_list_that_is_known():
    # The list is always a b c d e, without the films that have come.
    fixed = Fixed(a=5, b=4, c=3, d=2, e=1)
    outcomes = rec.judge(fixed, [session("a", "c", "b"), session("e", user=8)])
    assert outcomes.users.tolist() == [7, 7, 7, 8]
    assert outcomes.ranks.tolist() == [0, 1, 0, 4]
    assert outcomes.hits(1).mean() == 0.5
    assert outcomes.hits(2).mean() == 0.75
    assert outcomes.reciprocal_ranks(2).mean() == pytest.approx((1 + 1 / 2 + 1 + 0) / 4)
    assert outcomes.reciprocal_ranks(5).mean() == pytest.approx((1 + 1 / 2 + 1 + 1 / 5) / 4)


def test_the_measures_agree_with_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    vocabulary = Vocabulary([f"f{i}" for i in range(30)])
    tables = {f"f{i}": rng.normal(size=(2, 34)) for i in range(30)}

    class Random:
        def next_scores(self, films):
            return tables[films[0]]

    recommender = Random()
    recommender.vocabulary = vocabulary
    sessions = [session(film, user=number) for number, film in enumerate(tables)]
    outcomes = rec.judge(recommender, sessions)
    scores = np.stack([tables[film][0, 4:] for film in tables])
    for k in (1, 5, 20):
        expected = top_k_accuracy_score(range(30), scores, k=k)
        assert outcomes.hits(k).mean() == pytest.approx(expected)
    whole = label_ranking_average_precision_score(np.eye(30), scores)
    assert outcomes.reciprocal_ranks(30).mean() == pytest.approx(whole)


def test_films_of_the_same_score_are_in_the_order_of_popularity():
    same = Fixed()
    outcomes = rec.judge(same, [session("e"), session("c"), session("a")], list_length=2)
    assert outcomes.ranks.tolist() == [4, 2, 0]
    assert [VOCABULARY.decode(row) for row in outcomes.lists] == [["a", "b"]] * 3


def test_a_list_has_no_film_that_the_user_rated_before():
    fixed = Fixed(a=5, b=4, c=3, d=2, e=1)
    outcomes = rec.judge(
        fixed,
        [session("b", "d"), session("e"), session("e", user=8)],
        history=[session("a"), session("c", user=9)],
        list_length=2,
    )
    lists = [VOCABULARY.decode(row) for row in outcomes.lists]
    assert lists == [["b", "c"], ["c", "d"], ["c", "e"], ["a", "b"]]
    assert outcomes.ranks.tolist() == [0, 1, 1, 4]


def test_the_rank_of_a_film_is_its_place_on_a_list_that_is_long_enough():
    rng = np.random.default_rng(1)
    for _ in range(20):
        scores = dict(zip(FILMS, rng.integers(0, 3, 5).tolist(), strict=True))
        films = rng.permutation(FILMS)[:4].tolist()
        outcomes = rec.judge(Fixed(**scores), [session(*films)], list_length=1 + len(FILMS))
        for step, (rank, film) in enumerate(zip(outcomes.ranks, films, strict=True)):
            assert VOCABULARY.tokens[outcomes.lists[step, rank]] == film


def test_a_film_that_is_not_known_is_a_miss_and_does_no_harm():
    outcomes = rec.judge(Fixed(a=5), [session("never heard of", "a")])
    assert outcomes.ranks.tolist() == [V, 0]
    assert not outcomes.hits(V)[0]


def test_a_film_that_was_seen_before_is_a_miss():
    assert rec.judge(Fixed(a=5), [session("a")], history=[session("a")]).ranks.tolist() == [V]


def test_an_empty_session_counts_for_nothing_and_no_film_at_all_is_refused():
    assert rec.judge(Fixed(a=5), [session(), session("a")]).ranks.tolist() == [0]
    with pytest.raises(ValueError, match="sessions must hold at least one film; there was none"):
        rec.judge(Fixed(), [session()])


def test_scores_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="recommender must score films with numbers; one was NaN"):
        rec.judge(Fixed(a=np.nan), [session("a")])


def test_coverage_is_the_share_of_films_that_are_ever_on_a_list():
    outcomes = rec.Outcomes(np.zeros(2), np.zeros(2), np.array([[4, 5], [4, 7]]))
    assert outcomes.coverage(5) == 3 / 5
    assert outcomes.share_of_popular(1) == 2 / 4
    assert outcomes.share_of_popular(2) == 3 / 4
    assert outcomes.share_of_popular(4) == 1


@pytest.mark.parametrize("measure", ["hits", "reciprocal_ranks", "coverage", "share_of_popular"])
def test_a_measure_of_no_films_is_refused(measure):
    outcomes = rec.judge(Fixed(a=5), [session("a")])
    with pytest.raises(ValueError, match="must be a whole number and at least 1; it was 0"):
        getattr(outcomes, measure)(0)


def test_the_paired_test_swaps_whole_users():
    users = np.repeat(np.arange(6), 3)
    better = np.ones(18)
    worse = np.zeros(18)
    # All of 6 users on one side: 2 of the 64 choices of signs.
    assert rec.paired_test(better, worse, users) == pytest.approx(2 / 64)
    assert rec.paired_test(better, better, users) == 1
    assert rec.paired_test(better, worse, np.arange(18)) < 0.001
    with pytest.raises(ValueError, match=r"values must be from 0 to 1; the largest was 2"):
        rec.paired_test(2 * np.ones(2), np.ones(2), np.arange(2))


# ---------------------------------------------------------------------------------------------
# The list for a reader


def test_the_list_has_the_best_films_first_and_none_of_the_session():
    fixed = Fixed(a=5, b=4, c=3, d=2, e=1)
    assert rec.recommend(fixed, ["a", "c"], k=2) == ["b", "d"]
    assert rec.recommend(fixed, ["a"], seen=["b", "c", "d"]) == ["e"]
    assert rec.recommend(fixed, FILMS) == []


def test_there_is_a_list_for_an_empty_session_and_after_an_unknown_film():
    for recommender in all_recommenders(sessions_of_letters()):
        for films in ([], ["never heard of"], ["never heard of", "a"]):
            assert sorted([*rec.recommend(recommender, films), *films[1:]]) == list("abcde")


def test_a_list_without_places_is_refused():
    with pytest.raises(ValueError, match="k must be a whole number and at least 1"):
        rec.recommend(Fixed(), ["a"], k=0)


# ---------------------------------------------------------------------------------------------
# Recommenders


def sessions_of_letters():
    return [list("abc"), list("abd"), list("abcde"), list("ea"), list("cab")]


def small_network(tied=True):
    keras.utils.set_random_seed(0)
    model = models.build_language_model("gru", V, 4, 4, batch_size=3, tied=tied)
    model.set_weights([3 * weight for weight in model.get_weights()])
    return model


def all_recommenders(sessions):
    return [
        rec.NGramRecommender(NGramModel(1, "mle").fit(sessions, VOCABULARY)),
        rec.NGramRecommender(NGramModel(3, "kneser-ney").fit(sessions, VOCABULARY)),
        rec.matrix_factorisation(factors=2, regularization=0.1).fit(sessions, VOCABULARY),
        rec.nearest_neighbours(neighbours=3, last=2).fit(sessions, VOCABULARY),
        rec.NeuralRecommender(small_network(), VOCABULARY),
    ]


def test_a_unigram_model_recommends_what_is_popular():
    sessions = [list("abc"), list("ab"), list("ad"), list("e")]
    popularity = rec.NGramRecommender(NGramModel(1, "mle").fit(sessions))
    assert rec.recommend(popularity)[0] == Counter("abcabade").most_common(1)[0][0]
    assert rec.recommend(popularity, ["a"]) == ["b", "c", "d", "e"]


@pytest.mark.equation("eq-next-film")
def test_a_markov_chain_has_the_probabilities_of_its_language_model():
    model = NGramModel(2, "kneser-ney").fit(sessions_of_letters(), VOCABULARY)
    scores = rec.NGramRecommender(model).next_scores(["a", "e"])
    for row, context in zip(scores, (["<s>"], ["<s>", "a"], ["<s>", "a", "e"]), strict=True):
        np.testing.assert_allclose(row, model.next_word_distribution(context))
        assert row.sum() == pytest.approx(1)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_an_ngram_model_sees_as_far_back_as_its_order_goes(order):
    model = NGramModel(order, "kneser-ney").fit(sessions_of_letters(), VOCABULARY)
    films = list("abcde")
    scores = rec.NGramRecommender(model).next_scores(films)
    expected = [model.next_word_distribution(["<s>", *films[:end]]) for end in range(6)]
    np.testing.assert_allclose(scores, expected)


@pytest.mark.equation("eq-fold-in")
def test_a_session_gets_the_vector_that_fits_its_row_best():
    model = rec.matrix_factorisation(factors=3, regularization=0.5)
    model.fit(sessions_of_letters(), VOCABULARY)
    films = model.model.item_factors.astype(float)
    row = np.zeros(V)
    row[VOCABULARY.encode(["a", "e"])] = 1
    vector = np.linalg.solve(films.T @ films + 0.5 * np.eye(3), films.T @ row)
    np.testing.assert_allclose(model.next_scores(["a", "e"])[2], films @ vector, atol=1e-5)


def test_the_neighbours_are_those_of_the_cosine_of_weighted_columns():
    from implicit.nearest_neighbours import tfidf_weight

    sessions = sessions_of_letters()
    model = rec.nearest_neighbours(neighbours=V, last=None).fit(sessions, VOCABULARY)
    counts = np.zeros((V, len(sessions)))
    for number, films in enumerate(sessions):
        counts[VOCABULARY.encode(films), number] = 1
    weighted = tfidf_weight(counts).toarray()
    expected = cosine_similarity(weighted)[VOCABULARY.encode(["a", "c"])].sum(axis=0)
    np.testing.assert_allclose(model.next_scores(["c", "a"])[2][4:], expected[4:], atol=1e-6)


def test_neighbours_look_back_as_far_as_they_are_told():
    sessions = sessions_of_letters()
    short = rec.nearest_neighbours(last=1).fit(sessions, VOCABULARY)
    whole = rec.nearest_neighbours(last=None).fit(sessions, VOCABULARY)
    np.testing.assert_allclose(short.next_scores(list("ac"))[2], whole.next_scores(["c"])[1])
    assert not np.allclose(short.next_scores(list("ac"))[2], whole.next_scores(list("ac"))[2])


def test_films_once_or_twice_in_a_set_are_the_same_and_sets_have_no_order():
    model = rec.matrix_factorisation(factors=2, regularization=0.1)
    model.fit(sessions_of_letters(), VOCABULARY)
    one, other, twice = (model.next_scores(list(f))[-1] for f in ("abe", "eba", "abeb"))
    np.testing.assert_allclose(one, other, atol=1e-6)
    np.testing.assert_allclose(one, twice, atol=1e-6)


def test_matrix_factorisation_is_the_same_in_every_run():
    one, other = (
        rec.matrix_factorisation(2, 0.1).fit(sessions_of_letters(), VOCABULARY) for _ in range(2)
    )
    np.testing.assert_array_equal(one.next_scores(["a"]), other.next_scores(["a"]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rec.matrix_factorisation(factors=0), "factors must be a whole number"),
        (lambda: rec.matrix_factorisation(regularization=0), "regularization must be a finite"),
        (lambda: rec.nearest_neighbours(neighbours=0), "neighbours must be a whole number"),
        (lambda: rec.nearest_neighbours(last=0), "last must be a whole number and at least 1"),
    ],
)
def test_settings_out_of_their_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("tied", [True, False])
def test_a_network_reads_a_session_from_its_beginning_film_by_film(tied):
    model = small_network(tied)
    films = ["c", "never heard of", "a"]
    recommender = rec.NeuralRecommender(model, VOCABULARY)
    recommender.next_scores(["e", "e", "e"])  # leaves no trace
    scores = recommender.next_scores(films)
    reader = models.with_batch_size(model, 1)
    for row, word in zip(scores, ["</s>", *films], strict=True):
        logits = reader(np.array([VOCABULARY.encode([word])])).numpy()[0, 0]
        np.testing.assert_allclose(row, logits, rtol=1e-4, atol=1e-5)


def test_a_network_of_another_vocabulary_is_refused():
    with pytest.raises(ValueError, match="vocabulary must have as many entries as the model"):
        rec.NeuralRecommender(small_network(), Vocabulary(["a"]))


# ---------------------------------------------------------------------------------------------
# Ranking losses

LOSSES = (rec.BPR, rec.TOP1, rec.TOP1Max)


def layer(targets, units=3, seed=0):
    rng = np.random.default_rng(seed)
    arrays = rng.normal(size=(len(targets), units)), rng.normal(size=(units, V)), rng.normal(size=V)
    return (*(tf.constant(array, tf.float32) for array in arrays), tf.constant(targets))


def by_hand(loss_of, targets, *arrays):
    """The loss of each target, from the scores of the target and of its negatives."""
    hidden, kernel, bias = (array.numpy().astype(float) for array in arrays[:3])
    logits = hidden @ kernel + bias
    return [
        loss_of(row[target], np.array([row[j] for j in targets if j not in (target, 0)]))
        for row, target in zip(logits, targets, strict=True)
    ]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def bpr(own, others):
    return -np.mean(np.log(sigmoid(own - others)))


def top1(own, others):
    return np.mean(sigmoid(others - own) + sigmoid(others**2))


def top1_max(own, others):
    weights = np.exp(others) / np.exp(others).sum()
    return np.sum(weights * (sigmoid(others - own) + sigmoid(others**2)))


TARGETS = [4, 5, 0, 5, 8, 3]  # one comes twice, one is <pad>


@pytest.mark.equation("eq-bpr")
def test_bpr_is_that_of_its_equation():
    arrays = layer(TARGETS)
    np.testing.assert_allclose(rec.BPR()(*arrays), by_hand(bpr, TARGETS, *arrays), rtol=1e-5)


@pytest.mark.equation("eq-top1")
def test_top1_is_that_of_its_equation():
    arrays = layer(TARGETS)
    np.testing.assert_allclose(rec.TOP1()(*arrays), by_hand(top1, TARGETS, *arrays), rtol=1e-5)


@pytest.mark.equation("eq-top1-max")
def test_top1_max_is_that_of_its_equation():
    arrays = layer(TARGETS)
    expected = by_hand(top1_max, TARGETS, *arrays)
    np.testing.assert_allclose(rec.TOP1Max()(*arrays), expected, rtol=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_target_without_a_negative_has_no_loss_and_no_gradient(loss):
    hidden, *others = layer([5, 5])
    with tf.GradientTape() as tape:
        tape.watch(hidden)
        losses = loss()(hidden, *others)
    assert losses.numpy().tolist() == [0, 0]
    assert not tape.gradient(losses, hidden).numpy().any()


@pytest.mark.parametrize("loss", LOSSES)
def test_the_drawn_negatives_are_films_and_others_at_each_call(loss):
    def losses(seed):
        reproducibility.set_seed(seed)
        return [loss(drawn=3)(*layer([5, 6])).numpy().tolist() for _ in range(2)]

    first, second = losses(0)
    assert first != second
    assert losses(0) == [first, second]
    # Special tokens are never drawn: their scores do not matter.
    hidden, kernel, bias, targets = layer([5, 6])
    reproducibility.set_seed(0)
    changed = loss(drawn=3)(hidden, kernel, bias + tf.constant([50.0] * 4 + [0] * 5), targets)
    np.testing.assert_allclose(changed.numpy(), first, rtol=1e-6)


@pytest.mark.parametrize(
    ("loss", "tied"), [(rec.BPR, True), (rec.TOP1, True), (rec.TOP1Max, True), (rec.BPR, False)]
)
def test_a_network_learns_to_rank_with_each_of_them(loss, tied):
    reproducibility.set_seed()
    ids = np.tile(np.arange(4, 34), 20)  # each film is followed by the next one
    model = models.build_language_model("gru", 40, 16, 16, batch_size=4, tied=tied)
    training.train_language_model(
        model,
        ids,
        ids,
        steps=100,
        unrolled_steps=5,
        learning_rate=0.03,
        warmup_steps=10,
        evaluations=1,
        output_loss=loss(drawn=10),
    )
    assert (training.score_stream(model, ids).ranks == 0).mean() > 0.8


@pytest.mark.parametrize("drawn", [-1, 2.5])
def test_a_number_of_draws_that_is_none_is_refused(drawn):
    with pytest.raises(ValueError, match="drawn must be a whole number and at least 0"):
        rec.BPR(drawn)
