"""From text to tokens: once for a bag of words, once for language modelling.

``preprocess`` is the pipeline that tutorials show: it drops punctuation and stop words, which
suits tasks that look at which words occur. ``split_sentences`` and ``tokenize`` keep everything,
as a language model needs it: the punctuation and the small words are most of what it predicts.
"""

import re
import unicodedata
from functools import cache
from itertools import groupby

from nltk.tokenize import NLTKWordTokenizer
from stop_words import get_stop_words

from lmbook_utils.datasets.wikipedia import load_sentence_splitter

_TOKENIZER = NLTKWordTokenizer()
_NOT_TEXT = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters that are not white space
    r"\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # invisible: hyphens, directions
    r"\ud800-\udfff]"  # halves of characters, from bytes that were decoded wrongly
)
_RUN_OF_MARKS = re.compile(r"[^\w\s\x00-\x7f]{64,}")  # or of symbols, which sorting leaves alone


def clean_text(text: str) -> str:
    """Put Unicode and white space in order without dropping a word.

    Removes control and zero-width characters (but not the joiners, with which Persian words and
    emoji are spelled), composes characters (NFC), and makes each run of white space one space.

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
    _require_text(text, "text")
    return " ".join(_compose(_NOT_TEXT.sub("", text)).split())


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
    _require_text(text, "text")
    sentences: list[str] = load_sentence_splitter().tokenize(clean_text(text))
    return sentences


def tokenize(sentence: str, lowercase: bool = True) -> list[str]:
    """Split one sentence into words and punctuation, and keep all of them.

    The Penn Treebank rules, as NLTK implements them: contractions are split ("don't" → "do n't")
    and each punctuation mark is a token. NLTK replaces quotation marks by the Treebank's own;
    here they stay as they are, so that the tokens, put together, are the text without its spaces.

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
    _require_text(sentence, "sentence")
    text = clean_text(sentence)
    tokens = _with_quotation_marks_of(text, _TOKENIZER.tokenize(text))
    return [token.lower() for token in tokens] if lowercase else tokens


def preprocess(text: str) -> str:
    """Run the usual bag-of-words pipeline: clean, lower-case, tokenise, drop stop words, join.

    Do not feed the result to a language model: chapter 4 measures what it costs. The pipeline is
    for English: it also drops combining marks that Unicode has no composed letter for, such as
    the vowel signs of Hindi.

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
    with its apostrophe and without ("don't", "dont"). The price: "well", "ill" or "shed" cannot
    be told from "we'll", "I'll" and "she'd" any more, and are stop words too.

    The package's list is a long one, more than 1,300 words. It takes words with it that carry
    meaning, such as "good", "not", "year" and "computer".

    Examples
    --------
    >>> {"the", "don't", "dont"} <= english_stop_words()
    True
    """
    words = get_stop_words("en")
    return frozenset(words) | frozenset(word.replace("'", "") for word in words)


def _compose(text: str) -> str:
    """Normalise to NFC.

    Python sorts each run of combining marks by insertion. The time for that grows with the square
    of the run's length, so long runs are sorted here first, by the same rule.
    """
    return unicodedata.normalize("NFC", _RUN_OF_MARKS.sub(_sort_marks, text))


def _sort_marks(run: re.Match[str]) -> str:
    marks = "".join(unicodedata.normalize("NFD", character) for character in run[0])
    groups = groupby(marks, key=lambda mark: unicodedata.combining(mark) > 0)
    return "".join(mark for _, group in groups for mark in sorted(group, key=unicodedata.combining))


def _with_quotation_marks_of(text: str, tokens: list[str]) -> list[str]:
    """Put back what NLTK replaced: it writes each double quotation mark as the Treebank does."""
    characters = text.replace(" ", "")
    restored, position = [], 0
    for token in tokens:
        if token in ("``", "''"):
            token = characters[position : position + 2]
            token = '"' if token.startswith('"') else token
        restored.append(token)
        position += len(token)
    return restored


def _require_text(value: object, name: str) -> None:
    if isinstance(value, bytes | bytearray):
        raise ValueError(
            f"{name} must be a string; it was {type(value).__name__}: "
            f"decode it first, for example with {name}.decode('utf-8')"
        )
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string; it was {type(value).__name__}")
