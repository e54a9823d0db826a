"""Recommendation: sessions as sentences and films as words; what comes next?"""

from lmbook_utils.tasks.recommendation.evaluation import (
    LIST_LENGTH,
    Outcomes,
    Recommender,
    judge,
    paired_test,
    recommend,
)
from lmbook_utils.tasks.recommendation.losses import BPR, TOP1, TOP1Max
from lmbook_utils.tasks.recommendation.recommenders import (
    ImplicitRecommender,
    NeuralRecommender,
    NGramRecommender,
    matrix_factorisation,
    nearest_neighbours,
)
from lmbook_utils.tasks.recommendation.sessions import (
    Session,
    make_sessions,
    sentences,
    split_by_time,
    split_sessions,
)

__all__ = [
    "BPR",
    "LIST_LENGTH",
    "TOP1",
    "ImplicitRecommender",
    "NGramRecommender",
    "NeuralRecommender",
    "Outcomes",
    "Recommender",
    "Session",
    "TOP1Max",
    "judge",
    "make_sessions",
    "matrix_factorisation",
    "nearest_neighbours",
    "paired_test",
    "recommend",
    "sentences",
    "split_by_time",
    "split_sessions",
]
