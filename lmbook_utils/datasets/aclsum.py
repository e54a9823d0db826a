"""ACLSum: scientific papers, sentence by sentence, with three summaries that people wrote."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from lmbook_utils.datasets import registry

ASPECTS = ("challenge", "approach", "outcome")
"""What a summary is about: the problem, what was done about it, and what came of it."""
SECTIONS = ("abstract", "introduction", "conclusion")
"""The parts of a paper that the data set holds, in the order of the paper."""

_SOURCES = {"train": "aclsum-train", "validation": "aclsum-val", "test": "aclsum-test"}


class Paper(NamedTuple):
    """A paper: its sentences in order, and what people made of them.

    Examples
    --------
    >>> paper = Paper("X1", "On Ants", ("Ants march.",), ("abstract",), {"outcome": "They march."},
    ...               {"outcome": (1,)})
    >>> paper.sentences[paper.labels["outcome"].index(1)]
    'Ants march.'
    """

    name: str
    """Its number in the ACL Anthology, such as ``"P06-1112"``."""
    title: str
    sentences: tuple[str, ...]
    """With a space before each punctuation mark."""
    sections: tuple[str, ...]
    """Of each sentence, one of ``SECTIONS``."""
    summaries: dict[str, str]
    """Aspect → one sentence of at most 25 words."""
    labels: dict[str, tuple[int, ...]]
    """Aspect → for each sentence 1 if somebody marked it for this aspect, and 0 if not."""


def load_aclsum() -> dict[str, list[Paper]]:
    """Load 250 papers with their summaries; the first call downloads them (5 MB).

    The split is that of the data set's authors.

    Returns
    -------
    dict of str to list of Paper
        ``"train"`` (100), ``"validation"`` (50) and ``"test"`` (100).

    Raises
    ------
    ConnectionError
        If the papers are not on this machine yet and there is no network.
    OSError
        If they cannot be had for another reason; the message says what to do.

    Examples
    --------
    A use of it (not run as a doctest, because it downloads)::

        print(load_aclsum()["train"][0].summaries["outcome"])
    """
    return {part: _read(registry.path(name)) for part, name in _SOURCES.items()}


def _read(file: Path) -> list[Paper]:
    with file.open(encoding="utf-8") as lines:
        return [_paper(json.loads(line)) for line in lines]


def _paper(row: dict[str, Any]) -> Paper:
    of_section = row["sentences"]
    return Paper(
        row["id"],
        row["title"],
        tuple(sentence for section in SECTIONS for sentence in of_section[section]),
        tuple(section for section in SECTIONS for _ in of_section[section]),
        row["summary"],
        {a: tuple(x for s in SECTIONS for x in row["highlights"][a][s]) for a in ASPECTS},
    )
