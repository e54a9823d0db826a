"""Run notebooks on fresh kernels and store their outputs, cleaned.

    python tools/run_notebooks.py                     # every notebook of _toc.yml, in order
    python tools/run_notebooks.py chapters/NAME.ipynb
    python tools/run_notebooks.py --check             # write nothing, report what would change

A notebook is written only if it ran to its end, without an error and without a word on stderr.
Otherwise its file stays as it was, and the exit code is 1. What is written does not depend on the
machine or the moment: no time stamps, no version of Python, no versions in the pictures.
"""

import argparse
import asyncio
import base64
import contextlib
import copy
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager
from notebook_comparison import output_differences
from PIL import Image
from sphinx_external_toc.parsing import parse_toc_yaml
from tqdm import tqdm

from lmbook_utils import storage

ROOT = Path(__file__).resolve().parent.parent
CELL_TIMEOUT = 600  # seconds
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE_INFO = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}


class NotebookFailedError(Exception):
    """A notebook is not valid, did not run to its end, or would change."""


def notebooks_in_toc(root: Path = ROOT) -> list[Path]:
    """Return the notebooks that ``_toc.yml`` names, in the order of the book."""
    names = parse_toc_yaml(root / "_toc.yml")
    candidates = [(root / name).with_suffix(".ipynb") for name in names]
    return [path for path in candidates if path.exists()]


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook and give each cell without an id of its own one that depends on nothing else.

    Raises
    ------
    NotebookFailedError
        If the file is no notebook in version 4 of the format.
    OSError
        If the file cannot be read.
    """
    stored = path.read_bytes()
    try:
        content = json.loads(stored.decode("utf-8"))
        seen = set()
        for index, cell in enumerate(content["cells"]):
            if cell.get("id") is None or cell["id"] in seen:
                text = f"{index}\n{''.join(cell['source'])}"
                cell["id"] = hashlib.sha256(text.encode()).hexdigest()[:8]
            seen.add(cell["id"])
        content["nbformat_minor"] = max(content["nbformat_minor"], 5)  # the first with cell ids
        notebook = nbformat.reads(json.dumps(content), as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises any kind, depending on what is wrong
        raise NotebookFailedError(f"is not a valid notebook: {error}") from error
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook in one step, so that an interruption leaves the old file, never half."""
    storage.write_atomically(path, (nbformat.writes(notebook) + "\n").encode("utf-8"))


def clean(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without anything that depends on the machine or the moment of the run."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.kernelspec = nbformat.from_dict(KERNELSPEC)
    notebook.metadata.language_info = nbformat.from_dict(LANGUAGE_INFO)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        if not cell.source.strip():
            cell.execution_count, cell.outputs = None, []
        cell.outputs = merge_streams(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "error":
                # The lines above the last name files of this machine.
                output.traceback = [f"{output.ename}: {output.evalue}"]
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = without_metadata(output.data["image/png"])
    return notebook


def merge_streams(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring outputs to the same stream: how they are cut is a matter of timing."""
    merged: list[NotebookNode] = []
    for output in outputs:
        previous = merged[-1] if merged else None
        if previous and output.output_type == "stream" and output.name == previous.get("name"):
            previous.text += output.text
        else:
            merged.append(output)
    return merged


def without_metadata(png: str) -> str:
    """Return a PNG picture (base64) with its resolution only, without Matplotlib's version."""
    image = Image.open(io.BytesIO(base64.b64decode(png)))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True, dpi=image.info.get("dpi"))
    return base64.b64encode(buffer.getvalue()).decode("ascii")


async def execute(notebook: NotebookNode, path: Path) -> NotebookNode:
    """Run a notebook in its own folder, on a fresh kernel of this Python; return it cleaned.

    Raises
    ------
    NotebookFailedError
        If a cell fails, takes too long, or writes to stderr.
    """
    notebook = copy.deepcopy(notebook)
    count = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells)
    # The kernel that nbval compares with: that of this Python, not one installed elsewhere.
    kernel = AsyncKernelManager(
        kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager()
    )
    with tqdm(total=count, desc=path.name, unit="cell") as bar:
        client = NotebookClient(
            notebook,
            km=kernel,
            timeout=CELL_TIMEOUT,
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
            on_notebook_start=take_back_interrupt,
            on_cell_executed=lambda **_: bar.update(),
        )
        try:
            # What cells write to stderr still arrives; only the kernel's own log is dropped.
            # Progress bars are for people, not for stored outputs.
            await client.async_execute(
                cleanup_kc=True,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "TQDM_DISABLE": "1"},
            )
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            place = f"In [{client.code_cells_executed}]"
            raise NotebookFailedError(f"{place} failed\n{error}") from error
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                message = f"In [{cell.execution_count}] wrote to stderr\n{output.text}"
                raise NotebookFailedError(message)
    return clean(notebook)


def take_back_interrupt(**_: object) -> None:
    """Let Ctrl-C end the whole run: nbclient would only stop the notebook that started last."""
    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


def changes(stored: NotebookNode, computed: NotebookNode) -> list[str]:
    """Return how the outputs of a run differ from the stored ones, beyond the tolerance."""
    return [
        f"In [{new.execution_count}]: {message}"
        for old, new in zip(stored.cells, computed.cells, strict=True)
        if new.cell_type == "code" and "nbval-ignore-output" not in new.metadata.get("tags", [])
        for message in output_differences(old.outputs, new.outputs)
    ]


async def process(path: Path, check: bool) -> None:
    """Run one notebook, and write it or, with ``check``, compare it."""
    stored = read_notebook(path)
    computed = await execute(stored, path)
    if not check:
        write_notebook(computed, path)
    elif messages := changes(stored, computed):
        raise NotebookFailedError("\n".join(["would change", *messages]))


async def process_all(paths: Sequence[Path], jobs: int, check: bool) -> int:
    """Run the notebooks, at most ``jobs`` at the same time; return how many failed."""
    places = asyncio.Semaphore(jobs)

    async def process_one(path: Path) -> bool:
        async with places:
            try:
                await process(path, check)
            except (NotebookFailedError, OSError) as error:
                tqdm.write(f"{path}: {error}", file=sys.stderr)
                return False
            return True

    return (await asyncio.gather(*map(process_one, paths))).count(False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        description="Run notebooks on fresh kernels and store their outputs, cleaned."
    )
    parser.add_argument(
        "notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="default: all in _toc.yml"
    )
    parser.add_argument(
        "--jobs", type=int, default=1, help="notebooks that run at the same time (default: 1)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if a printed output would change beyond the tolerance",
    )
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error(f"--jobs must be at least 1, not {options.jobs}")
    paths = options.notebooks or notebooks_in_toc()
    try:
        failed = asyncio.run(process_all(paths, options.jobs, options.check))
    except KeyboardInterrupt:
        sys.exit("Interrupted. The unfinished notebooks are as they were.")
    done = "checked" if options.check else "written"
    print(f"{len(paths) - failed} of {len(paths)} notebooks run and {done}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
