"""The plan of a preparation: which file goes into which shard, fixed before the first is built.

It is written before any shard, so that a run that was killed goes on exactly where it was, and
compared with the source when it does: a changed source gets a new plan.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from menura.corpora import Dropped, Found
from menura.foundation.config import from_dict
from menura.foundation.errors import UsageError
from menura.prepared.duplicates import Policy
from menura.prepared.marks import read_plain_json, write_plain_json
from menura.prepared.sources import SourceState

PLAN = "plan.json"
PLAN_FORMAT = "menura preparation plan"
PLAN_VERSION = 3
SHARD_BYTES = (4 << 20, 64 << 20)  # smallest and largest target of a shard
SHARDS_WANTED = 16  # of a corpus between those: a kill costs little, and workers share evenly


@dataclass(frozen=True)
class Settings:
    """What decides the content of a prepared corpus, beside its source.

    layout: the config of the corpus's layout, as plain JSON. duplicates: a policy of
    `prepared.duplicates`. trim_silence_db: what is quieter is cut off the ends; None cuts nothing.
    """

    corpus: str
    min_seconds: float
    held_out: float
    seed: int
    layout: dict[str, Any] = field(default_factory=dict)
    duplicates: Policy = "group"
    trim_silence_db: float | None = None


@dataclass(frozen=True)
class Plan:
    """shards: the ids of the tracks of each shard. dropped: what scanning and headers refused.

    source, listing: the two hashes of `SourceState`.
    """

    settings: Settings
    source: str
    listing: str
    shards: tuple[tuple[str, ...], ...]
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]
    format: str = PLAN_FORMAT
    version: int = PLAN_VERSION

    def write(self, folder: Path) -> None:
        """Keep it in the folder that is prepared into."""
        write_plain_json(folder / PLAN, asdict(self))


def is_plan(folder: Path) -> bool:
    """Whether `folder` has the plan of an unfinished preparation, of any version."""
    value = read_plain_json(folder / PLAN)
    return value is not None and value.get("format") == PLAN_FORMAT


def read_plan(folder: Path) -> Plan | None:
    """The plan in `folder`, or None when there is none that this version understands."""
    value = read_plain_json(folder / PLAN)
    if value is None or value.get("version") != PLAN_VERSION:
        return None
    try:
        return from_dict(Plan, value)
    except UsageError:
        return None


def make_plan(
    settings: Settings,
    found: Found,
    source: SourceState,
    sizes: Mapping[str, int],
    refused: Mapping[str, str],
) -> Plan:
    """Fill shards with the tracks in their order.

    sizes: id → bytes it will take, as its header says; refused: id → reason.
    """
    smallest, largest = SHARD_BYTES
    target = min(max(sum(sizes.values()) // SHARDS_WANTED, smallest), largest)
    shards: list[list[str]] = []
    room = 0
    for track in found.tracks:
        if track.id not in sizes:
            continue
        if not shards or sizes[track.id] > room:
            shards.append([])
            room = target
        shards[-1].append(track.id)
        room -= sizes[track.id]
    dropped = [*found.dropped, *(Dropped(identity, why) for identity, why in refused.items())]
    return Plan(
        settings,
        source.facts,
        source.listing,
        tuple(map(tuple, shards)),
        tuple(sorted(dropped, key=lambda item: (item.file, item.reason))),
        found.notes,
    )
