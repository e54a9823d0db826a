"""A table of models: their perplexities on the same tokens, and how sure the differences are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lmbook_utils._validation import require_fraction, require_list, require_type
from lmbook_utils.metrics._checks import checked_finite_log_probs
from lmbook_utils.metrics.entropy import perplexity
from lmbook_utils.metrics.uncertainty import (
    Interval,
    perplexity_interval,
    perplexity_ratio_interval,
)


@dataclass(frozen=True)
class ComparedModel:
    """A model in a :class:`Comparison`; ``ratio`` and its interval are None without a baseline."""

    model: str
    perplexity: float
    interval: Interval
    seed_perplexities: tuple[float, ...]
    ratio: float | None = None
    ratio_interval: Interval | None = None

    @property
    def verdict(self) -> str | None:
        """``"better"`` than the baseline, ``"worse"``, or ``"open"``: the interval holds 1."""
        if self.ratio_interval is None:
            return None
        if self.ratio_interval.high < 1:
            return "better"
        return "worse" if self.ratio_interval.low > 1 else "open"


@dataclass(frozen=True)
class Comparison:
    """The rows of a comparison, one for each model; as a string, a table."""

    rows: tuple[ComparedModel, ...]
    baseline: str | None
    confidence: float
    ratio_confidence: float
    """The level of each single interval of a ratio: higher, where many were accounted for."""

    def __getitem__(self, model: str) -> ComparedModel:
        """Return the row of a model."""
        return {row.model: row for row in self.rows}[model]

    def __str__(self) -> str:
        """Return a table in plain text, with a column for each of those that apply."""
        columns = {
            "model": [row.model for row in self.rows],
            f"perplexity ({100 * self.confidence:.4g}%)": [
                _number(row.perplexity, row.interval, digits=1) for row in self.rows
            ],
        }
        if any(len(row.seed_perplexities) > 1 for row in self.rows):
            columns["seeds"] = [_seeds(row.seed_perplexities) for row in self.rows]
        if self.baseline is not None:
            columns[f"ratio to {self.baseline} ({100 * self.ratio_confidence:.4g}%)"] = [
                _number(row.ratio, row.ratio_interval, 3)
                if row.ratio is not None and row.ratio_interval is not None
                else "baseline"
                for row in self.rows
            ]
            columns["verdict"] = [row.verdict or "" for row in self.rows]
        return _aligned(columns)


def compare(
    models: Mapping[str, np.ndarray],
    groups: np.ndarray,
    baseline: str | None = None,
    confidence: float = 0.95,
    simultaneous: bool = False,
    seed: int = 0,
) -> Comparison:
    r"""Compare models on the same tokens, with intervals over groups of tokens.

    Each model has its perplexity with the interval of
    :func:`~lmbook_utils.metrics.perplexity_interval`, and each but the baseline the
    ratio to the baseline's perplexity with that of
    :func:`~lmbook_utils.metrics.perplexity_ratio_interval`. Judge a difference by the
    interval of the ratio, which is paired; two intervals of perplexities may overlap although one
    model is better on every article.

    A model that was trained with several seeds is scored by the cross-entropy averaged over its
    seeds :math:`s = 1 \dots S`:

    .. math::
        \mathrm{PP} = \exp\Bigl(-\frac{1}{S N} \sum_{s,t} \ln p_s(w_t)\Bigr)

    which is the geometric mean of the seeds' perplexities, a little below their ordinary mean; it
    is what the interval and the ratio are of. (It is not the perplexity of a mixture of the seeds,
    which would be lower.) The intervals tell how much other articles would change the numbers.
    How much another seed would is told by the column of the seeds, and by no interval: be slow to
    call a model better by less than its seeds differ.

    Parameters
    ----------
    models
        For each name the log-probabilities of the same tokens, in nats: shape (tokens,), or
        (seeds, tokens) for several trainings of one model.
    groups
        A number for each token that says to which group (article) it belongs, shape (tokens,).
    baseline
        The name of the model that the others are compared with.
    confidence
        The level of the intervals, between 0 and 1.
    simultaneous
        Whether the level is to hold for all ratios together. Of 20 models no better than the
        baseline, one is expected to look different at 95%. With True each of the :math:`m`
        ratios has an interval of the level :math:`1 - (1 - \mathrm{confidence}) / m`
        (Bonferroni), and the chance that any of them misses is at most 1 - confidence. The
        intervals of the perplexities stay as they are.
    seed
        Of the resampling.

    Returns
    -------
    Comparison
        Its ``rows`` are in the order of ``models``; ``print`` shows a table.

    Raises
    ------
    ValueError
        If there is no model, the baseline is none of them, the models do not score the same tokens,
        a log-probability is above 0 or not finite, there are fewer than two groups, or
        ``confidence`` is not between 0 and 1. Also if ``models`` is no mapping, or ``baseline`` is
        no string.

    Examples
    --------
    >>> models = {
    ...     "unigram": np.log([0.1, 0.2, 0.1, 0.1]),
    ...     "LSTM": np.log([[0.2, 0.3, 0.2, 0.3], [0.2, 0.4, 0.2, 0.2]]),
    ... }
    >>> print(compare(models, groups=np.array([0, 0, 1, 1]), baseline="unigram"))
    model     perplexity (95%)          seeds  ratio to unigram (95%)  verdict
    unigram  8.4 (7.1 to 10.0)              1                baseline
    LSTM      4.1 (3.8 to 4.5)  2: 4.1 to 4.2  0.493 (0.452 to 0.537)   better
    """
    require_type(Mapping, models=models)
    require_list(str, models=list(models))
    if baseline is not None:
        require_type(str, baseline=baseline)
    require_fraction(confidence=confidence)
    if not models:
        raise ValueError("models must name at least one model; it was empty")
    if baseline is not None and baseline not in models:
        raise ValueError(f"baseline must be one of {', '.join(models)}; it was {baseline!r}")
    seeds = _checked_seeds(models)
    means = {name: log_probs.mean(axis=0) for name, log_probs in seeds.items()}
    ratios = len(models) - 1
    ratio_confidence = 1 - (1 - confidence) / max(1, ratios) if simultaneous else confidence
    rows = []
    for name, log_probs in means.items():
        interval = perplexity_interval(log_probs, groups, confidence, seed)
        ratio, ratio_interval = None, None
        if baseline is not None and baseline != name:
            pair = log_probs, means[baseline]
            ratio = perplexity(pair[0]) / perplexity(pair[1])
            ratio_interval = perplexity_ratio_interval(*pair, groups, ratio_confidence, seed)
        of_seeds = tuple(map(perplexity, seeds[name]))
        rows.append(
            ComparedModel(name, perplexity(log_probs), interval, of_seeds, ratio, ratio_interval)
        )
    return Comparison(tuple(rows), baseline, confidence, ratio_confidence)


def _checked_seeds(models: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the log-probabilities of each model with the shape (seeds, tokens)."""
    seeds = {}
    for name, values in models.items():
        log_probs = checked_finite_log_probs(f"models[{name!r}]", values)
        if log_probs.ndim not in (1, 2):
            raise ValueError(
                f"models[{name!r}] must have the shape (tokens,) or (seeds, tokens); it was "
                f"{log_probs.shape}"
            )
        seeds[name] = np.atleast_2d(log_probs)
    numbers = {name: log_probs.shape[1] for name, log_probs in seeds.items()}
    if len(set(numbers.values())) > 1:
        raise ValueError(f"models must score the same tokens; their numbers were {numbers}")
    return seeds


def _number(value: float, interval: Interval, digits: int) -> str:
    return f"{value:.{digits}f} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"


def _seeds(perplexities: tuple[float, ...]) -> str:
    if len(perplexities) == 1:
        return "1"
    return f"{len(perplexities)}: {min(perplexities):.1f} to {max(perplexities):.1f}"


def _aligned(columns: Mapping[str, list[str]]) -> str:
    """Return a table: the first column to the left, and each other one to the right."""
    cells = [[title, *values] for title, values in columns.items()]
    widths = [max(map(len, column)) for column in cells]
    first, *others = range(len(cells))
    lines = []
    for row in zip(*cells, strict=True):
        left = row[first].ljust(widths[first])
        lines.append("  ".join([left, *(row[i].rjust(widths[i]) for i in others)]).rstrip())
    return "\n".join(lines)
