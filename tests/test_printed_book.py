"""What the printed edition makes of the site's pages: a small book, written as LaTeX."""

import io
import json
import re
import shutil
import subprocess

import build_pdf
import printed_book
import pytest
import yaml
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

TOC = {
    "format": "jb-book",
    "root": "intro",
    "parts": [
        {"caption": "Chapters", "chapters": [{"file": "one"}, {"file": "two"}]},
        {"caption": "R & D", "chapters": [{"file": "three"}]},
    ],
}
INTRO = """# The book

It begins here.

## The chapters

::::{grid} 1 1 3 3
:::{grid-item-card} The first
:link: one
:link-type: doc
All about *one*.
:::
:::{grid-item-card} Without a link
Nothing more.
:::
:::{grid-item-card} The second
:link: two
:link-type: doc
All about two.
:::
::::
"""
EXERCISE = """## Exercises

```{exercise}
:label: exercise-a
How many?
```

<details class="hint"><summary>Hint 1</summary>

Count *them*.

</details>

<details class="hint"><summary>Hint 2</summary>

- Use your fingers.

</details>
"""
LIST_OF_REFERENCES = """
```{bibliography}
:filter: docname in docnames
```
"""
PAGES = {
    "one": "# 1. One\n\n{cite}`bengio2003`\n" + LIST_OF_REFERENCES,
    "two": "# 10.1. Two\n\nA button: <lm-playground><noscript>No.</noscript></lm-playground>\n",
    "three": "# Three\n\n{cite:t}`bengio2003` and {ref}`a chapter <two>`.\n"
    f"{LIST_OF_REFERENCES}\n(two)=\n## Below\n\nText.\n",
}
REFERENCES = (
    "@article{bengio2003, author={Yoshua Bengio}, title={A model}, journal={JMLR}, year={2003}}\n"
)
SETTINGS = {
    "extensions": [
        "myst_nb",
        "sphinx_external_toc",
        "sphinx_design",
        "sphinx_exercise",
        "sphinxcontrib.bibtex",
        "author_year",
        "printed_book",
    ],
    # Named here, because Sphinx keeps what one build adds to the default for the next build.
    "source_suffix": {".md": "myst-nb", ".ipynb": "myst-nb"},
    "myst_enable_extensions": ["colon_fence", "dollarmath"],
    "nb_execution_mode": "off",
    "bibtex_bibfiles": ["references.bib"],
    "bibtex_default_style": "author_year",
    "bibtex_reference_style": "author_year",
    "suppress_warnings": ["bibtex.duplicate_citation"],
    "html_title": "The book: Of tests",
    "html_theme": "basic",
    "latex_engine": "xelatex",
    "latex_documents": [("intro", "book.tex", "The book", "", "manual")],
}


def cell(kind, source, *tags):
    name = f"cell-{abs(hash(source))}"
    body = {"cell_type": kind, "metadata": {"tags": list(tags)}, "source": source, "id": name}
    return body | ({"outputs": [], "execution_count": 1} if kind == "code" else {})


def write_latex(folder, pages=PAGES, cells=(), **settings):
    """Write the small book as LaTeX; return the LaTeX after its preamble, and the warnings."""
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    if cells:
        (folder / "three.md").unlink()
        kernel = {
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python", "pygments_lexer": "ipython3"},
        }
        notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        (folder / "three.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (folder / "intro.md").write_text(INTRO, encoding="utf-8")
    (folder / "references.bib").write_text(REFERENCES, encoding="utf-8")
    (folder / "_toc.yml").write_text(yaml.safe_dump(TOC), encoding="utf-8")
    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            str(folder),
            None,
            str(folder / "out"),
            str(folder / "doctrees"),
            "latex",
            SETTINGS | settings,
            status=None,
            warning=warnings,
        )
        app.build()
    latex = (folder / "out" / "book.tex").read_text(encoding="utf-8")
    return latex.split(r"\begin{document}")[1], warnings.getvalue()


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The LaTeX of the small book with an exercise, and the warnings."""
    cells = [
        cell("markdown", "# Three\n\n(two)=\n## Below"),
        cell("code", "1 + 1", "hide-cell"),
        cell("markdown", EXERCISE),
        cell("code", "solution()", "hide-cell"),
        cell("code", "other()", "hide-cell"),
    ]
    return write_latex(tmp_path_factory.mktemp("book"), cells=cells)


def in_order(latex, *parts):
    """Tell whether all parts are in the text, each behind the one before."""
    return re.search(".*?".join(map(re.escape, parts)), latex, re.DOTALL) is not None


def test_the_book_has_no_warnings(book):
    assert book[1] == ""


def test_the_first_page_is_a_chapter_and_each_list_a_part(book):
    assert in_order(
        book[0],
        r"\chapter{About this book}",
        "It begins here.",
        r"\section{The chapters}",
        r"\part{Chapters}",
        r"\chapter{1. One}",
        r"\chapter{10.1. Two}",
        r"\part{R \& D}",
        r"\chapter{Three}",
    )
    assert book[0].count(r"\chapter{") == 4


def test_cards_are_a_list_of_links(book):
    assert in_order(
        book[0],
        r"\begin{description}",
        r"{\hyperref[\detokenize{one::doc}]{\sphinxcrossref{The first}}}",
        r"All about \sphinxstyleemphasis{one}.",
        "Without a link",
        "Nothing more.",
        r"{\hyperref[\detokenize{two::doc}]{\sphinxcrossref{The second}}}",
        "All about two.",
        r"\end{description}",
    )
    assert book[0].count("All about two.") == 1
    assert "sd-card" not in book[0]


def test_hints_are_paragraphs_that_begin_with_their_names(book):
    assert in_order(
        book[0],
        "How many?",
        "\\sphinxstylestrong{Hint 1.} Count \\sphinxstyleemphasis{them}.",
        "\\sphinxstylestrong{Hint 2.}\n",
        "Use your fingers.",
        r"\sphinxstylestrong{A solution.}",
        "solution",
    )


def test_only_the_cell_after_an_exercise_is_a_solution(book):
    assert book[0].count("A solution.") == 1


def test_the_playground_leaves_nothing(book):
    assert "A button:" in book[0]
    assert "No." not in book[0]


def test_each_page_keeps_its_references(tmp_path):
    latex, warnings = write_latex(tmp_path)
    assert warnings == ""
    assert "thebibliography" not in latex
    assert latex.count("Yoshua Bengio") == 2
    for page in ("one", "three"):
        # The citation leads to the reference.
        [link] = re.findall(rf"\\hyperlink{{(cite\.{page}:id\d+)}}", latex)
        assert in_order(latex, "Bengio, 2003", rf"\hypertarget{{{link}}}{{}}", "Yoshua")


def test_html_without_a_stand_in_is_a_warning(tmp_path):
    pages = PAGES | {"one": "# 1. One\n\nText.\n\n<div>A film.</div>\n"}
    _, warnings = write_latex(tmp_path, pages)
    assert "no stand-in for this HTML: <div>A film.</div>" in warnings


def test_the_title_page_names_versions_and_licences(tmp_path):
    write_latex(tmp_path)
    latex = (tmp_path / "out" / "book.tex").read_text(encoding="utf-8")
    assert re.search(r"\\newcommand{\\bookstate}{Built.*, with Python 3\.\d+", latex)
    assert r"\newcommand{\booktitle}{The book}" in latex
    assert r"\newcommand{\booksubtitle}{Of tests}" in latex


def test_an_equation_is_set_apart_from_the_fields_of_the_one_before(tmp_path):
    equation = "$$\n{}\n$$\n\n:Tests: test_{}\n\n"
    page = "# 1. One\n\n" + equation.format("x", "x") + equation.format("y", "y")
    latex, warnings = write_latex(
        tmp_path,
        PAGES | {"one": page},
        myst_enable_extensions=["dollarmath", "colon_fence", "fieldlist"],
    )
    assert warnings == ""
    assert in_order(latex, "x", r"test\_x", r"\bigskip", "y", r"test\_y")
    assert latex.count(r"\bigskip") == 1


def test_the_columns_of_a_wide_table_have_room_for_their_longest_words():
    short = ("a_very_long_name", "x")
    long = ("many words " * 20, "some words")
    widths = printed_book.column_widths([short, long], 90)
    assert widths[0] >= len(short[0])
    assert widths[1] > 2 * widths[0]
    assert sum(widths) == 90


def test_a_long_table_is_broken_over_pages(tmp_path):
    rows = "".join(f"| `name_{row}` | {'many words ' * 12} |\n" for row in range(12))
    table = f"# 1. One\n\n| a | b |\n|---|---|\n{rows}\n\n| c | d |\n|---|---|\n| 1 | 2 |\n"
    latex, warnings = write_latex(tmp_path, PAGES | {"one": table})
    assert warnings == ""
    assert in_order(latex, r"\begin{longtable}", r"\raggedright", "name", r"\end{longtable}")
    assert in_order(latex, r"\begin{tabulary}", "1", r"\end{tabulary}")


SCRIPTS = f"""# 1. One

Greek Ἀχιλλεύς λ, phonetic ˈæpəl and ʃ, signs ∑ ✓ → ≤, Chinese 这部电影, German Größe,
and in code `λ ˈə ✓ 北京`.

$$\\hat y_t = \\operatorname{{softmax}}(z_t), \\quad x_{{\\setminus M}} \\in \\mathbb{{R}}$$

```python
print("Ἀχιλλεύς λ ˈə ∑ ✓ 这部电影很无聊。 Größe ☃")  # a comment longer than a line{", word" * 30}
```

**λ ✓ 北京** and *λ ✓ 北京*.
"""


@pytest.fixture(scope="module")
def set_book(tmp_path_factory):
    """What XeLaTeX says of the small book, in the look of the real one, and its PDF."""
    if missing := build_pdf.missing_prerequisites():
        pytest.skip(
            f"no PDF was set, without {', '.join(missing)}: a full TeX is no part of the book's "
            "own checks, so printing is tested only where `make pdf` can run"
        )
    folder = tmp_path_factory.mktemp("book")
    root = build_pdf.ROOT
    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["sphinx"][
        "config"
    ]
    looks = {name: value for name, value in settings.items() if name.startswith("latex_")}
    looks["latex_additional_files"] = [str(root / f) for f in looks["latex_additional_files"]]
    cells = [cell("markdown", "# Three\n\n(two)=\n## Below"), cell("markdown", EXERCISE)]
    _, warnings = write_latex(folder, PAGES | {"one": SCRIPTS}, cells, **looks)
    assert warnings == ""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_pdf, "LATEX", folder / "out")
        build_pdf.typeset()
        return build_pdf.read_log(), folder / "out" / "book.pdf"


def test_no_script_has_a_missing_character_and_no_reference_is_undefined(set_book):
    assert build_pdf.failures(set_book[0]) == []


def test_no_line_of_code_runs_over_the_margin(set_book):
    assert build_pdf.too_wide(set_book[0]) == []


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_pdf_has_its_text_and_its_contents(set_book):
    text = subprocess.check_output(["pdftotext", set_book[1], "-"], encoding="utf-8")
    assert {"Contents", "Chapters", "About this book"} <= set(text.splitlines())
    for words in ("Ἀχιλλεύς", "ˈæpəl", "这部电影", "Größe", "Hint 1. Count them.", "Of tests"):
        assert words in text


def test_the_widths_that_an_author_gives_are_kept(tmp_path):
    table = "```{list-table}\n:widths: 20 80\n\n* - name\n  - " + "many words " * 12 + "\n```\n"
    latex, warnings = write_latex(tmp_path, PAGES | {"one": f"# 1. One\n\n{table}"})
    assert warnings == ""
    assert r"\X{20}{100}" in latex


def test_a_formula_may_be_aligned_at_several_places(tmp_path):
    page = "# 1. One\n\n$$\na &= b && c \\\\\nd &= e && f\n$$\n"
    latex, _ = write_latex(tmp_path, PAGES | {"one": page})
    assert in_order(latex, r"\begin{aligned}a &= b && c", r"d &= e && f\end{aligned}")
