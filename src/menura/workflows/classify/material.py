"""What the verbs of `menura classify` share: a corpus with labels, as classifiers hear it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from menura.corpora import Dropped
from menura.evaluation import classifiers
from menura.evaluation.classifiers import Examples, Rows, Sounds
from menura.evaluation.classifiers._described import HEARD_S
from menura.evaluation.descriptors import FMA_COLUMNS
from menura.evaluation.descriptors.frames import FMA_AXIS_HZ
from menura.evaluation.descriptors.kept import KeptRows
from menura.evaluation.labelled import Labelled, RenditionSounds, n_heard_twice
from menura.foundation.cores import n_cores
from menura.foundation.errors import UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared import NotWritableError, PreparedCorpus
from menura.prepared.index import SHARDS
from menura.prepared.refusals import written_into
from menura.workflows.features import NAMED, Work, results_of
from menura.workflows.prepare import prepare
from menura.workflows.track_places import stored_place

CORPUS, DESCRIPTORS, RENDITION = "corpus", "descriptors.jsonl", "rendition"

Described = Mapping[str, Float32[np.ndarray, " columns"]]
"""Track → its descriptors."""


@dataclass(frozen=True)
class Material:
    """Labelled tracks, and how classifiers hear them. rows: where any hears descriptors.
    sounds: by sample rate, where any hears sound."""

    found: Labelled
    rows: Rows | None
    sounds: Mapping[int, Sounds]

    def examples(self, name: str, config: Any) -> Examples:
        """All of the tracks, for one classifier."""
        ids = tuple(track.id for track in self.found.tracks)
        heard = (ids, self.found.groups, self.found.labels)
        of_name = classifiers.kind(name)
        if not of_name.is_deep:
            return Examples(*heard, rows=self.rows)
        return Examples(
            *heard, sounds=self.sounds[config.image.sample_rate], places=tuple(range(len(ids)))
        )


def open_corpus(corpus: Path, out: Path, reporter: Reporter) -> PreparedCorpus:
    """The corpus itself if it is prepared; else prepared into `out`, once."""
    if PreparedCorpus.is_prepared(corpus):
        return PreparedCorpus.open(corpus)
    prepare(corpus, out / CORPUS, resume=True, reporter=reporter)
    return PreparedCorpus.open(out / CORPUS)


def check_workers(workers: int | None) -> None:
    """Raises UsageError for none at all."""
    if workers is not None and workers < 1:
        raise UsageError(f"--workers must be at least 1, not {workers}")


def describable(
    prepared: PreparedCorpus, found: Labelled, out: Path, workers: int | None, reporter: Reporter
) -> tuple[Labelled, Described]:
    """The tracks that have descriptors, and these; the others are left out with the reason.

    What was described once is kept beside the corpus, or in `out` where that cannot be written;
    what could not be described is tried again each time.
    """
    assert isinstance(prepared.folder, Path), "a corpus behind a URL is refused before"
    shards = os.path.abspath(prepared.folder / SHARDS)  # noqa: PTH100
    work = Work(
        {track.id: track.content for track in prepared.tracks if track.has_sound},
        {
            track.id: {
                "id": track.id,
                "sample_rate": FMA_AXIS_HZ,
                "middle_s": HEARD_S,
                **stored_place(track, shards),
            }
            for track in found.tracks
        },
        (),
    )
    results: Mapping[str, Any] = {}
    for folder in (prepared.folder, out):
        place = f"{printable(str(folder))}, where descriptors are kept"
        try:
            with written_into(place, "choose another --out", "start it again"):
                kept = KeptRows(folder / DESCRIPTORS, _about(), try_again=True)
                results = results_of(work, kept, workers or n_cores(), reporter)
            break
        except NotWritableError:
            if folder == out:
                raise
    reasons = {
        track.id: results[track.id]["dropped"]
        for track in found.tracks
        if "dropped" in results[track.id]
    }
    usable = found.without(reasons)
    return usable, {
        track.id: np.array(results[track.id]["values"][: len(FMA_COLUMNS)], np.float32)
        for track in usable.tracks
    }


def gather(
    prepared: PreparedCorpus,
    found: Labelled,
    described: Described | None,
    rates: Iterable[int],
    out: Path,
    reporter: Reporter,
) -> Material:
    """The material of tracks that are known to be usable. rates: of the sound that is heard."""
    ids = [track.id for track in found.tracks]
    rows = None if described is None else np.stack([described[name] for name in ids])
    sounds: dict[int, Sounds] = {}
    for rate in sorted(set(rates)):
        try:
            rendition = prepared.rendition(rate, 1, reporter)
        except NotWritableError:
            rendition = prepared.rendition(rate, 1, reporter, out / f"{RENDITION}-{rate}")
        sounds[rate] = RenditionSounds(rendition, ids)
    return Material(found, rows, sounds)


def say_left_out(left_out: Sequence[Dropped], reporter: Reporter) -> None:
    """The first of them one by one."""
    for item in left_out[:NAMED]:
        reporter.warn(f"left out {printable(item.file)}: {item.reason}")
    if len(left_out) > NAMED:
        reporter.warn(f"left out {len(left_out) - NAMED} more (--json lists them)")


def say_heard_twice(found: Labelled, reporter: Reporter) -> None:
    """How many were left out since their recording is judged by too, among all others."""
    if n := n_heard_twice(found):
        reporter.warn(
            f"{n} {'track is of a recording' if n == 1 else 'tracks are of recordings'} that the "
            "corpus has in the split that is judged by too: left out, not learnt from"
        )


def say_recordings(found: Labelled, reporter: Reporter) -> None:
    """Where nothing says which files are of one recording: pieces of one may be on both sides."""
    if len(set(found.groups)) == len(found.tracks):
        reporter.say(
            "every file counts as a recording of its own; if some are pieces of one, say so in a "
            "column `recording` of a label file (menura prepare --labels)"
        )


def _about() -> dict[str, Any]:
    """What kept descriptors depend on besides the tracks."""
    return {
        "sample_rate": FMA_AXIS_HZ,
        "middle_s": HEARD_S,
        "menura": version("menura"),
        "librosa": version("librosa"),
    }
