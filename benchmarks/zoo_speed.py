"""How long does a training step of each network of the zoo take?

    python benchmarks/zoo_speed.py

Times a few steps of each in turn, many times, with an otherwise empty machine. Writes
``results/zoo_speed.json``, which chapter 5 reads. Takes two minutes on two cores.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import statistics
import time

from recording import record
from zoo import ARCHITECTURES, build

from lmbook_utils import batching, corpus, training

ROUNDS, STEPS_PER_ROUND = 20, 5


def main() -> None:
    text = corpus.load_encoded()
    streams = batching.contiguous_streams(text.train, batch_size=16, steps=20)
    batch = streams.inputs[0], streams.targets[0]
    models = {name: build(name, text) for name in ARCHITECTURES}
    for model in models.values():
        training.train_language_model(model, text.train, text.train[:100], 3, warmup_steps=1)
        model.train_on_batch(*batch)  # builds the graph
    times = {name: [] for name in models}
    for _ in range(ROUNDS):
        for name, model in models.items():
            start = time.perf_counter()
            for _ in range(STEPS_PER_ROUND):
                model.train_on_batch(*batch)
            times[name].append((time.perf_counter() - start) / STEPS_PER_ROUND)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(record("zoo_speed", {"seconds_per_step": medians}))


if __name__ == "__main__":
    main()
