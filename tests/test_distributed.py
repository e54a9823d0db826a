"""Several workers: the same steps as one, nothing lost when one dies, and no process left over."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from lmbook_utils.distributed import cluster, costs, workers
from lmbook_utils.distributed.__main__ import main

# ---------------------------------------------------------------------------------------------
# What is sent


@pytest.mark.equation("eq-all-reduce")
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_a_ring_sends_what_the_equation_says(count):
    """Play the ring: K parts of an array go round, K - 1 turns to add up, K - 1 to hand on."""
    size = 24 * count
    arrays = np.random.default_rng(0).normal(size=(count, count, 24))  # worker, part, numbers
    expected, sent = arrays.sum(axis=0), np.zeros(count, int)
    for turn in range(2 * (count - 1)):
        parts = [(worker - turn) % count for worker in range(count)]
        moving = [arrays[worker, part].copy() for worker, part in enumerate(parts)]
        for worker, part in enumerate(parts):
            to = (worker + 1) % count
            sent[worker] += moving[worker].size
            arrays[to, part] = moving[worker] + (arrays[to, part] if turn < count - 1 else 0)
    assert np.allclose(arrays, expected)
    assert (sent * 4 == costs.data_parallel_bytes(size, count)).all()


@pytest.mark.equation("eq-pipeline-bubble")
@pytest.mark.parametrize(("count", "micro_batches"), [(1, 5), (4, 1), (4, 12), (3, 7)])
def test_the_bubble_of_a_pipeline(count, micro_batches):
    """Each worker computes one micro-batch in each turn, as soon as the one before it is done."""
    turns = micro_batches + count - 1
    busy = sum(0 <= turn - 0 < micro_batches for turn in range(turns))
    assert costs.pipeline_bubble(count, micro_batches) == pytest.approx(1 - busy / turns)


def test_gpt2_has_as_many_parameters_as_published():
    assert costs.gpt2_parameters(50257, 768, 12, 1024) == 124_439_808
    assert costs.gpt2_parameters(50257, 1600, 48, 1024) == 1_557_611_200


@pytest.mark.parametrize(("layers", "dim", "units"), [(1, 8, 4), (2, 5, 7), (3, 4, 4)])
def test_the_parameters_of_an_lstm_are_those_of_the_model(layers, dim, units):
    from lmbook_utils.models import build_language_model

    model = build_language_model("lstm", 20, dim, units, num_layers=layers)
    assert costs.lstm_parameters(20, dim, units, layers) == model.count_params()


def test_one_worker_sends_nothing():
    assert costs.data_parallel_bytes(100, 1) == 0
    assert costs.pipeline_parallel_bytes(8, 5, 4, 1) == 0
    assert costs.tensor_parallel_bytes(8, 5, 4, 1, 1) == 0


def test_tensor_parallelism_adds_up_four_times_in_each_layer():
    activations = 8 * 5 * 4
    one = costs.data_parallel_bytes(activations, 4)  # one all-reduce of all activations
    assert costs.tensor_parallel_bytes(8, 5, 4, num_layers=3, workers=4) == 3 * 4 * one
    recurrent = costs.tensor_parallel_bytes(8, 5, 4, num_layers=3, workers=4, recurrent=True)
    assert recurrent == 3 * one


def test_costs_of_no_workers_are_refused():
    with pytest.raises(ValueError, match="workers must be a whole number and at least 1"):
        costs.data_parallel_bytes(100, 0)


# ---------------------------------------------------------------------------------------------
# Processes


def ended(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_failing_worker_is_named_and_ends_the_others(tmp_path):
    code = f"""
import json, os, pathlib, sys, time
index = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
pathlib.Path({str(tmp_path)!r}, str(index)).write_text(str(os.getpid()))
while len(os.listdir({str(tmp_path)!r})) < 2:
    time.sleep(0.01)
if index == 1:
    sys.exit("the disk is full")
time.sleep(300)
"""
    start = time.monotonic()
    with pytest.raises(cluster.WorkerError, match=r"worker 1 of 2 ended with code 1\n  the disk"):
        cluster.run_cluster(["-c", code], 2, timeout=60)
    assert time.monotonic() - start < 30
    assert all(ended(int(file.read_text())) for file in tmp_path.iterdir())


def test_workers_that_take_too_long_are_ended():
    with pytest.raises(cluster.WorkerError, match=r"not ended after timeout = 0.5 seconds"):
        cluster.run_cluster(["-c", "import time; time.sleep(300)"], 2, timeout=0.5)


def test_a_worker_ends_when_its_launcher_is_killed(tmp_path):
    worker = (
        "import os, pathlib, time; from lmbook_utils.distributed import workers; "
        "workers.end_with_the_launcher(); "
        f"pathlib.Path({str(tmp_path)!r}, 'part').write_text(str(os.getpid())); "
        f"os.replace(*(os.path.join({str(tmp_path)!r}, n) for n in ('part', 'id'))); "
        "time.sleep(300)"
    )
    launcher = (
        "import os; from lmbook_utils.distributed import cluster; "
        f"cluster.run_cluster(['-c', {worker!r}], 1, timeout=300)"
    )
    process = subprocess.Popen([sys.executable, "-c", launcher])
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "id").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    worker_id = int((tmp_path / "id").read_text())
    deadline = time.monotonic() + 20
    while not ended(worker_id):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("addresses", "index", "message"),
    [
        (["somewhere"], 0, "'HOST:PORT' each; one was 'somewhere'"),
        (["a:70000"], 0, "one was 'a:70000'"),
        (["a:1", "a:1"], 0, "all be different"),
        (["a:1"], 1, "from 0; it was 1"),
        ([], 0, "the 0 addresses"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused(addresses, index, message):
    with pytest.raises(ValueError, match=message):
        cluster.tf_config(addresses, index)


# ---------------------------------------------------------------------------------------------
# Training

SMALL = "--text made-up --units 8 --batch-size 8 --unrolled-steps 10 --timeout 120".split()


def weights(folder):
    with np.load(folder / "run" / "weights.npz", allow_pickle=False) as file:
        return [file[name] for name in file.files]


def test_two_workers_one_of_which_is_killed_end_as_one_worker_with_the_whole_batch(
    tmp_path, capsys
):
    options = [*SMALL, "--steps", "8", "--checkpoint-every", "3"]
    drill = ["--workers", "2", "--die-at", "5", "--restarts", "1"]
    assert main([*options, *drill, "--folder", str(tmp_path / "two")]) == 0
    assert main([*options, "--workers", "1", "--folder", str(tmp_path / "one")]) == 0
    printed = capsys.readouterr().out
    assert "worker 1 of 2 was killed by signal 9; starting again" in printed
    history = json.loads((tmp_path / "two" / "run" / "history.json").read_text())
    assert [row["step"] for row in history] == [4, 5, 6, 7, 8]
    pairs = zip(weights(tmp_path / "two"), weights(tmp_path / "one"), strict=True)
    assert max(np.abs(a - b).max() for a, b in pairs) < 1e-5


def test_rows_that_cannot_be_divided_are_refused(capsys):
    with pytest.raises(ValueError, match="multiple of the number of workers, 3; it was 8"):
        workers.rows_of(0, 3, 8)


def test_a_worker_without_a_folder_says_so(monkeypatch, capsys):
    monkeypatch.setenv("TF_CONFIG", cluster.tf_config(["127.0.0.1:4000"], 0))
    assert main([]) == 1
    assert "--folder must name a folder" in capsys.readouterr().err


@pytest.mark.parametrize("changed", [{"steps": 0}, {"learning_rate": -1}, {"seed": 0.5}])
def test_a_job_that_makes_no_sense_is_refused(changed):
    with pytest.raises(ValueError, match=f"{next(iter(changed))} must be"):
        workers.Job(**changed)
