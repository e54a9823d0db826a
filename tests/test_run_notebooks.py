"""The command that runs the notebooks: what it writes, and when it writes nothing."""

import base64
import io
import json

import nbformat
import pytest
import run_notebooks
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image, PngImagePlugin


def save(path, *sources, tags=()):
    """Write a notebook that was never run, with a cell for each source; return its path."""
    cells = [new_code_cell(source, metadata={"tags": list(tags)}) for source in sources]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), *cells]), path)
    return path


def png(**texts):
    """Return a small picture (base64) with texts in its metadata."""
    information = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        information.add_text(key, text)
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "PNG", pnginfo=information, dpi=(100, 100))
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Run good and bad notebooks together; return exit code, paths and their content before."""
    folder = tmp_path_factory.mktemp("notebooks")
    sources = {
        "good": ["import pathlib\nprint(pathlib.Path('good.ipynb').exists())", "", "1 / 8"],
        "error": ["1", "1 / 0", "2"],
        "stderr": ["import sys\nprint('oh', file=sys.stderr)"],
        "died": ["import os\nos._exit(1)"],
    }
    paths = {name: save(folder / f"{name}.ipynb", *cells) for name, cells in sources.items()}
    paths["expected"] = save(folder / "expected.ipynb", "int('x')", tags=["raises-exception"])
    paths["damaged"] = folder / "damaged.ipynb"
    paths["damaged"].write_text("{}", encoding="utf-8")
    before = {name: path.read_bytes() for name, path in paths.items()}
    paths["missing"] = folder / "missing.ipynb"
    exit_code = run_notebooks.main([*map(str, paths.values()), "--jobs", "2"])
    return exit_code, paths, before


def test_a_notebook_that_ran_is_written_with_its_outputs(ran):
    _, paths, _ = ran
    cells = nbformat.read(paths["good"], as_version=4).cells
    assert [cell.get("execution_count") for cell in cells] == [None, 1, None, 2]
    assert cells[1].outputs[0].text == "True\n"  # it ran in its own folder
    assert cells[3].outputs[0].data["text/plain"] == "0.125"
    assert b"\r" not in paths["good"].read_bytes()


def test_an_expected_error_is_stored_without_the_paths_of_its_traceback(ran):
    _, paths, _ = ran
    output = nbformat.read(paths["expected"], as_version=4).cells[1].outputs[0]
    assert output.traceback == ["ValueError: invalid literal for int() with base 10: 'x'"]


@pytest.mark.parametrize("name", ["error", "stderr", "died", "damaged"])
def test_a_notebook_that_failed_is_left_as_it_was(ran, name):
    exit_code, paths, before = ran
    assert exit_code == 1
    assert paths[name].read_bytes() == before[name]


def test_nothing_else_is_left_behind(ran):
    _, paths, _ = ran
    assert set(paths["good"].parent.iterdir()) == set(paths.values()) - {paths["missing"]}


def test_the_failures_are_reported(tmp_path, capsys):
    path = save(tmp_path / "error.ipynb", "1", "1 / 0")
    assert run_notebooks.main([str(path), str(tmp_path / "missing.ipynb")]) == 1
    output = capsys.readouterr()
    assert "error.ipynb: In [2] failed" in output.err
    assert "ZeroDivisionError" in output.err
    assert "No such file or directory" in output.err
    assert "0 of 2 notebooks run and written." in output.out


def test_check_reports_a_change_and_writes_nothing(ran, capsys):
    _, paths, _ = ran
    path = paths["good"]
    assert run_notebooks.main([str(path), "--check"]) == 0
    right = path.read_text(encoding="utf-8")
    wrong = right.replace('"0.125"', '"0.126"')
    try:
        path.write_text(wrong, encoding="utf-8")
        assert run_notebooks.main([str(path), "--check"]) == 1
        assert "In [2]: text/plain: line 1: 0.126 became 0.125" in capsys.readouterr().err
        assert path.read_text(encoding="utf-8") == wrong
    finally:
        path.write_text(right, encoding="utf-8")


def test_the_number_of_jobs_must_be_positive(capsys):
    with pytest.raises(SystemExit):
        run_notebooks.main(["--jobs", "0"])
    assert "--jobs must be at least 1, not 0" in capsys.readouterr().err


def test_cleaning_leaves_nothing_of_the_machine_or_the_moment():
    notebook = new_notebook(cells=[new_code_cell("x", execution_count=1)])
    notebook.metadata.kernelspec = {"name": "mine", "display_name": "Mine", "language": "python"}
    notebook.metadata.language_info = {"name": "python", "version": "3.11.7"}
    notebook.cells[0].metadata.execution = {"iopub.status.busy": "2024-01-01T00:00:00Z"}
    notebook.cells[0].outputs = [
        new_output("stream", name="stdout", text="a"),
        new_output("stream", name="stdout", text="b\n"),
        new_output("display_data", {"image/png": png(Software="Matplotlib 3.9")}),
        new_output("stream", name="stdout", text="c\n"),
    ]
    cleaned = run_notebooks.clean(notebook)
    nbformat.validate(cleaned)
    assert cleaned.metadata == {
        "kernelspec": run_notebooks.KERNELSPEC,
        "language_info": run_notebooks.LANGUAGE_INFO,
    }
    assert "execution" not in cleaned.cells[0].metadata
    outputs = cleaned.cells[0].outputs
    assert [output.get("text") for output in outputs] == ["ab\n", None, "c\n"]
    picture = Image.open(io.BytesIO(base64.b64decode(outputs[1].data["image/png"])))
    assert set(picture.info) == {"dpi"}
    assert picture.getpixel((0, 0)) == (255, 0, 0)
    assert run_notebooks.clean(cleaned) == cleaned


def test_cell_ids_are_kept_and_new_ones_are_the_same_every_time(tmp_path):
    path = save(tmp_path / "old.ipynb", "a", "b", "b")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["nbformat_minor"] = 4
    for cell in content["cells"]:
        del cell["id"]
    content["cells"][1]["id"] = "kept"
    path.write_text(json.dumps(content), encoding="utf-8")
    ids = [cell.id for cell in run_notebooks.read_notebook(path).cells]
    assert ids == [cell.id for cell in run_notebooks.read_notebook(path).cells]
    assert ids[1] == "kept"
    assert len(set(ids)) == 4


def test_the_notebooks_of_the_table_of_contents_come_in_the_order_of_the_book(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: intro\nchapters:\n- file: b\n  sections:\n  - file: c\n- file: a\n",
        encoding="utf-8",
    )
    for name in ("a.ipynb", "b.ipynb", "c.ipynb", "intro.md"):
        (tmp_path / name).touch()
    names = [path.name for path in run_notebooks.notebooks_in_toc(tmp_path)]
    assert names == ["b.ipynb", "c.ipynb", "a.ipynb"]
