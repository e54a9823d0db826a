"""What MiniLM says of passages and of possible answers; its weights stay as they are.

Three cosines: of the question with a passage; of the question with a run of tokens *in* its
sentence, from the states of the tokens before they are averaged; and of what is asked for ("blood
vessel") with the run alone.
"""

import re

import keras
import numpy as np
from tokenizers import Tokenizer

from lmbook_utils._validation import require_type
from lmbook_utils.tasks import minilm
from lmbook_utils.tasks.question_answering.answer_types import asks_for
from lmbook_utils.tasks.question_answering.data import token_places
from lmbook_utils.tasks.question_answering.passages import Passage, PassageIndex
from lmbook_utils.tasks.question_answering.reading import Candidates

PIECES = 64
_GENERAL = {"person": "a person", "place": "a place", "time": "a date", "number": "a number"}
_ASKED = re.compile(
    r"\b(?:which|what|how many|name (?:a|an|the)|whose)\s+(?!is\b|was\b|are\b|were\b|do\b|does\b"
    r"|did\b|can\b|could\b|has\b|had\b)((?:[\w'-]+\s*)+)",
    re.IGNORECASE,
)
_END = re.compile(
    r"\s\b(?:is|was|are|were|do|does|did|can|could|has|had|have|will|would|may|might|must|of|in|on"
    r"|at|by|for|from|with|to|that|which)\b.*"
)


def text_to_encode(passage: Passage) -> str:
    """What the encoder reads of a passage: the title of its article and the sentence.

    Raises
    ------
    ValueError
        If ``passage`` is no ``Passage``.

    Examples
    --------
    >>> text_to_encode(Passage("Ant", 0, "They live together.", "Ants are many.", ""))
    'Ant. They live together.'
    """
    require_type(Passage, passage=passage)
    return f"{passage.title}. {passage.text}"


def asked_phrase(question: str) -> str:
    """The words of a question that say what is asked for; a general word if there are none.

    Raises
    ------
    ValueError
        If ``question`` is no string.

    Examples
    --------
    >>> asked_phrase("Which blood vessel of the general did the bullet hit?")
    'blood vessel'
    >>> [asked_phrase(q) for q in ("Who edits it?", "How many cups?", "When?", "")]
    ['a person', 'cups', 'a date', '']
    """
    require_type(str, question=question)
    found = _ASKED.search(question)
    if found:
        return _END.sub("", found[1]).strip()
    return _GENERAL.get(asks_for(question), "")


def similarities(
    question: str,
    candidates: Candidates,
    index: PassageIndex,
    encoder: keras.Model,
    states_reader: keras.Model,
    tokenizer: Tokenizer,
) -> Candidates:
    """Fill in the three features of :data:`~.reading.NEURAL`.

    Parameters
    ----------
    question
        Any text.
    candidates
        From :func:`~lmbook_utils.tasks.question_answering.reading.find_candidates`.
    index
        The passages.
    encoder, states_reader, tokenizer
        From ``load_encoder``, ``states_of_pieces(encoder)`` and ``load_tokenizer`` of
        :mod:`lmbook_utils.tasks.minilm`.
    """
    if not candidates.texts:
        return candidates
    asked = asked_phrase(question) or question
    alone = sorted(set(candidates.texts))
    vectors = minilm.unit_vectors(encoder, tokenizer, [question, asked, *alone], PIECES)
    kind = dict(zip(alone, vectors[2:] @ vectors[1], strict=True))
    numbers = list(dict.fromkeys(candidates.passages.tolist()))
    texts = [text_to_encode(index.passages[i]) for i in numbers]
    ids, mask = minilm.pieces(tokenizer, texts, PIECES)
    states = np.asarray(states_reader([ids, mask], training=False))
    means = np.sum(states * mask[:, :, None], axis=1)
    of_passage = _cosines(means, vectors[0])
    in_context = np.zeros(len(candidates.texts))
    for row, number in enumerate(numbers):
        own = np.flatnonzero(candidates.passages == number)
        pooled = _pool(index.passages[number], candidates, own, states[row], tokenizer)
        in_context[own] = _cosines(pooled, vectors[0])
    place_of = {number: row for row, number in enumerate(numbers)}
    return candidates.with_columns(
        passage_similarity=of_passage[[place_of[i] for i in candidates.passages.tolist()]],
        span_similarity=in_context,
        kind_similarity=np.array([kind[text] for text in candidates.texts]),
    )


def _pool(
    passage: Passage,
    candidates: Candidates,
    rows: np.ndarray,
    states: np.ndarray,
    tokenizer: Tokenizer,
) -> np.ndarray:
    """The mean state of the pieces of each candidate in one passage, shape (rows, 384)."""
    text = text_to_encode(passage)
    shift = len(text) - len(passage.text)
    offsets = np.array(tokenizer.encode(text).offsets)[: len(states)]
    places = token_places(passage.text)
    pooled = np.zeros((len(rows), states.shape[-1]))
    for i, row in enumerate(rows):
        span = candidates.spans[row]
        start, end = places[span.start][0] + shift, places[span.end - 1][1] + shift
        inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
        if inside.any():  # else it stands beyond the last piece that was read
            pooled[i] = states[: len(offsets)][inside].mean(axis=0)
    return pooled


def _cosines(vectors: np.ndarray, vector: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1)
    cosines = np.zeros(len(vectors))  # of a vector of zeros, too
    np.divide(vectors @ vector, lengths, where=lengths > 0, out=cosines)
    return cosines
