"""Sentences of the running corpus whose verbs were given semantic roles one by one.

The annotations are stand-off: article, sentence and token numbers, and the beginning of the
SHA-256 of the sentence, so that they cannot be laid on another text unnoticed. The appendix has the
guidelines that they follow.
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from lmbook_utils import datasets
from lmbook_utils._validation import is_whole, list_of, require_list, require_type, require_whole
from lmbook_utils.datasets.wikipedia import Article, sentence_checksum
from lmbook_utils.preprocessing import tokenize

ROLES = ("ARG0", "ARG1", "ARG2", "ARGM-TMP", "ARGM-LOC", "ARGM-MNR")
"""PropBank's numbered arguments up to 2, and when (``TMP``), where (``LOC``) and how (``MNR``)."""

Role = tuple[str, int, int]
"""A label, the index of its span's first token, and the index after its last one."""

_FILES = {
    "gold": "semantic_roles.jsonl",
    "first": "semantic_roles_first.jsonl",
    "second": "semantic_roles_second.jsonl",
}
VERSIONS = tuple(_FILES)


@dataclass(frozen=True)
class Proposition:
    """A predicate in its sentence, with its roles; PropBank's name for what a verb states.

    Attributes
    ----------
    article, part
        The title of the article, and ``"train"``, ``"validation"`` or ``"test"``.
    sentence
        The number of the sentence in its article.
    tokens
        The words as they were written.
    predicate
        The index of the verb.
    roles
        Ordered by place; no two overlap, and none holds the predicate.
    """

    article: str
    part: str
    sentence: int
    tokens: tuple[str, ...]
    predicate: int
    roles: tuple[Role, ...]

    @property
    def verb(self) -> str:
        """The predicate's word."""
        return self.tokens[self.predicate]

    @property
    def key(self) -> tuple[str, int]:
        """What names the sentence: its article and its number."""
        return self.article, self.sentence


def checked_roles(
    roles: Iterable[Sequence[Any]], length: int, predicate: int, where: str = "roles"
) -> tuple[Role, ...]:
    """Check the roles of one predicate, and put them in order.

    Parameters
    ----------
    roles
        Label, start and end of each span; the end is exclusive.
    length
        The number of tokens in the sentence.
    predicate
        The index of the predicate.
    where
        What a message calls them.

    Raises
    ------
    ValueError
        If the predicate or a span is not inside the sentence, a label is unknown, two spans
        overlap, or one holds the predicate. Also if ``roles`` is no list of ``Sequence``, or
        ``length`` is no whole number from 1.

    Examples
    --------
    >>> checked_roles([["ARG1", 2, 4], ["ARG0", 0, 1]], length=5, predicate=1)
    (('ARG0', 0, 1), ('ARG1', 2, 4))
    """
    roles = list_of(Sequence, roles=roles)
    require_whole(1, length=length)
    if not is_whole(predicate) or not 0 <= predicate < length:
        raise ValueError(
            f"{where}: the predicate must be a token from 0 to {length - 1}; it was {predicate!r}"
        )
    checked = []
    for role in roles:
        if len(role) != 3 or role[0] not in ROLES:
            raise ValueError(
                f"{where}: a role must be a label of {', '.join(ROLES)} with start and end; "
                f"it was {role!r}"
            )
        label, start, end = role
        if not (is_whole(start) and is_whole(end) and 0 <= start < end <= length):
            raise ValueError(
                f"{where}: the span of {label} must lie in the sentence of {length} tokens; "
                f"it was {start!r} to {end!r}"
            )
        if start <= predicate < end:
            raise ValueError(f"{where}: the span of {label} must not hold the predicate")
        checked.append((str(label), int(start), int(end)))
    checked.sort(key=lambda role: role[1])
    for (label, _, end), (other, start, _) in itertools.pairwise(checked):
        if start < end:
            raise ValueError(f"{where}: the spans of {label} and {other} must not overlap")
    return tuple(checked)


def read_propositions(
    lines: Iterable[str], parts: Mapping[str, Sequence[Article]]
) -> list[Proposition]:
    """Read annotations, and lay them on the sentences of the corpus.

    Parameters
    ----------
    lines
        One JSON object each: ``{"article", "sentence", "sha256", "predicate", "roles"}``.
    parts
        Part of the split → its articles, as in
        :attr:`Wikipedia.split <lmbook_utils.datasets.wikipedia.Wikipedia>`.

    Returns
    -------
    list of Proposition
        In the order of the lines.

    Raises
    ------
    ValueError
        If a line has another form or names a sentence that is not there, the sentence is another
        one than was labelled, a predicate comes twice, or as :func:`checked_roles`. Also if
        ``lines`` is no list of strings, or ``parts`` is no mapping.

    Examples
    --------
    >>> from lmbook_utils.datasets.wikipedia import Article
    >>> article = Article("Ada", (), ("Ada wrote programs.",))
    >>> line = json.dumps({"article": "Ada", "sentence": 0, "predicate": 1,
    ...     "sha256": sentence_checksum("Ada wrote programs."), "roles": [["ARG0", 0, 1]]})
    >>> read_propositions([line], {"train": [article]})[0].roles
    (('ARG0', 0, 1),)
    """
    lines = list_of(str, lines=lines)
    require_type(Mapping, parts=parts)
    for group in parts.values():
        require_list(Article, parts=group)
    articles = {a.title: (part, a) for part, group in parts.items() for a in group}
    found: dict[tuple[str, int, int], Proposition] = {}
    for number, line in enumerate(lines, 1):
        where = f"annotation {number}"
        row = _parsed(line, where)
        if row["article"] not in articles:
            raise ValueError(
                f"{where}: parts must have its article; they have no {row['article']!r}"
            )
        part, article = articles[row["article"]]
        if not 0 <= row["sentence"] < len(article.sentences):
            raise ValueError(f"{where}: {article.title!r} has no sentence {row['sentence']}")
        text = article.sentences[row["sentence"]]
        if sentence_checksum(text) != row["sha256"]:
            raise ValueError(
                f"{where}: sentence {row['sentence']} of {article.title!r} is not the one that "
                "was labelled; the corpus must be that of the book's Gensim, parsed by its code"
            )
        key = (article.title, row["sentence"], row["predicate"])
        if key in found:
            raise ValueError(f"{where}: the predicate {key} was labelled before")
        tokens = tuple(tokenize(text, lowercase=False))
        roles = checked_roles(row["roles"], len(tokens), row["predicate"], where)
        found[key] = Proposition(key[0], part, key[1], tokens, key[2], roles)
    return list(found.values())


def _parsed(line: str, where: str) -> dict[str, Any]:
    """A line's fields; what is said about the roles is checked by :func:`checked_roles`."""
    try:
        row: dict[str, Any] = json.loads(line)
        sound = isinstance(row["article"], str) and isinstance(row["sha256"], str)
        sound = sound and is_whole(row["sentence"])
        sound = sound and not isinstance(row["predicate"], list | dict)
        sound = sound and all(isinstance(role, list) for role in row["roles"])
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise ValueError(
            f"{where} of lines must be a JSON object with article, sentence, sha256, predicate and "
            f"roles; it was {line!r:.200}"
        )
    return row


def load_propositions(version: str = "gold") -> list[Proposition]:
    """Load the labelled predicates of the running corpus.

    Parameters
    ----------
    version
        ``"gold"`` has all of them. Some were labelled twice, see
        :mod:`~lmbook_utils.tasks.semantic_roles.agreement`: what the first and the second
        annotator had said before they were compared is ``"first"`` and ``"second"``, the same
        predicates in the same order.

    Raises
    ------
    ValueError
        If there is no such version. Also if ``version`` is no string.
    OSError
        As :func:`lmbook_utils.datasets.load_wikipedia`.

    Examples
    --------
    >>> proposition = load_propositions()[1]
    >>> proposition.verb, [label for label, _, _ in proposition.roles]
    ('built', ['ARG0', 'ARG1', 'ARGM-LOC', 'ARGM-TMP'])
    """
    require_type(str, version=version)
    if version not in _FILES:
        raise ValueError(f"version must be one of {', '.join(VERSIONS)}; it was {version!r}")
    file = resources.files("lmbook_utils") / "data" / _FILES[version]
    lines = file.read_text(encoding="utf-8").splitlines()
    return read_propositions(lines, datasets.load_wikipedia().split)


def by_part(propositions: Iterable[Proposition]) -> dict[str, list[Proposition]]:
    """Sort propositions by the part of the split that their article belongs to.

    Raises
    ------
    ValueError
        If ``propositions`` is no list of ``Proposition``.

    Examples
    --------
    >>> one = Proposition("Ada", "test", 0, ("It", "works"), 1, ())
    >>> {part: len(rows) for part, rows in by_part([one]).items()}
    {'train': 0, 'validation': 0, 'test': 1}
    """
    propositions = list_of(Proposition, propositions=propositions)
    parts: dict[str, list[Proposition]] = {"train": [], "validation": [], "test": []}
    for proposition in propositions:
        parts[proposition.part].append(proposition)
    return parts


def bracketed(tokens: Sequence[str], predicate: int, roles: Iterable[Role]) -> str:
    """Write a sentence with its roles in brackets.

    Raises
    ------
    ValueError
        If ``tokens`` is no list of strings, ``predicate`` is no whole number from 0, or ``roles``
        is no list of ``Sequence``.

    Examples
    --------
    >>> bracketed(["Ada", "wrote", "programs", "."], 1, [("ARG0", 0, 1), ("ARG1", 2, 3)])
    '[ARG0 Ada] [V wrote] [ARG1 programs] .'
    """
    require_list(str, tokens=tokens)
    require_whole(0, predicate=predicate)
    roles = list_of(Sequence, roles=roles)
    if any(len(role) != 3 for role in roles):
        raise ValueError(f"roles must be labels with start and end; they were {roles!r:.80}")
    starts = {start: (label, end) for label, start, end in roles}
    starts[predicate] = ("V", predicate + 1)
    words, place = [], 0
    while place < len(tokens):
        label, end = starts.get(place, ("", place + 1))
        text = " ".join(tokens[place:end])
        words.append(f"[{label} {text}]" if label else text)
        place = end
    return " ".join(words)
