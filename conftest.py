"""Settings of the tests, above all how nbval compares the notebooks' outputs.

``pytest --nbval --nbval-current-env chapters`` runs every code cell of every notebook and compares
what it prints with what is stored. nbval compares texts exactly; here its comparison is replaced
by that of ``tools/notebook_comparison.py``, which gives measured numbers a small tolerance.
"""

import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

import nbval.plugin
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent / "tools"))
sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

from notebook_comparison import output_differences

settings.register_profile("book", deadline=None)  # a slow machine is no failure
settings.load_profile("book")

# Notebooks' kernels inherit it: progress bars are for people, not for outputs that are compared.
os.environ["TQDM_DISABLE"] = "1"

CELL_TIMEOUT = 600  # seconds; nbval's own default would let a hanging cell wait for 33 minutes


class NotebookCell(nbval.plugin.IPyNbCell):
    """A code cell whose outputs are compared with a tolerance for measured numbers."""

    def setup(self):
        # nbval marks the cells after a timed-out cell as "expected to fail". Nothing here is.
        if not self.options["check"]:
            self.user_properties.append(("notebook outputs", "exempt"))

    def runtest(self):
        if self.parent.timed_out:
            self.raise_cell_error("Not run, because an earlier cell timed out")
        super().runtest()

    def compare_outputs(self, test, ref, skip_compare=None):
        # User properties travel from pytest-xdist's workers to the process that sums up.
        self.user_properties.append(("notebook outputs", "compared"))
        self.comparison_traceback = output_differences(ref, test)
        return not self.comparison_traceback


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "equation(label, …): tests the equations of the book with these labels"
    )
    config.option.nbval_cell_timeout = min(config.option.nbval_cell_timeout, CELL_TIMEOUT)
    if config.option.nbval:
        config.option.randomly_reorganize = False  # cells keep their order, unlike other tests


def pytest_itemcollected(item):
    # nbval names the class of its cells in its own code, so a cell changes class once it exists.
    if isinstance(item, nbval.plugin.IPyNbCell):
        item.__class__ = NotebookCell


def pytest_terminal_summary(terminalreporter):
    """Say for each notebook how long it took and how many cells were compared or are exempt."""
    notebooks, seconds = defaultdict(Counter), Counter()
    for report in (report for group in terminalreporter.stats.values() for report in group):
        path, _, _ = getattr(report, "nodeid", "").partition("::")
        if not path.endswith(".ipynb"):
            continue
        seconds[path] += getattr(report, "duration", 0.0)  # its kernel's start and end included
        if getattr(report, "when", None) == "call":
            state = dict(report.user_properties).get("notebook outputs", "not reached")
            notebooks[path][state] += 1
    if not notebooks:
        return
    terminalreporter.section("notebook outputs")
    for path, counts in sorted(notebooks.items()):
        terminalreporter.line(f"{seconds[path]:5.0f} s  {path}: {_describe(counts)}")
    terminalreporter.line(
        f"{seconds.total():5.0f} s  all notebooks: {_describe(sum(notebooks.values(), Counter()))}"
    )


def _describe(counts):
    """Return, for example, ``"31 code cells compared, 1 exempt"``."""
    text = f"{counts['compared']} code cells compared, {counts['exempt']} exempt"
    if counts["not reached"]:
        text += f", {counts['not reached']} NOT COMPARED because they failed or have no count"
    return text
