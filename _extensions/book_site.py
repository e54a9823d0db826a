"""What the book's site needs beyond Jupyter Book: everything local, and repository buttons.

MathJax comes from the package sphinx-mathjax-offline. Its SVG output is used because it needs
scripts only: some browsers refuse to load a font into a page that was opened from disk.
"""

import html
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from lmbook_utils import reproducibility


def repository_url() -> str:
    """Return the repository's web address, or "" where it is unknown.

    ``LMBOOK_REPOSITORY_URL`` names it; on GitHub's own runners it is known without that.
    """
    url = os.environ.get("LMBOOK_REPOSITORY_URL", "")
    if not url and "GITHUB_REPOSITORY" in os.environ:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        url = f"{server}/{os.environ['GITHUB_REPOSITORY']}"
    return url.strip().rstrip("/")


def add_repository_buttons(app: Sphinx, config: Config) -> None:
    """Show the links to the repository, Colab and Binder if there is a repository to link to."""
    url = repository_url()
    if not url:
        return
    config.html_theme_options.update(
        repository_url=url,
        repository_branch=os.environ.get("LMBOOK_REPOSITORY_BRANCH", "main"),
        path_to_docs="",
        use_repository_button=True,
        use_edit_page_button=True,
        use_issues_button=True,
        launch_buttons={
            "notebook_interface": "jupyterlab",
            "colab_url": "https://colab.research.google.com",
            "binderhub_url": "https://mybinder.org",
        },
    )


# Whose versions the numbers on a page depend on most, as a reader would write them.
SHOWN_VERSIONS = {
    "python": "Python",
    "tensorflow": "TensorFlow",
    "tensorflow-cpu": "TensorFlow",
    "keras": "Keras",
    "numpy": "NumPy",
    "nltk": "NLTK",
    "gensim": "Gensim",
}


def commit(folder: Path) -> str:
    """Return hash and date of the checkout's commit, or "" where this is not git's checkout."""
    command = ["git", "log", "-1", "--format=%h of %cs"]
    try:
        found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()


def provenance(folder: Path) -> str:
    """Return the footer's line on the state of the book that a page shows."""
    found = reproducibility.versions()
    versions = [f"{name} {found[key]}" for key, name in SHOWN_VERSIONS.items() if key in found]
    state = commit(folder)
    built = f"Built from commit {state}" if state else "Built"
    return (
        f'<p class="provenance">{html.escape(built)}, with {html.escape(", ".join(versions))}. '
        "The tests of that commit compute each output anew.</p>"
    )


def add_provenance(app: Sphinx, config: Config) -> None:
    """Say at the foot of each page what its outputs were made with."""
    options = config.html_theme_options
    options["extra_footer"] = options.get("extra_footer", "") + provenance(Path(app.confdir))


# What the pages' HTML says wrongly to a screen reader, and what it should say.
MENDED = {
    # A name that is not the words which are seen, as in "Show code cell content".
    ' aria-label="Toggle hidden content"': "",
    # The items of a list of references; the role that docutils gives them has been withdrawn.
    'role="doc-biblioentry"': 'role="listitem"',
}


def mend_accessibility(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Put right what tools that read a page aloud would stumble over."""
    for wrong, right in MENDED.items():
        context["body"] = context.get("body", "").replace(wrong, right)


# What the playground needs, in a folder of its own: Jupyter Book loads all of _static on each page.
PLAYGROUND = "playground"


def add_playground(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Load the playground's script on the pages that have one, and on no other."""
    if "<lm-playground" in context.get("body", ""):
        app.add_js_file(f"{PLAYGROUND}/lm-playground.js", loading_method="defer")


def copy_playground(app: Sphinx, error: Exception | None) -> None:
    """Put the playground's script and model beside the pages."""
    if not error and app.builder.format == "html":
        source = Path(app.confdir) / f"_{PLAYGROUND}"
        shutil.copytree(source, Path(app.outdir) / "_static" / PLAYGROUND, dirs_exist_ok=True)


# The parts of MathJax that the pages use. Its ready-made bundles carry a menu and more.
MATHJAX_PARTS = (
    "startup.js",
    "core.js",
    "input/tex-full.js",
    "output/svg.js",
    "output/svg/fonts/tex.js",
    "a11y/assistive-mml.js",
)


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Put what the pages load of MathJax beside them."""
    if error or app.builder.format != "html":
        return
    package = find_spec("sphinx-mathjax-offline")
    if package is None or package.origin is None:
        raise ExtensionError("sphinx-mathjax-offline is missing: pip install -r requirements.txt")
    source = Path(package.origin).parent / "static" / "mathjax"
    target = (Path(app.outdir) / "_static" / app.config.mathjax_path).parent
    for part in MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / part, target / part)


def copy_landing_page(app: Sphinx, error: Exception | None) -> None:
    """Make the first page the site's index too, in place of a redirection."""
    if not error and app.builder.name == "html":
        folder = Path(app.outdir)
        shutil.copyfile(folder / f"{app.config.root_doc}.html", folder / "index.html")


def setup(app: Sphinx) -> dict[str, bool]:
    # Before the theme, which reads its options at the same event.
    app.connect("config-inited", add_repository_buttons, priority=100)
    app.connect("config-inited", add_provenance, priority=100)
    app.connect("html-page-context", mend_accessibility)
    app.connect("html-page-context", add_playground)
    app.connect("build-finished", copy_playground)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", copy_landing_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
