"""The command behind ``make test``: no failure is lost, and the end says what happened."""

from collections import Counter

import pytest
import run_tests
from bootstrap import try_lock
from run_tests import BUILD, LINT, SITE_TESTS, STAGES, Result


@pytest.fixture(autouse=True)
def own_lock(monkeypatch, tmp_path):
    """These tests may run within `make test`, which holds its lock."""
    monkeypatch.setattr(run_tests, "LOCK", tmp_path / "_build" / "tests.lock")


def stages(monkeypatch, **results):
    """Replace each stage by one that only ends as told (well, if nothing is told)."""
    ran = []

    def stage(name):
        def run():
            ran.append(name)
            return results.get(name, Result(passed=True))

        return run

    names = {LINT: "lint", BUILD: "build", SITE_TESTS: "site"}
    replaced = {name: stage(names.get(name, name)) for name in STAGES}
    monkeypatch.setattr(run_tests, "STAGES", replaced)
    return ran


def test_a_second_run_would_have_to_wait(monkeypatch):
    free = []

    def stage():
        with run_tests.LOCK.open("w") as handle:
            free.append(try_lock(handle))
        return Result(passed=True)

    monkeypatch.setattr(run_tests, "STAGES", {LINT: stage})
    assert run_tests.main() == 0
    assert free == [False]
    with run_tests.LOCK.open("w") as handle:
        assert try_lock(handle)


def test_all_stages_run_in_order_and_success_is_the_exit_code_0(monkeypatch, capsys):
    ran = stages(monkeypatch)
    assert run_tests.main() == 0
    assert len(ran) == 5
    assert ran[0] == "lint"
    assert ran[-2:] == ["build", "site"]
    assert "FAILED" not in capsys.readouterr().out


@pytest.mark.parametrize("name", STAGES)
def test_one_failed_stage_fails_the_whole_and_hides_no_other(monkeypatch, capsys, name):
    monkeypatch.setattr(
        run_tests,
        "STAGES",
        {each: lambda each=each: Result(each != name, Counter(passed=1)) for each in STAGES},
    )
    assert run_tests.main() == 1
    output = capsys.readouterr().out
    assert f"FAILED: {name}" in output.splitlines()[-1]
    assert output.count("\npassed  ") == (3 if name == BUILD else 4)


def test_the_sites_tests_need_a_site(monkeypatch, capsys):
    ran = stages(monkeypatch, build=Result(passed=False))
    assert run_tests.main() == 1
    assert "site" not in ran
    assert "Not run, because the site was not built." in capsys.readouterr().out


def test_the_end_counts_the_tests_of_all_stages_as_pytest_does(monkeypatch, capsys):
    stages(
        monkeypatch,
        lint=Result(passed=True),
        build=Result(passed=False, tests=Counter(passed=5, failed=2, errors=1)),
        site=Result(passed=True, tests=Counter(passed=3, skipped=4)),
    )
    run_tests.main()
    assert "2 failed, 1 errors, 5 passed in 0 s" in capsys.readouterr().out
    stages(monkeypatch, site=Result(passed=True, tests=Counter(passed=3, skipped=4)))
    run_tests.main()
    output = capsys.readouterr().out
    assert f"{SITE_TESTS}: 3 passed, 4 skipped\n" in output
    assert " 3 passed, 4 skipped in 0 s =" in output.splitlines()[-1]


def test_a_program_that_fails_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(run_tests, "ROOT", tmp_path)
    (tmp_path / "good.py").write_text("")
    (tmp_path / "bad.py").write_text("raise SystemExit(3)")
    assert run_tests.run("good.py")
    assert not run_tests.run("bad.py")
    assert not run_tests.run("no_such_module")


def test_lint_shows_what_both_of_its_programs_find(monkeypatch):
    ran = []
    monkeypatch.setattr(run_tests, "run", lambda *arguments: ran.append(arguments))
    assert not run_tests.lint().passed
    assert len(ran) == 2


@pytest.fixture
def real_pytest(tmp_path, monkeypatch):
    """Return a function that writes a test file and runs a real pytest on it, alone."""
    monkeypatch.setattr(run_tests, "ROOT", tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # it starts faster
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(text):
        (tmp_path / "test_example.py").write_text(text)
        return run_tests.run_pytest("test_example.py")

    return run


def test_the_tests_of_a_real_run_are_counted(real_pytest, capfd):
    result = real_pytest(
        "import pytest\n"
        "def test_one(): pass\n"
        "def test_two(): pass\n"
        "def test_bad(): assert 1 == 2\n"
        "def test_skipped(): pytest.skip('no browser here')\n"
        "@pytest.fixture\ndef broken(): 1 / 0\n"
        "def test_error(broken): pass\n"
    )
    assert result == (False, Counter(passed=2, failed=1, errors=1, skipped=1), 0.0)
    output = capfd.readouterr().out
    assert "1 failed, 2 passed, 1 skipped, 1 error in" in output
    assert "no browser here" in output, "the reason of a skipped test is shown"


def test_a_real_run_that_is_good(real_pytest):
    assert real_pytest("def test_one(): pass") == (True, Counter(passed=1), 0.0)


@pytest.mark.parametrize("text", ["", "import os\nos._exit(0)"], ids=["no tests", "dies"])
def test_a_real_run_without_a_result_is_a_failure(real_pytest, text):
    assert real_pytest(text) == (False, Counter(), 0.0)
