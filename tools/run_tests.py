"""Run every check of the book, one stage after another, and say at the end what failed.

    python tools/run_tests.py

A failed stage does not hide the later ones, except that the site's tests need a built site.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECK_FOLDER = "_build/check"
SITE = f"{CHECK_FOLDER}/_build/html"
PYTEST = ["pytest", "-q", "-n", "2"]
NOTEBOOK_FOLDERS = [name for name in ("chapters", "appendix") if (ROOT / name).is_dir()]

LINT = "Lint"
UNIT_TESTS = "Unit tests and doctests"
NOTEBOOKS = "Notebooks: each output computed anew and compared"
BUILD = "Clean build of the site"
SITE_TESTS = "The site in a browser"


def run(*module_and_arguments: str) -> bool:
    """Run ``python -m MODULE …`` or ``python SCRIPT …``; return whether it succeeded."""
    first, *rest = module_and_arguments
    start = [first] if first.endswith(".py") else ["-m", first]
    return subprocess.run([sys.executable, *start, *rest], cwd=ROOT, check=False).returncode == 0


def lint() -> bool:
    # Both, so that one run shows everything.
    return all([run("ruff", "check"), run("ruff", "format", "--check")])


def unit_tests() -> bool:
    """Includes the notebooks' pre-flight."""
    paths = ["tests", "lmbook_utils", "--ignore=tests/site"]
    return run(*PYTEST, "--doctest-modules", *paths)


def notebooks() -> bool:
    # A notebook stays on one worker, since its cells share a kernel.
    options = ["--nbval", "--nbval-current-env", "--dist", "loadscope", "--durations=0"]
    return run(*PYTEST, *options, *NOTEBOOK_FOLDERS)


def build() -> bool:
    return run("tools/build_site.py", "--clean", "--output", CHECK_FOLDER)


def site_tests() -> bool:
    return run("pytest", "-q", "tests/site", f"--site={SITE}")


def main() -> None:
    stages = {
        LINT: lint,
        UNIT_TESTS: unit_tests,
        NOTEBOOKS: notebooks,
        BUILD: build,
        SITE_TESTS: site_tests,
    }
    results = {}
    for name, stage in stages.items():
        print(f"\n{'=' * 100}\n{name}\n{'=' * 100}", flush=True)
        start = time.monotonic()
        if name == SITE_TESTS and not results[BUILD][0]:
            print("Not run, because the site was not built.")
            results[name] = (False, 0.0)
            continue
        results[name] = (stage(), time.monotonic() - start)

    print(f"\n{'=' * 100}")
    for name, (passed, seconds) in results.items():
        print(f"{'passed' if passed else 'FAILED'}  {seconds:6.0f} s  {name}")
    sys.exit(0 if all(passed for passed, _ in results.values()) else 1)


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1" if not sys.stdout.isatty() else os.environ.get("NO_COLOR", "")
    main()
