"""Of several beginnings the one that sounds as the seed ends is kept, and gone on from."""

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from menura.audio import Clip
from menura.models import Batch, Model, Phase, latent_flow
from menura.models.contract import AS_LEARNT, Losses, Sampling
from menura.models.latent_flow import LatentFlow
from menura.models.spectral_codec import SpectralCodec
from menura.representations import Representation
from menura.representations.magnitude_phase import MagnitudePhase
from menura.representations.waveform import Waveform
from menura.systems import Description, SavedPart, TrainedSystem
from menura.systems.beginnings import (
    _frames_to_hear,
    _heard,
    begun,
    clicks,
    most_alike,
    steepest_of,
)
from menura.systems.coded import Coded, CodedConfig

RATE = 8000


def sine(seconds: float, hz: float = 880.0, level: float = 0.3) -> Clip:
    time = np.arange(round(seconds * RATE)) / RATE
    return Clip((level * np.sin(2 * np.pi * hz * time))[None].astype(np.float32), RATE)


def hiss(seconds: float, level: float = 0.3) -> Clip:
    rng = np.random.default_rng(0)
    return Clip(level * rng.standard_normal((1, round(seconds * RATE)), dtype=np.float32), RATE)


def beats(seconds: float) -> Clip:
    """On and off eight times a second."""
    clip = sine(seconds)
    on = (np.arange(clip.n_samples) // (RATE // 16)) % 2
    return Clip(clip.samples * on.astype(np.float32), RATE)


@pytest.mark.parametrize("own", range(5))
def test_what_sounds_the_same_is_the_most_alike(own: int) -> None:
    """Pitch, texture, loudness and rhythm each tell two sounds apart."""
    kinds = [sine(1.0), sine(1.0, 440.0), sine(1.0, level=0.03), hiss(1.0), beats(1.0)]
    longer = [sine(1.5), sine(1.5, 440.0), sine(1.5, level=0.03), hiss(1.5), beats(1.5)]
    end = longer[own].between(0.5, 1.5)
    assert most_alike(end, kinds) == own


def test_silence_is_unlike_a_sound_however_soft_it_is() -> None:
    soft, silence = sine(1.0, level=0.01), Clip(np.zeros((1, RATE), np.float32), RATE)
    assert most_alike(soft, [silence, sine(1.0, level=0.02)]) == 1
    assert most_alike(silence, [soft, silence]) == 1


def test_a_sound_that_is_not_finite_is_not_chosen() -> None:
    for broken in (np.nan, np.inf):
        sound = sine(1.0)
        sound.samples[0, 100] = broken
        assert most_alike(sine(1.0), [sound, hiss(1.0)]) == 1


def clicks_after(seed: Clip, sound: Clip, n_join: int) -> bool:
    return clicks(seed.samples[:, seed.n_samples - n_join :], sound, steepest_of(seed, n_join))


def test_a_step_that_the_seed_has_not_is_a_click() -> None:
    """Wherever the sound takes over or right after, but not later, and not in a seed of steps."""
    n_join = RATE // 20
    whole = sine(2.0).samples
    seed, after = Clip(whole[:, :RATE], RATE), whole[:, RATE - n_join :]
    assert not clicks_after(seed, Clip(after, RATE), n_join)
    for at, heard in ((n_join - 20, True), (n_join + 40, True), (n_join + 400, False)):
        broken = after.copy()
        broken[0, at:] += 0.9
        assert clicks_after(seed, Clip(broken, RATE), n_join) == heard
        assert not clicks_after(Clip(hiss(1.0).samples * 3, RATE), Clip(broken, RATE), n_join)


def test_a_step_that_fades_out_with_the_seed_is_no_click() -> None:
    n_join = RATE // 20
    whole = sine(2.0).samples.copy()
    whole[0, RATE - n_join + 40 :] += 0.9
    seed = Clip(whole[:, :RATE], RATE)
    assert not clicks_after(seed, Clip(whole[:, RATE - n_join :], RATE), n_join)
    assert clicks_after(seed, Clip(whole[:, RATE - n_join :] * 3, RATE), n_join)


class Offering(Model):
    """Offers three beginnings, of which the last goes on from a sine, and goes on with 0.5."""

    offered: torch.Tensor
    n = 3
    step = 0.0  # of the last one, as it begins

    def phases(self) -> dict[str, Phase]:
        return {"model": Phase((torch.nn.Parameter(torch.zeros(1)),))}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        return {"total": torch.zeros(())}

    def n_beginnings(self) -> int:
        return self.n

    def beginnings(
        self,
        seed: torch.Tensor,
        n_frames: int,
        rngs: Sequence[torch.Generator],
        sampling: Sampling = AS_LEARNT,
    ) -> torch.Tensor:
        after = sine(4.0).samples[0, seed.shape[2] :][:n_frames]
        quiet, noise = 0.01 * after, hiss(3.0).samples[0, :n_frames]
        after = after + self.step * (np.arange(len(after)) < RATE // 100).astype(np.float32)
        self.offered = torch.from_numpy(np.stack([quiet, noise, after]))[:, None]
        return self.offered

    def continue_(
        self,
        seed: torch.Tensor,
        n_frames: int,
        rngs: Sequence[torch.Generator],
        sampling: Sampling = AS_LEARNT,
    ) -> torch.Tensor:
        self.told = seed
        return torch.full((1, 1, n_frames), 0.5)


def bound(model: Model, part: Representation) -> TrainedSystem:
    saved = SavedPart("waveform", {}), SavedPart("offering", {})
    return TrainedSystem(Description("offering", "tiny", RATE, 1, 1.0, *saved), part, model)


def offering() -> tuple[Offering, TrainedSystem]:
    part = Waveform(Waveform.Config(), RATE)
    model = Offering(None, part.spec)
    model.weight = torch.nn.Parameter(torch.zeros(1))
    return model, bound(model, part)


def test_the_chosen_beginning_is_what_is_heard_and_gone_on_from() -> None:
    model, system = offering()
    made = system.continue_(sine(2.0), 1.5, seed=0).samples[0]
    assert len(made) == round(3.5 * RATE)
    np.testing.assert_allclose(made[: 3 * RATE], sine(3.0).samples[0], atol=1e-6)
    np.testing.assert_allclose(made[3 * RATE :], 0.5, atol=1e-6)
    torch.testing.assert_close(model.told[0, 0], torch.from_numpy(sine(3.0).samples[0]))


def test_the_seed_is_gone_through_once_whatever_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may be minutes long, and the offers many."""
    seed, seen = sine(2.0), []
    percentile = np.percentile

    def counted(values: np.ndarray, share: float) -> object:
        seen.append(values.size)
        return percentile(values, share)

    monkeypatch.setattr(np, "percentile", counted)
    _, system = offering()
    system.continue_(seed, 1.5, seed=0)
    assert seen == [seed.n_samples - 1]


def test_what_would_click_is_not_chosen_however_alike_it_is() -> None:
    model, system = offering()
    model.step = 0.9
    made = system.continue_(sine(2.0), 1.5, seed=0).samples[0]
    np.testing.assert_allclose(made[2 * RATE : 3 * RATE], 0.01 * sine(3.0).samples[0, 2 * RATE :])


def test_it_is_the_end_of_the_seed_that_counts() -> None:
    _, system = offering()
    rest = sine(2.0).samples[:, RATE:]
    seed = Clip(np.concatenate([hiss(1.0).samples, rest], axis=1), RATE)
    made = system.continue_(seed, 1.5, seed=0).samples[0]
    np.testing.assert_allclose(made[2 * RATE : 3 * RATE], sine(3.0).samples[0, 2 * RATE :])


def test_a_seed_shorter_than_what_is_compared_is_enough() -> None:
    _, system = offering()
    made = system.continue_(sine(0.2), 1.5, seed=0)
    np.testing.assert_allclose(made.samples[0, :RATE], sine(1.0).samples[0], atol=1e-6)


def test_where_there_is_nothing_to_choose_by_nothing_is_begun() -> None:
    """Of one draw; of draws that are all alike; like silence; against a label that is asked for."""
    silence = Clip(np.zeros((1, RATE), np.float32), RATE)
    faded = Clip(np.concatenate([sine(1.0).samples, silence.samples], axis=1), RATE)
    label = torch.tensor([True])
    for n, seed, sampling in (
        (1, sine(2.0), Sampling()),
        (3, sine(2.0), Sampling(temperature=0.0)),
        (3, sine(2.0), Sampling(labels=label)),
        (3, faded, Sampling()),
    ):
        model, system = offering()
        model.n = n
        known = torch.from_numpy(seed.samples)[None]
        rng = torch.Generator()
        first = begun(system.representation, model, seed, known, 4000, rng, sampling)
        assert first.shape == (1, 1, 0)
        assert not hasattr(model, "offered")


@pytest.mark.parametrize("n_samples", [8192, 8300, 8191])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_what_is_heard_begins_where_the_seed_ends(n_samples: int, n_channels: int) -> None:
    """Over centred frames, whatever part of a frame the seed ends in: a true continuation is heard
    as the very samples that come next."""
    config = MagnitudePhase.Config(n_fft=512, hop_length=128)
    part = MagnitudePhase(config, RATE, n_channels)
    time = np.arange(4 * RATE) / RATE
    whole = 0.3 * np.sin(2 * np.pi * np.stack([300 * time**1.5, 500 * time**1.2])[:n_channels])
    clip = Clip(whole.astype(np.float32), RATE)
    frames = part.encode(torch.from_numpy(clip.samples)[None])
    seed = Clip(clip.samples[:, :n_samples], RATE)
    n_known = n_samples // 128 - part.edge_frames
    n_new = _frames_to_hear(part, n_samples, n_known)
    choices = frames[:, :, n_known : n_known + n_new].expand(11, -1, -1)
    n_join = 400
    heard = _heard(part, seed, frames[:, :, :n_known], choices, n_join)
    assert len(heard) == 11
    np.testing.assert_allclose(
        heard[10].samples, clip.samples[:, n_samples - n_join : n_samples + RATE], atol=1e-3
    )


@torch.no_grad()
@pytest.mark.parametrize("n_steps", [100, 101])
def test_what_is_heard_is_in_phase_with_what_will_be(n_steps: int) -> None:
    """Of a codec, wherever in a turn of its phases the piece of the seed begins."""
    torch.manual_seed(0)
    codec = SavedPart("spectral-codec", asdict(SpectralCodec.tiny))
    part = Coded(CodedConfig(SavedPart("waveform", {}), codec), RATE).eval()
    hop = part.samples_for(1)
    seed, n_known = sine(n_steps * hop / RATE), n_steps - 1
    frames = torch.randn(1, part.spec.n_channels, 500, generator=torch.Generator().manual_seed(1))
    known, choice = frames[:, :, :n_known], frames[:, :, n_known:]
    [heard] = _heard(part, seed, known, choice, n_join=64)
    whole = part.decode(frames)[0].numpy()
    wanted = whole[:, seed.n_samples - 64 : seed.n_samples + RATE]
    np.testing.assert_allclose(heard.samples, wanted, atol=1e-2 * np.abs(whole).max())


def flow(n_beginnings: int, **changed: int) -> tuple[LatentFlow, Representation]:
    part = MagnitudePhase(MagnitudePhase.Config(n_fft=256, hop_length=64), RATE)
    torch.manual_seed(0)
    config = replace(LatentFlow.tiny, n_beginnings=n_beginnings, **changed)  # type: ignore[arg-type]
    return latent_flow.LatentFlow(config, part.spec).eval(), part


def test_the_flow_offers_as_many_as_asked_in_one_window() -> None:
    model, part = flow(5)
    seed = torch.randn(1, part.spec.n_channels, 20, generator=torch.Generator().manual_seed(1))
    rng = torch.Generator().manual_seed(2)
    made = model.beginnings(seed, 3, [rng] * 5)
    assert made.shape == (5, part.spec.n_channels, 3)
    assert len({float(row.sum()) for row in made}) == 5, "each is drawn anew"
    longest = model.config.n_carried // 2
    assert model.beginnings(seed, 1000, [rng]).shape[2] == longest, "half of what is carried"
    torch.testing.assert_close(
        made[:1], model.beginnings(seed, 3, [torch.Generator().manual_seed(2)])
    )


def test_a_flow_continues_the_same_way_again_and_otherwise_from_another_seed_number() -> None:
    system = bound(*flow(3))
    one, again, other = (system.continue_(hiss(0.5), 1.0, seed=s).samples for s in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert not np.allclose(one[:, RATE // 2 :], other[:, RATE // 2 :])


def test_a_longer_piece_begins_as_a_shorter_one() -> None:
    system = bound(*flow(3, n_window=100, n_carried=60))
    whole = system.continue_(hiss(0.5), 1.0, seed=0).samples
    for seconds in (0.1, 0.25, 0.5):
        made = system.continue_(hiss(0.5), seconds, seed=0).samples
        heard = made.shape[1] - 256  # the last frames lack the next
        np.testing.assert_allclose(made[:, :heard], whole[:, :heard], atol=1e-3)
