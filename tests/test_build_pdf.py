"""The command that builds the PDF: what it asks for, and what it reads in XeLaTeX's log.

The last tests read the PDF of the real book, if `make pdf` has built it.
"""

import os
import re
import shutil
import subprocess

import build_pdf
import equations
import pytest
from build_pdf import BuildError, TooWide
from sphinx_external_toc.parsing import parse_toc_yaml

ALL_FILES = [
    *(file for names in build_pdf.TEX_FILES.values() for file in build_pdf.names_of(names)),
    *(font.file for font in build_pdf.FONTS),
]


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """An empty PATH, and a function that puts a program into it that prints what it is told."""

    def add(name, prints=""):
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\n/bin/cat <<'END'\n{prints}\nEND\n", encoding="utf-8")
        script.chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path))
    return add


needs_sh = pytest.mark.skipif(os.name == "nt", reason="the programs of this test are shell scripts")


# --- What must be installed -----------------------------------------------------------------------


def test_without_anything_one_message_names_all_and_nothing_is_built(programs, monkeypatch):
    monkeypatch.setattr(build_pdf, "write_latex", lambda: pytest.fail("long work was begun"))
    with pytest.raises(BuildError) as error:
        build_pdf.main()
    message = str(error.value)
    assert "the program xelatex (texlive-xetex)" in message
    for font in build_pdf.FONTS:
        assert f"the font {font.name} ({font.package})" in message
    assert (
        "apt install --no-install-recommends fonts-dejavu fonts-texgyre fonts-texgyre-math "
        "fonts-wqy-microhei texlive-fonts-recommended texlive-xetex" in message
    )
    assert "MacTeX" in message
    assert "MiKTeX" in message


@needs_sh
def test_with_everything_nothing_is_missing(programs):
    programs("xelatex")
    programs("kpsewhich", "\n".join(f"/tex/{name}" for name in [*ALL_FILES, "wqy-microhei.ttc"]))
    assert build_pdf.missing_prerequisites() == {}
    build_pdf.check_prerequisites()


@needs_sh
def test_a_font_of_the_system_will_do(programs):
    programs("xelatex")
    programs("kpsewhich", "\n".join(f"/tex/{name}" for name in ALL_FILES if "DejaVu" not in name))
    programs("fc-list", "DejaVu Sans Mono\nDejaVu Serif,DejaVu Serif Condensed\nNoto Sans CJK SC")
    assert build_pdf.missing_prerequisites() == {}


@needs_sh
def test_what_tex_does_not_find_is_named(programs):
    programs("xelatex")
    there = [name for name in ALL_FILES if name not in ("titlesec.sty", "DejaVuSerif.ttf")]
    programs("kpsewhich", "\n".join(f"/tex/{name}" for name in there))
    programs("fc-list", "PingFang SC")
    assert build_pdf.missing_prerequisites() == {
        "texlive-latex-extra": ["LaTeX's titlesec.sty"],
        "fonts-dejavu": ["the font DejaVu Serif"],
    }


def test_the_style_loads_nothing_that_is_not_checked():
    style = (build_pdf.ROOT / "_extensions" / "printed_book.sty").read_text(encoding="utf-8")
    for name in re.findall(r"\\RequirePackage\{(.+?)\}", style):
        assert f"{name}.sty" in ALL_FILES
    for font in build_pdf.FONTS:
        assert font.name in style or font.file.split("-regular")[0].split(".")[0] in style
    tried = re.findall(r"\\book@trychinese\{(.+?)\}", style)
    assert [name.removesuffix("-Regular.otf") for name in tried] == [
        font.name for font in build_pdf.CHINESE_FONTS
    ]


# --- Passes ---------------------------------------------------------------------------------------


@pytest.fixture
def passes(tmp_path, monkeypatch):
    """Replace XeLaTeX; the list holds what each pass writes into the file of references."""
    monkeypatch.setattr(build_pdf, "LATEX", tmp_path)
    written = []

    def run():
        (tmp_path / "book.aux").write_text(written.pop(0))

    monkeypatch.setattr(build_pdf, "run_xelatex", run)
    return written


def test_the_book_is_set_until_the_references_stand_still(passes):
    passes.extend(["page 1", "page 2", "page 2", "never"])
    build_pdf.typeset()
    assert passes == ["never"]


def test_references_that_never_stand_still_are_a_failure(passes):
    passes.extend(str(number) for number in range(20))
    with pytest.raises(BuildError, match="still change after 6 passes"):
        build_pdf.typeset()


# --- The log --------------------------------------------------------------------------------------

GOOD = "Output written on book.pdf (480 pages)."


def test_a_good_log_has_no_failures():
    assert build_pdf.failures(GOOD) == []
    assert build_pdf.errors(GOOD) == []
    assert build_pdf.too_wide(GOOD) == []
    assert build_pdf.pages(GOOD) == 480


def test_an_error_is_shown_with_its_file_and_line():
    log = (
        "[12]\n./book.tex:1204: Undefined control sequence.\nl.1204 text \\nonsense\n"
        "                    more\nThe control sequence at the end\n"
    )
    [error] = build_pdf.errors(log)
    assert error == "book.tex:1204: Undefined control sequence.\nl.1204 text \\nonsense"


def test_an_error_without_a_line_is_shown_too():
    assert build_pdf.errors("! Emergency stop.\n<*> book.tex\n") == ["! Emergency stop."]


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        (
            "LaTeX Warning: Hyper reference `chapters/01:x' on page 3 undefined on input line 7.",
            "undefined: Hyper reference `chapters/01:x'",
        ),
        (
            "LaTeX Warning: Reference `equation:a' on page 3 undefined on input line 7.",
            "undefined: Reference `equation:a'",
        ),
        (
            "Missing character: There is no 评 (U+8BC4) in font DejaVu Sans Mono/OT:script=latn!",
            "the font DejaVu Sans Mono has no 评 (U+8BC4)",
        ),
        (
            "xdvipdfmx:warning: Object @cite.one:id3 used, but not defined. Replaced by null.",
            "a link leads nowhere: cite.one:id3",
        ),
        ("./book.tex:9: LaTeX Error: File `a.png' not found.", "missing figure: a.png"),
    ],
)
def test_a_gap_is_a_failure_and_told_once(line, failure):
    assert build_pdf.failures(f"{line}\n{line}\n{GOOD}") == [failure]


def test_lines_that_stick_out_are_counted_the_worst_first():
    log = (
        "Overfull \\hbox (4.5pt too wide) in paragraph at lines 10--12\n"
        "Overfull \\hbox (52.3pt too wide) in alignment at lines 30--40\n"
        "Overfull \\hbox (1.2pt too wide) in paragraph at lines 50--51\n"
        "Overfull \\hbox (9.0pt too wide) detected at line 60\n"
        "Overfull \\vbox (400pt too high) has occurred while \\output is active\n"
    )
    assert build_pdf.too_wide(log) == [TooWide(52.3, 30), TooWide(9.0, 60), TooWide(4.5, 10)]


def test_a_line_is_found_in_its_chapter():
    latex = "\\title{x}\n\\chapter{One}\ntext\n\\chapter{Two}\ntext\n"
    assert build_pdf.chapter_at(latex, 1) == "before the first chapter"
    assert build_pdf.chapter_at(latex, 3) == "One"
    assert build_pdf.chapter_at(latex, 5) == "Two"


@needs_sh
def test_a_failed_pass_says_what_and_where(tmp_path, programs, monkeypatch):
    monkeypatch.setattr(build_pdf, "LATEX", tmp_path)
    script = tmp_path / "xelatex"
    script.write_text("#!/bin/sh\necho './book.tex:3: Bad.\nl.3 x' > book.log\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(BuildError, match=r"book\.tex:3: Bad\.\nl\.3 x\nThe whole log: .*book\.log"):
        build_pdf.run_xelatex()


# --- The real book --------------------------------------------------------------------------------

needs_pdf = pytest.mark.skipif(
    not build_pdf.PDF.is_file() or shutil.which("pdftotext") is None,
    reason="no PDF of the book, or no pdftotext: a full TeX is no part of the book's own checks, "
    "so its PDF is tested only where `make pdf` has built it",
)


@needs_pdf
def test_the_pdf_of_the_book_has_the_titles_of_all_pages():
    pdf = [build_pdf.PDF, "-"]
    text = " ".join(subprocess.check_output(["pdftotext", *pdf], encoding="utf-8").split())
    for title in page_titles():
        assert title in text


def page_titles():
    """Give the titles of all pages but the first, with the apostrophes of print."""
    parser = equations.markdown_parser(build_pdf.ROOT)
    _, *pages = parse_toc_yaml(build_pdf.ROOT / "_toc.yml")
    for page in pages:
        texts = equations.markdown_of(build_pdf.ROOT, page)
        title = equations.title_of([token for text in texts for token in parser.parse(text)])
        yield title.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


@needs_pdf
def test_the_pdf_of_the_book_has_no_gaps():
    log = build_pdf.read_log()
    assert build_pdf.failures(log) == []
    assert build_pdf.pages(log) > 400
