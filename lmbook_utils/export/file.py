"""The file: a script of one line that hands the model over, as JSON, to the page that loads it.

A page that was opened from disk may run a script beside it, but may not fetch a file; so the model
is a script. :func:`read` never runs it: it takes the JSON out, and checks all of it.

The line is ``lmPlayground.register(HEADER,CONTENT);`` and a newline, in ASCII. ``HEADER`` has

- ``format``: ``"lmbook playground"``; ``version``: 1;
- ``sha256``: the checksum of the characters of ``CONTENT``.

``CONTENT`` has

- ``vocabulary``: all tokens in the order of their ids, the special ones first;
- ``network``: ``units``; the matrices ``embedding`` (vocabulary, units), ``kernel`` and
  ``recurrent`` (4 · units, units), whose rows are those of the gates i, f, g, o; the vectors
  ``bias`` and ``output_bias``. The embedding is the output layer, too. A matrix has ``bits`` (32,
  8 or 4), ``values`` and, below 32 bits, ``scales``: one for each row, by which its whole numbers
  are multiplied;
- ``ngrams``: a list with an entry for each order, empty without an n-gram model, see
  :mod:`lmbook_utils.export.ngrams`. An entry has ``ngrams`` (how many there are), ``probs`` and,
  except for the highest order, ``backoffs``, both as ``low``, ``step`` and ``values``: the
  logarithm is low + step · value. From order 2 it has ``followers``, how many words follow each
  n-gram of the order below, and ``words``, the ids of these, ascending after each context;
- ``about``: how the model was made.

Arrays are base64 of little-endian numbers, row by row: float32 for vectors, scales and matrices of
32 bits, int8 for other matrices, uint16 for the n-grams.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras

from lmbook_utils import storage
from lmbook_utils._validation import require_path, require_type
from lmbook_utils.export import arrays, network, ngrams
from lmbook_utils.export.network import Network
from lmbook_utils.ngram.model import NGramModel
from lmbook_utils.ngram.tables import Table
from lmbook_utils.vocabulary import SPECIAL_TOKENS, Vocabulary

FORMAT, VERSION = "lmbook playground", 1
MOST_BYTES = 50_000_000
_BEFORE, _AFTER = "lmPlayground.register(", ");\n"


@dataclass(frozen=True)
class Exported:
    """A model as the page has it.

    Attributes
    ----------
    vocabulary
        Of both models.
    network
        The LSTM.
    tables
        Of the n-gram model, one for each order; none if there is no such model.
    about
        How the model was made: anything that JSON has a form for.
    """

    vocabulary: Vocabulary
    network: Network
    tables: list[Table] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)


def write(
    path: str | os.PathLike[str],
    model: keras.Model,
    vocabulary: Vocabulary,
    ngram_model: NGramModel | None = None,
    bits: int = 8,
    about: dict[str, Any] | None = None,
) -> None:
    """Write a model for the page.

    Parameters
    ----------
    path
        Of the file, which is written as a whole or not at all.
    model
        From ``build_language_model("lstm", …, tied=True)``.
    vocabulary
        That it was trained with.
    ngram_model
        An n-gram model with the same vocabulary, better a pruned one.
    bits
        For each number of a matrix: 32, or 8 or 4 with a scale for each row.
    about
        How the model was made.

    Raises
    ------
    ValueError
        If the model is of another kind, or a vocabulary differs. Also if ``path`` is no path,
        ``vocabulary`` is no ``Vocabulary``, or ``ngram_model`` is no ``NGramModel``.
    """
    require_path(path=path)
    require_type(Vocabulary, vocabulary=vocabulary)
    if ngram_model is not None:
        require_type(NGramModel, ngram_model=ngram_model)
    weights = network.from_keras(model)
    if len(weights.embedding) != len(vocabulary):
        raise ValueError(
            f"vocabulary must have as many words as the model, {len(weights.embedding)}; it has "
            f"{len(vocabulary)}"
        )
    if bits not in arrays.BITS:
        raise ValueError(f"bits must be 4, 8 or 32; it was {bits!r}")
    tables: list[Table] = []
    if ngram_model is not None:
        if ngram_model.vocabulary_.tokens != vocabulary.tokens:
            raise ValueError("ngram_model must have the vocabulary of the network; it has another")
        tables = ngram_model.tables_
    content = {
        "vocabulary": list(vocabulary.tokens),
        "network": network.to_json(weights, bits),
        "ngrams": ngrams.to_json(tables, len(vocabulary)),
        "about": about or {},
    }
    text = _dump(content)
    header = {"format": FORMAT, "version": VERSION, "sha256": _digest(text)}
    script = f"{_BEFORE}{_dump(header)},{text}{_AFTER}"
    storage.write_atomically(Path(path), script.encode("ascii"))


def read(path: str | os.PathLike[str]) -> Exported:
    """Read what :func:`write` wrote. Nothing in the file is run.

    Raises
    ------
    ValueError
        If the file is larger than 50 MB, was cut or changed, or is not of this format. Also if
        ``path`` is no path.
    """
    require_path(path=path)
    path = Path(path)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path} must have at most {MOST_BYTES:,} bytes")
    try:
        return _from_json(_parse(path.read_bytes().decode("ascii")))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no exported model that can be used: {error}") from error


def _parse(script: str) -> Any:
    if not script.startswith(_BEFORE) or not script.endswith(_AFTER):
        raise ValueError(f"it does not begin with {_BEFORE!r} and end with {_AFTER!r}")
    header, end = json.JSONDecoder().raw_decode(script, len(_BEFORE))
    text = script[end + 1 : -len(_AFTER)]
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT!r}")
    if header.get("version") != VERSION:
        raise ValueError(f"its version is {header.get('version')!r}, not {VERSION}")
    if script[end : end + 1] != "," or header.get("sha256") != _digest(text):
        raise ValueError("its content does not have the checksum that it states")
    return json.loads(text)


def _from_json(content: Any) -> Exported:
    if not isinstance(content, dict) or not isinstance(content.get("about"), dict):
        raise ValueError("vocabulary, network, ngrams and about are missing")
    tokens = content.get("vocabulary")
    if not isinstance(tokens, list) or tuple(tokens[: len(SPECIAL_TOKENS)]) != SPECIAL_TOKENS:
        raise ValueError("its vocabulary does not begin with the special tokens")
    vocabulary = Vocabulary(tokens[len(SPECIAL_TOKENS) :])
    stored = content.get("ngrams")
    return Exported(
        vocabulary,
        network.from_json(content.get("network"), len(vocabulary)),
        ngrams.from_json(stored, len(vocabulary)) if stored else [],
        content["about"],
    )


def _dump(content: dict[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()
