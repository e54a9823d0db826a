"""A cluster of processes: their addresses, their start, and their end.

TensorFlow learns from the environment variable ``TF_CONFIG`` who else takes part. On several
machines a scheduler sets it; here :func:`run_cluster` does, for processes on this machine.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from lmbook_utils._validation import require_list, require_positive, require_whole

LAUNCHED = "LMBOOK_LAUNCHED"  # in the environment of a worker whose standard input is our pipe
_LINES_OF_AN_ERROR = 5


class WorkerError(RuntimeError):
    """A worker ended with an error, or the workers took too long."""


def free_addresses(count: int) -> list[str]:
    """Find ports on this machine that nobody uses, all different.

    All are held at once, so that the system cannot give one twice. They are free again when this
    function returns: another program could take one before a worker does. The worker then ends
    with an error, and :func:`run_cluster` says so.

    Parameters
    ----------
    count
        How many.

    Returns
    -------
    list of str
        ``"127.0.0.1:PORT"``, reachable from this machine only.

    Raises
    ------
    ValueError
        If ``count`` is not a whole number from 1.

    Examples
    --------
    >>> addresses = free_addresses(3)
    >>> len(set(addresses)), addresses[0].partition(":")[0]
    (3, '127.0.0.1')
    """
    require_whole(1, count=count)
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{one.getsockname()[1]}" for one in held]
    finally:
        for one in held:
            one.close()


def tf_config(addresses: Sequence[str], index: int) -> str:
    """Write the value of ``TF_CONFIG`` for one worker.

    Parameters
    ----------
    addresses
        ``"HOST:PORT"`` of each worker, in the same order on all machines.
    index
        Which of them this one is, from 0. Worker 0 is the *chief*, which writes the results.

    Raises
    ------
    ValueError
        If there is no address, one is not ``"HOST:PORT"`` or is there twice, or ``index`` is not
        that of an address. Also if ``addresses`` is no list of strings.

    Examples
    --------
    >>> tf_config(["10.0.0.1:4000", "10.0.0.2:4000"], index=1)
    '{"cluster": {"worker": ["10.0.0.1:4000", "10.0.0.2:4000"]}, \
"task": {"type": "worker", "index": 1}}'
    """
    require_list(str, addresses=addresses)
    for address in addresses:
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"addresses must be 'HOST:PORT' each; one was {address!r}")
    if len(set(addresses)) != len(addresses):
        raise ValueError(f"addresses must all be different; they were {', '.join(addresses)}")
    require_whole(0, index=index)
    if index >= len(addresses):
        raise ValueError(
            f"index must be that of one of the {len(addresses)} addresses, from 0; it was {index}"
        )
    return json.dumps(
        {"cluster": {"worker": list(addresses)}, "task": {"type": "worker", "index": index}}
    )


def run_cluster(arguments: Sequence[str], workers: int, timeout: float) -> list[str]:
    """Run a Python program in several processes that know of each other, until all have ended.

    Each gets its own ``TF_CONFIG``. If one ends with an error, or the time is over, all others are
    ended too: a worker that waits for a dead one would wait for ever. No process outlives this
    function, however it ends; and since each worker's standard input is a pipe from here, one
    that calls :func:`lmbook_utils.distributed.workers.end_with_the_launcher` also ends if this
    process is killed.

    Parameters
    ----------
    arguments
        What comes after ``python``: ``["-m", "module", "--option"]`` or ``["script.py"]``.
    workers
        The number of processes.
    timeout
        Seconds after which all are ended.

    Returns
    -------
    list of str
        What each worker wrote to its standard output.

    Raises
    ------
    ValueError
        If ``workers`` is not a whole number from 1, or ``timeout`` no number above 0. Also if
        ``arguments`` is no list of strings.
    WorkerError
        If a worker ended with an error, or the time was over; with the end of what it wrote.

    Examples
    --------
    >>> code = "import json, os; print(json.loads(os.environ['TF_CONFIG'])['task']['index'])"
    >>> run_cluster(["-c", code], workers=2, timeout=60)
    ['0\\n', '1\\n']
    """
    require_list(str, arguments=arguments)
    require_whole(1, workers=workers)
    require_positive(timeout=timeout)
    addresses = free_addresses(workers)
    processes: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory() as folder:
        # Files and not pipes: a pipe that nobody reads fills up and stops the worker.
        outputs = [Path(folder, f"{index}.out") for index in range(workers)]
        errors = [Path(folder, f"{index}.err") for index in range(workers)]
        try:
            for index in range(workers):
                environment = {"TF_CONFIG": tf_config(addresses, index), LAUNCHED: "1"}
                with outputs[index].open("wb") as out, errors[index].open("wb") as err:
                    processes.append(
                        subprocess.Popen(
                            [sys.executable, *arguments],
                            stdin=subprocess.PIPE,
                            stdout=out,
                            stderr=err,
                            env=os.environ | environment,
                        )
                    )
            failed = _wait(processes, timeout)
        finally:
            _end(processes)
        if failed is not None:
            raise WorkerError(f"{failed[1]}{_last_lines(errors[failed[0]])}")
        return [_read(output) for output in outputs]


def _wait(processes: list[subprocess.Popen[bytes]], timeout: float) -> tuple[int, str] | None:
    """Wait for all; return the number of a worker that failed, and how."""
    deadline = time.monotonic() + timeout
    while True:
        codes = [process.poll() for process in processes]
        for index, code in enumerate(codes):
            if code:
                how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
                return index, f"worker {index} of {len(processes)} {how}"
        if all(code == 0 for code in codes):
            return None
        if time.monotonic() > deadline:
            index = codes.index(None)
            return index, f"worker {index} had not ended after timeout = {timeout:g} seconds"
        time.sleep(0.05)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.kill()
    for process in processes:
        process.wait()
        if process.stdin:
            process.stdin.close()


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _last_lines(file: Path) -> str:
    lines = [line for line in _read(file).splitlines() if line.strip()][-_LINES_OF_AN_ERROR:]
    return "".join(f"\n  {line}" for line in lines)
