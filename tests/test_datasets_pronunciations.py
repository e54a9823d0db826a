"""The pronouncing dictionary: read from its lines, and fetched where there is a network."""

import pytest

from lmbook_utils import datasets
from lmbook_utils.datasets.pronunciations import parse_pronunciations
from lmbook_utils.tasks.speech.channel import PHONE_CLASSES


def test_variants_of_a_word_are_gathered_in_their_order():
    lines = ["read R EH1 D", "reads R IY1 D Z", "read(2) R IY1 D"]
    assert parse_pronunciations(lines) == {
        "read": (("R", "EH", "D"), ("R", "IY", "D")),
        "reads": (("R", "IY", "D", "Z"),),
    }


def test_pronunciations_that_differ_in_stress_alone_are_one():
    assert parse_pronunciations(["a B AH0", "a(2) B AH1"]) == {"a": (("B", "AH"),)}


def test_a_comment_is_no_phone():
    assert parse_pronunciations(["oslo AA1 Z L OW0 # place, norwegian"]) == {
        "oslo": (("AA", "Z", "L", "OW"),)
    }


def test_no_lines_are_no_words():
    assert parse_pronunciations([]) == {}


@pytest.fixture(scope="module")
def pronunciations():
    """The real dictionary."""
    try:
        return datasets.load_pronunciations()
    except ConnectionError as error:
        pytest.skip(f"needs the network: {error}")


@pytest.mark.network
def test_the_dictionary_has_126052_words_in_39_phones(pronunciations):
    assert len(pronunciations) == 126_052
    found = {phone for sounds in pronunciations.values() for s in sounds for phone in s}
    assert found == {phone for phones in PHONE_CLASSES for phone in phones}
    assert len(found) == 39


@pytest.mark.network
def test_words_have_the_sounds_that_everybody_knows(pronunciations):
    assert pronunciations["cat"] == (("K", "AE", "T"),)
    assert set(pronunciations["read"]) == {("R", "EH", "D"), ("R", "IY", "D")}
