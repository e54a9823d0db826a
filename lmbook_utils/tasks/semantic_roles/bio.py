"""Roles as one tag for each token: where a span begins, where it goes on, and what is outside."""

from collections.abc import Iterable, Sequence

import numpy as np

from lmbook_utils._validation import list_of, require_list, require_whole
from lmbook_utils.tasks.semantic_roles.data import ROLES, Role

TAGS = ("O", *(f"{place}-{label}" for label in ROLES for place in "BI"))
"""``B-`` is the first token of a span, ``I-`` a further one, ``O`` outside (Ramshaw and Marcus,
1995). The predicate is ``O``, too: it is given, and not to be found."""


def encode_bio(roles: Iterable[Role], length: int) -> list[str]:
    """Write roles as one tag for each token.

    Parameters
    ----------
    roles
        Spans that do not overlap.
    length
        The number of tokens.

    Raises
    ------
    ValueError
        If a span is not inside the sentence, or two overlap. Also if ``roles`` is no list of
        ``Sequence``, or ``length`` is no whole number from 0.

    Examples
    --------
    >>> encode_bio([("ARG0", 0, 2), ("ARG1", 3, 4)], 5)
    ['B-ARG0', 'I-ARG0', 'O', 'B-ARG1', 'O']
    """
    roles = list_of(Sequence, roles=roles)
    require_whole(0, length=length)
    tags = ["O"] * length
    for role in roles:
        if len(role) != 3:
            raise ValueError(f"roles must be labels with start and end; one was {role!r}")
        label, start, end = role
        if not 0 <= start < end <= length:
            raise ValueError(
                f"roles must lie in the sentence, whose length is {length} tokens; {label} was "
                f"{start} to {end}"
            )
        if set(tags[start:end]) != {"O"}:
            raise ValueError(f"roles must not overlap; {label} at {start} to {end} does")
        tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (end - start - 1)]
    return tags


def decode_bio(tags: Sequence[str]) -> list[Role]:
    """Read the spans from the tags of a sentence.

    An ``I-`` that goes on nothing, or something else, begins a span of its own: no tag is lost.
    (Decoding with :func:`~lmbook_utils.tasks.semantic_roles.viterbi.best_path` never makes one.)

    Raises
    ------
    ValueError
        If a tag is unknown. Also if ``tags`` is no list of strings.

    Examples
    --------
    >>> decode_bio(["B-ARG0", "I-ARG0", "O", "I-ARG1", "B-ARG1"])
    [('ARG0', 0, 2), ('ARG1', 3, 4), ('ARG1', 4, 5)]
    """
    require_list(str, tags=tags)
    roles: list[Role] = []
    before = "O"
    for place, tag in enumerate(tags):
        if tag not in TAGS:
            raise ValueError(f"tags must be among {', '.join(TAGS)}; one was {tag!r}")
        label = tag[2:]
        if tag.startswith("I-") and before[2:] == label:
            roles[-1] = (label, roles[-1][1], place + 1)
        elif tag != "O":
            roles.append((label, place, place + 1))
        before = tag
    return roles


def may_follow(tags: Sequence[str] = TAGS) -> tuple[np.ndarray, np.ndarray]:
    """Say which tag may begin a sentence, and which may follow which.

    Only ``I-`` is bound: it goes on a ``B-`` or ``I-`` of its own label.

    Returns
    -------
    first : ndarray of bool, shape (tags,)
    follows : ndarray of bool, shape (tags, tags)
        Row: the tag before; column: the tag after it.

    Raises
    ------
    ValueError
        If ``tags`` is no list of strings.

    Examples
    --------
    >>> first, follows = may_follow(["O", "B-ARG0", "I-ARG0"])
    >>> first.tolist(), follows.astype(int).tolist()
    ([True, True, False], [[1, 1, 0], [1, 1, 1], [1, 1, 1]])
    """
    require_list(str, tags=tags)
    inside = np.array([tag.startswith("I-") for tag in tags], bool)
    label = np.array([tag[2:] for tag in tags])
    return ~inside, ~inside[None, :] | (label[:, None] == label[None, :])
