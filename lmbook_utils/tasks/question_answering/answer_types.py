"""What kind of answer a question asks for, and the runs of tokens of each kind in a sentence."""

import re
from typing import NamedTuple

from lmbook_utils._validation import require_list, require_type
from lmbook_utils.tasks.question_answering.data import Question

LONGEST = 6
KINDS = ("number", "amount", "year", "date", "name", "words")
"""What a run of tokens looks like: "36", "36 years", "1867", "8 May", "Jim Lovell", "water"."""

ASKED = ("person", "place", "time", "number", "thing")
"""What a question asks for."""

EXPECTED = {
    "person": ("name",),
    "place": ("name",),
    "time": ("date", "year"),
    "number": ("amount", "number"),
    "thing": ("name", "words"),
}
"""Asked for → the kinds that can be an answer, by rule of thumb."""

_ASKS = (
    ("time", r"\bwhen\b|\b(?:wh\w+|what) (?:\w+ )?(?:year|years|day|date|century|decade)\b"),
    ("number", r"\bhow (?:many|much|large|old|often|frequent|deep|high|long|little|heavy|tall)\b"),
    ("number", r"\bwhat (?:percentage|share|proportion|price|voltage)\b|\b(?:length|income)\b"),
    ("person", r"\bwho(?:m|se)?\b"),
    (
        "person",
        r"\b(?:which|what) (?:[\w']+ ){0,2}(?:\w+ist|\w+yst|poet|writer|author|teacher|king|queen"
        r"|president|general|reporter|playwright|mayor|chief|leader|woman|man|giant)\b",
    ),
    (
        "place",
        r"\bwhere\b|\b(?:which|what) (?:\w+ )?(?:city|town|country|island|port|place|state|region"
        r"|province|river|capital|college|museum|settlement)\b",
    ),
)
_NUMBER = re.compile(r"\d[\d,.:/]*(?:st|nd|rd|th|s)?|\d+-\w+")
_YEAR = re.compile(r"1\d\d\d|20\d\d")
_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million billion".split()
)
_MONTHS = frozenset(
    "January February March April May June July August September October November December".split()
)
_TIME_WORDS = frozenset("century BC AD BCE CE".split())
_UNITS_BEFORE = frozenset(("$", "US", "€", "£"))
_LINKS = frozenset("of the and de da do von van for in with – , '".split())
_FUNCTION_WORDS = frozenset(
    "a an the this that these those some any each every no all both of in on at by for to from "
    "with without into onto over under about after before between against through during as than "
    "and or but nor so if when where while because since until although though whether who whom "
    "whose which what how why he she it they we you i him her them us me his its their our your my "
    "himself herself itself themselves is are was were be been being am has have had having do "
    "does did can could may might must shall should will would not n't also only very more most "
    "much many such other another there here then thus however therefore later first 's ' up out "
    "called named known made used see e.g. i.e. etc indeed moreover furthermore thus although "
    "despite according like even still yet often".split()
)


class Span(NamedTuple):
    """A run of tokens that may be an answer."""

    start: int
    end: int
    kind: str
    """One of :data:`KINDS`."""


def asks_for(question: str | Question) -> str:
    """Say what a question asks for, by the words that it asks with.

    Parameters
    ----------
    question
        Any text, in English; what has no question word asks for a thing.

    Returns
    -------
    str
        One of :data:`ASKED`.

    Examples
    --------
    >>> [asks_for(q) for q in ("Who came?", "In which year?", "By how much?", "Which metal?", "")]
    ['person', 'time', 'number', 'thing', 'thing']
    """
    require_type((str, Question), question=question)
    text = question.text if isinstance(question, Question) else question
    return next((kind for kind, asks in _ASKS if re.search(asks, text.lower())), "thing")


def answer_spans(tokens: list[str]) -> list[Span]:
    """Find the runs of at most six tokens that look like an answer.

    A run begins and ends with a number, a word with a capital, or another word that carries
    meaning. Inside it, a name may have words such as "of", a date a comma, and a number its unit.
    Runs overlap: which is the best of them is for others to say.

    Parameters
    ----------
    tokens
        In the case in which they were written.

    Raises
    ------
    ValueError
        If ``tokens`` is no list of strings.

    Examples
    --------
    >>> tokens = "The Battle of Shiloh lasted two days .".split()
    >>> [" ".join(tokens[s.start : s.end]) for s in answer_spans(tokens) if s.kind == "name"]
    ['Battle', 'Battle of Shiloh', 'Shiloh']
    >>> [" ".join(tokens[s.start : s.end]) for s in answer_spans(tokens) if s.kind == "amount"]
    ['two days']
    """
    require_list(str, tokens=tokens)
    classes = [_class_of(tokens, i) for i in range(len(tokens))]
    spans = []
    for start in range(len(tokens)):
        if classes[start] == "-" and tokens[start] not in _UNITS_BEFORE:
            continue
        for end in range(start + 1, min(start + LONGEST, len(tokens)) + 1):
            kind = _kind(tokens[start:end], classes[start:end])
            if kind:
                spans.append(Span(start, end, kind))
    return spans


def _class_of(tokens: list[str], i: int) -> str:
    """N for a number, C for a word with a capital, w for another that carries meaning, else -."""
    token = tokens[i]
    if _NUMBER.fullmatch(token) or token.lower() in _NUMBER_WORDS:
        return "N"
    if not any(character.isalnum() for character in token):
        return "-"
    if token.lower() in _FUNCTION_WORDS:
        in_name = i and token[0].isupper() and i + 1 < len(tokens) and tokens[i + 1][0].isupper()
        return "C" if in_name else "-"
    return "C" if token[0].isupper() else "w"


def _kind(tokens: list[str], classes: list[str]) -> str | None:
    """What the whole run looks like; None if it is not of one piece."""
    pattern = "".join(classes)
    if tokens[0] in _UNITS_BEFORE and "N" in pattern:
        own = set(tokens) - _UNITS_BEFORE
        pieces = [c for t, c in zip(tokens, classes, strict=True) if t in own]
        return "amount" if pieces and set(pieces) == {"N"} and classes[-1] == "N" else None
    if pattern[-1] == "-" and tokens[-1] not in ("%", "°C"):
        return None
    if "N" in pattern and (_MONTHS & set(tokens) or _TIME_WORDS & set(tokens)):
        return "date" if set(tokens) - _date_parts(tokens, classes) == set() else None
    if pattern == "N":
        token = tokens[0]
        if _YEAR.fullmatch(token):
            return "year"
        return "date" if re.fullmatch(r"\d{4}s", token) else "number"
    if pattern[0] == "N":
        return _kind_of_amount(tokens, pattern)
    if pattern[0] == "C":
        linked = all(c in "CN" or t in _LINKS for t, c in zip(tokens, classes, strict=True))
        if linked:
            return "name" if "----" not in pattern else None
        return "words" if pattern in ("Cw", "Cww") else None
    return "words" if set(pattern) <= {"w", "C"} and len(pattern) <= 3 else None


def _date_parts(tokens: list[str], classes: list[str]) -> frozenset[str]:
    parts = _MONTHS | _TIME_WORDS | {","}
    return parts | {t for t, c in zip(tokens, classes, strict=True) if c == "N"}


def _kind_of_amount(tokens: list[str], pattern: str) -> str | None:
    if tokens[1:] in (["%"], ["°C"]) or (set(pattern) == {"N"} and len(pattern) <= 3):
        return "amount"
    if re.fullmatch(r"N{1,3}[wC]{1,2}", pattern):
        return "amount"
    if re.fullmatch(r"N-N[wC]?", pattern) and tokens[1] in ("–", "and", "to", "or"):
        return "amount"
    return None
