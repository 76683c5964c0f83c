"""What can be downloaded: addresses and checksums as they are published.

FMA: the README of https://github.com/mdeff/fma prints the addresses and the SHA-1 sums. MAESTRO:
https://magenta.tensorflow.org/datasets/maestro prints the addresses and the SHA-256 sums of
v3.0.0. NSynth: https://magenta.tensorflow.org/datasets/nsynth prints addresses and no sums.
GTZAN: its author's address, which others report as gone, then the copy of the Marsyas project;
the sum is the one by which TensorFlow Datasets checks the file at the first address.
"""

from dataclasses import dataclass
from typing import Literal

from menura.foundation.errors import unknown_name

_FMA = "https://os.unil.cloud.switch.ch/fma"
_MAESTRO = "https://storage.googleapis.com/magentadata/datasets/maestro/v3.0.0"
_NSYNTH = "http://download.magenta.tensorflow.org/datasets/nsynth"
_GTZAN = (
    "http://opihi.cs.uvic.ca/sound/genres.tar.gz",
    "https://huggingface.co/datasets/marsyas/gtzan/resolve/main/data/genres.tar.gz",
)


@dataclass(frozen=True)
class Checksum:
    """algorithm and digest (hexadecimal) of an archive. by: who published it."""

    algorithm: Literal["sha1", "sha256"]
    digest: str
    by: str


@dataclass(frozen=True)
class Archive:
    """A file to download. corpus: the layout that reads it; urls: tried in this order.

    folder: what it unpacks to; size: as it is published, in words; checksum: None where none is
    published. then: what to do next, beside preparing it.
    """

    name: str
    corpus: str
    urls: tuple[str, ...]
    folder: str
    size: str
    checksum: Checksum | None = None
    then: str | None = None

    @property
    def file_name(self) -> str:
        """The archive's own name, by which it lies on the disk until it is unpacked."""
        return self.urls[0].rpartition("/")[2]


def archive_named(name: str) -> Archive:
    """The archive of that name. Raises UsageError, listing those there are."""
    known = {archive.name: archive for archive in ARCHIVES}
    if name not in known:
        raise unknown_name("download", name, list(known))
    return known[name]


def _fma(part: str, size: str, digest: str) -> Archive:
    then = "its labels are in fma-metadata: menura download fma-metadata, into the same folder"
    return Archive(
        f"fma-{part}",
        "fma",
        (f"{_FMA}/fma_{part}.zip",),
        f"fma_{part}",
        size,
        Checksum("sha1", digest, "FMA's README"),
        then if part != "metadata" else None,
    )


def _nsynth(part: str, size: str) -> Archive:
    url = f"{_NSYNTH}/nsynth-{part}.jsonwav.tar.gz"
    return Archive(f"nsynth-{part}", "nsynth", (url,), f"nsynth-{part}", size)


def _maestro(name: str, ending: str, size: str, digest: str) -> Archive:
    return Archive(
        name,
        "maestro",
        (f"{_MAESTRO}/maestro-v3.0.0{ending}.zip",),
        "maestro-v3.0.0",
        size,
        Checksum("sha256", digest, "MAESTRO's page"),
    )


ARCHIVES = (
    _fma("metadata", "342 MiB", "f0df49ffe5f2a6008d7dc83c6915b31835dfe733"),
    _fma("small", "7.2 GiB", "ade154f733639d52e35e32f5593efe5be76c6d70"),
    _fma("medium", "22 GiB", "c67b69ea232021025fca9231fc1c7c1a063ab50b"),
    _fma("large", "93 GiB", "497109f4dd721066b5ce5e5f250ec604dc78939e"),
    _fma("full", "879 GiB", "0f0ace23fbe9ba30ecb7e95f763e435ea802b8ab"),
    Archive(
        "gtzan",
        "gtzan",
        _GTZAN,
        "genres",
        "1.1 GiB",
        Checksum(
            "sha256",
            "24347e0223d2ba798e0a558c4c172d9d4a19c00bb7963fe055d183dadb4ef2c6",
            "TensorFlow Datasets",
        ),
    ),
    _nsynth("train", "289,205 notes"),
    _nsynth("valid", "12,678 notes"),
    _nsynth("test", "4,096 notes"),
    _maestro(
        "maestro-v3",
        "",
        "101 GB",
        "6680fea5be2339ea15091a249fbd70e49551246ddbd5ca50f1b2352c08c95291",
    ),
    _maestro(
        "maestro-v3-midi",
        "-midi",
        "56 MB",
        "70470ee253295c8d2c71e6d9d4a815189e35c89624b76d22fce5a019d5dde12c",
    ),
)
