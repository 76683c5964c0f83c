"""What a prepared corpus knows of each of its tracks."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from menura.corpora import Split
from menura.foundation.config import from_dict
from menura.prepared.shards import BYTES

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PreparedTrack:
    """One track of a prepared corpus.

    id, group, split, labels, licence: as in `menura.corpora.Track`; every track has a split.
    shard, offset: number of the shard file, and where in it the track begins, in bytes.
    n_samples: samples per channel, at `sample_rate` (Hz).
    scale: a stored value v stands for v / 32768 · scale.
    silent: spans (start, stop in seconds) of at least 0.5 s in which no 0.1 s is louder than
        −60 dBFS (RMS).
    content: hash of the decoded sound; equal for two files of the same sound. Of notes alone:
        hash of the MIDI file.
    score: where in the shard its MIDI file lies (first byte, number of bytes), if it has one.
    score_s: seconds that the notes last. A track of notes alone has no channels and no samples.
    """

    id: str
    group: str
    split: Split
    labels: dict[str, str]
    licence: str | None
    shard: int
    offset: int
    n_samples: int
    sample_rate: int
    n_channels: int
    scale: float
    silent: Spans
    content: str
    score: tuple[int, int] | None = None
    score_s: float | None = None

    @property
    def has_sound(self) -> bool:
        """Whether there is more than notes."""
        return self.n_channels > 0

    @property
    def duration_s(self) -> float:
        """Seconds of its sound; of its notes where it has no sound."""
        return seconds_of(self.n_samples, self.sample_rate, self.score_s)

    @property
    def sounding_s(self) -> float:
        """Seconds without its silent spans."""
        return self.duration_s - sum(stop - start for start, stop in self.silent)

    @property
    def n_bytes(self) -> int:
        """Bytes that its sound takes in the shard."""
        return self.n_samples * self.n_channels * BYTES


def seconds_of(n_samples: int, sample_rate: int, score_s: float | None) -> float:
    """Duration of a track; `sample_rate` is 0 for notes alone."""
    return n_samples / sample_rate if sample_rate else float(score_s or 0.0)


def to_lines(records: Iterable[Any]) -> str:
    """Dataclasses as JSON lines. ASCII: a file name may hold bytes that are no UTF-8."""
    return "".join(json.dumps(asdict(record), sort_keys=True) + "\n" for record in records)


def track_from(line: str) -> PreparedTrack:
    """The track in one line; raises ValueError or UsageError when there is none."""
    return from_dict(PreparedTrack, json.loads(line))
