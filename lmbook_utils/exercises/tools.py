"""Chapter 8: tools."""

from collections.abc import Callable

import numpy as np

from lmbook_utils.exercises._answers import array_from, refuse, require_close
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_pmi(answer: float) -> None:
    """Chapter 8: bits of two words that occur 5 times each in 1,000,000, always together.

    Examples
    --------
    >>> check_pmi(np.log(1_000_000 / 5))
    Not yet: that is in nats; bits need the logarithm to base 2.
    """
    n12, n1, n2, total = 5, 5, 5, 1_000_000
    number = number_from(answer)
    expected = np.log2(n12 * total / (n1 * n2))
    slips = (
        (-expected, "the sign is the other one: they occur together far more often than by chance"),
        (expected * np.log(2), "that is in nats; bits need the logarithm to base 2"),
        (expected * np.log10(2), "that is a logarithm to base 10; bits need base 2"),
        (np.log2(total / (n1 * n2)), "that is for a pair that occurs once"),
        (2**expected, "that is the ratio of probabilities, not yet its logarithm"),
    )
    refuse(number, slips, tolerance=0.005)
    size = "small" if number < expected else "large"
    require(abs(number - expected) < 0.051, f"your number is too {size}")


@prints_verdict
def check_npmi(function: Callable[[int, int, int, int], float]) -> None:
    """Chapter 8: normalised pointwise mutual information of a pair.

    Examples
    --------
    >>> check_npmi(lambda n12, n1, n2, N: np.log2(n12 * N / (n1 * n2)))
    Not yet: two words that only occur together should get 1; they got 3.3219.
    """

    def asked(case: str, *counts: int) -> float:
        return number_from(call(function, case, *counts), case)

    together = asked("for words that only occur together", 10, 10, 10, 100)
    slip = np.isclose(together, [np.log(2), 1 / np.log(2)]).any()
    require(not slip, "the logarithms above and below the line should have the same base")
    require(
        np.isclose(together, 1),
        f"two words that only occur together should get 1; they got {together:.4f}",
    )
    independent = asked("for independent words", 5, 50, 10, 100)
    require(
        np.isclose(independent, 0, atol=1e-9),
        f"two independent words should get 0; they got {independent:.4f}",
    )
    never = asked("for a pair that never occurs", 0, 50, 10, 100)
    require(never == -1, f"a pair that never occurs should get -1; it got {never:.4f}")
    for counts in ((3, 10, 20, 1000), (2, 40, 30, 500), (1, 40, 30, 500)):
        n12, n1, n2, total = counts
        found = asked(f"for {counts}", *counts)
        expected = np.log(n12 * total / (n1 * n2)) / -np.log(n12 / total)
        require_close(found, expected, f"for {counts}")


# Chosen so that each usual mistake gives another word
_VECTORS = {
    "man": (0.2, 0.1, 0.4),
    "woman": (-0.3, -0.8, 3.1),
    "king": (2.1, 1.1, 1.3),
    "queen": (1.1, -0.3, 0.8),
    "throne": (0.8, 0.2, -0.2),
    "apple": (-0.6, 0.0, -0.1),
}


@prints_verdict
def check_analogy(function: Callable[[dict[str, np.ndarray], str, str, str], str]) -> None:
    """Chapter 8: the word that completes an analogy.

    Examples
    --------
    >>> check_analogy(lambda vectors, a, b, c: c)
    Not yet: the words of the question are not allowed as an answer; yours was 'king'.
    """
    for question in (("man", "woman", "king"), ("woman", "man", "queen")):
        vectors = {word: np.array(vector) for word, vector in _VECTORS.items()}
        given = {word: vector.copy() for word, vector in vectors.items()}
        found = call(function, f"for {' '.join(question)}", given, *question)
        known = isinstance(found, str) and found in vectors
        require(known, f"expected a word of the dictionary; it was {found!r}")
        require(
            found not in question,
            f"the words of the question are not allowed as an answer; yours was {found!r}",
        )
        unit = {word: vector / np.linalg.norm(vector) for word, vector in vectors.items()}
        target = unit[question[1]] - unit[question[0]] + unit[question[2]]
        best = max(unit.keys() - set(question), key=lambda word: unit[word] @ target)
        require(
            found == best,
            f"{found!r} has not the highest cosine for {' '.join(question)}; were all vectors "
            "brought to the length 1",
        )


@prints_verdict
def check_masked_mean(function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
    """Chapter 8: the mean of the vectors of a text's pieces, without padding.

    Examples
    --------
    >>> check_masked_mean(lambda x, mask: x.mean(axis=1))
    Not yet: the padding was counted: the mean is over all pieces.
    """
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    mask = np.array([[1, 1, 1, 1], [1, 1, 0, 0]])
    case = "for two texts"
    found = array_from(call(function, case, x.copy(), mask.copy()), (2, 3), case)
    kept = (x * mask[:, :, None]).sum(axis=1)
    for wrong, why in (
        (x.mean(axis=1), "the padding was counted: the mean is over all pieces"),
        (kept, "that is the sum, not the mean"),
        (kept / 4, "the sum leaves the padding out, but the number of pieces does not"),
        (kept / mask.sum(), "the sum of each text is divided by the pieces of all texts"),
    ):
        require(not np.allclose(found, wrong), why)
    right = kept / mask.sum(axis=1)[:, None]
    require(np.allclose(found[0], right[0]), "the text without padding has another mean")
    require(np.allclose(found, right), "the text with padding has another mean")


@prints_verdict
def check_precision_at(function: Callable[[np.ndarray, np.ndarray, int], float]) -> None:
    """Chapter 8: the share of the k nearest other texts that are of the same group.

    Examples
    --------
    >>> check_precision_at(lambda similarity, groups, k: 0.5)
    Not yet: for k = 1, your number is too large.
    """
    # Not of length 1, so that some texts are more similar to another text than to themselves
    vectors = np.random.default_rng(1).normal(size=(9, 3))
    similarity, groups = vectors @ vectors.T, np.array(list("aaaabbbcc"))
    for k in (1, 3):
        case = f"for k = {k}"
        given = similarity.copy()
        found = number_from(call(function, case, given, groups.copy(), k), case)
        require(np.array_equal(given, similarity), f"{case}, `similarity` has changed; copy it")
        others = similarity.copy()
        np.fill_diagonal(others, -np.inf)
        first_out = np.argsort(-similarity, axis=1)[:, 1 : k + 1]
        last = np.argsort(others, axis=1)  # each text itself comes first
        expected = _same_group(np.argsort(-others, axis=1)[:, :k], groups)
        slips = (
            (np.argsort(-similarity, axis=1)[:, :k], "a text was counted among its own neighbours"),
            (first_out, "the first of the ranking is not always the text itself"),
            (last[:, :k], "those are the least similar"),
            (last[:, 1 : k + 1], "those are the least similar"),
        )
        refuse(found, ((_same_group(places, groups), why) for places, why in slips), case)
        if k > 1:
            refuse(found, [(expected * k, "that is a mean number, not a share")], case)
        require_close(found, expected, case)


def _same_group(places: np.ndarray, groups: np.ndarray) -> float:
    return float((groups[places] == groups[:, None]).mean())
