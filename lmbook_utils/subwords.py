"""Byte-pair encoding: words cut into pieces, learnt from how often letters stand side by side.

It begins with characters, and joins the most frequent pair of neighbours to a new piece, over and
over (Gage, 1994, for compression; Sennrich, Haddow and Birch, 2016, for words). Frequent words end
up as one piece, and a word that was never seen is a few pieces and no ``<unk>``.

A blank at the end of each word marks where it ends, so that "low" in "low " and in "lower " are
told apart, and the pieces put together are the text.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from lmbook_utils._validation import is_whole, list_of, require_list, require_type, require_whole
from lmbook_utils.vocabulary import Vocabulary

WORD_END = " "

Pair = tuple[str, str]


class BPE:
    """Cuts words into pieces by a list of merges, and puts them together again.

    Parameters
    ----------
    merges
        Pairs of pieces, in the order in which they are joined. Without any, the pieces are the
        characters.

    Examples
    --------
    >>> bpe = BPE([("l", "o"), ("lo", "w"), ("e", "r"), ("er", " ")])
    >>> bpe.encode(["lower", "low"])
    ['low', 'er ', 'low', ' ']
    >>> bpe.decode(['low', 'er ', 'low', ' '])
    ['lower', 'low']
    """

    def __init__(self, merges: Iterable[Pair]):
        self.merges = tuple(list_of(tuple, merges=merges))
        self._ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self._pieces_of: dict[str, list[str]] = {}  # words that were cut before

    def encode(self, words: Sequence[str]) -> list[str]:
        """Cut each word into pieces, the last of which ends with a blank.

        Of the pairs of neighbours in a word, the one that was learnt first is joined first.

        Raises
        ------
        ValueError
            If ``words`` is a string, or a word is empty, no string, or has a blank in it.
        """
        _require_words("words", words)
        for word in words:
            if word not in self._pieces_of:
                self._pieces_of[word] = self._cut(word)
        return [piece for word in words for piece in self._pieces_of[word]]

    def _cut(self, word: str) -> list[str]:
        pieces = [*word, WORD_END]
        while known := set(pairwise(pieces)) & self._ranks.keys():
            pieces = merge_pair(pieces, min(known, key=self._ranks.__getitem__))
        return pieces

    def decode(self, pieces: Iterable[str]) -> list[str]:
        """Put pieces together to words: what :meth:`encode` cut.

        Raises
        ------
        ValueError
            If the last piece does not end a word, or a word is empty. Also if ``pieces`` is no list
            of strings.

        Examples
        --------
        >>> BPE([]).decode(["n", "o", " "])
        ['no']
        """
        pieces = list_of(str, pieces=pieces)
        text = "".join(pieces)
        if text and not text.endswith(WORD_END):
            raise ValueError(
                f"pieces must end with the end of a word, a blank; the last was {text[-9:]!r}"
            )
        words = text.split(WORD_END)[:-1]
        if "" in words:
            raise ValueError("pieces must have a character before each blank; a word was empty")
        return words

    def vocabulary(self, characters: Iterable[str]) -> Vocabulary:
        """The characters, the blank and all pieces that the merges make, each with an id.

        Parameters
        ----------
        characters
            Those that shall have an id. A piece without one is then always a single character.

        Raises
        ------
        ValueError
            If one is no single character.

        Examples
        --------
        >>> BPE([("l", "o"), ("lo", "w")]).vocabulary("elow").tokens[4:]
        ('e', 'l', 'o', 'w', ' ', 'lo', 'low')
        """
        if not isinstance(characters, str):
            characters = list_of(str, characters=characters)
        if any(len(character) != 1 for character in characters):
            raise ValueError("characters must hold single characters; one was longer or shorter")
        made = (left + right for left, right in self.merges)
        return Vocabulary(dict.fromkeys([*characters, WORD_END, *made]))


def learn_bpe(word_counts: Mapping[str, int], merges: int) -> BPE:
    """Learn merges from words and how often each occurs (Sennrich et al., 2016, algorithm 1).

    The pair of neighbours that is most frequent in all words is joined wherever it stands, and
    then the next one. Of equally frequent pairs, that whose first piece is older comes first, then
    that whose second is; characters are the oldest, in the order of Unicode. The library
    ``tokenizers`` has the same rule.

    To count all pairs anew for each merge would take minutes. Only the words that hold the pair
    change, so only their pairs are counted anew.

    Parameters
    ----------
    word_counts
        Word → how often it occurs.
    merges
        How many pairs to join; fewer where each word is a single piece before.

    Raises
    ------
    ValueError
        If there is no word, one is empty, no string or has a blank in it, a count is no whole
        number from 1, or ``merges`` is no whole number from 0. Also if ``word_counts`` is no
        mapping.

    Examples
    --------
    >>> bpe = learn_bpe({"low": 5, "lower": 2, "newest": 6, "widest": 3}, merges=4)
    >>> bpe.merges
    (('e', 's'), ('t', ' '), ('es', 't '), ('l', 'o'))
    """
    _require_words("word_counts", word_counts)
    require_type(Mapping, word_counts=word_counts)
    for word, count in word_counts.items():
        if not is_whole(count) or count < 1:
            raise ValueError(
                f"word_counts must be whole numbers from 1; that of {word!r} was {count!r}"
            )
    if not word_counts:
        raise ValueError("word_counts must hold at least one word; it was empty")
    require_whole(0, merges=merges)
    pairs = _PairCounts(word_counts)
    learnt: list[Pair] = []
    while len(learnt) < merges and (best := pairs.most_frequent()):
        pairs.merge(best)
        learnt.append(best)
    return BPE(learnt)


def merge_pair(pieces: Sequence[str], pair: Pair) -> list[str]:
    """Join a pair of pieces wherever it stands in a word, from left to right.

    Raises
    ------
    ValueError
        If ``pieces`` is no list of strings.

    Examples
    --------
    >>> merge_pair(["b", "a", "n", "a", "n", "a"], ("a", "n"))
    ['b', 'an', 'an', 'a']
    """
    require_list(str, pieces=pieces)
    merged: list[str] = []
    i = 0
    while i < len(pieces):
        if tuple(pieces[i : i + 2]) == pair:
            merged.append("".join(pair))
            i += 2
        else:
            merged.append(pieces[i])
            i += 1
    return merged


class _PairCounts:
    """How often each pair of neighbours occurs in words that are being put together."""

    def __init__(self, word_counts: Mapping[str, int]):
        self._words = [[*word, WORD_END] for word in word_counts]
        self._word_counts = list(word_counts.values())
        characters = {character for word in self._words for character in word}
        self._ages = {piece: age for age, piece in enumerate(sorted(characters))}
        self._counts: Counter[Pair] = Counter()
        self._places: defaultdict[Pair, set[int]] = defaultdict(set)
        for place in range(len(self._words)):
            self._count(place, sign=1)
        self._queue = [self._entry(pair) for pair in self._counts]
        heapq.heapify(self._queue)

    def most_frequent(self) -> Pair | None:
        """The pair to be joined next; None if there is none."""
        while self._queue:
            entry = heapq.heappop(self._queue)
            pair = entry[-1]
            if self._counts[pair] and entry == self._entry(pair):  # else its count has changed
                return pair
        return None

    def merge(self, pair: Pair) -> None:
        """Join the pair in all words."""
        self._ages.setdefault("".join(pair), len(self._ages))
        changed: set[Pair] = set()
        for place in self._places.pop(pair):
            changed |= self._count(place, sign=-1)
            self._words[place] = merge_pair(self._words[place], pair)
            changed |= self._count(place, sign=1)
        for other in changed:
            heapq.heappush(self._queue, self._entry(other))

    def _count(self, place: int, sign: int) -> set[Pair]:
        """Add the pairs of a word to the counts, or take them off; return them."""
        pairs = list(pairwise(self._words[place]))
        for pair in pairs:
            self._counts[pair] += sign * self._word_counts[place]
            if sign > 0:
                self._places[pair].add(place)
        return set(pairs)

    def _entry(self, pair: Pair) -> tuple[int, int, int, Pair]:
        left, right = pair
        return -self._counts[pair], self._ages[left], self._ages[right], pair


def _require_words(name: str, words: Iterable[str]) -> None:
    if isinstance(words, str):
        raise ValueError(f"{name} must be several words; it was one string, {words[:20]!r}")
    if not isinstance(words, Iterable):
        raise ValueError(f"{name} must be several words; it was {words!r}")
    for word in words:
        if not isinstance(word, str) or not word or WORD_END in word:
            raise ValueError(
                f"{name} must hold words that are strings with at least one character and no "
                f"blank; one was {word!r}"
            )
