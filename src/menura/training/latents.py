"""Latents of all tracks, encoded once: a flow reads them thousands of times.

Each track is encoded from several starting points within a step, so that the model does not see
the same numbers whenever it sees a track. Kept in the run's folder as float16, before normalising.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float16, Float32
from torch import Tensor

from menura.foundation.atomic import replacing, write_json
from menura.foundation.reporting import Reporter
from menura.representations import Representation, samples_of, trim_context
from menura.training.estimate import clock
from menura.training.rows import Tracks
from menura.training.source import Row

FOLDER, DATA, INDEX = "latents", "latents.f16", "latents.json"
N_OFFSETS = 4
CHUNK = 1024  # frames encoded at once


@dataclass(frozen=True)
class LatentTracks(Tracks):
    """Tracks whose frames are read rather than encoded.

    places: for every offset, where each track begins in the file, in frames.
    """

    folder: Path
    places: tuple[tuple[int, ...], ...]

    def encode(self, rows: list[Row], n_frames: int) -> Float32[Tensor, "rows features frames"]:
        raw = np.stack([self._stored(row, n_frames) for row in rows]).astype(np.float32)
        channels = raw.reshape(len(rows) * self.representation.n_audio_channels, -1, n_frames)
        frames = self.representation.normaliser(
            torch.from_numpy(channels).to(self.representation.device)
        )
        folded: Tensor = frames.reshape(len(rows), -1, n_frames)
        return folded

    def _stored(self, row: Row, n_frames: int) -> Float16[np.ndarray, "features frames"]:
        n_features = self.representation.spec.n_channels
        offset = (row.track + row.start) % len(self.places)
        n_there = self.n_frames(row.track)
        start = row.start if n_there >= n_frames else 0
        first = self.places[offset][row.track] + start
        n_read = min(n_frames, n_there - start)
        stored = np.fromfile(
            self.folder / DATA, "<f2", n_read * n_features, offset=2 * first * n_features
        ).reshape(n_read, n_features)
        # A track shorter than a window is looped.
        return np.take(stored, np.arange(n_frames), axis=0, mode="wrap").T


def stored_latents(tracks: Tracks, key: str, run: Path, reporter: Reporter) -> LatentTracks:
    """The tracks with their latents, encoded into the run's folder unless they are there.

    key: names the codec and the data; latents of another are made anew.
    """
    folder = run / FOLDER
    places = _places(folder / INDEX, key)
    if places is None:
        places = []
        written, begun = 0, time.monotonic()
        n_tracks = len(tracks.rendition.tracks)
        in_all = N_OFFSETS * sum(map(tracks.n_frames, range(n_tracks)))
        with replacing(folder / DATA) as temporary, temporary.open("wb") as file:
            for offset in range(N_OFFSETS):
                places.append([])
                for track in range(n_tracks):
                    places[-1].append(written)
                    for chunk in _chunks(tracks, track, offset):
                        file.write(chunk.astype("<f2").tobytes())
                        written += chunk.shape[0]
                        left_s = (time.monotonic() - begun) * (in_all / written - 1)
                        said = f"encoding the recordings, {clock(left_s)} left"
                        reporter.progress(written, in_all, said)
        took_s = round(time.monotonic() - begun, 1)
        write_json(folder / INDEX, {"key": key, "places": places, "seconds": took_s})
    return LatentTracks(
        tracks.rendition,
        tracks.representation,
        tracks.indices,
        folder,
        tuple(tuple(row) for row in places),
        labels=tracks.labels,
    )


def _chunks(
    tracks: Tracks, track: int, offset: int
) -> Iterator[Float32[np.ndarray, "frames features"]]:
    """Raw latents of a track that begins `offset` parts of a step later."""
    representation: Representation = tracks.representation
    n_frames = tracks.n_frames(track)
    hop_length = representation.spec.hop_length or 1
    shift = offset * hop_length // N_OFFSETS
    for start in range(0, n_frames, CHUNK):
        stop = min(start + CHUNK, n_frames)
        first, last = samples_of(representation, start, stop)
        audio = tracks.rendition.read(track, first + shift, last + shift)
        with torch.no_grad():
            rows = representation.analyse(torch.from_numpy(audio).to(representation.device))
        frames = trim_context(representation, rows.reshape(1, -1, rows.shape[2]), stop - start)
        yield frames[0].T.cpu().numpy()


def encoding_s(run: Path) -> float | None:
    """Seconds that it took; None where nothing was encoded, or it does not say."""
    try:
        said = json.loads((run / FOLDER / INDEX).read_text(encoding="utf-8"))["seconds"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return float(said)


def _places(index: Path, key: str) -> list[list[int]] | None:
    """Where the latents are, if those that are there are the right ones."""
    try:
        found = json.loads(index.read_text(encoding="utf-8"))
        return list(found["places"]) if found["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
