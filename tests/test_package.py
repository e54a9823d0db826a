"""The shape of the package: light to import, in layers, and documented throughout."""

import ast
import graphlib
import importlib.util
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import lmbook_utils

ROOT = Path(__file__).parent.parent
PACKAGE = "lmbook_utils"
MODULES = [m.name for m in pkgutil.walk_packages(lmbook_utils.__path__, f"{PACKAGE}.")]
SETTINGS = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "KERAS_BACKEND": "tensorflow",
}
WITH_TENSORFLOW = (
    *("models", "output_losses", "training", "generation", "saving", "tasks"),
    *("_tf_data", "distributed", "export", "streaming"),
)

# A module may import from lower layers only. The tasks and the exercises are on top.
LAYERS = [
    {"_validation"},
    {"storage"},
    {"compression", "em", "losses", "metrics", "optimizers", "plotting", "reproducibility"}
    | {"footprint", "privacy", "scaling_laws", "sentences", "word_associations"},
    {"datasets", "forced_choice", "rnn", "tagging"},
    {"minimal_pairs", "preprocessing"},
    {"vocabulary"},
    {"batching", "corpus", "corruption", "ngram", "subwords", "word_vectors"},
    {"_tf_data", "models", "output_losses", "spelling"},
    {"training", "generation", "streaming"},
    {"distributed", "export", "saving"},
    {"tasks", "exercises"},
]
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}

# Every other public function shows an example in its docstring.
WITHOUT_EXAMPLE = {
    "datasets.__main__.main": "is the command line, which the README shows",
    "datasets.aclsum.load_aclsum": "downloads its data",
    "datasets.bible.load_bible": "downloads its data",
    "datasets.fetch.state": "tells what is on this machine",
    "datasets.fetch.verified_file": "needs a data source; registry.path shows it",
    "datasets.movielens.load_movielens": "downloads its data",
    "datasets.pronunciations.load_pronunciations": "downloads its data",
    "datasets.reviews.load_movie_reviews": "downloads its data",
    "datasets.wikipedia.load_sentence_splitter": "is what preprocessing.split_sentences calls",
    "datasets.wikipedia.read_pages": "reads a dump, which load_wikipedia does",
    "distributed.__main__.main": "is the command line, which chapter 9 shows",
    "distributed.workers.end_with_the_launcher": "ends the process",
    "distributed.workers.train": "needs several processes; chapter 9 shows it",
    "export.arrays.decode_matrix": "is what export.read calls",
    "export.arrays.encode_matrix": "is what export.write calls",
    "export.file.read": "needs a file of export.write; chapter 5 shows it",
    "export.file.write": "needs a trained model; benchmarks/playground.py shows it",
    "export.network.from_json": "is what export.read calls",
    "export.network.from_keras": "is what export.write calls",
    "export.network.to_json": "is what export.write calls",
    "export.network.to_keras": "needs exported weights; benchmarks/playground.py shows it",
    "export.ngrams.from_json": "is what export.read calls",
    "export.ngrams.to_json": "is what export.write calls",
    "export.page.generate": "needs an exported model; chapter 5 shows it",
    "export.page.mixture": "needs an exported model; chapter 5 shows it",
    "generation.generate": "needs a trained model; chapter 5 shows it",
    "models.streams.number_of_streams": "needs a model; with_batch_size and chapter 5 show it",
    "models.streams.reset_state": "needs a model that has read something; chapter 5 shows it",
    "models.streams.with_batch_size": "needs a trained model; chapter 5 shows it",
    "ngram.arpa.read": "is what NGramModel.read_arpa calls",
    "ngram.arpa.write": "is what NGramModel.write_arpa calls",
    "ngram.pruning.prune": "is what NGramModel.prune calls",
    "ngram.smoothing.absolute": "is what NGramModel.fit calls",
    "ngram.smoothing.add_k": "is what NGramModel.fit calls",
    "ngram.smoothing.continuation_counts": "is what smoothing.kneser_ney calls",
    "ngram.smoothing.held_out_estimates": "is what NGramModel.fit calls",
    "ngram.smoothing.interpolate": "is what NGramModel.fit calls",
    "ngram.smoothing.jelinek_mercer": "is what NGramModel.fit calls",
    "ngram.smoothing.kneser_ney": "is what NGramModel.fit calls",
    "ngram.smoothing.maximum_likelihood": "is what NGramModel.fit calls",
    "ngram.smoothing.stupid_backoff": "is what NGramModel.fit calls",
    "ngram.tables.locate": "is what tables.score_stream calls",
    "ngram.tables.next_word_log_probs": "is what NGramModel.next_word_distribution calls",
    "ngram.tables.rank_of": "is what tables.next_word_log_probs calls",
    "ngram.tables.score_stream": "is what NGramModel.score calls",
    "ngram.tables.words_of": "is what arpa.write calls",
    "saving.load_model": "is shown by save_model",
    "tasks.minilm.encode": "needs files that are downloaded; chapter 7 shows it",
    "tasks.minilm.load_encoder": "downloads its data",
    "tasks.minilm.load_tokenizer": "downloads its data",
    "tasks.minilm.pieces": "needs a file that is downloaded; chapter 7 shows it",
    "tasks.minilm.unit_vectors": "needs files that are downloaded",
    "tasks.question_answering.neural.similarities": "needs files that are downloaded",
    "tasks.semantic_roles.propbank.load_propbank": "needs PropBank, which is not free",
    "tasks.semantic_roles.vectors.minilm_vectors": "needs files that are downloaded",
    "tasks.sentiment.data.load_reviews": "downloads its data",
    "training.sentences.score_sentences": "needs a trained model; chapter 6 shows it",
    "tasks.speech.hypotheses.read_spoken": "is shown by write_spoken",
    "tasks.speech.recogniser.speak": "needs an optional package; the chapter shows it",
    "storage.cache_directory": "tells what is on this machine",
    "storage.write_verified_json": "is shown by read_verified_json",
    "training.scoring.score_next_words": "needs a trained model; chapter 5 shows it",
    "training.scoring.score_stream": "needs a trained model; chapter 5 shows it",
    "training.fitting.train_language_model": "takes minutes; chapter 5 shows it",
}


def part(module):
    """Return the part of the package that a module belongs to: ``datasets`` for its modules."""
    return module.split(".")[1]


def tree(module):
    return ast.parse(Path(importlib.util.find_spec(module).origin).read_text(encoding="utf-8"))


def run(code, **environment):
    """Run Python code in a process of its own; return the words that it printed."""
    shell = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**shell, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


# ---------------------------------------------------------------------------------------------
# Importing


def test_the_modules_are_found():
    assert {part(module) for module in MODULES} <= LAYER.keys(), "give a new module its layer"
    assert {part(module) for module in MODULES} >= LAYER.keys() - {"tasks"}
    assert f"{PACKAGE}.datasets.wikipedia" in MODULES


@pytest.mark.parametrize("module", [PACKAGE, f"{PACKAGE}.datasets"])
def test_importing_the_package_loads_nothing_heavy(module):
    loaded = run(f"import sys, {module}; print(*sys.modules)")
    roots = {name.partition(".")[0] for name in loaded}
    assert PACKAGE in roots
    heavy = {"numpy", "scipy", "nltk", "gensim", "tensorflow", "keras", "matplotlib"}
    assert not roots & heavy


@pytest.mark.parametrize("value", [None, "", "0", "1", "torch"])
def test_the_settings_of_tensorflow_are_the_books_whatever_the_shell_says(value):
    shell = {} if value is None else dict.fromkeys(SETTINGS, value)
    code = f"import os, {PACKAGE}; print(*(os.environ[name] for name in {list(SETTINGS)}))"
    assert run(code, **shell) == list(SETTINGS.values())


def test_the_modules_without_networks_load_no_tensorflow():
    light = [
        module
        for module in MODULES
        if part(module) not in WITH_TENSORFLOW and not module.endswith("__main__")
    ]
    assert len(light) > 10
    code = f"""
import importlib, sys
for module in {light}:
    importlib.import_module(module)
    if "tensorflow" in sys.modules or "keras" in sys.modules:
        print(module)
        break
"""
    assert run(code) == [], "the module that is named loads TensorFlow or Keras"


def test_the_version_is_that_of_the_distribution():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert lmbook_utils.__version__ == project["version"]


# ---------------------------------------------------------------------------------------------
# Layers


def imports(module):
    """Return the modules of the package that a module imports, at its top or in a function."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "an import names the package, so that it can be found"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                found.add(name if name in MODULES else node.module)
    return {name for name in found if name.startswith(f"{PACKAGE}.")}


def test_the_imports_are_found():
    assert f"{PACKAGE}.vocabulary" in imports(f"{PACKAGE}.batching")
    assert f"{PACKAGE}.datasets.registry" in imports(f"{PACKAGE}.datasets.wikipedia")
    assert f"{PACKAGE}.datasets.wikipedia" in imports(f"{PACKAGE}.datasets")  # in a function


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_lower_layers_only(module):
    others = {name for name in imports(module) if part(name) != part(module)}
    assert [name for name in others if LAYER[part(name)] >= LAYER[part(module)]] == []


def test_no_module_imports_itself_in_a_circle():
    graph = {module: imports(module) for module in MODULES}
    graphlib.TopologicalSorter(graph).prepare()


# ---------------------------------------------------------------------------------------------
# Documentation


def public_definitions(module):
    """Return each public function, class and method of a module with its name in it."""
    found = {}
    for node in tree(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found[node.name] = node
            for member in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                    found[f"{node.name}.{member.name}"] = member
    return found


def constructors(module):
    classes = [node for node in tree(module).body if isinstance(node, ast.ClassDef)]
    return {
        f"{node.name}.__init__": member
        for node in classes
        for member in node.body
        if isinstance(member, ast.FunctionDef) and member.name == "__init__"
    }


def without_hint(function):
    arguments = function.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parameters += [a for a in (arguments.vararg, arguments.kwarg) if a]
    names = [p.arg for p in parameters if not p.annotation and p.arg not in ("self", "cls")]
    return names + (["return"] if not function.returns and function.name != "__init__" else [])


@pytest.mark.parametrize("module", [PACKAGE, *MODULES])
def test_a_module_and_all_that_is_public_in_it_has_a_docstring(module):
    assert ast.get_docstring(tree(module))
    definitions = public_definitions(module)
    assert [name for name, node in definitions.items() if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("module", MODULES)
def test_all_parameters_and_results_have_a_type_hint(module):
    definitions = public_definitions(module) | constructors(module)
    functions = {n: node for n, node in definitions.items() if isinstance(node, ast.FunctionDef)}
    missing = {name: without_hint(node) for name, node in functions.items()}
    assert {name: names for name, names in missing.items() if names} == {}


def public_functions():
    return {
        f"{module.removeprefix(PACKAGE + '.')}.{name}": node
        for module in MODULES
        for name, node in public_definitions(module).items()
        if isinstance(node, ast.FunctionDef) and "." not in name
    }


def test_every_public_function_shows_an_example_or_there_is_a_reason():
    functions = public_functions()
    assert len(functions) > 50
    bare = {
        name for name, node in functions.items() if ">>>" not in (ast.get_docstring(node) or "")
    }
    assert bare - WITHOUT_EXAMPLE.keys() == set()
    assert WITHOUT_EXAMPLE.keys() - functions.keys() == set(), "functions that are gone"


# ---------------------------------------------------------------------------------------------
# The pages on the package


def described():
    """Return what the pages of the package describe, each as its module and its name."""
    pages = sorted((ROOT / "chapters" / "package").glob("*.md"))
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    directives = re.findall(r"automodule:: ([\w.]+)\n   :members:(.*)\n", text)
    for module, members in directives:
        content = importlib.import_module(module)
        everything = getattr(content, "__all__", None) or public_definitions(module)
        for name in members.split(", ") if members else everything:
            thing = getattr(content, name.strip(), None)
            if hasattr(thing, "__qualname__"):
                yield f"{thing.__module__}.{thing.__qualname__}"


def test_each_function_and_class_is_described_once():
    public = [
        f"{module}.{name}"
        for module in MODULES
        for name in public_definitions(module)
        if "." not in name and "._" not in module
    ]
    assert sorted(name for name in described() if "._" not in name) == sorted(public)
