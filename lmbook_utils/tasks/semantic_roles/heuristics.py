"""The baseline: what stands before the verb is ARG0, what stands after it ARG1, and little more."""

from collections.abc import Sequence

from lmbook_utils._validation import require_index, require_list
from lmbook_utils.tagging import tag_parts_of_speech
from lmbook_utils.tasks.semantic_roles.data import Role

BE = frozenset("am are be been being is was were 's 're".split())
_IN_CHUNKS = frozenset("ADJ DET NOUN NUM PRON PROPN".split())
_HEADS = frozenset("NOUN NUM PRON PROPN".split())
_RELATIVE = frozenset("that which who whom whose".split())
_IN_GROUPS = frozenset({"ADV", "PRT", "VERB"})  # what stands between an auxiliary and its verb


def noun_chunks(tokens: Sequence[str], tags: Sequence[str]) -> list[tuple[int, int]]:
    """Find runs of determiners, adjectives, numbers and nouns that hold a noun or a pronoun.

    A possessive "'s" between nouns stays inside; relative pronouns are no chunks.

    Parameters
    ----------
    tokens, tags
        The words of a sentence, and their parts of speech from
        :func:`~lmbook_utils.tagging.tag_parts_of_speech`.

    Returns
    -------
    list of (start, end)
        From left to right; the end is exclusive.

    Raises
    ------
    ValueError
        If ``tokens`` is no list of strings, or ``tags`` is no list of strings.

    Examples
    --------
    >>> noun_chunks(["Ada", "'s", "friend", "saw", "a", "machine"],
    ...             ["PROPN", "PRT", "NOUN", "VERB", "DET", "NOUN"])
    [(0, 3), (4, 6)]
    """
    _require_sentence(tokens, tags)
    inside = [
        tag in _IN_CHUNKS and token.lower() not in _RELATIVE
        for token, tag in zip(tokens, tags, strict=True)
    ]
    for i in range(1, len(tokens) - 1):
        if tokens[i] in ("'s", "'") and inside[i - 1] and inside[i + 1]:
            inside[i] = True
    chunks, start = [], None
    for i, within in enumerate([*inside, False]):
        if within and start is None:
            start = i
        elif not within and start is not None:
            if _HEADS & set(tags[start:i]):
                chunks.append((start, i))
            start = None
    return chunks


def is_passive(tokens: Sequence[str], tags: Sequence[str], predicate: int) -> bool:
    """Guess whether a verb is passive: a form of "be" before it, or "by" right behind it.

    Raises
    ------
    ValueError
        If ``tokens`` or ``tags`` is no list of strings, their lengths differ, or ``predicate`` is
        no index of them.

    Examples
    --------
    >>> tags = ["PRON", "VERB", "ADV", "VERB"]
    >>> is_passive(["It", "was", "quickly", "built"], tags, predicate=3)
    True
    >>> is_passive(["It", "was", "quickly", "building"], tags, predicate=3)
    False
    """
    _require_sentence(tokens, tags)
    require_index("tokens", len(tokens), predicate=predicate)
    verb = tokens[predicate].lower()
    if verb.endswith("ing"):
        return False
    i = predicate - 1
    while i >= 0 and (tags[i] in _IN_GROUPS or tokens[i].lower() == "not"):
        if tokens[i].lower() in BE:
            return True
        i -= 1
    behind = tokens[predicate + 1].lower() if predicate + 1 < len(tokens) else ""
    return behind == "by" and verb.endswith(("ed", "en", "n", "t"))


def label_by_position(tokens: Sequence[str], predicate: int) -> list[Role]:
    """Label the roles of a verb by where things stand.

    The nearest noun chunk before the verb is ``ARG0``, the first one behind it ``ARG1``, both with
    the "of …" that belongs to them. If the verb is passive, the chunk before is ``ARG1``, and "by"
    with its chunk is ``ARG0``. "In" and a year is ``ARGM-TMP``.

    Parameters
    ----------
    tokens
        The words as they were written.
    predicate
        The index of the verb.

    Raises
    ------
    ValueError
        If ``tokens`` is no list of strings, or ``predicate`` is no index of it.

    Examples
    --------
    >>> label_by_position("The bridge was built by Ada in 1843 .".split(), predicate=3)
    [('ARG1', 0, 2), ('ARG0', 4, 6), ('ARGM-TMP', 6, 8)]
    """
    require_list(str, tokens=tokens)
    require_index("tokens", len(tokens), predicate=predicate)
    tags = tag_parts_of_speech(tokens)
    chunks = noun_chunks(tokens, tags)
    passive = is_passive(tokens, tags, predicate)
    phrases = _joined_by_of(chunks, tokens)
    before = [phrase for phrase in phrases if phrase[1] <= predicate]
    behind = [phrase for phrase in phrases if phrase[0] > predicate]
    roles: list[Role] = []
    if before:
        roles.append(("ARG1" if passive else "ARG0", *before[-1]))
    for start, end in behind:
        taken = roles and start < roles[-1][2]
        preposition = tokens[start - 1].lower()
        if preposition == "in" and _is_year(tokens[start:end]) and not taken:
            roles.append(("ARGM-TMP", start - 1, end))
        elif passive and preposition == "by" and not taken:
            roles.append(("ARG0", start - 1, end))
        elif not passive and "ARG1" not in {label for label, _, _ in roles}:
            roles.append(("ARG1", start, end))
    return roles


def verbs_of(tokens: Sequence[str]) -> list[int]:
    """The places of the words that the tagger takes for verbs, forms of "be" and "have" aside.

    Raises
    ------
    ValueError
        If ``tokens`` is no list of strings.

    Examples
    --------
    >>> verbs_of("She wrote programs and was admired .".split())
    [1, 5]
    >>> verbs_of(["Silence", "."]), verbs_of([])
    ([], [])
    """
    require_list(str, tokens=tokens)
    helping = BE | set("can could do does did had has have may might must shall should".split())
    helping |= {"will", "would"}
    tags = tag_parts_of_speech(tokens) if tokens else []
    return [
        i
        for i, (token, tag) in enumerate(zip(tokens, tags, strict=True))
        if tag == "VERB" and token.lower() not in helping
    ]


def _joined_by_of(
    chunks: Sequence[tuple[int, int]], tokens: Sequence[str]
) -> list[tuple[int, int]]:
    """Join chunks with an "of" between them, as in "the end of the war"."""
    joined: list[tuple[int, int]] = []
    for start, end in chunks:
        if joined and joined[-1][1] == start - 1 and tokens[start - 1].lower() == "of":
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _is_year(words: Sequence[str]) -> bool:
    return len(words) == 1 and len(words[0]) == 4 and words[0].isdigit()


def _require_sentence(tokens: Sequence[str], tags: Sequence[str]) -> None:
    require_list(str, tokens=tokens, tags=tags)
    if len(tokens) != len(tags):
        raise ValueError(
            f"tags must be one for each of the {len(tokens)} tokens; there were {len(tags)}"
        )
