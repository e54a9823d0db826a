"""Papers and their summaries: read in order, and no paper in two parts of the split."""

import json

import pytest

from lmbook_utils import datasets
from lmbook_utils.datasets import aclsum, registry

# ---------------------------------------------------------------------------------------------
# Reading


def row(name, conclusion="They march ."):
    """A paper of four sentences, its sections in another order than the paper's."""
    sentences = {"conclusion": [conclusion], "abstract": ["Ants .", "We look ."]}
    labels = {"conclusion": [1], "abstract": [0, 1], "introduction": [0]}
    return {
        "id": name,
        "title": "On Ants",
        "summary": {aspect: f"The {aspect}." for aspect in aclsum.ASPECTS},
        "sentences": sentences | {"introduction": ["Why ?"]},
        "highlights": dict.fromkeys(aclsum.ASPECTS, labels),
    }


@pytest.fixture
def small(tmp_path, monkeypatch):
    for part, name in (("train", "X1"), ("val", "X2"), ("test", "X3")):
        lines = json.dumps(row(name, "A line\u2028 separator .")) + "\n"
        (tmp_path / f"aclsum-{part}").write_text(lines, encoding="utf-8")
    monkeypatch.setattr(registry, "path", lambda name: tmp_path / name)
    return datasets.load_aclsum()


def test_the_sentences_come_in_the_order_of_the_paper_with_section_and_labels(small):
    paper = small["train"][0]
    assert paper.sentences == ("Ants .", "We look .", "Why ?", "A line\u2028 separator .")
    assert paper.sections == ("abstract", "abstract", "introduction", "conclusion")
    assert paper.labels == dict.fromkeys(aclsum.ASPECTS, (0, 1, 0, 1))
    assert paper.summaries["outcome"] == "The outcome."


def test_each_part_is_read_from_its_own_file(small):
    names = {part: [paper.name for paper in papers] for part, papers in small.items()}
    assert names == {"train": ["X1"], "validation": ["X2"], "test": ["X3"]}


def test_a_character_that_only_looks_like_the_end_of_a_line_ends_none(tmp_path):
    file = tmp_path / "papers.jsonl"
    content = json.dumps(row("X1", "A line\u2028 separator ."), ensure_ascii=False)
    file.write_text(content + "\n", encoding="utf-8")
    assert aclsum._read(file)[0].sentences[-1] == "A line\u2028 separator ."


# ---------------------------------------------------------------------------------------------
# The real papers


@pytest.fixture(scope="module")
def papers():
    try:
        return datasets.load_aclsum()
    except ConnectionError as error:
        pytest.skip(f"needs the network: {error}")


def letters(text):
    return "".join(filter(str.isalnum, text.lower()))


@pytest.mark.network
def test_there_are_as_many_papers_and_sentences_as_the_book_says(papers):
    assert {part: len(of) for part, of in papers.items()} == {
        "train": 100,
        "validation": 50,
        "test": 100,
    }
    sentences = {part: sum(len(paper.sentences) for paper in of) for part, of in papers.items()}
    assert sentences == {"train": 3_868, "validation": 1_978, "test": 3_766}


@pytest.mark.network
@pytest.mark.parametrize(
    "what",
    [
        lambda paper: paper.name,
        lambda paper: letters(paper.title),
        lambda paper: letters(" ".join(paper.sentences)),
        *(lambda paper, a=aspect: letters(paper.summaries[a]) for aspect in aclsum.ASPECTS),
    ],
    ids=["name", "title", "text", *aclsum.ASPECTS],
)
def test_no_paper_and_no_summary_comes_twice(papers, what):
    found = [what(paper) for of in papers.values() for paper in of]
    assert len(set(found)) == len(found) == 250


@pytest.mark.network
def test_the_papers_of_different_parts_share_stock_phrases_only(papers):
    parts = {
        part: {letters(sentence) for paper in of for sentence in paper.sentences}
        for part, of in papers.items()
    }
    shared = (parts["train"] | parts["validation"]) & parts["test"]
    assert max(map(len, shared)) < 70, "a sentence of more than 70 letters is in two parts"


@pytest.mark.network
def test_each_sentence_has_a_section_and_three_labels_and_each_aspect_has_sentences(papers):
    for paper in (paper for of in papers.values() for paper in of):
        assert len(paper.sentences) == len(paper.sections) >= 14
        assert list(dict.fromkeys(paper.sections)) == list(aclsum.SECTIONS)
        for aspect in aclsum.ASPECTS:
            assert len(paper.labels[aspect]) == len(paper.sentences)
            assert set(paper.labels[aspect]) == {0, 1}
            assert 8 < len(paper.summaries[aspect].split()) <= 25
