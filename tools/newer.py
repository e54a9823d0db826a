"""Which dependencies have newer versions than the lock, and locks with only one of them newer.

    python tools/newer.py                print the names, as a JSON list
    python tools/newer.py NAME FILE      write the lock with NAME at its newest admitted version

Continuous integration tests the newest versions of all dependencies together. Where that fails, it
tests one after the other, so that the name of the failed job says which one broke what. Needs uv.
"""

import json
import re
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from lock import LOCK, ROOT, compile_lock, find_uv

PIN = re.compile(r"^([\w.-]+)==(\S+?)(?: |$)", re.MULTILINE)


def direct_dependencies() -> set[str]:
    """Return the names that pyproject.toml itself asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return {re.match(r"[\w.-]+", requirement)[0] for group in groups for requirement in group}


def newer(old: str, new: str) -> list[str]:
    """Return the direct dependencies whose pins differ between the texts of two locks."""
    before, after = set(PIN.findall(old)), set(PIN.findall(new))
    return sorted({name for name, _ in after - before} & direct_dependencies())


def resolved(*options: str) -> str:
    """Return the text of the lock, resolved anew with uv's options."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder, "requirements.txt")
        shutil.copy(LOCK, draft)
        compile_lock(find_uv(), draft, *options)
        return draft.read_text(encoding="utf-8")


def main() -> None:
    """Print the names, or write the lock that is asked for."""
    if len(sys.argv) == 1:
        print(json.dumps(newer(LOCK.read_text(encoding="utf-8"), resolved("--upgrade"))))
        return
    name, target = sys.argv[1:]
    if name not in direct_dependencies():
        sys.exit(f"{name!r} is no dependency that pyproject.toml names.")
    Path(target).write_text(resolved("--upgrade-package", name), encoding="utf-8")


if __name__ == "__main__":
    main()
