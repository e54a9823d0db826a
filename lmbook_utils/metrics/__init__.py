"""How good is a language model, and how sure are we? Measures over a text that it has not seen.

Most start from arrays with one entry for each predicted token (:class:`TokenScores`): the natural
logarithm of the probability that the model gave to the word that came (``log_probs``, in nats),
the rank of that word among all words (``ranks``, 0 for the most probable), and the model's first
guess with its log-probability. To measure some of the tokens only, choose them:
``perplexity(scores.log_probs[ids == unk_id])``.

SciPy is imported by the functions that need it: it takes far longer to import than all the rest,
and many need nothing of it (an n-gram model needs the perplexity alone).
"""

from lmbook_utils.metrics.baselines import unigram_log_probs
from lmbook_utils.metrics.calibration import (
    ReliabilityCurve,
    expected_calibration_error,
    fit_temperature,
    reliability_curve,
)
from lmbook_utils.metrics.classification import (
    PrecisionRecallF1,
    accuracy,
    precision_recall_f1,
    top_k_accuracy,
)
from lmbook_utils.metrics.comparison import ComparedModel, Comparison, compare
from lmbook_utils.metrics.entropy import (
    bits_per_character,
    bits_per_token,
    cross_entropy,
    kl_divergence,
    perplexity,
)
from lmbook_utils.metrics.scores import TokenScores, score_logits
from lmbook_utils.metrics.text import (
    TextIndex,
    distinct_n,
    longest_copy,
    ngram_overlap,
    repetition,
)
from lmbook_utils.metrics.uncertainty import (
    Interval,
    mean_interval,
    paired_mean_test,
    paired_permutation_test,
    perplexity_interval,
    perplexity_ratio_interval,
)

__all__ = [
    "ComparedModel",
    "Comparison",
    "Interval",
    "PrecisionRecallF1",
    "ReliabilityCurve",
    "TextIndex",
    "TokenScores",
    "accuracy",
    "bits_per_character",
    "bits_per_token",
    "compare",
    "cross_entropy",
    "distinct_n",
    "expected_calibration_error",
    "fit_temperature",
    "kl_divergence",
    "longest_copy",
    "mean_interval",
    "ngram_overlap",
    "paired_mean_test",
    "paired_permutation_test",
    "perplexity",
    "perplexity_interval",
    "perplexity_ratio_interval",
    "precision_recall_f1",
    "reliability_curve",
    "repetition",
    "score_logits",
    "top_k_accuracy",
    "unigram_log_probs",
]
