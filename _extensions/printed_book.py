"""The printed edition: what Sphinx's LaTeX builder needs to make one book of the site's pages.

Nothing here touches the site. Where a page holds something that paper cannot, it gets a stand-in:
folded hints and solutions are printed open under a name, cards become a list. Raw HTML without a
stand-in is a warning, so that nothing is lost in silence. ``printed_book.sty`` sets the look.
"""

import html
import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from book_site import provenance
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.texescape import escape
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node

logger = logging.getLogger(__name__)

FIRST_CHAPTER = "About this book"
SOLUTION = "A solution"

HINT = re.compile(r'<details class="hint">\s*<summary>(.+?)</summary>')
# Raw HTML that needs no stand-in: the end of a hint, comments, and the playground, which the text
# above it names and the executed cell before it shows.
NOT_PRINTED = re.compile(
    r"</details>|<!--.*?-->|<lm-playground\b.*?</lm-playground>|</?lm-playground\b[^>]*>", re.DOTALL
)


class OneBook(SphinxPostTransform):
    """Make a chapter of the first page, and a part of each list of the table of contents."""

    default_priority = 700
    formats = ("latex",)

    def run(self, **options: object) -> None:
        page = next(self.document.findall(nodes.section))
        wrappers = [
            node
            for node in page.findall(nodes.compound)
            if "toctree-wrapper" in node["classes"] and chapters(node)
        ]
        for wrapper in wrappers:
            wrapper.parent.remove(wrapper)
        own = page.children[1:]
        first = nodes.section("", nodes.title(text=FIRST_CHAPTER), *own, ids=["about-this-book"])
        page.children[1:] = []
        page += first
        for name, wrapper in zip(part_names(self.config), wrappers, strict=True):
            page += latex(rf"\part{{{escape(name, 'xelatex')}}}")
            page.extend(chapters(wrapper))


def chapters(wrapper: nodes.Element) -> list[nodes.Node]:
    """Return the pages that a table of contents was replaced by."""
    return [node for node in wrapper.children if isinstance(node, addnodes.start_of_file)]


def part_names(config: Config) -> list[str]:
    """Return the captions in ``_toc.yml``."""
    return [part.caption for part in config.external_site_map.root.subtrees]


class Cards(SphinxPostTransform):
    """Make a list of a grid of cards, each with its title, linked if the card is, and its text."""

    default_priority = 710
    formats = ("latex",)

    def run(self, **options: object) -> None:
        for grid in list(self.document.findall(has_class("sd-row"))):
            items = [list_item(card) for card in list(grid.findall(has_class("sd-card")))]
            grid.replace_self(nodes.definition_list("", *items))


def list_item(card: nodes.Element) -> nodes.definition_list_item:
    """Return a card as an item of a list."""
    title = next(card.findall(has_class("sd-card-title")))
    link = next(card.findall(nodes.reference), None)
    term: nodes.Node = nodes.Text(title.astext())
    if link is not None:
        term = nodes.reference("", title.astext(), **link.non_default_attributes())
    title.parent.remove(title)
    text = [nodes.paragraph("", "", *p.children) for p in card.findall(nodes.paragraph)]
    return nodes.definition_list_item("", nodes.term("", "", term), nodes.definition("", *text))


class Aligned(SphinxPostTransform):
    """Let formulas be aligned at several places; what Sphinx puts around them allows for one."""

    default_priority = 730
    formats = ("latex",)

    def run(self, **options: object) -> None:
        for formula in self.document.findall(nodes.math_block):
            tex = formula.astext()
            rows = tex.split(r"\\")
            if r"\begin{" not in tex and any(row.count("&") > 1 for row in rows):
                formula.children = []
                formula += nodes.Text(rf"\begin{{aligned}}{tex.strip()}\end{{aligned}}")


class Apart(SphinxPostTransform):
    """Set each equation of their index apart from what the one before is computed and tested by."""

    default_priority = 730
    formats = ("latex",)

    def run(self, **options: object) -> None:
        for fields in list(self.document.findall(nodes.field_list)):
            following = fields.next_node(descend=False, siblings=True)
            if isinstance(following, nodes.math_block):
                fields.parent.insert(fields.parent.index(following), latex(r"\bigskip"))


class References(SphinxPostTransform):
    """Keep the references of a page on that page, in place of one list at the end of the book."""

    default_priority = 740  # Sphinx gathers them at 750.
    formats = ("latex",)

    def run(self, **options: object) -> None:
        citations = list(self.document.findall(nodes.citation))
        for _, group in groupby(citations, key=lambda citation: id(citation.parent)):
            first, *others = group
            items = [reference_item(citation) for citation in (first, *others)]
            first.replace_self(nodes.definition_list("", *items))
            for citation in others:
                citation.parent.remove(citation)


def reference_item(citation: nodes.citation) -> nodes.definition_list_item:
    """Return a reference as an item of a list, under the name that citations link to."""
    label, *text = citation.children
    [name] = citation["ids"]
    # LaTeX's links to citations lead to a place of this name.
    place = latex(rf"\hypertarget{{cite.{citation['docname']}:{name}}}{{}}")
    term = nodes.term("", "", nodes.Text(label.astext()), place)
    return nodes.definition_list_item("", term, nodes.definition("", *text))


# How many letters of a table's size fit beside each other, and how many a table may have in all
# before it could be longer than a page.
LINE_OF_TABLE = 78
LONG_TABLE = 1200
COLUMN = r">{\raggedright\arraybackslash}\X{%d}{%d}"


class Tables(SphinxPostTransform):
    """Give the columns of wide tables widths that suit them, and break long tables over pages."""

    default_priority = 730
    formats = ("latex",)

    def run(self, **options: object) -> None:
        for table in list(self.document.findall(nodes.table)):
            empty_cells(table)
            columns = columns_of(table)
            if sum(max(map(len, column)) for column in columns) > LINE_OF_TABLE:
                fit(table, columns)


def fit(table: nodes.table, columns: list[tuple[str, ...]]) -> None:
    """Set the widths of a wide table's columns, unless its author has, and let a long one break."""
    if "colwidths-given" not in table["classes"]:
        widths = column_widths(columns, LINE_OF_TABLE)
        spec = "".join(COLUMN % (width, sum(widths)) for width in widths)
        table.parent.insert(table.parent.index(table), addnodes.tabular_col_spec(spec=spec))
    if sum(len(text) for column in columns for text in column) > LONG_TABLE:
        table["classes"].append("longtable")


def empty_cells(table: nodes.table) -> None:
    """Leave nothing in empty cells: LaTeX would give a paragraph without words a line."""
    for entry in table.findall(nodes.entry):
        if not entry.astext() and not any(entry.findall(nodes.image)):
            entry.clear()


def columns_of(table: nodes.table) -> list[tuple[str, ...]]:
    """Return the texts of a table without spans, column by column."""
    rows = [[printed_text(entry) for entry in row.children] for row in table.findall(nodes.row)]
    return list(zip(*rows, strict=True))


def printed_text(entry: nodes.Element) -> str:
    """Return the text of a cell about as wide as in print: of code wider, of formulas shorter."""
    return "".join(map(as_wide_as_printed, entry.findall(nodes.Text)))


def as_wide_as_printed(text: nodes.Text) -> str:
    if isinstance(text.parent, nodes.math):
        return re.sub(r"\\[A-Za-z]+|[{}^_\\\s]", "", text) + "xx"
    if isinstance(text.parent, nodes.literal):
        return text + "x" * (len(text) // 5)
    return text


def column_widths(columns: list[tuple[str, ...]], line: int) -> list[int]:
    """Share a line among columns: each gets its longest word, and then the rest of the line goes,
    letter by letter, to the column whose longest text needs the most lines.
    """
    widths = [
        1 + max(len(word) for text in column for word in [*text.split(), "x"]) for column in columns
    ]
    texts = [max(map(len, column)) for column in columns]
    for _ in range(line - sum(widths)):
        lines = [text / width for text, width in zip(texts, widths, strict=True)]
        widths[lines.index(max(lines))] += 1
    return widths


class Unfolded(SphinxPostTransform):
    """Give hints and solutions, which the site folds, a name in print."""

    default_priority = 720
    formats = ("latex",)

    def run(self, **options: object) -> None:
        for cell in list(self.document.findall(has_class("tag_hide-cell"))):
            if follows_exercise(cell):
                # Its name stays with the first lines of its code.
                cell.insert(0, [latex(r"\needspace{5\baselineskip}"), name_paragraph(SOLUTION)])
        leave_out_noscript(self.document)
        for raw in list(self.document.findall(nodes.raw)):
            if "html" in raw.get("format", "").split():
                self.print_instead(raw)

    def print_instead(self, raw: nodes.raw) -> None:
        text = raw.astext()
        names = HINT.findall(text)
        rest = NOT_PRINTED.sub("", HINT.sub("", text)).strip()
        if rest:
            logger.warning(
                "The printed edition has no stand-in for this HTML: %s", rest[:200], location=raw
            )
        if names:
            begin_with(raw, html.unescape(names[-1]))


def leave_out_noscript(document: nodes.document) -> None:
    """Delete what a page says to a browser without JavaScript."""
    for start in list(document.findall(lambda node: is_html(node, "<noscript>"))):
        siblings = start.parent.children[start.parent.index(start) :]
        for node in siblings:
            start.parent.remove(node)
            if is_html(node, "</noscript>"):
                break


def is_html(node: nodes.Node, tag: str) -> bool:
    return isinstance(node, nodes.raw) and node.astext() == tag


def begin_with(raw: nodes.raw, name: str) -> None:
    """Put the name of a hint in front of its first paragraph, which follows ``raw``."""
    following = raw.next_node(descend=False, siblings=True)
    if isinstance(following, nodes.paragraph):
        following.insert(0, [nodes.strong(text=f"{name}."), nodes.Text(" ")])
    else:
        raw.parent.insert(raw.parent.index(raw) + 1, name_paragraph(name))


def name_paragraph(name: str) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.strong(text=f"{name}."))


def follows_exercise(cell: nodes.Element) -> bool:
    """Tell whether what stands before a cell, other than hints, is an exercise."""
    before = cell.parent.children[: cell.parent.index(cell)]
    for node in reversed(before):
        if isinstance(node, exercise_node | exercise_enumerable_node):
            return True
        if isinstance(node, nodes.section | nodes.title) or "cell" in node.get("classes", []):
            return False
    return False


def has_class(name: str) -> Callable[[nodes.Node], bool]:
    """Return a condition on nodes: that they have the class ``name``."""
    return lambda node: isinstance(node, nodes.Element) and name in node.get("classes", [])


def latex(code: str) -> nodes.raw:
    return nodes.raw("", code, format="latex")


def set_title_page(app: Sphinx, config: Config) -> None:
    """Give the title page what the site has in its title and at the foot of each page."""
    title, _, subtitle = config.html_title.partition(": ")
    texts = {
        "booktitle": title,
        "booksubtitle": subtitle,
        "bookstate": without_tags(provenance(Path(app.confdir))),
        "booklicences": without_tags(config.html_theme_options.get("extra_footer", "")),
    }
    config.latex_elements["extrapackages"] = "\n".join(
        rf"\newcommand{{\{name}}}{{{escape(text, 'xelatex')}}}" for name, text in texts.items()
    )


def without_tags(text: str) -> str:
    return html.unescape(re.sub("<[^>]+>", "", text))


def set_code_style(app: Sphinx) -> None:
    """Colour code as the site does in its light mode."""
    if app.builder.name == "latex":
        app.config.pygments_style = app.config.html_theme_options.get("pygments_light_style")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", set_title_page, priority=90)  # before the footer is added to
    app.connect("builder-inited", set_code_style)
    for transform in (OneBook, Cards, Unfolded, Tables, Aligned, Apart, References):
        app.add_post_transform(transform)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
