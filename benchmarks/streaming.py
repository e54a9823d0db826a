"""What shuffling is worth, how far texts compress, and what streaming takes in memory and time.

    python benchmarks/streaming.py

1. One pass over the training text in windows of 20 words, by an LSTM of 64 units that begins each
   window with an empty memory. The text is streamed from shards; only the shuffle buffer differs.
   Two seeds of weights and draws.
2. The film reviews as ids of 16 bits, compressed in four ways: size, and speed of reading.
3. Peak memory while all of it is read through ``tf.data``, once and four times as long.

Writes ``results/streaming.json``, which chapter 9 reads. Takes about half an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import tempfile
import time
from pathlib import Path

import numpy as np
import tensorflow as tf
from recording import record

from lmbook_utils import corpus, datasets, metrics, models, output_losses, reproducibility, training
from lmbook_utils.preprocessing import tokenize
from lmbook_utils.streaming import memory, pipelines, shards, shuffling

WINDOW, BATCH, UNITS, RATE, SEEDS = 20, 32, 64, 3e-3, (0, 1)
BUFFERS = (1, 100, 1000, 100_000)  # windows; the last holds all of the text
REPEATS = (1, 4)


def train(files: list[Path], buffer_size: int, seed: int, text: corpus.EncodedCorpus) -> dict:
    size = len(text.vocabulary)
    reproducibility.set_seed(seed)
    model = models.build_language_model(
        "lstm",
        size,
        UNITS,
        UNITS,
        batch_size=BATCH,
        output_bias=metrics.unigram_log_probs(text.train, size),
    )
    model.compile(
        training.FusedAdam(RATE, global_clipnorm=1.0),
        output_losses.CrossEntropy(),
        jit_compile=False,
    )
    steps = 0
    for inputs, targets in pipelines.windows_of_shards(files, WINDOW, BATCH, buffer_size, seed):
        if len(inputs) == BATCH:
            models.reset_state(model)
            model.train_on_batch(inputs, targets, sample_weight=tf.ones_like(targets, tf.float32))
            steps += 1
    windows = (len(text.train) - 1) // WINDOW
    order = np.array(list(shuffling.shuffled(range(windows), min(buffer_size, windows), seed)))
    row = {
        "buffer": buffer_size,
        "seed": seed,
        "steps": steps,
        "median_distance": float(np.median(shuffling.neighbour_distances(order))),
        "test_perplexity": metrics.perplexity(training.score_stream(model, text.test).log_probs),
    }
    print(row, flush=True)
    return row


def review_ids(text: corpus.EncodedCorpus) -> list[np.ndarray]:
    reviews = datasets.load_movie_reviews()
    return [text.vocabulary.encode_sentences([tokenize(review)]) for review in reviews.texts]


def compressions(pieces: list[np.ndarray], folder: Path) -> list[dict]:
    rows = []
    for name in ("none", "gzip", "bz2", "xz"):
        start = time.perf_counter()
        files = shards.write_shards(pieces, folder / name, compression=name)
        written = time.perf_counter()
        tokens = sum(map(len, shards.read_shards(files)))
        read = time.perf_counter()
        rows.append(
            {
                "compression": name,
                "bytes": sum(file.stat().st_size for file in files),
                "million_tokens_written_per_second": tokens / (written - start) / 1e6,
                "million_tokens_read_per_second": tokens / (read - written) / 1e6,
            }
        )
        print(rows[-1], flush=True)
    return rows


READ = """
from pathlib import Path
from lmbook_utils.streaming import pipelines
files = sorted(Path({folder!r}).glob("shard-*"))
def read(files):
    for _ in pipelines.windows_of_shards(files, 20, 32, buffer_size=1000):
        pass
read(files[:1])
mark()
read(files * {repeats})
"""


def main() -> None:
    text = corpus.load_encoded()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        pieces = review_ids(text)
        tokens = sum(map(len, pieces))
        results = {"review_tokens": tokens, "compression": compressions(pieces, folder)}
        results["peak_growth"] = []
        for repeats in REPEATS:
            code = READ.format(folder=str(folder / "gzip"), repeats=repeats)
            before, after = memory.peak_memory(code, timeout=900)
            row = {"tokens": tokens * repeats, "before": before, "growth": after - before}
            results["peak_growth"].append(row)
            print(row, flush=True)
        files = shards.write_shards([text.train], folder / "train", 1 << 16)
        results["shuffling"] = []
        for seed in SEEDS:
            for buffer_size in BUFFERS:
                results["shuffling"].append(train(files, buffer_size, seed, text))
                record("streaming", results)


if __name__ == "__main__":
    main()
