"""From a data source to a file on this machine that is known to be right.

Packages serve as archives here. A data file that comes with an installed package is used where
it is. For the others, pip downloads the package file, the one data file is taken out, and the
rest is thrown away: nothing is installed, imported or unpickled. Every file is compared with its
checksum before it is handed out.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata, util
from pathlib import Path, PurePosixPath

from lmbook_utils import storage
from lmbook_utils.datasets.sources import DataSource, Wheel

AVAILABLE = "available"
DAMAGED = "damaged"
NOT_FETCHED = "not fetched"
NOT_INSTALLED = "not installed"

# What pip writes when there is no connection, as opposed to a package that does not exist.
_SIGNS_OF_NO_NETWORK = (
    "connection broken",
    "connection error",
    "connection failed",
    "failed to connect",
    "failed to establish a new connection",
    "name resolution",
    "max retries exceeded",
    "timed out",
)


def state(source: DataSource) -> str:
    """Say how it is with the file: one of the four words above.

    Raises
    ------
    OSError
        If the cache directory cannot be used.
    """
    return _state_of(_location(source), source)


def verified_file(source: DataSource) -> Path:
    """Give the file of a data source; download it if it is not there or is damaged.

    Raises
    ------
    ConnectionError
        If the file has to be downloaded and there is no network.
    OSError
        If the file cannot be had for another reason; the message says what to do.
    """
    file = _location(source)
    found = _state_of(file, source)
    if file is not None and found == AVAILABLE:
        return file
    if file is None or source.wheel is None:
        raise OSError(
            f"the file {source.member} of the package {source.package} is {found}; run "
            f"`python -m pip install --force-reinstall --no-deps {_requirement(source)}`"
        )
    problem = (
        f"the file {file} is damaged (its SHA-256 checksum is wrong)"
        if found == DAMAGED
        else f"the data set {source.name} is not on this machine yet"
    )
    _fetch(source, source.wheel, file, problem)
    return file


def _location(source: DataSource) -> Path | None:
    """Where the file is or would be; ``None`` in a package that is not installed."""
    if source.wheel is None:
        try:
            return Path(str(metadata.distribution(source.package).locate_file(source.member)))
        except metadata.PackageNotFoundError:
            return None
    folder = storage.cache_directory() / f"{source.package}-{source.version}"
    return folder / PurePosixPath(source.member).name


def _state_of(file: Path | None, source: DataSource) -> str:
    if file is None or not file.is_file():
        return NOT_FETCHED if source.wheel else NOT_INSTALLED
    return AVAILABLE if storage.sha256_of(file) == source.sha256 else DAMAGED


def _requirement(source: DataSource) -> str:
    return f"{source.package}=={source.version}"


def _fetch(source: DataSource, pinned: Wheel, file: Path, problem: str) -> None:
    """Download the wheel into a folder of its own, so that two processes can do it at once."""
    # tqdm's own switch: where progress bars are not wanted, this line is not wanted either.
    if not os.environ.get("TQDM_DISABLE"):
        size = f"{pinned.size / 1e6:.0f} MB"
        print(f"Fetching {source.title} ({_requirement(source)}, {size}) …", file=sys.stderr)
    storage.remove_left_behind(storage.cache_directory(), "download-*")
    with tempfile.TemporaryDirectory(
        prefix="download-", dir=storage.cache_directory(), ignore_cleanup_errors=True
    ) as folder:
        wheel = _download(source, pinned, Path(folder), problem)
        data = _extract(source, wheel)
    try:
        file.parent.mkdir(exist_ok=True)
        storage.write_atomically(file, data)
    except OSError:
        # Windows lets nobody replace a file that another process is reading at the moment. If
        # that process has just fetched the same data, there is nothing left to do.
        if _state_of(file, source) != AVAILABLE:
            raise


def _download(source: DataSource, pinned: Wheel, folder: Path, problem: str) -> Path:
    result = _run_pip(source, pinned, folder, problem)
    complaint = result.stderr.lower()
    wheel = folder / pinned.file_name
    right = wheel.is_file() and storage.sha256_of(wheel) == pinned.sha256
    again = f"`python -m lmbook_utils.datasets fetch {source.name}`"
    if result.returncode == 0 and right:
        return wheel
    if result.returncode == 0 or "do not match the hashes" in complaint:
        raise OSError(
            f"{problem}, and what pip downloaded is not {wheel.name} with the expected SHA-256 "
            "checksum, so it was deleted; see with `python -m pip config list` where pip "
            f"downloads from, then run {again}"
        )
    if "certificate" in complaint:
        raise OSError(
            f"{problem}, and pip does not trust the server that it reaches, which may be a proxy; "
            "tell pip about its certificate with `python -m pip config set global.cert FILE`, "
            f"then run {again}"
        )
    if any(sign in complaint for sign in _SIGNS_OF_NO_NETWORK):
        raise ConnectionError(
            f"{problem}, and the network cannot be reached; when it can, run {again}"
        )
    raise OSError(
        f"{problem}, and pip could not download it ({_last_error(result.stderr)}); "
        f"put that right, then run {again}"
    )


def _run_pip(
    source: DataSource, pinned: Wheel, folder: Path, problem: str
) -> subprocess.CompletedProcess[str]:
    if util.find_spec("pip") is None:
        raise OSError(f"{problem}, and pip is missing; run `python -m ensurepip`, then try again")
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{_requirement(source)} --hash=sha256:{pinned.sha256}\n")
    options = "--no-deps --only-binary=:all: --require-hashes --no-cache-dir --no-input"
    # Where a user's settings forbid to try again, pip does not say that there is no connection.
    options += " --retries=3"
    command = [sys.executable, "-m", "pip", "download", *options.split()]
    command += ["--disable-pip-version-check", "--dest", str(folder)]
    command += ["--requirement", str(requirements)]
    # pip draws its progress bar on its standard output; it is for people, so it goes to the
    # terminal or nowhere. Complaints come by the other channel.
    bar = sys.stderr if sys.stderr.isatty() else subprocess.DEVNULL
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=bar,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def _last_error(complaint: str) -> str:
    """The last line that pip marked as an error, or else the last line."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["it did not say why"])[-1]


def _extract(source: DataSource, wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(source.member)
    except (zipfile.BadZipFile, KeyError) as error:
        raise OSError(f"{wheel.name} holds no readable {source.member} ({error})") from error
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise OSError(
            f"{source.member} in {wheel.name} does not have the SHA-256 checksum that the book "
            "expects, so it was not used; update lmbook_utils"
        )
    return data
