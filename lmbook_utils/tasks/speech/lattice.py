"""The lattice of a recogniser: all that it held for possible, as a graph of words in time.

A node is a word that begins at a certain frame, an edge goes to a word that may follow. The edge
carries the acoustic score of the word at its beginning: a logarithm of how well the sound between
the two frames fits that word. A path from the first node to the last one is a hypothesis.
"""

import heapq
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral

from lmbook_utils import storage
from lmbook_utils._validation import (
    require_callable,
    require_list,
    require_path,
    require_type,
    require_whole,
)
from lmbook_utils.datasets.pronunciations import without_variant

LOG_OF_BASE = math.log(1.0001)  # pocketsphinx counts in logarithms to this base

_FILLERS = {"<s>", "</s>", "<sil>", "[NOISE]", "[SPEECH]"}
_IMPOSSIBLE = -10_000.0  # nats; pocketsphinx writes some -40,000 where there is no path at all


@dataclass(frozen=True)
class Lattice:
    """A graph of words.

    Attributes
    ----------
    words
        The word of each node; ``""`` where nothing is said that counts (silence, noise).
    starts
        The frame at which each node's word begins, shape (nodes,).
    edges
        For each edge the node where it begins, the one where it ends, and the acoustic score of
        the word at its beginning, in nats. Each edge leads to a later frame.
    first, last
        The nodes where a path begins and where it ends.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    edges: tuple[tuple[int, int, float], ...]
    first: int
    last: int

    def __post_init__(self) -> None:
        """Refuse what is no graph, and edges that lead back in time."""
        require_list(str, words=self.words)
        require_list(Integral, starts=self.starts, first=[self.first], last=[self.last])
        require_list(Sequence, edges=self.edges)
        if any(len(edge) != 3 for edge in self.edges):
            raise ValueError("edges must have a beginning, an end and a score each; one had not")
        nodes = range(len(self.words))
        ends = {node for begin, end, _ in self.edges for node in (begin, end)}
        if len(self.starts) != len(nodes) or not ends | {self.first, self.last} <= set(nodes):
            raise ValueError("edges, starts, first and last must be about the nodes of words")
        for begin, end, _ in self.edges:
            if self.starts[begin] >= self.starts[end]:
                raise ValueError(
                    "edges must lead to a later frame; one led from "
                    f"frame {self.starts[begin]} to {self.starts[end]}"
                )

    def leaving(self) -> list[list[tuple[int, float]]]:
        """For each node the edges that begin there, as (node at the end, score)."""
        found: list[list[tuple[int, float]]] = [[] for _ in self.words]
        for begin, end, score in self.edges:
            found[begin].append((end, score))
        return found

    def in_order(self) -> list[int]:
        """The nodes by the frame at which they begin, so that every edge leads forward."""
        return sorted(range(len(self.words)), key=lambda node: self.starts[node])


@dataclass(frozen=True)
class Hypothesis:
    """What may have been said, and how well the sound fits it, in nats."""

    words: tuple[str, ...]
    acoustic: float


def read_lattice(path: str | os.PathLike[str]) -> Lattice:
    """Read a lattice that pocketsphinx wrote with ``get_lattice().write(path)``.

    Silence, noise and the marks of the sentence's ends become ``""``, numbers of pronunciations
    are dropped (``read(2)`` is ``read``), and so are edges that pocketsphinx marks as impossible.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ValueError
        If it is no such file. Also if ``path`` is no path.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> text = '''Frames 30
    ... Nodes 2 (NODEID WORD STARTFRAME FIRST-ENDFRAME LAST-ENDFRAME)
    ... 0 </s> 20 29 29 ; 0
    ... 1 yes(2) 0 19 19 ; 0
    ... Initial 1
    ... Final 0
    ... Edges (FROM-NODEID TO-NODEID ASCORE)
    ... 1 0 -20001
    ... End
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "lattice.txt")
    ...     _ = file.write_text(text)
    ...     lattice = read_lattice(file)
    >>> lattice.words, lattice.first, lattice.last
    (('', 'yes'), 1, 0)
    >>> [(begin, end, round(score, 2)) for begin, end, score in lattice.edges]
    [(1, 0, -2.0)]
    """
    require_path(path=path)
    lines = [line.split() for line in storage.read_text(path).splitlines()]
    rows = [fields for fields in lines if fields and not fields[0].startswith("#")]
    try:
        nodes = _section(rows, "Nodes")
        marked = {fields[0]: int(fields[1]) for fields in rows if fields[0] in ("Initial", "Final")}
        if [int(fields[0]) for fields in nodes] != list(range(len(nodes))):
            raise ValueError
        edges = [
            (int(begin), int(end), int(score) * LOG_OF_BASE)
            for begin, end, score in _section(rows, "Edges")
        ]
        ends = [place for begin, end, _ in edges for place in (begin, end)]
        if not all(0 <= place < len(nodes) for place in (*ends, *marked.values())):
            raise ValueError
        return Lattice(
            words=tuple(_word(fields[1]) for fields in nodes),
            starts=tuple(int(fields[2]) for fields in nodes),
            edges=tuple(edge for edge in edges if edge[2] > _IMPOSSIBLE),
            first=marked["Initial"],
            last=marked["Final"],
        )
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise ValueError(f"path must be a lattice of pocketsphinx; {path} is none") from error


def _section(rows: list[list[str]], title: str) -> list[list[str]]:
    """The rows after a title, up to the next line that begins with a word."""
    begin = [fields[0] for fields in rows].index(title) + 1
    end = begin
    while end < len(rows) and rows[end][0].isdigit():
        end += 1
    return rows[begin:end]


def _word(name: str) -> str:
    return "" if name in _FILLERS else without_variant(name)


def n_best(
    lattice: Lattice, number: int, word_score: Callable[[str], float] = lambda word: 0.0
) -> list[Hypothesis]:
    """Find the best hypotheses of a lattice, each sequence of words once.

    Many paths say the same words: with a pause or without, with a word that begins a frame
    earlier. Of them the best counts (Viterbi). The search keeps at every node the ``number`` best
    sequences of words that lead there. That loses nothing: a sequence that is worse than
    ``number`` others at one node is worse than their continuations for ever.

    Parameters
    ----------
    lattice
        The graph.
    number
        How many at most.
    word_score
        What a word adds to the score by which hypotheses are ranked, for example the weighted
        logarithm of its unigram probability, in nats.

    Returns
    -------
    list of Hypothesis
        The best first; ``acoustic`` is without the scores of words. Empty where no path leads to
        the last node.

    Raises
    ------
    ValueError
        If ``number`` is no whole number from 1. Also if ``lattice`` is no ``Lattice``, or
        ``word_score`` is no function.

    Examples
    --------
    >>> lattice = Lattice(
    ...     words=("", "to", "two", "go", ""), starts=(0, 1, 1, 5, 9), first=0, last=4,
    ...     edges=((0, 1, 0.0), (0, 2, 0.0), (1, 3, -2.0), (2, 3, -1.0), (3, 4, -3.0)),
    ... )
    >>> [(" ".join(best.words), best.acoustic) for best in n_best(lattice, 2)]
    [('two go', -4.0), ('to go', -5.0)]
    >>> weights = {"to": -1.0, "two": -4.0, "go": -2.0}
    >>> n_best(lattice, 1, weights.get)
    [Hypothesis(words=('to', 'go'), acoustic=-5.0)]
    """
    require_type(Lattice, lattice=lattice)
    require_callable(word_score=word_score)
    require_whole(1, number=number)
    added = [word_score(word) if word else 0.0 for word in lattice.words]
    leaving = lattice.leaving()
    # At each node: words up to it → (score for the ranking, acoustic score) of the best path.
    reached: list[dict[tuple[str, ...], tuple[float, float]]] = [{} for _ in lattice.words]
    reached[lattice.first][()] = (0.0, 0.0)
    for node in lattice.in_order():
        if node == lattice.last:
            break
        word = (lattice.words[node],) if lattice.words[node] else ()
        best = heapq.nlargest(number, reached[node].items(), key=lambda item: item[1])
        extended = [(words + word, scores) for words, scores in best]
        reached[node] = {}
        for end, score in leaving[node]:
            there = reached[end]
            for words, (total, acoustic) in extended:
                candidate = (total + score + added[node], acoustic + score)
                if words not in there or candidate > there[words]:
                    there[words] = candidate
    best = heapq.nlargest(number, reached[lattice.last].items(), key=lambda item: item[1])
    return [Hypothesis(words, acoustic) for words, (_, acoustic) in best]


def acoustic_score(lattice: Lattice, words: Sequence[str]) -> float:
    """The acoustic score of given words: that of the best path which says them.

    Parameters
    ----------
    lattice
        The graph.
    words
        The words, without silence or noise.

    Returns
    -------
    float
        In nats; ``-inf`` if no path says them.

    Raises
    ------
    ValueError
        If ``lattice`` is no ``Lattice``, or ``words`` is no list of strings.

    Examples
    --------
    >>> lattice = Lattice(words=("yes", "", ""), starts=(0, 4, 9), first=0, last=2,
    ...                   edges=((0, 2, -3.0), (0, 1, -1.0), (1, 2, -1.5)))
    >>> acoustic_score(lattice, ["yes"]), acoustic_score(lattice, ["no"])
    (-2.5, -inf)
    """
    require_type(Lattice, lattice=lattice)
    require_list(str, words=words)
    words = list(words)
    leaving = lattice.leaving()
    # At each node: how many of the words were said before it → the best score.
    reached: list[dict[int, float]] = [{} for _ in lattice.words]
    reached[lattice.first][0] = 0.0
    for node in lattice.in_order():
        if node == lattice.last:
            break
        own = lattice.words[node]
        for said, score in reached[node].items():
            if own and words[said : said + 1] != [own]:
                continue
            now = said + bool(own)
            for end, more in leaving[node]:
                reached[end][now] = max(reached[end].get(now, -math.inf), score + more)
    return reached[lattice.last].get(len(words), -math.inf)
