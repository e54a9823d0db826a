"""What the recurrent cells have in common: their parameters, their shapes, how they start."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lmbook_utils._validation import (
    array_of,
    real_numbers,
    require_list,
    require_type,
    require_whole,
)
from lmbook_utils.rnn._validation import real_array


class CellOutput(NamedTuple):
    """What a cell's ``forward`` returns.

    ``hidden`` are the states :math:`h_1 \\dots h_T`, shape (batch, time, units); ``state`` is what
    the next window starts with; ``cache`` is what ``backward`` needs.
    """

    hidden: np.ndarray
    state: Any
    cache: Any


class CellGradients(NamedTuple):
    """What a cell's ``backward`` returns: derivatives of the loss.

    ``parameters``, by name; ``inputs``, shape (batch, time, input_dim); ``state``, by the initial
    state and of its form; ``hidden``, by each hidden state, with all that comes back from later
    steps, shape (batch, time, units): its norm, step by step, shows whether a gradient vanishes.
    An LSTM has a second path, through its cell state: ``inputs`` shows the sum of both.
    """

    parameters: dict[str, np.ndarray]
    inputs: np.ndarray
    state: Any
    hidden: np.ndarray


class Cell:
    """What :class:`RNNCell`, :class:`LSTMCell` and :class:`GRUCell` share.

    A cell's ``a_t`` consists of ``blocks`` vectors of the length ``units``, which stand side by
    side: one for a simple cell, one for each gate and candidate of the others. Matrices are stored
    transposed, ``x @ W_xh``, so that all rows of a batch are multiplied at once.

    Each block of ``W_xh`` starts uniform in :math:`\\pm\\sqrt{6 / (d + m)}` (Glorot and Bengio,
    2010), each block of ``W_hh`` as a random orthogonal matrix, which changes no vector's length
    (Saxe et al., 2014), and biases start at 0.

    Attributes
    ----------
    parameters : mapping of str to ndarray
        The arrays may be changed in place, as training does; :meth:`set_parameters` changes them
        and looks at the shapes.
    """

    blocks = 1
    biases: tuple[str, ...] = ("b_h",)

    def __init__(
        self,
        input_dim: int,
        units: int,
        seed: int | np.random.Generator = 0,
        dtype: DTypeLike = np.float64,
    ):
        require_whole(1, input_dim=input_dim, units=units)
        self.input_dim, self.units, self.dtype = int(input_dim), int(units), float_type(dtype)
        rng = random_generator(seed)
        W_xh = [glorot_uniform(rng, self.input_dim, self.units) for _ in range(self.blocks)]
        W_hh = [orthogonal(rng, self.units) for _ in range(self.blocks)]
        self.parameters: Mapping[str, np.ndarray] = MappingProxyType(
            {
                "W_xh": np.hstack(W_xh).astype(self.dtype),
                "W_hh": np.hstack(W_hh).astype(self.dtype),
                **{name: np.zeros(self.blocks * self.units, self.dtype) for name in self.biases},
            }
        )

    def set_parameters(self, **values: np.ndarray) -> None:
        """Copy values into parameters, which are named as in ``parameters``; others stay.

        Raises
        ------
        ValueError
            If there is no parameter of a name, its shape is another one, or a value is not finite.
        """
        assign(self.parameters, values)

    def _checked_input(self, x: np.ndarray) -> np.ndarray:
        return real_array(
            "x", x, "batch, time, input_dim", (None, None, self.input_dim), self.dtype
        )

    def _checked_state(self, name: str, state: np.ndarray | None, batch: int) -> np.ndarray:
        """Return a state, which is zero unless it is given."""
        if state is None:
            return np.zeros((batch, self.units), self.dtype)
        return real_array(name, state, "batch, units", (batch, self.units), self.dtype)

    def _checked_d_hidden(self, d_hidden: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        return real_array("d_hidden", d_hidden, "batch, time, units", hidden.shape, self.dtype)


def assign(parameters: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray]) -> None:
    """Copy values into the parameters of the same names.

    Raises
    ------
    ValueError
        As :meth:`Cell.set_parameters`; then no parameter has changed.

    Examples
    --------
    >>> parameters = {"b_h": np.zeros(2)}
    >>> assign(parameters, {"b_h": [1, 2]})
    >>> parameters["b_h"]
    array([1., 2.])
    """
    require_type(Mapping, parameters=parameters, values=values)
    require_list(np.ndarray, parameters=list(parameters.values()))
    if any(parameter.dtype.kind != "f" for parameter in parameters.values()):
        raise ValueError("parameters must be arrays of floating-point numbers; one was not")
    checked = {}
    for name, value in values.items():
        if name not in parameters:
            known = ", ".join(map(str, parameters)) or "none"
            raise ValueError(f"{name} must be one of the parameters: {known}")
        array = real_numbers(name, value).astype(parameters[name].dtype)
        if array.shape != parameters[name].shape:
            raise ValueError(
                f"{name} must have the shape {parameters[name].shape}; the shape was {array.shape}"
            )
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must hold neither NaN nor infinity; it did")
        checked[name] = array
    for name, array in checked.items():
        parameters[name][...] = array


def sum_of_outer_products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    r"""Compute :math:`\sum_t l_t r_t^\top`, over all steps of all rows of a batch.

    The gradient of each matrix is such a sum, of what goes into it and of what comes back.

    Parameters
    ----------
    left, right
        Shapes (batch, time, a) and (batch, time, b).

    Returns
    -------
    ndarray of shape (a, b)

    Raises
    ------
    ValueError
        If the shapes are others.

    Examples
    --------
    >>> sum_of_outer_products(np.array([[[1.0], [2.0]]]), np.array([[[1.0, 10.0], [1.0, 100.0]]]))
    array([[  3., 210.]])
    """
    left, right = array_of("left", left), array_of("right", right)
    if not left.ndim == right.ndim == 3 or left.shape[:2] != right.shape[:2]:
        raise ValueError(
            "left and right must have the shapes (batch, time, a) and (batch, time, b); they had "
            f"{left.shape} and {right.shape}"
        )
    return np.tensordot(left, right, axes=([0, 1], [0, 1]))


def glorot_uniform(rng: np.random.Generator, inputs: int, outputs: int) -> np.ndarray:
    r"""Draw a matrix with entries uniform in :math:`\pm\sqrt{6 / (\text{inputs + outputs})}`.

    Raises
    ------
    ValueError
        If ``rng`` is no ``Generator``, ``inputs`` is no whole number from 1, or ``outputs`` is no
        whole number from 1.

    Examples
    --------
    >>> glorot_uniform(np.random.default_rng(0), 2, 3).shape
    (2, 3)
    """
    require_type(np.random.Generator, rng=rng)
    require_whole(1, inputs=inputs, outputs=outputs)
    limit = np.sqrt(6 / (inputs + outputs))
    return rng.uniform(-limit, limit, (inputs, outputs))


def orthogonal(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw a square matrix whose columns have the length 1 and are orthogonal to each other.

    Raises
    ------
    ValueError
        If ``rng`` is no ``Generator``, or ``size`` is no whole number from 1.

    Examples
    --------
    >>> Q = orthogonal(np.random.default_rng(0), 3)
    >>> np.allclose(Q.T @ Q, np.eye(3))
    True
    """
    require_type(np.random.Generator, rng=rng)
    require_whole(1, size=size)
    Q, R = np.linalg.qr(rng.standard_normal((size, size)))
    return Q * np.sign(np.diag(R))  # without the signs, not all directions are equally probable


def random_generator(seed: int | np.random.Generator) -> np.random.Generator:
    """Return NumPy's generator of a seed, or the generator that was given.

    Examples
    --------
    >>> random_generator(-1)
    Traceback (most recent call last):
    ValueError: seed must be a whole number and at least 0; it was -1
    """
    if not isinstance(seed, np.random.Generator):
        require_whole(0, seed=seed)
    return np.random.default_rng(seed)


def float_type(dtype: DTypeLike) -> np.dtype:
    """Return a type of floating-point numbers, if it is one of the two that the cells know.

    Examples
    --------
    >>> float_type("float32")
    dtype('float32')
    """
    try:
        found = np.dtype(dtype)
    except TypeError:  # it names no type at all
        found = None
    if found not in (np.float32, np.float64):
        raise ValueError(f"dtype must be float32 or float64; it was {dtype!r}")
    return found
