"""Chapter 7, speech recognition."""

from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_silent_system(answer: float) -> None:
    """Chapter 7: the word error rate of a system that writes nothing, whatever is said.

    Examples
    --------
    >>> check_silent_system(0.0)
    Not yet: every word that was said is missing, and each counts.
    """
    number = number_from(answer)
    require(number > 0, "every word that was said is missing, and each counts")
    require(number != 100, "give the rate itself and not per cent")
    size = "small" if number < 1 else "large"
    require(bool(np.isclose(number, 1)), f"your number is too {size}")


@prints_verdict
def check_choose(
    function: Callable[[Sequence[float], Sequence[float], Sequence[int], float, float], int],
) -> None:
    """Chapter 7: the number of the best hypothesis by the weighted rule of Bayes.

    Examples
    --------
    >>> check_choose(lambda acoustic, log_probs, lengths, weight, bonus: int(np.argmax(acoustic)))
    Not yet: with weight 3 and bonus 0, the result is 0 and not the best hypothesis.
    """
    acoustic, log_probs, lengths = [-10.0, -14.0, -13.0], [-9.0, -7.0, -9.0], [2, 2, 5]
    for weight, bonus in ((0, 0), (3, 0), (1, 0), (1, 2), (0, -4)):
        scores = np.add(acoustic, weight * np.array(log_probs)) + bonus * np.array(lengths)
        case = f"with weight {weight} and bonus {bonus}"
        result = call(function, case, acoustic, log_probs, lengths, weight, bonus)
        expected = int(np.argmax(scores))
        require(
            number_from(result) == expected,
            f"{case}, the result is {result} and not the best hypothesis",
        )


@prints_verdict
def check_phone_channel(
    function: Callable[[Sequence[str], Sequence[str], float, int], float],
) -> None:
    """Chapter 7: the log-probability to hear some phones for others of the same class.

    Examples
    --------
    >>> def without_alternatives(heard, phones, rate, size):
    ...     return sum(np.log(1 - rate if h == p else rate) for h, p in zip(heard, phones))
    >>> check_phone_channel(without_alternatives)
    Not yet: for the stop B heard for P at the rate 0.2, the result is -1.609; a confused phone \
is one of several others, and all of them together have the probability of the rate.
    """
    stops = ("P", "T", "K", "B", "D", "G")
    for heard, phones, rate, name in (
        ("P", "P", 0.2, "the stop P heard as it is at the rate 0.2"),
        ("B", "P", 0.2, "the stop B heard for P at the rate 0.2"),
        ("PBT", "PPP", 0.3, "the stops P B T heard for P P P at the rate 0.3"),
        ("P" * 2000, "P" * 2000, 0.5, "2000 stops heard as they are at the rate 0.5"),
    ):
        arguments = list(heard), list(phones), rate, len(stops)
        result = number_from(call(function, f"for {name}", *arguments))
        same = sum(one == other for one, other in zip(heard, phones, strict=True))
        other = (len(heard) - same) * np.log(rate / (len(stops) - 1))
        expected = same * np.log(1 - rate) + other
        hint = (
            "; a confused phone is one of several others, and all of them together have the "
            "probability of the rate"
            if same < len(heard)
            else ""
        )
        require(bool(np.isclose(result, expected)), f"for {name}, the result is {result:.4g}{hint}")
