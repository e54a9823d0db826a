"""The figures' style and colours, and the two kinds of drawing that the book repeats."""

from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from lmbook_utils.plotting import COLOURS, MARKERS, draw_ranking, draw_words, use_style


@pytest.fixture
def axes():
    """Axes of a figure that is closed after the test, with the settings as they were."""
    with mpl.rc_context():
        use_style()
        figure, axes = plt.subplots()
        yield axes
        plt.close(figure)


# ---------------------------------------------------------------------------------------------
# Colours

# What is left of linear RGB without one kind of cone: Machado, Oliveira and Fernandes (2009), at
# severity 1. Each row sums to 1, so greys stay as they are.
COLOUR_VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear_rgb(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def cielab(colour, vision=COLOUR_VISION["normal"]):
    seen = np.clip(vision @ linear_rgb(colour), 0, 1)
    x, y, z = np.cbrt(RGB_TO_XYZ @ seen / RGB_TO_XYZ.sum(axis=1))  # near enough for dark colours
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(first, second):
    """The ratio of WCAG 2, from 1 to 21."""
    lights = sorted(RGB_TO_XYZ[1] @ linear_rgb(colour) + 0.05 for colour in (first, second))
    return lights[1] / lights[0]


@pytest.mark.parametrize("kind", COLOUR_VISION)
def test_the_colours_are_far_apart_with_each_kind_of_colour_vision(kind):
    vision = COLOUR_VISION[kind]
    assert vision.sum(axis=1) == pytest.approx(1, abs=1e-5)
    for a, b in combinations(COLOURS, 2):
        distance = np.linalg.norm(cielab(a, vision) - cielab(b, vision))
        assert distance > 20, f"{a} and {b}"  # 2 can just be seen side by side


def test_the_colours_are_apart_in_grey():
    for a, b in combinations(COLOURS, 2):
        assert abs(cielab(a)[0] - cielab(b)[0]) > 9, f"{a} and {b}"


def test_all_colours_but_the_last_stand_out_from_white():
    assert all(contrast(colour, "white") >= 3 for colour in COLOURS[:-1])
    assert contrast(COLOURS[-1], "white") >= 2


def test_the_checks_know_a_colour_by_its_published_values():
    assert cielab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert contrast("black", "white") == pytest.approx(21)


# ---------------------------------------------------------------------------------------------
# The style


def test_lines_differ_in_colour_and_in_marker(axes):
    lines = [axes.plot([0, 1], [i, i])[0] for i in range(len(COLOURS))]
    assert tuple(line.get_color() for line in lines) == COLOURS
    assert tuple(line.get_marker() for line in lines) == MARKERS
    assert len(set(MARKERS)) == len(MARKERS)


def test_the_ground_is_white_on_the_screen_and_on_paper(axes):
    assert axes.figure.get_facecolor() == (1, 1, 1, 1)
    assert mpl.rcParams["savefig.facecolor"] == "white"


# ---------------------------------------------------------------------------------------------
# Words in a table


def test_words_stand_in_their_rows_from_the_top_and_in_their_columns_from_the_left(axes):
    draw_words(axes, [["the", "cat"], ["", "sat"]], np.zeros((2, 2)), title="Words")
    place = {text.get_text(): text.get_position() for text in axes.texts}
    assert place["the"] == (0.5, 0.5)
    assert place["cat"] == (1.5, 0.5)
    assert place["sat"] == (1.5, 1.5)
    assert axes.yaxis_inverted()
    assert axes.get_title(loc="left") == "Words"


def test_each_word_can_be_read_on_its_shade(axes):
    shades = np.linspace(0, 1, 101)[None]
    draw_words(axes, np.full(shades.shape, "w"), shades)
    axes.figure.canvas.draw()
    cells = axes.collections[0].get_facecolor()
    for shade, cell, text in zip(shades[0], cells, axes.texts, strict=True):
        assert contrast(cell, text.get_color()) >= 4.5, f"shade {shade:.2f}"
    light = [RGB_TO_XYZ[1] @ linear_rgb(cell) for cell in cells]
    assert light == sorted(light, reverse=True), "the higher the number, the darker the cell"


@pytest.mark.parametrize(
    ("words", "shades"),
    [
        ([["a", "b"]], [[0.1]]),
        ([["a", "b"]], [[0.1], [0.2]]),
        (["a", "b"], [0.1, 0.2]),
        ("a", 0.1),
        ([[["a"]]], [[[0.1]]]),
    ],
)
def test_words_and_shades_of_different_shapes_are_refused(axes, words, shades):
    with pytest.raises(ValueError, match=r"words and shades must have the same shape \(rows, col"):
        draw_words(axes, words, shades)


@pytest.mark.parametrize("shade", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_shade_that_is_not_from_0_to_1_is_refused(axes, shade):
    with pytest.raises(ValueError, match="shades must be from 0 to 1; they went from"):
        draw_words(axes, [["a", "b"]], [[0.5, shade]])


# ---------------------------------------------------------------------------------------------
# A ranking


def test_the_lowest_value_is_on_top_and_has_its_name_and_interval(axes):
    names, values = ["uniform", "lstm", "unigram"], [5000, 90, 700]
    draw_ranking(axes, names, values, intervals=[(5000, 5000), (85, 96), (650, 760)])
    bottom_up = ["uniform", "unigram", "lstm"]
    assert [label.get_text() for label in axes.get_yticklabels()] == bottom_up
    dots = {line.get_ydata()[0]: line.get_xdata()[0] for line in axes.lines[1::2]}
    bars = {line.get_ydata()[0]: tuple(line.get_xdata()) for line in axes.lines[::2]}
    assert dots == {0: 5000, 1: 700, 2: 90}
    assert bars == {0: (5000, 5000), 1: (650, 760), 2: (85, 96)}


def test_the_highest_value_is_on_top_where_higher_is_better(axes):
    draw_ranking(axes, ["unigram", "bigram"], [0.1, 0.3], higher_is_better=True)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["unigram", "bigram"]
    assert axes.lines[-1].get_xydata().tolist() == [[0.3, 1]]


def test_a_ranking_needs_no_intervals(axes):
    draw_ranking(axes, ["a", "b"], [2, 1])
    assert len(axes.lines) == 2


@pytest.mark.parametrize(
    ("names", "values", "intervals", "counts"),
    [
        (["a"], [1, 2], None, "1, 2 and no"),
        (["a", "b"], [1], None, "2, 1 and no"),
        (["a", "b"], [1, 2], [(0, 3)], "2, 2 and 1"),
    ],
)
def test_names_values_and_intervals_of_different_lengths_are_refused(
    axes, names, values, intervals, counts
):
    with pytest.raises(ValueError, match=f"must be of the same length; there were {counts}"):
        draw_ranking(axes, names, values, intervals)


def test_intervals_without_ends_are_refused(axes):
    with pytest.raises(ValueError, match=r"intervals must have the shape \(rows, ends\)"):
        draw_ranking(axes, ["a", "b"], [1, 2], [])
