"""Several workers on this machine: time, bytes on the wire, equal weights, and a killed worker.

    python benchmarks/distributed.py

Trains the book's LSTM of 128 units on the Wikipedia corpus, 32 rows of 20 words a step, with one,
two and four processes that share the machine's processors. The bytes are those that the loopback
device counts (Linux). Then two workers, one of which kills itself after step 15 of 20; both are
started again from the checkpoint. Writes ``results/distributed.json``, which chapter 9 reads.
Takes five minutes on one core.
"""

import json
import os
import tempfile
from pathlib import Path

import numpy as np
from recording import record

from lmbook_utils.distributed import costs
from lmbook_utils.distributed.__main__ import main as command

WORKERS, SHORT, LONG, LAST = (1, 2, 4), 10, 40, 20


def loopback_bytes() -> int:
    """What the loopback device has sent since the machine was started."""
    for line in Path("/proc/net/dev").read_text().splitlines():
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
    history = json.loads((folder / "run" / "history.json").read_text())
    return {"weights": weights, "history": history, "bytes": loopback_bytes() - before}


def difference(some: dict, others: dict) -> float:
    pairs = zip(some["weights"], others["weights"], strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def main() -> None:
    parameters = costs.lstm_parameters(5000, 128, 128)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        runs = {}
        for workers in WORKERS:
            short = train(Path(temporary, f"short-{workers}"), workers, SHORT)
            runs[workers] = long = train(Path(temporary, f"long-{workers}"), workers, LONG)
            seconds = [row["seconds"] for row in long["history"][-LAST:]]
            sent = (long["bytes"] - short["bytes"]) / (LONG - SHORT) / workers
            rows.append(
                {
                    "workers": workers,
                    "seconds_per_step": float(np.median(seconds)),
                    "bytes_sent_per_worker": sent,
                    "bytes_computed": costs.data_parallel_bytes(parameters, workers),
                    "difference_to_one_worker": difference(long, runs[1]),
                }
            )
            print(rows[-1], flush=True)
        drill = [str(LONG // 2), "--restarts", "1", "--die-at", "15"]
        whole = train(Path(temporary, "whole"), 2, LONG // 2)
        killed = train(Path(temporary, "killed"), 2, int(drill[0]), *drill[1:])
        recovery = {
            "killed_before_step": 16,
            "went_on_with_step": killed["history"][0]["step"],
            "steps": LONG // 2,
            "difference": difference(whole, killed),
        }
        print(recovery)
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    results = {
        "parameters": parameters,
        "cores": len(usable),
        "runs": rows,
        "recovery": recovery,
    }
    print(record("distributed", results))


if __name__ == "__main__":
    main()
