"""Rows of a batch: stretches of tracks, read, encoded and cut to the frames asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Bool, Float32
from torch import Tensor

from menura.prepared import Rendition
from menura.representations import Frames, Representation, samples_of, trim_context
from menura.training.labels import label_flags

Piece = Float32[Tensor, "channels time"]


@dataclass(frozen=True)
class Row:
    """`n_frames` frames of track `track` from frame `start`; continues: goes on where this row of
    the batch before ended."""

    track: int
    start: int
    continues: bool = False


@dataclass(frozen=True)
class Tracks:
    """The tracks of one split, as frames of one representation. labels: names of those told."""

    rendition: Rendition
    representation: Representation
    indices: tuple[int, ...]
    labels: tuple[str, ...] = field(default=(), kw_only=True)

    def n_frames(self, track: int) -> int:
        return self.representation.frames_for(self.rendition.tracks[track].n_samples)

    def encode(self, rows: list[Row], n_frames: int) -> Frames:
        """One row of `n_frames` frames each. A track shorter than that is looped."""
        audio = np.stack([self._read(row, n_frames) for row in rows])
        tensor = torch.from_numpy(audio).to(self.representation.device)
        with torch.no_grad():
            frames = self.representation.encode(tensor)
        return trim_context(self.representation, frames, n_frames)

    def encode_across(self, rows: list[list[tuple[Row, int]]]) -> Frames:
        """Rows that lie across tracks: the first frame of each stretch, and how many there are."""
        # Laid frame after frame, as models that read windows want them: nothing is turned over.
        laid = [
            torch.cat([self.encode([row], n).transpose(1, 2)[0] for row, n in stretches])
            for stretches in rows
        ]
        return torch.stack(laid).transpose(1, 2)

    def flags(self, rows: list[Row]) -> Bool[Tensor, "rows labels"] | None:
        """Which labels each row has; None where none are told."""
        if not self.labels:
            return None
        of = self.rendition.tracks
        flags = np.stack([label_flags(of[row.track].labels, self.labels) for row in rows])
        return torch.from_numpy(flags).to(self.representation.device)

    def _read(self, row: Row, n_frames: int) -> Float32[np.ndarray, "channels time"]:
        start, stop = samples_of(self.representation, row.start, row.start + n_frames)
        if self.n_frames(row.track) >= n_frames:
            return self.rendition.read(row.track, start, stop)
        n_samples = self.rendition.tracks[row.track].n_samples
        whole = self.rendition.read(row.track, 0, n_samples)
        return np.take(whole, np.arange(start, stop), axis=1, mode="wrap")

    def pieces(self, seconds: float, piece_s: float = 10.0) -> Iterator[Piece]:
        """About `seconds` of sound at most, spread evenly over all tracks, a piece at a time."""
        n = round(piece_s * self.rendition.sample_rate)
        places = [
            (track, start)
            for track in self.indices
            for start in range(0, self.rendition.tracks[track].n_samples, n)
        ]
        n_wanted = max(1, int(seconds / piece_s))
        stride = max(1, -(-len(places) // n_wanted))
        for track, start in places[::stride]:
            yield self._piece(track, start, n)

    def _piece(self, track: int, start: int, n: int) -> Piece:
        stop = min(start + n, self.rendition.tracks[track].n_samples)
        return torch.from_numpy(self.rendition.read(track, start, stop))
