"""features: what every track of a corpus sounds like, in numbers, as one table."""

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from menura import corpora
from menura.corpora import Dropped
from menura.evaluation.descriptors.describing import WORK
from menura.evaluation.descriptors.frames import FMA_AXIS_HZ
from menura.evaluation.descriptors.kept import KeptRows, Result
from menura.evaluation.descriptors.table import require_parquet, write_csv, write_parquet
from menura.foundation.cores import n_cores
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus
from menura.prepared.crew import Crew, Payload
from menura.prepared.index import SHARDS
from menura.prepared.refusals import written_into
from menura.workflows.outputs import output_file
from menura.workflows.track_places import file_place, file_state, stored_place

RATES = (1000, 384000)
NAMED = 20  # tracks named one by one when several are left out or remarked on


@dataclass(frozen=True)
class FeaturesReport:
    """What `features` did. out: the file; tracks: its rows; seconds: of sound described.

    dropped: each track without a row, with the reason. notes: remarks on rows.
    """

    out: str
    tracks: int
    seconds: float
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """What is to be done with each track.

    states: track → what it is like now. payloads: track → what a worker is told of it; of those
    without one, rows that are there are kept.
    """

    states: dict[str, str]
    payloads: dict[str, Payload]
    dropped: tuple[Dropped, ...]


def features(
    corpus: Path | str,
    out: Path | str,
    *,
    sample_rate: int | None = None,
    workers: int | None = None,
    reporter: Reporter | None = None,
) -> FeaturesReport:
    """Write FMA's 518 descriptors of every track, and its tempo, to `out`.

    corpus: a prepared corpus, or a folder of sound. out: a .csv file with the three-row header of
    FMA's features.csv, or a .parquet file with columns such as "mfcc.mean.01". The last column is
    the tempo; the tracks are in the order of their ids.
    sample_rate: Hz to which every track is resampled; None takes each at its own, as FMA did.
    FMA's frequencies are true at 22,050 Hz only: see `menura.evaluation.descriptors.describe`.
    workers: processes; None takes one for each core that may be used.

    A run that was stopped goes on where it was when it is started again: until the table is
    there, its rows are kept beside it in OUT.unfinished. Tracks that cannot be described are left
    out with a reason, in the report and on `reporter`. Raises UsageError for bad arguments and
    MenuraError when no track can be described, or `out` cannot be written.
    """
    corpus, reporter = Path(corpus), reporter or Reporter()
    out = output_file(out, ["csv", "parquet"], [])
    _check(sample_rate, workers)
    parquet = out.suffix.lower() == ".parquet"
    if parquet:
        require_parquet()
    work = _work(corpus, sample_rate)
    kept = KeptRows(out.with_name(f"{out.name}.unfinished"), _about(sample_rate))
    name = f"--out {printable(str(out))}"
    with written_into(name, "choose another place", "start it again"):
        results = results_of(work, kept, workers or n_cores(), reporter)
        rows = {name: results[name]["values"] for name in work.states if "values" in results[name]}
        report = _report(out, work, results)
        if rows:
            (write_parquet if parquet else write_csv)(rows, out)
        kept.clear()
    if not rows:
        first = report.dropped[0]
        raise MenuraError(
            f"no track of {printable(str(corpus))} can be described "
            f"({printable(first.file)}: {first.reason})"
        )
    _say(report, Counter(results[name]["sample_rate"] for name in rows), sample_rate, reporter)
    return report


def _check(sample_rate: int | None, workers: int | None) -> None:
    if workers is not None and workers < 1:
        raise UsageError(f"--workers must be at least 1, not {workers}")
    if sample_rate is not None and not RATES[0] <= sample_rate <= RATES[1]:
        raise UsageError(f"--sample-rate {sample_rate} is outside {RATES[0]}…{RATES[1]} Hz")


def _about(sample_rate: int | None) -> dict[str, Any]:
    return {"sample_rate": sample_rate, "menura": version("menura"), "librosa": version("librosa")}


def _work(corpus: Path, sample_rate: int | None) -> Work:
    """What is to be described. Nothing is decoded here."""
    if PreparedCorpus.is_prepared(corpus):
        prepared = PreparedCorpus.open(corpus)
        shards = os.path.abspath(corpus / SHARDS)  # noqa: PTH100
        stored = sorted(
            (track for track in prepared.tracks if track.has_sound), key=lambda track: track.id
        )
        silent = [track.id for track in prepared.tracks if not track.has_sound]
        return Work(
            {track.id: track.content for track in stored},
            {
                track.id: _payload(track.id, sample_rate, stored_place(track, shards))
                for track in stored
            },
            tuple(Dropped(name, "notes without sound") for name in silent),
        )
    found = corpora.load("folder").find(corpus)
    tracks = sorted(found.tracks, key=lambda track: track.id)
    return Work(
        {track.id: file_state(track.path) for track in tracks},
        {track.id: _payload(track.id, sample_rate, file_place(track.path)) for track in tracks},
        found.dropped,
    )


def _payload(identity: str, sample_rate: int | None, place: Payload) -> Payload:
    return {"id": identity, "sample_rate": sample_rate, **place}


def results_of(
    work: Work,
    kept: KeptRows,
    n_workers: int,
    reporter: Reporter,
    *,
    function: str | None = None,
    doing: str = "describing tracks",
    done_before: str = "described",
) -> dict[str, Result]:
    """Track → its row or why it has none, from an earlier run or from workers.

    function: that does other work than describing, with other results; the rest says what it is.
    """
    results = kept.read(work.states)
    n_asked = len(work.payloads)
    wanted = [payload for name, payload in work.payloads.items() if name not in results]
    n_before, started = n_asked - len(wanted), time.monotonic()
    if n_before:
        reporter.say(f"{n_before} of {n_asked} tracks were {done_before} before")
    kept.begin(results, work.states)
    reporter.progress(n_before, n_asked, doing)
    with closing(Crew(function or WORK, n_workers).results(wanted)) as done:
        for count, (index, result) in enumerate(done, start=1):
            name = wanted[index]["id"]
            kept.add(name, work.states[name], result)
            results[name] = result
            left_s = (time.monotonic() - started) * (len(wanted) - count) / count
            reporter.progress(n_before + count, n_asked, f"{doing}, about {_time(left_s)} left")
    return results


def _report(out: Path, work: Work, results: Mapping[str, Result]) -> FeaturesReport:
    described = [result for result in results.values() if "values" in result]
    dropped = [
        Dropped(name, results[name]["dropped"])
        for name in work.states
        if "dropped" in results[name]
    ]
    return FeaturesReport(
        os.fspath(out),
        len(described),
        sum(result["seconds"] for result in described),
        tuple(sorted((*work.dropped, *dropped), key=lambda item: (item.file, item.reason))),
        tuple(_notes(work, results)),
    )


def _notes(work: Work, results: Mapping[str, Result]) -> Iterator[str]:
    for name in work.states:
        if notes := results[name].get("notes"):
            yield f"{printable(name)}: {'; '.join(notes)}"


def _say(
    report: FeaturesReport, rates: Mapping[int, int], sample_rate: int | None, reporter: Reporter
) -> None:
    for item in report.dropped[:NAMED]:
        reporter.warn(f"left out {printable(item.file)}: {item.reason}")
    if len(report.dropped) > NAMED:
        reporter.warn(f"left out {len(report.dropped) - NAMED} more (--json lists them)")
    for note in report.notes[:NAMED]:
        reporter.say(note)
    if len(report.notes) > NAMED:
        reporter.say(f"{len(report.notes) - NAMED} more such remarks (--json lists them)")
    others = sum(count for rate, count in rates.items() if (sample_rate or rate) != FMA_AXIS_HZ)
    if others:
        reporter.say(
            f"{others} of {report.tracks} tracks are not at {FMA_AXIS_HZ} Hz: as in FMA's table, "
            "their spectral_* columns and chroma_stft count frequencies as if they were "
            f"(--sample-rate {FMA_AXIS_HZ} makes them true)"
        )
    reporter.say(f"wrote {report.tracks} rows to {printable(report.out)}")


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
