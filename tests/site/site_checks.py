"""What is asked of each page of the site. Every check returns complaints, none if all is well.

``test_site.py`` asks it of the book's pages; ``test_site_checks.py`` shows that each check bites.
"""

import functools
import gzip
import http.server
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, Request

FLAGS = [
    # No host but this machine has an address. (Playwright's own way of refusing requests would
    # switch the cache off, and every page would load MathJax anew.)
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-proxy-server",
    # Chromium's sandbox does not work for root, which many containers run as.
    "--no-sandbox",
    "--disable-gpu",
    # The browser does not call home, which would be a request of its own.
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
TIMEOUT = 30_000  # milliseconds, for a slow machine; a page takes about half a second
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}


# --- A browser, a server, a page ------------------------------------------------------------------


def launch_browser(playwright: Playwright) -> Browser | None:
    """Start a Chromium, Chrome or Edge that is installed; None where there is none."""
    ways = [{"executable_path": path} for name in BROWSERS if (path := shutil.which(name))]
    ways += [{}, {"channel": "chrome"}, {"channel": "msedge"}]  # Playwright's own; usual places
    for way in ways:
        try:
            return playwright.chromium.launch(args=FLAGS, **way)
        except Error:
            continue  # it is not there, or it is only a stub
    return None


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, *_):
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; give the address."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass
class Visit:
    """A page that was opened, and what went wrong meanwhile."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: set[str] = field(default_factory=set)


def visit(context: BrowserContext, base: str, path: str) -> Visit:
    """Open a page and wait until its mathematics is set; report what is not below ``base``."""
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    visited = Visit(page)
    complain = visited.errors.append

    def check_host(request: Request) -> None:
        visited.requests.add(request.url)
        if not request.url.startswith((f"{base}/", "data:", "blob:")):
            complain(f"foreign request: {request.url}")

    page.on("request", check_host)
    page.on("pageerror", lambda error: complain(f"script error: {error}"))
    page.on("requestfailed", lambda request: complain(f"request failed: {request.url}"))
    page.on("response", lambda r: r.status >= 400 and complain(f"status {r.status}: {r.url}"))
    page.on(
        "console",
        lambda message: (
            message.type in ("error", "warning")
            and complain(f"console {message.type}: {message.text}")
        ),
    )
    page.goto(f"{base}/{path}", wait_until="load")
    page.evaluate("async () => { await window.MathJax?.startup?.promise; }")
    return visited


# --- Checks in the browser ------------------------------------------------------------------------


def mathematics(page: Page) -> list[str]:
    """All mathematics is drawn, and MathJax met nothing in it that it does not know."""
    return page.evaluate(
        r"""() => {
            const complaints = [];
            for (const math of document.querySelectorAll(".math")) {
                const drawing = math.querySelector("mjx-container > svg");
                const box = drawing?.getBoundingClientRect();
                // In a closed box the drawing has no place on the page, but it has a width.
                const hidden = drawing?.checkVisibility() === false;
                if (!drawing || !(parseFloat(drawing.getAttribute("width")) > 0))
                    complaints.push(`not drawn: ${math.textContent.trim()}`);
                else if (!hidden && !(box.width > 0 && box.height > 0))
                    complaints.push(`drawn without a size: ${math.textContent.trim()}`);
            }
            const unknown = "[data-mjx-error], [data-mml-node='merror'], mjx-merror, "
                + "mjx-assistive-mml mtext[mathcolor='red']";
            for (const error of document.querySelectorAll(unknown))
                complaints.push(`MathJax: ${error.dataset.mjxError ?? error.textContent}`);
            return complaints;
        }"""
    )


def markup(page: Page) -> list[str]:
    """No TeX and no Markdown is left in the text, as it is where something was not understood."""
    return page.evaluate(
        r"""() => {
            const tex = /\$\$|\\\(|\\\[|\\begin\{/;
            const markdown = /\]\(|\*\*|```|:::|\{[\w:-]+\}`|^\s*\|.*\|.*\|/m;
            const elsewhere = "pre, code, .sig, script, style, template, mjx-container";
            const complaints = [];
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const { parentElement, data } = texts.currentNode;
                if (parentElement.closest(elsewhere)) continue;
                if (tex.test(data)) complaints.push(`TeX is left: ${data.trim()}`);
                if (markdown.test(data)) complaints.push(`Markdown is left: ${data.trim()}`);
            }
            return complaints;
        }"""
    )


def overflow(page: Page) -> list[str]:
    """The page is not wider than the window, and only what scrolls in a box of its own is cut."""
    return page.evaluate(
        """() => {
            const root = document.documentElement;
            const excess = root.scrollWidth - root.clientWidth;
            const boxes = element => element.parentElement
                ? [element.parentElement, ...boxes(element.parentElement)] : [];
            const scrolls = box =>
                box !== document.body && /auto|scroll/.test(getComputedStyle(box).overflowX);
            const sidebars = ".bd-sidebar-primary, .bd-sidebar-secondary";  // a phone's menus
            const wide = [...document.querySelectorAll("body *")]
                .filter(element => element.getBoundingClientRect().right > root.clientWidth + 1)
                .filter(element => !element.closest(sidebars))
                .filter(element => excess > 0 || !boxes(element).some(scrolls))
                .slice(-3)
                .map(element => element.outerHTML.slice(0, 80));
            if (excess > 0)
                return [`${excess} px wider than the window, perhaps: ${wide.join(" … ")}`];
            return wide.length ? [`cut off at the window's edge: ${wide.join(" … ")}`] : [];
        }"""
    )


def alternative_texts(page: Page) -> list[str]:
    """Each picture says in words what it shows (outside the text it may be a mere ornament)."""
    return page.evaluate(
        r"""() => [...document.querySelectorAll("img")]
            .filter(image => {
                const text = image.getAttribute("alt");
                const ornament = text === "" && !image.closest("article");
                return !ornament && (!text?.trim() || /\.(png|svg|jpe?g)$/.test(text));
            })
            .map(image => `without alternative text: ${image.src}`)"""
    )


def proportions(page: Page) -> list[str]:
    """No picture is stretched: its place has the proportions that it says."""
    return page.evaluate(
        """() => [...document.querySelectorAll("article img[width][height]")]
            .filter(image => {
                const style = getComputedStyle(image);
                const width = image.clientWidth - 2 * parseFloat(style.paddingLeft);
                const height = image.clientHeight - 2 * parseFloat(style.paddingTop);
                const said = image.getAttribute("width") / image.getAttribute("height");
                return height > 0 && Math.abs(width / height / said - 1) > 0.02;
            })
            .map(image => `${image.clientWidth} × ${image.clientHeight}: ${image.src}`)"""
    )


def icons(page: Page) -> list[str]:
    """Each icon is drawn, and with its own shape: not with the sign for one that is missing."""
    page.wait_for_function("() => !document.querySelector(\"i[class*='fa-']\")")
    return page.evaluate(
        """() => [...document.querySelectorAll("svg.svg-inline--fa")]
            .filter(icon => !icon.querySelector(":scope > path")?.getAttribute("d"))
            .map(icon => `no shape: ${icon.outerHTML.slice(0, 100)}`)"""
    )


def axe(page: Page, options: dict, context: dict | None = None) -> list[str]:
    """Return what axe-core finds against a page, or against a part of it."""
    options = {"resultTypes": ["violations"], **options}
    found = Axe().run(page, context=context, options=options).response["violations"]
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:100]}"
        for violation in found
        for node in violation["nodes"]
    ]


def accessibility(page: Page) -> list[str]:
    """What axe-core finds against a page, by all its rules but that of :func:`contrast`."""
    return axe(page, {"rules": {"color-contrast": {"enabled": False}}})


def contrast(page: Page) -> list[str]:
    """Text and links stand out from what is behind and around them, in the colours of now.

    A long page has six thousand pieces of text and some forty looks. Axe-core measures one piece of
    each look; all pieces would take it most of the time of all its rules. A look is the font, its
    colours, and the colours of everything around it.
    """
    page.evaluate(
        """() => {
            const looks = new Map();
            const lookAround = element => {
                if (!element) return "";
                if (!looks.has(element)) {
                    const style = getComputedStyle(element);
                    const ground = [style.backgroundColor, style.backgroundImage, style.opacity,
                        style.filter].join();
                    const around = lookAround(element.parentElement);
                    const look = `${ground} ${style.color};`;
                    // A box that one sees through, with the same letters, leaves the look as it is.
                    const same = ground === "rgba(0, 0, 0, 0),none,1,none"
                        && around.endsWith(` ${style.color};`);
                    looks.set(element, same ? around : around + look);
                }
                return looks.get(element);
            };
            const unseen = "mjx-assistive-mml, .visually-hidden";  // for screen readers
            const hasText = element => !element.closest(unseen)
                && (element.matches("input, select, textarea")
                    || [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
            const seen = new Set();
            for (const element of document.body.querySelectorAll("*")) {
                delete element.dataset.sample;
                if (!hasText(element) || !element.checkVisibility()) continue;
                const style = getComputedStyle(element);
                const look = [lookAround(element), style.fontSize, style.fontWeight,
                    style.textShadow, style.textDecorationLine, element.tagName === "A"].join();
                if (!seen.has(look)) element.dataset.sample = "";
                seen.add(look);
            }
        }"""
    )
    rules = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    return axe(page, {"runOnly": rules}, {"include": [["[data-sample]"]]})


def scheme(page: Page) -> str:
    """Return "dark" if the text is lighter than the ground, else "light"."""
    return page.evaluate(
        r"""() => {
            const lightness = colour => colour.match(/[\d.]+/g).slice(0, 3)
                .reduce((sum, part) => sum + Number(part), 0);
            const style = getComputedStyle(document.body);
            const dark = lightness(style.color) > lightness(style.backgroundColor);
            return dark ? "dark" : "light";
        }"""
    )


@functools.cache
def compressed_size(file: Path) -> int:
    """Return the bytes of a file as a server sends it."""
    return len(gzip.compress(file.read_bytes()))


def weight(site: Path, base: str, requests: set[str], limit: int) -> list[str]:
    """What a page has loaded from the site is within a limit, in bytes and compressed."""
    paths = {unquote(urlsplit(url).path) for url in requests if url.startswith(base)}
    sizes = {path: compressed_size(site / path.lstrip("/")) for path in paths}
    heaviest = sorted(sizes, key=sizes.get, reverse=True)[:5]
    if (total := sum(sizes.values())) <= limit:
        return []
    return [f"{total} bytes, above all: {', '.join(f'{p}: {sizes[p]}' for p in heaviest)}"]


# --- Checks of the files --------------------------------------------------------------------------


@functools.cache
def parsed(file: Path) -> BeautifulSoup:
    """Return the content of an HTML file."""
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


@functools.cache
def anchors(file: Path) -> set[str]:
    """Return the names of all places in a page that a link can lead to."""
    return {tag["id"] for tag in parsed(file).find_all(id=True)}


def dead_links(site: Path, file: Path) -> list[str]:
    """Each link to this site leads to a file that exists, and to a place in it that exists."""
    complaints = []
    for tag in parsed(file).find_all(lambda tag: tag.has_attr("href") or tag.has_attr("src")):
        link = tag.get("href") or tag.get("src") or ""
        address, fragment = urldefrag(link)
        if urlsplit(link).scheme:
            continue
        path = unquote(urlsplit(address).path)
        target = (file.parent / path).resolve() if path else file.resolve()
        if target.is_dir():
            target /= "index.html"
        if not target.is_file() or not target.is_relative_to(site.resolve()):
            complaints.append(f"no such file: {link}")
        elif fragment and target.suffix == ".html" and unquote(fragment) not in anchors(target):
            complaints.append(f"no such place: {link}")
    return complaints
