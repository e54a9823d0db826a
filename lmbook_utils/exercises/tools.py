"""Chapter 8: tools."""

from collections.abc import Callable

import numpy as np

from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_npmi(function: Callable[[int, int, int, int], float]) -> None:
    """Chapter 8: normalised pointwise mutual information of a pair.

    Examples
    --------
    >>> check_npmi(lambda n12, n1, n2, N: np.log2(n12 * N / (n1 * n2)))
    Not yet: two words that only occur together should get 1; they got 3.3219.
    """
    together = number_from(call(function, "for words that only occur together", 10, 10, 10, 100))
    require(
        np.isclose(together, 1),
        f"two words that only occur together should get 1; they got {together:.4f}",
    )
    independent = number_from(call(function, "for independent words", 5, 50, 10, 100))
    require(
        np.isclose(independent, 0, atol=1e-9),
        f"two independent words should get 0; they got {independent:.4f}",
    )
    never = number_from(call(function, "for a pair that never occurs", 0, 50, 10, 100))
    require(never == -1, f"a pair that never occurs should get -1; it got {never:.4f}")
    for n12, n1, n2, total in ((3, 10, 20, 1000), (2, 40, 30, 500)):
        found = number_from(call(function, f"for {n12, n1, n2, total}", n12, n1, n2, total))
        expected = np.log(n12 * total / (n1 * n2)) / -np.log(n12 / total)
        size = "small" if found < expected else "large"
        require(np.isclose(found, expected), f"for {n12, n1, n2, total}, yours is too {size}")


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
    vectors = {word: np.array(vector) for word, vector in _VECTORS.items()}
    for question in (("man", "woman", "king"), ("woman", "man", "queen")):
        found = call(function, f"for {' '.join(question)}", dict(vectors), *question)
        require(isinstance(found, str), f"expected a word; it was {found!r}")
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
    found = np.asarray(call(function, "for two texts", x.copy(), mask.copy()))
    require(found.shape == (2, 3), f"expected the shape (2, 3); it was {found.shape}")
    kept = (x * mask[:, :, None]).sum(axis=1)
    for wrong, why in (
        (x.mean(axis=1), "the padding was counted: the mean is over all pieces"),
        (kept, "that is the sum, not the mean"),
        (kept / 4, "the sum leaves the padding out, but the number of pieces does not"),
    ):
        require(not np.allclose(found, wrong), why)
    require(np.allclose(found, kept / mask.sum(axis=1)[:, None]), "the numbers are others")
