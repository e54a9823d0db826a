r"""Optimizers in NumPy: the steps that take a model's parameters downhill.

A model has parameters :math:`\theta` and a loss :math:`L`; its gradient is
:math:`g = \partial L / \partial \theta`. All optimizers move the parameters against the gradient;
they differ in how far, and in what they remember. If the gradient comes from all of the training
text, :class:`SGD` is gradient descent. If it comes from a mini-batch, it is *stochastic* gradient
descent.

Parameters and gradients are dictionaries of arrays with the same names and shapes. Each step takes
place in the arrays of the parameters.
"""

from collections.abc import Callable, Mapping

import numpy as np

from lmbook_utils._validation import (
    real_numbers,
    require_below_one,
    require_positive,
    require_type,
    require_whole,
)

Arrays = Mapping[str, np.ndarray]
LearningRate = float | Callable[[int], float]


class SGD:
    r"""Gradient descent, with momentum if wanted.

    Equation: :eq:`eq-sgd-momentum`

    .. math::
        v &\leftarrow \mu v - \eta g \\
        \theta &\leftarrow \theta + v

    with the learning rate :math:`\eta` and the momentum :math:`\mu`; the velocity :math:`v` begins
    at 0. Without momentum this is :math:`\theta \leftarrow \theta - \eta g`. Nesterov's variant
    moves by :math:`\mu v - \eta g` with the new :math:`v`. The same as Keras' ``SGD``.

    Parameters
    ----------
    learning_rate
        Above 0, or a function from the number of steps so far to the rate of the next one.
    momentum
        From 0 and below 1.
    nesterov
        Whether to look ahead.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> theta = {"w": np.array([1.0, -2.0])}
    >>> SGD(learning_rate=0.1).step(theta, {"w": 2 * theta["w"]})  # the loss is w · w
    >>> theta["w"].tolist()
    [0.8, -1.6]
    """

    def __init__(
        self, learning_rate: LearningRate = 0.01, momentum: float = 0.0, nesterov: bool = False
    ):
        if not callable(learning_rate):
            require_positive(learning_rate=learning_rate)
        require_below_one(momentum=momentum)
        self.learning_rate, self.momentum, self.nesterov = learning_rate, momentum, nesterov
        self.steps = 0
        self._velocity: dict[str, np.ndarray] = {}

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Take one step.

        Raises
        ------
        ValueError
            If the names or shapes of parameters and gradients differ, a parameter is no array of
            floating-point numbers, or a gradient is not finite. No parameter has moved then.
        """
        _require_gradients(parameters, gradients)
        rate = _rate(self.learning_rate, self.steps)
        for name, theta in parameters.items():
            before = self._velocity.get(name, 0.0)
            velocity = self.momentum * before - rate * gradients[name]
            self._velocity[name] = velocity
            ahead = self.momentum * velocity - rate * gradients[name]
            theta += ahead if self.nesterov else velocity
        self.steps += 1


class Adam:
    r"""Adam (Kingma and Ba, 2015): each parameter has a step size of its own.

    Equation: :eq:`eq-adam`

    .. math::
        m &\leftarrow \beta_1 m + (1 - \beta_1) g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        \theta &\leftarrow \theta
            - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m}{\sqrt{v} + \epsilon}

    :math:`m` is a running mean of the gradients, :math:`v` one of their squares. Both begin at 0,
    so that they are too small at first; the factor with the step number :math:`t = 1, 2, …` makes
    up for it. This is the order of computation at the end of the paper's section 2, the same as
    Keras' ``Adam``; the paper's algorithm 1 has :math:`\epsilon` in another place.

    Parameters
    ----------
    learning_rate
        Above 0, or a function from the number of steps so far to the rate of the next one.
    beta_1, beta_2
        From 0 and below 1.
    epsilon
        Above 0.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    The first step has the length of the learning rate, however large the gradient is:

    >>> theta = {"w": np.array([1.0, -2.0])}
    >>> Adam(learning_rate=0.1).step(theta, {"w": np.array([500.0, -0.02])})
    >>> theta["w"].round(4).tolist()
    [0.9, -1.9]
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ):
        if not callable(learning_rate):
            require_positive(learning_rate=learning_rate)
        require_below_one(beta_1=beta_1, beta_2=beta_2)
        require_positive(epsilon=epsilon)
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.steps = 0
        self._mean: dict[str, np.ndarray] = {}
        self._mean_square: dict[str, np.ndarray] = {}

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Take one step; see :meth:`SGD.step`."""
        _require_gradients(parameters, gradients)
        rate = _rate(self.learning_rate, self.steps)
        t = self.steps + 1
        rate *= np.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        for name, theta in parameters.items():
            g = gradients[name]
            m = self.beta_1 * self._mean.get(name, 0.0) + (1 - self.beta_1) * g
            v = self.beta_2 * self._mean_square.get(name, 0.0) + (1 - self.beta_2) * g**2
            self._mean[name], self._mean_square[name] = m, v
            theta -= rate * m / (np.sqrt(v) + self.epsilon)
        self.steps = t


def warmup_cosine(peak: float, steps: int, warmup_steps: int = 0) -> Callable[[int], float]:
    r"""A learning rate that rises from 0 in a straight line, and falls to 0 along a cosine.

    Equation: :eq:`eq-warmup-cosine`

    .. math::
        \eta(t) = \begin{cases}
            \eta_{max} \, t / T_w & t < T_w \\
            \eta_{max} \, \tfrac12 \left(1 + \cos \pi \frac{t - T_w}{T - T_w}\right)
                & T_w \le t < T
        \end{cases}

    The same as Keras' ``CosineDecay`` with a warm-up.

    Parameters
    ----------
    peak
        The highest learning rate, above 0.
    steps
        When it is 0 again, :math:`T`; after that it stays 0.
    warmup_steps
        When it is highest, :math:`T_w`.

    Returns
    -------
    Callable
        From the number of steps so far, 0 before the first one, to the rate of the next one.

    Raises
    ------
    ValueError
        If ``peak`` is not above 0, or ``warmup_steps`` not from 0 and below ``steps``.

    Examples
    --------
    >>> schedule = warmup_cosine(peak=0.1, steps=30, warmup_steps=10)
    >>> [round(schedule(t), 3) for t in (0, 5, 10, 20, 30)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """
    require_positive(peak=peak)
    require_whole(1, steps=steps)
    require_whole(0, warmup_steps=warmup_steps)
    if warmup_steps >= steps:
        raise ValueError(f"warmup_steps must be below steps = {steps}; it was {warmup_steps}")

    def learning_rate(step: int) -> float:
        if step < warmup_steps:
            return peak * step / warmup_steps
        progress = min(1.0, (step - warmup_steps) / (steps - warmup_steps))
        return float(peak * 0.5 * (1 + np.cos(np.pi * progress)))

    return learning_rate


def global_norm(gradients: Arrays) -> float:
    r"""Length of all gradients as one vector, :math:`\sqrt{\sum_k \lVert g_k \rVert^2}`.

    Raises
    ------
    ValueError
        If there is no gradient, or one holds NaN or infinity. Also if ``gradients`` is no mapping.

    Examples
    --------
    >>> global_norm({"W": np.array([[3.0]]), "b": np.array([4.0])})
    5.0
    """
    require_type(Mapping, gradients=gradients)
    if not gradients:
        raise ValueError("gradients must hold at least one array; it was empty")
    values = np.concatenate([_finite(name, g).ravel() for name, g in gradients.items()])
    largest = np.abs(values).max(initial=0.0)
    if largest == 0:
        return 0.0
    # Divided by the largest first: a gradient that explodes may have squares that are infinite.
    return float(largest * np.sqrt(np.sum((values / largest) ** 2)))


def clip_by_global_norm(gradients: Arrays, max_norm: float) -> dict[str, np.ndarray]:
    r"""Shorten gradients to a global norm of at most ``max_norm`` (Pascanu et al., 2013).

    Equation: :eq:`eq-clipping`

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
    return {name: np.multiply(g, max_norm / norm) for name, g in gradients.items()}


def _rate(learning_rate: LearningRate, steps: int) -> float:
    rate = learning_rate(steps) if callable(learning_rate) else learning_rate
    if not 0 <= rate < np.inf:
        raise ValueError(f"learning_rate must give rates from 0; after {steps} steps it was {rate}")
    return rate


def _require_gradients(parameters: Arrays, gradients: Arrays) -> None:
    require_type(Mapping, parameters=parameters, gradients=gradients)
    if parameters.keys() != gradients.keys():
        raise ValueError(
            f"gradients must have the names of the parameters, {sorted(parameters)}; they had "
            f"{sorted(gradients)}"
        )
    for name, theta in parameters.items():
        if not isinstance(theta, np.ndarray) or not np.issubdtype(theta.dtype, np.floating):
            kind = getattr(theta, "dtype", type(theta).__name__)
            raise ValueError(
                f"parameters must be arrays of floating-point numbers; {name!r} was {kind}"
            )
        gradient = _finite(name, gradients[name])
        if gradient.shape != theta.shape:
            raise ValueError(
                f"gradients must have the shapes of the parameters; that of {name!r} was "
                f"{gradient.shape} and not {theta.shape}"
            )


def _finite(name: str, gradient: np.ndarray) -> np.ndarray:
    gradient = real_numbers("gradients", gradient)
    if not np.isfinite(gradient).all():
        raise ValueError(
            f"gradients must hold neither NaN nor infinity; that of {name} did: the weights may "
            "have grown beyond all bounds"
        )
    return gradient
