"""Chapter 2, the mathematics of recurrent networks."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lmbook_utils import rnn
from lmbook_utils.exercises._answers import array_from
from lmbook_utils.exercises._mistakes import known_mistake
from lmbook_utils.exercises._verdicts import call, number_from, prints_verdict, require


@prints_verdict
def check_rnn_parameters(function: Callable[[int, int, int], int]) -> None:
    """Chapter 2: how many parameters has a simple network of V words, embedding d, units m?

    Examples
    --------
    >>> check_rnn_parameters(lambda V, d, m: V * d + m * d + m * m + V * m)
    Not yet: for V = 5, d = 3 and m = 2, your number is too small; both layers have a bias.
    """
    for V, d, m in ((5, 3, 2), (7, 2, 4), (1000, 64, 64)):
        model = rnn.RNN(V, embedding_dim=d, units=m)
        expected = sum(parameter.size for parameter in model.parameters.values())
        case = f"for V = {V}, d = {d} and m = {m}"
        number = number_from(call(function, case, V, d, m))
        size = "small" if number < expected else "large"
        mistakes = {
            "both layers have a bias": expected - m - V,
            "the output layer has a bias, too": expected - V,
            "the hidden layer has a bias, too": expected - m,
            "the embedding is learnt, too": expected - V * d,
            "the state is multiplied by a matrix, too": expected - m * m,
            "the word's vector is multiplied by a matrix, too": expected - m * d,
            "the hidden layer has one bias only": expected + m,
        }
        hint = known_mistake(number, mistakes)
        require(number == expected, f"{case}, your number is too {size}{hint}")


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
        result = array_from(call(function, case, z.copy(), w), z.shape, case)
        require(
            not np.allclose(result, -expected, rtol=1e-4, atol=1e-6),
            f"{case}, each number has the wrong sign",
        )
        softmax = np.exp(z) / np.exp(z).sum() - (np.arange(len(z)) == w)
        require(not np.allclose(result, softmax), f"{case}, that is the gradient with a softmax")
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
def check_forget_bias(answer: float) -> None:
    """Chapter 2: which bias opens a forget gate so far that 100 steps halve a gradient?

    Examples
    --------
    >>> check_forget_bias(1)
    Not yet: a bias of 1 opens the gate to 0.7311, and after 100 steps the factor is 2.48e-14.
    """
    number = number_from(answer)
    gate = 1 / (1 + np.exp(-np.clip(number, -500, 500)))
    factor = gate**100
    require(
        abs(factor - 0.5) < 0.005,
        f"a bias of {number:.4g} opens the gate to {gate:.4f}, and after 100 steps the factor is "
        f"{factor:.3g}",
    )


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
        result = array_from(call(function, case, x.copy(), h.copy(), copies), (m,), case)
        for mistake, hint in _gru_mistakes(x, h, cell.parameters):
            require(not np.allclose(result, mistake), f"{case}, {hint}")
        wrong = np.flatnonzero(~np.isclose(result, expected))
        require(
            not len(wrong),
            f"{case}, the new state is wrong from entry {wrong[0] if len(wrong) else 0} on",
        )


@prints_verdict
def check_draw_texts(function: Callable[..., Any]) -> None:
    """Chapter 2: texts for the recall task, a word and then noise of another vocabulary.

    Examples
    --------
    >>> check_draw_texts(lambda rng, number, lag, words, noise: np.zeros((number, lag)))
    Not yet: for 8 words, 1 noise word and a lag of 5, the result should have the shape \
(400, 6); it was (400, 5).
    """
    number = 400
    for lag, words, noise in ((5, 8, 1), (3, 2, 5)):
        plural = "s" if noise > 1 else ""
        case = f"for {words} words, {noise} noise word{plural} and a lag of {lag}"
        rng = np.random.default_rng(0)
        drawn = call(function, case, rng, number, lag, words, noise)
        texts = array_from(drawn, (number, lag + 1), case)
        require(bool((texts == np.floor(texts)).all()), f"{case}, an id is no whole number")
        first, rest = texts[:, 0], texts[:, 1:]
        require(not np.isin(rest, np.arange(words)).any(), f"{case}, a word comes among the noise")
        for ids, lowest, kinds, name in (
            (first, 0, words, "first ids"),
            (rest, words, noise, "ids of the noise"),
        ):
            require(
                lowest <= ids.min() and ids.max() < lowest + kinds,
                f"{case}, some {name} are out of their range",
            )
            found = len(np.unique(ids))
            require(found == kinds, f"{case}, the {name} are of {found} kinds only")
        require(
            noise == 1 or not (rest == rest[:, :1]).all(),
            f"{case}, each text has the same noise at all its steps",
        )
        again = array_from(
            call(function, case, rng, number, lag, words, noise), (number, lag + 1), case
        )
        require(not np.array_equal(texts, again), f"{case}, two draws with one rng are the same")


def _gru_mistakes(
    x: np.ndarray, h: np.ndarray, p: Mapping[str, np.ndarray]
) -> list[tuple[np.ndarray, str]]:
    """New states by mistakes that are often made, and what to say of each."""
    x_u, x_r, x_g = np.split(x @ p["W_xh"] + p["b_xh"], 3)
    h_u, h_r, h_g = np.split(h @ p["W_hh"] + p["b_hh"], 3)
    u, r = (1 / (1 + np.exp(-argument)) for argument in (x_u + h_u, x_r + h_r))
    g = np.tanh(x_g + r * h_g)
    W_g, b_g = np.split(p["W_hh"], 3, axis=1)[2], np.split(p["b_hh"], 3)[2]
    reset_before = np.tanh(x_g + (r * h) @ W_g + b_g)
    return [
        ((1 - u) * h + u * g, "the update gate keeps what it should replace"),
        (u * h + (1 - u) * reset_before, "the reset gate multiplies the state too early"),
        (u * h + (1 - u) * np.tanh(x_g + h_g), "the reset gate has no effect"),
        (r * h + (1 - r) * np.tanh(x_g + u * h_g), "the two gates are exchanged"),
        (g, "that is the candidate"),
    ]
