"""`menura download base`: the version of the shipped system that was published last."""

import shutil
from pathlib import Path

from menura.corpora._download import amount, check, fetch
from menura.corpora._download.catalogue import Checksum
from menura.foundation import shipped
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter

PARTIAL = ".part"


def download_base(out: Path, reporter: Reporter) -> Path:
    """Fetch it into the folder `out`/base, which is there when all of its files have come and are
    what the manifest says. Stopped, the next call goes on. Raises MenuraError in a line.
    """
    version, target = shipped.newest(), out / shipped.BASE
    if target.exists():
        raise MenuraError(
            f"{printable(str(target))} is there already; remove it, or choose another --out"
        )
    partial = out / f"{shipped.BASE}-{version.name}{PARTIAL}"
    partial.mkdir(parents=True, exist_ok=True)
    reporter.say(f"{shipped.BASE} {version.name}: {version.url} ({amount(version.bytes)})")
    for name, digest in version.files.items():
        file = partial / name
        if file.parent != partial:
            raise MenuraError(f"{printable(name)}: is no name of a file; install Menura again")
        if not file.exists():
            fetch((f"{version.url}/{name}",), file, reporter)
        check(file, Checksum("sha256", digest, "this Menura"), reporter)
    for stray in partial.iterdir():
        if stray.name not in version.files:
            shutil.rmtree(stray) if stray.is_dir() else stray.unlink()
    partial.rename(target)
    reporter.say(
        f"to use it as {shipped.BASE}: export {shipped.VARIABLE}={printable(str(target.resolve()))}"
    )
    return target
