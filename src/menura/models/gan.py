"""Two players: one makes frames from noise, the other tells them from real ones.

The GAN of the report (Viswanath et al., section 3.2): dense, transposed convolutions, batch norm
and tanh against convolutions and dropout, with smoothed labels and a gradient penalty; or, where
the configuration asks for it, as WaveGAN was made to work (Donahue, McAuley & Puckette 2019): a
Wasserstein loss, several turns of the critic to one of the generator, phase shuffle.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import ClassVar, Literal

import torch
from jaxtyping import Float32
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from menura.foundation.errors import UsageError
from menura.models._likeness import COLLAPSED, Likeness
from menura.models._players import Critic, Generator, Shape, Verdicts, penalty
from menura.models._windowing import fades, window_starts
from menura.models.contract import (
    AS_LEARNT,
    Batch,
    Losses,
    Model,
    Optimizer,
    Phase,
    Rngs,
    Sampling,
    Schedule,
    noise,
)
from menura.representations import Frames, Spec

AT_ONCE = 16  # windows that are made together


@dataclass(frozen=True)
class GanConfig:
    """n_noise: numbers that a window is made from. n_frames: of a window; what is longer is made
    of windows that overlap by `overlap` of them and are cross-faded.

    widths: channels of the maps, from the coarsest to the finest, the critic's the other way
    round; strides: from each to the next, and from the last to the frames; kernel: of all of them.
    batch_norm: in the generator. slope: of the leaky units. dropout, phase_shuffle: in the critic,
    in training.
    loss: cross-entropy, where real frames are told as real_label and made ones as 0, both with up
        to label_noise more; or Wasserstein.
    penalty: weight of the gradient penalty. critic_turns: of the critic to one of the generator.
    """

    n_noise: int = 100
    n_frames: int = 64_000
    overlap: float = 0.125
    widths: tuple[int, ...] = (256, 128, 64, 32)
    strides: tuple[int, ...] = (4, 4, 4, 4)
    kernel: int = 25
    batch_norm: bool = True
    slope: float = 0.2
    dropout: float = 0.3
    phase_shuffle: int = 0
    loss: Literal["cross-entropy", "wasserstein"] = "cross-entropy"
    real_label: float = 0.9
    label_noise: float = 0.05
    penalty: float = 10.0
    critic_turns: int = 1
    optimizer: Optimizer = field(default_factory=lambda: Optimizer("adam", learning_rate=2e-4))
    schedule: Schedule = field(
        default_factory=lambda: Schedule("exponential", decay_steps=10_000, decay_factor=0.9)
    )

    def __post_init__(self) -> None:
        if len(self.widths) != len(self.strides) or not self.widths:
            raise ValueError("widths and strides must be as many, and at least one")
        if min(self.n_noise, self.critic_turns, *self.widths, *self.strides) < 1:
            raise ValueError("n_noise, critic_turns, widths and strides must be at least 1")
        if self.kernel < max(self.strides) or (self.kernel % 2 == 0 and 1 in self.strides):
            raise ValueError("kernel must reach over every stride, and be odd beside a stride of 1")
        if self.n_frames < 1 or self.n_frames % prod(self.strides):
            raise ValueError(
                f"n_frames must be a multiple of {prod(self.strides)} (the strides together), not "
                f"{self.n_frames}"
            )
        if not 0 <= self.overlap <= 0.5:
            raise ValueError(f"overlap must be 0…0.5, not {self.overlap:g}")
        if not 0 <= self.dropout < 1 or not 0 < self.slope < 1:
            raise ValueError("dropout must be from 0 to below 1, slope between 0 and 1")
        if not 0 < self.real_label <= 1 or not 0 <= self.label_noise <= 0.5:
            raise ValueError("real_label must be above 0 to 1, label_noise 0…0.5")
        if self.penalty < 0 or self.phase_shuffle < 0:
            raise ValueError("penalty and phase_shuffle must not be negative")


class Gan(Model):
    """Makes windows of n_frames. The critic has its turn first in every step.

    A piece of any length is made of windows of independent noise, each faded into the next (at
    equal power where frames are samples), so that nothing clicks; a shorter one is a window's
    beginning.
    """

    Config = GanConfig
    tiny: ClassVar[GanConfig] = GanConfig(
        n_noise=8,
        n_frames=16,
        widths=(32, 16),
        strides=(2, 2),
        kernel=5,
        dropout=0.1,
        penalty=1.0,
        optimizer=Optimizer("adam", learning_rate=2e-3, betas=(0.5, 0.9)),
    )
    tiny_frames: ClassVar[int] = 16

    def __init__(self, config: GanConfig, spec: Spec):
        super().__init__(config, spec)
        if spec.n_classes is not None:
            raise UsageError(
                "a gan makes real values, not events: give it a representation of sound"
            )
        c = config
        shape = Shape(spec.n_channels, c.n_frames, c.widths, c.strides, c.kernel, c.slope)
        self.generator = Generator(shape, c.n_noise, batch_norm=c.batch_norm)
        self.critic = Critic(
            shape,
            dropout=c.dropout,
            shuffle=c.phase_shuffle,
            # A constant is the same of real and made: nothing would move it.
            biased=c.loss == "cross-entropy",
        )
        self.likeness = Likeness(spec, c.n_frames)

    def phases(self) -> dict[str, Phase]:
        c = self.config
        of = {"critic": self.critic, "generator": self.generator}
        every = {"critic": 1, "generator": c.critic_turns}
        return {
            name: Phase(tuple(part.parameters()), c.optimizer, c.schedule, every=every[name])
            for name, part in of.items()
        }

    def begin(self, batches: Iterable[Batch]) -> None:
        """Set off from the mean frame, which the generator would spend its first turns on."""
        frames = torch.cat([batch.frames for batch in batches])
        self.generator.begin(frames.mean(dim=(0, 2)))

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        self._check(batch)
        if phase == "critic":
            return self._of_critic(batch.frames, rng)
        said = self.critic(self._made(len(batch.frames), rng), rng, frozen=True)
        if self.config.loss == "wasserstein":
            return {"total": -said.mean()}
        return {"total": cross_entropy(said, torch.ones_like(said))}

    def progress(self, batch: Batch, rng: torch.Generator) -> Float32[Tensor, ""]:
        """How unlike held-out frames made ones are, by moments (see Likeness): what the players
        say of each other measures nothing."""
        self._check(batch)
        return self.likeness.distance(self._made(len(batch.frames), rng), batch.frames)

    def remark(self, batch: Batch, rng: torch.Generator) -> str:
        """Says when the generator has collapsed to one clip, or a few."""
        if len(batch.frames) < 2:
            return ""
        diversity = self.likeness.diversity(self._made(len(batch.frames), rng), batch.frames)
        if diversity >= COLLAPSED:
            return ""
        return (
            f"mode collapse: made clips differ {diversity:.2f} times as much as real "
            "ones; try a lower rate (--set model.optimizer.learning_rate=…), more turns of the "
            "critic (--set model.critic_turns=5), or the preset wavegan"
        )

    def generate(self, rngs: Rngs, n_frames: int, sampling: Sampling = AS_LEARNT) -> Frames:
        c = self.config
        n_shared = int(c.n_frames * c.overlap)
        n_windows = 1 + max(0, -(-(n_frames - c.n_frames) // (c.n_frames - n_shared)))
        # One window's noise after the other: a longer piece begins as a shorter one.
        drawn = torch.stack([noise(rngs, c.n_noise) for _ in range(n_windows)], dim=1)
        with self._playing():
            place = self.generator.spread.weight.device
            parts = [
                self.generator(part)
                for part in torch.split(
                    sampling.temperature * drawn.flatten(0, 1).to(place), AT_ONCE
                )
            ]
        windows = torch.cat(parts).reshape(len(rngs), n_windows, -1, c.n_frames)
        return _joined(windows, n_shared, even_power=self.spec.hop_length == 1)[:, :, :n_frames]

    def _of_critic(self, real: Frames, rng: torch.Generator) -> Losses:
        c = self.config
        with torch.no_grad():
            made = self._made(len(real), rng)
        # Real and made frames go through it together: one pass of twice the size.
        said_real, said_made = self.critic(torch.cat([real, made]), rng).chunk(2)
        if c.loss == "wasserstein":
            losses = {"apart": said_made.mean() - said_real.mean()}
        else:
            losses = self._cross_entropies(said_real, said_made, rng)
        if c.penalty:
            shares = torch.rand(len(real), 1, 1, generator=rng, device=real.device)
            losses["penalty"] = c.penalty * penalty(
                self.critic.slopes(torch.lerp(made, real, shares))
            )
        return {"total": torch.stack(list(losses.values())).sum(), **losses}

    def _cross_entropies(self, real: Verdicts, made: Verdicts, rng: torch.Generator) -> Losses:
        c = self.config
        more = c.label_noise * torch.rand(2, len(real), generator=rng, device=real.device)
        return {
            "real": cross_entropy(real, (c.real_label + more[0]).clamp_max(1)),
            "made": cross_entropy(made, more[1]),
        }

    def _made(self, n: int, rng: torch.Generator) -> Frames:
        drawn = torch.randn(n, self.config.n_noise, generator=rng, device=rng.device)
        made: Tensor = self.generator(drawn)
        return made

    def _check(self, batch: Batch) -> None:
        if batch.frames.shape[2] != self.config.n_frames:
            raise UsageError(
                f"this model makes windows of {self.config.n_frames} frames: batching.n_frames "
                f"must be as many, not {batch.frames.shape[2]}"
            )

    @contextmanager
    def _playing(self) -> Iterator[None]:
        """Without gradients, batch norms by what training saw; the mode is put back."""
        was_training = self.training
        self.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            self.train(was_training)


def _joined(
    windows: Float32[Tensor, "batch windows features frames"], n_shared: int, *, even_power: bool
) -> Float32[Tensor, "batch features _"]:
    """One window after another, each faded into the next over n_shared frames."""
    n_windows, n_features, n_frames = windows.shape[1:]
    n_whole = n_frames + (n_windows - 1) * (n_frames - n_shared)
    starts = window_starts(n_whole, n_frames, n_shared)
    shares = fades(starts, n_frames).to(windows)
    if even_power:  # of sounds that have nothing to do with each other
        shares = shares.sqrt()
    whole = windows.new_zeros(windows.shape[0], n_features, n_whole)
    for number, start in enumerate(starts):
        whole[:, :, start : start + n_frames] += shares[number] * windows[:, number]
    return whole
