"""Do pretrained word vectors help a recurrent language model, at the same budget?

    python benchmarks/tools_embeddings.py

The LSTM of chapter 5 is trained for 600 updates from three beginnings of its embedding: random
numbers as Keras draws them; skip-gram vectors of its own training text; and skip-gram vectors of
this text and 4,000 film reviews. All vectors are brought to the spread of the random ones, and all
are trained on. Three seeds. Writes ``results/tools_embeddings.json`` after each seed; chapter 8
reads it. Takes about 10 minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import numpy as np
from gensim.models import KeyedVectors
from recording import record

from lmbook_utils import (
    corpus,
    metrics,
    models,
    preprocessing,
    reproducibility,
    training,
    word_vectors,
)
from lmbook_utils.datasets.reviews import load_movie_reviews
from lmbook_utils.vocabulary import Vocabulary

SIZE, STREAMS, UNROLLED, STEPS, SEEDS = 128, 16, 20, 600, (0, 1, 2)
REVIEWS, EPOCHS, EPOCHS_WITH_REVIEWS = 4000, 20, 5
RANDOM, OWN, MORE = "random", "own text", "own text and reviews"


def review_sentences() -> list[list[str]]:
    texts, _ = load_movie_reviews().part("train")
    rng = np.random.default_rng(0)
    drawn = rng.choice(len(texts), size=REVIEWS, replace=False)
    return [
        preprocessing.tokenize(sentence)
        for i in drawn
        for sentence in preprocessing.split_sentences(texts[i])
    ]


def matrix(vectors: KeyedVectors, vocabulary: Vocabulary, random: np.ndarray) -> np.ndarray:
    """The vectors of the vocabulary, with the mean and the spread of the random ones.

    An entry without a vector, such as ``<unk>``, keeps its random one.
    """
    rows = [i for i, word in enumerate(vocabulary.tokens) if word in vectors.key_to_index]
    known = np.array([vectors[vocabulary.tokens[i]] for i in rows])
    filled = random.copy()
    filled[rows] = (known - known.mean(axis=0)) / known.std() * random.std()
    return filled


def train(
    beginning: str, seed: int, text: corpus.EncodedCorpus, vectors: dict[str, KeyedVectors]
) -> tuple[dict, np.ndarray]:
    size = len(text.vocabulary)
    reproducibility.set_seed(seed)
    bias = metrics.unigram_log_probs(text.train, size)
    model = models.build_language_model("lstm", size, SIZE, batch_size=STREAMS, output_bias=bias)
    embedding = model.get_layer("embedding")
    if beginning != RANDOM:
        random = embedding.get_weights()[0]
        embedding.set_weights([matrix(vectors[beginning], text.vocabulary, random)])
    history = training.train_language_model(
        model, text.train, text.validation, STEPS, unrolled_steps=UNROLLED, evaluations=1
    )
    log_probs = training.score_stream(model, text.test).log_probs
    row = {
        "beginning": beginning,
        "seed": seed,
        "validation_perplexity": history[-1].validation_perplexity,
        "test_perplexity": metrics.perplexity(log_probs),
    }
    return row, log_probs


def main() -> None:
    text = corpus.load_encoded()
    own = corpus.load_sentences("train")
    more = [*own, *review_sentences()]
    vectors = {
        OWN: word_vectors.train_word_vectors(own, size=SIZE, epochs=EPOCHS).wv,
        MORE: word_vectors.train_word_vectors(more, size=SIZE, epochs=EPOCHS_WITH_REVIEWS).wv,
    }
    results = {
        "size": SIZE,
        "steps": STEPS,
        "words_per_step": STREAMS * UNROLLED,
        "tokens": {OWN: sum(map(len, own)), MORE: sum(map(len, more))},
        "known": {
            name: sum(word in found.key_to_index for word in text.vocabulary.tokens)
            for name, found in vectors.items()
        },
        "runs": [],
    }
    for seed in SEEDS:
        base = None
        for beginning in (RANDOM, OWN, MORE):
            row, log_probs = train(beginning, seed, text, vectors)
            base = log_probs if base is None else base
            ratio = metrics.perplexity_ratio_interval(log_probs, base, text.test_articles)
            row["ratio_to_random_interval"] = list(ratio)
            results["runs"].append(row)
            print(row, flush=True)
        print(record("tools_embeddings", results), flush=True)


if __name__ == "__main__":
    main()
