"""What is left out of the site's files: exactly what no page uses."""

import shutil

import lighter_site
import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from PIL import Image

SCRIPT = (
    '!function(){var a={sun:[512,512,[9728],"f185","M1 2z"],'
    '"magnifying-glass":[512,512,[128269,"search"],"f002","M3 4z"],'
    'yelp:[384,512,[],"f1e9",["M5 6z","M7 8z"]],"moon":[384,512,[],"f186","M9 9z"]};go(a)}();'
)
SHEET = (
    '.fa-sun:before{content:"\\f185"}.fa-magnifying-glass:before,.fa-search:before{content:"\\f002"}'
    ':root{--pst-icon-link:"\uf35d"}div.exercise:after{content:"\\f303"}'
)


def test_icons_that_no_page_shows_are_left_out():
    kept = lighter_site.only_used_icons(SCRIPT, {"sun", "lg"})
    assert kept == '!function(){var a={sun:[512,512,[9728],"f185","M1 2z"],};go(a)}();'


def test_an_icon_is_kept_by_its_other_name():
    kept = lighter_site.only_used_icons(SCRIPT, {"search"})
    assert '"magnifying-glass":[512' in kept
    assert "sun" not in kept


def test_all_icons_stay_if_all_are_used():
    assert lighter_site.only_used_icons(SCRIPT, {"sun", "search", "yelp", "moon"}) == SCRIPT


@pytest.mark.parametrize(
    ("used", "characters"),
    [
        (set(), {0xF303, 0xF35D}),
        ({"search", "lg"}, {0xF303, 0xF35D, 0xF002}),
        ({"sun", "magnifying-glass"}, {0xF303, 0xF35D, 0xF002, 0xF185}),
    ],
)
def test_rules_of_icons_that_no_page_shows_are_left_out(used, characters):
    kept = lighter_site.only_used_icon_rules(SHEET, used)
    assert lighter_site.icon_characters(kept) == characters
    assert "div.exercise:after" in kept


def test_a_cut_font_has_the_characters_that_are_asked_for(tmp_path):
    font = tmp_path / "whole.ttf"
    shutil.copyfile(font_manager.findfont("DejaVu Sans"), font)
    small = lighter_site.cut_font(font, {ord("a"), ord("λ")})
    assert set(TTFont(small).getBestCmap()) == {ord("a"), ord("λ")}
    assert small.stat().st_size < font.stat().st_size / 50


def test_a_picture_waits_until_it_is_near_and_has_its_place_before(tmp_path):
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png")
    page = tmp_path / "page.html"
    page.write_text(
        '<img alt="A" src="a.png" /><img src="data:image/png;base64,x.png"><img src="b.svg">'
    )
    waiting = lighter_site.waiting_pictures(page)
    assert waiting == (
        '<img loading="lazy" width="30" height="20" alt="A" src="a.png" />'
        '<img src="data:image/png;base64,x.png"><img src="b.svg">'
    )
    page.write_text(waiting)
    assert lighter_site.waiting_pictures(page) == waiting
