"""Sentence splitting with Punkt, trained on the text that is to be split.

Punkt (Kiss and Strunk, 2006) finds out by itself which words of a text are abbreviations, and so
which full stops end a sentence. NLTK's ready-made model must be downloaded; training one takes
seconds and needs no network.
"""

import string
from collections.abc import Iterable
from typing import Any

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer, PunktTrainer

from lmbook_utils._validation import list_of, require_type

# Too rare in a small corpus for Punkt to find them: initials ("J. S. Bach") and a few titles.
COMMON_ABBREVIATIONS = frozenset(string.ascii_lowercase) | frozenset(
    "al ca capt dr fig gov no nos pp prof sen sgt vol vs".split()
)


def train_sentence_splitter(paragraphs: Iterable[str]) -> PunktSentenceTokenizer:
    """Train Punkt on text.

    Parameters
    ----------
    paragraphs
        The text to learn abbreviations, collocations and sentence starters from.

    Returns
    -------
    nltk.tokenize.punkt.PunktSentenceTokenizer
        Its method ``tokenize(paragraph)`` gives the sentences.

    Raises
    ------
    ValueError
        If there is no text to learn from, or ``paragraphs`` is one string. Also if ``paragraphs``
        is no list of strings.

    Examples
    --------
    >>> splitter = train_sentence_splitter(["The U.S. is large. It has 50 states."] * 20)
    >>> splitter.tokenize("Dr. Smith left the U.S. in May. He was 30.")
    ['Dr. Smith left the U.S. in May.', 'He was 30.']
    """
    paragraphs = list_of(str, paragraphs=paragraphs)
    text = "\n\n".join(paragraphs)
    if not text.strip():
        raise ValueError("paragraphs must hold text, to learn abbreviations from; it had none")
    trainer = PunktTrainer(text)
    parameters = trainer.get_params()
    parameters.abbrev_types |= COMMON_ABBREVIATIONS
    return PunktSentenceTokenizer(parameters)


def parameters_to_json(splitter: PunktSentenceTokenizer) -> dict[str, Any]:
    """What a trained splitter knows, as plain lists and dictionaries (sorted, for stable files).

    Raises
    ------
    ValueError
        If ``splitter`` is no ``PunktSentenceTokenizer``.

    Examples
    --------
    >>> known = parameters_to_json(train_sentence_splitter(["Go to St. Ives. It is lovely."]))
    >>> sorted(known)
    ['abbreviations', 'collocations', 'orthographic_context', 'sentence_starters']
    """
    require_type(PunktSentenceTokenizer, splitter=splitter)
    parameters = splitter._params
    contexts = sorted(parameters.ortho_context.items())
    return {
        "abbreviations": sorted(parameters.abbrev_types),
        "collocations": sorted(map(list, parameters.collocations)),
        "sentence_starters": sorted(parameters.sent_starters),
        # Splitting adds a 0 for each word that it looks up; it says nothing.
        "orthographic_context": {word: flags for word, flags in contexts if flags},
    }


def splitter_from_json(content: dict[str, Any]) -> PunktSentenceTokenizer:
    """Undo :func:`parameters_to_json`.

    Raises
    ------
    ValueError
        If ``content`` is no ``dict``.

    Examples
    --------
    >>> splitter = train_sentence_splitter(["Go to St. Ives. It is lovely."])
    >>> splitter_from_json(parameters_to_json(splitter)).tokenize("Go home. It is late.")
    ['Go home.', 'It is late.']
    """
    require_type(dict, content=content)
    parameters = PunktParameters()
    try:
        parameters.abbrev_types = set(content["abbreviations"])
        parameters.collocations = {tuple(pair) for pair in content["collocations"]}
        parameters.sent_starters = set(content["sentence_starters"])
        parameters.ortho_context.update(content["orthographic_context"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"content must be what parameters_to_json gives; it was something else ({error})"
        ) from error
    return PunktSentenceTokenizer(parameters)
