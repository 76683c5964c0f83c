"""Packs a trained base for shipping: half precision, model card, checksums, 40 MB at most.

  python base/pack.py --work work [--out src/menura/shipped/base]
  python base/pack.py --work work --codec [--out base/codec]

Takes WORK/run as train.py left it. The precision is the one that changes what it makes least,
measured. With --codec the codec alone is packed, for `train.py --codec`; the weights of base that
were trained over such a one are beside its file as it is. With --publish URL the version is also
entered in the manifest of those that can be downloaded: its files are then to be put below that
URL as they are.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from allowlist import Permitted, read_allowlist
from card import Facts, card, card_of_codec, made_of_codec
from commands import plainly, say
from learnt import heard
from menura.audio import Clip
from menura.foundation import shipped
from menura.foundation.atomic import write_json
from menura.foundation.config import to_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.models.contract import Codes, Generates
from menura.prepared import PreparedCorpus
from menura.systems import Description, TrainedSystem, load, save
from menura.training.carrying import METRICS, ROUND_TRIP, STAGES, its_own_db
from menura.workflows.train import CODEC
from train import MADE, MOST_BYTES, PERMITTED

HALVES = {"float16": torch.float16, "bfloat16": torch.bfloat16}
CHECKSUMS = "checksums.json"
CODEC_HOME = Path(__file__).parent / "codec"
HEARD_S = 4.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="folder with corpus and run")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--codec", action="store_true", help="the codec alone")
    parser.add_argument("--publish", metavar="URL", help="where its files will lie")
    parser.add_argument("--version", default="1", help="of what is published")
    options = parser.parse_args()
    out = options.out or (CODEC_HOME if options.codec else shipped.HOME / shipped.BASE)
    with plainly():
        if options.codec and options.publish:
            raise UsageError("--publish: base is published whole; leave --codec out")
        files = (pack_codec if options.codec else pack)(options.work, out)
        if options.publish:
            publish(out, options.version, options.publish)
    for name, size in files.items():
        say(f"{out / name}: {size / 1e6:.2f} MB")


def pack(work: Path, out: Path) -> dict[str, int]:
    """Write the folder; name → bytes of its files.

    Raises MenuraError for a run that is not finished or may not be shipped, or is too large: then
    what was in `out` stays as it was.
    """
    run, rows = work / "run", read_allowlist()
    system, made = _trained(run), _made(run)
    if "flow" not in made["steps"]:
        raise MenuraError(f"{run}: its flow is not trained; go on with base/train.py")
    system.description = _permitted(system.description, work, rows)
    clip = system.generate(1, min(HEARD_S, system.seconds), seed=0)[0]
    # A codec that was packed by itself is there in half precision already, a file that others may
    # share: it is taken as it is.
    codec = run / CODEC if made_of_codec(made) is not made else None

    def write(folder: Path) -> Facts:
        facts = _nearest(system, made, clip, folder.parent, codec)
        text = card(system, facts, rows)
        save(system, folder, kept_as=HALVES[facts.kept_as], card=text, codec=codec)
        stages = stages_of(made)
        stages[-1] |= _carried(run)
        write_json(folder / STAGES, stages)
        return facts

    return _packed(out, write)


def _carried(run: Path) -> dict[str, float]:
    """How its own music comes back through its codec, by which other music is judged."""
    value = its_own_db(run)
    return {} if value is None else {ROUND_TRIP: value}


def stages_of(made: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How long each stage learnt that is in the weights, the first one first. Of an earlier run
    that is its codec alone: a flow it may have had was left there."""
    before = stages_of(made["before"]) if made["before"] else []
    own = [
        {"stage": stage, "minutes": minutes, "steps": made["steps"][stage]}
        for stage, minutes in made["minutes"].items()
    ]
    return [one for one in before if one["stage"] == CODEC] + own


def pack_codec(work: Path, out: Path) -> dict[str, int]:
    """The same of the codec alone, with what train.py must know of it."""
    run, rows = work / "run", read_allowlist()
    system, made = load(run / CODEC), _made(run)
    if made_of_codec(made) is not made:
        raise MenuraError(f"{run / CODEC}: is packed already; it was taken as it is")
    assert isinstance(system, TrainedSystem), "codecs are of sound"
    assert isinstance(system.model, Codes)
    system.model.settle()
    system.description = _permitted(system.description, work, rows)
    clip = _held_out(system, work)

    def write(folder: Path) -> Facts:
        facts = _nearest(system, made, clip, folder.parent)
        text = card_of_codec(system, facts, rows)
        save(system, folder, kept_as=HALVES[facts.kept_as], card=text)
        shutil.copyfile(run / CODEC / METRICS, folder / METRICS)
        write_json(folder / MADE, made)
        return facts

    return _packed(out, write)


def _permitted(description: Description, work: Path, rows: Sequence[Permitted]) -> Description:
    """With the corpus by its name; raises MenuraError for one that may not be shipped."""
    prepared = PreparedCorpus.open(work / "corpus")
    heard(prepared, rows)
    provenance = description.provenance
    if prepared.fingerprint != provenance.data_fingerprint:
        raise MenuraError(f"{work}: has learnt from another corpus than {prepared.folder}")
    return replace(description, provenance=replace(provenance, data=PERMITTED))


def _held_out(system: TrainedSystem, work: Path) -> Clip:
    """The beginning of the first recording that nothing was learnt from, if there is one."""
    rate, n_channels = system.sample_rate, system.n_audio_channels
    rendition = PreparedCorpus.open(work / "corpus").rendition(rate, n_channels)
    first = (rendition.of_split("valid") or rendition.of_split("train"))[0]
    n_samples = min(rendition.tracks[first].n_samples, round(HEARD_S * rate))
    return Clip(np.array(rendition.read(first, 0, n_samples)), rate)


def _packed(out: Path, write: Callable[[Path], Facts]) -> dict[str, int]:
    """What `write` puts into a folder, with checksums, in place of `out`."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        folder = Path(scratch) / "packed"
        facts = write(folder)
        sizes = {file.name: file.stat().st_size for file in sorted(folder.iterdir())}
        if sum(sizes.values()) > MOST_BYTES:
            raise MenuraError(
                f"{out}: would have {sum(sizes.values()) / 1e6:.1f} MB, more than "
                f"{MOST_BYTES / 1e6:g}; train a smaller preset"
            )
        write_json(folder / CHECKSUMS, {name: _sha256(folder / name) for name in sizes})
        _put(folder, out)
    say(f"kept as {facts.precision()}")
    return sizes


def _nearest(
    system: TrainedSystem,
    made: Mapping[str, Any],
    clip: Clip,
    scratch: Path,
    codec: Path | None = None,
) -> Facts:
    """With the half precision that changes least, and by how many dB less each does than sound."""
    differences = {name: _difference(system, clip, scratch / name, name, codec) for name in HALVES}
    return Facts(made, max(differences, key=differences.__getitem__), differences)


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
    return made


def _difference(
    system: TrainedSystem, clip: Clip, folder: Path, name: str, codec: Path | None
) -> float:
    """Signal-to-noise ratio in dB of the clip sent through the halved system's codec and, where it
    makes music, of what it makes, beside the same of the whole one."""
    save(system, folder, kept_as=HALVES[name], codec=codec)
    halved = load(folder)
    assert isinstance(halved, TrainedSystem)
    whole, half = (_heard(one, clip) for one in (system, halved))
    shutil.rmtree(folder)
    noise = float(np.square(whole - half).mean())
    return 10 * float(np.log10(np.square(whole).mean() / max(noise, 1e-20)))


def _heard(system: TrainedSystem, clip: Clip) -> np.ndarray[Any, np.dtype[np.float32]]:
    back = system.round_trip(clip).samples
    if not isinstance(system.model, Generates):
        return back
    made = system.generate(1, clip.duration_s, seed=0)[0].samples
    return np.concatenate([back, made], axis=1)


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
