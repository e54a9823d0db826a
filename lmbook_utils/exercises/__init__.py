"""Checks of a reader's answers to the exercises: they say what is wrong, and never the answer.

Each check prints one line. Right answers are computed from the data, so that they stay right when
the data change. There is a module for each chapter.
"""

from lmbook_utils.exercises.concepts import (
    check_bits_per_character,
    check_continuation_probability,
    check_toy_absolute,
    check_unseen_bigrams,
)
from lmbook_utils.exercises.evaluation import (
    check_mixture,
    check_perplexity,
    check_perplexity_by_article,
    check_uniform_bits,
)
from lmbook_utils.exercises.faq import (
    check_best_rate,
    check_crossing,
    check_early_stopping,
    check_missed,
    check_word_dropout,
)
from lmbook_utils.exercises.keras_model import (
    check_learning_rate,
    check_parameter_count,
    check_top_p,
    check_unigram_bias,
)
from lmbook_utils.exercises.mle_training import (
    check_class_probabilities,
    check_dirichlet_mode,
    check_nesterov,
    check_softmax_gradient,
)
from lmbook_utils.exercises.outlook import (
    check_exact_p,
    check_kilowatt_hours,
    check_networks_needed,
    check_words_behind,
)
from lmbook_utils.exercises.preprocessing import (
    check_coverage,
    check_heaps,
    check_news_unknown_share,
    check_windows,
)
from lmbook_utils.exercises.privacy import (
    check_clip,
    check_copies_covered,
    check_exposure,
    check_poison,
)
from lmbook_utils.exercises.question_answering import (
    check_fusion,
    check_smoothed,
    check_token_f1,
    check_within_article,
)
from lmbook_utils.exercises.recommendation import (
    check_bpr,
    check_chance_recall,
    check_mean_reciprocal_rank,
    check_recall_by_stars,
)
from lmbook_utils.exercises.rnn_math import (
    check_draw_texts,
    check_forget_bias,
    check_forget_gate,
    check_gru_step,
    check_rnn_parameters,
    check_sigmoid_gradient,
)
from lmbook_utils.exercises.scaling import (
    check_all_reduce_seconds,
    check_merge,
    check_prune_and_train,
    check_quantise_row,
    check_training_days,
)
from lmbook_utils.exercises.semantic_roles import (
    check_close_enough,
    check_decode,
    check_kappa,
    check_valid_sequences,
)
from lmbook_utils.exercises.sentiment import (
    check_best_threshold,
    check_choose_k,
    check_macro_f1,
    check_posterior,
)
from lmbook_utils.exercises.speech import (
    check_choose,
    check_phone_channel,
    check_rates_of_halves,
    check_silent_system,
)
from lmbook_utils.exercises.summarisation import (
    check_conclusion_scores,
    check_next_sentence,
    check_rank_step,
    check_rouge_2,
)
from lmbook_utils.exercises.tools import (
    check_analogy,
    check_masked_mean,
    check_npmi,
    check_pmi,
    check_precision_at,
)
from lmbook_utils.exercises.translation import (
    check_attention_weights,
    check_best_order,
    check_clipped_precision,
    check_em_step,
)
from lmbook_utils.exercises.units import check_encode, check_unknown_word

__all__ = [
    "check_all_reduce_seconds",
    "check_analogy",
    "check_attention_weights",
    "check_best_order",
    "check_best_rate",
    "check_best_threshold",
    "check_bits_per_character",
    "check_bpr",
    "check_chance_recall",
    "check_choose",
    "check_choose_k",
    "check_class_probabilities",
    "check_clip",
    "check_clipped_precision",
    "check_close_enough",
    "check_conclusion_scores",
    "check_continuation_probability",
    "check_copies_covered",
    "check_coverage",
    "check_crossing",
    "check_decode",
    "check_dirichlet_mode",
    "check_draw_texts",
    "check_early_stopping",
    "check_em_step",
    "check_encode",
    "check_exact_p",
    "check_exposure",
    "check_forget_bias",
    "check_forget_gate",
    "check_fusion",
    "check_gru_step",
    "check_heaps",
    "check_kappa",
    "check_kilowatt_hours",
    "check_learning_rate",
    "check_macro_f1",
    "check_masked_mean",
    "check_mean_reciprocal_rank",
    "check_merge",
    "check_missed",
    "check_mixture",
    "check_nesterov",
    "check_networks_needed",
    "check_news_unknown_share",
    "check_next_sentence",
    "check_npmi",
    "check_parameter_count",
    "check_perplexity",
    "check_perplexity_by_article",
    "check_phone_channel",
    "check_pmi",
    "check_poison",
    "check_posterior",
    "check_precision_at",
    "check_prune_and_train",
    "check_quantise_row",
    "check_rank_step",
    "check_rates_of_halves",
    "check_recall_by_stars",
    "check_rnn_parameters",
    "check_rouge_2",
    "check_sigmoid_gradient",
    "check_silent_system",
    "check_smoothed",
    "check_softmax_gradient",
    "check_token_f1",
    "check_top_p",
    "check_toy_absolute",
    "check_training_days",
    "check_uniform_bits",
    "check_unigram_bias",
    "check_unknown_word",
    "check_unseen_bigrams",
    "check_valid_sequences",
    "check_windows",
    "check_within_article",
    "check_word_dropout",
    "check_words_behind",
]
