"""Damaged files, each known by a number: what a disk, a network or somebody with bad intent makes.

``damaged(seeds, number)`` gives the same bytes on every machine, so that what goes wrong with one
can be repeated.
"""

import copy
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

_IS_JSON = re.compile(rb'\s*[\[{]\s*["\[{]')
_NUMBER = re.compile(rb"-?\d+(\.\d+)?")
_NUMBERS = (
    *(b"0 -1 -0 1 2 255 65536 4294967296 18446744073709551616 0.5 1e308 1e309 -1e999".split()),
    *(b"1e-400 nan -inf Infinity NaN 0x10 1_0 --1 +1 1. .5 \xd9\xa3 True null".split()),
    b"9" * 30,
    b"9" * 5000,  # more digits than Python turns into a number
)
_PIECES = (
    *(b"\0", b"\n", b"\r", b"\t", b" ", b"\x0b", b"\x1c", b"\xef\xbb\xbf", b"\xe2\x80\xa8"),
    *(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\\ud800", b"\\u0000", b"%s%n{0}"),
    *(b'"', b"'", b"\\", b"[", b"]", b"{", b"}", b",", b":", b"|", b"#", b"/", b"../", b"()"),
    *(b"<pad>", b"<unk>", b"<s>", b"</s>", b"\\data\\", b"\\end\\", b"ngram 1=1", b"null"),
)
_LARGE_PIECES = (b"[" * 100_000, b'{"a":' * 100_000, b"a" * 100_000, b"\n" * 20_000, b"\0" * 9999)
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1)
_VALUES = (
    *(None, True, False, 0, -1, 1, 2.5, -0.0, 1e308, 10**9, 10**18, 2**64, 10**400, -(10**30)),
    *(float("nan"), float("inf"), "", "a", "\ud800", "\0", "a b", "é", "a" * 5000, [], {}, [[]]),
    *([None], {"a": None}, ["a", 1], "AAAA", "====", "../../etc/passwd", "<s>", "<pad>"),
)


def damaged(
    seeds: Sequence[bytes], number: int, seal: Callable[[bytes], bytes] | None = None
) -> bytes:
    """The damaged file of this number.

    Parameters
    ----------
    seeds
        Valid files: the damage is done to one of them.
    number
        Which damage.
    seal
        Puts content into its envelope, with the right checksums. Then the seeds are content, and
        most of the damage is done before it is sealed, so that it gets past the checksums.
    """
    draw = random.Random(number)
    if draw.random() < 0.03:
        return draw.randbytes(int(draw.expovariate(1 / 200)))
    seed = draw.choice(seeds)
    if seal and draw.random() < 0.15:
        return _changed_bytes(draw, seal(seed), seeds)
    if _IS_JSON.match(seed) and draw.random() < (0.7 if seal else 0.3):
        changed = json.dumps(_changed_json(draw, json.loads(seed))).encode("ascii")
    else:
        changed = _changed_bytes(draw, seed, seeds)
    return seal(changed) if seal else changed


def _changed_bytes(draw: random.Random, content: bytes, seeds: Sequence[bytes]) -> bytes:
    for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
        content = draw.choice(_CHANGES)(draw, content)
    if draw.random() < 0.03:
        other = draw.choice(seeds)
        content = content[: draw.randint(0, len(content))] + other[draw.randint(0, len(other)) :]
    return content


def _place(draw: random.Random, content: bytes) -> int:
    return draw.randrange(len(content) + 1)


def _flip(draw: random.Random, content: bytes) -> bytes:
    place = _place(draw, content)
    flipped = bytes(byte ^ 1 << draw.randrange(8) for byte in content[place : place + 1])
    return content[:place] + flipped + content[place + 1 :]


def _cut_off(draw: random.Random, content: bytes) -> bytes:
    return content[: _place(draw, content)]


def _cut_out(draw: random.Random, content: bytes) -> bytes:
    place = _place(draw, content)
    return content[:place] + content[place + draw.choice((1, 2, 4, 16, 200)) :]


def _repeat(draw: random.Random, content: bytes) -> bytes:
    begin, end = sorted((_place(draw, content), _place(draw, content)))
    return content[:end] + content[begin:end] * draw.choice((1, 1, 5)) + content[end:]


def _lines(draw: random.Random, content: bytes) -> bytes:
    """Remove, double or move a line."""
    lines = content.split(b"\n")
    line = lines.pop(draw.randrange(len(lines)))
    for _ in range(draw.randrange(3)):
        lines.insert(draw.randint(0, len(lines)), line)
    return b"\n".join(lines)


def _number(draw: random.Random, content: bytes) -> bytes:
    """Let a number lie."""
    found = list(_NUMBER.finditer(content))
    if not found:
        return content
    match = draw.choice(found)
    return content[: match.start()] + draw.choice(_NUMBERS) + content[match.end() :]


def _insert(draw: random.Random, content: bytes) -> bytes:
    pieces = _LARGE_PIECES if draw.random() < 0.01 else _PIECES
    place = _place(draw, content)
    return content[:place] + draw.choice(pieces) + content[place + draw.choice((0, 0, 1)) :]


def _overwrite(draw: random.Random, content: bytes) -> bytes:
    """Let a binary header lie."""
    size, place = draw.choice((1, 2, 4, 8)), _place(draw, content)
    extreme = draw.choice(_EXTREMES) & (1 << 8 * size) - 1
    new = extreme.to_bytes(size, draw.choice(("little", "big")))
    return content[:place] + new + content[place + size :]


_CHANGES = (_flip, _cut_off, _cut_out, _repeat, _lines, _number, _number, _insert, _overwrite)


def _changed_json(draw: random.Random, content: Any) -> Any:
    """Replace, remove or double some of what JSON holds, anywhere in it."""
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        content = _change_one(draw, content)
    return content


def _change_one(draw: random.Random, content: Any) -> Any:
    inside = isinstance(content, list | dict) and len(content) and draw.random() < 0.9
    if not inside:
        return _other_value(draw, content)
    keys = list(content) if isinstance(content, dict) else range(len(content))
    key = draw.choice(keys)
    what = draw.random()
    if what < 0.08:
        del content[key]
    elif what < 0.14 and isinstance(content, list):
        content.insert(draw.randint(0, len(content)), copy.deepcopy(content[key]))
    elif what < 0.18 and isinstance(content, dict):
        content[str(draw.choice(_VALUES))] = content.pop(key)
    else:
        content[key] = _change_one(draw, content[key])
    return content


def _other_value(draw: random.Random, value: Any) -> Any:
    if isinstance(value, str) and value and draw.random() < 0.4:
        changed = _changed_bytes(draw, value.encode("utf-8", "surrogatepass"), (b"AA==",))
        return changed.decode("utf-8", "surrogateescape")
    if isinstance(value, int | float) and draw.random() < 0.4:
        return value + draw.choice((-1, 1, 1000))
    if draw.random() < 0.01:
        return _nested(draw.choice((50, 200)))
    return copy.deepcopy(draw.choice(_VALUES))


def _nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value
