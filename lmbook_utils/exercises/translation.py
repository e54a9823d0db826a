"""Chapter 7, machine translation."""

from collections.abc import Callable, Sequence

import numpy as np

from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_em_step(answer: float) -> None:
    """Chapter 7: t(the | la) after one step of EM on two sentence pairs, without an empty word.

    Examples
    --------
    >>> check_em_step(0.5)
    Not yet: that is the probability that EM begins with.
    """
    number = number_from(answer)
    require(number != 0.5, "that is the probability that EM begins with")
    # "the" gets half of a count in the first pair and a whole one in the second; "house" half.
    expected = 1.5 / (1.5 + 0.5)
    size = "small" if number < expected else "large"
    require(np.isclose(number, expected, atol=1e-3), f"{number:.4g} is too {size}")


@prints_verdict
def check_clipped_precision(function: Callable[[Sequence[str], Sequence[str]], float]) -> None:
    """Chapter 7: the share of a translation's words that the reference has, each counted once.

    Examples
    --------
    >>> check_clipped_precision(lambda words, reference: np.mean([w in reference for w in words]))
    Not yet: for the translation 'la la la' of 'la maison', the result is 1; a word counts at \
most as often as the reference has it.
    """
    for translation, reference, expected in (
        ("la maison", "la maison", 1.0),
        ("la la la", "la maison", 1 / 3),
        ("le livre est là", "voilà le livre", 1 / 2),
        ("un deux", "trois", 0.0),
    ):
        case = f"for the translation {translation!r} of {reference!r}"
        result = number_from(call(function, case, translation.split(), reference.split()))
        hint = (
            "; a word counts at most as often as the reference has it"
            if result > expected and translation == "la la la"
            else ""
        )
        require(np.isclose(result, expected), f"{case}, the result is {result:.4g}{hint}")


@prints_verdict
def check_attention_weights(function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
    """Chapter 7: a softmax over the places that are no padding.

    Examples
    --------
    >>> check_attention_weights(lambda scores, mask: np.exp(scores) / np.exp(scores).sum())
    Not yet: for the mask [True, True, False], the place with padding has a weight.
    """
    for scores, mask in (
        ([0.0, np.log(3), 5.0], [True, True, False]),
        ([2.0, 2.0], [True, True]),
        ([1000.0, 0.0, 1000.0], [True, True, True]),
    ):
        arrays = np.array(scores), np.array(mask)
        case = f"for the mask {mask}"
        with np.errstate(all="ignore"):
            weights = np.asarray(call(function, case, *arrays), float)
        require(weights.shape == arrays[0].shape, f"{case}, the shape is {weights.shape}")
        require(np.isfinite(weights).all(), f"{case}, a weight is not finite; scores may be large")
        require(not weights[~arrays[1]].any(), f"{case}, the place with padding has a weight")
        expected = np.where(arrays[1], np.exp(arrays[0] - arrays[0][arrays[1]].max()), 0)
        right = np.allclose(weights, expected / expected.sum(), atol=1e-6)
        require(right, f"{case}, the weights are {weights.round(4).tolist()}")
