"""The built site, a browser and a server for the tests of the site.

    pytest tests/site --site=FOLDER          (by default the site that `make book` built)

Without a browser its tests are skipped, and say so; where ``CI`` is set, they fail.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from site_checks import DESK, launch_browser, serve

ROOT = Path(__file__).parents[2]
NO_BROWSER = (
    "no Chromium, Chrome or Edge was found, so the pages were NOT checked in a browser "
    "(install one, for example with: apt install chromium)"
)


def pytest_addoption(parser):
    parser.addoption("--site", type=Path, help="the folder of the built site")


@pytest.fixture(scope="session")
def site(pytestconfig):
    """The folder of the built site."""
    # The option is unknown where pytest did not start with this folder.
    folder = pytestconfig.getoption("--site", None) or ROOT / "_build" / "html"
    if not (folder / "index.html").is_file():
        pytest.fail(f"there is no site in {folder}: run `make book` first", pytrace=False)
    return folder.resolve()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = launch_browser(playwright)
        if browser is None:
            give_up = pytest.fail if os.environ.get("CI") else pytest.skip
            give_up(NO_BROWSER)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(site):
    with serve(site) as address:
        yield address


@pytest.fixture(scope="module")
def context(browser):
    """A reader's browser, which remembers nothing of earlier modules."""
    context = browser.new_context(viewport=DESK, color_scheme="light")
    yield context
    context.close()
