"""Every notebook satisfies the rules of the book, and every rule bites. No kernel is started."""

import copy
from pathlib import Path

import nbformat
import notebook_rules
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from run_notebooks import KERNELSPEC, LANGUAGE_INFO
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted(
    path for path in (ROOT / "chapters").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)

# ---------------------------------------------------------------------------------------------
# The notebooks of the book


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_notebook_satisfies_every_rule(path):
    # Not nbformat.reads(), which mends what it reads.
    notebook = nbformat.reader.reads(path.read_text(encoding="utf-8"))
    assert notebook_rules.complaints(notebook) == []


def test_every_notebook_is_in_the_table_of_contents():
    assert NOTEBOOKS
    names = set(parse_toc_yaml(ROOT / "_toc.yml"))
    assert [path for path in NOTEBOOKS if _name(path) not in names] == []


def test_every_page_of_the_table_of_contents_exists_once():
    for name in parse_toc_yaml(ROOT / "_toc.yml"):
        pages = [suffix for suffix in (".md", ".ipynb") if (ROOT / f"{name}{suffix}").exists()]
        assert len(pages) == 1, f"{name} is found as {pages}"


def _name(path):
    return path.relative_to(ROOT).with_suffix("").as_posix()


# ---------------------------------------------------------------------------------------------
# The rules


EXERCISE = """```{exercise}
:label: exercise-sum
What is $1 + 1$? Check with `exercises.check_sum(answer)`.
```

<details class="hint">
<summary>Hint 1</summary>

Use your *fingers*.

</details>

<details class="hint">
<summary>Hint 2</summary>

```python
fingers = [1, 1]
```

</details>"""


def good_notebook():
    """Build a small notebook without a fault: text, a number, a figure, an error, a timing."""
    return new_notebook(
        metadata={"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO},
        cells=[
            new_markdown_cell("# Title\n\nWords.", id="title"),
            new_markdown_cell("## Section\n\n```python\n# no heading\n```\n\n### Part", id="text"),
            code(1, "print(f'{0.5:.3f}')", new_output("stream", text="0.500\n"), id="number"),
            code(2, "# A figure\nplt.show()", picture(), id="figure", mystnb=described("A line")),
            code(3, "", id="empty", count=None),
            code(3, "int('x')", failure(), id="error", tags=["raises-exception"]),
            code(
                4,
                "# Not compared: it depends on the machine\ntime_it()",
                new_output("stream", text="3.21 s, 120 ms per batch\n"),
                id="time",
                tags=["nbval-ignore-output"],
            ),
            new_markdown_cell(EXERCISE, id="exercise"),
            code(
                5,
                "exercises.check_sum(1 + 1)",
                new_output("stream", text="Correct.\n"),
                id="solution",
                tags=["hide-cell"],
                jupyter={"source_hidden": True, "outputs_hidden": True},
            ),
        ],
    )


def code(number, source, *outputs, id, count=..., **metadata):
    count = number if count is ... else count
    return new_code_cell(
        source, id=id, execution_count=count, outputs=list(outputs), metadata=metadata
    )


def picture():
    return new_output("display_data", {"image/png": "iVBOR", "text/plain": "<Figure size 6x4>"})


def failure(*traceback):
    return new_output("error", ename="ValueError", evalue="not x", traceback=list(traceback))


def described(text):
    return {"image": {"alt": text}, "figure": {"caption": f"{text}.", "name": "fig-line"}}


def prints(text):
    """Return a fault: the number cell prints something else."""
    return lambda cells, _: cells["number"].outputs[0].update(text=text)


def replaces(cell, source):
    """Return a fault: a cell has another source."""
    return lambda cells, _: cells[cell].update(source=source)


def misprints(old, new):
    """Return a fault: the exercise has something else in the place of a part."""
    assert old in EXERCISE
    return replaces("exercise", EXERCISE.replace(old, new))


def sets(cell, **metadata):
    """Return a fault: a cell has other metadata."""
    return lambda cells, _: cells[cell].metadata.update(metadata)


# Rule, fault. A fault changes a good notebook, given its cells by id and the notebook itself.
FAULTS = [
    ("valid_format", lambda cells, _: cells["number"].pop("outputs")),
    ("valid_format", lambda _, notebook: notebook.update(nbformat_minor=4)),
    ("unique_ids", lambda cells, _: cells["number"].update(id="title")),
    ("neutral_metadata", lambda _, notebook: notebook.metadata.pop("kernelspec")),
    ("neutral_metadata", lambda _, notebook: notebook.metadata.kernelspec.update(name="mine")),
    ("neutral_metadata", lambda _, notebook: notebook.metadata.language_info.update(version="3")),
    ("neutral_metadata", sets("number", execution={"shell.execute_reply": "2024"})),
    ("run_in_order", lambda cells, _: cells["number"].update(execution_count=None)),
    ("run_in_order", lambda cells, _: cells["number"].update(execution_count=7)),
    ("run_in_order", lambda _, notebook: notebook.cells.insert(2, notebook.cells.pop())),
    ("only_expected_errors", sets("error", tags=[])),
    ("nothing_on_stderr", lambda cells, _: cells["number"].outputs[0].update(name="stderr")),
    ("no_hidden_result", replaces("number", "x = 1\nx;")),
    ("no_hidden_result", replaces("number", "plt.plot(x);  # a line\n")),
    ("stable_outputs", prints("took 3.21 s")),
    ("stable_outputs", prints("took 17 ms")),
    ("stable_outputs", prints("1,234 tokens/s")),
    ("stable_outputs", prints("1,234 tokens per second")),
    ("stable_outputs", prints("CPU times: user 1")),
    ("stable_outputs", prints("saved in /home/reader/book")),
    ("stable_outputs", prints("saved in '/tmp/x'")),
    ("stable_outputs", prints("saved in C:\\Users\\reader")),
    ("stable_outputs", prints("lib/python3.11/site-packages/keras")),
    ("stable_outputs", prints("<Line2D object at 0x7f8a1c2b3d40>")),
    ("stable_outputs", prints("100%|██████████| 3/3")),
    ("stable_outputs", prints("one\rtwo")),
    ("stable_outputs", prints("run on 2024-05-17")),
    ("stable_outputs", prints("Fri May 17 2024")),
    ("stable_outputs", prints("17:05:33 started")),
    ("stable_outputs", lambda cells, _: cells["time"].outputs[0].update(text="in /tmp/x, 3 s")),
    ("stable_outputs", lambda cells, _: cells["error"].outputs.append(failure('File "/root/x"'))),
    ("stable_outputs", lambda cells, _: cells["figure"].outputs[0].data.update(
        {"text/html": "<b>0x7f8a1c2b3d40</b>"})),
    ("exemptions_justified", replaces("time", "time_it()")),
    ("exemptions_justified", replaces("time", "# Not compared:\ntime_it()")),
    ("exemptions_justified", sets("time", tags=[])),
    ("exemptions_justified", sets("number", tags=["nbval-skip"])),
    ("exemptions_justified", replaces("number", "# NBVAL_IGNORE_OUTPUT\nprint(1)")),
    ("described_figures", sets("figure", mystnb={})),
    ("described_figures", sets("figure", mystnb={"image": {"alt": "A line"}})),
    ("described_figures", sets("figure", mystnb={"figure": {"caption": "A line"}})),
    ("described_figures", sets("figure", mystnb=described(" ") | {"image": {"alt": " "}})),
    ("described_figures", lambda cells, _: cells["figure"].outputs.append(picture())),
    ("no_widgets", lambda cells, _: cells["figure"].outputs[0].data.update(
        {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}})),
    ("title_first", replaces("title", "Words, but no title.")),
    ("title_first", replaces("title", "## A section")),
    ("title_first", lambda _, notebook: notebook.cells.pop(0)),
    ("heading_levels", replaces("text", "### A level is missing")),
    ("heading_levels", replaces("text", "## Section\n\n# Second title")),
    ("exercises_with_hints", replaces("exercise", EXERCISE.partition("\n\n")[0])),
    ("exercises_with_hints", misprints("Hint 2", "Hint 1")),
    ("exercises_with_hints", misprints("Hint 1", "Hint 3")),
    ("exercises_with_hints", misprints("Hint 1", "Hint")),
    ("exercises_with_hints", misprints("Hint 2</summary>\n\n", "Hint 2</summary>\n")),
    ("exercises_with_hints", misprints("*.\n\n</details>", "*.\n</details>")),
    ("exercises_with_hints", misprints("Use your *fingers*.", "")),
    ("exercises_with_hints", misprints('<details class="hint">', "<details>")),
    ("exercises_with_hints", misprints("```\n\n<details", "```\n<details")),
    ("exercises_with_hints", misprints("</details>\n\n<details", "</details>\n<details")),
    ("exercises_with_hints", replaces("exercise", f"{EXERCISE}\n\nThe next one is harder.")),
    ("exercises_with_hints", replaces("exercise", f"{EXERCISE}\n\n{EXERCISE}")),
    ("exercises_with_checks", lambda _, notebook: notebook.cells.pop()),
    ("exercises_with_checks", lambda _, notebook: notebook.cells.insert(-1, new_markdown_cell())),
    ("exercises_with_checks", sets("solution", tags=[])),
    ("exercises_with_checks", replaces("solution", "print('Correct.')")),
    ("exercises_with_checks", replaces("solution", "exercises.check_sum")),
    ("exercises_with_checks", lambda cells, _: cells["solution"].outputs[0].update(
        text="Not yet: 3 is too large.\n")),
    ("folded_cells", lambda cells, _: cells["solution"].metadata.pop("jupyter")),
    ("folded_cells", sets("solution", jupyter={"source_hidden": True})),
    ("folded_cells", sets("number", tags=["hide-input"])),
    ("no_downloads", replaces("number", "import nltk\nnltk.download('punkt')")),
    ("no_downloads", replaces("number", "AutoModel.from_pretrained('bert')")),
    ("no_downloads", replaces("number", "!pip install nltk")),
    ("encodings_named", replaces("number", "file.read_text()")),
]  # fmt: skip


def broken_by(fault):
    notebook = copy.deepcopy(good_notebook())
    fault({cell.id: cell for cell in notebook.cells}, notebook)
    return notebook


def test_a_good_notebook_satisfies_every_rule():
    assert notebook_rules.complaints(good_notebook()) == []


@pytest.mark.parametrize(("name", "fault"), FAULTS)
def test_a_rule_bites(name, fault):
    complaints = notebook_rules.complaints(broken_by(fault))
    assert name in {text.partition(":")[0] for text in complaints}


def test_every_rule_has_a_fault():
    assert {rule.__name__ for rule in notebook_rules.RULES} == {name for name, _ in FAULTS}


@pytest.mark.parametrize(
    "change",
    [
        replaces("title", "(ch:title)=\n# Title"),
        replaces("title", "# Title\n\nThe box of an `{exercise}` is blue."),
        replaces("exercise", f"## Exercises\n\n{EXERCISE}"),
        replaces(
            "exercise", EXERCISE[: EXERCISE.index('\n\n<details class="hint">\n<summary>Hint 2')]
        ),
        replaces("text", ":::{note}\n#### Inside a directive\n:::"),
        replaces("number", "a = 1; b = 2\nb"),
        prints("in the 1990s, 2 s of 10 minutes; 50% of 1.5 million; 12:30; a/b; 0x1F600"),
        prints("see https://example.org/home/index and and/or"),
        lambda cells, _: (
            cells["number"].update(source="# Stable output: the article's date\nprint(text)"),
            prints("born on 1912-06-23")(cells, _),
        ),
        lambda cells, _: (
            cells["number"].update(source="nltk.download('punkt')"),
            sets("number", tags=["in-the-wild"])(cells, _),
        ),
    ],
)
def test_what_only_looks_like_a_fault_is_allowed(change):
    assert notebook_rules.complaints(broken_by(change)) == []
