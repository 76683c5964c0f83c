"""What listening to a file finds, against sounds whose answer is known."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from jaxtyping import Float

from menura.audio import SoundInfo
from menura.prepared import held as holding
from menura.prepared import listening
from menura.prepared.listening import Heard, listen
from menura.prepared.shards import ShardFile, Shards
from menura.prepared.unusable import UnusableError

RATE = 8000


def tone(seconds: float = 1.0, peak: float = 0.5) -> Float[np.ndarray, " time"]:
    return peak * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)


def heard(
    folder: Path, samples: Float[np.ndarray, "time *channels"], subtype: str = "FLOAT"
) -> tuple[Heard, Float[np.ndarray, "channels time"]]:
    """Write, listen, read back."""
    soundfile.write(folder / "x.wav", samples, RATE, subtype=subtype)
    with tempfile.TemporaryFile() as spill, (folder / "00000.pcm").open("wb") as file:
        out = ShardFile(file)
        out.write(b"\0" * 10)
        found = listen(folder / "x.wav", 0.5, spill, out)
    shape = (found.n_channels, found.n_samples)
    shards = Shards(folder)
    return found, shards.read(0, 10, shape, found.scale, 0, found.n_samples)


def listened(path: Path) -> Heard:
    with tempfile.TemporaryFile() as spill, tempfile.TemporaryFile() as out:
        return listen(path, 0.5, spill, ShardFile(out))


def test_sixteen_bit_sound_is_kept_exactly(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(-32000, 32000, (RATE, 2)).astype(np.int16)
    found, stored = heard(tmp_path, values, "PCM_16")  # type: ignore[arg-type]
    assert np.array_equal(stored * 32768, values.T)
    assert found.notes == ()
    assert (found.n_samples, found.sample_rate, found.n_channels) == (RATE, RATE, 2)


def test_quiet_float_sound_keeps_its_resolution(tmp_path: Path) -> None:
    samples = tone(peak=0.01)
    _, stored = heard(tmp_path, samples)
    error = np.abs(stored[0] - samples).max()
    assert error <= 0.01 / 32767 / 2 * 1.01


def test_over_range_sound_is_brought_down_and_said(tmp_path: Path) -> None:
    samples = tone(peak=12.0)
    found, stored = heard(tmp_path, samples)
    assert np.abs(stored).max() == pytest.approx(1.0, abs=1e-4)
    assert np.allclose(stored[0] * 12, samples, atol=12 / 32000)
    assert found.notes == ("peaks at +21.6 dBFS, brought down to 0 dBFS",)


def test_constant_offset_is_removed_and_said(tmp_path: Path) -> None:
    found, stored = heard(tmp_path, tone(peak=0.2) + 0.5)
    assert np.allclose(stored[0], tone(peak=0.2), atol=1e-4)
    assert found.notes == ("constant offset of 0.5 removed",)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24"])
def test_offset_in_whole_numbers_is_removed_too(tmp_path: Path, subtype: str) -> None:
    found, stored = heard(tmp_path, tone(peak=0.01) + 0.25, subtype)
    assert np.allclose(stored[0], tone(peak=0.01), atol=2e-5)
    assert found.notes == ("constant offset of 0.25 removed",)


def test_silent_spans(tmp_path: Path) -> None:
    silence = np.zeros(2 * RATE)
    short = np.zeros(round(0.4 * RATE))
    found, _ = heard(tmp_path, np.concatenate([silence, tone(), short, tone(), silence]))
    assert found.silent == ((0.0, 2.0), (4.4, 6.4))


def test_level_of_silence(tmp_path: Path) -> None:
    """-60 dBFS RMS is a sine of peak √2/1000."""
    for peak, is_silent in [(0.00135, True), (0.00148, False)]:
        samples = np.concatenate([tone(), tone(peak=peak)])
        found, _ = heard(tmp_path, samples)
        assert bool(found.silent) is is_silent


def test_spans_do_not_depend_on_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.concatenate([tone(0.73), np.zeros(9999), tone(1.21)])
    whole, stored = heard(tmp_path, samples)
    monkeypatch.setattr(listening, "BLOCK_S", 0.0371)
    parts, again = heard(tmp_path, samples)
    assert parts == whole
    assert np.array_equal(stored, again)


@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_sound_too_long_to_be_held_is_stored_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subtype: str
) -> None:
    silence = np.zeros(3 * RATE)
    samples = np.stack([np.concatenate([tone(1.3), silence, tone(0.8, 0.1)])] * 2, axis=1)
    samples[:, 1] *= 0.5
    whole, stored = heard(tmp_path, samples, subtype)
    monkeypatch.setattr(holding, "MOST_BYTES", 20_000)
    spilt, again = heard(tmp_path, samples, subtype)
    assert spilt == whole
    assert np.array_equal(stored, again)


def test_silence_takes_no_room(tmp_path: Path) -> None:
    """Neither in memory nor in the shard, where the file system can keep holes."""
    samples = np.concatenate([tone(), np.zeros(600 * RATE), tone()])
    heard(tmp_path, samples, "PCM_16")
    facts = (tmp_path / "00000.pcm").stat()
    assert facts.st_size == 10 + 602 * RATE * 2
    if hasattr(facts, "st_blocks"):
        assert facts.st_blocks * 512 < facts.st_size / 20


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(RATE), "^silent$"),
        (np.full(RATE, 0.5), "silent but for a constant offset of 0.5"),
        (tone(peak=1e-4), "nothing above -60 dBFS .loudest -83 dBFS"),
        (tone(0.5), r"too short: 0.5 s, .*0.5 s or less.*--min-seconds"),
        (np.where(np.arange(RATE) == 400, np.nan, tone()), r"contains NaN .first at 0.05 s"),
        (np.where(np.arange(RATE) == 800, np.inf, tone()), r"contains infinite .*0.10 s"),
    ],
)
def test_unusable(tmp_path: Path, samples: Float[np.ndarray, " time"], reason: str) -> None:
    with pytest.raises(UnusableError, match=reason):
        heard(tmp_path, samples)


def test_a_little_over_the_shortest_is_kept(tmp_path: Path) -> None:
    found, _ = heard(tmp_path, tone(0.5 + 1 / RATE))
    assert found.n_samples == RATE // 2 + 1


def test_antiphase_is_kept_in_stereo(tmp_path: Path) -> None:
    found, stored = heard(tmp_path, np.stack([tone(), -tone()], 1))
    assert np.array_equal(stored[0], -stored[1])
    assert np.abs(stored).max() == pytest.approx(0.5, abs=1e-3)
    assert "cancel in mono" in found.notes[0]


def test_many_channels_become_two(tmp_path: Path) -> None:
    channels = np.stack([tone(), np.zeros(RATE), tone(), tone(peak=0.25)], 1)
    found, stored = heard(tmp_path, channels)
    assert found.n_channels == 2
    assert np.allclose(stored[0], channels[:, [0, 2]].mean(axis=1), atol=1e-4)
    assert np.allclose(stored[1], channels[:, [1, 3]].mean(axis=1), atol=1e-4)
    assert found.notes == ("4 channels mixed to 2",)


def test_clipping_is_said(tmp_path: Path) -> None:
    found, _ = heard(tmp_path, np.clip(tone(peak=2.0), -1, 1), "PCM_16")
    assert found.notes[0].startswith("clipped: 67.0 %")


def test_truncation_is_said(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", tone(2.0), RATE, subtype="PCM_16")
    data = (tmp_path / "x.wav").read_bytes()
    (tmp_path / "x.wav").write_bytes(data[: 44 + RATE * 2])
    found = listened(tmp_path / "x.wav")
    assert found.notes == ("truncated: 1.00 s of 2.00 s are there",)


def test_same_sound_in_another_file_format_has_the_same_content(tmp_path: Path) -> None:
    values = (tone() * 32767).astype(np.int16)
    contents = []
    for name in ("a.wav", "a.flac", "a.aiff"):
        soundfile.write(tmp_path / name, values, RATE)
        contents.append(listened(tmp_path / name).content)
    soundfile.write(tmp_path / "b.wav", values[::-1], RATE)
    assert len(set(contents)) == 1
    assert listened(tmp_path / "b.wav").content not in contents


@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_nothing_is_written_for_an_unusable_file(tmp_path: Path, subtype: str) -> None:
    soundfile.write(tmp_path / "x.wav", tone(0.4), RATE, subtype=subtype)
    with tempfile.TemporaryFile() as spill, tempfile.TemporaryFile() as file:
        out = ShardFile(file)
        out.write(b"before")
        with pytest.raises(UnusableError):
            listen(tmp_path / "x.wav", 0.5, spill, out)
        assert out.tell() == 6
        file.seek(0)
        assert file.read() == b"before"


def test_what_the_decoder_could_not_decode_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is with ffmpeg, which makes no claim of the length."""
    path = tmp_path / "x.wav"
    soundfile.write(path, tone(), RATE)
    real, info = listening.stored_blocks, listening.probe(path)

    def half(
        path: Path, block_s: float, damaged: Callable[[str], object], info: SoundInfo
    ) -> Iterator[np.ndarray]:
        yield from real(path, block_s, damaged, info)
        damaged("ffmpeg says: partial file")

    monkeypatch.setattr(listening, "stored_blocks", half)
    monkeypatch.setattr(listening, "probe", lambda _: replace(info, n_samples=None))
    said = ("truncated or damaged: 1.00 s are there (ffmpeg says: partial file)",)
    assert listened(path).notes == said
    monkeypatch.setattr(listening, "probe", lambda _: replace(info, subtype="FLOAT"))
    assert listened(path).notes == said


@pytest.mark.parametrize("n_channels", [1, 2, 3])
@pytest.mark.parametrize("offset", [0, 3000])
@pytest.mark.parametrize("spilt", [False, True])
def test_sixteen_bit_values_are_heard_as_the_floats_they_stand_for(
    tmp_path: Path, n_channels: int, offset: int, spilt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is found is the same; only quiet floats are stored on another scale."""
    if spilt:
        monkeypatch.setattr(holding, "MOST_BYTES", 10_000)
    rng = np.random.default_rng(0)
    values = rng.integers(-29_000, 29_000, (5 * RATE, n_channels)) + offset
    values[2 * RATE : 4 * RATE] = offset
    (tmp_path / "floats").mkdir()
    found, stored = heard(tmp_path, values.astype(np.int16), "PCM_16")  # type: ignore[arg-type]
    expected, floats = heard(tmp_path / "floats", values / 32768, "FLOAT")
    assert replace(found, scale=0.0) == replace(expected, scale=0.0)
    assert np.abs(stored - floats).max() <= 0.51 * (found.scale + expected.scale) / 32768
