"""Training language models, and scoring texts with them."""

from lmbook_utils.training.fitting import Evaluation, train_language_model
from lmbook_utils.training.scoring import score_next_words, score_stream

__all__ = [
    "Evaluation",
    "score_next_words",
    "score_stream",
    "train_language_model",
]
