"""What a recogniser made of spoken sentences, kept in a file, so that it need not listen again."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lmbook_utils import storage
from lmbook_utils._validation import require_list, require_path

Words = tuple[str, ...]


@dataclass(frozen=True)
class SpokenSentence:
    """A sentence, and what was heard of it.

    Attributes
    ----------
    part, article
        The part of the split, and the number of the article in it, that the sentence is from.
    decibels
        By how much the noise was weaker than the voice.
    reference
        What was said.
    recognised
        What the recogniser wrote down by itself.
    hypotheses
        What may have been said; ``recognised`` is among it.
    acoustic
        How well the sound fits each hypothesis, in nats, shape (hypotheses,).
    network
        The log-probability of each under the recorded network, in nats, shape (hypotheses,);
        empty if there is none.
    """

    part: str
    article: int
    decibels: float
    reference: Words
    recognised: Words
    hypotheses: tuple[Words, ...]
    acoustic: np.ndarray
    network: np.ndarray


def write_spoken(path: str | os.PathLike[str], sentences: Sequence[SpokenSentence]) -> None:
    """Write sentences as JSON, one on each line.

    The hypotheses are sorted, and of each only what follows the words that it shares with the one
    before it is written, as numbers of words: half of the length.

    Parameters
    ----------
    path
        The file.
    sentences
        What is to be kept. Scores are rounded to a tenth of a nat.

    Raises
    ------
    ValueError
        If ``path`` is no path, or ``sentences`` is no list of ``SpokenSentence``.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> sentence = SpokenSentence("test", 0, 25.0, ("go", "on"), ("go", "in"),
    ...     (("go", "in"), ("go", "on")), np.array([-3.0, -4.25]), np.array([]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_spoken(Path(folder, "heard.json"), [sentence])
    ...     read_spoken(Path(folder, "heard.json"))[0].acoustic.tolist()
    [-3.0, -4.2]
    """
    require_path(path=path)
    require_list(SpokenSentence, sentences=sentences)
    rows = [json.dumps(_packed(s), ensure_ascii=False, separators=(",", ":")) for s in sentences]
    text = "[\n" + ",\n".join(rows) + "\n]\n"
    storage.write_atomically(Path(path), text.encode("utf-8"))


def read_spoken(path: str | os.PathLike[str]) -> list[SpokenSentence]:
    """Read what :func:`write_spoken` wrote; the hypotheses of a sentence come sorted.

    Raises
    ------
    ValueError
        If the file holds something else. Also if ``path`` is no path.
    OSError
        If there is no such file.
    """
    require_path(path=path)
    text = storage.read_text(path)
    try:
        return [_unpacked(row) for row in json.loads(text)]
    except Exception as error:  # of any kind: each field may be anything that JSON has
        raise ValueError(f"path must be a file of spoken sentences; {path} is none") from error


def _packed(sentence: SpokenSentence) -> dict[str, Any]:
    order = sorted(range(len(sentence.hypotheses)), key=sentence.hypotheses.__getitem__)
    number_of: dict[str, int] = {}
    rows: list[list[int]] = []
    before: tuple[str, ...] = ()
    for words in (sentence.hypotheses[i] for i in order):
        kept = _shared(before, words)
        rows.append([kept, *(number_of.setdefault(w, len(number_of)) for w in words[kept:])])
        before = words
    return {
        "part": sentence.part,
        "article": sentence.article,
        "decibels": round(sentence.decibels, 1),
        "reference": " ".join(sentence.reference),
        "recognised": " ".join(sentence.recognised),
        "words": " ".join(number_of),
        "hypotheses": rows,
        "acoustic": _rounded(sentence.acoustic, order),
        "network": _rounded(sentence.network, order if len(sentence.network) else []),
    }


def _shared(first: Words, second: Words) -> int:
    """How many words two sentences have in common at their beginnings."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))


def _rounded(scores: np.ndarray, order: list[int]) -> list[float]:
    return [round(float(scores[i]), 1) for i in order]


def _unpacked(row: dict[str, Any]) -> SpokenSentence:
    table = row["words"].split()
    hypotheses: list[Words] = []
    before: Words = ()
    for kept, *numbers in row["hypotheses"]:
        before = before[:kept] + tuple(table[number] for number in numbers)
        hypotheses.append(before)
    acoustic, network = np.array(row["acoustic"], float), np.array(row["network"], float)
    if len(acoustic) != len(hypotheses) or len(network) not in (0, len(hypotheses)):
        raise ValueError("there must be a score for each hypothesis")
    return SpokenSentence(
        part=row["part"],
        article=row["article"],
        decibels=row["decibels"],
        reference=tuple(row["reference"].split()),
        recognised=tuple(row["recognised"].split()),
        hypotheses=tuple(hypotheses),
        acoustic=acoustic,
        network=network,
    )
