"""Says under a chapter's title how long it takes to read."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node

WORDS_A_MINUTE = 200
LINES_OF_CODE_A_MINUTE = 20
SHORTEST = 5  # minutes; what takes less does not need a hint
FOLDED = {"tag_hide-cell", "tag_hide-input"}
# Done, or looked up, rather than read.
APART = (exercise_node, exercise_enumerable_node, nodes.citation)
    exercise_node,
    exercise_enumerable_node,
    nodes.citation,
)  # done, or looked up, rather than read


def is_apart(node: nodes.Node) -> bool:
    """Whether a node is within an exercise or a list of references."""
    while node and not isinstance(node, APART):
        node = node.parent
    return node is not None


def minutes_to_read(doctree: nodes.document) -> float:
    """Return the minutes for a page's paragraphs and for its code, without what is folded."""
    paragraphs = (p for p in doctree.findall(nodes.paragraph) if not is_apart(p))
    words = sum(len(paragraph.astext().split()) for paragraph in paragraphs)
    lines = sum(
        len(code.astext().splitlines())
        for cell in doctree.findall(nodes.container)
        if "cell" in cell["classes"] and not FOLDED & set(cell["classes"])
        for source in cell.children
        if "cell_input" in source["classes"]
        for code in source.findall(nodes.literal_block)
    )
    return words / WORDS_A_MINUTE + lines / LINES_OF_CODE_A_MINUTE


def say_reading_time(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put the hint after the page's title."""
    if doctree is None or not str(app.env.doc2path(pagename)).endswith(".ipynb"):
        return
    minutes = minutes_to_read(doctree)
    if minutes >= SHORTEST:
        hint = f'<p class="reading-time">About {5 * round(minutes / 5)} minutes to read</p>'
        context["body"] = context["body"].replace("</h1>", f"</h1>\n{hint}", 1)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", say_reading_time)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
