"""The count of the changes that tests notice, and which files are changed and tested."""

import json
import tomllib

import mutation

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


def test_what_is_changed_and_what_tests_it_exists():
    settings = tomllib.loads((mutation.ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
        "mutmut"
    ]
    tests = settings["pytest_add_cli_args_test_selection"]
    for pattern in [*settings["only_mutate"], *settings["also_copy"], *tests]:
        assert list(mutation.ROOT.glob(pattern)), pattern
