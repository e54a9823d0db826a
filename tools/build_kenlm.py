"""Build KenLM, the referee of the n-gram tests and benchmarks, into _build/kenlm. Once is enough.

    python tools/build_kenlm.py

Makes the programs ``bin/lmplz`` and ``bin/query``, and ``python/kenlm.so``, KenLM's module for the
Python that runs this. pip fetches the source; a C++ compiler, cmake and Boost must be there. All is
built in a folder of its own and moved into place at the end, so an interrupted run leaves nothing.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

from bootstrap import NETWORK_TROUBLE

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "_build" / "kenlm"
STAMP = FOLDER / "stamp.txt"
LOG = ROOT / "_build" / "kenlm.log"
MAX_ORDER = 6

SOURCE = (
    "kenlm==0.3.0 --hash=sha256:c4628bb9fb63c8a6f9240035b8b037385cfc404cb72e933cf48878291edac1e8"
)
# The C++ of the Python module comes with the source too, but does not compile for Python 3.13.
CYTHON = (
    "cython==3.2.4 --hash=sha256:732fc93bc33ae4b14f6afaca663b916c2fdd5dcbfad7114e17fb2434eeaea45c"
)

PACKAGES = (
    "cmake g++ make libboost-program-options-dev libboost-system-dev libboost-test-dev "
    "libboost-thread-dev"
)
# What cmake or the compiler prints where something is missing, and its name.
MISSING = {
    "No CMAKE_C(XX)?_COMPILER could be found": "a C++ compiler",
    "unable to find a build program": "make",
    r"Could NOT find Boost|provided by \"?[Bb]oost": "Boost",
    r"Python\.h": "Python.h (of the package python3-dev)",
}


class BuildError(Exception):
    """A failure with one sentence that tells the reader what to do."""


def wanted_stamp() -> str:
    """Return what the stamp of an up-to-date build says; another Python needs another module."""
    return f"{SOURCE}\n{CYTHON}\norder {MAX_ORDER}\n{sysconfig.get_config_var('EXT_SUFFIX')}\n"


def is_built() -> bool:
    """Say whether all is there; the stamp is written last."""
    return STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted_stamp()


def missing(what: str) -> BuildError:
    return BuildError(
        f"KenLM was not built, because {what} is missing (on Debian and Ubuntu: "
        f"apt install {PACKAGES})"
    )


def explain(said: str) -> BuildError:
    """Turn the output of a program that failed into one sentence."""
    for pattern, name in MISSING.items():
        if re.search(pattern, said):
            return missing(name)
    reason = "a program failed"
    if "DO NOT MATCH THE HASHES" in said:
        reason = "a downloaded file is not the expected one (its hash differs)"
    elif NETWORK_TROUBLE.search(said):
        reason = "pip could not reach its package index"
    return BuildError(f"KenLM was not built: {reason} (_build/{LOG.name} has all that was said)")


def run(*command: str | Path, **variables: str) -> None:
    """Run a program with additional environment variables; its words go to the log."""
    start = LOG.stat().st_size if LOG.exists() else 0
    with LOG.open("ab") as log:
        status = subprocess.call(
            command,
            env={**os.environ, "LC_ALL": "C", **variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    if status != 0:
        raise explain(LOG.read_bytes()[start:].decode("utf-8", "replace"))


def pip(command: str, requirement: str, folder: Path, *options: str | Path) -> None:
    """Let pip download or install one package; it checks the hash before it opens the file."""
    pinned = folder / "requirement.txt"
    pinned.write_text(requirement, encoding="utf-8")
    itself = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
    run(*itself, command, "--no-deps", "--require-hashes", "-r", pinned, *options)


def fetch_source(folder: Path) -> Path:
    """Download and unpack KenLM's source; return its folder."""
    # Without build isolation pip fetches no build tools only to read the source's name.
    options = ("--no-binary", ":all:", "--no-build-isolation", "--dest")
    pip("download", SOURCE, folder, *options, folder)
    [archive] = folder.glob("kenlm-*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def translate_module(source: Path, folder: Path) -> None:
    """Write the C++ of KenLM's Python module anew, with a Cython that knows this Python."""
    cython = folder / "cython"
    only_python = ("--only-binary", ":all:", "--platform", "any", "--target")
    pip("install", CYTHON, folder, *only_python, cython)
    module = source / "python" / "kenlm.pyx"
    run(sys.executable, "-m", "cython", "--cplus", "-3", module, PYTHONPATH=str(cython))


def compile_all(source: Path, build: Path) -> None:
    """Compile both programs and the Python module."""
    settings = {
        "CMAKE_BUILD_TYPE": "Release",
        "KENLM_MAX_ORDER": MAX_ORDER,
        "ENABLE_PYTHON": "ON",
        "PYTHON_EXECUTABLE": sys.executable,
        "PYTHON_INCLUDE_DIR": sysconfig.get_path("include"),
        # cmake wants a value, although the module is not linked with Python's library.
        "PYTHON_LIBRARY": "unused",
        # Nothing here reads compressed text, so these libraries need not be there.
        "CMAKE_DISABLE_FIND_PACKAGE_ZLIB": "ON",
        "CMAKE_DISABLE_FIND_PACKAGE_BZip2": "ON",
        "CMAKE_DISABLE_FIND_PACKAGE_LibLZMA": "ON",
    }
    defined = [f"-D{name}={value}" for name, value in settings.items()]
    run("cmake", "-Wno-dev", "-S", source, "-B", build, *defined)
    run("cmake", "--build", build, "-j2", "--target", "lmplz", "query", "kenlm_python")


def move_into_place(build: Path, result: Path) -> None:
    """Gather what was built in ``result``, its stamp last, and make this _build/kenlm."""
    for name, folder in (("bin/lmplz", "bin"), ("bin/query", "bin"), ("lib/kenlm.so", "python")):
        (result / folder).mkdir(parents=True, exist_ok=True)
        shutil.move(build / name, result / folder)
    (result / STAMP.name).write_text(wanted_stamp(), encoding="utf-8")
    shutil.rmtree(FOLDER, ignore_errors=True)
    result.rename(FOLDER)


def main() -> None:
    if is_built():
        return
    if shutil.which("cmake") is None:
        raise missing("cmake")
    print("Building KenLM into _build/kenlm (once; it takes about a minute).", flush=True)
    FOLDER.parent.mkdir(exist_ok=True)
    LOG.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="kenlm-", dir=FOLDER.parent) as name:
        folder = Path(name)
        source = fetch_source(folder)
        translate_module(source, folder)
        compile_all(source, folder / "build")
        move_into_place(folder / "build", folder / "result")


if __name__ == "__main__":
    try:
        main()
    except BuildError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted: KenLM was not built.")
    except OSError as error:
        sys.exit(f"KenLM was not built: {error}")
