"""Mp3 files that do not state their length.

libsndfile guesses the length of such a file from its first frame and stops there, so a file of
changing bit rate loses its end (or says it is longer than it is). Read as a stream, which has no
length to guess, it is decoded to the end.
"""

from pathlib import Path

LENGTH_TAGS = (b"Xing", b"Info", b"VBRI")
FIRST_FRAME_BYTES = 256  # holds every place where such a tag may stand


def lengthless_start(path: Path) -> int | None:
    """Where the first frame begins, in bytes, in an mp3 that does not state its length.

    None for every other file.
    """
    with path.open("rb") as file:
        start = 0
        while (head := file.read(10)).startswith(b"ID3") and len(head) == 10:
            start += 10 + id3_bytes(head)
            file.seek(start)
        file.seek(start)
        frame = file.read(FIRST_FRAME_BYTES)
    if not _is_frame(frame) or any(tag in frame for tag in LENGTH_TAGS):
        return None
    return start


def id3_bytes(head: bytes) -> int:
    """Length of an ID3v2 tag after its 10-byte header: 4 × 7 bits (ID3v2.3 §3.1)."""
    sizes = head[6:10]
    return sum((byte & 0x7F) << shift for byte, shift in zip(sizes, (21, 14, 7, 0), strict=False))


def _is_frame(frame: bytes) -> bool:
    """Whether an MPEG audio frame header (ISO 11172-3 §2.4.1.3) stands at the start."""
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return False
    version, layer = frame[1] >> 3 & 3, frame[1] >> 1 & 3
    bit_rate, rate = frame[2] >> 4, frame[2] >> 2 & 3
    return version != 1 and layer != 0 and bit_rate != 15 and rate != 3
