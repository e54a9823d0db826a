"""What is public answers bad input with an error that helps, and with nothing else.

``valid_calls.CALLS`` has a call that works of each public function, class and method. Here one
argument after the other is replaced by values that may be bad for it: empty, none at all, of the
wrong type or shape, not a number, infinite, huge, negative, or not of ASCII. Which ones is told by
the kind of the argument that works. The call then either gives an answer or raises an error that
names the argument. It never fails somewhere inside NumPy or Keras, warns, hangs, answers with NaN,
or changes what it was given.
"""

import ast
import functools
import importlib
import inspect
import itertools
import re
import signal
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from test_package import MODULES, PACKAGE, part, public_definitions
from valid_calls import CALLS

from lmbook_utils.distributed.cluster import WorkerError

SECONDS = 60  # for one call; the slowest reads the corpus
NAN, INFINITY = float("nan"), float("inf")

CALLED_BY_KERAS = "is called by Keras, with tensors"
INNER = "takes what NGramModel has made, which checks the text"
STORED = "is what export.read and export.write call, and reads what they have checked"
DOWNLOADS = "needs files that are downloaded"

WITHOUT_CALL = {
    "datasets.fetch.state": "takes an entry of the registry",
    "datasets.fetch.verified_file": "takes an entry of the registry, and downloads",
    "datasets.wikipedia.read_pages": "reads the dump that load_wikipedia gives it",
    "distributed.workers.train": "needs several processes",
    "export.arrays.decode": STORED,
    "export.arrays.decode_matrix": STORED,
    "export.arrays.encode": STORED,
    "export.arrays.encode_matrix": STORED,
    "export.arrays.require_finite": STORED,
    "export.network.from_json": STORED,
    "export.ngrams.from_json": STORED,
    "export.ngrams.to_json": STORED,
    "models.convolutional.GatedConvolution.build": CALLED_BY_KERAS,
    "models.convolutional.GatedConvolution.call": CALLED_BY_KERAS,
    "models.convolutional.GatedConvolution.compute_output_shape": CALLED_BY_KERAS,
    "models.replacement.WordReplacement.call": CALLED_BY_KERAS,
    "models.replacement.WordReplacement.compute_output_spec": CALLED_BY_KERAS,
    "models.streams.StreamLayer.carry": CALLED_BY_KERAS,
    "models.tied.TiedEmbedding.build": CALLED_BY_KERAS,
    "models.tied.TiedEmbedding.call": CALLED_BY_KERAS,
    "models.tied.TiedEmbedding.compute_output_spec": CALLED_BY_KERAS,
    "models.transformer.MemoryAttention.build": CALLED_BY_KERAS,
    "models.transformer.MemoryAttention.call": CALLED_BY_KERAS,
    "models.transformer.MemoryAttention.compute_output_shape": CALLED_BY_KERAS,
    "ngram.pruning.prune": INNER,
    "ngram.smoothing.absolute": INNER,
    "ngram.smoothing.add_k": INNER,
    "ngram.smoothing.continuation_counts": INNER,
    "ngram.smoothing.held_out_estimates": INNER,
    "ngram.smoothing.interpolate": INNER,
    "ngram.smoothing.jelinek_mercer": INNER,
    "ngram.smoothing.kneser_ney": INNER,
    "ngram.smoothing.maximum_likelihood": INNER,
    "ngram.smoothing.stupid_backoff": INNER,
    "ngram.tables.find": INNER,
    "ngram.tables.locate": INNER,
    "ngram.tables.next_word_log_probs": INNER,
    "ngram.tables.rank_of": INNER,
    "ngram.tables.score_stream": INNER,
    "ngram.tables.words_of": INNER,
    "output_losses.CrossEntropy.call": CALLED_BY_KERAS,
    "rnn.base.Cell": "is abstract; RNNCell, GRUCell and LSTMCell have its arguments",
    "tasks.minilm.encode": DOWNLOADS,
    "tasks.minilm.pieces": DOWNLOADS,
    "tasks.minilm.unit_vectors": DOWNLOADS,
    "tasks.question_answering.neural.similarities": DOWNLOADS,
    "tasks.recommendation.evaluation.Recommender.next_scores": "is a protocol",
    "tasks.recommendation.losses.BPR.compare": "is called by the loss, with tensors",
    "tasks.recommendation.losses.RankingLoss.compare": "is abstract",
    "tasks.recommendation.losses.TOP1.compare": "is called by the loss, with tensors",
    "tasks.recommendation.losses.TOP1Max.compare": "is called by the loss, with tensors",
    "tasks.semantic_roles.propbank.load_propbank": "needs PropBank, which is not free",
    "tasks.semantic_roles.vectors.minilm_vectors": DOWNLOADS,
    "tasks.sentiment.data.load_reviews": DOWNLOADS,
    "tasks.speech.recogniser.Recogniser": "needs an optional package",
    "tasks.speech.recogniser.Recogniser.hear": "needs an optional package",
    "tasks.speech.recogniser.Recogniser.word_score": "needs an optional package",
    "tasks.speech.recogniser.speak": "needs an optional package",
    "tasks.translation.encoder_decoder.GlobalAttention.build": CALLED_BY_KERAS,
    "tasks.translation.encoder_decoder.GlobalAttention.call": CALLED_BY_KERAS,
    "training.adam.FusedAdam.update_step": CALLED_BY_KERAS,
}

CHANGED_ON_PURPOSE = {
    ("optimizers.SGD.step", "parameters"),
    ("optimizers.Adam.step", "parameters"),
    ("rnn.base.assign", "parameters"),
}

# Errors of other types that the docstring names.
DOCUMENTED = {
    "distributed.cluster.run_cluster": (WorkerError,),
    "streaming.memory.peak_memory": (RuntimeError, subprocess.TimeoutExpired),
}

# Not mended yet, as it is another library's: sacreBLEU cannot average a score of 0 with others.
OF_A_LIBRARY = {"tasks.translation.judging.judge": "coerce float and float32"}

# What an argument is called in the message of what it is handed on to.
ALSO_CALLED = {
    "forced_choice.accuracy_over_groups": "values",
    "metrics.comparison.compare": "log_probs",
    "metrics.uncertainty.perplexity_interval": "values",
    "models.streams.require_vocabulary_size": "vocabulary",
    "tasks.sentiment.classical.NaiveBayes.log_odds": "sentences",  # a review is one
    "tasks.sentiment.judging.fit_temperature": "logits",  # of two classes
    "tasks.translation.noisy_channel.NoisyChannel.score": "sentences",  # a translation is one
}

# Where the size of an argument must fit that of another, the message may ask it of the other.
HAS_TO_FIT = {
    **{f"rnn.{cell}Cell.forward": "state" for cell in ("gru.GRU", "lstm.LSTM", "simple.RNN")},
    "rnn.language_model.RNN.forward": "state",
    "tasks.summarisation.judging.extract": "places",
}

NAN_GOES_THROUGH = {
    "rnn.base.sum_of_outer_products": "is a step of a gradient, whose end is looked at",
}

# ---------------------------------------------------------------------------------------------
# Bad values

WHOLE_NUMBERS = (None, "3", "", 2.5, NAN, INFINITY, -1, 0, True, 2**70, [3], 3j)
NUMBERS = (None, "0.5", NAN, INFINITY, -INFINITY, -1.0, 0.0, 1e30, True, [0.5], 3j)
FLAGS = (None, "yes")
TEXTS = (None, 3, NAN, b"text", ["a"], "", " ", "naïve 语言 🙂", "a\x00b")
PATHS = (None, 2.5, ["a"], "", "no/such/file", "a\x00b", "naïve 语言")
BYTES = (None, "text", 3)
WORDS = (
    None,
    3,
    NAN,
    "a text",
    [],
    [""],
    [None],
    [3],
    ["naïve", "语言"],
    [["a"]],
    ["<s>"],
    {"a": 1},
)
SENTENCES = (
    None,
    3,
    "a text",
    [],
    [[]],
    ["a", "text"],
    [None],
    [[3]],
    [["语言"]],
    [["<s>"]],
    [[["a"]]],
)
SEQUENCES = (None, 3, NAN, "a text", [], [None], [3], ["a"], [[]])
MAPPINGS = (None, 3, "a text", [], {}, {3: 4}, {"naïve": None})
OBJECTS = (None, 3, "a text", [], object())
ARRAYS = (
    *(None, 3, "a text", NAN, [], [[]], [[[]]], {}, 3j),
    *([None], ["a"], [[1], [1, 2]], [[1.5, "a"]], np.array([None, 1]), np.array([], int)),
)


def bad_values(value):
    """Values of an argument that are probably bad, if this one is good."""
    if isinstance(value, bool):
        return FLAGS
    if isinstance(value, int | np.integer):
        return WHOLE_NUMBERS
    if isinstance(value, float):
        return NUMBERS
    if isinstance(value, str):
        return TEXTS
    if isinstance(value, bytes):
        return BYTES
    if isinstance(value, Path):
        return PATHS
    if isinstance(value, np.ndarray):
        return [*ARRAYS, *spoiled_arrays(value)]
    if isinstance(value, Mapping):
        return [*MAPPINGS, *spoiled_mappings(value)]
    if isinstance(value, list | tuple | set) and not hasattr(value, "_fields"):
        return spoiled_sequences(value)
    return OBJECTS


def spoiled_arrays(array):
    """Copies of an array with a wrong shape, or with numbers that are out of all ranges."""
    yield array[None]
    yield array[..., None]
    yield array.ravel()[:0]
    if array.shape:
        yield array[:-1]
        yield array[..., :-1]
        yield np.concatenate([array, array])
    if array.dtype.kind == "f":
        for number in (NAN, INFINITY, -INFINITY, 1e30, -1e30):
            yield np.where(np.arange(array.size).reshape(array.shape) == 0, number, array)
        yield array.astype(complex)
    elif array.dtype.kind in "iu":
        yield array + 0.5
        yield array.astype(np.int64) + 2**62
        yield -1 - array.astype(np.int64)
        yield array.astype(bool)


def spoiled_mappings(mapping):
    for bad in (None, "a text", NAN, []):
        yield dict.fromkeys(mapping, bad)
    for key, value in itertools.islice(mapping.items(), 1):
        if isinstance(value, np.ndarray | list | tuple | float):
            for bad in bad_values(value):
                yield {**mapping, key: bad}


def spoiled_sequences(values):
    """Of words, of sentences, of numbers, or of other things."""
    first = next(iter(values), None)
    if isinstance(first, str):
        return WORDS
    if isinstance(first, list | tuple) and isinstance(next(iter(first), None), str):
        return SENTENCES
    if isinstance(first, int | float):
        return [*SEQUENCES, [NAN], [INFINITY], [-1], [2**70], [0], list(values)[:-1]]
    if isinstance(first, np.ndarray):
        return [*SEQUENCES, *([bad] for bad in spoiled_arrays(first))]
    return SEQUENCES


# ---------------------------------------------------------------------------------------------
# Calls and their outcomes


@functools.cache
def resolve(name):
    """The function, class or method of a row."""
    module = max((m for m in MODULES if f"{PACKAGE}.{name}".startswith(m + ".")), key=len)
    path = f"{PACKAGE}.{name}".removeprefix(module + ".").split(".")
    return functools.reduce(getattr, path, importlib.import_module(module))


def call(name, arguments):
    """Make the call, and go through its result if that is an iterator."""
    function = resolve(name)
    positional, named = [], dict(arguments)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            values = named.pop(parameter.name)
            positional += values if isinstance(values, list | tuple) else [values]
        elif parameter.name == "self":
            positional.append(named.pop("self"))
    result = function(*positional, **named)
    return list(itertools.islice(result, 50)) if isinstance(result, Iterator) else result


class TooSlow(Exception):
    """The call did not end."""


class Trains(Exception):
    """The call has found nothing wrong, and begins to train a network."""


def too_slow(*_):
    raise TooSlow


def trains(*_, **__):
    raise Trains


ASKING = {"must", "need", "needs", "should"}  # what an argument should be


def outcome(name, arguments, changed=None):
    """What is wrong with how a call ended; ``None`` if nothing is."""
    before = copy_of(arguments)
    signal.signal(signal.SIGALRM, too_slow)
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            result = call(name, arguments)
    except Trains:
        result = None
    except Exception as error:
        result = None
        if complaint := complaint_about(name, error, arguments, changed):
            return complaint
    finally:
        signal.alarm(0)
    if holds_nan(result) and name not in NAN_GOES_THROUGH:
        return "answered with NaN"
    for argument, value in before.items():
        if (name, argument) not in CHANGED_ON_PURPOSE and not same(value, arguments[argument]):
            return f"changed {argument}"
    return None


def complaint_about(name, error, arguments, changed):
    """What is wrong with an error: nothing, if an argument was bad and the message helps."""
    if changed is not None:
        if isinstance(error, (OSError, *DOCUMENTED.get(name, ()))):
            return None
        if name in OF_A_LIBRARY and OF_A_LIBRARY[name] in str(error):
            return None
        words = set(re.findall(r"\w+", str(error)))
        names = {changed, ALSO_CALLED.get(name), HAS_TO_FIT.get(name)}
        if isinstance(arguments[changed], dict):  # the message may name the entry that is bad
            names |= {str(key) for key in arguments[changed]}
        if isinstance(error, ValueError | TypeError) and words & names and words & ASKING:
            return None
        if hasattr(resolve(name), "cache_info") and "unhashable" in words:  # before it is called
            return None
    return f"{type(error).__name__}: {error}"


def copy_of(value):
    """A copy of what a function might change by mistake."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(map(copy_of, value))
    if type(value) is dict:
        return {key: copy_of(item) for key, item in value.items()}
    return value


def same(one, other):
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and repr(one) == repr(other)
    if type(one) in (list, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one) is dict:
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return True


def holds_nan(value):
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f" and bool(np.isnan(value).any())
    if isinstance(value, Mapping):
        return any(map(holds_nan, value.values()))
    return isinstance(value, list | tuple) and any(map(holds_nan, value))


# ---------------------------------------------------------------------------------------------
# The tests


@pytest.fixture(autouse=True, scope="module")
def no_graphs():
    """Networks compute step by step: to make a graph for each of many calls would take minutes."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def callables():
    """The names of all that is public and takes arguments; records take what they are given."""
    found = set()
    for module in MODULES:
        if part(module) == "exercises" or re.search(r"\._|__main__", module):
            continue
        for name, node in public_definitions(module).items():
            if isinstance(node, ast.ClassDef):
                own = {member.name for member in node.body if isinstance(member, ast.FunctionDef)}
                takes = bool(own & {"__init__", "__post_init__"})
            else:
                arguments = node.args
                named = [*arguments.args, *arguments.kwonlyargs]
                named = [a for a in named if a.arg not in ("self", "cls")]
                takes = bool(named or arguments.vararg or arguments.kwarg)
            if takes:
                found.add(f"{module.removeprefix(PACKAGE + '.')}.{name}")
    return found


def test_all_that_takes_arguments_has_a_call_or_there_is_a_reason():
    assert len(CALLS) > 350
    assert callables() - CALLS.keys() - WITHOUT_CALL.keys() == set()
    assert WITHOUT_CALL.keys() - callables() == set(), "what is gone"
    assert WITHOUT_CALL.keys() & CALLS.keys() == set()


@pytest.mark.parametrize("name", CALLS)
def test_the_call_gives_all_arguments(name):
    parameters = inspect.signature(resolve(name)).parameters.values()
    wanted = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
    given = CALLS[name]()
    assert wanted <= given.keys()
    assert wanted == given.keys() or any(p.kind is p.VAR_KEYWORD for p in parameters)


@pytest.mark.parametrize("name", CALLS)
def test_the_call_works(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(keras.Model, "fit", trains)
    monkeypatch.setattr(keras.Model, "train_on_batch", trains)
    assert outcome(name, CALLS[name]()) is None


@pytest.mark.parametrize("name", CALLS)
def test_bad_input_gives_an_answer_or_an_error_that_helps(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a path that is no good is created
    monkeypatch.setattr(keras.Model, "fit", trains)
    monkeypatch.setattr(keras.Model, "train_on_batch", trains)
    failures = []
    for argument, good in CALLS[name]().items():
        for bad in bad_values(good) if argument != "self" else ():
            failure = outcome(name, {**CALLS[name](), argument: bad}, argument)
            if failure:
                failures.append(f"{argument} = {bad!r:.80}: {failure:.300}")
    assert not failures, "\n".join(failures)
