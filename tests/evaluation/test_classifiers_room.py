"""Classifiers are found by file name, and by the entry points of other packages."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import menura
from menura.evaluation import classifiers
from menura.evaluation.classifiers import Classifier
from menura.foundation import rooms
from menura.foundation.errors import UsageError

FOLDER = Path(classifiers.__file__).parent
THEIRS = '''"""The same as ours, by another name."""

from menura.evaluation.classifiers.k_nn import KNn


class Theirs(KNn):
    """As it is."""
'''


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    information = tmp_path / "elsewhere-1.0.dist-info"
    information.mkdir()
    (tmp_path / "elsewhere_theirs.py").write_text(THEIRS, encoding="utf-8")
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\n", "utf-8")
    (information / "entry_points.txt").write_text(
        "[menura.classifiers]\ntheirs = elsewhere_theirs\n", "utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    rooms._entry_points.cache_clear()
    yield
    rooms._entry_points.cache_clear()
    sys.modules.pop("elsewhere_theirs", None)


def test_a_file_is_a_classifier() -> None:
    files = {path.stem for path in FOLDER.glob("[!_]*.py")} - {"contract"}
    assert {file.replace("_", "-") for file in files} <= set(classifiers.room.names())
    for file in files:
        of_name = classifiers.kind(file.replace("_", "-"))
        assert issubclass(of_name, Classifier)
        assert of_name.__module__ == f"menura.evaluation.classifiers.{file}"
        assert of_name.__name__ == file.title().replace("_", "")


def test_other_packages_add_classifiers(elsewhere: None) -> None:
    assert "theirs" in classifiers.room.names()
    assert classifiers.kind("theirs").__name__ == "Theirs"
    assert classifiers.room.summary("theirs") == "The same as ours, by another name."


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'svm'"):
        classifiers.kind("svn")
    with pytest.raises(UsageError, match="there is no preset of svm 'huge'"):
        classifiers.config_of("svm", "huge")
    with pytest.raises(UsageError, match="'d' is not a setting"):
        classifiers.config_of("svm", settings={"d": "1"})


def test_listing_imports_no_classifier_and_no_torch() -> None:
    code = (
        "import sys; from menura.workflows.list_parts import list_parts;"
        "assert len(list_parts('classifiers')) >= 11;"
        "print(*(m for m in sys.modules if m in ('torch', 'numpy', 'sklearn')"
        " or m.startswith('menura.evaluation.classifiers')))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(menura.__file__).parents[1])}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []


def test_what_hears_descriptors_takes_no_torch() -> None:
    code = (
        "import sys; from menura.evaluation import classifiers;"
        "classifiers.kind('svm'); print('torch' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(menura.__file__).parents[1])}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["False"]
