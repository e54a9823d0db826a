"""Arrays as JSON holds them: base64 of little-endian numbers, with their shapes checked."""

import base64
import binascii
from typing import Any

import numpy as np

from lmbook_utils import compression

BITS = (4, 8, 32)
_DTYPES = {"float32": "<f4", "uint16": "<u2", "int8": "i1"}


def encode(array: np.ndarray, dtype: str) -> str:
    """The numbers of an array, row by row.

    Examples
    --------
    >>> encode(np.array([1, 2]), "uint16")
    'AQACAA=='
    """
    return base64.b64encode(np.ascontiguousarray(array, _DTYPES[dtype]).tobytes()).decode("ascii")


def decode(text: Any, dtype: str, shape: tuple[int, ...], name: str) -> np.ndarray:
    """The array that :func:`encode` was given; the name is for the message of an error.

    Raises
    ------
    ValueError
        If the text is no base64, or not as long as the shape asks.

    Examples
    --------
    >>> decode("AQACAA==", "uint16", (2,), "words").tolist()
    [1, 2]
    """
    size = int(np.prod(shape, dtype=object)) * np.dtype(_DTYPES[dtype]).itemsize
    if not isinstance(text, str) or len(text) != 4 * -(-size // 3):
        raise ValueError(f"{name} must be base64 of {size} bytes, for the shape {shape}")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{name} must be base64; {error}") from error
    if len(content) != size:
        raise ValueError(f"{name} must be base64 of {size} bytes; it was of {len(content)}")
    return np.frombuffer(content, _DTYPES[dtype]).reshape(shape)


def encode_matrix(matrix: np.ndarray, bits: int) -> dict[str, Any]:
    """A matrix with 32 bits for each number, or with 8 or 4 and a scale for each row.

    (With 4 bits each number still takes a byte: that is for comparing perplexities.)
    """
    if bits == 32:
        return {"bits": 32, "values": encode(matrix, "float32")}
    values, scales = compression.quantise(matrix, bits)
    return {"bits": bits, "values": encode(values, "int8"), "scales": encode(scales, "float32")}


def decode_matrix(stored: Any, shape: tuple[int, int], name: str) -> np.ndarray:
    """The matrix of float32 that :func:`encode_matrix` stored.

    Raises
    ------
    ValueError
        If it is not as :func:`encode_matrix` makes it, has another shape, or is not finite.
    """
    if not isinstance(stored, dict) or stored.get("bits") not in BITS:
        raise ValueError(f"{name} must have 4, 8 or 32 bits; it was {str(stored)[:60]!r}")
    if stored["bits"] == 32:
        matrix = decode(stored.get("values"), "float32", shape, name)
    else:
        values = decode(stored.get("values"), "int8", shape, name)
        scales = decode(stored.get("scales"), "float32", (shape[0], 1), f"{name}'s scales")
        matrix = compression.dequantise(compression.Quantised(values, scales))
    return require_finite(matrix, name)


def require_finite(array: np.ndarray, name: str) -> np.ndarray:
    """The array itself, or a ``ValueError`` if it holds NaN or infinity.

    Examples
    --------
    >>> require_finite(np.array([0.5, np.inf]), "bias")
    Traceback (most recent call last):
    ValueError: bias must hold finite numbers; it holds NaN or infinity
    """
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers; it holds NaN or infinity")
    return array
