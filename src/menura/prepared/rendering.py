"""What a worker process does to bring one shard to a rate and number of channels."""

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from menura.audio import StreamResampler
from menura.foundation.atomic import replacing
from menura.prepared.crew import Announce, Payload
from menura.prepared.marks import mark_path, write_plain_json
from menura.prepared.shards import BYTES, ShardFile, Shards, shard_path, store

BLOCK_S = 10.0
# Resampling overshoots: a hard-clipped wave may pass its old peak by a few dB.
HEADROOM = 2.0


def render_shard(payload: Payload, announce: Announce) -> Payload:
    """Write one shard of a rendition and its mark.

    payload: {"source": folder of the corpus's shards, "folder": where this one goes, "shard":
    number, "sample_rate", "n_channels", "tracks": [{"id", "shard", "offset", "n_samples",
    "sample_rate", "n_channels", "scale"}, ...]}.
    """
    folder, number = Path(payload["folder"]), int(payload["shard"])
    shards = Shards(Path(payload["source"]))
    index: list[dict[str, Any]] = []
    with replacing(shard_path(folder, number)) as temporary, temporary.open("wb") as file:
        out = ShardFile(file)
        for track in payload["tracks"]:
            announce(track["id"])
            source = _Source(shards, track, payload["n_channels"])
            offset, scale = out.tell(), source.scale(payload["sample_rate"])
            _copy(source, payload["sample_rate"], scale, out)
            n_samples = (out.tell() - offset) // (payload["n_channels"] * BYTES)
            index.append({"offset": offset, "n_samples": n_samples, "scale": scale})
    shards.close()
    mark = {"bytes": out.tell(), "checksum": out.checksum(), "tracks": index}
    write_plain_json(mark_path(folder, number), mark)
    return {"tracks": len(index)}


class _Source:
    """A stored track, block by block, with the wanted number of channels."""

    def __init__(self, shards: Shards, track: dict[str, Any], n_channels: int):
        self._shards, self._track, self.n_channels = shards, track, n_channels
        self.sample_rate = int(track["sample_rate"])
        self._channel = self._only_channel()

    def scale(self, sample_rate: int) -> float:
        """The scale to store with: unchanged where the values stay the same, else with room."""
        same = self.sample_rate == sample_rate and self._track["n_channels"] <= self.n_channels
        return float(self._track["scale"]) * (1.0 if same else HEADROOM)

    def block(self, start: int, stop: int) -> Float32[np.ndarray, "channels time"]:
        samples = self._read(start, stop)
        if self._channel is not None:
            return samples[self._channel : self._channel + 1]
        if samples.shape[0] > self.n_channels:
            mixed: Float32[np.ndarray, "1 time"] = samples.mean(axis=0, keepdims=True)
            return mixed
        return np.repeat(samples, self.n_channels // samples.shape[0], axis=0)

    def ranges(self) -> list[tuple[int, int]]:
        n_samples, step = int(self._track["n_samples"]), round(BLOCK_S * self.sample_rate)
        return [(start, min(start + step, n_samples)) for start in range(0, n_samples, step)]

    def _only_channel(self) -> int | None:
        """The louder channel when a mono mix of the whole track would lose the sound."""
        if self._track["n_channels"] <= self.n_channels:
            return None
        energy, mixed = np.zeros(int(self._track["n_channels"])), 0.0
        for start, stop in self.ranges():
            samples = self._read(start, stop)
            energy += np.square(samples, dtype=np.float64).sum(axis=1)
            mixed += float(np.square(samples.mean(axis=0), dtype=np.float64).sum())
        return int(energy.argmax()) if mixed < 1e-6 * energy.max() else None

    def _read(self, start: int, stop: int) -> Float32[np.ndarray, "channels time"]:
        track = self._track
        shape = (int(track["n_channels"]), int(track["n_samples"]))
        return self._shards.read(
            int(track["shard"]), int(track["offset"]), shape, float(track["scale"]), start, stop
        )


def _copy(source: _Source, sample_rate: int, scale: float, out: ShardFile) -> None:
    if source.sample_rate == sample_rate:
        for start, stop in source.ranges():
            store(source.block(start, stop).T, scale, out)
        return
    resampler = StreamResampler(source.sample_rate, sample_rate, source.n_channels)
    for start, stop in source.ranges():
        store(resampler.push(source.block(start, stop)).T, scale, out)
    store(resampler.finish().T, scale, out)
