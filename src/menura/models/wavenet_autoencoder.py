"""WaveNet autoencoder: few numbers every so often, and a WaveNet that is told them.

Engel et al. 2017, "Neural Audio Synthesis of Musical Notes with WaveNet Autoencoders": the encoder
sees all of a piece.

The decoder is the WaveNet of the model `wavenet`, played by the same compiled loops; the temporal
embedding biases the gates of each of its layers, and is held until the next step.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn.functional import avg_pool1d, cross_entropy, pad

from menura.foundation.errors import UsageError
from menura.foundation.seeds import derive
from menura.models._latent_walk import LatentWalk
from menura.models._paths import along
from menura.models._wavenet import Conditions, Numbers, Player, Stack, StackSizes
from menura.models._wavenet.player import Drawing
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
    over_time,
)
from menura.models.wavenet import chances
from menura.representations import Frames, Spec

Latents = Float32[Tensor, "batch latent steps"]
PIECE = 2048  # samples that are made at once
ENCODED = 65_536  # samples that are encoded at once


@dataclass(frozen=True)
class WavenetAutoencoderConfig:
    """n_latent, hop: numbers in a step of the embedding, and samples in a step (16 and 512 in the
    paper, section 2.2).

    encoder_width, encoder_cycles, encoder_doublings: residual layers of dilated convolutions, which
        see both sides; the dilations 1, 2, … come encoder_cycles times.
    width, n_skip, n_cycles, n_doublings: of the decoder (see WavenetConfig).
    embedding_noise: deviation of the noise on the embedding in training, as a share of its own
        (ours: without it, what lies between two embeddings is nothing that the decoder knows).
    temperature: of the decoder's draws where a piece is passed through or mixed; new pieces have
        the system's.
    """

    n_latent: int = 16
    hop: int = 512
    encoder_width: int = 128
    encoder_cycles: int = 3
    encoder_doublings: int = 10
    width: int = 32
    n_skip: int = 128
    n_cycles: int = 3
    n_doublings: int = 10
    embedding_noise: float = 0.0
    temperature: float = 1.0
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        for name in ("n_latent", "hop", "encoder_width", "encoder_cycles", "encoder_doublings"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if min(self.width, self.n_skip, self.n_cycles, self.n_doublings) < 1:
            raise ValueError("width, n_skip, n_cycles and n_doublings must be at least 1")
        if max(self.n_doublings, self.encoder_doublings) > 16:
            raise ValueError("n_doublings and encoder_doublings must be 1…16")
        if self.embedding_noise < 0 or not 0 <= self.temperature <= 100:
            raise ValueError("embedding_noise must not be negative, temperature 0…100")


class WavenetAutoencoder(Model):
    """Frames are numbers of an alphabet (mu-law, mono), pieces of any length.

    A piece's reconstruction is drawn sample by sample, by chances that are the same every time:
    equal embeddings make equal music. New pieces are drawn by the Gaussian of the training's
    embeddings (see LatentWalk).
    """

    Config = WavenetAutoencoderConfig
    tiny: ClassVar[WavenetAutoencoderConfig] = WavenetAutoencoderConfig(
        n_latent=4,
        hop=16,
        encoder_width=8,
        encoder_cycles=1,
        encoder_doublings=3,
        width=12,
        n_skip=16,
        n_cycles=1,
        n_doublings=4,
        optimizer=Optimizer(learning_rate=1e-2),
    )
    tiny_spec: ClassVar[Spec] = Spec(8000, 1, 1, n_classes=24)
    tiny_frames: ClassVar[int] = 64

    def __init__(self, config: WavenetAutoencoderConfig, spec: Spec):
        super().__init__(config, spec)
        if spec.n_classes is None or spec.n_channels != 1:
            raise UsageError(
                "a wavenet-autoencoder learns numbers of an alphabet, one a sample: give it the "
                "mu-law representation, and leave n_audio_channels at 1"
            )
        c = config
        self.n_classes = spec.n_classes
        sizes = StackSizes(c.width, c.n_skip, c.n_cycles, c.n_doublings, spec.n_classes)
        self.encoder = Encoder(c.encoder_width, c.encoder_cycles, c.encoder_doublings, c.n_latent)
        self.telling = nn.Linear(c.n_latent, len(sizes.dilations) * 2 * c.width)
        self.stack = Stack(sizes)
        self.walk = LatentWalk(c.n_latent)

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        """total: cross-entropy in nats a sample, told the embedding and all samples before."""
        numbers = self._numbers(batch.frames)
        latents = self._encode(numbers)
        told = latents
        if self.training:
            self.walk.follow(latents)
            if self.config.embedding_noise:
                drawn = torch.randn(latents.shape, generator=rng, device=rng.device)
                wide = latents.detach().std(dim=(0, 2), keepdim=True, correction=0)
                told = latents + self.config.embedding_noise * wide * drawn.to(latents.device)
        logits = self.stack(numbers, self._told(told), self.config.hop)
        return {"total": cross_entropy(logits.float().flatten(0, 1), numbers.flatten())}

    def generate(self, rngs: Rngs, n_frames: int, sampling: Sampling = AS_LEARNT) -> Frames:
        latents = self.walk.draw(rngs, self._steps(n_frames), sampling.temperature)
        return self._played(latents, n_frames, rngs, sampling.temperature)

    def reconstruct(self, frames: Frames) -> Frames:
        return self.from_latent(self.to_latent(frames), frames.shape[2])

    def to_latent(self, frames: Frames) -> Latents:
        """n_latent numbers for every `hop` samples.

        Piece by piece, each with what the encoder hears on either side of it: the same as at
        once, in memory that grows with the length only by the numbers themselves.
        """
        hop, numbers = self.config.hop, self._numbers(frames)
        n_steps = -(-numbers.shape[1] // hop)
        beside = -(-self.encoder.reach // hop)
        # A piece is no shorter than what is heard beside it, or most would be done many times.
        size = max(ENCODED // hop, beside, 1)
        parts = [torch.zeros(len(numbers), self.config.n_latent, 0, device=numbers.device)]
        with torch.no_grad():
            for first in range(0, n_steps, size):
                heard, stop = max(0, first - beside), min(first + size, n_steps)
                piece = numbers[:, heard * hop : (stop + beside) * hop]
                parts.append(self._encode(piece)[:, :, first - heard : stop - heard])
        return torch.cat(parts, dim=2)

    def embed(self, frames: Frames) -> Float32[Tensor, "batch numbers"]:
        """Mean and deviation of the latents over the piece."""
        return over_time(self.to_latent(frames))

    def from_latent(
        self, latent: Latents, n_frames: int
    ) -> Float32[Tensor, "batch features {n_frames}"]:
        number = derive(0, "wavenet-autoencoder", "decoder")
        same = [torch.Generator().manual_seed(number) for _ in latent]
        return self._played(latent, n_frames, same, self.config.temperature)

    def mixed(
        self,
        a: Latents,
        b: Latents,
        shares: Float32[Tensor, " frames"],
        path: Path | None = None,
    ) -> Latents:
        """Step by step; linear, as in the paper (section 4.2), unless a circle is asked for."""
        return along(a, b, shares[:: self.config.hop], path or "linear")

    def _played(
        self, latents: Latents, n_frames: int, rngs: Sequence[torch.Generator], temperature: float
    ) -> Frames:
        """What the decoder says, told these embeddings, piece after piece."""
        n, hop = latents.shape[0], self.config.hop
        with torch.no_grad():
            player, conditions = Player(self.stack), self._told(latents)
        strands, told = player.strands(n), player.told(conditions, n)
        pieces = []
        for start in range(0, n_frames, PIECE):
            n_here = min(PIECE, n_frames - start)
            pieces.append(
                player.play(
                    *(strands, told, hop, np.zeros((n, 0), np.int64)),
                    *(chances(rngs, n_here), Drawing(temperature)),
                )
            )
        made = np.concatenate(pieces, axis=1) if pieces else np.zeros((n, 0))
        return torch.from_numpy(made).to(latents.device, torch.float32)[:, None]

    def _encode(self, numbers: Numbers) -> Latents:
        """The encoder's mean over every step; the last one filled up with its last sample."""
        companded = 2 * numbers[:, None].float() / (self.n_classes - 1) - 1
        whole = pad(companded, (0, -numbers.shape[1] % self.config.hop), mode="replicate")
        said: Tensor = avg_pool1d(self.encoder(whole).float(), self.config.hop)
        return said

    def _told(self, latents: Latents) -> Conditions:
        n, _, n_steps = latents.shape
        said: Float[Tensor, "batch steps told"] = self.telling(latents.transpose(1, 2))
        return said.reshape(n, n_steps, len(self.stack.sizes.dilations), -1)

    def _steps(self, n_frames: int) -> int:
        return max(1, -(-n_frames // int(self.config.hop)))

    def _numbers(self, frames: Frames) -> Numbers:
        numbers = frames[:, 0].to(self.stack.skip.device).round()
        return numbers.clamp(0, self.n_classes - 1).to(torch.int64)


class Encoder(nn.Module):
    """Residual layers of ReLU, dilated convolution that sees both sides, ReLU, 1×1 convolution
    (section 2.2, figure 1b).

    reach: samples to either side of one that what is said of it depends on.
    """

    def __init__(self, width: int, n_cycles: int, n_doublings: int, n_latent: int):
        super().__init__()
        self.entering = nn.Conv1d(1, width, 3, padding=1)
        self.reach = 1 + n_cycles * (2**n_doublings - 1)
        dilations = [2**power for _ in range(n_cycles) for power in range(n_doublings)]
        self.dilated = nn.ModuleList(
            nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
            for dilation in dilations
        )
        self.mixing = nn.ModuleList(nn.Conv1d(width, width, 1) for _ in dilations)
        self.leaving = nn.Conv1d(width, n_latent, 1)

    def forward(self, x: Float[Tensor, "batch 1 time"]) -> Float[Tensor, "batch latent time"]:
        x = self.entering(x)
        for dilated, mixing in zip(self.dilated, self.mixing, strict=True):
            x = x + mixing(dilated(x.relu()).relu())
        said: Tensor = self.leaving(x.relu())
        return said
