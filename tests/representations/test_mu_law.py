"""Mu-law: the closed form, librosa, and what its alphabet promises."""

import librosa
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from menura.representations.mu_law import MuLaw, MuLawConfig, compress, expand

RAMP = torch.linspace(-1, 1, 4001)


def part(n_classes: int = 256, n_channels: int = 1) -> MuLaw:
    return MuLaw(MuLawConfig(n_classes), 16_000, n_channels)


@pytest.mark.parametrize("mu", [1, 15, 255, 65_535])
def test_companding_equals_librosa(mu: int) -> None:
    theirs = librosa.mu_compress(RAMP.double().numpy(), mu=mu, quantize=False)
    np.testing.assert_allclose(compress(RAMP, mu).numpy(), theirs, rtol=1e-4, atol=1e-7)
    back = librosa.mu_expand(theirs, mu=mu, quantize=False)
    np.testing.assert_allclose(expand(compress(RAMP, mu), mu).numpy(), back, rtol=1e-4, atol=1e-6)


def test_the_numbers_are_the_nearest_of_equal_steps() -> None:
    x = RAMP.numpy().astype(np.float64)
    companded = np.sign(x) * np.log(1 + 255 * np.abs(x)) / np.log(256)
    distance = np.abs(companded[:, None] - np.linspace(-1, 1, 256))
    ours = part().encode(RAMP[None, None])[0, 0].numpy().astype(int)
    chosen = distance[np.arange(len(x)), ours]
    np.testing.assert_allclose(chosen, distance.min(axis=1), atol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3, 256, 65_536])
def test_every_number_comes_back_as_itself(n_classes: int) -> None:
    numbers = torch.arange(n_classes, dtype=torch.float32)[None, None]
    again = part(n_classes).encode(part(n_classes).decode(numbers))
    torch.testing.assert_close(again, numbers, rtol=0, atol=0)


@given(level=st.floats(-3, 3), n_classes=st.integers(2, 65_536))
def test_numbers_are_whole_and_within_the_alphabet(level: float, n_classes: int) -> None:
    number = float(part(n_classes).encode(torch.full((1, 1, 1), level)))
    assert number == int(number)
    assert 0 <= number < n_classes


def test_numbers_off_the_alphabet_are_rounded_and_cut() -> None:
    wild = torch.tensor([[[-5.0, 9.6, 300.0]]])
    tame = torch.tensor([[[0.0, 10.0, 255.0]]])
    torch.testing.assert_close(part().decode(wild), part().decode(tame))


def test_silence_is_below_80_db_and_full_scale_is_full_scale() -> None:
    ends = part().decode(part().encode(torch.tensor([[[0.0, 1.0, -1.0]]])))[0, 0]
    assert abs(float(ends[0])) < 1e-4
    torch.testing.assert_close(ends[1:], torch.tensor([1.0, -1.0]))


def test_more_classes_are_finer() -> None:
    sound = 0.3 * torch.sin(torch.arange(4000) / 7)[None, None]
    errors = [float((part(n).decode(part(n).encode(sound)) - sound).abs().max()) for n in (16, 256)]
    assert errors[1] < errors[0] / 8


def test_it_says_how_many_classes_there_are() -> None:
    assert part(1024, 2).spec.n_classes == 1024
    assert part(1024, 2).spec.n_channels == 2


def test_companding_has_a_gradient() -> None:
    x = torch.tensor([-0.5, 0.1, 0.9], requires_grad=True)
    expand(compress(x, 255), 255).sum().backward()
    assert x.grad is not None
    torch.testing.assert_close(x.grad, torch.ones(3), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("n_classes", [1, 65_537])
def test_an_impossible_alphabet_is_refused(n_classes: int) -> None:
    with pytest.raises(ValueError, match=f"n_classes must be 2…65536, not {n_classes}"):
        MuLawConfig(n_classes)
