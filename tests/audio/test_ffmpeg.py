"""The way through ffmpeg: with stand-ins for the program, and with the program where it is."""

import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from menura.audio import UnreadableAudioError, blocks, ffmpeg, probe, read, write

M4A = b"\x00\x00\x00\x20ftypM4A " + bytes(99)
SAYS = """echo '{"streams": [{"codec_name": "aac", "sample_rate": "RATE", "channels": 2}],
"format": {"format_name": "mov"}}'""".replace("RATE", "44100")


@pytest.fixture
def m4a(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("-i $(touch pwned).m4a")
    path.write_bytes(M4A)
    return path


def test_samples_come_through(m4a: Path, fake_ffmpeg) -> None:
    samples = np.random.default_rng(0).normal(size=(100_001, 2)).astype("<f4")
    (m4a.parent / "samples").write_bytes(samples.tobytes() + b"odd")
    folder = fake_ffmpeg(SAYS, "exec /bin/cat samples")
    info = probe(m4a)
    assert (info.sample_rate, info.n_channels, info.n_samples) == (44_100, 2, None)
    assert np.array_equal(read(m4a).samples, samples.T)
    assert max(block.shape[1] for block in blocks(m4a, 0.5)) == 22_050
    for program in ("ffprobe", "ffmpeg"):
        arguments = (folder / f"{program}.arguments").read_text().splitlines()
        assert f"file:{m4a.absolute()}" in arguments
        assert arguments[arguments.index("-protocol_whitelist") + 1] == "file,pipe"
    assert not Path("pwned").exists()


@pytest.mark.parametrize(
    ("ffprobe", "decoder", "says"),
    [
        ("echo 'file:x: moov atom not found' >&2; exit 1", "exit 1", "moov atom not found"),
        ("echo '{\"streams\": []}'", "exit 1", "no sound in it"),
        ("echo nonsense", "exit 1", "no sound that ffmpeg can describe"),
        (SAYS.replace("44100", "7"), "exit 1", "sample rate of 7 Hz is outside"),
        (SAYS, "echo 'x: Invalid data' >&2; exit 1", "nothing can be decoded"),
        (SAYS, "exit 0", "finds no sound"),
        (SAYS, "exec /bin/sleep 60", "nothing can be decoded"),
        ("exec /bin/sleep 60", "exit 1", "gave no answer"),
    ],
)
def test_refusals(
    ffprobe: str, decoder: str, says: str, m4a: Path, fake_ffmpeg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ffmpeg, "PATIENCE_S", 0.5)
    fake_ffmpeg(ffprobe, decoder)
    start = time.monotonic()
    with pytest.raises(UnreadableAudioError, match=says):
        list(blocks(m4a))
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ("echo '[mov,mp4 @ 0x5576f3] stream 0, offset 0x69de: partial file' >&2", "partial file"),
        ("echo '[matroska,webm @ 0x5628] File ended prematurely' >&2", "File ended prematurely"),
        ("echo broken >&2; exit 1", "broken"),
    ],
)
def test_what_was_decoded_before_an_error_is_given(
    m4a: Path, fake_ffmpeg, end: str, says: str
) -> None:
    fake_ffmpeg(SAYS, f"/usr/bin/head -c 8000 /dev/zero; {end}")
    assert read(m4a).samples.shape == (2, 1000)
    heard: list[str] = []
    assert sum(block.shape[1] for block in blocks(m4a, damaged=heard.append)) == 1000
    assert heard == [f"ffmpeg says: {says}"]


def test_a_decoder_that_only_fails_is_said(m4a: Path, fake_ffmpeg) -> None:
    heard: list[str] = []
    fake_ffmpeg(SAYS, "/usr/bin/head -c 8000 /dev/zero; exit 3")
    list(blocks(m4a, damaged=heard.append))
    assert heard == ["ffmpeg ended with status 3"]
    fake_ffmpeg(SAYS, "/usr/bin/head -c 8000 /dev/zero")
    list(blocks(m4a, damaged=heard.append))
    assert len(heard) == 1


def test_leaving_early_ends_the_program(m4a: Path, fake_ffmpeg) -> None:
    fake_ffmpeg(SAYS, 'echo $$ > "pid"; /usr/bin/head -c 9000000 /dev/zero; exec /bin/sleep 60')
    stream, start = blocks(m4a), time.monotonic()
    next(stream)
    stream.close()
    assert time.monotonic() - start < 5
    with pytest.raises(ProcessLookupError):
        os.kill(int(Path("pid").read_text()), 0)


@pytest.mark.parametrize("content", [b"<html>", b"plain text", b"\x89PNG\r\n\x1a\n", M4A[:0]])
def test_what_is_plainly_not_audio_is_not_handed_over(
    content: bytes, tmp_path: Path, fake_ffmpeg
) -> None:
    folder = fake_ffmpeg(SAYS, "exit 0")
    (tmp_path / "a.m4a").write_bytes(content)
    with pytest.raises(UnreadableAudioError):
        probe(tmp_path / "a.m4a")
    assert not list(folder.glob("*.arguments"))


@pytest.mark.parametrize("suffix", ["m4a", "webm", "aac"])
def test_the_real_program_on_half_a_file(
    suffix: str, with_ffmpeg: None, tmp_path: Path, music
) -> None:
    write(music(3.0, 48_000, 2), tmp_path / "a.wav")
    made = tmp_path / f"a.{suffix}"
    front = ["-movflags", "+faststart"] if suffix == "m4a" else []
    command = ["ffmpeg", "-v", "error", "-i", tmp_path / "a.wav", *front, made]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    heard: list[str] = []
    list(blocks(made, damaged=heard.append))
    assert heard == []
    made.write_bytes(made.read_bytes()[: made.stat().st_size // 2])
    n_samples = sum(block.shape[1] for block in blocks(made, damaged=heard.append))
    assert 0.2 < n_samples / 48_000 / 3.0 < 0.8
    assert len(heard) == 1


@pytest.mark.parametrize("suffix", ["m4a", "webm", "wma", "aac"])
def test_the_real_program(suffix: str, with_ffmpeg: None, tmp_path: Path, music) -> None:
    clip = music(1.5, 48_000, 2)
    write(clip, tmp_path / "a.wav")
    made = tmp_path / f"-a.{suffix}"
    command = ["ffmpeg", "-v", "error", "-i", tmp_path / "a.wav", made]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    heard = read(made)
    assert (heard.sample_rate, heard.n_channels) == (48_000, 2)
    assert heard.duration_s == pytest.approx(1.5, abs=0.1)
    power = [float(np.square(c.samples).mean()) for c in (clip, heard)]
    assert power[1] == pytest.approx(power[0], rel=0.1)
