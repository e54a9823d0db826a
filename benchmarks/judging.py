"""How good are a model's log-probabilities? What several of the long runs record of it."""

from typing import Any

import numpy as np

from lmbook_utils import corpus, metrics


def judge(log_probs: np.ndarray, text: corpus.EncodedCorpus) -> dict[str, Any]:
    """The perplexity of the test text, and its interval over the articles."""
    interval = metrics.perplexity_interval(log_probs, text.test_articles)
    return {"test_perplexity": metrics.perplexity(log_probs), "interval": list(interval)}
