"""The site as its readers have it: each page in a browser that can reach nothing but the site."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from equations import collect
from site_checks import (
    DESK,
    PHONE,
    accessibility,
    alternative_texts,
    contrast,
    dead_links,
    icons,
    markup,
    mathematics,
    overflow,
    parsed,
    proportions,
    scheme,
    visit,
    weight,
)
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).parents[2]
CHAPTERS = [f"{name}.html" for name in parse_toc_yaml(ROOT / "_toc.yml")]
PAGES = [*CHAPTERS, "search.html"]


@pytest.fixture(
    scope="module",
    # All tests of a page on one worker, so that it is opened once (pytest --dist loadgroup).
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in PAGES],
)
def visited(request, context, address):
    """Each page in turn, opened once for all tests that need it."""
    visited = visit(context, address, request.param)
    yield visited
    visited.page.close()


@pytest.fixture(scope="module")
def first_view(visited):
    """The addresses that a page has loaded before anybody has scrolled or pressed anything."""
    return frozenset(visited.requests)


@pytest.fixture
def page(context, address):
    """The first page of the book, anew for each test."""
    page = visit(context, address, "index.html").page
    yield page
    page.close()


def nothing_wrong(complaints):
    """Fail with all complaints, one a line."""
    assert not complaints, "\n".join(complaints)


def set_scheme(page, wanted):
    """Change the system's colour scheme, and wait until the theme has noticed."""
    page.emulate_media(color_scheme=wanted)
    page.wait_for_function(
        "wanted => document.documentElement.dataset.theme === wanted", arg=wanted, timeout=5_000
    )


# --- Each page ------------------------------------------------------------------------------------


def test_a_page_says_what_it_was_built_with(visited):
    line = visited.page.locator("footer .provenance").inner_text()
    assert re.match(r"Built( from commit [0-9a-f]{7,} of \d{4}-\d\d-\d\d)?, with Python 3\.", line)
    assert f"Keras {version('keras')}" in line


def test_a_page_loads_without_an_error_and_without_leaving_the_site(visited):
    nothing_wrong(visited.errors)


def test_the_first_view_of_a_page_is_within_a_megabyte(visited, first_view, site, address):
    assert any(url.endswith(".css") or ".css?" in url for url in first_view)
    nothing_wrong(weight(site, address, first_view, limit=1_000_000))


def test_mathematics_is_drawn_without_a_network(visited):
    nothing_wrong(mathematics(visited.page))


def test_no_markup_is_left_in_the_text(visited):
    nothing_wrong(markup(visited.page))


def test_each_icon_is_drawn(visited):
    assert visited.page.locator("svg.svg-inline--fa").count()
    nothing_wrong(icons(visited.page))


def test_each_picture_has_an_alternative_text(visited):
    nothing_wrong(alternative_texts(visited.page))


def test_a_page_can_be_read_by_everybody(visited):
    nothing_wrong(accessibility(visited.page))


@pytest.mark.parametrize("wanted", ["light", "dark"])
def test_the_colours_of_a_page_have_enough_contrast(visited, wanted):
    # The final colours are asked for, not those on the way to them
    visited.page.add_style_tag(content="* { transition: none !important; }")
    set_scheme(visited.page, wanted)
    try:
        nothing_wrong(contrast(visited.page))
    finally:
        set_scheme(visited.page, "light")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_page_is_not_wider_than_the_window_and_no_picture_is_stretched(visited, size):
    visited.page.set_viewport_size(size)
    try:
        nothing_wrong(overflow(visited.page) + proportions(visited.page))
    finally:
        visited.page.set_viewport_size(DESK)


@pytest.mark.parametrize("wanted", ["light", "dark"])
def test_a_page_follows_the_readers_colour_scheme(visited, wanted):
    set_scheme(visited.page, wanted)
    assert scheme(visited.page) == wanted


@pytest.mark.parametrize("name", ["index.html", *PAGES])
def test_each_link_leads_somewhere(site, name):
    nothing_wrong(dead_links(site, site / name))


@pytest.mark.parametrize("name", CHAPTERS)
def test_search_finds_a_page_by_a_word_of_its_text(context, address, site, name):
    text = parsed(site / name).select_one("article").find_all(["p", "li"])
    words = re.findall(r"\b[a-z]{6,12}\b", " ".join(tag.get_text() for tag in text))
    assert words, "the page has no text"
    page = visit(context, address, "index.html").page
    page.keyboard.press("Control+k")
    page.keyboard.type(words[0])
    page.keyboard.press("Enter")
    results = page.locator("#search-results li")
    results.filter(has=page.locator(f"a[href^='{name}']")).first.wait_for()
    page.close()


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("NGramModel", "ngram.html#lmbook_utils.ngram.NGramModel"),
        ("check_nesterov", "exercises.html#lmbook_utils.exercises.check_nesterov"),
        (
            "softmax_cross_entropy",
            "networks.html#lmbook_utils.losses.softmax_cross_entropy",
        ),
    ],
)
def test_search_finds_a_name_of_the_package(context, address, words, page):
    search = visit(context, address, f"search.html?q={words}").page
    first = search.locator("#search-results li a").first
    first.wait_for()
    assert first.get_attribute("href") == f"chapters/package/{page}"
    search.close()


def test_search_finds_a_greek_letter(context, address):
    search = visit(context, address, "search.html?q=η").page
    search.locator("#search-results li a[href^='chapters/appendix/notation.html']").first.wait_for()
    search.close()


# --- The site as a whole --------------------------------------------------------------------------


def test_each_page_has_a_title_of_its_own(site):
    titles = {name: parsed(site / name).title.get_text() for name in PAGES}
    assert len(set(titles.values())) == len(PAGES), titles


def test_signatures_of_the_package_are_readable(site):
    pages = [parsed(page) for page in site.glob("chapters/package/*.html")]
    signatures = [found.get_text() for page in pages for found in page.select("dt.sig")]
    assert len(signatures) > 400
    assert [s for s in signatures if re.search(r"~|<\w+|\._|\*args|V2", s)] == []


def test_types_of_the_package_are_types_and_readable(site):
    pages = [parsed(page) for page in site.glob("chapters/package/*.html")]
    labels = [dt for page in pages for dt in page.select("dt") if dt.get_text() == "Type:"]
    types = [label.find_next_sibling("dd").get_text().strip() for label in labels]
    assert len(types) > 50
    a_sentence, a_module = r'^"|^[A-Z]\w*,? [a-z]', r"lmbook_utils\.|collections\."
    assert [t for t in types if re.search(f"{a_sentence}|{a_module}", t)] == []


def test_no_field_of_the_package_is_described_by_its_number(site):
    texts = [page.read_text(encoding="utf-8") for page in site.glob("chapters/package/*.html")]
    assert texts
    assert not any("Alias for field number" in text for text in texts)


def test_the_book_has_mathematics(site):
    assert any(parsed(site / name).select(".math") for name in CHAPTERS)


def test_the_index_of_equations_has_each_with_its_number_its_code_and_its_tests(site):
    page = parsed(site / "chapters/appendix/equations.html").select_one("article")
    links = {a["href"].rpartition("#")[2]: a.get_text() for a in page.select("a.internal")}
    names = {code.get_text() for code in page.select("code")}
    index = collect(ROOT)
    assert index.equations
    for equation in index.equations:
        assert re.fullmatch(r"\(\d+\)", links[f"equation-{equation.label}"])
    assert {place.name for place in [*index.functions, *index.tests]} <= names


def shown_beside(page, link):
    """Ask for what a link leads to by keyboard and by mouse; return what is shown."""
    preview = page.locator("#preview")
    assert preview.is_hidden()
    link.focus()
    assert preview.is_visible()
    assert link.get_attribute("aria-describedby") == "preview"
    content = preview.locator("xpath=.")
    shown = content.inner_text(), content.inner_html()
    page.keyboard.press("Escape")
    assert preview.is_hidden()
    link.hover()
    assert preview.is_visible()
    page.mouse.move(0, 0)
    assert preview.is_hidden()
    return shown


def test_the_hints_of_an_exercise_open_one_at_a_time(context, address, site):
    name = next(name for name in CHAPTERS if parsed(site / name).select(".hint + .hint"))
    page = visit(context, address, name).page
    first = page.locator("details.hint:has(+ details.hint)").first
    second = first.locator("xpath=following-sibling::details[1]")
    assert second.is_hidden()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.locator("p").first.is_visible()
    assert second.locator("summary").is_visible()
    assert second.locator("p").first.is_hidden()
    page.close()


def test_a_link_to_an_equation_shows_it(context, address, site):
    link_to = "article a.internal[href^='#equation-']:not(details *)"  # not in a closed hint
    name = next(name for name in CHAPTERS if parsed(site / name).select(link_to))
    page = visit(context, address, name).page
    link = page.locator(link_to).first
    equation = page.locator(f"[id='{link.get_attribute('href')[1:]}'] mjx-container svg").first
    assert equation.inner_html() in shown_beside(page, link)[1]
    page.close()


@pytest.mark.parametrize("kind", ["a.glossary-term", ".bibtex-citation a.internal"])
def test_a_link_to_a_term_or_a_reference_shows_it(context, address, kind):
    page = visit(context, address, CHAPTERS[1]).page
    link = page.locator(f"article {kind}:not(details *)").first
    definition = link.get_attribute("data-preview")
    assert len(definition) > 20
    assert shown_beside(page, link)[0].split() == definition.split()
    assert not link.get_attribute("title")  # the browser would show it as well
    page.close()


def test_the_switch_changes_the_colour_scheme_and_the_next_page_keeps_it(page, address):
    seen = [scheme(page)]
    for _ in range(3):
        page.locator("button.theme-switch-button").first.click()
        seen.append(scheme(page))
    assert set(seen) == {"light", "dark"}
    while scheme(page) == "light":
        page.locator("button.theme-switch-button").first.click()
    page.goto(f"{address}/{CHAPTERS[-1]}")
    assert scheme(page) == "dark"


def test_the_menu_opens_on_a_phone_and_leads_to_a_chapter(page):
    page.set_viewport_size(PHONE)
    page.locator("button.primary-toggle").click()
    link = page.locator(".bd-links a.reference.internal").last
    link.click()
    page.wait_for_url(f"**/{CHAPTERS[-1]}")


def test_a_page_opened_from_disk_has_its_mathematics(context, site):
    with_mathematics = [name for name in CHAPTERS if parsed(site / name).select(".math")]
    visited = visit(context, site.as_uri(), with_mathematics[0])
    nothing_wrong(visited.errors)
    nothing_wrong(mathematics(visited.page))
    visited.page.close()
