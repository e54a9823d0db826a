"""Several workers on this machine: time, bytes on the wire, equal weights, and a killed worker.

    python benchmarks/distributed.py

Trains the book's LSTM of 128 units on the Wikipedia corpus, 32 and 256 rows of 20 words a step,
with one process on one core, and with one, two and four processes that share all cores; for the
times, let nothing else run. The bytes are those that the loopback device counts (Linux). Then two
workers, one of which kills itself after step 15 of 20; both are started again from the checkpoint.
Writes ``results/distributed.json``, which chapter 9 reads. Takes about twenty minutes on two cores.
"""

import json
import os
import tempfile
from pathlib import Path

import numpy as np
from recording import record

from lmbook_utils.distributed import costs
from lmbook_utils.distributed.__main__ import main as command

WORKERS, SHORT, LONG, DRILL, DIES_AT = (1, 2, 4), 10, 40, 20, 15
TIMED = ((32, 40, 3), (256, 24, 2))  # rows of the batch, steps, rounds


def loopback_bytes() -> int:
    """What the loopback device has sent since the machine was started."""
    for line in Path("/proc/net/dev").read_text("utf-8").splitlines():
        name, _, numbers = line.partition(":")
        if name.strip() == "lo":
            return int(numbers.split()[8])
    return 0


def train(folder: Path, workers: int, steps: int, *options: str) -> dict:
    """Train; give the weights, the history, and the bytes that went over the loopback device."""
    before = loopback_bytes()
    sizes = ["--workers", str(workers), "--steps", str(steps)]
    status = command([*sizes, "--folder", str(folder), "--checkpoint-every", "10", *options])
    if status:
        raise RuntimeError(f"{workers} workers failed")
    with np.load(folder / "run" / "weights.npz", allow_pickle=False) as file:
        weights = [file[name] for name in file.files]
    history = json.loads((folder / "run" / "history.json").read_bytes())
    return {"weights": weights, "history": history, "bytes": loopback_bytes() - before}


def difference(some: dict, others: dict) -> float:
    pairs = zip(some["weights"], others["weights"], strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def time_of_a_step(rows: int, steps: int, workers: int, cores: set[int]) -> dict:
    """The median time of a step in the second half, with the processes kept to ``cores``."""
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)  # the processes started from here inherit it
    try:
        with tempfile.TemporaryDirectory() as folder:
            history = train(Path(folder), workers, steps, "--batch-size", str(rows))["history"]
    finally:
        os.sched_setaffinity(0, usable)
    seconds = float(np.median([row["seconds"] for row in history[steps // 2 :]]))
    row = {"rows": rows, "workers": workers, "cores": len(cores), "seconds_per_step": seconds}
    print(row, flush=True)
    return row


def times() -> list[dict]:
    """For each size of the batch, all settings in turn, several times: one core, then all."""
    usable = os.sched_getaffinity(0)
    settings = [(1, {min(usable)})] + [(workers, usable) for workers in WORKERS]
    return [
        time_of_a_step(rows, steps, *setting)
        for rows, steps, rounds in TIMED
        for _ in range(rounds)
        for setting in settings
    ]


def what_is_sent(folder: Path, parameters: int) -> list[dict]:
    """Bytes of a step, and how far the weights are from those of one worker."""
    rows, one = [], None
    for workers in WORKERS:
        short = train(folder / f"short-{workers}", workers, SHORT)
        long = train(folder / f"long-{workers}", workers, LONG)
        one = one or long
        rows.append(
            {
                "workers": workers,
                "bytes_sent_per_worker": (long["bytes"] - short["bytes"])
                / (LONG - SHORT)
                / workers,
                "bytes_computed": costs.data_parallel_bytes(parameters, workers),
                "difference_to_one_worker": difference(long, one),
            }
        )
        print(rows[-1], flush=True)
    return rows


def recovery(folder: Path) -> dict:
    """Two workers, one of which kills itself, against two that live."""
    whole = train(folder / "whole", 2, DRILL)
    killed = train(folder / "killed", 2, DRILL, "--restarts", "1", "--die-at", str(DIES_AT))
    return {
        "killed_before_step": DIES_AT + 1,
        "went_on_with_step": killed["history"][0]["step"],
        "steps": DRILL,
        "difference": difference(whole, killed),
    }


def main() -> None:
    parameters = costs.lstm_parameters(5000, 128, 128)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        results = {
            "parameters": parameters,
            "cores": len(os.sched_getaffinity(0)),
            "times": times(),
            "sent": what_is_sent(folder, parameters),
            "recovery": recovery(folder),
        }
    print(record("distributed", results))


if __name__ == "__main__":
    main()
