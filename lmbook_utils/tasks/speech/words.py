"""Which words are spoken, and which of them the recogniser knows."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lmbook_utils._validation import list_of, require_iterable, require_sentences, require_type
from lmbook_utils.datasets.pronunciations import Pronunciation
from lmbook_utils.vocabulary import Vocabulary

POSSESSIVE = (("S",), ("Z",), ("IH", "Z"))
"""How "'s" is said after a word; the dictionary has the name of the letter only."""

# Swear words and slurs, as the first 8 digits of their SHA-256: whoever has a word in hand can
# look it up, and nobody has to read them.
_BLOCKED = frozenset(
    """
    044eb98b 08a841e9 09508013 0be9b885 0f28c496 11cf8376 120f6e5b 13a465fc 158869a9
    1600725e 16ea09fc 17bde8b4 1b830448 1e02eec4 2062f800 2189c0ed 235e2853 262f86db
    26578569 268651b3 30a989af 31506a84 3e8716c2 45cd3e1b 45fb7c3b 517ae3f7 522788b6
    566f532d 5a9d9dce 5b3ae48b 63333e4b 6ac3c336 796e43a5 7ad1e368 7bc67115 85fc17f7
    886d51e9 89133bc0 8f5083e3 92a9bf81 937d56e4 94a2b576 958ce5c3 986c9900 98b52c4b
    9915ba2d 99e367bc 9ae315a9 a24efab8 ad505b0b affc8757 b04a8a40 b2a7d488 b690cdbe
    b81d6dc2 bb61ef40 bdb1cc25 c1cabb6f c2c3b68b c3de533e c7653054 ccff74c2 d0e3cb91
    d75a838d db10a790 dc2abe4e dd92623b e512a055 e9143a29 f50c51ed f9d0d9b1 fb96c276
    """.split()
)


def is_blocked(word: str) -> bool:
    """Say whether a word is one that a recogniser should not put into anybody's mouth.

    A recogniser mishears one word in six. Where it would be right to write a swear word, writing
    another word is a small mistake; where it mishears, writing a swear word is a large one.

    Raises
    ------
    ValueError
        If ``word`` is no string.

    Examples
    --------
    >>> is_blocked("novel")
    False
    """
    require_type(str, word=word)
    return hashlib.sha256(word.lower().encode()).hexdigest()[:8] in _BLOCKED


def spoken_words(tokens: Iterable[str]) -> list[str]:
    """The tokens that are spoken: those with a letter or a digit. Punctuation is not.

    Raises
    ------
    ValueError
        If ``tokens`` is no list of strings.

    Examples
    --------
    >>> spoken_words(["john", "'s", "clock", ",", "at", "9", "."])
    ['john', "'s", 'clock', 'at', '9']
    """
    tokens = list_of(str, tokens=tokens)
    return [token for token in tokens if any(map(str.isalnum, token))]


def recogniser_vocabulary(
    sentences: Iterable[Sequence[str]], pronunciations: Mapping[str, tuple[Pronunciation, ...]]
) -> Vocabulary:
    """The words that the recogniser can hear.

    They are those of the training text which the dictionary can pronounce, without the ones that
    :func:`is_blocked` names. A dictionary alone would know many words that no text of this kind
    holds, and they could only be mistakes.

    Parameters
    ----------
    sentences
        The training text, each sentence a list of tokens.
    pronunciations
        As :func:`lmbook_utils.datasets.load_pronunciations` gives them.

    Raises
    ------
    ValueError
        If no word of the text has a pronunciation. Also if ``sentences`` is no iterable, or
        ``pronunciations`` is no mapping.

    Examples
    --------
    >>> sounds = {"a": (("AH",),), "cat": (("K", "AE", "T"),), "zebra": (("Z",),)}
    >>> recogniser_vocabulary([["a", "cat", ",", "a", "lynx"]], sounds).tokens[4:]
    ('a', 'cat')
    """
    require_iterable(sentences=sentences)
    sentences = [list_of(str, sentences=sentence) for sentence in sentences]
    require_type(Mapping, pronunciations=pronunciations)
    known = [
        [word for word in sentence if word in pronunciations and not is_blocked(word)]
        for sentence in sentences
    ]
    if not any(known):
        raise ValueError("pronunciations must hold a word of sentences at least; it held none")
    return Vocabulary.from_sentences(known)


def dictionary_lines(
    vocabulary: Vocabulary, pronunciations: Mapping[str, tuple[Pronunciation, ...]]
) -> list[str]:
    """The lines of a pronouncing dictionary as pocketsphinx reads it.

    Raises
    ------
    ValueError
        If ``vocabulary`` is no ``Vocabulary``, or ``pronunciations`` is no mapping.

    Examples
    --------
    >>> sounds = {"read": (("R", "EH", "D"), ("R", "IY", "D"))}
    >>> dictionary_lines(Vocabulary(["read", "'s"]), sounds)[:3]
    ['read R EH D', 'read(2) R IY D', "'s S"]
    """
    require_type(Vocabulary, vocabulary=vocabulary)
    require_type(Mapping, pronunciations=pronunciations)
    lines = []
    for word in vocabulary.tokens[4:]:
        sounds: Any = POSSESSIVE if word == "'s" else pronunciations.get(word)
        require_sentences(pronunciations=sounds)
        for number, phones in enumerate(sounds, 1):
            name = word if number == 1 else f"{word}({number})"
            lines.append(" ".join([name, *phones]))
    return lines
