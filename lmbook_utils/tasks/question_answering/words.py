"""The words of questions and passages as a search engine compares them."""

import re
from functools import cache

from nltk.stem import PorterStemmer

from lmbook_utils._validation import require_type
from lmbook_utils.preprocessing import tokenize

_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_STEMMER = PorterStemmer()


def stems(text: str) -> list[str]:
    """Cut a text into lower-cased words without their endings; punctuation is left out.

    The endings go by Porter's rules (1980), so that "kings" finds "king". Stop words stay: the
    ranking gives what is in every passage next to no weight by itself.

    Parameters
    ----------
    text
        Any text; of one in which there is no word, nothing is left.

    Raises
    ------
    ValueError
        If ``text`` is not a string. Also if ``text`` is no string.

    Examples
    --------
    >>> stems("Who built the palaces of 1890?")
    ['who', 'built', 'the', 'palac', 'of', '1890']
    """
    require_type(str, text=text)
    return [stem for token in tokenize(text) if (stem := stem_of(token))]


@cache
def stem_of(token: str) -> str:
    """The stem of one token; ``""`` if there is no letter and no digit in it.

    Raises
    ------
    ValueError
        If ``token`` is no string.

    Examples
    --------
    >>> stem_of("Kings"), stem_of("?")
    ('king', '')
    """
    require_type(str, token=token)
    return _STEMMER.stem(token.lower()) if _LETTER_OR_DIGIT.search(token) else ""
