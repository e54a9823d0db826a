"""Generated text: how varied it is, how much it repeats itself, and how much it copies.

None of these says whether a text is any good, and each can be had for nothing: see its docstring.
Look at several, and at the numbers of a text that people wrote.
"""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from lmbook_utils._validation import (
    is_list,
    require_iterable,
    require_list,
    require_type,
    require_whole,
)

Tokens = Sequence[Hashable] | np.ndarray


def distinct_n(sentences: Iterable[Tokens], n: int) -> float:
    r"""Share of the n-grams of generated sentences that are different from each other.

    .. math::
        \mathrm{distinct}_n = \frac{\text{number of different } n\text{-grams}}
            {\text{number of } n\text{-grams}}

    From near 0 (always the same) to 1 (no n-gram twice), over all sentences together (Li et al.,
    2016, who divide by the number of tokens; dividing by the number of n-grams makes 1 possible).
    It falls with the length of the text, as words come back, so compare texts of equal length. To
    have 1, draw words at random: nonsense is varied.

    Parameters
    ----------
    sentences
        Each a sequence of tokens (words or ids). No n-gram spans two sentences.
    n
        The number of tokens in an n-gram.

    Raises
    ------
    ValueError
        If ``n`` is no whole number from 1, a sentence is one string, or none has ``n`` tokens.

    Examples
    --------
    >>> distinct_n([["the", "cat", "sat"], ["the", "cat", "ran"]], n=2)
    0.75
    """
    require_iterable(sentences=sentences)
    grams = [gram for sentence in sentences for gram in _ngrams("sentences", sentence, n)]
    return len(set(grams)) / _at_least_one(grams, "sentences", n)


def repetition(tokens: Tokens, n: int = 4, window: int | None = None) -> float:
    r"""Share of the n-grams of a text that came before in the same text.

    Without a window it is

    .. math::
        1 - \frac{\text{number of different } n\text{-grams}}{\text{number of } n\text{-grams}}

    which Welleck et al. (2020) call seq-rep-n. People repeat themselves, too, so the number to
    aim at is that of a text that people wrote, not 0. To have 0, draw words at random; or repeat
    yourself with small changes, which it does not see.

    Parameters
    ----------
    tokens
        The text, a sequence of tokens (words or ids).
    n
        The number of tokens in an n-gram.
    window
        Count an n-gram only if it began before at one of so many places just before. In a long
        text that finds loops, and leaves alone what comes back after a while.

    Raises
    ------
    ValueError
        If ``n`` or ``window`` is no whole number from 1, ``tokens`` is one string, or has fewer
        than ``n`` tokens.

    Examples
    --------
    >>> repetition("it is what it is what it is".split(), n=2)
    0.5714285714285714
    >>> repetition([1, 2, 3, 1], n=1), repetition([1, 2, 3, 1], n=1, window=2)
    (0.25, 0.0)
    """
    grams = _ngrams("tokens", tokens, n)
    if window is not None:
        require_whole(1, window=window)
    furthest = len(grams) if window is None else window
    last: dict[tuple[Hashable, ...], int] = {}
    repeated = 0
    for place, gram in enumerate(grams):
        repeated += gram in last and place - last[gram] <= furthest
        last[gram] = place
    return repeated / _at_least_one(grams, "tokens", n)


class TextIndex:
    """A text in which n-grams and copies are looked up fast: the training text.

    It keeps what it has looked up: the set of n-grams for each ``n`` that was asked for.

    Parameters
    ----------
    tokens
        The text as one sequence of tokens, words or ids. Sentences follow each other, with
        ``</s>`` between them if what is looked up has it as well.

    Raises
    ------
    ValueError
        If ``tokens`` is empty or one string.

    Examples
    --------
    >>> index = TextIndex("the cat sat on the mat".split())
    >>> ("the", "mat") in index.ngrams(2), ("the", "sat") in index.ngrams(2)
    (True, False)
    """

    def __init__(self, tokens: Tokens):
        self._tokens = _as_list("tokens", tokens)
        if not self._tokens:
            raise ValueError("tokens must hold at least one token; it was empty")
        self._ngrams: dict[int, frozenset[tuple[Hashable, ...]]] = {}
        self._places: dict[Hashable, np.ndarray] = {}

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self._tokens)

    def ngrams(self, n: int) -> frozenset[tuple[Hashable, ...]]:
        """Return the different n-grams of the text; none if it is shorter than ``n``.

        Raises
        ------
        ValueError
            If ``n`` is no whole number from 1.
        """
        require_whole(1, n=n)
        if n not in self._ngrams:
            self._ngrams[n] = frozenset(_ngrams("tokens", self._tokens, n))
        return self._ngrams[n]

    def places(self, token: Hashable) -> np.ndarray:
        """Return the places of a token in the text, ascending; none if it is not there."""
        require_type(Hashable, token=token)
        if not self._places:
            places: dict[Hashable, list[int]] = {}
            for place, each in enumerate(self._tokens):
                places.setdefault(each, []).append(place)
            self._places = {each: np.array(found) for each, found in places.items()}
        return self._places.get(token, np.array([], int))


def ngram_overlap(generated: Tokens, training: TextIndex, n: int) -> float:
    r"""Share of the n-grams of a generated text that stand in the training text.

    .. math::
        \frac{\text{number of } n\text{-grams of the text that stand in the training text}}
            {\text{number of } n\text{-grams of the text}}

    It is BLEU's precision with the training text as the reference, without its upper limit on how
    often an n-gram may count. High for ``n`` = 1 and 2 in any fluent text; for ``n`` of about 8 or
    more it shows copying. To have 0, write nonsense, or replace every seventh word; to have 1,
    copy; or say the same short phrase again and again.

    Parameters
    ----------
    generated
        The text, a sequence of tokens of the same kind as those of the training text.
    training
        The training text.
    n
        The number of tokens in an n-gram.

    Raises
    ------
    ValueError
        If ``n`` is no whole number from 1, ``generated`` is one string, or has fewer than ``n``
        tokens. Also if ``training`` is no ``TextIndex``.

    Examples
    --------
    >>> training = TextIndex("the cat sat on the mat".split())
    >>> ngram_overlap("the cat sat on the cat".split(), training, n=3)
    0.75
    """
    require_type(TextIndex, training=training)
    grams = _ngrams("generated", generated, n)
    known = training.ngrams(n)
    return sum(gram in known for gram in grams) / _at_least_one(grams, "generated", n)


def longest_copy(generated: Tokens, training: TextIndex) -> list[Hashable]:
    """Find the longest run of tokens that stands word for word in the training text.

    The time it takes is proportional to the number of pairs of equal tokens in the two texts. A
    long run may be a name or a phrase that everybody uses; look at it. To have a short one,
    change a word here and there: the copy remains one.

    Parameters
    ----------
    generated
        The text, a sequence of tokens of the same kind as those of the training text.
    training
        The training text.

    Returns
    -------
    list
        The run, the first of the longest; empty if no token stands in the training text.

    Raises
    ------
    ValueError
        If ``generated`` is one string. Also if ``training`` is no ``TextIndex``.

    Examples
    --------
    >>> training = TextIndex("the cat sat on the mat".split())
    >>> longest_copy("a dog sat on the cat".split(), training)
    ['sat', 'on', 'the']
    """
    require_type(TextIndex, training=training)
    generated = _as_list("generated", generated)
    # lengths[p] is the length of the run that ends at the last token and just before place p.
    lengths = np.zeros(len(training) + 1, int)
    ends = np.array([], int)
    longest, last = 0, 0
    for place, token in enumerate(generated):
        places = training.places(token)
        new = lengths[places] + 1
        lengths[ends] = 0
        ends = places + 1
        lengths[ends] = new
        if new.max(initial=0) > longest:
            longest, last = int(new.max()), place
    return generated[last + 1 - longest : last + 1]


def _as_list(name: str, tokens: Tokens) -> list[Hashable]:
    """Return tokens as a list; those of an array as Python's numbers, which are faster to hash."""
    if not is_list(tokens):
        raise ValueError(f"{name} must be a sequence of tokens, not one string; it was {tokens!r}")
    tokens = tokens.tolist() if isinstance(tokens, np.ndarray) else list(tokens)
    require_list(Hashable, **{name: tokens})
    return tokens


def _ngrams(name: str, tokens: Tokens, n: int) -> list[tuple[Hashable, ...]]:
    require_whole(1, n=n)
    tokens = _as_list(name, tokens)
    return list(zip(*(tokens[i:] for i in range(n)), strict=False))


def _at_least_one(grams: list[tuple[Hashable, ...]], name: str, n: int) -> int:
    if not grams:
        raise ValueError(f"{name} must hold at least n = {n} tokens in a row")
    return len(grams)
