"""The map between words and the integer ids that a model computes with."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

PAD, UNK, BOS, EOS = "<pad>", "<unk>", "<s>", "</s>"
SPECIAL_TOKENS = (PAD, UNK, BOS, EOS)


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

    Raises
    ------
    ValueError
        If a word occurs twice, is empty, is not a string or is a special token.

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

    def __init__(self, words: Iterable[str]):
        self.tokens: tuple[str, ...] = (*SPECIAL_TOKENS, *words)
        for token in self.tokens:
            if not isinstance(token, str) or not token:
                raise ValueError(f"words must be strings that are not empty; one was {token!r}")
        self._ids = {token: i for i, token in enumerate(self.tokens)}
        if len(self._ids) < len(self.tokens):
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
            If ``size`` leaves no room for a word, ``min_count`` is less than 1, ``sentences`` is
            text that was not tokenised, or holds no word at all.
        """
        if size is not None and size <= len(SPECIAL_TOKENS):
            raise ValueError(
                f"size must be more than {len(SPECIAL_TOKENS)}, the number of special "
                f"tokens; it was {size}"
            )
        if min_count < 1:
            raise ValueError(f"min_count must be at least 1; it was {min_count}")
        counts: Counter[str] = Counter()
        for sentence in [sentences] if isinstance(sentences, str) else sentences:
            if isinstance(sentence, str):
                raise ValueError(
                    "sentences must be sequences of tokens, not strings; "
                    "tokenise them first, for example with preprocessing.tokenize"
                )
            counts.update(sentence)
        for token in SPECIAL_TOKENS:
            counts.pop(token, None)
        ranked = sorted((-n, word) for word, n in counts.items() if n >= min_count)
        if not ranked:
            raise ValueError(f"sentences holds no word that occurs {min_count} times or more")
        limit = None if size is None else size - len(SPECIAL_TOKENS)
        return cls(word for _, word in ranked[:limit])

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.tokens == other.tokens

    def __hash__(self) -> int:
        return hash(self.tokens)

    def __repr__(self) -> str:
        return f"Vocabulary of {len(self)} tokens: {', '.join(self.tokens[:8])}, …"

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
            If ``tokens`` is a string: it would be taken letter by letter.
        """
        if isinstance(tokens, str):
            raise ValueError(
                "tokens must be a sequence of tokens, not a string; "
                "tokenise it first, for example with preprocessing.tokenize"
            )
        return np.fromiter((self._ids.get(t, self.unk_id) for t in tokens), np.int32, len(tokens))

    def encode_sentences(self, sentences: Iterable[Sequence[str]]) -> np.ndarray:
        """Map sentences to one long stream of ids, each sentence followed by ``</s>``.

        Returns
        -------
        ndarray of int32, shape (tokens,)

        Examples
        --------
        >>> Vocabulary(["a", "b"]).encode_sentences([["a", "b"], ["b"]]).tolist()
        [4, 5, 3, 5, 3]
        """
        parts = [self.encode([*sentence, EOS]) for sentence in sentences]
        return np.concatenate(parts) if parts else np.zeros(0, np.int32)

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Map ids back to tokens.

        Raises
        ------
        ValueError
            If an id is not in ``0 … len(vocabulary) - 1``.
        """
        tokens = []
        for i in ids:
            if not 0 <= i < len(self):
                raise ValueError(f"ids must be from 0 to {len(self) - 1}; one was {i}")
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
            If ``text`` is not a JSON list of words.
        """
        words = json.loads(text)
        if not isinstance(words, list):
            raise ValueError(f"text must be a JSON list of words; it was a {type(words).__name__}")
        return cls(words)
