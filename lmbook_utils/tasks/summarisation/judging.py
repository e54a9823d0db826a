"""Judging summaries by ``rouge-score``, paper by paper, and choosing how long they should be."""

from collections.abc import Mapping, Sequence

import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from lmbook_utils import metrics
from lmbook_utils._validation import finite_numbers, places_in, require_list, require_type
from lmbook_utils.datasets.aclsum import Paper
from lmbook_utils.tasks.summarisation.extraction import highest
from lmbook_utils.tasks.summarisation.rouge import rouge_n, rouge_words

ROUGE = ("rouge1", "rouge2", "rougeL")
LENGTHS = (1, 2, 3, 4, 5)
_FIELDS = ("precision", "recall", "fmeasure")

Scores = Sequence[Sequence[float] | np.ndarray]


def extract(sentences: Sequence[str], places: Sequence[int] | np.ndarray) -> str:
    """Write the sentences at some places as one text.

    Raises
    ------
    ValueError
        If ``sentences`` is no list of strings, or ``places`` is no list of ``Integral``.

    Examples
    --------
    >>> extract(["One .", "Two .", "Three ."], [0, 2])
    'One . Three .'
    """
    require_list(str, sentences=sentences)
    places = places_in(len(sentences), places=places)
    return " ".join(sentences[i] for i in places)


def rouge_scores(
    summaries: Sequence[str], references: Sequence[str], measure: str = "fmeasure"
) -> dict[str, np.ndarray]:
    """Compare summaries with references by ``rouge-score``, with Porter's stemmer.

    Parameters
    ----------
    summaries, references
        One of each for every paper. An empty summary scores 0.
    measure
        ``"precision"``, ``"recall"`` or ``"fmeasure"``.

    Returns
    -------
    dict of str to ndarray
        ``"rouge1"``, ``"rouge2"`` and ``"rougeL"`` → from 0 to 1, shape (papers,).

    Raises
    ------
    ValueError
        If there are not as many summaries as references, or no such measure. Also if ``summaries``
        is no list of strings, ``references`` is no list of strings, or ``measure`` is no string.

    Examples
    --------
    >>> scores = rouge_scores(["Ants march on."], ["Ants march."], "recall")
    >>> {name: values.tolist() for name, values in scores.items()}
    {'rouge1': [1.0], 'rouge2': [1.0], 'rougeL': [1.0]}
    """
    require_list(str, summaries=summaries, references=references)
    require_type(str, measure=measure)
    if len(summaries) != len(references):
        raise ValueError(
            f"summaries must be one for each of the {len(references)} references; there were "
            f"{len(summaries)}"
        )
    if measure not in _FIELDS:
        raise ValueError(f"measure must be one of {', '.join(_FIELDS)}; it was {measure!r}")
    scorer = RougeScorer(list(ROUGE), use_stemmer=True)
    scores = [scorer.score(r, s) for s, r in zip(summaries, references, strict=True)]
    return {name: np.array([getattr(score[name], measure) for score in scores]) for name in ROUGE}


def judge_extracts(
    papers: Sequence[Paper], scores: Scores, aspect: str, k: int
) -> dict[str, np.ndarray]:
    """ROUGE (F1) of the ``k`` sentences with the highest scores against the summaries of an aspect.

    Parameters
    ----------
    papers
        The papers.
    scores
        For each paper one for each sentence.
    aspect
        ``"challenge"``, ``"approach"`` or ``"outcome"``.
    k
        How many sentences, from 1.

    Returns
    -------
    dict of str to ndarray, shape (papers,)
        As :func:`rouge_scores`.

    Raises
    ------
    ValueError
        If there are not as many lists of scores as papers, or not as many scores as sentences; or
        as :func:`~lmbook_utils.tasks.summarisation.extraction.highest`. Also if ``papers`` is no
        list of ``Paper``, or ``aspect`` is no string.

    Examples
    --------
    >>> paper = Paper("X1", "", ("Ants .", "We march ."), (), {"outcome": "They march."}, {})
    >>> judge_extracts([paper], [[0.1, 0.9]], "outcome", k=1)["rouge1"].tolist()
    [0.5]
    """
    require_list(Paper, papers=papers)
    _require_scores(papers, scores)
    _require_aspect(papers, aspect)
    summaries = [
        extract(paper.sentences, highest(own, k)) for paper, own in zip(papers, scores, strict=True)
    ]
    return rouge_scores(summaries, [paper.summaries[aspect] for paper in papers])


def choose_length(papers: Sequence[Paper], scores: Scores, aspect: str) -> int:
    """The number of sentences, of 1 to 5, with the best mean ROUGE-1; give validation papers.

    ROUGE-1 is our own :func:`~lmbook_utils.tasks.summarisation.rouge.rouge_n` here: equal to that
    of ``rouge-score``, and many times faster. Of equally good numbers the smallest is taken.
    Parameters and errors are those of :func:`judge_extracts`.

    Raises
    ------
    ValueError
        If ``papers`` is no list of ``Paper``, or ``aspect`` is no string.

    Examples
    --------
    >>> paper = Paper("X1", "", ("Ants .", "They march ."), (), {"outcome": "They march."}, {})
    >>> choose_length([paper], [[0.1, 0.9]], "outcome")
    1
    """
    require_list(Paper, papers=papers)
    _require_scores(papers, scores)
    _require_aspect(papers, aspect)
    means = {k: _mean_rouge_1(papers, scores, aspect, k) for k in LENGTHS}
    return max(means, key=means.__getitem__)


def _mean_rouge_1(papers: Sequence[Paper], scores: Scores, aspect: str, k: int) -> float:
    values = []
    for paper, own in zip(papers, scores, strict=True):
        summary = rouge_words(extract(paper.sentences, highest(own, k)))
        values.append(rouge_n(summary, rouge_words(paper.summaries[aspect]), 1).f1)
    return float(np.mean(values))


def _require_scores(papers: Sequence[Paper], scores: Scores) -> None:
    require_list((Sequence, np.ndarray), scores=scores)
    if [len(paper.sentences) for paper in papers] != [len(own) for own in scores]:
        raise ValueError("scores must be one for each sentence of all papers; they were not")


def mean_with_interval(values: np.ndarray) -> tuple[float, metrics.Interval]:
    """Mean over papers, with its bootstrap interval.

    Parameters
    ----------
    values
        Shape (papers,) or (aspects, papers), of which the mean over the aspects is taken first: a
        paper is what is drawn anew.

    Raises
    ------
    ValueError
        As :func:`~lmbook_utils.metrics.mean_interval`.

    Examples
    --------
    >>> mean, interval = mean_with_interval(np.array([[0.2, 0.4], [0.4, 0.6]]))
    >>> round(mean, 2), round(interval.low, 2), round(interval.high, 2)
    (0.4, 0.3, 0.5)
    """
    of_papers = _of_papers("values", values)
    return float(of_papers.mean()), metrics.mean_interval(of_papers, np.arange(len(of_papers)))


def paired_p_values(values: Mapping[str, np.ndarray], baseline: str) -> dict[str, float]:
    """Test each system against a baseline, swapping the two paper by paper.

    Parameters
    ----------
    values
        Name of a system → its ROUGE, as in :func:`mean_with_interval`.
    baseline
        The name of the one that the others are compared with.

    Returns
    -------
    dict of str to float
        The two-sided p-values of :func:`~lmbook_utils.metrics.paired_mean_test`.

    Raises
    ------
    ValueError
        If the baseline is none of the systems, or as that function. Also if ``values`` is no
        mapping, or ``baseline`` is no string.

    Examples
    --------
    >>> values = {"lead": np.array([0.1, 0.2, 0.3]), "head": np.array([0.2, 0.3, 0.4])}
    >>> paired_p_values(values, "lead")
    {'head': 0.25}
    """
    require_type(Mapping, values=values)
    require_list(str, values=list(values))
    require_type(str, baseline=baseline)
    if baseline not in values:
        known = ", ".join(values) or "none"
        raise ValueError(f"baseline must be one of the values ({known}); it was {baseline!r}")
    of_papers = {name: _of_papers(f"values[{name!r}]", own) for name, own in values.items()}
    return {
        name: metrics.paired_mean_test(own, of_papers[baseline], np.arange(len(own)))
        for name, own in of_papers.items()
        if name != baseline
    }


def _require_aspect(papers: Sequence[Paper], aspect: str) -> None:
    require_type(str, aspect=aspect)
    if any(aspect not in paper.summaries for paper in papers):
        raise ValueError(f"aspect must be one that each paper has a summary of; it was {aspect!r}")


def _of_papers(name: str, values: np.ndarray) -> np.ndarray:
    """The mean over the aspects for each paper."""
    numbers = np.atleast_2d(finite_numbers(name, values))
    if numbers.ndim != 2 or numbers.shape[1] < 2:
        raise ValueError(
            f"{name} must have the shape (papers,) or (aspects, papers), with at least two papers; "
            f"it was {np.shape(values)}"
        )
    means: np.ndarray = numbers.mean(axis=0)
    return means
