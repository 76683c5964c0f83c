"""`menura demo` from end to end, on the smallest preset and briefly trained."""

import base64
import csv
import io
import json
import math
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

import menura.workflows.demo as workflow
from menura import systems
from menura.audio import Clip, conform, read
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.pages.demo import DemoStory, Heard, demo_page, movement_db, peak_db, rms_db
from menura.workflows.demo import DemoResult, bundled_clips, demo
from menura.workflows.learning import read_curve
from page_reading import Read


@pytest.fixture(scope="module")
def told() -> Collected:
    return Collected()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, told: Collected) -> DemoResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workflow, "PRESET", "tiny")
        return demo(tmp_path_factory.mktemp("a demo") / "out", minutes=0.05, reporter=told)


@pytest.fixture(scope="module")
def page(done: DemoResult) -> Read:
    return Read(done.page.read_text(encoding="utf-8"))


def test_the_page_stands_alone(page: Read) -> None:
    for tag, attributes in page.tags:
        for name in ("src", "srcset", "poster", "data"):
            assert str(attributes.get(name, "data:")).startswith("data:"), (tag, name)
        if tag != "a":
            assert str(attributes.get("href", "data:")).startswith("data:"), tag


def test_every_player_holds_sound_of_the_length_it_states(page: Read) -> None:
    players = [attributes for tag, attributes in page.tags if tag == "audio"]
    assert len(players) == 3 + 1 + 2 * 2
    lengths = []
    for player in players:
        _, _, content = str(player["src"]).partition("base64,")
        samples, rate = soundfile.read(io.BytesIO(base64.b64decode(content, validate=True)))
        stated = re.search(r"([\d.]+) s$", str(player["aria-label"]))
        assert stated
        lengths.append(len(samples) / rate)
        assert lengths[-1] == pytest.approx(float(stated[1]), abs=0.2)
        assert np.abs(samples).max() > 1e-3, player["aria-label"]
    assert sorted(round(length) for length in lengths) == [8] * 4 + [11] * 4


def test_every_player_has_its_picture(page: Read) -> None:
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 8
    for picture in pictures:
        assert picture["alt"]
        assert str(picture["src"]).startswith("data:image/png;base64,iVBORw0KGgo")


def test_every_recording_is_attributed(page: Read) -> None:
    for row in csv.DictReader(io.StringIO(bundled_clips()["labels.csv"].decode("utf-8"))):
        for said in (row["file"], row["title"], row["artist"], row["licence"]):
            assert said in page.words


def test_it_says_what_to_expect_and_what_next(page: Read, done: DemoResult) -> None:
    assert "What to expect" in page.words
    assert "menura prepare my_recordings --out prepared" in page.words
    assert str(done.run) in page.words


def test_figures_are_there_and_finite(page: Read, done: DemoResult) -> None:
    assert {"minutes", "steps", "made_per_s", "peak_dbfs", "rms_dbfs"} <= done.figures.keys()
    assert all(math.isfinite(value) for value in done.figures.values())
    assert done.figures["steps"] >= 1
    assert done.figures["learned_s"] == pytest.approx(150.2, abs=0.5)
    assert f"{round(done.figures['steps']):,}" in page.words


def test_the_continuation_begins_with_the_recording(done: DemoResult) -> None:
    out = done.page.parent
    for file in sorted((out / "continued").iterdir()):
        made = read(file)
        seed = conform(read(out / "seeds" / file.name), made.sample_rate, 1)
        assert made.duration_s == pytest.approx(11.0, abs=0.01)
        n = seed.n_samples - 2048  # the last frames may be cross-faded
        assert np.corrcoef(made.samples[0, :n], seed.samples[0, :n])[0, 1] > 0.9


def test_it_says_where_the_page_is(done: DemoResult, told: Collected) -> None:
    assert str(done.page.resolve()) in told.lines[-1]


@pytest.mark.slow
def test_as_people_run_it_it_is_done_in_three_minutes(tmp_path: Path) -> None:
    code = (
        "import pathlib, menura; from menura.foundation.reporting import Reporter;"
        f"menura.demo(pathlib.Path({str(tmp_path / 'out')!r}), reporter=Reporter())"
    )
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    assert time.perf_counter() - begun < 180
    assert (tmp_path / "out" / "index.html").is_file()


def test_a_finished_demo_is_kept_and_shown(done: DemoResult) -> None:
    files = {path: path.stat().st_mtime_ns for path in done.page.parent.rglob("*")}
    told = Collected()
    assert demo(done.page.parent, reporter=told) == done
    assert {path: path.stat().st_mtime_ns for path in done.page.parent.rglob("*")} == files
    assert str(done.page.resolve()) in told.lines[0]
    assert "another folder" in told.lines[1]


def test_what_the_page_says_of_its_making_is_true(page: Read, done: DemoResult) -> None:
    assert "it trained for 0.1 minutes" in page.words
    own = systems.read_description(done.run).temperature
    assert f"this system's own temperature, {own:g}:" in page.words


def test_it_says_what_it_set_off_from() -> None:
    heard = Heard("x", Clip(np.full((1, 22_050), 0.1, np.float32), 22_050))
    story = DemoStory((), 60.0, 1.5, 3, 0.5, "done", "", 2.0, {}, heard, (), (), 1.0, "run")
    words = Read(demo_page(story).html()).words
    assert "the system first learned to write sound down" in words
    assert "knew music already" not in words
    started = replace(story, start="base")
    words = Read(demo_page(started).html()).words
    assert "A small model that knew music already (base) listened to 1.0 minutes" in words
    assert "set off from base" in words
    assert "first learned" not in words


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("mine")
    with pytest.raises(MenuraError, match="not empty"):
        demo(tmp_path, reporter=Collected())
    assert [path.name for path in tmp_path.rglob("*")] == ["run", "mine.txt"]
    with pytest.raises(UsageError, match="is a file"):
        demo(tmp_path / "run" / "mine.txt", reporter=Collected())


def test_a_demo_that_was_broken_off_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off(*_: object, **__: object) -> None:
        raise MenuraError("the power went")

    monkeypatch.setattr(workflow, "prepare", broken_off)
    told = Collected()
    with pytest.raises(MenuraError, match="power"):
        demo(tmp_path, reporter=told)
    (tmp_path / "run").mkdir()
    (tmp_path / "notes.txt").write_text("a person's own")
    with pytest.raises(MenuraError, match="power"):
        demo(tmp_path, reporter=told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips", "demo.json", "notes.txt"]
    assert sum("broken off" in line for line in told.lines) == 1


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (
            '{"made_by": "menura demo", "figures": {"took_s": 1.0}}',
            "finished demo without its page",
        ),
        ('{"made_by": "somebody", "figures": null}', "not empty"),
        ("[]", "not empty"),
        ("no JSON", "not empty"),
    ],
)
def test_only_a_demo_that_was_broken_off_is_cleared(tmp_path: Path, mark: str, words: str) -> None:
    (tmp_path / "demo.json").write_text(mark)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("mine")
    with pytest.raises(MenuraError, match=words):
        demo(tmp_path, reporter=Collected())
    assert (tmp_path / "run" / "mine.txt").read_text() == "mine"
    assert (tmp_path / "demo.json").read_text() == mark


@pytest.mark.parametrize("minutes", [0.0, -1.0, math.nan, math.inf])
def test_minutes_must_be_some(tmp_path: Path, minutes: float) -> None:
    with pytest.raises(UsageError, match="minutes"):
        demo(tmp_path / "out", minutes=minutes, reporter=Collected())
    assert not (tmp_path / "out").exists()


def test_the_curve_is_what_the_log_holds(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    assert read_curve(log) == {"training": [], "held out": []}
    lines = [
        {"step": 1, "model/total": 2.0, "rate": 1.0},
        {"step": 2, "held_out": 3.0, "model/total": 1.5},
        {"step": 3, "rate": 0.5},
    ]
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert read_curve(log) == {"training": [(1.0, 2.0), (2.0, 1.5)], "held out": [(2.0, 3.0)]}


def test_measures_on_known_sounds() -> None:
    rate = 22_050
    seconds = np.arange(4 * rate) / rate
    tone = Clip((0.5 * np.sin(2 * np.pi * 440 * seconds))[None].astype(np.float32), rate)
    silence = Clip(np.zeros((1, rate), np.float32), rate)
    assert peak_db(tone) == pytest.approx(-6.02, abs=0.01)
    assert rms_db(tone) == pytest.approx(-9.03, abs=0.01)
    assert peak_db(silence) == rms_db(silence) == -120


def test_movement_tells_notes_from_drones() -> None:
    rate = 22_050
    seconds = np.arange(4 * rate) / rate
    drone = Clip((0.5 * np.sin(2 * np.pi * 440 * seconds))[None].astype(np.float32), rate)
    noise = Clip(np.random.default_rng(0).normal(0, 0.1, (1, 4 * rate)).astype(np.float32), rate)
    hz = 330 * 2 ** (np.floor(seconds * 2) % 5 / 12)
    notes = Clip(np.sin(2 * np.pi * np.cumsum(hz) / rate)[None].astype(np.float32), rate)
    assert movement_db(drone) < 0.5
    assert movement_db(noise) < 1.0
    assert movement_db(notes) > 5.0
    assert movement_db(Clip(np.zeros((1, rate), np.float32), rate)) == 0
