"""Run every check of the book, one stage after another, and say at the end what failed.

    python tools/run_tests.py

A failed stage does not hide the later ones, except that the site's tests need a built site.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from xml.etree import ElementTree

from bootstrap import only_one_at_a_time

ROOT = Path(__file__).resolve().parent.parent
CHECK_FOLDER = "_build/check"
SITE = f"{CHECK_FOLDER}/_build/html"
LOCK = ROOT / "_build" / "tests.lock"
LINE = "=" * 100

LINT = "Lint"
UNIT_TESTS = "Unit tests and doctests"
NOTEBOOKS = "Notebooks: each output computed anew and compared"
BUILD = "Clean build of the site"
SITE_TESTS = "The site in a browser"


class Result(NamedTuple):
    """How a stage ended: whether all is well, and how many tests passed, failed, …"""

    passed: bool
    tests: Mapping[str, int] = MappingProxyType({})
    seconds: float = 0.0


def run(*module_and_arguments: str) -> bool:
    """Run ``python -m MODULE …`` or ``python SCRIPT …``; return whether it succeeded."""
    first, *rest = module_and_arguments
    start = [first] if first.endswith(".py") else ["-m", first]
    return subprocess.run([sys.executable, *start, *rest], cwd=ROOT, check=False).returncode == 0


def run_pytest(*arguments: str) -> Result:
    """Run pytest, with the reasons of failed and skipped tests at its end; count the tests."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        passed = run("pytest", "-q", "-rfEs", f"--junit-xml={report}", *arguments)
        tests = count_tests(report)
        return Result(passed and bool(tests), tests)


def count_tests(report: Path) -> Counter[str]:
    """Return the numbers in pytest's XML report; none if pytest did not live to write it."""
    if not report.is_file():
        return Counter()
    suite = ElementTree.parse(report).getroot().find("testsuite")
    counts = {key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")}
    bad = Counter(failed=counts["failures"], errors=counts["errors"], skipped=counts["skipped"])
    return Counter(passed=counts["tests"] - bad.total()) + bad  # a sum drops the zeros


def lint() -> Result:
    # Both, so that one run shows everything.
    return Result(all([run("ruff", "check"), run("ruff", "format", "--check")]))


def unit_tests() -> Result:
    """Includes the notebooks' pre-flight."""
    run("tools/build_kenlm.py")  # if it fails, the tests that need KenLM are skipped, or fail in CI
    paths = ["tests", "lmbook_utils", "--ignore=tests/site"]
    # In a fixed order, so that a failure repeats. A plain `python -m pytest` shuffles them.
    options = ["-n", "2", "-p", "no:randomly", "--durations=25", "--doctest-modules"]
    return run_pytest(*options, *paths)


def notebooks() -> Result:
    # A notebook stays on one worker, since its cells share a kernel.
    options = ["-n", "2", "--dist", "loadscope", "--nbval", "--nbval-current-env"]
    return run_pytest(*options, "--durations=10", "chapters")


def build() -> Result:
    return Result(run("tools/build_site.py", "--clean", "--output", CHECK_FOLDER))


def site_tests() -> Result:
    # The tests of a page share one visit to it, and so run on one worker and in their order.
    options = ["-n", "2", "--dist", "loadgroup", "-p", "no:randomly"]
    return run_pytest(*options, "--durations=10", "tests/site", f"--site={SITE}")


STAGES = {
    LINT: lint,
    UNIT_TESTS: unit_tests,
    NOTEBOOKS: notebooks,
    BUILD: build,
    SITE_TESTS: site_tests,
}


def run_stages() -> dict[str, Result]:
    """Run all stages in order, each under its name; return how each ended."""
    results: dict[str, Result] = {}
    for name, stage in STAGES.items():
        print(f"\n{LINE}\n{name}\n{LINE}", flush=True)
        start = time.monotonic()
        if name == SITE_TESTS and not results[BUILD].passed:
            print("Not run, because the site was not built.")
            results[name] = Result(passed=False)
        else:
            results[name] = stage()._replace(seconds=time.monotonic() - start)
    return results


def summary(results: dict[str, Result]) -> str:
    """Return a line for each stage, and pytest's closing line for all of them together."""
    lines = []
    for name, result in results.items():
        state = "passed" if result.passed else "FAILED"
        tests = f": {described(result.tests)}" if result.tests else ""
        lines.append(f"{state}  {result.seconds:6.0f} s  {name}{tests}")
    total = sum((Counter(result.tests) for result in results.values()), Counter())
    seconds = sum(result.seconds for result in results.values())
    lines.append(f" {described(total)} in {seconds:.0f} s ".center(len(LINE), "="))
    if failed := [name for name, result in results.items() if not result.passed]:
        lines.append(f"FAILED: {'; '.join(failed)}")
    return "\n".join(lines)


def described(tests: Mapping[str, int]) -> str:
    """Return, for example, "12 passed, 1 skipped", what is bad first, as pytest does."""
    order = ("failed", "errors", "passed", "skipped")
    return ", ".join(f"{tests[key]} {key}" for key in order if tests.get(key)) or "no tests"


def main() -> int:
    LOCK.parent.mkdir(exist_ok=True)
    with only_one_at_a_time(LOCK, "test run"):  # each deletes the site that the other has built
        results = run_stages()
    print(f"\n{LINE}\n{summary(results)}")
    return 0 if all(result.passed for result in results.values()) else 1


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1" if not sys.stdout.isatty() else os.environ.get("NO_COLOR", "")
    sys.exit(main())
