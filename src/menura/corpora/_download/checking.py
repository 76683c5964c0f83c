"""Whether an archive is the one that was published."""

import hashlib
from pathlib import Path

from menura.corpora._download.catalogue import Checksum
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter

_PIECE = 1 << 22


def check(path: Path, checksum: Checksum, reporter: Reporter) -> None:
    """Compare the file's sum with the published one.

    Raises MenuraError when they differ; the file is deleted then, for going on with it would
    never mend it.
    """
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False)
    total, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            done += len(piece)
            reporter.progress(done, total, f"{path.name}: checking its {checksum.algorithm}")
    if digest.hexdigest() == checksum.digest:
        return
    path.unlink()
    raise MenuraError(
        f"{printable(str(path))}: its {checksum.algorithm} is {digest.hexdigest()}, not "
        f"{checksum.digest} as published by {checksum.by}; the file was deleted: try again"
    )
