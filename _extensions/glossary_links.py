"""Links a page's first use of each term to the glossary, with its definition as the link's title.

The sources stay free of markup for that, so a notebook reads well in Jupyter, too.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from docutils import nodes
from sphinx.addnodes import glossary
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

PAGE = "chapters/appendix/glossary"
# Where a link would be wrong (in another link), where words are not running text, and where a term
# is being introduced, in bold.
NOT_WITHIN = (
    nodes.reference,
    nodes.literal,
    nodes.title,
    nodes.caption,
    nodes.math,
    nodes.raw,
    nodes.strong,
)


class Term(NamedTuple):
    """A term of the glossary: its place there, and what it says."""

    anchor: str
    definition: str


def glossary_terms(env: BuildEnvironment) -> dict[str, Term]:
    """Return the glossary's terms, each name with its place and its definition."""
    terms = {}
    for entry in env.get_doctree(PAGE).findall(nodes.definition_list_item):
        if not isinstance(entry.parent.parent, glossary):
            continue
        definition = " ".join(entry[-1].astext().split())
        for term in entry.findall(nodes.term):
            for name in term.astext().split(", "):  # as in "top-k, top-p"
                terms[name] = Term(term["ids"][0], definition)
    return terms


def pattern_of(names: list[str]) -> re.Pattern[str]:
    """Return what finds the names in a text, longer ones first, also in the plural.

    A small letter may be a capital one at a sentence's beginning. What is written in capitals, as
    BLEU is, has to be so.
    """
    alternatives = []
    for name in sorted(names, key=len, reverse=True):
        first = f"(?i:{re.escape(name[0])})" if name[:2].islower() else re.escape(name[0])
        alternatives.append(first + re.escape(name[1:]))
    return re.compile(rf"(?<![\w-])({'|'.join(alternatives)})(?:s|es)?(?![\w-])")


def linked(text: str, pattern: re.Pattern[str], terms: dict[str, Term]) -> Iterator[nodes.Node]:
    """Yield the parts of a text; terms that are linked are taken out of ``terms``."""
    position = 0
    for found in pattern.finditer(text):
        name = found[1] if found[1] in terms else found[1][0].lower() + found[1][1:]
        if name not in terms:
            continue
        term = terms.pop(name)
        yield nodes.Text(text[position : found.start()])
        yield nodes.reference(
            "",
            found[0],
            internal=True,
            refuri=term.anchor,
            reftitle=term.definition,
            classes=["glossary-term"],
        )
        position = found.end()
    yield nodes.Text(text[position:])


def link_terms(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Link the first use of each term in a page's paragraphs."""
    if app.builder.format != "html" or docname == PAGE or PAGE not in app.env.found_docs:
        return
    address = app.builder.get_relative_uri(docname, PAGE)
    terms = {
        name: term._replace(anchor=f"{address}#{term.anchor}")
        for name, term in glossary_terms(app.env).items()
    }
    pattern = pattern_of(list(terms))
    for text in [t for p in doctree.findall(nodes.paragraph) for t in p.findall(nodes.Text)]:
        ancestor = text.parent
        while ancestor and not isinstance(ancestor, NOT_WITHIN):
            ancestor = ancestor.parent
        if ancestor is None and pattern.search(text):
            text.parent.replace(text, list(linked(str(text), pattern, terms)))


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-resolved", link_terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
