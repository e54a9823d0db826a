"""The exported model: it comes back as it was, bad files are refused, it predicts as Keras does."""

import base64
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from language_models import read

from lmbook_utils import corpus, export, generation, metrics, models, training
from lmbook_utils.export import arrays, file, network, ngrams, page
from lmbook_utils.ngram import NGramModel
from lmbook_utils.vocabulary import Vocabulary

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "_playground" / "model.js"
RECORDED = ROOT / "benchmarks" / "results" / "playground.json"
SENTENCES = [
    "the cat sat on the mat".split(),
    "the dog sat on the cat".split(),
    "a dog ran".split(),
    "the cat ran to a dog".split(),
]
VOCABULARY = Vocabulary.from_sentences(SENTENCES)
WORDS = len(VOCABULARY)
UNITS = 6


def build(seed=0, **arguments):
    """A small model with weights that are large enough for its predictions to differ."""
    sizes = {"vocab_size": WORDS, "embedding_dim": UNITS, "rnn_units": UNITS, "batch_size": 1}
    model = models.build_language_model("lstm", **sizes, **{"tied": True} | arguments)
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(size=w.shape).astype("f4") for w in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def model():
    return build()


@pytest.fixture(scope="module")
def counted():
    return NGramModel(order=5).fit(SENTENCES, VOCABULARY)


@pytest.fixture
def path(tmp_path, model, counted):
    """A small model with 32 bits for each number, and an n-gram model."""
    export.write(tmp_path / "model.js", model, VOCABULARY, counted, bits=32, about={"seed": 0})
    return tmp_path / "model.js"


@pytest.fixture(scope="module")
def shipped():
    return export.read(SHIPPED)


# --- A round trip ---------------------------------------------------------------------------------


def test_a_model_comes_back_as_it_was(path, model, counted):
    exported, original = export.read(path), network.from_keras(model)
    assert exported.vocabulary == VOCABULARY
    assert exported.about == {"seed": 0}
    for name in ("embedding", "kernel", "recurrent", "bias", "output_bias"):
        assert np.array_equal(getattr(exported.network, name), getattr(original, name)), name
    assert [len(table.keys) for table in exported.tables] == [
        len(table.keys) for table in counted.tables_
    ]
    for stored, table in zip(exported.tables, counted.tables_, strict=True):
        assert np.array_equal(stored.keys, table.keys)


def test_the_file_is_one_line_of_ascii_that_calls_one_function(path):
    script = path.read_bytes().decode("ascii")
    assert script.startswith("lmPlayground.register({")
    assert script.endswith("});\n")
    assert script.count("\n") == 1


def test_a_model_may_have_no_ngrams(tmp_path, model):
    export.write(tmp_path / "model.js", model, VOCABULARY)
    assert export.read(tmp_path / "model.js").tables == []


@pytest.mark.parametrize(("bits", "largest"), [(8, 127), (4, 7)])
def test_fewer_bits_move_a_weight_by_half_a_step_at_most(tmp_path, model, bits, largest):
    export.write(tmp_path / "model.js", model, VOCABULARY, bits=bits)
    stored, original = export.read(tmp_path / "model.js").network, network.from_keras(model)
    for name in ("embedding", "kernel", "recurrent"):
        before = getattr(original, name)
        half_a_step = np.abs(before).max(axis=1, keepdims=True) / largest / 2
        assert (np.abs(getattr(stored, name) - before) <= half_a_step * 1.0001).all()
    assert np.array_equal(stored.output_bias, original.output_bias)


# --- The numbers ----------------------------------------------------------------------------------


def test_the_logits_are_those_of_keras(path, model):
    ids = np.random.default_rng(1).integers(0, WORDS, 40)
    logits = export.read(path).network.logits(ids)
    assert np.abs(logits - read(model, ids[None])[0]).max() < 1e-5


def test_the_tables_give_the_probabilities_of_the_ngram_model(path, counted):
    exported = export.read(path)
    for sentence in SENTENCES:
        for end in range(len(sentence)):
            context = ["<s>", *sentence[:end]]
            ids = VOCABULARY.encode(sentence[:end])
            found = np.exp(page.mixture(exported, ids, weight=0))
            # Logarithms are rounded to a 65535th of their range, which is 60.
            assert np.abs(found - counted.next_word_distribution(context)).max() < 1e-3


@pytest.mark.parametrize("weight", [0, 0.3, 1])
def test_a_mixture_sums_to_one_and_is_what_its_weight_says(path, weight):
    exported, ids = export.read(path), VOCABULARY.encode(["the", "cat"])
    of_network, of_counts = (np.exp(export.mixture(exported, ids, w)) for w in (1, 0))
    mixed = np.exp(export.mixture(exported, ids, weight))
    assert mixed.sum() == pytest.approx(1, abs=1e-3)
    assert np.allclose(mixed, weight * of_network + (1 - weight) * of_counts)


def test_the_network_reads_an_end_of_sentence_first(path, model):
    exported = export.read(path)
    logits = read(model, np.array([[VOCABULARY.eos_id, VOCABULARY.ids["cat"]]]))[0, -1]
    expected = generation.next_word_probabilities(logits)
    found = np.exp(export.mixture(exported, VOCABULARY.encode(["cat"])))
    assert np.allclose(found, expected, atol=1e-5)


def test_draws_are_even_and_depend_on_the_seed():
    draws = [next(page.uniform_draws(seed)) for seed in range(2000)]
    assert 0 <= min(draws) < max(draws) < 1
    assert np.histogram(draws, 4, (0, 1))[0] == pytest.approx([500] * 4, abs=80)
    assert next(page.uniform_draws(2**32)) == next(page.uniform_draws(0))  # 32 bits count


def test_generation_is_the_same_each_time_and_another_with_another_seed(path):
    exported = export.read(path)
    texts = [export.generate(exported, ["the"], seed=seed, weight=0.5) for seed in range(5)]
    again = [export.generate(exported, ["the"], seed=seed, weight=0.5) for seed in range(5)]
    assert texts == again
    assert len({tuple(text) for text in texts}) > 1
    assert all(text[0] == "the" and not set(text) & {"<unk>", "</s>", "<s>"} for text in texts)


def test_generation_at_temperature_0_takes_the_most_probable_word(path):
    exported = export.read(path)
    words = export.generate(exported, ["the"], max_tokens=1, temperature=0)
    log_probs = export.mixture(exported, VOCABULARY.encode(["the"]))
    log_probs[[VOCABULARY.unk_id, VOCABULARY.pad_id, VOCABULARY.bos_id]] = -np.inf
    best = VOCABULARY.tokens[int(np.argmax(log_probs))]
    assert words == (["the"] if best == "</s>" else ["the", best])


# --- What cannot be written -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": build(tied=False)}, "model must be an LSTM of one layer with tied vectors"),
        ({"model": build(num_layers=2)}, "with 2 layers of LSTM"),
        ({"vocabulary": Vocabulary(["a", "b"])}, "vocabulary must have as many words"),
        ({"ngram_model": NGramModel(2).fit(SENTENCES[:1])}, "ngram_model must have the vocabulary"),
        ({"bits": 16}, "bits must be 4, 8 or 32; it was 16"),
    ],
)
def test_what_the_page_could_not_use_is_not_written(tmp_path, model, arguments, message):
    path = tmp_path / "model.js"
    with pytest.raises(ValueError, match=message):
        export.write(**{"path": path, "model": model, "vocabulary": VOCABULARY} | arguments)
    assert not path.exists()


@pytest.mark.parametrize("weight", [-0.1, 1.1, "a", float("nan"), None])
def test_a_weight_is_from_0_to_1(path, weight):
    with pytest.raises(ValueError, match="weight must be a number from 0 to 1"):
        export.mixture(export.read(path), [], weight)


def test_a_weight_below_1_needs_an_ngram_model(tmp_path, model):
    export.write(tmp_path / "model.js", model, VOCABULARY)
    with pytest.raises(ValueError, match="weight must be 1, as there is no n-gram model"):
        export.mixture(export.read(tmp_path / "model.js"), [], 0.5)


@pytest.mark.parametrize("arguments", [{"max_tokens": 0}, {"seed": -1}, {"seed": 1.5}])
def test_generation_wants_whole_numbers(path, arguments):
    with pytest.raises(ValueError, match=f"{next(iter(arguments))} must be"):
        export.generate(export.read(path), **arguments)


@pytest.mark.parametrize("prompt", ["the cat", [1, 2]])
def test_a_prompt_that_is_no_list_of_tokens_is_refused(path, prompt):
    with pytest.raises(ValueError, match="prompt must be a sequence of tokens"):
        export.generate(export.read(path), prompt)


def test_keras_and_the_export_give_each_other_the_same_weights(model):
    there = network.from_keras(model)
    back = network.to_keras(there, batch_size=1)
    for one, other in zip(model.get_weights(), back.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_a_table_of_too_many_words_is_refused(counted):
    with pytest.raises(ValueError, match="at most 65536 words; it has 70000"):
        ngrams.to_json(counted.tables_, 70000)


# --- What cannot be read --------------------------------------------------------------------------


def refused(path, message):
    with pytest.raises(ValueError, match=message) as error:
        export.read(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_file_that_was_cut_is_refused(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(path, "no exported model that can be used")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95])
def test_a_file_with_one_byte_changed_is_refused(path, share):
    content = bytearray(path.read_bytes())
    place = int(share * len(content))
    content[place] = ord("A") if content[place] != ord("A") else ord("B")
    path.write_bytes(content)
    refused(path, "no exported model that can be used")


def test_other_files_are_refused(path):
    for content in (b"alert(1);\n", b"\xff\xfe", b"lmPlayground.register(1,2);\n", b"{}"):
        path.write_bytes(content)
        refused(path, "no exported model that can be used")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(path, monkeypatch):
    monkeypatch.setattr(file, "MOST_BYTES", 100)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    refused(path, "must have at most 100 bytes")


def test_a_missing_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        export.read(tmp_path / "model.js")


def rewrite(path, change, **header):
    """Change the content of a file, and give it the checksum that fits, as an attacker would."""
    script = path.read_text()
    _, end = json.JSONDecoder().raw_decode(script, len(file._BEFORE))
    content = json.loads(script[end + 1 : -len(file._AFTER)])
    replaced = change(content)
    text = json.dumps(content if replaced is None else replaced, separators=(",", ":"))
    checksum = hashlib.sha256(text.encode()).hexdigest()
    header = {"format": file.FORMAT, "version": file.VERSION, "sha256": checksum} | header
    path.write_text(f"{file._BEFORE}{json.dumps(header)},{text}{file._AFTER}")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"format": "another"}, "its format is not 'lmbook playground'"),
        ({"version": 2}, "its version is 2, not 1"),
        ({"version": None}, "its version is None, not 1"),
        ({"sha256": "0" * 64}, "does not have the checksum that it states"),
        ({"sha256": None}, "does not have the checksum that it states"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(path, header, message):
    rewrite(path, lambda content: None, **header)
    refused(path, message)


NAN = base64.b64encode(np.full(WORDS, np.nan, "<f4").tobytes()).decode()
HUGE = 10**15
BROKEN = {
    "no dictionary": (lambda c: [1], "vocabulary, network, ngrams and about"),
    "no vocabulary": (lambda c: c.pop("vocabulary") and None, "special tokens"),
    "a word twice": (lambda c: c["vocabulary"].append("the"), "twice"),
    "a word that is none": (lambda c: c["vocabulary"].append(7), "strings"),
    "one word more": (lambda c: c["vocabulary"].append("new"), "embedding must be base64 of"),
    "no network": (lambda c: c.update(network=None), "units must be a whole number"),
    "units of text": (lambda c: c["network"].update(units="6"), "units must be a whole number"),
    "huge units": (lambda c: c["network"].update(units=HUGE), "units must be a whole number"),
    "other units": (lambda c: c["network"].update(units=7), "embedding must be base64 of"),
    "no kernel": (lambda c: c["network"].pop("kernel") and None, "kernel must have 4, 8 or 32"),
    "other bits": (lambda c: c["network"]["kernel"].update(bits=8), "kernel must be base64"),
    "NaN": (lambda c: c["network"].update(output_bias=NAN), "output_bias must hold finite"),
    "no base64": (
        lambda c: c["network"].update(output_bias="!" * len(c["network"]["output_bias"])),
        "output_bias must be base64",
    ),
    "numbers": (lambda c: c["network"].update(bias=[0.5]), "bias must be base64 of"),
    "ten orders": (lambda c: c.update(ngrams=c["ngrams"] * 2), "tables of 1 to 9 orders"),
    "ngrams of text": (lambda c: c.update(ngrams="abc"), "tables of 1 to 9 orders"),
    "huge table": (lambda c: c["ngrams"][1].update(ngrams=HUGE), "must say how many n-grams"),
    "large table": (lambda c: c["ngrams"][1].update(ngrams=10**8), "must be base64 of"),
    "other unigrams": (lambda c: c["ngrams"][0].update(ngrams=3), "must say how many n-grams"),
    "a step of NaN": (
        lambda c: c["ngrams"][1]["probs"].update(step=float("nan")),
        "must have a finite step",
    ),
    "no backoffs": (lambda c: c["ngrams"][1].pop("backoffs") and None, "lowest one and a step"),
    "other followers": (
        lambda c: c["ngrams"][1].update(followers=arrays.encode(np.ones(WORDS), "uint16")),
        "followers of contexts; it has others",
    ),
    "unknown words": (
        lambda c: c["ngrams"][1].update(
            words=arrays.encode(np.full(c["ngrams"][1]["ngrams"], WORDS), "uint16")
        ),
        f"words of the vocabulary; it has {WORDS}",
    ),
    "n-grams in disorder": (
        lambda c: c["ngrams"][1].update(
            words=arrays.encode(np.zeros(c["ngrams"][1]["ngrams"]), "uint16")
        ),
        "in order, each once",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_content_that_does_not_fit_is_refused_whatever_its_checksum(path, name):
    change, message = BROKEN[name]
    rewrite(path, change)
    refused(path, message)


def test_content_that_is_nested_too_deeply_is_refused(path):
    text = "[" * 100_000 + "]" * 100_000
    header = json.dumps({"format": file.FORMAT, "version": 1, "sha256": file._digest(text)})
    path.write_text(f"{file._BEFORE}{header},{text}{file._AFTER}")
    refused(path, "no exported model that can be used")


# --- The model that the page has ------------------------------------------------------------------


def recorded():
    return json.loads(RECORDED.read_text(encoding="utf-8"))["results"]


def test_8_bits_lose_at_most_half_a_percent_of_perplexity():
    perplexities = {run["bits"]: run["test_perplexity"] for run in recorded()["exports"]}
    assert perplexities[8] / perplexities[32] == pytest.approx(1, abs=0.005)


def test_the_page_loads_at_most_3_and_a_half_megabytes():
    results = recorded()
    assert SHIPPED.stat().st_size == results["bytes"]
    assert results["bytes_compressed"] <= 3_500_000


def test_the_pages_say_how_much_they_load():
    megabytes = f"{recorded()['bytes_compressed'] / 1e6:.1f}"
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("chapters/**/*.ipynb")]
    said = [size for text in texts for size in re.findall(r'megabytes=\\"([\d.]+)\\"', text)]
    assert len(said) >= 3
    assert set(said) == {megabytes}


def test_the_shipped_network_has_the_perplexity_that_was_recorded(shipped):
    text = corpus.load_encoded()
    assert shipped.vocabulary == text.vocabulary
    model = network.to_keras(shipped.network)
    found = metrics.perplexity(training.score_stream(model, text.test).log_probs)
    perplexities = {run["bits"]: run["test_perplexity"] for run in recorded()["exports"]}
    assert found == pytest.approx(perplexities[8], rel=1e-4)


def test_both_shipped_models_are_whole_and_better_together(shipped):
    ids = corpus.load_encoded().test[:400]
    starts = np.flatnonzero(ids == shipped.vocabulary.eos_id)
    sentence = ids[starts[0] + 1 : starts[1]]
    for weight in (0, 0.8, 1):
        p = np.exp(export.mixture(shipped, sentence, weight))
        assert p.sum() == pytest.approx(1, abs=2e-3)
    results = recorded()
    best = results["mixture"]["test_perplexity"]
    assert best < min(run["test_perplexity"] for run in results["exports"])
    assert best < results["shipped_ngrams"]["test_perplexity"]
