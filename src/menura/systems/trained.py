"""A representation and a model bound together: clips in, clips out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from menura.audio import Clip
from menura.audio.joining import cross_fade
from menura.foundation.errors import UsageError, unknown_name
from menura.foundation.seeds import derive
from menura.models import Model, powers_of
from menura.models.contract import (
    Codes,
    Conditioned,
    Continues,
    Generates,
    Inpaints,
    Interpolates,
    Reconstructs,
    Sampling,
    Varies,
)
from menura.representations import Frames, Representation, decode_chunked, encode_chunked, reader
from menura.systems.coded import Coded
from menura.systems.contract import System
from menura.systems.format import Description
from menura.systems.prompts import Prompt, match_labels

P = TypeVar("P")
Samples = Float32[np.ndarray, "channels time"]
JOIN_S = 0.05
LONGEST_S = 86_400.0


@dataclass
class TrainedSystem(System):
    """What a run trained, as `System` says."""

    description: Description
    representation: Representation
    model: Model

    @property
    def recipe(self) -> str:
        return self.description.recipe

    @property
    def powers(self) -> tuple[str, ...]:
        return powers_of(type(self.model))

    @property
    def licence(self) -> str:
        return ""

    @property
    def sample_rate(self) -> int:
        return self.representation.sample_rate

    @property
    def n_audio_channels(self) -> int:
        return self.representation.n_audio_channels

    @property
    def seconds(self) -> float:
        """The length it makes when none is asked for."""
        return self.description.seconds

    @property
    def labels(self) -> tuple[str, ...]:
        """What it can be asked for by name."""
        return self.description.labels

    def reads(self, prompt: Prompt) -> str:
        """The labels that the words name, and which words it leaves."""
        if not self._is_conditioned:
            return super().reads(prompt)
        labels, ignored = self._named(prompt), match_labels(prompt.wanted, self.labels).ignored
        said = f"--prompt: follows the label{'s'[: len(labels) - 1]} {', '.join(labels)}"
        said += f"; ignored: {' '.join(ignored)}" if ignored else ""
        return said + (f"; cannot leave out: {prompt.unwanted}" if prompt.unwanted else "")

    def generate(
        self,
        n: int,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
        prompt: Prompt | str | None = None,
    ) -> list[Clip]:
        """n clips from nothing, with the seeds seed, seed + 1, …: each can be made again alone.

        Raises UsageError if the model does not generate, or has not learnt the label.
        """
        model = self._power(Generates, "generate")
        sampling = self._sampling(temperature, label, guidance, Prompt.of(prompt))
        n_samples = self._samples(seconds)
        rngs = [_rng(seed + number) for number in range(n)]
        with self._playing():
            frames = model.generate(rngs, self._frames(n_samples), sampling)
        return [self._clip(self._decode(row[None]), n_samples) for row in frames]

    def continue_(
        self,
        seed_clip: Clip,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
        prompt: Prompt | str | None = None,
    ) -> Clip:
        """The seed clip, unchanged but for its last moments, and `seconds` of new music after it.

        The new part takes over in a cross-fade of 50 ms that ends with the seed.
        """
        model = self._power(Continues, "continue")
        sampling = self._sampling(temperature, label, guidance, Prompt.of(prompt))
        n_seed, n_new = seed_clip.n_samples, self._samples(seconds)
        # The last frames look past the end of the seed: the model must not.
        n_known = self._full_frames(n_seed) - self.representation.edge_frames
        known = self._encode(self._mirrored(seed_clip))[:, :, : max(1, n_known)]
        n_frames = self._frames(n_seed + n_new) - known.shape[2]
        with self._playing():
            made = model.continue_(known, n_frames, [_rng(seed)], sampling)
        sound = self._decode(torch.cat([known, made], dim=2))
        n_join = min(round(JOIN_S * self.sample_rate), n_seed)
        joined = cross_fade(seed_clip.samples, sound[:, n_seed - n_join :], n_join)
        return self._clip(joined, n_seed + n_new)

    def reconstruct(self, clip: Clip) -> Clip:
        """The clip as the system can express it."""
        model = self._power(Reconstructs, "reconstruct")
        with self._playing():
            frames = model.reconstruct(self._encode(clip))
        return self._clip(self._decode(frames), clip.n_samples)

    @property
    def has_codec(self) -> bool:
        """Whether a trained codec is in it: it is one, or learnt over one."""
        return isinstance(self.model, Codes) or isinstance(self.representation, Coded)

    def round_trip(self, clip: Clip) -> Clip:
        """The clip as it is before any music is made of it: through the representation and back,
        and through the codec where the system is one."""
        if isinstance(self.model, Codes):
            return self.reconstruct(clip)
        return self._clip(self._decode(self._encode(clip)), clip.n_samples)

    def inpaint(self, clip: Clip, from_s: float, to_s: float, seed: int) -> Clip:
        """The clip with new music from from_s to to_s (seconds); the rest stays as it is.

        The borders are cross-faded over 50 ms outside the gap.
        """
        model = self._power(Inpaints, "inpaint")
        start, stop = round(from_s * self.sample_rate), round(to_s * self.sample_rate)
        if not 0 <= start < stop <= clip.n_samples:
            raise UsageError(
                f"{from_s:g}…{to_s:g} s is not a part of a clip of {clip.duration_s:.2f} s"
            )
        frames = self._encode(clip)
        edge, rate = self.representation.edge_frames, self.sample_rate
        hop = self.representation.spec.hop_length or 1
        missing = torch.zeros(frames.shape[2], dtype=torch.bool, device=self._device)
        missing[max(0, start // hop - edge) : -(-stop // hop) + edge] = True
        with self._playing():
            sound = self._decode(model.inpaint(frames, missing, [_rng(seed)]))
        n = round(JOIN_S * rate)
        left, right = max(0, start - n), min(clip.n_samples, stop + n)
        filled = cross_fade(clip.samples[:, :start], sound[:, left:right], start - left)
        return self._clip(cross_fade(filled, clip.samples[:, stop:], right - stop), clip.n_samples)

    def vary(self, clip: Clip, strength: float, seed: int) -> Clip:
        """Something like the clip: strength 0 is its reconstruction, 1 is new."""
        model = self._power(Varies, "vary")
        with self._playing():
            frames = model.vary(self._encode(clip), strength, [_rng(seed)])
        return self._clip(self._decode(frames), clip.n_samples)

    def interpolate(self, a: Clip, b: Clip, n_stops: int) -> list[Clip]:
        """n_stops clips on the way from a to b in the latent space, both ends included.

        They are as long as the shorter of the two.
        """
        shares = torch.linspace(0, 1, n_stops)[:, None]
        return list(self._between(a, b, lambda n_frames: shares.expand(-1, n_frames)))

    def glide(self, a: Clip, b: Clip) -> Clip:
        """One clip that sets off as a and arrives as b, as long as the shorter of the two."""
        return next(self._between(a, b, lambda n_frames: torch.linspace(0, 1, n_frames)[None]))

    def _between(
        self, a: Clip, b: Clip, shares: Callable[[int], Float32[Tensor, "stops frames"]]
    ) -> Iterator[Clip]:
        """A clip for each row of `shares`, which say how much of it is b, frame by frame."""
        model = self._power(Interpolates, "interpolate")
        n_samples = min(a.n_samples, b.n_samples)
        with self._playing():
            frames = [
                self._encode(Clip(clip.samples[:, :n_samples], clip.sample_rate)) for clip in (a, b)
            ]
            n_frames = frames[0].shape[2]
            from_, to = (model.to_latent(one) for one in frames)
            stops = [
                model.from_latent(model.mixed(from_, to, row.to(self._device)), n_frames)
                for row in shares(n_frames)
            ]
        for stop in stops:
            yield self._clip(self._decode(stop), n_samples)

    def has(self, power: type) -> bool:
        return isinstance(self.model, power)

    def _power(self, power: type[P], verb: str) -> P:
        if not isinstance(self.model, power):
            raise UsageError(f"a {self.description.recipe} system cannot {verb}")
        return self.model

    @contextmanager
    def _playing(self) -> Iterator[None]:
        """Evaluation mode without gradients; the mode is put back, so previews cannot disturb."""
        was_training = self.model.training
        self.model.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            self.model.train(was_training)

    def _encode(self, clip: Clip) -> Frames:
        if (clip.sample_rate, clip.n_channels) != (self.sample_rate, self.n_audio_channels):
            raise UsageError(
                f"this system takes {self.sample_rate} Hz with {self.n_audio_channels} channels, "
                f"not {clip.sample_rate} Hz with {clip.n_channels}"
            )
        # Whole hops, the last one padded with silence: what comes back is never too short.
        n_samples = self.representation.samples_for(self._frames(clip.n_samples))
        with torch.no_grad():
            pieces = encode_chunked(self.representation, reader(clip.samples), n_samples)
            return torch.cat(list(pieces), dim=2).to(self._device)

    def _mirrored(self, clip: Clip) -> Clip:
        """The clip and, as far as a frame reaches, its end backwards: no silence to be heard."""
        reach = self.representation.context_frames * (self.representation.spec.hop_length or 1)
        longer = np.pad(clip.samples, ((0, 0), (0, reach)), mode="symmetric")
        return Clip(longer, clip.sample_rate)

    def _decode(self, frames: Frames) -> Samples:
        return decode_chunked(self.representation, frames)

    def _clip(self, samples: Samples, n_samples: int) -> Clip:
        """Exactly n_samples: frames come in hops, so a few samples are cut or are silent."""
        exact = np.zeros((samples.shape[0], n_samples), dtype=np.float32)
        n = min(n_samples, samples.shape[1])
        exact[:, :n] = samples[:, :n]
        return Clip(exact, self.sample_rate)

    def _sampling(
        self,
        temperature: float | None,
        label: str | None,
        guidance: float | None,
        prompt: Prompt | None,
    ) -> Sampling:
        if temperature is None:
            temperature = self.description.temperature
        if not 0 <= temperature <= 100:
            raise UsageError(f"a temperature must be 0…100, not {temperature:g}")
        wanted = self._wanted(label, prompt)
        if not isinstance(self.model, Conditioned) or not self._is_conditioned:
            if wanted or guidance is not None:
                raise UsageError(
                    f"this {self.recipe} system has learnt no labels to follow; "
                    "ask for no label and no guidance"
                )
            return Sampling(temperature)
        if not wanted:
            if guidance is not None:
                raise UsageError("guidance says how strictly a label is followed; give a label too")
            return Sampling(temperature)
        if guidance is None:
            guidance = self.model.usual_guidance()
        if not 0 <= guidance <= 100:
            raise UsageError(f"guidance must be 0…100, not {guidance:g}")
        return Sampling(temperature, torch.tensor([one in wanted for one in self.labels]), guidance)

    @property
    def _is_conditioned(self) -> bool:
        return isinstance(self.model, Conditioned) and bool(self.labels)

    def _wanted(self, label: str | None, prompt: Prompt | None) -> tuple[str, ...]:
        """The labels that are asked for, by name or in words."""
        if prompt is not None and label is not None:
            raise UsageError("a label and a prompt both say what is wanted; give one of them")
        if prompt is not None:
            return self._named(prompt) if self._is_conditioned else (prompt.wanted,)
        if label is None:
            return ()
        if self._is_conditioned and label not in self.labels:
            raise unknown_name("label", label, list(self.labels))
        return (label,)

    def _named(self, prompt: Prompt) -> tuple[str, ...]:
        labels = match_labels(prompt.wanted, self.labels).labels
        if not labels:
            raise UsageError(
                f"--prompt: no word of {prompt.wanted!r} names a label of this {self.recipe} "
                f"system (there is: {', '.join(self.labels)})"
            )
        return labels

    def _samples(self, seconds: float) -> int:
        if not 0 < seconds <= LONGEST_S:
            raise UsageError(f"a length of {seconds:g} s: give above 0, at most a day (86400)")
        return round(seconds * self.sample_rate)

    def _frames(self, n_samples: int) -> int:
        """Frames enough to cover n_samples."""
        n_frames = self.representation.frames_for(n_samples)
        while self.representation.samples_for(n_frames) < n_samples:
            n_frames += 1
        return n_frames

    def _full_frames(self, n_samples: int) -> int:
        """Frames that n_samples fill: without those that a representation adds to fill an image."""
        n_frames = self.representation.frames_for(n_samples)
        while n_frames > 0 and self.representation.samples_for(n_frames) > n_samples:
            n_frames -= 1
        return n_frames

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device


def _rng(seed: int) -> torch.Generator:
    """On the CPU, whatever the device, so that a seed means the same music everywhere."""
    return torch.Generator().manual_seed(derive(seed, "music"))
