"""Write requirements.txt, the exact and hash-checked versions of everything the book uses.

    python tools/lock.py              keep the locked versions that still fit pyproject.toml
    python tools/lock.py --upgrade    take the newest versions that fit

Needs uv (``pip install uv``). The lock is one file for Linux, macOS and Windows and for every
Python that pyproject.toml allows; at the end each locked version is checked to have a wheel for
all of them, so that nobody needs a compiler. Two packages of pure Python come without a wheel.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
EXTRAS = ("tensorflow", "notebooks", "book", "speech", "test", "stress")
PLATFORMS = (
    "x86_64-manylinux_2_28",
    "aarch64-manylinux_2_28",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
)
PYTHONS = ("3.11.5", "3.12", "3.13")
PURE_PYTHON_WITHOUT_WHEEL = ("rouge-score", "seqeval")  # pip makes their wheels, with no compiler
HEADER = """\
# The exact versions, with checksums, of everything that made the outputs in this book: one file for
# Linux, macOS (Apple silicon) and Windows. It fixes what pyproject.toml leaves open, so that every
# reader gets the same numbers. Do not edit it; `make lock` writes it anew (tools/lock.py, with uv).
#
#     pip install --require-hashes -r requirements.txt
#     pip install --no-deps -e .
"""


def find_uv() -> str:
    """Return the path of uv, or end the program with advice."""
    uv = shutil.which(os.environ.get("UV", "uv"))
    if uv is None:
        sys.exit("uv was not found: install it with `pip install uv`, or set UV to its path.")
    return uv


def compile_lock(uv: str, target: Path, *options: str) -> None:
    """Resolve pyproject.toml into ``target``; its present pins are kept, or as uv's options say."""
    command = [uv, "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes"]
    command += ["--python-version", PYTHONS[0], "--fork-strategy", "fewest", "--no-header"]
    command += ["--no-annotate", "--quiet", "--output-file", str(target)]
    command += [*(f"--extra={extra}" for extra in EXTRAS), *options]
    subprocess.run(command, cwd=ROOT, check=True)


def check_wheels(uv: str, lock: Path) -> None:
    """Fail unless the lock can be installed from wheels alone, everywhere."""
    for platform in PLATFORMS:
        for python in PYTHONS:
            print(f"checking the wheels for {platform}, Python {python}")
            command = [uv, "pip", "compile", str(lock), "--only-binary", ":all:", "--quiet"]
            command += [f"--no-binary={package}" for package in PURE_PYTHON_WITHOUT_WHEEL]
            command += ["--python-platform", platform, "--python-version", python]
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    upgrade = parser.parse_args().upgrade
    uv = find_uv()
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder, "requirements.txt")
        if LOCK.exists():
            shutil.copy(LOCK, draft)
        try:
            compile_lock(uv, draft, *["--upgrade"] * upgrade)
            check_wheels(uv, draft)
        except subprocess.CalledProcessError:
            sys.exit("requirements.txt is unchanged: uv failed, for the reason above.")
        LOCK.write_text(HEADER + draft.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    print("wrote requirements.txt")


if __name__ == "__main__":
    main()
