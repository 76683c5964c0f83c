"""Sound a few seconds at a time is the sound of the whole, and only a few seconds are held."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch

from menura.audio import Clip
from menura.foundation.errors import UsageError
from menura.models import Batch, Model, Phase
from menura.models.contract import AS_LEARNT, Losses, Sampling
from menura.representations import build
from menura.systems import Description, SavedPart, TrainedSystem
from menura.systems.streaming import gone_on
from tunes import tune

RATE, HOP = 8000, 64


class Whole(Model):
    """Noise for frames, all of it at once."""

    n_asked = 0

    def phases(self) -> dict[str, Phase]:
        return {"model": Phase((self.weight,))}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        return {"total": torch.zeros(())}

    def generate(
        self, rngs: Sequence[torch.Generator], n_frames: int, sampling: Sampling = AS_LEARNT
    ) -> torch.Tensor:
        pieces = self.draw(rngs)
        made = [next(pieces) for _ in range(-(-n_frames // 3))]
        return torch.cat(made, dim=2)[:, :, :n_frames]

    def continue_(
        self,
        seed: torch.Tensor,
        n_frames: int,
        rngs: Sequence[torch.Generator],
        sampling: Sampling = AS_LEARNT,
    ) -> torch.Tensor:
        return self.generate(rngs, n_frames, sampling)

    def draw(self, rngs: Sequence[torch.Generator]) -> Iterator[torch.Tensor]:
        while True:
            assert not self.training
            assert not torch.is_grad_enabled()
            self.n_asked += 3
            yield torch.stack([torch.randn(self.spec.n_channels, 3, generator=r) for r in rngs])


class Endless(Whole):
    """The same noise, three frames at a time; counts how many were asked for."""

    def stream(
        self,
        seed: torch.Tensor | None,
        rngs: Sequence[torch.Generator],
        sampling: Sampling = AS_LEARNT,
    ) -> Iterator[torch.Tensor]:
        return self.draw(rngs)


def system(streams: bool = True) -> TrainedSystem:
    config = {"n_fft": 256, "hop_length": HOP, "n_iter": 0, "normalisation": "none"}
    part = build("log-power", config, RATE)
    description = Description(
        "endless", "tiny", RATE, 1, 1.0, SavedPart("log-power", config), SavedPart("endless", {})
    )
    model = (Endless if streams else Whole)(None, part.spec)
    model.weight = torch.nn.Parameter(torch.zeros(1))
    return TrainedSystem(description, part, model)


@pytest.fixture
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("menura.representations._chunking.PIECE_S", 0.5)


@pytest.mark.usefixtures("short_pieces")
def test_a_few_seconds_are_held_whatever_the_length() -> None:
    """Of ten minutes, no more is made than is asked for, no more waits than a piece."""
    some = system()
    assert isinstance(some.model, Endless)
    steps = some.generate_steps(2, 600.0, seed=0)
    n_made, lengths = 0, []
    for _, step in zip(range(12), steps, strict=False):
        lengths.append(step[0].shape[1])
        assert [sound.shape for sound in step] == [(1, lengths[-1])] * 2
        n_made += lengths[-1]
        assert some.model.n_asked * HOP - n_made <= 0.6 * RATE
    assert n_made > 5 * RATE
    assert max(lengths) <= 0.6 * RATE


@pytest.mark.usefixtures("short_pieces", "three_threads")
@pytest.mark.parametrize("streams", [True, False])
def test_steps_joined_are_the_clips(streams: bool) -> None:
    some = system(streams)
    steps = list(some.generate_steps(3, 2.3, seed=5))
    clips = some.generate(3, 2.3, seed=5)
    assert len(steps) > 1
    for parts, clip in zip(zip(*steps, strict=True), clips, strict=True):
        assert clip.n_samples == round(2.3 * RATE)
        np.testing.assert_array_equal(np.concatenate(parts, axis=1), clip.samples)
    np.testing.assert_array_equal(clips[1].samples, some.generate(1, 2.3, seed=6)[0].samples)


@pytest.mark.usefixtures("short_pieces")
def test_models_that_stream_sound_as_if_they_did_not() -> None:
    a, b = (system(streams).generate(1, 2.0, seed=1)[0] for streams in (True, False))
    np.testing.assert_array_equal(a.samples, b.samples)
    seed = Clip(tune(0.7, RATE), RATE)
    a, b = (system(streams).continue_(seed, 2.0, seed=1) for streams in (True, False))
    np.testing.assert_array_equal(a.samples, b.samples)


@pytest.mark.usefixtures("short_pieces")
@pytest.mark.parametrize("seed_s", [0.01, 0.3, 1.7])
def test_a_continuation_is_the_seed_and_then_new(seed_s: float) -> None:
    some, seed = system(), Clip(tune(seed_s, RATE), RATE)
    steps = list(some.continue_steps(seed, 1.2, seed=1))
    made = np.concatenate([step[0] for step in steps], axis=1)
    np.testing.assert_array_equal(made, some.continue_(seed, 1.2, seed=1).samples)
    n = seed.n_samples
    assert made.shape == (1, n + round(1.2 * RATE))
    n_kept = max(0, n - round(0.05 * RATE))
    np.testing.assert_array_equal(made[:, :n_kept], seed.samples[:, :n_kept])
    assert made[:, n + 10 :].std() > 0


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_join_does_not_depend_on_the_pieces(size: int) -> None:
    seed = tune(0.2, RATE)
    sound = tune(0.5, RATE, seed=1)
    parts = [[part] for part in np.split(sound, range(size, sound.shape[1], size), axis=1)]
    joined = [step[0] for step in gone_on(seed, 400, iter(parts))]
    [*_, whole] = ([*gone_on(seed, 400, iter([[sound]]))],)
    np.testing.assert_array_equal(
        np.concatenate(joined, axis=1), np.concatenate([step[0] for step in whole], axis=1)
    )


def test_between_steps_the_model_is_as_it_was() -> None:
    """Previews are made while it is trained."""
    some = system()
    some.model.train()
    for _, _ in pairwise(some.generate_steps(1, 25.0, seed=0)):
        assert some.model.training
        assert torch.is_grad_enabled()


def test_what_cannot_be_is_refused_before_the_first_step() -> None:
    with pytest.raises(UsageError, match="a length of"):
        system().generate_steps(1, 1e9, seed=0)
    for seconds in (1e-5, 0.5 / RATE):
        with pytest.raises(UsageError, match=r"is less than a sample at 8000 Hz; give 0\.001"):
            system().generate(1, seconds, seed=0)
    with pytest.raises(UsageError, match="no labels to follow"):
        system().continue_steps(Clip(tune(1.0, RATE), RATE), 1.0, seed=0, label="x")


@pytest.mark.parametrize("first", [0, 1, 700, 1200])
def test_sound_from_later_on_joins_at_the_same_place(first: int) -> None:
    seed, sound = tune(0.2, RATE), tune(0.5, RATE, seed=1)  # 1,600 samples, of which 400 are joined
    whole = [step[0] for step in gone_on(seed, 400, iter([[sound]]))]
    later = [step[0] for step in gone_on(seed, 400, iter([[sound[:, first:]]]), first=first)]
    np.testing.assert_array_equal(np.concatenate(later, axis=1), np.concatenate(whole, axis=1))
