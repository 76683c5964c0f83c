"""WaveNet: dilated causal convolutions that say of each sample how likely every value is.

van den Oord et al. 2016: samples as numbers of an alphabet (8-bit mu-law, section 2.2), gated
units, residual and skip connections, a softmax. Trained on all samples of a window at once; played
by compiled loops in which a sample costs as much however far back the network looks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from menura.foundation.errors import UsageError
from menura.models._streaming import StreamingModel
from menura.models._wavenet import Conditions, Numbers, Player, Stack, StackSizes
from menura.models._wavenet.player import Chances, Drawing
from menura.models.contract import (
    AS_LEARNT,
    Batch,
    Losses,
    Optimizer,
    Phase,
    Rngs,
    Sampling,
    Schedule,
)
from menura.representations import Frames, Spec

PIECE = 2048  # samples of a stream that are made at once


@dataclass(frozen=True)
class WavenetConfig:
    """width: channels of the residual way and of the gates. n_skip: of the sum of all layers and of
    the layer after it.

    n_cycles, n_doublings: the dilations 1, 2, 4, …, 2^(n_doublings − 1) come n_cycles times.
    label_dropout: share of rows whose labels are hidden. guidance: how strictly labels are
        followed when nothing is said.
    """

    width: int = 32
    n_skip: int = 128
    n_cycles: int = 5
    n_doublings: int = 10
    label_dropout: float = 0.1
    guidance: float = 1.0
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if min(self.width, self.n_skip, self.n_cycles, self.n_doublings) < 1:
            raise ValueError("width, n_skip, n_cycles and n_doublings must be at least 1")
        if self.n_doublings > 16:
            raise ValueError(f"n_doublings must be 1…16, not {self.n_doublings}")
        if not 0 <= self.label_dropout <= 1:
            raise ValueError("label_dropout is a share; it must be 0…1")
        if self.guidance < 0:
            raise ValueError("guidance must not be negative")


class Wavenet(StreamingModel):
    """Next-sample prediction from all samples that its layers reach, without end.

    Frames are numbers of an alphabet; those that are not whole are rounded, those beyond it cut.
    `temperature` divides the logits; 0 takes the likeliest. A piece from nothing begins in the
    midst of music, as the windows of the training do.

    Music is made on the CPU in float32, whatever the device. The first piece waits for the loops
    to be compiled, some ten seconds; they are kept on the disk where that can be written to.
    """

    Config = WavenetConfig
    tiny: ClassVar[WavenetConfig] = WavenetConfig(
        width=12, n_skip=20, n_cycles=2, n_doublings=4, optimizer=Optimizer(learning_rate=1e-2)
    )
    tiny_spec: ClassVar[Spec] = Spec(8000, 1, 1, n_classes=24)
    tiny_frames: ClassVar[int] = 40

    def __init__(self, config: WavenetConfig, spec: Spec):
        super().__init__(config, spec)
        if spec.n_classes is None or spec.n_channels != 1:
            raise UsageError(
                "a wavenet learns numbers of an alphabet, one a sample: give it the mu-law "
                "representation, and leave n_audio_channels at 1"
            )
        c = config
        sizes = StackSizes(c.width, c.n_skip, c.n_cycles, c.n_doublings, spec.n_classes)
        self.stack = Stack(sizes)
        # No bias: no labels at all say nothing.
        n_told = len(sizes.dilations) * 2 * c.width
        self.labels = nn.Linear(len(spec.labels), n_told, bias=False) if spec.labels else None

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        """total: cross-entropy in nats a sample; 0 for music that is wholly foreseen."""
        numbers, labels = self._numbers(batch.frames), batch.labels
        if labels is not None:
            shown = torch.rand(labels.shape[0], 1, generator=rng, device=rng.device)
            labels = labels & (shown >= self.config.label_dropout).to(labels.device)
        logits = self.stack(numbers, self._told(labels))
        return {"total": cross_entropy(logits.float().flatten(0, 1), numbers.flatten())}

    def usual_guidance(self) -> float:
        return float(self.config.guidance)

    def stream(
        self, seed: Frames | None, rngs: Rngs, sampling: Sampling = AS_LEARNT
    ) -> Iterator[Float32[Tensor, "batch 1 frames"]]:
        """Samples without end, one row for each generator; what was heard is kept between them."""
        n, device = len(rngs), self._place
        labels = None if sampling.labels is None else sampling.labels.to(device)[None]
        is_guided = labels is not None and sampling.guidance != 1
        told = [labels, torch.zeros_like(labels)] if labels is not None and is_guided else [labels]
        with torch.no_grad():
            conditions = [self._told(one) for one in told]
            player = Player(self.stack)
        n_strands = n * len(told)
        rows = [c.expand(n, -1, -1, -1) for c in conditions if c is not None]
        said = player.told(torch.stack(rows, dim=1).flatten(0, 1) if rows else None, n_strands)
        strands = player.strands(n_strands)
        drawing = Drawing(sampling.temperature, sampling.guidance)
        heard = np.zeros((n, 0), np.int64)
        if seed is not None:  # no more of it than is in reach
            known = self._numbers(seed)[:, -self.stack.sizes.receptive_field :].cpu().numpy()
            known = np.ascontiguousarray(known)  # or the loops are compiled once more
            player.play(strands, said, 1, known, np.zeros(known.shape), drawing)
        while True:
            made = player.play(strands, said, 1, heard, chances(rngs, PIECE), drawing)
            yield torch.from_numpy(made).to(device, torch.float32)[:, None]

    def _numbers(self, frames: Frames) -> Numbers:
        numbers = frames[:, 0].to(self._place).round()
        return numbers.clamp(0, self.stack.sizes.n_classes - 1).to(torch.int64)

    def _told(self, labels: Bool[Tensor, "batch labels"] | None) -> Conditions | None:
        """The mean of what the labels say, to all samples alike."""
        if self.labels is None or labels is None:
            return None
        share = labels / labels.sum(dim=1, keepdim=True).clamp_min(1)
        said: Float[Tensor, "batch told"] = self.labels(share)
        return said.reshape(labels.shape[0], 1, len(self.stack.sizes.dilations), -1)

    @property
    def _place(self) -> torch.device:
        return self.stack.skip.device


def chances(rngs: Rngs, n: int) -> Chances:
    """n numbers 0…1 for each generator, to draw by."""
    rows = [torch.rand(n, generator=rng, dtype=torch.float64) for rng in rngs]
    return torch.stack(rows).numpy()
