"""The hint on how long a page takes: prose and code that is shown, exercises apart."""

import pytest
import reading_time
from docutils import nodes
from sphinx_exercise.nodes import exercise_node


def page(*content):
    document = nodes.document(None, None)
    document += content
    return document


def prose(words):
    return nodes.paragraph("", nodes.Text("word " * words))


def cell(lines, *tags):
    code = "\n".join(["x = 1"] * lines)
    source = nodes.container("", nodes.literal_block(code, code), classes=["cell_input"])
    output = nodes.container("", nodes.literal_block(code, code), classes=["cell_output"])
    return nodes.container("", source, output, classes=["cell", *tags])


@pytest.mark.parametrize(
    ("content", "minutes"),
    [
        ([prose(400)], 2),
        ([cell(40)], 2),
        ([prose(200), cell(20)], 2),
        ([prose(200), cell(20, "tag_hide-cell"), cell(20, "tag_hide-input")], 1),
        ([prose(200), exercise_node("", prose(1000))], 1),
        ([prose(200), nodes.citation("", prose(1000))], 1),
        ([], 0),
    ],
)
def test_minutes(content, minutes):
    assert reading_time.minutes_to_read(page(*content)) == minutes
