"""What a worker process does: look at headers, and build one shard."""

import tempfile
from pathlib import Path
from typing import Any

from menura.audio import probe
from menura.foundation.atomic import replacing
from menura.prepared.crew import Announce, Payload
from menura.prepared.listening import Heard, UnusableError, listen, refusing
from menura.prepared.marks import mark_path, write_plain_json
from menura.prepared.shards import BYTES, shard_path


def probe_files(payload: Payload, announce: Announce) -> Payload:
    """Headers of some files: {"bytes": {id: stored size}, "dropped": {id: reason}}.

    payload: {"files": [[id, path], ...]}.
    """
    sizes: dict[str, int] = {}
    dropped: dict[str, str] = {}
    for identity, path in payload["files"]:
        if identity in payload["deadly"]:
            dropped[identity] = _deadly(payload, identity)
            continue
        announce(identity)
        try:
            with refusing():
                sizes[identity] = _stored_bytes(Path(path))
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

    payload: {"folder": where shards lie, "shard": number, "files": [[id, path], ...],
    "min_seconds": number}. Raises OSError when the shard cannot be written.
    """
    folder, number = Path(payload["folder"]), int(payload["shard"])
    kept: list[dict[str, Any]] = []
    dropped: dict[str, str] = {}
    path = shard_path(folder, number)
    # The scratch file lies beside the shard, because /tmp may be memory. It has no name that a
    # kill could leave behind.
    with (
        replacing(path) as temporary,
        temporary.open("wb") as out,
        tempfile.TemporaryFile(dir=folder) as spill,
    ):
        for identity, source in payload["files"]:
            if identity in payload["deadly"]:
                dropped[identity] = _deadly(payload, identity)
                continue
            announce(identity)
            offset = out.tell()
            try:
                heard = listen(Path(source), payload["min_seconds"], spill, out)
            except UnusableError as error:
                dropped[identity] = str(error)
            else:
                kept.append(_record(identity, offset, heard))
        size = out.tell()
    mark = {"bytes": size, "tracks": kept, "dropped": dropped}
    write_plain_json(mark_path(folder, number), mark)
    seconds = sum(track["n_samples"] / track["sample_rate"] for track in kept)
    return {"kept": len(kept), "dropped": len(dropped), "seconds": seconds}


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
    }


def _deadly(payload: Payload, identity: str) -> str:
    return f"the program that decodes it crashed ({payload['deadly'][identity]})"
