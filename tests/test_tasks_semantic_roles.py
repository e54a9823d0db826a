"""Semantic role labelling: tags, the best permitted path, three labellers, and how to judge."""

import itertools

import keras
import nltk
import numpy as np
import pytest
from nltk.corpus.reader import BracketParseCorpusReader, PropbankCorpusReader
from nltk.tree import Tree
from sklearn.metrics import cohen_kappa_score
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers import models as pieces

from lmbook_utils import models
from lmbook_utils.reproducibility import set_seed
from lmbook_utils.tagging import tag_parts_of_speech
from lmbook_utils.tasks import minilm
from lmbook_utils.tasks.semantic_roles import (
    agreement,
    bio,
    classical,
    data,
    heuristics,
    judging,
    networks,
    propbank,
    vectors,
    viterbi,
)
from lmbook_utils.tasks.semantic_roles.data import Proposition
from lmbook_utils.vocabulary import Vocabulary

ADA = Proposition(
    "Ada",
    "train",
    0,
    ("Ada", "wrote", "the", "first", "program", "in", "1843", "."),
    1,
    (("ARG0", 0, 1), ("ARG1", 2, 5), ("ARGM-TMP", 5, 7)),
)
BUILT = Proposition(
    "Bridge",
    "train",
    3,
    ("The", "bridge", "was", "built", "by", "engineers", "."),
    3,
    (("ARG1", 0, 2), ("ARG0", 4, 6)),
)

# ---------------------------------------------------------------------------------------------
# Tags


def test_roles_become_tags_and_come_back():
    tags = bio.encode_bio(ADA.roles, len(ADA.tokens))
    assert tags == "B-ARG0 O B-ARG1 I-ARG1 I-ARG1 B-ARGM-TMP I-ARGM-TMP O".split()
    assert tuple(bio.decode_bio(tags)) == ADA.roles
    assert bio.encode_bio([], 0) == []
    assert bio.decode_bio([]) == []


def test_two_spans_of_one_label_side_by_side_stay_two():
    roles = [("ARGM-TMP", 0, 1), ("ARGM-TMP", 1, 3)]
    assert bio.decode_bio(bio.encode_bio(roles, 3)) == roles


def test_no_tag_is_lost_where_a_rule_is_broken():
    tags = ["I-ARG1", "I-ARG0", "B-ARG0", "O", "I-ARG0"]
    expected = [("ARG1", 0, 1), ("ARG0", 1, 2), ("ARG0", 2, 3), ("ARG0", 4, 5)]
    assert bio.decode_bio(tags) == expected


@pytest.mark.parametrize("roles", [[("ARG0", 0, 3)], [("ARG0", 1, 1)], [("ARG0", -1, 1)]])
def test_a_span_outside_of_the_sentence_cannot_be_encoded(roles):
    with pytest.raises(ValueError, match="must lie in the sentence, whose length is 2 tokens"):
        bio.encode_bio(roles, 2)


def test_overlapping_spans_cannot_be_encoded():
    with pytest.raises(ValueError, match="must not overlap"):
        bio.encode_bio([("ARG0", 0, 2), ("ARG1", 1, 3)], 3)


def test_an_unknown_tag_cannot_be_decoded():
    with pytest.raises(ValueError, match="'B-ARG7'"):
        bio.decode_bio(["B-ARG7"])


def test_only_an_inside_tag_is_bound():
    first, follows = bio.may_follow()
    for j, tag in enumerate(bio.TAGS):
        assert first[j] == (not tag.startswith("I-"))
        for i, before in enumerate(bio.TAGS):
            bound = tag.startswith("I-")
            assert follows[i, j] == (not bound or before[2:] == tag[2:])


# ---------------------------------------------------------------------------------------------
# Viterbi


def brute_force(scores, first, follows):
    """The best of all sequences, one by one."""
    best, total = None, -np.inf
    for path in itertools.product(range(len(first)), repeat=len(scores)):
        steps = itertools.pairwise(path)
        if first[path[0]] and all(follows[pair] for pair in steps):
            added = sum(scores[t, tag] for t, tag in enumerate(path))
            if added > total:
                best, total = path, added
    return best, total


@pytest.mark.equation("eq-srl-viterbi")
@pytest.mark.parametrize("seed", range(10))
def test_the_best_path_is_that_of_brute_force(seed):
    tags = ["O", "B-ARG0", "I-ARG0", "B-ARG1", "I-ARG1"]
    first, follows = bio.may_follow(tags)
    scores = np.log(np.random.default_rng(seed).dirichlet(np.full(5, 0.5), size=5))
    path, total = viterbi.best_path(scores, first, follows)
    expected, sum_of_scores = brute_force(scores, first, follows)
    assert tuple(path) == expected
    assert total == pytest.approx(sum_of_scores)


@pytest.mark.equation("eq-srl-viterbi")
def test_a_path_worked_out_by_hand():
    # Greedy: O I (not permitted). Permitted: B I = ln 0.3 · 0.8, O O = ln 0.6 · 0.1, …
    first, follows = bio.may_follow(["O", "B-ARG0", "I-ARG0"])
    scores = np.log([[0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])
    path, total = viterbi.best_path(scores, first, follows)
    assert path.tolist() == [1, 2]
    assert total == pytest.approx(np.log(0.3 * 0.8))


def test_an_empty_sentence_has_the_empty_path():
    path, total = viterbi.best_path(np.zeros((0, 13)), *bio.may_follow())
    assert path.tolist() == []
    assert total == 0


def test_scores_that_permit_nothing_are_an_error():
    first, follows = bio.may_follow(["O", "B-ARG0", "I-ARG0"])
    with pytest.raises(ValueError, match="permit no sequence"):
        viterbi.best_path(np.array([[-np.inf, -np.inf, 0.0]]), first, follows)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_scores_must_be_numbers(bad):
    with pytest.raises(ValueError, match="numbers or minus infinity"):
        viterbi.best_path(np.full((2, 13), bad), *bio.may_follow())


def test_shapes_must_fit():
    with pytest.raises(ValueError, match=r"\(2, 3\), \(13,\)"):
        viterbi.best_path(np.zeros((2, 3)), *bio.may_follow())


def test_the_predicate_is_in_no_role_and_no_rule_is_broken():
    rng = np.random.default_rng(0)
    for _ in range(20):
        log_probs = np.log(rng.dirichlet(np.ones(len(bio.TAGS)), size=7))
        roles = viterbi.best_roles(log_probs, predicate=3)
        assert all(not start <= 3 < end for _, start, end in roles)
        assert viterbi.broken_rules(bio.encode_bio(roles, 7)) == 0


def test_the_predicate_must_be_a_token():
    with pytest.raises(ValueError, match="one of the 2 tokens, from 0; it was 2"):
        viterbi.best_roles(np.zeros((2, 13)), predicate=2)


# ---------------------------------------------------------------------------------------------
# Agreement


@pytest.mark.equation("eq-srl-kappa")
def test_kappa_worked_out_by_hand():
    # Both say a 6 times of 10 and agree in 8: chance 0.6² + 0.4² = 0.52
    one, other = list("aaaaaabbbb"), list("aaaaabbbba")
    other[5], other[9] = "b", "a"
    assert sum(a == b for a, b in zip(one, other, strict=True)) == 8
    assert agreement.cohen_kappa(one, other) == pytest.approx((0.8 - 0.52) / 0.48)


@pytest.mark.equation("eq-srl-kappa")
def test_kappa_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    one = rng.integers(4, size=200)
    other = np.where(rng.random(200) < 0.7, one, rng.integers(4, size=200))
    assert agreement.cohen_kappa(one, other) == pytest.approx(cohen_kappa_score(one, other))


def test_kappa_of_one_and_the_same_label_is_not_a_number():
    assert np.isnan(agreement.cohen_kappa("aa", "aa"))


def test_kappa_needs_the_same_items():
    with pytest.raises(ValueError, match="there were 1 and 2"):
        agreement.cohen_kappa("a", "ab")


def test_the_interval_draws_whole_sentences():
    one, other = [list("ab"), list("ab"), list("ba")], [list("ab"), list("aa"), list("ba")]
    interval = agreement.kappa_interval(one, other, ["x", "x", "y"])
    flat = agreement.cohen_kappa("ababba", "abaaba")
    assert interval.low <= flat <= interval.high
    with pytest.raises(ValueError, match="at least two groups"):
        agreement.kappa_interval(one, other, ["x", "x", "x"])


def test_tokens_have_labels_but_for_the_predicate():
    assert agreement.token_labels(BUILT) == ["ARG1", "ARG1", "O", "ARG0", "ARG0", "O"]


# ---------------------------------------------------------------------------------------------
# Judging


@pytest.mark.equation("eq-srl-f1")
def test_a_span_must_be_right_to_the_token():
    predicted = [[("ARG0", 0, 1), ("ARG1", 2, 4)], [("ARG1", 0, 2), ("ARG1", 4, 6)]]
    result = judging.judge([ADA, BUILT], predicted)
    # Right: ARG0 of the first and ARG1 of the second; 4 predicted, 5 there.
    assert result.precision == pytest.approx(2 / 4)
    assert result.recall == pytest.approx(2 / 5)
    assert result.f1 == pytest.approx(4 / 9)
    assert result.by_role["ARGM-TMP"] == (0, 0, 0, 1)
    assert result.by_role["ARG0"][3] == 2


@pytest.mark.equation("eq-srl-f1")
def test_seqeval_counts_as_we_do():
    rng = np.random.default_rng(1)
    for _ in range(20):
        predicted = [
            viterbi.best_roles(np.log(rng.dirichlet(np.full(13, 0.3), len(p.tokens))), p.predicate)
            for p in (ADA, BUILT)
        ]
        counts = judging.span_counts([ADA, BUILT], predicted)
        f1 = judging.judge([ADA, BUILT], predicted).f1
        assert f1 == pytest.approx(float(judging.f1_of(counts.sum(axis=0))))


def test_perfect_and_empty_answers():
    assert judging.judge([ADA, BUILT], [ADA.roles, BUILT.roles]).f1 == 1
    assert judging.judge([ADA, BUILT], [[], []]).f1 == 0
    assert judging.f1_of(np.array([0, 0, 0])) == 0


def test_each_proposition_needs_an_answer():
    with pytest.raises(ValueError, match="of each of the 2 propositions; there were 1"):
        judging.span_counts([ADA, BUILT], [[]])


def test_one_sentence_is_not_enough_for_an_interval():
    with pytest.raises(ValueError, match="at least two"):
        judging.f1_interval(np.array([[1, 1, 1]]), ["a"])


def test_the_paired_test_finds_a_difference_and_no_difference():
    good, bad = np.tile([1, 1, 1], (30, 1)), np.tile([0, 1, 1], (30, 1))
    sentences = list(range(30))
    assert judging.same_f1_test(good, bad, sentences) < 0.001
    assert judging.same_f1_test(good, good, sentences) == 1


def test_the_paired_test_agrees_with_all_swaps():
    rng = np.random.default_rng(3)
    one, other = ([[r, g, 3] for r, g in zip(rng.integers(3, size=6), [3] * 6, strict=True)],) * 2
    other = np.array(other)
    other[:, 0] = rng.integers(3, size=6)
    one = np.array(one)
    observed = abs(judging.f1_of(one.sum(axis=0)) - judging.f1_of(other.sum(axis=0)))
    as_far = []
    for swap in itertools.product([False, True], repeat=6):
        keep = np.array(swap)[:, None]
        sums = [np.where(keep, a, b).sum(axis=0) for a, b in ((one, other), (other, one))]
        difference = abs(judging.f1_of(sums[0]) - judging.f1_of(sums[1]))
        as_far.append(difference >= observed - 1e-12)
    exact = np.mean(as_far)
    assert judging.same_f1_test(one, other, range(6)) == pytest.approx(exact, abs=0.02)


# ---------------------------------------------------------------------------------------------
# Rules


def test_chunks_are_runs_with_a_noun():
    tokens = "The very old bridge , which they built , is red .".split()
    found = heuristics.noun_chunks(tokens, tag_parts_of_speech(tokens))
    assert ["they"] in [tokens[a:b] for a, b in found]
    assert all("which" not in tokens[a:b] for a, b in found)


@pytest.mark.parametrize(
    ("sentence", "verb", "passive"),
    [
        ("The bridge was built .", "built", True),
        ("The bridge has not been officially opened .", "opened", True),
        ("A bridge built by engineers stands .", "built", True),
        ("They were building it .", "building", False),
        ("She built it .", "built", False),
        ("She is ill and wrote it .", "wrote", False),
    ],
)
def test_the_voice_is_guessed(sentence, verb, passive):
    tokens = sentence.split()
    tags = tag_parts_of_speech(tokens)
    assert heuristics.is_passive(tokens, tags, tokens.index(verb)) == passive


def test_positions_become_roles():
    assert tuple(heuristics.label_by_position(BUILT.tokens, 3)) == BUILT.roles
    found = heuristics.label_by_position("The end of the war changed Europe .".split(), 5)
    assert found == [("ARG0", 0, 5), ("ARG1", 6, 7)]


def test_rules_give_spans_that_can_be_encoded():
    for p in data.load_propositions()[:100]:
        roles = heuristics.label_by_position(p.tokens, p.predicate)
        assert data.checked_roles(roles, len(p.tokens), p.predicate) == tuple(roles)


def test_odd_input_to_the_rules():
    assert heuristics.verbs_of([]) == []
    assert heuristics.verbs_of("Silence , at last .".split()) == []
    assert heuristics.label_by_position(["Go"], 0) == []
    with pytest.raises(ValueError, match="one of the 1 tokens, from 0; it was 1"):
        heuristics.label_by_position(["Go"], 1)


# ---------------------------------------------------------------------------------------------
# Features


def test_features_see_the_side_and_the_path():
    features = classical.token_features(BUILT.tokens, 3)
    assert [f["side"] for f in features[:5]] == ["before", "before", "before", "verb", "behind"]
    assert features[5]["preposition"] == "by"
    assert features[1]["path"] == "NOUN VERB"
    assert {f["voice"] for f in features} == {"passive"}


def test_the_labeller_learns_what_it_is_shown():
    labeller = classical.FeatureLabeller(C=100, min_count=1).fit([ADA, BUILT])
    for p in (ADA, BUILT):
        log_probs = labeller.log_probs(p.tokens, p.predicate)
        assert tuple(viterbi.best_roles(log_probs, p.predicate)) == p.roles
        assert np.exp(log_probs).sum(axis=1) == pytest.approx(1, abs=1e-6)


def test_the_labeller_needs_something_to_learn():
    nothing = Proposition("A", "train", 0, ("It", "works"), 1, ())
    for propositions in ([], [nothing]):
        with pytest.raises(ValueError, match="at least one role"):
            classical.FeatureLabeller().fit(propositions)
    with pytest.raises(ValueError, match="C must be"):
        classical.FeatureLabeller(C=0)


# ---------------------------------------------------------------------------------------------
# Networks


def ids_of(propositions):
    vocabulary = Vocabulary(sorted({t for p in propositions for t in p.tokens}))
    rows = [np.array(vocabulary.encode(p.tokens)) for p in propositions]
    return networks.inputs_of(rows, [p.predicate for p in propositions]), len(vocabulary)


def test_inputs_are_padded_and_masked():
    inputs, _ = ids_of([ADA, BUILT])
    assert inputs.words.shape == (2, 8)
    assert inputs.mask.sum(axis=1).tolist() == [8, 7]
    assert inputs.distances[1].tolist() == [12, 13, 14, 15, 16, 17, 18, 19]
    assert inputs.take(np.array([1])).words.shape == (1, 7)


@pytest.mark.parametrize(("predicates", "message"), [([0, 9], "one was 9"), ([0], "2 and 1")])
def test_inputs_must_fit(predicates, message):
    with pytest.raises(ValueError, match=message):
        networks.inputs_of([np.arange(3), np.arange(4)], predicates)


@pytest.mark.equation("eq-srl-tagger")
def test_padding_changes_no_probability():
    set_seed(0)
    inputs, size = ids_of([ADA, BUILT])
    tagger = networks.build_tagger(size, units=5)
    together = networks.tag_log_probs(tagger, inputs)
    alone, _ = ids_of([ADA, BUILT])
    for row, expected in enumerate(together):
        found = networks.tag_log_probs(tagger, alone.take(np.array([row])))[0]
        assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.equation("eq-srl-tagger")
def test_the_tagger_is_two_lstms_side_by_side():
    set_seed(0)
    inputs, size = ids_of([BUILT])
    tagger = networks.build_tagger(size, units=4)
    word = tagger.get_layer("embedding")(inputs.words)
    where = tagger.get_layer("distance_embedding")(inputs.distances)
    read = keras.ops.concatenate([word, where], axis=-1)
    lstm = tagger.get_layer("lstm")
    forward = lstm.forward_layer(read)
    # Keras' own backward layer gives its states in the order in which it read.
    backward = lstm.backward_layer(read)
    both = keras.ops.concatenate([forward, keras.ops.flip(backward, axis=1)], axis=-1)
    expected = tagger.get_layer("tags")(both)
    assert np.exp(networks.tag_log_probs(tagger, inputs)[0]) == pytest.approx(
        np.asarray(expected)[0], abs=1e-5
    )


def test_the_tagger_learns_two_sentences_and_gives_the_same_each_time():
    inputs, size = ids_of([ADA, BUILT])
    losses = []
    for updates in (2, 25):
        set_seed(3)
        tagger = networks.build_tagger(size, units=16, dropout=0.0)
        losses.append(networks.train(tagger, inputs, [ADA, BUILT], updates, 0.05))
    assert losses[0] == losses[1][:2]
    assert losses[1][-1] < 0.3 < losses[1][0]
    for log_probs, p in zip(networks.tag_log_probs(tagger, inputs), (ADA, BUILT), strict=True):
        assert tuple(viterbi.best_roles(log_probs, p.predicate)) == p.roles


def test_the_loss_is_the_mean_over_the_tokens_without_padding():
    set_seed(0)
    inputs, size = ids_of([ADA, BUILT])
    tagger = networks.build_tagger(size, units=4, dropout=0.0)
    losses = []
    for log_probs, p in zip(networks.tag_log_probs(tagger, inputs), (ADA, BUILT), strict=True):
        tags = [bio.TAGS.index(tag) for tag in bio.encode_bio(p.roles, len(p.tokens))]
        losses += (-log_probs[np.arange(len(tags)), tags]).tolist()
    loss = networks.train(tagger, inputs, [ADA, BUILT], updates=1)[0]
    assert loss == pytest.approx(np.mean(losses), rel=1e-5)


def test_without_the_mark_two_verbs_of_a_sentence_get_the_same_roles():
    rows = [np.array([5, 6, 7, 8])] * 2
    for marked in (True, False):
        set_seed(0)
        tagger = networks.build_tagger(10, units=4, mark_predicate=marked)
        one, other = networks.tag_log_probs(tagger, networks.inputs_of(rows, [1, 3]))
        assert np.allclose(one, other) != marked


def test_training_needs_a_proposition_for_each_input():
    inputs, size = ids_of([ADA, BUILT])
    with pytest.raises(ValueError, match="they were 2 and 1"):
        networks.train(networks.build_tagger(size, units=4), inputs, [ADA], 1)


# ---------------------------------------------------------------------------------------------
# Vectors


def test_a_state_of_the_language_model_has_seen_what_stands_before_it():
    set_seed(0)
    vocabulary = Vocabulary(["a", "b", "c"])
    model = models.build_language_model("lstm", len(vocabulary), 4, 3)
    sentences = [["a", "b", "c"], ["A", "b", "a"], ["c"]]
    one, other, short = vectors.language_model_vectors(model, vocabulary, sentences)
    assert one[:2] == pytest.approx(other[:2], abs=1e-6)
    assert not np.allclose(one[2], other[2])
    again = vectors.language_model_vectors(model, vocabulary, [["c"]])[0]
    assert again == pytest.approx(short, abs=1e-6)


def test_a_word_gets_the_mean_of_its_pieces(monkeypatch):
    vocabulary = {"[UNK]": 0, "un": 1, "##do": 2, "it": 3}
    tokenizer = Tokenizer(pieces.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    encoder = minilm.build_encoder()
    found = vectors.minilm_vectors(encoder, tokenizer, [["undo", "it"], ["it"]], layer=2)
    assert [v.shape for v in found] == [(2, 384), (1, 384)]
    layer = keras.Model(encoder.inputs, encoder.get_layer("norm_1").output)
    states = np.asarray(layer([np.array([[1, 2, 3]]), np.ones((1, 3))]))[0]
    assert found[0][0] == pytest.approx(states[:2].mean(axis=0), abs=1e-4)
    assert found[0][1] == pytest.approx(states[2], abs=1e-4)
    with pytest.raises(ValueError, match="from 1 to 6; it was 7"):
        vectors.minilm_vectors(encoder, tokenizer, [["it"]], layer=7)


# ---------------------------------------------------------------------------------------------
# PropBank

TREE = """
( (S
    (NP-SBJ (NNP Ada) )
    (VP (VBD wrote)
      (NP
        (NP (DT a) (NN program) )
        (SBAR (WHNP-1 (WDT that) )
          (S (NP-SBJ (-NONE- *T*-1) ) (VP (VBD worked) )))))
    (. .) ))
"""


@pytest.fixture
def fake_corpus(tmp_path, monkeypatch):
    """Two annotations in PropBank's format, and one without a tree."""
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path), *nltk.data.path])  # NLTK reads there
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "wsj_0001.mrg").write_text(TREE)
    lines = [
        "wsj/00/wsj_0001.mrg 0 1 gold write.01 vp--a 0:1-ARG0 1:0-rel 2:2-ARG1",
        "wsj/00/wsj_0001.mrg 0 6 gold work.01 vp--a 2:1*4:1*5:1-ARG1 6:0-rel 7:0-ARGM-ADV",
        "wsj/00/wsj_0002.mrg 0 0 gold go.01 vp--a 0:0-rel 1:0-ARG1",
    ]
    (tmp_path / "prop.txt").write_text("\n".join(lines) + "\n")
    trees = BracketParseCorpusReader(str(tmp_path / "trees"), r".*\.mrg")
    return PropbankCorpusReader(
        str(tmp_path), "prop.txt", (), "", lambda name: name.rpartition("/")[2], trees
    )


def test_propbank_comes_without_traces_and_only_where_there_is_a_tree(fake_corpus):
    wrote, worked = propbank.load_propbank(fake_corpus)
    assert wrote.tokens == ("Ada", "wrote", "a", "program", "that", "worked", ".")
    assert wrote.verb == "wrote"
    assert wrote.roles == (("ARG0", 0, 1), ("ARG1", 2, 6))
    assert worked.verb == "worked"
    # Of the antecedent, the pronoun and the trace, the antecedent is the longest.
    assert worked.roles == (("ARG1", 2, 4),)
    assert worked.article == "wsj_0001.mrg"


def test_without_propbank_the_error_says_what_is_needed(monkeypatch):
    class Missing:
        def instances(self):
            raise LookupError("Resource propbank not found.")

    with pytest.raises(FileNotFoundError, match="'propbank' and 'treebank' of NLTK's data"):
        propbank.load_propbank(Missing())


def test_the_fake_tree_is_read_as_meant():
    assert Tree.fromstring(TREE)[0].leaves()[5] == "*T*-1"
