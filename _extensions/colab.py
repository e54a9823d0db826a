"""Makes the built notebooks ready for Colab: their first cell installs the book's package.

They lie in the site's ``_sources``. The workflow that publishes the site also puts them into a
branch of the repository, because Colab opens notebooks from branches, and the launch button leads
there. Without a repository's address there is no button, and the notebooks stay as they are.
"""

import json
from pathlib import Path
from typing import Any

import nbformat
from book_site import repository_url
from sphinx.application import Sphinx

BRANCH = "colab"
INSTALL = """\
# On Colab, this installs the book's package. Elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    %pip install --quiet git+{address}"""


def with_install_cell(notebook: str, address: str) -> str:
    """Return a notebook's text with the installation as its first cell."""
    content = nbformat.reads(notebook, as_version=4)
    cell = nbformat.v4.new_code_cell(INSTALL.format(address=address), id="install-on-colab")
    if content.cells[0].get("id") != cell.id:
        content.cells.insert(0, cell)
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def add_install_cells(app: Sphinx, error: Exception | None) -> None:
    """Put the installation into all notebooks of the built site."""
    if error or app.builder.name != "html" or not repository_url():
        return
    for file in Path(app.outdir, "_sources").rglob("*.ipynb"):
        text = file.read_text(encoding="utf-8")
        file.write_text(with_install_cell(text, repository_url()), encoding="utf-8")


def lead_to_branch(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Let the launch button open the notebook that has the installation."""
    own = f"/blob/{app.config.html_theme_options.get('repository_branch', '')}/"
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button.get("text") == "Colab":
                button["url"] = button["url"].replace(own, f"/blob/{BRANCH}/", 1)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", lead_to_branch, priority=900)  # after the theme's buttons
    app.connect("build-finished", add_install_cells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
