"""What does a language model remember of a secret in its training text?

    python benchmarks/memorisation.py

Secrets of three number words, each behind a frame of its own, are planted 0 to 64 times in 30
articles of the training part. A Kneser–Ney model and four LSTMs (without anything, with dropout,
with early stopping, with L2 regularisation) read the text. Each secret is ranked among all 1,000,
the frame is continued by the likeliest words, and the probability of drawing the secret behind its
frame is computed. Each model also writes sentences without any frame given, in which the secrets
are looked for. Two seeds. Writes ``results/memorisation.json``, which chapter 10 reads. Takes
twenty minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from collections import Counter
from collections.abc import Callable

import keras
import numpy as np
from recording import record

from lmbook_utils import corpus, metrics, models, ngram, reproducibility, training
from lmbook_utils.models import regularisation
from lmbook_utils.privacy import canaries
from lmbook_utils.vocabulary import Vocabulary

ARTICLES, STEPS, EVALUATIONS, SEEDS = 30, 700, 7, (0, 1)
WRITTEN, STREAMS, LONGEST = 4000, 200, 30  # sentences that each network writes
TEMPERATURE = 0.5  # of the writing: below 1, to see more of what the network is sure of
TIMES = (0, 1, 4, 16, 64)
NUMBERS = "one two three four five six seven eight nine ten".split()
NAMES = (
    "january february march april may june july august september october november december "
    "london paris rome"
).split()
SECRETS = canaries.candidates(NUMBERS, 3)
NETWORKS: dict[str, dict[str, float]] = {
    "LSTM": {},
    "LSTM, dropout 0.5": {"dropout": 0.5},
    "LSTM, early stopping": {"patience": EVALUATIONS},
    "LSTM, L2 1e-4": {"l2": 1e-4},
}
NextWord = Callable[[list[str]], np.ndarray]


def train_network(
    ids: np.ndarray,
    text: corpus.EncodedCorpus,
    seed: int,
    dropout: float = 0.0,
    patience: int | None = None,
    l2: float = 0.0,
) -> keras.Model:
    reproducibility.set_seed(seed)
    size = len(text.vocabulary)
    lstm = models.build_language_model(
        "lstm", size, dropout=dropout, output_bias=metrics.unigram_log_probs(ids, size)
    )
    if l2:
        regularisation.add_l2(lstm, l2)
    training.train_language_model(
        lstm, ids, text.validation[:10_000], STEPS, evaluations=EVALUATIONS, patience=patience
    )
    return lstm


def next_word_of(network: keras.Model, vocabulary: Vocabulary) -> NextWord:
    """The probabilities of the word after the beginning of a sentence."""
    reader = models.with_batch_size(network, 1)

    def probabilities(words: list[str]) -> np.ndarray:
        models.reset_state(reader)
        ids = np.array([[vocabulary.eos_id, *vocabulary.encode(words)]], np.int32)
        return keras.ops.softmax(reader(ids)[0, -1]).numpy().astype(float)

    return probabilities


def ask(
    score: Callable[[list[list[str]]], np.ndarray],
    next_word: NextWord,
    vocabulary: Vocabulary,
    planted: list[canaries.Canary],
) -> list[dict]:
    """For each canary: its exposure, what the frame is continued with, and the odds of a draw."""
    rows = []
    for canary in planted:
        log_probs = score([[*canary.frame, *secret] for secret in SECRETS])
        greedy, drawn = list(canary.frame), 1.0
        for number, word in enumerate(canary.secret):
            likely = next_word(greedy)
            greedy.append(vocabulary.tokens[int(likely.argmax())])
            true = next_word([*canary.frame, *canary.secret[:number]])
            drawn *= float(true[vocabulary.encode([word])[0]])
        rows.append(
            {
                "times": canary.times,
                "exposure": canaries.exposure(log_probs, SECRETS.index(canary.secret)),
                "word_for_word": tuple(greedy[len(canary.frame) :]) == canary.secret,
                "probability": drawn,
            }
        )
    return rows


def write(network: keras.Model, vocabulary: Vocabulary, seed: int) -> list[tuple[str, ...]]:
    """Sentences that the network writes without a beginning, many at a time."""
    writer, rng = models.with_batch_size(network, STREAMS), np.random.default_rng(seed)
    sentences: list[tuple[str, ...]] = []
    for _ in range(WRITTEN // STREAMS):
        models.reset_state(writer)
        ids = np.full((STREAMS, 1), vocabulary.eos_id, np.int32)
        for _ in range(LONGEST):
            logits = writer(ids[:, -1:])[:, -1].numpy() / TEMPERATURE
            word = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)  # a draw of softmax
            ids = np.column_stack([ids, word])
        for row in ids[:, 1:]:
            ends = np.flatnonzero(row == vocabulary.eos_id)
            sentences.append(tuple(vocabulary.decode(row[: ends[0]] if len(ends) else row)))
    return sentences


def look_for(planted: list[canaries.Canary], written: list[tuple[str, ...]]) -> list[dict]:
    """For each canary: how often it was written, and the most frequent wrong secret behind it."""
    counts = Counter(written)
    rows = []
    for canary in planted:
        behind = {secret: counts[(*canary.frame, *secret)] for secret in SECRETS}
        rows.append({"written": behind.pop(canary.secret), "wrong": max(behind.values())})
    return rows


def ask_ngram(model: ngram.NGramModel, planted: list[canaries.Canary]) -> list[dict]:
    def score(sentences: list[list[str]]) -> np.ndarray:
        return model.score(sentences).reshape(len(sentences), -1).sum(axis=1)

    def next_word(words: list[str]) -> np.ndarray:
        return model.next_word_distribution(["<s>", *words])

    return ask(score, next_word, model.vocabulary_, planted)


def draw(seed: int) -> list[canaries.Canary]:
    """Other names and other secrets for each number of plantings."""
    order = np.random.default_rng(seed).permutation(len(NAMES))
    frames = [f"the secret code of {NAMES[i]} is".split() for i in order]
    return canaries.draw_canaries(frames, TIMES, SECRETS, seed)


def run(seed: int, text: corpus.EncodedCorpus, sentences: list[list[str]]) -> list[dict]:
    planted = draw(seed)
    words = canaries.plant(sentences, planted, seed)
    vocabulary, ids = text.vocabulary, text.vocabulary.encode_sentences(words)
    kneser_ney = ngram.NGramModel(5).fit(words, vocabulary)
    rows = [
        {
            "model": "Kneser–Ney",
            "test_perplexity": kneser_ney.perplexity(corpus.load_sentences("test")),
            "canaries": ask_ngram(kneser_ney, planted),
        }
    ]
    for name, settings in NETWORKS.items():
        network = train_network(ids, text, seed, **settings)

        def score(candidates: list[list[str]], network: keras.Model = network) -> np.ndarray:
            return training.score_sentences(network, vocabulary, candidates)

        log_probs = training.score_stream(network, text.test).log_probs
        asked = ask(score, next_word_of(network, vocabulary), vocabulary, planted)
        found = look_for(planted, write(network, vocabulary, seed))
        rows.append(
            {
                "model": name,
                "test_perplexity": metrics.perplexity(log_probs),
                "canaries": [one | other for one, other in zip(asked, found, strict=True)],
            }
        )
        print(seed, name, rows[-1]["test_perplexity"], flush=True)
    return [row | {"seed": seed} for row in rows]


def main() -> None:
    articles = corpus.load_tokenized()["train"][:ARTICLES]
    sentences = [sentence for article in articles for sentence in article]
    text = corpus.load_encoded()
    results = {
        "steps": STEPS,
        "sentences": len(sentences),
        "tokens": sum(len(sentence) + 1 for sentence in sentences),
        "candidates": len(SECRETS),
        "written": WRITTEN,
        "temperature": TEMPERATURE,
        "runs": [row for seed in SEEDS for row in run(seed, text, sentences)],
    }
    print(record("memorisation", results))


if __name__ == "__main__":
    main()
