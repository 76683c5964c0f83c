"""Metrics are found by file name, and by the entry points of other packages."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import menura
from menura.evaluation import metrics
from menura.evaluation.metrics import Metric
from menura.foundation import rooms
from menura.foundation.errors import UsageError

FOLDER = Path(metrics.__file__).parent
THEIRS = '''"""Always seven."""

from menura.evaluation.metrics import Clips, Measurement, Metric


class Seven(Metric):
    ideal = of_itself = 7.0
    higher_is_better = False
    tolerance = 1e-9

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        return Measurement(7.0, "nothing", "clips", len(reference), len(candidate))
'''


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    information = tmp_path / "elsewhere-1.0.dist-info"
    information.mkdir()
    (tmp_path / "elsewhere_seven.py").write_text(THEIRS, encoding="utf-8")
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\n", "utf-8")
    (information / "entry_points.txt").write_text(
        "[menura.metrics]\nseven = elsewhere_seven\n", "utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    rooms._entry_points.cache_clear()
    yield
    rooms._entry_points.cache_clear()
    sys.modules.pop("elsewhere_seven", None)


def test_a_file_is_a_metric() -> None:
    files = {path.stem for path in FOLDER.glob("[!_]*.py")} - {"contract"}
    assert {file.replace("_", "-") for file in files} <= set(metrics.room.names())
    for file in files:
        metric = metrics.load(file.replace("_", "-"))
        assert isinstance(metric, Metric)
        assert type(metric).__module__ == f"menura.evaluation.metrics.{file}"
        assert type(metric).__name__ == file.title().replace("_", "")


def test_other_packages_add_metrics(elsewhere: None) -> None:
    assert "seven" in metrics.room.names()
    assert metrics.load("seven").score({}, {}).value == 7.0
    assert metrics.room.summary("seven") == "Always seven."


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'frechet-mfcc'"):
        metrics.load("frechet-mfc")


def test_listing_imports_no_metric_and_no_torch() -> None:
    code = (
        "import sys; from menura.workflows.list_parts import list_parts;"
        "assert len(list_parts('metrics')) >= 22;"
        "print(*(m for m in sys.modules if m in ('torch', 'numpy', 'scipy')"
        " or m.startswith('menura.evaluation.metrics')))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(menura.__file__).parents[1])}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []
