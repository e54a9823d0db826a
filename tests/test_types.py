"""The type hints: they are right throughout, and a reader's type checker sees them."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("mypy", reason="mypy is not installed (it comes with the extra `test`)")

ROOT = Path(__file__).parents[1]
PARTS = ("lmbook_utils", "pyproject.toml", "README.md", "LICENSE")  # what the package is built from


def run(command, folder, status=0):
    """Run a Python command in a folder; return what it printed, once it ended with the status."""
    result = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout


def test_the_types_of_the_package_are_right_by_the_strict_rules():
    assert "Success" in run(["mypy"], ROOT)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A Python of its own in which the built package, and nothing else, is installed."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    source.mkdir()
    for part in map(ROOT.joinpath, PARTS):
        if part.is_dir():
            shutil.copytree(part, source / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(part, source)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir"]
    run(["pip", "wheel", *options, str(folder), "."], source)
    environment = folder / "environment"
    venv.create(environment, symlinks=os.name != "nt")
    [packages] = [path for path in environment.rglob("site-packages") if not path.is_symlink()]
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(packages)
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


PROGRAM = """\
from lmbook_utils.datasets.registry import describe, path

describe(markdown=True).upper()
path(7)
path("news").upper()
"""
COMPLAINTS = {
    4: 'Argument 1 to "path" has incompatible type "int"; expected "str"',
    5: '"Path" has no attribute "upper"',
}


def test_wrong_calls_in_a_readers_program_are_noticed(installed, tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    checker = ["mypy", "--python-executable", str(installed), "program.py"]
    *printed, total = run(checker, tmp_path, status=1).splitlines()
    expected = [f"program.py:{line}: error: {text}" for line, text in COMPLAINTS.items()]
    assert [line.partition("  [")[0] for line in printed] == expected
    assert total.startswith("Found 2 errors")
