"""Verses: cleaned, aligned, without repetitions, and split by book without a leak."""

import sqlite3

import pytest

from lmbook_utils import datasets
from lmbook_utils.datasets import bible, registry


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("(60:13) Donne-nous du secours!", "Donne-nous du secours!"),
        ("(9:1) Au chef. (9:2) Je louerai", "Au chef. Je louerai"),
        ("  two   spaces ", "two spaces"),
        ("(not a number)", "(not a number)"),
        ("", ""),
    ],
)
def test_numbers_of_other_editions_and_spaces_are_taken_out(text, clean):
    assert bible.clean_verse(text) == clean


@pytest.fixture
def small_bible(tmp_path, monkeypatch):
    """Genesis, Ruth and Acts, with a verse that Ruth repeats from Genesis, and a third version."""
    file = tmp_path / "bible.db"
    rows = [
        ("3", 1, 1, 1, "In the beginning."),
        ("l", 1, 1, 1, "Au commencement."),
        ("3", 1, 1, 2, "And it was so."),
        ("l", 1, 1, 2, "(1:3) Et cela fut."),
        ("k", 1, 1, 1, "Another version."),
        ("3", 8, 1, 1, "And it was so!"),
        ("l", 8, 1, 1, "Il en fut ainsi."),
        ("3", 8, 1, 2, "Two sons."),
        ("l", 8, 1, 2, "Deux fils."),
        ("3", 44, 1, 1, "The first account."),
        ("l", 44, 1, 1, "Le premier livre."),
        ("3", 44, 1, 2, "Only in English."),
    ]
    names = [(v, n, b) for v in "3lk" for n, b in ((1, "Genesis"), (8, "Ruth"), (44, "Acts"))]
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE bible (bbName, bNumber, cNumber, vNumber, vText)")
        database.execute("CREATE TABLE bibleRef (bbName, bNumber, bName)")
        database.executemany("INSERT INTO bible VALUES (?, ?, ?, ?, ?)", rows)
        database.executemany("INSERT INTO bibleRef VALUES (?, ?, ?)", names)
    database.close()
    monkeypatch.setattr(registry, "path", lambda name: file)
    return datasets.load_bible()


def test_the_two_versions_are_aligned_by_book_chapter_and_verse(small_bible):
    assert small_bible["train"] == [
        bible.Verse("Genesis", 1, 1, "In the beginning.", "Au commencement."),
        bible.Verse("Genesis", 1, 2, "And it was so.", "Et cela fut."),
    ]


def test_a_verse_that_repeats_an_earlier_one_is_left_out_whatever_its_book(small_bible):
    assert [verse.english for verse in small_bible["test"]] == ["Two sons."]


def test_a_verse_that_one_version_lacks_is_left_out(small_bible):
    assert [verse.french for verse in small_bible["validation"]] == ["Le premier livre."]


# ---------------------------------------------------------------------------------------------
# The real verses


@pytest.fixture(scope="module")
def verses():
    try:
        return datasets.load_bible()
    except ConnectionError as error:
        pytest.skip(f"needs the network: {error}")


@pytest.mark.network
def test_there_are_as_many_verses_as_the_book_says(verses):
    assert {part: len(of) for part, of in verses.items()} == {
        "train": 26_305,
        "validation": 2_459,
        "test": 1_872,
    }
    assert verses["train"][0].french.startswith("Au commencement, Dieu créa")


@pytest.mark.network
def test_no_book_and_no_english_sentence_is_in_two_parts(verses):
    books, sentences = {}, {}
    for part, of in verses.items():
        for verse in of:
            letters = "".join(filter(str.isalnum, verse.english.lower()))
            assert books.setdefault(verse.book, part) == part
            assert sentences.setdefault(letters, part) == part
    assert len(books) == 66
    assert {b for b, part in books.items() if part == "test"} == {"Ruth", "Proverbs", "John"}


@pytest.mark.network
def test_the_verses_are_lines_of_text_without_numbers_of_other_editions(verses):
    texts = [text for of in verses.values() for verse in of for text in verse[3:]]
    assert all(text and text == " ".join(text.split()) for text in texts)
    assert not any("(9:1)" in text for text in texts)
