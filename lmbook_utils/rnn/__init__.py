"""Recurrent networks in NumPy: cells, a language model, and checks of both, written to be read."""

from lmbook_utils.rnn.causality import first_leak
from lmbook_utils.rnn.gradient_checking import gradient_check, numerical_gradient, relative_error
from lmbook_utils.rnn.gru import GRUCell
from lmbook_utils.rnn.language_model import RNN
from lmbook_utils.rnn.lstm import LSTMCell, LSTMState
from lmbook_utils.rnn.simple import RNNCell

__all__ = [
    "RNN",
    "GRUCell",
    "LSTMCell",
    "LSTMState",
    "RNNCell",
    "first_leak",
    "gradient_check",
    "numerical_gradient",
    "relative_error",
]
