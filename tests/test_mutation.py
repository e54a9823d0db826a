"""The count of the changes that tests notice, and which files are changed and tested."""

import tomllib

import mutation

RESULTS = """
    lmbook_utils.em.x_mixture_weights__mutmut_1: killed
    lmbook_utils.em.x__climb__mutmut_2: survived
    lmbook_utils.em.x__climb__mutmut_3: not checked
    lmbook_utils.ngram.model.xǁNGramModelǁfit__mutmut_1: timeout
"""
DIFF = """\
# lmbook_utils.em.x__climb__mutmut_2: survived
--- lmbook_utils/em.py
+++ lmbook_utils/em.py
@@ -1,3 +1,3 @@
 def _climb():
-    return 1
+    return 2
"""


def test_the_states_are_counted_for_each_module():
    assert mutation.counted(RESULTS) == {
        "lmbook_utils.em": {"killed": 1, "survived": 1, "not checked": 1},
        "lmbook_utils.ngram.model": {"timeout": 1},
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
