"""Build KenLM, the referee of the n-gram tests and benchmarks, into _build/kenlm.

    python tools/build_kenlm.py

The source comes from the package index, pinned and verified. It needs cmake, a C++ compiler and the
headers of Boost, zlib, bzip2 and lzma; on Debian and Ubuntu they are in the PACKAGES below. What is
built already is left alone.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "_build" / "kenlm"
STAMP = FOLDER / "stamp.txt"
LOG = FOLDER / "build.log"

VERSION = "0.3.0"
SHA256 = "c4628bb9fb63c8a6f9240035b8b037385cfc404cb72e933cf48878291edac1e8"
PROGRAMS = ("lmplz", "query")
PACKAGES = (
    "cmake g++ libboost-program-options-dev libboost-system-dev libboost-test-dev "
    "libboost-thread-dev zlib1g-dev libbz2-dev liblzma-dev"
)


class BuildError(Exception):
    """A failure with one sentence that says what is missing."""


def wanted_stamp() -> str:
    """What the stamp of an up-to-date build says: which source, for which Python, and where."""
    return f"{VERSION} {SHA256}\n{sys.version}\n{FOLDER}\n"


def is_built() -> bool:
    """Say whether all is there; the stamp is written last."""
    return STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted_stamp()


def run(*command: object) -> None:
    """Run a command with its words in the log; raise BuildError if it fails."""
    words = [str(word) for word in command]
    with LOG.open("a", encoding="utf-8") as log:
        print("$", *words, file=log, flush=True)
        result = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
        )
    if result.returncode:
        raise BuildError(
            f"{words[0] if words[0] != sys.executable else words[2]} failed; "
            f"{LOG.relative_to(ROOT)} says why (it needs the packages {PACKAGES})"
        )


def download(folder: Path) -> Path:
    """Fetch the source archive, and verify it."""
    source = ("--no-deps", "--no-binary", "kenlm", f"kenlm=={VERSION}")
    run(sys.executable, "-m", "pip", "download", *source, "--dest", folder)
    archive = folder / f"kenlm-{VERSION}.tar.gz"
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        raise BuildError(f"the source of KenLM should have the SHA-256 {SHA256} and has {found}")
    return archive


def build(folder: Path) -> None:
    """Build the programs and the Python module from the source, with ``folder`` to work in."""
    archive = download(folder)
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    source, work = folder / f"kenlm-{VERSION}", folder / "work"
    run("cmake", "-S", source, "-B", work, "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", work, "--parallel", os.cpu_count() or 1, "--target", *PROGRAMS)
    (FOLDER / "bin").mkdir()
    for program in PROGRAMS:
        shutil.copy2(work / "bin" / program, FOLDER / "bin" / program)
    target = ("--no-deps", "--target", FOLDER / "python")
    run(sys.executable, "-m", "pip", "install", *target, archive)


def main() -> int:
    if is_built():
        return 0
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    if missing := [program for program in ("cmake", "c++") if not shutil.which(program)]:
        print(f"KenLM was not built: {' and '.join(missing)} not found (install {PACKAGES}).")
        return 1
    print(
        "Building KenLM, with which the n-gram models are compared (a minute or two).", flush=True
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder))
    except (BuildError, OSError) as error:
        print(f"KenLM was not built: {error}.")
        return 1
    STAMP.write_text(wanted_stamp(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
