"""Run the notebooks once under one variation, and count which cells come out the same.

    python tools/matrix.py "Python 3.13" [NOTEBOOK …]
    python tools/matrix.py "a read-only checkout" --copy read-only
    python tools/matrix.py "another path" --copy "ein Buch 語言模型" --elsewhere --shuffle 1

`make matrix` (noxfile.py) makes the environments and calls this for each. The counts of all
variations are kept in ``benchmarks/results/matrix.json``; a page of the appendix shows them, and is
itself not among the notebooks that are run.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import recording  # noqa: E402  (it lies beside the recorded runs)

from lmbook_utils import reproducibility  # noqa: E402

SHOWN_IN = "chapters/appendix/environment.ipynb"  # prints the table, so each row would change it
READ_ONLY = "read-only"
NOBODY = 65534  # a user who owns nothing


@contextmanager
def checkout(copy: str | None) -> Iterator[Path]:
    """Give the checkout itself, or a copy of its files in a folder of another name."""
    if copy is None:
        yield ROOT
        return
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, copy)
        for name in filter(None, names.split("\0")):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
        if copy == READ_ONLY:
            Path(folder).chmod(0o755)
            for path in [root, *root.rglob("*")]:
                path.chmod(0o555 if path.is_dir() else 0o444)
        yield root


def run_notebooks(root: Path, notebooks: list[str], report: Path, options: argparse.Namespace):
    """Run the notebooks of a checkout under pytest, and write its report."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-n", "2", "--dist", "loadscope", "--nbval", "--nbval-current-env"]
    command += [f"--rootdir={root}", f"--junit-xml={report}", f"--deselect={SHOWN_IN}"]
    command += [str(root / name) for name in notebooks]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    user = None
    if options.copy == READ_ONLY:
        environment["HOME"] = "/nonexistent"
        # Where even the home cannot be written, the reader has to say where texts are kept, and
        # Matplotlib complains in each first cell until it has a folder, too (see the README).
        environment["LMBOOK_CACHE_DIR"] = str(report.parent / "cache")
        environment["MPLCONFIGDIR"] = str(report.parent / "matplotlib")
        user = NOBODY if hasattr(os, "getuid") and os.getuid() == 0 else None  # root may write all
    folder = tempfile.gettempdir() if options.elsewhere else root
    subprocess.run(command, cwd=folder, env=environment, user=user, check=False)


def count(report: Path) -> dict[str, object]:
    """Return how many cells were compared, came out the same, and are exempt; name the others."""
    counts, different, notebooks = Counter(), [], set()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        found = {p.get("name"): p.get("value") for p in case.iter("property")}
        state = found.get("notebook outputs", "not reached")
        counts[state] += 1
        notebooks.add(case.get("classname"))
        if case.find("failure") is None and case.find("error") is None:
            counts["equal"] += state == "compared"
        else:
            different.append(f"{case.get('classname')}: {case.get('name')}")
    keys = ("compared", "equal", "exempt", "not reached")
    return {"notebooks": len(notebooks), **{k: counts[k] for k in keys}, "different": different}


def main() -> int:
    """Run one variation and add it to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("variation", help="its name in the table")
    parser.add_argument("notebooks", nargs="*", default=["chapters"])
    parser.add_argument("--copy", help=f"run in a copy, in a folder of this name ({READ_ONLY})")
    parser.add_argument("--elsewhere", action="store_true", help="run from another directory")
    parser.add_argument("--shuffle", type=int, help="seed of a random order of the notebooks")
    options = parser.parse_args()
    notebooks = options.notebooks
    if options.shuffle is not None:
        files = [p for name in notebooks for p in sorted((ROOT / name).rglob("*.ipynb"))]
        notebooks = [str(file.relative_to(ROOT)) for file in files]
        random.Random(options.shuffle).shuffle(notebooks)
    with checkout(options.copy) as root, tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)  # another user may have to write the report
        report = Path(folder, "report.xml")
        run_notebooks(root, notebooks, report, options)
        row = {**count(report), "date": recording.today(), "versions": reproducibility.versions()}
    recording.record_rows("matrix", {options.variation: row})
    print(f"{options.variation}: {row['equal']} of {row['compared']} cells are the same")
    return 0 if row["equal"] == row["compared"] and not row["not reached"] else 1


if __name__ == "__main__":
    sys.exit(main())
