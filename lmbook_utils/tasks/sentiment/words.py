"""The words of a review, and whether a model knows any of them."""

import re
from collections.abc import Iterable, Sequence

from lmbook_utils._validation import list_of, require_list, require_number, require_type
from lmbook_utils.preprocessing import clean_text
from lmbook_utils.vocabulary import Vocabulary

# A word with its apostrophes ("don't", "o'clock"), or any other character that is no space. A
# review has many sentences, and Treebank's rules split a full stop off at the very end only.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]|_")


def review_words(text: str) -> list[str]:
    """Split a review into lower-cased words and punctuation marks.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of str
        The tokens; ``[]`` for an empty text.

    Raises
    ------
    ValueError
        If ``text`` is not a string. Also if ``text`` is no string.

    Examples
    --------
    >>> review_words("It isn't bad. Really!")
    ['it', "isn't", 'bad', '.', 'really', '!']
    >>> review_words("")
    []
    """
    require_type(str, text=text)
    return _WORD.findall(clean_text(text).lower())


def known_words(words: Iterable[str], vocabulary: Vocabulary) -> int:
    """Count the tokens that are words (not punctuation) and are in the vocabulary.

    Raises
    ------
    ValueError
        If ``words`` is no list of strings, or ``vocabulary`` is no ``Vocabulary``.

    Examples
    --------
    >>> known_words(["a", "good", "zyx", "."], Vocabulary(["a", "good", "."]))
    2
    """
    words = list_of(str, words=words)
    require_type(Vocabulary, vocabulary=vocabulary)
    return sum(word in vocabulary and any(map(str.isalnum, word)) for word in words)


def verdict(words: Sequence[str], log_odds: float, vocabulary: Vocabulary) -> str:
    """Say "positive" or "negative", or why there is no answer.

    A classifier gives a number for whatever comes. Where it knows no word of a text, because the
    text is empty or in another language, the number says nothing about the text.

    Parameters
    ----------
    words
        The tokens of the review.
    log_odds
        The classifier's, positive against negative; 0 counts as positive.
    vocabulary
        The words that the classifier knows.

    Raises
    ------
    ValueError
        If ``words`` is no list of strings, ``log_odds`` is no finite number, or ``vocabulary`` is
        no ``Vocabulary``.

    Examples
    --------
    >>> vocabulary = Vocabulary(["good", "."])
    >>> verdict(["good", "."], 0.4, vocabulary)
    'positive'
    >>> verdict(["很", "好", "."], 0.4, vocabulary)
    'no answer: no known word'
    """
    require_list(str, words=words)
    require_number(log_odds=log_odds)
    require_type(Vocabulary, vocabulary=vocabulary)
    if not known_words(words, vocabulary):
        return "no answer: no known word"
    return "positive" if log_odds >= 0 else "negative"
