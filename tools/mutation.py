"""Change the package one expression at a time, and count the changes that no test notices.

    python tools/mutation.py                      all modules that pyproject.toml names (hours)
    python tools/mutation.py "lmbook_utils.em*"   those of one module

`nox -s mutation` makes the environment, runs mutmut, and calls this. What an earlier run has
found is kept in the folder ``mutants``: a run that was cut off goes on, and the counts are of all.
They go into ``benchmarks/results/mutation.json``, with each change that survived.
"""

import argparse
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import recording  # noqa: E402  (it lies beside the recorded runs)

NOTICED = ("killed", "timeout")  # a test fails, or the change made an endless loop
_RESULT = re.compile(r"^\s+(?P<name>\S+): (?P<status>.+)$", re.MULTILINE)


def mutmut(*arguments: str) -> str:
    """Run mutmut, and return what it printed."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def module_of(mutant: str) -> str:
    """Return the module of a mutant: the name of the file, without the function in it.

    >>> module_of("lmbook_utils.ngram.model.xǁNGramModelǁfit__mutmut_3")
    'lmbook_utils.ngram.model'
    """
    return mutant.partition(".x")[0]


def counted(results: str) -> dict[str, Counter]:
    """Count the states of the mutants of each module, from the output of ``mutmut results``.

    >>> counted("    a.b.x_f__mutmut_1: killed\\n    a.b.x_f__mutmut_2: survived")
    {'a.b': Counter({'killed': 1, 'survived': 1})}
    """
    counts = defaultdict(Counter)
    for found in _RESULT.finditer(results):
        counts[module_of(found["name"])][found["status"]] += 1
    return dict(counts)


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
    results = mutmut("results", "--all", "true")
    survivors = [f["name"] for f in _RESULT.finditer(results) if f["status"] == "survived"]
    modules = counted(results)
    for module, counts in modules.items():
        tested = counts.total() - counts["not checked"]
        if tested:
            share = sum(counts[state] for state in NOTICED) / tested
            print(f"{module:40} {tested:5} changes {share:7.1%} noticed")
    changes = {name: change(name) for name in survivors}
    recording.record("mutation", {"modules": modules, "survivors": changes})
    return 0


if __name__ == "__main__":
    sys.exit(main())
