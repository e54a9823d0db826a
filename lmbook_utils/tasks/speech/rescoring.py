"""Bayes' decision rule over lists of hypotheses, and the errors that it makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lmbook_utils._validation import (
    array_of,
    finite_numbers,
    real_numbers,
    require_list,
    require_room,
    require_sentences,
    require_type,
)
from lmbook_utils.forced_choice import total_log_probs
from lmbook_utils.metrics import Interval, mean_interval, paired_mean_test
from lmbook_utils.ngram import NGramModel

if TYPE_CHECKING:
    import jiwer  # takes a while to load: where it is needed, it is imported

Sentences = Sequence[Sequence[str]]

WEIGHTS = tuple(np.arange(0.0, 20.1, 1.0).tolist())
"""The weights of the language model that :func:`tune` tries."""

BONUSES = tuple(np.arange(-10.0, 10.1, 2.0).tolist())
"""What :func:`tune` tries to add for each word, in nats."""


@dataclass(frozen=True)
class Candidates:
    """The hypotheses of one sentence, with all that is needed to choose among them.

    Attributes
    ----------
    acoustic, log_probs
        How well the sound fits each, and how probable the words are, in nats, shape
        (hypotheses,).
    lengths
        The number of words of each, shape (hypotheses,).
    errors
        The number of word errors of each, shape (hypotheses,).
    """

    acoustic: np.ndarray
    log_probs: np.ndarray
    lengths: np.ndarray
    errors: np.ndarray

    def with_log_probs(self, log_probs: np.ndarray) -> "Candidates":
        """The same hypotheses under another language model."""
        return Candidates(
            self.acoustic, real_numbers("log_probs", log_probs), self.lengths, self.errors
        )


class Setting(NamedTuple):
    """The weight of the language model and the bonus for each word, in nats."""

    weight: float
    bonus: float


class Comparison(NamedTuple):
    """How one system's errors compare with another's, sentence by sentence.

    ``difference`` is of the word error rates, below 0 where the first system is better;
    ``better`` and ``worse`` count the sentences in which it makes fewer or more errors.
    """

    difference: float
    interval: Interval
    p_value: float
    better: int
    worse: int


def decision_scores(
    acoustic: np.ndarray, log_probs: np.ndarray, lengths: np.ndarray, setting: Setting
) -> np.ndarray:
    r"""Score hypotheses by Bayes' rule, with the weights that practice needs.

    Equation: :eq:`eq-speech`

    .. math:: \ln p(O \mid W) + \lambda \ln P(W) + \beta \, |W|

    Parameters
    ----------
    acoustic
        :math:`\ln p(O \mid W)` of the sound :math:`O`, up to a constant, in nats, shape
        (hypotheses,).
    log_probs
        :math:`\ln P(W)` by a language model, in nats, shape (hypotheses,).
    lengths
        The number of words :math:`|W|`, shape (hypotheses,).
    setting
        The weight :math:`\lambda` and the bonus :math:`\beta`.

    Returns
    -------
    ndarray, shape (hypotheses,)
        The best hypothesis has the highest.

    Raises
    ------
    ValueError
        If the shapes differ. Also if ``setting`` is no ``Setting``.

    Examples
    --------
    The sound fits the first one better, the language model the second:

    >>> scores = decision_scores([-10.0, -14.0], [-9.0, -7.0], [2, 2], Setting(3.0, 1.0))
    >>> scores.tolist()
    [-35.0, -33.0]
    """
    require_type(Setting, setting=setting)
    named = {"acoustic": acoustic, "log_probs": log_probs, "lengths": lengths}
    arrays = [finite_numbers(name, values) for name, values in named.items()]
    if len({array.shape for array in arrays}) > 1:
        raise ValueError(
            "acoustic, log_probs and lengths must have the same shape (hypotheses,); they had "
            f"{', '.join(str(array.shape) for array in arrays)}"
        )
    acoustic, log_probs, lengths = arrays
    return acoustic + setting.weight * log_probs + setting.bonus * lengths


def choose(candidates: Candidates, setting: Setting) -> int:
    """The number of the best hypothesis; of equal ones the first.

    Raises
    ------
    ValueError
        If there is no hypothesis. Also if ``candidates`` is no ``Candidates``.

    Examples
    --------
    >>> two = Candidates(*map(np.array, ([-10.0, -14.0], [-9.0, -7.0], [2, 2], [1, 0])))
    >>> choose(two, Setting(0.0, 0.0)), choose(two, Setting(3.0, 0.0))
    (0, 1)
    """
    require_type(Candidates, candidates=candidates)
    if not len(candidates.acoustic):
        raise ValueError("candidates must hold at least one hypothesis; there was none")
    scores = decision_scores(candidates.acoustic, candidates.log_probs, candidates.lengths, setting)
    return int(np.argmax(scores))


def errors_of_choices(candidates: Sequence[Candidates], setting: Setting) -> np.ndarray:
    """The number of word errors in each sentence when the best hypothesis is taken.

    Raises
    ------
    ValueError
        If ``candidates`` is no list of ``Candidates``.

    Examples
    --------
    >>> two = Candidates(*map(np.array, ([-10.0, -14.0], [-9.0, -7.0], [2, 2], [1, 0])))
    >>> errors_of_choices([two, two], Setting(0.0, 0.0)).tolist()
    [1, 1]
    """
    require_list(Candidates, candidates=candidates)
    return np.array([one.errors[choose(one, setting)] for one in candidates])


def tune(
    candidates: Sequence[Candidates],
    weights: Sequence[float] = WEIGHTS,
    bonuses: Sequence[float] = BONUSES,
) -> Setting:
    """The setting with the fewest word errors on a development set.

    Of equally good ones the first is taken, by weight and then by bonus.

    Parameters
    ----------
    candidates
        The sentences of the development set; never those that the result is judged on.
    weights, bonuses
        What is tried, each with each.

    Raises
    ------
    ValueError
        If there is no sentence, or nothing to try. Also if ``candidates`` is no list of
        ``Candidates``.

    Examples
    --------
    >>> two = Candidates(*map(np.array, ([-10.0, -14.0], [-9.0, -7.0], [2, 2], [1, 0])))
    >>> tune([two], weights=[0.0, 1.0, 2.5, 5.0], bonuses=[0.0])
    Setting(weight=2.5, bonus=0.0)
    """
    require_list(Candidates, candidates=candidates)
    weights = finite_numbers("weights", weights, "weights").tolist()
    bonuses = finite_numbers("bonuses", bonuses, "bonuses").tolist()
    settings = [Setting(weight, bonus) for weight in weights for bonus in bonuses]
    if not candidates or not settings:
        raise ValueError("candidates, weights and bonuses must hold at least one each; one did not")
    return min(settings, key=lambda setting: errors_of_choices(candidates, setting).sum())


def score_with(model: NGramModel, lists: Sequence[Sentences]) -> list[np.ndarray]:
    """The log-probability of each hypothesis of each sentence, its end included, in nats.

    Raises
    ------
    ValueError
        If ``model`` is no ``NGramModel``.

    Examples
    --------
    >>> model = NGramModel(order=2, smoothing="add-k").fit([["so", "it", "goes"]])
    >>> likely, unlikely = score_with(model, [[["so", "it", "goes"], ["it", "goes", "so"]]])[0]
    >>> bool(likely > unlikely)
    True
    """
    require_type(NGramModel, model=model)
    require_list(Sequence, lists=lists)
    for sentences in lists:
        require_sentences(lists=sentences)
    flat = [hypothesis for hypotheses in lists for hypothesis in hypotheses]
    totals = total_log_probs(model.score(flat), flat)
    return np.split(totals, np.cumsum([len(hypotheses) for hypotheses in lists])[:-1])


def word_errors(references: Sentences, hypotheses: Sentences) -> np.ndarray:
    """The fewest substitutions, deletions and insertions of words, by ``jiwer``.

    Parameters
    ----------
    references
        What was said; not without a word.
    hypotheses
        What was understood, one for each reference; it may be nothing.

    Returns
    -------
    ndarray of int, shape (sentences,)

    Raises
    ------
    ValueError
        If the numbers of sentences differ, there is none, or a reference has no word. Also if
        ``references`` is no list of lists of strings, or ``hypotheses`` is no list of lists of
        strings.

    Examples
    --------
    >>> said = [["the", "cat", "sat"], ["yes"]]
    >>> word_errors(said, [["the", "hat", "sat", "on"], []]).tolist()
    [2, 1]
    """
    require_sentences(references=references, hypotheses=hypotheses)
    import jiwer

    if not references or len(references) != len(hypotheses):
        raise ValueError(
            "references and hypotheses must hold as many sentences, at least one; there were "
            f"{len(references)} and {len(hypotheses)}"
        )
    if not all(references):
        raise ValueError("references must have at least one word each; one had none")
    result = jiwer.process_words(
        [" ".join(words) for words in references], [" ".join(words) for words in hypotheses]
    )
    return np.array([sum(map(_words_in, alignment)) for alignment in result.alignments])


def error_rate(errors: np.ndarray, lengths: np.ndarray) -> float:
    r"""Word error rate: all errors, divided by all words that were said.

    Equation: :eq:`eq-word-error-rate`

    .. math:: \mathrm{WER} = \frac{S + D + I}{N}

    with the substitutions :math:`S`, deletions :math:`D` and insertions :math:`I` in :math:`N`
    words. It may be above 1.

    Parameters
    ----------
    errors, lengths
        Of each sentence: word errors, and words of the reference, shape (sentences,).

    Raises
    ------
    ValueError
        If the shapes differ, or a sentence has no word.

    Examples
    --------
    >>> error_rate([2, 1], [4, 8])
    0.25
    """
    errors, lengths = _checked(errors, lengths)
    return float(errors.sum() / lengths.sum())


def error_rate_interval(
    errors: np.ndarray, lengths: np.ndarray, confidence: float = 0.95, seed: int = 0
) -> Interval:
    """Bootstrap interval of the word error rate, resampling whole sentences.

    It says how much other sentences of this kind would change the rate. What another voice, room
    or recogniser would change, it does not say. Parameters as in :func:`error_rate` and
    :func:`lmbook_utils.metrics.mean_interval`.

    Examples
    --------
    >>> low, high = error_rate_interval([2, 1, 0, 1], [4, 8, 6, 5])
    >>> low < 4 / 23 < high
    True
    """
    return mean_interval(*_per_word(errors, lengths), confidence, seed)


def compare_errors(
    errors: np.ndarray, baseline: np.ndarray, lengths: np.ndarray, seed: int = 0
) -> Comparison:
    """Compare two systems on the same sentences.

    Parameters
    ----------
    errors, baseline
        The word errors of the system and of the one that it is compared with, shape (sentences,).
    lengths
        The number of words of each reference, shape (sentences,).
    seed
        Of the resampling.

    Returns
    -------
    Comparison
        With the paired 95% bootstrap interval of the difference, and the p-value of the paired
        permutation test; both draw whole sentences.

    Raises
    ------
    ValueError
        As :func:`error_rate`, or if there are fewer than two sentences.

    Examples
    --------
    >>> result = compare_errors([0, 1, 2, 1], [1, 2, 2, 0], [5, 5, 5, 5])
    >>> round(result.difference, 3), result.better, result.worse
    (-0.05, 2, 1)
    """
    errors, lengths = _checked(errors, lengths)
    baseline, _ = _checked(baseline, lengths, "baseline")
    if min(errors.min(), baseline.min()) < 0:
        raise ValueError("errors and baseline must be numbers from 0; one was less")
    per_word, groups = _per_word(errors - baseline, lengths)
    sentences = np.arange(len(errors))
    return Comparison(
        difference=error_rate(errors, lengths) - error_rate(baseline, lengths),
        interval=mean_interval(per_word, groups, seed=seed),
        p_value=paired_mean_test(errors, baseline, sentences, seed),
        better=int((errors < baseline).sum()),
        worse=int((errors > baseline).sum()),
    )


def _words_in(chunk: "jiwer.AlignmentChunk") -> int:
    """The errors in a stretch of an alignment of jiwer."""
    if chunk.type == "equal":
        return 0
    return max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)


def _per_word(errors: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Errors spread evenly over the words of each sentence, and the sentence of each word."""
    errors, lengths = _checked(errors, lengths)
    return np.repeat(errors / lengths, lengths), np.repeat(np.arange(len(lengths)), lengths)


def _checked(
    errors: np.ndarray, lengths: np.ndarray, name: str = "errors"
) -> tuple[np.ndarray, np.ndarray]:
    errors, lengths = real_numbers(name, errors), array_of("lengths", lengths)
    if errors.shape != lengths.shape or errors.ndim != 1 or not len(lengths):
        raise ValueError(
            f"{name} and lengths must have the same shape (sentences,), at least one sentence; "
            f"they had {errors.shape} and {lengths.shape}"
        )
    if not np.issubdtype(lengths.dtype, np.integer) or lengths.min() < 1:
        raise ValueError(f"lengths must be whole numbers from 1; they were {lengths}")
    require_room(lengths=lengths)
    return errors, lengths
