"""Wikipedia's markup as plain text: what each piece of it becomes, and what counts as debris."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook_utils.datasets.wikitext import HOLE, find_debris, parse_sections


def only_paragraph(wikitext):
    """The text of an article that has one paragraph and no headings."""
    [(heading, [paragraph])] = parse_sections(wikitext)
    assert heading == ""
    return paragraph


# ---------------------------------------------------------------------------------------------
# Templates


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("It covers {{convert|135765|km2|sqmi}} of land.", "It covers 135765 km2 of land."),
        ("A {{Convert|10|ft|m|adj=on}} wall stood.", "A 10 ft wall stood."),
        ("They eat {{convert|5|to|7|kg|lb}} a day.", "They eat 5 to 7 kg a day."),
        ("They eat {{convert|5|and(-)|7|kg}} a day.", "They eat 5 and 7 kg a day."),
        ("A {{convert|2|by|3|m}} room.", "A 2 by 3 m room."),
        ("It weighs {{convert|200|-|350|g|oz}} or so.", "It weighs 200–350 g or so."),
        ("It melts at {{convert|525|C|F}} or so.", "It melts at 525 °C or so."),
        ("Summers are {{convert|90|F}} hot.", "Summers are 90 °F hot."),
        ("The air is {{cvt|5|C-change|0}} warmer.", "The air is 5 °C warmer."),
        ("Fields of {{convert|2.1|Moilbbl/d}}.", "Fields of 2.1 million barrels per day."),
    ],
)
def test_a_quantity_is_its_number_and_its_unit(wikitext, text):
    assert only_paragraph(wikitext) == text


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("The seer ({{lang|grc|μάντις}}) spoke.", "The seer (μάντις) spoke."),
        ("A {{lang-ru|космонавт|p=kəsmɐˈnaft}} flew.", "A космонавт flew."),
        ("The word {{transl|ja|ISO|aiki}} is old.", "The word aiki is old."),
        ("The rune {{Script|Runr|ᚨ}} is old.", "The rune ᚨ is old."),
        ("A {{nihongo|''throw''|投げ|nage}} follows.", "A throw follows."),
        ("About {{nowrap|$3 [[trillion]]}} was spent.", "About $3 trillion was spent."),
        ("Died {{sc|ad}} 69 in Rome.", "Died ad 69 in Rome."),
        ("The vowel {{IPA|/e/}} is short.", "The vowel /e/ is short."),
        ("Einstein's {{vanchor|theory|th1}} held.", "Einstein's theory held."),
        ("He lived {{circa|384 BC}} in Athens.", "He lived c. 384 BC in Athens."),
        ("One {{frac|2}} of it is gone.", "One 1/2 of it is gone."),
        ("He ate {{frac|3|4}} of it.", "He ate 3/4 of it."),
        ("He ate {{frac|1|3|4}} of it.", "He ate 1 3/4 of it."),
        ("The ion {{chem|Ge|9|2-}} is known.", "The ion Ge92- is known."),
        ("The states{{mdash}}all fifty{{mdashb}}agreed.", "The states—all fifty—agreed."),
        ("From 1914{{ndash}}1918{{snd}}four years.", "From 1914–1918 – four years."),
        ("The ''Eagle''{{'s}} legs held.", "The Eagle's legs held."),
        ("About 10{{nbsp}}km away.", "About 10 km away."),
    ],
)
def test_a_template_that_stands_for_words_becomes_those_words(wikitext, text):
    assert only_paragraph(wikitext) == text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("2011", "As of 2011, it grew."),
        ("2011|lc=y", "as of 2011, it grew."),
        ("lc=y|2011", "as of 2011, it grew."),
        ("2011|June", "As of June 2011, it grew."),
        ("2011|June|20", "As of 20 June 2011, it grew."),
        ("2015|6|30", "As of 30 June 2015, it grew."),
        ("2015|06|30", "As of 30 June 2015, it grew."),
        ("2015|13", "As of 13 2015, it grew."),  # no such month, but no reason to stop
    ],
)
def test_a_date_is_written_out(arguments, text):
    assert only_paragraph("{{as of|" + arguments + "}}, it grew.") == text


@pytest.mark.parametrize(
    "annotation",
    [
        "{{citation needed|date=April 2010}}",
        "{{Citation_needed|date=April 2010}}",
        "{{sfn|Beck|2004|p=37}}",
        "{{cite book | last = Howell | title = Statistics {{nbsp}} }}",
        "{{rp|28}}",
        "{{refn|A note with a [[link]].}}",
        "{{efn|name=status}}",
        "{{clarify|date=March 2016}}",
        "{{when|date=June 2015}}",
        "{{Who|date=June 2015}}",
        "{{by whom|date=February 2016}}",
        "{{page needed|date=February 2013}}",
        "{{failed verification|date=January 2016}}",
        "{{anchor|3 ASCII}}",
        "{{weasel-inline|date=April 2016}}",
        "{{cn}}",
        "{{sic}}",
    ],
)
def test_a_note_to_a_sentence_goes_without_a_trace(annotation):
    wikitext = f"Some say so{annotation} and some do not.{annotation} It is open."
    assert only_paragraph(wikitext) == "Some say so and some do not. It is open."


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("Alaska ({{IPAc-en|ə|ˈ|l|æ|s|k|ə}}) is a state.", "Alaska is a state."),
        ("Aruba ({{IPAc-en|ə}} {{respell|ə|ROO|bə}}; {{IPA-nl|aː}}) is.", "Aruba is."),
        ("Allah ({{IPA-ar|ʔalˤ|pron|Ar.ogg}}, {{lang-ar|الله}}) is.", "Allah (الله) is."),
        (
            "Aristotle ({{lang-el|Ἀρ}} {{IPA-grc|ar}}, ''A''; 384 BC) is.",
            "Aristotle (Ἀρ, A; 384 BC) is.",
        ),
        ("Angola (Greek: {{IPA-el|a}}, born 1) is.", "Angola (Greek, born 1) is."),
        ("A ({{IPA-el|a}} or {{IPA-el|b}}) is.", "A is."),
        ("A ({{IPA-el|a}} (''{{IPA-el|b}}'')) is a thing.", "A is a thing."),
        ("A [{{IPA-el|a}}] is a thing.", "A is a thing."),
        ("A (a word, {{unknown thing|x}}) is.", "A (a word) is."),
        ("A ({{unknown thing|x}}, a word) is.", "A (a word) is."),
        ("A, {{IPA-el|a}}, a word, is.", "A, a word, is."),
    ],
)
def test_what_notes_leave_between_punctuation_is_closed(wikitext, text):
    assert only_paragraph(wikitext) == text
    assert find_debris(text) == []


@pytest.mark.parametrize(
    "name", ["Convert", "convert ", " convert", "CONVERT", "convert\n", "_convert"]
)
def test_the_name_of_a_template_may_be_written_in_several_ways(name):
    assert only_paragraph("It is {{" + name + "|5|km}} long.") == "It is 5 km long."


@pytest.mark.parametrize(
    "wikitext",
    [
        "The irrigation needs more than {{format price|2000}} to work.",
        "The stage fell into the sea at {{coord|30|12|N|74|7|W}} soon.",
        "The current of {{val|30000|u=C}} flows.",
        "The area <math>\\pi r^2</math> of the disc grows.",
        "The reaction <chem>2H2 + O2 -> 2H2O</chem> is fast.",
        "The function <code>main</code> is called first.",
        "The area is <math>\\pi r^2</math>.",
        "It is so. {{val|5}} is what it weighs.",  # the first word of a sentence
        "The value {{{amount}}} {{unknown}} is a parameter.",
    ],
)
def test_what_cannot_be_rendered_leaves_a_hole_that_is_reported(wikitext):
    paragraph = only_paragraph(wikitext)
    assert HOLE in paragraph
    assert find_debris(paragraph) == ["something that is not text"]


def test_a_hole_between_sentences_is_harmless():
    wikitext = "Alaska is a state.{{unknown|x}} It is big.{{unknown}} It is cold."
    assert only_paragraph(wikitext) == "Alaska is a state. It is big. It is cold."


@pytest.mark.parametrize(
    "wikitext",
    [
        "{{Infobox state|name=Alaska|area={{convert|5|km2}}}}\n'''Alaska''' is a state.",
        "{{Infobox state|name=Alaska}}'''Alaska''' is a state.",
        "{{Use mdy dates|date=June 2013}} {{pp-move-indef}}\nAlaska is a state.",
        "Alaska is a state.{{clear}}",
        "Alaska is a state. {{unknown|x}}",
        "Alaska{{citation needed}} is a state.{{unknown|x}}{{unknown}}",
    ],
)
def test_a_hole_around_whole_sentences_is_harmless(wikitext):
    assert only_paragraph(wikitext) == "Alaska is a state."


# ---------------------------------------------------------------------------------------------
# Tags, links, entities


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("'''Albedo''' is a ''ratio''.", "Albedo is a ratio."),
        ("'''''Albedo''''' is a '''ratio.", "Albedo is a ratio."),
        ("Water is H<sub>2</sub>O.", "Water is H2O."),
        ("It spans 5 km<sup>2</sup>.", "It spans 5 km2."),
        ("It is <small>very</small> <span style='color:red'>red</span>.", "It is very red."),
        ("One line<br />and another<br>and a third.", "One line and another and a third."),
        ("It is <!-- really? --> so.", "It is so."),
        ("It is <nowiki>[[so]]</nowiki>.", "It is [[so]]."),
        ("It is so.<gallery>A.jpg|A caption.</gallery>", "It is so."),
        ("It is so.<references />__NOTOC__", "It is so."),
        ("It is so.<timeline>bar:1</timeline>", "It is so."),
        ("It is <b>so and stays.", "It is so and stays."),
        ("It is so</i> and stays.", "It is so and stays."),
        ("If R > S and S < T, it is so.", "If R > S and S < T, it is so."),
    ],
)
def test_tags_keep_or_drop_their_content(wikitext, text):
    assert only_paragraph(wikitext) == text


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("It is so.<ref>Smith 2004, p. 5.</ref> It stays.", "It is so. It stays."),
        ("It is so.<ref name=a /> It stays.", "It is so. It stays."),
        ('It is so<ref name="a">{{cite web|url=http://x.org}}</ref>.', "It is so."),
        ("It is so.<ref>[http://x.org A title].</ref><ref>B.</ref>", "It is so."),
        ("It is so.<ref>Smith 2004, p. 5.", "It is so."),
        ("It is so.<ref name=a>Smith 2004, p. 5.", "It is so."),
        ("It is so.</ref> It stays.", "It is so."),
        ("It is so {{sfn|Beck|2004}}.", "It is so."),
    ],
)
def test_references_go_even_if_they_are_never_closed(wikitext, text):
    assert only_paragraph(wikitext) == text


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("The [[United States]] agreed.", "The United States agreed."),
        ("The [[United States|''American'' people]] agreed.", "The American people agreed."),
        ("He saw [[Star Trek: Enterprise]] often.", "He saw Star Trek: Enterprise often."),
        ("See [[:Category:Biota of Asia|the list]].", "See the list."),
        ("See [[:Category:Biota of Asia]].", "See Category:Biota of Asia."),
        ("An [[wikt:obligate|obligate]] species.", "An obligate species."),
        ("The [[wikt:en:気|気]] of life.", "The 気 of life."),
        ("The [[s:On the Will in Nature|book]] sold.", "The book sold."),
        ("It is so.[[File:A.jpg|thumb|left|250px|A [[map]] of {{lang|fr|A}}.]]", "It is so."),
        ("It is so. [[image:A.jpg|thumb|A caption]]", "It is so."),
        ("It is so.\n[[Category:States|Alaska]]\n[[fr:Alaska]]\n[[be-x-old:Аляска]]", "It is so."),
        ("The [http://x.org/a official site] is new.", "The official site is new."),
        ("It is so. [http://x.org/a]", "It is so."),
    ],
)
def test_links_become_what_the_reader_sees(wikitext, text):
    assert only_paragraph(wikitext) == text


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("About 10&nbsp;km&nbsp;away.", "About 10 km away."),
        ("From 1914&ndash;1918 &mdash; four years.", "From 1914–1918 — four years."),
        ("Caf&eacute; &#233; &#xE9; &amp; bar.", "Café é é & bar."),
        ("If a &lt; b, it is so.", "If a < b, it is so."),
        ("It is &amp;nbsp;so.", "It is so."),
        ("A zero\u200bwidth \ufeffspace.", "A zerowidth space."),
        ("It \t is\u00a0\u2009 so.", "It is so."),
    ],
)
def test_entities_and_white_space(wikitext, text):
    assert only_paragraph(wikitext) == text


# ---------------------------------------------------------------------------------------------
# Paragraphs and sections


def test_lines_of_a_paragraph_are_joined_and_blank_lines_separate_paragraphs():
    wikitext = "One line\nand the next.\n\nAnother paragraph.\n\n\n\nA third."
    assert parse_sections(wikitext) == [
        ("", ["One line and the next.", "Another paragraph.", "A third."])
    ]


@pytest.mark.parametrize(
    "dropped",
    [
        "* One thing is here.\n* Another is [[there]].\n** A third.",
        "*One thing is here.\n**''Another'' is there.",
        "# One thing is here.\n# Another is there.",
        "; Term\n: A definition of it.",
        ":: An indented answer is here.",
        " x = f(y) is a line of code.",
        "\tAnother line of code is here.",
        "{| class=wikitable\n! A head\n|-\n| A cell is here. || Another is there.\n|}",
        "{| class=wikitable\n| A table that is never closed.",
        "<gallery>\nA.jpg|A caption is here.\n</gallery>",
        "<math>\\pi r^2</math>",
        "----",
    ],
)
def test_lists_tables_and_formulas_separate_paragraphs_and_are_dropped(dropped):
    wikitext = f"It is so.\n{dropped}\n\nIt stays so."
    assert parse_sections(wikitext)[0][1][0] == "It is so."
    assert parse_sections(wikitext) == [("", ["It is so.", "It stays so."])]


def test_a_quotation_is_a_paragraph_of_its_own():
    wikitext = "He said:<blockquote>It is\nso.</blockquote>And {{quote|it stays so.|Einstein}}"
    assert parse_sections(wikitext)[0][1][0] == "It is so."


def test_a_caption_is_not_prose_but_a_long_passage_is_whatever_its_end():
    long = "one of those introductions " * 5 + "that lead to the following list:"
    assert parse_sections(f"A map of Alaska\n\n{long}\n\nDr. No said no!\n\n...\n\n") == [
        ("", [long, "Dr. No said no!"])
    ]


def test_each_section_has_its_heading_and_the_lead_has_none():
    wikitext = (
        "It is so.\n== ''Use'' of [[ice|it]]<ref>A</ref> ==\nIt is used.\n=== Now ===\nA lot."
    )
    assert parse_sections(wikitext) == [
        ("", ["It is so."]),
        ("Use of it", ["It is used."]),
        ("Now", ["A lot."]),
    ]


def test_sections_without_a_paragraph_are_left_out():
    assert parse_sections("== A ==\n* A list.\n== B ==\nIt is so.\n== C ==\n") == [
        ("B", ["It is so."])
    ]


@pytest.mark.parametrize(
    "heading",
    ["References", "EXTERNAL LINKS", "See also", "Further reading", "Works cited", "''Notes''"],
)
def test_end_matter_is_left_out_with_its_subsections(heading):
    wikitext = (
        f"It is so.\n== {heading} ==\nA book is here.\n=== Books ===\nAnother book.\n"
        "== Legacy ==\nIt stays so.\n"
    )
    assert parse_sections(wikitext) == [("", ["It is so."]), ("Legacy", ["It stays so."])]


def test_notes_below_a_section_end_with_the_next_heading_of_their_level():
    wikitext = "== A ==\nIs so.\n=== Notes ===\nNote it.\n==== B ====\nOld.\n=== C ===\nIs new."
    assert parse_sections(wikitext) == [("A", ["Is so."]), ("C", ["Is new."])]


@pytest.mark.parametrize("wikitext", ["", " \n ", "== References ==\nA book.", "{{Infobox|a=b}}"])
def test_an_article_without_prose_has_no_sections(wikitext):
    assert parse_sections(wikitext) == []


@pytest.mark.parametrize(
    "text",
    [
        "I like 🍕 and 👩‍👩‍👧 today.",
        "Everyone likes 🍕.",
        "大规模语言模型从理论到实践。",
        "他说：“语言模型（LM）是什么？”",
        "Zoe\u0308 and e\u0301clair are decomposed, \u00e9 is not.",
        "العربية is written from right to left.",
        "A name in the script 𐀟𐁊 is old.",
    ],
)
def test_text_beyond_latin_letters_passes_unchanged(text):
    assert only_paragraph(text) == text
    assert find_debris(text) == []


MARKUP = ["{{", "}}", "[[", "]]", "|", "=", "''", "<ref>", "</ref>", "<b", ">", "{|", "|}", "\n"]


@given(
    wikitext=st.lists(
        st.sampled_from([*MARKUP, "convert", "as of", "File:", "\n== A ==\n", "* ", "&nbsp;"])
        | st.text(max_size=5),
        max_size=30,
    ).map("".join)
)
def test_no_wikitext_however_broken_makes_the_parser_fail(wikitext):
    for heading, paragraphs in parse_sections(wikitext):
        for text in [heading, *paragraphs]:
            assert text == " ".join(text.split())
        assert all(paragraphs)


words = st.text("abcdefghijklmnopqrstuvwxyzéßñ", min_size=1, max_size=8)


@given(sentence=st.lists(words, min_size=1, max_size=30).map(lambda w: " ".join(w) + "."))
def test_plain_prose_passes_unchanged(sentence):
    assert only_paragraph(sentence) == sentence


# ---------------------------------------------------------------------------------------------
# Debris


@pytest.mark.parametrize(
    ("kind", "paragraphs"),
    {
        "a template or link that was not parsed": [
            "It covers {{convert|5|km2}} of land.",
            "It covers 5 km2}} of land.",
            "The [[United States agreed.",
            "thumb|A map.]] It is so.",
            "The [http://x.org official site] is new.",
            "See https://x.org/a for more.",
        ],
        "an HTML tag or entity": [
            "One line<br />and another.",
            "It is so.</ref> It stays.",
            'It is <span class="a">so</span>.',
            "About 10&nbsp;km away.",
            "From 1914&#8211;1918.",
        ],
        "bold or italic marks": [
            "'''Albedo''' is a ratio.",
            "''Albedo'' is a ratio.",
            "Albedo '' is a ratio.",
        ],
        "table or picture syntax": [
            "thumb|A highway in Albania.",
            "left|250px|A highway.",
            "A cell || another cell.",
            "|- A new row.",
            "{| class=wikitable",
            "| A cell.",
        ],
        "a heading mark": ["== Use == It is used.", "It is so. ===Use==="],
        "a list mark": ["* One thing.", "# One thing.", ": One thing.", "; Term"],
        "something that is not text": [f"The area {HOLE} grows.", f"The area is {HOLE}."],
        "an empty bracket": ["Alaska () is a state.", "Alaska (; ) is.", "Alaska [ ] is."],
        "punctuation after a hole": [
            "Alaska , a state, is big.",
            "Alaska (, a state) is big.",
            "Alaska (Greek: ) is big.",
            "Alaska, , is big.",
            "It covers .",
        ],
        "a sentence that breaks off": [
            "It weighs between 60 and. It is long.",
            "It covers approximately.",
            "It has many features such as. It is old.",
            "They called the, and it came.",
            "The art is evidence of the and endowments of the nation.",
            "He studied as the of a college.",
        ],
    }.items(),
)
def test_each_kind_of_debris_is_found_and_named(kind, paragraphs):
    for paragraph in paragraphs:
        assert kind in find_debris(paragraph), paragraph


@pytest.mark.parametrize(
    "paragraph",
    [
        "The set {1, 2} has the element x[0].",
        'The report says that "[a]griculture [...] is old".',
        "He wrote [sic] that the third [book] was lost.",
        "Note: this is legal. It has three parts: a, b and c.",
        "The clock shows 10:30; the odds are 3:1.",
        "It is R > S or S < R, and <10 ppm of nickel, and a -> b.",
        "AT&T; the BBC; R&D; and Q&A.",
        "The states' rights, rock 'n' roll, the '90s and 'quoted' words.",
        "The board is 5'' thick.",
        "The probability P(A|B) and the value |x| are positive.",
        "She used 300 px and thumbs.",
        "In C, the test is a == b.",
        "It was no. 1 (#1) in the * category.",
        "He lived (1945–) in Rome (c. 5 BC).",
        "The function f(x) maps (a, b) to (b; a).",
        "There were, and, in fact, are, many. The order is approximately, but not quite, right.",
        "The suffix -an. The prefix and-or.",
        "What is this for? It is what he lives on.",
        "Wait ... and see ...",
        "E = mc2, 1,000 and 3.5.",
        "“Curly quotes” — and dashes – are fine…",
        "Ist das wahr? 他说：“是的。” 🍕 e\u0301.",
        "",
    ],
)
def test_clean_text_that_looks_like_debris_is_not_reported(paragraph):
    assert find_debris(paragraph) == []


def test_a_paragraph_with_several_kinds_of_debris_has_all_of_them_named():
    assert find_debris("* Alaska () is a '''state''' &nbsp;of the {{USA}}.") == [
        "a template or link that was not parsed",
        "an HTML tag or entity",
        "bold or italic marks",
        "a list mark",
        "an empty bracket",
    ]
