"""How long gradients are, and how to keep them short."""

from collections.abc import Mapping

import numpy as np

from lmbook_utils.rnn._validation import require_positive


def global_norm(gradients: Mapping[str, np.ndarray]) -> float:
    r"""Length of all gradients as one vector, :math:`\sqrt{\sum_k \lVert g_k \rVert^2}`.

    Raises
    ------
    ValueError
        If there is no gradient, or one holds NaN or infinity.

    Examples
    --------
    >>> global_norm({"W": np.array([[3.0]]), "b": np.array([4.0])})
    5.0
    """
    if not gradients:
        raise ValueError("gradients must hold at least one array; it was empty")
    values = np.concatenate([_finite(name, g).ravel() for name, g in gradients.items()])
    largest = np.abs(values).max(initial=0.0)
    if largest == 0:
        return 0.0
    # Divided by the largest first: a gradient that explodes may have squares that are infinite.
    return float(largest * np.sqrt(np.sum((values / largest) ** 2)))


def clip_by_global_norm(
    gradients: Mapping[str, np.ndarray], max_norm: float
) -> dict[str, np.ndarray]:
    r"""Shorten gradients to a global norm of at most ``max_norm`` (Pascanu et al., 2013).

    .. math:: g_k \gets g_k \cdot \min\left(1, \frac{\text{max\_norm}}{\text{global norm}}\right)

    All are multiplied by the same number, so that the direction stays.

    Raises
    ------
    ValueError
        If ``max_norm`` is not a finite number above 0, or as :func:`global_norm`.

    Examples
    --------
    >>> gradients = {"W": np.array([[3.0]]), "b": np.array([4.0])}
    >>> clip_by_global_norm(gradients, max_norm=1.0)
    {'W': array([[0.6]]), 'b': array([0.8])}
    """
    require_positive(max_norm=max_norm)
    norm = global_norm(gradients)
    if norm <= max_norm:
        return dict(gradients)
    return {name: g * (max_norm / norm) for name, g in gradients.items()}


def _finite(name: str, gradient: np.ndarray) -> np.ndarray:
    gradient = np.asarray(gradient, np.float64)
    if not np.isfinite(gradient).all():
        raise ValueError(
            f"gradients must hold neither NaN nor infinity; that of {name} did: the weights may "
            "have grown beyond all bounds"
        )
    return gradient
