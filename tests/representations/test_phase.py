"""Phase from magnitude: slopes in closed form, the gain on real piano, streaming, odd input."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float

from menura.audio import conform, read
from menura.representations._phase import STARTS, PhaseStream, Start, griffin_lim, recover
from menura.representations._phase.pghi import HANN, logs, pghi
from menura.representations._phase.rtpghi import rtpghi
from menura.representations._stft import istft, stft
from menura.representations.log_power import LogPower
from menura.representations.power import Power
from tunes import tune

RATE = 22_050
N_FFT, HOP = 1024, 256
GAMMA = HANN * N_FFT**2


def turned(sound: np.ndarray, hop: int = HOP) -> torch.Tensor:
    return stft(torch.from_numpy(sound.astype(np.float32))[None], N_FFT, hop)


def inconsistency(sound: torch.Tensor, magnitude: torch.Tensor, hop: int = HOP) -> float:
    made = stft(sound, N_FFT, hop).abs()
    return float((made - magnitude[:, :, : made.shape[2]]).norm() / magnitude.norm())


def wrapped(x: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """−π…π"""
    return np.angle(np.exp(1j * x))


def test_every_start_is_there() -> None:
    assert set(STARTS) == set(get_args(Start))


def test_slope_over_time_of_a_sine() -> None:
    from menura.representations._phase.integration import advance_of, along_time, slopes

    hz = 1234.5
    sound = 0.5 * np.sin(2 * np.pi * hz * np.arange(RATE) / RATE)
    sizes = logs(turned(sound).abs())[0].T.contiguous().numpy()
    peak = round(hz * N_FFT / RATE)
    # A Hann window is a Gaussian only nearly, and less so away from the peak.
    for m, error in ((peak - 1, 0.4), (peak, 0.1), (peak + 1, 0.4)):
        found = along_time(sizes[20], m, HOP, N_FFT, GAMMA)
        assert abs(wrapped(np.array(found - 2 * np.pi * hz / RATE * HOP))) < error
        by_time, _ = slopes(sizes, HOP, N_FFT, GAMMA)
        assert by_time[20, m] + advance_of(m, HOP, N_FFT) == pytest.approx(found, abs=1e-4)


def test_slope_over_frequency_of_an_impulse() -> None:
    from menura.representations._phase.integration import slopes

    sound = np.zeros(8192)
    frame, late = 16, 60  # samples after the middle of the frame
    sound[frame * HOP + late] = 1
    sizes = logs(turned(sound).abs())[0].T.contiguous().numpy()
    _, by_frequency = slopes(sizes, HOP, N_FFT, GAMMA)
    for m in (3, 100, 500):
        assert by_frequency[frame, m] == pytest.approx(-2 * np.pi * late / N_FFT, abs=0.04)


@pytest.mark.parametrize("find", [pghi, rtpghi])
def test_phase_of_a_chirp(find: object) -> None:
    """The advance from frame to frame on the ridge is that of the true phase."""
    t = np.arange(2 * RATE) / RATE
    true = turned(0.5 * np.sin(2 * np.pi * (300 * t + 600 * t**2)))
    assert callable(find)
    angles = find(true.abs(), N_FFT, HOP)[0].numpy()
    frames = np.arange(10, angles.shape[1] - 10)
    ridge = true.abs()[0].argmax(dim=0).numpy()[frames]
    found = angles[ridge, frames] - angles[ridge, frames - 1]
    phase = true[0].angle().numpy()
    error = wrapped(found - phase[ridge, frames] + phase[ridge, frames - 1])
    assert np.abs(error).mean() < 0.1


@pytest.mark.parametrize("find", [pghi, rtpghi])
def test_an_impulse_comes_back_as_one(find: object) -> None:
    sound = np.zeros(8192)
    sound[3000] = 1
    true = turned(sound)
    assert callable(find)
    angles = find(true.abs(), N_FFT, HOP)
    back = istft(torch.polar(true.abs(), angles), N_FFT, HOP)[0].abs()
    near = back[2950:3050].square().sum() / back.square().sum()
    assert float(near) > 0.8


@pytest.fixture(scope="module")
def piano(recordings: Path) -> torch.Tensor:
    file = min((recordings / "piano").rglob("*.ogg"))
    samples = conform(read(file), RATE, 1).samples[:, 10 * RATE : 13 * RATE]
    return torch.from_numpy(np.ascontiguousarray(samples))


@pytest.mark.parametrize("start", ["pghi", "rtpghi"])
def test_real_piano_comes_back_better_than_by_rounds_alone(
    piano: torch.Tensor, start: Start
) -> None:
    magnitude = stft(piano, N_FFT, HOP).abs()

    def made(phase: Start, n_iter: int) -> float:
        return inconsistency(recover(magnitude, N_FFT, HOP, phase, n_iter), magnitude)

    # The start takes about the time of eight rounds.
    assert made(start, 0) < 0.15
    assert made(start, 0) < made("noise", 8)
    assert made(start, 0) < made("zero", 8)
    assert made(start, 8) < min(made("noise", 32), made("zero", 32), made(start, 0))


@pytest.mark.parametrize("look_ahead", [0, 1])
def test_a_stream_frame_by_frame(look_ahead: int) -> None:
    true = turned(tune(1.0, RATE, seed=5)[0])
    stream = PhaseStream(N_FFT, HOP, look_ahead)
    found = [stream.push(column) for column in true.abs()[0].T.contiguous().numpy()]
    if look_ahead:
        assert found[0] is None
        found = [*found[1:], stream.finish()]
    else:
        assert stream.finish() is None
    angles = torch.from_numpy(np.stack([f for f in found if f is not None], axis=1))[None]
    assert angles.shape == true.shape
    back = istft(torch.polar(true.abs(), angles), N_FFT, HOP)
    assert inconsistency(back, true.abs()) < 0.2
    if look_ahead:
        torch.testing.assert_close(angles, rtpghi(true.abs(), N_FFT, HOP))


def test_a_stream_without_frames_owes_nothing() -> None:
    assert PhaseStream(N_FFT, HOP).finish() is None
    with pytest.raises(ValueError, match="look_ahead"):
        PhaseStream(N_FFT, HOP, look_ahead=2)


@pytest.mark.parametrize("start", get_args(Start))
def test_rows_do_not_depend_on_each_other(start: Start) -> None:
    a = turned(tune(0.5, RATE, seed=1)[0]).abs()
    b = torch.rand(a.shape, generator=torch.manual_seed(0)) * 100
    together = recover(torch.cat([b, a, a]), N_FFT, HOP, start, 3)
    torch.testing.assert_close(together[1:2], recover(a, N_FFT, HOP, start, 3))
    torch.testing.assert_close(together[1], together[2])


@pytest.mark.parametrize("start", get_args(Start))
def test_equal_magnitudes_give_equal_sound(start: Start) -> None:
    magnitude = turned(tune(0.3, RATE, seed=1)[0]).abs()
    again = recover(magnitude, N_FFT, HOP, start, 2)
    assert torch.equal(recover(magnitude, N_FFT, HOP, start, 2), again)


def test_a_start_may_be_angles_or_complex() -> None:
    true = turned(tune(0.5, RATE, seed=1)[0])
    by_angles = griffin_lim(true.abs(), N_FFT, HOP, 2, start=true.angle())
    by_numbers = griffin_lim(true.abs(), N_FFT, HOP, 2, start=7 * true)
    torch.testing.assert_close(by_angles, by_numbers, rtol=1e-4, atol=1e-5)
    exact = griffin_lim(true.abs(), N_FFT, HOP, 0, start=true)
    torch.testing.assert_close(exact, istft(true, N_FFT, HOP), rtol=1e-4, atol=1e-5)


def test_gradients_flow_to_the_magnitude() -> None:
    magnitude = turned(tune(0.3, RATE, seed=1)[0]).abs().requires_grad_()
    recover(magnitude, N_FFT, HOP, "pghi", 2).square().sum().backward()
    assert magnitude.grad is not None
    assert magnitude.grad.isfinite().all()
    assert magnitude.grad.abs().max() > 0


SOUNDS = ("silence", "full scale", "constant", "noise", "tiny", "not a number")


@settings(max_examples=40)
@given(
    start=st.sampled_from(get_args(Start)),
    sound=st.sampled_from(SOUNDS),
    n_samples=st.integers(1, 700),
    sizes=st.sampled_from([(64, 16), (64, 32), (64, 7), (4, 1)]),
    n_rows=st.integers(1, 3),
    n_iter=st.integers(0, 2),
)
def test_any_magnitude_gives_sound(
    start: Start, sound: str, n_samples: int, sizes: tuple[int, int], n_rows: int, n_iter: int
) -> None:
    n_fft, hop = sizes
    noise = torch.rand(n_rows, n_samples, generator=torch.manual_seed(n_samples)) - 0.5
    audio = {
        "silence": torch.zeros_like(noise),
        "full scale": torch.sign(noise),
        "constant": torch.ones_like(noise),
        "noise": noise,
        "tiny": noise * 1e-30,
        "not a number": noise,
    }[sound]
    magnitude = stft(audio, n_fft, hop).abs()
    if sound == "not a number":
        magnitude[:, 0, 0] = torch.nan
    back = recover(magnitude, n_fft, hop, start, n_iter)
    assert back.shape == (n_rows, (magnitude.shape[2] - 1) * hop)
    if sound != "not a number":
        assert back.isfinite().all()
        assert back.abs().max() < 10 if back.numel() else True


@pytest.mark.parametrize("kind", [Power, LogPower])
@pytest.mark.parametrize("start", get_args(Start))
@pytest.mark.parametrize(("n_samples", "drop_nyquist"), [(1, True), (1, False), (65, True)])
def test_the_shortest_clips(
    kind: type[Power | LogPower], start: Start, n_samples: int, drop_nyquist: bool
) -> None:
    part = kind(kind.Config(256, 64, drop_nyquist=drop_nyquist, phase=start), 11_111, 2)
    part.fit([torch.from_numpy(tune(1.0, 11_111, 1, n_channels=2))])
    frames = part.encode(torch.full((1, 2, n_samples), 0.5))
    n_frames = part.frames_for(n_samples)
    assert frames.shape == (1, part.spec.n_channels, n_frames)
    back = part.decode(frames)
    assert back.shape == (1, 2, part.samples_for(n_frames))
    assert back.isfinite().all()


@pytest.mark.parametrize("start", get_args(Start))
def test_silence_comes_back_as_silence(start: Start) -> None:
    part = LogPower(LogPower.Config(256, 64, phase=start), RATE)
    part.fit([torch.from_numpy(tune(1.0, RATE, 1))])
    assert part.decode(part.encode(torch.zeros(1, 1, 4096))).abs().max() < 1e-6


def test_gradients_flow_through_a_round_trip() -> None:
    for kind in (Power, LogPower):
        part = kind(kind.Config(256, 64), RATE)
        sound = torch.from_numpy(tune(0.2, RATE, 1))[None]
        sound[:, :, :2000] = 0
        sound.requires_grad_()
        part.decode(part.encode(sound)).square().sum().backward()
        assert sound.grad is not None
        assert sound.grad.isfinite().all()
        assert sound.grad.abs().max() > 0
