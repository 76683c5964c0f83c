"""Systems that set off from another: what is behind them is told, and nothing is mixed up."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import menura
from menura.evaluation.compare.material import material_of
from menura.foundation.atomic import write_json
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus
from menura.training.stage import METRICS
from menura.workflows.compare import making, story
from menura.workflows.compare.order import FACTS, Entry, Order, each_once, entries_of, kept_entries
from menura.workflows.compare.results import Found, Outcome
from menura.workflows.compare.starts import minutes_behind, note_start, start_of
from menura.workflows.train import train
from tunes import folder_of_tunes


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared corpus `tunes`; the runs `first`, `second` from it, and `third` from that."""
    place = tmp_path_factory.mktemp("starts")
    folder_of_tunes(place / "tunes", 5, 3.0)
    menura.prepare(place / "tunes", place / "prepared", held_out=0.5, workers=1)
    before = "none"
    for name in ("first", "second", "third"):
        train("stft-lstm", place / "prepared", place / name, preset="tiny", steps=2, init=before)
        before = str(place / name)
    return place


def minutes(run: Path) -> float:
    return float(json.loads((run / METRICS).read_text())["minutes"])


def test_what_is_behind_a_run_goes_back_to_the_beginning(runs: Path) -> None:
    first, second, third = (runs / name for name in ("first", "second", "third"))
    assert start_of(first) is None
    assert minutes_behind(first) == minutes(first) > 0
    started = start_of(second)
    assert started == {"name": "first", "minutes": minutes(first), "data": "tunes"}
    assert minutes_behind(third) == pytest.approx(sum(map(minutes, (first, second, third))))


def test_minutes_that_were_not_written_down_are_not_known(runs: Path) -> None:
    kept = (runs / "first" / METRICS).read_text()
    (runs / "first" / METRICS).unlink()
    try:
        assert minutes_behind(runs / "third") is None
        started = start_of(runs / "second")
        assert started is not None
        assert started["minutes"] is None
    finally:
        (runs / "first" / METRICS).write_text(kept)


def test_a_system_is_named_by_what_it_sets_off_from(runs: Path, tmp_path: Path) -> None:
    named = f"stft-lstm@{runs / 'first'}"
    plain, started = entries_of(["stft-lstm", named, named], "tiny")
    assert plain == Entry("stft-lstm", "tiny")
    assert started == Entry("stft-lstm", "tiny", str(runs / "first"))
    assert (started.name("tiny"), started.name("laptop")) == (
        "stft-lstm@first",
        "stft-lstm:tiny@first",
    )
    assert started.folder(tmp_path) != plain.folder(tmp_path)
    note_start(started, started.folder(tmp_path))
    write_json(started.folder(tmp_path) / FACTS, {"made": {}})
    assert kept_entries(tmp_path, Reporter()) == [started]


def test_a_system_is_there_once_wherever_its_start_lay_before() -> None:
    plain, now, then = (Entry("gan", "tiny", start) for start in ("", "/now/base", "/then/base"))
    assert each_once([now, plain, then, plain]) == [now, plain]


def test_systems_of_one_name_are_not_taken_for_each_other(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "first").symlink_to(runs / "second")
    other = Entry("stft-lstm", "tiny", str(tmp_path / "first"))
    one = Entry("stft-lstm", "tiny", str(runs / "first"))
    assert one.folder(tmp_path / "out") == other.folder(tmp_path / "out")
    note_start(one, one.folder(tmp_path / "out"))
    note_start(one, one.folder(tmp_path / "out"))
    with pytest.raises(MenuraError, match="was begun from another system of that name"):
        note_start(other, other.folder(tmp_path / "out"))


def test_a_start_that_is_none_is_told_before_anything_begins(runs: Path, tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match="not a trained system"):
        entries_of([f"stft-lstm@{runs / 'tunes'}"], "tiny")
    (tmp_path / "first").mkdir()
    for file in (runs / "first").iterdir():
        if file.is_file():
            (tmp_path / "first" / file.name).write_bytes(file.read_bytes())
    with pytest.raises(UsageError, match="have one name"):
        entries_of([f"stft-lstm@{runs / 'first'}", f"stft-lstm@{tmp_path / 'first'}"], "tiny")


def test_the_page_has_the_minutes_of_the_start_beside_its_own(runs: Path, tmp_path: Path) -> None:
    entry = Entry("stft-lstm", "tiny", str(runs / "second"))
    task = making.Task(
        *(str(runs / "prepared"), str(entry.folder(tmp_path)), entry.recipe, entry.preset),
        *(0.005, 2, 1.0, 0, entry.start),
    )
    facts = making.make(making.as_payload(task), Reporter())
    behind = minutes(runs / "first") + minutes(runs / "second")
    assert facts["start"]["minutes"] == pytest.approx(behind)
    assert str(runs) not in json.dumps(facts)
    outcome = Outcome(entry, entry.name("tiny"), facts)
    prepared = PreparedCorpus.open(runs / "prepared")
    order = Order(prepared.fingerprint, 0.005, 2, 1.0, 0)
    found = Found(order, "tunes", {}, material_of(prepared, 2, 1.0, 0), (outcome,), {})
    told = story._entrant(outcome, (), found, tmp_path)
    assert told.figures["before, by its start (min)"] == pytest.approx(behind)
    assert list(told.figures)[:2] == ["trained (min)", "before, by its start (min)"]
    assert "encoding all recordings (min)" not in told.figures, "there is no codec"
    other = Outcome(entry, "from nothing", {**facts, "start": None, "encoding_s": 90.0})
    together = replace(found, outcomes=(outcome, other))
    first, second = (
        story._entrant(one, (), together, tmp_path).figures for one in (outcome, other)
    )
    columns = ("before, by its start (min)", "encoding all recordings (min)")
    assert [first[name] for name in columns] == [pytest.approx(behind), 0.0]
    assert [second[name] for name in columns] == [0.0, 1.5]
    alone = replace(found, outcomes=(replace(other, facts={**facts, "start": None}),))
    figures = story._entrant(alone.outcomes[0], (), alone, tmp_path).figures
    assert not {*columns} & figures.keys()
