"""How long does an update of each network of ``units.py`` take?

    python benchmarks/units_speed.py

The networks of words, pieces and characters take turns, so that all of them meet the same load of
the machine, and the median of each is kept. It is the time that the process had a processor: what
else runs on the machine counts for little. An update reads about the same text for each. Writes
``results/units_speed.json``. Takes two minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import time

import keras
import numpy as np
from recording import record
from units import STREAMS, Text, Units, build, unrolled_steps

from lmbook_utils import training

ROUNDS = 40


def ready(units: Units, text: Text) -> tuple[keras.Model, np.ndarray]:
    """A network that has taken two steps, so that it is compiled, and a batch for it."""
    ids, steps = units.ids("train"), unrolled_steps(units, text)
    model = build(units, ids)
    training.train_language_model(model, ids, ids[:100], 2, steps, warmup_steps=1, evaluations=1)
    return model, ids[: STREAMS * steps].reshape(STREAMS, steps)


def seconds_of_an_update(model: keras.Model, batch: np.ndarray) -> float:
    start = time.process_time()
    model.train_on_batch(batch, batch)
    return time.process_time() - start


def main() -> None:
    text = Text()
    networks = {units.name: ready(units, text) for units in text.in_all_units()}
    for network in networks.values():
        seconds_of_an_update(*network)  # the first call makes the graph
    rounds = [
        {name: seconds_of_an_update(*network) for name, network in networks.items()}
        for _ in range(ROUNDS)
    ]
    medians = {name: float(np.median([row[name] for row in rounds])) for name in networks}
    print(medians)
    print(record("units_speed", {"rounds": ROUNDS, "seconds_of_an_update": medians}))


if __name__ == "__main__":
    main()
