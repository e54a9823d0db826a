"""Chapter 7, sentiment analysis."""

from collections.abc import Callable

import numpy as np

from lmbook_utils import metrics
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_posterior(answer: float) -> None:
    """Chapter 7: the probability that "good good" is positive, by naive Bayes.

    Examples
    --------
    >>> check_posterior(0.6667)
    Not yet: "good" comes twice, and each time counts.
    """
    number = number_from(answer)
    require(0 <= number <= 1, f"a probability is from 0 to 1; it was {answer}")
    require(not np.isclose(number, 2 / 3, atol=0.002), '"good" comes twice, and each time counts')
    size = "small" if number < 0.8 else "large"
    require(abs(number - 0.8) < 0.002, f"{number:.4g} is too {size}")


@prints_verdict
def check_macro_f1(function: Callable[[np.ndarray, np.ndarray], float]) -> None:
    """Chapter 7: the macro-averaged F1 of two classes, from the labels and the guesses.

    Examples
    --------
    >>> check_macro_f1(lambda labels, guesses: np.mean(labels == guesses))
    Not yet: for labels [1, 1, 1, 0] and guesses [1, 1, 1, 1], the result is 0.75; that is the \
accuracy.
    """
    for labels, guesses in (
        ([1, 1, 1, 0], [1, 1, 1, 1]),
        ([1, 0, 1, 0, 0], [1, 0, 0, 0, 1]),
        ([0, 1], [0, 1]),
    ):
        name = f"for labels {labels} and guesses {guesses}"
        result = number_from(call(function, name, np.array(labels), np.array(guesses)))
        expected = float(metrics.precision_recall_f1(labels, guesses, vocab_size=2).f1)
        hint = "; that is the accuracy" if result == np.mean(np.equal(labels, guesses)) else ""
        require(np.isclose(result, expected), f"{name}, the result is {result:.4g}{hint}")
