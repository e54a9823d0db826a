"""From text to tokens: once for a bag of words, once for language modelling.

``preprocess`` is the pipeline that tutorials show: it drops punctuation and stop words, which
suits tasks that look at which words occur. ``split_sentences`` and ``tokenize`` keep everything,
as a language model needs it: the punctuation and the small words are most of what it predicts.
"""

import re
import unicodedata
from functools import cache

from nltk.tokenize import NLTKWordTokenizer
from stop_words import get_stop_words

from lmbook_utils.datasets.wikipedia import load_sentence_splitter

_TOKENIZER = NLTKWordTokenizer()
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff]")


def clean_text(text: str) -> str:
    """Put Unicode and white space in order without dropping a word.

    Composes characters (NFC), removes control and zero-width characters, and makes each run of
    white space one space.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The same text in order; ``""`` where nothing is left.

    Raises
    ------
    ValueError
        If ``text`` is not a string.

    Examples
    --------
    >>> clean_text("  A\\tcafe\\u0301,\\n\\x00please. ")
    'A café, please.'
    """
    _require_text(text)
    return " ".join(_NOT_TEXT.sub("", unicodedata.normalize("NFC", text)).split())


def split_sentences(text: str) -> list[str]:
    """Split text into sentences with Punkt, trained on the Wikipedia corpus.

    The first call loads the corpus (see :func:`lmbook_utils.datasets.load_wikipedia`).

    Parameters
    ----------
    text
        Running text.

    Returns
    -------
    list of str
        The sentences, their punctuation included; ``[]`` for empty text.

    Raises
    ------
    ValueError
        If ``text`` is not a string.

    Examples
    --------
    >>> split_sentences("The U.S. has 50 states. Alaska, e.g., is large.")
    ['The U.S. has 50 states.', 'Alaska, e.g., is large.']
    """
    return load_sentence_splitter().tokenize(clean_text(text))


def tokenize(sentence: str, lowercase: bool = True) -> list[str]:
    """Split one sentence into words and punctuation, and keep all of them.

    The Penn Treebank rules, as NLTK implements them: contractions are split ("don't" → "do n't")
    and each punctuation mark is a token. Unlike the Treebank, quotation marks stay as they are.

    Parameters
    ----------
    sentence
        One sentence (only a full stop at the very end is split off; see :func:`split_sentences`).
    lowercase
        Whether to lower-case the tokens. The book does: its corpus is too small to learn "The"
        and "the" apart.

    Returns
    -------
    list of str
        The tokens; ``[]`` for empty text.

    Raises
    ------
    ValueError
        If ``sentence`` is not a string.

    Examples
    --------
    >>> tokenize('She said: "I don\\'t know."')
    ['she', 'said', ':', '"', 'i', 'do', "n't", 'know', '.', '"']
    """
    text = clean_text(sentence)
    tokens = [
        '"' if token in ("``", "''") and '"' in text else token
        for token in _TOKENIZER.tokenize(text)
    ]
    return [token.lower() for token in tokens] if lowercase else tokens


def preprocess(text: str) -> str:
    """Run the usual bag-of-words pipeline: clean, lower-case, tokenise, drop stop words, join.

    Do not feed the result to a language model: chapter 4 measures what it costs.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The remaining words, separated by spaces; ``""`` where only stop words, punctuation or
        nothing was there.

    Raises
    ------
    ValueError
        If ``text`` is not a string.

    Examples
    --------
    >>> preprocess("The quick brown fox jumps over the lazy dog.")
    'quick brown fox jumps lazy dog'
    >>> preprocess("It is what it is.")
    ''
    """
    words = re.sub(r"[^\w\s]", "", clean_text(text)).lower()
    return " ".join(w for w in _TOKENIZER.tokenize(words) if w not in english_stop_words())


@cache
def english_stop_words() -> frozenset[str]:
    """The English stop words of the package ``stop-words``, as :func:`preprocess` meets them.

    That pipeline removes apostrophes before it looks for stop words, so each word stands here
    with its apostrophe and without ("don't", "dont").

    Examples
    --------
    >>> {"the", "don't", "dont"} <= english_stop_words()
    True
    """
    words = get_stop_words("en")
    return frozenset(words) | frozenset(word.replace("'", "") for word in words)


def _require_text(text: object) -> None:
    if not isinstance(text, str):
        hint = (
            "; decode it first, for example text.decode('utf-8')" if isinstance(text, bytes) else ""
        )
        raise ValueError(f"text must be a string; it was {type(text).__name__}{hint}")
