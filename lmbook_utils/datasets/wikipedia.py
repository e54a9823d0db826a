"""The running corpus: articles of the English Wikipedia, from the dump that Gensim ships.

The dump holds 106 articles; three of them are lists of links without running text.
"""

import bz2
import hashlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from nltk.tokenize.punkt import PunktSentenceTokenizer
from tqdm import tqdm

from lmbook_utils import sentences as sentence_splitting
from lmbook_utils import storage
from lmbook_utils._validation import require_type
from lmbook_utils.datasets import registry, wikitext
from lmbook_utils.datasets.splits import split_documents

SPLIT_SEED = 118  # the first with 9.5 to 10.5% of the words in validation and in test
SPLIT_FRACTIONS = {"train": 0.8, "validation": 0.1, "test": 0.1}


@dataclass(frozen=True)
class Section:
    """A section of an article: its heading (``""`` for the lead) and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Article:
    """An article: title, sections of clean paragraphs, and the same text split into sentences."""

    title: str
    sections: tuple[Section, ...]
    sentences: tuple[str, ...]

    @property
    def lead(self) -> str:
        """The text before the first heading, paragraphs separated by a blank line."""
        return "\n\n".join(p for s in self.sections if not s.heading for p in s.paragraphs)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of all sections, in order."""
        return tuple(p for section in self.sections for p in section.paragraphs)


@dataclass(frozen=True)
class Wikipedia:
    """The corpus with its split.

    Attributes
    ----------
    articles
        All articles with running text, in the order of the dump.
    split
        ``"train"``, ``"validation"`` and ``"test"`` → the articles of that part. Whole articles
        go to one part: sentences of one article share names and phrases, and a model that has
        seen some of them would look better on the others than it is.
    paragraphs_parsed, paragraphs_with_debris
        How many paragraphs the cleaning made, and in how many of them
        :func:`~lmbook_utils.datasets.wikitext.find_debris` found traces of markup. The latter
        are left out of ``articles``.
    """

    articles: tuple[Article, ...]
    split: Mapping[str, tuple[Article, ...]]
    paragraphs_parsed: int
    paragraphs_with_debris: int

    def sentences(self, part: str) -> list[str]:
        """All sentences of one part of the split, in order.

        Raises
        ------
        ValueError
            If there is no part of that name. Also if ``part`` is no string.
        """
        require_type(str, part=part)
        if part not in self.split:
            raise ValueError(f"part must be one of {', '.join(self.split)}; it was {part!r}")
        return [sentence for article in self.split[part] for sentence in article.sentences]


@cache
def load_wikipedia() -> Wikipedia:
    """Load the running corpus; the first call parses the dump (half a minute), later ones do not.

    Returns
    -------
    Wikipedia
        The articles and their split by article.

    Raises
    ------
    OSError
        If the dump is missing or damaged, or the cache directory cannot be written; the message
        says what to do.

    Examples
    --------
    >>> corpus = load_wikipedia()
    >>> corpus.articles[0].title
    'Anarchism'
    >>> corpus.articles[0].sentences[0][:60]
    'Anarchism is a political philosophy that advocates self-gove'
    >>> sorted(corpus.split)
    ['test', 'train', 'validation']
    """
    content = _load_parsed()
    articles = tuple(
        Article(
            title=article["title"],
            sections=tuple(Section(h, tuple(paragraphs)) for h, paragraphs in article["sections"]),
            sentences=tuple(article["sentences"]),
        )
        for article in content["articles"]
    )
    parts = split_documents([a.title for a in articles], SPLIT_SEED, SPLIT_FRACTIONS)
    return Wikipedia(
        articles=articles,
        split={part: tuple(articles[i] for i in indices) for part, indices in parts.items()},
        paragraphs_parsed=content["paragraphs_parsed"],
        paragraphs_with_debris=content["paragraphs_with_debris"],
    )


@cache
def load_sentence_splitter() -> PunktSentenceTokenizer:
    """Punkt, trained on the running corpus; it raises what ``load_wikipedia`` raises."""
    return sentence_splitting.splitter_from_json(_load_parsed()["splitter"])


def read_pages(dump: Path) -> Iterator[tuple[str, str]]:
    """Yield the title and the wikitext of each article in a bz2-compressed MediaWiki dump.

    Redirects and pages outside the main name space are passed over.
    """
    with bz2.open(dump) as file:
        for _, element in ElementTree.iterparse(file):
            if not element.tag.endswith("}page"):
                continue
            space = element.tag.removesuffix("page")
            is_redirect = element.find(f"{space}redirect") is not None
            if not is_redirect and element.findtext(f"{space}ns") == "0":
                yield (
                    element.findtext(f"{space}title", ""),
                    element.findtext(f"{space}revision/{space}text", ""),
                )
            element.clear()


@cache
def _load_parsed() -> dict[str, Any]:
    """Read the parsed dump from the cache; parse it where the cache is missing or damaged."""
    dump = registry.path("wikipedia")
    cached = storage.cache_directory() / f"wikipedia-{_fingerprint(dump)}.json"
    content = storage.read_verified_json(cached)
    if content is None:
        content = _parse(dump)
        storage.write_verified_json(cached, content)
    return content


def sentence_checksum(sentence: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 checksum of a sentence.

    Annotations that store places, not texts, keep it, so that a change in the cleaning is caught.

    Raises
    ------
    ValueError
        If ``sentence`` is no string.

    Examples
    --------
    >>> sentence_checksum("It works.")
    'b22550984ae425e3'
    """
    require_type(str, sentence=sentence)
    return hashlib.sha256(sentence.encode("utf-8")).hexdigest()[:16]


def _fingerprint(dump: Path) -> str:
    """Changes with the dump, with the code that cleans it, and with the libraries that parse it."""
    ingredients = [
        storage.sha256_of(dump),
        inspect.getsource(wikitext),
        inspect.getsource(sentence_splitting),
        inspect.getsource(read_pages),
        inspect.getsource(_parse),
        version("mwparserfromhell"),
        version("nltk"),
    ]
    return hashlib.sha256("\0".join(ingredients).encode()).hexdigest()[:16]


def _parse(dump: Path) -> dict[str, Any]:
    articles, parsed, damaged = [], 0, 0
    pages = list(read_pages(dump))
    for title, source in tqdm(
        pages, desc="Parsing Wikipedia articles", unit="article", leave=False
    ):
        sections = []
        for heading, paragraphs in wikitext.parse_sections(source):
            clean = [p for p in paragraphs if not wikitext.find_debris(p)]
            parsed += len(paragraphs)
            damaged += len(paragraphs) - len(clean)
            if clean:
                sections.append((heading, clean))
        if sections:  # a list of links has no prose
            articles.append({"title": title, "sections": sections})
    splitter = sentence_splitting.train_sentence_splitter(
        p for article in articles for _, paragraphs in article["sections"] for p in paragraphs
    )
    for article in tqdm(articles, desc="Splitting sentences", unit="article", leave=False):
        article["sentences"] = [
            sentence
            for _, paragraphs in article["sections"]
            for paragraph in paragraphs
            for sentence in splitter.tokenize(paragraph)
        ]
    return {
        "articles": articles,
        "paragraphs_parsed": parsed,
        "paragraphs_with_debris": damaged,
        "splitter": sentence_splitting.parameters_to_json(splitter),
    }
