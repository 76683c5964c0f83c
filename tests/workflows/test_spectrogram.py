"""Pictures of clips of any length."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch

from menura import representations
from menura.audio import Clip, conform, read, write
from menura.cli.entry import run
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.representations import Representation
from menura.workflows import spectrogram as workflow
from menura.workflows.load import load
from menura.workflows.spectrogram import spectrogram
from menura.workflows.train import train
from tunes import tune

RATE = 8000


def log_mel() -> Representation:
    kind = representations.load("log-mel")
    return kind(kind.Config(), RATE)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    write(Clip(tune(12.3, RATE), RATE), tmp_path / "clip.wav")
    return tmp_path / "clip.wav"


@pytest.mark.parametrize("chunk_frames", [7, 64, 4096])
def test_the_frames_are_those_of_the_whole(
    clip: Path, chunk_frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "CHUNK_FRAMES", chunk_frames)
    part = log_mel()
    frames, n_together = workflow._columns(part, clip)
    whole = part.encode(torch.from_numpy(workflow.audio.read(clip).samples)[None])[0].numpy()
    assert n_together == 1
    np.testing.assert_allclose(frames, whole, atol=1e-4)


def test_a_column_shows_the_largest_of_its_frames(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = workflow._columns(log_mel(), clip)
    monkeypatch.setattr(workflow, "MOST_COLUMNS", 50)
    monkeypatch.setattr(workflow, "CHUNK_FRAMES", 33)
    few, n_together = workflow._columns(log_mel(), clip)
    assert few.shape[1] <= 50
    assert n_together == -(-whole.shape[1] // 50)
    for column in range(few.shape[1]):
        own = whole[:, column * n_together : (column + 1) * n_together]
        np.testing.assert_allclose(few[:, column], own.max(axis=1), atol=1e-4)


def test_memory_does_not_grow_with_the_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "CHUNK_FRAMES", 64)
    monkeypatch.setattr(workflow, "MOST_COLUMNS", 100)  # both are narrowed
    peaks = []
    for length in (1, 8):
        file = tmp_path / f"{length}.wav"
        write(Clip(np.tile(tune(15.0, RATE), (1, length)), RATE), file)
        part = log_mel()
        workflow._columns(part, file)  # what is imported and cached once is not counted
        tracemalloc.start()
        workflow._columns(part, file)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.parametrize("name", representations.sound_names())
def test_the_shortest_clips_have_a_picture(name: str, tmp_path: Path) -> None:
    write(Clip(np.full((2, 1), 0.1, np.float32), RATE), tmp_path / "short.wav")
    out, told = str(tmp_path / "short.png"), Collected()
    spectrogram(str(tmp_path / "short.wav"), out, representation=name, reporter=told)
    assert Path(out).read_bytes().startswith(b"\x89PNG")
    spectrogram(str(tmp_path / "short.wav"), out, representation=name, reporter=told)
    assert [line.split()[0] for line in told.lines] == ["wrote", "replaced"]


@pytest.fixture
def stereo(tmp_path: Path) -> Path:
    write(Clip(tune(1.6, RATE, n_channels=2), RATE), tmp_path / "stereo.wav")
    return tmp_path / "stereo.wav"


def test_a_waveform_shows_both_its_ends(clip: Path) -> None:
    kind = representations.load("waveform")
    samples = read(clip).samples[0]
    drawn, n_together = workflow._columns(kind(kind.Config(), RATE), clip)
    assert drawn.shape[1] == 2 * -(-len(samples) // n_together)
    for column in (0, 500, drawn.shape[1] // 2 - 1):
        own = samples[column * n_together : (column + 1) * n_together]
        assert list(drawn[0, 2 * column : 2 * column + 2]) == [own.min(), own.max()]


def test_settings_are_those_of_the_representation(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.exr"
    settings = {"n_fft": "512", "hop_length": "128", "normalisation": "none"}
    spectrogram(clip, out, representation="log-power", settings=settings)
    part, frames = representations.read_exr(out)
    assert (part.config.n_fft, part.config.hop_length) == (512, 128)
    whole = part.encode(torch.from_numpy(read(clip).samples)[None])
    torch.testing.assert_close(frames[:, :, : whole.shape[2] - 2], whole[:, :, :-2])
    for wrong, words in (
        ({"fft": "512"}, "not a setting; there is"),
        ({"hop_length": "0"}, "hop_length=0: hop_length must be"),
        ({"n_fft": "large"}, "n_fft must be a whole number"),
    ):
        with pytest.raises(UsageError, match=words):
            spectrogram(clip, out, representation="log-power", settings=wrong)


def test_presets_are_those_of_the_representation(clip: Path, tmp_path: Path) -> None:
    name, known = next(
        (name, presets)
        for name in representations.sound_names()
        if (presets := representations.presets(name))
    )
    preset, config = next(iter(known.items()))
    spectrogram(clip, tmp_path / "x.exr", representation=name, preset=preset)
    assert representations.read_exr(tmp_path / "x.exr")[0].config == config
    with pytest.raises(UsageError, match=f"no preset 'huge'.*{preset}"):
        spectrogram(clip, tmp_path / "x.exr", representation=name, preset="huge")


@pytest.mark.parametrize("name", ["waveform", "magnitude-if", "log-mel"])
def test_openexr_gives_the_sound_back(name: str, stereo: Path, tmp_path: Path) -> None:
    numbers, told = tmp_path / "x.exr", Collected()
    spectrogram(stereo, numbers, representation=name, reporter=told)
    spectrogram(numbers, tmp_path / "back.wav", reporter=told)
    assert [line.split()[0] for line in told.lines] == ["wrote"] * 2
    sound, back = read(stereo), read(tmp_path / "back.wav")
    assert back.samples.shape == sound.samples.shape
    assert back.sample_rate == RATE
    part, _ = representations.read_exr(numbers)
    if part.promise.measure == "snr-db":
        bound = min(part.promise.bound, 40)  # the wav file has 16 bits
        assert representations.snr_db(sound.samples, back.samples, RATE) > bound
    else:
        found = representations.log_mel_db(sound.samples, back.samples, RATE)
        assert found < 2 * part.promise.bound


def test_the_command_line_goes_there_and_back(
    stereo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers, back, picture = (str(tmp_path / f"x.{end}") for end in ("exr", "flac", "png"))
    words = ["--representation", "log-power", "--set", "n_iter=4", "--out", numbers]
    assert run(["spectrogram", str(stereo), *words]) == 0
    assert run(["spectrogram", numbers, "--out", back]) == 0
    assert run(["spectrogram", numbers, "--out", picture]) == 0
    assert capsys.readouterr().out.split() == [numbers, back, picture]
    assert read(Path(back)).samples.shape == read(stereo).samples.shape
    assert Path(picture).read_bytes().startswith(b"\x89PNG")
    Path(numbers).write_bytes(Path(numbers).read_bytes()[:3000])
    assert run(["spectrogram", numbers, "--out", back]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1


@pytest.mark.parametrize("n_samples", [1, 300])
def test_the_shortest_sounds_come_back_as_long(n_samples: int, tmp_path: Path) -> None:
    write(Clip(np.full((1, n_samples), 0.1, np.float32), RATE), tmp_path / "short.wav")
    spectrogram(tmp_path / "short.wav", tmp_path / "x.exr")
    spectrogram(tmp_path / "x.exr", tmp_path / "back.wav")
    assert read(tmp_path / "back.wav").n_samples == n_samples


def test_words_that_cannot_be(clip: Path, tmp_path: Path) -> None:
    numbers = tmp_path / "x.exr"
    spectrogram(clip, numbers)
    before = numbers.read_bytes()
    with pytest.raises(UsageError, match="says its own representation"):
        spectrogram(numbers, tmp_path / "x.png", representation="power")
    with pytest.raises(UsageError, match=r"end in \.png or \.wav"):
        spectrogram(numbers, tmp_path / "y.exr")
    with pytest.raises(UsageError, match=r"end in \.png or \.exr"):
        spectrogram(clip, tmp_path / "x.wav")
    with pytest.raises(MenuraError, match=r"no\.exr: cannot be read"):
        spectrogram(tmp_path / "no.exr", tmp_path / "x.png")
    clip.rename(tmp_path / "sound.exr")
    with pytest.raises(MenuraError, match="not an OpenEXR file"):
        spectrogram(tmp_path / "sound.exr", tmp_path / "x.png")
    assert numbers.read_bytes() == before
    assert not (tmp_path / "x.png").exists()


def test_more_than_an_image_holds_is_said(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from menura.representations import _exr

    monkeypatch.setattr(_exr, "MOST_VALUES", 1000)
    with pytest.raises(UsageError, match="more than an image holds"):
        spectrogram(clip, tmp_path / "x.exr")
    assert not (tmp_path / "x.exr").exists()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A codec and a system without one."""
    folder = tmp_path_factory.mktemp("runs")
    for number in range(3):
        write(Clip(tune(2.0, RATE, number), RATE), folder / "music" / f"{number}.wav")
    for recipe in ("spectral-codec", "stft-lstm"):
        train(recipe, folder / "music", folder / recipe, preset="tiny", steps=1)
    return folder


def test_a_codec_is_a_vocoder(clip: Path, runs: Path, tmp_path: Path) -> None:
    spectrogram(clip, tmp_path / "x.exr", representation="power")
    spectrogram(tmp_path / "x.exr", tmp_path / "plain.wav")
    spectrogram(tmp_path / "x.exr", tmp_path / "voiced.wav", vocoder=runs / "spectral-codec")
    plain, voiced = read(tmp_path / "plain.wav"), read(tmp_path / "voiced.wav")
    codec = load(runs / "spectral-codec")
    assert voiced.sample_rate == codec.sample_rate
    assert voiced.duration_s == pytest.approx(12.3, abs=0.01)
    through = codec.round_trip(conform(plain, codec.sample_rate, codec.n_audio_channels))
    np.testing.assert_allclose(voiced.samples, through.samples, atol=1e-3)


def test_only_a_codec_is_a_vocoder(clip: Path, runs: Path, tmp_path: Path) -> None:
    spectrogram(clip, tmp_path / "x.exr")
    with pytest.raises(UsageError, match="stft-lstm system, which has no codec"):
        spectrogram(tmp_path / "x.exr", tmp_path / "x.wav", vocoder=runs / "stft-lstm")
    with pytest.raises(UsageError, match="--vocoder is for making sound"):
        spectrogram(clip, tmp_path / "x.png", vocoder=runs / "spectral-codec")
