"""Training language models, and scoring texts with them."""

from lmbook_utils.training.accumulation import Accumulated, accumulated_gradients
from lmbook_utils.training.adam import FusedAdam
from lmbook_utils.training.checkpoints import Checkpoint
from lmbook_utils.training.fitting import Evaluation, train_language_model
from lmbook_utils.training.scoring import score_next_words, score_stream
from lmbook_utils.training.sentences import score_sentences

__all__ = [
    "Accumulated",
    "Checkpoint",
    "Evaluation",
    "FusedAdam",
    "accumulated_gradients",
    "score_next_words",
    "score_sentences",
    "score_stream",
    "train_language_model",
]
