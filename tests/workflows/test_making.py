"""What verbs of sound have in common: the comment tag of a file says how to make it again."""

from pathlib import Path

import numpy as np
import pytest

from menura import audio, systems
from menura.audio import Clip, Note, Played, Score, read_comment, write
from menura.foundation.errors import UsageError
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__
from menura.recipes import trainable
from menura.systems import Prompt, System
from menura.training.assembly import new_system
from menura.workflows import making
from menura.workflows.continue_ import continue_
from menura.workflows.generate import generate
from menura.workflows.making import Making
from menura.workflows.outputs import notes_beside
from menura.workflows.sound import SoundOptions
from menura.workflows.vary import vary

RATE = 8000
BEGUN = f"Menura {__version__}; generate; system 0123456789ab; seed "


class Hum(System):
    """One note, whatever is asked for."""

    recipe, licence, labels = "hum", "", ("hip hop", "a; b")
    powers = ("generate", "continue", "vary")
    sample_rate, n_audio_channels, seconds = RATE, 1, 0.5

    def reads(self, prompt: Prompt) -> str:
        return "heard"

    def generate(self, n: int, seconds: float, seed: int, **_: object) -> list[Clip]:
        time = np.arange(round(seconds * RATE)) / RATE
        hum = (0.1 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)[None]
        return [Clip(hum, RATE)] * n

    def continue_(self, seed_clip: Clip, seconds: float, seed: int, **_: object) -> Clip:
        [new] = self.generate(1, seconds, seed)
        return Clip(np.concatenate([seed_clip.samples, new.samples], axis=1), RATE)

    def vary(self, clip: Clip, strength: float, seed: int) -> Clip:
        return clip


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> Hum:
    """Every verb finds the stand-in, whatever run is named."""
    hum = Hum()
    monkeypatch.setattr(making, "load", lambda run, **_: hum)
    monkeypatch.setattr(systems, "content_hash", lambda run: "0123456789ab")
    return hum


def test_nothing_asked_for_is_nothing_told(tmp_path: Path) -> None:
    files = generate("run", tmp_path, n=2)
    assert [read_comment(file) for file in files] == [f"{BEGUN}0", f"{BEGUN}1"]


def test_what_was_asked_for_is_in_the_comment(tmp_path: Path) -> None:
    sound = SoundOptions(seconds=1.5, seed=3, fade_in_s=0.25, loudness_lufs=-14.0)
    [file] = generate("run", tmp_path, label="hip hop", temperature=0.0, guidance=2.5, sound=sound)
    assert read_comment(file) == (
        f"{BEGUN}3; label hip hop; temperature 0; guidance 2.5; seconds 1.5; fade-in 0.25; "
        "loudness -14"
    )
    [file] = generate("run", tmp_path, sound=SoundOptions(loop=True))
    assert read_comment(file) == f"{BEGUN}0; loop"
    seed = tmp_path / "seed.wav"
    write(Clip(np.full((1, RATE), 0.1, np.float32), RATE), seed)
    went_on = continue_("run", seed, tmp_path / "on.wav", temperature=0.8)
    assert read_comment(went_on).endswith("continue; system 0123456789ab; seed 0; temperature 0.8")


def test_where_and_how_it_was_computed_is_in_the_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [file] = generate("run", tmp_path / "0", sound=SoundOptions(precision="bfloat16"))
    assert read_comment(file) == f"{BEGUN}0; precision bfloat16", "of what comes trained by others"
    half = SoundOptions(seconds=0.5)
    preset = trainable("latent-flow").preset("tiny")
    flow = new_system("latent-flow", "tiny", preset, seed=1)
    flow.compute_on("cpu", "float32")
    monkeypatch.setattr(making, "load", lambda run, **_: flow)
    [file] = generate("run", tmp_path / "1", sound=half)
    assert read_comment(file) == f"{BEGUN}0; seconds 0.5; device cpu; precision float32"
    rnn = new_system("stft-lstm", "tiny", trainable("stft-lstm").preset("tiny"), seed=1)
    monkeypatch.setattr(making, "load", lambda run, **_: rnn)
    [file] = generate("run", tmp_path / "2", sound=half)
    assert read_comment(file) == f"{BEGUN}0; seconds 0.5", "everywhere alike"


def test_the_comment_stays_one_plain_line(tmp_path: Path) -> None:
    [file] = generate("run", tmp_path, prompt="slow;\nrain", negative_prompt="drums")
    assert read_comment(file) == f'{BEGUN}0; prompt "slow;\\nrain"; negative-prompt drums'
    [file] = generate("run", tmp_path, label="a; b")
    assert read_comment(file) == f'{BEGUN}0; label "a; b"'


def test_no_place_on_this_machine_is_in_the_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weights").mkdir()
    monkeypatch.chdir(tmp_path)
    settings = {"checkpoint": str(tmp_path), "top_k": "50"}
    for checkpoint in (str(tmp_path), "weights", "C:\\weights"):
        settings["checkpoint"] = checkpoint
        [file] = generate("run", tmp_path / "made", preset="paper", settings=settings)
        assert read_comment(file) == f"{BEGUN}0; preset paper; set top_k=50"


def test_the_notes_beside_a_sound_have_its_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever letters are in it: the two are known by being alike."""
    monkeypatch.setattr(making, "_play_by", lambda system, soundfont: None)
    work = Making.begin("generate", "run", SoundOptions(), Reporter(), Path("a/調.sf2"))
    score = Score((Note(0.0, 0.4, 60, 80),))
    played = Played(np.full((1, RATE), 0.1, np.float32), RATE, score)
    file = work.write(played, tmp_path / "1.wav")
    assert read_comment(file) == f"{BEGUN}0; soundfont ?.sf2"
    assert audio.read_score_comment(file.with_suffix(".mid")) == read_comment(file)
    assert notes_beside(file) == [file.with_suffix(".mid")]


@pytest.mark.parametrize("seconds", [1e-5, 0.5 / RATE])
def test_less_than_a_sample_is_refused(seconds: float, tmp_path: Path) -> None:
    sound, source = SoundOptions(seconds=seconds), tmp_path / "a.wav"
    write(Clip(np.full((1, RATE), 0.1, np.float32), RATE), source)
    with pytest.raises(UsageError, match=r"--seconds .* is less than a sample at 8000 Hz; give"):
        generate("run", tmp_path / "made", sound=sound)
    with pytest.raises(UsageError, match=r"--seconds .* is less than a sample at 8000 Hz; give"):
        vary("run", source, tmp_path / "b.wav", strength=0.5, sound=sound)
    [file] = generate("run", tmp_path / "made", sound=SoundOptions(seconds=0.6 / RATE))
    assert audio.read(file).n_samples == 1
