"""A prepared corpus: one folder that holds all sound of a corpus, ready to be read in any order."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from menura.audio import Score, parse_score
from menura.corpora import Split
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.fetching import HereShards, RemoteSource
from menura.prepared.index import (
    INDEX,
    SHARDS,
    TRACKS,
    ShardFacts,
    check_version,
    damaged,
    read_about,
    read_shards,
    read_tracks,
)
from menura.prepared.locking import LOCK
from menura.prepared.places import Place, Remote, place_of
from menura.prepared.planning import PLAN, is_plan
from menura.prepared.refusals import NotWritableError
from menura.prepared.remote_shards import RemoteShards
from menura.prepared.rendition import Rendition, form_said, render
from menura.prepared.shards import Shards, StoredSound, shard_name, shard_path
from menura.prepared.tracks import PreparedTrack

REBUILD = (
    "`menura prepare` with --resume, from the same source, makes again what is damaged "
    "(`menura verify` says what is)"
)


class PreparedCorpus:
    """Tracks with their labels and splits, and their sound at each track's own rate.

    Made by `menura.workflows.prepare`, opened with `PreparedCorpus.open(folder)`. The folder may
    be read-only, and may be copied to any other place or machine.

    folder: where it lies: a path, or a `Remote` behind a URL.
    fingerprint: hash of all that is known of the tracks, their sound included.
    about: the content of prepared.json; about["source"]["name"] is the name of the source folder
        (the name alone, no path), or of several.
    """

    def __init__(
        self,
        folder: Place,
        tracks: tuple[PreparedTrack, ...],
        about: dict[str, Any],
        facts: tuple[ShardFacts, ...],
    ) -> None:
        self.folder, self.tracks, self.about, self.facts = folder, tracks, about, facts
        self.fingerprint = str(about["fingerprint"])
        self.shards: StoredSound = (
            RemoteShards(folder, SHARDS, [shard.bytes for shard in facts])
            if isinstance(folder, Remote)
            else Shards(folder / SHARDS)
        )

    @staticmethod
    def is_prepared(folder: Path) -> bool:
        """Whether `folder` is meant to be a prepared corpus: finished or not, whole or damaged,
        of any version. `open` says what is wrong with it, if anything is."""
        held = (folder / LOCK).is_file()  # a preparation that has no plan yet
        return held or is_finished(folder) or is_unfinished(folder) or is_remains(folder)

    @staticmethod
    def open(where: Path | str) -> "PreparedCorpus":
        """The prepared corpus in a folder, or behind a URL that fsspec knows (`s3://…`,
        `https://…`; fsspec says which package a kind of URL needs).

        From a URL its index is read at once, and of its sound only what is asked for, through
        64 MiB of memory; a rendition copies at most 16 shards at a time to this machine.

        Raises MenuraError when there is none, when it is not finished, is damaged, is of another
        version, or cannot be reached.
        """
        folder = place_of(where)
        about = read_about(folder)
        if about is None:
            raise why_none(folder)
        check_version(folder, about)
        tracks, facts = read_tracks(folder, about), read_shards(folder, about)
        if not isinstance(folder, Remote):
            _check_shards(folder, facts)
        return PreparedCorpus(folder, tracks, about, facts)

    def duration_s(self, split: Split | None = None) -> float:
        """Seconds of all tracks, or of those of one split."""
        return sum(t.duration_s for t in self.tracks if split in (None, t.split))

    def label_values(self) -> dict[str, tuple[str, ...]]:
        """Kind of label → its values, sorted."""
        values: dict[str, set[str]] = {}
        for track in self.tracks:
            for kind, value in track.labels.items():
                values.setdefault(kind, set()).add(value)
        return {kind: tuple(sorted(values[kind])) for kind in sorted(values)}

    def licences(self) -> dict[str, int]:
        """Licence → number of tracks; "not stated" where the corpus says nothing."""
        return dict(sorted(Counter(track.licence or "not stated" for track in self.tracks).items()))

    def read(
        self, track: PreparedTrack, start: int, stop: int
    ) -> Float32[np.ndarray, "channels time"]:
        """Samples `start` … `stop` of `track`, at its own rate; outside the track they are 0."""
        shape = (track.n_channels, track.n_samples)
        return self.shards.read(track.shard, track.offset, shape, track.scale, start, stop)

    def score(self, index: int) -> Score:
        """The notes of the track at `index`. Raises MenuraError when it has none."""
        track = self.tracks[index]
        if track.score is None:
            raise MenuraError(
                f"{printable(track.id)} has no notes in {printable(str(self.folder))}; prepare a "
                "source that has them (MIDI), e.g. maestro"
            )
        data = self.shards.read_bytes(track.shard, *track.score)
        return parse_score(data, len(data), Path(track.id))

    def rendition(
        self,
        sample_rate: int,
        n_channels: int,
        reporter: Reporter | None = None,
        folder: Path | None = None,
    ) -> Rendition:
        """All tracks that have sound, at one rate (Hz) and number of channels (1 or 2), made when
        not there yet.

        It is kept in `folder`, or in `renditions` beside the shards; what an interrupted run made
        of it there is used, and a process that finds another at work on it waits. Raises
        NotWritableError when that place may not be written (a URL never is), MenuraError when it
        is full or there is no sound, and UsageError for a rate or number of channels that makes
        no sense.
        """
        form = (sample_rate, n_channels)
        tracks = [track for track in self.tracks if track.has_sound]
        if not tracks:
            raise MenuraError(
                f"{printable(str(self.folder))} holds notes (MIDI) and no sound, and this needs "
                "sound: play the notes into sound files and prepare those, or prepare recordings"
            )
        if isinstance(self.folder, Remote):
            if folder is None:
                raise NotWritableError(
                    f"{printable(str(self.folder))} is only read; give a folder in which the sound "
                    f"at {form_said(*form)} can be kept"
                )
            checksums = [shard.checksum for shard in self.facts]
            source: HereShards = RemoteSource(self.folder, SHARDS, checksums)
        else:
            source = HereShards(self.folder / SHARDS)
            folder = folder or self.folder / "renditions" / f"{sample_rate}x{n_channels}"
        return render(source, tracks, self.fingerprint, form, folder, reporter or Reporter())


def is_finished(folder: Path) -> bool:
    """Whether a preparation into `folder` came to its end."""
    return read_about(folder) is not None


def is_unfinished(folder: Path) -> bool:
    """Whether a preparation into `folder` was begun and did not come to its end."""
    plan = is_plan(folder) or ((folder / PLAN).is_file() and (folder / SHARDS).is_dir())
    return plan and not is_finished(folder)


def is_remains(folder: Path) -> bool:
    """Whether enough is left of a prepared corpus to know it, but no index to read it by."""
    left = any((folder / name).is_file() for name in (INDEX, TRACKS))
    return left and (folder / SHARDS).is_dir() and not is_finished(folder)


def why_none(folder: Place) -> MenuraError:
    """The error for a place without an index: it holds no corpus, or an unfinished one."""
    name = printable(str(folder))
    if isinstance(folder, Remote):
        return MenuraError(
            f"{name} is not a prepared corpus: there is no {INDEX} in it; a URL must name what "
            "`menura prepare` made"
        )
    if is_unfinished(folder) or (folder / LOCK).is_file():
        return MenuraError(f"{name} is not finished; run prepare again with --resume")
    if is_remains(folder):
        return damaged(folder, INDEX)
    return MenuraError(f"{name} is not a prepared corpus; make one with `menura prepare`")


def _check_shards(folder: Path, facts: tuple[ShardFacts, ...]) -> None:
    for number, shard in enumerate(facts):
        path = shard_path(folder / SHARDS, number)
        if not path.is_file() or path.stat().st_size != shard.bytes:
            raise damaged(folder, f"{SHARDS}/{shard_name(number)}", REBUILD)
