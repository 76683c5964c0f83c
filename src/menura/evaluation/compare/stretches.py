"""Stretches of a prepared corpus: a part of a track, or short tracks laid end to end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from menura.audio import Clip, Note, Score, conform, synthesise
from menura.evaluation.excerpts import evenly
from menura.evaluation.pieces import score_between
from menura.foundation import seeds
from menura.prepared import PreparedCorpus
from menura.prepared.tracks import PreparedTrack

PLAYED_RATE = 32_000  # of music that has no sound of its own


@dataclass(frozen=True)
class Part:
    """Of one track, by its number in the corpus; from when to when in seconds."""

    track: int
    start_s: float
    stop_s: float

    @property
    def duration_s(self) -> float:
        return self.stop_s - self.start_s


Stretch = tuple[Part, ...]
"""Parts that are heard one after the other."""


def length_s(stretch: Stretch) -> float:
    """Seconds of all its parts."""
    return sum(part.duration_s for part in stretch)


def read(prepared: PreparedCorpus, stretch: Stretch) -> Clip:
    """As sound: at the first part's rate and channels. Music of notes alone is played by the
    built-in synthesiser."""
    clips = [_sound(prepared, part) for part in stretch]
    form = clips[0].sample_rate, clips[0].n_channels
    samples = [conform(clip, *form).samples for clip in clips]
    return Clip(np.concatenate(samples, axis=1), form[0])


def score_of(prepared: PreparedCorpus, stretch: Stretch) -> Score | None:
    """Its notes; None where a track has none."""
    notes: list[Note] = []
    begun_s = 0.0
    for part in stretch:
        if prepared.tracks[part.track].score is None:
            return None
        for note in _notes(prepared, part).notes:
            start_s, end_s = begun_s + note.start_s, begun_s + note.end_s
            notes.append(replace(note, start_s=start_s, end_s=end_s))
        begun_s += part.duration_s
    return Score(tuple(notes))


def long_stretches(
    tracks: Sequence[tuple[int, PreparedTrack]], n: int, seconds: float, seed: int
) -> list[Stretch]:
    """n parts of so many seconds, from all tracks that are as long in turn, or from n of them that
    lie evenly in the order of the corpus; where fewer than two recordings are as long, tracks laid
    end to end in that order. None where all tracks together are too short.

    Several parts of one track come from equal shares of it, so that they overlap little.
    """
    long = [(i, track) for i, track in tracks if track.duration_s >= seconds]
    recordings = {track.group for _, track in long}
    if not recordings or len(recordings) < min(2, len({track.group for _, track in tracks})):
        return _end_to_end(tracks, n, seconds)
    long = evenly(long, n)
    rng = np.random.default_rng(seeds.derive(seed, "stretches"))
    found: list[Stretch] = []
    for number in range(n):
        index, track = long[number % len(long)]
        turn, turns = number // len(long), -(-(n - number % len(long)) // len(long))
        free_s = track.duration_s - seconds
        start_s = free_s * (turn + float(rng.uniform())) / turns
        found.append((Part(index, start_s, start_s + seconds),))
    return found


def short_stretches(
    tracks: Sequence[tuple[int, PreparedTrack]], n: int, seconds: float, seed: int
) -> list[Stretch]:
    """The same, but where few tracks are as long, each is a whole track, or its first seconds: a
    short recording is a better example of itself than the end of one with the start of the next."""
    n_long = sum(track.duration_s >= seconds for _, track in tracks)
    if 2 * n_long >= len(tracks):
        return long_stretches(tracks, n, seconds, seed)
    chosen = evenly(tracks, n)
    return [(Part(i, 0.0, min(seconds, track.duration_s)),) for i, track in chosen]


def _end_to_end(
    tracks: Sequence[tuple[int, PreparedTrack]], n: int, seconds: float
) -> list[Stretch]:
    if sum(track.duration_s for _, track in tracks) < seconds:
        return []
    found = []
    for number in range(n):
        parts: list[Part] = []
        at = number * len(tracks) // n
        while (left_s := seconds - length_s(tuple(parts))) > 1e-6:
            index, track = tracks[at % len(tracks)]
            parts.append(Part(index, 0.0, min(left_s, track.duration_s)))
            at += 1
        found.append(tuple(parts))
    return found


def _sound(prepared: PreparedCorpus, part: Part) -> Clip:
    track = prepared.tracks[part.track]
    if not track.has_sound:
        return synthesise(_notes(prepared, part), PLAYED_RATE, 1, part.duration_s)
    rate = track.sample_rate
    start = round(part.start_s * rate)
    stop = start + round(part.duration_s * rate)
    return Clip(np.array(prepared.read(track, start, stop)), rate)


def _notes(prepared: PreparedCorpus, part: Part) -> Score:
    return score_between(prepared.score(part.track), part.start_s, part.stop_s)
