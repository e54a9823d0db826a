"""The checks of exercises: Chapter 11, the four questions."""

import math

import numpy as np
import pytest
from exercise_answers import CORRECT, said

from lmbook_utils import exercises


def drop_words(ids, rate, unknown, rng):
    return np.where(rng.random(ids.shape) < rate, unknown, ids)


def drop_by_loops(ids, rate, unknown, rng):
    kept = [unknown if rng.uniform() < rate else int(i) for i in ids.ravel()]
    return np.reshape(kept, ids.shape).tolist()


def drop_with_choice(ids, rate, unknown, rng):
    dropped = rng.choice([True, False], size=ids.shape, p=[rate, 1 - rate])
    result = ids.copy()
    result[dropped] = unknown
    return result


def drop_in_place(ids, rate, unknown, rng):
    ids[rng.random(ids.shape) < rate] = unknown
    return ids


def one_draw_for_each(axis):
    def drop(ids, rate, unknown, rng):
        shape = list(ids.shape)
        shape[axis] = 1
        return np.where(rng.random(shape) < rate, unknown, ids)

    return drop


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (drop_words, CORRECT),
        (drop_by_loops, CORRECT),
        (drop_with_choice, CORRECT),
        (drop_in_place, "the array that was given has changed"),
        (lambda ids, rate, unknown, rng: drop_words(ids, rate, 0, rng), "to another than"),
        (lambda ids, rate, unknown, rng: drop_words(ids, 1 - rate, unknown, rng), "should change"),
        (one_draw_for_each(axis=-1), "a draw of its own"),
        (one_draw_for_each(axis=0), "a draw of its own"),
        (lambda *a: drop_words(*a[:3], np.random.default_rng()), "the same seed"),
        (lambda *a: drop_words(*a[:3], np.random.default_rng(0)), "another seed"),
        (lambda ids, rate, unknown, rng: ids.ravel(), "the shape (100, 100)"),
        (lambda ids, rate, unknown, rng: ids * np.nan, "NaN or infinity"),
        (lambda ids, rate, unknown, rng: None, "it returned None"),
    ],
)
def test_word_dropout(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_word_dropout, function)


def stop_early(losses, patience, better=lambda new, old: new < old):
    best = 0
    for place, loss in enumerate(losses):
        if better(loss, losses[best]):
            best = place
        if place - best >= patience:
            return place, best
    return len(losses) - 1, best


def stop_by_waiting(losses, patience):
    lowest, kept, waited, place = math.inf, None, 0, -1
    while waited < patience and place + 1 < len(losses):
        place += 1
        if losses[place] < lowest:
            lowest, kept, waited = losses[place], place, 0
        else:
            waited += 1
    return [np.int64(place), kept]


def never_patient_again(losses, patience):
    """Never set the count of bad evaluations back to 0."""
    best = bad = 0
    for place in range(1, len(losses)):
        if losses[place] < losses[best]:
            best = place
        else:
            bad += 1
        if bad == patience:
            return place, best
    return len(losses) - 1, best


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (stop_early, CORRECT),
        (stop_by_waiting, CORRECT),
        (never_patient_again, "should go on for longer"),
        (lambda *a: stop_early(*a, better=lambda new, old: new <= old), "[1.0, 1.0, 1.0, 1.0]"),
        (lambda *a: stop_early(*a)[::-1], "first comes where it stops"),
        (lambda losses, patience: stop_early(losses, patience + 1), "should stop earlier"),
        (lambda losses, patience: (stop_early(losses, patience)[0],) * 2, "of another evaluation"),
        (lambda *a: [place + 1 for place in stop_early(*a)], "count from 0"),
        (lambda losses, patience: 3, "should be two things"),
        (lambda losses, patience: (3, None), "expected a number"),
        (lambda losses, patience: None, "should be two things"),
    ],
)
def test_early_stopping(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_early_stopping, function)


def best_rate(losses):
    finite = {rate: loss for rate, loss in losses.items() if loss == loss}
    best = min(finite, key=finite.get)
    return best, min(losses) < best < max(losses)


def best_rate_of_arrays(losses):
    rates = np.array(sorted(losses))
    place = np.nanargmin([losses[rate] for rate in rates.tolist()])
    return [rates[place], np.bool_(0 < place < len(rates) - 1)]


def best_of_finite(losses):
    finite = {rate: loss for rate, loss in losses.items() if loss == loss}
    return best_rate(finite)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (best_rate, CORRECT),
        (best_rate_of_arrays, CORRECT),
        (best_of_finite, "inside the grid; a rate that fails"),
        (lambda losses: (best_rate(losses)[0], True), "at an end of the grid"),
        (lambda losses: (best_rate(losses)[0], False), "inside the grid"),
        (lambda losses: (best_rate(losses)[0], None), "should be True or False"),
        (lambda losses: (best_rate(losses)[0], "yes"), "should be True or False"),
        (lambda losses: (max(losses), True), "another rate is the best"),
        (lambda losses: (min(losses, key=losses.get), best_rate(losses)[1]), "another rate"),
        (lambda losses: (np.nanmin(list(losses.values())), False), "that is the best loss"),
        (lambda losses: (None, True), "expected a number"),
        (lambda losses: 0.1, "whether the grid is wide enough"),
        (lambda losses: None, "whether the grid is wide enough"),
    ],
)
def test_the_best_rate(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_best_rate, function)


def crossing(tokens, first, second):
    gap = np.subtract(first, second)
    place = np.flatnonzero((gap[:-1] < 0) & (gap[1:] > 0))[0]
    return np.exp(np.interp(0, gap[place : place + 2], np.log(tokens[place : place + 2])))


def crossing_on_a_line(tokens, first, second):
    logs = np.log10(tokens)
    for i in range(1, len(tokens)):
        if first[i] >= second[i]:
            steep = (first[i] - first[i - 1] - second[i] + second[i - 1]) / (logs[i] - logs[i - 1])
            return round(float(10 ** (logs[i] - (first[i] - second[i]) / steep)))
    return None


def crossing_by_bisection(tokens, first, second):
    logs = np.log(tokens)
    low, high = logs[0], logs[-1]
    while high - low > 1e-9:
        middle = (low + high) / 2
        behind = np.interp(middle, logs, first) < np.interp(middle, logs, second)
        low, high = (middle, high) if behind else (low, middle)
    return np.exp(low)


def crossing_on_tokens(tokens, first, second):
    gap = np.subtract(first, second)
    place = np.flatnonzero((gap[:-1] < 0) & (gap[1:] > 0))[0]
    return np.interp(0, gap[place : place + 2], tokens[place : place + 2])


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (crossing, CORRECT),
        (crossing_on_a_line, CORRECT),
        (crossing_by_bisection, CORRECT),
        (crossing_on_tokens, "straight for the logarithm"),
        (lambda *a: np.log(crossing(*a)), "the logarithm of the number"),
        (lambda *a: np.log10(crossing(*a)), "the logarithm of the number"),
        (lambda tokens, first, second: tokens[np.argmax(first > second)], "was seen to be better"),
        (lambda tokens, first, second: tokens[first < second][-1], "the last size"),
        (lambda *arguments: 1.01 * crossing(*arguments), "too large"),
        (lambda *arguments: crossing(*arguments) / 2, "too small"),
        (lambda *arguments: "many", "expected a number"),
        (lambda *arguments: None, "expected a number"),
    ],
)
def test_the_crossing(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_crossing, function)


def missed(loss_of, strengths, seeds):
    everything = {seed: loss_of(strengths, seed) for seed in seeds}
    result = {}
    for name in strengths:
        others = {key: strength for key, strength in strengths.items() if key != name}
        added = [loss_of(others, seed) - everything[seed] for seed in seeds]
        result[name] = min(added), max(added)
    return result


def missed_of_arrays(loss_of, strengths, seeds):
    settings = [dict(strengths)] + [
        {key: strengths[key] for key in strengths if key != name} for name in strengths
    ]
    losses = np.array([[loss_of(setting, seed) for seed in seeds] for setting in settings])
    added = losses[1:] - losses[0]
    ranges = np.stack([added.min(axis=1), added.max(axis=1)], axis=1)
    return dict(zip(strengths, ranges.tolist(), strict=True))


def without(strengths, name):
    return {key: strength for key, strength in strengths.items() if key != name}


def from_losses(compare):
    """Return an answer: the range of what ``compare`` makes of the losses without one and all."""

    def answer(loss_of, strengths, seeds):
        everything = np.array([loss_of(strengths, seed) for seed in seeds])
        result = {}
        for name in strengths:
            others = np.array([loss_of(without(strengths, name), seed) for seed in seeds])
            result[name] = compare(others, everything)
        return result

    return answer


def ends(numbers):
    return min(numbers), max(numbers)


def each_alone(loss_of, strengths, seeds):
    nothing = np.array([loss_of({}, seed) for seed in seeds])
    return {
        name: ends(nothing - [loss_of({name: strength}, seed) for seed in seeds])
        for name, strength in strengths.items()
    }


def in_place(loss_of, strengths, seeds):
    result = missed(loss_of, strengths, seeds)
    strengths.clear()
    return result


def wasteful(loss_of, strengths, seeds):
    return {name: missed(loss_of, strengths, seeds)[name] for name in strengths}


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (missed, CORRECT),
        (missed_of_arrays, CORRECT),
        (in_place, "what was given has changed"),
        (wasteful, "36 networks were trained, and 12 are enough"),
        (each_alone, "what it does alone"),
        (from_losses(lambda others, every: ends(every - others)), "the sign is the other one"),
        (from_losses(lambda others, every: ends(others)), "not differences of losses"),
        (from_losses(lambda others, every: [(others - every).mean()] * 2), "the mean over"),
        (from_losses(lambda others, every: (others - every).mean()), "the lowest and the highest"),
        (from_losses(lambda others, every: ends(others - every)[::-1]), "lowest should come first"),
        (
            from_losses(lambda o, e: (min(o) - max(e), max(o) - min(e))),
            "networks of the same seed",
        ),
        (from_losses(lambda o, e: (min(o) - min(e), max(o) - max(e))), "networks of the same seed"),
        (lambda loss_of, *a: {"L2": missed(loss_of, *a)["L2"]}, "it has none for dropout"),
        (lambda *a: {**missed(*a), "nothing": (0, 0)}, "and no others"),
        (lambda *a: dict.fromkeys(missed(*a), (None, 1)), "expected a number"),
        (lambda *a: list(missed(*a)), "expected a dictionary"),
        (lambda *a: None, "expected a dictionary"),
    ],
)
def test_what_each_means_adds(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_missed, function)
