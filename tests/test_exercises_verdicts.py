"""What holds for the checks of all exercises."""

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
        exercises.check_unseen_bigrams,
        exercises.check_forget_gate,
        exercises.check_coverage,
        exercises.check_news_unknown_share,
        exercises.check_parameter_count,
        exercises.check_uniform_bits,
        exercises.check_unknown_word,
    ],
)
@pytest.mark.parametrize("answer", [None, "12", [1], np.array([1, 2]), float("nan"), True])
def test_what_is_no_number_is_never_right(capsys, check, answer):
    message = said(capsys, check, answer)
    assert message.startswith("Not yet: expected a number")


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
