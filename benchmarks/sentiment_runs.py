"""What the recorded runs on sentiment share: data, sizes, and the form of a result."""

from typing import Any

import numpy as np

from lmbook_utils.tasks.sentiment import data, judging

IMDB_WORDS = 100  # networks read the beginning of a review; a sentence is read whole
SIZES = {"rotten tomatoes": (100, 1000, None), "imdb": (100, 1000, None)}  # None: all labels
SEEDS = {100: (0, 1, 2), 1000: (0, 1, 2), None: (0,)}


def load(source: str) -> dict[str, data.Reviews]:
    """The parts of a source; of an IMDb review the first words only."""
    parts = data.load_reviews(source)
    if source == "imdb":
        parts = {
            name: part._replace(words=tuple(words[:IMDB_WORDS] for words in part.words))
            for name, part in parts.items()
        }
    return parts


def draw(train: data.Reviews, size: int | None, seed: int) -> data.Reviews:
    """Some labelled reviews, the same ones for every method."""
    return data.draw(train, size or len(train.texts), seed)


def result(
    source: str, method: str, size: int, seed: int, labels: np.ndarray, log_odds: np.ndarray
) -> dict[str, Any]:
    """One trained classifier on the test reviews, printed and put in a form for JSON.

    The log-odds are kept where methods are compared in pairs: the sentences, the first draw.
    """
    judgement = judging.judge(labels, log_odds)
    print(
        f"{source:16} {method:28} {size:6} labels, seed {seed}: "
        f"accuracy {judgement.accuracy:.4f}, calibration error {judgement.calibration_error:.3f}",
        flush=True,
    )
    found = {
        "source": source,
        "method": method,
        "labels": size,
        "seed": seed,
        **judgement._asdict(),
    }
    if source == "rotten tomatoes" and seed == 0:
        found["log_odds"] = [round(float(value), 3) for value in log_odds]
    return found
