"""What a worker process does: look at headers, and build one shard."""

import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from menura.audio import probe
from menura.foundation.atomic import replacing
from menura.foundation.printable import printable
from menura.prepared.crew import Announce, Payload
from menura.prepared.listening import Heard, listen
from menura.prepared.marks import mark_path, write_plain_json
from menura.prepared.score_keeping import keep_notes, keep_score
from menura.prepared.shards import BYTES, ShardFile, shard_path
from menura.prepared.tracks import seconds_of
from menura.prepared.unusable import UnusableError, refusing


def probe_files(payload: Payload, announce: Announce) -> Payload:
    """Headers of some files: {"bytes": {id: stored size}, "dropped": {id: reason}}.

    payload: {"files": [[id, path, path of its score or null], ...]}.
    """
    sizes: dict[str, int] = {}
    dropped: dict[str, str] = {}
    for identity, path, score in payload["files"]:
        if identity in payload["deadly"]:
            dropped[identity] = _deadly(payload, identity)
            continue
        announce(identity)
        try:
            with refusing():
                notes_alone = score == path
                sizes[identity] = (
                    Path(path).stat().st_size if notes_alone else _stored_bytes(Path(path))
                )
        except UnusableError as error:
            dropped[identity] = str(error)
    return {"bytes": sizes, "dropped": dropped}


def _stored_bytes(path: Path) -> int:
    """How much room the sound takes in a shard, as far as its header tells."""
    info = probe(path)
    if info.n_samples is None:  # the size of the file is a fair guess
        return path.stat().st_size
    return info.n_samples * min(info.n_channels, 2) * BYTES


def build_shard(payload: Payload, announce: Announce) -> Payload:
    """Decode the files of one shard, write it and its mark; the result is a short summary.

    payload: {"folder": where shards lie, "shard": number, "files": [[id, path, path of
    its score or null], ...], "min_seconds": number, "trim_silence_db": number or null,
    "fingerprinted": whether}. Raises OSError when the shard cannot be written.
    """
    folder, number = Path(payload["folder"]), int(payload["shard"])
    kept: list[dict[str, Any]] = []
    dropped: dict[str, str] = {}
    path = shard_path(folder, number)
    # The scratch file lies beside the shard, because /tmp may be memory. It has no name that a
    # kill could leave behind.
    with (
        replacing(path) as temporary,
        temporary.open("wb") as file,
        tempfile.TemporaryFile(dir=folder) as spill,
    ):
        out = ShardFile(file)
        for identity, source, score in payload["files"]:
            if identity in payload["deadly"]:
                dropped[identity] = _deadly(payload, identity)
                continue
            announce(identity)
            offset = out.tell()
            try:
                if score == source:
                    entry = keep_notes(Path(score), payload["min_seconds"], out)
                    kept.append({"id": identity, **entry})
                    continue
                heard = _heard(payload, source, score, spill, out)
            except UnusableError as error:
                dropped[identity] = str(error)
            else:
                kept.append(_with_score(_record(identity, offset, heard), score, out))
    mark = {"bytes": out.tell(), "checksum": out.checksum(), "tracks": kept, "dropped": dropped}
    write_plain_json(mark_path(folder, number), mark)
    seconds = sum(seconds_of(t["n_samples"], t["sample_rate"], t["score_s"]) for t in kept)
    return {"kept": len(kept), "dropped": len(dropped), "seconds": seconds}


def _heard(
    payload: Payload, source: str, score: str | None, spill: BinaryIO, out: ShardFile
) -> Heard:
    return listen(
        Path(source),
        payload["min_seconds"],
        spill,
        out,
        # Notes begin when the whole sound does.
        trim_db=payload["trim_silence_db"] if score is None else None,
        fingerprinted=payload["fingerprinted"],
    )


def _record(identity: str, offset: int, heard: Heard) -> dict[str, Any]:
    return {
        "id": identity,
        "offset": offset,
        "n_samples": heard.n_samples,
        "sample_rate": heard.sample_rate,
        "n_channels": heard.n_channels,
        "scale": heard.scale,
        "silent": heard.silent,
        "content": heard.content,
        "notes": heard.notes,
        "cut_s": heard.cut_s,
        "words": heard.words,
        "score": None,
        "score_s": None,
    }


def _with_score(entry: dict[str, Any], score: str | None, out: ShardFile) -> dict[str, Any]:
    """The entry of a sound with its score, which is appended to `out`; with a note where that
    cannot be read."""
    if score is None:
        return entry
    try:
        return entry | keep_score(Path(score), out)
    except UnusableError as error:
        note = f"its score ({printable(Path(score).name)}) is left out: {error}"
        return entry | {"notes": (*entry["notes"], note)}


def _deadly(payload: Payload, identity: str) -> str:
    return f"the program that decodes it crashed ({payload['deadly'][identity]})"
