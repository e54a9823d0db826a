"""Networks in words."""

import pytest
from language_models import build

from lmbook_utils import models


@pytest.mark.parametrize(("cell", "gates"), [("simple", 1), ("lstm", 4)])
def test_the_description_lists_the_layers_with_weights_and_the_sum_of_their_parameters(cell, gates):
    embedding = 12 * 4
    recurrent = gates * (4 * 5 + 5 * 5 + 5)
    dense = 5 * 12 + 12
    lines = models.describe(build(cell, dropout=0.5)).splitlines()
    layer = {"simple": "SimpleRNN", "lstm": "LSTM"}[cell]
    shapes = f"(4, {5 * gates}) (5, {5 * gates}) ({5 * gates},)".split()
    assert [line.split() for line in lines] == [
        ["layer", "weights", "parameters"],
        ["Embedding", "(12,", "4)", str(embedding)],
        [layer, *shapes, str(recurrent)],
        ["Dense", "(5,", "12)", "(12,)", str(dense)],
        ["total", str(embedding + recurrent + dense)],
    ]


def test_the_description_counts_frozen_layers_and_separates_thousands():
    model = models.build_article_model(1000, 8, 4)
    before = models.describe(model)
    model.trainable = False
    assert models.describe(model) == before
    assert "8,000" in before
