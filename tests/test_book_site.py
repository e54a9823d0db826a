"""What the site has beyond Jupyter Book: the line on its making."""

import shutil
import subprocess
from importlib.metadata import version

import book_site
import pytest


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
