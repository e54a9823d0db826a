"""The command that makes .venv: when it does nothing, what it says when something fails.

No environment is made here: the two steps that would take minutes are replaced.
"""

import ast
import json
import subprocess
import sys
import threading
from pathlib import Path

import bootstrap
import pytest

OFFLINE_INDEX = "http://127.0.0.1:9/simple"  # nothing listens on the port "discard"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout in which .venv would be made; ``steps`` records what is done to make it."""
    (tmp_path / "requirements.txt").write_text("numpy==2.0.0\nkeras==3.10.0\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "STAMP", venv / "lmbook-stamp.json")
    monkeypatch.setattr(bootstrap, "LOG", tmp_path / ".venv-setup.log")
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", venv / "bin" / "python")
    return tmp_path


@pytest.fixture
def steps(checkout, monkeypatch):
    steps = []

    def make_venv(command, **_):
        steps.append("venv")
        bootstrap.VENV_PYTHON.parent.mkdir(parents=True)
        bootstrap.VENV_PYTHON.touch()
        return 0

    def pip(arguments, progress=None):
        steps.append("package" if "-e" in arguments else "requirements")

    monkeypatch.setattr(bootstrap.subprocess, "call", make_venv)
    monkeypatch.setattr(bootstrap, "pip", pip)
    return steps


EVERYTHING = ["venv", "requirements", "package"]


# --- When something is to do ----------------------------------------------------------------------


def test_the_first_run_makes_everything_and_the_second_nothing(steps, capsys):
    bootstrap.main()
    assert steps == EVERYTHING
    assert "ready" in capsys.readouterr().out
    bootstrap.main()
    assert steps == EVERYTHING
    assert capsys.readouterr().out == ""


def test_changed_requirements_mean_a_new_environment(checkout, steps):
    bootstrap.main()
    leftover = bootstrap.VENV / "leftover"
    leftover.touch()
    (checkout / "requirements.txt").write_text("numpy==2.0.1\n")
    bootstrap.main()
    assert steps == EVERYTHING * 2
    assert not leftover.exists()


def test_a_changed_package_definition_only_means_to_install_the_package_again(checkout, steps):
    bootstrap.main()
    (checkout / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    bootstrap.main()
    assert steps == [*EVERYTHING, "package"]


def test_line_ends_of_windows_are_no_change(checkout, steps):
    bootstrap.main()
    (checkout / "requirements.txt").write_bytes(b"numpy==2.0.0\r\nkeras==3.10.0\r\n")
    bootstrap.main()
    assert steps == EVERYTHING


def test_an_environment_that_was_moved_is_made_anew(checkout, steps, monkeypatch):
    bootstrap.main()
    moved = bootstrap.VENV.rename(checkout / "elsewhere")
    monkeypatch.setattr(bootstrap, "VENV", moved)
    monkeypatch.setattr(bootstrap, "STAMP", moved / "lmbook-stamp.json")
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", moved / "bin" / "python")
    bootstrap.main()
    assert steps == EVERYTHING * 2


@pytest.mark.parametrize("stamp", ["", "{", "null", "[]", '"x"', "{}", '{"place": "elsewhere"}'])
def test_an_environment_with_a_damaged_stamp_is_made_anew(steps, stamp):
    bootstrap.main()
    bootstrap.STAMP.write_text(stamp)
    bootstrap.main()
    assert steps == EVERYTHING * 2


def test_an_environment_without_its_python_is_made_anew(steps):
    bootstrap.main()
    bootstrap.VENV_PYTHON.unlink()
    bootstrap.main()
    assert steps == EVERYTHING * 2


@pytest.mark.parametrize("at", EVERYTHING)
@pytest.mark.parametrize("failure", [KeyboardInterrupt, bootstrap.SetupError])
def test_after_an_interruption_or_a_failure_the_next_run_completes_the_environment(
    steps, monkeypatch, at, failure
):
    make_venv, pip = bootstrap.subprocess.call, bootstrap.pip
    with monkeypatch.context() as patch:

        def interrupted(step):
            def run(*arguments, **options):
                result = step(*arguments, **options)
                if steps[-1] == at:
                    raise failure
                return result

            return run

        patch.setattr(bootstrap.subprocess, "call", interrupted(make_venv))
        patch.setattr(bootstrap, "pip", interrupted(pip))
        with pytest.raises(failure):
            bootstrap.main()
    assert bootstrap.found_stamp() != bootstrap.wanted_stamp()
    steps.clear()
    bootstrap.main()
    assert steps == (["package"] if at == "package" else EVERYTHING)
    assert bootstrap.found_stamp() == bootstrap.wanted_stamp()


def test_a_venv_that_cannot_be_made(steps, monkeypatch):
    monkeypatch.setattr(bootstrap.subprocess, "call", lambda *_, **__: 1)
    with pytest.raises(bootstrap.SetupError, match=r"could not make .venv: .venv-setup.log says"):
        bootstrap.main()
    assert steps == []
    assert not bootstrap.VENV.exists()


def test_an_old_environment_that_cannot_be_deleted(steps, monkeypatch):
    bootstrap.main()

    def refuse(*_, **__):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(bootstrap.shutil, "rmtree", refuse)
    with pytest.raises(bootstrap.SetupError, match=r"cannot be deleted.*in use.*close"):
        bootstrap.remove_environment()
    assert bootstrap.found_stamp() == {}, "a half-deleted environment must not count as good"


# --- One at a time --------------------------------------------------------------------------------


def test_a_second_run_waits_for_the_first_and_says_so(checkout, steps, monkeypatch, capsys):
    first = (checkout / ".venv.lock").open("w")
    assert bootstrap.try_lock(first)
    naps = []

    def sleep(seconds):
        naps.append(seconds)
        assert steps == []
        if len(naps) == 3:
            first.close()  # which releases the lock, as the end of a process does

    monkeypatch.setattr(bootstrap.time, "sleep", sleep)
    bootstrap.main()
    assert len(naps) == 3
    assert capsys.readouterr().out.count("Another set-up of .venv is running; waiting") == 1
    assert steps == EVERYTHING


def test_a_run_that_waited_finds_the_work_done(steps):
    # Both see an environment that is out of date, before either has the lock.
    threads = [threading.Thread(target=bootstrap.main) for _ in range(2)]
    with bootstrap.only_one_at_a_time(bootstrap.ROOT / ".venv.lock", "set-up of .venv"):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    assert steps == EVERYTHING


# --- Which Python ---------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 11, 5), (3, 11, 14), (3, 12, 0), (3, 13, 9)])
def test_a_python_that_fits_is_used(monkeypatch, version):
    monkeypatch.setattr(bootstrap, "version_of", lambda command: version)
    assert bootstrap.find_python() == [sys.executable]


def test_another_python_is_used_where_this_one_does_not_fit(monkeypatch):
    found = {sys.executable: (3, 10, 1), "python3.12": (3, 12, 3), "python3.11": (3, 11, 4)}
    monkeypatch.setattr(bootstrap, "version_of", lambda command: found.get(command[0]))
    assert bootstrap.find_python() == ["python3.12"]


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 11, 4), (3, 14, 0), None])
def test_without_a_python_that_fits_one_sentence_says_what_to_install(monkeypatch, version):
    monkeypatch.setattr(bootstrap, "version_of", lambda command: version)
    with pytest.raises(bootstrap.SetupError) as caught:
        bootstrap.find_python()
    sentence = str(caught.value)
    this = ".".join(map(str, sys.version_info[:3]))
    assert (
        f"needs Python 3.11.5 or newer, up to 3.13, with its venv module; this is {this}"
        in sentence
    )
    assert "install Python 3.12" in sentence
    assert "\n" not in sentence


def test_the_version_of_a_python_is_found_by_asking_it():
    assert bootstrap.version_of([sys.executable]) == sys.version_info[:3]
    assert bootstrap.version_of(["no-such-python"]) is None
    assert bootstrap.version_of([sys.executable, "-c", "import no_such_module", "--"]) is None


def test_an_old_python_can_read_the_script():
    source = Path(bootstrap.__file__).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))
    standard = {name.split(".")[0] for name in sys.stdlib_module_names}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= standard
        elif isinstance(node, ast.ImportFrom):
            assert node.module.split(".")[0] in standard


# --- What pip says, in one sentence ---------------------------------------------------------------


@pytest.fixture
def real_pip(checkout, monkeypatch):
    """Let ``bootstrap.pip`` run the pip of this Python, which will fail before it installs."""
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", Path(sys.executable))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null" if not bootstrap.WINDOWS else "nul")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)


@pytest.mark.parametrize("retries", ["0", "1"])
def test_pip_without_a_network(real_pip, retries):
    options = ["--index-url", OFFLINE_INDEX, "--retries", retries]
    with pytest.raises(bootstrap.SetupError, match="could not reach its package index") as caught:
        bootstrap.pip(["download", "--no-deps", *options, "six"])
    assert "check the network" in str(caught.value)
    assert ".venv-setup.log" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "six" in bootstrap.LOG.read_text(encoding="utf-8")


def test_pip_with_a_package_that_is_not_the_locked_one(real_pip, checkout):
    (checkout / "demo-1.0-py3-none-any.whl").write_bytes(b"changed on its way")
    requirements = checkout / "requirements.txt"
    requirements.write_text(f"demo==1.0 --hash=sha256:{'0' * 64}\n")
    options = ["--no-index", "--find-links", str(checkout), "--require-hashes"]
    with pytest.raises(bootstrap.SetupError, match=r"not the one that requirements\.txt names"):
        bootstrap.pip(["download", "--dest", "new", *options, "-r", str(requirements)])


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on "
            "device: 'x'\n",
            "the disk is full",
        ),
        (
            "WARNING: Retrying (Retry(total=4)) after connection broken by 'NameResolutionError("
            '"Failed to resolve host")\'\nERROR: No matching distribution found for absl-py==2.5.1',
            "could not reach its package index",
        ),
        (
            "WARNING: Retrying after connection broken by 'ProxyError(\"Cannot connect\")'\n",
            "the proxy settings",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement tensorflow==2.21.0 "
            "(from versions: 2.16.1, 2.16.2)\n"
            "ERROR: No matching distribution found for tensorflow==2.21.0\n",
            "pip failed: No matching distribution found for tensorflow==2.21.0",
        ),
        (
            "ERROR: Exception:\nTraceback (most recent call last):\n  File 'x', line 1\n"
            "PermissionError: [Errno 13] Permission denied: 'x'\n",
            "pip failed: PermissionError: [Errno 13] Permission denied: 'x'",
        ),
        ("Killed\n", "pip failed (pip's own words"),
        ("", "pip failed (pip's own words"),
    ],
)
def test_other_failures_of_pip(said, sentence):
    explained = bootstrap.explain(said)
    assert explained.startswith("The environment was not made: ")
    assert sentence in explained
    assert ".venv-setup.log" in explained
    assert "\n" not in explained


def test_the_script_ends_with_one_sentence_and_an_exit_code(tmp_path):
    """As the reader meets it: the script in a checkout without requirements.txt."""
    script = tmp_path / "tools" / "bootstrap.py"
    script.parent.mkdir()
    script.write_bytes(Path(bootstrap.__file__).read_bytes())
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The set-up failed: ")
    assert "requirements.txt" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


# --- Progress -------------------------------------------------------------------------------------


def test_progress_in_a_log_is_a_line_for_each_large_download(capsys):
    progress = bootstrap.Progress(total=2)
    progress.feed("Collecting numpy==2.0.0\n")
    progress.feed("  Downloading numpy-2.0.0-cp311-cp311-linux_x86_64.whl (19.3 MB)\n")
    progress.feed("Collecting six==1.0\n")
    progress.feed("  Downloading six-1.0-py3-none-any.whl (11 kB)\n")
    progress.feed("Installing collected packages: numpy, six\n")
    progress.close()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ", 1)[1] for line in lines] == [
        "downloading numpy (19.3 MB)",
        "unpacking all of them, which takes a minute or more",
    ]
    assert "1 of 2 packages" in lines[0]
    assert "2 of 2 packages" in lines[1]


def test_the_stamp_names_what_the_environment_depends_on(checkout):
    bootstrap.VENV.mkdir()
    bootstrap.write_stamp(bootstrap.wanted_stamp())
    stamp = json.loads(bootstrap.STAMP.read_text())
    assert set(stamp) == {"place", "requirements.txt", "pyproject.toml"}
    assert stamp["place"] == str(checkout / ".venv")
