"""Files that hold the same recording are found, whatever was done to them, and no others."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from jaxtyping import Float32, UInt32

from menura.audio import Clip, resample, write
from menura.audio.fingerprint import fingerprint
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus, planning, preparing
from menura.prepared.duplicates import Alike, Listened, among_kept, superfluous
from menura.prepared.matching import SHORTEST_S, from_text, matches, to_text
from menura.prepared.sets import Sets
from menura.workflows.prepare import PrepareReport, prepare

RATE = 22_050
Content = Callable[[Path], dict[str, bytes]]


def music(seed: int, seconds: float = 12.0) -> Float32[np.ndarray, "1 time"]:
    """Plucked notes at random over a little noise."""
    rng = np.random.default_rng(seed)
    sound = 0.01 * rng.standard_normal(round(seconds * RATE))
    for _ in range(round(seconds * 6)):
        start = int(rng.integers(0, len(sound) - RATE // 4))
        t = np.arange(min(RATE, len(sound) - start)) / RATE
        hz = 110.0 * 2 ** (rng.integers(0, 36) / 12)
        for overtone in range(1, 6):
            sound[start : start + len(t)] += (
                np.sin(2 * np.pi * hz * overtone * t) * np.exp(-4 * t) / overtone
            )
    return (0.4 * sound / np.abs(sound).max()).astype(np.float32)[None]


def words(sound: Float32[np.ndarray, "1 time"], rate: int = RATE) -> UInt32[np.ndarray, " words"]:
    return fingerprint(sound, rate)


def part(
    sound: Float32[np.ndarray, "1 time"], start_s: float, stop_s: float
) -> Float32[np.ndarray, "1 time"]:
    return sound[:, round(start_s * RATE) : round(stop_s * RATE)]


def pairs(prints: list[UInt32[np.ndarray, " _"]]) -> set[tuple[int, int]]:
    return {(match.first, match.second) for match in matches(prints)}


@pytest.mark.parametrize("start_s", [0.0, 0.024, 1.0, 4.321])
def test_a_stretch_of_three_seconds_is_found(start_s: float) -> None:
    prints = [words(part(music(0), start_s, start_s + SHORTEST_S)), words(music(1))]
    (match,) = matches([*prints, words(music(0))])
    assert (match.first, match.second) == (0, 2)
    assert match.seconds == pytest.approx(SHORTEST_S, abs=0.3)


def test_a_stretch_inside_other_sound_is_found() -> None:
    mixed = [
        np.concatenate([music(5, 4.0), part(music(0), 2, 7), music(6, 5.0)], axis=1),
        np.concatenate([music(7, 6.3), part(music(0), 1, 6)], axis=1),
    ]
    (match,) = matches([words(sound) for sound in mixed])
    assert match.seconds == pytest.approx(4.0, abs=0.8)


def test_a_third_of_that_is_not_found() -> None:
    short = np.concatenate([music(2, 5.0), part(music(0), 4, 5), music(1, 8.0)], axis=1)
    assert pairs([words(music(0)), words(short)]) == set()


def test_enough_pairs_to_join_all_and_no_more() -> None:
    sound = music(0, 30.0)
    prints = [words(part(sound, 4 * n, 4 * n + 8)) for n in range(6)] + [words(music(1))]
    found = matches(prints)
    assert len(found) == 5
    joined = Sets[int]()
    for match in found:
        joined.join(match.first, match.second)
    assert sorted(map(sorted, joined.all())) == [[0, 1, 2, 3, 4, 5]]
    assert matches(prints, [0, 0, 0, 0, 0, 0, 1]) == []


def test_fifty_copies_and_no_copies() -> None:
    copy = words(music(0))
    others = [words(music(seed, 4.0)) for seed in range(1, 5)]
    assert len(matches([copy] * 50 + others)) == 49
    assert matches(others) == []
    assert matches([]) == []
    assert matches([np.zeros(0, np.uint32), np.zeros(500, np.uint32)] * 2) == []


def test_what_merely_sounds_alike_is_not_joined() -> None:
    """Steady and dying tones, a beat of the same drum with other noise, notes of one timbre."""
    t = np.arange(5 * RATE) / RATE
    rng = np.random.default_rng(0)
    beat = np.exp(-20 * (t % 0.5))
    sounds = [0.3 * np.sin(2 * np.pi * hz * t) * np.exp(-t / 2) for hz in (440, 441, 466, 880)]
    sounds += [0.3 * np.sin(2 * np.pi * 440 * t) * np.exp(-t * rate) for rate in (0.1, 1.0)]
    sounds += [0.1 * beat * rng.standard_normal(len(t)) for _ in range(4)]
    sounds += [0.01 * rng.standard_normal(len(t)) for _ in range(4)]
    sounds += [np.zeros(len(t)), 0.3 * np.sin(2 * np.pi * 440 * t), 0.2 * np.sin(2765 * t)]
    assert pairs([words(sound.astype(np.float32)[None]) for sound in sounds]) == set()


def test_text_and_back() -> None:
    kept = words(music(0, 2.0))
    assert np.array_equal(from_text(to_text(kept)), kept)
    assert from_text("").shape == (0,)


def test_clips_of_real_tracks(recordings: Path) -> None:
    """Every pair that is found is of one track, and cut, encoded copies are found."""
    with (recordings / "clips/clips.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::6]
    tracks = [(row["title"], row["artist"]) for row in rows]
    prints, copies = [], []
    for row in rows:
        path = recordings / "clips/genres_original" / row["file"]
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
        prints.append(fingerprint(np.ascontiguousarray(sound.T), rate))
        mono = sound[7 * rate : 12 * rate].mean(axis=1, dtype=np.float32)
        cut = resample(Clip(0.4 * mono[None], rate), 16_000)
        copies.append(fingerprint(cut.samples, 16_000))
    found = matches([*prints, *copies])
    n = len(rows)
    assert all(tracks[match.first % n] == tracks[match.second % n] for match in found)
    joined = Sets[int]()
    for match in found:
        joined.join(match.first, match.second)
    found_copies = sum(joined.together(number, number + n) for number in range(n))
    assert found_copies >= 0.95 * n


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight recordings; of the first an mp3, a later half in ogg at another rate, a whole copy."""
    root = tmp_path / "source"
    for seed in range(8):
        write(Clip(music(seed), RATE), root / f"{seed}.wav")
    quiet = Clip(music(0) * np.float32(0.2), RATE)
    write(quiet, root / "other" / "quiet.mp3")
    late = Clip(part(music(0), 5.013, 12), RATE)
    write(resample(late, 16_000), root / "other" / "late.ogg")
    shutil.copy(root / "1.wav", root / "other" / "copy.wav")
    return root


def sides(out: Path) -> dict[str, tuple[str, str]]:
    return {t.id: (t.group, t.split) for t in PreparedCorpus.open(out).tracks}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_copies_are_on_one_side(folder: Path, tmp_path: Path, seed: int) -> None:
    report = prepare(folder, tmp_path / "out", workers=1, held_out=0.4, seed=seed)
    found = sides(tmp_path / "out")
    assert found["0.wav"] == found["other/quiet.mp3"] == found["other/late.ogg"]
    assert found["1.wav"] == found["other/copy.wav"]
    assert len({group for group, _ in found.values()}) == 8
    assert report.notes[-2:] == (
        "0.wav, other/late.ogg and other/quiet.mp3 hold the same recording, kept on one side of "
        "the split",
        "1.wav and other/copy.wav: the same sound, kept on one side of the split",
    )
    assert b"words" not in (tmp_path / "out/tracks.jsonl").read_bytes()


def test_an_appended_copy_comes_to_the_side_of_its_recording(folder: Path, tmp_path: Path) -> None:
    """However it was made, and whatever the folder is called."""
    later = tmp_path / "later"
    shutil.move(folder / "other", later)
    write(Clip(music(20), RATE), later / "new.wav")
    prepare(folder, tmp_path / "out", workers=1, held_out=0.4)
    before = sides(tmp_path / "out")
    prepare(later, tmp_path / "out", workers=1, held_out=0.4, append=True)
    found = sides(tmp_path / "out")
    assert before.items() <= found.items()
    assert found["quiet.mp3"] == found["late.ogg"] == before["0.wav"]
    assert found["copy.wav"] == before["1.wav"]
    assert found["new.wav"][0] not in {group for group, _ in before.values()}
    again = tmp_path / "again"  # what was appended is known as well
    write(Clip(music(20)[:, RATE:], RATE), again / "cut.flac")
    prepare(again, tmp_path / "out", workers=1, append=True)
    assert sides(tmp_path / "out")["cut.flac"] == found["new.wav"]


def test_drop_leaves_one_of_each(folder: Path, tmp_path: Path) -> None:
    report = prepare(folder, tmp_path / "out", workers=1, duplicates="drop")
    assert sorted(sides(tmp_path / "out")) == [f"{seed}.wav" for seed in range(8)]
    assert {item.file: item.reason for item in report.dropped} == {
        "other/quiet.mp3": "the same recording as 0.wav, which is kept",
        "other/late.ogg": "the same recording as 0.wav, which is kept",
        "other/copy.wav": "the same recording as 1.wav, which is kept",
    }


def test_ignore_takes_every_file_for_its_own(folder: Path, tmp_path: Path) -> None:
    report = prepare(folder, tmp_path / "out", workers=1, duplicates="ignore")
    assert len({group for group, _ in sides(tmp_path / "out").values()}) == report.kept == 11
    assert not any("same" in note for note in report.notes)


def test_other_words_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--duplicates is group, drop, ignore, not none"):
        prepare(folder, tmp_path / "out", duplicates="none")
    with pytest.raises(UsageError, match="--trim-silence-db is a level"):
        prepare(folder, tmp_path / "out", trim_silence_db=3.0)


def test_splits_that_are_stated_are_left_and_crossings_said(folder: Path, tmp_path: Path) -> None:
    rows = [f"{seed}.wav,train" for seed in range(7)] + ["7.wav,valid", "other/late.ogg,test"]
    (folder / "labels.csv").write_text("\n".join(["file,split", *rows]) + "\n")
    report = prepare(folder, tmp_path / "out", workers=1)
    found = sides(tmp_path / "out")
    assert (found["0.wav"][1], found["other/late.ogg"][1]) == ("train", "test")
    assert any(
        note.startswith("0.wav and other/late.ogg hold the same recording, and the corpus puts")
        for note in report.notes
    )


def test_resume_finds_the_same(
    folder: Path, tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "SHARD_BYTES", (1_000_000, 1_000_000))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(preparing, "gather", stop)
        with pytest.raises(KeyboardInterrupt):
            prepare(folder, tmp_path / "out", workers=1)
    (tmp_path / "out/shards/00001.json").unlink()
    prepare(folder, tmp_path / "out", workers=1, resume=True)
    prepare(folder, tmp_path / "unbroken", workers=2)
    assert content(tmp_path / "out") == content(tmp_path / "unbroken")


def listened(id: str, seconds: float, given: str | None = None) -> Listened:
    return Listened(id, id, given, id, seconds, "")  # type: ignore[arg-type]


def test_the_strictest_then_the_longest_is_kept() -> None:
    tracks = [listened("a", 20), listened("b", 30), listened("c", 5, "test"), listened("d", 9)]
    found = [
        Alike("a", "b", 19, exact=False),  # a is in b
        Alike("b", "c", 5, exact=False),  # c is in b, but c is for the test
        Alike("b", "d", 8, exact=False),  # d is not all in b
    ]
    dropped = superfluous(tracks, found)
    assert dropped == {"a": "b"}
    assert among_kept(found, dropped) == [("b", "c"), ("b", "d")]


def test_copies_of_copies_are_dropped_for_the_one_kept() -> None:
    tracks = [listened(name, 10) for name in "abc"]
    found = [Alike("a", "c", 10, exact=False), Alike("c", "b", 9.5, exact=False)]
    assert superfluous(tracks, found) == {"c": "a", "b": "a"}


def trimmed(tmp_path: Path, level: float, min_seconds: float = 0.5) -> PrepareReport:
    """0.73 s of quiet, 1 s of tone, 2 s of quiet; and a tone alone."""
    t = np.arange(RATE) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 440 * t)
    quiet = 1e-5 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)
    sound = np.concatenate([quiet[: round(0.73 * RATE)], tone, quiet]).astype(np.float32)[None]
    write(Clip(sound, RATE), tmp_path / "source/a.flac")
    write(Clip(tone.astype(np.float32)[None], RATE), tmp_path / "source/b.flac")
    return prepare(
        tmp_path / "source",
        tmp_path / "out",
        workers=1,
        trim_silence_db=level,
        min_seconds=min_seconds,
    )


def test_silence_at_the_ends_is_cut_to_the_frame(tmp_path: Path) -> None:
    report = trimmed(tmp_path, -60)
    corpus = PreparedCorpus.open(tmp_path / "out")
    first, second = corpus.tracks
    assert first.duration_s == pytest.approx(1.1)  # 0.7 s … 1.8 s
    assert second.duration_s == 1.0
    whole, _ = soundfile.read(tmp_path / "source/a.flac", dtype="float32")
    start = round(0.7 * RATE)
    stored = corpus.read(first, 0, first.n_samples)
    assert np.array_equal(stored[0], whole[start : start + first.n_samples])
    assert first.silent == ()
    assert (tmp_path / "out/shards/00000.pcm").stat().st_size == 2 * round(2.1 * RATE)
    assert "2.6 s below -60 dBFS cut off the ends of 1 of 2 files" in report.notes


def test_trimming_never_leaves_nothing(tmp_path: Path) -> None:
    report = trimmed(tmp_path, -1)
    assert report.seconds == pytest.approx(4.73, abs=1e-3)
    assert "0.0 s below -1 dBFS cut off the ends of 0 of 2 files" in report.notes


def test_what_is_too_short_without_its_silence_is_left_out(tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match=r"a.flac: too short: 1.1 s without the silence"):
        trimmed(tmp_path, -60, min_seconds=2.0)


def test_settings_are_kept_and_compared(folder: Path, tmp_path: Path) -> None:
    said = Collected()
    prepare(folder, tmp_path / "out", workers=1, trim_silence_db=-60.0, duplicates="ignore")
    about = json.loads((tmp_path / "out/prepared.json").read_text())
    assert '"trim_silence_db": -60.0' in json.dumps(about)
    prepare(
        folder,
        tmp_path / "out",
        workers=1,
        trim_silence_db=-60,
        duplicates="ignore",
        reporter=said,
    )
    assert "already prepared" in said.lines[0]
    with pytest.raises(MenuraError, match="other settings"):
        prepare(folder, tmp_path / "out", workers=1, duplicates="ignore")
