"""ARPA files: the text format in which n-gram models travel between programs.

A file names how many n-grams of each order it has, and then lists them: the base-10 logarithm of
the probability, a tab, the words, and, where the n-gram is a context, a tab and the base-10
logarithm of the back-off weight.
"""

import re
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

import numpy as np

from lmbook_utils import storage
from lmbook_utils.ngram.tables import Table, find, words_of
from lmbook_utils.vocabulary import BOS, EOS, SPECIAL_TOKENS, UNK, Vocabulary

LOG_10_OF_NOTHING = -99.0  # what stands for the logarithm of 0, which has no decimal form
LOG_10_OF_MISSING_UNK = -100.0  # what KenLM gives an unknown word if the file has no <unk>


def write(path: str | PathLike[str], tables: list[Table], vocabulary: Vocabulary) -> None:
    """Write the tables of a model; see :meth:`NGramModel.write_arpa`."""
    lines = ["\\data\\"]
    sizes = [len(tables[0].keys) - 1, *(len(table.keys) for table in tables[1:])]
    lines += [f"ngram {order}={size}" for order, size in enumerate(sizes, 1)]
    for order in range(1, len(tables) + 1):
        lines += ["", f"\\{order}-grams:", *_ngram_lines(tables, order, vocabulary)]
    lines += ["", "\\end\\", ""]
    storage.write_atomically(path, "\n".join(lines).encode("utf-8"))


def _ngram_lines(tables: list[Table], order: int, vocabulary: Vocabulary) -> Iterator[str]:
    table, highest = tables[order - 1], order == len(tables)
    words = words_of(tables, order, len(vocabulary))
    log_probs, log_backoffs = _to_base_10(table.log_probs), _to_base_10(table.log_backoffs)
    for ids, log_prob, log_backoff in zip(
        words.tolist(), log_probs.tolist(), log_backoffs.tolist(), strict=True
    ):
        if ids == [Vocabulary.pad_id]:
            continue
        text = " ".join([vocabulary.tokens[i] for i in ids])
        backoff = "" if highest else f"\t{log_backoff:.8g}"
        yield f"{log_prob:.8g}\t{text}{backoff}"


def _to_base_10(logarithms: np.ndarray) -> np.ndarray:
    base_10 = logarithms.astype(float) / np.log(10)
    return np.where(np.isneginf(base_10), LOG_10_OF_NOTHING, base_10)


class _Lines:
    """The lines of a file one by one, and errors that name the one which was read last."""

    def __init__(self, path: str | PathLike[str]):
        self.path, self.number = Path(path), 0
        self._lines = iter(self.path.read_bytes().split(b"\n"))

    def next_filled(self) -> str:
        """The next line that is not empty."""
        for line in self._lines:
            self.number += 1
            try:
                text = line.decode("utf-8").strip(" \r\n\t")
            except UnicodeDecodeError:
                raise self.error("is no UTF-8 text") from None
            if text:
                return text
        self.number += 1
        raise self.error("is missing: the file ends before \\end\\, so it is truncated")

    def error(self, problem: str) -> ValueError:
        return ValueError(f"path must be an ARPA file; line {self.number} of {self.path} {problem}")


def read(path: str | PathLike[str]) -> tuple[list[Table], Vocabulary]:
    """Read the tables of a model and its vocabulary; see :meth:`NGramModel.read_arpa`.

    Raises
    ------
    ValueError
        If the file is damaged or no ARPA file; the message names the line.
    OSError
        If there is no such file.
    """
    lines = _Lines(path)
    sizes, line = _read_sizes(lines)
    tables: list[Table] = []
    vocabulary = id_of = None
    for order, size in enumerate(sizes, 1):
        if line != f"\\{order}-grams:":
            raise lines.error(f"should be \\{order}-grams: and is {line[:60]!r}")
        words, values, numbers = _read_section(lines, order, size, highest=order == len(sizes))
        if order == 1:
            vocabulary = _make_vocabulary(lines, words, numbers)
            id_of = {token: i for i, token in enumerate(vocabulary.tokens)}
            tables.append(_unigrams(words, values, id_of))
        else:
            tables.append(_ngrams(lines, tables, words, values, numbers, id_of))
        line = lines.next_filled()
    if line != "\\end\\":
        raise lines.error(f"should be \\end\\ and is {line[:60]!r}")
    return tables, vocabulary


def _read_sizes(lines: _Lines) -> tuple[list[int], str]:
    """Read the head of a file: the sizes of all orders, and the line that follows them."""
    line = lines.next_filled()
    if line != "\\data\\":
        raise lines.error(f"should be \\data\\ and is {line[:60]!r}")
    sizes: list[int] = []
    while match := re.fullmatch(r"ngram\s+(\d+)\s*=\s*(\d+)", line := lines.next_filled()):
        if int(match[1]) != len(sizes) + 1:
            raise lines.error(f"should give the number of {len(sizes) + 1}-grams")
        sizes.append(int(match[2]))
    if not sizes:
        raise lines.error("should give the number of 1-grams")
    return sizes, line


def _read_section(
    lines: _Lines, order: int, size: int, highest: bool
) -> tuple[list[list[str]], np.ndarray, list[int]]:
    """Read the n-grams of one order: words, base-10 logarithms (n-grams, 2), line numbers."""
    words, values, numbers = [], np.zeros((size, 2)), []
    for row in range(size):
        fields = lines.next_filled().split()
        if len(fields) not in (order + 1, order + 2) or (highest and len(fields) == order + 2):
            raise lines.error(
                f"should have a logarithm, {order} words and {'no' if highest else 'a'} back-off "
                f"weight ({size - row} of {size} {order}-grams are still to come)"
            )
        try:
            values[row, 0] = float(fields[0])
            values[row, 1] = float(fields[order + 1]) if len(fields) > order + 1 else 0
        except ValueError:
            raise lines.error("has something else where a logarithm should be") from None
        if not np.isfinite(values[row, 1]) or not values[row, 0] <= 0:
            raise lines.error("has a logarithm of a probability that is above 0, or no number")
        words.append(fields[1 : order + 1])
        numbers.append(lines.number)
    return words, values, numbers


def _make_vocabulary(lines: _Lines, words: list[list[str]], numbers: list[int]) -> Vocabulary:
    seen: set[str] = set()
    for (word,), number in zip(words, numbers, strict=True):
        if word in seen or word == SPECIAL_TOKENS[0]:
            lines.number = number
            raise lines.error(
                f"has {word!r}, which "
                + ("is there twice" if word in seen else "stands for no word")
            )
        seen.add(word)
    for token in (BOS, EOS):
        if token not in seen:
            raise lines.error(f"ends the unigrams, and {token} is not one of them")
    return Vocabulary(word for (word,) in words if word not in SPECIAL_TOKENS)


def _unigrams(words: list[list[str]], values: np.ndarray, id_of: dict[str, int]) -> Table:
    ids = np.array([id_of[word] for (word,) in words])
    log_probs, log_backoffs = np.full(len(id_of), -np.inf), np.zeros(len(id_of))
    log_probs[id_of[UNK]] = LOG_10_OF_MISSING_UNK
    log_probs[ids], log_backoffs[ids] = values.T
    log_probs[id_of[BOS]] = -np.inf
    return _table(np.arange(len(id_of)), np.stack([log_probs, log_backoffs], axis=1))


def _ngrams(
    lines: _Lines,
    tables: list[Table],
    words: list[list[str]],
    values: np.ndarray,
    numbers: list[int],
    id_of: dict[str, int],
) -> Table:
    """Turn n-grams into a table, after those of the orders below."""
    order = len(tables) + 1
    ids = np.array([[id_of.get(word, -1) for word in row] for row in words], np.int64)
    ids = ids.reshape(-1, order)
    ranks = ids[:, 0]
    for n in range(2, order):
        ranks = np.where(
            ranks >= 0, find(tables[n - 1].keys, ranks * len(id_of) + ids[:, n - 1]), -1
        )
    keys = ranks * len(id_of) + ids[:, -1]
    bad = np.flatnonzero((ids < 0).any(axis=1) | (ranks < 0))
    if len(bad):
        lines.number = numbers[bad[0]]
        raise lines.error(
            f"has {' '.join(words[bad[0]])!r}, whose words or first {order - 1} words are not "
            "among the n-grams before it"
        )
    places = np.argsort(keys, kind="stable")
    twice = np.flatnonzero(np.diff(keys[places]) == 0)
    if len(twice):
        row = places[twice[0] + 1]
        lines.number = numbers[row]
        raise lines.error(f"has {' '.join(words[row])!r}, which is there twice")
    return _table(keys[places], values[places])


def _table(keys: np.ndarray, base_10: np.ndarray) -> Table:
    base_10 = np.where(base_10 == LOG_10_OF_NOTHING, -np.inf, base_10)
    log_probs, log_backoffs = (base_10 * np.log(10)).astype(np.float32).T
    return Table(keys, np.ascontiguousarray(log_probs), np.ascontiguousarray(log_backoffs))
