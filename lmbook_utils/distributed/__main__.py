"""Train the book's language model with several processes.

    python -m lmbook_utils.distributed --workers 2 --compare     # on this machine
    TF_CONFIG='{…}' python -m lmbook_utils.distributed --folder /shared/run      # one of many

Where ``TF_CONFIG`` is set, this process is one worker of the cluster that it names; so the same
command, started once on each machine, trains across machines.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from lmbook_utils.distributed.cluster import WorkerError, run_cluster

_TEXTS = ("wikipedia", "made-up")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _work(options) if os.environ.get("TF_CONFIG") else _launch(options)
    except (ValueError, WorkerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m lmbook_utils.distributed", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--workers", type=int, default=2, help="processes to start on this machine (2)")
    add("--folder", help="checkpoints and results; training goes on from what is there")
    add("--text", choices=_TEXTS, default="wikipedia", help="what to train on (wikipedia)")
    add("--steps", type=int, default=20, help="updates (20)")
    add("--batch-size", type=int, default=32, help="rows of the whole batch (32)")
    add("--unrolled-steps", type=int, default=20, help="words of each row (20)")
    add("--units", type=int, default=128, help="size of the LSTM (128)")
    add("--checkpoint-every", type=int, default=10, help="steps between checkpoints (10)")
    add("--compare", action="store_true", help="train with one worker, too, and compare weights")
    add("--restarts", type=int, default=0, help="how often to start again after a failure (0)")
    add("--die-at", type=int, default=0, help="a fire drill: kill the last worker at this step")
    add("--timeout", type=float, default=600, help="seconds for each start (600)")
    return parser


def _work(options: argparse.Namespace) -> int:
    # Here and not above: it loads TensorFlow, which a launcher has no use for.
    from lmbook_utils.distributed import workers

    if not options.folder:
        raise ValueError("--folder must name a folder that all workers see; there was none")
    workers.end_with_the_launcher()
    ids, size = _text(options.text)
    job = workers.Job(
        vocab_size=size,
        units=options.units,
        batch_size=options.batch_size,
        unrolled_steps=options.unrolled_steps,
        steps=options.steps,
        checkpoint_every=options.checkpoint_every,
    )
    history = workers.train(job, ids, options.folder, options.die_at)
    print(f"{len(history)} steps")
    return 0


def _text(name: str) -> tuple[np.ndarray, int]:
    """The ids, and the size of their vocabulary."""
    if name == "made-up":  # 50 words at random, for tests: the corpus takes seconds to load
        return np.random.default_rng(0).integers(4, 50, 3000), 50
    from lmbook_utils import corpus

    text = corpus.load_encoded()
    return text.train, len(text.vocabulary)


def _launch(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.folder or temporary)
        several = _train(options, folder / "run", options.workers)
        if options.compare:
            one = _train(options, folder / "one", 1)
            pairs = zip(several, one, strict=True)
            largest = max(float(np.abs(a - b).max()) for a, b in pairs)
            print(
                f"{options.workers} workers and one: weights differ by at most {largest:.1e}",
                flush=True,
            )
    return 0


def _train(options: argparse.Namespace, folder: Path, workers: int) -> list[np.ndarray]:
    """Run a cluster, again after a failure; return the weights."""
    command = ["-m", "lmbook_utils.distributed", "--folder", str(folder)]
    for name in ("text", "steps", "batch_size", "unrolled_steps", "units", "checkpoint_every"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    if workers > 1:
        command += ["--die-at", str(options.die_at)]
    for attempt in range(options.restarts + 1):
        try:
            run_cluster(command, workers, options.timeout)
            break
        except WorkerError as error:
            if attempt == options.restarts:
                raise
            print(f"{str(error).splitlines()[0]}; starting again", flush=True)
    history = json.loads((folder / "history.json").read_bytes())
    first, last = history[0], history[-1]
    print(
        f"{workers} worker{'s' * (workers > 1)}: steps {first['step']} to {last['step']}, "
        f"loss {first['loss']:.4f} to {last['loss']:.4f}",
        flush=True,
    )
    with np.load(folder / "weights.npz", allow_pickle=False) as weights:
        return [weights[name] for name in weights.files]


if __name__ == "__main__":
    sys.exit(main())
