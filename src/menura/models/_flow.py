"""What a rectified flow learns: the velocity that carries noise to music along straight lines (Liu,
Gong & Liu 2022), given whatever part of the music is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import torch
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn

from menura.models._adopting import channels_adopted, labels_adopted
from menura.models._context import Known, draw_known
from menura.models._contrast import Contrast
from menura.models._flow_config import LatentFlowConfig
from menura.models._nearest_label import N_LOOKED_AT, NEAR_NOISE, Errors, set_off
from menura.models._ode import draw_times
from menura.models._transformer import Transformer
from menura.models.contract import Batch, Losses, Model, Phase
from menura.representations import Frames, Spec

Labels = Bool[Tensor, "batch labels"]


class Flow(Model):
    """Velocity of normalised frames (deviation about 1), told what is known and how noisy it is.

    Time runs from 0 (noise) to 1 (music).
    """

    Config = LatentFlowConfig
    adds_labels = True
    plays_in_parallel = True

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
