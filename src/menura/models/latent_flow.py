"""Rectified flow over frames: one transformer that generates, continues, fills gaps and varies.

Learns the velocity that carries noise to music along straight lines (Liu, Gong & Liu 2022), given
whatever part of the music is known: all ways to make music are one task with other parts known.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float32
from torch import Tensor, nn

from menura.models._ode import integrate
from menura.models._transformer import Transformer
from menura.models.contract import (
    Batch,
    Losses,
    Model,
    Optimizer,
    Phase,
    Rngs,
    Schedule,
    noise,
)
from menura.representations import Frames, Spec

Known = Bool[Tensor, "batch frames"]


@dataclass(frozen=True)
class LatentFlowConfig:
    """Sizes, what is known in training, and how clips are made.

    n_window: frames it looks at together; longer pieces are made window by window.
    n_carried: frames of a window that are known from the one before.
    unknown, prefix: shares of training rows of which nothing is known, or only a beginning; the
        rest have a gap in the middle.
    n_steps, method: of the integration.
    """

    width: int = 256
    depth: int = 8
    head_size: int = 64
    n_window: int = 256
    n_carried: int = 96
    unknown: float = 0.4
    prefix: float = 0.35
    n_steps: int = 25
    method: Literal["euler", "heun"] = "euler"
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
        if self.n_steps < 1:
            raise ValueError("n_steps must be at least 1")


class LatentFlow(Model):
    """Velocity of normalised frames (deviation about 1), told what is known and how noisy it is.

    Time runs from 0 (noise) to 1 (music). temperature scales the noise that a piece begins as.
    """

    Config = LatentFlowConfig
    tiny: ClassVar[LatentFlowConfig] = LatentFlowConfig(
        width=32,
        depth=2,
        head_size=16,
        n_window=16,
        n_carried=6,
        n_steps=4,
        optimizer=Optimizer("adamw", learning_rate=3e-3),
        schedule=Schedule(),
    )

    def __init__(self, config: LatentFlowConfig, spec: Spec):
        super().__init__(config, spec)
        self.enter = nn.Linear(2 * spec.n_channels + 1, config.width)
        self.transformer = Transformer(config.width, config.depth, config.head_size)
        self.leave = nn.Linear(config.width, spec.n_channels)

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        music = batch.frames
        n, device = music.shape[0], music.device
        known = self._known(n, music.shape[2], rng).to(device)
        started = torch.randn(music.shape, generator=rng, device=device)
        # Logit-normal times (Esser et al. 2024, section 3.1): most in the middle.
        t = torch.randn(n, generator=rng, device=device).sigmoid()
        mixed = torch.lerp(started, music, t[:, None, None])
        error = self._velocity(mixed, t, music, known) - (music - started)
        asked = (~known)[:, None].float()
        squares = (error.square() * asked).sum() / (asked.sum() * music.shape[1]).clamp_min(1)
        return {"total": squares}

    def generate(self, rngs: Rngs, n_frames: int, *, temperature: float = 1.0) -> Frames:
        nothing = torch.zeros(len(rngs), self.spec.n_channels, 0, device=self._place)
        return self.continue_(nothing, n_frames, rngs, temperature=temperature)

    def continue_(
        self,
        seed: Float32[Tensor, "batch features known"],
        n_frames: int,
        rngs: Rngs,
        *,
        temperature: float = 1.0,
    ) -> Frames:
        c = self.config
        pieces = [seed]
        made = 0
        while made < n_frames:
            behind = torch.cat(pieces, dim=2)[:, :, -c.n_carried :]
            n_known = behind.shape[2]
            n_new = min(c.n_window - n_known, n_frames - made)
            window = nn.functional.pad(behind, (0, c.n_window - n_known))
            known = torch.arange(c.n_window, device=seed.device) < n_known
            filled = self._fill(window, known, rngs, temperature)
            pieces.append(filled[:, :, n_known : n_known + n_new])
            made += n_new
        return torch.cat(pieces, dim=2)[:, :, seed.shape[2] :]

    def inpaint(self, frames: Frames, missing: Bool[Tensor, " frames"], rngs: Rngs) -> Frames:
        """Window by window from the first missing frame on, each with what follows it in sight."""
        c = self.config
        filled, left = frames.clone(), missing.clone()
        while left.any():
            first = int(left.nonzero()[0])
            start = max(0, min(first - c.n_carried, frames.shape[2] - c.n_window))
            stop = min(start + c.n_window, frames.shape[2])
            window, unknown = filled[:, :, start:stop], left[start:stop].clone()
            # What is missing beyond this window is decided in the next.
            made = self._fill(window, ~unknown, rngs, 1.0)
            filled[:, :, start:stop] = made
            left[start:stop] = False
        return filled

    def vary(self, frames: Frames, strength: float, rngs: Rngs) -> Frames:
        """Back towards noise as far as the strength says, and forth again another way."""
        begin = 1 - strength
        started = noise(rngs, *frames.shape[1:]).to(frames.device)
        n_steps = max(1, round(self.config.n_steps * strength))
        nothing = torch.zeros(frames.shape[2], dtype=torch.bool, device=frames.device)
        pieces = []
        for window in range(0, frames.shape[2], self.config.n_window):
            part = slice(window, window + self.config.n_window)
            mixed = torch.lerp(started[:, :, part], frames[:, :, part], begin)
            velocity = self._towards(frames[:, :, part], nothing[part])
            pieces.append(
                integrate(velocity, mixed, n_steps, start=begin, method=self.config.method)
                if strength > 0
                else mixed
            )
        return torch.cat(pieces, dim=2)

    def _fill(
        self, music: Frames, known: Bool[Tensor, " frames"], rngs: Rngs, temperature: float
    ) -> Frames:
        """The unknown frames made, the known ones as they are."""
        started = temperature * noise(rngs, *music.shape[1:]).to(music.device)
        c = self.config
        made = integrate(self._towards(music, known), started, c.n_steps, method=c.method)
        return torch.where(known, music, made)

    def _towards(
        self, music: Frames, known: Bool[Tensor, " frames"]
    ) -> Callable[[Tensor, float], Tensor]:
        rows = known.expand(music.shape[0], -1)

        def velocity(x: Tensor, t: float) -> Tensor:
            level = torch.full((x.shape[0],), t, device=x.device)
            with torch.no_grad():
                return self._velocity(x, level, music, rows)

        return velocity

    def _velocity(
        self, x: Frames, t: Float32[Tensor, " batch"], music: Frames, known: Known
    ) -> Frames:
        told = known[:, None].float()
        entering = torch.cat([x, music * told, told], dim=1).transpose(1, 2)
        leaving: Tensor = self.leave(self.transformer(self.enter(entering), t))
        return leaving.float().transpose(1, 2)

    def _known(self, n: int, n_frames: int, rng: torch.Generator) -> Known:
        """What is known in training: nothing, a beginning, or all but a gap."""
        draw = torch.rand(n, 3, generator=rng, device=rng.device).cpu()
        at = torch.arange(n_frames)[None]
        kind, low, high = draw[:, :1], draw[:, 1:].amin(1, True), draw[:, 1:].amax(1, True)
        prefix = at < (draw[:, 1:2] * n_frames)
        gap = (at < low * n_frames) | (at >= high * n_frames)
        known = torch.where(kind < self.config.unknown + self.config.prefix, prefix, gap)
        return torch.where(kind < self.config.unknown, torch.zeros_like(known), known)

    @property
    def _place(self) -> torch.device:
        return self.leave.weight.device
