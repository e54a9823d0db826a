"""Wikipedia's markup turned into paragraphs of plain text.

``mwparserfromhell`` does the parsing; this module decides what each kind of node becomes. Text
that readers of the encyclopedia would read as running prose stays. References, tables, pictures,
lists, formulas and navigation go.

A template that leaves out a word of the sentence ("Alabama covers {{convert|135765|km2}}") must
not vanish without a trace. So the templates that stand for words are rendered, those that are
annotations are dropped, and all others leave a visible mark, ``HOLE``. Marks that turn out
to be harmless (in brackets, after a full stop) are then closed; a paragraph in which one remains
is reported as damaged.
"""

import html
import re
from collections.abc import Iterator

import mwparserfromhell
from mwparserfromhell import nodes
from mwparserfromhell.wikicode import Wikicode

from lmbook_utils._validation import require_type

HOLE = "\ufffc"  # OBJECT REPLACEMENT CHARACTER: something that is not text stood here
_LIST_ITEM = "\x01"
_NO_SKIP = 7  # deeper than any heading level

_DROPPED_TAGS = frozenset(
    "ref references table gallery timeline source syntaxhighlight imagemap score".split()
)
_HOLE_TAGS = frozenset("math chem ce code".split())
_BLOCK_TAGS = frozenset("blockquote div center p".split())

# Templates whose first unnamed argument is the text that the reader sees.
_TEXT_TEMPLATES = frozenset(
    """nihongo nowrap nobr sc smallcaps smaller small big larger nobold vanchor angbr abbr strong
    em ipa quote blockquote quotation cquote railgauge linktext""".split()
)
# Templates that add a note to a sentence which is complete without them.
_ANNOTATIONS = re.compile(
    r"cite|vcite|citation|harv|sfn|ipa|respell|pron|efn|cref|refn|rp$|ref$|note|anchor$|fact$|cn$"
    r"|clarify|specify|when$|who$|which$|why$|where$|by whom|according to whom|page needed|dubious"
    r"|update|vague|unreliable|failed verification|verify|full$|dead link|.* inline$|.*-inline$"
    r"|not a typo|quantify|or$|sic$"
)
_NOT_TEXT_SPACES = frozenset("file image media category".split())
_FIXED_TEXT = {
    "mdash": "—",
    "mdashb": "—",
    "ndash": "–",
    "spaced ndash": " – ",
    "snd": " – ",
    "nbsp": " ",
    "'s": "'s",
}
# Units whose name in the source is not what the reader sees. Other names are abbreviations in use.
_UNITS = {
    "C": "°C",
    "F": "°F",
    "C-change": "°C",
    "F-change": "°F",
    "oilbbl": "barrels",
    "oilbbl/d": "barrels per day",
    "koilbbl/d": "thousand barrels per day",
    "Moilbbl": "million barrels",
    "Moilbbl/d": "million barrels per day",
    "Goilbbl": "billion barrels",
    "e6acre": "million acres",
    "e6carat": "million carats",
}
_MONTHS = {
    str(number): name
    for number, name in enumerate(
        """January February March April May June July August September October November
        December""".split(),
        start=1,
    )
}
_END_MATTER = frozenset(
    """references;external links;see also;notes;further reading;bibliography;sources;footnotes;
    citations;works cited;notes and references;references and notes;gallery""".replace(
        "\n    ", ""
    ).split(";")
)


def parse_sections(wikitext: str) -> list[tuple[str, list[str]]]:
    """Split an article into sections of plain paragraphs.

    Parameters
    ----------
    wikitext
        The article's source.

    Returns
    -------
    list of (heading, paragraphs)
        The lead comes first and has the heading ``""``. End matter (references, external links
        and the like) is left out, and so are sections without a paragraph.

    Raises
    ------
    ValueError
        If ``wikitext`` is no string.

    Examples
    --------
    >>> parse_sections("'''Albedo''' is a [[ratio]].<ref>A</ref>\\n\\n== Use ==\\nIt has uses.")
    [('', ['Albedo is a ratio.']), ('Use', ['It has uses.'])]
    """
    require_type(str, wikitext=wikitext)
    sections = []
    skip_below = _NO_SKIP
    for section in mwparserfromhell.parse(wikitext).get_sections(flat=True, include_lead=True):
        heading = ""
        first = section.nodes[0] if section.nodes else None
        if isinstance(first, nodes.Heading):
            heading = _tidy(_render(first.title))
            if first.level <= skip_below:
                skip_below = first.level if heading.lower() in _END_MATTER else _NO_SKIP
        if skip_below < _NO_SKIP:
            continue
        paragraphs = [text for text in _paragraphs(_render(section)) if _is_prose(text)]
        if paragraphs:
            sections.append((heading, paragraphs))
    return sections


def _paragraphs(rendered: str) -> Iterator[str]:
    """Join the lines of each paragraph; blank lines, lists and indented lines separate them."""
    lines: list[str] = []
    for line in [*rendered.split("\n"), ""]:
        if line.strip() and not line.startswith((_LIST_ITEM, " ", "\t", "{|", "|", "!")):
            lines.append(line)
        elif lines:
            yield _tidy(" ".join(lines))
            lines = []


def _is_prose(paragraph: str) -> bool:
    """Tell a paragraph from a stray caption or label: it ends as a sentence does, or is long."""
    ends_as_a_sentence = re.search(r"\w.*[.!?。！？][\"”’')\]」』）]*$", paragraph)
    return bool(ends_as_a_sentence) or len(paragraph.split()) >= 20


def _render(code: Wikicode) -> str:
    return "".join(_render_node(node) for node in code.nodes)


def _render_node(node: nodes.Node) -> str:
    match node:
        case nodes.Text():
            return str(node.value)
        case nodes.HTMLEntity():
            return node.normalize()
        case nodes.Wikilink():
            return _render_link(node)
        case nodes.ExternalLink():
            return _render(node.title) if node.title else ""
        case nodes.Template():
            return _render_template(node)
        case nodes.Tag():
            return _render_tag(node)
        case nodes.Heading():
            return "\n\n"
        case _:  # comments, template arguments
            return ""


def _render_link(link: nodes.Wikilink) -> str:
    target = str(link.title).strip()
    # "Category:…" and "fr:…" are not text; "Star Trek: Enterprise" is a title. What "File:…" has
    # behind the bar is a caption, but "wikt:axil|axil" is a word of the sentence.
    space = re.match(r"([A-Za-z][\w -]*):\S", target)
    if space and (link.text is None or space[1].lower() in _NOT_TEXT_SPACES):
        return ""
    return _render(link.text) if link.text is not None else target.lstrip(":")


def _render_tag(tag: nodes.Tag) -> str:
    name = str(tag.tag).lower()
    if name in _DROPPED_TAGS:
        return ""
    if name in _HOLE_TAGS:
        return HOLE
    if name in ("li", "dd", "dt") and tag.wiki_markup:
        return _LIST_ITEM
    if name == "br":
        return " "
    text = _render(tag.contents) if tag.contents is not None else ""
    return f"\n\n{text}\n\n" if name in _BLOCK_TAGS else text


def _render_template(template: nodes.Template) -> str:
    name = re.sub(r"[_\s]+", " ", str(template.name)).strip().lower()
    arguments = [_render(p.value).strip() for p in template.params if not p.showkey]
    if name in _FIXED_TEXT:
        return _FIXED_TEXT[name]
    if not arguments:
        return "" if _ANNOTATIONS.match(name) else HOLE
    if name in ("convert", "cvt"):
        return _render_quantity(arguments)
    if name in ("lang", "transl", "script"):  # {{lang|fr|mot}}
        return arguments[-1]
    if name in _TEXT_TEMPLATES or name.startswith("lang-"):
        return arguments[0]
    if name == "as of":
        return f"{'as of' if template.has('lc') else 'As of'} {_render_date(arguments)}"
    if name == "circa":
        return f"c. {arguments[0]}"
    if name == "frac":
        return {1: "1/{}", 2: "{}/{}", 3: "{} {}/{}"}[min(len(arguments), 3)].format(*arguments)
    if name == "chem":
        return "".join(arguments)
    return "" if _ANNOTATIONS.match(name) else HOLE


def _render_quantity(arguments: list[str]) -> str:
    """``{{convert|5|km}}`` is "5 km", and ``{{convert|5|to|7|km}}`` is "5 to 7 km"."""
    amount, *more = arguments
    joiner = more[0].removesuffix("(-)") if len(more) >= 3 else ""
    if joiner in ("to", "and", "or", "by", "x"):
        amount, more = f"{amount} {joiner} {more[1]}", more[2:]
    elif joiner in ("-", "–"):
        amount, more = f"{amount}–{more[1]}", more[2:]
    return " ".join([amount, *(_UNITS.get(unit, unit) for unit in more[:1])])


def _render_date(arguments: list[str]) -> str:
    """Year, month and day, the last two optional, as "20 June 2011"."""
    year, *more = arguments[:3]
    month = [_MONTHS.get(number.lstrip("0"), number) for number in more[:1]]
    return " ".join([*more[1:], *month, year])


def _tidy(text: str) -> str:
    """Close the harmless holes, and put the white space right."""
    text = (
        re.sub(r"__[A-Z]+__", "", html.unescape(text))
        .replace(_LIST_ITEM, "")
        .replace("\u200b", "")
        .replace("\ufeff", "")
    )
    text = re.sub(r"</?ref[^>]*>?.*?(</ref>|$)", "", text)  # a reference that was never closed
    text = re.sub(r"</?[a-z]+[^<>]*>", "", text)  # a tag without its partner
    text = re.sub(r"'{2,}", "", text)  # italics without their partner
    text = re.sub(rf"(?<=[.,;:!?)\"”]){HOLE}+", "", text)
    text = text.strip(HOLE + " \t\u00a0")
    text = re.sub(rf"(\([^()]*?)\s*{HOLE}\s*(?=[^()]*\))", r"\1 ", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r":\s*(?=[,;)])", "", text)  # "(Greek: , born": the word itself was dropped
    for _ in range(2):  # brackets may be nested
        text = re.sub(r"[(\[][\s,;:/–—-]*(or|and)?[\s,;:/–—-]*[)\]]", "", text)
    text = re.sub(r"([(\[])[\s,;:]+", r"\1", text)
    text = re.sub(r"[\s,;:]+([)\]])", r"\1", text)
    text = re.sub(r"([,;])(\s*[,;])+", r"\1", text)
    text = re.sub(r" +(?=[,.;:!?](\s|$))", "", text)
    return re.sub(r" +", " ", text).strip()


_DEBRIS = {
    "a template or link that was not parsed": re.compile(
        r"\{\{|\}\}|\[\[|\]\]|\[https?:|https?://"
    ),
    "an HTML tag or entity": re.compile(r"</?[a-zA-Z][^<>]*>|&[a-zA-Z]{2,};|&#\d+;"),
    "bold or italic marks": re.compile(r"'''|(?<!\d)''"),
    "table or picture syntax": re.compile(r"\|\||\|-|\{\||\|\}|\bthumb\||\b\d+px\b|^\|"),
    "a heading mark": re.compile(r"={2,}[^=]+={2,}"),
    "a list mark": re.compile(r"^[*#:;]"),
    "something that is not text": re.compile(HOLE),
    "an empty bracket": re.compile(r"[(\[][\s,;:/–—-]*[)\]]"),
    "punctuation after a hole": re.compile(r"\s[.,;:!?](\s|$)|[(\[]\s*[,;:]|[,;:]\s*[)\]]|,\s*,"),
    "a sentence that breaks off": re.compile(
        r"(?<![\w-])(the|an|and|or|such as|approximately)[.;](\s|$)|\b(the|such as),\s"
        r"|\bthe (and|or|of)\s"
    ),
}


def find_debris(paragraph: str) -> list[str]:
    """Name the traces of markup, and of text lost with it, in a paragraph.

    The rules look only at the finished text, not at how it was cleaned, so that they can judge
    any cleaning.

    Parameters
    ----------
    paragraph
        Cleaned text.

    Returns
    -------
    list of str
        A description of each kind of trace found; empty where the paragraph is free of them.

    Raises
    ------
    ValueError
        If ``paragraph`` is no string.

    Examples
    --------
    >>> find_debris("Alaska () is a state of the {{USA}}.")
    ['a template or link that was not parsed', 'an empty bracket']
    >>> find_debris("Alaska is a state.")
    []
    """
    require_type(str, paragraph=paragraph)
    return [kind for kind, pattern in _DEBRIS.items() if pattern.search(paragraph)]
