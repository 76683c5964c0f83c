"""download: a published dataset from its official address, checked before it is unpacked."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from menura import corpora
from menura.corpora._download import (
    Archive,
    DamagedArchiveError,
    Unpacked,
    amount,
    archive_named,
    check,
    fetch,
    unpack,
)
from menura.foundation import shipped
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.locking import alone
from menura.workflows.shipped_download import download_base


@dataclass(frozen=True)
class DownloadReport:
    """What `download` brought. folder: where it is; checksum: the published one that it passed,
    as "sha1:…", None where none is published; licence and citation of the corpus."""

    folder: str
    n_files: int
    n_bytes: int
    checksum: str | None
    licence: str
    citation: str


def download(
    corpus: str, out: Path, *, keep_archive: bool = False, reporter: Reporter | None = None
) -> DownloadReport:
    """Download the dataset `corpus` (fma-small, gtzan, nsynth-test, maestro-v3-midi, …) and unpack
    it into a folder of its own name in `out`; or the newest `base` that is published.

    Licence and citation are said first. What breaks off is gone on with by the next call. The
    archive is compared with its published checksum before it is unpacked; where none is
    published, that is said. keep_archive: leave the archive beside the folder.

    Raises UsageError for a name that there is not (listing those there are), and MenuraError, in
    one line with the mend, when the dataset is there already or cannot be fetched or unpacked.
    """
    reporter = reporter or Reporter()
    archive = None if corpus == shipped.BASE else archive_named(corpus)
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {printable(str(out))} is a file; name a folder")
    if archive is None:
        return _base(out, reporter)
    target = out / archive.folder
    if target.exists():
        raise MenuraError(
            f"{printable(str(target))} is there already; remove it, or choose another --out"
        )
    layout = corpora.load(archive.corpus)
    reporter.say(f"licence: {layout.licence}")
    reporter.say(f"please cite: {layout.citation}")
    reporter.say(f"{archive.name}: {archive.urls[0]} ({archive.size})")
    out.mkdir(parents=True, exist_ok=True)
    with alone(out, lambda: _busy(out)):
        done = _bring(archive, out / archive.file_name, target, reporter)
        if not keep_archive:
            (out / archive.file_name).unlink()
    reporter.say(f"{done.n_files} files, {amount(done.n_bytes)}")
    if archive.then:
        reporter.say(archive.then)
    passed = archive.checksum
    return DownloadReport(
        os.fspath(target),
        done.n_files,
        done.n_bytes,
        f"{passed.algorithm}:{passed.digest}" if passed else None,
        layout.licence,
        layout.citation,
    )


def _base(out: Path, reporter: Reporter) -> DownloadReport:
    """The shipped system, whose licence and sources are in its model card."""
    shipped.newest()  # refuses before a folder is made
    out.mkdir(parents=True, exist_ok=True)
    with alone(out, lambda: _busy(out)):
        folder = download_base(out, reporter)
    sizes = [file.stat().st_size for file in folder.iterdir()]
    return DownloadReport(os.fspath(folder), len(sizes), sum(sizes), None, "see README.md", "")


def _bring(archive: Archive, path: Path, target: Path, reporter: Reporter) -> Unpacked:
    """Fetch the archive to `path` unless it is there from before, check it and unpack it."""
    if path.exists():
        reporter.say(f"{archive.file_name} is there from before")
    else:
        fetch(archive.urls, path, reporter)
    if archive.checksum:
        check(path, archive.checksum, reporter)
    else:
        reporter.warn(
            f"no checksum is published for {archive.name}: only its length and its own inner "
            "checks were tested"
        )
    try:
        return unpack(path, target, reporter)
    except DamagedArchiveError:
        path.unlink()  # whoever starts again must not meet the same file
        raise


def _busy(out: Path) -> NoReturn:
    raise MenuraError(
        f"{printable(str(out))} is being written by another process; wait for it to end"
    )
