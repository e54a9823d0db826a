"""Sentence pairs in word pieces, so that no word is unknown to a network."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lmbook_utils._validation import list_of, require_list, require_type
from lmbook_utils.subwords import BPE, learn_bpe
from lmbook_utils.tasks.translation.text import Pair
from lmbook_utils.vocabulary import Vocabulary


class Pieces(NamedTuple):
    """How the words of the two languages are cut, and the vocabularies of their pieces."""

    english: BPE
    french: BPE
    source: Vocabulary
    target: Vocabulary

    def cut(self, pair: Pair) -> Pair:
        """Cut both sentences of a pair into pieces.

        Raises
        ------
        ValueError
            If ``pair`` is no ``Pair``.
        """
        require_type(Pair, pair=pair)
        return Pair(self.english.encode(pair.english), self.french.encode(pair.french))


def learn_pieces(pairs: Sequence[Pair], merges: int) -> Pieces:
    """Learn byte-pair encodings of both languages, one for each (Sennrich et al., 2016).

    Parameters
    ----------
    pairs
        The sentence pairs in training.
    merges
        How many merges each language gets, from 0.

    Raises
    ------
    ValueError
        If ``pairs`` is empty, or ``merges`` is no whole number from 0. Also if ``pairs`` is no list
        of ``Pair``.

    Examples
    --------
    >>> pieces = learn_pieces([Pair(["the", "sea"], ["la", "mer"])], merges=2)
    >>> pieces.cut(Pair(["sea"], ["la", "mère"])).french
    ['l', 'a ', 'm', 'è', 'r', 'e', ' ']
    """
    require_list(Pair, pairs=pairs)
    if not pairs:
        raise ValueError("pairs must hold at least one sentence pair; it was empty")
    english, source = _learn((pair.english for pair in pairs), merges)
    french, target = _learn((pair.french for pair in pairs), merges)
    return Pieces(english, french, source, target)


def _learn(sentences: Iterable[Sequence[str]], merges: int) -> tuple[BPE, Vocabulary]:
    counts = Counter(word for sentence in sentences for word in sentence)
    bpe = learn_bpe(counts, merges)
    return bpe, bpe.vocabulary(sorted({character for word in counts for character in word}))


def join_pieces(pieces: Iterable[str]) -> list[str]:
    """Put the pieces that a network wrote together to words.

    It may have stopped in the middle of a word, which then ends there.

    Raises
    ------
    ValueError
        If ``pieces`` is no list of strings.

    Examples
    --------
    >>> join_pieces(["la ", "m", "er ", "mor"])
    ['la', 'mer', 'mor']
    """
    pieces = list_of(str, pieces=pieces)
    return "".join(pieces).split()
