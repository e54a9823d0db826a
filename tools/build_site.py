"""Build the site with Jupyter Book, warnings being errors, and check that each page is there.

    python tools/build_site.py              build into _build/html, or find that it is up to date
    python tools/build_site.py --clean      build all of it, into an empty folder
    python tools/build_site.py --output DIR --clean

Sphinx's own incremental build leaves old titles in the navigation of pages that it does not
rebuild. So here it is all or nothing: if any source has changed since the last good build,
everything is built.
"""

import argparse
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from bootstrap import only_one_at_a_time
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (
    "_config.yml",
    "_extensions",
    "_playground",
    "_static",
    "_templates",
    "_toc.yml",
    "chapters",
    "intro.md",
    "lmbook_utils",
    "references.bib",
    "requirements.txt",
    "tests",
    "tools/build_site.py",
)
ENVIRONMENT = (
    "LMBOOK_REPOSITORY_URL",
    "LMBOOK_REPOSITORY_BRANCH",
    "GITHUB_SERVER_URL",
    "GITHUB_REPOSITORY",
)
STAMP, LOCK = "sources.sha256", "one-at-a-time.lock"


def source_files(root: Path) -> Iterator[Path]:
    """Yield every file that the site is made of, in a fixed order."""
    for name in SOURCES:
        path = root / name
        if path.is_file():
            yield path
        for file in sorted(path.rglob("*")):
            parts = file.relative_to(root).parts
            if file.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(parts):
                yield file


def fingerprint(root: Path) -> str:
    """Return a digest that changes whenever anything that the site depends on changes."""
    digest = hashlib.sha256(sys.version.encode())
    for variable in ENVIRONMENT:
        digest.update(f"{variable}={os.environ.get(variable, '')}\n".encode())
    for path in source_files(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def missing_pages(root: Path, site: Path) -> list[str]:
    """Return the pages of the table of contents that have no HTML file in ``site``."""
    pages = [site / f"{name}.html" for name in parse_toc_yaml(root / "_toc.yml")]
    pages += [site / "index.html", site / "search.html"]
    return [str(page.relative_to(site)) for page in pages if not page.is_file()]


def build(output: Path) -> None:
    """Run Jupyter Book into ``output`` (which gets a folder ``_build``); exit if it fails."""
    from jupyter_book.cli.main import main as jupyter_book

    arguments = ["build", str(ROOT), "--path-output", str(output), "--all"]
    try:
        jupyter_book([*arguments, "-W", "-n", "--keep-going"], standalone_mode=False)
    except RuntimeError as error:  # raised from Sphinx's own error, which says more
        sys.exit(f"The site was not built: {error.__cause__ or error}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clean", action="store_true", help="delete an earlier build first")
    parser.add_argument("--output", type=Path, default=ROOT, help="where to put _build/html")
    options = parser.parse_args()
    build_folder = options.output.resolve() / "_build"
    build_folder.mkdir(parents=True, exist_ok=True)
    with only_one_at_a_time(build_folder / LOCK, "build of the site"):
        bring_up_to_date(build_folder, options.clean)
    print(f"Open the book at {(build_folder / 'html' / 'index.html').as_uri()}")


def bring_up_to_date(build_folder: Path, clean: bool) -> None:
    """Build the site into ``build_folder``, unless it is there and no source has changed."""
    site, stamp = build_folder / "html", build_folder / STAMP
    wanted = fingerprint(ROOT)
    if clean:
        shutil.rmtree(site, ignore_errors=True)
        shutil.rmtree(build_folder / ".doctrees", ignore_errors=True)
        stamp.unlink(missing_ok=True)
    if stamp.is_file() and stamp.read_text("ascii") == wanted and not missing_pages(ROOT, site):
        print("The site is up to date.")
    else:
        stamp.unlink(missing_ok=True)
        build(build_folder.parent)
        if missing := missing_pages(ROOT, site):
            sys.exit(f"The build ended without these pages: {', '.join(missing)}")
        stamp.write_text(wanted, "ascii")


if __name__ == "__main__":
    main()
