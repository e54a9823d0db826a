"""N-gram language models: counting, smoothing, scoring, pruning, and ARPA files."""

from lmbook_utils.ngram.model import SMOOTHINGS, NGramModel

__all__ = ["SMOOTHINGS", "NGramModel"]
