"""Summarisation: small texts whose summary, rank or score can be worked out by hand."""

import itertools
import random

import keras
import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from lmbook_utils.datasets.aclsum import ASPECTS, Paper
from lmbook_utils.ngram import NGramModel
from lmbook_utils.tasks.summarisation import (
    classical,
    extraction,
    judging,
    networks,
    rouge,
    surprisal,
    textrank,
    words,
)

CHINESE = "我们提出一种方法。它很快！结果更好。"


def paper(*sentences, sections=None, summary="They parse.", labels=None):
    n = len(sentences)
    return Paper(
        "X1",
        "",
        sentences,
        sections or ("abstract",) * n,
        dict.fromkeys(ASPECTS, summary),
        dict.fromkeys(ASPECTS, labels or (1,) + (0,) * (n - 1)),
    )


# ---------------------------------------------------------------------------------------------
# Words and sentences


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("", []),
        ("* .", []),
        ("A 3-gram model , trained .", ["a", "3-gram", "model", "trained"]),
        ("isn’t", ["isn’t"]),
        ("用BERT模型", ["用", "bert", "模", "型"]),
        ("naïve Rényi", ["naïve", "rényi"]),
    ],
)
def test_words_are_letters_and_digits_and_each_chinese_character_is_one(sentence, expected):
    assert words.sentence_words(sentence) == expected


def test_content_words_are_without_stop_words():
    assert words.content_words("We propose a parser and the parser .") == {"propose", "parser"}


def test_a_text_is_split_into_sentences_in_english_and_in_chinese():
    assert words.text_sentences("We parse. They march.") == ["We parse.", "They march."]
    assert words.text_sentences(CHINESE) == ["我们提出一种方法。", "它很快！", "结果更好。"]
    assert words.text_sentences("  \n ") == []


# ---------------------------------------------------------------------------------------------
# ROUGE

REFERENCE = "They propose a fast parser for naïve users."


@pytest.mark.equation("eq-rouge-n")
def test_rouge_n_counts_an_ngram_as_often_as_both_have_it():
    summary, reference = "a a a b".split(), "a a c".split()
    assert rouge.rouge_n(summary, reference, 1) == (2 / 4, 2 / 3, pytest.approx(4 / 7))
    assert rouge.rouge_n(summary, reference, 2) == (1 / 3, 1 / 2, pytest.approx(0.4))


@pytest.mark.equation("eq-rouge-l")
def test_rouge_l_takes_words_in_order_with_gaps():
    summary, reference = "police kill the gunman".split(), "police killed the gunman".split()
    assert rouge.rouge_l(summary, reference).f1 == 0.75
    assert rouge.rouge_l("the gunman kill police".split(), reference).f1 == 0.5


@pytest.mark.parametrize("summary", [[], ["z"]])
@pytest.mark.parametrize("reference", [[], ["a", "b"]])
def test_what_shares_nothing_or_is_empty_has_rouge_0(summary, reference):
    assert rouge.rouge_n(summary, reference, 1) == (0, 0, 0)
    assert rouge.rouge_l(summary, reference) == (0, 0, 0)


@pytest.mark.equation("eq-rouge-n", "eq-rouge-l")
@given(st.text("abc XYZé-9.", max_size=30), st.text("abc XYZé-9.", max_size=30))
def test_rouge_is_that_of_rouge_score(summary, reference):
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    expected = scorer.score(reference, summary)
    own = rouge.rouge_words(summary), rouge.rouge_words(reference)
    assert rouge.rouge_n(*own, 1) == pytest.approx(tuple(expected["rouge1"]))
    assert rouge.rouge_n(*own, 2) == pytest.approx(tuple(expected["rouge2"]))
    assert rouge.rouge_l(*own) == pytest.approx(tuple(expected["rougeL"]))


def test_stems_are_those_of_rouge_score():
    text = "Classifiers generalised easily; the ties, its studies and NLP's 2016 relational data."
    scores = RougeScorer(["rouge1"], use_stemmer=True).score(
        text, " ".join(rouge.rouge_words(text))
    )
    assert scores["rouge1"].recall == pytest.approx(1, abs=0.2)
    assert rouge.rouge_words("studies") == ["studi"]
    assert rouge.rouge_words("its ties") == ["its", "tie"]


def test_a_shuffled_summary_has_the_same_rouge_1():
    summary = rouge.rouge_words("They build a parser that is fast for everybody.")
    shuffled = random.Random(0).sample(summary, len(summary))
    assert shuffled != summary
    reference = rouge.rouge_words(REFERENCE)
    assert rouge.rouge_n(shuffled, reference, 1) == rouge.rouge_n(summary, reference, 1)


def test_of_chinese_rouge_sees_nothing():
    assert rouge.rouge_words(CHINESE) == []
    assert judging.rouge_scores([CHINESE], [CHINESE])["rouge1"].tolist() == [0]


# ---------------------------------------------------------------------------------------------
# Picking sentences


@pytest.mark.parametrize(
    ("scores", "k", "expected"),
    [
        ([], 3, []),
        ([0.5], 3, [0]),
        ([0.1, 0.3, 0.2], 2, [1, 2]),
        ([0.3, 0.3, 0.3], 2, [0, 1]),
        ([0.3, 0.1 + 0.2], 1, [0]),  # equal but for rounding
        ([0.3, 0.3 + 1e-6], 1, [1]),
        ([0, 0], 1, [0]),
        ([-1, -2], 5, [0, 1]),
    ],
)
def test_the_highest_scores_are_picked_in_the_order_of_the_text(scores, k, expected):
    assert extraction.highest(scores, k) == expected


@pytest.mark.parametrize(
    ("scores", "k", "message"),
    [
        ([1.0], 0, "k must be a whole number and at least 1; it was 0"),
        ([1.0, np.nan], 1, "scores must be one finite number for each sentence.* 1 were not"),
        ([[1.0]], 1, r"their shape was \(1, 1\)"),
    ],
)
def test_scores_that_say_nothing_are_refused(scores, k, message):
    with pytest.raises(ValueError, match=message):
        extraction.highest(scores, k)


def test_marginal_relevance_takes_the_earlier_of_sentences_that_differ_by_rounding():
    assert extraction.marginal_relevance([0.3, 0.1 + 0.2, 0.1], np.eye(3), 1, trade_off=1) == [0]


def test_the_lead_is_the_first_sentences():
    assert extraction.highest(extraction.lead_scores(["a"] * 5), 3) == [0, 1, 2]
    assert extraction.highest(extraction.lead_scores([]), 3) == []


def test_the_oracle_stops_where_no_sentence_helps():
    sentences = [["we", "parse"], ["ants"], ["fast"], ["parse"]]
    assert extraction.greedy_oracle(sentences, ["we", "parse", "fast"]) == [0, 2]
    assert extraction.greedy_oracle(sentences, ["we", "parse", "fast"], most=1) == [0]
    assert extraction.greedy_oracle(sentences, ["nothing"]) == []
    assert extraction.greedy_oracle([], ["nothing"]) == []


def test_the_oracle_is_the_best_single_sentence_or_better():
    rng = random.Random(0)
    for _ in range(20):
        sentences = [rng.choices("abcdef", k=4) for _ in range(6)]
        reference = rng.choices("abcdef", k=5)
        picked = extraction.greedy_oracle(sentences, reference)
        value = extraction._rouge_1_and_2(sentences, picked, reference)
        singles = [extraction._rouge_1_and_2(sentences, [i], reference) for i in range(6)]
        every = [
            extraction._rouge_1_and_2(sentences, list(set_), reference)
            for k in range(7)
            for set_ in itertools.combinations(range(6), k)
        ]
        assert max(singles) <= value <= max(every) + 1e-12


@pytest.mark.equation("eq-mmr")
def test_marginal_relevance_trades_score_against_repetition():
    similarities = np.array([[1, 0.9, 0.1], [0.9, 1, 0.1], [0.1, 0.1, 1]])
    scores = [0.9, 0.8, 0.4]
    # 0.5 · 0.8 − 0.5 · 0.9 = −0.05, and 0.5 · 0.4 − 0.5 · 0.1 = 0.15
    assert extraction.marginal_relevance(scores, similarities, 2, 0.5) == [0, 2]
    # 0.9 · 0.8 − 0.1 · 0.9 = 0.63, and 0.9 · 0.4 − 0.1 · 0.1 = 0.35
    assert extraction.marginal_relevance(scores, similarities, 2, 0.9) == [0, 1]
    assert extraction.marginal_relevance(scores, similarities, 9, 0.5) == [0, 1, 2]
    assert extraction.marginal_relevance([], np.zeros((0, 0)), 2) == []


@pytest.mark.parametrize(
    ("similarities", "trade_off", "message"),
    [
        (np.eye(3), 0.5, "similarities must be of all pairs of the 2 sentences"),
        (np.eye(2), 1.5, "trade_off must be from 0 to 1; it was 1.5"),
    ],
)
def test_marginal_relevance_refuses_what_does_not_fit(similarities, trade_off, message):
    with pytest.raises(ValueError, match=message):
        extraction.marginal_relevance([0.1, 0.2], similarities, 1, trade_off)


# ---------------------------------------------------------------------------------------------
# TextRank


@pytest.mark.equation("eq-textrank-similarity")
def test_the_overlap_is_the_shared_words_for_the_lengths():
    weights = textrank.overlaps([{"a", "b", "c"}, {"b", "c"}, {"d"}, set()])
    assert weights[0, 1] == weights[1, 0] == pytest.approx(2 / (np.log(3) + np.log(2)))
    assert weights[2:].sum() == weights.trace() == 0


def test_two_sentences_of_one_word_have_no_overlap_and_no_division_by_0():
    assert textrank.overlaps([{"a"}, {"a"}]).tolist() == [[0, 0], [0, 0]]


@pytest.mark.equation("eq-textrank")
def test_three_sentences_in_a_row_have_the_ranks_that_solve_the_equations():
    # The middle one is linked with both: r_2 = 0.05 + 0.85 · 2 r_1 and r_1 = 0.05 + 0.425 r_2.
    middle = (0.05 + 1.7 * 0.05) / (1 - 0.85 * 0.85)
    ranks = textrank.page_rank(np.array([[0, 2, 0], [2, 0, 2], [0, 2, 0]]))
    assert ranks == pytest.approx([0.05 + 0.425 * middle, middle, 0.05 + 0.425 * middle])


@pytest.mark.equation("eq-textrank")
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("damping", [0.0, 0.5, 0.85])
def test_the_ranks_are_those_of_networkx(seed, damping):
    rng = np.random.default_rng(seed)
    weights = rng.random((12, 12)) * (rng.random((12, 12)) < 0.3)
    weights[3] = 0  # from here no link leads on
    graph = networkx.from_numpy_array(weights, create_using=networkx.DiGraph)
    expected = networkx.pagerank(graph, alpha=damping, tol=1e-12, max_iter=1000)
    assert textrank.page_rank(weights, damping) == pytest.approx(list(expected.values()), abs=1e-8)


def test_no_sentence_one_sentence_and_unlike_sentences_have_ranks():
    assert textrank.textrank_scores([]).tolist() == []
    assert textrank.textrank_scores(["One ."]).tolist() == [1]
    assert textrank.textrank_scores(["Ants .", "Parsers .", "*"]) == pytest.approx([1 / 3] * 3)


def test_textrank_reads_chinese_by_its_characters():
    scores = textrank.textrank_scores(["我们提出解析方法。", "蚂蚁！", "解析方法很快。"])
    assert scores.argmin() == 1


@pytest.mark.parametrize(
    ("weights", "damping", "message"),
    [
        (np.ones((2, 3)), 0.5, r"weights must have the shape \(places, places\); it was \(2, 3\)"),
        (-np.ones((2, 2)), 0.5, "weights must be finite numbers from 0"),
        (np.ones((2, 2)), 1, "damping must be from 0 and below 1; it was 1"),
    ],
)
def test_page_rank_refuses_what_is_no_graph(weights, damping, message):
    with pytest.raises(ValueError, match=message):
        textrank.page_rank(weights, damping)


# ---------------------------------------------------------------------------------------------
# Surprisal

PAPERS = [paper("Ants march .", "Parsers march .", "Ants parse ."), paper("Ants march .")]


@pytest.mark.equation("eq-sentence-surprisal")
def test_surprisal_is_the_sentences_negative_log_probability():
    model = surprisal.train_language_model(PAPERS)
    found = surprisal.surprisals(model, ["Ants march .", "", "Zebras !"])
    assert found.total[0] == pytest.approx(-model.log_prob(["ants", "march", "."]))
    assert found.tokens.tolist() == [4, 1, 3]
    assert found.mean == pytest.approx(found.total / [4, 1, 3])
    assert surprisal.surprisals(model, []).mean.tolist() == []


def test_a_word_that_comes_once_is_unknown_to_the_language_model():
    assert set(surprisal.train_language_model(PAPERS).vocabulary_.tokens[4:]) == {
        "ants",
        "march",
        ".",
    }


@pytest.mark.equation("eq-own-text")
def test_the_model_of_a_text_counts_the_other_sentences_only():
    model = NGramModel(1, "add-k", k=1).fit([["a"], ["b"]])
    general = dict(zip(model.vocabulary_.tokens, model.next_word_distribution(), strict=True))
    found = surprisal.own_text_surprisals(model, ["a b", "a a"], weight=0.5)
    # To the rest of the text "a" has the share 1 for the first sentence, and 1/2 for the second.
    first = -np.log(0.5 + general["a"] / 2) - np.log(general["b"] / 2)
    second = -2 * np.log(0.25 + general["a"] / 2)
    assert found.total == pytest.approx([first, second])
    assert found.tokens.tolist() == [2, 2]


def test_a_sentence_without_words_is_no_summary():
    model = surprisal.train_unigram_model(PAPERS)
    found = surprisal.own_text_surprisals(model, ["*", "Ants march .", "Ants march on ."])
    assert found.mean.argmax() == 0
    assert np.isfinite(found.mean).all()
    assert surprisal.own_text_surprisals(model, []).mean.tolist() == []
    assert surprisal.own_text_surprisals(model, ["Ants ."]).tokens.tolist() == [1]


@pytest.mark.parametrize("weight", [1, -0.1, "half"])
def test_a_weight_that_is_none_is_refused(weight):
    model = surprisal.train_unigram_model(PAPERS)
    with pytest.raises(ValueError, match="weight must be from 0 and below 1"):
        surprisal.own_text_surprisals(model, ["Ants ."], weight)


# ---------------------------------------------------------------------------------------------
# Learning from marked sentences


def test_places_are_counted_in_each_section_from_both_ends():
    sections = ("abstract",) * 2 + ("conclusion",) * 12
    features = classical.place_features(["Two words ."] * 14, sections)
    assert features.shape == (14, classical.PLACE_FEATURES)
    assert features[0].nonzero()[0].tolist() == [0, 7, 30]
    assert features[1].nonzero()[0].tolist() == [1, 6, 30]
    assert features[8].nonzero()[0].tolist() == [25, 29, 30]
    assert features[:, -1] == pytest.approx(np.log(3))


@pytest.mark.parametrize("sections", [["abstract"], ["abstract", "appendix"]])
def test_sections_that_do_not_fit_are_refused(sections):
    with pytest.raises(ValueError, match="sections must be one of abstract, introduction, conc"):
        classical.place_features(["One .", "Two ."], sections)


MARKED = [
    paper("We propose a parser .", "It is hard .", "Ants march .", labels=(1, 0, 0)),
    paper("Ants are hard .", "We propose a test .", "They march .", labels=(0, 1, 0)),
]


@pytest.mark.parametrize("places", [False, True])
def test_the_classifier_finds_the_words_that_are_marked(places):
    classifier = classical.SentenceClassifier(places=places, C=100).fit(MARKED, "approach")
    scores = classifier.scores(["Ants march .", "We propose ants ."], ["conclusion"] * 2)
    assert scores.argmax() == 1
    assert classifier.known_share(["We propose zebras , zebras ."]) == pytest.approx(2 / 3)
    weights = classifier.word_weights()
    assert max(weights, key=weights.get) in {"we", "propose", "we propose"}
    assert "zebras" not in weights


def test_the_classifier_of_places_does_not_look_at_words():
    classifier = classical.SentenceClassifier(words=False).fit(MARKED, "outcome")
    sections = ["abstract"] * 2
    one = classifier.scores(["Ants march .", "Zebras run ."], sections)
    other = classifier.scores(["Zebras run .", "We parse !"], sections)
    assert one == pytest.approx(other)
    with pytest.raises(ValueError, match="looks at places only"):
        classifier.word_weights()


def test_a_paper_without_sentences_and_one_in_chinese_have_scores():
    classifier = classical.SentenceClassifier().fit(MARKED, "challenge")
    assert classifier.scores([], []).tolist() == []
    sentences = words.text_sentences(CHINESE)
    assert np.isfinite(classifier.scores(sentences, ["abstract"] * 3)).all()
    assert classifier.known_share(sentences) == classifier.known_share([]) == 0


@pytest.mark.parametrize(
    ("settings", "aspect", "message"),
    [
        ({"words": False, "places": False}, "approach", "words or places must be True"),
        ({"C": 0}, "approach", "C must be a finite number above 0"),
        ({}, "results", "aspect must be one of challenge, approach, outcome; it was 'results'"),
    ],
)
def test_a_classifier_that_cannot_be_is_refused(settings, aspect, message):
    with pytest.raises(ValueError, match=message):
        classical.SentenceClassifier(**settings).fit(MARKED, aspect)


def test_papers_without_a_marked_sentence_are_refused():
    with pytest.raises(ValueError, match=r"papers must have marked and .* the labels \[0\]"):
        classical.SentenceClassifier().fit([paper("One .", "Two .", labels=(0, 0))], "outcome")


# ---------------------------------------------------------------------------------------------
# Networks


def vectors_and_papers(number, seed):
    """Papers of 2 to 4 sentences; the one after a sentence with a 1 in front is marked."""
    rng = np.random.default_rng(seed)
    vectors, papers = [], []
    for n in rng.integers(2, 5, number):
        signal = rng.integers(0, n - 1)
        own = rng.normal(0, 0.1, (n, 4))
        own[signal, 0] = 1
        labels = tuple(int(i == signal + 1) for i in range(n))
        vectors.append(own)
        papers.append(paper(*["One ."] * n, labels=labels))
    return vectors, papers


def found_share(network, vectors, papers):
    scores = networks.extractor_scores(network, vectors)
    return np.mean([s[:, 0].argmax() == p.labels["approach"].index(1)
                    for s, p in zip(scores, papers, strict=True)])  # fmt: skip


@pytest.mark.equation("eq-extractor")
def test_a_recurrent_extractor_looks_at_the_sentences_around():
    keras.utils.set_random_seed(0)
    train, validation = vectors_and_papers(64, 0), vectors_and_papers(32, 1)
    shares = []
    for recurrent in (True, False):
        network = networks.build_extractor(4, 16, recurrent, dropout=0)
        losses = networks.train_extractor(network, *train, validation, 30, 0.02, 32)
        assert len(losses) == 30
        shares.append(found_share(network, *validation))
    assert shares[0] > 0.9 > 0.6 > shares[1]


@pytest.mark.equation("eq-extractor")
def test_the_log_odds_are_a_linear_function_of_the_states_and_padding_changes_none():
    keras.utils.set_random_seed(0)
    network = networks.build_extractor(3, 4)
    vectors = [np.random.default_rng(0).normal(size=(n, 3)) for n in (2, 5)]
    padded, mask = networks.pad_papers(vectors)
    together = np.asarray(network([padded, mask], training=False))
    alone = networks.extractor_scores(network, vectors)
    assert together[0, :2] == pytest.approx(alone[0], abs=1e-5)
    assert together[1] == pytest.approx(alone[1], abs=1e-5)
    # The last layer but one is the dropout of the states, which changes nothing here.
    states = keras.Model(network.input, network.layers[-2].output)
    hidden = np.asarray(states([padded, mask], training=False))
    kernel, bias = network.get_layer("logits").get_weights()
    assert hidden @ kernel + bias == pytest.approx(together, abs=1e-5)


def test_what_is_no_extractor_is_refused():
    with pytest.raises(ValueError, match="units must be even"):
        networks.build_extractor(3, 5)
    with pytest.raises(ValueError, match="at least one paper; there was none"):
        networks.pad_papers([])
    with pytest.raises(ValueError, match="epochs must be a whole number"):
        networks.train_extractor(networks.build_extractor(2, 2), [], [], ([], []), epochs=0)


# ---------------------------------------------------------------------------------------------
# Judging


def test_summaries_are_judged_by_rouge_score():
    scores = judging.rouge_scores(["They parse fast.", ""], ["They parse.", "They parse."])
    assert scores["rouge1"] == pytest.approx([0.8, 0])
    recall = judging.rouge_scores(["They parse fast."], ["They parse."], "recall")
    assert recall["rouge2"].tolist() == [1]


def test_the_sentences_with_the_highest_scores_are_judged():
    papers = [paper("Ants .", "They parse .", "Too ."), paper("They parse .")]
    scores = [np.array([0.1, 0.9, 0.2]), np.array([0.5])]
    assert judging.judge_extracts(papers, scores, "outcome", 1)["rouge1"].tolist() == [1, 1]
    longer = judging.judge_extracts(papers, scores, "outcome", 2)["rouge1"]
    assert longer == pytest.approx([0.8, 1])
    assert judging.choose_length(papers, scores, "outcome") == 1


def test_a_paper_without_sentences_has_the_empty_summary():
    empty = paper()
    assert judging.judge_extracts([empty], [[]], "approach", 3)["rougeL"].tolist() == [0]


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ValueError, match="one for each of the 2 references; there were 1"):
        judging.rouge_scores(["a"], ["a", "b"])
    with pytest.raises(ValueError, match="measure must be one of precision, recall, fmeasure"):
        judging.rouge_scores(["a"], ["a"], "f1")
    with pytest.raises(ValueError, match="one for each sentence of all papers"):
        judging.judge_extracts([paper("One .")], [[0.1, 0.2]], "approach", 1)
    with pytest.raises(ValueError, match=r"one of the values \(head\); it was 'lead'"):
        judging.paired_p_values({"head": np.zeros(3)}, "lead")


def test_the_mean_over_aspects_is_taken_before_papers_are_drawn():
    values = np.array([[0.0, 1, 0, 1], [1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]])
    mean, interval = judging.mean_with_interval(values)
    assert mean == interval.low == interval.high == pytest.approx(0.5)
    p = judging.paired_p_values({"one": values, "other": values + 0.1}, "one")
    assert p == {"other": pytest.approx(2 / 2**4)}
