"""Every sound file of the hostile set is read or refused as its manifest says."""

import json
from pathlib import Path

import numpy as np
import pytest

from menura.audio import UnreadableAudioError, blocks, probe

# Sound that can be read, and that a corpus leaves out for what it holds or how it is named.
FOR_THE_CORPUS = {
    "nan_float.wav",
    "inf_float.wav",
    "all_nan_float.wav",
    "float_denormal.wav",
    "one_sample.wav",
    "short_10ms.wav",
    "long_silence_1h.flac",
    "silent.wav",
    "one_lsb_noise.wav",
    "dc_only.wav",
    "partial_download.wav.part",
    "stray_not_in_json.wav",
    "blues.00000.wav",
}
NOT_SOUND = {".mid", ".midi", ".json", ".csv", ".db", ".gitkeep"}
SECONDS = {
    "good.wav": 1.2,
    "jazz.00053.wav": 12.0,
    "guitar_acoustic_000-060-100.wav": 4.0,
    "half_silent.wav": 9.2,
    "rate_192k.wav": 1.0,
    "dc_offset.wav": 1.2,
}
REASONS = {
    "zero_bytes.wav": "empty file",
    "lfs_pointer.wav": "Git LFS pointer",
    "html_error_page.mp3": "web page",
    "text_renamed.wav": "text",
    "png_renamed.wav": "PNG",
    "._resource_fork.wav": "AppleDouble",
    "mp3_tag_only.mp3": "ID3 tag",
    "header_only.wav": "no audio data",
    "zero_samples.wav": "no audio data",
    "riff_no_fmt.wav": "fmt chunk",
    "riff_no_data.wav": "data chunk",
    "truncated_header.wav": "fmt chunk",
    "zero_channels.wav": "0 channels",
    "channels_65535.wav": "65535 channels",
    "zero_rate.wav": "sample rate of 0 Hz",
    "rate_1hz.wav": "sample rate of 1 Hz is outside 1000…384000",
    "rate_4ghz.wav": "sample rate of 4000000000 Hz",
    "unknown_codec.wav": "0x7A21",
    "truncated_flac_header.flac": "FLAC that is damaged",
    "jazz.00054.wav": "text",
    "no_notes.mid": "MIDI",
}


def heard(path: Path) -> tuple[float, str]:
    """Seconds that can be decoded, and the reason where none can."""
    try:
        rate = probe(path).sample_rate
        n_samples = 0
        for block in blocks(path):
            assert block.nbytes < 20e6
            n_samples += block.shape[1]
        return n_samples / rate, ""
    except UnreadableAudioError as error:
        return 0.0, error.reason if str(error).isprintable() else "not one line"


def complaints(folder: Path, entry: dict[str, str]) -> list[str]:
    path, name = folder / entry["file"], Path(entry["file"]).name
    if "needs" in entry or not path.is_file():
        return []
    seconds, reason = heard(path)
    found = []
    if name in REASONS and REASONS[name] not in reason:
        found.append(f"{name}: {reason!r} does not say {REASONS[name]!r}")
    if path.suffix in NOT_SOUND or ("layouts" in entry["file"] and path.suffix != ".wav"):
        return [*found, f"{name}: read as sound"] if seconds else found
    readable = entry["expect"] == "accept" or name in FOR_THE_CORPUS
    if readable and not seconds:
        found.append(f"{name}: refused: {reason}")
    if entry["expect"] == "accept" and abs(seconds - SECONDS.get(name, 1.2)) > 1e-3:
        found.append(f"{name}: {seconds} s")
    if entry["expect"] == "skip" and not readable and seconds:
        found.append(f"{name}: read as sound")
    return found


def check(folder: Path) -> None:
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["entries"]
    assert len(entries) > 100
    assert [line for entry in entries for line in complaints(folder, entry)] == []


def test_as_the_manifest_says(hostile: Path, without_ffmpeg: None) -> None:
    check(hostile)
    assert heard(hostile / "aac.m4a") == (0.0, "MP4/M4A needs ffmpeg, which is not installed")


def test_as_the_manifest_says_with_ffmpeg(hostile: Path, with_ffmpeg: None) -> None:
    check(hostile)
    assert heard(hostile / "aac.m4a")[0] == pytest.approx(1.2, abs=0.05)
    assert heard(hostile / "mp3_in_riff.wav")[0] == pytest.approx(1.2, abs=0.1)
    assert heard(hostile / "size_zero_stream.wav")[0] == pytest.approx(1.2)


def test_cut_files_give_what_they_have(hostile: Path) -> None:
    assert heard(hostile / "truncated_data.wav")[0] == pytest.approx(14_333 / 22_050)
    assert heard(hostile / "truncated_odd_byte.wav")[0] == pytest.approx(14_332 / 22_050)
    assert probe(hostile / "truncated_data.wav").n_samples == 26_460
    assert 0.09 < heard(hostile / "truncated.flac")[0] < 0.6
    assert 0.5 < heard(hostile / "truncated.mp3")[0] < 0.8


def test_bad_values_are_passed_on(hostile: Path) -> None:
    (block,) = blocks(hostile / "nan_float.wav")
    assert np.isnan(block).sum() == 100
    (block,) = blocks(hostile / "inf_float.wav")
    assert np.isinf(block).sum() == 2
    (block,) = blocks(hostile / "float_over_range.wav")
    assert np.abs(block).max() > 8


def test_the_mp3_decoder_keeps_quiet(hostile: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("truncated.mp3", "mp3_rate_changes.mp3", "random_bytes.mp3", "mp3_tag_only.mp3"):
        heard(hostile / name)
    assert capfd.readouterr() == ("", "")
