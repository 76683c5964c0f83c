"""Repair: shards of a finished corpus that were damaged, made again from the source."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.index import SHARDS, ShardFacts
from menura.prepared.shards import checksum_of, shard_name, shard_path

REPAIR = "repair"  # folder in which shards are made before they take the place of damaged ones


def damaged_shards(
    folder: Path, facts: Sequence[ShardFacts], numbers: range, reporter: Reporter
) -> list[int]:
    """Those of the shards `numbers` that are not as they were written. All of them are read."""
    wrong = []
    for done, number in enumerate(numbers):
        reporter.progress(done, len(numbers), "checking what is there")
        path = shard_path(folder / SHARDS, number)
        whole = path.is_file() and path.stat().st_size == facts[number].bytes
        if not whole or checksum_of(path) != facts[number].checksum:
            wrong.append(number)
    return wrong


def make_again(
    folder: Path,
    facts: Sequence[ShardFacts],
    numbers: Sequence[int],
    make: Callable[[Path], None],
) -> None:
    """Replace the shards `numbers` of the corpus in `folder`.

    make: writes them into a folder, by the same numbers. Raises MenuraError when what it makes is
    not what was there: the source has changed. Nothing is replaced then.
    """
    scratch = folder / REPAIR
    shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
    scratch.mkdir()
    try:
        make(scratch)
        for number in numbers:
            if checksum_of(shard_path(scratch, number)) != facts[number].checksum:
                raise MenuraError(
                    f"{printable(str(folder))}: {SHARDS}/{shard_name(number)} is damaged and "
                    "cannot be made again: the sound in the source is not what it was; delete the "
                    "prepared corpus and prepare again"
                )
        for number in numbers:
            shard_path(scratch, number).replace(shard_path(folder / SHARDS, number))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
