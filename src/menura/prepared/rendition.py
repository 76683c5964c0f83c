"""A rendition: every track of a corpus at one rate and number of channels, for training to read."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from menura.corpora import Split
from menura.foundation.cores import n_cores
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.crew import Crew, Payload
from menura.prepared.fetching import HereShards
from menura.prepared.locking import LOCK, alone
from menura.prepared.marks import (
    clear_shards,
    clear_temporary,
    read_mark,
    read_plain_json,
    write_plain_json,
)
from menura.prepared.refusals import written_into
from menura.prepared.shards import Shards
from menura.prepared.tracks import PreparedTrack, Spans

VERSION = 1
DONE, MAKING = "rendition.json", "making.json"
_RENDER = "menura.prepared.rendering:render_shard"
RATES = (1000, 384000)


@dataclass(frozen=True)
class RenditionTrack:
    """A track as `Rendition.read` gives it. n_samples at the rendition's rate; silent in s."""

    id: str
    group: str
    split: Split
    labels: dict[str, str]
    n_samples: int
    silent: Spans


@dataclass(frozen=True)
class _Place:
    shard: int
    offset: int
    scale: float


class Rendition:
    """All tracks of a prepared corpus at `sample_rate` (Hz) with `n_channels`."""

    def __init__(
        self,
        folder: Path,
        sample_rate: int,
        n_channels: int,
        tracks: tuple[RenditionTrack, ...],
        places: tuple[_Place, ...],
    ) -> None:
        self.folder, self.sample_rate, self.n_channels = folder, sample_rate, n_channels
        self.tracks, self._places = tracks, places
        self._shards = Shards(folder)

    def of_split(self, split: Split) -> tuple[int, ...]:
        """Indices of the tracks of a split."""
        return tuple(index for index, track in enumerate(self.tracks) if track.split == split)

    def read(self, index: int, start: int, stop: int) -> Float32[np.ndarray, "channels time"]:
        """Samples `start` … `stop` of the track at `index`; outside the track they are 0."""
        place, shape = self._places[index], (self.n_channels, self.tracks[index].n_samples)
        return self._shards.read(place.shard, place.offset, shape, place.scale, start, stop)


def render(
    source: HereShards,
    tracks: Sequence[PreparedTrack],
    fingerprint: str,
    form: tuple[int, int],
    folder: Path,
    reporter: Reporter,
) -> Rendition:
    """The rendition of the corpus `fingerprint` in `form` (rate, channels), made if need be.

    What an interrupted run made is kept; a rendition of another corpus in `folder` is replaced.
    """
    sample_rate, n_channels = form
    if not RATES[0] <= sample_rate <= RATES[1]:
        raise UsageError(f"sample rate {sample_rate} Hz is outside {RATES[0]}…{RATES[1]}")
    if n_channels not in (1, 2):
        raise UsageError(f"{n_channels} channels: a rendition has 1 or 2")
    about = {
        "format": "menura rendition",
        "version": VERSION,
        "fingerprint": fingerprint,
        "sample_rate": sample_rate,
        "n_channels": n_channels,
    }
    by_shard: dict[int, list[PreparedTrack]] = defaultdict(list)
    for track in tracks:
        by_shard[track.shard].append(track)

    def made() -> Rendition | None:
        finished = read_plain_json(folder / DONE) == about
        return _opened(folder, form, tracks, by_shard) if finished else None

    if (rendition := made()) is not None:  # nothing is written: the folder may be read-only
        return rendition
    with _writing(folder, form, reporter):
        if (rendition := made()) is not None:  # by the process that was waited for
            return rendition
        _begin(folder, about)
        for line in losses(tracks, form):
            reporter.say(line)
        _make(source, by_shard, form, folder, reporter)
        write_plain_json(folder / DONE, about)
        (folder / MAKING).unlink(missing_ok=True)
        if (rendition := made()) is not None:
            return rendition
    raise MenuraError(f"{printable(str(folder))} changed while it was made; try again")


def losses(tracks: Sequence[PreparedTrack], form: tuple[int, int]) -> list[str]:
    """What is lost (or cannot be gained) by bringing `tracks` to `form`, a line for each kind."""
    counts = Counter((track.sample_rate, track.n_channels) for track in tracks)
    lines = []
    for (sample_rate, n_channels), count in sorted(counts.items()):
        lost = []
        if sample_rate > form[0]:
            lost.append(f"content above {form[0] / 2000:g} kHz")
        if n_channels > form[1]:
            lost.append("the stereo image")
        said = [f"{' and '.join(lost)} {'are' if len(lost) > 1 else 'is'} lost"] if lost else []
        if sample_rate < form[0]:
            said.append(f"there is nothing above {sample_rate / 2000:g} kHz in them")
        if said:
            before, after = form_said(sample_rate, n_channels), form_said(*form)
            which = "all tracks" if count == len(tracks) else f"{count} of {len(tracks)} tracks"
            lines.append(f"{before} → {after} ({which}): {', and '.join(said)}")
    return lines


def form_said(sample_rate: int, n_channels: int) -> str:
    """A rate and number of channels in words."""
    return f"{sample_rate} Hz {'mono' if n_channels == 1 else 'stereo'}"


@contextmanager
def _writing(folder: Path, form: tuple[int, int], reporter: Reporter) -> Iterator[None]:
    """Make `folder` and hold it, waiting for another process that is at work in it."""
    name = printable(str(folder))

    def wait() -> None:
        reporter.say(f"another process is making the sound at {form_said(*form)}; waiting for it")

    with written_into(
        f"{name}, where the sound at {form_said(*form)} is kept",
        "copy the prepared corpus to a place that can be written, or give another folder",
        "start it again",
    ):
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder, wait):
            try:
                yield
            finally:
                clear_temporary(folder)  # half-made shards would only take room


def _begin(folder: Path, about: dict[str, Any]) -> None:
    """Make `folder` ready, keeping what an interrupted run for the same rendition made."""
    if read_plain_json(folder / MAKING) != about:
        ours = any((folder / name).is_file() for name in (DONE, MAKING))
        if not ours and any(path.name != LOCK for path in folder.iterdir()):
            raise MenuraError(f"{printable(str(folder))} holds other files; give an empty folder")
        clear_shards(folder)
    clear_temporary(folder)
    # In this order, so that a kill in between leaves a folder that is known, but not as done.
    write_plain_json(folder / MAKING, about)
    (folder / DONE).unlink(missing_ok=True)


def _make(
    source: HereShards,
    by_shard: dict[int, list[PreparedTrack]],
    form: tuple[int, int],
    folder: Path,
    reporter: Reporter,
) -> None:
    wanted = [number for number in sorted(by_shard) if read_mark(folder, number) is None]
    done = 0
    for numbers in source.rounds(wanted):
        with source.here(numbers, folder) as shards:
            payloads: list[Payload] = [
                {
                    "source": str(shards.resolve()),
                    "folder": str(folder.resolve()),
                    "shard": number,
                    "sample_rate": form[0],
                    "n_channels": form[1],
                    "tracks": [_stored(track) for track in by_shard[number]],
                }
                for number in numbers
            ]
            with closing(Crew(_RENDER, n_cores()).results(payloads)) as results:
                for _ in results:
                    done += 1
                    reporter.progress(done, len(wanted), f"sound at {form_said(*form)}")


def _stored(track: PreparedTrack) -> dict[str, Any]:
    facts = asdict(track)
    names = ("id", "shard", "offset", "n_samples", "sample_rate", "n_channels", "scale")
    return {name: facts[name] for name in names}


def _opened(
    folder: Path,
    form: tuple[int, int],
    tracks: Sequence[PreparedTrack],
    by_shard: dict[int, list[PreparedTrack]],
) -> Rendition | None:
    """The rendition in `folder`, or None when a part of it is missing."""
    entries: dict[str, tuple[int, _Place]] = {}
    for number, members in by_shard.items():
        mark = read_mark(folder, number)
        if mark is None or len(mark["tracks"]) != len(members):
            return None
        for track, entry in zip(members, mark["tracks"], strict=True):
            place = _Place(number, entry["offset"], entry["scale"])
            entries[track.id] = (entry["n_samples"], place)
    shown = tuple(
        RenditionTrack(
            track.id, track.group, track.split, track.labels, entries[track.id][0], track.silent
        )
        for track in tracks
    )
    places = tuple(entries[track.id][1] for track in tracks)
    return Rendition(folder, *form, shown, places)
