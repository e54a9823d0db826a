"""The command that builds KenLM: when it does nothing, and what it says when something is missing.

Nothing is compiled here; the steps that would take a minute are replaced.
"""

import build_kenlm
import pytest
from build_kenlm import BuildError


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """Replace the checkout by an empty folder, and the work by notes of what is done."""
    folder = tmp_path / "_build" / "kenlm"
    monkeypatch.setattr(build_kenlm, "FOLDER", folder)
    monkeypatch.setattr(build_kenlm, "STAMP", folder / "stamp.txt")
    monkeypatch.setattr(build_kenlm, "LOG", tmp_path / "_build" / "kenlm.log")
    monkeypatch.setattr(build_kenlm.shutil, "which", lambda name: name)
    steps = []

    def compile_all(source, build):
        steps.append("compile")
        for name in ("bin/lmplz", "bin/query", "lib/kenlm.so"):
            (build / name).parent.mkdir(parents=True, exist_ok=True)
            (build / name).write_text(name)

    monkeypatch.setattr(build_kenlm, "fetch_source", lambda folder: steps.append("fetch"))
    monkeypatch.setattr(build_kenlm, "translate_module", lambda *_: steps.append("translate"))
    monkeypatch.setattr(build_kenlm, "compile_all", compile_all)
    return steps


def test_the_first_run_builds_all_and_the_second_does_nothing(steps, capsys):
    assert not build_kenlm.is_built()
    build_kenlm.main()
    assert build_kenlm.is_built()
    files = {p.relative_to(build_kenlm.FOLDER).as_posix() for p in build_kenlm.FOLDER.rglob("*.*")}
    assert files == {"python/kenlm.so", "stamp.txt"}
    assert {p.name for p in (build_kenlm.FOLDER / "bin").iterdir()} == {"lmplz", "query"}
    assert "Building KenLM" in capsys.readouterr().out
    build_kenlm.main()
    assert steps == ["fetch", "translate", "compile"]
    assert capsys.readouterr().out == ""


def test_another_python_gets_a_module_of_its_own(steps, monkeypatch):
    build_kenlm.main()
    monkeypatch.setattr(build_kenlm.sysconfig, "get_config_var", lambda name: ".cpython-399.so")
    assert not build_kenlm.is_built()
    build_kenlm.main()
    assert len(steps) == 6
    assert build_kenlm.is_built()


def test_after_a_failure_the_old_build_is_still_there_and_nothing_is_left_over(steps, monkeypatch):
    build_kenlm.main()
    build_kenlm.STAMP.write_text("an older version")

    def fail(*_):
        raise BuildError("no disk")

    monkeypatch.setattr(build_kenlm, "compile_all", fail)
    with pytest.raises(BuildError, match="no disk"):
        build_kenlm.main()
    assert not build_kenlm.is_built()
    assert [path.name for path in build_kenlm.FOLDER.parent.iterdir()] == ["kenlm"]
    assert (build_kenlm.FOLDER / "bin" / "lmplz").is_file()


def test_without_cmake_the_message_names_debians_packages(steps, monkeypatch):
    monkeypatch.setattr(build_kenlm.shutil, "which", lambda name: None)
    with pytest.raises(BuildError, match=r"cmake is missing .*apt install cmake g\+\+ .*libboost"):
        build_kenlm.main()
    assert steps == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("  No CMAKE_CXX_COMPILER could be found.\n", "a C.. compiler is missing"),
        ("Could NOT find Boost (missing: Boost_INCLUDE_DIR", "Boost is missing"),
        ("fatal error: Python.h: No such file or directory", "python3-dev"),
        ("unable to find a build program corresponding to", "make is missing"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "its hash differs"),
        ("NewConnectionError: [Errno 111]", "could not reach its package index"),
        ("Segmentation fault", r"a program failed \(_build/kenlm.log"),
    ],
)
def test_a_failure_is_explained_in_one_sentence(said, sentence):
    message = str(build_kenlm.explain(said))
    assert message.startswith("KenLM was not built")
    assert "\n" not in message
    with pytest.raises(BuildError, match=sentence):
        raise build_kenlm.explain(said)


def test_a_program_that_fails_is_explained_by_its_own_words(steps, monkeypatch):
    build_kenlm.LOG.parent.mkdir()
    build_kenlm.LOG.write_text("Python.h of an earlier command\n")
    code = "import sys; print('Could NOT find Boost'); sys.exit(1)"
    with pytest.raises(BuildError, match="Boost is missing"):
        build_kenlm.run(build_kenlm.sys.executable, "-c", code)
    assert "Could NOT find Boost" in build_kenlm.LOG.read_text()


def test_pip_refuses_another_file_than_the_pinned_one(steps, tmp_path, monkeypatch):
    build_kenlm.LOG.parent.mkdir()
    wheel = tmp_path / "kenlm-0.3.0-py3-none-any.whl"
    wheel.write_bytes(b"something else")
    options = ("--no-index", "--find-links", tmp_path, "--dest", tmp_path / "got")
    with pytest.raises(BuildError, match="its hash differs"):
        build_kenlm.pip("download", build_kenlm.SOURCE, tmp_path, *options)
