"""What a model can do besides learning. A verb is offered exactly where the model has the power.

Frames are normalised, float32, shape (batch, features, frames). Randomness comes from the random
generators alone, one for each piece of the batch: equal generators give equal music, and a piece
does not depend on how many are made with it (beginnings apart, which may share one). They are on
the CPU, whatever the model's device.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float32
from torch import Tensor

Frames = Float32[Tensor, "batch features frames"]
Rngs = Sequence[torch.Generator]
Path = Literal["linear", "spherical"]


@dataclass(frozen=True)
class Sampling:
    """How music is drawn from a model.

    temperature: scales the randomness: 0 takes the likeliest. Where a piece sets off from is drawn
        all the same if the way has randomness of its own; a flow has none but its beginning, so at
        0 it makes one and the same piece.
    labels: which of the Spec's labels the music is to have; None leaves it open.
    guidance: how strictly these are followed: 1 as learnt, 0 not at all, above 1 beyond what was
        learnt (classifier-free guidance, Ho & Salimans 2022).
    """

    temperature: float = 1.0
    labels: Bool[Tensor, " labels"] | None = None
    guidance: float = 1.0


AS_LEARNT = Sampling()


def noise(rngs: Rngs, *shape: int) -> Float32[Tensor, "batch *shape"]:
    """Standard normal noise, each row drawn from its own generator."""
    return torch.stack([torch.randn(shape, generator=rng) for rng in rngs])


def first_frames(pieces: Iterator[Frames], n_frames: int) -> Iterator[Frames]:
    """Pieces up to `n_frames` frames together; no more of them are asked for than that takes."""
    n_left = n_frames
    while n_left > 0:
        piece = next(pieces)[:, :, :n_left]
        n_left -= piece.shape[2]
        yield piece


def over_time(latents: Float32[Tensor, "batch latent steps"]) -> Float32[Tensor, "batch numbers"]:
    """Mean and deviation of each latent over the steps: a piece as one vector."""
    return torch.cat([latents.mean(dim=2), latents.std(dim=2, correction=0)], dim=1)


@runtime_checkable
class Generates(Protocol):
    """Makes music from nothing."""

    def generate(self, rngs: Rngs, n_frames: int, sampling: Sampling = AS_LEARNT) -> Frames:
        """A piece of n_frames for each generator."""
        ...


@runtime_checkable
class Continues(Protocol):
    """Goes on from a seed."""

    def continue_(
        self,
        seed: Float32[Tensor, "batch features known"],
        n_frames: int,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Frames:
        """The n_frames that follow the seed (the seed itself is not repeated)."""
        ...


@runtime_checkable
class Begins(Continues, Protocol):
    """Makes the first moments after a seed by themselves, so that of several one can be chosen.

    A beginning is gone on from as if it were the end of the seed. A model that `Streams` is not
    asked for one.
    """

    def n_beginnings(self) -> int:
        """How many to choose among; with 1 there is no choice."""
        ...

    def beginnings(
        self,
        seed: Float32[Tensor, "1 features known"],
        n_frames: int,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Frames:
        """What may follow the seed, once for each generator; at most n_frames of it.

        There may be fewer: what is made at once. One generator may be given several times: rows
        draw from it in turn.
        """
        ...


@runtime_checkable
class Streams(Protocol):
    """Makes music without end, in memory that does not grow with it.

    The first frames of a stream are what `generate` and `continue_` make.
    """

    def stream(
        self,
        seed: Float32[Tensor, "batch features known"] | None,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Iterator[Frames]:
        """Pieces of one or more frames that follow the seed, or come from nothing where it is None.

        Each stream has a state of its own: several can be drawn from in turn.
        """
        ...


@runtime_checkable
class Conditioned(Protocol):
    """Follows labels: reads Batch.labels in training and Sampling.labels in making music."""

    def usual_guidance(self) -> float:
        """The guidance to take when none is asked for."""
        ...


@runtime_checkable
class Reconstructs(Protocol):
    """Passes a piece through itself: what it can express of it."""

    def reconstruct(self, frames: Frames) -> Frames: ...


@runtime_checkable
class Relabels(Reconstructs, Protocol):
    """Passes a piece through itself as if it had other labels."""

    def relabelled(self, frames: Frames, labels: Bool[Tensor, " labels"]) -> Frames:
        """The piece with these labels and no others."""
        ...


@runtime_checkable
class Inpaints(Protocol):
    """Fills a gap."""

    def inpaint(
        self,
        frames: Frames,
        missing: Bool[Tensor, " frames"],
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Frames:
        """All frames, those outside `missing` unchanged."""
        ...


@runtime_checkable
class Varies(Protocol):
    """Makes something like a piece."""

    def vary(self, frames: Frames, strength: float, rngs: Rngs) -> Frames:
        """strength 0 gives the piece back, 1 something new."""
        ...


@runtime_checkable
class Interpolates(Protocol):
    """Has a latent space in which two pieces can be mixed."""

    def to_latent(self, frames: Frames) -> Float32[Tensor, "batch *latent"]: ...

    def from_latent(self, latent: Float32[Tensor, "batch *latent"], n_frames: int) -> Frames: ...

    def mixed(
        self,
        a: Float32[Tensor, "batch *latent"],
        b: Float32[Tensor, "batch *latent"],
        shares: Float32[Tensor, " frames"],
        path: Path | None = None,
    ) -> Float32[Tensor, "batch *between"]:
        """The latent that has, at each frame, this share of b: 0 is a, 1 is b.

        path: the way from a to b; None is the model's usual one.
        """
        ...


@runtime_checkable
class Planar(Protocol):
    """Has latents that lie in a plane, or can be looked at in one: it can be explored."""

    def is_plane(self) -> bool:
        """Whether the plane is all there is, and not two directions out of many."""
        ...

    def to_plane(self, frames: Frames) -> Float32[Tensor, "batch 2"]:
        """Where pieces lie."""
        ...

    def from_plane(self, points: Float32[Tensor, "points 2"]) -> Frames:
        """What lies at points: a piece for each, as long as what is coded together."""
        ...


@runtime_checkable
class Embeds(Protocol):
    """Says a piece, however long, in one vector: pieces can be laid out beside each other."""

    def embed(self, frames: Frames) -> Float32[Tensor, "batch numbers"]:
        """The latents of each piece, over all of it."""
        ...


@runtime_checkable
class Codes(Interpolates, Protocol):
    """A codec of samples: few numbers a step, from which the sound comes back.

    n_latent: numbers in a step of one channel. samples_per_step: samples in a step.
    reach_steps: steps to either side of a piece that it depends on. turn_steps: a piece that begins
        a multiple of it after another one sounds as it does within that one.
    """

    @property
    def n_latent(self) -> int: ...

    @property
    def samples_per_step(self) -> int: ...

    @property
    def reach_steps(self) -> int: ...

    @property
    def turn_steps(self) -> int: ...

    def steepness(self) -> Float32[Tensor, " latents"]:
        """How much what is heard changes with each latent of a step, beside the others."""
        ...

    def settle(self) -> None:
        """Drop what only training needs."""
        ...

    def take_up(self, settled: Mapping[str, Tensor]) -> None:
        """The weights of a codec that had settled, to be trained on. Sound is said in the same
        latents as before, which others have learnt: only the way back is trained."""
        ...


POWERS: dict[str, type] = {
    "generate": Generates,
    "continue": Continues,
    "reconstruct": Reconstructs,
    "inpaint": Inpaints,
    "vary": Varies,
    "interpolate": Interpolates,
}
"""Verb of the command line → the power it needs."""
