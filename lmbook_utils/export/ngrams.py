"""The tables of an n-gram model in few bytes.

The n-grams of one order are stored context by context, in the order of the contexts' ranks: for
each context how many words follow it, and then these words. Logarithms of probabilities and of
back-off weights are whole numbers of 16 bits times a step.
"""

from typing import Any

import numpy as np

from lmbook_utils.export import arrays
from lmbook_utils.ngram.tables import Table

_LEVELS = 65535
_LOWEST = -60.0  # a probability of 0, as <s> has it, becomes exp(-60)


def to_json(tables: list[Table], words: int) -> list[dict[str, Any]]:
    """One entry for each order.

    Raises
    ------
    ValueError
        If the vocabulary has more than 65,536 words.
    """
    if words > _LEVELS + 1:
        raise ValueError(f"the vocabulary must have at most {_LEVELS + 1} words; it has {words}")
    stored: list[dict[str, Any]] = []
    for order, table in enumerate(tables, 1):
        entry: dict[str, Any] = {"ngrams": len(table.keys), "probs": _levels(table.log_probs)}
        if order < len(tables):
            entry["backoffs"] = _levels(table.log_backoffs)
        if order > 1:
            contexts, last_words = np.divmod(table.keys, words)
            followers = np.bincount(contexts, minlength=len(tables[order - 2].keys))
            entry["followers"] = arrays.encode(followers, "uint16")
            entry["words"] = arrays.encode(last_words, "uint16")
        stored.append(entry)
    return stored


def from_json(stored: Any, words: int) -> list[Table]:
    """What :func:`to_json` stored, for a vocabulary of so many words.

    Raises
    ------
    ValueError
        If the tables are not as :func:`to_json` makes them.
    """
    if not isinstance(stored, list) or not 1 <= len(stored) <= 9:
        raise ValueError("ngrams must be a list of the tables of 1 to 9 orders")
    tables: list[Table] = []
    for order, entry in enumerate(stored, 1):
        name = f"the table of order {order}"
        size = entry.get("ngrams") if isinstance(entry, dict) else None
        if not isinstance(size, int) or not 0 <= size <= 10**8 or (order == 1 and size != words):
            raise ValueError(f"{name} must say how many n-grams it has; it says {size!r}")
        log_probs = _decoded(entry.get("probs"), size, f"{name}, probs,")
        log_backoffs = np.zeros(size, np.float32)
        if order < len(stored):
            log_backoffs = _decoded(entry.get("backoffs"), size, f"{name}, backoffs,")
        keys = np.arange(words) if order == 1 else _keys(entry, tables[-1], size, words, name)
        tables.append(Table(keys, log_probs, log_backoffs))
    return tables


def _keys(entry: dict[str, Any], below: Table, size: int, words: int, name: str) -> np.ndarray:
    contexts = len(below.keys)
    followers = arrays.decode(entry.get("followers"), "uint16", (contexts,), f"{name}, followers,")
    if followers.sum(dtype=np.int64) != size:
        raise ValueError(f"{name} must have {size} followers of contexts; it has others")
    last_words = arrays.decode(entry.get("words"), "uint16", (size,), f"{name}, words,")
    if size and last_words.max() >= words:
        raise ValueError(f"{name} must have words of the vocabulary; it has {last_words.max()}")
    keys: np.ndarray = np.repeat(np.arange(contexts), followers) * words + last_words
    if (np.diff(keys) <= 0).any():
        raise ValueError(f"{name} must have its n-grams in order, each once")
    return keys


def _levels(logarithms: np.ndarray) -> dict[str, Any]:
    values = np.maximum(np.asarray(logarithms, float), _LOWEST)
    low, high = (values.min(), values.max()) if len(values) else (0.0, 0.0)
    step = (high - low) / _LEVELS or 1.0
    return {
        "low": float(low),
        "step": float(step),
        "values": arrays.encode(np.rint((values - low) / step), "uint16"),
    }


def _decoded(stored: Any, size: int, name: str) -> np.ndarray:
    if not isinstance(stored, dict):
        raise ValueError(f"{name} must be numbers with a lowest one and a step")
    for key in ("low", "step"):
        number = stored.get(key)
        if not isinstance(number, (int, float)) or not abs(number) < 1e6:
            raise ValueError(f"{name} must have a finite {key}; it was {number!r}")
    values = arrays.decode(stored.get("values"), "uint16", (size,), name)
    decoded: np.ndarray = stored["low"] + stored["step"] * values.astype(float)
    return decoded
