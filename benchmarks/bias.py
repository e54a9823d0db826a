"""Which associations can be found in a small corpus: next words after a pronoun, and vectors.

    python benchmarks/bias.py

Six LSTMs learn from the training articles drawn anew with replacement, so that their differences
hold both the chance of the text and that of the training. Each gives the probabilities of words for
occupations after "he" and after "she", and, as a control, those of "his" and "her". One more LSTM
is trained longer, to see whether that is what the control needs. Then three runs of skip-gram
vectors of the training text take the word embedding association test with the words of its paper
that the text knows. Writes ``results/bias.json``, which chapter 10 reads. Takes a quarter of an
hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from collections.abc import Callable, Sequence

import keras
import numpy as np
from growing_text import shuffled_sentences
from memorisation import next_word_of
from recording import record

from lmbook_utils import corpus, metrics, models, reproducibility, training, word_vectors
from lmbook_utils.word_associations import WEAT, association_test

DRAWS, STEPS, VECTOR_SEEDS = 6, 600, (0, 1, 2)
LONGER, DROPOUT = 3000, 0.3  # of the one network that is trained longer
FEWEST = 4  # words of a set that a test needs
PRONOUNS = ("he", "she")
FRAMES = ("{} was a", "{} became the", "{} was a famous")
CONTROL_FRAMES, CONTROLS = ("{} lost", "{} left", "{} wrote"), ("his", "her")
OCCUPATIONS = (
    "actor artist author director doctor farmer historian judge king lawyer mathematician merchant "
    "minister officer philosopher physician poet president producer professor queen scholar "
    "secretary student teacher writer"
).split()


def log_ratios(
    next_word: Callable[[list[str]], np.ndarray], frames: Sequence[str], numbers: np.ndarray
) -> list[float]:
    """ln p(word | he …) - ln p(word | she …), the mean over frames, for each word."""
    he, she = (
        np.mean([np.log(next_word(f.format(word).split())[numbers]) for f in frames], axis=0)
        for word in PRONOUNS
    )
    return (he - she).tolist()


def train_on_a_draw(
    seed: int, text: corpus.EncodedCorpus, steps: int, dropout: float
) -> keras.Model:
    articles = corpus.load_tokenized()["train"]
    drawn = np.random.default_rng(seed).integers(len(articles), size=len(articles))
    ids = text.vocabulary.encode_sentences([s for number in drawn for s in articles[number]])
    reproducibility.set_seed(seed)
    size = len(text.vocabulary)
    lstm = models.build_language_model(
        "lstm", size, dropout=dropout, output_bias=metrics.unigram_log_probs(ids, size)
    )
    training.train_language_model(lstm, ids, text.validation[:10_000], steps, evaluations=1)
    return lstm


def ask_a_network(
    seed: int, text: corpus.EncodedCorpus, steps: int = STEPS, dropout: float = 0.0
) -> dict:
    numbers, controls = (text.vocabulary.encode(words) for words in (OCCUPATIONS, CONTROLS))
    lstm = train_on_a_draw(seed, text, steps, dropout)
    next_word = next_word_of(lstm, text.vocabulary)
    row = {
        "seed": seed,
        "steps": steps,
        "test_perplexity": metrics.perplexity(training.score_stream(lstm, text.test).log_probs),
        "occupations": log_ratios(next_word, FRAMES, numbers),
        "controls": log_ratios(next_word, CONTROL_FRAMES, controls),
    }
    print(row, flush=True)
    return row


def associations() -> list[dict]:
    sentences, rows = shuffled_sentences(0), []
    for seed in VECTOR_SEEDS:
        vectors = word_vectors.train_word_vectors(sentences, seed=seed).wv
        for name, sets in WEAT.items():
            known = [[word for word in words if word in vectors] for words in sets]
            row = {"seed": seed, "test": name, "known": [len(words) for words in known]}
            if min(row["known"]) >= FEWEST:
                found = association_test(*(vectors[words] for words in known), resamples=20_000)
                row |= {"effect_size": found.effect_size, "p": found.p}
            rows.append(row)
            print(row, flush=True)
    return rows


def main() -> None:
    text = corpus.load_encoded()
    results = {
        "occupations": OCCUPATIONS,
        "frames": FRAMES,
        "controls": CONTROLS,
        "control_frames": CONTROL_FRAMES,
        "networks": [ask_a_network(seed, text) for seed in range(DRAWS)],
        "longer": ask_a_network(0, text, LONGER, DROPOUT),
        "vectors": associations(),
    }
    print(record("bias", results))


if __name__ == "__main__":
    main()
