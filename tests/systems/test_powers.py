"""Verbs that no recipe has the power for yet, shown on a stand-in model that does."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from menura import systems
from menura.audio import Clip, read, read_comment, write
from menura.foundation.errors import UsageError
from menura.foundation.reporting import Collected
from menura.models import Batch, Model, Phase
from menura.models.contract import AS_LEARNT, Losses, Sampling
from menura.representations import Spec
from menura.representations.log_power import LogPower
from menura.representations.waveform import Waveform
from menura.systems import Description, SavedPart, TrainedSystem
from menura.workflows import making
from menura.workflows.inpaint import inpaint
from menura.workflows.interpolate import interpolate
from menura.workflows.load import require
from menura.workflows.sound import SoundOptions
from menura.workflows.vary import vary
from tunes import assert_loops, tune

RATE = 8000


class Painter(Model):
    """Fills gaps with 0.25, varies by turning down, and takes frames as their own latents."""

    def phases(self) -> dict[str, Phase]:
        return {"model": Phase((torch.nn.Parameter(torch.zeros(1)),))}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        return {"total": torch.zeros(())}

    def inpaint(
        self, frames: torch.Tensor, missing: torch.Tensor, rngs: Sequence[torch.Generator]
    ) -> torch.Tensor:
        return torch.where(missing, torch.full_like(frames, 0.25), frames)

    def vary(
        self, frames: torch.Tensor, strength: float, rngs: Sequence[torch.Generator]
    ) -> torch.Tensor:
        return frames * (1 - strength)

    def to_latent(self, frames: torch.Tensor) -> torch.Tensor:
        return frames

    def from_latent(self, latent: torch.Tensor, n_frames: int) -> torch.Tensor:
        return latent[:, :, :n_frames]

    def mixed(
        self, a: torch.Tensor, b: torch.Tensor, shares: torch.Tensor, path: str | None = None
    ) -> torch.Tensor:
        return torch.lerp(a, b, shares)


@pytest.fixture
def system() -> TrainedSystem:
    description = Description(
        "painter", "tiny", RATE, 1, 1.0, SavedPart("waveform", {}), SavedPart("painter", {})
    )
    representation = Waveform(Waveform.Config(), RATE)
    model = Painter(None, representation.spec)
    model.weight = torch.nn.Parameter(torch.zeros(1))
    return TrainedSystem(description, representation, model)


@pytest.fixture
def clip() -> Clip:
    return Clip(tune(2.0, RATE), RATE)


def test_inpainting_changes_the_gap_alone(system: TrainedSystem, clip: Clip) -> None:
    made = system.inpaint(clip, 0.5, 1.25, seed=0).samples
    border = round(0.05 * RATE)
    start, stop = 4000, 10_000
    np.testing.assert_array_equal(made[:, : start - border], clip.samples[:, : start - border])
    np.testing.assert_array_equal(made[:, stop + border :], clip.samples[:, stop + border :])
    np.testing.assert_allclose(made[:, start:stop], 0.25, atol=1e-6)
    assert made.shape == clip.samples.shape


@pytest.mark.parametrize(("start", "stop"), [(0.0, 0.5), (1.5, 2.0), (0.0, 2.0)])
def test_gaps_at_the_ends(system: TrainedSystem, clip: Clip, start: float, stop: float) -> None:
    made = system.inpaint(clip, start, stop, seed=0)
    assert made.n_samples == clip.n_samples
    middle = round((start + stop) / 2 * RATE)
    assert made.samples[0, middle] == pytest.approx(0.25)


@pytest.mark.parametrize(("start", "stop"), [(1.0, 1.0), (1.5, 1.0), (1.0, 2.5), (-1.0, 1.0)])
def test_gaps_that_are_none_are_refused(
    system: TrainedSystem, clip: Clip, start: float, stop: float
) -> None:
    with pytest.raises(UsageError, match="not a part"):
        system.inpaint(clip, start, stop, seed=0)


def test_varying(system: TrainedSystem, clip: Clip) -> None:
    np.testing.assert_allclose(system.vary(clip, 0.0, seed=0).samples, clip.samples)
    np.testing.assert_allclose(system.vary(clip, 1.0, seed=0).samples, 0)


def test_interpolation_starts_and_ends_at_its_ends(system: TrainedSystem, clip: Clip) -> None:
    other = Clip(tune(3.0, RATE, seed=8), RATE)
    path = system.interpolate(clip, other, n_stops=5)
    np.testing.assert_allclose(path[0].samples, clip.samples, atol=1e-6)
    np.testing.assert_allclose(path[-1].samples, other.samples[:, : clip.n_samples], atol=1e-6)
    steps = [np.abs(b.samples - a.samples).mean() for a, b in pairwise(path)]
    np.testing.assert_allclose(steps, steps[0], rtol=1e-4)


def test_a_glide_sets_off_as_one_and_arrives_as_the_other(
    system: TrainedSystem, clip: Clip
) -> None:
    other = Clip(tune(3.0, RATE, seed=8), RATE)
    made = system.glide(clip, other).samples
    assert made.shape == clip.samples.shape
    n = 80  # a two-hundredth of the way
    np.testing.assert_allclose(made[:, :n], clip.samples[:, :n], atol=0.02)
    end = slice(clip.n_samples - n, clip.n_samples)
    np.testing.assert_allclose(made[:, end], other.samples[:, end], atol=0.02)
    middle = slice(clip.n_samples // 2 - 1, clip.n_samples // 2)
    both = (clip.samples + other.samples[:, : clip.n_samples]) / 2
    np.testing.assert_allclose(made[:, middle], both[:, middle], atol=1e-3)


@pytest.fixture
def opened(system: TrainedSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every verb finds the stand-in, whatever run is named."""
    monkeypatch.setattr(making, "load", lambda run, **_: system)
    monkeypatch.setattr(systems, "content_hash", lambda run: "0123456789ab")


@pytest.mark.usefixtures("opened")
def test_the_verbs_write_what_the_system_makes(clip: Clip, tmp_path: Path) -> None:
    source, other = tmp_path / "a.wav", tmp_path / "b.wav"
    write(clip, source)
    write(Clip(clip.samples[:, ::-1].copy(), RATE), other)
    filled = inpaint(tmp_path, source, tmp_path / "i.wav", from_s=0.5, to_s=1.0)
    assert read(filled).samples[0, 6000] == pytest.approx(0.25, abs=1e-3)
    quiet = vary(tmp_path, source, tmp_path / "v.wav", strength=0.5)
    assert read(quiet).samples.std() == pytest.approx(clip.samples.std() / 2, rel=0.01)
    assert "vary; system 0123456789ab; seed 0" in read_comment(quiet)
    assert read_comment(quiet).endswith("; strength 0.5")
    assert read_comment(filled).endswith("; from 0.5; to 1")
    path = interpolate(tmp_path, source, other, tmp_path / "path", steps=3)
    assert [read_comment(file).rpartition("; ")[2] for file in path] == [
        f"step {number} of 3" for number in (1, 2, 3)
    ]
    assert [file.name for file in path] == ["001.wav", "002.wav", "003.wav"]
    gliding = interpolate(tmp_path, source, other, tmp_path / "glide", glide=True)
    assert [file.name for file in gliding] == ["001.wav"]
    assert read_comment(gliding[0]).endswith("seed 0; glide")
    more = interpolate(tmp_path, path[0], str(other), str(tmp_path / "path"), steps=2)
    assert [file.name for file in more] == ["004.wav", "005.wav"]


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("glide", [False, True])
def test_that_the_longer_of_two_clips_is_cut_is_said(glide: bool, tmp_path: Path) -> None:
    long, short, as_long = (tmp_path / f"{name}.wav" for name in ("long", "short", "as long"))
    for file, seconds in ((long, 1.5), (short, 0.5), (as_long, 0.505)):
        write(Clip(tune(seconds, RATE), RATE), file)
    for ends, said in (
        ((long, short), f"{long} is cut to the 0.50 s of {short}"),
        ((short, long), f"{long} is cut to the 0.50 s of {short}"),
        ((short, as_long), None),
    ):
        told = Collected()
        interpolate(tmp_path, *ends, tmp_path / "o", steps=2, glide=glide, reporter=told)
        assert [line for line in told.lines if "is cut" in line] == ([said] if said else [])


@pytest.mark.usefixtures("opened")
def test_what_is_lost_in_reading_is_said(tmp_path: Path) -> None:
    write(Clip(tune(0.5, 2 * RATE, n_channels=6), 2 * RATE), tmp_path / "a.wav")
    told = Collected()
    vary(tmp_path, tmp_path / "a.wav", tmp_path / "v.wav", strength=0.5, reporter=told)
    assert any("16000 Hz → 8000 Hz: content above 4 kHz is lost" in line for line in told.lines)
    assert any("6 channels → mono: where the sounds stand" in line for line in told.lines)


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("seconds", [0.3, 0.8, 2.0, None])
@pytest.mark.parametrize("verb", ["inpaint", "vary", "interpolate"])
def test_a_loop_of_a_changed_clip_is_sound_from_end_to_end(
    verb: str, seconds: float | None, clip: Clip, tmp_path: Path
) -> None:
    source, out = tmp_path / "a.wav", tmp_path / "o.wav"
    write(clip, source)
    sound, told = SoundOptions(seconds=seconds, loop=True), Collected()
    if verb == "inpaint":
        inpaint(tmp_path, source, out, from_s=0.0, to_s=0.1, sound=sound, reporter=told)
    elif verb == "vary":
        vary(tmp_path, source, out, strength=0.1, sound=sound, reporter=told)
    else:
        out = interpolate(
            tmp_path, source, source, tmp_path / "p", steps=2, sound=sound, reporter=told
        )[1]
    made = read(out)
    longest = 1.5  # of the two seconds, half of one flows into the start
    assert made.duration_s == min(seconds or longest, longest)
    assert_loops(made)
    shorter = [line for line in told.warnings if "the loop is 1.50 s long, not 2.00 s" in line]
    assert bool(shorter) == (seconds in (2.0, None))


def test_a_continuation_is_told_nothing_but_the_seed(clip: Clip) -> None:
    """Frames at the end of the seed look past it; the model must not be given their silence."""
    heard: list[torch.Tensor] = []

    class Listener(Painter):
        def continue_(
            self,
            seed: torch.Tensor,
            n_frames: int,
            rngs: Sequence[torch.Generator],
            sampling: Sampling = AS_LEARNT,
        ) -> torch.Tensor:
            heard.append(seed)
            return torch.zeros(1, seed.shape[1], n_frames)

    part = LogPower(LogPower.Config(n_fft=256, hop_length=64, n_iter=1), RATE)
    description = Description(
        "listener", "tiny", RATE, 1, 1.0, SavedPart("log-power", {}), SavedPart("listener", {})
    )
    model = Listener(None, part.spec)
    model.weight = torch.nn.Parameter(torch.zeros(1))
    seed = Clip(clip.samples[:, :4000], RATE)
    TrainedSystem(description, part, model).continue_(seed, 0.5, seed=0)
    of_more = part.encode(torch.from_numpy(clip.samples)[None])
    n_known = heard[0].shape[2]
    assert n_known >= 4000 // 64 - 3
    torch.testing.assert_close(heard[0], of_more[:, :, :n_known])


@pytest.mark.parametrize("verb", ["generate", "continue", "reconstruct"])
def test_a_refusal_names_the_recipes_that_can(system: TrainedSystem, verb: str) -> None:
    with pytest.raises(UsageError, match=f"cannot {verb}; recipes that can: .*stft-lstm"):
        require(system, verb)


@pytest.mark.parametrize("n_samples", [4096, 4097, 4500, 5119])
def test_the_frame_at_the_seam_is_not_told_whatever_the_length(n_samples: int) -> None:
    """Of a seed that ends within a frame, the last whole frame is kept back too."""
    hop, edge = 1024, 1

    class Steps(Waveform):
        @property
        def spec(self) -> Spec:
            return Spec(RATE, 1, hop)

        @property
        def edge_frames(self) -> int:
            return edge

        def frames_for(self, n_samples: int) -> int:
            return -(-n_samples // hop)

        def samples_for(self, n_frames: int) -> int:
            return n_frames * hop

        def analyse(self, audio: torch.Tensor) -> torch.Tensor:
            return audio.unflatten(1, (-1, hop)).mean(dim=2)[:, None]

        def synthesise(self, frames: torch.Tensor) -> torch.Tensor:
            return frames[:, 0].repeat_interleave(hop, dim=1)

    heard: list[int] = []

    class Listener(Painter):
        def continue_(
            self,
            seed: torch.Tensor,
            n_frames: int,
            rngs: Sequence[torch.Generator],
            sampling: Sampling = AS_LEARNT,
        ) -> torch.Tensor:
            heard.append(seed.shape[2])
            return torch.zeros(1, seed.shape[1], n_frames)

    part = Steps(Waveform.Config(), RATE)
    description = Description(
        "listener", "tiny", RATE, 1, 1.0, SavedPart("waveform", {}), SavedPart("listener", {})
    )
    model = Listener(None, part.spec)
    model.weight = torch.nn.Parameter(torch.zeros(1))
    seed = Clip(np.zeros((1, n_samples), np.float32), RATE)
    TrainedSystem(description, part, model).continue_(seed, 0.5, seed=0)
    assert heard == [4 - edge]
