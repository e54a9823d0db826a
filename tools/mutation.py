"""Change the package one expression at a time, and count the changes that no test notices.

    python tools/mutation.py                      all modules that pyproject.toml names (hours)
    python tools/mutation.py "lmbook_utils.em*"   those of one module

`nox -s mutation` makes the environment and calls this. Each module gets a row with its counts, its
date and each change that survived in ``benchmarks/results/mutation.json``. A run that is cut off
writes down what it has found, and the next one goes on (from the folder ``mutants``). Rows of
modules that it did not come to are left as they were.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import recording  # noqa: E402  (it lies beside the recorded runs)

MUTANTS = ROOT / "mutants"
# How the run of the tests on a changed package ended, from its exit code. mutmut counts more codes
# as a timeout: also that of a pytest that could not be started.
STATES = {0: "survived", 1: "killed", 3: "killed", -24: "timeout", None: "not checked"}
NOTICED = ("killed", "timeout")  # a test fails, or the change made an endless loop


def mutmut(*arguments: str) -> str:
    """Run mutmut, and return what it printed."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def states(folder: Path) -> dict[str, dict[str, str]]:
    """Return the state of each mutant of each module, from the files that mutmut keeps.

    A code that is not in ``STATES`` is a run that went wrong, and says nothing of the tests.
    """
    found = {}
    for file in sorted(folder.glob("lmbook_utils/**/*.py.meta")):
        module = file.relative_to(folder).as_posix().removesuffix(".py.meta").replace("/", ".")
        codes = json.loads(file.read_bytes())["exit_code_by_key"]
        if codes:
            found[module] = {k: STATES.get(code, "error") for k, code in codes.items()}
    return found


def change(mutant: str) -> list[str]:
    """Return the lines that a mutant removes and adds."""
    lines = mutmut("show", mutant).splitlines()
    return [line for line in lines if re.match(r"[-+](?![-+])", line)]


def rows(found: dict[str, dict[str, str]]) -> dict[str, dict[str, object]]:
    """Return a row for each module of which at least one change was tried."""
    modules = {}
    for module, mutants in found.items():
        counts = Counter(mutants.values())
        if counts.total() > counts["not checked"]:
            survivors = [name for name, state in mutants.items() if state == "survived"]
            modules[module] = {
                "counts": counts,
                "survivors": {name: change(name) for name in survivors},
                "date": recording.today(),
            }
    return modules


def write_down() -> None:
    """Put the rows of this run in the place of those that the results file had."""
    found = rows(states(MUTANTS))
    recording.record_rows("mutation", found)
    for module, row in found.items():
        counts = row["counts"]
        tried = counts.total() - counts["not checked"]
        share = sum(counts[state] for state in NOTICED) / tried
        print(f"{module:40} {tried:5} of {counts.total():5} tried {share:7.1%} noticed")


def main() -> int:
    """Run mutmut, and write down what it found, also if it is cut off."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mutants", nargs="*", help="patterns of names; without any, all")
    options = parser.parse_args()
    command = [sys.executable, "-m", "mutmut", "run", *options.mutants]
    try:
        subprocess.run(command, cwd=ROOT, check=True)
    finally:
        write_down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
