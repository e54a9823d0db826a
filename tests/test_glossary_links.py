"""The links of terms to the glossary: the first use in running text, and nowhere else."""

import glossary_links
import pytest
from docutils import nodes
from glossary_links import Term

TERMS = ["n-gram", "BLEU", "softmax", "language model", "batch", "top-k", "out-of-vocabulary"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("An n-gram and two n-grams.", ["n-gram", "n-gram"]),
        ("Softmax of a SOFTMAX", ["Softmax"]),
        ("BLEU, not bleu", ["BLEU"]),
        ("Language models and batches", ["Language model", "batch"]),
        ("a sub-batch, batched, rebatch", []),
        ("top-k and top-k-search", ["top-k"]),
    ],
)
def test_names_are_found_as_whole_words(text, found):
    pattern = glossary_links.pattern_of(TERMS)
    assert [match[1] for match in pattern.finditer(text)] == found


def test_the_longer_name_is_taken():
    pattern = glossary_links.pattern_of(["model", "language model"])
    assert pattern.search("a language model")[1] == "language model"


def test_only_the_first_use_is_linked_and_no_word_is_lost():
    terms = {"softmax": Term("glossary.html#term-softmax", "A distribution.")}
    text = "The Softmax, and the softmax again"
    parts = list(glossary_links.linked(text, glossary_links.pattern_of(["softmax"]), terms))
    assert "".join(part.astext() for part in parts) == text
    links = [part for part in parts if isinstance(part, nodes.reference)]
    assert [link.astext() for link in links] == ["Softmax"]
    assert links[0]["refuri"] == "glossary.html#term-softmax"
    assert links[0]["reftitle"] == "A distribution."
    assert not terms
