"""Batches as a function of the step: nothing is remembered, so a resumed run sees the same ones."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate

import numpy as np
import torch

from menura.foundation.errors import MenuraError
from menura.foundation.seeds import derive
from menura.models import Batch
from menura.recipes import (
    AS_RECORDED,
    Batching,
    ContiguousWindows,
    EventWindows,
    RandomCrops,
    SlidingWindows,
)
from menura.training.augmenting import drawn, softer
from menura.training.source import Row, Source


class Batches(ABC):
    """Batch number `step` of tracks, for a seed."""

    def __init__(self, tracks: Source, batch_size: int, n_frames: int, seed: int):
        if not tracks.indices:
            raise MenuraError("there are no tracks to train on")
        self.tracks, self.batch_size, self.n_frames = tracks, batch_size, n_frames
        self.seed = seed

    @abstractmethod
    def rows(self, step: int) -> list[Row]: ...

    @property
    @abstractmethod
    def steps_per_epoch(self) -> int:
        """Steps in which about every frame is seen once."""

    def batch(self, step: int) -> Batch:
        """The frames of the step's rows, and their labels."""
        rows = self.rows(step)
        return Batch(
            self.tracks.encode(rows, self.n_frames),
            labels=self.tracks.flags(rows),
            importance=self.tracks.importance(),
        )

    def short_tracks(self) -> int:
        """How many tracks are shorter than one window, and so are looped."""
        return sum(self.tracks.n_frames(t) < self.n_frames for t in self.tracks.indices)


def batches(tracks: Source, batching: Batching, seed: int) -> Batches:
    """The batches a recipe asks for."""
    if isinstance(batching, EventWindows):
        return EventBatches(tracks, batching, seed)
    if isinstance(batching, RandomCrops):
        return CropBatches(tracks, batching, seed)
    if isinstance(batching, SlidingWindows):
        return SlidingBatches(tracks, batching, seed)
    return WindowBatches(tracks, batching, seed)


class CropBatches(Batches):
    """Crops from anywhere; longer tracks more often; stretches of silence avoided."""

    _TRIES = 8  # at a crop that is not silent

    def __init__(self, tracks: Source, batching: RandomCrops, seed: int):
        super().__init__(tracks, batching.batch_size, batching.n_frames, seed)
        self._augmentation = batching.augmentation
        self._ends = list(
            accumulate(tracks.n_frames(t) ** batching.length_power for t in tracks.indices)
        )

    @property
    def steps_per_epoch(self) -> int:
        total = sum(self.tracks.n_frames(t) for t in self.tracks.indices)
        return max(1, total // (self.batch_size * self.n_frames))

    def rows(self, step: int) -> list[Row]:
        rng = np.random.default_rng(derive(self.seed, "crops", step))
        rows = [self._draw(rng) for _ in range(self.batch_size)]
        rng = np.random.default_rng(derive(self.seed, "variants", step))
        numbers = rng.integers(1 << 16, size=len(rows)).tolist()
        rows = [replace(row, variant=number) for row, number in zip(rows, numbers, strict=True)]
        if self._augmentation == AS_RECORDED:
            return rows
        rng = np.random.default_rng(derive(self.seed, "augmentation", step))
        rows = [replace(row, change=drawn(self._augmentation, rng)) for row in rows]
        return self._mixed(rows, step) if self._augmentation.mix else rows

    def _mixed(self, rows: list[Row], step: int) -> list[Row]:
        """Some of the rows with another crop under them."""
        rng = np.random.default_rng(derive(self.seed, "mixing", step))
        return [
            replace(row, under=self._softer(rng)) if rng.random() < self._augmentation.mix else row
            for row in rows
        ]

    def _softer(self, rng: np.random.Generator) -> Row:
        return replace(self._draw(rng), change=softer(drawn(self._augmentation, rng), rng))

    def _draw(self, rng: np.random.Generator) -> Row:
        row = self._place(rng)
        for _ in range(self._TRIES):
            if not self.tracks.is_silent(row, self.n_frames):
                return row
            row = self._place(rng)
        # There is much silence: where is none, in this track?
        starts = self.tracks.sounding_starts(row.track, self.n_frames)
        ends = list(accumulate(map(len, starts)))
        if not ends:
            return row
        place = int(rng.integers(ends[-1]))
        which = bisect_right(ends, place)
        return replace(row, start=starts[which][place - ends[which]])

    def _place(self, rng: np.random.Generator) -> Row:
        which = bisect_right(self._ends, rng.random() * self._ends[-1])
        track = self.tracks.indices[min(which, len(self._ends) - 1)]  # a product may be rounded up
        n_starts = max(1, self.tracks.n_frames(track) - self.n_frames + 1)
        start = int(rng.integers(n_starts))
        return Row(track, start)


class WindowBatches(Batches):
    """Every row of the batch walks through the tracks, window after window, so that state can be
    carried.

    Each epoch cuts the tracks into pieces at other places, shuffles the pieces and lays them end
    to end; the rows walk along that tape from places evenly apart, so that every window is seen
    equally often. What is left of a track after its last whole window is passed over in that
    epoch.
    """

    def __init__(self, tracks: Source, batching: ContiguousWindows, seed: int):
        super().__init__(tracks, batching.batch_size, batching.n_frames, seed)
        self._n_shared = batching.n_shared
        self._stride = batching.n_frames - batching.n_shared
        rate = tracks.spec.frame_rate_hz
        if rate is None:
            raise MenuraError("events have no seconds to cut pieces by; use event windows")
        self._windows_per_piece = max(1, round(batching.piece_s * rate) // self._stride)
        self._epoch, self._tape = -1, Tape([(0, 0, 1)])

    @property
    def steps_per_epoch(self) -> int:
        """The same for every epoch, so that a step belongs to one epoch alone.

        At least a piece long: a corpus of few windows is walked by several rows at once.
        """
        windows = sum(self._n_windows(t, 0) for t in self.tracks.indices)
        return max(-(-windows // self.batch_size), min(self._windows_per_piece, windows))

    def rows(self, step: int) -> list[Row]:
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            self._epoch, self._tape = epoch, self._laid_out(epoch)
        n = len(self._tape)
        rows = []
        for number in range(self.batch_size):
            track, start, window = self._tape.at((number * n // self.batch_size + position) % n)
            goes_on = position > 0 and window > 0
            rows.append(Row(track, start + window * self._stride, goes_on))
        return rows

    def batch(self, step: int) -> Batch:
        batch = super().batch(step)
        continues = [row.continues for row in self.rows(step)]
        return replace(batch, continues=torch.tensor(continues, device=batch.frames.device))

    def _laid_out(self, epoch: int) -> "Tape":
        rng = np.random.default_rng(derive(self.seed, "windows", epoch))
        pieces = [piece for t in self.tracks.indices for piece in self._pieces(t, rng)]
        return Tape([pieces[index] for index in rng.permutation(len(pieces))])

    def _pieces(self, track: int, rng: np.random.Generator) -> list[tuple[int, int, int]]:
        slack = self.tracks.n_frames(track) - self.n_frames
        offset = int(rng.integers(min(self._stride, slack) + 1)) if slack > 0 else 0
        n_windows, per_piece = self._n_windows(track, offset), self._windows_per_piece
        return [
            (track, offset + first * self._stride, min(per_piece, n_windows - first))
            for first in range(0, n_windows, per_piece)
        ]

    def _n_windows(self, track: int, offset: int) -> int:
        return max(1, (self.tracks.n_frames(track) - self._n_shared - offset) // self._stride)


class EventBatches(Batches):
    """Windows that begin every so many events, in another order each epoch.

    Each epoch begins at another place in every track, so that windows far apart are not always the
    same ones, and hears every window in another key.
    """

    def __init__(self, tracks: Source, batching: EventWindows, seed: int):
        super().__init__(tracks, batching.batch_size, batching.n_frames, seed)
        self._stride, self._transpose = batching.stride, batching.transpose
        self._epoch, self._rows = -1, list[Row]()

    @property
    def steps_per_epoch(self) -> int:
        n_windows = sum(self._n_windows(t, 0) for t in self.tracks.indices)
        if not n_windows:
            raise MenuraError("none of the notes are of a kind that this recipe can learn")
        return max(1, n_windows // self.batch_size)

    def rows(self, step: int) -> list[Row]:
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            self._epoch, self._rows = epoch, self._shuffled(epoch)
        first = position * self.batch_size
        return [self._rows[i % len(self._rows)] for i in range(first, first + self.batch_size)]

    def _shuffled(self, epoch: int) -> list[Row]:
        rng = np.random.default_rng(derive(self.seed, "event windows", epoch))
        places = [place for t in self.tracks.indices for place in self._places(t, rng)]
        keys = rng.integers(-self._transpose, self._transpose + 1, len(places))
        order = rng.permutation(len(places))
        return [Row(places[i][0], places[i][1], semitones=int(keys[i])) for i in order]

    def _places(self, track: int, rng: np.random.Generator) -> list[tuple[int, int]]:
        slack = max(0, self.tracks.n_frames(track) - self.n_frames)
        offset = int(rng.integers(min(self._stride, slack + 1)))
        return [
            (track, offset + number * self._stride)
            for number in range(self._n_windows(track, offset))
        ]

    def _n_windows(self, track: int, offset: int) -> int:
        if not self.tracks.n_frames(track):
            return 0
        slack = max(0, self.tracks.n_frames(track) - self.n_frames)
        return 1 + (slack - offset) // self._stride


class Tape:
    """Pieces (track, first frame, number of windows) laid end to end."""

    def __init__(self, pieces: list[tuple[int, int, int]]):
        self._pieces = pieces
        self._ends = list(accumulate(n_windows for _, _, n_windows in pieces))

    def __len__(self) -> int:
        return self._ends[-1]

    def at(self, position: int) -> tuple[int, int, int]:
        """Track and first frame of the piece at a position, and which of its windows that is."""
        which = bisect_right(self._ends, position)
        track, start, n_windows = self._pieces[which]
        return track, start, position - (self._ends[which] - n_windows)


class SlidingBatches(Batches):
    """Every window of the tracks once an epoch, shuffled; if asked, windows across tracks too.

    What is left over when the windows are shared out to whole batches goes with the first windows
    of the same epoch.
    """

    def __init__(self, tracks: Source, batching: SlidingWindows, seed: int):
        super().__init__(tracks, batching.batch_size, batching.n_frames, seed)
        lengths = [tracks.n_frames(t) for t in tracks.indices]
        self._across = batching.across_tracks
        if self._across:
            self._ends = list(accumulate(lengths))
            self._n_windows = max(1, self._ends[-1] - self.n_frames + 1)
        else:
            self._ends = list(accumulate(max(1, n - self.n_frames + 1) for n in lengths))
            self._n_windows = self._ends[-1]
        self._epoch, self._order = -1, np.zeros(0, np.int64)

    @property
    def steps_per_epoch(self) -> int:
        return -(-self._n_windows // self.batch_size)

    def rows(self, step: int) -> list[Row]:
        """The first frame of every window."""
        return [self._place(window) for window in self._windows(step)]

    def batch(self, step: int) -> Batch:
        if not self._across:
            return super().batch(step)
        windows = self._windows(step)
        stretches = [self._stretches(window) for window in windows]
        last = [row[-1][0] for row in stretches]  # whose frames are to be predicted
        return Batch(
            self.tracks.encode_across(stretches),
            labels=self.tracks.flags(last),
            importance=self.tracks.importance(),
        )

    def short_tracks(self) -> int:
        return 0 if self._across else super().short_tracks()

    def _windows(self, step: int) -> list[int]:
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            rng = np.random.default_rng(derive(self.seed, "sliding", epoch))
            self._epoch, self._order = epoch, rng.permutation(self._n_windows)
        first = position * self.batch_size
        return [
            int(self._order[n % self._n_windows]) for n in range(first, first + self.batch_size)
        ]

    def _place(self, at: int) -> Row:
        which = bisect_right(self._ends, at)
        before = self._ends[which - 1] if which else 0
        return Row(self.tracks.indices[which], at - before)

    def _stretches(self, window: int) -> list[tuple[Row, int]]:
        """The tracks that a window lies across; from the last it goes on with the first."""
        stretches, at, left = list[tuple[Row, int]](), window, self.n_frames
        while left:
            row = self._place(at % self._ends[-1])
            n = min(left, self.tracks.n_frames(row.track) - row.start)
            stretches.append((row, n))
            at, left = at + n, left - n
        return stretches
