"""The command that builds the site: when it builds, and what it takes for a good build.

Jupyter Book itself is replaced; the real site has its own tests in tests/site.
"""

import sys
import threading
import time

import build_site
import pytest

FILES = {
    "_config.yml": "title: A book\n",
    "_toc.yml": "format: jb-book\nroot: intro\nchapters:\n- file: chapters/one\n",
    "_playground/lm-playground.js": "1\n",
    "_static/book.css": "p {}\n",
    "_templates/layout.html": "<p>\n",
    "_extensions/book_site.py": "1\n",
    "chapters/appendix/notation.md": "# Notation\n",
    "chapters/one.ipynb": "{}\n",
    "intro.md": "# A book\n",
    "lmbook_utils/ngram.py": "1\n",
    "references.bib": "@book{a}\n",
    "requirements.txt": "numpy==2.0.0\n",
    "tests/test_ngram.py": "1\n",
    "tools/build_site.py": "1\n",
}
PAGES = ["intro.html", "chapters/one.html", "index.html", "search.html"]


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A small book that ``build_site`` takes for the one to build."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.setattr(build_site, "ROOT", tmp_path)
    for variable in build_site.ENVIRONMENT:
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.fixture
def builds(book, monkeypatch):
    """The output folders of all builds so far; each build writes every page."""
    builds = []

    def build(output):
        builds.append(output)
        write_pages(output / "_build" / "html", PAGES)

    monkeypatch.setattr(build_site, "build", build)
    return builds


def write_pages(site, names):
    for name in names:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("<html>")


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["build_site.py", *arguments])
    build_site.main()


# --- The fingerprint of the sources ---------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", ["content", "name", "missing"])
def test_the_fingerprint_changes_with_each_source(book, name, change):
    before = build_site.fingerprint(book)
    path = book / name
    if change == "content":
        path.write_text(FILES[name] + " ", encoding="utf-8")
    elif change == "name":
        path.rename(path.with_name("renamed"))
    else:
        path.unlink()
    assert build_site.fingerprint(book) != before


@pytest.mark.parametrize("variable", build_site.ENVIRONMENT)
def test_the_fingerprint_changes_with_the_repositorys_address(book, monkeypatch, variable):
    before = build_site.fingerprint(book)
    monkeypatch.setenv(variable, "x")
    assert build_site.fingerprint(book) != before


def test_a_new_file_in_a_source_folder_changes_the_fingerprint(book):
    before = build_site.fingerprint(book)
    (book / "_static" / "picture.svg").write_text("<svg>")
    assert build_site.fingerprint(book) != before


def test_moving_text_from_one_file_to_the_next_changes_the_fingerprint(book):
    (book / "chapters" / "a.md").write_text("one")
    (book / "chapters" / "b.md").write_text("two")
    before = build_site.fingerprint(book)
    (book / "chapters" / "a.md").write_text("onet")
    (book / "chapters" / "b.md").write_text("wo")
    assert build_site.fingerprint(book) != before


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "benchmarks/ngram.py",
        "_build/html/index.html",
        "lmbook_utils/__pycache__/ngram.cpython-312.pyc",
        "chapters/.ipynb_checkpoints/one-checkpoint.ipynb",
    ],
)
def test_what_the_site_is_not_made_of_leaves_the_fingerprint(book, name):
    before = build_site.fingerprint(book)
    (book / name).parent.mkdir(parents=True, exist_ok=True)
    (book / name).write_text("new")
    assert build_site.fingerprint(book) == before


def test_the_fingerprint_is_the_same_at_another_place_and_time(book, tmp_path_factory):
    copy = tmp_path_factory.mktemp("elsewhere")
    for name in reversed(FILES):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((book / name).read_bytes())
    assert build_site.fingerprint(copy) == build_site.fingerprint(book)


# --- Building -------------------------------------------------------------------------------------


def test_a_site_that_is_up_to_date_is_not_built_again(builds, monkeypatch, capsys):
    run(monkeypatch)
    assert "up to date" not in capsys.readouterr().out
    run(monkeypatch)
    assert len(builds) == 1
    assert "The site is up to date.\nOpen the book at file://" in capsys.readouterr().out


def test_a_changed_source_means_a_new_build(book, builds, monkeypatch):
    run(monkeypatch)
    (book / "intro.md").write_text("# Another book\n")
    run(monkeypatch)
    assert len(builds) == 2


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_has_been_lost_means_a_new_build(book, builds, monkeypatch, page):
    run(monkeypatch)
    (book / "_build" / "html" / page).unlink()
    run(monkeypatch)
    assert len(builds) == 2


@pytest.mark.parametrize("page", PAGES)
def test_a_build_that_leaves_out_a_page_fails_and_does_not_count(book, builds, monkeypatch, page):
    def incomplete(output):
        builds.append(output)
        write_pages(output / "_build" / "html", set(PAGES) - {page})

    monkeypatch.setattr(build_site, "build", incomplete)
    for _ in range(2):
        with pytest.raises(SystemExit, match=f"without these pages: {page}"):
            run(monkeypatch)
    assert len(builds) == 2


def test_after_a_failed_build_the_old_one_no_longer_counts(book, builds, monkeypatch):
    run(monkeypatch)
    (book / "intro.md").write_text("# A mistake\n")
    with monkeypatch.context() as patch:

        def fail(output):
            sys.exit("The site was not built")

        patch.setattr(build_site, "build", fail)
        with pytest.raises(SystemExit):
            run(monkeypatch)
    (book / "intro.md").write_text(FILES["intro.md"])
    run(monkeypatch)
    assert len(builds) == 2, "the pages may be those of the failed build"


def test_a_clean_build_elsewhere_starts_from_an_empty_folder(book, builds, tmp_path, monkeypatch):
    site = tmp_path / "check" / "_build" / "html"
    write_pages(site, ["old.html"])
    for _ in range(2):
        run(monkeypatch, "--clean", "--output", str(tmp_path / "check"))
    assert builds == [tmp_path / "check"] * 2
    assert not (site / "old.html").exists()
    assert not (book / "_build").exists()


def test_of_two_builds_at_once_one_waits_and_finds_the_work_done(book, builds, monkeypatch, capsys):
    running = []

    def slow(output):
        assert not running, "both write into one folder"
        running.append(output)
        time.sleep(0.7)
        builds.append(output)
        write_pages(output / "_build" / "html", PAGES)
        running.clear()

    monkeypatch.setattr(build_site, "build", slow)
    monkeypatch.setattr(sys, "argv", ["build_site.py"])
    threads = [threading.Thread(target=build_site.main) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(builds) == 1
    said = capsys.readouterr().out
    assert said.count("Another build of the site is running; waiting for it to end.") == 1
    assert said.count("The site is up to date.") == 1


def test_the_reader_is_told_why_the_site_was_not_built(book, monkeypatch):
    def jupyter_book(arguments, **_):
        raise RuntimeError("see above") from ValueError("the extension is broken")

    monkeypatch.setattr("jupyter_book.cli.main.main", jupyter_book)
    with pytest.raises(SystemExit, match="The site was not built: the extension is broken"):
        build_site.build(book)


@pytest.mark.parametrize("option", ["-W", "-n", "--keep-going", "--all"])
def test_a_warning_fails_the_build_and_all_of_them_are_shown(book, monkeypatch, option):
    seen = []
    monkeypatch.setattr("jupyter_book.cli.main.main", lambda arguments, **_: seen.extend(arguments))
    build_site.build(book)
    assert option in seen
