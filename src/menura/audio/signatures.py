"""What a file is by its first bytes: the suffix may lie."""

from menura.audio.mp3 import id3_bytes

NOT_AUDIO: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"PK\x03\x04", "a ZIP archive or a document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x00\x05\x16\x07", "macOS side data (AppleDouble), the sound is in the file without `._`"),
    (b"\x00\x05\x16\x00", "macOS side data (AppleSingle)"),
    (b"\x00\x00\x00\x01Bud1", "a macOS folder description (.DS_Store)"),
    (b"\xd0\xcf\x11\xe0", "a Windows document or thumbnail cache (OLE)"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"MThd", "notes (MIDI), which hold no sound"),
    (b"wOFF", "a font"),
    (b"\x00\x01\x00\x00\x00", "a font"),
)

# What libsndfile cannot read and ffmpeg can: only these are ever handed to ffmpeg.
FFMPEG: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "MP4/M4A"),
    (0, b"\x1aE\xdf\xa3", "WebM/Matroska"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "WMA/ASF"),
    (0, b"RIFF", "WAV"),
    (0, b"RIFX", "WAV"),
    (0, b"RF64", "WAV"),
    (0, b"FORM", "AIFF"),
    (0, b"caff", "CAF"),
    (0, b"OggS", "OGG"),
    (0, b"fLaC", "FLAC"),
    (0, b"ID3", "MP3"),
    (0, b"ADIF", "AAC"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"TTA1", "True Audio"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"#!AMR", "AMR"),
    (0, b"DSD ", "DSD"),
    (0, b"FRM8", "DSD"),
    (0, b"FLV\x01", "FLV"),
    (0, b"\x00\x00\x01\xba", "MPEG"),
    (0, b".RMF", "RealAudio"),
    (0, b"\x0bw", "AC-3"),
)


def not_audio(head: bytes, size: int) -> str | None:
    """The reason when the first bytes show that the file holds no sound, else None."""
    if size == 0:
        return "empty file"
    if head.startswith(b"version https://git-lfs.github.com/spec/"):
        return "not audio: the file is a Git LFS pointer, fetch it with `git lfs pull`"
    for magic, kind in NOT_AUDIO:
        if head.startswith(magic):
            return f"not audio: the file is {kind}"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "not audio: the file is a WebP picture"
    if head.startswith(b"ID3") and size <= 10 + id3_bytes(head):
        return "no audio: the file holds an ID3 tag and nothing after it"
    if not any(head) and size <= len(head):
        return "not audio: the file holds only zero bytes"
    return _text(head)


def for_ffmpeg(head: bytes) -> str | None:
    """The name of the format when it is one that ffmpeg is worth asking about, else None."""
    for offset, magic, name in FFMPEG:
        if head[offset : offset + len(magic)] == magic:
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "AAC"  # an ADTS frame: 12 sync bits, layer 0
    return None


def _text(head: bytes) -> str | None:
    if head.startswith((b"NIST_1A", b"#!AMR")):
        return None  # sound formats whose header is text
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "not audio: the file is a saved web page (HTML)"
    if start.startswith((b"<?xml", b"<svg", b"<error")):
        return "not audio: the file is XML text"
    if start.startswith((b"#extm3u", b"[playlist]")):
        return "not audio: the file is a playlist"
    if _is_utf16(head):
        return "not audio: the file is text"
    allowed = set(range(0x20, 0x100)) - {0x7F} | {0x09, 0x0A, 0x0C, 0x0D}
    if all(byte in allowed for byte in head) and _is_utf8(head):
        return "not audio: the file is text"
    return None


def _is_utf16(head: bytes) -> bool:
    """Whether a byte order mark and Latin letters of two bytes stand at the start."""
    letters = head[2:66]
    zeros = letters[1::2] if head.startswith(b"\xff\xfe") else letters[::2]
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) and len(zeros) > 1 and not any(zeros)


def _is_utf8(head: bytes) -> bool:
    """Whether the bytes are UTF-8, forgiving a character cut at the end."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) > 4
    return True
