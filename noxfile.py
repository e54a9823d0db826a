"""The notebooks under other versions and settings: `make matrix` runs all, and takes hours.

    nox --list                       what there is
    nox -s "settings(one thread)"    one of them
    nox -s mutation                  changes the package; do the tests notice? (tools/mutation.py)

Each session of the matrix runs every notebook, compares every output, and adds a row to
``benchmarks/results/matrix.json`` (tools/matrix.py).
"""

import sys

import nox

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.stop_on_first_error = False

OLD_PROCESSOR = {
    # NumPy, its linear algebra and oneDNN choose their code by the processor, if they are let.
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Nehalem",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
}
SETTINGS = {
    "one thread": {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    "eight threads": {
        "OMP_NUM_THREADS": "8",
        "OPENBLAS_NUM_THREADS": "8",
        "TF_NUM_INTRAOP_THREADS": "8",  # the package sets its own value all the same
    },
    "oneDNN on in the shell": {"TF_ENABLE_ONEDNN_OPTS": "1"},
    "a processor with AVX2": {"ONEDNN_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell"},
    "a processor without AVX": OLD_PROCESSOR,
    "another locale, time zone and hash seed": {
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "12345",
    },
}
PLACES = {
    "a path with spaces and Chinese characters": ["--copy", "ein Buch 語言模型"],
    "another directory, random order": ["--elsewhere", "--shuffle", "1"],
    "a read-only checkout, no home": ["--copy", "read-only"],
}


@nox.session(venv_backend="none")
@nox.parametrize("setting", list(SETTINGS), ids=list(SETTINGS))
def settings(session: nox.Session, setting: str) -> None:
    """The locked environment, with variables that change how things are computed."""
    session.run(sys.executable, "tools/matrix.py", setting, *session.posargs, env=SETTINGS[setting])


@nox.session(venv_backend="none")
@nox.parametrize("place", list(PLACES), ids=list(PLACES))
def places(session: nox.Session, place: str) -> None:
    """The locked environment, with the book somewhere else."""
    session.run(sys.executable, "tools/matrix.py", place, *session.posargs, *PLACES[place])


@nox.session(python=["3.11", "3.12", "3.13"])
def python(session: nox.Session) -> None:
    """The locked versions, on each Python that is installed."""
    session.install("--require-hashes", "-r", "requirements.txt")
    session.install("--no-deps", "--no-build-isolation", "--editable", ".")
    session.run("python", "tools/matrix.py", f"Python {session.python}", *session.posargs)


@nox.session
@nox.parametrize("resolution", ["highest", "lowest-direct"], ids=["newest", "oldest"])
def versions(session: nox.Session, resolution: str) -> None:
    """The newest and the oldest versions that pyproject.toml admits."""
    session.install("uv")
    extras = "tensorflow,notebooks,test"
    session.run("uv", "pip", "install", "--resolution", resolution, "--editable", f".[{extras}]")
    name = {"highest": "newest versions", "lowest-direct": "oldest versions"}[resolution]
    session.run("python", "tools/matrix.py", name, *session.posargs)


@nox.session(python="3.11", default=False)
def mutation(session: nox.Session) -> None:
    """Changes in the package that no test notices."""
    session.install("--require-hashes", "-r", "requirements.txt")
    session.install("mutmut==3.8.1")  # it needs a package with an extra, which the lock cannot name
    session.install("--no-deps", "--no-build-isolation", "--editable", ".")
    session.run("python", "tools/mutation.py", *session.posargs)
