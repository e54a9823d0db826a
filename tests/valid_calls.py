"""One call of each public function, class and method of the package that should work.

``CALLS`` has a row for each: its name within the package, and a function that makes its arguments
anew (of a method, the object is the argument ``self``). ``test_bad_input.py`` makes each call, and
then spoils one argument at a time. Arguments that may be left out are given too, so that they are
spoiled as well.
"""

import functools
import tempfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from lmbook_utils import (
    compression,
    corruption,
    export,
    metrics,
    minimal_pairs,
    models,
    optimizers,
    output_losses,
    rnn,
    saving,
    scaling_laws,
    sentences,
    spelling,
    storage,
    subwords,
    word_vectors,
)
from lmbook_utils.datasets.aclsum import Paper
from lmbook_utils.datasets.bible import Verse
from lmbook_utils.datasets.movielens import MovieLens
from lmbook_utils.datasets.reviews import MovieReviews
from lmbook_utils.datasets.wikipedia import Article, Section, Wikipedia
from lmbook_utils.export import network as exported_network
from lmbook_utils.models.replacement import WordReplacement
from lmbook_utils.ngram import NGramModel, counting
from lmbook_utils.privacy import canaries
from lmbook_utils.streaming import counting as streamed_counting
from lmbook_utils.streaming import shards
from lmbook_utils.tasks import minilm, padding
from lmbook_utils.tasks.question_answering import passages, reading
from lmbook_utils.tasks.question_answering.data import Answer, Question, load_questions
from lmbook_utils.tasks.recommendation import recommenders
from lmbook_utils.tasks.recommendation.evaluation import Outcomes
from lmbook_utils.tasks.recommendation.sessions import Session
from lmbook_utils.tasks.semantic_roles import classical as role_features
from lmbook_utils.tasks.semantic_roles import networks as role_networks
from lmbook_utils.tasks.semantic_roles.bio import TAGS
from lmbook_utils.tasks.semantic_roles.data import Proposition
from lmbook_utils.tasks.sentiment import classical as sentiment_classical
from lmbook_utils.tasks.sentiment import networks as sentiment_networks
from lmbook_utils.tasks.sentiment.data import Reviews
from lmbook_utils.tasks.speech import channel, hypotheses, lattice, rescoring
from lmbook_utils.tasks.summarisation import classical as summaries
from lmbook_utils.tasks.summarisation import networks as summary_networks
from lmbook_utils.tasks.translation import encoder_decoder, ibm_model1, noisy_channel, pieces, text
from lmbook_utils.training import Checkpoint
from lmbook_utils.vocabulary import Vocabulary

mpl.use("Agg")

FOLDER = tempfile.TemporaryDirectory()  # what the calls read and write; gone when the tests end


def new_path():
    """A path of a file or folder that is not there yet."""
    return Path(tempfile.mkdtemp(dir=FOLDER.name), "new")


def rng():
    return np.random.default_rng(0)


VOCABULARY = Vocabulary(["the", "cat", "sat", "a", "dog", "ran"])  # 10 tokens
SENTENCES = (["the", "cat", "sat"], ["the", "dog", "sat"], ["a", "cat", "ran"])
MODEL = NGramModel(order=2, smoothing="add-k").fit(SENTENCES, VOCABULARY)
SPOKEN_WORDS = Vocabulary(["the", "cat", "dog"])
SPEAKER = {"cat": (("K", "AE", "T"),), "dog": (("D", "AO", "G"),), "the": (("DH", "AH"),)}
PAPER = Paper(
    name="X1",
    title="Ants",
    sentences=("Ants march .", "We parse ants ."),
    sections=("abstract", "abstract"),
    summaries={"approach": "We parse ants."},
    labels=dict.fromkeys(("challenge", "approach", "outcome"), (0, 1)),
)
ARTICLE = Article("Ada", (Section("", ("Ada wrote programs.",)),), ("Ada wrote programs.",))
PROPOSITION = Proposition("Ada", "test", 0, ("Ada", "wrote", "it"), 1, (("ARG0", 0, 1),))
OTHER_PROPOSITION = Proposition("Ada", "test", 1, ("It", "works"), 1, ())
QUESTION = Question("Where do bees live?", (Answer("X", 1, 3, 4, ""),))
PASSAGES = [
    passages.Passage("X", 0, "Ants live in colonies.", "", ""),
    passages.Passage("X", 1, "Bees live in hives.", "", ""),
]
INDEX = passages.build_index(PASSAGES)
FOUND = reading.find_candidates("Where do bees live?", INDEX, {0: 1.0, 1: 2.5})
RIGHT = np.arange(len(FOUND.texts)) == 0
RATINGS = MovieLens(
    users=np.array([7, 7, 7]),
    films=np.array([1, 48, 5]),
    stars=np.array([4.0, 3.0, 5.0]),
    times=np.array([60, 0, 9000]),
    titles={},
    genres={},
)
MANY_RATINGS = MovieLens(
    np.full(20, 7), np.arange(20), np.full(20, 4.0), 60 * np.arange(20), {}, {}
)
OUTCOMES = Outcomes(np.array([7, 7]), np.array([1, 3]), np.array([[4, 5], [6, 5]]))
REVIEWS = Reviews(("a", "b", "c"), (("a",), ("b",), ("c",)), np.array([0, 1, 1]))
SESSIONS = (Session(7, ("cat", "dog"), 0, 60), Session(8, ("the", "cat", "sat"), 0, 90))
WORDS = lattice.Lattice(
    ("", "to", "two", "go", ""),
    (0, 1, 1, 5, 9),
    ((0, 1, 0.0), (0, 2, 0.0), (1, 3, -2.0), (2, 3, -1.0), (3, 4, -3.0)),
    0,
    4,
)
CANDIDATES = rescoring.Candidates(
    np.array([-10.0, -14.0]), np.array([-9.0, -7.0]), np.array([2, 2]), np.array([1, 0])
)
SPOKEN = hypotheses.SpokenSentence(
    part="test",
    article=0,
    decibels=25.0,
    reference=("go", "on"),
    recognised=("go", "in"),
    hypotheses=(("go", "in"), ("go", "on")),
    acoustic=np.array([-3.0, -4.25]),
    network=np.array([]),
)
PAIRS = [text.Pair(["the", "sea"], ["la", "mer"]), text.Pair(["a", "sea"], ["une", "mer"])]
CHANNEL = ibm_model1.IBMModel1().fit(
    [["the", "house"], ["the", "book"], ["a", "book"]],
    [["la", "maison"], ["le", "livre"], ["un", "livre"]],
)
TRANSLATOR = noisy_channel.NoisyChannel(MODEL, CHANNEL)
TREE = minimal_pairs.MinimalPair("agreement", ("they", "are", "old"), ("they", "is", "old"))
LAW = scaling_laws.PowerLaw(irreducible=2.0, factor=6.0, exponent=0.5)
X = np.array([1e3, 1e4, 1e5, 1e6])
PIECES = [np.array([4, 5, 6, 7, 8, 9, 10, 11])]
LOG_PROBS = np.log([0.5, 0.25, 0.5, 0.125])
GROUPS = np.array([0, 0, 1, 1])
ORDERS = counting.count_ngrams(counting.make_stream(SENTENCES, VOCABULARY), 2, len(VOCABULARY))
STREAM = counting.make_stream(SENTENCES, VOCABULARY)

LATTICE_FILE = """Frames 30
Nodes 2 (NODEID WORD STARTFRAME FIRST-ENDFRAME LAST-ENDFRAME)
0 </s> 20 29 29 ; 0
1 yes(2) 0 19 19 ; 0
Initial 1
Final 0
Edges (FROM-NODEID TO-NODEID ASCORE)
1 0 -20001
End
"""


def longer_is_worse(some):
    return -np.array([len(" ".join(sentence)) for sentence in some], float)


@functools.cache
def language_model():
    """An LSTM that has the vocabulary's words."""
    return models.build_language_model("lstm", 10, 4, 4, batch_size=2)


@functools.cache
def one_stream():
    return models.with_batch_size(language_model(), 1)


@functools.cache
def tied_model():
    return models.build_language_model("lstm", 10, 4, 4, batch_size=2, tied=True)


@functools.cache
def article_model():
    return models.build_article_model(10, 4, 4)


@functools.cache
def exported():
    return export.Exported(
        VOCABULARY, exported_network.from_keras(tied_model()), list(MODEL.tables_)
    )


@functools.cache
def encoder():
    return minilm.build_encoder()


@functools.cache
def classifier():
    return sentiment_networks.build_recurrent_classifier(10, 4, 4)


@functools.cache
def tagger():
    return role_networks.build_tagger(10, units=3)


@functools.cache
def extractor():
    return summary_networks.build_extractor(2, units=4)


@functools.cache
def translator():
    return encoder_decoder.build_encoder_decoder(
        Vocabulary(["the", "a", "sea"]), Vocabulary(["la", "une", "mer"]), units=4
    )


@functools.cache
def word_model():
    return word_vectors.train_word_vectors([["a", "b", "c"]] * 5, size=4, epochs=1).wv


@functools.cache
def labeller():
    return role_features.FeatureLabeller(min_count=1).fit([PROPOSITION])


@functools.cache
def bayes():
    reviews = [["good", "film"], ["bad", "film"], ["bad", "plot"]]
    return sentiment_classical.NaiveBayes().fit(reviews, [1, 0, 0])


@functools.cache
def sentence_classifier():
    return summaries.SentenceClassifier().fit([PAPER], "approach")


@functools.cache
def film_model():
    return recommenders.ImplicitRecommender(recommenders.nearest_neighbours().model, last=2).fit(
        [["cat", "dog"], ["the", "cat", "sat"]], VOCABULARY
    )


@functools.cache
def answer_scorer():
    return reading.AnswerScorer().fit([FOUND], [RIGHT])


@functools.cache
def axes():
    return Figure().subplots()


@functools.cache
def punkt():
    return sentences.train_sentence_splitter(["Go to St. Ives. It is lovely."])


@functools.cache
def saved_file(kind):
    """The path of a file that the package has written."""
    path = Path(FOLDER.name, f"saved-{kind}")
    if kind == "arpa":
        MODEL.prune(1e-9).write_arpa(path)
    elif kind == "model":
        saving.save_model(path, language_model(), VOCABULARY)
    elif kind == "json":
        storage.write_verified_json(path, {"the": 2})
    elif kind == "export":
        export.write(path, tied_model(), VOCABULARY, MODEL)
    elif kind == "counts":
        path = streamed_counting.count_ngrams(PIECES, 2, 12, path)
    elif kind == "mapped":
        shards.write_mapped(PIECES, path)
    elif kind == "shard":
        path = shards.write_shards(PIECES, path)[0]
    elif kind == "spoken":
        hypotheses.write_spoken(path, [SPOKEN])
    elif kind == "pairs":
        path.write_text("cat\tdog\t7.5\nsea\tmer\t9\n", encoding="utf-8")
    elif kind == "analogies":
        path.write_text(": capital\nathens greece oslo norway\n", encoding="utf-8")
    elif kind == "lattice":
        path.write_text(LATTICE_FILE, encoding="utf-8")
    return str(path)


CALLS = {
    # The data that a model reads
    "batching.next_word_windows": lambda: {"ids": np.array([4, 5, 6, 7, 8]), "window": 3},
    "batching.contiguous_streams": lambda: {
        "ids": np.array([4, 5, 6, 7, 8, 9]),
        "batch_size": 2,
        "steps": 2,
    },
    "batching.padded_sentences": lambda: {"sentences": [np.array([7]), np.array([8, 9])]},
    "corpus.load_sentences": lambda: {"part": "test"},
    "corpus.load_encoded": lambda: {"vocabulary_size": 500},
    "corruption.swap_neighbours": lambda: {
        "sentence": ["the", "dog", "ran"],
        "vocabulary": VOCABULARY,
        "rng": rng(),
    },
    "corruption.substitute_word": lambda: {
        "sentence": ["the", "dog", "ran"],
        "vocabulary": VOCABULARY,
        "rng": rng(),
    },
    "corruption.corrupt_sentences": lambda: {
        "sentences": [["the"], ["the", "dog", "ran"]],
        "vocabulary": VOCABULARY,
        "corrupt": corruption.swap_neighbours,
        "seed": 0,
    },
    "datasets.bible.clean_verse": lambda: {"text": "(60:13) Donne-nous du secours!"},
    "datasets.pronunciations.without_variant": lambda: {"name": "read(2)"},
    "datasets.pronunciations.parse_pronunciations": lambda: {
        "lines": ["read R EH1 D", "read(2) R IY1 D"]
    },
    "datasets.registry.find": lambda: {"name": "movie-reviews"},
    "datasets.registry.path": lambda: {"name": "news"},
    "datasets.registry.describe": lambda: {"markdown": False},
    "datasets.registry.megabytes": lambda: {"size": 1695871},
    "datasets.reviews.MovieReviews.part": lambda: {
        "self": MovieReviews(("Great.", "Dull."), (1, 0), ("imdb", "imdb"), {"test": [1]}),
        "name": "test",
    },
    "datasets.reviews.clean_review": lambda: {"text": "A caf&#233;.<br />It's <i>good</i>."},
    "datasets.splits.split_documents": lambda: {
        "titles": ["Ant", "Bee", "Cat", "Dog"],
        "seed": 1,
        "fractions": {"train": 0.75, "test": 0.25},
    },
    "datasets.splits.without_repetitions": lambda: {
        "items": ["It works.", "it works", "It worked."],
        "text": str,
    },
    "datasets.wikipedia.Wikipedia.sentences": lambda: {
        "self": Wikipedia((ARTICLE,), {"test": (ARTICLE,)}, 1, 0),
        "part": "test",
    },
    "datasets.wikipedia.sentence_checksum": lambda: {"sentence": "It works."},
    "datasets.wikitext.parse_sections": lambda: {"wikitext": "'''Albedo''' is a [[ratio]]."},
    "datasets.wikitext.find_debris": lambda: {"paragraph": "Alaska () is a {{state}}."},
    "preprocessing.clean_text": lambda: {"text": "  A\tcafé,\n\x00please. "},
    "preprocessing.split_sentences": lambda: {"text": "It has 50 states. Alaska is large."},
    "preprocessing.tokenize": lambda: {"sentence": 'She said: "No."', "lowercase": True},
    "preprocessing.preprocess": lambda: {"text": "The quick brown fox."},
    "sentences.train_sentence_splitter": lambda: {"paragraphs": ["Go to St. Ives. It is lovely."]},
    "sentences.parameters_to_json": lambda: {"splitter": punkt()},
    "sentences.splitter_from_json": lambda: {"content": sentences.parameters_to_json(punkt())},
    "storage.sha256_of": lambda: {"path": Path(saved_file("json"))},
    "storage.read_text": lambda: {"path": Path(saved_file("json"))},
    "storage.remove_left_behind": lambda: {"folder": new_path().parent, "pattern": "*.part"},
    "storage.write_atomically": lambda: {"path": new_path(), "data": b"hello"},
    "storage.write_verified_json": lambda: {
        "path": new_path(),
        "content": {"the": 2},
    },
    "storage.read_verified_json": lambda: {"path": Path(saved_file("json"))},
    "streaming.counting.to_keys": lambda: {
        "ids": np.array([1, 2, 3]),
        "order": 2,
        "vocab_size": 10,
    },
    "streaming.counting.from_keys": lambda: {
        "keys": np.array([12]),
        "order": 3,
        "vocab_size": 10,
    },
    "streaming.counting.count_ngrams": lambda: {
        "pieces": [np.array([1, 2, 1]), np.array([2, 1])],
        "order": 2,
        "vocab_size": 10,
        "folder": new_path(),
        "keys_in_memory": 1000,
    },
    "streaming.counting.read_counts": lambda: {"file": Path(saved_file("counts"))},
    "streaming.memory.peak_memory": lambda: {"code": "mark()", "timeout": 30.0},
    "streaming.pipelines.windows_of_shards": lambda: {
        "files": [saved_file("shard")],
        "window": 3,
        "batch_size": 2,
        "buffer_size": 1,
        "seed": 0,
    },
    "streaming.pipelines.windows_of_mapped": lambda: {
        "path": Path(saved_file("mapped")),
        "window": 3,
        "batch_size": 2,
        "seed": 0,
    },
    "streaming.shards.write_shards": lambda: {
        "pieces": [np.array([4, 5, 6, 7, 8, 9])],
        "folder": new_path(),
        "tokens_per_shard": 3,
        "compression": "gzip",
    },
    "streaming.shards.read_shards": lambda: {"files": [saved_file("shard")]},
    "streaming.shards.write_mapped": lambda: {
        "pieces": [np.array([4, 5, 6, 7, 8, 9])],
        "path": new_path(),
    },
    "streaming.shards.map_ids": lambda: {"path": Path(saved_file("mapped"))},
    "streaming.shuffling.shuffled": lambda: {"items": list("abcdef"), "buffer_size": 2, "seed": 0},
    "streaming.shuffling.neighbour_distances": lambda: {"order": np.array([2, 0, 1])},
    "subwords.BPE": lambda: {"merges": [("l", "o"), ("lo", "w")]},
    "subwords.BPE.encode": lambda: {
        "self": subwords.BPE([("l", "o"), ("lo", "w")]),
        "words": ["lower", "low"],
    },
    "subwords.BPE.decode": lambda: {
        "self": subwords.BPE([("l", "o"), ("lo", "w")]),
        "pieces": ["low", "er ", "low", " "],
    },
    "subwords.BPE.vocabulary": lambda: {
        "self": subwords.BPE([("l", "o"), ("lo", "w")]),
        "characters": ["e", "l", "o", "w"],
    },
    "subwords.learn_bpe": lambda: {"word_counts": {"low": 5, "lower": 2}, "merges": 2},
    "subwords.merge_pair": lambda: {"pieces": ["b", "a", "n", "a"], "pair": ("a", "n")},
    "tagging.tag_parts_of_speech": lambda: {"sentence": ["Ada", "wrote", "programs", "."]},
    "tagging.positions_in_sentence": lambda: {"ids": np.array([7, 8, 3, 9, 3]), "eos_id": 3},
    "vocabulary.Vocabulary": lambda: {"words": ["the", "dog"]},
    "vocabulary.Vocabulary.from_sentences": lambda: {
        "sentences": [["the", "cat"], ["the", "dog"]],
        "size": 6,
        "min_count": 1,
    },
    "vocabulary.Vocabulary.encode": lambda: {"self": VOCABULARY, "tokens": ["the", "bird"]},
    "vocabulary.Vocabulary.encode_sentences": lambda: {
        "self": VOCABULARY,
        "sentences": [["the", "cat"], ["a"]],
    },
    "vocabulary.Vocabulary.decode": lambda: {"self": VOCABULARY, "ids": np.array([4, 5])},
    "vocabulary.Vocabulary.from_json": lambda: {"text": VOCABULARY.to_json()},
    # n-grams
    "ngram.arpa.write": lambda: {
        "path": new_path(),
        "tables": list(MODEL.tables_),
        "vocabulary": VOCABULARY,
    },
    "ngram.arpa.read": lambda: {"path": Path(saved_file("arpa"))},
    "ngram.counting.make_stream": lambda: {
        "sentences": [["the", "cat"], ["a"]],
        "vocabulary": VOCABULARY,
        "name": "sentences",
    },
    "ngram.counting.make_stream_and_vocabulary": lambda: {"sentences": [["the", "cat"], ["a"]]},
    "ngram.counting.count_ngrams": lambda: {"stream": STREAM, "order": 2, "vocab_size": 10},
    "ngram.model.NGramModel": lambda: {
        "order": 2,
        "smoothing": "jelinek-mercer",
        "k": 1.0,
        "discount": 0.5,
        "weights": [0.5, 0.5],
        "alpha": 0.4,
    },
    "ngram.model.NGramModel.fit": lambda: {
        "self": NGramModel(2, "jelinek-mercer"),
        "sentences": [["the", "cat"], ["a"]],
        "vocabulary": VOCABULARY,
        "held_out": [["the", "dog"], ["a"]],
    },
    "ngram.model.NGramModel.score": lambda: {"self": MODEL, "sentences": [["the", "cat"], ["a"]]},
    "ngram.model.NGramModel.log_prob": lambda: {"self": MODEL, "sentence": ["the", "cat"]},
    "ngram.model.NGramModel.perplexity": lambda: {
        "self": MODEL,
        "sentences": [["the", "cat"], ["a"]],
    },
    "ngram.model.NGramModel.next_word_distribution": lambda: {"self": MODEL, "context": ["the"]},
    "ngram.model.NGramModel.generate": lambda: {
        "self": MODEL,
        "prompt": ["the"],
        "max_tokens": 3,
        "seed": 0,
    },
    "ngram.model.NGramModel.prune": lambda: {"self": MODEL, "threshold": 1e-8},
    "ngram.model.NGramModel.write_arpa": lambda: {
        "self": MODEL,
        "path": new_path(),
    },
    "ngram.model.NGramModel.read_arpa": lambda: {"path": Path(saved_file("arpa"))},
    "ngram.smoothing.modified_discounts": lambda: {"counts": np.repeat([1, 2, 3, 4], [4, 3, 2, 1])},
    "ngram.smoothing.number_of_predicted": lambda: {"vocab_size": 10},
    "spelling.frequent_characters": lambda: {"word_counts": {"low": 5, "lower": 2}, "min_count": 3},
    "spelling.unknown_character_log_prob": lambda: {"known": 100},
    "spelling.SpellingModel": lambda: {"characters": ["a", "b", "n"], "order": 2},
    "spelling.SpellingModel.fit": lambda: {
        "self": spelling.SpellingModel("abn", 2),
        "words": ["banana", "nab"],
    },
    "spelling.SpellingModel.score": lambda: {
        "self": spelling.SpellingModel("abn", 2).fit(["banana", "nab"]),
        "words": ["bana", "nnnb"],
    },
    "spelling.spelling_log_probs": lambda: {
        "units": ["the", "1984"],
        "vocabulary": VOCABULARY,
        "speller": lambda words: np.array([-float(len(word)) for word in words]),
    },
    "spelling.bits_per_character": lambda: {
        "log_probs": np.array([-2.8, -2.8, -2.8]),
        "spelling": np.array([0.0, 0.0, -4.1]),
        "characters": 9,
    },
    "spelling.number_of_characters": lambda: {"sentence": ["so", "it", "goes"]},
    "spelling.spread_over_characters": lambda: {
        "log_probs": np.array([-1.0, -2.0, -4.0]),
        "units": [2, 1],
        "characters": [3, 2],
    },
    # Mathematics and measures
    "compression.quantise": lambda: {"matrix": np.array([[63.0, -127.0, 0.7]]), "bits": 8},
    "compression.dequantise": lambda: {
        "quantised": compression.quantise(np.array([[63.0, -127.0, 0.7]]))
    },
    "compression.pack": lambda: {"values": np.array([1, -1, 7])},
    "compression.unpack": lambda: {"packed": np.array([241, 7], np.uint8), "count": 3},
    "compression.prune": lambda: {"matrix": np.array([[0.5, -0.1], [0.2, -3.0]]), "share": 0.5},
    "em.mixture_weights": lambda: {
        "probabilities": np.array([[0.5, 0.0], [0.1, 0.0], [0.0, 0.2]]),
        "iterations": 20,
        "tolerance": 1e-9,
    },
    "em.interpolation_weights": lambda: {
        "estimates": np.array([[0.9], [0.9], [0.0]]),
        "known": np.array([[True], [True], [True]]),
        "base": 1e-6,
        "iterations": 20,
        "tolerance": 1e-9,
    },
    "footprint.footprint": lambda: {
        "flops": 3.6e18,
        "peak": 1e13,
        "utilisation": 0.5,
        "watts": 100.0,
        "overhead": 1.1,
        "carbon": 0.4,
        "hourly_price": 2.0,
    },
    "forced_choice.total_log_probs": lambda: {
        "token_log_probs": np.array([-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]),
        "sentences": [["so", "it", "goes"], ["yes"]],
    },
    "forced_choice.chooses_good": lambda: {
        "score_sentences": longer_is_worse,
        "good": [["they", "are"]],
        "bad": [["they", "am"]],
    },
    "forced_choice.accuracy": lambda: {
        "right": np.array([True, True, True, False]),
        "confidence": 0.95,
    },
    "forced_choice.accuracy_over_groups": lambda: {
        "right": np.array([True, True, False, True]),
        "groups": GROUPS.copy(),
        "confidence": 0.95,
        "seed": 0,
    },
    "losses.softmax_cross_entropy": lambda: {
        "logits": np.log([[0.5, 0.3, 0.2]]),
        "weights": np.array([[0.0, 1.0, 0.0]]),
    },
    "losses.softmax_squared_error": lambda: {
        "logits": np.log([[0.5, 0.3, 0.2]]),
        "weights": np.array([[0.0, 1.0, 0.0]]),
    },
    "metrics.baselines.unigram_log_probs": lambda: {"ids": np.array([0, 0, 1]), "vocab_size": 3},
    "metrics.calibration.reliability_curve": lambda: {
        "confidences": np.array([0.1, 0.3, 0.8, 0.9]),
        "correct": np.array([False, True, True, True]),
        "bins": 2,
        "strategy": "equal_width",
    },
    "metrics.calibration.expected_calibration_error": lambda: {
        "confidences": np.array([0.1, 0.3, 0.8, 0.9]),
        "correct": np.array([False, True, True, True]),
        "bins": 2,
        "strategy": "equal_mass",
    },
    "metrics.calibration.fit_temperature": lambda: {
        "logits": np.log([[0.9, 0.1]] * 4),
        "targets": np.array([0, 0, 0, 1]),
    },
    "metrics.classification.accuracy": lambda: {"ranks": np.array([0, 3, 0, 1])},
    "metrics.classification.top_k_accuracy": lambda: {"ranks": np.array([0, 3, 0, 1]), "k": 2},
    "metrics.classification.precision_recall_f1": lambda: {
        "targets": np.array([0, 0, 0, 1, 2]),
        "guesses": np.array([0, 0, 1, 0, 0]),
        "average": "micro",
        "vocab_size": 4,
        "zero_division": 0.0,
    },
    "metrics.comparison.compare": lambda: {
        "models": {"unigram": LOG_PROBS - 1, "LSTM": np.stack([LOG_PROBS, LOG_PROBS - 0.5])},
        "groups": GROUPS.copy(),
        "baseline": "unigram",
        "confidence": 0.95,
        "simultaneous": False,
        "seed": 0,
    },
    "metrics.entropy.cross_entropy": lambda: {"log_probs": LOG_PROBS.copy()},
    "metrics.entropy.perplexity": lambda: {"log_probs": LOG_PROBS.copy()},
    "metrics.entropy.bits_per_token": lambda: {"log_probs": LOG_PROBS.copy()},
    "metrics.entropy.bits_per_character": lambda: {"log_probs": LOG_PROBS.copy(), "characters": 9},
    "metrics.entropy.kl_divergence": lambda: {
        "p": np.array([0.5, 0.5, 0.0]),
        "q": np.array([0.25, 0.5, 0.25]),
    },
    "metrics.scores.score_logits": lambda: {
        "logits": np.log([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]),
        "targets": np.array([0, 1]),
    },
    "metrics.text.distinct_n": lambda: {"sentences": [["the", "cat"], ["the", "dog"]], "n": 2},
    "metrics.text.repetition": lambda: {
        "tokens": ["it", "is", "what", "it", "is"],
        "n": 2,
        "window": 5,
    },
    "metrics.text.TextIndex": lambda: {"tokens": ["the", "cat", "sat"]},
    "metrics.text.TextIndex.ngrams": lambda: {
        "self": metrics.TextIndex(["the", "cat", "sat"]),
        "n": 2,
    },
    "metrics.text.TextIndex.places": lambda: {
        "self": metrics.TextIndex(["the", "cat", "sat"]),
        "token": "the",
    },
    "metrics.text.ngram_overlap": lambda: {
        "generated": ["the", "cat", "ran"],
        "training": metrics.TextIndex(["the", "cat", "sat"]),
        "n": 2,
    },
    "metrics.text.longest_copy": lambda: {
        "generated": ["the", "cat", "ran"],
        "training": metrics.TextIndex(["the", "cat", "sat"]),
    },
    "metrics.uncertainty.mean_interval": lambda: {
        "values": np.array([1.0, 0.0, 1.0, 1.0]),
        "groups": GROUPS.copy(),
        "confidence": 0.95,
        "seed": 0,
    },
    "metrics.uncertainty.perplexity_interval": lambda: {
        "log_probs": LOG_PROBS.copy(),
        "groups": GROUPS.copy(),
        "confidence": 0.95,
        "seed": 0,
    },
    "metrics.uncertainty.perplexity_ratio_interval": lambda: {
        "log_probs": LOG_PROBS.copy(),
        "baseline_log_probs": LOG_PROBS - 1,
        "groups": GROUPS.copy(),
        "confidence": 0.95,
        "seed": 0,
    },
    "metrics.uncertainty.paired_permutation_test": lambda: {
        "log_probs": LOG_PROBS.copy(),
        "baseline_log_probs": LOG_PROBS - 1,
        "groups": GROUPS.copy(),
        "seed": 0,
    },
    "metrics.uncertainty.paired_mean_test": lambda: {
        "values": np.array([1.0, 0.0, 1.0, 1.0]),
        "baseline": np.array([0.0, 0.0, 1.0, 0.0]),
        "groups": GROUPS.copy(),
        "seed": 0,
    },
    "minimal_pairs.parse_pair": lambda: {
        "phenomenon": "agreement",
        "text": "they [are|is] old .",
    },
    "minimal_pairs.prefers_good": lambda: {"score_sentences": longer_is_worse, "pairs": [TREE]},
    "minimal_pairs.accuracy_by_phenomenon": lambda: {
        "right": np.array([True, False]),
        "pairs": [TREE, TREE],
        "confidence": 0.95,
    },
    "optimizers.SGD": lambda: {"learning_rate": 0.1, "momentum": 0.5, "nesterov": True},
    "optimizers.SGD.step": lambda: {
        "self": optimizers.SGD(0.1),
        "parameters": {"w": np.array([1.0, -2.0])},
        "gradients": {"w": np.array([2.0, -4.0])},
    },
    "optimizers.Adam": lambda: {
        "learning_rate": 0.1,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
    },
    "optimizers.Adam.step": lambda: {
        "self": optimizers.Adam(0.1),
        "parameters": {"w": np.array([1.0, -2.0])},
        "gradients": {"w": np.array([2.0, -4.0])},
    },
    "optimizers.warmup_cosine": lambda: {"peak": 0.1, "steps": 30, "warmup_steps": 10},
    "optimizers.global_norm": lambda: {"gradients": {"W": np.array([[3.0]]), "b": np.array([4.0])}},
    "optimizers.clip_by_global_norm": lambda: {
        "gradients": {"W": np.array([[3.0]]), "b": np.array([4.0])},
        "max_norm": 1.0,
    },
    "privacy.canaries.candidates": lambda: {"words": ["one", "two"], "length": 2},
    "privacy.canaries.draw_canaries": lambda: {
        "frames": [["a"], ["b"], ["c"]],
        "times": [0, 4],
        "secrets": [("x", "x"), ("x", "y"), ("y", "x"), ("y", "y"), ("z", "x"), ("z", "y")],
        "seed": 0,
    },
    "privacy.canaries.plant": lambda: {
        "sentences": [["a"], ["b"]],
        "canaries": [canaries.Canary(("code",), ("one",), 2)],
        "seed": 0,
    },
    "privacy.canaries.exposure": lambda: {"log_probs": LOG_PROBS.copy(), "secret": 0},
    "privacy.private_sgd.private_gradient": lambda: {
        "gradients": np.array([[3.0, 4.0], [0.0, 0.5]]),
        "clip_norm": 1.0,
        "noise_multiplier": 1.0,
        "rng": rng(),
        "expected_examples": 2.0,
    },
    "privacy.private_sgd.epsilon": lambda: {
        "noise_multiplier": 1.0,
        "share": 0.01,
        "steps": 1000,
        "delta": 1e-5,
    },
    "reproducibility.set_seed": lambda: {"seed": 1},
    "scaling_laws.PowerLaw.loss": lambda: {"self": LAW, "x": 9.0},
    "scaling_laws.fit_power_law": lambda: {
        "x": X.copy(),
        "losses": LAW.loss(X) + np.array([0.1, -0.1, 0.1, 0.0]),
        "with_floor": True,
    },
    "scaling_laws.bootstrap_power_law": lambda: {
        "x": X.copy(),
        "losses": LAW.loss(X) + np.array([0.1, -0.1, 0.1, 0.0]),
        "resamples": 2,
        "seed": 0,
        "with_floor": True,
    },
    "scaling_laws.training_flops": lambda: {"parameters": 7e10, "tokens": 1.4e12},
    "scaling_laws.kaplan_loss": lambda: {"parameters": 1e9},
    "scaling_laws.hoffmann_loss": lambda: {"parameters": 7e10, "tokens": 1.4e12},
    "scaling_laws.best_sizes": lambda: {"flops": 5.88e23},
    "word_associations.associations": lambda: {
        "words": np.array([[2.0, 0.0], [1.0, 1.0]]),
        "first": np.array([[1.0, 0.0]]),
        "second": np.array([[0.0, 1.0]]),
    },
    "word_associations.association_test": lambda: {
        "targets": np.array([[1.0, 0.1], [1.0, 0.2]]),
        "other_targets": np.array([[0.1, 1.0], [0.2, 1.0]]),
        "first": np.array([[1.0, 0.1], [1.0, 0.2]]),
        "second": np.array([[0.1, 1.0], [0.2, 1.0]]),
        "resamples": 99,
        "seed": 0,
    },
    "word_vectors.stable_hash": lambda: {"word": "language"},
    "word_vectors.train_word_vectors": lambda: {
        "sentences": [["a", "b", "a"]] * 5,
        "kind": "skip-gram",
        "size": 4,
        "epochs": 1,
        "seed": 0,
        "min_count": 5,
    },
    "word_vectors.read_pairs": lambda: {"path": Path(saved_file("pairs"))},
    "word_vectors.score_pairs": lambda: {
        "vectors": word_model(),
        "pairs": [("a", "b", 9.0), ("b", "c", 5.0), ("a", "c", 1.0)],
        "resamples": 20,
        "seed": 0,
    },
    "word_vectors.read_analogies": lambda: {"path": Path(saved_file("analogies"))},
    # Recurrent networks in NumPy
    "rnn.base.assign": lambda: {"parameters": {"b_h": np.zeros(2)}, "values": {"b_h": np.ones(2)}},
    "rnn.base.sum_of_outer_products": lambda: {
        "left": np.array([[[1.0], [2.0]]]),
        "right": np.array([[[1.0, 10.0], [1.0, 100.0]]]),
    },
    "rnn.base.glorot_uniform": lambda: {"rng": rng(), "inputs": 2, "outputs": 3},
    "rnn.base.orthogonal": lambda: {"rng": rng(), "size": 3},
    "rnn.base.random_generator": lambda: {"seed": 0},
    "rnn.base.float_type": lambda: {"dtype": "float32"},
    "rnn.base.Cell.set_parameters": lambda: {
        "self": rnn.GRUCell(3, 2),
        "W_xh": np.zeros((3, 6)),
    },
    "rnn.causality.first_leak": lambda: {
        "predict": lambda ids: np.eye(9)[ids % 9],
        "ids": np.array([1, 2, 3]),
        "alternatives": np.array([4, 5, 6]),
        "tolerance": 1e-6,
        "draws": 3,
        "seed": 0,
    },
    "rnn.gradient_checking.numerical_gradient": lambda: {
        "loss": lambda: 1.0,
        "parameter": np.array([1.0, 3.0]),
        "epsilon": 1e-5,
    },
    "rnn.gradient_checking.relative_error": lambda: {
        "a": np.array([1.0, 0.0]),
        "b": np.array([1.0, 0.5]),
    },
    "rnn.gradient_checking.gradient_check": lambda: {
        "model": rnn.RNN(5, 2, 2),
        "ids": np.array([[0, 1, 2]]),
        "targets": np.array([[1, 2, 4]]),
        "epsilon": 1e-5,
        "state": [np.zeros((1, 2))],
        "mask": np.ones((1, 3)),
    },
    "rnn.gru.GRUCell": lambda: {"input_dim": 3, "units": 2, "seed": 0, "dtype": np.float64},
    "rnn.gru.GRUCell.forward": lambda: {
        "self": rnn.GRUCell(3, 2),
        "x": np.ones((4, 5, 3)),
        "state": np.zeros((4, 2)),
    },
    "rnn.gru.GRUCell.backward": lambda: {
        "self": rnn.GRUCell(3, 2),
        "d_hidden": np.ones((4, 5, 2)),
        "cache": rnn.GRUCell(3, 2).forward(np.ones((4, 5, 3))).cache,
    },
    "rnn.language_model.RNN": lambda: {
        "vocab_size": 9,
        "embedding_dim": 4,
        "units": 4,
        "cell": "gru",
        "layers": 1,
        "seed": 0,
        "dtype": np.float64,
    },
    "rnn.language_model.RNN.set_parameters": lambda: {
        "self": rnn.RNN(5, 2, 2),
        "b_y": np.zeros(5),
    },
    "rnn.language_model.RNN.forward": lambda: {
        "self": rnn.RNN(5, 2, 2),
        "ids": np.array([[0, 1, 2]]),
        "state": [np.zeros((1, 2))],
    },
    "rnn.language_model.RNN.loss": lambda: {
        "self": rnn.RNN(5, 2, 2),
        "ids": np.array([[0, 1, 2]]),
        "targets": np.array([[1, 2, 4]]),
        "state": [np.zeros((1, 2))],
        "mask": np.ones((1, 3)),
    },
    "rnn.language_model.RNN.backward": lambda: {
        "self": rnn.RNN(5, 2, 2),
        "ids": np.array([[0, 1, 2]]),
        "targets": np.array([[1, 2, 4]]),
        "state": [np.zeros((1, 2))],
        "mask": np.ones((1, 3)),
    },
    "rnn.language_model.RNN.step": lambda: {
        "self": rnn.RNN(5, 2, 2),
        "gradients": rnn.RNN(5, 2, 2).backward([[0, 1, 2]], [[1, 2, 4]]).gradients,
        "learning_rate": 0.1,
        "clip_norm": 1.0,
    },
    "rnn.language_model.RNN.log_probs": lambda: {
        "self": rnn.RNN(5, 2, 2),
        "ids": np.array([0, 1, 2]),
    },
    "rnn.lstm.LSTMCell": lambda: {"input_dim": 3, "units": 2, "seed": 0, "dtype": np.float64},
    "rnn.lstm.LSTMCell.forward": lambda: {
        "self": rnn.LSTMCell(3, 2),
        "x": np.ones((4, 5, 3)),
        "state": (np.zeros((4, 2)), np.zeros((4, 2))),
    },
    "rnn.lstm.LSTMCell.backward": lambda: {
        "self": rnn.LSTMCell(3, 2),
        "d_hidden": np.ones((4, 5, 2)),
        "cache": rnn.LSTMCell(3, 2).forward(np.ones((4, 5, 3))).cache,
    },
    "rnn.simple.RNNCell": lambda: {
        "input_dim": 3,
        "units": 2,
        "activation": "tanh",
        "seed": 0,
        "dtype": np.float64,
    },
    "rnn.simple.RNNCell.forward": lambda: {
        "self": rnn.RNNCell(3, 2),
        "x": np.ones((4, 5, 3)),
        "state": np.zeros((4, 2)),
    },
    "rnn.simple.RNNCell.backward": lambda: {
        "self": rnn.RNNCell(3, 2),
        "d_hidden": np.ones((4, 5, 2)),
        "cache": rnn.RNNCell(3, 2).forward(np.ones((4, 5, 3))).cache,
    },
    # Networks of Keras
    "generation.next_word_probabilities": lambda: {
        "logits": np.log([0.5, 0.3, 0.2]),
        "temperature": 1.0,
        "top_k": 2,
        "top_p": 0.9,
        "banned": [0],
    },
    "generation.require_tokens": lambda: {"prompt": ["the", "city"]},
    "generation.generate": lambda: {
        "model": one_stream(),
        "vocabulary": VOCABULARY,
        "prompt": ["the"],
        "max_tokens": 1,
        "temperature": 1.0,
        "top_k": 2,
        "top_p": 0.9,
        "seed": 0,
    },
    "models.article.build_article_model": lambda: {
        "vocab_size": 10,
        "embedding_dim": 4,
        "rnn_units": 4,
    },
    "models.convolutional.GatedConvolution": lambda: {"kernel_size": 2, "dilation": 1},
    "models.convolutional.build_convolutional_model": lambda: {
        "vocab_size": 10,
        "channels": 4,
        "kernel_size": 2,
        "num_layers": 1,
        "dropout": 0.5,
        "batch_size": 2,
        "output_bias": np.zeros(10),
    },
    "models.description.describe": lambda: {"model": article_model()},
    "models.recurrent.build_language_model": lambda: {
        "cell": "gru",
        "vocab_size": 10,
        "embedding_dim": 4,
        "rnn_units": 4,
        "num_layers": 1,
        "dropout": 0.5,
        "batch_size": 2,
        "output_bias": np.zeros(10),
        "tied": True,
        "replacement": WordReplacement(10, 1, 0.5, 0),
    },
    "models.regularisation.add_l2": lambda: {"model": article_model(), "strength": 0.1},
    "models.replacement.WordReplacement": lambda: {
        "vocab_size": 10,
        "substitutes": 1,
        "rate": 0.5,
        "seed": 0,
    },
    "models.replacement.word_dropout": lambda: {
        "vocab_size": 10,
        "unknown_id": 1,
        "rate": 0.5,
        "seed": 0,
    },
    "models.replacement.synonym_replacement": lambda: {
        "table": np.array([[0], [2], [1]]),
        "rate": 0.5,
        "seed": 0,
    },
    "models.streams.with_batch_size": lambda: {"model": language_model(), "batch_size": 1},
    "models.streams.number_of_streams": lambda: {"model": language_model()},
    "models.streams.require_vocabulary_size": lambda: {
        "model": language_model(),
        "vocab_size": 10,
    },
    "models.streams.reset_state": lambda: {"model": language_model()},
    "models.streams.state_variables": lambda: {"model": language_model()},
    "models.tied.TiedEmbedding": lambda: {"vocab_size": 10, "units": 4},
    "models.transformer.alibi_slopes": lambda: {"num_heads": 4},
    "models.transformer.MemoryAttention": lambda: {"num_heads": 2, "memory": 5},
    "models.transformer.build_transformer_model": lambda: {
        "vocab_size": 10,
        "model_dim": 4,
        "num_heads": 2,
        "num_layers": 1,
        "memory": 3,
        "feedforward_dim": 4,
        "dropout": 0.5,
        "batch_size": 2,
        "output_bias": np.zeros(10),
    },
    "output_losses.CrossEntropy": lambda: {"name": "cross_entropy"},
    "output_losses.ChunkedCrossEntropy": lambda: {"chunk_size": 2},
    "output_losses.SampledSoftmax": lambda: {"negatives": 1, "seed": 0},
    "saving.save_model": lambda: {
        "folder": new_path(),
        "model": language_model(),
        "vocabulary": VOCABULARY,
        "settings": {"window": 2},
    },
    "saving.load_model": lambda: {"folder": Path(saved_file("model"))},
    "training.accumulation.accumulated_gradients": lambda: {
        "model": language_model(),
        "parts": [(np.ones((2, 3), int), np.ones((2, 3), int), np.ones((2, 3), np.float32))],
        "states": [[np.zeros((2, 4), np.float32)] * 2],
    },
    "training.adam.FusedAdam": lambda: {"learning_rate": 0.1, "global_clipnorm": 1.0},
    "training.checkpoints.Checkpoint": lambda: {
        "folder": new_path(),
        "settings": {"steps": 10},
    },
    "training.checkpoints.Checkpoint.save": lambda: {
        "self": Checkpoint(new_path(), {"steps": 10}),
        "arrays": [np.arange(3)],
        "progress": {"step": 5},
    },
    "training.checkpoints.Checkpoint.write_history": lambda: {
        "self": Checkpoint(new_path(), {"steps": 10}),
        "names": ["step", "loss"],
        "rows": [[1, 2.5]],
    },
    "training.fitting.train_language_model": lambda: {
        "model": language_model(),
        "train_ids": np.arange(40) % 10,
        "validation_ids": np.arange(20) % 10,
        "steps": 1,
        "unrolled_steps": 3,
        "learning_rate": 0.003,
        "warmup_steps": 0,
        "evaluations": 1,
        "clip_norm": 1.0,
        "carry_state": True,
        "patience": 1,
        "checkpoint": new_path(),
        "output_loss": output_losses.FullCrossEntropy(),
    },
    "training.scoring.score_stream": lambda: {"model": language_model(), "ids": np.arange(9)},
    "training.scoring.score_next_words": lambda: {
        "model": article_model(),
        "ids": np.arange(9),
        "window": 3,
    },
    "training.sentences.score_sentences": lambda: {
        "model": language_model(),
        "vocabulary": VOCABULARY,
        "sentences": [["the", "cat"], ["a"]],
    },
    # Exported models, several machines, figures
    "distributed.cluster.free_addresses": lambda: {"count": 2},
    "distributed.cluster.tf_config": lambda: {
        "addresses": ["10.0.0.1:4000", "10.0.0.2:4000"],
        "index": 1,
    },
    "distributed.cluster.run_cluster": lambda: {
        "arguments": ["-c", "pass"],
        "workers": 1,
        "timeout": 2.0,
    },
    "distributed.costs.lstm_parameters": lambda: {
        "vocab_size": 50,
        "embedding_dim": 8,
        "units": 8,
        "num_layers": 1,
    },
    "distributed.costs.gpt2_parameters": lambda: {
        "vocab_size": 50,
        "width": 8,
        "num_layers": 2,
        "context": 16,
    },
    "distributed.costs.data_parallel_bytes": lambda: {
        "parameters": 1000,
        "workers": 2,
        "number_bytes": 4,
    },
    "distributed.costs.pipeline_parallel_bytes": lambda: {
        "batch_size": 32,
        "steps": 20,
        "width": 128,
        "workers": 2,
        "number_bytes": 4,
    },
    "distributed.costs.pipeline_bubble": lambda: {"workers": 4, "micro_batches": 1},
    "distributed.costs.tensor_parallel_bytes": lambda: {
        "batch_size": 32,
        "steps": 20,
        "width": 128,
        "num_layers": 1,
        "workers": 2,
        "number_bytes": 4,
        "recurrent": True,
    },
    "distributed.workers.Job": lambda: {
        "vocab_size": 50,
        "units": 4,
        "batch_size": 2,
        "unrolled_steps": 3,
        "steps": 2,
        "learning_rate": 0.001,
        "seed": 0,
        "checkpoint_every": 1,
        "communication_timeout": 10.0,
    },
    "distributed.workers.rows_of": lambda: {"worker": 1, "workers": 2, "batch_size": 4},
    "export.file.write": lambda: {
        "path": new_path(),
        "model": tied_model(),
        "vocabulary": VOCABULARY,
        "ngram_model": MODEL,
        "bits": 8,
        "about": {"words": 10},
    },
    "export.file.read": lambda: {"path": Path(saved_file("export"))},
    "export.network.Network.states": lambda: {
        "self": exported().network,
        "ids": np.array([4, 5]),
    },
    "export.network.Network.logits": lambda: {
        "self": exported().network,
        "ids": np.array([4, 5]),
    },
    "export.network.from_keras": lambda: {"model": tied_model()},
    "export.network.to_keras": lambda: {"network": exported().network, "batch_size": 2},
    "export.network.to_json": lambda: {"network": exported().network, "bits": 8},
    "export.page.uniform_draws": lambda: {"seed": 1},
    "export.page.mixture": lambda: {
        "exported": exported(),
        "ids": np.array([4, 5]),
        "weight": 0.5,
    },
    "export.page.generate": lambda: {
        "exported": exported(),
        "prompt": ["the"],
        "max_tokens": 2,
        "weight": 0.5,
        "temperature": 1.0,
        "top_k": 2,
        "top_p": 0.9,
        "seed": 0,
    },
    "plotting.draw_words": lambda: {
        "axes": axes(),
        "words": np.array([["the", "cat"]]),
        "shades": np.array([[0.2, 0.9]]),
        "title": "",
    },
    "plotting.draw_ranking": lambda: {
        "axes": axes(),
        "names": ["unigram", "bigram"],
        "values": [200.0, 120.0],
        "intervals": [(190.0, 210.0), (115.0, 126.0)],
        "higher_is_better": False,
    },
    # Tasks
    "tasks.minilm.states_of_pieces": lambda: {"encoder": encoder(), "layer": 2},
    "tasks.minilm.build_classifier": lambda: {"encoder": encoder()},
    "tasks.padding.pad": lambda: {"rows": [[7, 8], [9]]},
    "tasks.padding.checked_batch": lambda: {"batch": padding.pad([[7, 8], [9]])},
    "tasks.padding.predict": lambda: {
        "model": classifier(),
        "batch": padding.pad([[7, 8], [9]]),
        "batch_size": 2,
    },
    "tasks.question_answering.abstention.answering_curve": lambda: {
        "sureness": np.array([0.2, 0.9, 0.5]),
        "values": np.array([0.0, 1.0, 1.0]),
    },
    "tasks.question_answering.abstention.choose_threshold": lambda: {
        "sureness": np.array([2.0, 1.0, 0.0]),
        "values": np.array([1.0, 1.0, 0.0]),
        "answerable": np.array([True, True, False]),
    },
    "tasks.question_answering.abstention.value_of": lambda: {
        "sureness": np.array([2.0, 1.0]),
        "values": np.array([1.0, 0.0]),
        "answerable": np.array([True, False]),
        "threshold": 1.5,
    },
    "tasks.question_answering.abstention.mean_value": lambda: {
        "sureness": np.array([2.0, 1.0]),
        "values": np.array([1.0, 0.0]),
        "answerable": np.array([True, False]),
        "threshold": 1.5,
    },
    "tasks.question_answering.answer_types.asks_for": lambda: {"question": "Who came?"},
    "tasks.question_answering.answer_types.answer_spans": lambda: {
        "tokens": ["It", "lasted", "two", "days", "."]
    },
    "tasks.question_answering.data.parse_question": lambda: {
        "line": '{"question": "How tall was Achilles?", "article": null}'
    },
    "tasks.question_answering.data.split_questions": lambda: {
        "questions": list(load_questions()[:3])
    },
    "tasks.question_answering.data.sentence_of": lambda: {
        "answer": Answer("Aberdeen (disambiguation)", 0, 5, 6, "")
    },
    "tasks.question_answering.data.answer_text": lambda: {
        "answer": Answer("Anarchism", 80, 16, 18, "9a33c14c463f71c5")
    },
    "tasks.question_answering.data.token_places": lambda: {"sentence": "In 1867, again."},
    "tasks.question_answering.judging.article_groups": lambda: {"questions": [QUESTION, QUESTION]},
    "tasks.question_answering.judging.judge_ranking": lambda: {
        "rank": lambda question: np.array([0.0, 1.0]),
        "index": INDEX,
        "questions": [QUESTION],
        "list_length": 2,
    },
    "tasks.question_answering.judging.best": lambda: {"scores": np.array([0.1, 0.5]), "k": 2},
    "tasks.question_answering.judging.normalise_answer": lambda: {"text": 'The "Battle", 1918.'},
    "tasks.question_answering.judging.exact_match": lambda: {
        "guess": "Jim Lovell.",
        "answers": ["the Lindberghs", "jim lovell"],
    },
    "tasks.question_answering.judging.token_f1": lambda: {
        "guess": "Jim Lovell.",
        "answers": ["the Lindberghs", "jim lovell"],
    },
    "tasks.question_answering.neural.text_to_encode": lambda: {"passage": PASSAGES[0]},
    "tasks.question_answering.neural.asked_phrase": lambda: {"question": "Which vessel was hit?"},
    "tasks.question_answering.passages.make_passages": lambda: {"articles": [ARTICLE]},
    "tasks.question_answering.passages.PassageIndex.word_ids": lambda: {
        "self": INDEX,
        "question": "Where do bees live?",
    },
    "tasks.question_answering.passages.PassageIndex.counts_of": lambda: {
        "self": INDEX,
        "question": "Where do bees live?",
    },
    "tasks.question_answering.passages.PassageIndex.answering": lambda: {
        "self": INDEX,
        "question": QUESTION,
    },
    "tasks.question_answering.passages.build_index": lambda: {
        "passages": list(PASSAGES),
        "neighbour_weight": 0.25,
        "title_weight": 2.0,
    },
    "tasks.question_answering.reading.Candidates.with_columns": lambda: {
        "self": FOUND,
        "span_similarity": np.zeros(len(FOUND.texts)),
    },
    "tasks.question_answering.reading.Candidates.column": lambda: {
        "self": FOUND,
        "name": "seen elsewhere",
    },
    "tasks.question_answering.reading.find_candidates": lambda: {
        "question": "Where do bees live?",
        "index": INDEX,
        "scores": {0: 1.0, 1: 2.5},
    },
    "tasks.question_answering.reading.rule_of_thumb": lambda: {"candidates": FOUND},
    "tasks.question_answering.reading.is_right": lambda: {
        "candidates": FOUND,
        "question": Question("Where do bees live?"),
        "index": INDEX,
    },
    "tasks.question_answering.reading.AnswerScorer": lambda: {
        "c": 0.1,
        "without": ["seen elsewhere"],
    },
    "tasks.question_answering.reading.AnswerScorer.fit": lambda: {
        "self": reading.AnswerScorer(),
        "candidates": [FOUND],
        "right": [RIGHT],
    },
    "tasks.question_answering.reading.AnswerScorer.score": lambda: {
        "self": answer_scorer(),
        "candidates": FOUND,
    },
    "tasks.question_answering.reading.best_guess": lambda: {
        "candidates": FOUND,
        "scores": np.arange(float(len(FOUND.texts))),
    },
    "tasks.question_answering.reading.recorded_scores": lambda: {
        "row": {"passages": "2 0", "cosines": "0.9 0.5"},
        "passages": 3,
    },
    "tasks.question_answering.reading.cross_fitted_scores": lambda: {
        "candidates": [FOUND, FOUND],
        "right": [RIGHT, RIGHT],
        "groups": np.array([0, 1]),
        "scorer": reading.AnswerScorer(),
        "folds": 2,
    },
    "tasks.question_answering.retrieval.bm25": lambda: {
        "index": INDEX,
        "question": "Where do bees live?",
        "k1": 0.9,
        "b": 0.5,
    },
    "tasks.question_answering.retrieval.query_likelihood": lambda: {
        "index": INDEX,
        "question": "Where do bees live?",
        "mu": 10.0,
        "weight": None,
    },
    "tasks.question_answering.retrieval.dirichlet": lambda: {
        "counts": np.array([[1.0, 3.0], [0.0, 0.0]]),
        "lengths": np.array([4.0, 0.0]),
        "collection": np.array([0.5, 0.5]),
        "mu": 4.0,
    },
    "tasks.question_answering.retrieval.jelinek_mercer": lambda: {
        "counts": np.array([[1.0, 3.0], [0.0, 0.0]]),
        "lengths": np.array([4.0, 0.0]),
        "collection": np.array([0.5, 0.5]),
        "weight": 0.5,
    },
    "tasks.question_answering.retrieval.reciprocal_rank_fusion": lambda: {
        "scores": (np.array([3.0, 1.0, 2.0]), np.array([0.1, 0.7, 0.8])),
        "k": 60.0,
        "longest": 1000,
    },
    "tasks.question_answering.words.stems": lambda: {"text": "Who built the palaces of 1890?"},
    "tasks.question_answering.words.stem_of": lambda: {"token": "Kings"},
    "tasks.recommendation.evaluation.Outcomes.hits": lambda: {"self": OUTCOMES, "k": 2},
    "tasks.recommendation.evaluation.Outcomes.reciprocal_ranks": lambda: {"self": OUTCOMES, "k": 2},
    "tasks.recommendation.evaluation.Outcomes.coverage": lambda: {"self": OUTCOMES, "films": 9},
    "tasks.recommendation.evaluation.Outcomes.share_of_popular": lambda: {
        "self": OUTCOMES,
        "films": 9,
    },
    "tasks.recommendation.evaluation.judge": lambda: {
        "recommender": recommenders.NGramRecommender(MODEL),
        "sessions": list(SESSIONS),
        "history": list(SESSIONS),
        "list_length": 2,
    },
    "tasks.recommendation.evaluation.recommend": lambda: {
        "recommender": recommenders.NGramRecommender(MODEL),
        "films": ["cat"],
        "seen": ["dog"],
        "k": 2,
    },
    "tasks.recommendation.evaluation.paired_test": lambda: {
        "values": np.array([1, 1, 1, 0]),
        "baseline": np.array([0, 1, 0, 0]),
        "users": np.array([1, 1, 2, 2]),
    },
    "tasks.recommendation.losses.BPR": lambda: {"drawn": 2},
    "tasks.recommendation.losses.RankingLoss": lambda: {"drawn": 2},
    "tasks.recommendation.recommenders.NGramRecommender": lambda: {"model": MODEL},
    "tasks.recommendation.recommenders.NGramRecommender.next_scores": lambda: {
        "self": recommenders.NGramRecommender(MODEL),
        "films": ["cat", "dog"],
    },
    "tasks.recommendation.recommenders.ImplicitRecommender": lambda: {
        "model": film_model().model,
        "last": 2,
    },
    "tasks.recommendation.recommenders.ImplicitRecommender.fit": lambda: {
        "self": recommenders.nearest_neighbours(),
        "sentences": [["cat", "dog"], ["the", "cat", "sat"]],
        "vocabulary": VOCABULARY,
    },
    "tasks.recommendation.recommenders.ImplicitRecommender.next_scores": lambda: {
        "self": film_model(),
        "films": ["cat"],
    },
    "tasks.recommendation.recommenders.matrix_factorisation": lambda: {
        "factors": 2,
        "regularization": 0.1,
        "iterations": 2,
        "seed": 0,
    },
    "tasks.recommendation.recommenders.nearest_neighbours": lambda: {"neighbours": 5, "last": 5},
    "tasks.recommendation.recommenders.NeuralRecommender": lambda: {
        "model": language_model(),
        "vocabulary": VOCABULARY,
    },
    "tasks.recommendation.recommenders.NeuralRecommender.next_scores": lambda: {
        "self": recommenders.NeuralRecommender(one_stream(), VOCABULARY),
        "films": ["cat", "dog"],
    },
    "tasks.recommendation.sessions.split_by_time": lambda: {
        "times": np.array([40, 10, 30, 20]),
        "fractions": {"train": 0.75, "test": 0.25},
    },
    "tasks.recommendation.sessions.make_sessions": lambda: {
        "ratings": RATINGS,
        "indices": np.array([0, 1]),
        "gap": 3600.0,
        "order": "time",
        "seed": 0,
    },
    "tasks.recommendation.sessions.split_sessions": lambda: {
        "ratings": MANY_RATINGS,
        "order": "time",
        "seed": 0,
    },
    "tasks.recommendation.sessions.sentences": lambda: {"sessions": list(SESSIONS)},
    "tasks.semantic_roles.agreement.token_labels": lambda: {"proposition": PROPOSITION},
    "tasks.semantic_roles.agreement.cohen_kappa": lambda: {
        "one": ["a", "a", "b", "b"],
        "other": ["a", "a", "b", "a"],
    },
    "tasks.semantic_roles.agreement.kappa_interval": lambda: {
        "one": [["a", "b"], ["a", "b"], ["a", "b"]],
        "other": [["a", "b"], ["a", "a"], ["a", "b"]],
        "groups": ["x", "y", "z"],
        "confidence": 0.95,
        "seed": 0,
    },
    "tasks.semantic_roles.bio.encode_bio": lambda: {
        "roles": [("ARG0", 0, 2), ("ARG1", 3, 4)],
        "length": 5,
    },
    "tasks.semantic_roles.bio.decode_bio": lambda: {"tags": ["B-ARG0", "I-ARG0", "O"]},
    "tasks.semantic_roles.bio.may_follow": lambda: {"tags": ["O", "B-ARG0", "I-ARG0"]},
    "tasks.semantic_roles.classical.token_features": lambda: {
        "tokens": ["It", "was", "built"],
        "predicate": 2,
    },
    "tasks.semantic_roles.classical.FeatureLabeller": lambda: {"C": 1.0, "min_count": 1},
    "tasks.semantic_roles.classical.FeatureLabeller.fit": lambda: {
        "self": role_features.FeatureLabeller(min_count=1),
        "propositions": [PROPOSITION],
    },
    "tasks.semantic_roles.classical.FeatureLabeller.log_probs": lambda: {
        "self": labeller(),
        "tokens": ["Ada", "wrote", "it"],
        "predicate": 1,
    },
    "tasks.semantic_roles.data.checked_roles": lambda: {
        "roles": [["ARG1", 2, 4], ["ARG0", 0, 1]],
        "length": 5,
        "predicate": 1,
        "where": "roles",
    },
    "tasks.semantic_roles.data.read_propositions": lambda: {
        "lines": [
            '{"article": "Ada", "sentence": 0, "predicate": 1, '
            '"sha256": "1bba805395bd8e2d", "roles": [["ARG0", 0, 1]]}'
        ],
        "parts": {"train": [ARTICLE]},
    },
    "tasks.semantic_roles.data.load_propositions": lambda: {"version": "gold"},
    "tasks.semantic_roles.data.by_part": lambda: {"propositions": [PROPOSITION]},
    "tasks.semantic_roles.data.bracketed": lambda: {
        "tokens": ["Ada", "wrote", "programs", "."],
        "predicate": 1,
        "roles": [("ARG0", 0, 1), ("ARG1", 2, 3)],
    },
    "tasks.semantic_roles.heuristics.noun_chunks": lambda: {
        "tokens": ["Ada", "saw", "a", "machine"],
        "tags": ["PROPN", "VERB", "DET", "NOUN"],
    },
    "tasks.semantic_roles.heuristics.is_passive": lambda: {
        "tokens": ["It", "was", "quickly", "built"],
        "tags": ["PRON", "VERB", "ADV", "VERB"],
        "predicate": 3,
    },
    "tasks.semantic_roles.heuristics.label_by_position": lambda: {
        "tokens": ["The", "bridge", "was", "built"],
        "predicate": 3,
    },
    "tasks.semantic_roles.heuristics.verbs_of": lambda: {"tokens": ["She", "wrote", "programs"]},
    "tasks.semantic_roles.judging.span_counts": lambda: {
        "propositions": [PROPOSITION],
        "predicted": [[("ARG0", 0, 1), ("ARG1", 2, 3)]],
    },
    "tasks.semantic_roles.judging.f1_of": lambda: {"counts": np.array([2, 4, 3])},
    "tasks.semantic_roles.judging.judge": lambda: {
        "propositions": [PROPOSITION, OTHER_PROPOSITION],
        "predicted": [[("ARG0", 0, 1), ("ARG1", 2, 3)], []],
        "seed": 0,
    },
    "tasks.semantic_roles.judging.f1_interval": lambda: {
        "counts": np.array([[1, 1, 1], [0, 1, 1], [1, 2, 1]]),
        "sentences": ["a", "b", "c"],
        "confidence": 0.95,
        "seed": 0,
    },
    "tasks.semantic_roles.judging.same_f1_test": lambda: {
        "one": np.array([[1, 1, 1], [0, 1, 1], [1, 2, 1]]),
        "other": np.array([[1, 1, 1], [1, 1, 1], [1, 2, 1]]),
        "sentences": ["a", "b", "c"],
        "seed": 0,
    },
    "tasks.semantic_roles.networks.Inputs.take": lambda: {
        "self": role_networks.inputs_of([np.array([5, 6, 7]), np.array([4])], [1, 0]),
        "rows": np.array([0, 1]),
    },
    "tasks.semantic_roles.networks.inputs_of": lambda: {
        "words": [np.array([7, 8, 9]), np.array([5, 6])],
        "predicates": [1, 0],
    },
    "tasks.semantic_roles.networks.build_tagger": lambda: {
        "vocab_size": 10,
        "dimensions": 4,
        "units": 3,
        "dropout": 0.3,
        "mark_predicate": True,
    },
    "tasks.semantic_roles.networks.train": lambda: {
        "tagger": tagger(),
        "inputs": role_networks.inputs_of([np.array([5, 6, 7])], [1]),
        "propositions": [PROPOSITION],
        "updates": 1,
        "learning_rate": 0.005,
        "batch_size": 2,
        "seed": 0,
    },
    "tasks.semantic_roles.networks.tag_log_probs": lambda: {
        "tagger": tagger(),
        "inputs": role_networks.inputs_of([np.array([5, 6, 7])], [1]),
        "batch_size": 2,
    },
    "tasks.semantic_roles.vectors.language_model_vectors": lambda: {
        "model": language_model(),
        "vocabulary": VOCABULARY,
        "sentences": [["the", "cat"], ["a"]],
    },
    "tasks.semantic_roles.viterbi.best_path": lambda: {
        "scores": np.log([[0.5, 0.4, 0.1], [0.3, 0.1, 0.6]]),
        "first": np.array([True, True, False]),
        "follows": np.array([[True, True, False], [True, True, True], [True, True, True]]),
    },
    "tasks.semantic_roles.viterbi.best_roles": lambda: {
        "log_probs": np.full((3, len(TAGS)), -3.0),
        "predicate": 1,
    },
    "tasks.semantic_roles.viterbi.greedy_tags": lambda: {
        "log_probs": np.full((3, len(TAGS)), -3.0),
    },
    "tasks.semantic_roles.viterbi.broken_rules": lambda: {"tags": ["I-ARG0", "O", "B-ARG1"]},
    "tasks.sentiment.classical.prior_log_odds": lambda: {"labels": [1, 1, 1, 0]},
    "tasks.sentiment.classical.checked_labels": lambda: {"labels": [1, 0], "reviews": 2},
    "tasks.sentiment.classical.NaiveBayes": lambda: {"order": 1, "smoothing": "add-k", "k": 1.0},
    "tasks.sentiment.classical.NaiveBayes.fit": lambda: {
        "self": sentiment_classical.NaiveBayes(),
        "reviews": [["good", "film"], ["bad", "film"]],
        "labels": [1, 0],
    },
    "tasks.sentiment.classical.NaiveBayes.log_odds": lambda: {
        "self": bayes(),
        "reviews": [["good"], ["bad", "bad"]],
    },
    "tasks.sentiment.classical.build_tfidf_classifier": lambda: {"C": 10.0},
    "tasks.sentiment.data.Reviews.take": lambda: {"self": REVIEWS, "rows": np.array([2, 0])},
    "tasks.sentiment.data.draw": lambda: {"reviews": REVIEWS, "size": 2, "seed": 0},
    "tasks.sentiment.data.shared_runs": lambda: {
        "train": [["so", "it", "goes", "on"]],
        "test": [["it", "goes", "."], ["goes", "it"]],
        "length": 2,
    },
    "tasks.sentiment.judging.positive_probability": lambda: {"log_odds": np.array([0.3, -2.0])},
    "tasks.sentiment.judging.is_right": lambda: {
        "labels": [1, 0],
        "log_odds": np.array([0.3, -2.0]),
    },
    "tasks.sentiment.judging.judge": lambda: {
        "labels": [1, 1, 0, 0],
        "log_odds": np.array([2.0, -1.0, -1.0, -3.0]),
    },
    "tasks.sentiment.judging.same_accuracy_test": lambda: {
        "labels": [1, 1, 0],
        "one": np.array([1.0, 1.0, -1.0]),
        "other": np.array([-1.0, -1.0, 1.0]),
    },
    "tasks.sentiment.judging.fit_temperature": lambda: {
        "labels": [1, 1, 1, 0],
        "log_odds": np.array([2.0, 2.0, 2.0, 2.0]),
    },
    "tasks.sentiment.networks.padded_reviews": lambda: {
        "reviews": [["the", "cat"], ["a"]],
        "vocabulary": VOCABULARY,
        "max_words": 100,
    },
    "tasks.sentiment.networks.build_recurrent_classifier": lambda: {
        "vocab_size": 10,
        "embedding_dim": 4,
        "units": 3,
        "dropout": 0.5,
    },
    "tasks.sentiment.networks.take_over": lambda: {
        "language_model": language_model(),
        "classifier": classifier(),
    },
    "tasks.sentiment.networks.train": lambda: {
        "classifier": classifier(),
        "batch": padding.pad([[7, 8], [9, 4]]),
        "labels": [1, 0],
        "updates": 1,
        "learning_rate": 0.01,
        "batch_size": 2,
        "seed": 0,
    },
    "tasks.sentiment.networks.log_odds": lambda: {
        "classifier": classifier(),
        "batch": padding.pad([[7, 8], [9]]),
        "batch_size": 2,
    },
    "tasks.sentiment.words.review_words": lambda: {"text": "It isn't bad. Really!"},
    "tasks.sentiment.words.known_words": lambda: {
        "words": ["the", "cat", "zyx"],
        "vocabulary": VOCABULARY,
    },
    "tasks.sentiment.words.verdict": lambda: {
        "words": ["the", "cat"],
        "log_odds": 0.4,
        "vocabulary": VOCABULARY,
    },
    "tasks.speech.channel.PhoneChannel": lambda: {
        "vocabulary": SPOKEN_WORDS,
        "pronunciations": dict(SPEAKER),
        "rate": 0.5,
    },
    "tasks.speech.channel.PhoneChannel.transmit": lambda: {
        "self": channel.PhoneChannel(SPOKEN_WORDS, SPEAKER),
        "words": ["cat"],
        "seed": 1,
    },
    "tasks.speech.channel.PhoneChannel.log_prob": lambda: {
        "self": channel.PhoneChannel(SPOKEN_WORDS, SPEAKER),
        "heard": ("K", "AE", "P"),
        "phones": ("K", "AE", "T"),
    },
    "tasks.speech.channel.PhoneChannel.candidates": lambda: {
        "self": channel.PhoneChannel(SPOKEN_WORDS, SPEAKER),
        "heard": ("K", "AE", "P"),
    },
    "tasks.speech.channel.PhoneChannel.lattice": lambda: {
        "self": channel.PhoneChannel(SPOKEN_WORDS, SPEAKER),
        "heard": [("K", "AE", "P"), ("DH", "AH")],
        "number": 5,
    },
    "tasks.speech.hypotheses.write_spoken": lambda: {
        "path": new_path(),
        "sentences": [SPOKEN],
    },
    "tasks.speech.hypotheses.read_spoken": lambda: {"path": Path(saved_file("spoken"))},
    "tasks.speech.lattice.Lattice": lambda: {
        "words": ("yes", "", ""),
        "starts": (0, 4, 9),
        "edges": ((0, 2, -3.0), (0, 1, -1.0), (1, 2, -1.5)),
        "first": 0,
        "last": 2,
    },
    "tasks.speech.lattice.read_lattice": lambda: {"path": Path(saved_file("lattice"))},
    "tasks.speech.lattice.n_best": lambda: {
        "lattice": WORDS,
        "number": 2,
        "word_score": lambda word: 0.0,
    },
    "tasks.speech.lattice.acoustic_score": lambda: {"lattice": WORDS, "words": ["two", "go"]},
    "tasks.speech.recogniser.add_noise": lambda: {
        "samples": np.sin(np.arange(100.0)),
        "decibels": 20.0,
        "seed": 0,
    },
    "tasks.speech.rescoring.Candidates.with_log_probs": lambda: {
        "self": CANDIDATES,
        "log_probs": np.array([-9.0, -7.0]),
    },
    "tasks.speech.rescoring.decision_scores": lambda: {
        "acoustic": np.array([-10.0, -14.0]),
        "log_probs": np.array([-9.0, -7.0]),
        "lengths": np.array([2, 2]),
        "setting": rescoring.Setting(3.0, 1.0),
    },
    "tasks.speech.rescoring.choose": lambda: {
        "candidates": CANDIDATES,
        "setting": rescoring.Setting(3.0, 1.0),
    },
    "tasks.speech.rescoring.errors_of_choices": lambda: {
        "candidates": [CANDIDATES, CANDIDATES],
        "setting": rescoring.Setting(3.0, 1.0),
    },
    "tasks.speech.rescoring.tune": lambda: {
        "candidates": [CANDIDATES],
        "weights": [0.0, 1.0],
        "bonuses": [0.0],
    },
    "tasks.speech.rescoring.score_with": lambda: {
        "model": MODEL,
        "lists": [[["the", "cat"], ["a"]]],
    },
    "tasks.speech.rescoring.word_errors": lambda: {
        "references": [["the", "cat", "sat"], ["yes"]],
        "hypotheses": [["the", "hat", "sat", "on"], []],
    },
    "tasks.speech.rescoring.error_rate": lambda: {
        "errors": np.array([2, 1]),
        "lengths": np.array([4, 8]),
    },
    "tasks.speech.rescoring.error_rate_interval": lambda: {
        "errors": np.array([2, 1, 0, 1]),
        "lengths": np.array([4, 8, 6, 5]),
        "confidence": 0.95,
        "seed": 0,
    },
    "tasks.speech.rescoring.compare_errors": lambda: {
        "errors": np.array([0, 1, 2, 1]),
        "baseline": np.array([1, 2, 2, 0]),
        "lengths": np.array([5, 5, 5, 5]),
        "seed": 0,
    },
    "tasks.speech.words.is_blocked": lambda: {"word": "novel"},
    "tasks.speech.words.spoken_words": lambda: {"tokens": ["john", "'s", "clock", ",", "9"]},
    "tasks.speech.words.recogniser_vocabulary": lambda: {
        "sentences": [["the", "cat", ",", "the", "lynx"]],
        "pronunciations": dict(SPEAKER),
    },
    "tasks.speech.words.dictionary_lines": lambda: {
        "vocabulary": SPOKEN_WORDS,
        "pronunciations": dict(SPEAKER),
    },
    "tasks.summarisation.classical.place_features": lambda: {
        "sentences": ["Ants march ."],
        "sections": ["introduction"],
    },
    "tasks.summarisation.classical.SentenceClassifier": lambda: {
        "words": True,
        "places": True,
        "C": 1.0,
    },
    "tasks.summarisation.classical.SentenceClassifier.fit": lambda: {
        "self": summaries.SentenceClassifier(),
        "papers": [PAPER],
        "aspect": "approach",
    },
    "tasks.summarisation.classical.SentenceClassifier.scores": lambda: {
        "self": sentence_classifier(),
        "sentences": ["Ants march .", "We parse ants ."],
        "sections": ["abstract", "abstract"],
    },
    "tasks.summarisation.classical.SentenceClassifier.known_share": lambda: {
        "self": sentence_classifier(),
        "sentences": ["Ants march .", "We parse ants ."],
    },
    "tasks.summarisation.extraction.highest": lambda: {"scores": np.array([0.1, 0.9]), "k": 1},
    "tasks.summarisation.extraction.lead_scores": lambda: {"sentences": ["One.", "Two."]},
    "tasks.summarisation.extraction.greedy_oracle": lambda: {
        "sentences": [["we", "parse"], ["ants", "march"]],
        "reference": ["parse", "fast"],
        "most": 5,
    },
    "tasks.summarisation.extraction.marginal_relevance": lambda: {
        "scores": np.array([0.9, 0.8]),
        "similarities": np.array([[1.0, 0.9], [0.9, 1.0]]),
        "k": 2,
        "trade_off": 0.7,
    },
    "tasks.summarisation.judging.extract": lambda: {
        "sentences": ["One .", "Two .", "Three ."],
        "places": [0, 2],
    },
    "tasks.summarisation.judging.rouge_scores": lambda: {
        "summaries": ["Ants march on."],
        "references": ["Ants march."],
        "measure": "recall",
    },
    "tasks.summarisation.judging.judge_extracts": lambda: {
        "papers": [PAPER],
        "scores": [[0.1, 0.9]],
        "aspect": "approach",
        "k": 1,
    },
    "tasks.summarisation.judging.choose_length": lambda: {
        "papers": [PAPER],
        "scores": [[0.1, 0.9]],
        "aspect": "approach",
    },
    "tasks.summarisation.judging.mean_with_interval": lambda: {
        "values": np.array([[0.2, 0.4], [0.4, 0.6]])
    },
    "tasks.summarisation.judging.paired_p_values": lambda: {
        "values": {"lead": np.array([0.1, 0.2, 0.3]), "head": np.array([0.2, 0.3, 0.4])},
        "baseline": "lead",
    },
    "tasks.summarisation.networks.build_extractor": lambda: {
        "features": 5,
        "units": 4,
        "recurrent": True,
        "dropout": 0.3,
    },
    "tasks.summarisation.networks.pad_papers": lambda: {
        "vectors": [np.ones((2, 1)), np.ones((1, 1))]
    },
    "tasks.summarisation.networks.train_extractor": lambda: {
        "network": extractor(),
        "vectors": [np.eye(2)],
        "papers": [PAPER],
        "validation": ([np.eye(2)], [PAPER]),
        "epochs": 1,
        "learning_rate": 0.003,
        "batch_size": 8,
        "seed": 0,
    },
    "tasks.summarisation.networks.extractor_scores": lambda: {
        "network": extractor(),
        "vectors": [np.eye(2), np.ones((1, 2))],
    },
    "tasks.summarisation.rouge.rouge_words": lambda: {"text": "Parsers parsed naïve sentences."},
    "tasks.summarisation.rouge.rouge_n": lambda: {
        "summary": ["the", "cat", "sat"],
        "reference": ["the", "cat", "ran", "off"],
        "n": 1,
    },
    "tasks.summarisation.rouge.rouge_l": lambda: {
        "summary": ["the", "cat", "sat"],
        "reference": ["the", "cat", "ran", "off"],
    },
    "tasks.summarisation.surprisal.train_language_model": lambda: {"papers": [PAPER], "order": 2},
    "tasks.summarisation.surprisal.surprisals": lambda: {
        "model": MODEL,
        "sentences": ["the cat", "a"],
    },
    "tasks.summarisation.surprisal.train_unigram_model": lambda: {"papers": [PAPER], "k": 0.5},
    "tasks.summarisation.surprisal.own_text_surprisals": lambda: {
        "model": NGramModel(order=1, smoothing="add-k").fit(SENTENCES, VOCABULARY),
        "sentences": ["the cat", "a"],
        "weight": 0.5,
    },
    "tasks.summarisation.textrank.overlaps": lambda: {
        "sentences": [{"fast", "parser"}, {"slow", "parser"}, {"ants"}]
    },
    "tasks.summarisation.textrank.page_rank": lambda: {
        "weights": np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
        "damping": 0.85,
        "tolerance": 1e-10,
    },
    "tasks.summarisation.textrank.textrank_scores": lambda: {
        "sentences": ["A fast parser .", "Ants march .", "The parser is fast ."]
    },
    "tasks.summarisation.words.sentence_words": lambda: {"sentence": "A parser isn't enough !"},
    "tasks.summarisation.words.content_words": lambda: {"sentence": "The parser is fast ."},
    "tasks.summarisation.words.text_sentences": lambda: {"text": "We parse. It works, here."},
    "tasks.translation.encoder_decoder.build_encoder_decoder": lambda: {
        "source": Vocabulary(["a"]),
        "target": Vocabulary(["un", "une"]),
        "units": 4,
        "attention": True,
        "dropout": 0.3,
        "output_bias": np.zeros(6),
    },
    "tasks.translation.encoder_decoder.encode_sources": lambda: {
        "sentences": [["the", "cat"], ["a"]],
        "vocabulary": VOCABULARY,
    },
    "tasks.translation.ibm_model1.IBMModel1.fit": lambda: {
        "self": ibm_model1.IBMModel1(),
        "sentences": [["the", "house"], ["the", "book"]],
        "given": [["la", "maison"], ["le", "livre"]],
        "iterations": 2,
    },
    "tasks.translation.ibm_model1.IBMModel1.probability": lambda: {
        "self": CHANNEL,
        "word": "the",
        "given": "livre",
    },
    "tasks.translation.ibm_model1.IBMModel1.best": lambda: {
        "self": CHANNEL,
        "given": "livre",
        "number": 1,
    },
    "tasks.translation.ibm_model1.IBMModel1.probabilities": lambda: {
        "self": CHANNEL,
        "sentence": ["the", "book"],
        "given": ["le", "livre"],
    },
    "tasks.translation.ibm_model1.IBMModel1.log_prob": lambda: {
        "self": CHANNEL,
        "sentence": ["the", "book"],
        "given": ["le", "livre"],
    },
    "tasks.translation.ibm_model1.IBMModel1.align": lambda: {
        "self": CHANNEL,
        "sentence": ["the", "book"],
        "given": ["le", "livre"],
    },
    "tasks.translation.judging.judge": lambda: {
        "translations": ["le livre", "un livre"],
        "references": ["le livre", "une maison"],
        "resamples": 10,
    },
    "tasks.translation.judging.paired_p_values": lambda: {
        "systems": {"a": ["le livre"] * 5, "b": ["le lit"] * 5},
        "references": ["le livre"] * 5,
        "resamples": 10,
    },
    "tasks.translation.noisy_channel.NoisyChannel": lambda: {
        "language_model": MODEL,
        "channel": CHANNEL,
        "lm_weight": 1.0,
        "word_bonus": 0.5,
        "beam": 3,
        "candidates": 2,
        "helpers": 2,
    },
    "tasks.translation.noisy_channel.NoisyChannel.translate": lambda: {
        "self": TRANSLATOR,
        "sentence": ["a", "book"],
    },
    "tasks.translation.noisy_channel.NoisyChannel.score": lambda: {
        "self": TRANSLATOR,
        "sentence": ["a", "book"],
        "translation": ["un", "livre"],
    },
    "tasks.translation.noisy_channel.NoisyChannel.french_for": lambda: {
        "self": TRANSLATOR,
        "word": "a",
    },
    "tasks.translation.pieces.Pieces.cut": lambda: {
        "self": pieces.learn_pieces(PAIRS, 2),
        "pair": PAIRS[0],
    },
    "tasks.translation.pieces.learn_pieces": lambda: {"pairs": list(PAIRS), "merges": 2},
    "tasks.translation.pieces.join_pieces": lambda: {"pieces": ["la ", "m", "er "]},
    "tasks.translation.search.translate_greedily": lambda: {
        "network": translator(),
        "sentences": [["the", "sea"]],
        "max_tokens": 2,
    },
    "tasks.translation.search.beam_search": lambda: {
        "network": translator(),
        "sentence": ["the", "sea"],
        "beam": 2,
        "max_tokens": 2,
    },
    "tasks.translation.search.attention_map": lambda: {
        "network": translator(),
        "sentence": ["the", "sea"],
        "translation": ["la", "mer"],
    },
    "tasks.translation.text.tokenize": lambda: {
        "text": "Leah's eyes were clouded.",
        "language": "english",
    },
    "tasks.translation.text.detokenize": lambda: {"tokens": ["donne", "-", "moi", "l'", "eau"]},
    "tasks.translation.text.short_pairs": lambda: {
        "verses": [Verse("John", 11, 35, "And Jesus was weeping.", "Jésus pleura.")],
        "max_words": 5,
    },
    "tasks.translation.training.train": lambda: {
        "network": translator(),
        "pairs": list(PAIRS),
        "epochs": 1,
        "validation": list(PAIRS),
        "learning_rate": 0.003,
        "batch_size": 2,
    },
    "tasks.translation.training.learning_rate_schedule": lambda: {"highest": 0.1, "steps": 20},
    "tasks.translation.training.training_arrays": lambda: {
        "network": translator(),
        "pairs": list(PAIRS),
    },
}
