"""Rectified flow over frames: one transformer that generates, continues, fills gaps and varies.

All ways to make music are one task with other parts known.
"""

from collections.abc import Callable, Iterable
from typing import ClassVar

import torch
from jaxtyping import Bool, Float32
from torch import Tensor, nn

from menura.models._context import Known
from menura.models._contrast import N_ROWS, Rows, Start, away_from
from menura.models._flow import Flow, Labels
from menura.models._flow_config import LatentFlowConfig as LatentFlowConfig
from menura.models._liveliness import as_lively, movement
from menura.models._ode import Velocity, integrate
from menura.models._paths import along
from menura.models._precision import compiling, computing_in
from menura.models._windows import blended
from menura.models.contract import (
    AS_LEARNT,
    Batch,
    Optimizer,
    Path,
    Rngs,
    Sampling,
    Schedule,
    noise,
)
from menura.representations import Frames, Spec

Latent = Float32[Tensor, "batch features_twice frames"]


class LatentFlow(Flow):
    """temperature scales the noise that a piece begins as."""

    tiny: ClassVar[LatentFlowConfig] = LatentFlowConfig(
        matched=True,
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
        self._precision = "float32"
        self._compiled: Callable[..., Frames] | None = None

    def play_in(self, precision: str, *, compiled: bool = False) -> None:
        self._precision = precision
        self._compiled = torch.compile(self._velocity) if compiled else None

    @property
    def calibrates(self) -> bool:
        return self.contrast is not None

    def calibrate(self, batches: Iterable[Batch]) -> str:
        """Find the contrast of what is made beside that of this music."""
        assert self.contrast is not None, "asked of those that calibrate"
        c = self.config

        def fill(rows: Rows, known: Bool[Tensor, " frames"], strictness: float) -> Frames:
            sampling = Sampling(labels=rows.labels, guidance=self.usual_guidance())
            return self._fill(rows.music, known, rows.rngs, sampling, strictness, c.n_steps)

        return self.contrast.find(Rows.of(batches), c.n_carried, c.known_guidance, fill)

    def calibration_steps(self, batch_size: int) -> float:
        """Rows are made from each start; there and back, a step is about three looks a row."""
        c = self.config
        guided = 2 if c.known_guidance != 1 else 0
        by_labels = 0 if self.labels is None else 2
        n_looks = 2 * c.n_steps - 1 if c.method == "heun" else c.n_steps
        return float(N_ROWS * n_looks * (2 + guided + by_labels)) / (3 * batch_size)

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
        pieces, end = [seed[:, :, :0]], seed
        made = 0
        while made < n_frames:
            behind = end[:, :, -c.n_carried :].repeat_interleave(n_ways, dim=0)
            n_known = behind.shape[2]
            window = nn.functional.pad(behind, (0, c.n_window - n_known))
            known = torch.arange(c.n_window, device=seed.device) < n_known
            strictness = c.known_guidance if made == 0 else 1.0
            filled = self._fill(window, known, each, sampling, strictness, c.n_steps)
            new = as_lively(filled[:, :, n_known:], wanted)[:, :, : n_frames - made]
            pieces.append(new)
            end = torch.cat([end[:, :, -c.n_carried :], new], dim=2)
            made += new.shape[2]
        return torch.cat(pieces, dim=2)

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
            first, n_gap = int(left.nonzero()[0]), int(left.sum())
            # Of a window that is little longer than the gap, as much lies behind it as before it.
            quarter = c.n_window // 4
            n_before = min(c.n_carried, max(quarter, c.n_window - n_gap - quarter))
            start = max(0, min(first - n_before, frames.shape[2] - c.n_window))
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
        made = self._integrated(self._freely(), mixed, n_steps, start=begin)
        return made if self.contrast is None else self.contrast.matched("nothing", made, strength)

    def to_latent(self, frames: Frames) -> Latent:
        """The noise that flows to these frames, and below it what the flow misses of them."""
        begun = self._integrated(self._freely(), frames, self.config.n_steps, start=1, stop=0)
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
        made = self._integrated(velocity, started, n_steps)
        if self.contrast is not None:
            start: Start = "nothing" if sampling.labels is None else "labels"
            if known.any():
                start = "music" if strictness == 1 else "seed"
            made = self.contrast.matched(start, made, away_from(known, self.config.n_window))
        return torch.where(known, music, made)

    def _flown(self, begun: Frames) -> Frames:
        return self._integrated(self._freely(), begun, self.config.n_steps)

    def _integrated(
        self, velocity: Velocity, x: Frames, n_steps: int, *, start: float = 0, stop: float = 1
    ) -> Frames:
        """What x, at time `start`, becomes by `stop`."""
        c = self.config
        with torch.no_grad(), computing_in(self._precision, x.device):
            return integrate(
                *(velocity, x, n_steps), start=start, stop=stop, method=c.method, shift=c.time_shift
            )

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
        if t == 1:  # all of it is music, and what of the noise is missing is 0 in the mean
            return x
        level = torch.full((x.shape[0],), t, device=x.device)
        if self._compiled is None:
            return self._velocity(x, level, music, known, labels)
        with compiling():
            return self._compiled(x, level, music, known, labels)
