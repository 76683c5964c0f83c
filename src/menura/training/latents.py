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
from functools import partial
from itertools import accumulate
from math import floor
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
from menura.recipes import PITCHED_KINDS
from menura.representations import Representation, samples_of, trim_context
from menura.training.augmenting import Change, changed
from menura.training.estimate import clock
from menura.training.labels import Kinds, label_flags
from menura.training.rows import Tracks
from menura.training.source import Row

FOLDER, INDEX, SUFFIX = "latents", "latents.json", ".f16"
N_VARIANTS = 4  # at least
EDITION = 3  # another when the same sound is encoded otherwise: what is there is then done again
CHUNK = 1024  # frames encoded at once
AGAIN = "give the same command with --resume"
UNTRUE_KINDS = (*PITCHED_KINDS, "tempo", "bpm")  # of music that is heard higher and faster
TRIED_S = 10.0  # of noise, encoded to see how long it takes


@dataclass(frozen=True)
class Variant:
    """A way to say a track. late: the share of a step by which it begins late. semitones: heard so
    much higher, as from a faster tape."""

    late: float
    semitones: int

    @property
    def speed(self) -> float:
        return 2 ** (self.semitones / 12)


def variants(transpose: int) -> list[Variant]:
    """Up to so many semitones higher and lower; two as it was recorded, or more, for N_VARIANTS."""
    moved = [up * sign for up in range(1, transpose + 1) for sign in (1, -1)]
    still = [0] * max(2, N_VARIANTS - len(moved))
    each = (*still[::2], *moved[::2], *still[1::2], *moved[1::2])
    return [Variant(number / len(each), semitones) for number, semitones in enumerate(each)]


@dataclass(frozen=True)
class LatentTracks(Tracks):
    """Tracks whose frames are read rather than encoded.

    places: where each track begins in the file of every variant, in frames.
    """

    folder: Path
    places: tuple[int, ...]
    variants: list[Variant]

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
        number = row.variant % len(self.variants)
        n_there = self.n_frames(row.track)
        speed = self._as_heard(row).speed
        last = floor(n_there / max(1.0, speed)) - n_frames  # sooner over; what is slower is cut off
        start = max(0, min(round(row.start / speed), last)) if n_there >= n_frames else 0
        first = self.places[row.track] + start
        n_read = min(n_frames, n_there - start)
        stored = np.fromfile(
            _file(self.folder, number), "<f2", n_read * n_features, offset=2 * first * n_features
        ).reshape(n_read, n_features)
        # A track shorter than a window is looped.
        return np.take(stored, np.arange(n_frames), axis=0, mode="wrap").T

    def _flags_of(self, row: Row) -> Bool[np.ndarray, " labels"]:
        semitones = self._as_heard(row).semitones
        return label_flags(moved(self.labels_of(row.track), semitones), self.labels)

    def _as_heard(self, row: Row) -> Variant:
        return _as_heard(self, row.track, self.variants[row.variant % len(self.variants)])


def moved(labels: Kinds, semitones: int) -> Kinds:
    """Labels of music that is heard so many semitones higher: a pitch by its MIDI number is another
    one; what else says a pitch, or a pace, is left out."""
    if not semitones:
        return labels
    kept = {kind: value for kind, value in labels.items() if kind not in UNTRUE_KINDS}
    if (pitch := labels.get("pitch", "")).isdecimal():
        kept["pitch"] = str(int(pitch) + semitones)
    return kept


def _as_heard(tracks: Tracks, track: int, variant: Variant) -> Variant:
    """What is held out is heard as it was recorded."""
    is_learnt = tracks.rendition.tracks[track].split == "train"
    return variant if is_learnt else replace(variant, semitones=0)


def stored_latents(
    tracks: Tracks, key: str, transpose: int, run: Path, reporter: Reporter
) -> LatentTracks:
    """The tracks with their latents, encoded into the run's folder unless they are there.

    key: names the codec and the data; latents of another are made anew. transpose: what is learnt
    from is heard up to so many semitones higher and lower.
    """
    folder, ways = run / FOLDER, variants(transpose)
    counts = [
        0 if known.split == "test" else tracks.n_frames(track)  # nothing here hears those
        for track, known in enumerate(tracks.rendition.tracks)
    ]
    n_bytes = 2 * sum(counts) * tracks.representation.spec.n_channels
    _make_ready(folder, key, transpose)
    files = [_file(folder, number) for number in range(len(ways))]
    missing = {
        number: ways[number]
        for number, file in enumerate(files)
        if not file.is_file() or file.stat().st_size != n_bytes
    }
    if missing:
        with written_into(printable(str(folder)), "give --out on another disk", AGAIN):
            _encode(tracks, missing, len(ways), counts, folder, reporter)
    return LatentTracks(
        tracks.rendition,
        tracks.representation,
        tracks.indices,
        folder,
        tuple(accumulate(counts[:-1], initial=0)),
        ways,
        labels=tracks.labels,
    )


def _make_ready(folder: Path, key: str, transpose: int) -> None:
    """Leave nothing in the folder but latents of that key, so transposed."""
    folder.mkdir(parents=True, exist_ok=True)
    clear_temporary(folder)
    index = _index(folder)
    known = {"key": key, "edition": EDITION, "transpose": transpose}
    if known.items() <= index.items():
        return
    (folder / INDEX).unlink(missing_ok=True)  # before its latents, and new ones after it is written
    for file in folder.glob(f"*{SUFFIX}"):
        file.unlink()
    write_json(folder / INDEX, {**known, "seconds": 0.0})


def _encode(
    tracks: Tracks,
    missing: Mapping[int, Variant],
    n_variants: int,
    counts: list[int],
    folder: Path,
    reporter: Reporter,
) -> None:
    """Write the files of the variants that are missing, each of so many frames of every track."""
    index, begun, n_frames = _index(folder), time.monotonic(), sum(counts)
    hop_length = tracks.spec.hop_length or 1
    music_s = n_frames * hop_length / tracks.spec.sample_rate
    reporter.say(
        "encoding the recordings before the first step: about "
        f"{clock(will_take_s(tracks.representation, music_s, len(missing)))}, kept in "
        f"{printable(str(folder))}"
    )
    before, in_all, written = (n_variants - len(missing)) * n_frames, n_variants * n_frames, 0
    for number, variant in missing.items():
        with replacing(_file(folder, number)) as temporary, temporary.open("wb") as file:
            for track, count in enumerate(counts):
                for chunk in _chunks(tracks, track, count, variant):
                    file.write(chunk.astype("<f2").tobytes())
                    written += chunk.shape[0]
                    left_s = (time.monotonic() - begun) * (in_all - before - written) / written
                    said = f"encoding the recordings, {clock(left_s)} left"
                    reporter.progress(before + written, in_all, said)
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
    tracks: Tracks, track: int, n_frames: int, variant: Variant
) -> Iterator[Float32[np.ndarray, "frames features"]]:
    """Raw latents of a track with a part of a step of silence before it."""
    representation: Representation = tracks.representation
    shift = int(variant.late * (representation.spec.hop_length or 1))
    change = Change(speed=_as_heard(tracks, track, variant).speed)
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
