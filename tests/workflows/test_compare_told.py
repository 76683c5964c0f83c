"""What a comparison tells of its figures: who is ranked by which, and what stands beside them."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from menura.evaluation.compare.material import Extent, Material
from menura.evaluation.compare.reported import statements_of
from menura.evaluation.compare.ways import WAYS
from menura.pages.compare import Entrant, compare_page
from menura.training.tracking import LOG
from menura.workflows.compare import results, story
from menura.workflows.compare.asides import asides
from menura.workflows.compare.order import Entry, Order
from menura.workflows.compare.results import Found, Outcome
from menura.workflows.train import CODEC

FAR, NOTES, BEAT = "frechet-mfcc", "pitch-entropy", "tempo"
ENDLESS = {"FAD∞": 8.0, "FAD∞ from": 7.0, "FAD∞ to": 9.5}


PLAIN: dict[str, Any] = {
    "low": None,
    "high": None,
    "details": {},
    "curves": {},
    "remarks": [],
    "embedding": "bands",
    "counted": "windows",
    "n_reference": 9,
    "n_candidate": 9,
    "too_few": False,
    "still_compares": False,
}


def figure(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, **PLAIN, **more}


def outcome(
    name: str,
    figures: dict[str, Any],
    *,
    way: str = "generate",
    recipe: str = "gan",
    lacking: tuple[str, ...] = (),
    lowered_db: dict[str, float] | None = None,
) -> Outcome:
    made = {"names": [f"{k:03}" for k in range(8)], "lowered_db": lowered_db or {}}
    judged = {
        "figures": figures,
        "not_measured": dict.fromkeys(lacking, "hardly a note is heard"),
        "lacking": list(lacking),
    }
    return Outcome(Entry(recipe, name), name, {"made": {way: made}}, {"scores": {way: judged}})


def found(*outcomes: Outcome, n_held_out: int = 16) -> Found:
    material = object.__new__(Material)
    object.__setattr__(material, "extents", {"held out": Extent(n_held_out, 60.0, 60.0)})
    return Found(Order("d", 5.0, 8, 2.0, 0), "c", {}, material, outcomes, {"scores": {}})


def test_figures_that_are_mostly_chance_are_in_no_rank() -> None:
    few = found(
        outcome("a", {FAR: figure(1.0), BEAT: figure(9.0)}),
        outcome("b", {FAR: figure(2.0), BEAT: figure(1.0, too_few=True)}),
    )
    assert few.ranks("generate") == {"a": 1.0, "b": 2.0}, "by the distance alone"
    [told] = asides(few, "generate")
    assert told == f"In no rank, since figures of so little sound are mostly chance: {BEAT} (b)."


def test_too_few_that_still_compare_are_ranked() -> None:
    """Distances of few windows are all too large, by as much."""
    alike = {"too_few": True, "still_compares": True}
    both = found(
        outcome("a", {FAR: figure(1.0, **alike)}), outcome("b", {FAR: figure(2.0, **alike)})
    )
    assert both.ranks("generate") == {"a": 1.0, "b": 2.0}
    assert list(asides(both, "generate")) == []


@pytest.mark.parametrize(
    ("n", "way", "name", "is_chance"),
    [
        (16, "generate", FAR, False),
        (15, "generate", FAR, True),
        (3, "generate", "memorisation", False),  # beside the training music, and no half
    ],
)
def test_what_is_nearer_than_real_music_is_equal_unless_that_is_chance(
    n: int, way: str, name: str, is_chance: bool
) -> None:
    """Halves of few recordings lie far apart: beside them all systems would be the best."""
    pair = (outcome(one, {name: figure(far)}, way=way) for one, far in (("a", 0.2), ("b", 0.1)))
    real = {way: {"figures": {name: figure(9.0)}}}
    both = replace(found(*pair, n_held_out=n), real={"scores": real})
    assert list(both.ranks(way).values()) == ([2.0, 1.0] if is_chance else [1.5, 1.5])
    told = list(asides(both, way))
    assert len(told) == is_chance
    assert all(line.endswith(f"is still ahead: {name}.") for line in told)


def test_who_made_no_notes_is_last_by_what_is_of_notes() -> None:
    """Not left out, nor the measure with it: noise must not gain by having none."""
    three = found(
        outcome("noise", {FAR: figure(1.0)}, lacking=(NOTES,)),
        outcome("tune", {FAR: figure(2.0), NOTES: figure(0.1)}),
        outcome("song", {FAR: figure(3.0), NOTES: figure(4.0)}),
    )
    assert three.ranks("generate") == {"noise": 2.0, "tune": 1.5, "song": 2.5}
    [told] = asides(three, "generate")
    assert told.startswith("In what they made there is less than half as much to measure")
    assert told.endswith(f"last: {NOTES} (noise).")


def test_what_could_not_be_taken_of_all_is_named() -> None:
    figures = {FAR: figure(1.0), NOTES: figure(1.0), BEAT: figure(2.0, too_few=True)}
    told = asides(found(outcome("a", {FAR: figure(2.0)}), outcome("b", figures)), "generate")
    assert list(told)[1].endswith(f"not be taken of all: {NOTES} (not of a); {BEAT} (not of a).")
    both = found(outcome("b", figures), outcome("c", figures))
    [line] = asides(both, "generate")
    assert line.endswith(f": {BEAT} (all).")


@pytest.mark.parametrize(("n", "said"), [(2, False), (3, True)])
def test_many_clips_that_were_lowered_are_said_at_the_table(n: int, said: bool) -> None:
    lowered_db = {f"{k:03}": 20.7 - k for k in range(n)}
    one = found(outcome("a", {FAR: figure(1.0)}, lowered_db=lowered_db))
    told = list(asides(one, "generate"))
    assert len(told) == said
    assert all(line.endswith(": a, 3 of 8 clips by up to 20.7 dB.") for line in told)


def test_a_distance_without_end_is_in_the_table_and_on_the_page() -> None:
    one = found(outcome("a", {FAR: figure(12.0, details=ENDLESS), BEAT: figure(1.0)}))
    far, beat = results._lines(one)
    assert [far[name] for name in results.ENDLESS] == [8.0, 7.0, 9.5]
    assert [beat[name] for name in results.ENDLESS] == [None] * 3
    assert set(far) == set(results.COLUMNS)
    row = story._tried(one, "generate").rows["a"]
    assert row[FAR].beside == "FAD∞ 8.00 (7.00 … 9.50)"
    assert row[BEAT].beside == ""


def test_figures_of_reports_stand_beside_what_was_made_as_theirs_was() -> None:
    ours = {
        way: outcome("ours", {FAR: figure(value)}, way=way, recipe="wavenet-autoencoder")
        for way, value in (("generate", 99.0), ("reconstruct", 5.0))
    }
    scores: dict[str, Any] = {}
    for one in ours.values():
        assert one.scores is not None
        scores |= one.scores["scores"]
    both = Outcome(ours["generate"].entry, "ours", {"made": {}}, {"scores": scores})
    shown = {row.measure: row for row in story._reported(found(both))}
    assert shown["FAD (MFCC)"].way == "passed through"
    assert shown["FAD (MFCC)"].ours is not None
    assert shown["FAD (MFCC)"].ours.value == 5.0
    [alone] = [row for row in story._reported(found(ours["generate"])) if row.measure == "KL"]
    assert alone.ours is None
    ways = {"gan": "generate", "cvae": "generate", "spectrogram-bilstm": "continue"}
    for recipe, way in ways.items():
        assert {said.way for said in statements_of(recipe)} == {way} <= set(WAYS)


def log(file: Path, losses: list[float]) -> None:
    lines = [{"step": k, "seconds": 60 * k, "loss/total": loss} for k, loss in enumerate(losses, 1)]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def test_a_loss_that_is_no_number_costs_no_page(tmp_path: Path) -> None:
    """Found at the end, when all has been trained."""
    log(tmp_path / CODEC / LOG, [1.0, math.nan, 0.5, math.inf])
    log(tmp_path / LOG, [math.nan, math.nan])
    learning = story._learning(tmp_path)
    assert learning == {"codec, training": [(1.0, 1.0), (3.0, 0.5)]}
    (tmp_path / CODEC / LOG).unlink()
    only = Entrant("a", learning=story._learning(tmp_path))
    page = compare_page(story.Compared("c", 5.0, (), (), (only,), (), (), (), {"cores": "2"}, ""))
    assert "How they learned" not in page.html()
