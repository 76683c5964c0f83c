"""A trained codec as a representation: what a flow learns are the codec's latents.

The codec and the statistics of its latents are part of the representation, so they are saved
inside the folder of whatever system learns over it, never as a path to another folder.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from jaxtyping import Float32
from torch import Tensor
from torch.nn.functional import pad

from menura import models, representations
from menura.foundation.errors import UsageError
from menura.models import Model
from menura.models.contract import Codes
from menura.representations import Promise, Representation, Spec
from menura.representations._normaliser import Normaliser
from menura.representations.contract import Mono, MonoFrames
from menura.systems.format import SavedPart

NAME = "coded"


@dataclass(frozen=True)
class CodedConfig:
    """The parts of the codec, as saved."""

    representation: SavedPart
    model: SavedPart


class Coded(Representation):
    """Latents of a frozen codec, each scaled to mean 0 and deviation 1; one channel at a time."""

    Config = CodedConfig
    promise = Promise("log-mel-db", 6.0)

    def __init__(self, config: CodedConfig, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        self.samples = representations.build(
            config.representation.name, config.representation.config, sample_rate
        )
        codec = models.build(config.model.name, config.model.config, self.samples.spec)
        if not isinstance(codec, Codes):
            raise UsageError(f"{config.model.name!r} is no codec: it has no latents of samples")
        codec.settle()
        codec.requires_grad_(False)
        self.codec: Model = codec.eval()
        self.normaliser = Normaliser("per-bin", codec.n_latent)

    @property
    def _codes(self) -> Codes:
        # No attribute: a module that is held twice is saved twice.
        return cast(Codes, self.codec)

    def take(self, samples: Representation, codec: Model) -> None:
        """Take over what was learnt in training the codec."""
        if isinstance(codec, Codes):
            codec.settle()
        self.samples.load_state_dict(samples.state_dict())
        self.codec.load_state_dict(codec.state_dict())

    def content(self) -> str:
        """Names the codec by its weights."""
        digest = hashlib.blake2b(digest_size=8)
        for name, tensor in sorted(self.codec.state_dict().items()):
            digest.update(name.encode() + tensor.cpu().numpy().tobytes())
        return digest.hexdigest()

    @property
    def spec(self) -> Spec:
        return Spec(
            self.sample_rate,
            self._codes.n_latent * self.n_audio_channels,
            self._codes.samples_per_step,
            n_audio_channels=self.n_audio_channels,
        )

    @property
    def context_frames(self) -> int:
        return self._codes.reach_steps

    @property
    def turn_frames(self) -> int:
        return self._codes.turn_steps

    def importance(self) -> Float32[Tensor, " features"]:
        heard = self._codes.steepness() * self.normaliser.scale[:, 0]
        return (heard / heard.mean()).repeat(self.n_audio_channels)

    @property
    def edge_frames(self) -> int:
        # A codec reaches far and weakly: the last step alone is changed by much (docs/log.md).
        return 1

    def frames_for(self, n_samples: int) -> int:
        return -(-n_samples // self._codes.samples_per_step)

    def samples_for(self, n_frames: int) -> int:
        return n_frames * self._codes.samples_per_step

    def analyse(self, audio: Mono) -> Float32[Tensor, "rows latents steps"]:
        # Silence around it, so that the ends are as they are within a longer sound.
        reach = self._codes.reach_steps
        n_around = reach * self._codes.samples_per_step
        n_steps = self.frames_for(audio.shape[1])
        padded = pad(audio, (n_around, n_around))
        latents = self._codes.to_latent(self.samples.encode(padded[:, None]))
        return latents[:, :, reach : reach + n_steps]

    def synthesise(self, frames: MonoFrames) -> Mono:
        sound = self._codes.from_latent(frames, self.samples_for(frames.shape[2]))
        return self.samples.decode(sound)[:, 0]


def of_codec(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a settled codec by itself, under the names that they have in one over it."""
    return {_over(name): value for name, value in weights.items()}


def _over(name: str) -> str:
    whose, _, rest = name.partition(".")
    return f"representation.{'codec' if whose == 'model' else 'samples'}.{rest}"
