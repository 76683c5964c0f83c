"""The page of `quality`: a row that fails for any reason, and what is asked of notes by label."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from menura.audio import Clip
from menura.foundation.errors import MenuraError

NOTE = Clip(np.zeros((1, 16), np.float32), 16_000)
FOUND: dict[str, float | None] = {
    "notes": 40,
    "labels": 5,
    "heard as their label": 0.3,
    "real ones": 0.4,
    "× real": 0.75,
    "with a pitch": 30,
    "real ones with a pitch": 32,
    "cents from the nearest semitone": 9.5,
    "cents of real ones": 7.0,
}


class Obedient:
    labels = ("bass",)

    def generate(self, n: int, seconds: float, seed: int, label: str) -> list[Clip]:
        return [NOTE] * n


def failing(error: BaseException) -> Any:
    def measured() -> dict[str, Any]:
        raise error

    return measured


def test_a_row_that_fails_for_any_reason_stands_there_with_it() -> None:
    from quality import enter

    figures: dict[str, Any] = {"rows": {"a": {"old": 1}}, "failed": {}}
    enter(figures, "a", failing(ZeroDivisionError("float division by zero")))
    enter(figures, "b", failing(MenuraError("the corpus is empty")))
    enter(figures, "c", lambda: {"new": 1})
    assert figures["rows"] == {"c": {"new": 1}}
    assert figures["failed"] == {
        "a": "ZeroDivisionError: float division by zero",
        "b": "the corpus is empty",
    }
    enter(figures, "b", lambda: {"new": 2})
    assert figures["rows"]["b"] == {"new": 2}
    assert list(figures["failed"]) == ["a"]


def test_a_person_who_stops_it_is_obeyed() -> None:
    from quality import enter

    figures: dict[str, Any] = {"rows": {}, "failed": {}}
    with pytest.raises(KeyboardInterrupt):
        enter(figures, "a", failing(KeyboardInterrupt()))
    assert figures == {"rows": {}, "failed": {}}


@pytest.mark.parametrize(("real", "share"), [(0.0, None), (0.5, 1.5)])
def test_no_real_note_heard_as_its_label_costs_no_row(
    real: float, share: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import labelled_notes

    values = iter([0.75, real])
    measure = SimpleNamespace(score=lambda *_: SimpleNamespace(value=next(values)))
    monkeypatch.setattr(labelled_notes, "metrics", SimpleNamespace(load=lambda _: measure))
    monkeypatch.setattr(labelled_notes, "_real", lambda *_: {"bass/a": NOTE})
    monkeypatch.setattr(labelled_notes, "cents_off", lambda _: [])
    found = labelled_notes.labelled_notes(Obedient(), Path())  # type: ignore[arg-type]
    assert found["× real"] == share
    assert found["cents of real ones"] is None
    line, pitches = labelled_notes.verdicts("ours", found)
    assert ("no ratio" if share is None else "1.5 ×") + " (asked: at least 0.8 ×)" in line
    assert "of 0 real ones none (asked: no further)" in pitches


def test_what_is_asked_of_notes_by_label_is_on_the_page() -> None:
    import quality

    page = quality.page("notes", figures({quality.FROM_BASE: FOUND}))
    assert (
        "- latent-flow from base: of notes asked for by label 0.3 are heard as it, of real ones "
        "0.4: 0.75 × (asked: at least 0.8 ×).\n"
        "- latent-flow from base: from the nearest semitone the pitches of 30 notes are in the "
        "mean 9.5 cents, of 32 real ones 7 cents (asked: no further).\n" in page
    )
    assert "asked for by label" not in quality.page("notes", figures({}))


def test_the_page_says_what_distances_are_of_and_how_far_draws_lie_apart() -> None:
    import quality

    page = quality.page("notes", figures({}))
    assert "192 clips of 4 s a row (768 windows and 24,192 frames), against all held-out" in page
    assert "recordings (400 windows and 12,000 frames)." in page
    assert "mean and deviation of 64 log-mel bands over 1 s" in page
    assert "| real: pieces of the training recordings | 40 | 38–44 | 900 | 850–990 |" in page


def figures(by_label: dict[str, Any]) -> dict[str, Any]:
    import quality

    row = {
        "clips": {"frechet-spectral": 40.0, "frechet-mfcc": 900.0},
        "thirds": {"frechet-spectral": [38.0, 44.0, 40.0], "frechet-mfcc": [990.0, 850.0, 900.0]},
        "samples": {"frechet-spectral": 768, "frechet-mfcc": 24192},
        "machine": {"cores": 2},
    }
    training = {"minutes": 10.0, "steps": 5}
    ours = {name: {**row, "training": training, "by label": f} for name, f in by_label.items()}
    return {
        "minutes": 10.0,
        "samples": {"frechet-spectral": 400, "frechet-mfcc": 12_000},
        "rows": {quality.REAL: row, **ours},
        "failed": {},
    }
