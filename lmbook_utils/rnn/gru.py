"""The GRU cell: gates as in an LSTM, with one state instead of two."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit as sigmoid

from lmbook_utils._validation import require_type
from lmbook_utils.rnn.base import Cell, CellGradients, CellOutput, sum_of_outer_products


class GRUCache(NamedTuple):
    """The inputs ``x``, the states ``h``, the gates side by side, and the block ``a_h_g``.

    ``h`` has the shape (batch, time + 1, units), with the initial state first; the others have
    (batch, time, …).
    """

    x: np.ndarray
    h: np.ndarray
    gates: np.ndarray
    a_h_g: np.ndarray


class GRUCell(Cell):
    r"""A gated recurrent unit (Cho et al., 2014), in the variant that Keras has by default.

    Equation: :eq:`eq-gru`

    .. math::
        a^x_t &= W_{xh} x_t + b_{xh} = [a^{xu}_t; \, a^{xr}_t; \, a^{xg}_t], \quad
        a^h_t = W_{hh} h_{t-1} + b_{hh} = [a^{hu}_t; \, a^{hr}_t; \, a^{hg}_t] && \text{(G1)} \\
        u_t &= \sigma(a^{xu}_t + a^{hu}_t), \quad
        r_t = \sigma(a^{xr}_t + a^{hr}_t)                                      && \text{(G2)} \\
        g_t &= \tanh(a^{xg}_t + r_t \odot a^{hg}_t)                            && \text{(G3)} \\
        h_t &= u_t \odot h_{t-1} + (1 - u_t) \odot g_t                         && \text{(G4)}

    The update gate :math:`u_t`, which many call :math:`z_t`, keeps the old state where it is near
    1. The reset gate :math:`r_t` acts *after* the product with :math:`W_{hh}` (Keras'
    ``reset_after=True``); Cho et al. let it act on :math:`h_{t-1}` before. One product for each
    step is enough then, and each of the two sums has a bias of its own.

    **Backpropagation through time.** The loss depends on :math:`h_t` by what is predicted from it,
    whose derivative is :math:`\partial_t`, through :math:`a^h_{t+1}`, by (G1), and directly through
    :math:`h_{t+1}`, by (G4): three parts, (G5). Let :math:`s^u_t, s^r_t, s^g_t` be the arguments
    of :math:`\sigma`, :math:`\sigma` and :math:`\tanh` in (G2) and (G3). The product rule on (G4)
    and (G3) gives their derivatives, (G6). Each of them is a sum of a block of :math:`a^x_t` and
    one of :math:`a^h_t`, which only differ in the factor :math:`r_t` of (G3), so that (G7) holds.
    From there on, all is as in (R5) and (R6).

    .. math::
        \mathrm{d}h_t &= \partial_t + W_{hh}^\top \, \mathrm{d}a^h_{t+1}
        + u_{t+1} \odot \mathrm{d}h_{t+1}                                      && \text{(G5)} \\
        \mathrm{d}s^u_t &= \mathrm{d}h_t \odot (h_{t-1} - g_t) \odot u_t \odot (1 - u_t), \\
        \mathrm{d}s^g_t &= \mathrm{d}h_t \odot (1 - u_t) \odot (1 - g_t^2), \quad
        \mathrm{d}s^r_t = \mathrm{d}s^g_t \odot a^{hg}_t \odot r_t \odot (1 - r_t)
                                                                               && \text{(G6)} \\
        \mathrm{d}a^x_t &= [\mathrm{d}s^u_t; \, \mathrm{d}s^r_t; \, \mathrm{d}s^g_t], \quad
        \mathrm{d}a^h_t = [\mathrm{d}s^u_t; \, \mathrm{d}s^r_t; \, r_t \odot \mathrm{d}s^g_t]
                                                                               && \text{(G7)} \\
        \mathrm{d}W_{xh} &= \sum_t \mathrm{d}a^x_t \, x_t^\top, \quad
        \mathrm{d}W_{hh} = \sum_t \mathrm{d}a^h_t \, h_{t-1}^\top, \quad
        \mathrm{d}b_{xh} = \sum_t \mathrm{d}a^x_t, \quad
        \mathrm{d}b_{hh} = \sum_t \mathrm{d}a^h_t                              && \text{(G8)} \\
        \mathrm{d}x_t &= W_{xh}^\top \, \mathrm{d}a^x_t, \quad
        \mathrm{d}h_0 = W_{hh}^\top \, \mathrm{d}a^h_1 + u_1 \odot \mathrm{d}h_1 && \text{(G9)}

    Parameters
    ----------
    input_dim
        The length d of an input.
    units
        The length m of a state.
    seed
        Of the initial parameters, or a generator to draw them from.
    dtype
        ``float64`` or ``float32``.

    Attributes
    ----------
    parameters : mapping of str to ndarray
        ``W_xh`` (input_dim, 3 · units) and ``W_hh`` (units, 3 · units): the ``kernel`` and
        ``recurrent_kernel`` of Keras' ``GRU``, as they are; ``b_xh`` and ``b_hh`` (3 · units,):
        the two rows of its ``bias``. The columns are in three blocks: update gate, reset gate,
        candidate.

    Raises
    ------
    ValueError
        If a size is not a whole number from 1, or ``dtype`` is unknown.

    Examples
    --------
    >>> cell = GRUCell(input_dim=3, units=2)
    >>> hidden, state, cache = cell.forward(np.ones((4, 5, 3)))
    >>> hidden.shape, state.shape
    ((4, 5, 2), (4, 2))
    >>> gradients = cell.backward(np.ones((4, 5, 2)), cache)
    >>> gradients.parameters["W_hh"].shape, gradients.state.shape
    ((2, 6), (4, 2))
    """

    blocks = 3
    biases = ("b_xh", "b_hh")

    def forward(self, x: np.ndarray, state: np.ndarray | None = None) -> CellOutput:
        """Read a sequence, (G1) to (G4).

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
        W_xh, W_hh, b_xh, b_hh = (self.parameters[n] for n in ("W_xh", "W_hh", "b_xh", "b_hh"))
        h = np.empty((batch, steps + 1, self.units), self.dtype)
        h[:, 0] = self._checked_state("state", state, batch)
        gates = np.empty((batch, steps, 3 * self.units), self.dtype)
        a_h_gs = np.empty((batch, steps, self.units), self.dtype)
        a_x = x @ W_xh + b_xh  # (G1), of all steps at once: no step needs another one's
        for t in range(steps):
            a_h = h[:, t] @ W_hh + b_hh  # (G1)
            a_x_u, a_x_r, a_x_g = np.split(a_x[:, t], 3, axis=-1)
            a_h_u, a_h_r, a_h_g = np.split(a_h, 3, axis=-1)
            u, r = sigmoid(a_x_u + a_h_u), sigmoid(a_x_r + a_h_r)  # (G2)
            g = np.tanh(a_x_g + r * a_h_g)  # (G3)
            h[:, t + 1] = u * h[:, t] + (1 - u) * g  # (G4)
            gates[:, t] = np.concatenate([u, r, g], axis=-1)
            a_h_gs[:, t] = a_h_g
        return CellOutput(h[:, 1:], h[:, -1].copy(), GRUCache(x, h, gates, a_h_gs))

    def backward(self, d_hidden: np.ndarray, cache: GRUCache) -> CellGradients:
        r"""Send gradients back through time, (G5) to (G9).

        Equations: :eq:`eq-gru-hidden-gradient`, :eq:`eq-gru-gate-gradients`,
        :eq:`eq-gru-product-gradients`

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
            ``GRUCache``.
        """
        require_type(GRUCache, cache=cache)
        x, h, gates, a_h_g = cache
        previous_h = h[:, :-1]
        d_hidden = self._checked_d_hidden(d_hidden, h[:, 1:])
        W_xh, W_hh = self.parameters["W_xh"], self.parameters["W_hh"]
        d_h, d_a_x, d_a_h = np.empty_like(d_hidden), np.empty_like(gates), np.empty_like(gates)
        d_h_from_later = np.zeros_like(d_hidden[:, 0])  # nothing comes after the last step
        for t in reversed(range(x.shape[1])):
            u, r, g = np.split(gates[:, t], 3, axis=-1)
            d_h[:, t] = d_hidden[:, t] + d_h_from_later  # (G5)
            d_s_u = d_h[:, t] * (previous_h[:, t] - g) * u * (1 - u)  # (G6), three lines
            d_s_g = d_h[:, t] * (1 - u) * (1 - g**2)
            d_s_r = d_s_g * a_h_g[:, t] * r * (1 - r)
            d_a_x[:, t] = np.concatenate([d_s_u, d_s_r, d_s_g], axis=-1)  # (G7), two lines
            d_a_h[:, t] = np.concatenate([d_s_u, d_s_r, r * d_s_g], axis=-1)
            # The second and the third part of (G5) for the step before.
            d_h_from_later = d_a_h[:, t] @ W_hh.T + u * d_h[:, t]
        return CellGradients(
            parameters={  # (G8)
                "W_xh": sum_of_outer_products(x, d_a_x),
                "W_hh": sum_of_outer_products(previous_h, d_a_h),
                "b_xh": d_a_x.sum(axis=(0, 1)),
                "b_hh": d_a_h.sum(axis=(0, 1)),
            },
            inputs=d_a_x @ W_xh.T,  # (G9)
            state=d_h_from_later,  # (G9)
            hidden=d_h,
        )
