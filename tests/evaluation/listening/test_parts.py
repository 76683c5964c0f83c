"""Which part of a longer sound is heard: of real music any, else the beginning."""

from pathlib import Path

import numpy as np
import pytest

from menura import audio
from menura.audio import Clip
from menura.evaluation.listening.definition import clip_file, load
from menura.foundation.reporting import Collected
from menura.workflows.listen.create import listen_create

RAMP_S = 20.0


def rising(folder: Path, names: list[str], *, seconds: float = RAMP_S, suffix: str = "wav") -> Path:
    """Sound of which each moment tells when it is: the pitch rises by 100 Hz
    each second, from 200 Hz."""
    time = np.arange(round(seconds * 8000)) / 8000
    samples = 0.2 * np.sin(2 * np.pi * (200 * time + 50 * time**2))
    for name in names:
        audio.write(Clip(samples[None].astype(np.float32), 8000), folder / f"{name}.{suffix}")
    return folder


def started_s(out: Path, source: str, system: str) -> float:
    """When in a rising piece the part begins that is heard."""
    [name] = [c.name for c in load(out).clips if (c.source, c.system) == (source, system)]
    clip = audio.read(clip_file(out, name))
    middle, half = clip.n_samples // 2, clip.sample_rate // 20
    part = clip.samples[0, middle - half : middle + half] * np.hanning(2 * half)
    hz = float(np.argmax(np.abs(np.fft.rfft(part, clip.sample_rate))))
    return (hz - 200) / 100 - middle / clip.sample_rate


def test_real_music_is_heard_from_anywhere(tmp_path: Path) -> None:
    """Not always as it begins, while what is made begins at its first second; both ends faded."""
    names = [f"song{k}" for k in range(6)]
    real = rising(tmp_path / "recordings", names)
    system = rising(tmp_path / "system", ["a"])

    def made(out: str, seed: int) -> None:
        listen_create([system], tmp_path / out, real=real, seconds=1.0, seed=seed)

    made("test", 0)
    assert started_s(tmp_path / "test", "a", "system") == pytest.approx(0, abs=0.1)
    starts = [started_s(tmp_path / "test", name, "real") for name in names]
    assert all(-0.1 <= start <= RAMP_S - 0.9 for start in starts)
    assert max(starts) - min(starts) > 4
    for one in load(tmp_path / "test").clips:
        if one.system == "real":
            samples = audio.read(clip_file(tmp_path / "test", one.name)).samples
            assert one.seconds == 1.0
            assert np.abs(samples[:, [0, -1]]).max() < 1e-3
            assert np.abs(samples).max() > 0.02
    made("again", 0)
    assert load(tmp_path / "again").clips == load(tmp_path / "test").clips
    made("other", 1)
    assert [started_s(tmp_path / "other", name, "real") for name in names] != starts


def test_what_a_cut_recording_claims_to_have_is_not_heard(tmp_path: Path) -> None:
    real = rising(tmp_path / "recordings", ["a", "b", "c", "d"], suffix="flac")
    for file in real.iterdir():
        data = file.read_bytes()
        file.write_bytes(data[: len(data) // 5])
    system = rising(tmp_path / "system", ["a"])
    listen_create([system], tmp_path / "test", real=real, seconds=1.0)
    for name in "abcd":
        assert -0.1 <= started_s(tmp_path / "test", name, "real") <= 0.4 * RAMP_S


def test_reconstructions_stay_aligned_with_what_they_were_made_of(tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    system, real = rising(tmp_path / "system", names), rising(tmp_path / "real", names)
    reporter = Collected()
    listen_create([system], tmp_path / "t", originals=real, real=real, seconds=1, reporter=reporter)
    for whose in ("system", "", "real"):
        for name in names:
            assert started_s(tmp_path / "t", name, whose) == pytest.approx(0, abs=0.1)
    [line] = reporter.warnings
    assert "only the beginning is heard of 3 longer sounds that clips are compared with" in line


def test_only_the_beginning_of_long_clips_is_heard(tmp_path: Path) -> None:
    system = rising(rising(tmp_path / "system", ["short"], seconds=1.0), ["long"])
    reporter = Collected()
    listen_create([system], tmp_path / "test", seconds=1.0, reporter=reporter)
    assert {one.seconds for one in load(tmp_path / "test").clips} == {1.0}
    assert started_s(tmp_path / "test", "long", "system") == pytest.approx(0, abs=0.1)
    assert reporter.warnings == []


def test_lengths_that_tell_the_system_are_said(tmp_path: Path) -> None:
    short = rising(tmp_path / "short", ["a", "b"], seconds=1.0)
    long = rising(tmp_path / "long", ["a", "b"], seconds=3.0)
    reporter = Collected()
    listen_create([short, long], tmp_path / "test", reporter=reporter)
    assert any("--seconds 1 makes them alike" in line for line in reporter.warnings)
