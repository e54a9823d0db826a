"""A language model in one file that a web page can read: an LSTM, and an n-gram model beside it."""

from lmbook_utils.export.file import Exported, read, write
from lmbook_utils.export.page import generate, mixture

__all__ = ["Exported", "generate", "mixture", "read", "write"]
