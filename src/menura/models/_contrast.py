"""What is made, with the contrast of the music in every channel.

What a flow has not learnt yet to tell apart it makes alike: after minutes its channels vary by a
tenth less than those of the music, whatever the sampler, so that its music is quieter and has less
contrast (docs/log.md). How much less is seen when training is over, and mended in all that is made;
in variations as far as they are made anew. What lies between two pieces stays as it comes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from jaxtyping import Bool, Float32
from torch import Tensor, nn

from menura.foundation.seeds import derive
from menura.models.contract import Batch, Rngs
from menura.representations import Frames

Start = Literal["nothing", "labels", "music", "seed"]
"""From what it is made: no frame and no label being known, labels alone, some of the frames, or
some that are followed as strictly as a seed is."""

STARTS: tuple[Start, ...] = get_args(Start)
N_ROWS = 48  # that are made for each start
N_HEARD = 256  # of music: pieces differ, and few would say little
FADED = 1 / 16  # of a window, half a second of what base hears
MOST = 1.2  # times as much contrast, or as little: more than a fifth is another fault (docs/log.md)
STILL = 1e-3  # a deviation below it is none: frames are normalised to 1


@dataclass(frozen=True)
class Rows:
    """Music beside which rows are made. numbers: of the rows, by which noise is drawn. flags: the
    labels of each. labels: those that all of them are asked for; None where they are not asked."""

    music: Frames
    numbers: Sequence[int]
    flags: Bool[Tensor, "batch labels"] | None = None
    labels: Bool[Tensor, " labels"] | None = None

    @staticmethod
    def of(batches: Iterable[Batch]) -> "Rows":
        """The first N_HEARD of these batches."""
        kept: list[Batch] = []
        for batch in batches:
            kept.append(batch)
            if sum(len(one.frames) for one in kept) >= N_HEARD:
                break
        music = torch.cat([batch.frames for batch in kept])[:N_HEARD]
        given = [batch.labels for batch in kept if batch.labels is not None]
        flags = torch.cat(given)[:N_HEARD] if len(given) == len(kept) else None
        return Rows(music, range(len(music)), flags)

    @property
    def rngs(self) -> Rngs:
        """One a row, always the same."""
        return [torch.Generator().manual_seed(derive(row, "contrast")) for row in self.numbers]

    def first(self, n: int) -> "Rows":
        """n of them, or all."""
        flags = None if self.flags is None else self.flags[:n]
        return Rows(self.music[:n], self.numbers[:n], flags)

    def by_labels(self) -> "Iterator[Rows]":
        """Those that have labels, those of the same together."""
        if self.flags is None:
            return
        # On the processor: not every device knows `unique` of rows.
        for labels in torch.unique(self.flags.cpu(), dim=0).to(self.flags.device):
            if labels.any():
                at = (self.flags == labels).all(dim=1).nonzero()[:, 0]
                yield Rows(self.music[at], at.tolist(), labels=labels)


Fill = Callable[[Rows, Bool[Tensor, " frames"], float], Frames]
"""Makes those frames of rows anew that are not known, by so much guidance towards the known."""

Part = Float32[Tensor, "_ features _"]


class Contrast(nn.Module):
    """A gain and a shift of every channel, for each start; none until they are found."""

    gain: Tensor
    shift: Tensor

    def __init__(self, n_channels: int):
        super().__init__()
        self.register_buffer("gain", torch.ones(len(STARTS), n_channels))
        self.register_buffer("shift", torch.zeros(len(STARTS), n_channels))

    @staticmethod
    def forgotten(weights: Mapping[str, Tensor], n_channels: int | None) -> dict[str, Tensor]:
        """The weights of a model, its `contrast` none; without any where it is to have none."""
        kept = {name: one for name, one in weights.items() if not name.startswith("contrast.")}
        if n_channels is not None:
            kept |= Contrast(n_channels).state_dict(prefix="contrast.")
        return kept

    def reset(self) -> None:
        """What is made is as it comes."""
        self.gain.fill_(1.0)
        self.shift.zero_()

    def find(self, rows: Rows, n_known: int, strictness: float, fill: Fill) -> str:
        """Make rows from each start, and see what gives them the contrast of the music; in words.
        n_known: frames at the beginning that are gone on from, half of all at most. strictness:
        the guidance towards a seed; of 1 it is music like any."""
        some, n = rows.first(N_ROWS), rows.music.shape[2]
        n_known = min(n_known, n // 2)
        known = torch.arange(n, device=rows.music.device) < n_known
        none, alike = torch.zeros_like(known), list(some.by_labels())
        self.reset()
        gains: dict[Start, float] = {
            "nothing": self.learn("nothing", [fill(some, none, 1.0)], [rows.music])
        }
        if alike:
            made = [fill(one, none, 1.0) for one in alike]
            gains["labels"] = self.learn("labels", made, [one.music for one in alike])
        follows: dict[Start, float] = {"music": 1.0}
        if strictness != 1:
            follows["seed"] = strictness
        for start, guidance in follows.items():
            followed = fill(some, known, guidance)[:, :, n_known:]
            gains[start] = self.learn(start, [followed], [some.music[:, :, n_known:]])
        said = ", ".join(f"{gain:.2f} from {start}" for start, gain in gains.items())
        return f"it is played with the contrast of the music, times what it has by itself: {said}"

    def learn(self, start: Start, made: Sequence[Part], music: Sequence[Part]) -> float:
        """Take what gives all that was made the contrast of the music; returns the median gain.

        The mean stays: that of so few pieces says more of them than of what makes them. A channel
        that stands still, there or here, has no contrast to mend.
        """
        (mean, deviation), (_, contrast) = _moments(made), _moments(music)
        moves = (deviation > STILL) & (contrast > STILL)
        gain = torch.where(moves, contrast / deviation.clamp_min(STILL), 1.0).clamp(1 / MOST, MOST)
        number = STARTS.index(start)
        self.gain[number], self.shift[number] = gain, mean - gain * mean
        return float(gain.median())

    def matched(
        self, start: Start, made: Frames, share: float | Float32[Tensor, " frames"] = 1.0
    ) -> Frames:
        """What was made, brought to that; or by a share of the way, of each frame."""
        at = STARTS.index(start)
        brought = made * self.gain[at][:, None] + self.shift[at][:, None]
        return made + share * (brought - made)


def away_from(known: Bool[Tensor, " frames"], n_window: int) -> Float32[Tensor, " frames"]:
    """0 where frames are known, rising to 1 beside them within FADED of a window: what is made
    there fits them as it comes, and would no longer if it were stretched at once."""
    if not known.any():
        return torch.ones_like(known, dtype=torch.float32)
    at = torch.arange(len(known), device=known.device)
    distance = (at[:, None] - at[known]).abs().amin(dim=1)
    return (distance / max(1.0, FADED * n_window)).clamp(max=1.0)


def _moments(
    parts: Sequence[Part],
) -> tuple[Float32[Tensor, " features"], Float32[Tensor, " features"]]:
    """Mean and standard deviation of every channel over all rows and frames."""
    flat = torch.cat([part.float().transpose(0, 1).flatten(1) for part in parts], dim=1)
    return flat.mean(dim=1), flat.std(dim=1, correction=0)
