"""prepare: from any folder of sound to a prepared corpus, saying what was left out and why."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from menura import corpora
from menura.corpora import Corpus, Dropped
from menura.foundation.config import to_dict
from menura.foundation.errors import UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared import Outcome, Settings, build, engines
from menura.prepared.duplicates import POLICIES, Policy


@dataclass(frozen=True)
class PrepareReport:
    """What `prepare` did. out: the folder; kept: tracks; seconds: of sound kept (of notes, where
    there is no sound).

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
    append: bool = False,
    min_seconds: float = 0.5,
    held_out: float = 0.2,
    seed: int = 0,
    duplicates: str = "group",
    trim_silence_db: float | None = None,
    settings: Mapping[str, str] | None = None,
    engine: str = "local",
    address: str | None = None,
    reporter: Reporter | None = None,
) -> PrepareReport:
    """Bring the sound of `source` into the form that training reads, in the new folder `out`.

    corpus: name of the layout. labels: label file; None looks for one as the layout says. workers:
    processes; None takes one for each core there is. engine: "local", this machine, or "ray", the
    cluster at `address`, which sees both folders under the same names. resume: go on where an
    interrupted run stopped; the result is the same, byte for byte, on any engine. Of a corpus that
    is finished, what `verify` finds damaged is made again. append: add to the prepared corpus `out`
    instead of making one: what is there stays as it is, the new tracks of a recording that is there
    come to its side of the split, and where ids would meet the new ones begin with the name of the
    source; the report is of the whole. min_seconds: files this long or shorter are left out.
    held_out: share of the seconds that is kept for validation, by recording. seed: of the division.
    duplicates: files that hold the same recording (3 s of it or more, however they are encoded) are
    kept on one side of the division ("group"), left out when another has all of it ("drop"), or not
    looked for ("ignore"). trim_silence_db: level (dBFS) below which sound is cut off both ends, to
    0.1 s; None cuts nothing. settings: of the layout, e.g. {"pitch_max": "72"} for `nsynth`.

    Files that cannot be used are left out with a reason, in the report and on `reporter`.
    A folder prepared before from the same files (by names, sizes and labels) is used as it is;
    files whose time of last change is another than then are named in a warning, for they may
    have been edited. Raises UsageError for bad arguments and MenuraError when nothing can be
    used, or `out` is in the way, cannot be written, or is being prepared by another process.
    """
    layout = corpora.load(corpus, settings)
    facts = replace(
        _settings(corpus, layout, min_seconds, held_out, seed),
        duplicates=_policy(duplicates),
        trim_silence_db=_level(trim_silence_db),
    )
    _check_place(source, out)
    with engines.load(engine, workers, address) as crew:
        outcome = build(
            source,
            out,
            layout.find(source, labels),
            facts,
            engine=crew,
            resume=resume,
            reporter=reporter or Reporter(),
            append=append,
        )
    return _report(out, outcome)


def _report(out: Path, outcome: Outcome) -> PrepareReport:
    return PrepareReport(
        os.fspath(out),
        len(outcome.tracks),
        outcome.seconds,
        outcome.dropped,
        outcome.notes,
        outcome.splits(),
    )


def _settings(
    corpus: str, layout: Corpus, min_seconds: float, held_out: float, seed: int
) -> Settings:
    if not 0 <= min_seconds < float("inf"):
        raise UsageError(f"--min-seconds must be 0 or more, not {min_seconds}")
    if not 0 <= held_out < 1:
        raise UsageError(f"--held-out is a share from 0 to below 1, not {held_out}")
    plain = json.loads(json.dumps(to_dict(layout.config)))  # as a file gives it back
    return Settings(corpus, float(min_seconds), float(held_out), seed, plain)


def _policy(duplicates: str) -> Policy:
    for policy in POLICIES:
        if policy == duplicates:
            return policy
    raise UsageError(f"--duplicates is {', '.join(POLICIES)}, not {printable(duplicates)}")


def _level(trim_silence_db: float | None) -> float | None:
    if trim_silence_db is None:
        return None
    if not -120 <= trim_silence_db < 0:
        raise UsageError(
            f"--trim-silence-db is a level from -120 to below 0 (dBFS), not {trim_silence_db:g}"
        )
    return float(trim_silence_db)


def _check_place(source: Path, out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {printable(str(out))} is a file; name a new folder")
    if out.exists() and source.exists() and out.samefile(source):
        raise UsageError(f"--out {printable(str(out))} is the source itself; name a new folder")
