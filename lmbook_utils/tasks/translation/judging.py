"""BLEU and chrF by sacreBLEU, with intervals and paired tests over the sentences."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest

from lmbook_utils._validation import require_list, require_type, require_whole


class Score(NamedTuple):
    """A metric of one system, from 0 to 100, with its 95% bootstrap interval."""

    value: float
    low: float
    high: float


def metrics() -> dict[str, BLEU | CHRF]:
    """The two metrics of the chapter; neither looks at the case, which the models do not write.

    Examples
    --------
    >>> metrics()["chrF"].corpus_score(["Le livre"], [["le livre"]]).score
    100.0
    """
    return {"BLEU": BLEU(lowercase=True), "chrF": CHRF(lowercase=True)}


def judge(
    translations: Sequence[str], references: Sequence[str], resamples: int = 1000
) -> dict[str, Score]:
    """BLEU and chrF of one system; the intervals are those of sentences drawn anew.

    Parameters
    ----------
    translations, references
        Texts, not tokens, in the same order.
    resamples
        Of the bootstrap, at least 2.

    Raises
    ------
    ValueError
        If there is no sentence, or they are not equally many. Also if ``translations`` is no list
        of strings, or ``references`` is no list of strings.

    Examples
    --------
    >>> scores = judge(["le livre", "un livre"], ["le livre", "une maison"])
    >>> scores["chrF"].low <= scores["chrF"].value <= scores["chrF"].high
    True
    """
    require_list(str, translations=translations, references=references)
    require_whole(2, resamples=resamples)
    _require_parallel("translations", translations, references)
    scores = {}
    for name, metric in metrics().items():
        result = metric.corpus_score(list(translations), [list(references)], resamples)
        interval = result._mean - result._ci, result._mean + result._ci
        scores[name] = Score(result.score, *map(float, interval))
    return scores


def paired_p_values(
    systems: Mapping[str, Sequence[str]], references: Sequence[str], resamples: int = 1000
) -> dict[str, dict[str, float]]:
    """Test each system against the first one, by sacreBLEU's paired approximate randomisation.

    Parameters
    ----------
    systems
        For each name its translations; the first one is the baseline.
    references
        In the same order.
    resamples
        How often the two systems' translations are swapped at random.

    Returns
    -------
    dict of str to dict of str to float
        For each metric the p-value of each system but the baseline. It cannot be smaller than
        1 / (resamples + 1). Two systems without any difference get this smallest value too,
        since sacreBLEU counts larger differences only; do not test a system against itself.

    Raises
    ------
    ValueError
        If there are fewer than two systems, or one has not as many sentences as the references.
        Also if ``systems`` is no mapping, or ``references`` is no list of strings.

    Examples
    --------
    >>> systems = {"a": ["le livre"] * 20, "b": ["le lit"] * 20}
    >>> paired_p_values(systems, ["le livre"] * 20, resamples=200)["chrF"]["b"] < 0.01
    True
    """
    require_type(Mapping, systems=systems)
    require_list(str, systems=list(systems))
    for translations in systems.values():
        require_list(str, systems=translations)
    require_list(str, references=references)
    require_whole(2, resamples=resamples)
    if len(systems) < 2:
        raise ValueError(f"systems must be at least two; they were {', '.join(systems) or 'none'}")
    for name, translations in systems.items():
        _require_parallel(f"systems[{name!r}]", translations, references)
    named: list[tuple[str, Sequence[str]]] = [(n, list(texts)) for n, texts in systems.items()]
    test = PairedTest(
        named, metrics(), [list(references)], test_type="ar", n_samples=resamples, n_jobs=1
    )
    results: dict[str, list[Any]] = test()[1]
    names = [name for name, _ in named]
    return {
        metric: {
            name: float(result.p_value)
            for name, result in zip(names[1:], results[_column(results, metric)][1:], strict=True)
        }
        for metric in metrics()
    }


def _column(results: Mapping[str, object], metric: str) -> str:
    return next(name for name in results if name.lower().startswith(metric.lower()))


def _require_parallel(name: str, translations: Sequence[str], references: Sequence[str]) -> None:
    if not len(references) or len(translations) != len(references):
        raise ValueError(
            f"{name} must be as many as references, at least one; there were "
            f"{len(translations)} and {len(references)}"
        )
