"""The count of the changes that tests notice, and which files are changed and tested."""

import json
import subprocess
import sys
import tomllib

import mutation
import pytest

CODES = {
    "lmbook_utils.em.x_mixture_weights__mutmut_1": 1,
    "lmbook_utils.em.x__climb__mutmut_2": 0,
    "lmbook_utils.em.x__climb__mutmut_3": None,
    "lmbook_utils.em.x__climb__mutmut_4": -24,
    "lmbook_utils.em.x__climb__mutmut_5": 255,  # pytest did not start
}
DIFF = """\
# lmbook_utils.em.x__climb__mutmut_2: survived
--- lmbook_utils/em.py
+++ lmbook_utils/em.py
@@ -1,3 +1,3 @@
 def _climb():
-    return 1
+    return 2
"""


def test_a_state_is_told_by_how_the_tests_ended(tmp_path):
    folder = tmp_path / "lmbook_utils" / "ngram"
    folder.mkdir(parents=True)
    (folder.parent / "em.py.meta").write_text(json.dumps({"exit_code_by_key": CODES}))
    (folder / "model.py.meta").write_text(json.dumps({"exit_code_by_key": {"name": 3}}))
    (folder / "__init__.py.meta").write_text(json.dumps({"exit_code_by_key": {}}))
    expected = ["killed", "survived", "not checked", "timeout", "error"]
    assert mutation.states(tmp_path) == {
        "lmbook_utils.em": dict(zip(CODES, expected, strict=True)),
        "lmbook_utils.ngram.model": {"name": "killed"},
    }


def test_a_change_is_told_by_the_lines_that_go_and_come(monkeypatch):
    monkeypatch.setattr(mutation, "mutmut", lambda *arguments: DIFF)
    name = "lmbook_utils.em.x__climb__mutmut_2"
    assert mutation.change(name) == ["-    return 1", "+    return 2"]


def test_a_run_that_is_cut_off_keeps_its_rows_and_those_of_other_modules(tmp_path, monkeypatch):
    results = tmp_path / "results" / "mutation.json"
    monkeypatch.setattr(mutation.recording, "RESULTS", results.parent)
    monkeypatch.setattr(mutation, "MUTANTS", tmp_path)
    monkeypatch.setattr(mutation, "mutmut", lambda *arguments: DIFF)
    monkeypatch.setattr(sys, "argv", ["mutation.py"])
    monkeypatch.setattr(mutation.subprocess, "run", cut_off)
    results.parent.mkdir()
    earlier = {"counts": {"killed": 7}, "survivors": {}, "date": "2026-11-01"}
    results.write_text(json.dumps({"results": {"lmbook_utils.vocabulary": earlier}}))
    folder = tmp_path / "lmbook_utils"
    folder.mkdir()
    (folder / "em.py.meta").write_text(json.dumps({"exit_code_by_key": CODES}))
    (folder / "rnn.py.meta").write_text(json.dumps({"exit_code_by_key": {"untried": None}}))
    with pytest.raises(subprocess.CalledProcessError):
        mutation.main()
    modules = json.loads(results.read_bytes())["results"]
    assert list(modules) == ["lmbook_utils.em", "lmbook_utils.vocabulary"]
    assert modules["lmbook_utils.vocabulary"] == earlier
    expected = {"killed": 1, "survived": 1, "not checked": 1, "timeout": 1, "error": 1}
    assert modules["lmbook_utils.em"]["counts"] == expected
    survivor = {"lmbook_utils.em.x__climb__mutmut_2": ["-    return 1", "+    return 2"]}
    assert modules["lmbook_utils.em"]["survivors"] == survivor


def cut_off(command, **_):
    """Stand for a run of mutmut that ends with an error."""
    raise subprocess.CalledProcessError(-15, command)


def test_what_is_changed_and_what_tests_it_exists():
    settings = tomllib.loads((mutation.ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
        "mutmut"
    ]
    tests = settings["pytest_add_cli_args_test_selection"]
    for pattern in [*settings["only_mutate"], *settings["also_copy"], *tests]:
        assert list(mutation.ROOT.glob(pattern)), pattern
