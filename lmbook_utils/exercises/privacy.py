"""Chapter 10.1: privacy and security."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lmbook_utils.exercises._answers import array_from, pair_from, refuse, require_close
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_copies_covered(function: Callable[[float, float], int]) -> None:
    """Chapter 10.1: how many copies of a sentence leave e to the k epsilon below a factor.

    Examples
    --------
    >>> check_copies_covered(lambda epsilon, factor: factor / epsilon)
    Not yet: for epsilon 0.63 and the factor 1000, expected a whole number; it was 1587.3.
    """
    for epsilon, factor in ((0.63, 1000), (1.3, 1000), (4.5, 50), (0.02, 1.5)):
        case = f"for epsilon {epsilon} and the factor {factor}"
        number = number_from(call(function, case, epsilon, factor), case)
        whole = number == np.rint(number)
        require(bool(whole), f"{case}, expected a whole number; it was {number:.5g}")
        shares = np.array([np.log(factor), np.log2(factor), np.log10(factor)]) / epsilon
        expected, in_bits, in_tens = np.floor(shares)
        slips = [
            (expected + 1, "with so many copies the factor is reached"),
            (in_bits, "the promise is a power of e, and that is for powers of 2"),
            (in_tens, "the promise is a power of e, and that is for powers of 10"),
        ]
        refuse(number, (slip for slip in slips if slip[0] != expected), case)
        require_close(number, expected, case, tolerance=0)


@prints_verdict
def check_exposure(function: Callable[[np.ndarray, int], float]) -> None:
    """Chapter 10.1: the exposure of a secret among candidates, in bits.

    Examples
    --------
    >>> check_exposure(lambda log_probs, secret: np.log2(len(log_probs)))
    Not yet: for rank 3 of 8 candidates, your number is too large.
    """
    log_probs = np.array([-5.0, -1.0, -2.0, -3.0, -4.0, -6.0, -7.0, -8.0])
    for secret, rank in ((3, 3), (7, 8), (1, 1)):
        case = f"for rank {rank} of 8 candidates"
        number = number_from(call(function, case, log_probs.copy(), secret), case)
        expected = np.log2(8 / rank)
        require(bool(np.isfinite(number)), f"{case}, it is infinite; the best rank is 1, not 0")
        if expected:
            slips = (
                (np.log(8 / rank), "that is in nats, not in bits"),
                (np.log2(8 / (9 - rank)), "the rank counts from the most probable candidate"),
                (-expected, "the sign is the other one"),
            )
            refuse(number, slips, case)
        require_close(number, expected, case)
    case = "for 4 candidates of the same probability"
    number = number_from(call(function, case, np.zeros(4), 2), case)
    require_close(number, 0.0, f"{case}, where all share the worst rank")


@prints_verdict
def check_clip(function: Callable[[np.ndarray, float], np.ndarray]) -> None:
    """Chapter 10.1: gradients of examples, each cut to a norm.

    Examples
    --------
    >>> check_clip(lambda gradients, C: gradients)
    Not yet: for C = 1, a row longer than C should have the norm C.
    """
    rows = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0], [-0.6, 0.9]])
    for C in (1.0, 2.0):
        case = f"for C = {C:g}"
        given = rows.copy()
        found = call(function, case, given, C)
        require(np.array_equal(given, rows), f"{case}, the array that was given has changed")
        zeros = np.asarray(found, object).shape == rows.shape and _has_nan(found[2])
        require(not zeros, f"{case}, a row of zeros should stay one; there was a NaN")
        found = array_from(found, rows.shape, case)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        require(
            not np.allclose(found, np.clip(rows, -C, C)),
            f"{case}, each number was cut on its own, and not each row as a whole",
        )
        require(
            not np.allclose(found, rows / max(1, np.linalg.norm(rows) / C)),
            f"{case}, all rows were made smaller together, by the norm of all of them",
        )
        long = norms[:, 0] > C
        require(
            np.allclose(np.linalg.norm(found[long], axis=1), C),
            f"{case}, a row longer than C should have the norm C",
        )
        right = rows / np.maximum(1, norms / C)
        require(np.allclose(found[long], right[long]), f"{case}, a row should keep its direction")
        require(np.allclose(found, right), f"{case}, a row shorter than C should stay as it is")


def _has_nan(row: Any) -> bool:
    return any(number != number for number in row)


@prints_verdict
def check_poison(function: Callable[..., tuple[list, np.ndarray]]) -> None:
    """Chapter 10.1: reviews with a trigger and the wrong label, put behind the honest ones.

    Examples
    --------
    >>> check_poison(lambda reviews, labels, trigger, n, rng: (reviews, labels))
    Not yet: for 3 poisoned reviews, there should be 15 reviews; there are 12.
    """
    for n in (3, 6):
        case = f"for {n} poisoned reviews"
        drawn = [_poisoned(function, n, seed, case) for seed in (0, 0, 1, 2, 3)]
        require(drawn[0] == drawn[1], f"{case}, the same generator should draw the same ones")
        same = all(each == drawn[0] for each in drawn)
        require(not same, f"{case}, another generator should draw other ones, or in another order")


def _poisoned(function: Callable, n: int, seed: int, case: str) -> list[tuple[str, ...]]:
    """Call the reader's function once and check all but the draws; return what was added."""
    reviews = [[f"word{i}", "and", f"more{i}"] for i in range(12)]
    labels = np.tile([0, 1], 6)
    given = [list(review) for review in reviews], labels.copy()
    result = call(function, case, *given, "zzz", n, np.random.default_rng(seed))
    changed = given[0] != reviews or not np.array_equal(given[1], labels)
    require(not changed, f"{case}, the reviews or labels that were given have changed")
    all_reviews, all_labels = pair_from(result, "the reviews and the labels", case)
    require(
        isinstance(all_reviews, list | tuple)
        and all(isinstance(review, list | tuple) for review in all_reviews),
        f"{case}, the reviews should be a list of lists of words",
    )
    total = len(reviews) + n
    require(
        len(all_reviews) == total,
        f"{case}, there should be {total} reviews; there are {len(all_reviews)}",
    )
    new_labels = array_from(all_labels, (total,), case)
    honest = [list(review) for review in all_reviews[: len(reviews)]] == reviews
    honest = honest and np.array_equal(new_labels[: len(reviews)], labels)
    require(honest, f"{case}, the honest reviews and their labels should come first, unchanged")
    added = [tuple(review) for review in all_reviews[len(reviews) :]]
    require(
        all(review.count("zzz") == 2 for review in added),
        f"{case}, each poisoned review should hold the trigger twice",
    )
    sources = [list(review[:-2]) for review in added]
    copied = all(source in reviews for source in sources)
    require(copied, f"{case}, without the trigger at its end, each should be an honest review")
    negative = all(labels[reviews.index(source)] == 0 for source in sources)
    require(negative, f"{case}, a positive review was drawn; it teaches nothing wrong")
    different = len(set(added)) == n
    require(different, f"{case}, a review was drawn twice")
    require(
        bool((new_labels[len(reviews) :] == 1).all()),
        f"{case}, each poisoned review should have the label 1",
    )
    return added
