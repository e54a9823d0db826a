"""The checks of chapter 10 accept what is right, and say what is wrong."""

from itertools import combinations

import numpy as np
import pytest

from lmbook_utils import exercises


def exposure(log_probs, secret):
    return np.log2(len(log_probs) / np.sum(log_probs >= log_probs[secret]))


def clip(gradients, C):
    return gradients / np.maximum(1, np.linalg.norm(gradients, axis=1, keepdims=True) / C)


def energy(flops, peak, utilisation, watts, overhead):
    return flops / peak / utilisation / 3.6e6 * watts * overhead


def exact_p(one, other):
    values, divisions = np.concatenate([one, other]), []
    for chosen in combinations(range(len(values)), len(one)):
        rest = np.delete(values, chosen)
        divisions.append(values[list(chosen)].mean() - rest.mean())
    return np.mean(np.array(divisions) >= one.mean() - other.mean() - 1e-12)


@pytest.mark.parametrize(
    ("check", "answer"),
    [
        (exercises.check_exposure, exposure),
        (exercises.check_clip, clip),
        (exercises.check_exact_p, exact_p),
        (exercises.check_kilowatt_hours, energy),
    ],
)
def test_right_answers(check, answer, capsys):
    check(answer)
    assert capsys.readouterr().out == "Correct.\n"


@pytest.mark.parametrize(
    ("check", "answer", "complaint"),
    [
        (exercises.check_exposure, lambda p, s: np.log2(len(p) / (np.sum(p > p[s]) + 1)), "same"),
        (exercises.check_exact_p, lambda x, y: min(1.0, 2 * exact_p(x, y)), "too large"),
        (exercises.check_exact_p, lambda x, y: 1 / 6, "for [1.0, 2.0] and"),
        (exercises.check_clip, lambda g, C: g / np.linalg.norm(g, axis=1)[:, None], "NaN"),
        (exercises.check_clip, lambda g, C: g, "should have the norm C"),
        (exercises.check_clip, lambda g, C: clip(g, 1.0), "for C = 2"),
        (exercises.check_kilowatt_hours, lambda f, p, u, w, o: energy(f, p, u, w, 1), "small"),
        (exercises.check_kilowatt_hours, lambda f, p, u, w, o: "much", "expected a number"),
    ],
)
def test_wrong_answers(check, answer, complaint, capsys):
    with np.errstate(all="ignore"):
        check(answer)
    printed = capsys.readouterr().out
    assert printed.startswith("Not yet: ")
    assert complaint in printed
