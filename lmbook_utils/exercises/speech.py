"""Chapter 7, speech recognition."""

from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils.exercises._answers import array_from
from lmbook_utils.exercises._mistakes import known_mistake
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
    deletions, words = 7, 7  # whatever is said
    expected = deletions / words
    size = "small" if number < expected else "large"
    require(bool(np.isclose(number, expected)), f"your number is too {size}")


@prints_verdict
def check_choose(
    function: Callable[[Sequence[float], Sequence[float], Sequence[int], float, float], int],
) -> None:
    """Chapter 7: the number of the best hypothesis by the weighted rule of Bayes.

    Examples
    --------
    >>> check_choose(lambda acoustic, log_probs, lengths, weight, bonus: int(np.argmax(acoustic)))
    Not yet: with weight 3 and bonus 0, the result is 0 and not the best hypothesis; that is the \
best one by the sound alone.
    """
    hypotheses = np.array([-10.0, -14.0, -13.0]), np.array([-9.0, -7.0, -9.0]), np.array([2, 2, 5])
    acoustic, log_probs, lengths = hypotheses
    for weight, bonus in ((0, 0), (3, 0), (1, 0), (1, 2), (0, -4)):
        scores = acoustic + weight * log_probs + bonus * lengths
        case = f"with weight {weight} and bonus {bonus}"
        copies = [values.copy() for values in hypotheses]
        result = number_from(call(function, case, *copies, weight, bonus))
        mistakes = {
            "the bonus has no part in it": (acoustic + weight * log_probs).argmax(),
            "that is the best one by the sound alone": acoustic.argmax(),
            "give its number and not its score": scores.max(),
            "the first hypothesis has the number 0": scores.argmax() + 1,
        }
        hint = known_mistake(result, mistakes)
        best = result == scores.argmax()
        require(best, f"{case}, the result is {result:g} and not the best hypothesis{hint}")


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
    for heard, phones, rate, name in (
        ("P", "P", 0.2, "the stop P heard as it is at the rate 0.2"),
        ("B", "P", 0.2, "the stop B heard for P at the rate 0.2"),
        ("PBT", "PPP", 0.3, "the stops P B T heard for P P P at the rate 0.3"),
        ("P" * 2000, "P" * 2000, 0.5, "2000 stops heard as they are at the rate 0.5"),
    ):
        size = len("PTKBDG")
        result = number_from(call(function, f"for {name}", [*heard], [*phones], rate, size))
        same = sum(one == other for one, other in zip(heard, phones, strict=True))
        other = len(heard) - same
        expected = same * np.log(1 - rate) + other * np.log(rate / (size - 1))
        mistakes = {
            "take the natural logarithm": expected / np.log(2),
            "that is the probability; take its logarithm": np.exp(expected),
            "a product of so many probabilities is 0 for a computer; add their logarithms": -np.inf,
            "a confused phone is one of several others, and all of them together have the "
            "probability of the rate": same * np.log(1 - rate) + other * np.log(rate),
            "a phone cannot be confused with itself": (
                same * np.log(1 - rate) + other * np.log(rate / size)
            ),
        }
        hint = known_mistake(result, mistakes)
        require(bool(np.isclose(result, expected)), f"for {name}, the result is {result:.4g}{hint}")


@prints_verdict
def check_rates_of_halves(
    function: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[float, float]],
) -> None:
    """Chapter 7: the word error rates of the sentences with more and with less noise.

    Examples
    --------
    >>> def mean_of_rates(errors, lengths, decibels):
    ...     noisy = decibels < np.median(decibels)
    ...     return np.mean((errors / lengths)[noisy]), np.mean((errors / lengths)[~noisy])
    >>> check_rates_of_halves(mean_of_rates)
    Not yet: for 4 sentences, the rate with more noise is 0.4375; divide all errors by all words, \
a long sentence counts for more.
    """
    for errors, lengths, decibels in (
        ([2, 1, 0, 3], [4, 10, 5, 8], [10.0, 20.0, 60.0, 15.0]),
        ([1, 4, 2, 0, 3], [8, 5, 9, 7, 12], [21.0, 12.0, 17.0, 19.0, 14.0]),
    ):
        case = f"for {len(errors)} sentences"
        arrays = [np.array(values) for values in (errors, lengths, decibels)]
        answer = call(function, case, *(values.copy() for values in arrays))
        numbers = array_from(answer, (2,), case)
        wrong, words, noise = arrays
        noisy = noise < np.median(noise)
        rates = [wrong[rows].sum() / words[rows].sum() for rows in (noisy, ~noisy)]
        require(
            not np.allclose(numbers, rates[::-1]),
            f"{case}, the halves are exchanged; more decibels are less noise",
        )
        with_median = noise <= np.median(noise)
        for name, number, rate, rows in zip(
            ("more", "less"), numbers, rates, (noisy, ~noisy), strict=True
        ):
            mistakes = {
                "divide all errors by all words, a long sentence counts for more": np.mean(
                    wrong[rows] / words[rows]
                ),
                "divide by the words of this half": wrong[rows].sum() / words.sum(),
                "divide by the words and not by the sentences": wrong[rows].mean(),
                "the sentence at the median belongs to the half with less noise": (
                    wrong[with_median].sum() / words[with_median].sum()
                ),
            }
            hint = known_mistake(number, mistakes)
            right = np.isclose(number, rate)
            require(right, f"{case}, the rate with {name} noise is {number:.4g}{hint}")
