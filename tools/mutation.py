"""Change the package one expression at a time, and count the changes that no test notices.

    python tools/mutation.py                      all modules that pyproject.toml names (hours)
    python tools/mutation.py "lmbook_utils.em*"   those of one module

`nox -s mutation` makes the environment, runs mutmut, and calls this. What an earlier run has
found is kept in the folder ``mutants``: a run that was cut off goes on, and the counts are of all.
They go into ``benchmarks/results/mutation.json``, with each change that survived.
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


def main() -> int:
    """Run mutmut, and write down what it found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mutants", nargs="*", help="patterns of names; without any, all")
    options = parser.parse_args()
    command = [sys.executable, "-m", "mutmut", "run", *options.mutants]
    subprocess.run(command, cwd=ROOT, check=True)
    found = states(MUTANTS)
    counts = {module: Counter(mutants.values()) for module, mutants in found.items()}
    for module, count in counts.items():
        tested = count.total() - count["not checked"]
        if tested:
            share = sum(count[state] for state in NOTICED) / tested
            print(f"{module:40} {tested:5} changes {share:7.1%} noticed")
    survivors = [
        name
        for mutants in found.values()
        for name, state in mutants.items()
        if state not in (*NOTICED, "not checked")
    ]
    results = {"modules": counts, "survivors": {name: change(name) for name in survivors}}
    recording.record("mutation", results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
