"""The run of the notebooks under variations: what is counted, and what a copy holds."""

import argparse
import json
import shutil
import subprocess
import sys
from importlib.util import find_spec

import matrix
import pytest

REPORT = """<testsuites><testsuite>
<testcase classname="chapters.a.ipynb" name="Cell 0">
  <properties><property name="notebook outputs" value="compared"/></properties></testcase>
<testcase classname="chapters.a.ipynb" name="Cell 1"><failure/>
  <properties><property name="notebook outputs" value="compared"/></properties></testcase>
<testcase classname="chapters.a.ipynb" name="Cell 2"><failure/></testcase>
<testcase classname="chapters.b.ipynb" name="Cell 0">
  <properties><property name="notebook outputs" value="exempt"/></properties></testcase>
</testsuite></testsuites>"""


def test_cells_that_are_the_same_are_counted_and_the_others_named(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert matrix.count(report) == {
        "notebooks": 2,
        "compared": 2,
        "equal": 1,
        "exempt": 1,
        "not reached": 1,
        "different": ["chapters.a.ipynb: Cell 1", "chapters.a.ipynb: Cell 2"],
    }


def test_without_a_copy_it_is_the_checkout_itself():
    with matrix.checkout(None) as root:
        assert root == matrix.ROOT


@pytest.mark.skipif(shutil.which("git") is None, reason="git, which lists the files, is missing")
@pytest.mark.skipif(sys.platform == "win32", reason="a read-only file cannot be deleted there")
@pytest.mark.parametrize("name", ["ein Buch 語言模型", matrix.READ_ONLY])
def test_a_copy_holds_the_files_of_the_checkout_and_goes_away(name):
    with matrix.checkout(name) as root:
        assert root.name == name
        assert (root / "pyproject.toml").read_bytes() == (
            matrix.ROOT / "pyproject.toml"
        ).read_bytes()
        assert not (root / ".git").exists()
        mode = (root / "pyproject.toml").stat().st_mode & 0o222
        assert bool(mode) == (name != matrix.READ_ONLY)
    assert not root.exists()


def test_the_page_that_shows_the_table_exists_and_is_left_out(tmp_path, monkeypatch):
    assert (matrix.ROOT / matrix.SHOWN_IN).is_file()
    ran = []
    monkeypatch.setattr(matrix.subprocess, "run", lambda command, **_: ran.append(command))
    options = argparse.Namespace(copy=None, elsewhere=False)
    matrix.run_notebooks(tmp_path, ["chapters"], tmp_path / "report.xml", options)
    assert f"--deselect={matrix.SHOWN_IN}" in ran[0]
    assert f"--rootdir={tmp_path}" in ran[0]  # from which the name of a test begins
    assert ran[0][-1] == str(tmp_path / "chapters")


@pytest.mark.skipif(find_spec("nox") is None, reason="nox is not installed")
def test_nox_lists_the_variations():
    command = [sys.executable, "-m", "nox", "--list", "--json", "-f", matrix.ROOT / "noxfile.py"]
    listed = subprocess.run(command, capture_output=True, check=True, text=True)
    names = {session["session"] for session in json.loads(listed.stdout)}
    assert {"settings(one thread)", "python-3.11", "versions(oldest)"} <= names
