"""Frames as OpenEXR images: bit for bit, with all it takes to make the sound again."""

import contextlib
import json
import sys
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import torch

from menura import representations
from menura.audio import Axis
from menura.foundation.errors import MenuraError, UsageError
from menura.representations import Representation, exr_n_samples, read_exr, write_exr
from tunes import tune

RATE = 8000
ODD = np.float32([np.nan, np.inf, -np.inf, -0.0, 1e-42, 3.4e38, 1 / 3])


def fitted(name: str = "log-mel", n_channels: int = 1) -> Representation:
    kind = representations.load(name)
    part = kind(kind.Config(), RATE, n_channels)
    part.fit(torch.from_numpy(tune(2, RATE, seed, n_channels)) for seed in (1, 2))
    return part


def encoded(part: Representation) -> torch.Tensor:
    return part.encode(torch.from_numpy(tune(2, RATE, 5, part.n_audio_channels))[None])


def bits(frames: torch.Tensor) -> bytes:
    return frames.numpy().tobytes()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    part = fitted()
    write_exr(tmp_path / "x.exr", part, encoded(part))
    return tmp_path / "x.exr"


def rewritten(file: Path, attribute: str, text: str | None) -> None:
    """The same image with a string of its header replaced, or left out."""
    with OpenEXR.File(str(file), separate_channels=True) as exr:
        header = {k: v for k, v in exr.header().items() if isinstance(v, str) and k != attribute}
        channels = {name: np.array(channel.pixels) for name, channel in exr.channels().items()}
    header |= {} if text is None else {attribute: text}
    header |= {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, channels).write(str(file))


@pytest.mark.parametrize("n_channels", [1, 2, 8])
@pytest.mark.parametrize("name", representations.sound_names())
def test_frames_and_statistics_return_bit_for_bit(
    name: str, n_channels: int, tmp_path: Path
) -> None:
    part = fitted(name, n_channels)
    frames = encoded(part)
    write_exr(tmp_path / "x.exr", part, frames)
    again, back = read_exr(tmp_path / "x.exr")
    assert type(again) is type(part)
    assert again.config == part.config
    assert (again.sample_rate, again.n_audio_channels) == (RATE, n_channels)
    assert bits(back) == bits(frames)
    assert again.state_dict().keys() == part.state_dict().keys()
    for key, value in part.state_dict().items():
        assert bits(again.state_dict()[key]) == bits(value)
    assert exr_n_samples(tmp_path / "x.exr") == part.samples_for(frames.shape[2])


def test_any_float_returns_bit_for_bit(tmp_path: Path) -> None:
    part = fitted("log-power", 2)
    rng = np.random.default_rng(0)
    # Any 32 bits are a float; those that signal are quieted by some processors on the way.
    values = rng.integers(0, 2**32, (1, part.spec.n_channels, 33), np.uint32).view(np.float32)
    values = np.where(np.isnan(values), np.float32(1.5), values)
    values[0, -len(ODD) :, 7] = ODD
    frames = torch.from_numpy(values)
    write_exr(tmp_path / "x.exr", part, frames, 12_345)
    assert bits(read_exr(tmp_path / "x.exr")[1]) == bits(frames)
    assert exr_n_samples(tmp_path / "x.exr") == 12_345


def test_the_image_as_others_read_it(file: Path) -> None:
    """The library's own reader, as any viewer uses it: low frequencies are at the bottom."""
    frames = encoded(fitted())[0].numpy()
    with OpenEXR.File(str(file)) as exr:
        pixels, header = np.array(exr.channels()["Y"].pixels), dict(exr.header())
    assert pixels.dtype == np.float32
    assert np.array_equal(pixels[::-1], frames)
    about = json.loads(header["menura"])
    assert about["representation"] == "log-mel"
    assert (about["sample_rate"], about["n_audio_channels"]) == (RATE, 1)
    assert json.loads(header["menuraConfig"])["n_mels"] == 128
    assert len(json.loads(header["menuraStatistics"])["normaliser.shift"]["values"]) == 128


def test_panels_are_colours_and_channels_are_layers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = fitted("log-mel", 2)
    monkeypatch.setattr(type(part), "axis", Axis(panels=("magnitude", "phase")))
    frames = encoded(part)
    write_exr(tmp_path / "x.exr", part, frames)
    with OpenEXR.File(str(tmp_path / "x.exr"), separate_channels=True) as exr:
        images = {name: np.array(channel.pixels) for name, channel in exr.channels().items()}
    assert set(images) == {"R", "G", "B", "channel2.R", "channel2.G"}
    assert np.array_equal(images["G"][::-1], frames[0, 64:128].numpy())
    assert np.array_equal(images["channel2.R"][::-1], frames[0, 128:192].numpy())
    assert not images["B"].any()
    monkeypatch.undo()  # the file says itself how it is laid out
    assert bits(read_exr(tmp_path / "x.exr")[1]) == bits(frames)


def test_a_foreign_image_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "photo.exr"
    OpenEXR.File({}, {"RGB": np.ones((4, 5, 3), np.float32)}).write(str(file))
    with pytest.raises(MenuraError, match=r"photo\.exr: .*not written by Menura"):
        read_exr(file)
    file.write_bytes(b"\x89PNG\r\n")
    with pytest.raises(MenuraError, match=r"photo\.exr: not an OpenEXR file"):
        read_exr(file)
    with pytest.raises(MenuraError, match=r"none\.exr: cannot be read"):
        read_exr(tmp_path / "none.exr")


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 0.999])
def test_a_cut_or_damaged_file_is_refused(
    share: float, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = file.read_bytes()
    at = int(share * len(whole))
    file.write_bytes(whole[:at])
    with pytest.raises(MenuraError, match=r"x\.exr: "):
        read_exr(file)
    file.write_bytes(whole[:at] + bytes(600) + whole[at + 600 :])
    with contextlib.suppress(MenuraError):  # zeros may have been there before
        read_exr(file)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("attribute", "change", "words"),
    [
        ("menura", None, "not written by Menura"),
        ("menura", {"format": "other"}, "not written by Menura"),
        ("menura", {"version": 99}, "format version 99"),
        ("menura", {"representation": "smell"}, "there is no representation 'smell'"),
        ("menura", {"sample_rate": "fast"}, "sample_rate must be a whole number"),
        ("menura", {"sample_rate": -8000}, "impossible"),
        ("menura", {"n_frames": 0}, "sizes that cannot be"),
        ("menura", {"n_frames": 10**12}, "more than an image holds"),
        ("menura", {"n_frames": 7}, "pixels are not as many"),
        ("menura", {"n_panels": 4}, "sizes that cannot be"),
        ("menura", {"n_features": 64}, "do not fit its settings"),
        ("menura", {"n_audio_channels": 2}, "do not fit its settings"),
        ("menuraConfig", None, "settings are missing"),
        ("menuraConfig", {"n_mels": 0}, "n_mels must be"),
        ("menuraConfig", {"colour": 1}, "not a setting"),
        ("menuraConfig", {"n_mels": 64}, "statistics do not fit"),
        ("menuraStatistics", None, "statistics are missing"),
        ("menuraStatistics", {"normaliser.shift": 3}, "statistics do not fit"),
        ("menuraStatistics", {"normaliser.more": {"shape": [1], "values": [1]}}, "do not fit"),
    ],
)
def test_an_edited_header_is_refused(
    file: Path, attribute: str, change: dict[str, object] | None, words: str
) -> None:
    with OpenEXR.File(str(file), header_only=True) as exr:
        values = json.loads(exr.header()[attribute])
    rewritten(file, attribute, None if change is None else json.dumps(values | change))
    with pytest.raises(MenuraError, match=words) as refusal:
        read_exr(file)
    assert "x.exr" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_pixels_of_half_the_bits_are_refused(file: Path) -> None:
    with OpenEXR.File(str(file), separate_channels=True) as exr:
        header = {k: v for k, v in exr.header().items() if isinstance(v, str)}
        half = np.array(exr.channels()["Y"].pixels).astype(np.float16)
    OpenEXR.File(header, {"Y": half}).write(str(file))
    with pytest.raises(MenuraError, match="not 32-bit floats"):
        read_exr(file)


def test_what_is_not_its_frames_is_refused(tmp_path: Path) -> None:
    part = fitted()
    for shape in ((1, 128, 0), (1, 64, 3)):
        with pytest.raises(UsageError, match="frames of one clip"):
            write_exr(tmp_path / "x.exr", part, torch.zeros(shape))
    assert list(tmp_path.iterdir()) == []


def test_without_the_library_one_line_says_how_to_get_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    before = file.read_bytes()
    with pytest.raises(MenuraError, match=r'pip install "menura\[exr\]"'):
        read_exr(file)
    with pytest.raises(MenuraError, match=r'pip install "menura\[exr\]"'):
        write_exr(file, fitted(), encoded(fitted()))
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("no space left\n on device")

    before, part = file.read_bytes(), fitted()
    monkeypatch.setattr(OpenEXR, "File", full)
    with pytest.raises(MenuraError, match=r"x\.exr: cannot be written \(no space left on device"):
        write_exr(file, part, encoded(part))
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]
