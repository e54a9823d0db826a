"""The peak memory of a program, measured in a process of its own."""

import json
import os
import subprocess
import sys
import threading

from lmbook_utils._validation import require_positive, require_type

_HEAD = """
import sys
def _peak():
    if sys.platform == "linux":  # where ru_maxrss begins with the peak of the parent
        with open("/proc/self/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def mark(peaks=[]):
    peaks.append(_peak())
    return peaks
"""
_TAIL = """
import json
print(json.dumps(mark()))
"""


def peak_memory(code: str, timeout: float = 300) -> list[int]:
    """Run Python code in a new process, and give its largest memory so far at several points.

    The code may call ``mark()`` where a measurement is wanted; another is taken at the end. The
    difference of two says by how much the peak grew between them, which leaves out what the
    libraries need.

    Parameters
    ----------
    code
        A program. It must print nothing.
    timeout
        Seconds after which the process is ended.

    Returns
    -------
    list of int
        Bytes, one for each ``mark()`` and one for the end; never decreasing.

    Raises
    ------
    ValueError
        If ``timeout`` is no number above 0. Also if ``code`` is no string.
    OSError
        On Windows, which does not tell a process its peak in this way.
    RuntimeError
        If the program fails, with the last line of its error.
    subprocess.TimeoutExpired
        If it takes longer than ``timeout``.

    Examples
    --------
    >>> before, after = peak_memory("mark(); data = bytearray(50_000_000)")
    >>> 45e6 < after - before < 70e6
    True
    """
    require_type(str, code=code)
    require_positive(timeout=timeout)
    if "\0" in code:
        raise ValueError("code must be a program without NUL; it had one")
    if timeout > threading.TIMEOUT_MAX:
        raise ValueError(f"timeout must be at most {threading.TIMEOUT_MAX:.0f} s; it was {timeout}")
    if sys.platform == "win32":
        raise OSError("the peak memory of a process can be measured on Linux and macOS only")
    result = subprocess.run(
        [sys.executable, "-c", _HEAD + code + _TAIL],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        timeout=timeout,
        check=False,
    )
    if result.returncode:
        last = result.stderr.strip().splitlines()[-1:] or ["no message"]
        raise RuntimeError(f"code failed: {last[0]}")
    peaks: list[int] = json.loads(result.stdout)
    return peaks
