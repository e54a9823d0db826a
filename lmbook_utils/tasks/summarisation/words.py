"""The sentences of a text and the words of a sentence, whatever the language."""

import re

from lmbook_utils._validation import require_type
from lmbook_utils.preprocessing import clean_text, english_stop_words, split_sentences

_CHINESE_OR_JAPANESE = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
# A character of a script without spaces is a word of its own; elsewhere letters and digits that
# stand together are one, with what an apostrophe or a hyphen joins to them.
_WORD = re.compile(
    rf"{_CHINESE_OR_JAPANESE}|(?:(?!{_CHINESE_OR_JAPANESE})[^\W_])+"
    rf"(?:['’-](?:(?!{_CHINESE_OR_JAPANESE})[^\W_])+)*"
)
_AFTER_FULL_STOP = re.compile(r"(?<=[。！？])\s*(?=\S)")


def sentence_words(sentence: str) -> list[str]:
    """The words of a sentence in lower case, without punctuation.

    Raises
    ------
    ValueError
        If ``sentence`` is not a string. Also if ``sentence`` is no string.

    Examples
    --------
    >>> sentence_words("A state-of-the-art parser isn't enough !")
    ['a', 'state-of-the-art', 'parser', "isn't", 'enough']
    >>> sentence_words("我们提出 BERT。")
    ['我', '们', '提', '出', 'bert']
    """
    require_type(str, sentence=sentence)
    return _WORD.findall(clean_text(sentence).lower())


def content_words(sentence: str) -> set[str]:
    """The different words of a sentence that are no stop words of English.

    Raises
    ------
    ValueError
        If ``sentence`` is no string.

    Examples
    --------
    >>> sorted(content_words("The parser is a fast parser ."))
    ['fast', 'parser']
    """
    require_type(str, sentence=sentence)
    return set(sentence_words(sentence)) - english_stop_words()


def text_sentences(text: str) -> list[str]:
    """Split a text of the reader's own into sentences.

    Punkt knows the full stops of European scripts; a sentence of Chinese or Japanese ends after
    its own marks.

    Raises
    ------
    ValueError
        If ``text`` is not a string. Also if ``text`` is no string.

    Examples
    --------
    >>> text_sentences("We parse. It works, e.g., here.")
    ['We parse.', 'It works, e.g., here.']
    >>> text_sentences("我们提出一种方法。它很快！")
    ['我们提出一种方法。', '它很快！']
    >>> text_sentences(" ")
    []
    """
    require_type(str, text=text)
    pieces = [
        piece for sentence in split_sentences(text) for piece in _AFTER_FULL_STOP.split(sentence)
    ]
    return [piece for piece in pieces if piece]
