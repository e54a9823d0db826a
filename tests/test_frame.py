"""What surrounds the book agrees with itself: README, commands, lock, workflows, contents."""

import importlib.util
import os
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import build_kenlm
import lock
import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from sphinx_external_toc.parsing import parse_toc_yaml

import lmbook_utils

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = ["3.11", "3.12", "3.13"]


def commands_of(text):
    """The lines of a page's code blocks in the shell's language, without comments."""
    lines = "\n".join(re.findall(r"```bash\n(.*?)```", text, re.DOTALL)).splitlines()
    return [line.split("#")[0].strip() for line in lines if line.strip()]


COMMANDS = commands_of(README)  # and its inline code
COMMANDS += re.findall(r"`((?:make|python|pip) [^`]+)`", README)

needs_posix = pytest.mark.skipif(os.name == "nt", reason="a shell script, for Linux and macOS")
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


# --- Commands -------------------------------------------------------------------------------------


def made_by(command):
    """Return the target of a make command."""
    return command.split()[1]


@needs_make
def test_help_lists_every_target():
    output = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    listed = re.findall(r"^  make ([\w-]+)", output, re.MULTILINE)
    phony = " ".join(re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)).split()
    assert sorted(listed) == sorted(phony)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")])
def test_each_make_command_in_the_readme_is_a_documented_target(command):
    assert re.search(rf"^{made_by(command)}:.* ## ", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("python ")])
def test_each_python_command_in_the_readme_names_what_exists(command):
    _, first, *rest = command.split()
    if first == "-m":
        assert importlib.util.find_spec(rest[0])
    else:
        assert (ROOT / first).is_file()
    for path in (word for word in rest if "/" in word):
        assert (ROOT / path).exists()


def test_each_link_of_the_readme_leads_to_a_file():
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_each_path_in_the_readmes_layout_exists():
    layout = next(b for b in re.findall(r"```text\n(.*?)```", README, re.DOTALL) if "tests/" in b)
    paths = [path for line in layout.splitlines() for path in line.split("  ")[0].split(", ")]
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_installation_in_the_readme_and_the_lock_is_the_one_that_make_does():
    bootstrap = (ROOT / "tools" / "bootstrap.py").read_text(encoding="utf-8")
    for option in ("--require-hashes", "--no-deps", "--no-build-isolation"):
        assert option in bootstrap
    binder = (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8")
    for command in (c for c in COMMANDS if c.startswith("pip install")):
        assert command in binder.replace(" --no-cache-dir", "")


# --- Continuous integration -----------------------------------------------------------------------


def test_ci_runs_exactly_the_test_command_of_the_readme():
    [command] = re.search(r"## Test it\n\n```bash\n(.*?)```", README, re.DOTALL)[1].splitlines()
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.splitlines()[-1] == command == "make test"


@pytest.fixture
def ci(tmp_path):
    """Run .ci/run in an empty checkout, with only the given programs; return how it ended."""

    def run(programs, **scripts):
        for path in (".ci/run", ".ci", "bin"):
            (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / "bin").mkdir()
        shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
        for name in ("bash", "dirname", "mktemp", "rm", "tail", *programs):
            (tmp_path / "bin" / name).symlink_to(shutil.which(name))
        for name, text in scripts.items():
            script = tmp_path / "bin" / name.replace("_", "-")
            script.write_text(f"#!{shutil.which('bash')}\n{text}\n")
            script.chmod(0o755)
        return subprocess.run(
            [tmp_path / ".ci" / "run"],
            cwd=tmp_path / "bin",  # it finds the checkout by itself
            env={"PATH": str(tmp_path / "bin"), "CI": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


# What a machine has that needs nothing installed.
BROWSER = {"chromium": "exit 0"}
COMPILER = {"cmake": "exit 0", "c++": "exit 0", "dpkg": "exit 0"}


@needs_posix
@pytest.mark.parametrize("code", [0, 2])
def test_ci_ends_with_the_output_and_the_exit_code_of_the_tests(ci, code):
    ended = ci([], make=f"echo make $*; exit {code}", **BROWSER, **COMPILER)
    assert ended.returncode == code
    assert ended.stdout == "make test\n"


@needs_posix
@pytest.mark.parametrize(
    ("user", "there", "installs"),
    [
        (0, {}, ["chromium", "cmake"]),
        (0, BROWSER, ["cmake"]),
        (0, COMPILER, ["chromium"]),
        (0, {**BROWSER, **COMPILER, "dpkg": "exit 1"}, ["cmake"]),
        (0, {**BROWSER, **COMPILER}, []),
        (1000, {}, []),
    ],
    ids=["root", "has a browser", "has a compiler", "lacks Boost", "has both", "another user"],
)
def test_ci_installs_only_what_is_missing_and_where_it_may(ci, user, there, installs):
    show_log = '[ -f log ] && echo "$(<log)"; true'
    ended = ci([], id=f"echo {user}", apt_get="echo $* >> log", make=show_log, **there)
    assert ended.returncode == 0
    pattern = r"^update\ninstall --yes --no-install-recommends (\w+) "
    assert re.findall(pattern, ended.stdout, re.MULTILINE) == installs


@pytest.mark.parametrize("path", [".ci/run", ".github/workflows/test.yml"])
def test_machines_install_the_packages_that_kenlm_is_said_to_need(path):
    script = re.sub(r"\\\n\s*", "", (ROOT / path).read_text(encoding="utf-8"))
    assert re.search(rf" {re.escape(build_kenlm.PACKAGES)}$", script, re.MULTILINE)


@needs_posix
def test_ci_runs_the_tests_even_where_nothing_can_be_installed(ci):
    ended = ci([], id="echo 0", apt_get="echo no network; exit 1", make="echo tested; exit 2")
    assert "no network" in ended.stdout
    assert ended.stdout.endswith("tested\n")
    assert ended.returncode == 2


@needs_posix
@pytest.mark.parametrize("script", [".ci/run", ".binder/postBuild"])
def test_scripts_can_be_executed_and_stop_at_the_first_failure(script):
    assert os.access(ROOT / script, os.X_OK)
    text = (ROOT / script).read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in text


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request):
    content = yaml.safe_load(request.param.read_text(encoding="utf-8"))
    content["on"] = content.pop(True)  # YAML 1.1 reads the word "on" as a truth value
    return content


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_only_what_publishes_may_write_and_each_job_ends_in_time(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    assert "group" in workflow["concurrency"]
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 60
        assert "permissions" not in job or name in ("publish", "colab")


def test_a_workflow_uses_wellknown_actions_of_a_named_major_version(workflow):
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"actions/[\w-]+@v\d+", action)] == []


def test_the_tests_run_on_every_push_and_weekly_on_each_python():
    content = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    assert {"push", "pull_request", "schedule"} <= set(content[True])
    job = content["jobs"]["all"]
    assert job["strategy"]["matrix"]["python"] == PYTHONS
    assert any(step.get("run") == ".ci/run" for step in job["steps"])


def test_the_pages_are_those_that_make_book_builds():
    content = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8"))
    assert content[True]["push"] == {"branches": ["main"]}
    assert content["jobs"]["publish"]["needs"] == "build"
    build = content["jobs"]["build"]["steps"]
    assert any(step.get("run") == "make book" for step in build)
    assert any(step.get("with", {}).get("path") == "_build/html" for step in build)


# --- Versions and the lock ------------------------------------------------------------------------


def locked():
    """Give the name, the version and the marker of each locked package, and its text."""
    for block in re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE).strip()):
        requirement = Requirement(re.sub(r"\\\n.*", "", block, flags=re.DOTALL))
        [pin] = requirement.specifier
        assert pin.operator == "==", block
        yield canonicalize_name(requirement.name), pin.version, requirement.marker, block


PINS = list(locked())


def test_each_locked_package_has_checksums():
    assert len(PINS) > 100
    pattern = re.compile(r"\S+ ?(;[^\n]+?)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
    assert [block for *_, block in PINS if not pattern.fullmatch(block)] == []


def test_the_lock_names_no_index():
    content = re.sub(r"^#.*$", "", LOCK, flags=re.MULTILINE)
    assert "://" not in LOCK
    assert not re.search(r"^-|index|find-links|trusted-host", content, re.MULTILINE)


@pytest.mark.parametrize("extra", ["", *PROJECT["optional-dependencies"]])
def test_the_lock_is_within_the_ranges_that_the_package_names(extra):
    if extra == "lock":
        assert extra not in lock.EXTRAS  # the tool that writes the lock is not in it
        return
    wanted = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    assert not extra or extra in lock.EXTRAS
    for requirement in map(Requirement, wanted):
        versions = [pin for name, pin, *_ in PINS if name == canonicalize_name(requirement.name)]
        assert versions, f"{requirement.name} is not locked"
        outside = [pin for pin in versions if pin not in requirement.specifier]
        assert outside == [], requirement


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_the_lock_has_each_dependency_on_each_system(python, system):
    machine = {"linux": "x86_64", "darwin": "arm64", "win32": "AMD64"}[system]
    place = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": system,
        "platform_system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[system],
        "platform_machine": machine,
        "os_name": "nt" if system == "win32" else "posix",
    }

    def applies(marker: Marker | None):
        return marker is None or marker.evaluate(place)

    there = [name for name, _, marker, _ in PINS if applies(marker)]
    assert len(there) == len(set(there)), "a package is locked twice for one system"
    groups = [PROJECT["dependencies"]]
    groups += [PROJECT["optional-dependencies"][extra] for extra in lock.EXTRAS]
    for requirement in (Requirement(text) for group in groups for text in group):
        if applies(requirement.marker):
            assert canonicalize_name(requirement.name) in there


def test_the_version_of_the_package_is_the_same_everywhere():
    assert lmbook_utils.__version__ == PROJECT["version"] == version("lmbook-utils")


def test_the_range_of_pythons_is_the_same_everywhere():
    import bootstrap

    wanted = SpecifierSet(PROJECT["requires-python"])
    oldest, too_new = (".".join(map(str, v)) for v in (bootstrap.OLDEST, bootstrap.TOO_NEW))
    assert wanted == SpecifierSet(f">={oldest},<{too_new}")
    assert sorted(bootstrap.MINORS) == PYTHONS
    assert lock.PYTHONS[0] == oldest
    assert f"Python {oldest} to {PYTHONS[-1]}" in README
    assert (ROOT / ".binder/runtime.txt").read_text().strip().removeprefix("python-") in PYTHONS


# --- Contents -------------------------------------------------------------------------------------


def pages():
    """Return the names in the table of contents."""
    return list(parse_toc_yaml(ROOT / "_toc.yml"))


def test_the_table_of_contents_lists_only_files_that_exist():
    found = [list(ROOT.glob(f"{name}.*")) for name in pages()]
    assert all(len(files) == 1 for files in found), found


def test_each_chapter_and_appendix_is_in_the_table_of_contents():
    files = (ROOT / "chapters").rglob("*")
    written = {
        path.relative_to(ROOT).with_suffix("").as_posix()
        for path in files
        if path.suffix in (".ipynb", ".md") and ".ipynb_checkpoints" not in path.parts
    }
    assert written - set(pages()) == set()


def test_each_chapter_is_in_the_readme():
    chapters = [name for name in pages() if re.match(r"chapters/\d", name)]
    assert [name for name in chapters if f"({name}.ipynb)" not in README] == []


# --- The repository's own pages -------------------------------------------------------------------


def test_the_citation_agrees_with_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version"} <= set(citation)
    assert citation["version"] == PROJECT["version"]
    assert README.startswith(f"# {citation['title']}\n")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_what_a_page_links_to_or_names_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", text)
    files = re.findall(r"`((?:chapters|tests|tools|benchmarks|lmbook_utils)/[\w./]*)`", text)
    named = [name for name in (*links, *files) if "NN_name" not in name]
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "command", commands_of((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
)
def test_each_command_for_contributors_exists(command):
    if command.startswith("make "):
        assert re.search(rf"^{made_by(command)}:.* ## ", MAKEFILE, re.MULTILINE)
    else:
        files = re.findall(r"\S+\.(?:py|ipynb)", command)
        assert files
        assert all((ROOT / name).exists() for name in files)
