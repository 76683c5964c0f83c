"""Shards behind a URL, read a range at a time through a small cache."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from menura.prepared.places import Remote
from menura.prepared.shards import StoredSound, shard_name

BLOCK_BYTES = 1 << 20
MOST_BLOCKS = 64  # 64 MiB of memory at most


class RemoteShards(StoredSound):
    """The shards in a folder behind a URL.

    They are read in blocks of 1 MiB; the 64 used last are kept in memory, nothing on disk.
    sizes: bytes of each shard, from the corpus's index.
    """

    def __init__(self, remote: Remote, folder: str, sizes: Sequence[int]):
        self._remote, self._folder, self._sizes = remote, folder, tuple(sizes)
        self._blocks: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def read_bytes(self, number: int, offset: int, count: int) -> bytes:
        stop = offset + count
        numbers = range(offset // BLOCK_BYTES, -(-stop // BLOCK_BYTES))
        joined = b"".join(self._block(number, block) for block in numbers)
        first = numbers.start * BLOCK_BYTES
        return joined[offset - first : stop - first]

    def _block(self, number: int, block: int) -> bytes:
        key = (number, block)
        with self._lock:
            if key in self._blocks:
                self._blocks.move_to_end(key)
                return self._blocks[key]
        size = self._sizes[number]
        start, stop = block * BLOCK_BYTES, min((block + 1) * BLOCK_BYTES, size)
        data = self._remote.read_range(f"{self._folder}/{shard_name(number)}", start, stop, size)
        with self._lock:
            self._blocks[key] = data
            while len(self._blocks) > MOST_BLOCKS:
                self._blocks.popitem(last=False)
        return data
