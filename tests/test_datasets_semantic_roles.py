"""The labelled verbs: they fit the corpus, and each other."""

import json
from importlib import resources

import pytest

from lmbook_utils import datasets
from lmbook_utils.datasets.wikipedia import Article, sentence_checksum
from lmbook_utils.preprocessing import tokenize
from lmbook_utils.tasks.semantic_roles import data
from lmbook_utils.tasks.semantic_roles.data import Proposition, checked_roles

GOLD = data.load_propositions()

# ---------------------------------------------------------------------------------------------
# The annotations


def rows(version):
    file = resources.files("lmbook_utils") / "data" / data._FILES[version]
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_there_are_enough_and_each_part_has_some():
    parts = data.by_part(GOLD)
    assert len(GOLD) >= 400
    assert len(parts["train"]) >= 200
    assert len(parts["validation"]) >= 50
    assert len(parts["test"]) >= 100
    assert len({p.article for p in GOLD}) >= 30


@pytest.mark.parametrize("version", data.VERSIONS)
def test_the_files_hold_no_text_and_only_what_is_documented(version):
    for row in rows(version):
        assert set(row) == {"article", "sentence", "sha256", "predicate", "roles"}
        # Raises if a span overlaps, leaves the sentence, or holds the predicate.
        text = sentence(row["article"], row["sentence"])
        assert sentence_checksum(text) == row["sha256"]
        checked_roles(row["roles"], len(tokenize(text)), row["predicate"])
        assert [start for _, start, _ in row["roles"]] == sorted(r[1] for r in row["roles"])


@pytest.mark.parametrize("version", data.VERSIONS)
def test_no_predicate_is_labelled_twice(version):
    keys = [(row["article"], row["sentence"], row["predicate"]) for row in rows(version)]
    assert len(keys) == len(set(keys))


def test_the_split_is_by_article_and_that_of_the_corpus():
    split = datasets.load_wikipedia().split
    titles = {part: {article.title for article in split[part]} for part in split}
    assert all(p.article in titles[p.part] for p in GOLD)
    by_part = [{p.article for p in ps} for ps in data.by_part(GOLD).values()]
    assert not by_part[0] & by_part[1]
    assert not by_part[0] & by_part[2]
    assert not by_part[1] & by_part[2]


def test_no_sentence_of_the_test_part_stands_in_another_part():
    texts = {part: {p.tokens for p in ps} for part, ps in data.by_part(GOLD).items()}
    assert not texts["test"] & (texts["train"] | texts["validation"])


def test_spans_have_no_comma_or_full_stop_at_their_edges():
    for p in GOLD:
        for _, start, end in p.roles:
            assert p.tokens[start] not in (",", ".")
            assert p.tokens[end - 1] not in (",", ".")


def test_no_predicate_is_a_form_of_be_or_a_modal_verb():
    words = {p.verb.lower() for p in GOLD}
    assert not words & set("am are be been being is was were can could may must will would".split())


def test_the_doubly_labelled_predicates_are_among_all_and_in_the_same_order():
    first, second = (data.load_propositions(version) for version in ("first", "second"))
    keys = [[(*p.key, p.predicate) for p in version] for version in (first, second)]
    assert keys[0] == keys[1]
    assert len(keys[0]) >= 100
    assert set(keys[0]) <= {(*p.key, p.predicate) for p in GOLD}
    differ = [p.roles != q.roles for p, q in zip(first, second, strict=True)]
    assert 0 < sum(differ) < len(differ)


def test_gold_agrees_with_both_annotators_where_they_agree():
    gold = {(*p.key, p.predicate): p.roles for p in GOLD}
    pairs = zip(*(data.load_propositions(v) for v in ("first", "second")), strict=True)
    for one, other in pairs:
        if one.roles == other.roles:
            assert gold[(*one.key, one.predicate)] == one.roles


def sentence(title, number):
    articles = {article.title: article for article in datasets.load_wikipedia().articles}
    return articles[title].sentences[number]


# ---------------------------------------------------------------------------------------------
# Reading


PARTS = {"train": [Article("Ada", (), ("Ada wrote programs.",))], "test": []}
LINE = {
    "article": "Ada",
    "sentence": 0,
    "sha256": sentence_checksum("Ada wrote programs."),
    "predicate": 1,
    "roles": [["ARG1", 2, 3], ["ARG0", 0, 1]],
}


def read(**changes):
    return data.read_propositions([json.dumps(LINE | changes)], PARTS)


def test_a_line_becomes_a_proposition():
    assert read() == [
        Proposition(
            "Ada",
            "train",
            0,
            ("Ada", "wrote", "programs", "."),
            1,
            (("ARG0", 0, 1), ("ARG1", 2, 3)),
        )
    ]
    assert read()[0].verb == "wrote"
    assert read()[0].key == ("Ada", 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"article": "Bea"}, "they have no 'Bea'"),
        ({"sentence": 1}, "has no sentence 1"),
        ({"sha256": "0" * 16}, "is not the one that was labelled"),
        ({"predicate": 4}, "must be a token from 0 to 3; it was 4"),
        ({"predicate": True}, "must be a token"),
        ({"roles": [["ARG9", 0, 1]]}, "a label of ARG0"),
        ({"roles": [["ARG0", 0]]}, "with start and end"),
        ({"roles": [["ARG0", 2, 5]]}, "must lie in the sentence of 4 tokens"),
        ({"roles": [["ARG0", 2, 2]]}, "must lie in the sentence"),
        ({"roles": [["ARG0", 0, 2]]}, "must not hold the predicate"),
        ({"roles": [["ARG0", 2, 4], ["ARG1", 3, 4]]}, "must not overlap"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        read(**changes)


def test_a_predicate_that_comes_twice_is_an_error():
    with pytest.raises(ValueError, match="labelled before"):
        data.read_propositions([json.dumps(LINE)] * 2, PARTS)


def test_an_unknown_version_is_an_error():
    with pytest.raises(ValueError, match="gold, first, second"):
        data.load_propositions("third")
