"""Rows of sound: stretches of tracks, read, encoded and cut to the frames asked for."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from menura.prepared import Rendition
from menura.representations import (
    Frames,
    Promise,
    Representation,
    Spec,
    round_trip,
    samples_of,
    trim_context,
)
from menura.training.augmenting import changed, together
from menura.training.labels import Kinds
from menura.training.source import Row, RowFlags, Source

Piece = Float32[Tensor, "channels time"]


@dataclass(frozen=True)
class Tracks(Source):
    """The tracks of one split, as frames of a representation of sound."""

    rendition: Rendition
    representation: Representation
    indices: tuple[int, ...]
    labels: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def spec(self) -> Spec:
        return self.representation.spec

    @property
    def promise(self) -> Promise:
        return self.representation.promise

    def n_frames(self, track: int) -> int:
        return self.representation.frames_for(self.rendition.tracks[track].n_samples)

    def encode(self, rows: list[Row], n_frames: int) -> Frames:
        audio = np.stack([self._read(row, n_frames) for row in rows])
        tensor = torch.from_numpy(audio).to(self.representation.device)
        with torch.no_grad():
            frames = self.representation.encode(tensor)
        return trim_context(self.representation, frames, n_frames)

    def flags(self, rows: Iterable[Row]) -> RowFlags | None:
        told = super().flags(rows)
        return None if told is None else told.to(self.representation.device)

    def importance(self) -> Float32[Tensor, " features"] | None:
        return self.representation.importance()

    def labels_of(self, track: int) -> Kinds:
        return self.rendition.tracks[track].labels

    def is_silent(self, row: Row, n_frames: int) -> bool:
        rate = self.spec.frame_rate_hz
        assert rate is not None, "sound has a frame rate"
        return self._lies_in_silence(row.track, row.start / rate, (row.start + n_frames) / rate)

    def sounding_starts(self, track: int, n_frames: int) -> list[range]:
        rate = self.spec.frame_rate_hz
        assert rate is not None, "sound has a frame rate"
        (whole,) = super().sounding_starts(track, n_frames)
        found, next_ = [], whole.start
        for start, stop in self.rendition.tracks[track].silent:
            first, last = math.ceil(start * rate), math.floor(stop * rate) - n_frames
            if first <= last:  # a row fits into the silence
                found.append(range(next_, min(first, whole.stop)))
                next_ = last + 1
        return [starts for starts in (*found, range(next_, whole.stop)) if starts]

    def learn_statistics(self, seconds: float) -> None:
        self.representation.fit(self.pieces(seconds))

    def round_trips(self, n_pieces: int) -> list[float]:
        pieces = islice(self.pieces(n_pieces * 10.0, sounding=True), n_pieces)
        return [round_trip(self.representation, piece.numpy()) for piece in pieces]

    def _read(self, row: Row, n_frames: int) -> Float32[np.ndarray, "channels time"]:
        sound = self._heard(row, n_frames)
        return sound if row.under is None else together(sound, self._read(row.under, n_frames))

    def _heard(self, row: Row, n_frames: int) -> Float32[np.ndarray, "channels time"]:
        """A row by itself."""
        start, stop = samples_of(self.representation, row.start, row.start + n_frames)
        if row.change is None:
            return self._samples(row.track, n_frames, start, stop)

        def read(first: int, last: int) -> Float32[np.ndarray, "channels _"]:
            return self._samples(row.track, n_frames, first, last)

        begin = row.start * (self.spec.hop_length or 1)
        return changed(read, start, stop, begin, row.change)

    def _samples(
        self, track: int, n_frames: int, start: int, stop: int
    ) -> Float32[np.ndarray, "channels time"]:
        """Of a track that is looped if it is shorter than a row of n_frames."""
        if self.n_frames(track) >= n_frames:
            return self.rendition.read(track, start, stop)
        whole = self.rendition.read(track, 0, self.rendition.tracks[track].n_samples)
        return np.take(whole, np.arange(start, stop), axis=1, mode="wrap")

    def pieces(
        self, seconds: float, piece_s: float = 10.0, *, sounding: bool = False
    ) -> Iterator[Piece]:
        """About `seconds` of sound at most, spread evenly over all tracks, a piece at a time.

        sounding: without those that are silent from beginning to end.
        """
        n = round(piece_s * self.rendition.sample_rate)
        places = [
            (track, start)
            for track in self.indices
            for start in range(0, self.rendition.tracks[track].n_samples, n)
            if not (sounding and self._is_silent_piece(track, start, n))
        ]
        n_wanted = max(1, int(seconds / piece_s))
        stride = max(1, -(-len(places) // n_wanted))
        for track, start in places[::stride]:
            yield self._piece(track, start, n)

    def _is_silent_piece(self, track: int, start: int, n: int) -> bool:
        rate = self.rendition.sample_rate
        stop = min(start + n, self.rendition.tracks[track].n_samples)
        return self._lies_in_silence(track, start / rate, stop / rate)

    def _lies_in_silence(self, track: int, start_s: float, stop_s: float) -> bool:
        spans = self.rendition.tracks[track].silent
        return any(first <= start_s and stop_s <= last for first, last in spans)

    def _piece(self, track: int, start: int, n: int) -> Piece:
        stop = min(start + n, self.rendition.tracks[track].n_samples)
        return torch.from_numpy(self.rendition.read(track, start, stop))
