"""ARPA files: the text format in which n-gram models travel between programs.

A file names how many n-grams of each order it has, and then lists them: the base-10 logarithm of
the probability, a tab, the words, and, where the n-gram is a context, a tab and the base-10
logarithm of the back-off weight. What stands before the line ``\\data\\`` is no part of the model.
"""

import re
from array import array
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from lmbook_utils import storage
from lmbook_utils._validation import require_list, require_path, require_type
from lmbook_utils.ngram.tables import Table, find, words_of
from lmbook_utils.vocabulary import BOS, EOS, PAD, SPECIAL_TOKENS, UNK, Vocabulary

LOG_10_OF_NOTHING = -99.0  # what stands for the logarithm of 0, which has no decimal form
LOG_10_OF_MISSING_UNK = -100.0  # what KenLM gives an unknown word if the file has no <unk>
LARGEST_LOG_10_OF_BACKOFF = 100.0  # far above any weight of a model, and far below an overflow

_BREAKS = "\0\t\n\v\f\r "  # what ends a word of an ARPA file, for KenLM too

_NGram = tuple[list[bytes], tuple[float, float]]  # words, and logarithms to the base of 10


def write(path: str | PathLike[str], tables: list[Table], vocabulary: Vocabulary) -> None:
    """Write the tables of a model; see :meth:`lmbook_utils.ngram.NGramModel.write_arpa`.

    Raises
    ------
    ValueError
        If ``path`` is no path, ``tables`` is no list of ``Table``, or ``vocabulary`` is no
        ``Vocabulary``.
    """
    require_path(path=path)
    require_list(Table, tables=tables)
    if not tables:
        raise ValueError("tables must be one for each order, at least one; there was none")
    require_type(Vocabulary, vocabulary=vocabulary)
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

    def __init__(self, path: Path, file: BinaryIO):
        self.path, self.number = path, 0
        self._file = file

    def next_fields(self, awaited: str = "\\end\\") -> list[bytes]:
        """What the next line that is not empty holds, as UTF-8 between white space.

        Without such a line, the error says what was awaited.
        """
        for line in self._file:
            self.number += 1
            try:
                line.decode()
            except UnicodeDecodeError:
                raise self.error("is no UTF-8 text") from None
            # Bytes are split at _BREAKS but for the zero; text would be at a no-break space, too.
            if fields := line.replace(b"\0", b" ").split():
                return fields
        self.number += 1
        raise self.error(
            f"is missing: the file ends before {awaited}, so it is truncated or something else"
        )

    def next_filled(self, awaited: str = "\\end\\") -> str:
        """The same as text, with one blank between its fields."""
        return b" ".join(self.next_fields(awaited)).decode()

    def error(self, problem: str) -> ValueError:
        return ValueError(f"path must be an ARPA file; line {self.number} of {self.path} {problem}")


def read(path: str | PathLike[str]) -> tuple[list[Table], Vocabulary]:
    """Read a model's tables and vocabulary; see :meth:`lmbook_utils.ngram.NGramModel.read_arpa`.

    Raises
    ------
    ValueError
        If the file is damaged or no ARPA file; the message names the line. Also if ``path`` is no
        path.
    OSError
        If there is no such file.
    """
    require_path(path=path)
    path = Path(path)
    with path.open("rb") as file:
        return _read(_Lines(path, file))


def _read(lines: _Lines) -> tuple[list[Table], Vocabulary]:
    sizes, line = _read_sizes(lines)
    tables: list[Table] = []
    for order, size in enumerate(sizes, 1):
        if line != f"\\{order}-grams:":
            raise lines.error(f"should be \\{order}-grams: and is {line[:60]!r}")
        ngrams = _read_ngrams(lines, order, size, highest=order == len(sizes))
        if order == 1:
            table, vocabulary = _read_unigrams(lines, ngrams)
            id_of = {token.encode(): i for i, token in enumerate(vocabulary.tokens) if token != PAD}
        else:
            table = _read_table(lines, ngrams, tables, vocabulary, id_of)
        tables.append(table)
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


def _read_ngrams(lines: _Lines, order: int, size: int, highest: bool) -> Iterator[_NGram]:
    """Read the n-grams of one order: the words of each, and its two base-10 logarithms."""
    for row in range(size):
        fields = lines.next_fields()
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
            wrong = fields[0].decode()
            raise lines.error(f"has {wrong}, which is no logarithm of a probability up to 1")
        if not log_backoff < LARGEST_LOG_10_OF_BACKOFF:
            wrong = fields[-1].decode()
            raise lines.error(f"has {wrong}, which is no logarithm of a back-off weight")
        yield fields[1 : order + 1], (log_prob, log_backoff)


def _read_unigrams(lines: _Lines, unigrams: Iterator[_NGram]) -> tuple[Table, Vocabulary]:
    logarithms: dict[str, tuple[float, float]] = {}
    for (field,), values in unigrams:
        word = field.decode()
        if word in logarithms:
            raise lines.error(f"has {word!r}, which is there twice")
        if word == PAD:
            raise lines.error(f"has {word!r}, which stands for no word")
        logarithms[word] = values
    for token in (BOS, EOS):
        if token not in logarithms:
            raise lines.error(f"ends the unigrams, and {token} is not one of them")
    if logarithms.keys() <= set(SPECIAL_TOKENS):
        raise lines.error("ends the unigrams, and there is no word")
    vocabulary = Vocabulary(word for word in logarithms if word not in SPECIAL_TOKENS)
    logarithms.setdefault(UNK, (LOG_10_OF_MISSING_UNK, 0.0))
    logarithms[PAD] = -np.inf, 0.0
    logarithms[BOS] = -np.inf, logarithms[BOS][1]  # never predicted, whatever the file says
    in_order = np.array([logarithms[token] for token in vocabulary.tokens])
    return _table(np.arange(len(vocabulary)), in_order), vocabulary


def _read_table(
    lines: _Lines,
    ngrams: Iterator[_NGram],
    tables: list[Table],
    vocabulary: Vocabulary,
    id_of: dict[bytes, int],
) -> Table:
    """Read the n-grams of the next order, after those of the orders below."""
    order = len(tables) + 1
    unknown = f"whose words or first {order - 1} words are not among the n-grams before it"
    all_ids, all_values, line_numbers = array("i"), array("d"), array("q")
    for words, values in ngrams:
        try:
            all_ids.extend([id_of[word] for word in words])
        except KeyError:
            raise lines.error(f"has {b' '.join(words).decode()!r}, {unknown}") from None
        all_values.extend(values)
        line_numbers.append(lines.number)

    def error(row: np.integer[Any], problem: str) -> ValueError:
        lines.number = line_numbers[row]
        return lines.error(f"has {' '.join(vocabulary.decode(ids[row]))!r}, {problem}")

    ids = np.asarray(all_ids).reshape(-1, order)
    ranks = ids[:, 0].astype(np.int64)
    for n in range(2, order):
        # What follows an n-gram that is not there, of rank -1, has a key below 0, which is nowhere.
        ranks = find(tables[n - 1].keys, ranks * len(vocabulary) + ids[:, n - 1])
    if (ranks < 0).any():
        raise error(np.argmax(ranks < 0), unknown)
    keys = ranks * len(vocabulary) + ids[:, -1]
    places = np.argsort(keys, kind="stable")
    keys = keys[places]
    twice = keys[1:] == keys[:-1]
    if twice.any():
        raise error(places[np.argmax(twice) + 1], "which is there twice")
    return _table(keys, np.asarray(all_values).reshape(-1, 2)[places])


def _table(keys: np.ndarray, base_10: np.ndarray) -> Table:
    base_10 = np.where(base_10 == LOG_10_OF_NOTHING, -np.inf, base_10)
    with np.errstate(over="ignore"):  # what float32 has no room for is a probability of 0
        log_probs, log_backoffs = (base_10 * np.log(10)).astype(np.float32).T
    return Table(keys, np.ascontiguousarray(log_probs), np.ascontiguousarray(log_backoffs))
