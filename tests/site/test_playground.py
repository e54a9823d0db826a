"""The playground in a browser: it computes what Python computes, and a reader can play with it.

All but the last tests open a page of their own from disk, so that they need no built site.
"""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from site_checks import DESK, PHONE, overflow, visit

from lmbook_utils import corpus, export, generation, models
from lmbook_utils.datasets.wikipedia import load_wikipedia
from lmbook_utils.ngram import NGramModel
from lmbook_utils.ngram.tables import next_word_log_probs
from lmbook_utils.preprocessing import tokenize
from lmbook_utils.vocabulary import Vocabulary

PLAYGROUND = Path(__file__).parents[2] / "_playground"
SENTENCES = [
    "the cat sat on the mat",
    "the dog sat on the cat",
    "a dog ran",
    "the cat ran to a dog",
]
SENTENCES = [sentence.split() for sentence in SENTENCES]
VOCABULARY = Vocabulary.from_sentences(SENTENCES)
ELEMENT = '<lm-playground start="the city of" megabytes="1.5"><p>An example.</p></lm-playground>'
SETTINGS = [
    {},
    {"temperature": 0},
    {"temperature": 0.7},
    {"temperature": 1.6, "top_k": 3},
    {"top_p": 0.8},
    {"temperature": 1.2, "top_k": 5, "top_p": 0.6},
]


def small_model():
    """A network whose predictions depend on what it reads."""
    model = models.build_language_model("lstm", len(VOCABULARY), 7, 7, batch_size=1, tied=True)
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=w.shape).astype("f4") for w in model.get_weights()])
    return model


def lay_out(folder, body=ELEMENT, head=""):
    """A page with the playground's script; the model must lie beside it."""
    shutil.copy(PLAYGROUND / "lm-playground.js", folder)
    script = '<script src="lm-playground.js" defer></script>'
    start = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title>'
    (folder / "page.html").write_text(f"{start}{script}{head}</head><body>{body}</body></html>")


@pytest.fixture(scope="module", params=["small", "shipped"])
def both(request, context, tmp_path_factory):
    """A model in Python, and a page in which it is `model`."""
    folder = tmp_path_factory.mktemp("parity")
    lay_out(folder, body="", head='<script src="model.js" defer></script>')
    if request.param == "small":
        counted = NGramModel(5).fit(SENTENCES, VOCABULARY)
        export.write(folder / "model.js", small_model(), VOCABULARY, counted, bits=32)
    else:
        shutil.copy(PLAYGROUND / "model.js", folder)
    visited = visit(context, folder.as_uri(), "page.html")
    visited.page.evaluate(
        "() => { const { core } = lmPlayground; window.model = core.readModel(core.registered()); }"
    )
    assert visited.errors == []
    yield export.read(folder / "model.js"), visited.page
    visited.page.close()


def in_page(page, code, **values):
    """Compute in the page; arrays come back as lists."""
    start = "values => { const { core } = lmPlayground; const { ids, options, weight } = values;"
    return page.evaluate(f"{start} {code} }}", values)


def options_of(settings):
    names = {"top_k": "topK", "top_p": "topP", "max_tokens": "maxTokens"}
    return {names.get(name, name): value for name, value in settings.items()}


def some_ids(exported, length=12):
    return np.random.default_rng(length).integers(3, len(exported.vocabulary), length)


READ = "const text = new core.Text(model); text.set(ids.map((id) => model.tokens[id]));"


# --- The same numbers -----------------------------------------------------------------------------


def test_the_logits_are_those_of_python(both):
    exported, page = both
    ids = some_ids(exported)
    code = f"{READ} return text.states.map(({{ h }}) => [...core.logits(model.network, {{ h }})]);"
    found = np.array(in_page(page, code, ids=ids.tolist()))
    expected = exported.network.logits([exported.vocabulary.eos_id, *ids])[1:]
    assert np.abs(found - expected).max() < 1e-9


def test_the_logits_are_those_of_keras_in_32_bits(both):
    exported, page = both
    ids = some_ids(exported, 20)
    model = export.network.to_keras(exported.network, batch_size=1)
    expected = model(np.array([[exported.vocabulary.eos_id, *ids]])).numpy()[0, 1:]
    code = f"{READ} return text.states.map(({{ h }}) => [...core.logits(model.network, {{ h }})]);"
    found = np.array(in_page(page, code, ids=ids.tolist()))
    assert np.abs(found - expected).max() < 1e-5


def test_the_ngram_model_is_that_of_python(both):
    exported, page = both
    contexts = [
        exported.vocabulary.encode(sentence[:end])
        for sentence in [*corpus.load_sentences("test")[:4], *SENTENCES]
        for end in range(min(len(sentence), 9))
    ]
    for ids in contexts:
        code = "return [...core.countedLogProbs(model.tables, [2, ...ids])];"
        found = in_page(page, code, ids=ids.tolist())
        context = np.array([exported.vocabulary.bos_id, *ids])
        expected = next_word_log_probs(exported.tables, context, len(exported.vocabulary))
        assert np.abs(np.exp(found) - np.exp(expected)).max() < 1e-9


@pytest.mark.parametrize("weight", [0, 0.25, 1])
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_distribution_of_the_next_word_is_that_of_python(both, settings, weight):
    exported, page = both
    ids = some_ids(exported, 5)
    code = f"{READ} return [...core.nextWordProbabilities(text.scores(weight), options)];"
    found = in_page(page, code, ids=ids.tolist(), weight=weight, options=options_of(settings))
    expected = generation.next_word_probabilities(
        export.mixture(exported, ids, weight), **settings, banned=(0, 1, 2)
    )
    assert np.abs(np.array(found) - expected).max() < 1e-9


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_generation_with_a_seed_is_that_of_python(both, settings):
    exported, page = both
    for seed, weight in [(0, 1), (1, 0), (4_000_000_000, 0.6)]:
        arguments = {"seed": seed, "weight": weight, "max_tokens": 8} | settings
        found = in_page(
            page, "return core.generate(model, ['the'], options);", options=options_of(arguments)
        )
        assert found == export.generate(exported, ["the"], **arguments)


def test_the_page_takes_sentences_apart_as_the_book_does(both):
    _, page = both
    sentences = [s for article in load_wikipedia().split["test"] for s in article.sentences]
    found = page.evaluate("texts => texts.map(lmPlayground.core.tokenize)", sentences)
    pairs = zip(map(tokenize, sentences), found, strict=True)
    assert sum(expected != tokens for expected, tokens in pairs) < len(sentences) / 100


# --- What a reader does ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The playground with its model, without a server."""
    folder = tmp_path_factory.mktemp("playground")
    shutil.copy(PLAYGROUND / "model.js", folder)
    lay_out(folder)
    return folder


@pytest.fixture
def opened(context, folder):
    """The page, opened from disk, before the reader asks for the model."""
    visited = visit(context, folder.as_uri(), "page.html")
    yield visited
    visited.page.close()
    assert visited.errors == []


@pytest.fixture
def page(opened):
    """The page with the model, and the keyboard's focus in the line for a beginning."""
    opened.page.get_by_role("button", name="Load the model").click()
    opened.page.get_by_label("A beginning").wait_for()
    return opened.page


def bars(page, title="Next word"):
    """The words of a list and their percentages, as they are read aloud."""
    buttons = page.get_by_role("list", name=title).get_by_role("button").all()
    return [tuple(button.inner_text().rsplit(maxsplit=1)) for button in buttons]


def written(page):
    return page.get_by_label("A beginning").input_value()


def choose_value(page, label, value):
    page.get_by_label(label, exact=True).fill(str(value))


def test_nothing_is_loaded_until_the_reader_asks(context, folder):
    requests = []
    context.on("request", lambda request: requests.append(request.url.rpartition("/")[2]))
    visited = visit(context, folder.as_uri(), "page.html")
    assert visited.page.get_by_text("An example.").is_visible()
    assert "model.js" not in requests
    visited.page.get_by_role("button", name="Load the model (1.5 MB)").click()
    visited.page.get_by_label("A beginning").wait_for()
    assert requests.count("model.js") == 1
    visited.page.close()


def test_the_reader_types_and_sees_the_words_that_may_follow(page):
    before = bars(page)
    assert len(before) == 10
    page.get_by_label("A beginning").fill("the united")
    after = bars(page)
    assert after[0][0] in ("states", "kingdom")
    assert after != before
    assert all(percentage.endswith("%") for _, percentage in after)


def test_a_word_that_is_chosen_goes_on_with_the_text(page):
    word, _ = bars(page)[2]
    page.get_by_role("list", name="Next word").get_by_role("button").nth(2).click()
    assert written(page) == f"the city of {word}"


def test_steps_and_generation_write_what_python_writes(page):
    exported = export.read(PLAYGROUND / "model.js")
    choose_value(page, "Seed", 7)
    choose_value(page, "Temperature", 0.6)
    choose_value(page, "Top-p", 0.9)
    choose_value(page, "Share of the LSTM", 0.75)
    arguments = {"seed": 7, "temperature": 0.6, "top_p": 0.9, "weight": 0.75}
    expected = export.generate(exported, "the city of".split(), max_tokens=20, **arguments)
    page.get_by_role("button", name="Generate").click()
    assert written(page).split() == expected
    page.get_by_role("button", name="Start again").click()
    for length in range(4, 8):
        page.get_by_role("button", name="Step").click()
        assert written(page).split() == expected[:length]


def test_temperature_0_leaves_one_word_and_top_k_as_many_as_it_says(page):
    choose_value(page, "Temperature", 0)
    assert [percentage for _, percentage in bars(page)] == ["100.0%"]
    choose_value(page, "Temperature", 1)
    choose_value(page, "Top-k", 2)
    assert len(bars(page)) == 3
    assert page.get_by_label("Top-k").get_attribute("aria-valuetext") == "3"


def test_the_ngram_model_stands_beside_the_network_and_can_be_mixed_with_it(page):
    alone = bars(page, "Kneser–Ney")
    assert alone != bars(page, "Next word")
    choose_value(page, "Share of the LSTM", 0)
    assert bars(page, "Next word") == alone


def test_the_hidden_state_has_a_row_for_each_word(page):
    page.get_by_text("The hidden state, word by word").click()
    rows = page.locator("tbody tr")
    rows.first.wait_for()  # the box tells the page a moment later that it was opened
    assert [row.locator("th").inner_text() for row in rows.all()] == ["the", "city", "of"]
    assert "largest: unit" in rows.first.locator("td").first.inner_text()
    assert page.locator("tbody canvas").first.bounding_box()["width"] > 50


def test_what_a_reader_types_is_only_ever_text(page):
    page.get_by_label("A beginning").fill("<img src=x onerror=alert(1)> <b>the</b> zyzzyva")
    page.get_by_text("The hidden state, word by word").click()
    page.get_by_role("button", name="Step").click()
    assert page.locator("lm-playground img, lm-playground b").count() == 0
    page.get_by_label("A beginning").fill("zyzzyva")
    assert page.get_by_text("read as <unk>: zyzzyva").is_visible()


def test_the_script_sets_no_html_and_runs_no_text():
    script = (PLAYGROUND / "lm-playground.js").read_text(encoding="utf-8")
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\("
    assert re.findall(ways, script) == []


def test_no_text_and_a_very_long_one_are_no_trouble(page):
    page.get_by_label("A beginning").fill("")
    assert len(bars(page)) == 10
    page.get_by_label("A beginning").fill("the " * 400)
    page.get_by_role("button", name="Step").click()
    assert page.get_by_text("200 words are the most").is_visible()


def test_it_can_be_played_with_the_keyboard_alone(opened):
    page, keyboard = opened.page, opened.page.keyboard
    keyboard.press("Tab")
    keyboard.press("Enter")
    page.get_by_label("A beginning").wait_for()
    page.wait_for_function("document.activeElement.type === 'text'")
    keyboard.press("Control+A")
    keyboard.type("the united")
    keyboard.press("Tab")
    keyboard.press("Enter")  # the first word
    assert written(page) in ("the united states", "the united kingdom")
    assert page.evaluate("document.activeElement.closest('li') !== null")
    keyboard.press("Enter")  # the focus has stayed in the list
    assert len(written(page).split()) == 4
    for _ in range(40):
        keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Step"):
            break
    keyboard.press("Space")
    assert len(written(page).split()) == 5
    for _ in range(5):
        keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "range":
            break
    keyboard.press("ArrowLeft")
    assert page.get_by_label("Temperature").input_value() == "0.95"
    assert page.locator("output").first.inner_text() == "0.95"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_it_is_not_wider_than_the_window(page, size):
    page.set_viewport_size(size)
    page.get_by_text("The hidden state, word by word").click()
    page.get_by_label("A beginning").fill("w" * 300)
    page.get_by_role("button", name="Step").click()
    assert overflow(page) == []


def test_each_control_has_a_name(page):
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("lm-playground :is(input, button)")]
            .filter(control => !control.labels?.length && !control.textContent.trim())
            .map(control => control.outerHTML)"""
    )
    assert unnamed == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the file was not found"),
        ("lmPlayground.register({}, {});", 'its format is not "lmbook playground"'),
        ('lmPlayground.register({"format":"lmbook playground","version":9},{});', "not 1"),
        ("", "the file is damaged"),
    ],
)
def test_a_model_that_cannot_be_used_is_said_and_can_be_tried_again(
    context, tmp_path, content, message
):
    lay_out(tmp_path)
    if content is not None:
        (tmp_path / "model.js").write_text(content)
    page = visit(context, tmp_path.as_uri(), "page.html").page
    button = page.get_by_role("button", name="Load the model")
    button.click()
    page.get_by_text(f"{message}.").wait_for()
    assert page.get_by_text("An example.").is_visible()
    shutil.copy(PLAYGROUND / "model.js", tmp_path)
    button.click()
    page.get_by_label("A beginning").wait_for()
    page.close()


def damaged(change):
    """The registering of a small model after a change of its content."""
    content = {
        "vocabulary": list(VOCABULARY.tokens),
        "network": {"units": 7},
        "ngrams": [],
        "about": {},
    }
    change(content)
    header = {"format": "lmbook playground", "version": 1}
    return f"lmPlayground.register({json.dumps(header)},{json.dumps(content)});"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(vocabulary=None), "its vocabulary must be a list of words"),
        (lambda c: c["network"].update(units=10**9), "units must be a whole number"),
        (lambda c: c.update(ngrams=[{"ngrams": 10**15}]), "embedding must have 4, 8 or 32 bits"),
        (
            lambda c: c["network"].update(units=4096, embedding={"bits": 32, "values": "AAAA"}),
            "embedding must be base64 of",
        ),
    ],
)
def test_content_that_does_not_fit_is_said(context, tmp_path, change, message):
    lay_out(tmp_path)
    (tmp_path / "model.js").write_text(damaged(change))
    page = visit(context, tmp_path.as_uri(), "page.html").page
    page.get_by_role("button", name="Load the model").click()
    page.get_by_text(message).wait_for()
    page.close()


def test_a_small_one_shows_counts_alone_or_one_slider(context, folder):
    elements = (
        '<lm-playground models="ngram" start="the"></lm-playground>'
        '<lm-playground models="lstm" controls="temperature"></lm-playground>'
    )
    lay_out(folder, elements)
    page = visit(context, folder.as_uri(), "page.html").page
    for name in ("ngram", "lstm"):
        element = page.locator(f"lm-playground[models={name}]")
        element.get_by_role("button", name="Load the model").click()
        element.get_by_label("A beginning").wait_for()
        assert element.get_by_label("Share of the LSTM").count() == 0
        sliders = element.get_by_role("slider").count()
        assert sliders == {"ngram": 3, "lstm": 1}[name]
        assert element.locator("details").count() == 0
    assert len(bars(page.locator("lm-playground[models=ngram]"), "by Kneser–Ney")) == 10
    page.close()
    lay_out(folder)


# --- In the book ----------------------------------------------------------------------------------


def test_the_chapter_has_a_playground_and_other_pages_do_not_load_its_script(context, address):
    visited = visit(context, address, "chapters/05_keras_model.html")
    visited.page.get_by_role("button", name="Load the model").click()
    visited.page.get_by_label("A beginning").wait_for()
    choose_value(visited.page, "Temperature", 0.7)  # as that cell has it, and its seed
    visited.page.get_by_role("button", name="Generate").click()
    cell = visited.page.locator(".cell_output pre", has_text=written(visited.page))
    assert cell.count() == 1  # the sentence that the notebook's cell has printed
    assert visited.errors == []
    visited.page.close()
    visited = visit(context, address, "index.html")
    assert visited.page.locator("script[src*='lm-playground']").count() == 0
    visited.page.close()
