"""The running corpus: read from a dump, cached safely, clean, and split without leaks."""

import bz2
import re
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from lmbook_utils import datasets
from lmbook_utils.datasets import registry, wikipedia
from lmbook_utils.datasets.wikitext import find_debris

# ---------------------------------------------------------------------------------------------
# A small dump


def page(title, wikitext, space=0, redirect=False):
    return (
        f"<page><title>{escape(title)}</title><ns>{space}</ns><id>1</id>"
        + ('<redirect title="Albedo" />' if redirect else "")
        + f"<revision><id>2</id><text>{escape(wikitext)}</text></revision></page>"
    )


def write_dump(file, *pages):
    """Write a dump as Wikipedia does: a name space, a site, then the pages."""
    xml = (
        '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" version="0.10">'
        "<siteinfo><sitename>Wikipedia</sitename></siteinfo>" + "".join(pages) + "</mediawiki>"
    )
    file.write_bytes(bz2.compress(xml.encode("utf-8")))
    return file


def test_pages_are_read_in_order_with_their_wikitext(tmp_path):
    dump = write_dump(
        tmp_path / "dump.bz2",
        page("Albedo", "It is <ref>1</ref> & so.\n\nYes."),
        page("Æther & 以太", "😀 e\u0301"),
        page("Empty", ""),
    )
    assert list(wikipedia.read_pages(dump)) == [
        ("Albedo", "It is <ref>1</ref> & so.\n\nYes."),
        ("Æther & 以太", "😀 e\u0301"),
        ("Empty", ""),
    ]


def test_redirects_and_pages_outside_the_main_name_space_are_passed_over(tmp_path):
    dump = write_dump(
        tmp_path / "dump.bz2",
        page("Reflectivity", "#REDIRECT [[Albedo]]", redirect=True),
        page("Talk:Albedo", "It is not so.", space=1),
        page("Category:Light", "Things.", space=14),
        page("Albedo", "It is so."),
        page("User:A", "Me.", space=2),
    )
    assert list(wikipedia.read_pages(dump)) == [("Albedo", "It is so.")]


# Nine articles of two clean paragraphs each, one with debris in its second paragraph, one
# without prose.
LETTERS = "ABCDEFGHIJ"
PAGES = [
    *(
        page(f"Article {x}", f"Sentence one about {x}. And two.\n\n== Use ==\nUsed by {x}.")
        for x in LETTERS[:9]
    ),
    page("Article J", "Sentence one about J. And two.\n\nThe area <math>x</math> grows."),
    page("List of letters", "* A\n* B"),
    page("J", "#REDIRECT [[Article J]]", redirect=True),
]


@pytest.fixture
def small_corpus(tmp_path, monkeypatch):
    """The loaders read a small dump and use an empty cache folder, whose path is returned."""
    dump = write_dump(tmp_path / "dump.bz2", *PAGES)
    monkeypatch.setattr(wikipedia.registry, "path", lambda name: dump)
    folder = tmp_path / "cache"
    monkeypatch.setenv("LMBOOK_CACHE_DIR", str(folder))
    forget()
    yield folder
    forget()


def forget():
    """Forget what the loaders keep in memory, as a new process would."""
    for loader in (
        wikipedia.load_wikipedia,
        wikipedia.load_sentence_splitter,
        wikipedia._load_parsed,
    ):
        loader.cache_clear()


def refuse_to_parse(*_):
    raise AssertionError("the dump was parsed although the cache is sound")


@pytest.mark.usefixtures("small_corpus")
def test_articles_have_their_title_lead_sections_and_sentences():
    corpus = wikipedia.load_wikipedia()
    assert [a.title for a in corpus.articles] == [f"Article {x}" for x in LETTERS]
    article = corpus.articles[1]
    assert article.lead == "Sentence one about B. And two."
    assert article.sections == (
        wikipedia.Section("", ("Sentence one about B. And two.",)),
        wikipedia.Section("Use", ("Used by B.",)),
    )
    assert article.paragraphs == ("Sentence one about B. And two.", "Used by B.")
    assert "".join(article.sentences).replace(" ", "") == "SentenceoneaboutB.Andtwo.UsedbyB."


def test_the_lead_is_what_stands_before_the_first_heading():
    article = wikipedia.Article(
        "A", (wikipedia.Section("", ("One.", "Two.")), wikipedia.Section("Use", ("Three.",))), ()
    )
    assert article.lead == "One.\n\nTwo."
    assert wikipedia.Article("A", article.sections[1:], ()).lead == ""


@pytest.mark.usefixtures("small_corpus")
def test_paragraphs_with_debris_are_left_out_and_counted():
    corpus = wikipedia.load_wikipedia()
    assert (corpus.paragraphs_parsed, corpus.paragraphs_with_debris) == (20, 1)
    assert corpus.articles[-1].paragraphs == ("Sentence one about J. And two.",)


@pytest.mark.usefixtures("small_corpus")
def test_the_sentences_of_a_part_are_those_of_its_articles():
    corpus = wikipedia.load_wikipedia()
    assert {part: len(articles) for part, articles in corpus.split.items()} == {
        "train": 8,
        "validation": 1,
        "test": 1,
    }
    for part, articles in corpus.split.items():
        assert corpus.sentences(part) == [s for article in articles for s in article.sentences]


@pytest.mark.usefixtures("small_corpus")
def test_an_unknown_part_of_the_split_is_refused_with_the_names_of_the_parts():
    message = "part must be one of train, validation, test; it was 'dev'"
    with pytest.raises(ValueError, match=message):
        wikipedia.load_wikipedia().sentences("dev")


def test_the_dump_is_parsed_once_and_then_read_from_the_cache(small_corpus, monkeypatch):
    first = wikipedia.load_wikipedia()
    assert wikipedia.load_wikipedia() is first
    forget()
    cached = list(small_corpus.iterdir())
    assert len(cached) == 1
    with monkeypatch.context() as patch:
        patch.setattr(wikipedia.wikitext, "parse_sections", refuse_to_parse)
        assert wikipedia.load_wikipedia() == first
    assert list(small_corpus.iterdir()) == cached


def test_the_sentence_splitter_from_the_cache_splits_like_the_trained_one(small_corpus):
    text = "Used by A. J. Smith et al. in the U.S. today. And two."
    trained = wikipedia.load_sentence_splitter()
    forget()
    restored = wikipedia.load_sentence_splitter()
    assert restored is not trained
    assert restored.tokenize(text) == trained.tokenize(text)
    assert restored.tokenize(text)[-1] == "And two."


@pytest.mark.parametrize("position", [0, 30, 64, 65, 200, -1])
def test_a_flipped_bit_in_the_cache_is_noticed_and_the_cache_rebuilt(small_corpus, position):
    expected = wikipedia.load_wikipedia()
    [file] = small_corpus.iterdir()
    sound = file.read_bytes()
    damaged = bytearray(sound)
    damaged[position] ^= 1
    file.write_bytes(damaged)
    forget()
    assert wikipedia.load_wikipedia() == expected
    assert list(small_corpus.iterdir()) == [file]
    assert file.read_bytes() == sound


@pytest.mark.parametrize("size", [0, 10, 64, 65, 1000])
def test_a_cache_file_that_was_cut_short_is_rebuilt(small_corpus, size):
    expected = wikipedia.load_wikipedia()
    [file] = small_corpus.iterdir()
    sound = file.read_bytes()
    file.write_bytes(sound[:size])
    forget()
    assert wikipedia.load_wikipedia() == expected
    assert file.read_bytes() == sound


@pytest.mark.parametrize(
    "step", ["parse_sections", "write"], ids=["while parsing", "while writing"]
)
def test_an_interruption_leaves_nothing_half_written(small_corpus, monkeypatch, step):
    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "write":
            patch.setattr(Path, "replace", interrupt)
        else:
            patch.setattr(wikipedia.wikitext, step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            wikipedia.load_wikipedia()
    assert list(small_corpus.iterdir()) == []
    assert len(wikipedia.load_wikipedia().articles) == 10


def test_a_cache_folder_that_cannot_be_used_is_named_with_the_variable(small_corpus):
    small_corpus.write_text("a file where the folder should be")
    with pytest.raises(OSError, match="LMBOOK_CACHE_DIR") as caught:
        wikipedia.load_wikipedia()
    assert str(small_corpus) in str(caught.value)


def test_another_dump_is_not_read_from_the_cache_of_the_first(small_corpus, monkeypatch):
    wikipedia.load_wikipedia()
    other = write_dump(small_corpus / "other.bz2", *PAGES, page("New", "It is new."))
    monkeypatch.setattr(wikipedia.registry, "path", lambda name: other)
    forget()
    assert wikipedia.load_wikipedia().articles[-1].title == "New"


@pytest.mark.parametrize("library", ["mwparserfromhell", "nltk"])
def test_the_cache_of_another_version_of_a_library_is_not_read(small_corpus, monkeypatch, library):
    wikipedia.load_wikipedia()
    forget()
    version = wikipedia.version
    monkeypatch.setattr(
        wikipedia, "version", lambda name: "another" if name == library else version(name)
    )
    wikipedia.load_wikipedia()
    assert len(list(small_corpus.glob("wikipedia-*.json"))) == 2


# ---------------------------------------------------------------------------------------------
# The real corpus


@pytest.fixture(scope="module")
def corpus():
    return datasets.load_wikipedia()


def test_the_dump_has_106_articles_and_all_but_lists_of_links_are_in_the_corpus(corpus):
    titles = [title for title, _ in wikipedia.read_pages(registry.path("wikipedia"))]
    assert len(titles) == 106
    assert sorted(set(titles) - {a.title for a in corpus.articles}) == [
        "Ada",
        "Alien",
        "List of anthropologists",
    ]
    assert len(corpus.articles) == 103


def test_at_least_95_per_cent_of_the_paragraphs_are_free_of_debris(corpus):
    parsed, damaged = corpus.paragraphs_parsed, corpus.paragraphs_with_debris
    print(f"{parsed - damaged} of {parsed} paragraphs are free of debris")
    assert parsed > 4000
    assert damaged <= 0.05 * parsed


def test_the_counts_of_paragraphs_agree_with_the_articles_and_none_has_debris(corpus):
    paragraphs = [p for article in corpus.articles for p in article.paragraphs]
    assert len(paragraphs) == corpus.paragraphs_parsed - corpus.paragraphs_with_debris
    assert [p for p in paragraphs if find_debris(p)] == []


def test_every_article_is_in_exactly_one_part(corpus):
    in_parts = [article.title for part in corpus.split.values() for article in part]
    assert sorted(in_parts) == sorted(article.title for article in corpus.articles)
    assert len(set(in_parts)) == len(in_parts)


def test_the_parts_have_about_their_share_of_the_words(corpus):
    words = {
        part: sum(len(p.split()) for article in articles for p in article.paragraphs)
        for part, articles in corpus.split.items()
    }
    total = sum(words.values())
    assert total > 350_000
    for part in ("validation", "test"):
        assert 0.095 <= words[part] / total <= 0.105


def test_no_paragraph_of_one_part_is_in_another(corpus):
    parts = {
        part: {p for article in articles for p in article.paragraphs}
        for part, articles in corpus.split.items()
    }
    assert not parts["train"] & parts["validation"]
    assert not parts["train"] & parts["test"]
    assert not parts["validation"] & parts["test"]


def test_no_long_sentence_of_a_held_out_part_is_in_training(corpus):
    training = set(corpus.sentences("train"))
    held_out = [s for part in ("validation", "test") for s in corpus.sentences(part)]
    assert [s for s in held_out if len(s.split()) >= 10 and s in training] == []


def test_the_split_of_the_corpus_stays(corpus):
    assert sorted(article.title for article in corpus.split["test"]) == [
        "Achilles",
        "Afghanistan",
        "Albert Einstein",
        "Alphabet",
        "Animation",
        "Argument (disambiguation)",
        "Asia",
        "Asia Minor (disambiguation)",
        "Atomic number",
        "Foreign relations of Angola",
    ]


def test_the_sentences_are_the_paragraphs_without_loss(corpus):
    for article in corpus.articles:
        assert "".join("".join(article.sentences).split()) == "".join(
            "".join(article.paragraphs).split()
        )


def test_sentences_have_a_sane_length(corpus):
    lengths = sorted(len(s.split()) for article in corpus.articles for s in article.sentences)
    assert 17 <= sum(lengths) / len(lengths) <= 27
    assert lengths[-1] <= 200


@pytest.mark.parametrize(
    ("defect", "pattern"),
    [
        ("it has fewer than three words", r"^\S+( \S+)?$"),
        ("it starts in the middle", r"^[a-z]"),
        ("it does not end", r"[^.!?:;…\"”’'\])]$"),
        ("it ends with an abbreviation", r"\b(e\.g|i\.e|Dr|Mrs?|et al|ca|vs|pp|Gen|Sgt|Capt)\.$"),
        ("it holds the end of another", r"[a-z]{4}[.!?] [A-Z][a-z]+ [a-z]+ "),
    ],
)
def test_hardly_a_sentence_is_split_in_a_wrong_place(corpus, defect, pattern):
    sentences = [s for article in corpus.articles for s in article.sentences]
    wrong = [s for s in sentences if re.search(pattern, s)]
    assert len(wrong) <= 0.003 * len(sentences), f"{defect}: {wrong[:20]}"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "Dr. J. S. Smith left the U.S. in May. He was 30.",
            ["Dr. J. S. Smith left the U.S. in May.", "He was 30."],
        ),
        (
            "According to Zhang et al. (2015), it is so. Others, e.g. Lee, disagree.",
            ["According to Zhang et al. (2015), it is so.", "Others, e.g. Lee, disagree."],
        ),
        (
            'He asked: "Is it so?" It was 3.5 km away! Was it (i.e. there)?',
            ['He asked: "Is it so?"', "It was 3.5 km away!", "Was it (i.e. there)?"],
        ),
    ],
)
def test_the_trained_splitter_knows_the_abbreviations_of_the_corpus(text, sentences):
    assert wikipedia.load_sentence_splitter().tokenize(text) == sentences


# ---------------------------------------------------------------------------------------------
# The package


def test_importing_the_data_sets_does_not_import_what_only_wikipedia_needs():
    code = (
        "import sys, lmbook_utils.datasets as d; "
        "print(sorted({'nltk', 'mwparserfromhell', 'tensorflow', 'gensim'} & set(sys.modules))); "
        "d.load_wikipedia; print('nltk' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.splitlines() == ["[]", "True"], result.stderr


def test_a_loader_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'load_everything'"):
        datasets.load_everything  # noqa: B018
