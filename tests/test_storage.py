"""Files on disk: whole or untouched, and checked before they are used."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook_utils import storage


def test_cache_directory_is_the_named_one_and_is_created(tmp_path, monkeypatch):
    folder = tmp_path / "a" / "b"
    monkeypatch.setenv("LMBOOK_CACHE_DIR", str(folder))
    assert storage.cache_directory() == folder
    assert folder.is_dir()
    assert not list(folder.iterdir()), "the test for writing leaves nothing behind"


@pytest.mark.parametrize("value", [None, ""])
def test_cache_directory_without_the_variable_is_the_systems(tmp_path, monkeypatch, value):
    if value is None:
        monkeypatch.delenv("LMBOOK_CACHE_DIR", raising=False)
    else:
        monkeypatch.setenv("LMBOOK_CACHE_DIR", value)
    monkeypatch.setattr(
        storage.platformdirs, "user_cache_dir", lambda name, appauthor: str(tmp_path / name)
    )
    assert storage.cache_directory() == tmp_path / "lmbook"


def test_relative_cache_directory_does_not_move_with_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LMBOOK_CACHE_DIR", "cache")
    assert storage.cache_directory() == tmp_path / "cache"


def test_cache_directory_that_cannot_be_created(tmp_path, monkeypatch):
    in_the_way = tmp_path / "cache"
    in_the_way.write_text("a file, not a folder")
    monkeypatch.setenv("LMBOOK_CACHE_DIR", str(in_the_way))
    with pytest.raises(OSError, match="set the environment variable LMBOOK_CACHE_DIR") as caught:
        storage.cache_directory()
    assert str(in_the_way) in str(caught.value)


def test_cache_directory_that_cannot_be_written(tmp_path, monkeypatch):
    def refuse(dir):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setenv("LMBOOK_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(storage.tempfile, "TemporaryFile", refuse)
    with pytest.raises(OSError, match=r"Permission denied.*LMBOOK_CACHE_DIR"):
        storage.cache_directory()


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_sha256_of_agrees_with_hashlib_around_the_block_size(tmp_path, size):
    data = bytes(range(256)) * (size // 256 + 1)
    file = tmp_path / "data"
    file.write_bytes(data[:size])
    assert storage.sha256_of(file) == hashlib.sha256(data[:size]).hexdigest()


def test_sha256_of_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing"):
        storage.sha256_of(tmp_path / "nothing")


def test_write_atomically_replaces_the_content(tmp_path):
    file = tmp_path / "data"
    for content in (b"first", b"", b"\x00\xff second"):
        storage.write_atomically(file, content)
        assert file.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_interrupted_write_leaves_the_old_content_and_nothing_else(
    tmp_path, monkeypatch, failure, step
):
    def fail(*_):
        raise failure

    file = tmp_path / "data"
    file.write_bytes(b"old")
    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr(storage.os, "fsync", fail)
        else:
            patch.setattr(Path, "replace", fail)
        with pytest.raises(type(failure)):
            storage.write_atomically(file, b"new")
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_write_error_names_the_file_and_the_reason(tmp_path):
    file = tmp_path / "no such folder" / "data"
    with pytest.raises(OSError, match="could not be written") as caught:
        storage.write_atomically(file, b"new")
    assert str(file) in str(caught.value)


json_content = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(content=json_content)
def test_verified_json_round_trip(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("json") / "content.json"
    storage.write_verified_json(file, content)
    assert storage.read_verified_json(file) == content


@given(data=st.data())
def test_any_flipped_bit_in_verified_json_is_noticed(tmp_path_factory, data):
    file = tmp_path_factory.mktemp("json") / "content.json"
    storage.write_verified_json(file, {"the": 2, "cat": [1, "ä"]})
    content = bytearray(file.read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    assert storage.read_verified_json(file) is None


@pytest.mark.parametrize("content", [b"", b"\n", b"{}", b"\x00\xff", b"0" * 64])
def test_what_was_not_written_as_verified_json_is_not_read(tmp_path, content):
    file = tmp_path / "content.json"
    file.write_bytes(content)
    assert storage.read_verified_json(file) is None


def test_missing_verified_json(tmp_path):
    assert storage.read_verified_json(tmp_path / "nothing.json") is None


def test_content_without_a_json_form_leaves_the_old_file(tmp_path):
    file = tmp_path / "content.json"
    storage.write_verified_json(file, [1])
    with pytest.raises(TypeError):
        storage.write_verified_json(file, {1, 2})
    assert storage.read_verified_json(file) == [1]
