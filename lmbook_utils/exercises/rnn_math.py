"""Chapter 2, the mathematics of recurrent networks."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lmbook_utils import rnn
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_rnn_parameters(function: Callable[[int, int, int], int]) -> None:
    """Chapter 2: how many parameters has a simple network of V words, embedding d, units m?

    Examples
    --------
    >>> check_rnn_parameters(lambda V, d, m: V * d + m * d + m * m + V * m)
    Not yet: for V = 5, d = 3 and m = 2, your number is too small; two layers have a bias.
    """
    for V, d, m in ((5, 3, 2), (7, 2, 4), (1000, 64, 64)):
        model = rnn.RNN(V, embedding_dim=d, units=m)
        expected = sum(parameter.size for parameter in model.parameters.values())
        case = f"for V = {V}, d = {d} and m = {m}"
        number = number_from(call(function, case, V, d, m))
        size = "small; two layers have a bias" if number < expected else "large"
        require(number == expected, f"{case}, your number is too {size}")


@prints_verdict
def check_sigmoid_gradient(function: Callable[[np.ndarray, int], Any]) -> None:
    """Chapter 2: the gradient of -ln(sigmoid(z[w]) / sum of all sigmoids) by the logits z.

    Examples
    --------
    >>> check_sigmoid_gradient(lambda z, w: np.zeros(len(z)))
    Not yet: for z = [0.0, 0.0, 0.0] and w = 1, a small step along z[0] changes the loss by \
another amount.
    """
    for logits, w in (([0.0, 0.0, 0.0], 1), ([2.0, -1.0, 0.5, 0.1], 0), ([5.0, -5.0], 1)):
        case = f"for z = {logits} and w = {w}"
        z = np.array(logits)

        def loss(z: np.ndarray = z, w: int = w) -> float:
            outputs = 1 / (1 + np.exp(-z))
            return float(-np.log(outputs[w] / outputs.sum()))

        expected = rnn.numerical_gradient(loss, z)
        result = np.asarray(call(function, case, z.copy(), w))
        require(
            result.shape == z.shape and np.issubdtype(result.dtype, np.number),
            f"{case}, the result should be {len(z)} numbers",
        )
        wrong = np.flatnonzero(~np.isclose(result, expected, rtol=1e-4, atol=1e-6))
        require(
            not len(wrong),
            f"{case}, a small step along z[{wrong[0] if len(wrong) else 0}] changes the loss by "
            "another amount",
        )


@prints_verdict
def check_forget_gate(answer: float) -> None:
    """Chapter 2: which constant forget gate halves a gradient in 100 steps?

    Examples
    --------
    >>> check_forget_gate(0.99)
    Not yet: with 0.99, after 100 steps the factor is 0.366.
    """
    number = number_from(answer)
    require(0 < number < 1, f"a gate is between 0 and 1; it was {answer}")
    factor = number**100
    require(abs(factor - 0.5) < 0.005, f"with {answer}, after 100 steps the factor is {factor:.3f}")


@prints_verdict
def check_gru_step(function: Callable[[np.ndarray, np.ndarray, dict[str, Any]], Any]) -> None:
    """Chapter 2: one step of a GRU for one row, by the equations.

    Examples
    --------
    >>> check_gru_step(lambda x, h, p: h)
    Not yet: for d = 1 and m = 1, the new state is wrong from entry 0 on.
    """
    for d, m, seed in ((1, 1, 0), (3, 2, 1), (2, 5, 2)):
        case = f"for d = {d} and m = {m}"
        rng = np.random.default_rng(seed)
        cell = rnn.GRUCell(d, m, seed=seed)
        # Biases that are not 0, and unequal, so that a forgotten or exchanged one is seen.
        cell.set_parameters(b_xh=rng.normal(size=3 * m), b_hh=rng.normal(size=3 * m))
        x, h = rng.normal(size=d), rng.normal(size=m)
        expected = cell.forward(x[None, None], h[None]).hidden[0, 0]
        copies = {name: array.copy() for name, array in cell.parameters.items()}
        result = np.asarray(call(function, case, x.copy(), h.copy(), copies))
        require(
            result.shape == (m,), f"{case}, the result has the shape {result.shape}, not ({m},)"
        )
        wrong = np.flatnonzero(~np.isclose(result, expected))
        require(
            not len(wrong),
            f"{case}, the new state is wrong from entry {wrong[0] if len(wrong) else 0} on",
        )
