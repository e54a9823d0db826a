"""Each equation that the package implements is named by a function and by a test, and vice versa.

The first test says it of the book. The others show on small made-up books that nothing is
overlooked, and what the page of the appendix has on it.
"""

from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from equations import Equation, Reference, collect, complaints
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

ROOT = Path(__file__).parent.parent

CONFIG = "parse:\n  myst_enable_extensions: [dollarmath, colon_fence]\n"
TOC = "format: jb-book\nroot: intro\nchapters:\n- file: chapters/one\n"
CHAPTER = "# 1. *The* first\n\n$$\na = b,\n$$ (eq-sum)\n"
FUNCTION = '''
def total(numbers):
    """Add.

    Equation: :eq:`eq-sum`
    """
'''
TEST = """
import pytest

@pytest.mark.equation("eq-sum")
def test_sum():
    assert True
"""


@pytest.fixture
def book(tmp_path):
    """Write a book with one equation, one function and one test, or with what is given instead."""

    def write(chapter=CHAPTER, function=FUNCTION, test=TEST, **files):
        files = {
            "_config.yml": CONFIG,
            "_toc.yml": TOC,
            "intro.md": "# Title\n",
            "chapters/one.md": chapter,
            "lmbook_utils/sums.py": function,
            "tests/test_sums.py": test,
        } | files
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content, encoding="utf-8")
        return tmp_path

    return write


def notebook(*cells):
    return nbformat.writes(new_notebook(cells=list(cells)))


# ---------------------------------------------------------------------------------------------
# The book


def test_each_labelled_equation_of_the_book_has_a_function_and_a_test_and_vice_versa():
    index = collect(ROOT)
    assert {"eq-cross-entropy", "eq-perplexity"} <= {e.label for e in index.equations}
    assert not (found := complaints(index)), "\n".join(found)


# ---------------------------------------------------------------------------------------------
# What is found


def test_all_is_well_where_equation_function_and_test_name_each_other(book):
    index = collect(book())
    assert index.equations == [Equation("eq-sum", "chapters/one", "1. The first", "a = b,")]
    assert index.functions == [
        Reference("eq-sum", "lmbook_utils.sums.total", "lmbook_utils/sums.py", 2)
    ]
    assert index.tests == [Reference("eq-sum", "test_sum", "tests/test_sums.py", 5)]
    assert complaints(index) == []


def labels_in(root):
    return [equation.label for equation in collect(root).equations]


@pytest.mark.parametrize(
    "text",
    [
        "$$ a = b $$ (eq-sum)",
        "Words,\n\n$$\na = b\n$$ (eq-sum)\nand more words.",
        "1. An item\n\n   $$\n   a = b\n   $$ (eq-sum)",
        "> $$ a = b $$ (eq-sum)",
        "```{math}\n:label: eq-sum\na = b\n```",
        ":::{math}\n:class: wide\n:label: eq-sum\n\na = b\n:::",
        ":::{admonition} In the wild\n:class: tip\n\n$$\na = b\n$$ (eq-sum)\n:::",
        "::::{admonition} One\n:::{note}\n```{math}\n:label: eq-sum\n\na = b\n```\n:::\n::::",
        "```{prf:theorem}\n$$ a = b $$ (eq-sum)\n```",
    ],
)
def test_a_labelled_equation_is_found_wherever_it_stands(book, text):
    [equation] = collect(book(f"# Title\n\n{text}\n")).equations
    assert (equation.label, equation.tex) == ("eq-sum", "a = b")


@pytest.mark.parametrize(
    "text",
    [
        "$$ a = b $$",
        "$a = b$ (eq-sum)",
        "$$\na = b\n$$\n\n(eq-sum)",
        "Words,\n$$\na = b\n$$ (eq-sum)",
        "    $$ a = b $$ (eq-sum)",
        "```\n$$ a = b $$ (eq-sum)\n```",
        "```{code-block} markdown\n$$ a = b $$ (eq-sum)\n```",
        "```{math}\na = b\n```",
        "See {eq}`eq-sum` and `$$ a = b $$ (eq-sum)`.",
    ],
)
def test_an_equation_without_a_label_and_a_label_without_an_equation_do_not_count(book, text):
    assert labels_in(book(f"# Title\n\n{text}\n")) == []


def test_the_markdown_of_notebooks_is_read_and_their_code_is_not(book):
    cells = [
        new_markdown_cell("# 1. The first"),
        new_code_cell('"""\n\n$$ a = b $$ (eq-code)\n\n"""'),
        new_markdown_cell("$$\na = b\n$$ (eq-sum)"),
    ]
    root = book(**{"chapters/one.ipynb": notebook(*cells)})
    (root / "chapters/one.md").unlink()
    assert collect(root).equations == [Equation("eq-sum", "chapters/one", "1. The first", "a = b")]


def test_pages_come_in_the_order_of_the_table_of_contents_and_others_do_not_come(book):
    pages = {f"chapters/{n}.md": f"# T\n\n$$ a $$ (eq-{n})\n" for n in ("two", "zero", "draft")}
    toc = TOC.replace("chapters/one", "chapters/zero") + "- file: chapters/two\n"
    assert labels_in(book(**pages, **{"_toc.yml": toc})) == ["eq-zero", "eq-two"]


IN_OTHER_PLACES = '''"""Sums.

Equation: :eq:`eq-module`
"""


class Sum:
    """Equation: :eq:`eq-class`."""

    def add(self):
        """Add.

        Equations: :eq:`eq-method`, :eq:`eq-other`
        """

    async def later(self):
        """Equations: :eq:`eq-one` and
        :eq:`eq-two`."""


def mentions():
    """Do the contrary of :eq:`eq-sum`."""
    "Equation: :eq:`eq-no-docstring`"
'''


def test_modules_classes_and_methods_can_name_equations_and_a_mention_is_no_naming(book):
    root = book(function="", **{"lmbook_utils/__init__.py": IN_OTHER_PLACES})
    assert [(place.label, place.name) for place in collect(root).functions] == [
        ("eq-module", "lmbook_utils"),
        ("eq-class", "lmbook_utils.Sum"),
        ("eq-method", "lmbook_utils.Sum.add"),
        ("eq-other", "lmbook_utils.Sum.add"),
        ("eq-one", "lmbook_utils.Sum.later"),
        ("eq-two", "lmbook_utils.Sum.later"),
    ]


def test_a_test_can_name_several_equations_and_stand_in_a_class_or_a_folder(book):
    test = """
class TestSums:
    @pytest.mark.parametrize("n", [1, 2])
    @pytest.mark.equation("eq-one", "eq-two")
    def test_sum(self, n):
        pass
"""
    path = "tests/site/test_sums.py"
    assert collect(book(test="", **{path: test} | {"tests/site/__init__.py": ""})).tests == [
        Reference(label, "TestSums::test_sum", path, 5) for label in ("eq-one", "eq-two")
    ]


# ---------------------------------------------------------------------------------------------
# What is missing or wrong


def complaint(root):
    """Return the one complaint of a book that has one fault."""
    [text] = complaints(collect(root))
    return text


def test_an_equation_without_a_function_is_reported(book):
    text = complaint(book(function='"""Sums."""'))
    assert text.startswith("chapters/one: no function names the equation (eq-sum)")
    assert "'Equation: :eq:`eq-sum`'" in text


def test_an_equation_without_a_test_is_reported(book):
    text = complaint(book(test="def test_sum():\n    assert True\n"))
    assert text.startswith("chapters/one: no test names the equation (eq-sum)")
    assert '@pytest.mark.equation("eq-sum")' in text


def test_what_names_an_equation_that_no_page_has_is_reported(book):
    by_function, by_test = complaints(collect(book("# Title\n\n$$ a = b $$\n")))
    assert by_function.startswith(
        "lmbook_utils/sums.py:2, lmbook_utils.sums.total: no page has an equation (eq-sum);"
    )
    assert by_test.startswith("tests/test_sums.py:5, test_sum: no page has an equation (eq-sum);")
    assert by_test.endswith("$$ … $$ (eq-sum)")


def test_a_misspelt_name_is_reported_with_the_right_one(book):
    texts = complaints(collect(book(test=TEST.replace("eq-sum", "eq-sums"))))
    assert len(texts) == 2
    assert "(eq-sums) (did you mean eq-sum?)" in texts[1]


@pytest.mark.parametrize("again", [CHAPTER, "# Two\n\n```{math}\n:label: eq-sum\na\n```\n"])
def test_a_label_that_is_there_twice_is_reported(book, again):
    files = {"chapters/two.md": again, "_toc.yml": TOC + "- file: chapters/two\n"}
    text = complaint(book(**files))
    assert text.startswith("chapters/one and chapters/two: the label (eq-sum) is there 2 times")


@pytest.mark.parametrize("label", ["sum", "eq-", "eq-Sum", "eq_sum", "equation-sum", "eq-a--b"])
def test_a_label_of_another_form_is_reported(book, label):
    files = (text.replace("eq-sum", label) for text in (CHAPTER, FUNCTION, TEST))
    assert f"the label ({label}) of an equation must look like" in complaint(book(*files))


@pytest.mark.parametrize(
    "paragraph",
    [
        "Equation: eq-sum",
        "Equation: `eq-sum`",
        "equation: :eq:`eq-sum`",
        "Equation: :eq:`eq-sum` :eq:`eq-sum`",
        "Equation: :eq:`eq-sum`\n    See there.",
        "Equations:",
    ],
)
def test_a_paragraph_that_does_not_quite_name_an_equation_is_reported(book, paragraph):
    function = FUNCTION.replace("Equation: :eq:`eq-sum`", paragraph)
    mistake, missing = complaints(collect(book(function=function)))
    assert mistake.startswith("lmbook_utils/sums.py:2, lmbook_utils.sums.total: '")
    assert "is not understood; write a paragraph of its own: Equation: :eq:`eq-one`" in mistake
    assert "no function names the equation (eq-sum)" in missing


@pytest.mark.parametrize(
    "test",
    [
        TEST.replace('("eq-sum")', ""),
        TEST.replace('("eq-sum")', "()"),
        TEST.replace('"eq-sum"', "LABEL"),
        TEST.replace('"eq-sum"', 'label="eq-sum"'),
        TEST.replace('"eq-sum"', '"eq-sum", 1'),
        TEST.replace('"eq-sum"', '"eq-sum", page=1'),
        TEST.replace("def test_sum", "def check_sum"),
        TEST.replace("@pytest", "MARK = pytest"),
        'pytestmark = pytest.mark.equation("eq-sum")',
        'pytest.param(1, marks=pytest.mark.equation("eq-sum"))',
        '@pytest.mark.equation("eq-sum")\nclass TestSums:\n    pass\n',
        'def outer():\n    @pytest.mark.equation("eq-sum")\n    def test_inner():\n        pass\n',
    ],
)
def test_a_mark_that_is_no_decorator_of_a_test_with_plain_labels_is_reported(book, test):
    mistake, missing = complaints(collect(book(test=test)))
    assert mistake.startswith("tests/test_sums.py:")
    assert "pytest.mark.equation must be a decorator of a test, with labels as plain" in mistake
    assert "no test names the equation (eq-sum)" in missing


# ---------------------------------------------------------------------------------------------
# The page


@pytest.fixture
def build():
    """Build a book with Sphinx alone, as XML; return the page of the index."""

    def build(root, **theme_options):
        (root / "index.md").write_text(
            "# Index\n\n```{equation-index}\n```\n\n"
            "```{toctree}\nintro\nchapters/one\nchapters/two\n```\n"
        )
        settings = {
            "extensions": ["myst_parser", "equation_index"],
            # Named here, because Sphinx keeps what one build adds to the default for the next.
            "source_suffix": {".md": "markdown"},
            "myst_enable_extensions": ["dollarmath"],
            "html_theme_options": theme_options,
            "exclude_patterns": ["out"],
        }
        out = root / "out"
        with docutils_namespace():  # forget the directives and nodes of the builds before
            Sphinx(root, None, out, out, "xml", settings, status=None, warningiserror=True).build()
        return ElementTree.parse(out / "index.xml").getroot()

    return build


@pytest.fixture
def two_chapters(book):
    return book(
        function=FUNCTION + FUNCTION.replace("sum", "rest").replace("total", "rest"),
        test=TEST + TEST.replace("sum", "rest") + TEST.replace("test_sum", "test_again"),
        **{
            "chapters/two.md": "# 2. The second\n\n$$ a < b . $$ (eq-rest)\n",
            "_toc.yml": TOC + "- file: chapters/two\n",
        },
    )


def texts(element, path):
    return ["".join(found.itertext()) for found in element.iterfind(path)]


def test_the_page_has_each_equation_by_chapter_with_its_code_and_its_tests(build, two_chapters):
    page = build(two_chapters)
    assert texts(page, ".//section/section/title") == ["1. The first", "2. The second"]
    assert texts(page, ".//math_block") == ["a = b", "a < b"]
    first, second = page.iterfind(".//field_list")
    assert texts(first, ".//literal") == [
        "eq-sum",
        "lmbook_utils.sums.total",
        "tests/test_sums.py",
        "test_sum",
        "test_again",
    ]
    assert texts(second, ".//literal")[-3:] == [
        "lmbook_utils.sums.rest",
        "tests/test_sums.py",
        "test_rest",
    ]


def test_an_equation_on_the_page_is_a_link_to_its_place_and_nothing_else_is(build, two_chapters):
    links = [
        link.get("refuri") for link in build(two_chapters).iterfind(".//field_list//reference")
    ]
    assert [link.rpartition("#")[2] for link in links] == ["equation-eq-sum", "equation-eq-rest"]


def test_code_and_tests_are_linked_where_the_repository_is_known(build, two_chapters):
    page = build(two_chapters, repository_url="https://example.org/b", repository_branch="main")
    links = [link.get("refuri") for link in page.iterfind(".//field_list//reference")]
    place = "https://example.org/b/blob/main"
    assert links[1:4] == [
        f"{place}/lmbook_utils/sums.py#L2",
        f"{place}/tests/test_sums.py#L5",
        f"{place}/tests/test_sums.py#L17",
    ]
