"""A word-level language model of recurrent cells, with its loss, its gradients and SGD."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import DTypeLike
from scipy.special import log_softmax, softmax

from lmbook_utils._validation import (
    array_of,
    real_numbers,
    require_positive,
    require_type,
    require_whole,
)
from lmbook_utils.optimizers import clip_by_global_norm, global_norm
from lmbook_utils.rnn._validation import word_ids
from lmbook_utils.rnn.base import (
    assign,
    float_type,
    glorot_uniform,
    random_generator,
    sum_of_outer_products,
)
from lmbook_utils.rnn.gru import GRUCell
from lmbook_utils.rnn.lstm import LSTMCell
from lmbook_utils.rnn.simple import RNNCell

CELLS: dict[str, type[RNNCell | LSTMCell | GRUCell]] = {
    "rnn": RNNCell,
    "lstm": LSTMCell,
    "gru": GRUCell,
}

_SCORED_AT_ONCE = 256  # words: what keeps the logits of a long text out of the memory


class LanguageModelOutput(NamedTuple):
    """``logits``, shape (batch, time, vocabulary), and ``state``, for the window that follows."""

    logits: np.ndarray
    state: list[Any]


class LanguageModelGradients(NamedTuple):
    """``loss`` in nats per word, ``gradients`` by name, ``state`` for the window that follows."""

    loss: float
    gradients: dict[str, np.ndarray]
    state: list[Any]


class RNN:
    r"""A recurrent language model: word vectors → cells → logits → softmax.

    Equation: :eq:`eq-rnn-output`

    .. math::
        x_t &= \text{row } w_t \text{ of } E                              && \text{(M1)} \\
        h_t &= \text{cell}(x_t, h_{t-1}), \text{ one on top of the other} && \text{(M2)} \\
        z_t &= W_{hy} h_t + b_y, \quad \hat y_t = \operatorname{softmax}(z_t) && \text{(M3)} \\
        L &= -\frac1N \sum_t m_t \ln \hat y_t[w_{t+1}], \quad N = \sum_t m_t  && \text{(M4)}

    with :math:`m_t = 1`, or 0 where a mask leaves a word out.

    **Gradients.** Let :math:`e_w` be the vector with a 1 at word w and 0 elsewhere. The derivative
    of :math:`-\ln \operatorname{softmax}(z)[w]` by z is :math:`\operatorname{softmax}(z) - e_w`,
    which gives (M5). With (M3), the gradients of the output layer and what comes to the uppermost
    cell are (M6). The cell sends it through time, and what comes back to its inputs is what comes
    to the cell below. A row of E gets the sum over all places where its word was read, (M7).

    .. math::
        \mathrm{d}z_t &= \frac{m_t}{N} (\hat y_t - e_{w_{t+1}})          && \text{(M5)} \\
        \mathrm{d}W_{hy} &= \sum_t \mathrm{d}z_t \, h_t^\top, \quad
        \mathrm{d}b_y = \sum_t \mathrm{d}z_t, \quad
        \partial_t = W_{hy}^\top \, \mathrm{d}z_t                        && \text{(M6)} \\
        \mathrm{d}E[w] &= \sum_{t: \, w_t = w} \mathrm{d}x_t             && \text{(M7)}

    Parameters
    ----------
    vocab_size
        The number V of words, special tokens included.
    embedding_dim
        The length d of a word's vector.
    units
        The length m of each hidden state.
    cell
        ``"rnn"``, ``"lstm"`` or ``"gru"``.
    layers
        How many cells stand one on top of the other.
    seed
        Of the initial parameters.
    dtype
        ``float64`` or ``float32``.

    Attributes
    ----------
    cells : list of Cell
        From the lowest to the uppermost.
    parameters : mapping of str to ndarray
        ``E`` (vocabulary, embedding_dim); those of the cells with the number of the layer,
        ``W_xh_1``, ``W_hh_1``, …; ``W_hy`` (units, vocabulary) and ``b_y`` (vocabulary,). The
        arrays may be changed in place, as :meth:`step` does.

    Raises
    ------
    ValueError
        If a size is not a whole number from 1, or an option is unknown.

    Examples
    --------
    >>> model = RNN(vocab_size=4, embedding_dim=8, units=16, cell="lstm", seed=1)
    >>> text = np.array([[0, 1, 2, 1, 3, 0, 1, 2, 1, 3]])
    >>> ids, targets = text[:, :-1], text[:, 1:]
    >>> for _ in range(100):
    ...     loss, gradients, state = model.backward(ids, targets)
    ...     norm = model.step(gradients, learning_rate=1.0, clip_norm=1.0)
    >>> model.loss(ids, targets) < 0.1  # untrained, it is near ln 4 = 1.39
    True
    >>> model.forward(ids).logits.argmax(axis=-1).tolist()
    [[1, 2, 1, 3, 0, 1, 2, 1, 3]]
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_dim: int,
        units: int,
        cell: Literal["rnn", "lstm", "gru"] = "rnn",
        layers: int = 1,
        seed: int = 0,
        dtype: DTypeLike = np.float64,
    ):
        require_whole(
            1, vocab_size=vocab_size, embedding_dim=embedding_dim, units=units, layers=layers
        )
        if cell not in tuple(CELLS):
            raise ValueError(f"cell must be one of {', '.join(CELLS)}; it was {cell!r}")
        self.vocab_size, self.dtype = int(vocab_size), float_type(dtype)
        rng = random_generator(seed)
        # Each entry has the variance 1 / d, so that a word's vector has about the length 1.
        E = rng.normal(0, embedding_dim**-0.5, (vocab_size, embedding_dim))
        self.cells = [
            CELLS[cell](units if layer else embedding_dim, units, seed=rng, dtype=self.dtype)
            for layer in range(layers)
        ]
        W_hy = glorot_uniform(rng, units, vocab_size)
        self.parameters: Mapping[str, np.ndarray] = MappingProxyType(
            {
                "E": E.astype(self.dtype),
                **self._numbered([cell.parameters for cell in self.cells]),
                "W_hy": W_hy.astype(self.dtype),
                "b_y": np.zeros(vocab_size, self.dtype),
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

    def forward(self, ids: np.ndarray, state: list[Any] | None = None) -> LanguageModelOutput:
        """Predict the next word at every step, (M1) to (M3).

        Parameters
        ----------
        ids
            The words :math:`w_t`, shape (batch, time).
        state
            What :meth:`forward` or :meth:`backward` returned for the window before; ``None`` to
            begin with zeros. No gradient flows back into the window before.

        Returns
        -------
        LanguageModelOutput
            ``logits`` of shape (batch, time, vocabulary), and the new ``state``.

        Raises
        ------
        ValueError
            If a shape does not fit, there is no step, an id is not in the vocabulary, or the
            weights have grown until the logits are not finite.
        """
        ids = word_ids("ids", ids, "batch, time", self.vocab_size)
        hidden, state, _ = self._read(ids, state)
        return LanguageModelOutput(self._logits(hidden), state)

    def loss(
        self,
        ids: np.ndarray,
        targets: np.ndarray,
        state: list[Any] | None = None,
        mask: np.ndarray | None = None,
    ) -> float:
        """Compute the cross-entropy (M4), in nats per word.

        Parameters
        ----------
        ids, state
            As for :meth:`forward`.
        targets
            The words :math:`w_{t+1}` that came, shape (batch, time).
        mask
            True or 1 where a target counts, False or 0 where it is left out, as padding must be;
            shape (batch, time). ``None``: all count. The cells read padding as a word, so it has
            to stand at the end of its row.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            As :meth:`forward`, and if the mask holds something else or leaves nothing.
        """
        ids, targets, mask = self._checked_batch(ids, targets, mask)
        return _cross_entropy(self.forward(ids, state).logits, targets, mask)

    def backward(
        self,
        ids: np.ndarray,
        targets: np.ndarray,
        state: list[Any] | None = None,
        mask: np.ndarray | None = None,
    ) -> LanguageModelGradients:
        """Compute the loss and its derivatives by all parameters, (M1) to (M7).

        Equations: :eq:`eq-bptt-logits`, :eq:`eq-bptt-output`

        Parameters and errors as for :meth:`loss`.

        Returns
        -------
        LanguageModelGradients
            ``loss``, ``gradients`` with the names of ``parameters``, and the new ``state``.
        """
        ids, targets, mask = self._checked_batch(ids, targets, mask)
        hidden, new_state, caches = self._read(ids, state)
        logits = self._logits(hidden)

        d_logits = softmax(logits, axis=-1)  # (M5), three lines
        np.put_along_axis(d_logits, targets[..., None], _chosen(d_logits, targets) - 1, axis=-1)
        d_logits *= mask[..., None] / mask.sum()

        d_W_hy, d_b_y = sum_of_outer_products(hidden, d_logits), d_logits.sum(axis=(0, 1))  # (M6)
        d_hidden = d_logits @ self.parameters["W_hy"].T  # (M6)

        d_cells: list[dict[str, np.ndarray]] = []
        for cell, cache in zip(reversed(self.cells), reversed(caches), strict=True):
            through_time = cell.backward(d_hidden, cache)
            d_cells.insert(0, through_time.parameters)
            d_hidden = through_time.inputs  # the hidden states of the cell below
        d_E = np.zeros_like(self.parameters["E"])
        np.add.at(d_E, ids, d_hidden)  # (M7): what came back to the inputs of the lowest cell

        gradients = {"E": d_E, **self._numbered(d_cells), "W_hy": d_W_hy, "b_y": d_b_y}
        return LanguageModelGradients(_cross_entropy(logits, targets, mask), gradients, new_state)

    def step(
        self,
        gradients: Mapping[str, np.ndarray],
        learning_rate: float,
        clip_norm: float | None = None,
    ) -> float:
        r"""Go one step of gradient descent, :math:`\theta \gets \theta - \eta \, g`, in place.

        Parameters
        ----------
        gradients
            From :meth:`backward`.
        learning_rate
            The factor :math:`\eta`, above 0.
        clip_norm
            The gradients are shortened to this global norm, if they are longer; ``None`` never to
            shorten them. See :func:`lmbook_utils.optimizers.clip_by_global_norm`.

        Returns
        -------
        float
            The global norm of the gradients as they came.

        Raises
        ------
        ValueError
            If a number is not above 0, the gradients are not those of the parameters, or they hold
            NaN or infinity. Then no parameter has changed. Also if ``gradients`` is no mapping.
        """
        require_type(Mapping, gradients=gradients)
        require_positive(learning_rate=learning_rate)
        if clip_norm is not None:
            require_positive(clip_norm=clip_norm)
        shapes = {
            name: array_of("gradients", gradient).shape for name, gradient in gradients.items()
        }
        if shapes != {name: parameter.shape for name, parameter in self.parameters.items()}:
            raise ValueError(
                "gradients must have the names and shapes of the parameters, as those of backward "
                f"have; they had {shapes}"
            )
        norm = global_norm(gradients)
        if clip_norm is not None:
            gradients = clip_by_global_norm(gradients, clip_norm)
        for name, parameter in self.parameters.items():
            parameter -= learning_rate * gradients[name]
        return norm

    def log_probs(self, ids: np.ndarray) -> np.ndarray:
        r"""Score a text, :math:`\ln p(w_t \mid w_1, \dots, w_{t-1})` in nats.

        The state starts at zero and is carried through the whole text.

        Parameters
        ----------
        ids
            The text, shape (tokens,), with at least two. The first one is read and not scored:
            put ``</s>`` or ``<s>`` before a text to have all its words scored.

        Returns
        -------
        ndarray of float, shape (tokens - 1,)

        Raises
        ------
        ValueError
            If the shape does not fit, or an id is not in the vocabulary.
        """
        ids = word_ids("ids", ids, "tokens", self.vocab_size)
        if len(ids) < 2:
            raise ValueError("ids must hold at least two words, so that one is scored; it had one")
        state, scores = None, []
        for start in range(0, len(ids) - 1, _SCORED_AT_ONCE):
            window = ids[start : start + _SCORED_AT_ONCE + 1]
            logits, state = self.forward(window[None, :-1], state)
            log_probs = log_softmax(logits[0], axis=-1)
            scores.append(_chosen(log_probs, window[1:])[:, 0])
        return np.concatenate(scores)

    def _numbered(self, of_cells: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Put the arrays of all cells side by side, with the number of the layer in their name."""
        return {
            f"{name}_{number}": array
            for number, of_cell in enumerate(of_cells, start=1)
            for name, array in of_cell.items()
        }

    def _read(
        self, ids: np.ndarray, state: list[Any] | None
    ) -> tuple[np.ndarray, list[Any], list[Any]]:
        """Return the uppermost hidden states, the new state and the caches, (M1) and (M2)."""
        states = [None] * len(self.cells) if state is None else state
        if not isinstance(states, list) or len(states) != len(self.cells):
            raise ValueError(
                f"state must be a list with a state for each of the {len(self.cells)} cells, as "
                f"forward returns it; it was {type(states).__name__}"
            )
        hidden, new_states, caches = self.parameters["E"][ids], [], []  # (M1)
        for cell, cell_state in zip(self.cells, states, strict=True):
            hidden, new_state, cache = cell.forward(hidden, cell_state)  # (M2)
            new_states.append(new_state)
            caches.append(cache)
        return hidden, new_states, caches

    def _logits(self, hidden: np.ndarray) -> np.ndarray:
        logits: np.ndarray = hidden @ self.parameters["W_hy"] + self.parameters["b_y"]  # (M3)
        if not np.isfinite(logits).all():
            raise ValueError(
                "parameters must give finite logits; some were NaN or infinite: the weights have "
                "grown beyond all bounds, so try a lower learning_rate, or a clip_norm"
            )
        return logits

    def _checked_batch(
        self, ids: np.ndarray, targets: np.ndarray, mask: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the ids, the targets, and the mask as numbers, 0 or 1."""
        ids = word_ids("ids", ids, "batch, time", self.vocab_size)
        targets = word_ids("targets", targets, "batch, time", self.vocab_size)
        if targets.shape != ids.shape:
            raise ValueError(
                f"targets must have the shape of ids, {ids.shape}; it was {targets.shape}"
            )
        mask = np.ones(targets.shape) if mask is None else real_numbers("mask", mask)
        if mask.shape != targets.shape or not np.isin(mask, (0, 1)).all() or not mask.any():
            raise ValueError(
                f"mask must hold 0 or 1 (False or True) for each of the targets, {targets.shape}, "
                f"and at least one 1; its shape was {mask.shape}, its values {np.unique(mask)}"
            )
        return ids, targets, mask.astype(self.dtype)


def _chosen(values: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Return each row's value for its word, with a last axis of length 1."""
    return np.take_along_axis(values, ids[..., None], axis=-1)


def _cross_entropy(logits: np.ndarray, targets: np.ndarray, mask: np.ndarray) -> float:
    log_probs = _chosen(log_softmax(logits, axis=-1), targets)[..., 0]
    return float(-(mask * log_probs).sum() / mask.sum())  # (M4)
