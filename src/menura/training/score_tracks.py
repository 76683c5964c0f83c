"""Rows of notes: stretches of the events of scores, which are read once and held in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch

from menura.audio import Score
from menura.prepared import PreparedCorpus
from menura.representations import (
    Events,
    Promise,
    ScoreRepresentation,
    Spec,
    round_trip_score,
)
from menura.training.labels import Kinds
from menura.training.source import Row, RowFrames, Source


@dataclass(frozen=True)
class ScoreTracks(Source):
    """The scores of one split, as events. A score is encoded when it is first asked for: an hour
    of piano takes about a second, and a megabyte."""

    prepared: PreparedCorpus
    representation: ScoreRepresentation
    indices: tuple[int, ...]
    labels: tuple[str, ...] = field(default=(), kw_only=True)
    _held: dict[int, Events] = field(default_factory=dict, kw_only=True)

    @property
    def spec(self) -> Spec:
        return self.representation.spec

    @property
    def promise(self) -> Promise:
        return self.representation.promise

    def n_frames(self, track: int) -> int:
        """Events of a track: none where the representation can say none of its notes."""
        return int(self._events(track).shape[2])

    def labels_of(self, track: int) -> Kinds:
        return self.prepared.tracks[track].labels

    def encode(self, rows: list[Row], n_frames: int) -> RowFrames:
        return torch.cat([self._read(row, n_frames) for row in rows])

    def learn_statistics(self, seconds: float) -> None:
        self.representation.fit(self._scores(seconds))

    def round_trips(self, n_pieces: int) -> list[float]:
        spread = self.indices[:: -(-len(self.indices) // n_pieces)]
        return [round_trip_score(self.representation, self.prepared.score(t)) for t in spread]

    def _events(self, track: int) -> Events:
        if track not in self._held:
            self._held[track] = self.representation.encode(self.prepared.score(track))
        return self._held[track]

    def _read(self, row: Row, n_frames: int) -> RowFrames:
        there = self._events(row.track)
        if there.shape[2] < n_frames:
            there = there[:, :, np.arange(n_frames) % there.shape[2]]
        piece = there[:, :, row.start : row.start + n_frames]
        return self.representation.transposed(piece, row.semitones) if row.semitones else piece

    def _scores(self, seconds: float) -> Iterator[Score]:
        """Whole scores, about so many seconds of them, spread over all."""
        there_s = sum(self.prepared.tracks[track].duration_s for track in self.indices)
        for track in self.indices[:: max(1, round(there_s / seconds))]:
            yield self.prepared.score(track)
