"""The checks of the site complain about a bad page, and only about a bad one."""

import random

import pytest
import site_checks

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
DRAWN = '<span class="math"><mjx-container><svg width="2ex" height="2ex"></svg></mjx-container>'

GOOD = f"""
    <img src="{PIXEL}" alt="">
    <article id="text">
      <p>A price of $5 | £4, f(x)[0] (see [2003]).</p>
      <p>A word, <code>$$ and \\(x\\)</code> as code, {DRAWN}</span>.</p>
      <img src="{PIXEL}" alt="A black point">
      <div style="overflow-x: auto"><div style="width: 2000px">wide</div></div>
      <a href="#text">here</a> <a href="index.html#text">there</a> <a href="?q=1">anew</a>
      <a href="https://example.org/">elsewhere</a> <a href="mailto:a@example.org">a letter</a>
    </article>"""


@pytest.fixture
def open_page(tmp_path, context):
    """Return a function that serves a page with the given body, and opens it."""
    with site_checks.serve(tmp_path) as address:

        def open_page(body):
            head = '<!DOCTYPE html><html><head><link rel="icon" href="data:,"></head>'
            (tmp_path / "index.html").write_text(f"{head}<body>{body}</body></html>")
            return site_checks.visit(context, address, "index.html")

        yield open_page


def links_of(tmp_path, body):
    file = tmp_path / "index.html"
    file.write_text(body)
    (tmp_path / "other.html").write_text("<p id='place'>")
    return site_checks.dead_links(tmp_path, file)


def test_a_good_page_is_not_complained_about(open_page, tmp_path):
    visited = open_page(GOOD)
    visited.page.set_viewport_size(site_checks.PHONE)
    assert visited.errors == []
    assert site_checks.mathematics(visited.page) == []
    assert site_checks.markup(visited.page) == []
    assert site_checks.overflow(visited.page) == []
    assert site_checks.alternative_texts(visited.page) == []
    assert links_of(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<button></button>", "button-name"),
        ('<div aria-labelledby="x" role="nothing">x</div>', "aria-roles"),
    ],
)
def test_what_some_readers_cannot_use_is_complained_about(open_page, body, complaint):
    found = site_checks.accessibility(open_page(body).page)
    assert [line for line in found if line.startswith(complaint)]


MANY = "<p>black on white</p>" * 50
GREY = "color: #aaa"


@pytest.mark.parametrize(
    "bad",
    [
        f'<p style="{GREY}">bad</p>',
        f'<div style="{GREY}"><section><p>bad</p></section></div>',
        f'<p><em><b style="{GREY}">bad</b></em></p>',
        f'<input value="bad" aria-label="a" style="{GREY}; background: white">',
        '<div style="background: #333"><p>bad</p></div>',
        '<div style="background: #333"><div><p>bad</p></div></div>',
        '<div style="opacity: 0.3"><p>bad</p></div>',
        '<div style="opacity: 0.7">good<div style="opacity: 0.7">bad</div></div>',
        # Large letters need less contrast: the same colours are good here, and bad there.
        '<p style="color: #888; font-size: 30px">good</p><p style="color: #888">bad</p>',
        # A box of the same colours as the text further out does not hide what lies between.
        f'<div style="background: #333"><div style="{GREY}">good<p style="color: #000">bad</p>'
        "</div></div>",
    ],
)
def test_one_piece_of_text_among_many_that_stands_out_too_little_is_found(open_page, bad):
    page = open_page(f"{MANY}{bad}{MANY}").page
    found = site_checks.contrast(page)
    assert len(found) == 1
    assert found[0].startswith("color-contrast")
    assert "bad" in found[0]
    page.evaluate("""() => {  // asked again, it looks at the colours of now
        for (const element of document.querySelectorAll("body *"))
            element.style = "color: black; background: white; opacity: 1";
    }""")
    assert site_checks.contrast(page) == []


def test_a_link_that_only_its_colour_tells_from_the_text_is_found(open_page):
    bad = '<p>A <a href="#x" style="color: #111; text-decoration: none">link</a> in a text</p>'
    found = site_checks.contrast(open_page(f"{MANY}{bad}{MANY}").page)
    assert [line.split(":")[0] for line in found] == ["link-in-text-block"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('<img src="https://example.org/a.png" alt="a">', "foreign request: https://example.org"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "foreign request: http://example"),
        ("<script>fetch('https://example.org').catch(() => 0)</script>", "foreign request"),
        ('<img src="missing.png" alt="a">', "status 404"),
        ("<script>console.error('oh')</script>", "console error: oh"),
        ("<script>console.warn('oh')</script>", "console warning: oh"),
        ("<script>throw new Error('oh')</script>", "script error: oh"),
    ],
)
def test_a_page_that_asks_for_what_it_cannot_have_or_fails_is_reported(open_page, body, complaint):
    assert any(error.startswith(complaint) for error in open_page(body).errors)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('<span class="math">\\(x\\)</span>', "not drawn"),
        (DRAWN.replace("2ex", "0"), "not drawn"),
        (f"<style>svg {{ width: 0 }}</style>{DRAWN}", "drawn without a size"),
        ('<g data-mml-node="merror" data-mjx-error="Missing brace"></g>', "MathJax: Missing brace"),
        (
            '<mjx-assistive-mml><mtext mathcolor="red">\\foo</mtext></mjx-assistive-mml>',
            "MathJax: \\foo",
        ),
    ],
)
def test_mathematics_that_is_not_drawn_is_reported(open_page, body, complaint):
    assert any(c.startswith(complaint) for c in site_checks.mathematics(open_page(body).page))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a $$x$$", "TeX is left: a $$x$$"),
        ("\\(x\\)", "TeX is left"),
        ("\\[x\\]", "TeX is left"),
        ("\\begin{aligned}", "TeX is left"),
        ("[here](there)", "Markdown is left: [here](there)"),
        ("**bold**", "Markdown is left"),
        ("{ref}`there`", "Markdown is left"),
        ("```{note}", "Markdown is left"),
        (":::{note}", "Markdown is left"),
        ("| a | b |\n|---|---|", "Markdown is left"),
    ],
)
def test_markup_that_was_not_understood_is_reported(open_page, text, complaint):
    assert any(c.startswith(complaint) for c in site_checks.markup(open_page(f"<p>{text}").page))


def test_a_page_wider_than_a_phone_is_reported_with_what_sticks_out(open_page):
    page = open_page('<p id="wide" style="width: 500px">wide</p>').page
    assert site_checks.overflow(page) == []
    page.set_viewport_size(site_checks.PHONE)
    [complaint] = site_checks.overflow(page)
    assert "px wider than the window" in complaint
    assert 'id="wide"' in complaint


@pytest.mark.parametrize(
    ("style", "complaints"),
    [("overflow: hidden", ["cut off at the window's edge"]), ("overflow: auto", [])],
)
def test_what_is_cut_off_is_reported_unless_it_scrolls(open_page, style, complaints):
    page = open_page(f'<div style="{style}"><p style="width: 500px">wide</p></div>').page
    page.set_viewport_size(site_checks.PHONE)
    assert [found.partition(":")[0] for found in site_checks.overflow(page)] == complaints


@pytest.mark.parametrize(
    ("style", "complaints"),
    [("height: auto", 0), ("", 1), ("height: auto; padding: 9px", 0), ("height: 300px", 1)],
)
def test_a_stretched_picture_is_reported(open_page, style, complaints):
    drawing = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'/%3E"
    picture = f'<img src="{drawing}" width="800" height="400" style="max-width: 200px; {style}">'
    page = open_page(f"<article>{picture}</article>").page
    assert len(site_checks.proportions(page)) == complaints


def test_a_page_that_loads_too_much_is_reported_with_what_is_heavy(tmp_path):
    (tmp_path / "light.css").write_bytes(b"a" * 100_000)  # compressed, it is next to nothing
    (tmp_path / "heavy.js").write_bytes(bytes(range(256)) * 4 + random.Random(0).randbytes(5000))
    requests = {"http://here/light.css?v=1", "http://here/heavy.js", "data:image/png;base64,aa"}
    assert site_checks.weight(tmp_path, "http://here", requests, limit=7000) == []
    [complaint] = site_checks.weight(tmp_path, "http://here", requests, limit=5000)
    assert "above all: /heavy.js: 5" in complaint


@pytest.mark.parametrize("alt", ["", 'alt=""', 'alt=" "', 'alt="_images/1a2b.png"'])
def test_a_picture_without_an_alternative_text_is_reported(open_page, alt):
    page = open_page(f'<article><img src="{PIXEL}" {alt}></article>').page
    assert len(site_checks.alternative_texts(page)) == 1


@pytest.mark.parametrize(("ground", "text"), [("#fff", "#222"), ("#121212", "#ddd")])
def test_the_colour_scheme_is_told_from_the_colours(open_page, ground, text):
    page = open_page(f"<style>body {{ background: {ground}; color: {text} }}</style>").page
    assert site_checks.scheme(page) == ("light" if ground == "#fff" else "dark")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('<a href="missing.html">', "no such file: missing.html"),
        ('<a href="#missing">', "no such place: #missing"),
        ('<a href="other.html#missing">', "no such place: other.html#missing"),
        ('<img src="missing.png">', "no such file: missing.png"),
        ('<a href="../outside.html">', "no such file: ../outside.html"),
        ('<a href="other.html#place">', None),
    ],
)
def test_a_dead_link_is_reported(tmp_path, body, complaint):
    assert links_of(tmp_path, body) == ([complaint] if complaint else [])
