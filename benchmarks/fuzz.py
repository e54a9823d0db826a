"""Damaged files, a million of them, for everything in the book that reads a file.

    python benchmarks/fuzz.py                          all readers; 25 minutes on one core
    python benchmarks/fuzz.py arpa vocabulary          some, whose entries are written anew
    python benchmarks/fuzz.py arpa --piece 10000       so many more than are recorded
    python benchmarks/fuzz.py arpa --inputs 1000       and nothing is recorded
    python benchmarks/fuzz.py arpa --number 17         one damaged file, with its traceback

A reader may refuse a file with one of the errors that its docstring names, or take it; then what
it read must be usable. Anything else is a finding: another error, one that only says that a text
is no UTF-8 or no JSON and not which, more than SECONDS of time, more than MEMORY, or the end of the
process. Each reader runs in a process of its own, under these
limits (Linux and macOS). Writes ``results/fuzz.json``.
"""

import argparse
import collections
import json
import multiprocessing
import multiprocessing.connection
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import readers
from recording import record, recorded

SECONDS = 5.0  # for one file
MEMORY = 1 << 30  # bytes of address space on top of what the process has before the first file
COUNTS = ("inputs", "taken", "findings", "seconds")
PATIENCE = 30  # seconds without a file done after which a process hangs where no alarm reaches it


class TookTooLongError(BaseException):
    """Raised by the alarm; no reader catches it by accident."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*readers.READERS, []], metavar="READER")
    parser.add_argument("--inputs", type=int, help="files for each reader")
    parser.add_argument("--piece", type=int, help="files to add to those that are recorded")
    parser.add_argument("--number", type=int, help="read only this one, here")
    options = parser.parse_args()
    names = options.names or list(readers.READERS)
    if options.number is not None:
        with tempfile.TemporaryDirectory() as folder:
            print(readers.prepared(names[0], Path(folder)).read(options.number))
        return
    found = 0
    for name in names:
        old = _recorded_readers().get(name) if options.piece else None
        first = old["inputs"] if old else 0
        count = options.piece or options.inputs or readers.READERS[name].inputs
        result = fuzz(name, range(first, first + count))
        found += result["findings"]
        if options.inputs is None:
            _record(name, _added(old, result) if old else result)
    sys.exit(1 if found else 0)


def _recorded_readers() -> dict[str, dict[str, Any]]:
    return recorded("fuzz").get("readers", {})


def _added(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The results of two pieces together."""
    result = {key: round(old[key] + new[key], 1) for key in COUNTS}
    refused = collections.Counter(old["refused"]) + collections.Counter(new["refused"])
    return result | {"refused": dict(sorted(refused.items())), "found": old["found"] | new["found"]}


def _record(name: str, result: dict[str, Any]) -> None:
    """Write the results; those of readers that were not run now stay as they are."""
    all_results = _recorded_readers() | {name: result}
    entries = {name: all_results[name] for name in readers.READERS if name in all_results}
    totals = {key: round(sum(entry[key] for entry in entries.values()), 1) for key in COUNTS}
    limits = {"seconds": SECONDS, "bytes": MEMORY}
    record("fuzz", {"limits": limits, "totals": totals, "readers": entries})


def fuzz(name: str, numbers: range) -> dict[str, Any]:
    """Read damaged files with one reader; count what happened."""
    start = time.perf_counter()
    counts: collections.Counter[str] = collections.Counter()
    first: dict[str, dict[str, Any]] = {}  # of the findings that are alike
    for number, outcome, detail in _outcomes(name, numbers):
        counts[outcome] += 1
        if outcome == "finding":
            what, _, message = detail.partition(": ")
            alike = first.setdefault(what, {"number": number, "times": 0, "message": message})
            alike["times"] += 1
    result = {
        "inputs": counts.total(),
        "taken": counts.pop("taken", 0),
        "findings": counts.pop("finding", 0),
        "refused": dict(sorted(counts.items())),
        "seconds": round(time.perf_counter() - start, 1),
        "found": first,
    }
    print(f"{name}: {json.dumps(result, indent=1)}", flush=True)
    return result


def _outcomes(name: str, numbers: range) -> Iterator[tuple[int, str, str]]:
    """Give the number of each file with what it led to; go on where a process has ended."""
    processes = multiprocessing.get_context("fork")
    to_do = [numbers]
    while to_do:
        numbers = to_do.pop()
        receiver, sender = processes.Pipe(duplex=False)
        current = processes.Value("q", numbers.start)
        child = processes.Process(target=_read_all, args=(name, numbers, sender, current))
        child.start()
        sender.close()
        receiver.recv()  # the reader is prepared, however long that takes
        done = 0
        while done < len(numbers) and _waits_for(receiver, current):
            try:
                batch = receiver.recv()
            except EOFError:
                break
            yield from batch
            done += len(batch)
        child.kill()
        child.join()
        if done < len(numbers):
            # What the process had done, and not handed over, is done again by the next one.
            stopped = current.value
            yield stopped, "finding", f"the process hung or ended (exit code {child.exitcode})"
            left = [range(numbers[done], stopped), range(stopped + 1, numbers.stop)]
            to_do += [part for part in reversed(left) if part]


def _waits_for(receiver: multiprocessing.connection.Connection, current: Any) -> bool:
    """Wait for a batch, as long as one file after the other is done."""
    before = None
    while not receiver.poll(PATIENCE):
        if current.value == before:
            return False
        before = current.value
    return True


def _read_all(
    name: str,
    numbers: range,
    sender: multiprocessing.connection.Connection,
    current: Any,
) -> None:
    """Read files in this process, under the limits, and hand over what happened now and then."""
    with tempfile.TemporaryDirectory(dir=_memory_folder()) as folder:
        reader = readers.prepared(name, Path(folder))
        sender.send("prepared")
        _limit_memory()
        signal.signal(signal.SIGALRM, _ring)
        batch, sent = [], time.monotonic()
        for number in numbers:
            current.value = number
            batch.append((number, *outcome_of(reader, number)))
            if number == numbers[-1] or time.monotonic() - sent > 1:
                sender.send(batch)
                batch, sent = [], time.monotonic()


def outcome_of(reader: readers.Prepared, number: int) -> tuple[str, str]:
    """Read one file: ``taken``, the name of the error that refused it, or ``finding``."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        reader.read(number)
    except (Exception, TookTooLongError) as error:
        if reader.may_raise(error):
            return type(error).__name__, ""
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, {place.name}"
        return "finding", f"{type(error).__name__} in {where}: {str(error)[:200]}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "taken", ""


def _ring(*_: object) -> None:
    raise TookTooLongError


def _limit_memory() -> None:
    if sys.platform == "linux":  # macOS does not keep to the limit
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _memory_folder() -> str | None:
    """A folder in memory where there is one: a million files are not worth a disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


if __name__ == "__main__":
    main()
