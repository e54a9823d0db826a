"""Make .venv, the book's own Python environment, from requirements.txt. Once is enough.

    python3 tools/bootstrap.py

Uses the standard library only, and no syntax newer than Python 3.6, so that an old Python can at
least say which one is needed. The stamp file inside .venv is written last: an environment without
it (an interrupted run) or with another one (the lock has changed) is made anew.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "lmbook-stamp.json"
LOG = ROOT / ".venv-setup.log"
WINDOWS = os.name == "nt"
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

OLDEST, TOO_NEW = (3, 11, 5), (3, 14)
MINORS = ("3.13", "3.12", "3.11")

# What pip prints when it cannot reach its package index.
NETWORK_TROUBLE = re.compile(
    "NewConnectionError|NameResolutionError|Failed to establish|Max retries|timed out|ProxyError"
    r"|SSLError|Network is unreachable|Connection broken|\(from versions: none\)"
)


class SetupError(Exception):
    """A failure with one sentence that tells the reader what to do."""


# --- Which Python ---------------------------------------------------------------------------------


def version_of(command):
    """Return the version of the Python that ``command`` starts, or None where it can't make a venv.

    ``command`` is a list such as ``["python3.12"]`` or ``["py", "-3.12"]``.
    """
    probe = "import sys, venv, ensurepip; print(*sys.version_info[:3])"
    try:
        output = subprocess.check_output([*command, "-c", probe], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(int(number) for number in output.decode().split())


def find_python():
    """Return the command of a Python that fits: this one if it does, else one on PATH."""
    candidates = [[sys.executable]]
    candidates += [[f"python{minor}"] for minor in MINORS]
    if WINDOWS:
        candidates += [["py", f"-{minor}"] for minor in MINORS]
    for command in candidates:
        version = version_of(command)
        if version and OLDEST <= version < TOO_NEW:
            return command
    this = ".".join(map(str, sys.version_info[:3]))
    raise SetupError(
        f"The book needs Python 3.11.5 or newer, up to 3.13, with its venv module; this is {this} "
        "and no other was found: install Python 3.12 (on Debian and Ubuntu with python3.12-venv) "
        "and run the command again."
    )


# --- What is there already ------------------------------------------------------------------------


def wanted_stamp():
    """Return what the stamp of an up-to-date environment says.

    The place is a part of it because an environment does not survive being moved.
    """

    def digest(name):
        # Text mode, so that a checkout with Windows line ends has the same digest.
        return hashlib.sha256((ROOT / name).read_text(encoding="utf-8").encode()).hexdigest()

    return {
        "place": str(VENV),
        "requirements.txt": digest("requirements.txt"),
        "pyproject.toml": digest("pyproject.toml"),
    }


def write_stamp(content):
    """Record what .venv holds now."""
    STAMP.write_text(json.dumps(content, indent=1), encoding="utf-8")


def found_stamp():
    """Return what the stamp in .venv says; an empty dict where there is no usable environment."""
    if not VENV_PYTHON.exists():
        return {}
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError):
        return {}


@contextlib.contextmanager
def only_one_at_a_time(lock, what):
    """Hold a lock on a file; the system releases it even if this process is killed."""
    with lock.open("w") as handle:
        waited = False
        while not try_lock(handle):
            if not waited:
                print(f"Another {what} is running; waiting for it to end.", flush=True)
            waited = True
            time.sleep(0.5)
        yield


def try_lock(handle):
    """Lock the open file if nobody else has; return whether it worked."""
    try:
        if WINDOWS:
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# --- Making it ------------------------------------------------------------------------------------


class Progress:
    """One line that is rewritten on a terminal; one line for each large download in a log."""

    def __init__(self, total):
        self.total, self.count, self.start = total, 0, time.time()
        self.terminal = sys.stdout.isatty()

    def feed(self, line):
        """Show what a line of pip's output means for the reader."""
        if line.startswith("Collecting "):
            self.count += 1
            if not self.terminal and self.count % 50 == 0:
                self.show("looked up")
        download = re.match(r"\s+(?:Downloading|Using cached) (\S+)-\d\S* \((.+)\)", line)
        if download and (self.terminal or "MB" in download.group(2)):
            self.show(f"downloading {download.group(1)} ({download.group(2)})")
        elif line.startswith("Installing collected"):
            self.show("unpacking all of them, which takes a minute or more")

    def show(self, text):
        minutes, seconds = divmod(int(time.time() - self.start), 60)
        line = f"  {minutes}:{seconds:02}  {self.count} of {self.total} packages: {text}"
        if self.terminal:
            line = "\r" + line[:79].ljust(79)
        print(line, end="" if self.terminal else "\n", flush=True)

    def close(self):
        if self.terminal:
            print("\r" + " " * 79 + "\r", end="", flush=True)


def pip(arguments, progress=None):
    """Run the environment's pip; its words go to the log. Raise SetupError if it fails."""
    pip_itself = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    environment = dict(os.environ, PYTHONUTF8="1", PYTHONUNBUFFERED="1")
    with LOG.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            pip_itself + arguments,
            cwd=str(ROOT),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said = []
        with process.stdout:
            for line in process.stdout:
                line = line.decode("utf-8", "replace")
                said.append(line)
                log.write(line)
                log.flush()
                if progress:
                    progress.feed(line)
        if progress:
            progress.close()
        if process.wait() != 0:
            raise SetupError(explain("".join(said)))


def explain(said):
    """Turn pip's output after a failure into one sentence."""
    reason = "pip failed"
    if "DO NOT MATCH THE HASHES" in said:
        reason = (
            "a downloaded package is not the one that requirements.txt names (its hash differs)"
        )
    elif "No space left on device" in said:
        reason = "the disk is full; the environment and its download need a few GB"
    elif NETWORK_TROUBLE.search(said):
        reason = "pip could not reach its package index; check the network (or the proxy settings)"
    else:
        errors = re.findall(r"^ERROR: (.+)$", said, re.MULTILINE)
        if errors and errors[-1].startswith("Exception:"):  # pip itself broke; the cause is last
            errors = said.strip().splitlines()
        if errors:
            reason = f"pip failed: {errors[-1].strip()}"
    return f"The environment was not made: {reason} (pip's own words are in {LOG.name})."


def make_environment(python):
    """Make .venv anew and install the locked packages into it."""
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    total = len(re.findall(r"^\S+==", lock, re.MULTILINE))
    print("Setting up .venv (once; the packages need some time and disk space).", flush=True)
    remove_environment()
    with LOG.open("w", encoding="utf-8") as log:
        result = subprocess.call(
            [*python, "-m", "venv", str(VENV)], stdout=log, stderr=subprocess.STDOUT
        )
    if result != 0:
        raise SetupError(f"{' '.join(python)} could not make .venv: {LOG.name} says why.")
    pip(["install", "--require-hashes", "-r", "requirements.txt"], Progress(total))


def install_package():
    """Put lmbook_utils itself into .venv, editable; needs no network."""
    pip(["install", "--no-deps", "--no-build-isolation", "--no-index", "--quiet", "-e", "."])


def remove_environment():
    """Delete .venv, its stamp first, so that a half-deleted one never counts as good."""
    try:
        if STAMP.exists():
            STAMP.unlink()
        if VENV.exists():
            shutil.rmtree(str(VENV))
    except OSError as error:
        raise SetupError(
            f"The old .venv cannot be deleted ({error}): close the programs that use it, or delete "
            "the folder yourself."
        ) from error


def update():
    """Bring .venv up to date, with as little work as that takes.

    Changed requirements mean a new environment, because leftovers of an old one can break it.
    """
    wanted, found = wanted_stamp(), found_stamp()
    packages = {key: wanted[key] for key in ("place", "requirements.txt")}
    if not packages.items() <= found.items():
        python = find_python()
        try:
            make_environment(python)
        except SetupError:
            shutil.rmtree(str(VENV), ignore_errors=True)
            raise
    if found_stamp() != wanted:
        write_stamp(packages)
        install_package()
        write_stamp(wanted)
        print("The environment in .venv is ready.", flush=True)


def main():
    if found_stamp() == wanted_stamp():
        return
    with only_one_at_a_time(ROOT / ".venv.lock", "set-up of .venv"):
        update()


if __name__ == "__main__":
    try:
        main()
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted: run the same command again, and .venv is made anew.")
    except OSError as error:
        sys.exit(f"The set-up failed: {error}")
