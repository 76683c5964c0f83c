"""verify: is a prepared corpus what it was when it was written?"""

from dataclasses import dataclass
from pathlib import Path

from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.verifying import Damage, check

_TRACKS_NAMED = 5


@dataclass(frozen=True)
class VerifyReport:
    """What `verify` found. prepared: the folder or URL; bytes: of sound that were read.

    whole: whether nothing is damaged. notes: what is odd and harms nothing.
    """

    prepared: str
    whole: bool
    tracks: int
    shards: int
    bytes: int
    damages: tuple[Damage, ...]
    notes: tuple[str, ...]

    def lines(self) -> list[str]:
        """The same for people."""
        lines = [_line(damage) for damage in self.damages]
        parts = len({damage.part for damage in self.damages})
        verdict = "whole" if self.whole else f"damaged in {parts} part{'s' * (parts != 1)}"
        size = f"{self.tracks} tracks in {self.shards} shards, {self.bytes / 1e6:.1f} MB read"
        return [*lines, *self.notes, f"{printable(self.prepared)}: {verdict} ({size})"]


def verify(prepared: Path | str, *, reporter: Reporter | None = None) -> VerifyReport:
    """Read all of a prepared corpus (a folder, or a URL that fsspec knows) and compare it with
    its checksums, in bounded memory. Nothing is written.

    Renditions beside the shards are checked too. Raises MenuraError when `prepared` is no finished
    prepared corpus, is of another version, or cannot be reached.
    """
    found = check(prepared, reporter or Reporter())
    return VerifyReport(
        str(prepared),
        not found.damages,
        found.n_tracks,
        found.n_shards,
        found.n_bytes,
        tuple(found.damages),
        tuple(found.notes),
    )


def _line(damage: Damage) -> str:
    named = ", ".join(map(printable, damage.tracks[:_TRACKS_NAMED]))
    more = len(damage.tracks) - _TRACKS_NAMED
    held = f" (holds {named}{f' and {more} more' if more > 0 else ''})" if named else ""
    return f"{printable(damage.part)}: {damage.problem}{held}; {damage.mend}"
