"""The directive ``equation-index``: each equation with its functions and tests, by chapter.

The content is collected from the book's sources when the site is built; see ``equations.py``.
Code is linked to the repository where its address is known.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from docutils import nodes
from equations import Equation, Index, Reference, collect
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class EquationIndex(SphinxDirective):
    """A section for each chapter that has labelled equations."""

    def run(self) -> list[nodes.Node]:
        index = collect(Path(self.env.srcdir))
        return [
            self.section(page, list(equations), index)
            for page, equations in groupby(index.equations, key=lambda equation: equation.page)
        ]

    def section(self, page: str, equations: list[Equation], index: Index) -> nodes.section:
        section = nodes.section(ids=[nodes.make_id(f"equations-of-{page}")])
        section += nodes.title(text=equations[0].title)
        for equation in equations:
            section += self.formula(equation)
            section += nodes.field_list(
                "",
                field("Equation", self.number(equation)),
                field("Code", self.code(equation, index.functions)),
                field("Tests", self.tests(equation, index.tests)),
            )
        return section

    def formula(self, equation: Equation) -> nodes.math_block:
        """Show the equation again; a comma or a full stop belongs to the chapter's sentence."""
        tex = equation.tex.rstrip(".,; \n")
        options = {"docname": self.env.docname, "label": None, "number": None, "nowrap": False}
        return nodes.math_block(tex, tex, **options)

    def number(self, equation: Equation) -> nodes.line_block:
        """Return the label, behind what Sphinx turns into a number linked to the equation."""
        reference = pending_xref(
            refdomain="math",
            reftype="eq",
            reftarget=equation.label,
            refdoc=self.env.docname,
            refwarn=True,
        )
        reference += nodes.inline(text=equation.label)
        return lines([[reference, nodes.Text(" "), nodes.literal(text=equation.label)]])

    def code(self, equation: Equation, functions: Iterable[Reference]) -> nodes.line_block:
        return lines([self.link(f)] for f in functions if f.label == equation.label)

    def tests(self, equation: Equation, tests: Iterable[Reference]) -> nodes.line_block:
        """Return the names of the tests, indented below those of their files."""
        block = nodes.line_block()
        found = (test for test in tests if test.label == equation.label)
        for path, group in groupby(found, key=lambda test: test.path):
            block += nodes.line("", "", nodes.literal(text=path))
            block += lines([self.link(test)] for test in group)
        return block

    def link(self, place: Reference) -> nodes.Node:
        """Return the name of a function or a test, linked to the repository if there is one."""
        code = nodes.literal(text=place.name)
        options = self.config.html_theme_options
        if not options.get("repository_url"):
            return code
        repository = f"{options['repository_url']}/blob/{options['repository_branch']}"
        address = f"{repository}/{place.path}#L{place.line}"
        return nodes.reference("", "", code, refuri=address, internal=False)


def lines(contents: Iterable[list[nodes.Node]]) -> nodes.line_block:
    return nodes.line_block("", *(nodes.line("", "", *content) for content in contents))


def field(name: str, body: nodes.Node) -> nodes.field:
    return nodes.field("", nodes.field_name(text=name), nodes.field_body("", body))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("equation-index", EquationIndex)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
