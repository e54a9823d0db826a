"""MiniLM in Keras computes what its definition, written out in NumPy, computes."""

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.special import erf

from lmbook_utils import datasets
from lmbook_utils.tasks import minilm

pytestmark = pytest.mark.network

TEXTS = ["The film was great.", "", "无聊的电影", "not a bad movie , but a long one " * 9]


@pytest.fixture(scope="module")
def files():
    try:
        return {name: datasets.path(f"minilm-{name}") for name in ("weights", "pieces")}
    except ConnectionError as error:
        pytest.skip(f"needs the network: {error}")


@pytest.fixture(scope="module")
def tokenizer(files):
    return minilm.load_tokenizer()


@pytest.fixture(scope="module")
def encoder(files):
    return minilm.load_encoder()


def norm(x, gain, bias):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-12) + bias


def forward_pass(w, ids):
    """One text without padding, in double precision: ids (pieces,) → vector (384,)."""
    e = "embeddings"
    x = w[f"{e}.word_embeddings.weight"][ids] + w[f"{e}.position_embeddings.weight"][: len(ids)]
    x = x + w[f"{e}.token_type_embeddings.weight"][0]
    x = norm(x, w[f"{e}.LayerNorm.weight"], w[f"{e}.LayerNorm.bias"])
    for n in range(6):
        x = encoder_layer({k: w[f"encoder.layer.{n}.{k}"] for k in PARTS}, x)
    return x.mean(axis=0)


ATTENTION = [f"attention.self.{part}" for part in ("query", "key", "value")]
LINEAR = [*ATTENTION, "attention.output.dense", "intermediate.dense", "output.dense"]
NORMS = ["attention.output.LayerNorm", "output.LayerNorm"]
PARTS = [f"{name}.{kind}" for name in LINEAR + NORMS for kind in ("weight", "bias")]


def encoder_layer(w, x):
    def linear(name, x):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    q, k, v = (linear(part, x).reshape(len(x), 12, 32).swapaxes(0, 1) for part in ATTENTION)
    scores = np.exp(q @ k.swapaxes(1, 2) / np.sqrt(32))
    heads = scores / scores.sum(axis=-1, keepdims=True) @ v
    attended = linear("attention.output.dense", heads.swapaxes(0, 1).reshape(len(x), 384))
    x = norm(x + attended, *(w[f"{NORMS[0]}.{kind}"] for kind in ("weight", "bias")))
    inner = linear("intermediate.dense", x)
    inner = inner * 0.5 * (1 + erf(inner / np.sqrt(2)))
    outer = linear("output.dense", inner)
    return norm(x + outer, *(w[f"{NORMS[1]}.{kind}"] for kind in ("weight", "bias")))


def test_keras_and_numpy_give_the_same_vectors_with_and_without_padding(files, tokenizer, encoder):
    weights = {
        name: array.astype(float)
        for name, array in load_file(files["weights"]).items()
        if array.dtype != np.int64
    }
    vectors = minilm.encode(encoder, tokenizer, TEXTS)
    for text, vector in zip(TEXTS, vectors, strict=True):
        expected = forward_pass(weights, minilm.pieces(tokenizer, [text])[0][0])
        assert np.abs(vector - expected).max() < 1e-5


def test_no_weight_of_the_network_keeps_its_random_value(encoder):
    fresh = minilm.build_encoder()
    for loaded, random in zip(encoder.get_weights(), fresh.get_weights(), strict=True):
        assert not np.array_equal(loaded, random)


def test_sentences_of_similar_content_have_similar_vectors(tokenizer, encoder):
    texts = ["The film was great.", "This movie was wonderful!", "I am eating a banana."]
    vectors = minilm.encode(encoder, tokenizer, texts)
    cosines = np.corrcoef(vectors)
    assert cosines[0, 1] > 0.6 > 0.3 > cosines[0, 2]


def test_the_tokeniser_neither_pads_nor_cuts(tokenizer):
    assert tokenizer.padding is None
    assert tokenizer.truncation is None
    assert len(tokenizer.encode("film " * 300).ids) == 302
    assert tokenizer.encode("A tokeniser.").tokens == [
        "[CLS]",
        "a",
        "token",
        "##iser",
        ".",
        "[SEP]",
    ]


def test_texts_are_filled_up_and_cut_with_their_last_piece_kept(tokenizer):
    ids, mask = minilm.pieces(tokenizer, ["Good.", "", "so good " * 40], max_length=6)
    assert ids.tolist()[:2] == [[101, 2204, 1012, 102, 0, 0], [101, 102, 0, 0, 0, 0]]
    assert ids[2, -1] == 102
    assert mask.sum(axis=1).tolist() == [4, 2, 6]


def test_the_order_of_the_texts_and_the_size_of_the_batches_do_not_matter(tokenizer, encoder):
    vectors = minilm.encode(encoder, tokenizer, TEXTS)
    backwards = minilm.encode(encoder, tokenizer, TEXTS[::-1], batch_size=1)[::-1]
    assert np.abs(vectors - backwards).max() < 1e-5


@pytest.mark.parametrize(
    ("texts", "arguments", "message"),
    [
        ([], {}, "texts must be a list of strings, at least one"),
        ("Good.", {}, "texts must be a list of strings, at least one; it was 'Good.'"),
        ([None], {}, "texts must be a list of strings"),
        (["Good."], {"max_length": 1}, "max_length must be a whole number and at least 2"),
        (["Good."], {"max_length": 513}, "max_length must be at most 512; it was 513"),
    ],
)
def test_what_is_no_list_of_texts_is_refused(tokenizer, texts, arguments, message):
    with pytest.raises(ValueError, match=message):
        minilm.pieces(tokenizer, texts, **arguments)


def test_a_new_classifier_gives_even_odds(tokenizer, encoder):
    classifier = minilm.build_classifier(encoder)
    assert np.asarray(classifier(list(minilm.pieces(tokenizer, TEXTS)))).tolist() == [[0.0]] * 4
