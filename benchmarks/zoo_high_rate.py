"""The zoo once more, at learning rates of 0.01 and above.

    python benchmarks/zoo_high_rate.py

``ablations.py`` shows that the LSTM gains by a higher rate than those that ``zoo.py`` tried. So
each network is trained again at three times the highest of them. Where that was better on the
validation text, the rate is doubled as long as it gets better still, and two more seeds are run
with the best rate. Writes ``results/zoo_high_rate.json`` after each run, which chapter 5 reads.
Takes twenty minutes on two cores.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import json
from collections.abc import Iterator

from recording import RESULTS, record
from zoo import ARCHITECTURES, STEPS, run

from lmbook_utils import corpus

RATES, SEEDS = (1e-2, 2e-2, 4e-2), (0, 1, 2)


def validation_perplexities_before() -> dict[str, float]:
    """The best validation perplexity of each architecture that ``zoo.py`` found with seed 0."""
    recorded = json.loads((RESULTS / "zoo.json").read_text(encoding="utf-8"))
    return {
        row["architecture"]: row["validation_perplexity"]
        for row in recorded["results"]["runs"]
        if row["seed"] == SEEDS[0]
    }


def runs_of(name: str, best: float, text: corpus.EncodedCorpus) -> Iterator[dict]:
    """Raise the rate as long as the validation text gets better; then more seeds of the best."""
    best_rate = None
    for rate in RATES:
        row = run(name, SEEDS[0], rate, text)
        yield row
        if row["validation_perplexity"] >= best:
            break
        best, best_rate = row["validation_perplexity"], rate
    if best_rate is not None:
        for seed in SEEDS[1:]:
            yield run(name, seed, best_rate, text)


def main() -> None:
    text = corpus.load_encoded()
    before = validation_perplexities_before()
    rows = []
    for name in ARCHITECTURES:
        for row in runs_of(name, before[name], text):
            rows.append(row)
            path = record("zoo_high_rate", {"steps": STEPS, "runs": rows})
    print(path)


if __name__ == "__main__":
    main()
