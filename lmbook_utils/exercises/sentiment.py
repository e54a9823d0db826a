"""Chapter 7, sentiment analysis."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from lmbook_utils import metrics
from lmbook_utils.exercises._answers import array_from
from lmbook_utils.exercises._mistakes import known_mistake
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
    odds = (0.02 / 0.01) ** 2
    is_odds = np.isclose(number, odds) or np.isclose(number, np.log(odds), atol=0.005)
    require(not is_odds, "those are odds or log-odds; make a probability of them")
    require(0 <= number <= 1, f"a probability is from 0 to 1; it was {answer}")
    require(not np.isclose(number, 2 / 3, atol=0.005), '"good" comes twice, and each time counts')
    joint = "that is the probability of the class and the review; divide by that of the review"
    require(not np.isclose(number, 0.5 * 0.02**2, rtol=0.01), joint)
    expected = odds / (1 + odds)
    size = "small" if number < expected else "large"
    require(abs(number - expected) < 0.002, f"{number:.4g} is too {size}")


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
        ([1, 1, 1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 1, 1, 1]),
        ([0, 1], [0, 1]),
    ):
        case = f"for labels {labels} and guesses {guesses}"
        truth, given = np.array(labels), np.array(guesses)
        result = call(function, case, truth.copy(), given.copy())
        is_nan = isinstance(result, float) and np.isnan(result)
        require(not is_nan, f"{case}, the result is NaN; a class that is never guessed has F1 0")
        result = number_from(result)
        precision, recall, f1 = (
            np.array(column)
            for column in metrics.precision_recall_f1(truth, given, average=None, vocab_size=2)
        )
        of_means = 2 * precision.mean() * recall.mean() / (precision.mean() + recall.mean())
        mistakes = {
            "that is the accuracy": np.mean(np.equal(labels, guesses)),
            "that is the F1 of class 1 alone": f1[1],
            "that is the F1 of class 0 alone": f1[0],
            "take the F1 of each class first, and then the mean": of_means,
            "both classes count the same, the rare one too": np.average(
                f1, weights=np.bincount(labels)
            ),
        }
        hint = known_mistake(result, mistakes)
        require(np.isclose(result, f1.mean()), f"{case}, the result is {result:.4g}{hint}")


# Accuracies by part of the data, for k = 0.1, 0.3, 1 and 3. Each part likes another k best.
_ACCURACIES = (
    {
        "train": (0.95, 0.93, 0.9, 0.85),
        "validation": (0.7, 0.78, 0.75, 0.71),
        "test": (0.72, 0.74, 0.76, 0.73),
    },
    {
        "train": (0.97, 0.92, 0.88, 0.8),
        "validation": (0.6, 0.62, 0.69, 0.66),
        "test": (0.61, 0.68, 0.64, 0.63),
    },
)


@prints_verdict
def check_choose_k(
    function: Callable[[Sequence[float], Callable[[float, str], float]], tuple[float, float]],
) -> None:
    """Chapter 7: a setting that is chosen on one part of the data, and reported on another.

    Examples
    --------
    >>> check_choose_k(lambda ks, accuracy: (ks[1], accuracy(ks[1], "validation")))
    Not yet: in case 1, the test accuracy was never asked for.
    """
    ks = [0.1, 0.3, 1.0, 3.0]
    for number, table in enumerate(_ACCURACIES, start=1):
        case = f"in case {number}"
        asked: list[tuple[float, str]] = []
        answer = call(function, case, ks.copy(), partial(_recorded_accuracy, ks, table, asked))
        chosen, reported = array_from(answer, (2,), case)
        require(chosen in ks, f"{case}, the first number should be one of {ks}; it was {chosen:g}")
        looks = [k for k, part in asked if part == "test"]
        require(bool(looks), f"{case}, the test accuracy was never asked for")
        times = f"{case}, the test accuracy was asked for {len(looks)} times; once is enough"
        require(len(looks) == 1, times)
        best = {part: ks[int(np.argmax(values))] for part, values in table.items()}
        on_train = chosen == best["train"]
        require(not on_train, f"{case}, the k is the best on the training sentences")
        right = chosen == best["validation"]
        require(right, f"{case}, another k has a higher validation accuracy")
        is_other = reported == table["validation"][ks.index(chosen)]
        require(not is_other, f"{case}, the second number is the validation accuracy")
        is_tested = bool(np.isclose(reported, table["test"][ks.index(chosen)]))
        require(is_tested, f"{case}, the second number is not the test accuracy of the chosen k")


@prints_verdict
def check_best_threshold(function: Callable[[np.ndarray, np.ndarray], float]) -> None:
    """Chapter 7: the threshold for the log-odds that makes most answers right.

    Examples
    --------
    >>> check_best_threshold(lambda labels, log_odds: 0.0)
    Not yet: for the labels [0, 0, 1, 1] and the log-odds [-3.0, -2.0, -1.0, 1.0], 3 of 4 are \
right with the threshold 0, and another one is better.
    """
    for listed, values in (
        ([0, 0, 1, 1], [-3.0, -2.0, -1.0, 1.0]),
        ([1, 0, 1, 0, 0, 1], [2.5, 0.5, 3.0, 2.0, 1.5, -1.0]),
        ([0, 1, 1, 1, 0], [1.0, 2.0, 1.0, 3.0, 2.0]),  # ties
        ([1, 1, 1], [-2.0, -0.5, -3.0]),  # below all
        ([0, 0, 0], [2.0, 0.5, 3.0]),  # above all
    ):
        case = f"for the labels {listed} and the log-odds {values}"
        labels, log_odds = np.array(listed), np.array(values)
        threshold = number_from(call(function, case, labels.copy(), log_odds.copy()))
        found = np.sum((log_odds >= threshold) == labels)
        most = max(np.sum((log_odds >= t) == labels) for t in [*values, np.inf])
        require(
            bool(found == most),
            f"{case}, {found} of {len(labels)} are right with the threshold {threshold:g}, and "
            "another one is better",
        )


def _recorded_accuracy(
    ks: Sequence[float],
    table: Mapping[str, Sequence[float]],
    asked: list[tuple[float, str]],
    k: float,
    part: str,
) -> float:
    if part not in table or k not in ks:
        raise ValueError(f"there is no accuracy for k = {k!r} and the part {part!r}")
    asked.append((k, part))
    return table[part][ks.index(k)]
