"""References labelled as they are cited: "Bengio et al., 2003", not "[BDVJ03]"."""

from collections.abc import Iterable, Iterator

from pybtex.database import Entry, Person
from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx


class AuthorYearLabels(BaseLabelStyle):
    """The label of a reference: who wrote it and when."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        for entry in sorted_entries:
            persons = entry.persons.get("author") or entry.persons.get("editor") or []
            who = names(persons) or entry.fields.get("organization") or entry.key
            yield f"{who}, {entry.fields.get('year', 'no date')}"


def names(persons: list[Person]) -> str:
    """Return the last names of one or two persons, or the first one's and "et al."."""
    last = [" ".join(map(str, p.rich_prelast_names + p.rich_last_names)) for p in persons]
    return " and ".join(last) if len(last) < 3 else f"{last[0]} et al."


class AuthorYearStyle(PlainStyle):
    """References in the order of their authors, with the labels above."""

    default_label_style = AuthorYearLabels
    default_sorting_style = "author_year_title"


def setup(app: Sphinx) -> dict[str, bool]:
    register_plugin("pybtex.style.formatting", "author_year", AuthorYearStyle)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
