"""The book's figures: one style, safe for colour-blind readers, in print and in dark mode."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.rcsetup import cycler

from lmbook_utils._validation import (
    array_of,
    finite_numbers,
    real_numbers,
    require_list,
    require_type,
)

# From Paul Tol's "medium-contrast" scheme: readers with any kind of colour vision tell its colours
# apart, and since each has a lightness of its own, so does everybody in grey.
COLOURS = ("#004488", "#997700", "#6699CC", "#994455", "#000000", "#EE99AA")
MARKERS = ("o", "s", "^", "D", "v", "P")


def use_style() -> None:
    """Make matplotlib draw as the book does; call it once, before the first figure.

    Figures have a white ground: it stands out in dark mode, and every colour keeps its contrast.

    Examples
    --------
    >>> use_style()
    >>> plt.rcParams["axes.grid"]
    True
    """
    plt.rcParams.update(
        {
            "figure.figsize": (7, 3.8),
            "figure.dpi": 110,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "savefig.bbox": "tight",
            "figure.constrained_layout.use": True,
            "axes.prop_cycle": cycler(color=COLOURS) + cycler(marker=MARKERS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.labelsize": 11,
            "grid.color": "#dddddd",
            "lines.linewidth": 2,
            "lines.markersize": 6,
            "legend.frameon": False,
            "font.size": 11,
        }
    )


def draw_words(axes: Axes, words: np.ndarray, shades: np.ndarray, title: str = "") -> None:
    """Draw a table of words, each cell shaded by a number.

    Parameters
    ----------
    axes
        Where to draw.
    words
        The text of each cell, shape (rows, columns); ``""`` leaves a cell empty.
    shades
        From 0 (white) to 1 (dark), shape (rows, columns).
    title
        Stands above the table.

    Raises
    ------
    ValueError
        If the shapes differ or are not (rows, columns), or a shade is not from 0 to 1.

    Examples
    --------
    >>> figure, axes = plt.subplots()
    >>> draw_words(axes, np.array([["the", "cat"]]), np.array([[0.2, 0.9]]))
    >>> [text.get_text() for text in axes.texts]
    ['the', 'cat']
    >>> plt.close(figure)
    """
    require_type(Axes, axes=axes)
    words, shades = array_of("words", words), real_numbers("shades", shades)
    if words.ndim != 2 or words.shape != shades.shape:
        raise ValueError(
            "words and shades must have the same shape (rows, columns); they had "
            f"{words.shape} and {shades.shape}"
        )
    if not ((shades >= 0) & (shades <= 1)).all():
        raise ValueError(
            f"shades must be from 0 to 1; they went from {shades.min()} to {shades.max()}"
        )
    axes.pcolormesh(shades, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=2)
    for (row, column), word in np.ndenumerate(words):
        colour = "white" if shades[row, column] > 0.71 else "black"
        axes.text(column + 0.5, row + 0.5, word, ha="center", va="center", color=colour)
    axes.invert_yaxis()
    axes.set_axis_off()
    axes.set_title(title, loc="left", fontsize=11)


def draw_ranking(
    axes: Axes,
    names: Sequence[str],
    values: Sequence[float] | np.ndarray,
    intervals: Sequence[tuple[float, float]] | np.ndarray | None = None,
    higher_is_better: bool = False,
) -> None:
    """Draw a value for each name as a dot, with its interval: the best on top.

    Parameters
    ----------
    axes
        Where to draw; label its x axis yourself.
    names, values
        One of each for every row.
    intervals
        The lower and upper end for each row.
    higher_is_better
        ``True`` for accuracies, ``False`` for perplexities.

    Raises
    ------
    ValueError
        If the numbers of names, values and intervals differ, or one is not finite.

    Examples
    --------
    >>> figure, axes = plt.subplots()
    >>> draw_ranking(axes, ["unigram", "bigram"], [200, 120], [(190, 210), (115, 126)])
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['unigram', 'bigram']
    >>> plt.close(figure)
    """
    require_type(Axes, axes=axes)
    require_list(str, names=names)
    values = finite_numbers("values", values, "rows")
    if intervals is not None:
        intervals = finite_numbers("intervals", intervals, "rows, ends")
    if len(names) != len(values) or (intervals is not None and len(intervals) != len(values)):
        raise ValueError(
            "names, values and intervals must be of the same length; there were "
            f"{len(names)}, {len(values)} and {'no' if intervals is None else len(intervals)}"
        )
    order = np.argsort(values) if higher_is_better else np.argsort(values)[::-1]
    for row, i in enumerate(order):
        if intervals is not None:
            axes.plot(intervals[i], [row, row], color=COLOURS[0], marker="|", linewidth=2)
        axes.plot(values[i], row, color=COLOURS[0], marker="o")
    axes.set_yticks(range(len(order)), [names[i] for i in order])
    axes.grid(axis="y", visible=False)
