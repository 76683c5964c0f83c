"""Scores: MIDI files are kept with the sound, or alone, and come back as they were."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import mido
import numpy as np
import pytest

from menura.audio import Clip, Note, Score, read, read_score, write, write_score
from menura.corpora import Found, Track
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus, Settings, build, engines, planning
from menura.workflows.features import features
from menura.workflows.prepare import prepare
from menura.workflows.train import train
from menura.workflows.verify import verify

Content = Callable[[Path], dict[str, bytes]]
SETTINGS = Settings("pairs", 0.5, 0.3, 0)


def tune(path: Path, pitch: int, beats: int = 4) -> Path:
    """A scale of half-second notes."""
    notes = tuple(Note(beat / 2, (beat + 1) / 2, pitch + beat) for beat in range(beats))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_score(path, Score(notes, tempo_bpm=120.0, key="D"))
    return path


def played(path: Path, seed: int) -> Path:
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, (1, 8001)).astype(np.float32)
    write(Clip(noise, 8000), path)
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> tuple[Path, Found]:
    """Five sounds, of which the first four have scores: good, good, broken, gone."""
    root = tmp_path / "source"
    scores: list[Path | None] = [tune(root / "0.mid", 60), tune(root / "1.mid", 50)]
    (root / "2.mid").write_bytes(b"MThd" + bytes(3))
    scores += [root / "2.mid", root / "3.mid", None]
    tracks = tuple(
        Track(f"{number}.wav", str(number), played(root / f"{number}.wav", number), score=score)
        for number, score in enumerate(scores)
    )
    return root, Found(tracks)


def prepare_pairs(pairs: tuple[Path, Found], out: Path, resume: bool = False) -> PreparedCorpus:
    root, found = pairs
    with engines.load("local", 2) as crew:
        build(root, out, found, SETTINGS, engine=crew, resume=resume, reporter=Reporter())
    return PreparedCorpus.open(out)


def test_sound_and_score(pairs: tuple[Path, Found], tmp_path: Path) -> None:
    corpus = prepare_pairs(pairs, tmp_path / "out")
    for index, track in enumerate(corpus.tracks):
        samples = read(pairs[0] / track.id).samples
        assert np.allclose(corpus.read(track, 0, track.n_samples), samples, atol=1e-4)
        assert track.offset % 2 == 0
        assert track.duration_s == 8001 / 8000
        if index < 2:
            assert corpus.score(index) == read_score(pairs[0] / f"{index}.mid")
            assert track.score_s == 2.0
        else:
            assert track.score is None
            with pytest.raises(MenuraError, match=r"wav has no notes in .*out"):
                corpus.score(index)
    assert corpus.rendition(4000, 1).read(4, 0, 4000).any()
    assert verify(tmp_path / "out").whole
    text = (tmp_path / "out/report.txt").read_text()
    assert "2.wav: its score (2.mid) is left out: " in text
    assert "3.wav: its score (3.mid) is left out: there is no such file" in text


def test_a_changed_score_is_a_changed_source(pairs: tuple[Path, Found], tmp_path: Path) -> None:
    prepare_pairs(pairs, tmp_path / "out")
    tune(pairs[0] / "1.mid", 50, beats=9)
    with pytest.raises(MenuraError, match="another source"):
        prepare_pairs(pairs, tmp_path / "out")


@pytest.fixture
def tunes(tmp_path: Path) -> Path:
    """Ten tunes, and what a folder of notes should not hold."""
    root = tmp_path / "tunes"
    for number in range(10):
        tune(root / f"{'fast' if number % 2 else 'slow'}/{number}.mid", 40 + number, 4 + number)
    tune(root / "slow/short.mid", 60, beats=1)
    write_score(root / "slow/empty.mid", Score(()))
    (root / "slow/cut.mid").write_bytes((root / "slow/0.mid").read_bytes()[:-9])
    return root


def test_notes_alone(tunes: Path, tmp_path: Path, content: Content) -> None:
    report = prepare(tunes, tmp_path / "out", corpus="notes", workers=1)
    corpus = PreparedCorpus.open(tmp_path / "out")
    reasons = {item.file: item.reason for item in report.dropped}
    assert reasons.keys() == {"slow/short.mid", "slow/empty.mid", "slow/cut.mid"}
    assert "too short: 0.5 s of notes" in reasons["slow/short.mid"]
    assert "without notes" in reasons["slow/empty.mid"]
    assert "cut short" in reasons["slow/cut.mid"]
    sides: dict[str, set[str]] = defaultdict(set)
    for index, track in enumerate(corpus.tracks):
        assert corpus.score(index) == read_score(tunes / track.id)
        assert track.duration_s == pytest.approx(mido.MidiFile(tunes / track.id).length)
        assert not track.has_sound
        assert corpus.read(track, 0, 10).shape == (0, 10)
        sides[track.group].add(track.split)
    assert all(len(splits) == 1 for splits in sides.values())
    assert report.splits.keys() == {"train", "valid"}
    assert report.seconds == pytest.approx(sum((4 + number) / 2 for number in range(10)))
    assert verify(tmp_path / "out").whole
    prepare(tunes, tmp_path / "many", corpus="notes", workers=3)
    one, many = content(tmp_path / "out"), content(tmp_path / "many")
    assert one == many


def test_what_needs_sound_says_so(tunes: Path, tmp_path: Path) -> None:
    prepare(tunes, tmp_path / "out", corpus="notes")
    for use in (
        lambda: PreparedCorpus.open(tmp_path / "out").rendition(8000, 1),
        lambda: train("stft-lstm", tmp_path / "out", tmp_path / "run", preset="tiny", steps=1),
        lambda: features(tmp_path / "out", tmp_path / "table.csv"),
    ):
        with pytest.raises(MenuraError, match="sound") as error:
            use()
        assert "\n" not in str(error.value)
        assert str(tmp_path / "out") in str(error.value)


def test_notes_beside_sound(tunes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sound system learns from the sound alone."""
    monkeypatch.setattr(planning, "SHARD_BYTES", (16_000, 16_000))
    for number in range(3):
        played(tmp_path / f"sound/{number}.wav", number)
    prepare(tmp_path / "sound", tmp_path / "out")
    prepare(tunes, tmp_path / "out", corpus="notes", append=True)
    corpus = PreparedCorpus.open(tmp_path / "out")
    assert [track.has_sound for track in corpus.tracks] == [True] * 3 + [False] * 10
    made = corpus.rendition(4000, 1)
    assert [track.id for track in made.tracks] == ["0.wav", "1.wav", "2.wav"]
    assert corpus.score(3) == read_score(tunes / corpus.tracks[3].id)
