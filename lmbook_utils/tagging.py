"""What a token is in its sentence: its part of speech, and its position.

The tagger is that of Pattern (De Smedt and Daelemans, 2012), which comes with TextBlob and needs
no download: a dictionary, rules for the endings of unknown words, and rules that look at the
neighbours. It is a small tagger of an older kind, and makes mistakes: :func:`load_checked_tags`
gives a sample of the test text to count them on.
"""

from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple

import numpy as np
from textblob.en import parser

from lmbook_utils._validation import array_of, is_list, require_whole

_PENN_TAGS = {
    "NOUN": "NN NNS",
    "PROPN": "NNP NNPS",
    "VERB": "MD VB VBD VBG VBN VBP VBZ",
    "ADJ": "JJ JJR JJS",
    "ADV": "RB RBR RBS WRB",
    "PRON": "PRP PRP$ WP WP$",
    "DET": "DT EX PDT WDT",
    "ADP": "IN",
    "NUM": "CD",
    "CONJ": "CC",
    "PRT": "POS RP TO",
    "X": "FW LS SYM UH",
}
_UNIVERSAL = {penn: tag for tag, tags in _PENN_TAGS.items() for penn in tags.split()}

PARTS_OF_SPEECH = (*_PENN_TAGS, "PUNCT")
"""The universal tags of Petrov et al. (2012), but that names (``PROPN``) are apart from the other
nouns, and punctuation is called ``PUNCT``. ``PRT`` are particles, among them "to" and "'s", ``ADP``
prepositions and conjunctions such as "that", ``X`` all the rest."""


def tag_parts_of_speech(sentence: Sequence[str]) -> list[str]:
    """Tag each token of a sentence with its part of speech.

    Parameters
    ----------
    sentence
        The tokens in the case in which they were written
        (``preprocessing.tokenize(text, lowercase=False)``): a capital letter is how the tagger
        knows a name. The tags fit the lower-cased tokens one by one.

    Returns
    -------
    list of str
        One of :data:`PARTS_OF_SPEECH` for each token.

    Raises
    ------
    ValueError
        If ``sentence`` is text that was not tokenised, or holds an empty token or one that is no
        string.

    Examples
    --------
    >>> tag_parts_of_speech(["Ada", "wrote", "the", "first", "programs", "."])
    ['PROPN', 'VERB', 'DET', 'ADJ', 'NOUN', 'PUNCT']
    """
    if not is_list(sentence) or not all(isinstance(t, str) and t for t in sentence):
        raise ValueError(
            "sentence must be a list of tokens that are not empty; tokenise a text first, for "
            f"example with preprocessing.tokenize; it was {sentence!r}"
        )
    return [_universal(token, penn) for token, penn in parser.find_tags(list(sentence))]


def _universal(token: str, penn: str) -> str:
    """Translate a tag of the Penn Treebank; the tagger may name a kind of name, as in NNP-PERS."""
    if not any(character.isalnum() for character in token):
        return "PUNCT"
    return _UNIVERSAL.get(penn.partition("-")[0], "X")


class CheckedTag(NamedTuple):
    """A token of the corpus' test part and its part of speech; places are counted from 0."""

    article: int
    sentence: int
    token: int
    part_of_speech: str


def load_checked_tags() -> list[CheckedTag]:
    """200 tokens of the test text, drawn at random, with the part of speech that they have.

    Each token was looked at once, in its sentence and with the tagger's answer in view, and the
    answer was put right where it was wrong by the guidelines of the Penn Treebank (Marcus et al.,
    1993). There was no second annotator, and seeing the answer makes one agree with it: what the
    tagger gets right on this sample is rather too much than too little. Four of the tags are
    doubtful (is "Muslim" an adjective or a name?); three of them count against the tagger.

    Examples
    --------
    >>> checked = load_checked_tags()
    >>> len(checked)
    200
    >>> checked[0]
    CheckedTag(article=0, sentence=4, token=8, part_of_speech='PROPN')
    """
    file = resources.files("lmbook_utils") / "data" / "parts_of_speech.tsv"
    _, *lines = file.read_text(encoding="utf-8").splitlines()  # the first one names the columns
    rows = (line.split("\t") for line in lines)
    return [
        CheckedTag(int(article), int(sentence), int(token), part_of_speech)
        for article, sentence, token, part_of_speech in rows
    ]


def positions_in_sentence(ids: np.ndarray, eos_id: int) -> np.ndarray:
    """Count the tokens of each sentence of a stream: 1 for its first one.

    Parameters
    ----------
    ids
        The stream, shape (tokens,), with ``</s>`` after each sentence.
    eos_id
        The id of ``</s>``; it has a position too, the last of its sentence.

    Returns
    -------
    ndarray of int, shape (tokens,)

    Raises
    ------
    ValueError
        If ``ids`` is not one stream of whole numbers, or ``eos_id`` is none from 0.

    Examples
    --------
    >>> positions_in_sentence(np.array([7, 8, 3, 9, 3]), eos_id=3).tolist()
    [1, 2, 3, 1, 2]
    """
    require_whole(0, eos_id=eos_id)
    ids = array_of("ids", ids)
    if ids.ndim != 1 or (ids.size and not np.issubdtype(ids.dtype, np.integer)):
        raise ValueError(
            "ids must be one stream of whole numbers, shape (tokens,); the shape was "
            f"{ids.shape} and the type {ids.dtype}"
        )
    place = np.arange(len(ids))
    begins = np.append(True, ids[:-1] == eos_id)[: len(ids)]
    return place - np.maximum.accumulate(np.where(begins, place, 0)) + 1
