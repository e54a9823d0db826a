"""ARPA files: there and back, files of other programs, and every kind of damage."""

import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ngram_texts import HELD_OUT, NORMALISED, TEXT, texts

from lmbook_utils import storage
from lmbook_utils.ngram import NGramModel
from lmbook_utils.vocabulary import Vocabulary

OTHER = [s.split() for s in ("the cat ran", "a bird sat on the log", "mat the the", "")]


# As SRILM writes: a blank line first, no <unk>, -99 for what never comes, weights left out.
SRILM = """
\\data\\
ngram 1=4
ngram 2=3
ngram 3=1

\\1-grams:
-0.5\t</s>
-99\t<s>\t-0.3
-0.4\ta\t-0.2
-0.6\tb

\\2-grams:
-0.1\t<s> a\t-0.7
-0.25\ta b
-0.35\tb </s>

\\3-grams:
-0.05\t<s> a b

\\end\\
"""

# As KenLM's lmplz writes: <unk> first, 0 for <s>, a weight for each n-gram but the longest.
KENLM = """\\data\\
ngram 1=5
ngram 2=2

\\1-grams:
-1.2\t<unk>\t0
0\t<s>\t-0.3
-0.5\t</s>\t0
-0.4\ta\t-0.2
-0.6\tb\t-0.15

\\2-grams:
-0.1\t<s> a
-0.25\ta b

\\end\\
"""


def fitted(order, smoothing, text=TEXT):
    return NGramModel(order, smoothing).fit(text, held_out=HELD_OUT)


def read(folder, content):
    path = folder / "model.arpa"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return NGramModel.read_arpa(path)


def written(folder, model):
    path = folder / "model.arpa"
    model.write_arpa(path)
    return path.read_text(encoding="utf-8")


def log_10_scores(model, *sentences):
    return model.score([sentence.split() for sentence in sentences]) / np.log(10)


def line_of(text, start):
    """The number of the only line that starts so."""
    (number,) = [i for i, line in enumerate(text.split("\n"), 1) if line.startswith(start)]
    return number


# ---------------------------------------------------------------------------------------------
# There and back


def assert_scored_alike(model, other, sentences):
    assert other.score(sentences) == pytest.approx(model.score(sentences), abs=1e-6, rel=1e-6)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("smoothing", NORMALISED)
def test_a_model_scores_alike_after_writing_and_reading(tmp_path, smoothing, order):
    model = fitted(order, smoothing)
    model.write_arpa(tmp_path / "model.arpa")
    again = NGramModel.read_arpa(tmp_path / "model.arpa")
    assert (again.order, again.smoothing, again.sizes) == (order, "arpa", model.sizes)
    assert again.nbytes == model.nbytes
    assert set(again.vocabulary_.tokens) == set(model.vocabulary_.tokens)
    assert_scored_alike(model, again, [*TEXT, *HELD_OUT, *OTHER])


def test_padding_never_comes_next_after_reading(tmp_path):
    model = read(tmp_path, written(tmp_path, fitted(3, "kneser-ney")))
    for context in ([], ["<s>"], ["the"], ["zebra", "the"]):
        probabilities = model.next_word_distribution(context)
        assert probabilities[Vocabulary.pad_id] == 0
        assert probabilities.sum() == pytest.approx(1)


@settings(max_examples=100, deadline=None)
@given(text=texts, smoothing=st.sampled_from(NORMALISED), order=st.integers(1, 4))
def test_any_text_survives_writing_and_reading(tmp_path_factory, text, smoothing, order):
    model = fitted(order, smoothing, text)
    path = tmp_path_factory.getbasetemp() / "model.arpa"
    model.write_arpa(path)
    assert_scored_alike(model, NGramModel.read_arpa(path), [*text, *OTHER])


@pytest.mark.parametrize("threshold", [0, 5e-3, 1e-2, 1e300])
@pytest.mark.parametrize("smoothing", NORMALISED)
def test_a_pruned_model_scores_alike_after_writing_and_reading(tmp_path, smoothing, threshold):
    model = fitted(3, smoothing).prune(threshold)
    again = read(tmp_path, written(tmp_path, model))
    assert again.sizes == model.sizes
    assert_scored_alike(model, again, [*TEXT, *HELD_OUT, *OTHER])


def test_what_was_read_can_be_written_and_pruned(tmp_path):
    model = fitted(3, "kneser-ney")
    again = read(tmp_path, written(tmp_path, model))
    assert_scored_alike(again, read(tmp_path, written(tmp_path, again)), TEXT)
    assert again.prune(1e-2).sizes == model.prune(1e-2).sizes


def test_a_written_file_is_an_arpa_file_by_the_letter(tmp_path):
    model = NGramModel(2, "mle").fit([["a"], ["b"]])
    rounded = re.sub(r"-0\.\d+", lambda n: f"{float(n[0]):.5f}", written(tmp_path, model))
    assert rounded == (
        "\\data\\\nngram 1=5\nngram 2=4\n\n"
        "\\1-grams:\n-99\t<unk>\t0\n-99\t<s>\t-99\n-0.30103\t</s>\t0\n"
        "-0.60206\ta\t-99\n-0.60206\tb\t-99\n\n"
        "\\2-grams:\n-0.30103\t<s> a\n-0.30103\t<s> b\n0\ta </s>\n0\tb </s>\n\n\\end\\\n"
    )


@pytest.mark.parametrize(
    "word", ["naïve", "猫", "no\u00a0break", "\u3000", "\\end\\", "1", "-0.5", "\x1c"]
)
def test_unusual_words_survive(tmp_path, word):
    model = fitted(2, "kneser-ney", [[word, "b"], ["b", word, word]])
    again = read(tmp_path, written(tmp_path, model))
    assert word in again.vocabulary_
    assert_scored_alike(model, again, [[word, word], ["b"]])


@pytest.mark.parametrize(
    "word",
    ["New York", "a\tb", "a\nb", "a\r", "\v", "\f", " ", "a\0b", "\ud800", chr(0xDFFF)],
    # With names without a backslash pytest finds a single one of them, too.
    ids="blank tab newline return vertical page only-a-blank zero half other-half".split(),
)
def test_a_word_that_an_arpa_file_cannot_hold_is_named_and_nothing_is_written(tmp_path, word):
    model = fitted(2, "kneser-ney", [["a", word]])
    with pytest.raises(ValueError, match="the vocabulary must hold words without white space") as e:
        model.write_arpa(tmp_path / "model.arpa")
    assert repr(word) in str(e.value)
    assert not list(tmp_path.iterdir())


def test_probabilities_that_rounding_took_above_1_are_written_as_1(tmp_path):
    model = fitted(2, "mle")
    for table in model.tables_:
        table.log_probs[table.log_probs == 0] = 1e-9
    assert_scored_alike(fitted(2, "mle"), read(tmp_path, written(tmp_path, model)), TEXT)


def test_stupid_backoff_refuses_to_be_written(tmp_path):
    with pytest.raises(ValueError, match=r"to be written as an ARPA file; .*stupid-backoff"):
        fitted(2, "stupid-backoff").write_arpa(tmp_path / "model.arpa")
    assert not list(tmp_path.iterdir())


def test_a_model_that_has_read_nothing_refuses_to_be_written(tmp_path):
    with pytest.raises(ValueError, match="call fit or read_arpa first"):
        NGramModel(2).write_arpa(tmp_path / "model.arpa")


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(OSError, match=r"nowhere.*could not be written"):
        fitted(2, "kneser-ney").write_arpa(tmp_path / "nowhere" / "model.arpa")


def test_an_old_file_is_untouched_where_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "model.arpa"
    path.write_text("old")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        fitted(2, "kneser-ney").write_arpa(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# ---------------------------------------------------------------------------------------------
# Files of other programs


def test_srilms_file_by_hand(tmp_path):
    model = read(tmp_path, SRILM)
    assert model.sizes == (5, 3, 1)  # with <unk>, which the file leaves out
    # a after <s>; b after <s> a; </s> after b, for "a b" is no context, nor has it a weight
    assert log_10_scores(model, "a b") == pytest.approx([-0.1, -0.05, -0.35])
    # a after <s> a: its weight, and that of a; </s> after a a: that of a once more
    assert log_10_scores(model, "a a") == pytest.approx([-0.1, -0.7 - 0.2 - 0.4, -0.2 - 0.5])
    # b after <s>: its weight; b has none
    assert log_10_scores(model, "b b") == pytest.approx([-0.3 - 0.6, -0.6, -0.35])


def test_an_unknown_word_without_unk_has_the_score_that_kenlm_gives_it(tmp_path):
    assert log_10_scores(read(tmp_path, SRILM), "z") == pytest.approx([-0.3 - 100, -0.5])


def test_kenlms_file_by_hand(tmp_path):
    model = read(tmp_path, KENLM)
    assert model.sizes == (5, 2)
    assert log_10_scores(model, "a b") == pytest.approx([-0.1, -0.25, -0.15 - 0.5])
    assert log_10_scores(model, "z a") == pytest.approx([-0.3 - 1.2, -0.4, -0.2 - 0.5])
    assert model.next_word_distribution()[Vocabulary.bos_id] == 0, "whatever the file gives <s>"


def test_ngrams_may_stand_in_any_order(tmp_path):
    head, *sections = re.split(r"(?=\\[123]-grams:)", SRILM.replace("\\end\\\n", ""))
    turned = []
    for section in sections:
        title, *rows = section.split("\n")
        turned.append("\n".join([title, *reversed(rows)]))
    assert_scored_alike(
        read(tmp_path, SRILM),
        read(tmp_path, head + "\n".join(turned) + "\n\\end\\\n"),
        [["a", "b"], ["b", "a", "a", "z"]],
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\t", " "),
        lambda text: text.replace("\t", "\0"),
        lambda text: text.replace("\t", "  \t ").replace(" a", "\ta"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\n\n \t\n"),
        lambda text: re.sub(r"\n\n+", "\n", text),
        lambda text: text.replace("=", " = ").replace("ngram ", "ngram  "),
        lambda text: "Made by hand.\nngram 1=7\n\\1-grams:\n" + text,
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\nwhat comes later does not matter\n\\4-grams:\n",
        lambda text: text.replace("-0.5", "-5e-1"),
    ],
    ids=[
        "spaces",
        "zeros",
        "mixed",
        "crlf",
        "blank lines",
        "no blank lines",
        "equals",
        "header",
        "no newline",
        "tail",
        "exponent",
    ],
)
@pytest.mark.parametrize("text", [SRILM, KENLM], ids=["srilm", "kenlm"])
def test_the_layout_does_not_matter(tmp_path, text, change):
    sentences = ["a b", "a a", "b b a", "z", ""]
    expected = log_10_scores(read(tmp_path, text), *sentences)
    assert log_10_scores(read(tmp_path, change(text)), *sentences) == pytest.approx(expected)


def test_minus_99_and_minus_infinity_are_probabilities_of_0(tmp_path):
    for number in ("-99", "-99.0", "-inf", "-1e300"):
        model = read(tmp_path, KENLM.replace("-0.6\tb", f"{number}\tb"))
        assert model.next_word_distribution()[model.vocabulary_.tokens.index("b")] == 0


# ---------------------------------------------------------------------------------------------
# Damage


def assert_refused(folder, content, line, problem=""):
    with pytest.raises(ValueError, match=rf"path must be an ARPA file; line {line} of ") as error:
        read(folder, content)
    assert str(folder / "model.arpa") in str(error.value)
    assert problem in str(error.value)


@pytest.mark.parametrize("text", [SRILM, KENLM], ids=["srilm", "kenlm"])
def test_a_file_cut_off_after_any_line_names_the_line_that_is_missing(tmp_path, text):
    lines = text.removesuffix("\n").split("\n")
    for kept in range(len(lines)):
        content = "".join(line + "\n" for line in lines[:kept])
        assert_refused(tmp_path, content, kept + 1, "is missing: the file ends before")


@pytest.mark.parametrize("text", [SRILM, KENLM], ids=["srilm", "kenlm"])
def test_a_file_cut_off_anywhere_is_refused(tmp_path, text):
    for length in range(len(text) - 1):
        assert_refused(tmp_path, text[:length], r"\d+")


DAMAGE = {
    "no number": ("-0.6\tb\t", "x\tb\t", "something else where a logarithm should be"),
    "no weight": ("-0.4\ta\t", "-0.4\ta\ty", "something else where a logarithm should be"),
    "nan": ("-0.6\tb\t", "nan\tb\t", "has nan"),
    "positive": ("-0.6\tb\t", "0.6\tb\t", "has 0.6"),
    "infinity": ("-0.6\tb\t", "inf\tb\t", "has inf"),
    "nan weight": ("-0.6\tb\t-0.15", "-0.6\tb\tnan", "has nan"),
    "infinite weight": ("-0.6\tb\t-0.15", "-0.6\tb\tinf", "has inf"),
    "weight at the bound": ("-0.6\tb\t-0.15", "-0.6\tb\t100", "has 100"),
    "huge weight": ("-0.6\tb\t-0.15", "-0.6\tb\t1e300", "has 1e300"),
    "duplicate word": ("-0.6\tb\t", "-0.6\ta\t", "'a', which is there twice"),
    "padding": ("-0.6\tb\t", "-0.6\t<pad>\t", "'<pad>', which stands for no word"),
    "duplicate bigram": ("-0.25\ta b", "-0.25\t<s> a", "'<s> a', which is there twice"),
    "unknown word": ("-0.25\ta b", "-0.25\ta zebra", "'a zebra', whose words"),
    "unknown context": ("-0.25\ta b", "-0.25\tzebra b", "'zebra b', whose words"),
    "padding in a bigram": ("-0.25\ta b", "-0.25\ta <pad>", "'a <pad>', whose words"),
    "no word": ("-0.6\tb\t-0.15", "-0.6", "1 words and a back-off weight (1 of 5"),
    "too few words": ("-0.25\ta b", "-0.25\ta", "2 words and no back-off weight (1 of 2 2-grams"),
    "too many words": ("-0.25\ta b", "-0.25\ta b a", "should have a logarithm, 2 words"),
    "weight in the last": ("-0.25\ta b", "-0.25\ta b\t-0.1", "no back-off weight"),
    "too many ngrams": ("-0.25\ta b", "-0.25\ta b\n-0.2\tb a", "should be \\end\\"),
    "no end": ("\\end\\", "\\3-grams:", "should be \\end\\"),
    "missing section": ("\\2-grams:", "-0.1\tb b", "should be \\2-grams:"),
    "wrong section": ("\\2-grams:", "\\3-grams:", "should be \\2-grams:"),
    "sizes out of order": ("ngram 2=", "ngram 3=", "should give the number of 2-grams"),
    "no size": ("ngram 1=", "ngrams 1=", "should give the number of 1-grams"),
    "negative size": ("ngram 1=5", "ngram 1=-5", "should give the number of 1-grams"),
    "endless size": ("ngram 1=5", "ngram 1=" + "9" * 5000, "should give the number of 1-grams"),
}


@pytest.mark.parametrize(("old", "new", "problem"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named_with_its_line(tmp_path, old, new, problem):
    damaged = KENLM.replace(old, new, 1)
    assert damaged != KENLM
    line = line_of(KENLM, old)
    if problem == "should be \\end\\" and old != "\\end\\":
        line += 1  # it is the line after that is too many
    assert_refused(tmp_path, damaged, line, problem)


def test_a_trigram_whose_beginning_is_no_bigram_is_named(tmp_path):
    damaged = SRILM.replace("<s> a b", "b b a")
    assert_refused(tmp_path, damaged, line_of(SRILM, "-0.05"), "'b b a', whose words or first 2")


def test_of_several_ngrams_the_damaged_one_is_named(tmp_path):
    head, (first, second) = SRILM.split("\\3-grams:\n")[0], ("-0.05\t<s> a b", "-0.05\ta b </s>")
    head = head.replace("ngram 3=1", "ngram 3=3") + "\\3-grams:\n"
    end = "\n\n\\end\\\n"
    line = line_of(SRILM, first)
    unknown = head + "\n".join([first, second, "-0.05\tb b a"]) + end
    assert_refused(tmp_path, unknown, line + 2, "'b b a', whose words or first 2")
    twice = head + "\n".join([second, first, second]) + end
    assert_refused(tmp_path, twice, line + 2, "'a b </s>', which is there twice")


def test_a_size_that_is_too_large_is_noticed_at_the_next_section(tmp_path):
    damaged = KENLM.replace("ngram 1=5", "ngram 1=6")
    assert_refused(tmp_path, damaged, line_of(KENLM, "\\2-grams:"), "1 of 6 1-grams are still to")


def test_a_size_that_is_too_small_is_noticed_at_the_ngram_too_many(tmp_path):
    damaged = KENLM.replace("ngram 1=5", "ngram 1=4")
    assert_refused(tmp_path, damaged, line_of(KENLM, "-0.6\tb"), "should be \\2-grams:")


def test_sections_in_the_wrong_order_are_refused(tmp_path):
    head, first, second = re.split(r"(?=\\[12]-grams:)", KENLM.replace("\\end\\\n", ""))
    damaged = head + second + first + "\\end\\\n"
    assert_refused(tmp_path, damaged, line_of(damaged, "\\2-grams:"), "should be \\1-grams:")


@pytest.mark.parametrize("token", ["<s>", "</s>"])
def test_the_ends_of_a_sentence_must_be_among_the_unigrams(tmp_path, token):
    damaged = re.sub(rf"(?m)^(\S+\t){token}", r"\1z", KENLM)
    assert_refused(tmp_path, damaged, line_of(KENLM, "-0.6\tb"), f"{token} is not one of them")


@pytest.mark.parametrize("tokens", [["<s>", "</s>"], ["<s>", "</s>", "<unk>"]])
def test_a_file_without_words_is_refused(tmp_path, tokens):
    rows = "".join(f"-0.5\t{token}\n" for token in tokens)
    text = f"\\data\\\nngram 1={len(tokens)}\n\n\\1-grams:\n{rows}\\end\\\n"
    assert_refused(tmp_path, text, 4 + len(tokens), "ends the unigrams, and there is no word")


@pytest.mark.parametrize("size", ["99999999999999", "999999999999999999"])
@pytest.mark.parametrize("order", [1, 2])
def test_a_huge_size_costs_no_memory(tmp_path, order, size):
    damaged = re.sub(rf"ngram {order}=\d", f"ngram {order}={size}", KENLM)
    tracemalloc.start()
    try:
        assert_refused(tmp_path, damaged, r"\d+", "are still to come")
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    damaged = KENLM.replace("\tb\t", "\tß\t").encode("latin-1")
    assert_refused(tmp_path, damaged, line_of(KENLM, "-0.6"), "is no UTF-8 text")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\0" * 1000, bytes(range(256)) * 4, b"just text\n", KENLM.encode("utf-16")],
    ids=["empty", "newline", "zeros", "bytes", "text", "utf-16"],
)
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    assert_refused(tmp_path, content, r"\d+")


def test_a_file_without_data_says_what_was_awaited(tmp_path):
    assert_refused(tmp_path, "one\ntwo\n", 3, "the file ends before \\data\\")


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(KENLM) - 1),
    st.integers(0, 12),
    st.text("\\0123456789.-=naif <>/s\t\nb\u00e9", max_size=12).map(str.encode)
    | st.binary(max_size=8),
)
def test_any_damage_is_refused_or_gives_a_model_that_scores(tmp_path_factory, place, cut, new):
    path = tmp_path_factory.getbasetemp() / "damaged.arpa"
    content = KENLM.encode()
    path.write_bytes(content[:place] + new + content[place + cut :])
    try:
        model = NGramModel.read_arpa(path)
    except ValueError as error:
        assert re.search(r"path must be an ARPA file; line \d+ of ", str(error))  # noqa: PT017
    else:
        assert not np.isnan(model.score([["a", "b", "z"], ["b", "a"]])).any()


def test_a_file_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.arpa"):
        NGramModel.read_arpa(tmp_path / "nothing.arpa")
