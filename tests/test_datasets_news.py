"""The news items."""

import re

from lmbook_utils import datasets


def test_there_are_300_items_of_running_text():
    news = datasets.load_news()
    assert len(news) == 300
    assert all(item == item.strip() and len(item.split()) >= 20 for item in news)
    assert 55_000 < sum(len(item.split()) for item in news) < 65_000


def test_the_items_are_free_of_misread_characters_and_but_for_one_title_of_markup():
    markup = re.compile(r"<[^<>]*>|&\w+;|[\x00-\x1f\x7f-\x9f\ufffd]")
    found = [piece for item in datasets.load_news() for piece in markup.findall(item)]
    assert found == ["<i>", "</i>"]


def test_seven_items_repeat_an_earlier_one():
    assert len(dict.fromkeys(datasets.load_news())) == 293


def test_the_caller_may_change_the_list():
    datasets.load_news().clear()
    assert len(datasets.load_news()) == 300
