"""Whole shards on this machine, for worker processes that go through them from end to end."""

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.prepared.places import Remote
from menura.prepared.shards import checksum_of, shard_name, shard_path

FETCHED = ".fetched"  # folder of the copies, gone again when they have served
AT_ONCE = 16  # a shard is 64 MiB, or one long track: this is about 1 GiB of disk
_CONNECTIONS = 4


class HereShards:
    """Shards that lie in a folder of this machine already."""

    def __init__(self, folder: Path):
        self.folder = folder

    def rounds(self, numbers: Sequence[int]) -> list[Sequence[int]]:
        """`numbers` in the portions in which they can be here at once."""
        return [numbers]

    @contextmanager
    def here(self, numbers: Sequence[int], scratch: Path) -> Iterator[Path]:
        """The folder in which the shards `numbers` lie while the block runs."""
        yield self.folder


class RemoteSource(HereShards):
    """Shards behind a URL, copied into the scratch folder a few at a time and checked.

    checksums: of each shard, from the corpus's index.
    """

    def __init__(self, remote: Remote, folder: str, checksums: Sequence[str]):
        self._remote, self._name, self._checksums = remote, folder, tuple(checksums)

    def rounds(self, numbers: Sequence[int]) -> list[Sequence[int]]:
        return [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]

    @contextmanager
    def here(self, numbers: Sequence[int], scratch: Path) -> Iterator[Path]:
        """Raises MenuraError when a shard cannot be read or is not what the index says."""
        folder = scratch / FETCHED
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
        folder.mkdir()
        try:
            with ThreadPoolExecutor(_CONNECTIONS) as pool:
                list(pool.map(lambda number: self._fetch(number, folder), numbers))
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fetch(self, number: int, folder: Path) -> None:
        name, path = f"{self._name}/{shard_name(number)}", shard_path(folder, number)
        self._remote.fetch(name, path)
        if checksum_of(path) != self._checksums[number]:
            raise MenuraError(
                f"{printable(f'{self._remote}/{name}')} is damaged, or was on its way here; try "
                "again, and see what `menura verify` says"
            )
