"""L2 regularisation: of all matrices, in the loss and in the training."""

import keras
import numpy as np
import pytest

from lmbook_utils import models, training
from lmbook_utils.models.regularisation import add_l2

IDS = np.tile(np.arange(4, 20), 30)


@pytest.fixture(autouse=True)
def _same_weights_on_every_run():
    keras.utils.set_random_seed(0)


def build(**settings):
    return models.build_language_model("lstm", 20, 8, 8, batch_size=4, **settings)


@pytest.mark.parametrize("tied", [False, True])
def test_the_loss_grows_by_the_squares_of_all_matrices(tied):
    model = build(tied=tied)
    add_l2(model, 0.01)
    matrices = [w for w in model.get_weights() if w.ndim > 1]
    expected = 0.01 * sum(float((w**2).sum()) for w in matrices)
    assert sum(float(loss) for loss in model.losses) == pytest.approx(expected, rel=1e-5)


def test_training_ends_with_smaller_weights():
    norms = []
    for strength in (None, 0.01):
        keras.utils.set_random_seed(0)
        model = build()
        if strength:
            add_l2(model, strength)
        training.train_language_model(model, IDS, IDS[:100], 40, warmup_steps=4, evaluations=1)
        norms.append(sum(float((w**2).sum()) for w in model.get_weights() if w.ndim > 1))
    assert norms[1] < 0.8 * norms[0]


@pytest.mark.parametrize("strength", [0, -1, "much"])
def test_a_strength_that_is_none_is_refused(strength):
    with pytest.raises(ValueError, match="strength must be"):
        add_l2(build(), strength)
