"""The LSTM cell: a state with its own path through time, and gates beside it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike
from scipy.special import expit as sigmoid

from lmbook_utils._validation import require_type
from lmbook_utils.rnn.base import Cell, CellGradients, CellOutput, sum_of_outer_products


class LSTMState(NamedTuple):
    """The hidden state ``h`` and the cell state ``c``, each of shape (batch, units)."""

    h: np.ndarray
    c: np.ndarray


class LSTMCache(NamedTuple):
    """The inputs ``x``, the states, and the gates, side by side as in ``a``.

    ``h`` and ``c`` have the shape (batch, time + 1, units), with the initial state first; ``x``
    and ``gates`` have (batch, time, …).
    """

    x: np.ndarray
    h: np.ndarray
    c: np.ndarray
    gates: np.ndarray


class LSTMCell(Cell):
    r"""A cell with long short-term memory (Hochreiter and Schmidhuber, 1997; Gers et al., 2000).

    Equation: :eq:`eq-lstm`

    .. math::
        a_t &= W_{xh} x_t + W_{hh} h_{t-1} + b_h
        = [a^i_t; \, a^f_t; \, a^g_t; \, a^o_t]                              && \text{(L1)} \\
        i_t &= \sigma(a^i_t), \quad f_t = \sigma(a^f_t), \quad
        g_t = \tanh(a^g_t), \quad o_t = \sigma(a^o_t)                        && \text{(L2)} \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t                             && \text{(L3)} \\
        h_t &= o_t \odot \tanh(c_t)                                          && \text{(L4)}

    **Backpropagation through time.** As in :class:`RNNCell`, :math:`\mathrm{d}h_t` is what the
    loss gives at step t, :math:`\partial_t`, and what comes back through :math:`a_{t+1}`, (L5).
    The loss depends on :math:`c_t` through :math:`h_t`, by (L4), and through :math:`c_{t+1}`, by
    (L3), which gives (L6). Its second part is multiplied by the forget gate alone, by no matrix
    and no :math:`\tanh'`: where the gate is near 1, the gradient goes on nearly as it came. The
    product rule on (L3) and (L4), with :math:`\sigma' = \sigma (1 - \sigma)`, gives the four blocks
    of :math:`\mathrm{d}a_t`, (L7). From there on, all is as in (R5) and (R6).

    .. math::
        \mathrm{d}h_t &= \partial_t + W_{hh}^\top \, \mathrm{d}a_{t+1}       && \text{(L5)} \\
        \mathrm{d}c_t &= \mathrm{d}h_t \odot o_t \odot (1 - \tanh^2 c_t)
        + f_{t+1} \odot \mathrm{d}c_{t+1}                                    && \text{(L6)} \\
        \mathrm{d}a^i_t &= \mathrm{d}c_t \odot g_t \odot i_t \odot (1 - i_t), \quad
        \mathrm{d}a^f_t = \mathrm{d}c_t \odot c_{t-1} \odot f_t \odot (1 - f_t), \\
        \mathrm{d}a^g_t &= \mathrm{d}c_t \odot i_t \odot (1 - g_t^2), \quad
        \mathrm{d}a^o_t = \mathrm{d}h_t \odot \tanh c_t \odot o_t \odot (1 - o_t) && \text{(L7)} \\
        \mathrm{d}W_{xh} &= \sum_t \mathrm{d}a_t \, x_t^\top, \quad
        \mathrm{d}W_{hh} = \sum_t \mathrm{d}a_t \, h_{t-1}^\top, \quad
        \mathrm{d}b_h = \sum_t \mathrm{d}a_t                                 && \text{(L8)} \\
        \mathrm{d}x_t &= W_{xh}^\top \, \mathrm{d}a_t, \quad
        \mathrm{d}h_0 = W_{hh}^\top \, \mathrm{d}a_1, \quad
        \mathrm{d}c_0 = f_1 \odot \mathrm{d}c_1                              && \text{(L9)}

    Parameters
    ----------
    input_dim
        The length d of an input.
    units
        The length m of a hidden state, and of a cell state.
    seed
        Of the initial parameters, or a generator to draw them from.
    dtype
        ``float64`` or ``float32``.

    Attributes
    ----------
    parameters : mapping of str to ndarray
        ``W_xh`` (input_dim, 4 · units), ``W_hh`` (units, 4 · units) and ``b_h`` (4 · units,): the
        ``kernel``, ``recurrent_kernel`` and ``bias`` of Keras' ``LSTM``, as they are. The columns
        are in four blocks: input gate, forget gate, candidate, output gate. The bias of the
        forget gate starts at 1, so that a cell remembers until it learns to forget.

    Raises
    ------
    ValueError
        If a size is not a whole number from 1, or ``dtype`` is unknown.

    Examples
    --------
    >>> cell = LSTMCell(input_dim=3, units=2)
    >>> hidden, state, cache = cell.forward(np.ones((4, 5, 3)))
    >>> hidden.shape, state.h.shape, state.c.shape
    ((4, 5, 2), (4, 2), (4, 2))
    >>> gradients = cell.backward(np.ones((4, 5, 2)), cache)
    >>> gradients.parameters["W_hh"].shape, gradients.state.c.shape
    ((2, 8), (4, 2))
    """

    blocks = 4

    def __init__(
        self,
        input_dim: int,
        units: int,
        seed: int | np.random.Generator = 0,
        dtype: DTypeLike = np.float64,
    ):
        super().__init__(input_dim, units, seed, dtype)
        _, forget_bias, _, _ = np.split(self.parameters["b_h"], 4)  # a view: this changes b_h
        forget_bias[:] = 1

    def forward(
        self, x: np.ndarray, state: LSTMState | tuple[np.ndarray, np.ndarray] | None = None
    ) -> CellOutput:
        """Read a sequence, (L1) to (L4).

        Parameters
        ----------
        x
            Shape (batch, time, input_dim).
        state
            The states ``h`` and ``c`` before the first step, each of shape (batch, units);
            ``None`` for zeros.

        Returns
        -------
        CellOutput
            ``hidden`` of shape (batch, time, units), ``state`` with ``h`` and ``c``, ``cache``.

        Raises
        ------
        ValueError
            If a shape does not fit, there is no step, or a number is not finite.
        """
        x = self._checked_input(x)
        batch, steps, _ = x.shape
        if state is not None and not (isinstance(state, tuple) and len(state) == 2):
            raise ValueError(f"state must be a pair (h, c), or None; it was {type(state).__name__}")
        h_0, c_0 = (None, None) if state is None else state
        W_xh, W_hh, b_h = (self.parameters[name] for name in ("W_xh", "W_hh", "b_h"))
        h = np.empty((batch, steps + 1, self.units), self.dtype)
        c = np.empty_like(h)
        h[:, 0] = self._checked_state("state.h", h_0, batch)
        c[:, 0] = self._checked_state("state.c", c_0, batch)
        gates = np.empty((batch, steps, 4 * self.units), self.dtype)
        from_input = x @ W_xh + b_h  # of all steps at once: no step needs another one's
        for t in range(steps):
            a = from_input[:, t] + h[:, t] @ W_hh  # (L1)
            a_i, a_f, a_g, a_o = np.split(a, 4, axis=-1)
            i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)  # (L2)
            c[:, t + 1] = f * c[:, t] + i * g  # (L3)
            h[:, t + 1] = o * np.tanh(c[:, t + 1])  # (L4)
            gates[:, t] = np.concatenate([i, f, g, o], axis=-1)
        state = LSTMState(h[:, -1].copy(), c[:, -1].copy())
        return CellOutput(h[:, 1:], state, LSTMCache(x, h, c, gates))

    def backward(self, d_hidden: np.ndarray, cache: LSTMCache) -> CellGradients:
        r"""Send gradients back through time, (L5) to (L9).

        Equations: :eq:`eq-lstm-hidden-gradient`, :eq:`eq-lstm-cell-gradient`,
        :eq:`eq-lstm-gate-gradients`

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
            ``state`` is an :class:`LSTMState`.

        Raises
        ------
        ValueError
            If the shape does not fit, or a number is not finite. Also if ``cache`` is no
            ``LSTMCache``.
        """
        require_type(LSTMCache, cache=cache)
        x, h, c, gates = cache
        d_hidden = self._checked_d_hidden(d_hidden, h[:, 1:])
        W_xh, W_hh = self.parameters["W_xh"], self.parameters["W_hh"]
        d_h, d_a = np.empty_like(d_hidden), np.empty_like(gates)
        d_h_from_later = np.zeros_like(d_hidden[:, 0])  # nothing comes after the last step
        d_c_from_later = np.zeros_like(d_hidden[:, 0])
        for t in reversed(range(x.shape[1])):
            i, f, g, o = np.split(gates[:, t], 4, axis=-1)
            tanh_c = np.tanh(c[:, t + 1])
            d_h[:, t] = d_hidden[:, t] + d_h_from_later  # (L5)
            d_c = d_h[:, t] * o * (1 - tanh_c**2) + d_c_from_later  # (L6)
            d_a_i = d_c * g * i * (1 - i)  # (L7), four lines
            d_a_f = d_c * c[:, t] * f * (1 - f)
            d_a_g = d_c * i * (1 - g**2)
            d_a_o = d_h[:, t] * tanh_c * o * (1 - o)
            d_a[:, t] = np.concatenate([d_a_i, d_a_f, d_a_g, d_a_o], axis=-1)
            d_h_from_later = d_a[:, t] @ W_hh.T  # the second part of (L5) for the step before
            d_c_from_later = f * d_c  # the second part of (L6) for the step before
        return CellGradients(
            parameters={  # (L8)
                "W_xh": sum_of_outer_products(x, d_a),
                "W_hh": sum_of_outer_products(h[:, :-1], d_a),
                "b_h": d_a.sum(axis=(0, 1)),
            },
            inputs=d_a @ W_xh.T,  # (L9)
            state=LSTMState(d_h_from_later, d_c_from_later),  # (L9)
            hidden=d_h,
        )
