"""Words, pieces or characters? Models of each predict the same text, judged in bits per character.

    python benchmarks/units.py

The text is the Wikipedia corpus: lower-cased tokens with a blank between them, one sentence a line.
Everything is paid for: what is ``<unk>`` to a model of words is spelled by a model of characters,
and a character that the training part lacks is one of Unicode's. For each kind of unit there is an
LSTM and a Kneser–Ney model. All LSTMs are of one size and see the same text as often: an update
reads about the same text for each, and a gradient flows back through as much. Two kinds are
trained with two seeds, to see what a seed matters. Writes ``results/units.json`` after each
training. Takes half an hour on one core. How long an update takes is measured apart, by
``units_speed.py``.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import bz2
import gzip
import lzma
from collections import Counter
from dataclasses import dataclass

import keras
import numpy as np
from recording import record

from lmbook_utils import corpus, metrics, models, reproducibility, spelling, training
from lmbook_utils.ngram import NGramModel
from lmbook_utils.subwords import BPE, learn_bpe
from lmbook_utils.vocabulary import EOS, Vocabulary

WORD_VOCABULARIES = (1000, 5000, None)  # None: all words that occur twice
PIECE_VOCABULARIES = (500, 2000, 5000)
STEPS, WORDS_UNROLLED, STREAMS, UNITS, DROPOUT = 2400, 20, 16, 128, 0.1
SEEDED_TWICE = ("words 5,000", "pieces 2,000")
WORD_ORDER, PIECE_ORDER, SPELLING_ORDER = 5, 8, 8  # the best on the validation part
REFERENCE = "words 5,000"

Sentences = list[list[str]]
COMPRESSORS = {
    "gzip": lambda data: gzip.compress(data, 9),
    "bz2": lambda data: bz2.compress(data, 9),
    "xz": lambda data: lzma.compress(data, preset=9 | lzma.PRESET_EXTREME),
}


@dataclass
class Units:
    """One way to cut the text: the sentences of each part in units, and what a model needs."""

    name: str
    parts: dict[str, Sentences]
    vocabulary: Vocabulary
    speller: spelling.Speller
    order: int

    def ids(self, part: str) -> np.ndarray:
        return self.vocabulary.encode_sentences(self.parts[part])

    def spelling(self, part: str) -> np.ndarray:
        units = [unit for sentence in self.parts[part] for unit in [*sentence, EOS]]
        return spelling.spelling_log_probs(units, self.vocabulary, self.speller)

    def lengths(self, part: str) -> list[int]:
        return [len(sentence) + 1 for sentence in self.parts[part]]


class Text:
    """The sentences of each part, as words, and how many characters they have."""

    def __init__(self) -> None:
        articles = corpus.load_tokenized()
        self.words = {part: corpus.load_sentences(part) for part in articles}
        self.counts = Counter(word for sentence in self.words["train"] for word in sentence)
        self.characters = spelling.frequent_characters(self.counts)
        self.lengths = {
            part: [spelling.number_of_characters(s) for s in self.words[part]] for part in articles
        }
        article_of = np.repeat(np.arange(len(articles["test"])), list(map(len, articles["test"])))
        self.test_articles = np.repeat(article_of, self.lengths["test"])

    def total(self, part: str) -> int:
        return sum(self.lengths[part])

    def encoded(self, part: str) -> bytes:
        return "".join(" ".join(sentence) + "\n" for sentence in self.words[part]).encode()

    def in_words(self, size: int | None) -> Units:
        vocabulary = Vocabulary.from_sentences(
            self.words["train"], size, min_count=1 if size else 2
        )
        unknown = [w for sentence in self.words["train"] for w in sentence if w not in vocabulary]
        speller = spelling.SpellingModel(self.characters, SPELLING_ORDER).fit(unknown)
        name = f"words {len(vocabulary):,}"
        return Units(name, self.words, vocabulary, speller.score, WORD_ORDER)

    def in_pieces(self, bpe: BPE) -> Units:
        vocabulary = bpe.vocabulary(self.characters)
        unknown = spelling.unknown_character_log_prob(len(self.characters) + 1)  # and the blank
        parts = {part: [bpe.encode(s) for s in self.words[part]] for part in self.words}
        name = f"pieces {len(vocabulary):,}" if bpe.merges else "characters"
        return Units(
            name, parts, vocabulary, lambda pieces: np.full(len(pieces), unknown), PIECE_ORDER
        )

    def in_all_units(self) -> list[Units]:
        characters = self.in_pieces(BPE([]))
        base = len(characters.vocabulary)
        merges = learn_bpe(self.counts, max(PIECE_VOCABULARIES) - base).merges
        return [
            *(self.in_words(size) for size in WORD_VOCABULARIES),
            *(self.in_pieces(BPE(merges[: size - base])) for size in reversed(PIECE_VOCABULARIES)),
            characters,
        ]


def unrolled_steps(units: Units, text: Text) -> int:
    """So many units that a gradient flows back through as much text as with words."""
    words = sum(len(sentence) + 1 for sentence in text.words["train"])
    return round(WORDS_UNROLLED * sum(units.lengths("train")) / words)


def build(units: Units, train_ids: np.ndarray) -> keras.Model:
    size = len(units.vocabulary)
    return models.build_language_model(
        "lstm",
        size,
        UNITS,
        UNITS,
        dropout=DROPOUT,
        batch_size=STREAMS,
        output_bias=metrics.unigram_log_probs(train_ids, size),
    )


def train(units: Units, seed: int, text: Text) -> keras.Model:
    reproducibility.set_seed(seed)
    ids = units.ids("train")
    model = build(units, ids)
    training.train_language_model(
        model, ids, units.ids("validation"), STEPS, unrolled_steps(units, text), evaluations=1
    )
    return model


def spread(log_probs: np.ndarray, units: Units, text: Text) -> np.ndarray:
    """Log-probabilities of the test part for each character, spelling included."""
    paid = log_probs + units.spelling("test")
    return spelling.spread_over_characters(paid, units.lengths("test"), text.lengths["test"])


def bits(log_probs: np.ndarray, units: Units, part: str, text: Text) -> float:
    return spelling.bits_per_character(log_probs, units.spelling(part), text.total(part))


def describe(
    validation: np.ndarray, test: np.ndarray, units: Units, text: Text, reference: np.ndarray
) -> dict:
    """What the models' log-probabilities of two parts cost, and how sure that is."""
    spelled = bits(0 * test, units, "test", text)
    each = spread(test, units, text)
    low, high = np.log2(metrics.perplexity_interval(each, text.test_articles))
    ratio = metrics.perplexity_ratio_interval(each, reference, text.test_articles)
    return {
        "unit_perplexity": metrics.perplexity(test),
        "validation_bits_per_character": bits(validation, units, "validation", text),
        "bits_per_character": bits(test, units, "test", text),
        "of_which_spelling": spelled,
        "interval": [float(low), float(high)],
        "difference_to_reference_interval": np.log2(ratio).tolist(),
    }


def score_ngrams(units: Units) -> tuple[np.ndarray, np.ndarray]:
    model = NGramModel(units.order).fit(units.parts["train"], units.vocabulary)
    return model.score(units.parts["validation"]), model.score(units.parts["test"])


def score_network(model: keras.Model, units: Units) -> tuple[np.ndarray, np.ndarray]:
    validation, test = units.ids("validation"), units.ids("test")
    return (
        training.score_stream(model, validation).log_probs,
        training.score_stream(model, test).log_probs,
    )


def baselines(text: Text) -> list[dict]:
    """Compressors, with the training part before the test part and without; and no context."""
    train, test = text.encoded("train"), text.encoded("test")
    rows = []
    for name, compress in COMPRESSORS.items():
        alone, primed = len(compress(test)), len(compress(train + test)) - len(compress(train))
        for label, size in ((name, alone), (f"{name}, training part first", primed)):
            rows.append({"model": label, "bits_per_character": 8 * size / text.total("test")})
    characters = text.in_pieces(BPE([]))
    uniform = np.full(len(characters.ids("test")), -np.log(len(text.characters) + 3))
    unigram = NGramModel(1).fit(characters.parts["train"], characters.vocabulary)
    for label, log_probs in (
        ("all characters equally probable", uniform),
        ("frequencies of characters", unigram.score(characters.parts["test"])),
    ):
        cost = bits(log_probs, characters, "test", text)
        rows.append({"model": label, "bits_per_character": cost})
    return rows


def facts(units: Units, text: Text) -> dict:
    return {
        "vocabulary": len(units.vocabulary),
        "characters_per_unit": text.total("test") / sum(units.lengths("test")),
        "unknown_share": float((units.ids("test") == Vocabulary.unk_id).mean()),
        "unrolled_steps": unrolled_steps(units, text),
        "parameters": build(units, units.ids("train")).count_params(),
    }


def main() -> None:
    text = Text()
    all_units = text.in_all_units()
    by_name = {units.name: units for units in all_units}
    settings = {
        "steps": STEPS,
        "passes": STEPS * STREAMS * WORDS_UNROLLED / sum(by_name[REFERENCE].lengths("train")),
        "characters": {part: text.total(part) for part in text.words},
        "known_characters": len(text.characters),
        "reference": REFERENCE,
        "baselines": baselines(text),
    }
    units_rows = {units.name: facts(units, text) for units in all_units}
    print(settings, units_rows, sep="\n", flush=True)
    rows = []
    reference = spread(score_ngrams(by_name[REFERENCE])[1], by_name[REFERENCE], text)
    for units in all_units:
        scores = describe(*score_ngrams(units), units, text, reference)
        rows.append({"units": units.name, "model": "kneser-ney", "order": units.order, **scores})
        print(rows[-1], flush=True)
    runs = [(units.name, 0) for units in all_units]
    runs.sort(key=lambda run: run[0] != REFERENCE)  # the others are compared with its scores
    runs += [(name, 1) for name in SEEDED_TWICE]
    reference = None
    for name, seed in runs:
        units = by_name[name]
        validation, test = score_network(train(units, seed, text), units)
        reference = spread(test, units, text) if reference is None else reference
        scores = describe(validation, test, units, text, reference)
        rows.append({"units": name, "model": "lstm", "seed": seed, **scores})
        print(rows[-1], flush=True)
        path = record("units", {**settings, "units": units_rows, "runs": rows})
    print(path)


if __name__ == "__main__":
    main()
