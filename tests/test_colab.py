"""The built notebooks on Colab: their first cell installs the package, and nothing elsewhere."""

import json
import sys
from types import ModuleType, SimpleNamespace

import colab
import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

ADDRESS = "https://github.com/someone/book"


@pytest.fixture
def notebook():
    cells = [nbformat.v4.new_markdown_cell("# 語"), nbformat.v4.new_code_cell("print(1)")]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


def test_the_first_cell_is_added_once_and_all_else_stays(notebook):
    changed = colab.with_install_cell(notebook, ADDRESS)
    assert colab.with_install_cell(changed, ADDRESS) == changed
    content = nbformat.reads(changed, as_version=4)
    nbformat.validate(content)
    assert content.cells[1:] == nbformat.reads(notebook, as_version=4).cells
    assert json.loads(changed)["cells"][0]["id"] == "install-on-colab"


@pytest.mark.parametrize("on_colab", [True, False])
def test_the_cell_installs_on_colab_only(notebook, monkeypatch, on_colab):
    if on_colab:
        monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    cell = nbformat.reads(colab.with_install_cell(notebook, ADDRESS), as_version=4).cells[0]
    ran = []
    shell = SimpleNamespace(run_line_magic=lambda *command: ran.append(command))
    code = TransformerManager().transform_cell(cell.source)
    exec(code, {"get_ipython": lambda: shell})
    assert ran == ([("pip", f"install --quiet git+{ADDRESS}")] if on_colab else [])


def test_the_button_leads_to_the_branch_with_these_notebooks():
    url = "https://colab.research.google.com/github/someone/book/blob/{}/chapters/01.ipynb"
    buttons = [{"text": "Binder", "url": "b"}, {"text": "Colab", "url": url.format("main")}]
    app = SimpleNamespace(config=SimpleNamespace(html_theme_options={"repository_branch": "main"}))
    context = {"header_buttons": [{"type": "link"}, {"type": "group", "buttons": buttons}]}
    colab.lead_to_branch(app, "chapters/01", "page.html", context, None)
    assert [button["url"] for button in buttons] == ["b", url.format("colab")]
