"""Seeds that give the same numbers, and the versions behind them."""

import random
import re
import subprocess
import sys
from importlib.metadata import version

import numpy as np
import pytest

from lmbook_utils.reproducibility import set_seed, versions


def draws():
    return random.random(), np.random.rand()  # noqa: NPY002  (the generator that libraries use)


@pytest.fixture(autouse=True)
def generators_of_the_other_tests():
    """Leave Python's and NumPy's generators as they were."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    yield
    random.setstate(python)
    np.random.set_state(numpy)  # noqa: NPY002


@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**32 - 1, np.int64(7), np.uint8(7)])
def test_the_same_seed_gives_the_same_draws(seed):
    set_seed(seed)
    first = draws()
    assert draws() != first
    set_seed(seed)
    assert draws() == first
    set_seed(int(seed))
    assert draws() == first


def test_another_seed_gives_other_draws():
    results = []
    for seed in (0, 1, 2**32 - 1):
        set_seed(seed)
        results.append(draws())
    pythons, numpys = zip(*results, strict=True)
    assert len(set(pythons)) == len(set(numpys)) == 3


def test_without_a_number_the_seed_is_zero():
    set_seed()
    first = draws()
    set_seed(0)
    assert draws() == first


@pytest.mark.parametrize(
    "seed", [-1, 2**32, 10**30, np.int64(-1), 1.0, 1.5, float("nan"), "1", None, True, b"1", [1]]
)
def test_what_is_no_seed_is_refused_and_changes_nothing(seed):
    set_seed(5)
    expected = draws()
    set_seed(5)
    message = f"seed must be a whole number from 0 to 2**32 - 1; it was {seed!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        set_seed(seed)
    assert draws() == expected


KERAS_DRAWS = """
import sys
from lmbook_utils.reproducibility import set_seed
set_seed(1)
assert "keras" not in sys.modules, "seeding must not load Keras"

import keras
import tensorflow as tf

def draws():
    layer = keras.layers.Dense(3)
    layer.build((None, 2))
    dropped = keras.layers.Dropout(0.5)(tf.ones(8), training=True)
    values = [layer.kernel, tf.random.normal([3]), dropped]
    return [value.numpy().tolist() for value in values]

set_seed(1)
first = draws()
assert draws() != first
set_seed(1)
assert draws() == first
set_seed(2)
assert draws() != first
print("reproducible")
"""


def test_keras_is_seeded_where_it_is_loaded_and_is_not_loaded_for_it():
    result = subprocess.run(
        [sys.executable, "-c", KERAS_DRAWS], capture_output=True, encoding="utf-8", check=False
    )
    assert result.stdout == "reproducible\n", result.stderr


def test_the_versions_are_those_of_the_installed_packages():
    found = versions()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["numpy"] == np.__version__
    for package in ("keras", "nltk", "gensim", "matplotlib", "scipy", "mwparserfromhell"):
        assert found[package] == version(package)
    assert {"tensorflow", "tensorflow-cpu"} & found.keys()
    assert all(re.match(r"\d+\.\d+", number) for number in found.values())


def test_a_package_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr("lmbook_utils.reproducibility._PACKAGES", ("numpy", "no-such-package"))
    assert set(versions()) == {"python", "numpy"}
