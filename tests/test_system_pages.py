"""What is known of the reports can be read, and pages are made of it and of figures."""

from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
REPORTS = sorted((BENCHMARKS / "reports").glob("*.toml"))
FIGURES: dict[str, Any] = {
    "machine": {"system": "some", "cores": 2},
    "asked_minutes": 5.0,
    "training": {"minutes": 5.02, "steps": 71, "held_out": 0.25, "stopped": "5 minutes are over"},
    "parameters": 1_234_567,
    "speed": {"one clip": 12.0, "16 at once": 130.0},
    "clip_s": 8.0,
    "clips": {
        "real: floor": {"frechet-spectral": 20.0, "frechet-mfcc": 100.0},
        "stft-lstm": {"frechet-spectral": 50.0, "frechet-mfcc": 300.0, "DC": 1e-06},
    },
    "seed_s": 4.0,
    "new_s": 30.0,
    "continuations": {
        who: {"seed relatedness (AUC)": 0.7, "drift: worst second, × real": worst}
        for who, worst in (("real", 1.1), ("stft-lstm", 2.5))
    },
}


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import system_page

    return system_page


@pytest.mark.parametrize("file", REPORTS, ids=lambda file: file.stem)
def test_what_is_known_of_a_report_is_complete(file: Path, pages: Any) -> None:
    known = pages.report(file.stem)
    assert set(known) <= {"title", "data", "did", "differs", "figures", "remark"}
    assert known["data"] in pages.KINDS
    assert len(known["did"]) > 100
    assert len(known["differs"]) >= 3
    for row in known.get("figures", []):
        assert row["of"]
        assert len(row) > 1


def test_a_page_says_what_was_found_and_what_was_reported(pages: Any) -> None:
    page = pages.page("stft-lstm", FIGURES)
    assert "| stft-lstm | 50 | 300 | 1e-06 |" in page
    assert "| real: floor | 20 | 100 | – |" in page
    assert "| drift: worst second, × real | 1.1 | 2.5 |" in page
    assert "| training | 2000 or 10,000 | about 5 h, without a GPU |" in page
    assert "They are not comparable with ours" in page
    assert "1,234,567 parameters" in page
    assert "(stft-lstm.png)" in page
    assert "between.png" not in page, "it has no latents"
    assert "menura train stft-lstm prepared --out run --minutes 5" in page
    assert "paper: as reported (section 3)" in page, "the recipe's own words"
    assert all(len(line) < 1200 for line in page.splitlines())


def test_a_system_that_only_generates_has_a_page(pages: Any) -> None:
    page = pages.page("stft-lstm", {k: v for k, v in FIGURES.items() if k != "continuations"})
    assert "Made from nothing" in page
    assert "Continuations" not in page


def test_a_page_shows_reconstructions_and_paths_where_there_are_any(pages: Any) -> None:
    passing = {
        "reconstructions": {"stft-lstm": {"log-mel distance (dB)": 4.25}},
        "paths": {"linear": {"longest step / mean": 1.5}},
    }
    page = pages.page("stft-lstm", {**FIGURES, **passing})
    assert "| stft-lstm | 4.25 |" in page
    assert "| linear | 1.5 |" in page
    assert "menura interpolate run a.wav b.wav" in page
    without = pages.page("stft-lstm", FIGURES)
    assert "reconstruct" not in without
    assert "interpolate" not in without
    index = pages.index({"stft-lstm": {**FIGURES, **passing}})
    [row] = [line for line in index.splitlines() if "](" in line]
    assert row.endswith("| 4.25 |")


def test_the_index_sets_figures_beside_real_music(pages: Any) -> None:
    [row] = [line for line in pages.index({"stft-lstm": FIGURES}).splitlines() if "](" in line]
    assert row.startswith("| [stft-lstm](stft-lstm.md) | 5.02 min | 50 (2.5 × real) |")
    assert row.endswith("| 300 (3.0 × real) | 2.5 | 0.7 |")
