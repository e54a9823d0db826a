"""The zoo once more, at a learning rate of 0.01.

    python benchmarks/zoo_high_rate.py

``ablations.py`` shows that the LSTM gains by a higher rate than those that ``zoo.py`` tried. So
each network is trained again at three times the highest of them. Writes
``results/zoo_high_rate.json`` after each run, which chapter 5 reads. Takes ten minutes on two
cores for each seed.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from recording import record
from zoo import ARCHITECTURES, STEPS, run

from lmbook_utils import corpus

LEARNING_RATE, SEEDS = 1e-2, (0,)


def main() -> None:
    text = corpus.load_encoded()
    rows = []
    for seed in SEEDS:
        for name in ARCHITECTURES:
            rows.append(run(name, seed, LEARNING_RATE, text))
            path = record("zoo_high_rate", {"steps": STEPS, "runs": rows})
    print(path)


if __name__ == "__main__":
    main()
