"""The comparison of stored and recomputed outputs: what it lets pass, and that it bites.

The first half tests the comparison of two texts. The second half runs the whole harness, pytest
with nbval and the repository's ``conftest.py``, on copies of a notebook that were changed by hand.
"""

import copy
import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import notebook_comparison
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output
from notebook_comparison import differences, output_differences
from run_notebooks import notebooks_in_toc

ROOT = Path(__file__).parent.parent

# ---------------------------------------------------------------------------------------------
# Two texts


@pytest.mark.parametrize(
    ("reference", "computed"),
    [
        ("loss 0.51234", "loss 0.51240"),  # 1.2e-4 relative
        ("loss 0.5123", "loss 0.5124"),  # one unit in the last of four digits
        ("perplexity 99.99", "perplexity 100.0"),
        ("perplexity 999.96", "perplexity 1,000.04"),
        ("lr 9.999e-06", "lr 1.000e-05"),
        ("1,234.5 tokens", "1,234.6 tokens"),
        ("accuracy 45.67%", "accuracy 45.68%"),
        ("slope −0.12345", "slope -0.12346"),
        ("offset -0.0000", "offset 0.0000"),
        ("a = [ 9.9996 1.0000]", "a = [10.0004  1.0000]"),  # the padding moves
        ("|  9.9996 |", "| 10.0004 |"),
        ("<td>0.51234</td>", "<td>0.51236</td>"),
        ("2.3456x faster", "2.3455x faster"),
        ("ends with 0.51234.", "ends with 0.51235."),
    ],
)
def test_small_differences_of_measured_numbers_pass(reference, computed):
    assert differences(reference, computed) == []


@pytest.mark.parametrize(
    ("reference", "computed"),
    [
        ("loss 0.5123", "loss 0.5175"),  # 1%
        ("loss 0.5123", "loss 0.5125"),  # two units in the last place
        ("loss 0.512", "loss 0.513"),  # one unit, but of three digits only
        ("loss 0.0012", "loss 0.0013"),  # leading zeros are not significant digits
        ("loss 0.5123", "loss -0.5123"),
        ("loss 0.5123", "Loss 0.5123"),
        ("loss 0.5123", "loss  of 0.5123"),
        ("loss 0.5123 nats", "loss 0.5123 bits"),
        ("lr 1e-05", "lr 2e-05"),
        ("lr 1.000e-05", "lr 1.000e-06"),
        ("18,612 sentences", "18,613 sentences"),
        ("18612 sentences", "18613 sentences"),
        ("18612.", "18613."),  # a count at the end of a sentence
        ("100000", "100001"),
        ("-3", "3"),
        ("45%", "46%"),
        ("nan", "0.5000"),
        ("inf", "-inf"),
        ("w2", "w3"),
        ("x0.50000", "x0.50001"),
        ("UTF-8", "UTF-9"),
        ("v1.20000.3", "v1.20001.3"),
        ("1.20000.3", "1.20001.3"),
        ("sha 12345e3f", "sha 12346e3f"),
        ("1.0e+9998", "1.0e+9999"),
        ("one\ntwo", "one\ntwo\n"),
        ("a  b", "a b"),  # no number beside these spaces
        ("0.5000", ""),
        ("0.5000\n0.6000", "0.5000 0.6000"),
    ],
)
def test_other_differences_do_not_pass(reference, computed):
    assert differences(reference, computed)
    assert differences(computed, reference)


def test_the_examples_in_the_documentation():
    assert doctest.testmod(notebook_comparison) == (0, 6)


def test_every_difference_is_reported_with_its_line():
    assert differences("a 1.0\nb 2.0\nc 3\n", "a 1.1\nb 2.0\nc 4\n") == [
        "line 1: 1.0 became 1.1 (a change of 10%)",
        "line 3: 'c 3' became 'c 4'",
    ]


def test_a_long_run_of_digits_or_spaces_takes_no_time_to_speak_of():
    for text in (" " * 100_000, "1" * 100_000, "1," * 100_000, "0.5 " * 50_000):
        assert differences(text + "a", text + "b")


printed_text = st.text(alphabet="0123456789.,+-−eE% anif\n", max_size=40)


@given(st.text())
def test_a_text_agrees_with_itself(text):
    assert differences(text, text) == []


@given(printed_text, printed_text)
@example("1.0", "1.0\n")
def test_the_order_of_the_two_texts_does_not_matter(a, b):
    assert bool(differences(a, b)) == bool(differences(b, a))


@given(st.text(alphabet="abc 12-\n"), st.text(alphabet="abc 12-\n"))
def test_texts_without_decimals_must_be_the_same(a, b):
    assert bool(differences(a, b)) == (a != b)


numbers = st.floats(min_value=1e-30, max_value=1e30) | st.floats(min_value=-1e30, max_value=-1e-30)


@given(numbers, st.floats(min_value=-1e-4, max_value=1e-4), st.sampled_from(["e", "g", "f"]))
def test_a_relative_change_of_1e_minus_4_passes(number, change, style):
    formats = {"e": "{:.6e}", "g": "{:+.9e}", "f": "{:,.40f}"}
    old, new = (formats[style].format(x) for x in (number, number * (1 + change)))
    assert differences(f"loss: {old} nats", f"loss: {new} nats") == []


@given(numbers, st.floats(min_value=0.01, max_value=10), st.sampled_from([-1, 1]))
def test_a_change_of_1_percent_or_more_does_not_pass(number, change, sign):
    old, new = f"{number:.5e}", f"{number * (1 + sign * change):.5e}"
    assert differences(f"loss: {old} nats", f"loss: {new} nats")


@given(st.integers(min_value=1000, max_value=10**9), st.integers(min_value=1, max_value=6))
def test_one_unit_in_the_last_of_at_least_four_digits_passes(digits, places):
    old, new = (f"{x // 10**places}.{x % 10**places:0{places}}" for x in (digits, digits + 1))
    assume(len(old.replace(".", "").lstrip("0")) >= 4)
    assert differences(old, new) == []


@given(st.integers(min_value=1, max_value=998), st.integers(min_value=1, max_value=6))
def test_one_unit_in_the_last_of_three_digits_or_fewer_does_not_pass(digits, places):
    old, new = (f"{x // 10**places}.{x % 10**places:0{places}}" for x in (digits, digits + 1))
    assert differences(old, new)


@given(st.integers(), st.integers(), st.sampled_from(["{}", "{:,}", "{} articles", "id{}"]))
def test_integers_must_be_the_same(a, b, template):
    assert bool(differences(template.format(a), template.format(b))) == (a != b)


# ---------------------------------------------------------------------------------------------
# The outputs of a cell


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def shown(**data):
    return new_output("display_data", {k.replace("_", "/"): v for k, v in data.items()})


@pytest.mark.parametrize(
    ("reference", "computed"),
    [
        ([], []),
        ([stream("a\nb\n")], [stream("a\n"), stream("b\n")]),  # how a stream is cut is timing
        ([shown(text_html="<b>0.51234</b>")], [shown(text_html="<b>0.51235</b>")]),
        ([shown(image_png="AAAA")], [shown(image_png="BBBB")]),  # pixels are not compared
        ([shown(application_json={"a": 1, "b": 2})], [shown(application_json={"b": 2, "a": 1})]),
    ],
)
def test_outputs_that_agree(reference, computed):
    assert output_differences(reference, computed) == []


@pytest.mark.parametrize(
    ("reference", "computed"),
    [
        ([], [stream("a")]),
        ([stream("a")], []),
        ([stream("a")], [stream("b")]),
        ([stream("a")], [stream("a"), stream("warning", "stderr")]),
        ([shown(text_html="<b>0.5123</b>")], [shown(text_html="<b>0.6123</b>")]),
        ([shown(text_latex="$0.5123$")], [shown(text_latex="$0.6123$")]),
        ([shown(text_markdown="*a*")], [shown(text_markdown="*b*")]),
        ([shown(image_png="AAAA")], []),  # but a picture must be there
        ([shown(text_plain="1"), shown(text_plain="2")], [shown(text_plain="2")]),
        ([shown(application_json={"a": 1})], [shown(application_json={"a": 2})]),
        (
            [new_output("error", ename="ValueError", evalue="k must be 1")],
            [new_output("error", ename="ValueError", evalue="k must be 2")],
        ),
    ],
)
def test_outputs_that_differ(reference, computed):
    assert output_differences(reference, computed)


# ---------------------------------------------------------------------------------------------
# The whole harness

SETUP = "import sys\nimport numpy as np\n\nx = np.arange(1, 101)"
NUMBER = 'print(f"mean of the logarithms: {np.log(x).mean():.5f} nats")'  # 3.63739
COUNT = 'print(f"{len(x)} numbers")'
EXEMPT = ["nbval-ignore-output"]

# What is wrong with the cell: its source, the output stored in it, its tags.
WRONG_CELLS = {
    "number changed by 1%": (NUMBER, "mean of the logarithms: 3.67376 nats\n", []),
    "word changed": (NUMBER, "median of the logarithms: 3.63739 nats\n", []),
    "count changed by one": (COUNT, "101 numbers\n", []),
    "output missing": ("x = x", "100 numbers\n", []),
    "output not stored": (COUNT, "", []),
    "writes to stderr": ("print('oh', file=sys.stderr)", "", []),
    "raises": ("1 / 0", "", []),
    "raises, exempt": ("1 / 0", "", EXEMPT),
}
RIGHT_CELLS = {
    "set-up": (SETUP, "", []),
    "number unchanged": (NUMBER, "mean of the logarithms: 3.63739 nats\n", []),
    "number changed by 0.01%": (NUMBER, "mean of the logarithms: 3.63775 nats\n", []),
    "count unchanged": (COUNT, "100 numbers\n", []),
    "changed, exempt": (COUNT, "101 numbers\n", EXEMPT),
}


def notebook(cells):
    """Build an executed notebook from the source, the stored output and the tags of its cells."""
    return new_notebook(
        cells=[
            new_code_cell(
                source,
                execution_count=number,
                outputs=[stream(text)] if text else [],
                metadata={"tags": tags} if tags else {},
            )
            for number, (source, text, tags) in enumerate(cells, start=1)
        ]
    )


def run_nbval(folder, notebooks, *options):
    """Run nbval with the repository's conftest on notebooks; return states, report and exit code.

    The states are those of the cells of each notebook: ``{"name": ["passed", "failure"]}``.
    """
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "conftest.py", folder)
    shutil.copy(ROOT / "tools" / "notebook_comparison.py", folder / "tools")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for name, content in notebooks.items():
        nbformat.write(content, folder / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "--color=no"]
    process = subprocess.run(
        [*command, "-p", "no:cacheprovider", "--junitxml=report.xml", *options],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    states = {}
    for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
        state = next((child.tag for child in case if child.tag != "properties"), "passed")
        states.setdefault(Path(case.get("classname")).stem, []).append(state)
    return states, process.stdout, process.returncode


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    """Run the harness once on a right and a wrong notebook, each on a worker of its own."""
    right = list(RIGHT_CELLS.values())
    notebooks = {"right": notebook(right), "wrong": notebook([*right, *WRONG_CELLS.values()])}
    folder = tmp_path_factory.mktemp("harness")
    return run_nbval(folder, notebooks, "-n", "2", "--dist", "loadscope")


def test_a_right_notebook_passes(harness):
    states, report, _ = harness
    assert states["right"] == ["passed"] * len(RIGHT_CELLS), report


@pytest.mark.parametrize("fault", WRONG_CELLS)
def test_a_wrong_cell_fails(harness, fault):
    states, report, exit_code = harness
    state = dict(zip([*RIGHT_CELLS, *WRONG_CELLS], states["wrong"], strict=True))
    assert state[fault] == "failure", report
    assert exit_code == 1


def test_the_report_says_what_differs_and_how_many_cells_were_compared(harness):
    _, report, _ = harness
    assert "line 1: 3.67376 became 3.63739 (a change of 0.99%)" in report
    assert "right.ipynb: 4 code cells compared, 1 exempt\n" in report
    assert "wrong.ipynb: 10 code cells compared, 2 exempt, 1 NOT COMPARED" in report
    assert "all notebooks: 14 code cells compared, 3 exempt, 1 NOT COMPARED" in report


def test_a_cell_that_times_out_fails_and_so_do_the_cells_after_it(tmp_path):
    cells = [("import time", "", []), ("time.sleep(300)", "", []), ("print(1)", "1\n", [])]
    states, report, exit_code = run_nbval(
        tmp_path, {"slow": notebook(cells)}, "--nbval-cell-timeout=5"
    )
    assert states["slow"] == ["passed", "failure", "failure"], report
    assert "Timeout of 5 seconds exceeded" in report
    assert "an earlier cell timed out" in report
    assert exit_code == 1


def test_a_right_notebook_alone_ends_with_success(tmp_path):
    _, report, exit_code = run_nbval(tmp_path, {"right": notebook(RIGHT_CELLS.values())})
    assert exit_code == 0, report
    assert "all notebooks: 4 code cells compared, 1 exempt\n" in report


def test_a_changed_copy_of_a_chapter_fails(tmp_path):
    chapter, number, word = beginning_of_a_chapter()
    notebooks = {
        "number": with_printed(chapter, number, f"{float(number[0]) * 1.01:.8f}"),
        "word": with_printed(chapter, word, word[0] + "s"),
    }
    states, report, exit_code = run_nbval(tmp_path, notebooks, "-n", "2", "--dist", "loadscope")
    for name in notebooks:
        assert states[name][-1] == "failure", report
        assert set(states[name][:-1]) <= {"passed"}, report
    assert "(a change of " in report
    assert exit_code == 1


def beginning_of_a_chapter():
    """Return a chapter up to the first cell that prints a number and a word, and where they are."""
    for path in notebooks_in_toc():
        chapter = nbformat.read(path, as_version=4)
        for index, cell in enumerate(chapter.cells):
            if "nbval-ignore-output" in cell.metadata.get("tags", []) or not cell.get("outputs"):
                continue
            text = cell.outputs[0].get("text", "")
            number = re.search(r"(?<![\w.,])\d{1,3}\.\d*[1-9]\d*(?![\w.])", text)
            word = re.search(r"[A-Za-z]{2,}", text)
            if number and word:
                chapter.cells = chapter.cells[: index + 1]
                return chapter, number, word
    raise AssertionError("no chapter prints a measured number")


def with_printed(chapter, match, new):
    """Return the chapter with a part of what its last cell printed replaced."""
    changed = copy.deepcopy(chapter)
    text = match.string[: match.start()] + new + match.string[match.end() :]
    changed.cells[-1].outputs[0].text = text
    return changed
