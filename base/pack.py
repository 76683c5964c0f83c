"""Packs a trained base for shipping: half precision, model card, checksums, 40 MB at most.

  python base/pack.py --work work [--out src/menura/shipped/base]

Takes WORK/run as train.py left it. The precision is the one that changes what it makes least,
measured. With --publish URL the version is also entered in the manifest of those that can be
downloaded: its files are then to be put below that URL as they are.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from allowlist import read_allowlist
from card import Facts, card
from commands import plainly, say
from learnt import heard
from menura.audio import Clip
from menura.foundation import shipped
from menura.foundation.atomic import write_json
from menura.foundation.config import to_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.prepared import PreparedCorpus
from menura.systems import TrainedSystem, load, save
from train import MADE, MOST_BYTES

HALVES = {"float16": torch.float16, "bfloat16": torch.bfloat16}
CHECKSUMS = "checksums.json"
HEARD_S = 4.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder with corpus and run")
    parser.add_argument("--out", type=Path, default=shipped.HOME / shipped.BASE)
    parser.add_argument("--publish", metavar="URL", help="where its files will lie")
    parser.add_argument("--version", default="1", help="of what is published")
    options = parser.parse_args()
    with plainly():
        files = pack(options.work, options.out)
        if options.publish:
            publish(options.out, options.version, options.publish)
    for name, size in files.items():
        say(f"{options.out / name}: {size / 1e6:.2f} MB")


def pack(work: Path, out: Path) -> dict[str, int]:
    """Write the folder; name → bytes of its files.

    Raises MenuraError for a run that is not finished or may not be shipped, or is too large: then
    what was in `out` stays as it was.
    """
    run, system, made = work / "run", _trained(work / "run"), _made(work / "run")
    rows = read_allowlist()
    prepared = PreparedCorpus.open(work / "corpus")
    heard(prepared, rows)
    if prepared.fingerprint != system.description.provenance.data_fingerprint:
        raise MenuraError(f"{run}: has learnt from another corpus than {prepared.folder}")
    system.description = replace(
        system.description, provenance=replace(system.description.provenance, data="base material")
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        folder, differences = Path(scratch) / "packed", dict[str, float]()
        for name in HALVES:
            differences[name] = _difference(system, Path(scratch) / name, name)
        best = max(differences, key=differences.__getitem__)
        facts = Facts(made, best, differences)
        save(system, folder, kept_as=HALVES[best], card=card(system, facts, rows))
        sizes = {file.name: file.stat().st_size for file in sorted(folder.iterdir())}
        if sum(sizes.values()) > MOST_BYTES:
            raise MenuraError(
                f"{out}: would have {sum(sizes.values()) / 1e6:.1f} MB, more than "
                f"{MOST_BYTES / 1e6:g}; train a smaller preset"
            )
        write_json(folder / CHECKSUMS, {name: _sha256(folder / name) for name in sizes})
        _put(folder, out)
    said = ", ".join(f"{name} {value:.1f} dB" for name, value in differences.items())
    say(f"kept as {best}; noise beside the whole numbers: {said}")
    return sizes


def publish(folder: Path, version: str, url: str) -> None:
    """Enter a packed folder in the manifest. Raises UsageError for a version that is there."""
    manifest = shipped.read_manifest()
    if any(one.name == version for one in manifest.versions):
        raise UsageError(f"--version {version}: is published already; give the next one")
    files = json.loads((folder / CHECKSUMS).read_text(encoding="utf-8"))
    size = sum((folder / name).stat().st_size for name in files)
    entry = shipped.Version(version, url.rstrip("/"), files, size)
    write_json(
        shipped.HOME / shipped.MANIFEST,
        to_dict(replace(manifest, versions=(*manifest.versions, entry))),
    )


def _trained(run: Path) -> TrainedSystem:
    system = load(run)
    if not isinstance(system, TrainedSystem) or not system.has_codec:
        raise MenuraError(f"{run}: is no system of sound over a codec; train it by base/train.py")
    return system


def _made(run: Path) -> dict[str, Any]:
    try:
        made: dict[str, Any] = json.loads((run / MADE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise MenuraError(f"{run}: has no {MADE}; end its training by base/train.py") from None
    if "flow" not in made["steps"]:
        raise MenuraError(f"{run}: its flow is not trained; go on with base/train.py")
    return made


def _difference(system: TrainedSystem, folder: Path, name: str) -> float:
    """Signal-to-noise ratio in dB of a clip that the halved system makes, sent through its codec
    again, beside the same of the whole one."""
    save(system, folder, kept_as=HALVES[name])
    halved = load(folder)
    assert isinstance(halved, TrainedSystem)
    seconds = min(HEARD_S, system.seconds)
    clip = system.generate(1, seconds, seed=0)[0]
    whole, half = (_heard(one, clip) for one in (system, halved))
    shutil.rmtree(folder)
    noise = float(np.square(whole - half).mean())
    return 10 * float(np.log10(np.square(whole).mean() / max(noise, 1e-20)))


def _heard(system: TrainedSystem, clip: Clip) -> np.ndarray[Any, np.dtype[np.float32]]:
    made = system.generate(1, clip.duration_s, seed=0)[0].samples
    return np.concatenate([system.round_trip(clip).samples, made], axis=1)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _put(folder: Path, out: Path) -> None:
    """In place of what is there: moved away first, so that a folder is never half of two."""
    before = folder.parent / "before"
    if out.exists():
        out.rename(before)
    folder.rename(out)


if __name__ == "__main__":
    main()
