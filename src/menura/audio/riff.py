"""The header of a RIFF wav file, read for what libsndfile does not tell.

libsndfile silently corrects a data size that is larger than the file, so a cut recording looks
whole; and its messages for broken headers name no cause.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
# Sizes that recorders and pipes write when they do not know the size: 0, and the largest ones.
UNKNOWN_SIZE = 0x7FFFFF00
MOST_CHUNKS = 1000


@dataclass(frozen=True)
class RiffHeader:
    """What the chunks say; None for a chunk that is not there.

    data_bytes: as claimed. present_bytes: bytes of the file after the data chunk's header.
    """

    codec: int | None
    n_channels: int
    sample_rate: int
    bits: int
    data_bytes: int | None
    present_bytes: int

    @property
    def claimed_samples(self) -> int | None:
        """Samples per channel by the data size; None where coding or size do not say."""
        if self.codec not in (PCM, FLOAT, EXTENSIBLE) or self.data_bytes is None:
            return None
        width = self.n_channels * (self.bits // 8)
        if not width or not 0 < self.data_bytes < UNKNOWN_SIZE:
            return None
        return self.data_bytes // width


def read_header(path: Path, size: int) -> RiffHeader:
    """Walk the chunks of a RIFF file. Reads a few hundred bytes, whatever the sizes claim."""
    codec, n_channels, sample_rate, bits = None, 0, 0, 0
    with path.open("rb") as file:
        file.seek(12)
        for _ in range(MOST_CHUNKS):
            header = file.read(8)
            if len(header) < 8:
                break
            name, length = header[:4], struct.unpack("<I", header[4:])[0]
            if name == b"data":
                present = size - file.tell()
                return RiffHeader(codec, n_channels, sample_rate, bits, length, present)
            start = file.tell()
            if name == b"fmt ":
                fields = file.read(16)
                if len(fields) == 16:
                    codec, n_channels, sample_rate, _, _, bits = struct.unpack("<HHIIHH", fields)
            file.seek(start + length + length % 2)
    return RiffHeader(codec, n_channels, sample_rate, bits, None, 0)
