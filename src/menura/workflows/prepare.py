"""prepare: from any folder of sound to a prepared corpus, saying what was left out and why."""

import os
from dataclasses import dataclass
from pathlib import Path

from menura import corpora
from menura.corpora import Dropped
from menura.foundation.cores import n_cores
from menura.foundation.errors import UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared import Settings, build


@dataclass(frozen=True)
class PrepareReport:
    """What `prepare` did. out: the folder; kept: tracks; seconds: of sound kept.

    dropped: each file left out, with the reason. splits: split → tracks.
    """

    out: str
    kept: int
    seconds: float
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]
    splits: dict[str, int]


def prepare(
    source: Path,
    out: Path,
    *,
    corpus: str = "folder",
    labels: Path | None = None,
    workers: int | None = None,
    resume: bool = False,
    min_seconds: float = 0.5,
    held_out: float = 0.2,
    seed: int = 0,
    reporter: Reporter | None = None,
) -> PrepareReport:
    """Bring the sound of `source` into the form that training reads, in the new folder `out`.

    corpus: name of the layout. labels: label file; None looks for one as the layout says.
    workers: processes; None takes one for each core that may be used. resume: go on where an
    interrupted run stopped; the result is the same, byte for byte. min_seconds: files this long
    or shorter are left out. held_out: share of the seconds that is kept for validation, by
    recording. seed: of the division.

    Files that cannot be used are left out with a reason, in the report and on `reporter`.
    A folder prepared before from the same files (by names, sizes and labels) is used as it is;
    files whose time of last change is another than then are named in a warning, for they may
    have been edited. Raises UsageError for bad arguments and MenuraError when nothing can be
    used, or `out` is in the way, cannot be written, or is being prepared by another process.
    """
    settings = _settings(corpus, min_seconds, held_out, seed)
    if workers is not None and workers < 1:
        raise UsageError(f"--workers must be at least 1, not {workers}")
    _check_place(source, out)
    outcome = build(
        source,
        out,
        corpora.load(corpus).find(source, labels),
        settings,
        n_workers=workers or n_cores(),
        resume=resume,
        reporter=reporter or Reporter(),
    )
    return PrepareReport(
        os.fspath(out),
        len(outcome.tracks),
        outcome.seconds,
        outcome.dropped,
        outcome.notes,
        outcome.splits(),
    )


def _settings(corpus: str, min_seconds: float, held_out: float, seed: int) -> Settings:
    if not 0 <= min_seconds < float("inf"):
        raise UsageError(f"--min-seconds must be 0 or more, not {min_seconds}")
    if not 0 <= held_out < 1:
        raise UsageError(f"--held-out is a share from 0 to below 1, not {held_out}")
    return Settings(corpus, float(min_seconds), float(held_out), seed)


def _check_place(source: Path, out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {printable(str(out))} is a file; name a new folder")
    if out.exists() and source.exists() and out.samefile(source):
        raise UsageError(f"--out {printable(str(out))} is the source itself; name a new folder")
