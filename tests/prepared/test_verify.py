"""verify: every damaged byte is found and named; --resume makes exactly that again; copies work."""

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, write
from menura.cli import run
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus, planning, preparing
from menura.workflows.prepare import prepare
from menura.workflows.verify import verify

Tones = Callable[..., Path]
Content = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def whole(tones: Tones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of 8 tones in 4 shards; the source is tmp_path/source."""
    monkeypatch.setattr(planning, "SHARD_BYTES", (32_000, 32_000))
    prepare(tones(8), tmp_path / "out", workers=1)
    assert len(list((tmp_path / "out/shards").iterdir())) == 4
    return tmp_path / "out"


def flip(path: Path, at: int = 1000) -> None:
    """Change one bit; size and time stay."""
    before, data = path.stat(), bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


class Seen(Reporter):
    def __init__(self) -> None:
        self.done: list[tuple[float, float]] = []

    def progress(self, done: float, total: float, line: str) -> None:
        self.done.append((done, total))


def test_a_whole_one_is_whole(whole: Path, content: Content) -> None:
    PreparedCorpus.open(whole).rendition(4000, 1)
    before, seen = content(whole), Seen()
    report = verify(whole, reporter=seen)
    assert report.whole
    assert (report.tracks, report.shards, report.damages) == (8, 4, ())
    rendered = sum(len(v) for k, v in before.items() if k.endswith(".pcm"))
    assert report.bytes == rendered == seen.done[-1][0]
    assert content(whole) == before
    about = json.loads((whole / "prepared.json").read_text())
    assert about["byte_order"] == "little"


@pytest.mark.parametrize(
    ("part", "damage", "problem", "tracks"),
    [
        ("shards/00002.pcm", flip, "its content was changed", ("low/000.wav", "low/002.wav")),
        ("shards/00001.pcm", Path.unlink, "is missing", ("high/005.wav", "high/007.wav")),
        (
            "shards/00000.pcm",
            lambda path: path.write_bytes(path.read_bytes()[:-2]),
            "has 31998 bytes instead of 32000",
            ("high/001.wav", "high/003.wav"),
        ),
        ("tracks.jsonl", flip, "is missing or was changed", ()),
        ("report.json", Path.unlink, "is missing", ()),
        ("report.json", lambda path: path.write_text('{"kept": []}'), "names other tracks", ()),
        ("renditions/4000x1/00003.pcm", flip, "its content was changed", ()),
    ],
)
def test_what_is_damaged_is_named(
    whole: Path,
    part: str,
    damage: Callable[[Path], object],
    problem: str,
    tracks: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    PreparedCorpus.open(whole).rendition(4000, 1)
    damage(whole / part)
    report = verify(whole)
    assert not report.whole
    [found] = report.damages
    assert found.part == part
    assert found.problem.startswith(problem)
    assert found.tracks == tracks
    assert run(["verify", str(whole)]) == 1
    out = capsys.readouterr().out
    assert part in out
    assert found.mend in out
    assert all(track in out for track in tracks)


def test_the_command_answers(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(whole)]) == 0
    assert "whole (8 tracks in 4 shards" in capsys.readouterr().out
    flip(whole / "shards/00003.pcm")
    assert run(["verify", str(whole), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["whole"] is False
    assert [damage["part"] for damage in answer["damages"]] == ["shards/00003.pcm"]
    assert run(["verify", str(whole.parent / "source")]) == 1
    assert "is not a prepared corpus" in capsys.readouterr().err


def test_an_index_that_does_not_fit_is_seen(whole: Path) -> None:
    about = json.loads((whole / "prepared.json").read_text())
    (whole / "prepared.json").write_text(json.dumps(about | {"shards": about["shards"][:-1]}))
    problems = {damage.problem for damage in verify(whole).damages}
    assert "names 3 shards, and 4 were made" in problems
    assert "names sound that is in no shard" in problems


@pytest.mark.parametrize("damage", [flip, Path.unlink, lambda path: path.write_bytes(b"")])
def test_resume_makes_only_what_is_damaged_again(
    whole: Path,
    tmp_path: Path,
    content: Content,
    damage: Callable[[Path], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = content(whole)
    times = {path: path.stat().st_mtime_ns for path in whole.rglob("*") if path.is_file()}
    damage(whole / "shards/00001.pcm")
    prepare(tmp_path / "source", whole, resume=True, workers=1)
    assert content(whole) == before
    assert verify(whole).whole
    assert [path.name for path, time in times.items() if path.stat().st_mtime_ns != time] == [
        "00001.pcm"
    ]


def test_a_shard_that_cannot_be_made_again_stays(
    whole: Path, tmp_path: Path, content: Content
) -> None:
    """The source has the same names and sizes, but other sound."""
    flip(whole / "shards/00003.pcm")
    damaged = content(whole)
    rng = np.random.default_rng(0)
    noise = rng.uniform(-0.4, 0.4, (1, 8000)).astype(np.float32)
    write(Clip(noise, 8000), tmp_path / "source/low/004.wav")
    with pytest.raises(MenuraError, match=r"00003.pcm is damaged and cannot be made again"):
        prepare(tmp_path / "source", whole, resume=True, workers=1)
    assert content(whole) == damaged


def test_open_says_what_makes_it_whole_again(whole: Path) -> None:
    (whole / "shards/00000.pcm").unlink()
    for use in (PreparedCorpus.open, lambda out: prepare(whole.parent / "source", out)):
        with pytest.raises(MenuraError, match=r"shards/00000.pcm .* with --resume, from the same"):
            use(whole)


def test_another_place_read_only_without_its_source(
    whole: Path, tmp_path: Path, content: Content
) -> None:
    corpus = PreparedCorpus.open(whole)
    sound = [corpus.read(track, 0, track.n_samples) for track in corpus.tracks]
    moved = tmp_path / "other machine" / "corpus"
    shutil.copytree(whole, moved)
    shutil.rmtree(tmp_path / "source")
    shutil.rmtree(whole)
    for path in (moved, *moved.rglob("*")):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    before = content(moved)
    copy = PreparedCorpus.open(moved)
    assert copy.fingerprint == corpus.fingerprint
    for track, samples in zip(copy.tracks, sound, strict=True):
        assert np.array_equal(copy.read(track, 0, track.n_samples), samples)
    assert verify(moved).whole
    made = copy.rendition(4000, 1, folder=tmp_path / "rendition")
    assert made.read(0, 0, 2000).any()
    assert content(moved) == before
    assert not any(str(tmp_path).encode() in data for data in before.values())
    for path in (moved, *moved.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def test_stopped_while_repairing(
    whole: Path, tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(whole)
    flip(whole / "shards/00001.pcm")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(preparing, "make_again", stop)
        with pytest.raises(KeyboardInterrupt):
            prepare(tmp_path / "source", whole, resume=True)
    (whole / "repair").mkdir()
    (whole / "repair/00001.pcm").write_bytes(b"half")
    prepare(tmp_path / "source", whole, resume=True)
    assert content(whole) == before
