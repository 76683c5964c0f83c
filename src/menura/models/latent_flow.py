"""Rectified flow over frames: one transformer that generates, continues, fills gaps and varies.

Learns the velocity that carries noise to music along straight lines (Liu, Gong & Liu 2022), given
whatever part of the music is known: all ways to make music are one task with other parts known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn

from menura.models._adopting import channels_adopted, labels_adopted
from menura.models._context import Known, draw_known
from menura.models._liveliness import as_lively, movement
from menura.models._ode import Velocity, draw_times, integrate
from menura.models._paths import along
from menura.models._transformer import Transformer
from menura.models._windows import blended
from menura.models.contract import (
    AS_LEARNT,
    Batch,
    Losses,
    Model,
    Optimizer,
    Path,
    Phase,
    Rngs,
    Sampling,
    Schedule,
    noise,
)
from menura.representations import Frames, Spec

Labels = Bool[Tensor, "batch labels"]
Latent = Float32[Tensor, "batch features_twice frames"]


@dataclass(frozen=True)
class LatentFlowConfig:
    """Sizes, what is known in training, and how clips are made.

    n_window: frames it looks at together; longer pieces are made window by window.
    n_carried: frames of a window that are known from the one before.
    unknown, prefix: shares of training rows of which nothing is known, or only a beginning; of the
        rest all but a gap.
    known_noise: deviation, at most, of noise on what is known, so that the flow's own music,
        which is never quite like the real, is taken up as well.
    noisiness: above 1, more of what is learnt is near the noise, where it is decided what there
        will be; below 1, more is near the music.
    label_dropout: share of rows whose labels are hidden. guidance: how strictly labels are
        followed when nothing is said; known_guidance: how strictly what was given is, by the
        beginning and the first window after it. Later ones know nothing but the flow's own music,
        and would go astray with it.
    n_steps, method: of the integration. time_shift: above 1 its steps are finer near the noise,
        below 1 near the music.
    n_beginnings: how many ways to go on from a seed are made, of which the one is kept that sounds
        most like the end of the seed. n_beginning_steps: of their integration; more draws in few
        steps come nearer to the seed than few in many, and sound no worse (docs/log.md).
    n_ways: how often every further window is made, of which the one is kept that moves as much as
        the seed: by itself a flow goes on slower than a fast seed, and faster than a slow one.
    """

    width: int = 256
    depth: int = 8
    head_size: int = 64
    n_window: int = 256
    n_carried: int = 96
    unknown: float = 0.4
    prefix: float = 0.35
    known_noise: float = 0.2
    noisiness: float = 1.5
    label_dropout: float = 0.15
    guidance: float = 2.0
    known_guidance: float = 2.0
    n_steps: int = 25
    method: Literal["euler", "heun"] = "euler"
    time_shift: float = 1.0
    n_beginnings: int = 32
    n_beginning_steps: int = 4
    n_ways: int = 4
    optimizer: Optimizer = field(
        default_factory=lambda: Optimizer("adamw", learning_rate=1e-3, betas=(0.9, 0.99))
    )
    schedule: Schedule = field(default_factory=lambda: Schedule(warmup_steps=100))

    def __post_init__(self) -> None:
        if self.width % self.head_size or self.head_size % 2:
            raise ValueError("width must be a multiple of head_size, and head_size even")
        if not 0 < self.n_carried < self.n_window:
            raise ValueError("n_carried must be above 0 and below n_window")
        if min(self.unknown, self.prefix) < 0 or self.unknown + self.prefix > 1:
            raise ValueError("unknown and prefix are shares; together at most 1")
        if not 0 <= self.label_dropout <= 1:
            raise ValueError("label_dropout is a share; it must be 0…1")
        if min(self.known_noise, self.guidance, self.known_guidance) < 0:
            raise ValueError("known_noise, guidance and known_guidance must not be negative")
        for name in ("time_shift", "noisiness"):
            if not 0.1 <= getattr(self, name) <= 10:
                raise ValueError(f"{name} must be 0.1…10, not {getattr(self, name):g}")
        for name in ("n_steps", "n_beginnings", "n_beginning_steps", "n_ways"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")


class LatentFlow(Model):
    """Velocity of normalised frames (deviation about 1), told what is known and how noisy it is.

    Time runs from 0 (noise) to 1 (music). temperature scales the noise that a piece begins as.
    """

    Config = LatentFlowConfig
    adds_labels = True
    tiny: ClassVar[LatentFlowConfig] = LatentFlowConfig(
        width=32,
        depth=2,
        head_size=16,
        n_window=16,
        n_carried=6,
        n_steps=4,
        n_beginnings=3,
        n_beginning_steps=2,
        n_ways=2,
        optimizer=Optimizer("adamw", learning_rate=3e-3),
        schedule=Schedule(),
    )

    def __init__(self, config: LatentFlowConfig, spec: Spec):
        super().__init__(config, spec)
        self.enter = nn.Linear(2 * spec.n_channels + 1, config.width)
        self.transformer = Transformer(config.width, config.depth, config.head_size)
        self.leave = nn.Linear(config.width, spec.n_channels)
        # No bias: no labels at all say nothing.
        self.labels = nn.Linear(len(spec.labels), config.width, bias=False) if spec.labels else None

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def adopted(self, weights: Mapping[str, Tensor], theirs: Spec) -> dict[str, Tensor]:
        """Labels keep what they say, by name, and new ones begin as they are here. Channels all
        begin as the mean of theirs."""
        fitted, own = dict(weights), self.spec
        if theirs.n_channels != own.n_channels:
            of_channels = (fitted["enter.weight"], fitted["leave.weight"], fitted["leave.bias"])
            fitted |= zip(
                ("enter.weight", "leave.weight", "leave.bias"),
                channels_adopted(*of_channels, theirs.n_channels, own.n_channels),
                strict=True,
            )
        table = fitted.pop("labels.weight", None)
        if self.labels is not None:
            fresh = self.labels.weight.detach()
            if table is not None and len(table) != len(fresh):  # of another width: it fits nowhere
                return dict(weights)
            fitted["labels.weight"] = labels_adopted(fresh, own.labels, table, theirs.labels)
        return fitted

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        c, music = self.config, batch.frames
        n, device = music.shape[0], music.device
        known = draw_known(n, music.shape[2], c.unknown, c.prefix, rng).to(device)
        started = torch.randn(music.shape, generator=rng, device=device)
        blur = c.known_noise * torch.rand(n, 1, 1, generator=rng, device=device)
        told = music + blur * torch.randn(music.shape, generator=rng, device=device)
        t = draw_times(n, c.noisiness, rng)
        labels = batch.labels
        if labels is not None:
            shown = torch.rand(n, 1, generator=rng, device=device) >= c.label_dropout
            labels = labels & shown
        mixed = torch.lerp(started, music, t[:, None, None])
        error = self._velocity(mixed, t, told, known, labels) - (music - started)
        asked = (~known)[:, None].float()
        squares = error.square() * asked
        if batch.importance is not None:
            squares = squares * batch.importance[:, None]
        return {"total": squares.sum() / (asked.sum() * music.shape[1]).clamp_min(1)}

    def adaptable(self) -> tuple[str, ...]:
        """The projections of attention and of what follows it, in every block."""
        blocks = self.transformer.blocks.named_modules(prefix="transformer.blocks")
        return tuple(f"{name}.weight" for name, part in blocks if isinstance(part, nn.Linear))

    def usual_guidance(self) -> float:
        return float(self.config.guidance)

    def generate(self, rngs: Rngs, n_frames: int, sampling: Sampling = AS_LEARNT) -> Frames:
        nothing = torch.zeros(len(rngs), self.spec.n_channels, 0, device=self._place)
        return self.continue_(nothing, n_frames, rngs, sampling)

    def continue_(
        self,
        seed: Float32[Tensor, "batch features known"],
        n_frames: int,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Frames:
        c, wanted = self.config, movement(seed)
        n_ways = c.n_ways if seed.shape[2] > 1 and sampling.temperature else 1
        each = [rng for rng in rngs for _ in range(n_ways)]
        pieces = [seed]
        made = 0
        while made < n_frames:
            behind = torch.cat(pieces, dim=2)[:, :, -c.n_carried :].repeat_interleave(n_ways, dim=0)
            n_known = behind.shape[2]
            window = nn.functional.pad(behind, (0, c.n_window - n_known))
            known = torch.arange(c.n_window, device=seed.device) < n_known
            strictness = c.known_guidance if made == 0 else 1.0
            filled = self._fill(window, known, each, sampling, strictness, c.n_steps)
            new = as_lively(filled[:, :, n_known:], wanted)[:, :, : n_frames - made]
            pieces.append(new)
            made += new.shape[2]
        return torch.cat(pieces, dim=2)[:, :, seed.shape[2] :]

    def n_beginnings(self) -> int:
        return int(self.config.n_beginnings)

    def beginnings(
        self,
        seed: Float32[Tensor, "1 features known"],
        n_frames: int,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Frames:
        """Each in a window that ends with it: there is less to compute than in a whole one.

        Half of what the next window hears is of the seed itself: no beginning is longer than that.
        """
        c = self.config
        behind = seed[:, :, -c.n_carried :]
        n_known = behind.shape[2]
        n_new = min(n_frames, c.n_window - n_known, max(1, c.n_carried // 2))
        window = nn.functional.pad(behind, (0, n_new)).expand(len(rngs), -1, -1)
        known = torch.arange(n_known + n_new, device=seed.device) < n_known
        made = self._fill(*(window, known, rngs, sampling, c.known_guidance, c.n_beginning_steps))
        return made[:, :, n_known:]

    def inpaint(
        self,
        frames: Frames,
        missing: Bool[Tensor, " frames"],
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Frames:
        """Window by window from the first missing frame on, each with what follows it in sight."""
        c = self.config
        filled, left = frames.clone(), missing.clone()
        while left.any():
            first = int(left.nonzero()[0])
            start = max(0, min(first - c.n_carried, frames.shape[2] - c.n_window))
            stop = min(start + c.n_window, frames.shape[2])
            window, unknown = filled[:, :, start:stop], left[start:stop].clone()
            # What is missing beyond this window is decided in the next.
            strictness = c.known_guidance if torch.equal(left, missing) else 1.0
            filled[:, :, start:stop] = self._fill(
                window, ~unknown, rngs, sampling, strictness, c.n_steps
            )
            left[start:stop] = False
        return filled

    def vary(self, frames: Frames, strength: float, rngs: Rngs) -> Frames:
        """Back towards noise as far as the strength says, and forth again another way."""
        if strength == 0:
            return frames
        c, begin = self.config, 1 - strength
        started = noise(rngs, *frames.shape[1:]).to(frames.device)
        mixed = torch.lerp(started, frames, begin)
        n_steps = max(1, round(c.n_steps * strength))
        return integrate(
            *(self._freely(), mixed, n_steps),
            start=begin,
            method=c.method,
            shift=c.time_shift,
        )

    def to_latent(self, frames: Frames) -> Latent:
        """The noise that flows to these frames, and below it what the flow misses of them."""
        c = self.config
        begun = integrate(
            *(self._freely(), frames, c.n_steps),
            start=1,
            stop=0,
            method=c.method,
            shift=c.time_shift,
        )
        return torch.cat([begun, frames - self._flown(begun)], dim=1)

    def from_latent(self, latent: Latent, n_frames: int) -> Frames:
        begun, missed = latent.chunk(2, dim=1)
        return (self._flown(begun) + missed)[:, :, :n_frames]

    def mixed(
        self,
        a: Latent,
        b: Latent,
        shares: Float32[Tensor, " frames"],
        path: Path | None = None,
    ) -> Latent:
        """Noises along the great circle between them, where mixtures stay noise, unless a line is
        asked for; what the flow misses along a line."""
        (from_, missed), (to, also_missed) = a.chunk(2, dim=1), b.chunk(2, dim=1)
        begun = along(from_, to, shares, path or "spherical")
        return torch.cat([begun, torch.lerp(missed, also_missed, shares)], dim=1)

    def _fill(
        self,
        music: Frames,
        known: Bool[Tensor, " frames"],
        rngs: Rngs,
        sampling: Sampling,
        strictness: float,
        n_steps: int,
    ) -> Frames:
        """The unknown frames made, the known ones as they are. strictness: towards the known."""
        started = sampling.temperature * noise(rngs, *music.shape[1:]).to(music.device)
        if not known.any():  # there is nothing to be strict about
            strictness = 1.0
        velocity = self._towards(music, known, started, sampling, strictness)
        c = self.config
        made = integrate(velocity, started, n_steps, method=c.method, shift=c.time_shift)
        return torch.where(known, music, made)

    def _flown(self, begun: Frames) -> Frames:
        c = self.config
        return integrate(self._freely(), begun, c.n_steps, method=c.method, shift=c.time_shift)

    def _towards(
        self,
        music: Frames,
        known: Bool[Tensor, " frames"],
        started: Frames,
        sampling: Sampling,
        strictness: float,
    ) -> Velocity:
        """The velocity of a window of which something is known, guided by that and by labels.

        Known frames are kept where they were in training: on the line from their noise to the
        music. Left to flow by themselves they become other music, which the rest then follows.
        """
        n = music.shape[0]
        told = known.expand(n, -1)
        labels = None if sampling.labels is None else sampling.labels.to(music.device).expand(n, -1)
        # Guides (Ho & Salimans 2022): what is hidden to see its part, and how much of that to add.
        guides: list[tuple[Known, Labels | None, float]] = []
        if strictness != 1:
            guides.append((torch.zeros_like(told), labels, strictness - 1))
        if labels is not None and sampling.guidance != 1:
            guides.append((told, torch.zeros_like(labels), sampling.guidance - 1))

        def velocity(x: Tensor, t: float) -> Tensor:
            x = torch.where(known, torch.lerp(started, music, t), x)
            asked = guided = self._at(x, t, music, told, labels)
            for less_told, less_asked, more in guides:
                without = self._at(x, t, music, less_told, less_asked)
                guided = guided + more * (asked - without)
            return guided

        return velocity

    def _freely(self) -> Velocity:
        """The velocity of pieces of any length of which nothing is known."""

        def velocity(x: Tensor, t: float) -> Tensor:
            nothing = torch.zeros(x.shape[0], x.shape[2], dtype=torch.bool, device=x.device)
            return self._at(x, t, x, nothing, None)

        return blended(velocity, self.config.n_window)

    def _at(
        self, x: Frames, t: float, music: Frames, known: Known, labels: Labels | None
    ) -> Frames:
        level = torch.full((x.shape[0],), t, device=x.device)
        with torch.no_grad():
            return self._velocity(x, level, music, known, labels)

    def _velocity(
        self,
        x: Frames,
        t: Float32[Tensor, " batch"],
        music: Frames,
        known: Known,
        labels: Labels | None,
    ) -> Frames:
        told = known[:, None].float()
        entering = torch.cat([x, music * told, told], dim=1).transpose(1, 2)
        leaving: Tensor = self.leave(self.transformer(self.enter(entering), t, self._said(labels)))
        return leaving.float().transpose(1, 2)

    def _said(self, labels: Labels | None) -> Float[Tensor, "batch width"] | None:
        """The mean of what the labels say."""
        if self.labels is None or labels is None:
            return None
        said: Tensor = self.labels(labels / labels.sum(dim=1, keepdim=True).clamp_min(1))
        return said

    @property
    def _place(self) -> torch.device:
        return self.leave.weight.device
