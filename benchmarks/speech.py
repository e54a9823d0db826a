"""Speech recognition: speak held-out sentences, hear them, and let language models choose.

    pip install -e ".[speech]"
    python benchmarks/speech.py

A synthetic voice speaks sentences of the validation and test articles, noise is added, and
pocketsphinx hears them with a unigram model as its first pass. Each sentence's 75 best hypotheses
with their acoustic scores go to ``results/speech_nbest.json``, and an LSTM's log-probabilities of
them. The settings of each language model are tuned on the validation sentences; the word error
rates of the test sentences go to ``results/speech.json``, and a learning curve over shares of the
training text. Takes half an hour on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from recording import RESULTS, record

from lmbook_utils import corpus, datasets, metrics, models, reproducibility, training
from lmbook_utils.ngram import NGramModel
from lmbook_utils.preprocessing import tokenize
from lmbook_utils.tasks.speech import rescoring
from lmbook_utils.tasks.speech.hypotheses import SpokenSentence, read_spoken, write_spoken
from lmbook_utils.tasks.speech.lattice import Hypothesis, acoustic_score, n_best
from lmbook_utils.tasks.speech.recogniser import (
    Recogniser,
    add_noise,
    speak,
)
from lmbook_utils.tasks.speech.words import recogniser_vocabulary, spoken_words
from lmbook_utils.vocabulary import Vocabulary

PARTS = ("validation", "test")
LENGTHS = range(5, 21)  # words of a sentence
DECIBELS = (20, 30)
HYPOTHESES = 75
ORDERS = (1, 2, 3, 5)
STEPS, DROPOUT = 3000, 0.3
SHARES = (0.25, 0.5)  # of the training text, for the learning curve
ALPHAS = (0.25, 0.5, 0.75)  # of the network in a mixture
FIRST_PASS = "first pass"
NBEST = RESULTS / "speech_nbest.json"


def spoken_sentences(part: str) -> list[list[str]]:
    """The text of a part as it would be spoken."""
    return list(filter(None, map(spoken_words, corpus.load_sentences(part))))


def sentences_to_speak(vocabulary: Vocabulary) -> Iterator[tuple[str, int, str, list[str]]]:
    """Part, number of the article, text and words of each sentence; each sentence once."""
    seen = set()
    for part in PARTS:
        for number, article in enumerate(datasets.load_wikipedia().split[part]):
            for text in article.sentences:
                words = spoken_words(tokenize(text))
                known = all(word in vocabulary for word in words)
                if len(words) in LENGTHS and known and tuple(words) not in seen:
                    seen.add(tuple(words))
                    yield part, number, text, words


def hear_all(vocabulary: Vocabulary, recogniser: Recogniser) -> list[SpokenSentence]:
    """Speak and hear all sentences."""
    rng = np.random.default_rng(0)
    heard = []
    for number, (part, article, text, words) in enumerate(sentences_to_speak(vocabulary)):
        decibels = round(float(rng.uniform(*DECIBELS)), 1)
        sound = recogniser.hear(add_noise(speak(text), decibels, seed=number))
        best = n_best(sound.lattice, HYPOTHESES, recogniser.word_score)
        if sound.words not in [hypothesis.words for hypothesis in best]:
            best.append(Hypothesis(sound.words, acoustic_score(sound.lattice, sound.words)))
        acoustic = np.array([hypothesis.acoustic for hypothesis in best])
        if not np.isfinite(acoustic).all():
            raise RuntimeError(f"the lattice of sentence {number} lacks what was recognised")
        heard.append(
            SpokenSentence(
                part=part,
                article=article,
                decibels=decibels,
                reference=tuple(words),
                recognised=sound.words,
                hypotheses=tuple(hypothesis.words for hypothesis in best),
                acoustic=acoustic - acoustic.max(),
                network=np.array([]),
            )
        )
        if number % 20 == 0:
            print(number, " ".join(words), "|", " ".join(sound.words), flush=True)
    return heard


def network_scores(
    train: Sequence[Sequence[str]],
    validation: Sequence[Sequence[str]],
    vocabulary: Vocabulary,
    heard: Sequence[SpokenSentence],
    steps: int,
    seed: int = 0,
) -> tuple[float, list[np.ndarray]]:
    """Train an LSTM; its validation perplexity, and the log-probabilities of all hypotheses."""
    reproducibility.set_seed(seed)
    ids = vocabulary.encode_sentences(train)
    size = len(vocabulary)
    model = models.build_language_model(
        "lstm", size, dropout=DROPOUT, output_bias=metrics.unigram_log_probs(ids, size)
    )
    training.train_language_model(
        model, ids, vocabulary.encode_sentences(validation), steps, evaluations=1
    )
    by_itself = training.score_sentences(model, vocabulary, validation)
    perplexity = float(np.exp(-by_itself.sum() / sum(len(s) + 1 for s in validation)))
    flat = [hypothesis for sentence in heard for hypothesis in sentence.hypotheses]
    totals = training.score_sentences(model, vocabulary, flat)
    ends = np.cumsum([len(sentence.hypotheses) for sentence in heard])[:-1]
    return perplexity, np.split(totals, ends)


class Judge:
    """Tunes on the validation sentences, and counts errors in the test sentences."""

    def __init__(self, heard: Sequence[SpokenSentence]):
        self.heard = heard
        self.is_test = np.array([sentence.part == "test" for sentence in heard])
        self.lengths = np.array([len(sentence.reference) for sentence in heard])
        self.candidates = [_candidates(sentence) for sentence in heard]
        said = [sentence.reference for sentence in heard]
        recognised = [sentence.recognised for sentence in heard]
        self.first_pass = rescoring.word_errors(said, recognised)[self.is_test]
        self.oracle = np.array([one.errors.min() for one in self.candidates])[self.is_test]
        self.test_lengths = self.lengths[self.is_test]

    def tuned(self, log_probs: Sequence[np.ndarray]) -> tuple[dict[str, Any], np.ndarray, int]:
        """The setting, the errors in each test sentence, and those on the validation part."""
        scored = [
            one.with_log_probs(values)
            for one, values in zip(self.candidates, log_probs, strict=True)
        ]
        development = [one for one, test in zip(scored, self.is_test, strict=True) if not test]
        test = [one for one, test in zip(scored, self.is_test, strict=True) if test]
        setting = rescoring.tune(development)
        on_development = rescoring.errors_of_choices(development, setting)
        errors = rescoring.errors_of_choices(test, setting)
        row = {
            "weight": setting.weight,
            "bonus": setting.bonus,
            "validation_wer": float(on_development.sum() / self.lengths[~self.is_test].sum()),
            **self.rate(errors),
        }
        return row, errors, int(on_development.sum())

    def mixed(
        self, ngram: Sequence[np.ndarray], network: Sequence[np.ndarray]
    ) -> tuple[dict[str, Any], np.ndarray]:
        """The same of a mixture, whose weight is tuned too."""
        tried = []
        for alpha in ALPHAS:
            mixture = [alpha * b + (1 - alpha) * a for a, b in zip(ngram, network, strict=True)]
            row, errors, on_development = self.tuned(mixture)
            tried.append((on_development, {"network_share": alpha, **row}, errors))
        _, row, errors = min(tried, key=lambda one: one[0])
        return row, errors

    def rate(self, errors: np.ndarray) -> dict[str, Any]:
        """The word error rate of the test sentences with its interval."""
        interval = rescoring.error_rate_interval(errors, self.test_lengths)
        return {
            "wer": rescoring.error_rate(errors, self.test_lengths),
            "interval": list(interval),
        }

    def compare(self, errors: np.ndarray, baseline: np.ndarray) -> dict[str, Any]:
        """A paired comparison as a dictionary."""
        return rescoring.compare_errors(errors, baseline, self.test_lengths)._asdict()


def _candidates(sentence: SpokenSentence) -> rescoring.Candidates:
    said = [sentence.reference] * len(sentence.hypotheses)
    return rescoring.Candidates(
        acoustic=sentence.acoustic,
        log_probs=np.zeros(len(sentence.acoustic)),
        lengths=np.array([len(words) for words in sentence.hypotheses]),
        errors=rescoring.word_errors(said, sentence.hypotheses),
    )


def learning_curve(
    train: Sequence[Sequence[str]],
    validation: Sequence[Sequence[str]],
    vocabulary: Vocabulary,
    heard: Sequence[SpokenSentence],
    judge: Judge,
) -> list[dict[str, Any]]:
    """Kneser–Ney and the network after the first part of the training text."""
    lists = [sentence.hypotheses for sentence in heard]
    rows = []
    for share in SHARES:
        part = train[: round(share * len(train))]
        ngram = NGramModel(5).fit(part, vocabulary)
        perplexity, network = network_scores(
            part, validation, vocabulary, heard, round(share * STEPS)
        )
        for model, ppl, log_probs in (
            ("kneser-ney 5", ngram.perplexity(validation), rescoring.score_with(ngram, lists)),
            ("lstm", perplexity, network),
        ):
            row = judge.tuned(log_probs)[0]
            rows.append({"share": share, "model": model, "validation_perplexity": ppl, **row})
            print(rows[-1], flush=True)
    return rows


def main() -> None:
    pronunciations = datasets.load_pronunciations()
    train, validation = spoken_sentences("train"), spoken_sentences("validation")
    vocabulary = recogniser_vocabulary(train, pronunciations)
    ngrams = {order: NGramModel(order).fit(train, vocabulary) for order in ORDERS}

    write_spoken(NBEST, hear_all(vocabulary, Recogniser(ngrams[1], pronunciations)))
    heard = read_spoken(NBEST)  # all that follows sees the rounded scores, as the chapter does

    perplexity, network = network_scores(train, validation, vocabulary, heard, STEPS)
    heard = [
        dataclasses.replace(sentence, network=scores)
        for sentence, scores in zip(heard, network, strict=True)
    ]
    write_spoken(NBEST, heard)
    heard = read_spoken(NBEST)

    judge = Judge(heard)
    lists = [sentence.hypotheses for sentence in heard]
    scores = {order: rescoring.score_with(model, lists) for order, model in ngrams.items()}
    rows = {FIRST_PASS: judge.rate(judge.first_pass), "oracle": judge.rate(judge.oracle)}
    errors = {FIRST_PASS: judge.first_pass}
    for order, model in ngrams.items():
        name = f"kneser-ney {order}"
        rows[name], errors[name], _ = judge.tuned(scores[order])
        rows[name]["validation_perplexity"] = model.perplexity(validation)
    network = [sentence.network for sentence in heard]
    rows["lstm"], errors["lstm"], _ = judge.tuned(network)
    rows["lstm"]["validation_perplexity"] = perplexity
    rows["mixture"], errors["mixture"] = judge.mixed(scores[5], network)
    for name, row in rows.items():
        print(name, row, flush=True)
    results = {
        "sentences": {part: sum(s.part == part for s in heard) for part in PARTS},
        "words": {"test": int(judge.test_lengths.sum())},
        "vocabulary": len(vocabulary),
        "steps": STEPS,
        "rows": rows,
        "comparisons": comparisons(judge, errors),
        "summary": summary(rows),
    }
    record("speech", results)
    results["learning_curve"] = learning_curve(train, validation, vocabulary, heard, judge)
    results["learning_curve"] += [
        {"share": 1.0, "model": name, **rows[name]} for name in ("kneser-ney 5", "lstm")
    ]
    print(record("speech", results))


def comparisons(judge: Judge, errors: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    """Paired comparisons of the systems that the chapter speaks of."""
    pairs = [
        *((name, FIRST_PASS) for name in errors if name != FIRST_PASS),
        ("kneser-ney 3", "kneser-ney 2"),
        ("kneser-ney 5", "kneser-ney 2"),
        ("lstm", "kneser-ney 5"),
        ("mixture", "kneser-ney 5"),
    ]
    return [{"system": a, "baseline": b, **judge.compare(errors[a], errors[b])} for a, b in pairs]


def summary(rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the table of the chapter's index is made of."""
    kinds = {
        FIRST_PASS: ("recogniser with a unigram model", "baseline"),
        "kneser-ney 2": ("rescored by Kneser–Ney, order 2", "classical"),
        "kneser-ney 5": ("rescored by Kneser–Ney, order 5", "classical"),
        "lstm": ("rescored by an LSTM", "neural"),
        "mixture": ("rescored by both", "neural"),
    }
    return {
        "task": "speech recognition",
        "data": "synthetic speech of Wikipedia sentences",
        "metric": "word error rate",
        "higher_is_better": False,
        "rows": [
            {
                "method": method,
                "kind": kind,
                "value": rows[name]["wer"],
                "interval": rows[name]["interval"],
            }
            for name, (method, kind) in kinds.items()
        ],
    }


if __name__ == "__main__":
    main()
