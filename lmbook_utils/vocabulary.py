"""The map between words and the integer ids that a model computes with."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from lmbook_utils._validation import is_whole, require_iterable, require_type, require_whole

PAD, UNK, BOS, EOS = "<pad>", "<unk>", "<s>", "</s>"
SPECIAL_TOKENS = (PAD, UNK, BOS, EOS)


class _Ids(dict[str, int]):
    """Token → id, as fast as a dictionary; any other token has the id of ``<unk>``."""

    def __missing__(self, token: str) -> int:
        return Vocabulary.unk_id


class Vocabulary:
    """The words that a model knows, each with an id from 0 to ``len(vocabulary) - 1``.

    The first four ids belong to the special tokens: ``<pad>`` (0) fills up short sequences,
    ``<unk>`` (1) stands for every unknown word, ``<s>`` (2) and ``</s>`` (3) begin and end a
    sentence. The words follow, the most frequent first, so that ``id < n`` selects the ``n`` most
    frequent ones.

    Parameters
    ----------
    words
        The words in the order of their ids, without the special tokens.

    Attributes
    ----------
    tokens : tuple of str
        The token of each id.
    ids : dict of str to int
        The id of each token; asked for an unknown one, it gives that of ``<unk>``.

    Raises
    ------
    ValueError
        If there is no word, or one occurs twice, is empty, is not a string or is a special token.

    Examples
    --------
    >>> vocabulary = Vocabulary.from_sentences([["the", "cat"], ["the", "dog"]], size=6)
    >>> vocabulary.encode(["the", "bird", "cat"]).tolist()
    [4, 1, 5]
    >>> vocabulary.decode([4, 1, 5])
    ['the', '<unk>', 'cat']
    >>> len(vocabulary)
    6
    """

    pad_id, unk_id, bos_id, eos_id = range(len(SPECIAL_TOKENS))
    never_written = (pad_id, unk_id, bos_id)  # by a model that writes a text for readers

    def __init__(self, words: Iterable[str]):
        words = _checked_tokens(words, "words")
        if not words or "" in words:
            raise ValueError(
                "words must be strings that are not empty, at least one; "
                + ("one was ''" if words else "there was none")
            )
        self.tokens: tuple[str, ...] = (*SPECIAL_TOKENS, *words)
        self.ids = _Ids((token, i) for i, token in enumerate(self.tokens))
        if len(self.ids) < len(self.tokens):
            twice = next(t for t, n in Counter(self.tokens).items() if n > 1)
            raise ValueError(
                f"words must differ from each other and from the special tokens; "
                f"{twice!r} occurs twice"
            )

    @classmethod
    def from_sentences(
        cls,
        sentences: Iterable[Sequence[str]],
        size: int | None = None,
        min_count: int = 1,
    ) -> "Vocabulary":
        """Take the most frequent words of tokenised sentences.

        Words of equal frequency are taken in alphabetical order, so that the result does not
        depend on the order of the sentences. Special tokens in the text are not counted.

        Parameters
        ----------
        sentences
            Each a sequence of tokens. Give the training part only: a vocabulary built from all
            of the text has seen the test.
        size
            The number of entries, special tokens included; ``None`` for all words. The result
            is smaller where the text has fewer words.
        min_count
            Words that occur less often are left out.

        Raises
        ------
        ValueError
            If ``size`` leaves no room for a word, ``min_count`` is less than 1, or ``sentences``
            is text that was not tokenised, or holds no word at all.
        """
        if size is not None and (not is_whole(size) or size <= len(SPECIAL_TOKENS)):
            raise ValueError(
                f"size must be a whole number above {len(SPECIAL_TOKENS)}, the number of special "
                f"tokens; it was {size!r}"
            )
        require_whole(1, min_count=min_count)
        counts: Counter[str] = Counter()
        for sentence in _checked_sentences(sentences):
            counts.update(sentence)
        for token in SPECIAL_TOKENS:
            counts.pop(token, None)
        ranked = sorted((-n, word) for word, n in counts.items() if n >= min_count)
        if not ranked:
            raise ValueError(
                f"sentences holds no word that occurs {min_count} times or more; it must hold one, "
                "or min_count must be lower"
            )
        limit = None if size is None else size - len(SPECIAL_TOKENS)
        return cls(word for _, word in ranked[:limit])

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self.ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.tokens == other.tokens

    def __hash__(self) -> int:
        return hash(self.tokens)

    def __repr__(self) -> str:
        dots = ", …" if len(self) > 8 else ""
        return f"Vocabulary of {len(self)} tokens: {', '.join(self.tokens[:8])}{dots}"

    def encode(self, tokens: Sequence[str]) -> np.ndarray:
        """Map tokens to ids.

        Parameters
        ----------
        tokens
            The tokens of one text; words that are not in the vocabulary become ``<unk>``.

        Returns
        -------
        ndarray of int32, shape (tokens,)

        Raises
        ------
        ValueError
            If ``tokens`` is a string, which would be taken letter by letter, or holds something
            that is not a string.
        """
        tokens = _checked_tokens(tokens, "tokens")
        return np.array([self.ids[token] for token in tokens], np.int32)

    def encode_sentences(self, sentences: Iterable[Sequence[str]]) -> np.ndarray:
        """Map sentences to one long stream of ids, each sentence followed by ``</s>``.

        Returns
        -------
        ndarray of int32, shape (tokens,)

        Raises
        ------
        ValueError
            If ``sentences`` is text that was not tokenised.

        Examples
        --------
        >>> Vocabulary(["a", "b"]).encode_sentences([["a", "b"], ["b"]]).tolist()
        [4, 5, 3, 5, 3]
        """
        parts = [self.encode([*sentence, EOS]) for sentence in _checked_sentences(sentences)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int32)

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Map ids back to tokens.

        Raises
        ------
        ValueError
            If an id is not a whole number in ``0 … len(vocabulary) - 1``. Also if ``ids`` is no
            iterable.
        """
        require_iterable(ids=ids)
        tokens = []
        for i in ids:
            if not is_whole(i) or not 0 <= i < len(self):
                raise ValueError(
                    f"ids must be whole numbers from 0 to {len(self) - 1}; one was {i!r}"
                )
            tokens.append(self.tokens[i])
        return tokens

    def to_json(self) -> str:
        """The words as a JSON list, without the special tokens."""
        return json.dumps(self.tokens[len(SPECIAL_TOKENS) :], ensure_ascii=False, indent=0)

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        """Undo :meth:`to_json`.

        Raises
        ------
        ValueError
            If ``text`` is not a JSON list of words. Also if ``text`` is no string.
        """
        require_type(str, text=text)
        try:
            words = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"text must be a vocabulary as to_json writes it, a JSON list of words, and is "
                f"damaged or something else ({error})"
            ) from error
        if not isinstance(words, list):
            raise ValueError(
                "text must be a vocabulary as to_json writes it, a JSON list of words; "
                f"it was a {type(words).__name__}"
            )
        return cls(words)


def _checked_tokens(tokens: Iterable[str], name: str) -> list[str]:
    """Return the tokens as a list; refuse text, which would be taken letter by letter."""
    if isinstance(tokens, str | bytes) or not isinstance(tokens, Iterable):
        raise ValueError(
            f"{name} must be a sequence of tokens; it was {type(tokens).__name__} "
            "(tokenise text first, for example with preprocessing.tokenize)"
        )
    tokens = list(tokens)
    for token in tokens:
        if not isinstance(token, str):
            raise ValueError(f"{name} must hold tokens that are strings; one was {token!r}")
    return tokens


def _checked_sentences(sentences: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    if isinstance(sentences, str | bytes) or not isinstance(sentences, Iterable):
        raise ValueError(
            f"sentences must be a list of tokenised sentences; it was {type(sentences).__name__}"
        )
    for sentence in sentences:
        yield _checked_tokens(sentence, "each of the sentences")
