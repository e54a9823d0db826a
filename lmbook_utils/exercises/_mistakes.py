"""What a wrong number tells of the mistake behind it."""

from collections.abc import Mapping
from typing import SupportsFloat

import numpy as np


def known_mistake(number: float, mistakes: Mapping[str, SupportsFloat]) -> str:
    """Name the first mistake that leads to a number, as the end of a sentence.

    Examples
    --------
    >>> known_mistake(0.25, {"that is the recall": 0.25})
    '; that is the recall'
    >>> known_mistake(0.75, {"that is the recall": 0.25})
    ''
    """
    named = (name for name, value in mistakes.items() if np.isclose(number, float(value)))
    return "".join(f"; {name}" for name in list(named)[:1])
