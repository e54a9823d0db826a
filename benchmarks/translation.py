"""English to French by four methods, on the same short verses (chapter 7).

    python benchmarks/translation.py

Every method translates the same test verses of at most 15 words: word for word, by the noisy
channel, and by encoder-decoders without and with attention. The noisy channel and the network
with attention are also trained on a quarter of the verses, and on verses of up to 25 words. The
language model of the noisy channel has all the French of the training books.
"""

from collections.abc import Callable, Sequence
from typing import Any

from recording import record

from lmbook_utils import reproducibility
from lmbook_utils.datasets import load_bible
from lmbook_utils.ngram import NGramModel
from lmbook_utils.tasks.translation.encoder_decoder import (
    EncoderDecoder,
    build_encoder_decoder,
    train,
)
from lmbook_utils.tasks.translation.ibm_model1 import IBMModel1
from lmbook_utils.tasks.translation.judging import judge, metrics, paired_p_values
from lmbook_utils.tasks.translation.noisy_channel import NoisyChannel
from lmbook_utils.tasks.translation.search import attention_map, beam_search, translate_greedily
from lmbook_utils.tasks.translation.text import Pair, detokenize, short_pairs, tokenize
from lmbook_utils.vocabulary import Vocabulary

SEED = 0
UNITS, DROPOUT, BATCH_SIZE = 96, 0.2, 32
STEPS, STEPS_OF_LONGER = 1200, 1500
BEAM = 5
SETTINGS = [(1.0, 0.0), (1.0, 1.0), (0.5, 0.0)]  # weight of the LM, bonus for a word
WORD_FOR_WORD, CHANNEL = "word for word", "noisy channel"
PLAIN, ATTENTION = "encoder-decoder", "encoder-decoder with attention"
KINDS = {WORD_FOR_WORD: "baseline", CHANNEL: "classical", PLAIN: "neural", ATTENTION: "neural"}

Translate = Callable[[Sequence[str]], list[str]]


class Experiment:
    """The verses, and what has been found so far."""

    def __init__(self):
        verses = load_bible()
        self.short = [pair for _, pair in short_pairs(verses["train"])]
        self.longer = [pair for _, pair in short_pairs(verses["train"], max_words=25)]
        self.french = [tokenize(verse.french, "french") for verse in verses["train"]]
        self.validation, self.test = (short_pairs(verses[p]) for p in ("validation", "test"))
        self.results: dict[str, Any] = {
            "pairs": {
                "train": len(self.short),
                "longer": len(self.longer),
                "validation": len(self.validation),
                "test": len(self.test),
            },
            "signatures": {},
            "translations": {},
            "scores": {},
            "curve": [],
            "training": {},
            "attention": {},
        }

    def texts(self, translate: Translate, part: list) -> list[str]:
        return [detokenize(translate(pair.english)) for _, pair in part]

    def references(self, part: list) -> list[str]:
        return [verse.french for verse, _ in part]

    def judge(self, name: str, translations: list[str]) -> dict[str, list[float]]:
        scores = judge(translations, self.references(self.test))
        print(name, {metric: [round(x, 2) for x in score] for metric, score in scores.items()})
        return {metric: list(score) for metric, score in scores.items()}

    def add(self, name: str, translations: list[str]) -> None:
        self.results["translations"][name] = translations
        self.results["scores"][name] = self.judge(name, translations)
        self.save()

    def add_to_curve(self, method: str, data: str, pairs: int, translations: list[str]) -> None:
        scores = self.judge(f"{method}, {data}", translations)
        self.results["curve"].append(
            {"method": method, "data": data, "pairs": pairs, "scores": scores}
        )
        self.save()

    def save(self) -> None:
        self.results["summary"] = {
            "task": "Machine translation",
            "data": "verses of the Bible, English to French, at most 15 words",
            "metric": "chrF",
            "higher_is_better": True,
            "rows": [
                {
                    "method": name,
                    "kind": KINDS[name],
                    "value": s["chrF"][0],
                    "interval": s["chrF"][1:],
                }
                for name, s in self.results["scores"].items()
                if name in KINDS
            ],
        }
        record("translation", self.results)


def channel_of(pairs: list[Pair]) -> IBMModel1:
    """IBM Model 1 of English with French given."""
    return IBMModel1().fit([p.english for p in pairs], given=[p.french for p in pairs])


def word_for_word(pairs: list[Pair]) -> Translate:
    """The most probable French word for each English one; an unknown word is copied."""
    table = IBMModel1().fit([p.french for p in pairs], given=[p.english for p in pairs])

    def translate(sentence: Sequence[str]) -> list[str]:
        return [(table.best(word, 1) or [(word, 1.0)])[0][0] for word in sentence]

    return translate


def classical(experiment: Experiment) -> None:
    experiment.add(
        WORD_FOR_WORD, experiment.texts(word_for_word(experiment.short), experiment.test)
    )
    model = NGramModel(3, "kneser-ney").fit(experiment.french)
    channel = channel_of(experiment.short)
    settings = tuned(experiment, model, channel)
    data = {
        "a quarter": experiment.short[::4],
        "up to 15 words": experiment.short,
        "up to 25 words": experiment.longer,
    }
    for name, pairs in data.items():
        decoder = NoisyChannel(model, channel_of(pairs), *settings)
        translations = experiment.texts(decoder.translate, experiment.test)
        if pairs is experiment.short:
            experiment.add(CHANNEL, translations)
        experiment.add_to_curve(CHANNEL, name, len(pairs), translations)


def tuned(experiment: Experiment, model: NGramModel, channel: IBMModel1) -> tuple[float, float]:
    """The weight and the bonus with the best chrF on the validation verses."""
    found = []
    for lm_weight, bonus in SETTINGS:
        decoder = NoisyChannel(model, channel, lm_weight, bonus)
        texts = experiment.texts(decoder.translate, experiment.validation)
        scores = judge(texts, experiment.references(experiment.validation), resamples=2)
        found.append(
            {
                "lm_weight": lm_weight,
                "bonus": bonus,
                "chrF": scores["chrF"].value,
                "BLEU": scores["BLEU"].value,
            }
        )
        print(found[-1], flush=True)
    experiment.results["tuning"] = found
    best = max(found, key=lambda row: row["chrF"])
    return best["lm_weight"], best["bonus"]


def trained(
    experiment: Experiment, name: str, pairs: list[Pair], steps: int, attention: bool
) -> EncoderDecoder:
    reproducibility.set_seed(SEED)
    source = Vocabulary.from_sentences([pair.english for pair in pairs], min_count=2)
    target = Vocabulary.from_sentences([pair.french for pair in pairs], min_count=2)
    network = build_encoder_decoder(source, target, UNITS, attention, DROPOUT)
    epochs = max(1, round(steps / (len(pairs) / BATCH_SIZE)))
    history = train(
        network,
        pairs,
        epochs,
        [pair for _, pair in experiment.validation],
        learning_rate=1e-2,
        batch_size=BATCH_SIZE,
    )
    experiment.results["training"][name] = {
        "vocabularies": [len(source), len(target)],
        "parameters": network.training_model.count_params(),
        "history": history,
    }
    print(name, [round(row["val_loss"], 2) for row in history], flush=True)
    return network


def neural(experiment: Experiment) -> None:
    networks = {}
    for name, attention in ((ATTENTION, True), (PLAIN, False)):
        networks[name] = trained(experiment, name, experiment.short, STEPS, attention)
        by_beam = experiment.texts(with_beam(networks[name]), experiment.test)
        experiment.add(name, by_beam)
        experiment.add(f"{name}, greedy", greedy_texts(networks[name], experiment))
        if attention:
            experiment.results["attention"]["up to 15 words"] = attention_of(
                networks[name], experiment
            )
            experiment.add_to_curve(name, "up to 15 words", len(experiment.short), by_beam)
    compare(experiment)
    data = {
        "up to 25 words": (experiment.longer, STEPS_OF_LONGER),
        "a quarter": (experiment.short[::4], STEPS),
    }
    for name, (pairs, steps) in data.items():
        network = trained(experiment, f"{ATTENTION}, {name}", pairs, steps, attention=True)
        texts = experiment.texts(with_beam(network), experiment.test)
        experiment.results["translations"][f"{ATTENTION}, {name}"] = texts
        experiment.add_to_curve(ATTENTION, name, len(pairs), texts)
        experiment.results["attention"][name] = attention_of(network, experiment)
    experiment.save()


def attention_of(network: EncoderDecoder, experiment: Experiment) -> list[dict[str, Any]]:
    """The attention of a network on the first short validation verses, with its translations."""
    sentences = [pair.english for _, pair in experiment.validation if len(pair.english) <= 10]
    maps = []
    for english in sentences[:6]:
        french = beam_search(network, english, BEAM)[0].tokens
        weights = attention_map(network, english, french).round(4).tolist()
        maps.append({"english": english, "french": french, "weights": weights})
    return maps


def with_beam(network: EncoderDecoder) -> Translate:
    return lambda sentence: beam_search(network, sentence, BEAM)[0].tokens


def greedy_texts(network: EncoderDecoder, experiment: Experiment) -> list[str]:
    sentences = [pair.english for _, pair in experiment.test]
    return [detokenize(tokens) for tokens in translate_greedily(network, sentences)]


def compare(experiment: Experiment) -> None:
    """Paired tests: against word for word, and the two kinds of networks with each other."""
    translations, references = (
        experiment.results["translations"],
        experiment.references(experiment.test),
    )
    against_baseline = {name: translations[name] for name in KINDS}
    experiment.results["p_values"] = {
        "against word for word": paired_p_values(against_baseline, references),
        "against the encoder-decoder with attention": paired_p_values(
            {
                name: translations[name]
                for name in (ATTENTION, PLAIN, CHANNEL, f"{ATTENTION}, greedy")
            },
            references,
        ),
    }
    for name, metric in metrics().items():
        metric.corpus_score(translations[CHANNEL], [references])
        experiment.results["signatures"][name] = str(metric.get_signature())
    print(experiment.results["p_values"])
    experiment.save()


def main() -> None:
    experiment = Experiment()
    print(experiment.results["pairs"], flush=True)
    classical(experiment)
    neural(experiment)


if __name__ == "__main__":
    main()
