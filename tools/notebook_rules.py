"""What every notebook of the book must satisfy before a kernel is started.

Each rule takes a notebook and returns its complaints, an empty list if there are none.
``tests/test_notebooks.py`` applies all of them to every notebook. Several close gaps of nbval: it
passes a cell that was never run, cannot see a result hidden by ``;``, and compares no pictures.
"""

import itertools
import re
from collections.abc import Callable, Iterator

import nbformat
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from nbformat import NotebookNode
from run_notebooks import KERNELSPEC, LANGUAGE_INFO

Rule = Callable[[NotebookNode], list[str]]
RULES: list[Rule] = []

# A cell's reason why its output is not compared, and why one that looks unstable is stable.
NOT_COMPARED = re.compile(r"^# Not compared: \S", re.MULTILINE)
STABLE = re.compile(r"^# Stable output: \S", re.MULTILINE)

TIMES = {
    "a time": r"""
        \b\d+\.\d+\s?(?:s|secs?|seconds|min|minutes|hours)\b
        | \b\d+(?:\.\d+)?\s?(?:ms|µs|μs|us|ns|milliseconds)\b
        | \bWall\ time\b | \bCPU\ times\b | \bper\ loop\b
        | (?:it|steps?|tokens|words|items|examples)(?:/s\b|\ per\ second\b) | /(?:it|step|batch)\b
        """,
}
UNSTABLE = {
    "a path of a machine": r"""
        (?<![\w.])/(?:home|root|tmp|Users|usr|opt|mnt|var|private)/\w
        | \b[A-Z]:\\+(?:Users|Windows|Temp|Program) | \bsite-packages\b | \.cache[/\\]
        """,
    "the address of an object": r"\b0x[0-9a-fA-F]{6,}\b",
    "a progress bar": r"\d%\| | \r(?!\n) | [━█]{5,} | \[=+[>.\]]",
    "a date": r"""
        \b(?:19|20)\d\d-\d\d-\d\d\b
        | \b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s\w{3}\s+\d | \b\d\d?\s\w{3}\s20\d\d\s\d\d:
        | \b\d\d:\d\d:\d\d\b
        """,
}
DOWNLOADS = re.compile(
    r"""
    \bnltk\.download\b | \bgensim\.downloader\b | \bhuggingface_hub\b | \bhf_hub_download\b
    | \bhuggingface\.co\b | \bhf:// | \bload_dataset\( | \btensorflow_datasets\b | \bkagglehub\b
    | \bkeras\.datasets\b | \bget_file\( | \bfrom_pretrained\(\s*["'] | \btensorflow_hub\b
    | \burllib\.request\b | \burlopen\( | \brequests\.get\( | \bhttpx\b | \bpooch\b
    | ^\s*[!%]\s*(?:pip|conda|wget|curl)\b
    """,
    re.VERBOSE | re.MULTILINE,
)
# An exercise in its fence, and a hint: blank lines, so that what is inside is set as Markdown.
EXERCISE = re.compile(r"^(`{3,})\{exercise\}\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
HINT = re.compile(
    r"""
    <details\ class="hint">\n
    <summary>Hint\ (\d+)</summary>\n
    \n
    (?=\S)(?:(?!</?details).)+(?<=\S)\n
    \n
    </details>
    """,
    re.VERBOSE | re.DOTALL,
)
MARKDOWN = MarkdownIt("commonmark").use(colon_fence_plugin)


def rule(function: Rule) -> Rule:
    """Add a function to the rules."""
    RULES.append(function)
    return function


def code_cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Give the code cells that are not empty, each with the name that the reader sees."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip():
            yield f"In [{cell.execution_count}]", cell


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def texts(cell: NotebookNode) -> Iterator[str]:
    """Give every text that a code cell's outputs show."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        elif output.output_type == "error":
            yield "\n".join([output.evalue, *output.traceback])
        else:
            yield from (text for kind, text in output.data.items() if kind.startswith("text/"))


def headings(notebook: NotebookNode) -> Iterator[tuple[int, str]]:
    """Give the level and the text of every heading (not those in code or in a directive)."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            tokens = MARKDOWN.parse(cell.source)
            for token, content in itertools.pairwise(tokens):
                if token.type == "heading_open":
                    yield int(token.tag[1:]), content.content


def exercises(notebook: NotebookNode) -> Iterator[tuple[str, str, NotebookNode | None]]:
    """Give each exercise's label, what stands behind it in its cell, and the cell that follows."""
    for cell, following in itertools.pairwise([*notebook.cells, None]):
        if cell.cell_type == "markdown" and (exercise := EXERCISE.search(cell.source)):
            label = re.search(r"^:label: (\S+)$", exercise[2], re.MULTILINE)
            yield label[1] if label else "an exercise", cell.source[exercise.end() :], following


@rule
def valid_format(notebook: NotebookNode) -> list[str]:
    """The notebook follows the format, in the version that has cell ids."""
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        return ["older than version 4.5 of the format, so without cell ids"]
    # nbformat.validate() would mend the cell ids of what it is given, and say nothing.
    return [str(error) for error in nbformat.validator.iter_validate(notebook)]


@rule
def unique_ids(notebook: NotebookNode) -> list[str]:
    """No two cells have the same id."""
    ids = [cell.get("id") for cell in notebook.cells]
    return [f"cell id {i!r} is used {ids.count(i)} times" for i in set(ids) if ids.count(i) > 1]


@rule
def neutral_metadata(notebook: NotebookNode) -> list[str]:
    """The kernel is the reader's ``python3``; no versions and no times of execution are stored."""
    complaints = []
    if notebook.metadata.get("kernelspec") != KERNELSPEC:
        complaints.append(f"kernelspec must be {KERNELSPEC}")
    if notebook.metadata.get("language_info") != LANGUAGE_INFO:
        complaints.append(f"language_info must be {LANGUAGE_INFO}")
    if any("execution" in cell.metadata for cell in notebook.cells):
        complaints.append("a cell stores when it was executed")
    return complaints


@rule
def run_in_order(notebook: NotebookNode) -> list[str]:
    """The cells were run from top to bottom on a fresh kernel: their counts are 1, 2, 3, …"""
    counts = [cell.execution_count for _, cell in code_cells(notebook)]
    if counts == list(range(1, len(counts) + 1)):
        return []
    return [f"execution counts are {counts}, not 1 to {len(counts)}"]


@rule
def only_expected_errors(notebook: NotebookNode) -> list[str]:
    """A stored error belongs to a cell that is tagged ``raises-exception``."""
    return [
        f"{name} stores an error: {output.ename}"
        for name, cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error" and "raises-exception" not in tags(cell)
    ]


@rule
def nothing_on_stderr(notebook: NotebookNode) -> list[str]:
    """No cell stores a warning or another word on stderr."""
    return [
        f"{name} stores stderr: {output.text.strip()!r}"
        for name, cell in code_cells(notebook)
        for output in cell.outputs
        if output.get("name") == "stderr"
    ]


@rule
def no_hidden_result(notebook: NotebookNode) -> list[str]:
    """No cell ends with ``;``, which hides a result from the reader but not from nbval."""
    return [
        f"{name} ends with ';' (end a figure with plt.show())"
        for name, cell in code_cells(notebook)
        if re.search(r";\s*(#.*)?$", cell.source.rstrip().splitlines()[-1])
    ]


@rule
def stable_outputs(notebook: NotebookNode) -> list[str]:
    """No output shows what another machine or another day would change.

    A time may be shown by a cell that is not compared. Where the text only looks unstable (a date
    in the corpus), the cell says so: ``# Stable output: the date is the article's``.
    """
    complaints = []
    for name, cell in code_cells(notebook):
        if STABLE.search(cell.source):
            continue
        patterns = UNSTABLE if "nbval-ignore-output" in tags(cell) else UNSTABLE | TIMES
        for text in texts(cell):
            for what, pattern in patterns.items():
                if match := re.search(pattern, text, re.VERBOSE):
                    complaints.append(f"{name} shows {what}: {match[0]!r}")
    return complaints


@rule
def exemptions_justified(notebook: NotebookNode) -> list[str]:
    """A cell that is not compared says why; a tag is the only way to exempt one."""
    complaints = []
    for name, cell in code_cells(notebook):
        justified = bool(NOT_COMPARED.search(cell.source))
        if ("nbval-ignore-output" in tags(cell)) != justified:
            complaints.append(
                f"{name}: the tag nbval-ignore-output and a comment '# Not compared: <reason>' "
                "belong together"
            )
        if {"nbval-skip", "skip-execution"} & set(tags(cell)):
            complaints.append(f"{name} is never run")
        if re.search(r"^\s*#\s*(NBVAL|PYTEST_VALIDATE)_", cell.source, re.MULTILINE):
            complaints.append(f"{name} has a comment for nbval: use a tag")
    return complaints


@rule
def described_figures(notebook: NotebookNode) -> list[str]:
    """A cell with a picture shows nothing else beside it, and has alt text and a caption.

    Both are in the cell's metadata, where MyST-NB looks for them:
    ``{"mystnb": {"image": {"alt": "…"}, "figure": {"caption": "…", "name": "…"}}}``. They hold
    for every output that the cell displays, hence the limit of one.
    """
    complaints = []
    for name, cell in code_cells(notebook):
        shown = [output.data for output in cell.outputs if "data" in output]
        if not any("image/" in kind for data in shown for kind in data):
            continue
        options = cell.metadata.get("mystnb", {})
        for group, key in (("image", "alt"), ("figure", "caption")):
            if not str(options.get(group, {}).get(key) or "").strip():
                complaints.append(f"{name} shows a picture without mystnb.{group}.{key}")
        if len(shown) > 1:
            complaints.append(f"{name} shows {len(shown)} results, but has one caption for all")
    return complaints


@rule
def no_widgets(notebook: NotebookNode) -> list[str]:
    """No output needs a running kernel, as widgets and notebook progress bars do."""
    return [
        f"{name} shows a widget"
        for name, cell in code_cells(notebook)
        for output in cell.outputs
        if any("widget" in kind for kind in output.get("data", {}))
    ]


@rule
def title_first(notebook: NotebookNode) -> list[str]:
    """The first cell begins with ``# Title`` (a target ``(label)=`` may stand before it)."""
    first = notebook.cells[0] if notebook.cells else None
    if first and first.cell_type == "markdown" and re.match(r"(\(\S+\)=\s+)?# \S", first.source):
        return []
    return ["the first cell must begin with '# Title'"]


@rule
def heading_levels(notebook: NotebookNode) -> list[str]:
    """There is one title, and a heading is at most one level below the heading before it."""
    complaints = []
    previous = 0
    for level, text in headings(notebook):
        if level > previous + 1:
            complaints.append(f"heading {text!r} is of level {level} after level {previous}")
        if level == 1 and previous:
            complaints.append(f"heading {text!r} is a second title")
        previous = level
    return complaints


@rule
def exercises_with_hints(notebook: NotebookNode) -> list[str]:
    """Behind each exercise stand one to three hints, numbered from 1, and nothing else."""
    complaints = []
    for label, behind, _ in exercises(notebook):
        numbers = [int(number) for number in HINT.findall(behind)]
        if not 1 <= len(numbers) <= 3 or numbers != list(range(1, len(numbers) + 1)):
            complaints.append(f"{label} has the hints {numbers}, not 1, or 1 to 2, or 1 to 3")
        if (rest := HINT.sub("", behind).strip()) or not behind.startswith("\n\n"):
            complaints.append(f"{label} has something else than hints behind it: {rest[:60]!r}")
        if "</details>\n<details" in behind:
            complaints.append(f"{label} has no empty line between two hints: JupyterLab needs one")
    return complaints


@rule
def exercises_with_checks(notebook: NotebookNode) -> list[str]:
    """Behind each exercise is a folded solution that calls a check, and the check is content."""
    complaints = []
    for label, _, solution in exercises(notebook):
        if solution is None or solution.cell_type != "code" or "hide-cell" not in tags(solution):
            complaints.append(f"{label} has no solution behind it, a code cell tagged hide-cell")
        elif not re.search(r"\bexercises\.check_\w+\(", solution.source):
            complaints.append(f"the solution of {label} calls no check of lmbook_utils.exercises")
        elif "Correct." not in "".join(texts(solution)):
            complaints.append(f"the solution of {label} is not called correct by its check")
    return complaints


@rule
def folded_cells(notebook: NotebookNode) -> list[str]:
    """What is folded on the site is folded in JupyterLab, too: there by the cell's metadata."""
    folded = {"hide-input": ["source_hidden"], "hide-cell": ["source_hidden", "outputs_hidden"]}
    return [
        f'{name} has the tag {tag}, but its metadata lack "jupyter": {{"{key}": true}}'
        for name, cell in code_cells(notebook)
        for tag in folded.keys() & set(tags(cell))
        for key in folded[tag]
        if not cell.metadata.get("jupyter", {}).get(key)
    ]


@rule
def no_downloads(notebook: NotebookNode) -> list[str]:
    """No code fetches anything from a hub, except to show what goes wrong ("In the wild")."""
    return [
        f"{name} downloads: {match[0].strip()!r} (tag the cell in-the-wild if that is its subject)"
        for name, cell in code_cells(notebook)
        if "in-the-wild" not in tags(cell) and (match := DOWNLOADS.search(cell.source))
    ]


@rule
def encodings_named(notebook: NotebookNode) -> list[str]:
    """A text is read with its encoding, since the usual one depends on the reader's system.

    JSON needs none if it is read as bytes.
    """
    return [
        f"{name} calls read_text() without an encoding"
        for name, cell in code_cells(notebook)
        if ".read_text()" in cell.source
    ]


def complaints(notebook: NotebookNode) -> list[str]:
    """Return what all rules have to say about a notebook (if it is valid at all)."""
    rules = [valid_format] if valid_format(notebook) else RULES
    return [f"{rule.__name__}: {text}" for rule in rules for text in rule(notebook)]
