"""Writing: what is written is what is read back, whole or not at all."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Clip, probe, read, read_comment, true_peak, write
from menura.audio.writing import FORMATS, MP3_RATES
from menura.foundation.errors import MenuraError, UsageError

LSB = 1 / 32_768


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 22_050, 32_000, 44_100, 48_000])
def test_round_trip(suffix: str, n_channels: int, rate: int, tmp_path: Path, music) -> None:
    clip, path = music(1.0, rate, n_channels), tmp_path / f"a.{suffix}"
    assert write(clip, path, comment="whence") == ()
    heard = read(path)
    assert (heard.sample_rate, heard.samples.shape) == (rate, clip.samples.shape)
    error = np.abs(heard.samples - clip.samples)
    if suffix in ("wav", "flac"):
        assert error.max() <= LSB / 2 + 1e-7
    else:
        assert np.square(error).mean() < 0.01 * np.square(clip.samples).mean()
    assert read_comment(path) == "whence"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", ["wav", "flac"])
@given(values=st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=50))
def test_16_bit_sound_comes_back_bit_for_bit(
    suffix: str, values: list[int], tmp_path: Path
) -> None:
    samples = np.array([values], np.float32) * np.float32(LSB)
    write(Clip(samples, 44_100), tmp_path / f"a.{suffix}")
    assert np.array_equal(read(tmp_path / f"a.{suffix}").samples, samples)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    "comment",
    [
        "",
        json.dumps({"system": "a1" * 20, "verb": "generate", "seed": 7}),
        "ünï – 音楽 🎵",
        "é" * 1000,
    ],
)
def test_comments(suffix: str, comment: str, tmp_path: Path, music) -> None:
    write(music(), tmp_path / f"a.{suffix}", comment=comment)
    assert read_comment(tmp_path / f"a.{suffix}") == comment


def test_long_comments_are_cut_and_said(tmp_path: Path, music) -> None:
    remarks = write(music(), tmp_path / "a.wav", comment="x" + "é" * 1000)
    assert remarks == ("comment cut to 2000 bytes",)
    assert read_comment(tmp_path / "a.wav") == "x" + "é" * 999


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_peaks_are_lowered_not_cut(suffix: str, tmp_path: Path, music) -> None:
    clip = music()
    loud = Clip(clip.samples / np.abs(clip.samples).max() * 2, clip.sample_rate)
    remarks = write(loud, tmp_path / f"a.{suffix}")
    assert remarks == ("lowered by 6.0 dB to keep the peak in range",)
    assert np.allclose(read(tmp_path / f"a.{suffix}").samples * 2, loud.samples, atol=3 * LSB)


def test_lossy_formats_keep_the_true_peak(tmp_path: Path) -> None:
    wave = np.sin(np.pi / 2 * np.arange(44_100) + np.pi / 4).astype(np.float32)[None] * 1.3
    assert np.abs(wave).max() < 1 < true_peak([wave])
    assert write(Clip(wave, 44_100), tmp_path / "a.wav") == ()
    (remark,) = write(Clip(wave, 44_100), tmp_path / "a.ogg")
    assert remark.startswith("lowered by 2")


@pytest.mark.parametrize(
    ("suffix", "rate", "n_channels", "written"),
    [
        ("mp3", 96_000, 2, (48_000, 2)),
        ("mp3", 11_127, 1, (11_025, 1)),
        ("mp3", 1000, 6, (8000, 2)),
        ("ogg", 384_000, 1, (192_000, 1)),
        ("ogg", 4000, 9, (8000, 2)),
        ("flac", 384_000, 8, (384_000, 8)),
        ("flac", 44_100, 9, (44_100, 2)),
        ("wav", 1000, 9, (1000, 9)),
    ],
)
def test_what_a_format_cannot_carry_is_changed_and_said(
    suffix: str, rate: int, n_channels: int, written: tuple[int, int], tmp_path: Path, music
) -> None:
    remarks = write(music(0.5, rate, n_channels), tmp_path / f"a.{suffix}")
    info = probe(tmp_path / f"a.{suffix}")
    assert (info.sample_rate, info.n_channels) == written
    assert len(remarks) == (rate != written[0]) + (n_channels != written[1])
    assert all(remark.startswith(f"{suffix} cannot carry ") for remark in remarks)


def test_every_mp3_rate_is_carried(tmp_path: Path, music) -> None:
    for rate in MP3_RATES:
        assert write(music(0.2, rate), tmp_path / "a.mp3") == ()
        assert probe(tmp_path / "a.mp3").sample_rate == rate


@pytest.mark.parametrize("suffix", FORMATS)
def test_short_and_long(suffix: str, tmp_path: Path, music) -> None:
    for clip in (Clip(np.full((2, 1), 0.5, np.float32), 44_100), music(20.0, 44_100, 2)):
        write(clip, tmp_path / f"a.{suffix}")
        assert read(tmp_path / f"a.{suffix}").n_samples == clip.n_samples


def test_the_format_can_be_named(tmp_path: Path, music) -> None:
    write(music(), tmp_path / "a.bin", format="flac")
    assert probe(tmp_path / "a.bin").format == "FLAC"
    write(music(), tmp_path / "B.WAV")
    assert probe(tmp_path / "B.WAV").format == "WAV"


@pytest.mark.parametrize("name", ["a.m4a", "a", "a."])
def test_unknown_formats(name: str, tmp_path: Path, music) -> None:
    with pytest.raises(UsageError, match="wav, flac, ogg, mp3"):
        write(music(), tmp_path / name)
    with pytest.raises(UsageError, match="wav, flac, ogg, mp3"):
        write(music(), tmp_path / name, format="aiff")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_sound_are_refused(bad: float, tmp_path: Path, music) -> None:
    clip = music()
    clip.samples[0, 100] = bad
    with pytest.raises(MenuraError, match=r"a\.wav: not written: .*NaN or infinite"):
        write(clip, tmp_path / "a.wav")
    with pytest.raises(MenuraError, match="empty"):
        write(Clip(np.zeros((1, 0), np.float32), 8000), tmp_path / "a.wav")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("error", [RuntimeError("System error"), OSError(28, "No space left")])
def test_a_failure_in_the_middle_leaves_the_old_file(
    suffix: str, error: Exception, tmp_path: Path, music, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a.{suffix}"
    write(music(), path)
    old, whole, n_calls = path.read_bytes(), soundfile.SoundFile.write, 0

    def failing(file: soundfile.SoundFile, data: np.ndarray) -> None:
        nonlocal n_calls
        n_calls += 1
        if n_calls == 3:
            raise error
        whole(file, data)

    monkeypatch.setattr(soundfile.SoundFile, "write", failing)
    with pytest.raises(MenuraError, match=r"cannot be written \((System|No space)"):
        write(music(5.0), path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written(tmp_path: Path, music) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MenuraError, match="cannot be written"):
        write(music(), tmp_path / "file" / "a.wav")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_any_name(tmp_path: Path, music) -> None:
    for name in (b"odd \xff\xfe\n.wav", b"-l.mp3", b"x" * 246 + b".flac"):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        write(music(), path, comment="c")
        assert read(path).n_samples == 22_050
        assert read_comment(path) == "c"


def test_no_comment_to_read(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    for name in ("a.wav", "none.wav"):
        with pytest.raises(MenuraError, match=name):
            read_comment(tmp_path / name)
