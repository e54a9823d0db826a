"""The book's networks, as Keras models."""

from lmbook_utils.models.article import build_article_model
from lmbook_utils.models.convolutional import build_convolutional_model
from lmbook_utils.models.description import describe
from lmbook_utils.models.recurrent import build_language_model
from lmbook_utils.models.streams import (
    number_of_streams,
    require_vocabulary_size,
    reset_state,
    state_variables,
    with_batch_size,
)
from lmbook_utils.models.transformer import build_transformer_model

__all__ = [
    "build_article_model",
    "build_convolutional_model",
    "build_language_model",
    "build_transformer_model",
    "describe",
    "number_of_streams",
    "require_vocabulary_size",
    "reset_state",
    "state_variables",
    "with_batch_size",
]
