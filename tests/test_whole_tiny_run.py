"""From a folder of recordings to new music, through the real command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import menura as package
from menura import cli
from menura.audio import Clip, integrated_lufs, read, read_comment, write
from menura.foundation.errors import UsageError
from menura.foundation.reporting import Collected, Reporter
from menura.workflows.sound import SoundOptions
from tunes import assert_loops, folder_of_tunes, tune


def menura(*words: str | Path, status: int = 0) -> "subprocess.CompletedProcess[str]":
    """Run the command; its exit status must be `status`."""
    command = [sys.executable, "-m", "menura", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


def results(*words: str | Path) -> Any:
    return json.loads(menura(*words, "--json").stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `recordings`, `prepared`, a trained `run` and a `seed.wav`."""
    place = tmp_path_factory.mktemp("whole")
    folder_of_tunes(place / "recordings" / "old", n_files=3)
    folder_of_tunes(place / "recordings" / "new", n_files=3, sample_rate=16_000)
    (place / "recordings" / "notes.txt").write_text("not sound")
    (place / "recordings" / "broken.wav").write_bytes(b"RIFFgarbage")
    write(Clip(tune(1.5, 16_000, seed=50, n_channels=2), 16_000), place / "seed.wav")
    report = results("prepare", place / "recordings", "--out", place / "prepared")
    assert report["kept"] == 6
    assert [Path(dropped["file"]).name for dropped in report["dropped"]] == ["broken.wav"]
    trained = results(
        *("train", "stft-lstm", place / "prepared", "--out", place / "run"),
        *("--preset", "tiny", "--steps", "30", "--set", "training.evaluate_every=10"),
    )
    assert trained["steps"] == 30
    return place


def test_the_run_says_how_it_went(place: Path) -> None:
    log = [json.loads(line) for line in (place / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [10, 20, 30]
    assert log[-1]["held_out"] < log[0]["held_out"]
    assert list((place / "run" / "tensorboard").iterdir())
    metrics = json.loads((place / "run" / "metrics.json").read_text())
    assert metrics["stopped"] == "30 steps are done"


def test_generate(place: Path) -> None:
    words = ["generate", place / "run", "-n", "3", "--seconds", "1.5", "--seed", "4"]
    files = results(*words, "--out", place / "made")["files"]
    clips = [read(Path(file)) for file in files]
    assert [clip.n_samples for clip in clips] == [12_000] * 3
    assert not np.array_equal(clips[0].samples, clips[1].samples)
    again = results(*words, "--out", place / "again")["files"]
    np.testing.assert_array_equal(read(Path(again[2])).samples, clips[2].samples)
    comments = [read_comment(Path(file)) for file in files]
    ends = [comment.split("; ")[3:] for comment in comments]
    assert ends == [[f"seed {seed}", "seconds 1.5"] for seed in (4, 5, 6)]
    assert "; generate; system " in comments[0]


def test_a_single_clip_is_made_again(place: Path) -> None:
    run, out = place / "run", place / "one"
    many = package.generate(run, out, n=18, sound=SoundOptions(seconds=1.0))
    [one] = package.generate(run, out, sound=SoundOptions(seconds=1.0, seed=17))
    assert one.name == "019.wav", "what is there stays"
    np.testing.assert_allclose(read(one).samples, read(many[17]).samples, atol=2e-3)
    assert read_comment(one) == read_comment(many[17])


def test_making_many_tells_how_far_it_is(place: Path) -> None:
    class Told(Reporter):
        lines: ClassVar[list[str]] = []

        def progress(self, done: float, total: float, line: str) -> None:
            self.lines.append(f"{done:g}/{total:g} {line}")

    sound = SoundOptions(seconds=0.1)
    package.generate(place / "run", place / "many", n=40, sound=sound, reporter=Told())
    assert Told.lines == [f"{n}/40 {n} of 40 clips made" for n in (0, 16, 32)]


@pytest.mark.parametrize("seconds", [0.3, 0.8, 2.0])
def test_loops(place: Path, seconds: float) -> None:
    sound, told = SoundOptions(seconds=seconds, loop=True), Collected()
    run, seed, ring = place / "run", place / "seed.wav", place / "ring.wav"
    [new] = package.generate(run, place / "loops", sound=sound, reporter=told)
    assert_loops(read(new))
    assert read(new).duration_s == seconds
    package.continue_(run, seed, ring, sound=sound, reporter=told)
    assert_loops(read(ring))
    assert read(ring).duration_s == 1.5 + seconds
    assert "the loop is" not in "".join(told.warnings)
    package.reconstruct(run, str(seed), str(ring), sound=sound, reporter=told)
    assert_loops(read(ring))
    assert read(ring).duration_s == min(1.0, seconds)
    assert ("the loop is 1.00 s long, not 2.00 s" in "".join(told.warnings)) == (seconds == 2)
    assert told.lines[-1].startswith("replaced ")


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (("--label", "old"), "this stft-lstm system has learnt no labels to follow"),
        (("--prompt", "slow"), "--prompt: a stft-lstm system has learnt no words"),
        (("--guidance", "2"), "this stft-lstm system has learnt no labels to follow"),
        (("--seconds", "1e9"), "--seconds must be above 0 and at most 86400"),
        (("--loudness", "5"), "--loudness must be -70…0"),
    ],
)
def test_options_without_a_use_are_refused(
    place: Path, option: tuple[str, str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["generate", str(place / "run"), "--out", str(place / "none"), *option]) == 2
    assert reason in capsys.readouterr().err
    assert not (place / "none").exists()


def test_a_clip_is_never_written_over_by_what_is_made_of_it(place: Path) -> None:
    clip = place / "kept.wav"
    write(Clip(tune(1.0, 8000), 8000), clip)
    before = clip.read_bytes()
    with pytest.raises(UsageError, match="is the clip itself; give another name"):
        package.continue_(place / "run", clip, clip)
    assert clip.read_bytes() == before


def test_continue_and_reconstruct(place: Path) -> None:
    words = ("continue", place / "run", place / "seed.wav", "--seconds", "2")
    done = menura(*words, "--out", place / "longer.mp3")
    assert read(place / "longer.mp3").duration_s == pytest.approx(3.5, abs=0.1)
    assert "content above 4 kHz is lost" in done.stderr
    assert "2 channels → mono" in done.stderr
    menura("reconstruct", place / "run", place / "seed.wav", "--out", place / "heard.flac")
    assert read(place / "heard.flac").n_samples == 12_000


def test_finishing(place: Path) -> None:
    words = ("generate", place / "run", "--seconds", "2", "--format", "flac")
    menura(*words, "--out", place / "soft", "--loudness", "-30", "--fade-out", "0.5")
    clip = read(place / "soft" / "001.flac")
    assert clip.n_samples == 16_000
    assert np.abs(clip.samples[:, -8:]).max() < 1e-3
    menura(*words, "--out", place / "loud", "--loudness", "-30")
    assert integrated_lufs(read(place / "loud" / "001.flac")) == pytest.approx(-30, abs=0.5)
    done = menura(*words, "--out", place / "high", "--loudness", "0")
    reached = integrated_lufs(read(place / "high" / "001.flac"))
    assert f"the loudness is {reached:.1f} LUFS, not 0" in done.stderr


def test_spectrogram(place: Path) -> None:
    words = ("spectrogram", place / "seed.wav", "--representation", "log-power")
    menura(*words, "--out", place / "seed.png")
    assert (place / "seed.png").read_bytes().startswith(b"\x89PNG")


def test_a_raw_folder_is_prepared_on_the_way(place: Path) -> None:
    run = place / "from raw"
    words = ("train", "stft-lstm", place / "recordings", "--out", run, "--preset", "tiny")
    said = menura(*words, "--steps", "3").stderr
    assert "broken.wav" in said
    assert (run / "corpus" / "prepared.json").is_file()
    assert (run / "system.json").is_file()


def test_starting_from_another_run(place: Path) -> None:
    words = ("train", "stft-lstm", place / "prepared", "--preset", "tiny", "--steps", "10")
    further = results(*words, "--out", place / "further", "--init", place / "run")
    first = json.loads((place / "run" / "log.jsonl").read_text().splitlines()[0])
    assert further["held_out"] < first["held_out"]


def test_a_run_goes_on_where_it_ended(place: Path) -> None:
    words = ("train", "stft-lstm", place / "prepared", "--out", place / "run", "--preset", "tiny")
    setting = ("--set", "training.evaluate_every=10")
    refused = menura(*words, *setting, "--steps", "40", status=1)
    assert "--resume" in refused.stderr
    other = menura(*words, *setting, "--steps", "40", "--seed", "3", "--resume", status=1)
    assert "seed" in other.stderr
    more = results(*words, *setting, "--steps", "40", "--resume")
    assert more["steps"] == 40


@pytest.mark.parametrize("verb", ["inpaint", "vary", "interpolate"])
def test_verbs_without_the_power_are_refused_helpfully(place: Path, verb: str) -> None:
    seed = place / "seed.wav"
    words = {
        "inpaint": (seed, "--from", "0.2", "--to", "0.4", "--out", place / "x.wav"),
        "vary": (seed, "--strength", "0.5", "--out", place / "x.wav"),
        "interpolate": (seed, seed, "--out", place / "x"),
    }[verb]
    said = menura(verb, place / "run", *words, status=2).stderr
    assert f"a stft-lstm system cannot {verb}" in said
    assert not (place / "x.wav").exists()


def test_labels_of_a_system_without_any(place: Path) -> None:
    assert results("list", "labels", place / "run") == []
