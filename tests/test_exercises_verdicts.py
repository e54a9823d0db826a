"""What holds for the checks of all exercises."""

import numpy as np
import pytest
from exercise_answers import said

from lmbook_utils import exercises


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
