"""A system of sound: clips in, clips out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch
from jaxtyping import Bool, Float32
from torch import Tensor

from menura.audio import Clip
from menura.foundation.errors import UsageError
from menura.models.contract import (
    Codes,
    Continues,
    Embeds,
    Generates,
    Inpaints,
    Interpolates,
    Path,
    Planar,
    Reconstructs,
    Relabels,
    Streams,
    Varies,
    first_frames,
    over_time,
)
from menura.representations import Frames, Representation, decode_chunked
from menura.systems.between import frames_between
from menura.systems.bound import BoundSystem, music_rng
from menura.systems.coded import Coded
from menura.systems.coding import (
    Samples,
    exactly,
    frames_before_the_end,
    frames_of,
    frames_to_cover,
)
from menura.systems.filling import filled, gap, touched
from menura.systems.going_on import frames_after
from menura.systems.loops import Loops, can_close, n_frames_of, ring, sound_of_ring
from menura.systems.prompts import Prompt
from menura.systems.streaming import (
    JOIN_S,
    Steps,
    clips_of,
    decoded,
    first_for,
    gone_on,
    in_pieces,
    playing_each,
)

Point = tuple[float, float]


@dataclass
class TrainedSystem(BoundSystem):
    """One of sound: input must already be at its rate and channels (see `conform`)."""

    representation: Representation

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
        steps = self.generate_steps(
            *(n, seconds, seed),
            temperature=temperature,
            label=label,
            guidance=guidance,
            prompt=prompt,
        )
        return clips_of(steps, self.sample_rate)

    def generate_steps(
        self,
        n: int,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
        prompt: Prompt | str | None = None,
    ) -> Steps:
        """The same clips, some seconds of each at a time while they are made (see streaming)."""
        model = self._power(Generates, "generate")
        sampling = self._sampling(temperature, label, guidance, prompt)
        n_samples = self._samples(seconds)
        n_frames = frames_to_cover(self.representation, n_samples)
        rngs = [music_rng(seed + number) for number in range(n)]
        if isinstance(model, Streams):
            frames = first_frames(model.stream(None, rngs, sampling), n_frames)
        else:
            frames = in_pieces(lambda: model.generate(rngs, n_frames, sampling))
        return playing_each(decoded(self.representation, frames, n, n_samples), self._playing)

    def can_loop(self, seconds: float) -> bool:
        """Whether it can make pieces of so many seconds whose end flows into their start."""
        return can_close(self.representation, self.model, seconds)

    def generate_loops(
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
        """n clips as `generate` makes them, but that the music over the join is made to fit.

        Raises UsageError where the system cannot (see `can_loop`).
        """
        if not self.can_loop(seconds):
            raise self._cannot(f"make loops of {seconds:g} s")
        model = self._power(Loops, "make loops")
        sampling = self._sampling(temperature, label, guidance, prompt)
        n_samples = self._samples(seconds)
        rngs = [music_rng(seed + number) for number in range(n)]
        with self._playing():
            n_frames = n_frames_of(self.representation, n_samples)
            frames = ring(self.representation, model, n_frames, rngs, sampling)
        return [
            Clip(
                sound_of_ring(self.representation, row[None], n_samples, self._decode),
                self.sample_rate,
            )
            for row in frames
        ]

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
        steps = self.continue_steps(
            *(seed_clip, seconds, seed),
            temperature=temperature,
            label=label,
            guidance=guidance,
            prompt=prompt,
        )
        return clips_of(steps, self.sample_rate)[0]

    def continue_steps(
        self,
        seed_clip: Clip,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
        prompt: Prompt | str | None = None,
    ) -> Steps:
        """The same clip, first the seed, then some seconds at a time while they are made."""
        model = self._power(Continues, "continue")
        sampling = self._sampling(temperature, label, guidance, prompt)
        n_seed, n_new = seed_clip.n_samples, self._samples(seconds)
        known = frames_before_the_end(self.representation, seed_clip, self._device)
        n_frames = frames_to_cover(self.representation, n_seed + n_new) - known.shape[2]
        made = frames_after(
            self.representation, model, seed_clip, known, n_frames, music_rng(seed), sampling
        )
        n_join = min(round(JOIN_S * self.sample_rate), n_seed)
        begin = 0
        if isinstance(self.representation, Coded):  # where a phase is searched for, all has a say
            begin = first_for(self.representation, known.shape[2], n_join)
        heard = self.representation.cut(known, begin, known.shape[2])
        first = begin * (self.representation.spec.hop_length or 1)
        frames = chain(in_pieces(lambda: heard), made)
        sound = decoded(self.representation, frames, 1, n_seed + n_new - first)
        joined = gone_on(seed_clip.samples, n_join, sound, first=first)
        return playing_each(joined, self._playing)

    def reconstruct(self, clip: Clip, *, label: str | None = None) -> Clip:
        """The clip as the system can express it. label: as if it had this one and no other.

        Raises UsageError if the model does not reconstruct, or has not learnt the label.
        """
        model = self._power(Reconstructs, "reconstruct")
        flags = None if label is None else self._flags_of(label)
        with self._playing():
            frames = self._encode(clip)
            if flags is None:
                frames = model.reconstruct(frames)
            else:
                assert isinstance(model, Relabels), "refused otherwise"
                frames = model.relabelled(frames, flags.to(frames.device))
        return self._clip(self._decode(frames), clip.n_samples)

    def _flags_of(self, label: str) -> Bool[Tensor, " labels"]:
        """Of one label, for a model that can be told another than a clip has."""
        if not isinstance(self.model, Relabels) or not self._is_conditioned:
            raise UsageError(
                f"--label: this {self.recipe} system cannot give a clip another label; "
                "leave the option out"
            )
        return torch.tensor([one in self._wanted(label, None) for one in self.labels])

    @property
    def streams(self) -> bool:
        """Whether what it holds while it makes music does not grow with the length."""
        return isinstance(self.model, Streams)

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
        start, stop = gap(clip, from_s, to_s)
        frames = self._encode(clip)
        missing = touched(self.representation, frames.shape[2], start, stop).to(self._device)
        with self._playing():
            sound = self._decode(model.inpaint(frames, missing, [music_rng(seed)]))
        return filled(clip, sound, start, stop)

    def vary(self, clip: Clip, strength: float, seed: int) -> Clip:
        """Something like the clip: strength 0 is its reconstruction, 1 is new."""
        model = self._power(Varies, "vary")
        with self._playing():
            frames = model.vary(self._encode(clip), strength, [music_rng(seed)])
        return self._clip(self._decode(frames), clip.n_samples)

    def interpolate(
        self, a: Clip, b: Clip, n_stops: int, *, path: Path | None = None
    ) -> list[Clip]:
        """n_stops clips on the way from a to b in the latent space, both ends included.

        They are as long as the shorter of the two. path: None is the model's usual one.
        """
        shares = torch.linspace(0, 1, n_stops)[:, None]
        return list(self._between(a, b, lambda n_frames: shares.expand(-1, n_frames), path))

    def glide(self, a: Clip, b: Clip, *, path: Path | None = None) -> Clip:
        """One clip that sets off as a and arrives as b, as long as the shorter of the two."""
        glides = self._between(a, b, lambda n_frames: torch.linspace(0, 1, n_frames)[None], path)
        return next(glides)

    def place(self, clip: Clip) -> Point:
        """Where a clip lies in the plane of the latents."""
        model = self._power(Planar, "be explored")
        with self._playing():
            x, y = model.to_plane(self._encode(clip))[0].tolist()
        return x, y

    @property
    def has_latents(self) -> bool:
        """Whether it, or the codec it learnt over, says a clip in latents."""
        return isinstance(self.model, Embeds) or isinstance(self.representation, Coded)

    def embed(self, clip: Clip) -> Float32[np.ndarray, " numbers"]:
        """The latents of a clip over all of it, as one vector, as long for every clip."""
        with self._playing():
            frames = self._encode(clip)
            if isinstance(self.representation, Coded):
                vector = over_time(frames)
            else:
                vector = self._power(Embeds, "be explored").embed(frames)
        numbers: Float32[np.ndarray, " numbers"] = vector[0].float().cpu().numpy()
        return numbers

    def at(self, points: Sequence[Point]) -> list[Clip]:
        """What lies at points of that plane: a clip for each."""
        model = self._power(Planar, "be explored")
        with self._playing():
            frames = model.from_plane(torch.tensor(points, device=self._device))
        return [Clip(self._decode(one[None]), self.sample_rate) for one in frames]

    def _between(
        self,
        a: Clip,
        b: Clip,
        shares: Callable[[int], Float32[Tensor, "stops frames"]],
        path: Path | None,
    ) -> Iterator[Clip]:
        """A clip for each row of `shares`, which say how much of it is b, frame by frame."""
        model = self._power(Interpolates, "interpolate")
        n_samples = min(a.n_samples, b.n_samples)
        with self._playing():
            from_, to = (
                self._encode(Clip(clip.samples[:, :n_samples], clip.sample_rate)) for clip in (a, b)
            )
            stops = list(frames_between(model, from_, to, shares(from_.shape[2]), path))
        for stop in stops:
            yield self._clip(self._decode(stop), n_samples)

    def _samples(self, seconds: float) -> int:
        n_samples = super()._samples(seconds)
        if n_samples < 1:
            raise UsageError(
                f"a length of {seconds:g} s is less than a sample at {self.sample_rate} Hz; "
                "give 0.001 or more"
            )
        return n_samples

    def _encode(self, clip: Clip) -> Frames:
        return frames_of(self.representation, clip, self._device)

    def _decode(self, frames: Frames) -> Samples:
        return decode_chunked(self.representation, frames)

    def _clip(self, samples: Samples, n_samples: int) -> Clip:
        return exactly(samples, n_samples, self.sample_rate)

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device
