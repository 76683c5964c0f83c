"""Getting a dataset from where it is published: fetched, checked, unpacked."""

from menura.corpora._download.catalogue import Archive, Checksum, archive_named
from menura.corpora._download.checking import check
from menura.corpora._download.fetching import Patience, fetch
from menura.corpora._download.quantities import amount
from menura.corpora._download.unpacking import DamagedArchiveError, Limits, Unpacked, unpack

__all__ = [
    "Archive",
    "Checksum",
    "DamagedArchiveError",
    "Limits",
    "Patience",
    "Unpacked",
    "amount",
    "archive_named",
    "check",
    "fetch",
    "unpack",
]
