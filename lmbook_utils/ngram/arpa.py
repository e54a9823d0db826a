"""ARPA files: the text format in which n-gram models travel between programs.

A file names how many n-grams of each order it has, and then lists them: the base-10 logarithm of
the probability, a tab, the words, and, where the n-gram is a context, a tab and the base-10
logarithm of the back-off weight. What stands before the line ``\\data\\`` is no part of the model.
"""

import io
import re
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

import numpy as np

from lmbook_utils import storage
from lmbook_utils.ngram.tables import Table, find, words_of
from lmbook_utils.vocabulary import BOS, EOS, PAD, SPECIAL_TOKENS, Vocabulary

LOG_10_OF_NOTHING = -99.0  # what stands for the logarithm of 0, which has no decimal form
LOG_10_OF_MISSING_UNK = -100.0  # what KenLM gives an unknown word if the file has no <unk>
LARGEST_LOG_10_OF_BACKOFF = 100.0  # far above any weight of a model, and far below an overflow

# What ends a word of an ARPA file, for KenLM too; str.split would also take a no-break space.
_BREAKS = "\0\t\n\v\f\r "
_SEPARATOR = re.compile(f"[{_BREAKS}]+")


def write(path: str | PathLike[str], tables: list[Table], vocabulary: Vocabulary) -> None:
    """Write the tables of a model; see :meth:`NGramModel.write_arpa`."""
    _require_writable(vocabulary)
    lines = ["\\data\\"]
    sizes = [len(tables[0].keys) - 1, *(len(table.keys) for table in tables[1:])]
    lines += [f"ngram {order}={size}" for order, size in enumerate(sizes, 1)]
    for order in range(1, len(tables) + 1):
        lines += ["", f"\\{order}-grams:", *_ngram_lines(tables, order, vocabulary)]
    lines += ["", "\\end\\", ""]
    storage.write_atomically(path, "\n".join(lines).encode("utf-8"))


def _require_writable(vocabulary: Vocabulary) -> None:
    """Refuse tokens that an ARPA file has no form for."""
    for token in vocabulary.tokens:
        has_break = any(character in token for character in _BREAKS)
        if has_break or any("\ud800" <= character <= "\udfff" for character in token):
            raise ValueError(
                "the vocabulary must hold words without white space, in characters that UTF-8 has, "
                f"for a model to be written as an ARPA file; one word is {token!r}"
            )


def _ngram_lines(tables: list[Table], order: int, vocabulary: Vocabulary) -> Iterator[str]:
    table, highest = tables[order - 1], order == len(tables)
    words = words_of(tables, order, len(vocabulary))
    # A probability of 1 may have been rounded to a little more, which no reader takes.
    log_probs = _to_base_10(np.minimum(table.log_probs, 0))
    log_backoffs = _to_base_10(table.log_backoffs)
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
        self._lines = io.BytesIO(self.path.read_bytes())

    def next_filled(self, awaited: str = "\\end\\") -> str:
        """The next line that is not empty; without one, the error says what was awaited."""
        for line in self._lines:
            self.number += 1
            try:
                text = line.decode("utf-8").strip(_BREAKS)
            except UnicodeDecodeError:
                raise self.error("is no UTF-8 text") from None
            if text:
                return text
        self.number += 1
        raise self.error(
            f"is missing: the file ends before {awaited}, so it is truncated or something else"
        )

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
            id_of = {token: i for i, token in enumerate(vocabulary.tokens) if token != PAD}
            tables.append(_unigrams(words, values, vocabulary))
        else:
            tables.append(_ngrams(lines, tables, words, values, numbers, id_of, len(vocabulary)))
        line = lines.next_filled()
    if line != "\\end\\":
        raise lines.error(f"should be \\end\\ and is {line[:60]!r}")
    return tables, vocabulary


def _read_sizes(lines: _Lines) -> tuple[list[int], str]:
    """Read the head of a file: the sizes of all orders, and the line that follows them."""
    while lines.next_filled(awaited="\\data\\") != "\\data\\":
        pass
    sizes: list[int] = []
    size_of_order = re.compile(r"ngram\s+([0-9]{1,9})\s*=\s*([0-9]{1,18})")
    while match := size_of_order.fullmatch(line := lines.next_filled()):
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
    words, values, numbers = [], [], []  # lists, because the size that a file states may be false
    for row in range(size):
        fields = _SEPARATOR.split(lines.next_filled())
        if len(fields) not in (order + 1, order + 2) or (highest and len(fields) == order + 2):
            raise lines.error(
                f"should have a logarithm, {order} words and {'no' if highest else 'a'} back-off "
                f"weight ({size - row} of {size} {order}-grams are still to come)"
            )
        try:
            log_prob = float(fields[0])
            log_backoff = float(fields[order + 1]) if len(fields) > order + 1 else 0.0
        except ValueError:
            raise lines.error("has something else where a logarithm should be") from None
        if not log_prob <= 0:
            raise lines.error(f"has {fields[0]}, which is no logarithm of a probability up to 1")
        if not log_backoff < LARGEST_LOG_10_OF_BACKOFF:
            raise lines.error(f"has {fields[-1]}, which is no logarithm of a back-off weight")
        values.append((log_prob, log_backoff))
        words.append(fields[1 : order + 1])
        numbers.append(lines.number)
    return words, np.array(values).reshape(-1, 2), numbers


def _make_vocabulary(lines: _Lines, words: list[list[str]], numbers: list[int]) -> Vocabulary:
    seen: set[str] = set()
    for (word,), number in zip(words, numbers, strict=True):
        if word in seen or word == PAD:
            lines.number = number
            raise lines.error(
                f"has {word!r}, which "
                + ("is there twice" if word in seen else "stands for no word")
            )
        seen.add(word)
    for token in (BOS, EOS):
        if token not in seen:
            raise lines.error(f"ends the unigrams, and {token} is not one of them")
    if seen <= set(SPECIAL_TOKENS):
        raise lines.error("ends the unigrams, and there is no word")
    return Vocabulary(word for (word,) in words if word not in SPECIAL_TOKENS)


def _unigrams(words: list[list[str]], values: np.ndarray, vocabulary: Vocabulary) -> Table:
    ids = vocabulary.encode([word for (word,) in words])
    log_probs, log_backoffs = np.full(len(vocabulary), -np.inf), np.zeros(len(vocabulary))
    log_probs[vocabulary.unk_id] = LOG_10_OF_MISSING_UNK
    log_probs[ids], log_backoffs[ids] = values.T
    log_probs[vocabulary.bos_id] = -np.inf  # it is never predicted, whatever the file says
    return _table(np.arange(len(vocabulary)), np.stack([log_probs, log_backoffs], axis=1))


def _ngrams(
    lines: _Lines,
    tables: list[Table],
    words: list[list[str]],
    values: np.ndarray,
    numbers: list[int],
    id_of: dict[str, int],
    vocab_size: int,
) -> Table:
    """Turn n-grams into a table, after those of the orders below."""
    order = len(tables) + 1
    ids = np.array([[id_of.get(word, -1) for word in row] for row in words], np.int64)
    ids = ids.reshape(-1, order)
    ranks = ids[:, 0]
    for n in range(2, order):
        ranks = np.where(
            ranks >= 0, find(tables[n - 1].keys, ranks * vocab_size + ids[:, n - 1]), -1
        )
    keys = ranks * vocab_size + ids[:, -1]
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
    with np.errstate(over="ignore"):  # what float32 has no room for is a probability of 0
        log_probs, log_backoffs = (base_10 * np.log(10)).astype(np.float32).T
    return Table(keys, np.ascontiguousarray(log_probs), np.ascontiguousarray(log_backoffs))
