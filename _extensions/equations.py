"""Which equation of the book is computed by which function, and tested by which test.

Each of the three says it for itself, and here it is collected from their sources; no module and no
test is imported:

- an equation that the package implements carries a label, and no other equation does:
  ``$$ … $$ (eq-perplexity)``;
- the docstring of what computes it has a paragraph ``Equation: :eq:`eq-perplexity```;
- a test of that has the decorator ``@pytest.mark.equation("eq-perplexity")``.

The page "Equations, functions and tests" shows what was found (``equation_index.py``), and
``tests/test_equations.py`` fails on each of the :func:`complaints`.
"""

import ast
import difflib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from sphinx_external_toc.parsing import parse_toc_yaml

PACKAGE = "lmbook_utils"
MARK = "pytest.mark.equation"
LABEL = re.compile(r"eq(-[a-z0-9]+)+")

# A paragraph of a docstring that says, or tries to say, which equations are implemented.
PARAGRAPH = re.compile(r"equations?:", re.IGNORECASE)
GOOD_PARAGRAPH = re.compile(r"Equations?: :eq:`[^`]+`((,| and) :eq:`[^`]+`)*\.?")

DIRECTIVE = re.compile(r"\{([\w:-]+)\}")
OPTION = re.compile(r"^:(\w+):[ \t]*(.*)\n?", re.MULTILINE)
NOT_MARKDOWN = {"code", "code-block", "literalinclude", "raw", "eval-rst"}


class Equation(NamedTuple):
    """An equation with a label: the page's name in the table of contents and its title, the TeX."""

    label: str
    page: str
    title: str
    tex: str


class Reference(NamedTuple):
    """A function, class, module or test that names an equation, and where it is."""

    label: str
    name: str
    path: str
    line: int


class Index(NamedTuple):
    """All that was found in a book, and what was written in a way that cannot be understood."""

    equations: list[Equation]
    functions: list[Reference]
    tests: list[Reference]
    mistakes: list[str]


def collect(root: Path) -> Index:
    """Read the pages of the table of contents, the package and the tests of a book."""
    index = Index([], [], [], [])
    parser = markdown_parser(root)
    for page in parse_toc_yaml(root / "_toc.yml"):
        index.equations.extend(equations_of(root, page, parser))
    for path, tree in sources(root, PACKAGE):
        for name, node in definitions(tree, dotted_name(path)):
            labels, mistakes = labels_of_docstring(ast.get_docstring(node) or "")
            line = getattr(node, "lineno", 1)
            index.functions.extend(Reference(label, name, path, line) for label in labels)
            index.mistakes.extend(f"{path}:{line}, {name}: {text}" for text in mistakes)
    for path, tree in sources(root, "tests"):
        tests, mistakes = marked_tests(path, tree)
        index.tests.extend(tests)
        index.mistakes.extend(mistakes)
    return index


# --- Equations ------------------------------------------------------------------------------------


def markdown_parser(root: Path) -> MarkdownIt:
    """Return the parser that reads the book's pages, with the extensions that the book uses."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    extensions = set(config["parse"]["myst_enable_extensions"])
    return create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)


def equations_of(root: Path, page: str, parser: MarkdownIt) -> list[Equation]:
    """Return the equations of a page that carry a label."""
    tokens = [token for text in markdown_of(root, page) for token in parser.parse(text)]
    return [Equation(label, page, title_of(tokens), tex) for label, tex in labelled(tokens, parser)]


def markdown_of(root: Path, page: str) -> list[str]:
    """Return the texts of a notebook's Markdown cells, or the one text of a Markdown file."""
    notebook = root / f"{page}.ipynb"
    if not notebook.is_file():
        return [(root / f"{page}.md").read_text(encoding="utf-8")]
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


def title_of(tokens: list[Token]) -> str:
    """Return the text of the first heading."""
    heading = [token.type for token in tokens].index("heading_open")
    return "".join(part.content for part in tokens[heading + 1].children or [])


def labelled(tokens: Iterable[Token], parser: MarkdownIt) -> Iterator[tuple[str, str]]:
    """Give the label and the TeX of each labelled equation, those inside of directives too."""
    for token in tokens:
        directive = DIRECTIVE.match(token.info) if token.type.endswith("fence") else None
        if token.type == "math_block_label":
            yield token.info, token.content.strip()
        elif directive and directive[1] == "math":
            if label := dict(OPTION.findall(token.content)).get("label"):
                yield label, OPTION.sub("", token.content).strip()
        elif directive and directive[1] not in NOT_MARKDOWN:
            yield from labelled(parser.parse(token.content), parser)


# --- Functions and tests --------------------------------------------------------------------------

Definition = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def sources(root: Path, folder: str) -> Iterator[tuple[str, ast.Module]]:
    """Give the path and the syntax tree of each Python file in a folder."""
    for path in sorted((root / folder).rglob("*.py")):
        yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def dotted_name(path: str) -> str:
    """Return the name under which a module is imported."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def definitions(node: Definition, name: str) -> Iterator[tuple[str, Definition]]:
    """Give a module or a class and all that it defines, each with its full name."""
    yield name, node
    if isinstance(node, ast.Module | ast.ClassDef):
        for member in node.body:
            if isinstance(member, Definition):
                yield from definitions(member, f"{name}.{member.name}")


def labels_of_docstring(docstring: str) -> tuple[list[str], list[str]]:
    """Return the labels in the paragraphs that name equations, and what is wrong with those."""
    labels, mistakes = [], []
    for paragraph in re.split(r"\n\s*\n", docstring):
        text = " ".join(paragraph.split())
        if GOOD_PARAGRAPH.fullmatch(text):
            labels += re.findall(r"`(.+?)`", text)
        elif PARAGRAPH.match(text):
            mistakes.append(
                f"{text!r} is not understood; write a paragraph of its own: "
                "Equation: :eq:`eq-one`, or Equations: :eq:`eq-one`, :eq:`eq-two`"
            )
    return labels, mistakes


def marked_tests(path: str, tree: ast.Module) -> tuple[list[Reference], list[str]]:
    """Return the tests that name equations, and what is wrong with other uses of the mark."""
    tests, understood = [], set()
    for name, node in definitions(tree, path):
        for decorator in getattr(node, "decorator_list", []):
            labels = labels_of_mark(decorator)
            if labels and getattr(node, "name", "").startswith("test"):
                understood.add(decorator.func)
                test = name.removeprefix(f"{path}.").replace(".", "::")
                tests += [Reference(label, test, path, node.lineno) for label in labels]
    mistakes = [
        f"{path}:{node.lineno}: {MARK} must be a decorator of a test, with labels as plain "
        f'strings: @{MARK}("eq-one"), or @{MARK}("eq-one", "eq-two")'
        for node in ast.walk(tree)
        if is_mark(node) and node not in understood
    ]
    return tests, mistakes


def is_mark(node: ast.AST) -> bool:
    """Tell whether a part of a syntax tree is ``pytest.mark.equation``."""
    return isinstance(node, ast.Attribute) and ast.unparse(node) == MARK


def labels_of_mark(decorator: ast.expr) -> list[str]:
    """Return the labels in a decorator, none if it is another one or is badly written."""
    if not isinstance(decorator, ast.Call) or not is_mark(decorator.func) or decorator.keywords:
        return []
    labels = [getattr(argument, "value", None) for argument in decorator.args]
    return labels if all(isinstance(label, str) for label in labels) else []


# --- What is wrong --------------------------------------------------------------------------------


def complaints(index: Index) -> list[str]:
    """Say what is missing, and what has to be written where; nothing if all is well."""
    return [
        *index.mistakes,
        *bad_labels(index.equations),
        *without_partner(index),
        *unknown_labels(index),
    ]


def bad_labels(equations: list[Equation]) -> Iterator[str]:
    """Complain of labels of another form, and of those that are there twice."""
    pages = defaultdict(list)
    for equation in equations:
        pages[equation.label].append(equation.page)
    for label, where in pages.items():
        if not LABEL.fullmatch(label):
            yield (
                f"{where[0]}: the label ({label}) of an equation must look like "
                "(eq-cross-entropy), with small letters, digits and hyphens; an equation that the "
                "package does not implement has no label"
            )
        if len(where) > 1:
            yield (
                f"{' and '.join(where)}: the label ({label}) is there {len(where)} times; rename "
                f"one, or take it off and refer to the other with {{eq}}`{label}`"
            )


def without_partner(index: Index) -> Iterator[str]:
    """Complain of equations that no function and those that no test names."""
    functions = {function.label for function in index.functions}
    tests = {test.label for test in index.tests}
    for label, page in {equation.label: equation.page for equation in index.equations}.items():
        if label not in functions:
            yield (
                f"{page}: no function names the equation ({label}); write the paragraph "
                f"'Equation: :eq:`{label}`' into the docstring of what computes it in {PACKAGE}, "
                "or take the label off if nothing does"
            )
        if label not in tests:
            yield (
                f"{page}: no test names the equation ({label}); put "
                f'@{MARK}("{label}") above the test that checks it'
            )


def unknown_labels(index: Index) -> Iterator[str]:
    """Complain of functions and tests that name an equation which no page has."""
    known = {equation.label for equation in index.equations}
    for label, name, path, line in [*index.functions, *index.tests]:
        if label not in known:
            similar = difflib.get_close_matches(label, known, n=1)
            hint = f" (did you mean {similar[0]}?)" if similar else ""
            yield (
                f"{path}:{line}, {name}: no page has an equation ({label}){hint}; correct the "
                f"name, or label the equation in its chapter: $$ … $$ ({label})"
            )
