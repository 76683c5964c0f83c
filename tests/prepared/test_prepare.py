"""prepare: what it keeps, what it refuses, and that nothing but its input decides the result."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, read, write
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus, planning, preparing
from menura.workflows.prepare import prepare

Tones = Callable[..., Path]
Content = Callable[[Path], dict[str, bytes]]


def test_everything_comes_back(tones: Tones, tmp_path: Path) -> None:
    source = tones(10)
    report = prepare(source, tmp_path / "out")
    corpus = PreparedCorpus.open(tmp_path / "out")
    assert [track.id for track in corpus.tracks] == sorted(
        path.relative_to(source).as_posix() for path in source.rglob("*.wav")
    )
    for track in corpus.tracks:
        clip = read(source / track.id)
        stored = corpus.read(track, 0, track.n_samples)
        assert track.sample_rate == clip.sample_rate
        assert np.allclose(stored, clip.samples, atol=1e-4)
    assert corpus.label_values() == {"label": ("high", "low")}
    assert corpus.licences() == {"not stated": 10}
    assert corpus.duration_s() == report.seconds == 10.0
    assert report.splits == {"train": 8, "valid": 2}
    assert corpus.duration_s("valid") == 2.0
    json.dumps(asdict(report))


def test_every_file_is_in_the_report(tones: Tones, tmp_path: Path) -> None:
    source = tones(4)
    (source / "bad\n\udcff.wav").write_bytes(b"not audio")
    (source / "empty.wav").touch()
    said = Collected()
    report = prepare(source, tmp_path / "out", reporter=said)
    assert {item.file: item.reason for item in report.dropped}["empty.wav"] == "empty file"
    text = (tmp_path / "out/report.txt").read_text(encoding="utf-8")
    for name in ["bad\\n\\xff.wav", "empty.wav", "high/001.wav"]:
        assert sum(name in line for line in text.splitlines()) == 1
    assert any(line.startswith("left out bad\\n\\xff.wav: ") for line in said.lines)
    written = json.loads((tmp_path / "out/report.json").read_text())
    assert [item["file"] for item in written["dropped"]] == [item.file for item in report.dropped]
    assert len(written["kept"]) == report.kept == 4


def test_result_does_not_depend_on_workers_or_place(
    tones: Tones, tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SHARD_BYTES", (30_000, 30_000))
    source = tones(9)
    moved = tmp_path / "elsewhere" / "source"
    shutil.copytree(source, moved)
    for path in moved.rglob("*.wav"):
        os.utime(path, ns=(0, 0))
    prepare(source, tmp_path / "one", workers=1)
    prepare(moved, tmp_path / "many", workers=3)
    one, many = content(tmp_path / "one"), content(tmp_path / "many")
    assert one.pop("source_times.json") != many.pop("source_times.json")
    assert one == many
    shards = [name for name in one if name.startswith("shards/")]
    assert len(shards) > 3


def test_same_sound_shares_a_side(tones: Tones, tmp_path: Path) -> None:
    source = tones(6)
    for number in range(4):
        shutil.copy(source / "low/000.wav", source / f"high/copy{number}.wav")
    report = prepare(source, tmp_path / "out")
    corpus = PreparedCorpus.open(tmp_path / "out")
    same = [t for t in corpus.tracks if "copy" in t.id or t.id == "low/000.wav"]
    assert len({(track.group, track.split) for track in same}) == 1
    assert any("the same sound" in note for note in report.notes)


def test_a_single_recording_is_not_divided(tones: Tones, tmp_path: Path) -> None:
    said = Collected()
    report = prepare(tones(1), tmp_path / "out", reporter=said)
    assert report.splits == {"train": 1}
    assert any("only one recording" in line for line in said.warnings)


def test_a_decoder_that_crashes_costs_one_file(
    tones: Tones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dying_worker: str
) -> None:
    source = tones(5)
    shutil.copy(source / "low/000.wav", source / "low/deadly.wav")
    monkeypatch.setattr(preparing, "_BUILD", f"{dying_worker}:build_shard")
    report = prepare(source, tmp_path / "out", workers=2)
    assert report.kept == 5
    assert [asdict(item) for item in report.dropped] == [
        {
            "file": "low/deadly.wav",
            "reason": "the program that decodes it crashed (signal 11)",
        }
    ]


def test_nothing_usable_is_one_error_and_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "source"
    write(Clip(np.zeros((1, 8000), np.float32), 8000), source / "silent.wav")
    (source / "empty.wav").touch()
    with pytest.raises(MenuraError, match=r"no file in .* can be used .*empty.wav: empty file"):
        prepare(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [{"min_seconds": -1.0}, {"held_out": 1.0}, {"workers": 0}])
def test_bad_options_are_wrong_words(
    tones: Tones, tmp_path: Path, options: dict[str, float]
) -> None:
    with pytest.raises(UsageError, match="--"):
        prepare(tones(1), tmp_path / "out", **options)  # type: ignore[arg-type]


def test_min_seconds_is_inclusive(tones: Tones, tmp_path: Path) -> None:
    source = tones(2, seconds=1.5)
    with pytest.raises(MenuraError, match="--min-seconds"):
        prepare(source, tmp_path / "out", min_seconds=1.5)
    assert prepare(source, tmp_path / "out", min_seconds=1.4999).kept == 2


def test_a_place_in_use_is_refused(tones: Tones, tmp_path: Path) -> None:
    source, out = tones(2), tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("keep me")
    for resume in (False, True):
        with pytest.raises(MenuraError, match="is not empty"):
            prepare(source, out, resume=resume)
    assert (out / "mine.txt").read_text() == "keep me"
    with pytest.raises(UsageError, match="is the source itself"):
        prepare(source, source)
    with pytest.raises(UsageError, match="is a file"):
        prepare(source, out / "mine.txt")


def test_prepared_already_is_said(tones: Tones, tmp_path: Path, content: Content) -> None:
    source, out, said = tones(3), tmp_path / "out", Collected()
    first = prepare(source, out)
    before = content(out)
    assert prepare(source, out, reporter=said) == first
    assert "already prepared" in said.lines[0]
    assert content(out) == before
    with pytest.raises(MenuraError, match="other settings"):
        prepare(source, out, seed=1, resume=True)
    (source / "low/000.wav").unlink()
    with pytest.raises(MenuraError, match="another source"):
        prepare(source, out)
    assert content(out) == before


def test_out_may_lie_in_the_source(tones: Tones) -> None:
    source = tones(3)
    first = prepare(source, source / "out")
    assert prepare(source, source / "out") == first


@pytest.mark.parametrize("place", ["out", "run/corpus", ".hidden/out"])
def test_a_start_that_was_killed_in_the_source_leaves_no_trace(
    tones: Tones, tmp_path: Path, content: Content, place: str
) -> None:
    """Killed before it had a plan: the folder is there, with nothing but the lock in it."""
    source = tones(3)
    first = prepare(source, source / place)
    unbroken = content(source / place)
    shutil.rmtree(source / place)
    (source / place).mkdir()
    (source / place / "menura.lock").touch()
    assert prepare(source, source / place) == first
    assert content(source / place) == unbroken


def test_a_kill_at_the_very_end_is_tidied(tones: Tones, tmp_path: Path, content: Content) -> None:
    source, out = tones(3), tmp_path / "out"
    report = prepare(source, out)
    before = content(out)
    (out / "menura.lock").touch()
    assert prepare(source, out) == report
    assert content(out) == before
    (out / "plan.json").write_text("{}")
    (out / "shards/00000.json").write_text("{}")
    assert PreparedCorpus.open(out).tracks
    assert prepare(source, out) == report
    assert content(out) == before


def test_an_edited_file_is_named(tones: Tones, tmp_path: Path, content: Content) -> None:
    """Of the same size: only its time tells."""
    source, out, said = tones(5), tmp_path / "out", Collected()
    report = prepare(source, out)
    before = content(out)
    samples = read(source / "low/000.wav").samples
    write(Clip(samples[:, ::-1].copy(), 8000), source / "low/000.wav")
    os.utime(source / "low/000.wav", ns=(0, 5))
    assert prepare(source, out, resume=True, reporter=said) == report
    assert content(out) == before
    (line,) = said.warnings
    assert "low/000.wav;" in line
    assert "delete it and prepare again" in line


def test_the_source_is_known_by_its_own_name(
    tones: Tones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tones(2)
    monkeypatch.chdir(source)
    prepare(Path(), tmp_path / "out")
    assert PreparedCorpus.open(tmp_path / "out").about["source"]["name"] == "source"
    assert str(tmp_path).encode() not in (tmp_path / "out/prepared.json").read_bytes()


@pytest.fixture
def interrupted(tones: Tones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`out` of a run that was stopped before its end; the source is tmp_path/source."""
    monkeypatch.setattr(planning, "SHARD_BYTES", (40_000, 40_000))
    source = tones(8)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(preparing, "gather", stop)
        with pytest.raises(KeyboardInterrupt):
            prepare(source, tmp_path / "out")
    return tmp_path / "out"


def test_resume_repeats_nothing_that_is_done(
    interrupted: Path, tmp_path: Path, content: Content
) -> None:
    prepare(tmp_path / "source", tmp_path / "unbroken")
    (interrupted / "shards/00002.json").unlink()
    stray = interrupted / "shards/.0123456789ab.tmp.pcm"
    stray.write_bytes(b"half")
    times = {p.name: p.stat().st_mtime_ns for p in (interrupted / "shards").glob("0*.pcm")}
    said = Collected()
    prepare(tmp_path / "source", interrupted, resume=True, reporter=said)
    assert content(interrupted) == content(tmp_path / "unbroken")
    assert "going on: 3 of 4 parts are done" in said.lines
    done_again = [
        name
        for name, time in times.items()
        if (interrupted / "shards" / name).stat().st_mtime_ns != time
    ]
    assert done_again == ["00002.pcm"]


def test_an_unfinished_place_needs_resume(interrupted: Path, tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match="add --resume"):
        prepare(tmp_path / "source", interrupted)
    assert PreparedCorpus.is_prepared(interrupted)
    with pytest.raises(MenuraError, match=r"not finished.*--resume"):
        PreparedCorpus.open(interrupted)


def test_what_is_none_is_none(tones: Tones, tmp_path: Path) -> None:
    source = tones(1)
    (source / "plan.json").write_text('{"mine": true}')
    (source / "prepared.json").write_text('{"mine": true}')
    for folder in (source, tmp_path / "nowhere"):
        assert not PreparedCorpus.is_prepared(folder)
        with pytest.raises(MenuraError, match="is not a prepared corpus"):
            PreparedCorpus.open(folder)


def test_files_of_others_are_not_deleted(tones: Tones, tmp_path: Path) -> None:
    source, out = tones(2), tmp_path / "mine"
    out.mkdir()
    for name in ("plan.json", "report.json", "report.txt", "tracks.jsonl"):
        (out / name).write_text('{"version": 7}')
    with pytest.raises(MenuraError, match="is not empty"):
        prepare(source, out, resume=True)
    assert len(list(out.iterdir())) == 4


@pytest.mark.parametrize("change", ["new file", "touched", "settings", "plan"])
def test_a_changed_source_is_planned_anew(
    interrupted: Path, tmp_path: Path, content: Content, change: str
) -> None:
    source, seed = tmp_path / "source", 0
    if change == "new file":
        shutil.copy(source / "low/000.wav", source / "low/new.wav")
    elif change == "touched":
        os.utime(source / "low/000.wav", ns=(0, 0))
    elif change == "settings":
        seed = 1
    else:
        (interrupted / "plan.json").write_text("{")
    said = Collected()
    prepare(source, interrupted, resume=True, seed=seed, reporter=said)
    assert any("starting anew" in line for line in said.warnings)
    prepare(source, tmp_path / "unbroken", seed=seed)
    assert content(interrupted) == content(tmp_path / "unbroken")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda out: (out / "tracks.jsonl").write_text("{}\n"), "tracks.jsonl"),
        (lambda out: (out / "tracks.jsonl").unlink(), "tracks.jsonl"),
        (lambda out: (out / "prepared.json").write_text("{"), "damaged .prepared.json"),
        (lambda out: (out / "prepared.json").unlink(), "damaged .prepared.json"),
    ],
)
def test_damage_is_seen(
    tones: Tones, tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    prepare(tones(2), tmp_path / "out")
    damage(tmp_path / "out")
    assert PreparedCorpus.is_prepared(tmp_path / "out")
    for use in (PreparedCorpus.open, lambda out: prepare(tmp_path / "source", out, resume=True)):
        with pytest.raises(MenuraError, match=f"{message}.*delete it and prepare it again"):
            use(tmp_path / "out")


def test_another_version_is_refused(tones: Tones, tmp_path: Path) -> None:
    prepare(tones(2), tmp_path / "out")
    index = tmp_path / "out/prepared.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | {"version": 99}))
    with pytest.raises(MenuraError, match=r"form 99 .* prepare it again"):
        PreparedCorpus.open(tmp_path / "out")
    assert PreparedCorpus.is_prepared(tmp_path / "out")
