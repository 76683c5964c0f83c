"""Latents of all tracks, encoded once: a flow reads them thousands of times.

Each track is encoded from several starting points within the step before it, so that the model does
not see the same numbers whenever it sees a track, and hears its first attack whole. Kept in the
run's folder as float16, before normalising: a file for each starting point, which is there when it
is whole, so that a run that is stopped while it encodes loses one of them at most.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float16, Float32
from torch import Tensor

from menura.foundation.atomic import replacing, write_json
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.marks import clear_temporary, read_plain_json
from menura.prepared.refusals import written_into
from menura.representations import Representation, samples_of, trim_context
from menura.training.estimate import clock
from menura.training.rows import Tracks
from menura.training.source import Row

FOLDER, INDEX, SUFFIX = "latents", "latents.json", ".f16"
N_OFFSETS = 4
EDITION = 2  # another when the same sound is encoded otherwise: what is there is then done again
CHUNK = 1024  # frames encoded at once
AGAIN = "give the same command with --resume"
TRIED_S = 10.0  # of noise, encoded to see how long it takes


@dataclass(frozen=True)
class LatentTracks(Tracks):
    """Tracks whose frames are read rather than encoded.

    places: where each track begins in the file of every offset, in frames.
    """

    folder: Path
    places: tuple[int, ...]

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
        file = _file(self.folder, (row.track + row.start + row.variant) % N_OFFSETS)
        n_there = self.n_frames(row.track)
        start = row.start if n_there >= n_frames else 0
        first = self.places[row.track] + start
        n_read = min(n_frames, n_there - start)
        stored = np.fromfile(
            file, "<f2", n_read * n_features, offset=2 * first * n_features
        ).reshape(n_read, n_features)
        # A track shorter than a window is looped.
        return np.take(stored, np.arange(n_frames), axis=0, mode="wrap").T


def stored_latents(tracks: Tracks, key: str, run: Path, reporter: Reporter) -> LatentTracks:
    """The tracks with their latents, encoded into the run's folder unless they are there.

    key: names the codec and the data; latents of another are made anew.
    """
    folder = run / FOLDER
    counts = [
        0 if known.split == "test" else tracks.n_frames(track)  # nothing here hears those
        for track, known in enumerate(tracks.rendition.tracks)
    ]
    n_bytes = 2 * sum(counts) * tracks.representation.spec.n_channels
    _make_ready(folder, key)
    files = [_file(folder, offset) for offset in range(N_OFFSETS)]
    missing = [
        offset
        for offset, file in enumerate(files)
        if not file.is_file() or file.stat().st_size != n_bytes
    ]
    if missing:
        with written_into(printable(str(folder)), "give --out on another disk", AGAIN):
            _encode(tracks, missing, counts, folder, reporter)
    return LatentTracks(
        tracks.rendition,
        tracks.representation,
        tracks.indices,
        folder,
        tuple(accumulate(counts[:-1], initial=0)),
        labels=tracks.labels,
    )


def _make_ready(folder: Path, key: str) -> None:
    """Leave nothing in the folder but latents of that key."""
    folder.mkdir(parents=True, exist_ok=True)
    clear_temporary(folder)
    index = _index(folder)
    known = {"key": key, "edition": EDITION}
    if known.items() <= index.items():
        return
    (folder / INDEX).unlink(missing_ok=True)  # before its latents, and new ones after it is written
    for file in folder.glob(f"*{SUFFIX}"):
        file.unlink()
    write_json(folder / INDEX, {**known, "seconds": 0.0})


def _encode(
    tracks: Tracks, missing: list[int], counts: list[int], folder: Path, reporter: Reporter
) -> None:
    """Write the files of the offsets that are missing, each of so many frames of every track."""
    index, begun, n_frames = _index(folder), time.monotonic(), sum(counts)
    hop_length = tracks.spec.hop_length or 1
    music_s = n_frames * hop_length / tracks.spec.sample_rate
    share = len(missing) / N_OFFSETS
    reporter.say(
        "encoding the recordings before the first step: about "
        f"{clock(share * will_take_s(tracks.representation, music_s))}, kept in "
        f"{printable(str(folder))}"
    )
    before, in_all, written = (N_OFFSETS - len(missing)) * n_frames, N_OFFSETS * n_frames, 0
    for offset in missing:
        with replacing(_file(folder, offset)) as temporary, temporary.open("wb") as file:
            for track, count in enumerate(counts):
                for chunk in _chunks(tracks, track, count, offset):
                    file.write(chunk.astype("<f2").tobytes())
                    written += chunk.shape[0]
                    left_s = (time.monotonic() - begun) * (in_all - before - written) / written
                    said = f"encoding the recordings, {clock(left_s)} left"
                    reporter.progress(before + written, in_all, said)
        took_s = round(index.get("seconds", 0.0) + time.monotonic() - begun, 1)
        write_json(folder / INDEX, {**index, "seconds": took_s})


def will_take_s(representation: Representation, music_s: float) -> float:
    """Seconds to encode so many of music, once from each starting point, tried on noise."""
    n_samples = round(TRIED_S * representation.sample_rate)
    sound = torch.randn(1, n_samples, generator=torch.Generator()).to(representation.device)
    with torch.no_grad():
        representation.analyse(sound).cpu()  # the first one warms up
        begun = time.perf_counter()
        representation.analyse(sound).cpu()
        took_s = time.perf_counter() - begun
    return N_OFFSETS * representation.n_audio_channels * took_s * music_s / TRIED_S


def _chunks(
    tracks: Tracks, track: int, n_frames: int, offset: int
) -> Iterator[Float32[np.ndarray, "frames features"]]:
    """Raw latents of a track with `offset` parts of a step of silence before it."""
    representation: Representation = tracks.representation
    hop_length = representation.spec.hop_length or 1
    shift = offset * hop_length // N_OFFSETS
    for start in range(0, n_frames, CHUNK):
        stop = min(start + CHUNK, n_frames)
        first, last = samples_of(representation, start, stop)
        audio = tracks.rendition.read(track, first - shift, last - shift)
        with torch.no_grad():
            rows = representation.analyse(torch.from_numpy(audio).to(representation.device))
        frames = trim_context(representation, rows.reshape(1, -1, rows.shape[2]), stop - start)
        yield frames[0].T.cpu().numpy()


def encoding_s(run: Path) -> float | None:
    """Seconds that it took; None where nothing was encoded, or it does not say."""
    try:
        return float(_index(run / FOLDER)["seconds"])
    except (KeyError, TypeError, ValueError):
        return None


def _file(folder: Path, offset: int) -> Path:
    return folder / f"offset-{offset}{SUFFIX}"


def _index(folder: Path) -> dict[str, Any]:
    """Which latents are there, and how long they took; nothing where none are."""
    return read_plain_json(folder / INDEX) or {}
