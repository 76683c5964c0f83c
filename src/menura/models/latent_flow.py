"""Rectified flow over frames: one transformer that generates, continues, fills gaps and varies.

Learns the velocity that carries noise to music along straight lines (Liu, Gong & Liu 2022), given
whatever part of the music is known: all ways to make music are one task with other parts known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import torch
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn

from menura.models._adopting import channels_adopted, labels_adopted
from menura.models._context import Known, draw_known
from menura.models._contrast import Contrast, Rows, Start
from menura.models._flow_config import LatentFlowConfig as LatentFlowConfig
from menura.models._liveliness import as_lively, movement
from menura.models._nearest_label import N_LOOKED_AT, NEAR_NOISE, Errors, set_off
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


class LatentFlow(Model):
    """Velocity of normalised frames (deviation about 1), told what is known and how noisy it is.

    Time runs from 0 (noise) to 1 (music). temperature scales the noise that a piece begins as.
    """

    Config = LatentFlowConfig
    adds_labels = True
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
        self.enter = nn.Linear(2 * spec.n_channels + 1, config.width)
        self.transformer = Transformer(config.width, config.depth, config.head_size)
        self.leave = nn.Linear(config.width, spec.n_channels)
        # No bias: no labels at all say nothing.
        self.labels = nn.Linear(len(spec.labels), config.width, bias=False) if spec.labels else None
        self.contrast = Contrast(spec.n_channels) if config.matched else None

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def adopted(self, weights: Mapping[str, Tensor], theirs: Spec) -> dict[str, Tensor]:
        """Labels keep what they say, by name, and new ones say nothing yet (see `set_off_near`).
        Channels all begin as the mean of theirs. The contrast is found anew."""
        own = self.spec
        fitted = Contrast.forgotten(weights, None if self.contrast is None else own.n_channels)
        if theirs.n_channels != own.n_channels:
            of_channels = (fitted["enter.weight"], fitted["leave.weight"], fitted["leave.bias"])
            fitted |= zip(
                ("enter.weight", "leave.weight", "leave.bias"),
                channels_adopted(*of_channels, theirs.n_channels, own.n_channels),
                strict=True,
            )
        table = fitted.pop("labels.weight", None)
        if self.labels is not None:
            width = self.config.width
            if table is not None and len(table) != width:  # of another one: it fits nowhere
                return dict(weights)
            fitted["labels.weight"] = labels_adopted(width, own.labels, table, theirs.labels)
        return fitted

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        c, music = self.config, batch.frames
        n, device = music.shape[0], music.device
        known = draw_known(n, music.shape[2], c.unknown, c.prefix, rng).to(device)
        started = torch.randn(music.shape, generator=rng, device=device)
        blur = c.known_noise * torch.rand(n, 1, 1, generator=rng, device=device)
        told = music + blur * torch.randn(music.shape, generator=rng, device=device)
        t = draw_times(n, c.noisiness, c.outset, rng)
        labels = batch.labels
        if labels is not None:
            shown = torch.rand(n, 1, generator=rng, device=device) >= c.label_dropout
            labels = labels & shown
        asked = (~known)[:, None].float()
        squares = self._squares(batch, started, t, told, known, labels) * asked
        return {"total": squares.sum() / (asked.sum() * music.shape[1]).clamp_min(1)}

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

    @torch.no_grad()
    def set_off_near(self, batches: Iterable[Batch], learnt: tuple[str, ...]) -> str:
        """No label says from now on what the learnt label says that fits this music best, and so do
        new labels for the music that has them. All learnt ones say what they said."""
        if self.labels is None:
            return ""
        table, names = self.labels.weight, self.spec.labels
        places = [number for number, name in enumerate(names) if name in learnt]
        looks = [(self._unexpected(batch, places), batch.labels) for batch in batches]
        errors = torch.cat([found for found, _ in looks]).cpu()
        has = [torch.zeros(len(e), len(names)) if f is None else f.cpu() for e, f in looks]
        found = set_off(table, places, errors, torch.cat(has) > 0)
        table.copy_(found.table)
        self.transformer.say_always(found.said)
        return found.words(names)

    def adaptable(self) -> tuple[str, ...]:
        """The projections of attention and of what follows it, in every block; and what labels
        say, or new ones that set off from the same would never differ."""
        blocks = self.transformer.blocks.named_modules(prefix="transformer.blocks")
        parts = [f"{name}.weight" for name, part in blocks if isinstance(part, nn.Linear)]
        return (*parts, *(["labels.weight"] if self.labels is not None else []))

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
        how = {"start": begin, "method": c.method, "shift": c.time_shift}
        made = integrate(self._freely(), mixed, n_steps, **how)
        return made if self.contrast is None else self.contrast.matched("nothing", made, strength)

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
        if self.contrast is not None:
            start: Start = "nothing" if sampling.labels is None else "labels"
            if known.any():
                start = "music" if strictness == 1 else "seed"
            made = self.contrast.matched(start, made)
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

    def _squares(
        self,
        batch: Batch,
        started: Frames,
        t: Float32[Tensor, " batch"],
        told: Frames,
        known: Known,
        labels: Labels | None,
    ) -> Frames:
        """How far the velocity is from that to the music; errors count as far as they are heard."""
        mixed = torch.lerp(started, batch.frames, t[:, None, None])
        error = self._velocity(mixed, t, told, known, labels) - (batch.frames - started)
        squares = error.square()
        return squares if batch.importance is None else squares * batch.importance[:, None]

    def _unexpected(self, batch: Batch, said: Sequence[int]) -> Errors:
        """Errors near the noise, nothing known: with no label, then with one of each number."""
        batch = replace(batch, frames=batch.frames[:, :, :N_LOOKED_AT])
        music, n = batch.frames, len(batch.frames)
        rng = torch.Generator(music.device).manual_seed(0)
        started = torch.randn(music.shape, generator=rng, device=music.device)
        t = torch.full((n,), NEAR_NOISE, device=music.device)
        known = torch.zeros(n, music.shape[2], dtype=torch.bool, device=music.device)
        one_of = torch.eye(len(self.spec.labels)).bool().to(music.device)
        each = [
            self._squares(batch, started, t, music, known, labels).mean(dim=(1, 2))
            for labels in (None, *(one_of[number].expand(n, -1) for number in said))
        ]
        return torch.stack(each, dim=1)

    def _said(self, labels: Labels | None) -> Float[Tensor, "batch width"] | None:
        """The mean of what the labels say."""
        if self.labels is None or labels is None:
            return None
        said: Tensor = self.labels(labels / labels.sum(dim=1, keepdim=True).clamp_min(1))
        return said

    @property
    def _place(self) -> torch.device:
        return self.leave.weight.device
