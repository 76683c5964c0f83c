"""What a worker hears of a track is what the sound is, wherever it lies."""

import base64
import io
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from menura import audio
from menura.audio import Clip, integrated_lufs
from menura.evaluation import hearing
from menura.evaluation.hearing import excerpt_of, hear_track
from menura.prepared.crew import Payload
from menura.workflows.explore.tracks import sounds_of
from menura.workflows.prepare import prepare
from tunes import tune

RATE = 22_050


def told(place: Payload, excerpt: bool = True) -> dict[str, Any]:
    payload = {"id": "a", "excerpt": excerpt, "deadly": {}, **place}
    return hear_track(payload, lambda _: None)


def wav(path: Path, samples: np.ndarray, rate: int = RATE) -> Payload:
    soundfile.write(path, samples.T, rate, subtype="FLOAT")
    return {"file": str(path)}


def test_a_file_is_heard_as_it_is(tmp_path: Path) -> None:
    clip = Clip(tune(9.0, RATE, n_channels=2), RATE)
    heard = told(wav(tmp_path / "a.wav", clip.samples))
    assert (heard["seconds"], heard["sample_rate"], heard["n_channels"]) == (9.0, RATE, 2)
    assert heard["lufs"] == pytest.approx(integrated_lufs(clip), abs=1e-3)
    sound, rate = soundfile.read(io.BytesIO(base64.b64decode(heard["sound"])))
    assert len(sound) / rate == pytest.approx(4.0, abs=0.1)
    middle = excerpt_of(clip)
    np.testing.assert_array_equal(
        middle.samples[0], clip.samples[:, int(2.5 * RATE) : int(6.5 * RATE)].mean(axis=0)
    )
    assert base64.b64decode(heard["picture"]).startswith(b"\x89PNG")
    assert told({"file": str(tmp_path / "a.wav")}, excerpt=False)["sound"] is None


def test_a_prepared_track_is_heard_as_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "tunes"
    folder.mkdir()
    for number in range(3):
        soundfile.write(folder / f"{number}.wav", tune(5.0, RATE, number).T, RATE)
    prepare(folder, tmp_path / "prepared")
    pairs = zip(sounds_of(folder).tracks, sounds_of(tmp_path / "prepared").tracks, strict=True)
    for raw, stored in pairs:
        assert raw.id == stored.id
        first, second = told(raw.place), told(stored.place)
        assert first["content"] == second["content"]
        assert first == second


def test_silence_has_no_loudness_and_odd_files_have_a_reason(tmp_path: Path) -> None:
    silent = told(wav(tmp_path / "silent.wav", np.zeros((1, RATE), np.float32)))
    assert silent["lufs"] is None
    broken = np.full((1, RATE), 0.1, np.float32)
    broken[0, 500] = np.nan
    assert told(wav(tmp_path / "nan.wav", broken)) == {
        "dropped": "contains samples that are not numbers"
    }
    (tmp_path / "text.wav").write_text("no sound")
    assert "not audio" in told({"file": str(tmp_path / "text.wav")})["dropped"]
    payload = {"id": "a", "excerpt": True, "deadly": {"a": "signal 9"}, "file": "a"}
    assert hear_track(payload, lambda _: None) == {"dropped": "what reads it crashed (signal 9)"}


def test_one_odd_track_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = wav(tmp_path / "a.wav", tune(1.0, RATE))

    def fails(*_: object) -> None:
        raise ValueError("odd\nindeed")

    monkeypatch.setattr(hearing, "stamp_png", fails)
    assert told(place) == {"dropped": "cannot be heard (ValueError: odd)"}


def test_many_channels_are_mixed_and_counted(tmp_path: Path) -> None:
    four = np.concatenate([tune(2.0, RATE, seed, 2) for seed in (0, 1)])
    heard = told(wav(tmp_path / "four.wav", four))
    assert heard["n_channels"] == 4
    mixed = Clip(audio.mix(four, 2), RATE)
    assert heard["lufs"] == pytest.approx(integrated_lufs(mixed), abs=1e-3)


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    """Five minutes of stereo would be 106 MB as 32-bit floats, and again in each step."""
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 44_100, 2, "PCM_16") as file:
        block = (tune(10.0, 44_100, n_channels=2).T * 32767).astype(np.int16)
        for _ in range(30):
            file.write(block)
    told(wav(tmp_path / "short.wav", tune(5.0, 44_100, n_channels=2), 44_100))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heard = told({"file": str(path)})
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert heard["seconds"] == 300
    assert grown_mb < 60
