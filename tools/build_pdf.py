"""Build the whole book as a PDF to print, _build/pdf/large-scale-language-models.pdf.

    python tools/build_pdf.py

Checks first that XeLaTeX, its packages and the fonts are there, and says which are missing. Then
Jupyter Book writes one LaTeX file, with warnings as errors, and XeLaTeX sets it until the page
numbers stand still. The log of the last pass is read: undefined references, missing characters and
missing figures are failures; lines that stick out into the margin are counted and listed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "_build" / "pdf"
LATEX = FOLDER / "_build" / "latex"  # where Jupyter Book writes
PDF = FOLDER / "large-scale-language-models.pdf"
NAME = "book"  # of the LaTeX file, as _config.yml has it
TERMINAL = "terminal.txt"  # where the second half of XeLaTeX, which writes the PDF, complains
MOST_PASSES = 6

# --- What must be installed -----------------------------------------------------------------------

# What Sphinx's manual and _extensions/printed_book.sty load and not every TeX has, by the Debian
# package that brings it; ".sty" is left out.
TEX_FILES = {
    "texlive-fonts-recommended": "pzdr.tfm",
    "texlive-latex-recommended": (
        "booktabs etoolbox fancyhdr fancyvrb float fontspec microtype parskip polyglossia"
        " unicode-math xcolor"
    ),
    "texlive-latex-extra": (
        "capt-of emptypage framed needspace tabulary titlesec upquote varwidth wrapfig"
    ),
    "texlive-pictures": "ellipse pict2e",
}
BROUGHT_BY_XETEX = {"texlive-latex-recommended", "texlive-latex-extra", "texlive-pictures"}


class Font(NamedTuple):
    """A font: its name in a system, its file in a TeX installation, and its Debian package."""

    name: str
    file: str
    package: str


FONTS = (
    Font("TeX Gyre Pagella", "texgyrepagella-regular.otf", "fonts-texgyre"),
    Font("TeX Gyre Heros", "texgyreheros-regular.otf", "fonts-texgyre"),
    Font("TeX Gyre Pagella Math", "texgyrepagella-math.otf", "fonts-texgyre-math"),
    Font("DejaVu Sans Mono", "DejaVuSansMono.ttf", "fonts-dejavu"),
    Font("DejaVu Serif", "DejaVuSerif.ttf", "fonts-dejavu"),
)
# One of these is enough; printed_book.sty takes the first that is there.
CHINESE_FONTS = (
    Font("WenQuanYi Micro Hei", "wqy-microhei.ttc", "fonts-wqy-microhei"),
    Font("Noto Sans CJK SC", "NotoSansCJK-Regular.ttc", "fonts-noto-cjk"),
    Font("FandolHei", "FandolHei-Regular.otf", "texlive-lang-chinese"),
    Font("PingFang SC", "PingFang.ttc", "fonts-noto-cjk"),
    Font("Microsoft YaHei", "msyh.ttc", "fonts-noto-cjk"),
)


class BuildError(Exception):
    """A failure, in words that say what to do."""


def output_of(*command: str) -> str:
    """Return what a program prints; nothing if it fails or is not there."""
    try:
        result = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except OSError:
        return ""
    return result.stdout


def found_by_tex(files: Iterable[str]) -> set[str]:
    """Return those of ``files`` that TeX finds."""
    return {Path(path).name for path in output_of("kpsewhich", *files).splitlines()}


def missing_prerequisites() -> dict[str, list[str]]:
    """Return what is not installed, in lists by the Debian package that brings it."""
    missing = missing_files()
    if shutil.which("xelatex") is None:
        others = {name: files for name, files in missing.items() if name not in BROUGHT_BY_XETEX}
        missing = {"texlive-xetex": ["the program xelatex"], **others}
    for package, font in missing_fonts():
        missing.setdefault(package, []).append(f"the font {font}")
    return missing


def missing_files() -> dict[str, list[str]]:
    files = {file: package for package, names in TEX_FILES.items() for file in names_of(names)}
    found = found_by_tex(files)
    missing: dict[str, list[str]] = {}
    for file, package in files.items():
        if file not in found:
            missing.setdefault(package, []).append(f"LaTeX's {file}")
    return missing


def names_of(files: str) -> list[str]:
    """Return the full names of files in ``TEX_FILES``."""
    return [name if "." in name else f"{name}.sty" for name in files.split()]


def missing_fonts() -> Iterator[tuple[str, str]]:
    """Give the Debian package and the name of each font that neither TeX nor the system has."""
    in_tex = found_by_tex(font.file for font in (*FONTS, *CHINESE_FONTS))
    families = re.split(r"[,\n]", output_of("fc-list", ":", "family"))
    in_system = {family.strip() for family in families}

    def is_there(font: Font) -> bool:
        return font.file in in_tex or font.name in in_system

    for font in FONTS:
        if not is_there(font):
            yield font.package, font.name
    if not any(map(is_there, CHINESE_FONTS)):
        names = ", ".join(font.name for font in CHINESE_FONTS[1:])
        yield CHINESE_FONTS[0].package, f"{CHINESE_FONTS[0].name} (or one of {names})"


def check_prerequisites() -> None:
    missing = missing_prerequisites()
    if missing:
        things = "\n".join(
            f"  {thing} ({package})" for package, names in missing.items() for thing in names
        )
        raise BuildError(
            f"The PDF was not built. Missing, each with its Debian package:\n{things}\n"
            "On Debian and Ubuntu: apt install --no-install-recommends "
            f"{' '.join(sorted(missing))}\n"
            "On macOS: MacTeX; on Windows: MiKTeX, with its package manager. Both have all of it; "
            "Chinese comes from a font of the system."
        )


# --- Building -------------------------------------------------------------------------------------


def write_latex() -> None:
    """Let Jupyter Book write the whole book as one LaTeX file."""
    from jupyter_book.cli.main import main as jupyter_book

    shutil.rmtree(LATEX, ignore_errors=True)
    arguments = ["build", str(ROOT), "--builder", "latex", "--path-output", str(FOLDER), "--all"]
    try:
        jupyter_book([*arguments, "-W", "-n", "--keep-going"], standalone_mode=False)
    except RuntimeError as error:  # raised from Sphinx's own error, which says more
        raise BuildError(f"The LaTeX file was not written: {error.__cause__ or error}") from error


def typeset() -> None:
    """Run XeLaTeX until references and page numbers stand still; it writes them into files."""
    before = ""
    for number in range(1, MOST_PASSES + 1):
        print(f"XeLaTeX, pass {number} …", flush=True)
        run_xelatex()
        after = state_of_references()
        if after == before:
            return
        before = after
    raise BuildError(f"The page numbers still change after {MOST_PASSES} passes.")


def run_xelatex() -> None:
    """Run one pass; raise if it found an error."""
    with (LATEX / TERMINAL).open("wb") as terminal:
        status = subprocess.call(
            ["xelatex", "-interaction=nonstopmode", "-file-line-error", f"{NAME}.tex"],
            cwd=LATEX,
            env={**os.environ, "max_print_line": "1000"},  # no line of the log is broken
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.STDOUT,
        )
    if status != 0:
        log = read_log()
        found = "\n".join(errors(log)) or f"XeLaTeX ended with status {status}."
        raise BuildError(f"{found}\nThe whole log: {LATEX / NAME}.log")


def state_of_references() -> str:
    """Return a digest of what one pass leaves for the next."""
    digest = hashlib.sha256()
    for suffix in ("aux", "toc", "out"):
        path = LATEX / f"{NAME}.{suffix}"
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def read_log() -> str:
    """Return what both halves of XeLaTeX said in the last pass."""
    paths = [LATEX / f"{NAME}.log", LATEX / TERMINAL]
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in paths)
    return "\n".join(texts)


# --- Reading the log ------------------------------------------------------------------------------

ERROR = re.compile(r"^(?:\./)?(\S+\.\w+:\d+: .+(?:\n(?!l\.\d).*){0,4}\nl\.\d+.*)", re.MULTILINE)
FATAL = re.compile(r"^! .+", re.MULTILINE)
CHARACTER = re.compile(r"Missing character: There is no (.+?) in font ([^/:\n!]+)")
UNDEFINED = re.compile(
    r"LaTeX Warning: ((?:Hyper reference|Reference|Citation) `[^']+') .*undefined", re.MULTILINE
)
LINK = re.compile(r"Object @(\S+) used, but not defined")
FIGURE = re.compile(r"File `([^']+)' not found|Unable to load picture.*?'([^']+)'")
OVERFULL = re.compile(
    r"Overfull \\hbox \(([\d.]+)pt too wide\) (?:in \w+|detected) at lines? (\d+)"
)
PAGES = re.compile(r"Output written on \S+ \((\d+) pages?")


class TooWide(NamedTuple):
    """A line that sticks out: by how many points, and its place in the LaTeX file."""

    points: float
    line: int


def errors(log: str) -> list[str]:
    """Return the first errors in a log, each with its file, its line and what was read there."""
    found = ERROR.findall(log) or FATAL.findall(log)
    return found[:3]


def failures(log: str) -> list[str]:
    """Return what makes a book that one must not print, in words."""
    found = [
        *(f"undefined: {name}" for name in UNDEFINED.findall(log)),
        *(f"a link leads nowhere: {name}" for name in LINK.findall(log)),
        *(f"the font {font} has no {sign}" for sign, font in CHARACTER.findall(log)),
        *(f"missing figure: {one or other}" for one, other in FIGURE.findall(log)),
    ]
    return list(dict.fromkeys(found))


def too_wide(log: str, points: float = 3) -> list[TooWide]:
    """Return the lines that stick out by more than ``points``, the worst first."""
    found = [TooWide(float(width), int(line)) for width, line in OVERFULL.findall(log)]
    return sorted((box for box in found if box.points > points), reverse=True)


def pages(log: str) -> int:
    """Return the number of pages that the last pass wrote, 0 if it wrote none."""
    found = PAGES.search(log)
    return int(found[1]) if found else 0


def chapter_at(latex: str, line: int) -> str:
    """Return the title of the chapter that line ``line`` of the LaTeX file is in."""
    before = "\n".join(latex.splitlines()[:line])
    titles = re.findall(r"^\\chapter\{(.+)\}", before, re.MULTILINE)
    return titles[-1] if titles else "before the first chapter"


# --- All of it ------------------------------------------------------------------------------------


def report_too_wide(boxes: list[TooWide], latex: str, most: int = 5) -> None:
    print(f"Lines that stick out by more than 3 points: {len(boxes)}")
    for box in boxes[:most]:
        print(
            f"  {box.points:.0f} points, {NAME}.tex:{box.line}, in: {chapter_at(latex, box.line)}"
        )


def main() -> None:
    check_prerequisites()
    start = time.monotonic()
    write_latex()
    written = time.monotonic()
    typeset()
    log = read_log()
    if found := failures(log):
        raise BuildError("\n".join(["The PDF has gaps:", *found, f"Log: {LATEX / NAME}.log"]))
    shutil.copyfile(LATEX / f"{NAME}.pdf", PDF)
    report_too_wide(too_wide(log), (LATEX / f"{NAME}.tex").read_text(encoding="utf-8"))
    print(f"LaTeX file: {written - start:.0f} s; XeLaTeX: {time.monotonic() - written:.0f} s")
    size = PDF.stat().st_size / 1e6
    print(f"{PDF.relative_to(ROOT)}: {pages(log)} pages, {size:.1f} MB")


if __name__ == "__main__":
    try:
        main()
    except BuildError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted: the PDF was not built.")
