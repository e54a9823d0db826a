"""Which dependencies are newer: those that pyproject.toml names, and whose pin has changed."""

import newer
import pytest

OLD = """\
# A comment, numpy==0
attrs==23.2.0 \\
    --hash=sha256:aa
numpy==2.1.0 ; python_version < "3.13" \\
    --hash=sha256:bb
nltk==3.9.1
"""


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (("nothing", "nothing"), []),
        (("numpy==2.1.0", "numpy==2.2.0"), ["numpy"]),
        (("sha256:bb", "sha256:cc"), []),
        (("attrs==23.2.0", "attrs==24.1.0"), []),  # not asked for by the book itself
        (("nltk==3.9.1", "nltk==3.9.2\nscipy==1.16.0"), ["nltk", "scipy"]),
    ],
)
def test_only_changed_pins_of_direct_dependencies_are_named(change, names):
    assert newer.newer(OLD, OLD.replace(*change)) == names


def test_the_direct_dependencies_are_those_of_the_project_and_its_extras():
    assert {"numpy", "keras", "pytest", "jupyter-book", "tensorflow-cpu"} <= (
        newer.direct_dependencies()
    )


def test_what_the_project_does_not_name_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(newer.sys, "argv", ["newer.py", "attrs", str(tmp_path / "new.txt")])
    with pytest.raises(SystemExit, match="'attrs' is no dependency"):
        newer.main()
    assert not (tmp_path / "new.txt").exists()
