"""PropBank itself, for those who have it: read through NLTK, in the form of the book's data."""

from collections.abc import Iterator
from typing import Any

from lmbook_utils.tasks.semantic_roles.data import ROLES, Proposition, Role, checked_roles

_NEEDED = (
    "PropBank and the Penn Treebank are not on this machine. NLTK's samples of both, the packages "
    "'propbank' and 'treebank' of NLTK's data, belong in the folder nltk_data/corpora "
    "(see nltk.data.path); the whole corpora are sold by the Linguistic Data Consortium"
)


def load_propbank(reader: Any = None) -> list[Proposition]:
    """Read those predicates of PropBank whose sentences have a parse tree.

    NLTK's sample has the annotations of all of PropBank, and the trees of a twentieth of it: an
    annotation without a tree is passed over. Traces are dropped. Of an argument in several pieces
    the longest one is kept; labels that the book does not use are left out (``ARG3``,
    ``ARGM-ADV``, …). Nothing is split here: ``part`` is ``"train"`` throughout, and ``article`` is
    the name of the file.

    Parameters
    ----------
    reader
        A ``PropbankCorpusReader`` with trees; by default ``nltk.corpus.propbank``.

    Raises
    ------
    FileNotFoundError
        If NLTK does not find PropBank or the Treebank; the message says what is needed.

    Examples
    --------
    A use of it (not run as a doctest, because it needs PropBank)::

        propositions = load_propbank()
    """
    if reader is None:
        from nltk.corpus import propbank

        reader = propbank
    try:
        return list(_propositions(reader))
    except LookupError as error:
        raise FileNotFoundError(_NEEDED) from error


def _propositions(reader: Any) -> Iterator[Proposition]:
    for instance in reader.instances():
        tree = instance.tree
        if tree is None:
            continue
        leaves = list(tree.subtrees(lambda t: t.height() == 2))
        kept = [i for i, leaf in enumerate(leaves) if leaf.label() != "-NONE-"]
        place = {leaf: number for number, leaf in enumerate(kept)}
        at = instance.predicate
        verb = getattr(at, "pieces", [at])[0].wordnum
        roles: list[Role] = []
        for pointer, label in instance.arguments:
            span = _longest_span(pointer, tree, place)
            label = _short(label)
            if span and label in ROLES and not span[0] <= place[verb] < span[1]:
                roles.append((label, *span))
        tokens = tuple(leaves[i][0] for i in kept)
        checked = checked_roles(_without_overlap(roles), len(tokens), place[verb])
        yield Proposition(instance.fileid, "train", instance.sentnum, tokens, place[verb], checked)


def _longest_span(pointer: Any, tree: Any, place: dict[int, int]) -> tuple[int, int] | None:
    """The longest of the pieces that a pointer names, in tokens without traces."""
    if hasattr(pointer, "pieces"):  # a chain (an argument and its traces) or a split argument
        spans = [_longest_span(piece, tree, place) for piece in pointer.pieces]
        return max(filter(None, spans), key=lambda span: span[1] - span[0], default=None)
    position = pointer.treepos(tree)
    numbers = [
        i
        for i in range(len(tree.leaves()))
        if tree.leaf_treeposition(i)[: len(position)] == position
    ]
    tokens = [place[i] for i in numbers if i in place]
    return (tokens[0], tokens[-1] + 1) if tokens else None


def _short(label: str) -> str:
    """Of a numbered argument's label the number alone: ``ARG2-to`` is an ``ARG2``."""
    return label if label.startswith("ARGM") else label.partition("-")[0]


def _without_overlap(roles: list[Role]) -> list[Role]:
    """Where spans overlap, keep the longer one."""
    kept: list[Role] = []
    for role in sorted(roles, key=lambda r: r[1] - r[2]):
        if all(role[2] <= other[1] or other[2] <= role[1] for other in kept):
            kept.append(role)
    return kept
