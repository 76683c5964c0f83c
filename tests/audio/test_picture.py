"""Spectrograms: equal to librosa's, and pictures that can be compared by eye."""

import io
from collections.abc import Callable

import librosa
import numpy as np
import pytest
from matplotlib.figure import Figure

from menura.audio import (
    Axis,
    Clip,
    frames_picture,
    frames_png,
    hz_to_mel,
    mel_filter_bank,
    mel_to_hz,
    spectrogram_db,
    spectrograms_png,
)
from menura.audio.frames_picture import columns, columns_a_frame


@pytest.mark.parametrize(
    ("rate", "n_fft", "n_mels", "low", "high"),
    [
        (22_050, 2048, 128, 0.0, None),
        (44_100, 2048, 80, 30.0, 16_000.0),
        (8000, 256, 20, 0.0, None),
    ],
)
@pytest.mark.parametrize("norm", ["slaney", None])
def test_mel_filters_are_librosas(rate, n_fft, n_mels, low, high, norm) -> None:
    peer = librosa.filters.mel(
        sr=rate, n_fft=n_fft, n_mels=n_mels, fmin=low, fmax=high, norm=norm, htk=False
    )
    assert np.allclose(mel_filter_bank(rate, n_fft, n_mels, low, high, norm), peer, atol=1e-6)


def test_the_mel_scale_is_librosas_and_turns_back() -> None:
    hz = np.linspace(0, 20_000, 999)
    assert np.allclose(hz_to_mel(hz), librosa.hz_to_mel(hz))
    assert np.allclose(mel_to_hz(hz_to_mel(hz)), hz)


def test_the_spectrogram_is_librosas() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 30_000)).astype(np.float32)
    peer = librosa.feature.melspectrogram(
        y=noise[0], sr=22_050, n_fft=1024, hop_length=256, n_mels=64, norm=None, window="hann"
    )
    level = librosa.filters.get_window("hann", 1024).sum() / 2
    expected = 10 * np.log10(np.maximum(peer / level**2, 1e-12))
    mine = spectrogram_db(Clip(noise, 22_050), n_mels=64)
    assert mine.shape == expected.shape
    assert np.abs(mine - expected).max() < 1e-3


def test_levels_are_relative_to_full_scale() -> None:
    t = np.arange(44_100) / 44_100
    for amplitude, db in ((1.0, 0.0), (0.01, -40.0)):
        wave = (amplitude * np.sin(2 * np.pi * 3000 * t)).astype(np.float32)
        for n_channels in (1, 2):
            clip = Clip(np.tile(wave, (n_channels, 1)), 44_100)
            assert spectrogram_db(clip)[:, 20:-20].max() == pytest.approx(db, abs=3)
    antiphase = Clip(np.stack([wave, -wave]), 44_100)
    assert spectrogram_db(antiphase).max() > -45


@pytest.mark.parametrize("n_samples", [0, 1, 100, 600_000])
@pytest.mark.parametrize("rate", [1000, 192_000])
def test_any_length(n_samples: int, rate: int) -> None:
    silence = Clip(np.zeros((2, n_samples), np.float32), rate)
    mels = spectrogram_db(silence, n_mels=16)
    assert mels.shape[0] == 16
    assert mels.shape[1] >= 1
    assert (mels == -120).all()


def pixels(png: bytes) -> np.ndarray:
    from matplotlib.image import imread

    return np.asarray(imread(io.BytesIO(png)))[..., :3]


def test_all_rows_share_one_scale_of_seconds() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 16_000)).astype(np.float32)
    rows = [("two seconds", Clip(noise, 8000)), ("one second", Clip(noise[:, :8000], 8000))]
    image = pixels(spectrograms_png(rows))
    coloured = (image.min(axis=2) < 0.9)[:, : int(image.shape[1] * 0.9)]  # less the colour bar
    half = image.shape[0] // 2
    widths = [int((part.mean(axis=0) > 0.3).sum()) for part in (coloured[:half], coloured[half:])]
    assert widths[0] > 600
    assert widths[1] / widths[0] == pytest.approx(0.5, abs=0.02)


def test_all_rows_share_one_range_of_colours() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 16_000)).astype(np.float32)
    rows = [("loud", Clip(noise, 8000)), ("30 dB quieter", Clip(noise * 0.03, 8000))]
    image = pixels(spectrograms_png(rows))
    half, inner = image.shape[0] // 2, slice(200, 800)
    assert image[:half, inner].mean(axis=2).mean() > image[half:, inner].mean(axis=2).mean() + 0.05


def test_titles_may_be_anything() -> None:
    clip = Clip(np.zeros((1, 800), np.float32), 8000)
    rows = [("$x_{ – 音楽 🎵 \n", clip), ("long " * 90, clip), ("", clip)]
    for n_columns in (1, 2, 9):
        assert spectrograms_png(rows, columns=n_columns).startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="at least one"):
        spectrograms_png([])


KINDS = [
    Axis(),
    Axis("coefficient"),
    Axis("hz", 0, 4000),
    Axis("hz", 0, 4000, linear="power"),
    Axis("hz", 0, 4000, panels=("magnitude", "phase")),
    Axis("mel", 0, 4000, panels=("magnitude", "frequency")),
    Axis("htk", 30, 4000, panels=("", "real", "imaginary")),
    Axis("wave"),
]


@pytest.mark.parametrize("axis", KINDS)
@pytest.mark.parametrize(("n_frames", "frame_rate_hz"), [(1, None), (9000, 86.1)])
def test_frames_of_every_kind(axis: Axis, frame_rate_hz: float | None, n_frames: int) -> None:
    frames = np.random.default_rng(0).normal(size=(12, n_frames)).astype(np.float32)
    frames *= n_frames > 1
    png = frames_png(frames, title="frames of $x", frame_rate_hz=frame_rate_hz, axis=axis)
    assert pixels(png).std() > 0.02


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that were drawn."""
    figures: list[Figure] = []

    def keep(figure: Figure) -> bytes:
        figures.append(figure)
        figure.canvas.draw()
        return b""

    monkeypatch.setattr(frames_picture, "to_png", keep)
    return figures


def test_a_tone_stands_at_its_frequency(drawn: list[Figure]) -> None:
    """Whatever the scale, the row of a sine is found beside its frequency."""
    rate, n_fft, hz = 16_000, 1024, 1500.0
    tone = np.sin(2 * np.pi * hz * np.arange(rate) / rate).astype(np.float32)
    power = np.abs(librosa.stft(tone, n_fft=n_fft)) ** 2
    for kind, frames in (
        ("hz", power),
        ("mel", librosa.feature.melspectrogram(S=power, sr=rate, n_mels=64)),
        ("htk", librosa.feature.melspectrogram(S=power, sr=rate, n_mels=64, htk=True)),
    ):
        axis = Axis(kind, 0, rate / 2)
        frames_png(frames.astype(np.float32), title="", frame_rate_hz=100, axis=axis)
        image = drawn[-1].axes[0].images[0]
        _, _, low, high = image.get_extent()
        row = int(image.get_array()[:, 50].argmax())
        place = low + (row + 0.5) * (high - low) / frames.shape[0]
        assert abs(place - axis.position(hz)) <= 0.5 * (high - low) / frames.shape[0] * 1.01


@pytest.mark.parametrize(("kind", "htk"), [("mel", False), ("htk", True)])
def test_bands_stand_where_librosa_has_their_peaks(kind: str, htk: bool) -> None:
    axis = Axis(kind, 50, 6000)
    low, high = axis.edges(20)
    peaks = librosa.mel_frequencies(22, fmin=50, fmax=6000, htk=htk)[1:-1]
    centres = low + (np.arange(20) + 0.5) * (high - low) / 20
    assert np.allclose(centres, [axis.position(float(hz)) for hz in peaks])


def test_ticks_are_in_hz_and_seconds(drawn: list[Figure]) -> None:
    frames = np.random.default_rng(0).normal(size=(80, 300)).astype(np.float32)
    frames_png(frames, title="t", frame_rate_hz=100, axis=Axis("mel", 0, 8000))
    axes = drawn[0].axes[0]
    shown = dict(
        zip([t.get_text() for t in axes.get_yticklabels()], axes.get_yticks(), strict=True)
    )
    assert shown["4000"] == pytest.approx(float(hz_to_mel(4000)))
    assert axes.get_xlim() == (0, 3.0)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (s)", "frequency (Hz)")


def test_phase_images_have_two_panels_a_channel(drawn: list[Figure]) -> None:
    axis = Axis("hz", 0, 4000, panels=("magnitude", "phase"))
    frames = np.arange(8, dtype=np.float32)[:, None].repeat(5, axis=1)
    frames_png(frames, title="t", frame_rate_hz=10, axis=axis, n_channels=2)
    panels = [axes for axes in drawn[0].axes if axes.images]
    names = [axes.get_title(loc="left") for axes in panels]
    assert names == [f"channel {c}: {what}" for c in (1, 2) for what in ("magnitude", "phase")]
    firsts = [float(axes.images[0].get_array()[0, 0]) for axes in panels]
    assert firsts == [0, 2, 4, 6]
    assert [axes.images[0].get_clim() for axes in panels] == [(0, 5), (-7, 7)] * 2


@pytest.mark.parametrize(("linear", "db"), [("power", 20), ("amplitude", 40)])
def test_what_is_linear_is_drawn_in_decibels(linear: str, db: float, drawn: list[Figure]) -> None:
    axis = Axis("hz", 0, 4000, linear=linear, panels=("magnitude", "frequency"))
    frames = np.float32([[1.0, 10.0], [100.0, 0.0], [-1, 1], [0.5, 0]])
    frames_png(frames, title="", frame_rate_hz=1, axis=axis)
    image, other = (axes.images[0] for axes in drawn[0].axes if axes.images)
    assert np.allclose(image.get_array()[:, 0], [0, db])
    assert image.get_clim() == pytest.approx((db - 80, db))
    assert np.array_equal(other.get_array(), frames[2:])
    frames_png(frames - 0.5, title="scores", frame_rate_hz=1, axis=axis)
    assert np.array_equal(drawn[1].axes[0].images[0].get_array(), frames[:2] - 0.5)


def test_columns_show_peaks_of_levels_firsts_of_phases_and_both_ends_of_waves() -> None:
    frames = np.float32([[1, 5, 2, 0, 7], [0.1, 0.9, 0.3, -0.8, 0.5]])
    image = columns(frames, 2, Axis("hz", 0, 1, panels=("magnitude", "phase")))
    assert np.array_equal(image, np.float32([[5, 2, 7], [0.1, 0.3, 0.5]]))
    wave = columns(frames[1:], 2, Axis("wave"))
    assert np.array_equal(wave, np.float32([[0.1, 0.9, -0.8, 0.3, 0.5, 0.5]]))
    assert columns_a_frame(Axis("wave"), 2) == 1
    assert columns_a_frame(Axis(), 4) == 0.25


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Axis("hz", 10, 10), "rises"),
        (lambda: Axis(panels=()), "1…3 panels"),
        (
            lambda: frames_png(
                np.zeros((3, 4), np.float32), title="", frame_rate_hz=1, n_channels=2
            ),
            "shared out",
        ),
        (
            lambda: frames_png(
                np.zeros((25, 4), np.float32), title="", frame_rate_hz=1, n_channels=25
            ),
            "at most 24",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wrong()
