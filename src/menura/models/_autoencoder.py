"""What all autoencoders share: windows of frames through a bottleneck and back, and what that
makes possible. A model of this kind says by which network it encodes and decodes a window.

Pieces of any length go window by window; neighbours overlap and fade into each other. Pieces from
nothing are windows decoded from draws of the Gaussian of the training latents.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn import functional as F

from menura.foundation.errors import UsageError
from menura.models._bottleneck import Bottleneck, BottleneckConfig, Posterior
from menura.models._bounds import Bounds
from menura.models._linear_way import LinearWay
from menura.models._paths import along
from menura.models._windowing import fades, hats, window_starts
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

AT_ONCE = 16  # windows
HELD_S = 0.2  # that the last frame may stand for
FRAMES_PER_KNOT, MOST_KNOTS = 8, 256  # of a glide

Vectors = Float32[Tensor, "batch latent places"]
Latent = Float32[Tensor, "batch latent places windows knots"]


@dataclass(frozen=True)
class AutoencoderConfig:
    """n_window: frames that are coded together; batches must have as many. n_overlap: frames, at
    least, in which neighbouring windows of a longer piece fade into each other.

    path: the usual way from one latent to another.
    linear_way: a linear way beside the networks, which begins as the principal components of the
        first batches and to which they add what it misses.
    drawn: mean and variance of the latents that pieces are made from; None takes the Gaussian of
        the training latents.
    """

    n_window: int = 64
    n_overlap: int = 8
    bottleneck: BottleneckConfig = field(default_factory=BottleneckConfig)
    path: Path = "linear"
    linear_way: bool = False
    drawn: tuple[float, float] | None = None
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if not 0 <= self.n_overlap < self.n_window:
            raise ValueError("n_overlap must be from 0 to below n_window")
        if self.drawn is not None and self.drawn[1] < 0:
            raise ValueError(f"drawn: a variance cannot be {self.drawn[1]:g}")


class Autoencoder(Model):
    """Encodes and decodes windows. `encoder` takes (batch, features, n_window) to n_said numbers
    in each of `n_places` places, `decoder` n_latent numbers in each back.

    The latent of a piece is that of every window, in one knot; of a glide, in knots evenly laid
    along the piece, between which what is decoded goes over.
    """

    encoder: nn.Module
    decoder: nn.Module

    def __init__(self, config: Any, spec: Spec, n_places: int = 1):
        super().__init__(config, spec)
        self.n_places = n_places
        self.bottleneck = Bottleneck(config.bottleneck, n_places)
        self.bounds = Bounds(spec.n_channels)
        of = config.bottleneck
        self.linear_way = (
            LinearWay(
                *(spec.n_channels, config.n_window, of.n_latent, n_places),
                variational=of.variational,
            )
            if config.linear_way
            else None
        )

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def begin(self, batches: Iterable[Batch]) -> None:
        """The linear way, if there is one, sets off from the principal components."""
        if self.linear_way is not None:
            self.linear_way.begin(torch.cat([batch.frames for batch in batches]))

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        """The squared error, which any range of frames has, and the divergence of the latents.

        kl: the divergence of a place, in nats, whatever it costs.
        """
        frames = batch.frames
        self._check(frames)
        posterior = self._posterior(frames)
        return self._of_coding(posterior, self._decoded(posterior.drawn(rng)), frames)

    def _check(self, frames: Frames) -> None:
        n_window = self.config.n_window
        if frames.shape[2] != n_window:
            raise UsageError(
                f"this model codes windows of {n_window} frames: batching.n_frames must be "
                f"{n_window}, not {frames.shape[2]}"
            )

    def _of_coding(self, posterior: Posterior, made: Frames, frames: Frames) -> Losses:
        """The losses of frames that are said as `posterior` and come back as `made`."""
        n_values = self.spec.n_channels * self.config.n_window // self.n_places
        cost = self.bottleneck.cost(posterior, n_values, warming=self.training)
        if self.training:
            self.bottleneck.follow(posterior)
            self.bounds.hear(frames.transpose(1, 2))
        error = (made - frames).square().mean()
        divergence = posterior.divergence().sum(dim=1).mean()
        return {"total": error + cost, "error": error, "kl": divergence}

    def generate(self, rngs: Rngs, n_frames: int, sampling: Sampling = AS_LEARNT) -> Frames:
        """Windows a hop apart, each a draw of its own: a piece begins alike however long it is.

        No window is begun for what the last frame may be held for instead (see `_n_holdable`).
        """
        c = self.config
        hop = c.n_window - c.n_overlap
        n_windows = 1 + -(-max(0, n_frames - c.n_window - self._n_holdable()) // hop)
        drawn = self._new(rngs, n_windows, sampling)
        whole = self.from_latent(drawn, c.n_window + (n_windows - 1) * hop)
        n_held = max(0, n_frames - whole.shape[2])
        return F.pad(whole[:, :, :n_frames], (0, n_held), mode="replicate")

    def _n_holdable(self) -> int:
        """For how many frames the last one may stand at the end of a piece from nothing.

        A spectrum sounds on while it stands: for a moment that is better than another draw that
        has hardly come in. A sample that stands is silence, and is never held.
        """
        rate = self.spec.frame_rate_hz
        if rate is None or self.spec.hop_length == 1:
            return 0
        return min(int(self.config.n_overlap), int(HELD_S * rate))

    def reconstruct(self, frames: Frames) -> Frames:
        return self.from_latent(self.to_latent(frames), frames.shape[2])

    def vary(self, frames: Frames, strength: float, rngs: Rngs) -> Frames:
        """As far towards another draw as the strength says, the spread of latents being kept."""
        latent = self.to_latent(frames)
        other = self._drawn(rngs, latent.shape[3], 1.0)
        centre = self._centre
        kept = max(0.0, 1 - strength**2) ** 0.5
        moved = centre + kept * (latent - centre) + strength * (other - centre)
        return self.from_latent(moved, frames.shape[2])

    def to_latent(self, frames: Frames) -> Latent:
        return self._encoded(frames)

    def _encoded(self, frames: Frames) -> Latent:
        """Of each window the mean that the encoder says."""
        said = []
        for windows in self._windows(frames):
            mean = self._posterior(windows.flatten(0, 1)).mean
            said.append(mean.reshape(-1, windows.shape[1], *mean.shape[1:]).movedim(1, 3))
        return torch.cat(said, dim=3)[..., None]

    def _windows(self, frames: Frames) -> Iterator[Float32[Tensor, "batch some features window"]]:
        """The windows that a piece is coded in, some at a time. The last frame of a piece shorter
        than a window goes on."""
        n_window = self.config.n_window
        starts = self._starts(frames.shape[2])
        padded = F.pad(frames, (0, max(0, n_window - frames.shape[2])), mode="replicate")
        for first in range(0, len(starts), AT_ONCE):
            some = starts[first : first + AT_ONCE]
            yield torch.stack([padded[:, :, s : s + n_window] for s in some], dim=1)

    def from_latent(self, latent: Latent, n_frames: int) -> Frames:
        """What the windows say, faded into each other, and over from knot to knot."""
        n_window = self.config.n_window
        starts = self._starts(n_frames)
        n_whole = starts[-1] + n_window
        shares = hats(latent.shape[4], n_frames)
        # What is cut off again at the end of a short piece still belongs to its last knot.
        shares = F.pad(shares[None], (0, n_whole - n_frames), mode="replicate")[0]
        weights = fades(starts, n_window)
        made = latent.new_zeros(latent.shape[0], self.spec.n_channels, n_whole)
        for places in _in_groups(_heard(starts, n_window, shares), AT_ONCE):
            vectors = torch.stack([latent[:, :, :, i, k] for i, k in places], dim=1)
            windows = self._within(self._decoded(vectors.flatten(0, 1)))
            windows = windows.reshape(-1, len(places), *windows.shape[1:])
            for number, (i, k) in enumerate(places):
                where = slice(starts[i], starts[i] + n_window)
                weight = (weights[i] * shares[k, where]).to(made.device)
                made[:, :, where] += weight * windows[:, number]
        return made[:, :, :n_frames]

    def mixed(
        self,
        a: Latent,
        b: Latent,
        shares: Float32[Tensor, " frames"],
        path: Path | None = None,
    ) -> Float32[Tensor, "batch latent places windows knots_between"]:
        """On the way from a to b, around the centre of the training latents where it is a circle.

        In one knot where all shares are alike, else in knots along the piece.
        """
        n_frames, n_knots = len(shares), 1
        if not torch.equal(shares, shares[:1].expand(n_frames)):
            # Frames that are samples are many: an eighth of a window is as fine as is heard.
            per_knot = max(FRAMES_PER_KNOT, self.config.n_window // 8)
            n_knots = min(MOST_KNOTS, 1 + -(-(n_frames - 1) // per_knot))
        at = torch.linspace(0, n_frames - 1, n_knots).round().int().tolist()
        centre, n_windows = self._centre, a.shape[3]
        # Every window is a vector of its own.
        from_, to = ((one - centre).movedim(3, 1).flatten(0, 1) for one in (a, b))
        between = along(from_, to, shares[at].to(a), path or self.config.path)
        mixed: Tensor = centre + between.reshape(-1, n_windows, *between.shape[1:]).movedim(1, 3)
        return mixed

    def embed(self, frames: Frames) -> Float32[Tensor, "batch numbers"]:
        """What the encoder says of a window, all its places one after the other; of a piece of
        several windows, the mean."""
        said: Tensor = self._encoded(frames)[..., 0].flatten(1, 2).mean(dim=2)
        return said

    def is_plane(self) -> bool:
        """Whether there are two latent numbers and no more."""
        return len(self.bottleneck.gaussian.mean) == 2

    def to_plane(self, frames: Frames) -> Float32[Tensor, "batch 2"]:
        """The latents of a window themselves where they are two, else their distance from the
        centre along the two widest axes. Of a piece of several windows, the mean."""
        vectors = self.embed(frames)
        if self.is_plane():
            return vectors
        gaussian = self.bottleneck.gaussian
        return (vectors - gaussian.mean) @ gaussian.principal_axes(2).T

    def from_plane(self, points: Float32[Tensor, "points 2"]) -> Frames:
        """A window for each; what the plane does not say is as in the centre."""
        vectors, gaussian = points.to(self.bottleneck.gaussian.mean), self.bottleneck.gaussian
        if not self.is_plane():
            vectors = gaussian.mean + vectors @ gaussian.principal_axes(2)
        latent = vectors.reshape(len(points), -1, self.n_places, 1, 1)
        n_window = self.config.n_window
        some = torch.split(self._completed(latent), AT_ONCE)
        return torch.cat([self.from_latent(latents, n_window) for latents in some])

    def _completed(self, latent: Latent) -> Latent:
        """Latents of encoded windows as `from_latent` takes them."""
        return latent

    def _new(self, rngs: Rngs, n_windows: int, sampling: Sampling) -> Latent:
        """What windows from nothing are decoded from."""
        return self._drawn(rngs, n_windows, sampling.temperature)

    def _posterior(self, window: Frames) -> Posterior:
        said, way = self.encoder(window).float(), self.linear_way
        if way is not None:
            straight = way.encode(window)
            if way.log_variance is not None:
                straight = torch.cat([straight, way.log_variance.expand_as(straight)], dim=1)
            said = straight + way.strength[0] * said
        return self.bottleneck.posterior(said)

    def _decoded(self, vectors: Vectors) -> Frames:
        made: Tensor = self.decoder(vectors).float()
        if self.linear_way is None:
            return made
        return self.linear_way.decode(vectors) + self.linear_way.strength[1] * made

    def _within(self, made: Frames) -> Frames:
        """Within what the training music had of each feature."""
        within: Tensor = self.bounds(made.transpose(1, 2)).transpose(1, 2)
        return within

    @property
    def _centre(self) -> Float[Tensor, "1 latent places 1 1"]:
        mean: Tensor = self.bottleneck.gaussian.mean
        return mean.reshape(1, -1, self.n_places, 1, 1)

    def _drawn(self, rngs: Rngs, n_windows: int, temperature: float) -> Latent:
        """Latents of new windows, one after the other."""
        c, gaussian = self.config, self.bottleneck.gaussian
        drawn = []
        for _ in range(n_windows):
            if c.drawn is None:
                drawn.append(gaussian.draw(rngs, temperature))
            else:
                mean, variance = c.drawn
                normal = noise(rngs, len(gaussian.mean)).to(gaussian.mean.device)
                drawn.append(mean + temperature * variance**0.5 * normal)
        return torch.stack(drawn, dim=2).reshape(len(rngs), -1, self.n_places, n_windows, 1)

    def _starts(self, n_frames: int) -> list[int]:
        return window_starts(n_frames, self.config.n_window, self.config.n_overlap)


Places = list[tuple[int, int]]


def _heard(starts: list[int], n_window: int, shares: Float32[Tensor, "knots frames"]) -> Places:
    """Windows and knots of which something is heard: a knot is not heard far away from it."""
    return [
        (i, k)
        for i, start in enumerate(starts)
        for k in shares[:, start : start + n_window].any(dim=1).nonzero()[:, 0].tolist()
    ]


def _in_groups(places: Places, size: int) -> Iterator[Places]:
    for first in range(0, len(places), size):
        yield places[first : first + size]
