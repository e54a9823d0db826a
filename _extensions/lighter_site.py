"""Leaves out of the site's files what no page uses, and lets pictures wait until they are near.

The theme brings two thousand icons, as a script and as fonts, and a book needs some thirty. With
this, the first view of a chapter is within a megabyte.
"""

import re
from pathlib import Path

from fontTools import subset
from PIL import Image
from sphinx.application import Sphinx

# One icon in the theme's script: its name, its size, its other names, its number and its shape.
ICON = re.compile(r"""("?)([\w-]+)\1:\[\d+,\d+,\[([^]]*)\],"[0-9a-f]+",(?:"[^"]*"|\[[^]]*\])\],?""")
# The rules of one icon in the theme's style sheet: its names, and its character in the font.
ICON_RULE = re.compile(r'((?:\.fa-[\w-]+:before,?)+)\{content:"[^"]*"\}')
# What a style sheet writes for a character of the font: an escape, or the character itself.
ICON_CHARACTER = re.compile(r"\\(f[0-9a-f]{3})|([\uf000-\uf8ff])")
FONT = "fa-solid-900"
PICTURE = re.compile(r'<img (?![^>]*\b(?:loading|width)=)([^>]*\bsrc="([^":]*\.png)"[^>]*)>')


def only_used_icons(script: str, used: set[str]) -> str:
    """Return the theme's script of icons without those that no page shows."""

    def keep(icon: re.Match[str]) -> str:
        names = {icon[2], *re.findall(r'"([^"]+)"', icon[3])}
        return icon[0] if names & used else ""

    return ICON.sub(keep, script)


def only_used_icon_rules(sheet: str, used: set[str]) -> str:
    """Return the theme's style sheet without the rules of icons that no page shows."""

    def keep(rule: re.Match[str]) -> str:
        return rule[0] if used & set(re.findall(r"\.fa-([\w-]+):", rule[1])) else ""

    return ICON_RULE.sub(keep, sheet)


def icon_characters(sheet: str) -> set[int]:
    """Return the numbers of the icon font's characters that a style sheet uses."""
    return {
        int(escape, 16) if escape else ord(character)
        for escape, character in ICON_CHARACTER.findall(sheet)
    }


def cut_font(font: Path, characters: set[int]) -> Path:
    """Write a font that has only some characters beside the whole one; return its file."""
    options = subset.Options(flavor="woff")  # woff2 would need one more package
    whole = subset.load_font(str(font), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(whole)
    target = font.with_suffix(".woff")
    subset.save_font(whole, str(target), options)
    return target


def waiting_pictures(page: Path) -> str:
    """Return a page whose pictures are loaded when they are near, and have their place before."""

    def wait(picture: re.Match[str]) -> str:
        with Image.open(page.parent / picture[2]) as image:
            width, height = image.size
        return f'<img loading="lazy" width="{width}" height="{height}" {picture[1]}>'

    return PICTURE.sub(wait, page.read_text(encoding="utf-8"))


def used_icons(files: list[Path]) -> set[str]:
    """Return the names of the icons that pages and scripts ask for."""
    texts = (file.read_text(encoding="utf-8") for file in files)
    return {name for text in texts for name in re.findall(r"\bfa-([a-z0-9-]+)", text)}


def lighten_icons(folder: Path) -> None:
    """Leave the icons that the pages in a folder show, in the theme's script, style and font."""
    static = folder / "_static"
    script = static / "scripts" / "fontawesome.js"
    used = used_icons([f for f in (*folder.rglob("*.html"), *static.rglob("*.js")) if f != script])
    script.write_text(only_used_icons(script.read_text(encoding="utf-8"), used), encoding="utf-8")

    sheet = static / "styles" / "pydata-sphinx-theme.css"
    rules = only_used_icon_rules(sheet.read_text(encoding="utf-8"), used)
    sheet.write_text(
        rules.replace(f'{FONT}.woff2) format("woff2")', f'{FONT}.woff) format("woff")'),
        encoding="utf-8",
    )
    sheets = "".join(file.read_text(encoding="utf-8") for file in static.rglob("*.css"))
    cut_font(
        static / "vendor" / "fontawesome" / "webfonts" / f"{FONT}.ttf", icon_characters(sheets)
    )


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Make the built site light."""
    if error or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    for page in folder.rglob("*.html"):
        page.write_text(waiting_pictures(page), encoding="utf-8")
    lighten_icons(folder)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", lighten, priority=900)  # after what else is put into the site
    return {"parallel_read_safe": True, "parallel_write_safe": True}
