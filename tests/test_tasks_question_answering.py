"""Question answering: search, reading and judging, on small cases that can be checked by hand."""

import bm25s
import numpy as np
import pytest

from lmbook_utils.datasets.wikipedia import Article
from lmbook_utils.tasks import minilm
from lmbook_utils.tasks.question_answering import (
    abstention,
    answer_types,
    judging,
    neural,
    reading,
    retrieval,
)
from lmbook_utils.tasks.question_answering.data import Answer, Question
from lmbook_utils.tasks.question_answering.passages import Passage, build_index, make_passages
from lmbook_utils.tasks.question_answering.words import stem_of, stems

TEXTS = [
    "The aardvark eats ants and termites at night.",
    "It was named by Dutch settlers in 1766.",
    "The abacus is a counting frame that was used in Babylon.",
    "Adobe bricks are made of earth and straw.",
    "Two thousand ants can be eaten in one night by an aardvark and its young.",
]
PASSAGES = [
    Passage("Animals" if i in (0, 1, 4) else "Things", i, text, "", "")
    for i, text in enumerate(TEXTS)
]


@pytest.fixture(scope="module")
def index():
    return build_index(PASSAGES, neighbour_weight=0, title_weight=0)


def question(text, place, start=0, end=1):
    passage = PASSAGES[place]
    return Question(text, (Answer(passage.title, passage.number, start, end, ""),))


# Words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kings and kingdoms", ["king", "and", "kingdom"]),
        ("5% of $3.", ["5", "of", "3"]),
        ("", []),
        ("?!", []),
        ("无聊的电影", ["无聊的电影"]),
    ],
)
def test_words_lose_their_endings_and_their_punctuation(text, expected):
    assert stems(text) == expected


def test_what_is_no_text_has_no_words():
    with pytest.raises(ValueError, match="text must be a string"):
        stems(None)


def test_the_stem_does_not_depend_on_capitals():
    assert stem_of("Termites") == stem_of("termite") == "termit"


# Passages


ARTICLE = Article("Ant", (), ("Ants live.", "They work.", "They rest."))


def test_a_passage_knows_its_neighbours():
    first, second, third = make_passages([ARTICLE])
    assert (first.before, second.before, third.after) == ("", "Ants live.", "")
    assert second.in_context == "Ant. Ants live. They work. They rest."


def test_words_count_by_where_they_are():
    index = build_index(make_passages([ARTICLE]), neighbour_weight=0.25, title_weight=2)
    counts = dict(zip(index.vocabulary, index.counts.toarray()[1], strict=True))
    assert counts == {"they": 1.25, "work": 1, "ant": 2.25, "live": 0.25, "rest": 0.25}
    assert index.lengths[1] == sum(counts.values())


def test_collection_probabilities_sum_to_1(index):
    assert index.collection_probabilities.sum() == pytest.approx(1)
    assert index.passage_frequencies[index.vocabulary["aardvark"]] == 2


def test_unknown_words_of_a_question_are_left_out(index):
    assert index.word_ids("Zebras?") == []
    assert len(index.word_ids("aardvark zebra aardvark")) == 2


@pytest.mark.parametrize("weight", [-1, None, np.nan, "1", True])
def test_a_weight_that_is_none_is_refused(weight):
    with pytest.raises(ValueError, match="title_weight must be a number from 0"):
        build_index(PASSAGES, title_weight=weight)


@pytest.mark.parametrize("passages", [[], [Passage("", 0, "?", "", "")]])
def test_nothing_to_search_is_refused(passages):
    with pytest.raises(ValueError, match="passages must hold at least one word"):
        build_index(passages)


def test_an_answer_outside_the_passages_is_noticed(index):
    with pytest.raises(ValueError, match="must be answered by passages of the index"):
        index.answering(Question("?", (Answer("Zebra", 0, 0, 1, ""),)))


# Search


QUESTIONS = [
    "Who named the aardvark?",
    "Which ants are eaten at night?",
    "night night",
    "zebra",
    "",
]


@pytest.mark.equation("eq-qa-bm25")
def test_bm25_by_hand(index):
    """One word, in two of five passages: idf and saturation, written out."""
    idf = np.log(1 + (5 - 2 + 0.5) / (2 + 0.5))
    lengths = np.array([len(stems(text)) for text in TEXTS])
    expected = idf / (1 + 1.5 * (1 - 0.5 + 0.5 * lengths / lengths.mean()))
    expected[1:4] = 0
    assert retrieval.bm25(index, "aardvark", k1=1.5, b=0.5) == pytest.approx(expected)


@pytest.mark.equation("eq-qa-bm25")
@pytest.mark.parametrize("text", QUESTIONS[:3])
def test_bm25_agrees_with_bm25s(index, text):
    library = bm25s.BM25(method="lucene", k1=0.9, b=0.4)
    library.index([stems(t) for t in TEXTS], show_progress=False)
    theirs = library.get_scores([word for word in stems(text) if word in index.vocabulary])
    assert retrieval.bm25(index, text, k1=0.9, b=0.4) == pytest.approx(theirs, abs=1e-5)


def test_bm25_of_weighted_words_is_bm25s_of_repeated_ones():
    """A title that counts twice is as good as a title that is written twice."""
    ours = build_index(PASSAGES, neighbour_weight=0, title_weight=2)
    library = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    texts = [stems(p.text) + 2 * stems(p.title) for p in PASSAGES]
    library.index(texts, show_progress=False)
    assert retrieval.bm25(ours, "animals at night", k1=1.2, b=0.75) == pytest.approx(
        library.get_scores(stems("animals at night")), abs=1e-5
    )


@pytest.mark.equation("eq-qa-dirichlet")
def test_dirichlet_adds_words_of_the_collection():
    counts, lengths = np.array([[2.0], [0.0]]), np.array([4.0, 10.0])
    p = retrieval.dirichlet(counts, lengths, np.array([0.1]), mu=6)
    assert p[:, 0] == pytest.approx([(2 + 0.6) / 10, 0.6 / 16])


@pytest.mark.equation("eq-qa-jelinek-mercer")
def test_jelinek_mercer_mixes():
    counts, lengths = np.array([[2.0], [0.0], [0.0]]), np.array([4.0, 10.0, 0.0])
    p = retrieval.jelinek_mercer(counts, lengths, np.array([0.1]), weight=0.3)
    assert p[:, 0] == pytest.approx([0.7 * 0.5 + 0.03, 0.03, 0.1])


@pytest.mark.equation("eq-qa-dirichlet")
@pytest.mark.equation("eq-qa-jelinek-mercer")
def test_smoothed_probabilities_sum_to_1_over_the_vocabulary(index):
    counts, p = index.counts.toarray(), index.collection_probabilities
    for smoothed in (
        retrieval.dirichlet(counts, index.lengths, p, mu=3),
        retrieval.jelinek_mercer(counts, index.lengths, p, weight=0.2),
    ):
        assert smoothed.sum(axis=1) == pytest.approx(np.ones(len(TEXTS)))


@pytest.mark.equation("eq-qa-query-likelihood")
def test_the_question_is_as_probable_as_its_words_one_by_one(index):
    one, other = (retrieval.query_likelihood(index, word, mu=5) for word in ("ants", "night"))
    both = retrieval.query_likelihood(index, "Ants, night", mu=5)
    assert both == pytest.approx(one + other)
    assert both.argmax() in (0, 4)


def test_much_smoothing_makes_all_passages_alike(index):
    assert np.ptp(retrieval.query_likelihood(index, "ants", weight=1)) == pytest.approx(0)
    assert np.ptp(retrieval.query_likelihood(index, "ants", mu=1e9)) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("text", ["", "???", "斑马在哪里？", "zebra quagga"])
def test_a_question_of_which_nothing_is_known_ranks_nothing(index, text):
    assert not retrieval.bm25(index, text).any()
    assert not retrieval.query_likelihood(index, text, mu=10).any()
    assert not retrieval.query_likelihood(index, text, weight=0.5).any()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"k1": 0}, "k1 must be a finite number above 0"),
        ({"b": 1.5}, "b must be a number from 0 to 1"),
        ({"b": None}, "b must be a number from 0 to 1"),
    ],
)
def test_parameters_of_bm25_are_checked(index, arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        retrieval.bm25(index, "ants", **arguments)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({}, "either mu or weight"),
        ({"mu": 1, "weight": 0.5}, "either mu or weight"),
        ({"mu": -1}, "mu must be a finite number above 0"),
        ({"weight": 0}, "weight must be above 0"),
        ({"weight": 2}, "weight must be a number from 0 to 1"),
    ],
)
def test_parameters_of_the_query_likelihood_are_checked(index, arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        retrieval.query_likelihood(index, "ants", **arguments)


@pytest.mark.equation("eq-qa-fusion")
def test_fusion_adds_reciprocal_places():
    fused = retrieval.reciprocal_rank_fusion(
        np.array([9.0, 5.0, 1.0]), np.array([0.1, -np.inf, 0.3]), k=1
    )
    assert fused == pytest.approx([1 / 2 + 1 / 3, 1 / 3, 1 / 4 + 1 / 2])


@pytest.mark.equation("eq-qa-fusion")
def test_only_the_beginning_of_a_list_counts():
    fused = retrieval.reciprocal_rank_fusion(np.arange(4.0), k=0, longest=2)
    assert fused.tolist() == [0, 0, 0.5, 1]


@pytest.mark.parametrize("scores", [(), (np.zeros(2), np.zeros(3))])
def test_fusion_needs_scores_of_the_same_passages(scores):
    with pytest.raises(ValueError, match="scores must be of the same passages"):
        retrieval.reciprocal_rank_fusion(*scores)


def test_fusion_needs_a_number():
    with pytest.raises(ValueError, match="k must be a number from 0"):
        retrieval.reciprocal_rank_fusion(np.zeros(2), k=-1)


# Judging a search


def test_the_rank_is_that_of_the_first_passage_that_answers(index):
    two = Question("?", (Answer("Animals", 0, 0, 1, ""), Answer("Animals", 4, 0, 1, "")))
    scores = np.array([0.1, 0.9, 0.8, 0.7, 0.5])
    outcomes = judging.judge_ranking(lambda text: scores, index, [two])
    assert outcomes.ranks.tolist() == [3]
    assert outcomes.lists[0].tolist() == [1, 2, 3, 4, 0]


def test_of_equal_scores_the_first_passage_is_above(index):
    outcomes = judging.judge_ranking(lambda text: np.zeros(5), index, [question("?", 3)], 2)
    assert outcomes.ranks.tolist() == [3]
    assert outcomes.lists.tolist() == [[0, 1]]


def test_a_passage_that_is_not_on_the_list_is_never_found(index):
    scores = np.array([1.0, -np.inf, -np.inf, -np.inf, 0.5])
    outcomes = judging.judge_ranking(lambda text: scores, index, [question("?", 1)])
    assert outcomes.ranks.tolist() == [5]
    assert outcomes.reciprocal_ranks(3).tolist() == [0]


def test_groups_are_articles():
    asked = [question("a", 0), question("b", 2), question("c", 1), Question("d"), Question("e")]
    assert judging.article_groups(asked).tolist() == [0, 1, 0, 2, 3]


@pytest.mark.parametrize("asked", [[], [Question("Who?")]])
def test_only_questions_with_an_answer_can_be_looked_for(index, asked):
    with pytest.raises(ValueError, match="questions must be at least one"):
        judging.judge_ranking(lambda text: np.zeros(5), index, asked)


@pytest.mark.parametrize("scores", [np.zeros(4), np.array([0, 1, np.nan, 0, 0])])
def test_scores_must_be_numbers_for_all_passages(index, scores):
    with pytest.raises(ValueError, match="a number for each of the 5 passages"):
        judging.judge_ranking(lambda text: scores, index, [question("?", 1)])


# Judging answers: the cases are those of SQuAD's own script, worked out by hand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Cat's a mat.", "cats mat"),
        ("an apple, a day", "apple day"),
        ("theatre", "theatre"),
        ("US$1", "us1"),
        ("", ""),
        ("The", ""),
    ],
)
def test_answers_are_normalised(text, expected):
    assert judging.normalise_answer(text) == expected


@pytest.mark.parametrize(
    ("guess", "answers", "exact", "f1"),
    [
        ("the Eiffel Tower", ["Eiffel tower"], 1, 1),
        ("Tower", ["Eiffel Tower"], 0, 2 / 3),
        ("Paris", ["London", "Paris, France"], 0, 2 / 3),
        ("10 10", ["10"], 0, 2 / 3),  # a word counts as often as both have it
        ("Rome", ["Paris"], 0, 0),
        ("", ["Paris"], 0, 0),
        ("Paris", [], 0, 0),
        ("", [], 1, 1),
        ("the", [], 1, 1),  # nothing is left of it
    ],
)
@pytest.mark.equation("eq-qa-f1")
def test_exact_match_and_f1(guess, answers, exact, f1):
    assert judging.exact_match(guess, answers) == exact
    assert judging.token_f1(guess, answers) == pytest.approx(f1)


def test_an_answer_must_be_text():
    with pytest.raises(ValueError, match="guess must be a string; it was None"):
        judging.exact_match(None, ["Paris"])


# Kinds of answers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who edits it?", "person"),
        ("With which Swiss analyst did he work?", "person"),
        ("When did it begin?", "time"),
        ("In which year was it?", "time"),
        ("Since which decade?", "time"),
        ("By how much did it grow?", "number"),
        ("What percentage voted?", "number"),
        ("Where is it?", "place"),
        ("In which Greek city is it?", "place"),
        ("Which acid is it?", "thing"),
        ("Name a planet.", "thing"),
        ("", "thing"),
        ("谁？", "thing"),
    ],
)
def test_what_is_asked_for(text, expected):
    assert answer_types.asks_for(text) == expected


def spans_of(text, kind):
    tokens = text.split()
    found = answer_types.answer_spans(tokens)
    return [" ".join(tokens[s.start : s.end]) for s in found if s.kind == kind]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("on 9 July 1934 , he", "date", "9 July 1934"),
        ("on October 19 , 1781 , he", "date", "October 19 , 1781"),
        ("in 1867 again", "year", "1867"),
        ("in the 2nd century BC there", "date", "2nd century BC"),
        ("about 3.5 % speak", "amount", "3.5 %"),
        ("for US $ 861,542 at", "amount", "US $ 861,542"),
        ("between 89 and 92 days ,", "amount", "89 and 92 days"),
        ("some eighty-seven members", "words", "eighty-seven members"),
        ("of two suborders", "number", "two"),
        ("at the Battle of Shiloh on", "name", "Battle of Shiloh"),
        ("by Paulo Dias de Novais in", "name", "Paulo Dias de Novais"),
        ("the Hatch Act of 1887 ,", "name", "Hatch Act of 1887"),
        ("of patent cases ,", "words", "patent cases"),
    ],
)
def test_runs_of_each_kind_are_found(text, kind, expected):
    assert expected in spans_of(text, kind)


def test_no_run_begins_or_ends_with_a_function_word():
    tokens = "The city of Rome and the river are old .".split()
    for start, end, _ in answer_types.answer_spans(tokens):
        assert not {tokens[start], tokens[end - 1]} & {"The", "of", "and", "the", "are", "."}


def test_an_empty_sentence_has_no_runs():
    assert answer_types.answer_spans([]) == []
    assert answer_types.answer_spans(["."]) == []


# Reading


def candidates(index, text, *numbers):
    return reading.find_candidates(text, index, dict.fromkeys(numbers, 1.0))


def test_the_rule_of_thumb_takes_what_is_asked_for(index):
    for text, answer in (("When was it named?", "1766"), ("Who named it?", "Dutch")):
        found = candidates(index, text, 1)
        assert reading.best_guess(found, reading.rule_of_thumb(found)).text == answer


def test_a_better_passage_comes_first(index):
    found = candidates(index, "Who?", 2, 1)
    assert reading.best_guess(found, reading.rule_of_thumb(found)).text == "Babylon"


def test_features_say_what_they_are_called(index):
    found = candidates(index, "Which ants are eaten at night?", 4)
    row = found.texts.index("aardvark")
    feature = {name: found.column(name)[row] for name in reading.FEATURES}
    assert feature["words for thing"] == feature["fits"] == feature["length"] == 1
    assert feature["in question"] == 0
    assert 0 < feature["proximity"] < 1
    assert feature["before and"] == 1
    assert found.column("in question")[found.texts.index("ants")] == 1


def test_words_in_several_passages_are_seen_elsewhere(index):
    found = candidates(index, "Who?", 0, 4)
    elsewhere = dict(zip(found.texts, found.column("seen elsewhere"), strict=True))
    assert elsewhere["aardvark"] == pytest.approx(np.log(2))
    assert elsewhere["termites"] == 0


def test_the_text_of_a_candidate_has_the_spaces_of_the_sentence():
    index = build_index([Passage("X", 0, "It cost US$861,542 in 2011.", "", "")])
    assert "US$861,542" in reading.find_candidates("?", index, {0: 1.0}).texts


@pytest.mark.parametrize("text", ["", "斑马？", "zebra"])
def test_odd_questions_have_candidates_and_no_errors(index, text):
    found = candidates(index, text, 0, 1)
    assert np.isfinite(found.features).all()
    assert reading.best_guess(found, reading.rule_of_thumb(found)).text


def test_where_nothing_is_read_nothing_is_guessed(index):
    found = candidates(index, "Who?")
    assert found.features.shape == (0, len(reading.FEATURES))
    assert reading.best_guess(found, reading.rule_of_thumb(found)) == reading.NO_GUESS


@pytest.fixture
def right():
    """For each of several questions its candidates, and which of them are right."""
    names = "Alice Bob Carol Dora Emil Fritz".split()
    texts = [f"The tower was built by {name} near Rome." for name in names]
    index = build_index([Passage("X", i, text, "", "") for i, text in enumerate(texts)])
    found = [reading.find_candidates("Who built it?", index, {i: 1.0}) for i in range(len(texts))]
    labels = [np.array([t in names for t in one.texts]) for one in found]
    return found, labels


def test_a_scorer_learns_what_tells_an_answer(right):
    found, labels = right
    scorer = reading.AnswerScorer(c=10).fit(found[:4], labels[:4])
    for one, label in zip(found[4:], labels[4:], strict=True):
        assert reading.best_guess(one, scorer.score(one)).text == one.texts[label.argmax()]
    assert scorer.weights()["after by"] > 0


def test_a_scorer_does_not_look_at_what_it_is_not_to(right):
    scorer = reading.AnswerScorer(without=("after by",)).fit(*right)
    assert "after by" not in scorer.weights()
    changed = right[0][0].with_columns(after_by=np.ones(len(right[0][0].texts)))
    assert scorer.score(changed) == pytest.approx(scorer.score(right[0][0]))


def test_a_scorer_needs_right_and_wrong_candidates(right):
    found, labels = right
    with pytest.raises(ValueError, match="right must have right and wrong candidates"):
        reading.AnswerScorer().fit(found, [np.zeros(len(one), bool) for one in labels])


def test_a_scorer_knows_its_features():
    with pytest.raises(ValueError, match=r"\['colour'\] are none"):
        reading.AnswerScorer(without=("colour",))


def test_other_columns_do_not_change_the_candidates(right):
    before = right[0][0]
    after = before.with_columns(passage_similarity=np.full(len(before.texts), 0.5))
    assert after.column("passage similarity")[0] == 0.5
    assert before.column("passage similarity")[0] == 0


# Saying nothing


def test_the_curve_begins_with_the_surest():
    curve = abstention.answering_curve(np.array([0.1, 0.9]), np.array([0.0, 1.0]))
    assert curve.precision.tolist() == [1, 0.5]
    assert curve.coverage.tolist() == [0.5, 1]


def test_the_threshold_keeps_wrong_answers_back():
    sureness = np.array([3.0, 2.0, 1.0, 0.0])
    values = np.array([1.0, 0.0, 1.0, 0.0])
    answerable = np.array([True, True, True, False])
    threshold = abstention.choose_threshold(sureness, values, answerable)
    assert threshold == 1
    assert abstention.mean_value(sureness, values, answerable, threshold) == 0.75


def test_it_may_be_best_to_say_nothing():
    none = np.zeros(2)
    assert abstention.choose_threshold(np.ones(2), none, np.array([False, False])) == np.inf


def test_no_guess_at_all_is_silence():
    value = abstention.value_of(
        np.array([-np.inf]), np.array([0.0]), np.array([False]), threshold=-100
    )
    assert value.tolist() == [1]


@pytest.mark.parametrize(
    ("sureness", "values"), [([], []), ([1.0], [1.0, 0.0]), ([[1.0]], [[1.0]])]
)
def test_the_shapes_of_a_curve_are_checked(sureness, values):
    with pytest.raises(ValueError, match="must be of the same questions"):
        abstention.answering_curve(np.array(sureness), np.array(values))


def test_all_must_be_of_the_same_questions():
    with pytest.raises(ValueError, match="answerable must be of the same questions"):
        abstention.mean_value(np.ones(2), np.ones(2), np.array([True]), 0.0)


# What MiniLM says


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Which Disney short was the first?", "Disney short"),
        ("What is the torture device called?", ""),
        ("In how many lands does it grow?", "lands"),
        ("Name a planet.", "planet"),
        ("Where is it?", "a place"),
    ],
)
def test_the_phrase_that_is_asked_for(text, expected):
    assert neural.asked_phrase(text) == expected


@pytest.fixture(scope="module")
def encoder():
    try:
        network = minilm.load_encoder()
        return network, minilm.states_of_pieces(network), minilm.load_tokenizer()
    except ConnectionError as error:
        pytest.skip(f"needs the network: {error}")


@pytest.mark.network
def test_the_three_cosines(index, encoder):
    found = candidates(index, "What do aardvarks eat?", 0, 1)
    found = neural.similarities("What do aardvarks eat?", found, index, *encoder)
    for name in reading.NEURAL:
        assert np.abs(found.column(name)).max() <= 1 + 1e-6
    of_passage = found.column("passage similarity")
    texts = [neural.text_to_encode(passage) for passage in PASSAGES[:2]]
    network, _, tokenizer = encoder
    vectors = minilm.unit_vectors(network, tokenizer, ["What do aardvarks eat?", *texts])
    assert of_passage[0] == pytest.approx(vectors[0] @ vectors[1], abs=1e-4)
    assert of_passage[-1] == pytest.approx(vectors[0] @ vectors[2], abs=1e-4)


@pytest.mark.network
def test_what_is_asked_for_is_recognised(index, encoder):
    found = candidates(index, "Which insect is in danger?", 0)
    found = neural.similarities("Which insect is in danger?", found, index, *encoder)
    kind = dict(zip(found.texts, found.column("kind similarity"), strict=True))
    assert kind["termites"] > kind["night"]


@pytest.mark.network
def test_without_candidates_the_encoder_is_not_asked(index):
    none = candidates(index, "Who?")
    assert neural.similarities("Who?", none, index, None, None, None) is none
