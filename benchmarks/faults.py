"""Processes that are killed, full disks, folders without permission, two processes at once.

    python benchmarks/faults.py                     all of it; 20 minutes on one core
    python benchmarks/faults.py kills               one part
    python benchmarks/faults.py kills "ARPA file"   one part, for one writer

Linux and macOS. For each thing that the book writes:

1. A process that writes it is killed: once before each step that it takes in the file system (a
   file is opened, renamed, removed …), and at random moments while it writes again and again.
   Afterwards the old content or the new must be there, whole; the next process must be able to
   write; and of what was left behind nothing may be there a day later, when the clock is turned.
2. The disk is full (a limit on the size of files, and as root a file system of 8 MB), or the folder
   may not be written to: an error must name the file, the old content must be whole, nothing may
   be left behind, and the next process must be able to write.
3. Two processes write the same file over and over, while a third one reads it.

Then a training is killed at random steps and goes on in a new process; two set-ups of the
environment, two builds of the site and two runs of a test file start at once. Writes
``results/faults.json``.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import argparse
import collections
import contextlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import keras
import numpy as np
from recording import record, recorded
from writers import WRITERS, Writer

from lmbook_utils import models, storage, training
from lmbook_utils.training import fitting

ROOT = Path(__file__).parent.parent
PROCESSES = multiprocessing.get_context("fork")
KILLS = {"saved model": 5}  # at random moments; a saved model takes a second to write and check
KILLS_OF_OTHERS = 25
SEED = 0
STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "os.utime")
NOBODY = 65534
PATIENCE = 300  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", nargs="?", choices=PARTS, help="default: all")
    parser.add_argument("writer", nargs="?", choices=WRITERS, help="default: all")
    options = parser.parse_args()
    for part in [options.part] if options.part else PARTS:
        result = PARTS[part](options.writer)
        print(f"{part}: {json.dumps(result, indent=1)}", flush=True)
        _record(part, result)


def _record(part: str, result: dict[str, Any]) -> None:
    """Write the results; those of other parts and other writers stay as they are."""
    old = recorded("faults")
    results = old | {part: old.get(part, {}) | result}
    record("faults", {name: results[name] for name in PARTS if name in results})


# --- Processes ------------------------------------------------------------------------------------


def in_process(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns in a process of its own; its error is raised here."""
    receiver, sender = PROCESSES.Pipe(duplex=False)

    def work() -> None:
        try:
            sender.send((function(*arguments), None))
        except Exception as error:
            sender.send((None, f"{type(error).__name__}: {error}"))

    process = PROCESSES.Process(target=work)
    process.start()
    sender.close()
    try:
        if not receiver.poll(PATIENCE):
            raise RuntimeError("the process hangs")
        result, error = receiver.recv()
    except EOFError:
        error = "the process ended without a word"
    finally:
        process.kill()
        process.join()
    if error:
        raise RuntimeError(error)
    return result


def per_writer(part: Callable[[str, Writer, Path], Any]) -> Callable[[str | None], dict]:
    """Do a part for one writer or for all, each in an empty folder."""

    def do(only: str | None) -> dict:
        results = {}
        for name in [only] if only else WRITERS:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder).chmod(0o755)  # NOBODY must get in
                results[name] = part(name, WRITERS[name], Path(folder, "data"))
        return results

    return do


# --- Killed ---------------------------------------------------------------------------------------


def kills(name: str, writer: Writer, folder: Path) -> dict[str, Any]:
    """Kill a process that writes, at each step and at random; count what is there then."""
    counts: collections.Counter[str] = collections.Counter()
    draw = random.Random(f"{SEED} {name}")
    steps, seconds = in_process(_count_steps, writer, folder)
    at_steps = [(step, 0.0) for step in range(1, steps + 1)]
    at_random = [(0, draw.uniform(0, 6 * seconds)) for _ in range(KILLS.get(name, KILLS_OF_OTHERS))]
    left_behind = 0
    for step, wait in [*at_steps, *at_random]:
        started, finished = _killed(writer, folder, step, wait, seconds)
        when = "during" if started > finished else "after" if finished > 1 else "before"
        what, litter, still_there = in_process(_look_after, writer, folder, started, finished)
        left_behind = max(left_behind, litter)
        counts[f"killed {when} a write"] += 1
        counts[f"{what} content"] += 1
        counts["left behind for more than a day"] += still_there
    return {
        "steps in the file system": steps,
        "seconds of a write": round(seconds, 3),
        "kills": len(at_steps) + len(at_random),
        **dict(sorted(counts.items())),
        "files and folders left behind at once, at most": left_behind,
    }


def _count_steps(writer: Writer, folder: Path) -> tuple[int, float]:
    """How many steps a write takes that replaces a file, and how long."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    writer.write(folder / writer.name, 1)
    shutil.copytree(folder, folder.with_name("first"))
    start = time.perf_counter()
    writer.write(folder / writer.name, 2)
    seconds = time.perf_counter() - start
    steps = _Steps(folder)
    writer.write(folder / writer.name, 3)
    return steps.count, seconds


class _Steps:
    """Counts the steps in a folder, by Python's audit hooks, and kills the process before one."""

    def __init__(self, folder: Path, kill_at: int = 0):
        self.count, self._kill_at, self._folder = 0, kill_at, str(folder)
        fsync = os.fsync

        def counted_fsync(descriptor: int) -> None:
            self._step()
            fsync(descriptor)

        os.fsync = counted_fsync
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple) -> None:
        if event in STEPS and any(str(a).startswith(self._folder) for a in arguments[:2]):
            self._step()

    def _step(self) -> None:
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _killed(writer: Writer, folder: Path, step: int, wait: float, pause: float) -> tuple[int, int]:
    """Let a process write versions from 2 and be killed.

    Return the last version that it began to write, and the last one that it has written.
    """
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name("first"), folder)
    started, finished, ready = (PROCESSES.Value("q", n) for n in (1, 1, 0))

    def write() -> None:
        if step:
            _Steps(folder, kill_at=step)
        ready.value = 1
        pauses = random.Random(wait)
        for version in range(2, 10_000):
            time.sleep(0 if step else pauses.uniform(0, pause))
            started.value = version
            writer.write(folder / writer.name, version)
            finished.value = version

    process = PROCESSES.Process(target=write)
    process.start()
    while not step and not ready.value:
        time.sleep(0.001)
    process.join(None if step else wait)
    process.kill()
    process.join()
    return started.value, finished.value


def _look_after(writer: Writer, folder: Path, started: int, finished: int) -> tuple[str, int, int]:
    """What is there after a kill, how much was left behind, and how much of it stays for good."""
    path = folder / writer.name
    litter = len(_litter(folder, writer))
    version = writer.version(path)
    if version not in (started, finished):
        raise RuntimeError(f"version {version} is there, and neither {started} nor {finished}")
    what = "new" if version > finished else "old" if started > finished else "latest"
    writer.write(path, 7777)
    if writer.version(path) != 7777:
        raise RuntimeError("the next process could not write")
    long_ago = time.time() - storage.LEFT_BEHIND_AFTER - 10
    for left in _litter(folder, writer):
        os.utime(left, (long_ago, long_ago))
    writer.write(path, 7778)
    return what, litter, len(_litter(folder, writer))


def _litter(folder: Path, writer: Writer) -> list[Path]:
    """What is in a folder beside the file, and beside what a checkpoint's folder holds."""
    inside = folder / writer.name
    found = [path for path in folder.iterdir() if path != inside]
    if inside.is_dir():
        found += [path for path in inside.iterdir() if path.name.startswith(".")]
    return found


# --- No room, no permission -----------------------------------------------------------------------


def refusals(name: str, writer: Writer, folder: Path) -> dict[str, Any]:
    """Write where there is no room or no permission; say what the errors are."""
    results = {"full disk (limit of 200 bytes)": _refused(writer, folder, _no_room)}
    if os.geteuid() == 0:
        results["no permission"] = _refused(writer, folder, _no_permission)
        results["full disk (8 MB)"] = _on_a_small_disk(writer, folder)
    return results


def _no_room(_: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


def _no_permission(folder: Path) -> None:
    # Root may write everywhere, so the process becomes one that may not.
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def _refused(writer: Writer, folder: Path, restrict: Callable[[Path], None]) -> str:
    """Write version 1; then try version 2 under a restriction, and version 3 without it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    path = folder / writer.name
    in_process(writer.write, path, 1)

    def try_to_write() -> str:
        restrict(folder)
        try:
            writer.write(path, 2)
        except OSError as error:
            return str(error)
        return ""

    message = in_process(try_to_write)
    _filler(folder).unlink(missing_ok=True)
    in_process(_require_version, writer, folder, 1)
    for changed in [folder, *folder.rglob("*")]:
        changed.chmod(0o755)
    in_process(writer.write, path, 3)
    in_process(_require_version, writer, folder, 3)
    if str(path) not in message:
        raise RuntimeError(f"the error should name {path}: {message!r}")
    return message.replace(str(folder), "FOLDER")


def _require_version(writer: Writer, folder: Path, version: int) -> None:
    found = writer.version(folder / writer.name)
    if found != version:
        raise RuntimeError(f"version {found} is there; it should be {version}")
    if litter := _litter(folder, writer):
        raise RuntimeError(f"left behind: {litter}")


def _on_a_small_disk(writer: Writer, folder: Path) -> str:
    """The same with a file system that is full."""
    disk = folder.with_name("disk")
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        return "not tried: no file system can be mounted here"
    try:
        return _refused(writer, disk / "data", _fill)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fill(folder: Path) -> None:
    with contextlib.suppress(OSError), _filler(folder).open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))


def _filler(folder: Path) -> Path:
    return folder.with_name("filler")


# --- Two at once ----------------------------------------------------------------------------------


def two_at_once(name: str, writer: Writer, folder: Path) -> dict[str, Any]:
    """Let two processes write the same file over and over, while this one reads it."""
    folder.mkdir()
    path = folder / writer.name
    in_process(writer.write, path, 1)
    written = [PROCESSES.Value("q", 0) for _ in range(2)]
    failed = PROCESSES.Array("c", 400)

    def write(count: Any, first: int) -> None:
        try:
            for version in range(first, 10_000, 2):
                writer.write(path, version)
                count.value += 1
        except Exception as error:
            failed.value = f"{type(error).__name__}: {error}".encode()[:399]

    processes = [PROCESSES.Process(target=write, args=(written[i], 2 + i)) for i in range(2)]
    for process in processes:
        process.start()
    # A folder cannot be replaced in one step: its reader may be refused, and no more than that.
    refusals = (ValueError, OSError) if name == "saved model" else ()
    read, refused = in_process(_read_for, writer, path, 5.0, refusals)
    for process in processes:
        process.kill()
        process.join()
    in_process(_look_after_two, writer, folder)
    return {
        "written": sum(count.value for count in written),
        "read": read,
        "refused while it was replaced": refused,
        "error of a writer": failed.value.decode(errors="replace").replace(str(folder), "FOLDER"),
    }


def _read_for(
    writer: Writer, path: Path, seconds: float, refusals: tuple[type[Exception], ...]
) -> tuple[int, int]:
    """Read until the time is over; a reader must find a whole version, or be refused."""
    read, refused, end = 0, 0, time.monotonic() + seconds
    while time.monotonic() < end or not read + refused:
        try:
            writer.version(path)
            read += 1
        except refusals:
            refused += 1
    return read, refused


def _look_after_two(writer: Writer, folder: Path) -> None:
    _look_after(writer, folder, 1, writer.version(folder / writer.name))


# --- Training -------------------------------------------------------------------------------------

TRAINING = {"steps": 24, "unrolled_steps": 5, "warmup_steps": 4, "evaluations": 6, "patience": None}
KILLED_AT = 5  # of them


def _train(checkpoint: str | None, kill_at: int = 0) -> tuple[list, list[bytes]]:
    """Train a small model with dropout; return evaluations and weights, to the last bit."""
    keras.utils.set_random_seed(kill_at)  # a new process has other random numbers
    build = models.build_language_model
    model = build("lstm", 30, 8, 8, batch_size=4, dropout=0.3)
    values = np.random.default_rng(SEED)
    model.set_weights([values.normal(0, 0.1, w.shape) for w in model.get_weights()])
    for variable in model.variables:
        if "seed" in variable.path:
            variable.assign(np.ones(variable.shape))
    texts = [values.integers(0, 30, size) for size in (600, 100)]
    original = fitting._Monitor.on_train_batch_end

    def end_of_step(monitor: Any, batch: int, logs: dict | None = None) -> None:
        if kill_at and monitor._first_step + batch + 1 == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        original(monitor, batch, logs)

    fitting._Monitor.on_train_batch_end = end_of_step
    rows = training.train_language_model(model, *texts, checkpoint=checkpoint, **TRAINING)
    return [vars(row) for row in rows], [weight.tobytes() for weight in model.get_weights()]


def training_resumed(_: str | None) -> dict[str, Any]:
    """Kill a training at random steps; it must end as one that was never interrupted."""
    whole = in_process(_train, None)
    steps = random.Random(SEED).sample(range(1, TRAINING["steps"] + 1), KILLED_AT)
    steps = [*sorted(steps), [3, 11, 19]]  # the last training is killed three times
    for kills_at in steps:
        with tempfile.TemporaryDirectory() as folder:
            for step in kills_at if isinstance(kills_at, list) else [kills_at]:
                process = PROCESSES.Process(target=_train, args=(folder, step))
                process.start()
                process.join()
                if process.exitcode != -signal.SIGKILL:
                    raise RuntimeError(f"the training was not killed: {process.exitcode}")
            if in_process(_train, folder) != whole:
                raise RuntimeError(f"killed at {kills_at}, the training ends with other numbers")
    return {
        "steps": TRAINING["steps"],
        "killed at": steps,
        "evaluations and weights are equal to the last bit": True,
    }


# --- Commands -------------------------------------------------------------------------------------

SET_UP = """
import subprocess, sys, time
from pathlib import Path
sys.path.insert(0, {tools!r})
import bootstrap
root = Path({root!r})
bootstrap.ROOT, bootstrap.VENV, bootstrap.LOG = root, root / ".venv", root / "setup.log"
bootstrap.STAMP = bootstrap.VENV / "lmbook-stamp.json"
bootstrap.VENV_PYTHON = bootstrap.VENV / "bin" / "python"
def note(word):
    with (root / "steps").open("a") as steps: steps.write(word + "\\n")
def make_venv(command, **_):
    note("venv"); time.sleep(1); bootstrap.VENV_PYTHON.parent.mkdir(parents=True)
    bootstrap.VENV_PYTHON.touch(); return 0
bootstrap.subprocess.call = make_venv
bootstrap.pip = lambda arguments, progress=None: (note("pip"), time.sleep(1))
bootstrap.main()
"""


def commands(_: str | None) -> dict[str, Any]:
    """Start the same command twice at once: the set-up, a build of the site, and a test file."""
    return {
        "set-up of the environment": _set_ups(),
        "build of the site": _builds(),
        "tests/test_storage.py": _test_runs(),
    }


def _set_ups() -> dict[str, Any]:
    """Two set-ups, without their downloads: one does the work. Then one that is killed."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("requirements.txt", "pyproject.toml"):
            Path(folder, name).write_text("", "utf-8")
        code = SET_UP.format(tools=str(ROOT / "tools"), root=folder)
        both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
        codes = [process.wait(PATIENCE) for process in both]
        once = Path(folder, "steps").read_text("utf-8").split()
        Path(folder, "requirements.txt").write_text("numpy==2.0.0", "utf-8")
        killed = subprocess.Popen([sys.executable, "-c", code])
        while Path(folder, "steps").read_text("utf-8").split() == once:
            time.sleep(0.01)
        killed.kill()
        killed.wait()
        codes.append(subprocess.run([sys.executable, "-c", code], check=False).returncode)
        every = Path(folder, "steps").read_text("utf-8").split()
    if codes != [0, 0, 0] or once != ["venv", "pip", "pip"] or every != [*once, "venv", *once]:
        raise RuntimeError(f"the set-ups ended with {codes} and did {every}")
    return {"two at once": "one does the work", "killed": "the next one does all of it"}


def _builds() -> str:
    """Two builds into one folder: the second waits, and finds nothing left to do."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "tools" / "build_site.py"), "--output", folder]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        both = [subprocess.Popen(command, text=True, **pipes) for _ in range(2)]
        with ThreadPool(2) as pool:  # both pipes are read at once, so that neither is ever full
            outputs = pool.map(lambda process: process.communicate(timeout=3 * PATIENCE)[0], both)
        codes = [process.returncode for process in both]
        idle = sum("The site is up to date." in output for output in outputs)
    if codes != [0, 0] or idle != 1:
        raise RuntimeError(f"the builds ended with {codes}, and {idle} had nothing to do")
    return "one builds, the other waits for it"


def _test_runs() -> str:
    command = [sys.executable, "-m", "pytest", "-q", "tests/test_storage.py"]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    codes = [process.wait(PATIENCE) for process in both]
    if codes != [0, 0]:
        raise RuntimeError(f"two runs of a test file ended with {codes}")
    return "both pass"


PARTS: dict[str, Callable[[str | None], dict]] = {
    "kills": per_writer(kills),
    "refusals": per_writer(refusals),
    "two at once": per_writer(two_at_once),
    "training": training_resumed,
    "commands": commands,
}

if __name__ == "__main__":
    main()
