"""English to French by four methods, on the same sentence pairs (chapter 7).

    python benchmarks/translation.py

Every method learns from the verses of at most 25 words and translates the same test verses of at
most 15: word for word, by the noisy channel, and by encoder-decoders without and with attention,
which read and write word pieces. For the learning curve, the noisy channel and the network with
attention also learn from the verses of at most 15 words, and from a quarter of these. The language
model of the noisy channel has all the French of the training books.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from recording import record

from lmbook_utils import reproducibility
from lmbook_utils.datasets import load_bible
from lmbook_utils.metrics import unigram_log_probs
from lmbook_utils.ngram import NGramModel
from lmbook_utils.tasks.translation.encoder_decoder import (
    EncoderDecoder,
    build_encoder_decoder,
)
from lmbook_utils.tasks.translation.ibm_model1 import IBMModel1
from lmbook_utils.tasks.translation.judging import judge, metrics, paired_p_values
from lmbook_utils.tasks.translation.noisy_channel import NoisyChannel
from lmbook_utils.tasks.translation.pieces import Pieces, join_pieces, learn_pieces
from lmbook_utils.tasks.translation.search import attention_map, beam_search, translate_greedily
from lmbook_utils.tasks.translation.text import Pair, detokenize, short_pairs, tokenize
from lmbook_utils.tasks.translation.training import train
from lmbook_utils.vocabulary import Vocabulary

SEED = 0
MAX_WORDS = 25
MERGES, UNITS, DROPOUT = 3000, 192, 0.2
BATCH_SIZE, LEARNING_RATE = 64, 3e-3
BEAM, MAX_PIECES = 5, 80
LM_WEIGHTS, BONUSES = (1.0, 0.7, 0.5, 0.35, 0.25), (0.0, 1.0)
TUNED_ON = 4  # every fourth validation verse
QUARTER, SHORT, ALL = "a quarter of them", "up to 15 words", f"up to {MAX_WORDS} words"
EPOCHS = {QUARTER: 30, SHORT: 16, ALL: 8}  # the best epoch on validation verses is kept
WORD_FOR_WORD, CHANNEL = "word for word", "noisy channel"
PLAIN, ATTENTION = "encoder-decoder", "encoder-decoder with attention"
KINDS = {WORD_FOR_WORD: "baseline", CHANNEL: "classical", PLAIN: "neural", ATTENTION: "neural"}

Translate = Callable[[Sequence[str]], list[str]]


class Experiment:
    """The verses, and what has been found so far."""

    def __init__(self):
        verses = load_bible()
        short = [pair for _, pair in short_pairs(verses["train"])]
        longer = [pair for _, pair in short_pairs(verses["train"], MAX_WORDS)]
        self.data = {QUARTER: short[::4], SHORT: short, ALL: longer}
        self.train = longer
        self.french = [tokenize(verse.french, "french") for verse in verses["train"]]
        self.validation, self.test = (short_pairs(verses[p]) for p in ("validation", "test"))
        self.results: dict[str, Any] = {
            "pairs": {name: len(pairs) for name, pairs in self.data.items()},
            "held_out": {"validation": len(self.validation), "test": len(self.test)},
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

    def add_to_curve(self, method: str, data: str, translations: list[str]) -> None:
        scores = self.judge(f"{method}, {data}", translations)
        pairs = len(self.data[data])
        self.results["curve"].append(
            {"method": method, "data": data, "pairs": pairs, "scores": scores}
        )
        self.save()

    def save(self) -> None:
        self.results["summary"] = {
            "task": "Machine translation",
            "data": "verses of the Bible of at most 15 words, English to French",
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
        WORD_FOR_WORD, experiment.texts(word_for_word(experiment.train), experiment.test)
    )
    model = NGramModel(3, "kneser-ney").fit(experiment.french)
    settings = tuned(experiment, model)
    for name, pairs in experiment.data.items():
        decoder = NoisyChannel(model, channel_of(pairs), *settings)
        translations = experiment.texts(decoder.translate, experiment.test)
        if pairs is experiment.train:
            experiment.add(CHANNEL, translations)
        experiment.add_to_curve(CHANNEL, name, translations)


def tuned(experiment: Experiment, model: NGramModel) -> tuple[float, float]:
    """The weight of the language model and the bonus with the best chrF on validation verses."""
    found = []
    channel = channel_of(experiment.train)
    verses = experiment.validation[::TUNED_ON]
    for lm_weight, bonus in ((weight, bonus) for weight in LM_WEIGHTS for bonus in BONUSES):
        decoder = NoisyChannel(model, channel, lm_weight, bonus)
        texts = experiment.texts(decoder.translate, verses)
        scores = judge(texts, experiment.references(verses), resamples=2)
        values = {metric: score.value for metric, score in scores.items()}
        found.append({"lm_weight": lm_weight, "bonus": bonus, **values})
        print(found[-1], flush=True)
    experiment.results["tuning"] = found
    best = max(found, key=lambda row: row["chrF"])
    return best["lm_weight"], best["bonus"]


class Translator:
    """A network with the pieces that it reads and writes."""

    def __init__(self, network: EncoderDecoder, pieces: Pieces):
        self.network, self.pieces = network, pieces

    def by_beam(self, sentence: Sequence[str]) -> list[str]:
        source = self.pieces.english.encode(sentence)
        return join_pieces(beam_search(self.network, source, BEAM, MAX_PIECES)[0].tokens)

    def greedily(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        sources = [self.pieces.english.encode(sentence) for sentence in sentences]
        return [join_pieces(p) for p in translate_greedily(self.network, sources, MAX_PIECES)]

    def attention(self, sentence: Sequence[str]) -> dict[str, Any]:
        """The weights of the attention for the translation that it finds."""
        source = self.pieces.english.encode(sentence)
        written = beam_search(self.network, source, BEAM, MAX_PIECES)[0].tokens
        weights = attention_map(self.network, source, written).round(4).tolist()
        return {"english": source, "french": written, "weights": weights}


def trained(experiment: Experiment, data: str, attention: bool) -> Translator:
    reproducibility.set_seed(SEED)
    pairs = experiment.data[data]
    pieces = learn_pieces(pairs, MERGES)
    cut = [pieces.cut(pair) for pair in pairs]
    ends = (chain(pieces.target.encode(pair.french), [Vocabulary.eos_id]) for pair in cut)
    bias = unigram_log_probs(list(chain.from_iterable(ends)), len(pieces.target))
    network = build_encoder_decoder(
        pieces.source, pieces.target, UNITS, attention, DROPOUT, output_bias=bias
    )
    validation = [pair for _, pair in experiment.validation]
    cut_validation = [pieces.cut(pair) for pair in validation]
    history = train(network, cut, EPOCHS[data], cut_validation, LEARNING_RATE, BATCH_SIZE)
    tokens = [sum(len(p.french) + 1 for p in held_out) for held_out in (validation, cut_validation)]
    name = f"{ATTENTION if attention else PLAIN}, {data}"
    experiment.results["training"][name] = {
        "vocabularies": [len(pieces.source), len(pieces.target)],
        "parameters": network.training_model.count_params(),
        "pieces_per_word": tokens[1] / tokens[0],
        "history": history,
    }
    print(name, [round(row["val_loss"], 2) for row in history], flush=True)
    return Translator(network, pieces)


def neural(experiment: Experiment) -> None:
    for data in experiment.data:
        translator = trained(experiment, data, attention=True)
        experiment.results["attention"][data] = attention_of(translator, experiment)
        translations = experiment.texts(translator.by_beam, experiment.test)
        experiment.add_to_curve(ATTENTION, data, translations)
    add_network(experiment, ATTENTION, translator, translations)
    translator = trained(experiment, ALL, attention=False)
    translations = experiment.texts(translator.by_beam, experiment.test)
    add_network(experiment, PLAIN, translator, translations)


def add_network(
    experiment: Experiment, name: str, translator: Translator, by_beam: list[str]
) -> None:
    experiment.add(name, by_beam)
    greedily = translator.greedily([pair.english for _, pair in experiment.test])
    experiment.add(f"{name}, greedy", list(map(detokenize, greedily)))


def attention_of(translator: Translator, experiment: Experiment) -> list[dict[str, Any]]:
    """The attention of a network on the first short validation verses, with its translations."""
    sentences = [pair.english for _, pair in experiment.validation if len(pair.english) <= 10]
    return [translator.attention(sentence) for sentence in sentences[:6]]


def compare(experiment: Experiment) -> None:
    """Paired tests: against word for word, and the two kinds of networks with each other."""
    translations = experiment.results["translations"]
    references = experiment.references(experiment.test)
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
    compare(experiment)


if __name__ == "__main__":
    main()
