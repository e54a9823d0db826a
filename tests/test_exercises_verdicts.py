"""What holds for the checks of all exercises."""

from inspect import signature
from threading import Event

import numpy as np
import pytest
from exercise_answers import said

from lmbook_utils import exercises
from lmbook_utils.exercises import _verdicts


@pytest.mark.parametrize(
    "check",
    [
        exercises.check_toy_absolute,
        exercises.check_forget_bias,
        exercises.check_unseen_bigrams,
        exercises.check_forget_gate,
        exercises.check_coverage,
        exercises.check_news_unknown_share,
        exercises.check_parameter_count,
        exercises.check_uniform_bits,
        exercises.check_unknown_word,
        exercises.check_dirichlet_mode,
    ],
)
@pytest.mark.parametrize("answer", [None, "12", [1], np.array([1, 2]), float("nan"), True])
def test_what_is_no_number_is_never_right(capsys, check, answer):
    message = said(capsys, check, answer)
    assert message.startswith("Not yet: expected a number")


def test_a_number_too_large_for_a_float_is_not_right(capsys):
    for huge in (10**400, -(10**400)):
        assert said(capsys, exercises.check_unknown_word, huge).startswith("Not yet: ")
        message = said(capsys, exercises.check_perplexity, lambda p, huge=huge: huge)
        assert message.startswith("Not yet: ")


def shapeless():
    """Return what no exercise asks for, the same for every input."""
    return [
        *(None, "x", "", [], {}, set(), object(), len, 1j, float("nan"), np.array([]), [None]),
        *([[1], [1, 2]], np.zeros((2, 2)), [np.zeros(2)], np.array("x"), np.array([None, 1])),
        *((1, 2, 3), [("ARG0", 0, np.zeros(2))], [("ARG0", 0)], (x for x in "ab"), [1j, 2]),
        *(True, float("inf"), -(10**400), {"L2": 3}, {1: "x"}, [("a", None)], (None, None)),
        *(np.zeros((2, 3)), np.zeros((2, 4)), (np.zeros(3), 0.0), ([["a"]], [1]), Exception),
    ]


@pytest.mark.parametrize("name", exercises.__all__)
def test_a_result_that_makes_no_sense_is_not_right_and_raises_nothing(capsys, name):
    check = getattr(exercises, name)
    others = [7] * (len(signature(check).parameters) - 1)  # such as a number of films
    for odd in shapeless():
        for answer in (odd, lambda *_, odd=odd: odd):  # where a number is asked for, and a function
            check(answer, *others)
            assert capsys.readouterr().out.startswith("Not yet: ")


def test_an_answer_that_never_ends_is_not_waited_for(capsys, monkeypatch):
    monkeypatch.setattr(_verdicts, "SECONDS_FOR_AN_ANSWER", 0.1)
    enough = Event()
    message = said(capsys, exercises.check_continuation_probability, lambda bigrams: enough.wait())
    enough.set()
    assert message.startswith("Not yet: ")
    assert "it has not returned after 0 seconds" in message


@pytest.mark.parametrize("exception", [SystemExit, KeyboardInterrupt, MemoryError, StopIteration])
def test_an_answer_that_raises_is_not_right(capsys, exception):
    def answer(bigrams):
        raise exception

    message = said(capsys, exercises.check_continuation_probability, answer)
    assert message.startswith("Not yet: ")
    assert f"it raised {exception.__name__}" in message
