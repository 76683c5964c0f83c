"""From a folder of MIDI files to new notes and their sound, through the real command line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import menura as package
from menura import cli
from menura.audio import Clip, read, read_comment, read_score, read_score_comment, write
from menura.foundation.errors import UsageError
from menura.workflows.outputs import notes_beside
from menura.workflows.sound import SoundOptions
from random_scores import folder_of_scores
from tunes import tune


def menura(*words: str | Path, status: int = 0) -> "subprocess.CompletedProcess[str]":
    """Run the command; its exit status must be `status`."""
    command = [sys.executable, "-m", "menura", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with MIDI files in `scores`, a `run` trained on them, and `seed.mid`."""
    place = tmp_path_factory.mktemp("notes")
    folder_of_scores(place / "scores")
    package.train("deepjazz", place / "scores", place / "run", preset="tiny", steps=20)
    shutil.copy(place / "scores" / "tune 0.mid", place / "seed.mid")
    return place


def test_a_run_leaves_previews_to_hear_to_see_and_to_read(place: Path) -> None:
    previews = {path.suffix for path in (place / "run" / "previews").iterdir()}
    assert previews == {".wav", ".mid", ".png"}
    card = (place / "run" / "README.md").read_text()
    assert "| notes, played at | 8000 Hz, mono |" in card
    assert "| can | generate, continue |" in card


def test_generate_writes_sound_and_notes(place: Path) -> None:
    words = ("generate", place / "run", "-n", "2", "--seconds", "1.5", "--seed", "4", "--json")
    done = menura(*words, "--out", place / "made", "--format", "flac")
    files = [Path(name) for name in json.loads(done.stdout)["files"]]
    assert [file.name for file in files] == ["001.flac", "001.mid", "002.flac", "002.mid"]
    for sound, notes in (files[:2], files[2:]):
        assert read(sound).duration_s == 1.5
        assert 0 < read_score(notes).duration_s <= 1.5
        assert read_score_comment(notes) == read_comment(sound)
    assert read_comment(files[2]).endswith("seed 5; seconds 1.5")
    assert "; generate; system " in read_comment(files[2])


def test_a_single_clip_is_made_again(place: Path) -> None:
    run, out = place / "run", place / "again"
    many = package.generate(run, out, n=3, sound=SoundOptions(seconds=1.0))
    [one] = package.generate(run, out, sound=SoundOptions(seconds=1.0, seed=2))
    assert [path.name for path in many] == ["001.wav", "002.wav", "003.wav"]
    assert one.name == "004.wav"
    assert one.read_bytes() == many[2].read_bytes()
    assert read_score(one.with_suffix(".mid")) == read_score(many[2].with_suffix(".mid"))


def test_continue_keeps_the_notes_of_the_seed(place: Path) -> None:
    sound = SoundOptions(seconds=2.0)
    file = package.continue_(place / "run", place / "seed.mid", place / "on.wav", sound=sound)
    assert [path.name for path in notes_beside(file)] == ["on.mid"]
    seed, whole = read_score(place / "seed.mid"), read_score(place / "on.mid")
    assert len(whole.notes) > len(seed.notes)
    for old, kept in zip(seed.notes, whole.notes, strict=False):
        assert (kept.pitch, kept.velocity) == (old.pitch, old.velocity)
        assert kept.start_s == pytest.approx(old.start_s, abs=1e-3)
    assert read(place / "on.wav").duration_s == pytest.approx(seed.duration_s + 2, abs=1e-3)


def test_finishing_is_of_the_sound_and_the_length_of_both(place: Path) -> None:
    sound = SoundOptions(seconds=1.0, loop=True, loudness_lufs=-30)
    [file] = package.generate(place / "run", place / "loops", sound=sound)
    assert read(file).duration_s == 1.0
    assert read_score(file.with_suffix(".mid")).duration_s <= 1.0


@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [
        (("continue", "RUN", "seed.wav", "--out", "x.wav"), 2, "takes notes; give a MIDI file"),
        (("continue", "RUN", "seed.mid", "--out", "seed.wav"), 2, "seed.mid is the clip itself"),
        (("continue", "RUN", "gone.mid", "--out", "x.wav"), 1, "gone.mid"),
        (("reconstruct", "RUN", "seed.mid", "--out", "x.wav"), 2, "a deepjazz system cannot"),
        (("generate", "RUN", "--out", "x", "--label", "slow"), 2, "has learnt no labels"),
        (("generate", "RUN", "--out", "x", "--soundfont", "no.sf2"), 2, "there is no such file"),
        (("spectrogram", "seed.exr", "--out", "x.wav", "--vocoder", "RUN"), 2, "makes notes"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    place: Path,
    words: tuple[str, ...],
    status: int,
    reason: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(place)
    write(Clip(tune(1.0, 8000), 8000), Path("seed.wav"))
    before = sorted(place.iterdir())
    assert cli.run([word.replace("RUN", "run") for word in words]) == status
    assert reason in capsys.readouterr().err
    assert sorted(place.iterdir()) == before


def test_a_system_of_sound_takes_no_midi(place: Path, tmp_path: Path) -> None:
    from tunes import folder_of_tunes

    folder_of_tunes(tmp_path / "tunes", n_files=2)
    package.train("stft-lstm", tmp_path / "tunes", tmp_path / "run", preset="tiny", steps=2)
    with pytest.raises(UsageError, match=r"seed\.mid is MIDI, and a stft-lstm system takes sound"):
        package.continue_(tmp_path / "run", place / "seed.mid", tmp_path / "x.wav")
    with pytest.raises(UsageError, match="--soundfont: a stft-lstm system makes sound by itself"):
        package.generate(tmp_path / "run", tmp_path / "out", soundfont=place / "seed.mid")


def test_starting_from_another_run_and_going_on(place: Path) -> None:
    def log(run: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (place / run / "log.jsonl").read_text().splitlines()]

    prepared = place / "run" / "corpus"
    out, init = place / "further", str(place / "run")
    package.train("deepjazz", prepared, out, preset="tiny", steps=20, init=init)
    assert log("further")[-1]["held_out"] < log("run")[-1]["held_out"]
    package.train("deepjazz", prepared, out, preset="tiny", steps=30, init=init, resume=True)
    # A run from another system looks before its first step: it may not end worse than it began.
    assert [line["step"] for line in log("further")] == [0, 10, 20, 30]
