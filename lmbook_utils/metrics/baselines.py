"""What a model must beat to have learnt something."""

import numpy as np

from lmbook_utils._validation import require_ids, require_whole


def unigram_log_probs(ids: np.ndarray, vocab_size: int) -> np.ndarray:
    r"""Logarithms of the words' relative frequencies, each count raised by one.

    .. math::
        \ln p(w) = \ln \frac{c(w) + 1}{N + V}

    where :math:`c(w)` is how often the word :math:`w` came among :math:`N` tokens, and :math:`V`
    the size of the vocabulary. The best prediction that looks at no context: a baseline, and a
    good start for a network's output bias. The one that is added keeps words that never came
    possible.

    Parameters
    ----------
    ids
        The training text, shape (tokens,).
    vocab_size
        The number of words.

    Returns
    -------
    ndarray of float, shape (vocabulary,)
        In nats; the exponentials sum to 1.

    Raises
    ------
    ValueError
        If an id is not in ``0 … vocab_size - 1``, or there is none.

    Examples
    --------
    >>> np.exp(unigram_log_probs(np.array([0, 0, 1]), vocab_size=3)).round(3).tolist()
    [0.5, 0.333, 0.167]
    """
    require_whole(1, vocab_size=vocab_size)
    require_ids(vocab_size, ids=ids)
    counts = np.bincount(ids, minlength=vocab_size) + 1.0
    log_probs: np.ndarray = np.log(counts / counts.sum())
    return log_probs
