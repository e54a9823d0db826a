"""The simple recurrent cell, and backpropagation through time in its plainest form."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from lmbook_utils._validation import require_type
from lmbook_utils.rnn.base import Cell, CellGradients, CellOutput, sum_of_outer_products

ACTIVATIONS = ("tanh", "linear")


class RNNCache(NamedTuple):
    """The inputs ``x``, (batch, time, input_dim), and the states ``h``, (batch, time + 1, units).

    ``h[:, 0]`` is the initial state.
    """

    x: np.ndarray
    h: np.ndarray


class RNNCell(Cell):
    r"""A simple recurrent cell (Elman, 1990).

    Equation: :eq:`eq-rnn-hidden`

    .. math::
        a_t &= W_{xh} x_t + W_{hh} h_{t-1} + b_h   && \text{(R1)} \\
        h_t &= \tanh(a_t)                          && \text{(R2)}

    **Backpropagation through time.** Write :math:`\mathrm{d}v` for the derivative of the loss by
    :math:`v`. The loss depends on :math:`h_t` in two ways: by what is predicted from it at step
    t, whose derivative :math:`\partial_t` is given, and through :math:`a_{t+1}`, by (R1). So
    :math:`\mathrm{d}h_t` is the sum of two parts, (R3), of which the second is 0 at the last step.
    The derivative of (R2) is :math:`\tanh' = 1 - \tanh^2`, which gives (R4). These two are
    computed from the last step down to the first. The parameters are the same at all steps, so
    that their derivatives are sums over the steps, (R5). With (R1), at last, what comes back to
    the inputs and to the initial state is (R6).

    .. math::
        \mathrm{d}h_t &= \partial_t + W_{hh}^\top \, \mathrm{d}a_{t+1}     && \text{(R3)} \\
        \mathrm{d}a_t &= (1 - h_t^2) \odot \mathrm{d}h_t                   && \text{(R4)} \\
        \mathrm{d}W_{xh} &= \sum_t \mathrm{d}a_t \, x_t^\top, \quad
        \mathrm{d}W_{hh} = \sum_t \mathrm{d}a_t \, h_{t-1}^\top, \quad
        \mathrm{d}b_h = \sum_t \mathrm{d}a_t                               && \text{(R5)} \\
        \mathrm{d}x_t &= W_{xh}^\top \, \mathrm{d}a_t, \quad
        \mathrm{d}h_0 = W_{hh}^\top \, \mathrm{d}a_1                       && \text{(R6)}

    Parameters
    ----------
    input_dim
        The length d of an input.
    units
        The length m of a state.
    activation
        ``"tanh"``, or ``"linear"`` for :math:`h_t = a_t`: then the gradient of a state is
        :math:`W_{hh}^\top` times that of the next one, and nothing saturates.
    seed
        Of the initial parameters, or a generator to draw them from.
    dtype
        ``float64`` or ``float32``.

    Attributes
    ----------
    parameters : mapping of str to ndarray
        ``W_xh`` (input_dim, units), ``W_hh`` (units, units) and ``b_h`` (units,): the ``kernel``,
        ``recurrent_kernel`` and ``bias`` of Keras' ``SimpleRNN``, as they are.

    Raises
    ------
    ValueError
        If a size is not a whole number from 1, or an option is unknown.

    Examples
    --------
    >>> cell = RNNCell(input_dim=3, units=2)
    >>> hidden, state, cache = cell.forward(np.ones((4, 5, 3)))
    >>> hidden.shape, state.shape
    ((4, 5, 2), (4, 2))
    >>> gradients = cell.backward(np.ones((4, 5, 2)), cache)
    >>> gradients.parameters["W_hh"].shape, gradients.inputs.shape, gradients.state.shape
    ((2, 2), (4, 5, 3), (4, 2))
    """

    def __init__(
        self,
        input_dim: int,
        units: int,
        activation: Literal["tanh", "linear"] = "tanh",
        seed: int | np.random.Generator = 0,
        dtype: DTypeLike = np.float64,
    ):
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {ACTIVATIONS}; it was {activation!r}")
        super().__init__(input_dim, units, seed, dtype)
        self.activation = activation

    def forward(self, x: np.ndarray, state: np.ndarray | None = None) -> CellOutput:
        """Read a sequence, (R1) and (R2).

        Parameters
        ----------
        x
            Shape (batch, time, input_dim).
        state
            The state before the first step, shape (batch, units); ``None`` for zeros.

        Returns
        -------
        CellOutput
            ``hidden`` of shape (batch, time, units), ``state`` of shape (batch, units), ``cache``.

        Raises
        ------
        ValueError
            If a shape does not fit, there is no step, or a number is not finite.
        """
        x = self._checked_input(x)
        batch, steps, _ = x.shape
        W_xh, W_hh, b_h = (self.parameters[name] for name in ("W_xh", "W_hh", "b_h"))
        h = np.empty((batch, steps + 1, self.units), self.dtype)
        h[:, 0] = self._checked_state("state", state, batch)
        from_input = x @ W_xh + b_h  # of all steps at once: no step needs another one's
        for t in range(steps):
            a = from_input[:, t] + h[:, t] @ W_hh  # (R1)
            h[:, t + 1] = np.tanh(a) if self.activation == "tanh" else a  # (R2)
        return CellOutput(h[:, 1:], h[:, -1].copy(), RNNCache(x, h))

    def backward(self, d_hidden: np.ndarray, cache: RNNCache) -> CellGradients:
        r"""Send gradients back through time, (R3) to (R6).

        Equations: :eq:`eq-bptt-hidden`, :eq:`eq-bptt-parameters`

        Parameters
        ----------
        d_hidden
            The derivatives :math:`\partial_t` of the loss by the hidden states, without what comes
            back from later steps: shape (batch, time, units).
        cache
            From :meth:`forward`, with the same parameters.

        Returns
        -------
        CellGradients

        Raises
        ------
        ValueError
            If the shape does not fit, or a number is not finite. Also if ``cache`` is no
            ``RNNCache``.
        """
        require_type(RNNCache, cache=cache)
        x, h = cache
        previous_h, hidden = h[:, :-1], h[:, 1:]
        d_hidden = self._checked_d_hidden(d_hidden, hidden)
        W_xh, W_hh = self.parameters["W_xh"], self.parameters["W_hh"]
        d_h, d_a = np.empty_like(d_hidden), np.empty_like(d_hidden)
        d_h_from_later = np.zeros_like(d_hidden[:, 0])  # nothing comes after the last step
        slope = 1 - hidden**2 if self.activation == "tanh" else np.ones_like(hidden)
        for t in reversed(range(x.shape[1])):
            d_h[:, t] = d_hidden[:, t] + d_h_from_later  # (R3)
            d_a[:, t] = slope[:, t] * d_h[:, t]  # (R4)
            d_h_from_later = d_a[:, t] @ W_hh.T  # the second part of (R3) for the step before
        return CellGradients(
            parameters={  # (R5)
                "W_xh": sum_of_outer_products(x, d_a),
                "W_hh": sum_of_outer_products(previous_h, d_a),
                "b_h": d_a.sum(axis=(0, 1)),
            },
            inputs=d_a @ W_xh.T,  # (R6)
            state=d_h_from_later,  # (R6)
            hidden=d_h,
        )
