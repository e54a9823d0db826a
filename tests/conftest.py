"""KenLM, the referee of the n-gram models, for the tests.

`make kenlm` builds it. Where it is not built, its tests are skipped, and say so; on Linux, where
``CI`` is set, they fail.
"""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import build_kenlm
import pytest

NO_KENLM = (
    "KenLM is not built, so the n-gram models were NOT compared with it "
    "(build it with: make kenlm; it says what is missing)"
)


class KenLM:
    """The programs and the Python module in the folder that ``tools/build_kenlm.py`` makes."""

    def __init__(self, folder: Path):
        self.folder = folder

    def train(self, sentences, order, folder, *, discount_fallback=False) -> Path:
        """Train a modified Kneser-Ney model with lmplz; return the ARPA file, in ``folder``."""
        arpa = Path(folder, f"kenlm-{order}.arpa")
        options = ["--order", str(order), "--memory", "200M", "--temp_prefix", f"{folder}/"]
        options += ["--discount_fallback"] * discount_fallback
        self._run("lmplz", sentences, *options, "--arpa", str(arpa))
        return arpa

    def perplexity(self, arpa, sentences) -> float:
        """Return the perplexity that query prints, words outside the vocabulary included."""
        output = self._run("query", sentences, "-v", "summary", str(arpa))
        return float(re.search(r"^Perplexity including OOVs:\s+(\S+)$", output, re.MULTILINE)[1])

    def load(self, arpa):
        """Return the model as a ``kenlm.Model``, whose scores are logarithms to the base 10."""
        path = str(self.folder / "python")
        if path not in sys.path:
            sys.path.append(path)
        return importlib.import_module("kenlm").Model(str(arpa))

    def _run(self, program, sentences, *options) -> str:
        """Give the sentences to a program, one a line; return what it prints."""
        result = subprocess.run(
            [self.folder / "bin" / program, *options],
            input="".join(" ".join(sentence) + "\n" for sentence in sentences),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if result.returncode != 0:
            raise RuntimeError(f"KenLM's {program} failed: {result.stderr}")
        return result.stdout


@pytest.fixture(scope="session")
def kenlm():
    """KenLM: ``train``, ``perplexity``, ``load``."""
    if not build_kenlm.is_built():
        must_be_there = os.environ.get("CI") and sys.platform == "linux"
        give_up = pytest.fail if must_be_there else pytest.skip
        give_up(NO_KENLM)
    return KenLM(build_kenlm.FOLDER)
