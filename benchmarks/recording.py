"""Results files of the long runs: what was measured, with command, date and versions."""

import datetime
import json
import sys
from pathlib import Path
from typing import Any

from lmbook_utils import reproducibility, storage

RESULTS = Path(__file__).parent / "results"


def today() -> str:
    """Return the date, in the time zone that is the same everywhere."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def record(name: str, results: Any) -> Path:
    """Write ``results/NAME.json``; ``results`` is anything that JSON has a form for."""
    content = {
        "command": " ".join(["python", *(arg.replace("\\", "/") for arg in sys.argv)]),
        "date": today(),
        "versions": reproducibility.versions(),
        "results": results,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    storage.write_atomically(path, text.encode("utf-8"))
    return path


def recorded(name: str) -> dict[str, Any]:
    """Return the results in ``results/NAME.json``, by their names; none if there is no file."""
    path = RESULTS / f"{name}.json"
    results: dict[str, Any] = json.loads(path.read_bytes())["results"] if path.is_file() else {}
    return results


def record_rows(name: str, rows: dict[str, Any]) -> Path:
    """Put rows into ``results/NAME.json``; those of other names stay as they were."""
    return record(name, dict(sorted({**recorded(name), **rows}.items())))
