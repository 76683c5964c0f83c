"""Loops whose music over the join is made by the model: a ring of frames, and of samples."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from menura.audio import read, read_comment
from menura.foundation.errors import UsageError
from menura.models import Batch, Model, Phase
from menura.models.contract import AS_LEARNT, Losses, Sampling
from menura.models.latent_flow import LatentFlow
from menura.models.spectral_codec import SpectralCodec, SpectralCodecConfig
from menura.representations import Representation, Spec, decode_chunked
from menura.representations.log_power import LogPower
from menura.representations.waveform import Waveform
from menura.systems import Description, SavedPart, TrainedSystem, loops
from menura.systems.coded import Coded, CodedConfig
from menura.systems.loops import can_close, n_frames_of, ring, sound_of_ring
from menura.workflows import making
from menura.workflows.generate import generate
from menura.workflows.sound import SoundOptions
from tunes import assert_loops

RATE = 8000


class Climber(Model):
    """Makes a climb from 0, each piece from its own noise up, and fills gaps by straight lines."""

    def phases(self) -> dict[str, Phase]:
        return {"model": Phase((torch.nn.Parameter(torch.zeros(1)),))}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        return {"total": torch.zeros(())}

    def generate(
        self, rngs: Sequence[torch.Generator], n_frames: int, sampling: Sampling = AS_LEARNT
    ) -> torch.Tensor:
        start = torch.stack([torch.rand(1, 1, generator=rng) for rng in rngs])
        return start + torch.linspace(0, 1, n_frames)

    def inpaint(
        self,
        frames: torch.Tensor,
        missing: torch.Tensor,
        rngs: Sequence[torch.Generator],
        sampling: Sampling = AS_LEARNT,
    ) -> torch.Tensor:
        self.told = sampling
        gap = missing.nonzero()[:, 0]
        before, after = frames[:, :, gap[0] - 1], frames[:, :, gap[-1] + 1]
        shares = (torch.arange(len(gap)) + 1) / (len(gap) + 1)
        filled = frames.clone()
        filled[:, :, gap] = torch.lerp(before[..., None], after[..., None], shares)
        return filled


def of(representation: Representation, model: Model) -> TrainedSystem:
    part = SavedPart("stand-in", {})
    description = Description("stand-in", "tiny", RATE, 1, 4.0, part, part)
    return TrainedSystem(description, representation, model)


def rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def climber() -> TrainedSystem:
    representation = Waveform(Waveform.Config(), RATE)
    model = Climber(None, representation.spec)
    model.weight = torch.nn.Parameter(torch.zeros(1))  # which tells where the model is
    return of(representation, model)


@pytest.fixture(scope="module")
def coded() -> Coded:
    """A codec that nobody trained: what it makes depends on its frames all the same."""
    return coded_by(SpectralCodec.tiny)


def coded_by(config: SpectralCodecConfig) -> Coded:
    torch.manual_seed(0)
    codec = SavedPart("spectral-codec", asdict(config))
    made = Coded(CodedConfig(SavedPart("waveform", {}), codec), RATE).eval()
    assert isinstance(made.codec, SpectralCodec)
    bias = made.codec.outline.bias
    assert bias is not None
    bias.data -= 1.0  # soft enough that no clip has to be turned down to full scale
    return made


@pytest.fixture(scope="module")
def flow(coded: Coded) -> TrainedSystem:
    torch.manual_seed(1)
    return of(coded, LatentFlow(LatentFlow.tiny, coded.spec))


@pytest.mark.parametrize("seconds", [2.0, 3.123, 10.0])
def test_the_end_flows_into_the_start(climber: TrainedSystem, seconds: float) -> None:
    made = climber.generate_loops(2, seconds, seed=1)
    for clip, plain in zip(made, climber.generate(2, seconds, seed=1), strict=True):
        assert clip.n_samples == round(seconds * RATE)
        around = np.concatenate([clip.samples, clip.samples[:, :1]], axis=1)
        n_gap = min(round(2 * RATE), clip.n_samples // 2)
        assert np.abs(np.diff(around)).max() <= 1.01 / (n_gap - 1) + 1e-4
        kept = slice(n_gap // 2 + 1, clip.n_samples - n_gap // 2 - 1)
        np.testing.assert_array_equal(clip.samples[:, kept], plain.samples[:, kept])
    assert not np.allclose(made[0].samples, made[1].samples)
    alone = climber.generate_loops(1, seconds, seed=2)[0]
    np.testing.assert_array_equal(alone.samples, made[1].samples)


@torch.no_grad()
def test_a_turned_ring_is_the_same_loop_from_another_place(coded: Coded) -> None:
    hop, system = coded.spec.hop_length, of(coded, LatentFlow(LatentFlow.tiny, coded.spec))
    assert hop is not None
    frames = torch.randn(1, coded.spec.n_channels, 300, generator=rng(2))
    n_samples = 300 * hop
    loop = sound_of_ring(coded, frames, n_samples, system._decode)
    turned = sound_of_ring(coded, frames.roll(-120, dims=2), n_samples, system._decode)
    np.testing.assert_allclose(np.roll(loop, -120 * hop, axis=1), turned, atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("depth", [1, 2])
def test_a_loop_is_in_phase_with_its_piece(depth: int) -> None:
    """However far the codec reaches, an odd number of frames or an even one."""
    coded = coded_by(replace(SpectralCodec.tiny, encoder_depths=(1, depth)))
    hop, n_frames = coded.samples_for(1), 300
    system = of(coded, LatentFlow(LatentFlow.tiny, coded.spec))
    frames = torch.randn(1, coded.spec.n_channels, n_frames, generator=rng(5))
    loop = sound_of_ring(coded, frames, n_frames * hop, system._decode)
    piece, inner = coded.decode(frames)[0].numpy(), slice(60 * hop, 240 * hop)
    np.testing.assert_allclose(loop[:, inner], piece[:, inner], atol=1e-4 * np.abs(piece).max())


def test_loops_meet_in_phase(coded: Coded) -> None:
    """Frames are a multiple of a turn of phases, the one that comes nearest to the length."""
    hop, turn = coded.spec.hop_length, coded.turn_frames
    assert hop is not None
    assert turn == 2
    assert [n_frames_of(coded, n * hop) for n in (1, 2, 100, 102)] == [2, 2, 100, 102]
    assert n_frames_of(coded, 100 * hop + hop - 1) == 100
    assert n_frames_of(coded, 101 * hop + 1) == 102


@torch.no_grad()
def test_pieces_of_any_size_are_in_phase_with_the_whole(coded: Coded) -> None:
    shortest = 8 * coded.context_frames  # two overlaps
    frames = torch.randn(1, coded.spec.n_channels, 4 * shortest, generator=rng(4))
    whole = coded.decode(frames)[0].numpy()
    for size in (1, shortest + 1, shortest + 2):
        pieces = decode_chunked(coded, frames, size)
        # What is far is hardly heard: a codec reaches further than its context tells.
        np.testing.assert_allclose(pieces, whole, atol=1e-3 * np.abs(whole).max())


def test_a_loop_between_two_frames_is_played_a_little_slower() -> None:
    """Of five turns of a sine: five turns, however long, and no corner at the join."""
    representation = Waveform(Waveform.Config(), RATE)
    ring_of = 0.5 * np.sin(2 * np.pi * 5 * np.arange(8000) / 8000)
    frames = torch.from_numpy(ring_of).float()[None, None]
    for n_samples in (7990, 8000, 8013):
        sound = sound_of_ring(
            representation, frames, n_samples, lambda said: said[0].numpy().astype(np.float32)
        )
        expected = 0.5 * np.sin(2 * np.pi * 5 * np.arange(n_samples) / n_samples)
        np.testing.assert_allclose(sound[0], expected, atol=1e-4)


@torch.no_grad()
def test_a_flow_hears_both_sides_of_the_join(
    flow: TrainedSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it makes there is another when what comes after the join is another."""
    monkeypatch.setattr(loops, "GAP_S", 0.02)  # five frames, well within a window
    model = flow.model
    assert isinstance(model, LatentFlow)

    class Changed(LatentFlow):
        def generate(self, *given: object) -> torch.Tensor:
            piece = super().generate(*given).clone()  # type: ignore[arg-type]
            piece[:, :, 4:10] += 1.0
            return piece

    other = Changed(LatentFlow.tiny, flow.representation.spec)
    other.load_state_dict(model.state_dict())
    a, b = (ring(flow.representation, one, 60, [rng(3)], AS_LEARNT) for one in (model, other))
    assert not torch.equal(a[:, :, :2], b[:, :, :2])
    assert not torch.equal(a[:, :, -2:], b[:, :, -2:])
    assert torch.equal(a[:, :, 10:-10], b[:, :, 10:-10])


def test_what_is_asked_for_holds_over_the_join_too(climber: TrainedSystem) -> None:
    climber.generate_loops(1, 2.0, seed=0, temperature=0.5)
    assert isinstance(climber.model, Climber)
    assert climber.model.told == Sampling(0.5)
    spec = Spec(8000, 4, 32, labels=("a", "b"))
    torch.manual_seed(0)
    flow = LatentFlow(LatentFlow.tiny, spec).eval()
    frames = torch.randn(1, 4, 16, generator=torch.Generator().manual_seed(1))
    missing = torch.arange(16) > 9
    a, b, free = (
        flow.inpaint(frames, missing, [torch.Generator().manual_seed(2)], sampling)
        for sampling in (
            Sampling(labels=torch.tensor([True, False])),
            Sampling(labels=torch.tensor([False, True])),
            AS_LEARNT,
        )
    )
    assert not torch.equal(a, b)
    assert not torch.equal(a, free)
    assert torch.equal(a[:, :, :10], frames[:, :, :10])


def test_only_those_that_fill_gaps_in_even_frames_can(climber: TrainedSystem, coded: Coded) -> None:
    model = climber.model
    assert can_close(climber.representation, model, 2.0)
    assert can_close(coded, model, 2.0)
    assert not can_close(climber.representation, model, 1.9)
    assert not can_close(climber.representation, object(), 4.0)
    assert not can_close(LogPower(LogPower.Config(), RATE), model, 4.0)
    with pytest.raises(UsageError, match="cannot make loops of 1 s"):
        climber.generate_loops(1, 1.0, seed=0)


@pytest.mark.parametrize("seconds", [1.0, 2.503])
def test_the_verb_makes_loops_of_the_models_own_where_it_can(
    flow: TrainedSystem, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds: float
) -> None:
    monkeypatch.setattr(making, "load", lambda *given, **named: flow)
    monkeypatch.setattr(making.systems, "content_hash", lambda folder: "0")
    sound = SoundOptions(seconds=seconds, seed=4, loop=True)
    files = generate(tmp_path / "run", tmp_path / "out", n=2, sound=sound)
    heard = [read(file) for file in files]
    assert ["seed 4" in str(read_comment(file)) for file in files] == [True, False]
    assert "seed 5" in str(read_comment(files[1]))
    for clip in heard:
        assert clip.n_samples == round(seconds * RATE)
        assert_loops(clip)
    if seconds > 2:
        own = flow.generate_loops(2, seconds, seed=4)
        for clip, made in zip(heard, own, strict=True):
            np.testing.assert_allclose(clip.samples, made.samples, atol=1e-4)
