"""Speech recognition: lattices, the decision rule, word errors, the channel, and real decoding."""

import importlib.util
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook_utils import corpus, datasets
from lmbook_utils.ngram import NGramModel
from lmbook_utils.tasks.speech import rescoring
from lmbook_utils.tasks.speech.channel import PHONE_CLASSES, PhoneChannel
from lmbook_utils.tasks.speech.hypotheses import SpokenSentence, read_spoken, write_spoken
from lmbook_utils.tasks.speech.lattice import Lattice, acoustic_score, n_best, read_lattice
from lmbook_utils.tasks.speech.recogniser import Recogniser, add_noise, speak
from lmbook_utils.tasks.speech.rescoring import Candidates, Setting
from lmbook_utils.tasks.speech.words import (
    dictionary_lines,
    is_blocked,
    recogniser_vocabulary,
    spoken_words,
)
from lmbook_utils.vocabulary import Vocabulary

ROOT = Path(__file__).parent.parent
NBEST = ROOT / "benchmarks" / "results" / "speech_nbest.json"

# ---------------------------------------------------------------------------------------------
# Lattices

LATTICE = """# a comment
Frames 40
#
Nodes 6 (NODEID WORD STARTFRAME FIRST-ENDFRAME LAST-ENDFRAME)
0 </s> 30 39 39 ; 0
1 go(2) 20 29 29 ; 0
2 two 10 19 19 ; 0
3 to(3) 10 19 19 ; 0
4 [NOISE] 5 9 9 ; 0
5 <s> 0 4 4 ; 0
#
Initial 5
Final 0
#
BestSegAscr 0 (NODEID ENDFRAME ASCORE)
#
Edges (FROM-NODEID TO-NODEID ASCORE)
1 0 -10000
2 1 -20000
3 1 -30000
4 3 0
4 2 -434423808
5 4 -5000
5 3 -40000
5 2 -10000
End
"""


@pytest.fixture
def written(tmp_path):
    """Write a lattice file."""

    def write(text=LATTICE):
        path = tmp_path / "lattice.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_lattice_of_pocketsphinx_is_read_with_scores_in_nats(written):
    lattice = read_lattice(written())
    assert lattice.words == ("", "go", "two", "to", "", "")
    assert (lattice.first, lattice.last) == (5, 0)
    scores = {(begin, end): score for begin, end, score in lattice.edges}
    assert scores[1, 0] == pytest.approx(-10_000 * math.log(1.0001))
    assert (4, 2) not in scores, "pocketsphinx marks it as impossible"


def test_silence_noise_and_pronunciations_are_no_words_of_a_hypothesis(written):
    best = n_best(read_lattice(written()), 10)
    assert [hypothesis.words for hypothesis in best] == [("two", "go"), ("to", "go")]
    # "to" is reached best through the noise: -5,000 and 0 rather than -40,000.
    unit = math.log(1.0001)
    assert [h.acoustic for h in best] == pytest.approx([-40_000 * unit, -45_000 * unit])


def test_the_language_model_can_turn_a_lattice_around(written):
    lattice = read_lattice(written())
    prefers_to = {"to": -1.0, "two": -2.0, "go": -1.0}
    assert n_best(lattice, 1, prefers_to.get)[0].words == ("to", "go")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "some text",
        LATTICE.replace("Initial 5\n", ""),
        LATTICE.replace("5 2 -10000", "5 9 -10000"),
        LATTICE.replace("5 2 -10000", "5 2"),
        LATTICE.replace("5 2 -10000", "2 5 -10000"),  # back in time
        LATTICE.replace("2 two 10", "7 two 10"),
    ],
)
def test_another_file_is_refused(written, text):
    with pytest.raises(ValueError, match="path must be a lattice of pocketsphinx"):
        read_lattice(written(text))


def test_a_graph_that_leads_back_in_time_is_refused():
    with pytest.raises(ValueError, match="edges must lead to a later frame"):
        Lattice(("a", "b"), (0, 5), ((1, 0, -1.0),), 1, 0)


def test_a_lattice_without_a_way_through_has_no_hypothesis():
    lattice = Lattice(("a", "b", ""), (0, 5, 9), ((0, 1, -1.0),), 0, 2)
    assert n_best(lattice, 5) == []
    assert acoustic_score(lattice, ["a"]) == -math.inf


@st.composite
def lattices(draw):
    """Small lattices with equal words in several places."""
    words = draw(st.lists(st.sampled_from(["", "a", "b"]), min_size=2, max_size=7))
    pairs = list(itertools.combinations(range(len(words)), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1))
    scores = draw(st.lists(st.integers(-20, 0), min_size=len(chosen), max_size=len(chosen)))
    edges = tuple((a, b, float(s)) for (a, b), s in zip(chosen, scores, strict=True))
    return Lattice((*words[:-1], ""), tuple(range(len(words))), edges, 0, len(words) - 1)


def all_paths(lattice):
    """Each sequence of words that a path says → the best score of such a path."""
    found = {}

    def follow(node, words, score):
        if node == lattice.last:
            found[words] = max(score, found.get(words, -math.inf))
            return
        own = (lattice.words[node],) if lattice.words[node] else ()
        for begin, end, more in lattice.edges:
            if begin == node:
                follow(end, words + own, score + more)

    follow(lattice.first, (), 0.0)
    return found


@given(lattice=lattices(), number=st.integers(1, 4))
def test_the_n_best_are_those_of_all_paths(lattice, number):
    cost = {"a": -3.0, "b": -1.0}
    expected = all_paths(lattice)
    ranked = sorted(
        (score + sum(map(cost.get, words)) for words, score in expected.items()), reverse=True
    )
    best = n_best(lattice, number, cost.get)
    assert [h.acoustic + sum(map(cost.get, h.words)) for h in best] == ranked[:number]
    assert len({h.words for h in best}) == len(best), "each sequence of words once"
    for hypothesis in best:
        assert hypothesis.acoustic == expected[hypothesis.words]
        assert acoustic_score(lattice, hypothesis.words) == hypothesis.acoustic


@pytest.mark.parametrize("number", [0, -1, 2.5, True])
def test_a_number_that_is_none_is_refused(number):
    lattice = Lattice(("a", ""), (0, 5), ((0, 1, -1.0),), 0, 1)
    with pytest.raises(ValueError, match="number must be a whole number and at least 1"):
        n_best(lattice, number)


# ---------------------------------------------------------------------------------------------
# The decision rule


def candidates(acoustic, log_probs, lengths, errors):
    arrays = acoustic, log_probs, lengths, errors
    return Candidates(*map(np.array, arrays))


@pytest.mark.equation("eq-speech")
def test_with_weight_1_and_no_bonus_the_rule_takes_the_most_probable_words():
    joint = np.array([[0.10, 0.25], [0.20, 0.05], [0.30, 0.10]])  # words, sounds
    prior = joint.sum(axis=1)
    for sound in range(2):
        posterior = joint[:, sound] / joint[:, sound].sum()
        scores = rescoring.decision_scores(
            np.log(joint[:, sound] / prior), np.log(prior), [1, 2, 3], Setting(1, 0)
        )
        assert np.argmax(scores) == np.argmax(posterior)
        assert np.exp(scores) == pytest.approx(joint[:, sound])


@pytest.mark.equation("eq-speech")
def test_the_score_is_the_sum_of_sound_weighted_model_and_bonus_for_each_word():
    scores = rescoring.decision_scores([-10.0, -12.0], [-4.0, -3.0], [3, 2], Setting(2.5, 0.5))
    assert scores == pytest.approx([-10 - 10 + 1.5, -12 - 7.5 + 1.0])


def test_a_bonus_favours_the_longer_hypothesis():
    one = candidates([-10.0, -11.0], [-5.0, -5.0], [2, 4], [1, 0])
    assert rescoring.choose(one, Setting(1, 0)) == 0
    assert rescoring.choose(one, Setting(1, 1)) == 1


def test_scores_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"must have the same shape .*\(1,\), \(2,\), \(1,\)"):
        rescoring.decision_scores([0.0], [0.0, 1.0], [1], Setting(1, 0))


def test_nothing_to_choose_from_is_refused():
    with pytest.raises(ValueError, match="candidates must hold at least one hypothesis"):
        rescoring.choose(candidates([], [], [], []), Setting(1, 0))


def test_tuning_finds_the_setting_with_the_fewest_errors():
    # The model is right where the weight is above 4; the second sentence bears at most 6.
    first = candidates([0.0, -4.5], [-2.0, -1.0], [2, 2], [1, 0])
    second = candidates([0.0, -6.5], [-2.0, -1.0], [2, 2], [0, 2])
    assert rescoring.tune([first, second], range(9), [0.0]) == Setting(5.0, 0.0)
    assert rescoring.tune([first], range(9), [0.0]) == Setting(5.0, 0.0)
    assert rescoring.tune([second], range(9), [0.0]) == Setting(0.0, 0.0)


def test_tuning_on_nothing_is_refused():
    with pytest.raises(ValueError, match="must hold at least one each"):
        rescoring.tune([])


def test_a_model_scores_every_hypothesis_with_its_end():
    model = NGramModel(2, smoothing="add-k").fit([["so", "it", "goes"]])
    lists = [[["so", "it"], ["it"]], [["goes"]], [[]]]
    scores = rescoring.score_with(model, lists)
    assert [len(values) for values in scores] == [2, 1, 1]
    for hypotheses, values in zip(lists, scores, strict=True):
        assert values == pytest.approx([model.log_prob(words) for words in hypotheses])


# ---------------------------------------------------------------------------------------------
# Word errors


def levenshtein(reference, hypothesis):
    row = list(range(len(hypothesis) + 1))
    for i, said in enumerate(reference, 1):
        before, row = row, [i]
        for j, heard in enumerate(hypothesis, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (said != heard)))
    return row[-1]


WORDS = st.lists(st.sampled_from(["a", "b", "c", "'s", "two-way"]), max_size=7)


@given(reference=WORDS.filter(bool), hypothesis=WORDS)
def test_word_errors_are_the_edit_distance(reference, hypothesis):
    found = rescoring.word_errors([reference], [hypothesis])
    assert found.tolist() == [levenshtein(reference, hypothesis)]


@pytest.mark.equation("eq-word-error-rate")
def test_the_error_rate_is_that_of_jiwer_over_all_sentences():
    import jiwer

    said = ["the clocks are compared using signals", "yes", "he married an armenian"]
    heard = ["the clock the compared using signals", "no yes", ""]
    split = [[text.split() for text in texts] for texts in (said, heard)]
    errors = rescoring.word_errors(*split)
    assert errors.tolist() == [2, 1, 4]
    rate = rescoring.error_rate(errors, [len(words) for words in split[0]])
    assert rate == pytest.approx(7 / 11)
    assert rate == pytest.approx(jiwer.wer(said, heard))


def test_a_reference_without_a_word_is_refused():
    with pytest.raises(ValueError, match="references must have at least one word each"):
        rescoring.word_errors([["yes"], []], [["yes"], []])
    with pytest.raises(ValueError, match="there were 1 and 2"):
        rescoring.word_errors([["yes"]], [["yes"], []])


@pytest.mark.parametrize("lengths", [[1], [0, 3], [1.5, 2.0], []])
def test_lengths_that_cannot_be_are_refused(lengths):
    with pytest.raises(ValueError, match="lengths must"):
        rescoring.error_rate(np.array([1, 0]), lengths)


def test_the_interval_holds_the_rate_and_narrows_with_more_sentences():
    errors, lengths = np.array([0, 2, 1, 0, 3, 1]), np.array([5, 8, 6, 9, 12, 7])
    low, high = rescoring.error_rate_interval(errors, lengths)
    assert low < rescoring.error_rate(errors, lengths) < high
    more = rescoring.error_rate_interval(np.tile(errors, 16), np.tile(lengths, 16))
    assert more.high - more.low < (high - low) / 3


def test_a_comparison_counts_better_and_worse_sentences():
    lengths = np.full(40, 10)
    baseline = np.arange(40) % 4
    better = np.maximum(baseline - 1, 0)
    result = rescoring.compare_errors(better, baseline, lengths)
    assert (result.better, result.worse) == (30, 0)
    assert result.difference == pytest.approx(-30 / 400)
    assert result.interval.high < 0
    assert result.p_value < 0.001
    reverse = rescoring.compare_errors(baseline, better, lengths)
    assert (reverse.better, reverse.worse) == (0, 30)


def test_equal_systems_are_not_told_apart():
    errors, lengths = np.array([1, 0, 2]), np.array([5, 5, 5])
    result = rescoring.compare_errors(errors, errors, lengths)
    assert result == (0.0, (0.0, 0.0), 1.0, 0, 0)


def test_fewer_errors_than_none_are_refused():
    with pytest.raises(ValueError, match="errors and baseline must be numbers from 0"):
        rescoring.compare_errors([-1, 0], [0, 1], [5, 5])


# ---------------------------------------------------------------------------------------------
# Words


def test_punctuation_is_not_spoken():
    assert spoken_words(["it", "'s", "...", "9", ",", "%", "–", "km²"]) == ["it", "'s", "9", "km²"]
    assert spoken_words([]) == []


def test_the_vocabulary_is_what_the_text_has_and_the_dictionary_can_pronounce():
    sounds = {"a": (("AH",),), "cat": (("K", "AE", "T"),), "damn": (("D", "AE", "M"),)}
    vocabulary = recogniser_vocabulary([["a", "damn", "cat", "purrs"]], sounds)
    assert set(vocabulary.tokens[4:]) == {"a", "cat"}


def test_swear_words_are_blocked_in_either_case_and_their_neighbours_are_not():
    assert is_blocked("damn")
    assert is_blocked("Damn")
    assert not any(map(is_blocked, ["dam", "damnation", "god", "murder", "sex", "", "好"]))


def test_the_possessive_is_pronounced_as_it_is_said():
    sounds = {"'s": (("EH", "S"),), "cat": (("K", "AE", "T"),)}
    assert dictionary_lines(Vocabulary(["cat", "'s"]), sounds) == [
        "cat K AE T",
        "'s S",
        "'s(2) Z",
        "'s(3) IH Z",
    ]


# ---------------------------------------------------------------------------------------------
# The file of hypotheses


def spoken(**changes):
    fields = {
        "part": "test",
        "article": 3,
        "decibels": 24.5,
        "reference": ("go", "on"),
        "recognised": ("go", "in"),
        "hypotheses": (("go", "on"), ("go", "in", "to"), (), ("go", "in")),
        "acoustic": np.array([-3.0, -1.5, -9.0, 0.0]),
        "network": np.array([-8.0, -9.0, -2.0, -7.5]),
    }
    return SpokenSentence(**fields | changes)


def scores(sentence):
    triples = zip(sentence.hypotheses, sentence.acoustic, sentence.network, strict=True)
    return {words: (float(a), float(n)) for words, a, n in triples}


def test_what_is_written_is_read_again(tmp_path):
    write_spoken(tmp_path / "heard.json", [spoken(), spoken(part="validation")])
    first, second = read_spoken(tmp_path / "heard.json")
    assert (first.part, second.part) == ("test", "validation")
    assert scores(first) == scores(spoken())
    assert (first.reference, first.recognised) == (("go", "on"), ("go", "in"))
    assert (first.article, first.decibels) == (3, 24.5)


def test_a_sentence_may_have_no_hypothesis_and_no_network(tmp_path):
    none = np.array([])
    silent = spoken(recognised=(), hypotheses=(), acoustic=none, network=none)
    write_spoken(tmp_path / "heard.json", [silent, spoken(network=none)])
    first, second = read_spoken(tmp_path / "heard.json")
    assert first.hypotheses == first.recognised == ()
    assert len(second.hypotheses) == 4
    assert second.network.shape == (0,)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"part": "test"}]'])
def test_another_file_is_no_file_of_sentences(tmp_path, content):
    if content == "{}":
        content = '{"a": 1}'
    (tmp_path / "heard.json").write_text(content)
    with pytest.raises(ValueError, match="path must be a file of spoken sentences"):
        read_spoken(tmp_path / "heard.json")


def test_a_file_that_lacks_a_score_is_refused(tmp_path):
    write_spoken(tmp_path / "heard.json", [spoken()])
    rows = json.loads((tmp_path / "heard.json").read_text())
    rows[0]["acoustic"].pop()
    (tmp_path / "heard.json").write_text(json.dumps(rows))
    with pytest.raises(ValueError, match="path must be a file of spoken sentences"):
        read_spoken(tmp_path / "heard.json")


# ---------------------------------------------------------------------------------------------
# The channel

SOUNDS = {
    "cat": (("K", "AE", "T"),),
    "cut": (("K", "AH", "T"),),
    "pit": (("P", "IH", "T"),),
    "a": (("AH",), ("EY",)),
    "see": (("S", "IY"),),
}


def channel(rate=0.2):
    return PhoneChannel(Vocabulary(SOUNDS), SOUNDS, rate)


@pytest.mark.equation("eq-phone-channel")
def test_the_probabilities_of_all_that_may_be_heard_for_a_word_sum_to_1():
    vowels, stops = PHONE_CLASSES[:2]
    heard = itertools.product(stops, vowels, stops)
    total = sum(math.exp(channel().log_prob(phones, ("K", "AE", "T"))) for phones in heard)
    assert total == pytest.approx(1)


@pytest.mark.equation("eq-phone-channel")
def test_each_confused_phone_costs_the_same():
    found = channel(0.3).log_prob(("K", "IH", "P"), ("K", "AE", "T"))
    assert found == pytest.approx(math.log(0.7) + math.log(0.3 / 14) + math.log(0.3 / 5))
    assert channel().log_prob(("S", "IH", "P"), ("K", "AE", "T")) == -math.inf


def test_a_channel_without_confusion_gives_the_words_back():
    clear = channel(rate=0)
    heard = clear.transmit(["cat", "see", "a"])
    assert heard == [("K", "AE", "T"), ("S", "IY"), ("AH",)]
    assert n_best(clear.lattice(heard), 1)[0].words == ("cat", "see", "a")


def test_phones_are_confused_at_the_rate_and_within_their_class():
    heard = channel(0.25).transmit(["cat"] * 2000, seed=1)
    pairs = [pair for phones in heard for pair in zip(phones, ("K", "AE", "T"), strict=True)]
    assert np.mean([one != other for one, other in pairs]) == pytest.approx(0.25, abs=0.02)
    class_of = {phone: number for number, c in enumerate(PHONE_CLASSES) for phone in c}
    assert all(class_of[one] == class_of[other] for one, other in pairs)


def test_candidates_are_sorted_and_of_two_pronunciations_the_better_counts():
    found = channel().candidates(("EY",))
    assert found == {"a": pytest.approx(math.log(0.8))}
    assert channel().candidates(("AH",)) == found
    assert list(channel().candidates(("K", "AH", "T"))) == ["cut", "cat", "pit"]
    assert channel().candidates(("ZH", "M")) == {}


def test_the_lattice_of_the_channel_is_rescored_like_any_other():
    heard = [("K", "AH", "T"), ("S", "IY")]
    lattice = channel().lattice(heard)
    assert n_best(lattice, 1)[0].words == ("cut", "see")
    weights = {"cat": -1.0, "cut": -30.0, "pit": -30.0, "see": -1.0}
    best = n_best(lattice, 3, weights.get)[0]
    assert best.words == ("cat", "see")
    by_hand = channel().log_prob(heard[0], ("K", "AE", "T")) + 2 * math.log(0.8)
    assert best.acoustic == pytest.approx(by_hand)


def test_what_no_word_sounds_like_is_skipped_and_nothing_is_nothing():
    assert n_best(channel().lattice([("ZH", "M"), ("S", "IY")]), 1)[0].words == ("see",)
    assert n_best(channel().lattice([]), 1)[0].words == ()


def test_a_word_outside_the_vocabulary_cannot_be_said():
    with pytest.raises(ValueError, match="words must be of the vocabulary; 'dog' is not in it"):
        channel().transmit(["cat", "dog"])


@pytest.mark.parametrize("rate", [-0.1, 1, math.nan, "a"])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError, match="rate must be from 0 and below 1"):
        channel(rate)


# ---------------------------------------------------------------------------------------------
# The recorded run


@pytest.fixture(scope="module")
def recorded():
    return read_spoken(NBEST)


def test_at_least_150_held_out_sentences_are_judged_and_100_tuned_on(recorded):
    parts = [sentence.part for sentence in recorded]
    assert set(parts) == {"validation", "test"}
    assert parts.count("test") >= 150
    assert parts.count("validation") >= 100


def test_the_sentences_are_of_their_part_and_no_model_has_seen_them(recorded):
    known = {
        part: {tuple(spoken_words(sentence)) for sentence in corpus.load_sentences(part)}
        for part in ("train", "validation", "test")
    }
    for sentence in recorded:
        assert sentence.reference in known[sentence.part]
        assert sentence.reference not in known["train"]
    said = [sentence.reference for sentence in recorded]
    assert len(set(said)) == len(said), "none is in both parts, or twice"


def test_each_list_holds_what_the_recogniser_wrote_and_no_hypothesis_twice(recorded):
    for sentence in recorded:
        assert sentence.recognised in sentence.hypotheses
        assert len(set(sentence.hypotheses)) == len(sentence.hypotheses)
        assert len(sentence.network) == len(sentence.acoustic) == len(sentence.hypotheses)
        assert sentence.acoustic.max() == 0
        assert (sentence.network < 0).all()
        assert 20 <= sentence.decibels <= 30


def test_no_hypothesis_holds_a_blocked_word(recorded):
    words = {word for s in recorded for hypothesis in s.hypotheses for word in hypothesis}
    assert len(words) > 1000
    assert not any(map(is_blocked, words))


# ---------------------------------------------------------------------------------------------
# Real sound

without_speech = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("hibari", "pocketsphinx"))),
    reason="the optional packages for speech are not installed (the extra is called speech)",
)


@pytest.fixture(scope="module")
def recogniser():
    """A recogniser with the book's unigram model, as the recorded run has it."""
    try:
        pronunciations = datasets.load_pronunciations()
    except ConnectionError as error:
        pytest.skip(f"needs the network: {error}")
    train = list(filter(None, map(spoken_words, corpus.load_sentences("train"))))
    vocabulary = recogniser_vocabulary(train, pronunciations)
    return Recogniser(NGramModel(1).fit(train, vocabulary), pronunciations)


@without_speech
@pytest.mark.network
def test_ten_sentences_are_spoken_and_heard(recogniser, recorded):
    sentences = [s for s in recorded if s.part == "test" and len(s.reference) <= 10][:10]
    errors, oracle, as_recorded = [], [], 0
    for number, sentence in enumerate(sentences):
        sound = add_noise(speak(" ".join(sentence.reference)), sentence.decibels, seed=number)
        heard = recogniser.hear(sound)
        said = [sentence.reference]
        errors += rescoring.word_errors(said, [heard.words]).tolist()
        lists = n_best(heard.lattice, 30, recogniser.word_score)
        assert acoustic_score(heard.lattice, heard.words) > -math.inf
        found = rescoring.word_errors(said * len(lists), [h.words for h in lists])
        oracle.append(found.min())
        as_recorded += heard.words == sentence.recognised
    words = sum(len(sentence.reference) for sentence in sentences)
    assert sum(errors) / words < 0.4
    assert sum(oracle) < sum(errors)
    assert as_recorded >= 2  # not all: here the sentences are spoken without their punctuation


@without_speech
@pytest.mark.network
def test_the_same_sound_is_heard_alike_whatever_came_before(recogniser):
    sound = add_noise(speak("the clocks are compared"), 25, seed=0)
    first = recogniser.hear(sound)
    recogniser.hear(add_noise(speak("he married an armenian woman"), 20, seed=1))
    assert recogniser.hear(sound) == first
    assert len(first.words) >= 3


@without_speech
@pytest.mark.network
@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(16_000),
        np.zeros(0),
        np.zeros(1),
        np.random.default_rng(0).normal(0, 1e-4, 16_000),
    ],
    ids=["a second of silence", "no sound", "one sample", "faint noise"],
)
def test_silence_is_heard_as_nothing(recogniser, sound):
    assert recogniser.hear(sound) == ((), None)


@without_speech
@pytest.mark.network
@pytest.mark.parametrize("samples", [np.zeros((2, 100)), np.array([0.1, np.nan])])
def test_what_is_no_sound_is_refused(recogniser, samples):
    with pytest.raises(ValueError, match="samples must be finite numbers of shape"):
        recogniser.hear(samples)


@without_speech
def test_the_voice_says_the_same_again_and_nothing_for_nothing():
    assert np.array_equal(speak("yes", seed=3), speak("yes", seed=3))
    assert len(speak("")) == 0
    assert len(add_noise(speak(""), 20, seed=0)) == 0
    with pytest.raises(ValueError, match="text must be a string; it was int"):
        speak(7)


def test_without_the_packages_the_error_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    model = NGramModel(1, smoothing="add-k").fit([["cat"]])
    with pytest.raises(ModuleNotFoundError, match=r"lmbook-utils\[speech\]"):
        Recogniser(model, SOUNDS)
