"""What the site has beyond Jupyter Book: the icons that it keeps, and the line on its making."""

import shutil
import subprocess
from importlib.metadata import version

import book_site
import pytest

SCRIPT = (
    '!function(){var a={sun:[512,512,[9728],"f185","M1 2z"],'
    '"magnifying-glass":[512,512,[128269,"search"],"f002","M3 4z"],'
    'yelp:[384,512,[],"f1e9",["M5 6z","M7 8z"]],"moon":[384,512,[],"f186","M9 9z"]};go(a)}();'
)


def test_icons_that_no_page_shows_are_left_out():
    kept = book_site.only_used_icons(SCRIPT, {"sun", "lg"})
    assert kept == '!function(){var a={sun:[512,512,[9728],"f185","M1 2z"],};go(a)}();'


def test_an_icon_is_kept_by_its_other_name():
    kept = book_site.only_used_icons(SCRIPT, {"search"})
    assert '"magnifying-glass":[512' in kept
    assert "sun" not in kept


def test_all_icons_stay_if_all_are_used():
    assert book_site.only_used_icons(SCRIPT, {"sun", "search", "yelp", "moon"}) == SCRIPT


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_line_on_the_making_names_commit_and_versions(tmp_path):
    def git(*arguments):
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True)

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "First")
    line = book_site.provenance(tmp_path)
    assert f"commit {book_site.commit(tmp_path)}" in line
    assert len(book_site.commit(tmp_path).split(" of ")[0]) >= 7
    assert f"Keras {version('keras')}" in line


def test_without_git_the_line_has_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert book_site.commit(tmp_path) == ""
    assert "Built, with Python" in book_site.provenance(tmp_path)
