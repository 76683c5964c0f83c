"""What came of a preparation, told to people and programs: each file kept or left out, and why."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from menura.corpora import Dropped
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.marks import read_plain_json
from menura.prepared.tracks import PreparedTrack

REPORT, REPORT_TEXT = "report.json", "report.txt"
_DROPPED_SAID = 200
_NOTES_SAID = 50


@dataclass(frozen=True)
class Outcome:
    """What came of a preparation. notes: "file: remark" lines and remarks on the whole."""

    tracks: tuple[PreparedTrack, ...]
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """Of sound kept."""
        return sum(track.duration_s for track in self.tracks)

    def splits(self) -> dict[str, int]:
        """Split → number of tracks."""
        counts = Counter(track.split for track in self.tracks)
        return {split: counts[split] for split in ("train", "valid", "test") if counts[split]}

    def summary(self) -> str:
        """One line: how much was kept, how it is divided, how much was left out."""
        splits = ", ".join(f"{count} {split}" for split, count in self.splits().items())
        kept, left = len(self.tracks), len(self.dropped)
        return (
            f"{kept} file{'s' * (kept != 1)} kept ({self.seconds / 60:.1f} min: {splits}), "
            f"{left} left out"
        )


def report(outcome: Outcome) -> dict[str, Any]:
    """Every file that was kept or left out, with the reason, as plain JSON."""
    kept = [
        {
            "file": track.id,
            "seconds": round(track.duration_s, 3),
            "split": track.split,
            "group": track.group,
            "labels": track.labels,
        }
        for track in outcome.tracks
    ]
    return {
        "kept": kept,
        "dropped": [asdict(item) for item in outcome.dropped],
        "notes": list(outcome.notes),
    }


def read_report(folder: Path, tracks: tuple[PreparedTrack, ...]) -> Outcome:
    """The outcome of a preparation that was finished in `folder`."""
    said = read_plain_json(folder / REPORT) or {}
    dropped = tuple(Dropped(**item) for item in said.get("dropped", ()))
    return Outcome(tracks, dropped, tuple(said.get("notes", ())))


def report_text(source: str, outcome: Outcome) -> str:
    """The same for people, one line a file. source: its name, or the names of several."""
    sections = [
        f"Prepared from {printable(source)}: {outcome.summary()}",
        *_section("Left out", [f"{printable(d.file)}: {d.reason}" for d in outcome.dropped]),
        *_section("Notes", list(outcome.notes)),
        *_section(
            "Kept",
            [
                f"{printable(track.id)}: {track.duration_s:.2f} s, {track.split}"
                + "".join(f", {kind} {value}" for kind, value in sorted(track.labels.items()))
                for track in outcome.tracks
            ],
        ),
    ]
    return "\n".join(sections) + "\n"


def say_dropped(outcome: Outcome, reporter: Reporter) -> None:
    """Name what was left out, with the reasons."""
    for item in outcome.dropped[:_DROPPED_SAID]:
        reporter.say(f"left out {printable(item.file)}: {item.reason}")
    if len(outcome.dropped) > _DROPPED_SAID:
        reporter.say(f"… and {len(outcome.dropped) - _DROPPED_SAID} more, all in the report")


def say_kept(folder: Path, outcome: Outcome, reporter: Reporter) -> None:
    """Say what is odd, what was kept, and where all of it is listed."""
    for note in outcome.notes[:_NOTES_SAID]:
        reporter.say(f"note: {note}")
    if len(outcome.notes) > _NOTES_SAID:
        reporter.say(f"… and {len(outcome.notes) - _NOTES_SAID} more notes, all in the report")
    if outcome.notes and outcome.notes[-1].startswith("nothing is held out"):
        reporter.warn(outcome.notes[-1])
    listed = printable(str(folder / REPORT_TEXT))
    reporter.say(f"{outcome.summary()}; every file is listed in {listed}")


def nothing_usable(source: Path, outcome: Outcome) -> MenuraError:
    """The error when no file can be used, with the first reasons."""
    first = "; ".join(f"{printable(item.file)}: {item.reason}" for item in outcome.dropped[:3])
    more = f"; and {len(outcome.dropped) - 3} more" if len(outcome.dropped) > 3 else ""
    return MenuraError(f"no file in {printable(str(source))} can be used ({first}{more})")


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title} ({len(lines)})", *(f"  {line}" for line in lines)] if lines else []
