"""Reading: what is in the file, whatever its header, name or kind says."""

import os
import resource
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from menura.audio import UnreadableAudioError, blocks, probe, read, write
from menura.audio.reading import stored_blocks

RATE = 22_050


def wav(
    data: bytes, *, codec: int = 1, n_channels: int = 1, rate: int = RATE, size: int | None = None
) -> bytes:
    fmt = struct.pack("<HHIIHH", codec, n_channels, rate, 0, 2 * n_channels & 0xFFFF, 16)
    size = len(data) if size is None else size
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", size) + data
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


SOUND = (8000 * np.sin(np.arange(RATE) / 9)).astype("<i2").tobytes()


def reason(path: Path) -> str:
    with pytest.raises(UnreadableAudioError) as caught:
        list(blocks(path))
    with pytest.raises(UnreadableAudioError):
        probe(path)
    assert str(caught.value).endswith(": " + caught.value.reason)
    assert str(caught.value).isprintable()
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "`git lfs pull`"),
        (b"\n  <!DOCTYPE HTML><html>404</html>", "a saved web page (HTML)"),
        (b"<?xml version='1.0'?><Error>AccessDenied</Error>", "XML"),
        (b"#EXTM3U\nfile:///etc/hostname\n", "a playlist"),
        ("Nur ein Text, für Ähnliches.\n".encode() * 400, "text"),
        ("text in two bytes".encode("utf-16"), "text"),
        (b'{"a": 1}', "text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "a PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "a JPEG picture"),
        (b"%PDF-1.7\n\x80\x90", "a PDF document"),
        (b"PK\x03\x04" + bytes(99), "a ZIP archive"),
        (b"\x00\x05\x16\x07" + bytes(99), "AppleDouble"),
        (b"MThd" + bytes(20), "MIDI"),
        (b"ID3\x03\x00\x00\x00\x00\x1f\x76" + bytes(4086), "ID3 tag"),
        (bytes(1000), "zero bytes"),
        (bytes(range(256)) * 9, "not audio, or a format that is not known"),
        (b"OggS" + bytes(99), "OGG that is damaged"),
        (b"fLaC" + bytes(9), "FLAC that is damaged"),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(99), "M4A needs ffmpeg, which is not installed"),
        (b"\x1aE\xdf\xa3" + bytes(99), "WebM/Matroska needs ffmpeg, which is not installed"),
        (wav(SOUND, codec=0x55), "coding 0x0055 needs ffmpeg, which is not installed"),
        (wav(SOUND)[:20], "fmt chunk"),
        (wav(SOUND)[:36], "data chunk"),
        (wav(SOUND)[:44], "no audio data"),
        (wav(b""), "no audio data"),
        (wav(SOUND, n_channels=0), "0 channels is outside 1…64"),
        (wav(SOUND, n_channels=65), "65 channels is outside 1…64"),
        (wav(SOUND, rate=0), "sample rate of 0 Hz is outside 1000…384000"),
        (wav(SOUND, rate=999), "sample rate of 999 Hz is outside 1000…384000"),
        (wav(SOUND, rate=384_001), "sample rate of 384001 Hz"),
    ],
)
def test_refusals_say_what_the_file_is(
    content: bytes, says: str, tmp_path: Path, without_ffmpeg: None
) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(content)
    assert says in reason(path)


@pytest.mark.parametrize("rate", [1000, 384_000])
def test_the_limits_themselves_are_read(rate: int, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(SOUND, rate=rate, n_channels=64))
    assert read(tmp_path / "a.wav").samples.shape == (64, RATE // 64)


@pytest.mark.parametrize("claim", [10**9, 0xFFFFFFFF, 0x7FFFFFFF])
def test_claimed_sizes_are_not_believed(claim: int, tmp_path: Path) -> None:
    path = tmp_path / "claims.wav"
    path.write_bytes(wav(SOUND, size=claim))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read(path).n_samples == RATE
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200_000  # KiB
    assert probe(path).n_samples == (500_000_000 if claim == 10**9 else RATE)


def test_chunks_of_odd_size_are_padded(tmp_path: Path) -> None:
    path, plain = tmp_path / "a.wav", wav(SOUND)
    path.write_bytes(plain[:12] + b"note" + struct.pack("<I", 5) + b"Hello\0" + plain[12:])
    assert read(path).n_samples == RATE


def test_what_is_not_a_regular_file(tmp_path: Path) -> None:
    fifo, folder, nothing = tmp_path / "fifo.wav", tmp_path / "folder.wav", tmp_path / "no.wav"
    os.mkfifo(fifo)
    folder.mkdir()
    (tmp_path / "dangling.wav").symlink_to("nowhere.wav")
    (tmp_path / "self.wav").symlink_to("self.wav")
    assert reason(fifo) == "not a regular file but a named pipe"
    assert reason(folder) == "not a regular file but a folder"
    assert reason(Path(os.devnull)) == "not a regular file but a device"
    assert reason(nothing) == "there is no such file"
    assert reason(tmp_path / "dangling.wav") == "a link to nothing"
    assert reason(tmp_path / "self.wav") == "a broken link"
    assert "null" in reason(Path("a\0b.wav"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_without_permission(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(SOUND))
    (tmp_path / "a.wav").chmod(0)
    assert reason(tmp_path / "a.wav") == "permission denied"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("name", [b"bytes_\xff\xfe.wav", b"new\nline.wav", b"-i.wav"])
def test_any_name(name: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(os.fsdecode(name))
    path.write_bytes(wav(SOUND))
    assert read(path).n_samples == RATE
    path.write_bytes(b"")
    with pytest.raises(UnreadableAudioError) as caught:
        probe(path)
    str(caught.value).encode()  # a name that cannot be encoded is written with escapes
    assert "\n" not in str(caught.value)
    assert (rb"\xff" in repr(name).encode()) == (r"\xff\xfe" in str(caught.value))


@pytest.mark.parametrize(
    "coding",
    [
        "WAV/PCM_U8",
        "WAV/PCM_24",
        "WAV/DOUBLE",
        "WAVEX/PCM_16",
        "RF64/PCM_16",
        "W64/FLOAT",
        "AIFF/PCM_16",
        "AU/PCM_16",
        "CAF/PCM_16",
        "FLAC/PCM_24",
        "OGG/VORBIS",
        "OGG/OPUS",
        "MP3/MPEG_LAYER_III",
    ],
)
def test_by_content_not_suffix(coding: str, tmp_path: Path) -> None:
    container, subtype = coding.split("/")
    path = tmp_path / "sound.txt"
    wave = np.sin(np.arange(48_000 * 2) / 30).reshape(-1, 2) * 0.5
    soundfile.write(path, wave, 48_000, subtype, format=container)
    info, clip = probe(path), read(path)
    assert (info.sample_rate, info.n_channels, info.n_samples) == (48_000, 2, 48_000)
    assert clip.samples.shape == (2, 48_000)
    assert np.corrcoef(clip.samples[0], wave[:, 0])[0, 1] > 0.99


def test_blocks_joined_are_the_whole(tmp_path: Path, music) -> None:
    for suffix in ("wav", "flac", "ogg", "mp3"):
        path = tmp_path / f"a.{suffix}"
        write(music(3.0, 44_100, 2), path)
        parts = list(blocks(path, block_s=0.7))
        assert max(part.shape[1] for part in parts) == round(0.7 * 44_100)
        assert np.array_equal(np.concatenate(parts, axis=1), read(path).samples)


def test_many_channels_make_shorter_blocks(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((200_000, 64), np.int16), 96_000)
    assert all(block.size <= 1 << 22 for block in blocks(tmp_path / "a.wav", block_s=60))


def test_damage_in_the_middle_ends_the_stream(tmp_path: Path, music) -> None:
    path = tmp_path / "a.flac"
    write(music(4.0, 44_100), path)
    whole, content = read(path).samples, bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 3000] = bytes(3000)
    path.write_bytes(content)
    part = np.concatenate(list(blocks(path)), axis=1)
    assert probe(path).n_samples == 4 * 44_100
    assert 0.2 * 44_100 < part.shape[1] < 4 * 44_100
    assert np.array_equal(part, whole[:, : part.shape[1]])


def test_an_mp3_that_does_not_state_its_length_is_read_to_its_end(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * 44_100)
    wave = np.concatenate([noise, np.sin(np.arange(9 * 44_100) / 50) * 0.1])
    path = tmp_path / "variable.mp3"
    soundfile.write(path, wave, 44_100, format="MP3", subtype="MPEG_LAYER_III")
    assert probe(path).n_samples == len(wave)
    content = path.read_bytes()
    for tag in (b"Xing", b"Info"):
        content = content.replace(tag, bytes(4))
    path.write_bytes(content)
    assert probe(path).n_samples is None
    # Without the tag the coder's padding (under 0.1 s) stays.
    assert 0 <= read(path).n_samples - len(wave) < 4410
    for block in blocks(path):
        assert block.shape == (1, 5 * 44_100)
        break  # leaving early must not hang


def test_a_flac_that_does_not_state_its_length(tmp_path: Path, music) -> None:
    path = tmp_path / "piped.flac"
    write(music(2.0), path)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # the 36 bits of STREAMINFO's length
    content[22:26] = bytes(4)
    path.write_bytes(content)
    assert probe(path).n_samples is None
    assert read(path).n_samples == 2 * RATE


def test_a_block_must_have_a_length(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="positive"):
        list(blocks(tmp_path / "a.wav", block_s=0))


@pytest.mark.parametrize(
    ("suffix", "subtype", "exact"),
    [("wav", "PCM_16", True), ("flac", "PCM_16", True), ("aiff", "PCM_16", True),
     ("wav", "PCM_24", False)],
)  # fmt: skip
def test_sixteen_bit_values_come_as_they_are(
    tmp_path: Path, suffix: str, subtype: str, exact: bool
) -> None:
    path = tmp_path / f"x.{suffix}"
    values = np.random.default_rng(0).integers(-32768, 32767, (20_000, 2), endpoint=True)
    soundfile.write(path, values.astype(np.int16), 8000, subtype=subtype)
    stored = np.concatenate(list(stored_blocks(path, 0.5, print, probe(path))), axis=1)
    assert stored.dtype == (np.int16 if exact else np.float32)
    samples = stored / np.float32(32768) if exact else stored
    assert np.array_equal(samples, read(path).samples)
    assert np.array_equal(np.round(samples * 32768), values.T)
