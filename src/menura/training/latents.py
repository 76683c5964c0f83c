"""Latents of all tracks, encoded once: a flow reads them thousands of times.

Each track is encoded in several ways, so that the model does not see the same numbers whenever it
sees a track: from several starting points within the step before it, whereby its first attack is
heard whole; and, if it is learnt from, some semitones higher and lower. Kept in the run's folder as
float16, before normalising: a file for each variant, which is there when it is whole, so that a run
that is stopped while it encodes loses one of them at most.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float16, Float32
from torch import Tensor

from menura.foundation.atomic import replacing, write_json
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.marks import clear_temporary, read_plain_json
from menura.prepared.refusals import written_into
from menura.recipes import Batching
from menura.representations import Representation, samples_of, trim_context
from menura.training.augmenting import Change, changed
from menura.training.estimate import clock
from menura.training.labels import label_flags
from menura.training.rows import Tracks
from menura.training.source import Row
from menura.training.variants import Variant, ends_of, moved, transpose_of, variants_of

FOLDER, INDEX, SUFFIX = "latents", "latents.json", ".f16"
EDITION = 3  # another when the same sound is encoded otherwise: what is there is then done again
CHUNK = 1024  # frames encoded at once
AGAIN = "give the same command with --resume"
TRIED_S = 10.0  # of noise, encoded to see how long it takes


@dataclass(frozen=True)
class LatentTracks(Tracks):
    """Tracks whose frames are read rather than encoded.

    ways: how each track is said in the file of every variant, and where it begins there.
    """

    folder: Path
    ways: list["Way"]

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
        number = row.variant % len(self.ways)
        way = self.ways[number]
        variant, n_there = way.variants[row.track], way.counts[row.track]
        start = max(0, min(round(row.start / variant.speed), n_there - n_frames))
        n_read = min(n_frames, n_there - start)
        first = n_features * (way.places[row.track] + start)
        stored = np.fromfile(
            _file(self.folder, number), "<f2", n_read * n_features, offset=2 * first
        ).reshape(n_read, n_features)
        # A track shorter than a window is looped, where it is not followed by silence.
        return np.take(stored, np.arange(n_frames), axis=0, mode="wrap").T

    def _flags_of(self, row: Row) -> Bool[np.ndarray, " labels"]:
        variant = self.ways[row.variant % len(self.ways)].variants[row.track]
        own = moved(self.labels_of(row.track), variant.semitones, self._pitches)
        return label_flags(own, self.labels)

    @cached_property
    def _pitches(self) -> frozenset[str]:
        """Those that tracks are labelled by."""
        return frozenset(track.labels.get("pitch", "") for track in self.rendition.tracks)


@dataclass(frozen=True)
class Way:
    """A variant of all tracks. counts: frames of each. places: of each, the frames before it."""

    variants: list[Variant]
    counts: list[int]
    places: list[int]

    @staticmethod
    def of(tracks: Tracks, variant: Variant, n_row: int, *, ends: bool = False) -> "Way":
        """What is held out is heard as it was recorded, and nothing here hears the test split.
        ends: what is shorter than a row has silence behind it."""
        own, counts = list[Variant](), list[int]()
        for number, track in enumerate(tracks.rendition.tracks):
            n_there = tracks.n_frames(number)
            is_learnt = track.split == "train"
            heard = variant.within(n_there, n_row) if is_learnt else replace(variant, semitones=0)
            own.append(heard)
            n_heard = max(heard.n_frames(n_there), n_row if ends else 0)
            counts.append(0 if track.split == "test" else n_heard)
        return Way(own, counts, list(accumulate(counts[:-1], initial=0)))


def stored_latents(
    tracks: Tracks, key: str, batching: Batching, run: Path, reporter: Reporter
) -> LatentTracks:
    """The tracks with their latents, encoded into the run's folder unless they are there.

    key: names the codec and the data; latents of another are made anew.
    """
    folder, n_row, ends = run / FOLDER, batching.n_frames, ends_of(batching)
    ways = [Way.of(tracks, variant, n_row, ends=ends) for variant in variants_of(batching)]
    transpose = transpose_of(batching)
    _make_ready(folder, {"key": key, "transpose": transpose, "row": n_row, "ends": ends})
    n_bytes = 2 * tracks.representation.spec.n_channels
    files = [_file(folder, number) for number in range(len(ways))]
    missing = [
        number
        for number, file in enumerate(files)
        if not file.is_file() or file.stat().st_size != n_bytes * sum(ways[number].counts)
    ]
    if missing:
        with written_into(printable(str(folder)), "give --out on another disk", AGAIN):
            _encode(tracks, missing, ways, folder, reporter)
    return LatentTracks(
        *(tracks.rendition, tracks.representation, tracks.indices, folder, ways),
        labels=tracks.labels,
    )


def _make_ready(folder: Path, of: Mapping[str, Any]) -> None:
    """Leave nothing in the folder but latents that are `of` the same."""
    folder.mkdir(parents=True, exist_ok=True)
    clear_temporary(folder)
    index = {"ends": False, **_index(folder)}  # of which older ones do not tell
    known = {**of, "edition": EDITION}
    if known.items() <= index.items():
        return
    (folder / INDEX).unlink(missing_ok=True)  # before its latents, and new ones after it is written
    for file in folder.glob(f"*{SUFFIX}"):
        file.unlink()
    write_json(folder / INDEX, {**known, "seconds": 0.0})


def _encode(
    tracks: Tracks, missing: list[int], ways: list[Way], folder: Path, reporter: Reporter
) -> None:
    """Write the files of the ways that are missing."""
    index, begun, sizes = _index(folder), time.monotonic(), [sum(way.counts) for way in ways]
    hop_length = tracks.spec.hop_length or 1
    music_s = sum(sizes) / len(sizes) * hop_length / tracks.spec.sample_rate
    reporter.say(
        "encoding the recordings before the first step: about "
        f"{clock(will_take_s(tracks.representation, music_s, len(missing)))}, kept in "
        f"{printable(str(folder))}"
    )
    to_do, written = sum(sizes[number] for number in missing), 0
    before = sum(sizes) - to_do
    for number in missing:
        with replacing(_file(folder, number)) as temporary, temporary.open("wb") as file:
            for track in range(len(tracks.rendition.tracks)):
                for chunk in _chunks(tracks, track, ways[number]):
                    file.write(chunk.astype("<f2").tobytes())
                    written += chunk.shape[0]
                    left_s = (time.monotonic() - begun) * (to_do - written) / written
                    said = f"encoding the recordings, {clock(left_s)} left"
                    reporter.progress(before + written, sum(sizes), said)
        took_s = round(index.get("seconds", 0.0) + time.monotonic() - begun, 1)
        write_json(folder / INDEX, {**index, "seconds": took_s})


def will_take_s(representation: Representation, music_s: float, n_variants: int) -> float:
    """Seconds to encode so many of music in so many variants, tried on noise."""
    n_samples = round(TRIED_S * representation.sample_rate)
    sound = torch.randn(1, n_samples, generator=torch.Generator()).to(representation.device)
    with torch.no_grad():
        representation.analyse(sound).cpu()  # the first one warms up
        begun = time.perf_counter()
        representation.analyse(sound).cpu()
        took_s = time.perf_counter() - begun
    return n_variants * representation.n_audio_channels * took_s * music_s / TRIED_S


def _chunks(
    tracks: Tracks, track: int, way: Way
) -> Iterator[Float32[np.ndarray, "frames features"]]:
    """Raw latents of a track with a part of a step of silence before it."""
    representation: Representation = tracks.representation
    n_frames, variant = way.counts[track], way.variants[track]
    shift = int(variant.late * (representation.spec.hop_length or 1))
    change = Change(speed=variant.speed)
    for start in range(0, n_frames, CHUNK):
        stop = min(start + CHUNK, n_frames)
        first, last = samples_of(representation, start, stop)
        read = partial(tracks.rendition.read, track)
        audio = changed(read, first - shift, last - shift, 0, change)
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


def _file(folder: Path, number: int) -> Path:
    return folder / f"variant-{number}{SUFFIX}"


def _index(folder: Path) -> dict[str, Any]:
    """Which latents are there, and how long they took; nothing where none are."""
    return read_plain_json(folder / INDEX) or {}
