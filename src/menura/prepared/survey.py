"""What there is to know of one file's sound: levels, peaks, silence, faults and its digest."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int16
from xxhash import xxh3_128

from menura.audio import SoundInfo, mix
from menura.audio.fingerprint import mean_of
from menura.prepared.shards import FULL_SCALE
from menura.prepared.tracks import Spans
from menura.prepared.unusable import UnusableError

FRAME_S = 0.1  # levels are measured over this
SILENT_DB = -60.0
SILENT_SPAN_S = 0.5
OFFSET_REMOVED = 0.01  # a constant offset smaller than −40 dBFS is left as it is
PEAK_SAID_DB = 1.0  # decoded mp3 and ogg often pass full scale by less than this
CLIPPED_AT = 0.999
CLIPPED_SHARE = 0.001
_CANCELLING = 1e-6  # of the energy of the louder channel
_HUGE = 1e6  # squares of more are beyond 32-bit floats, or nearly
_FAR_FROM_ZERO = 0.1  # share of a constant in the power of a frame

Channels = Float32[np.ndarray, "channels time"] | Int16[np.ndarray, "channels time"]
Kept = Float32[np.ndarray, "kept time"]
Interleaved = Float32[np.ndarray, "time kept"] | Int16[np.ndarray, "time kept"]


@dataclass(frozen=True)
class Taken:
    """What of a block is kept: at most two channels.

    interleaved: as it is to be held; 16-bit values stay such. mean: of two channels. silent: all
    is zero.
    """

    channels: Kept
    interleaved: Interleaved
    mean: Float32[np.ndarray, " time"] | None
    silent: bool


class Survey:
    """Figures of a whole file, gathered block by block."""

    def __init__(self, info: SoundInfo):
        self.info = info
        self._mixed = info.n_channels > 2
        self.n_channels = min(info.n_channels, 2)
        self.n_samples = 0
        self.damages: list[str] = []  # what the decoder says of places it could not decode
        self._highest = np.full(self.n_channels, -np.inf)
        self._lowest = np.full(self.n_channels, np.inf)
        self._sum = np.zeros(self.n_channels)
        self._energy = np.zeros(self.n_channels)
        self._mono_energy = 0.0
        self._clipped = 0
        self._digest = xxh3_128(f"{info.sample_rate} {info.n_channels}".encode())
        self._frame = max(1, round(info.sample_rate * FRAME_S))
        self._rest = np.zeros((self.n_channels, 0), dtype=np.float32)
        self._levels: list[Float64[np.ndarray, " frames"]] = []
        self.first = self.stop = 0  # what is kept, once all is heard

    def take(self, block: Channels) -> Taken:
        """Add a block, of floats or of 16-bit values; what of it is kept.

        Raises UnusableError for values that are no numbers.
        """
        interleaved = held = np.ascontiguousarray(block.T)
        if interleaved.dtype == np.int16:
            interleaved = as_float(interleaved)
        self._digest.update(interleaved.data)
        channels = np.ascontiguousarray(interleaved.T)
        kept = channels
        if self._mixed:
            kept = np.ascontiguousarray(mix(channels, 2))
            held = np.ascontiguousarray(kept.T)
        if not kept.shape[1]:
            return Taken(kept, held, None, silent=True)
        highest, lowest = kept.max(axis=1), kept.min(axis=1)
        if self._mixed or not np.isfinite([highest, lowest]).all():
            self._refuse_holes(channels)
        loudest = max(float(highest.max()), -float(lowest.min()))
        self._highest = np.maximum(self._highest, highest)
        self._lowest = np.minimum(self._lowest, lowest)
        self.n_samples += kept.shape[1]
        mean = mean_of(kept) if self.n_channels == 2 and loudest < _HUGE else None
        self._measure(kept, loudest, mean)
        return Taken(kept, held, mean, silent=loudest == 0.0)

    def close(self) -> None:
        """No more blocks: measure the part of a frame that is left."""
        if self._rest.shape[1]:
            self._add_frames(self._rest[:, None, :])
        self.stop = self.n_samples

    def trim(self, trim_db: float, gain: float, min_seconds: float) -> None:
        """Keep only what lies between the first and the last frame above `trim_db`.

        Raises UnusableError when that is no longer than `min_seconds`.
        """
        loud = np.flatnonzero(np.concatenate(self._levels) * gain**2 > 10 ** (trim_db / 10))
        if not loud.size:
            return
        self.first = int(loud[0]) * self._frame
        self.stop = min(self.n_samples, (int(loud[-1]) + 1) * self._frame)
        kept_s = (self.stop - self.first) / self.info.sample_rate
        if kept_s <= min_seconds:
            raise UnusableError(
                f"too short: {kept_s:.3g} s without the silence at its ends, and files of "
                f"{min_seconds:g} s or less are left out (menura prepare --min-seconds)"
            )

    @property
    def content(self) -> str:
        """Digest of the decoded sound: it tells alike from unlike, no more."""
        return str(self._digest.hexdigest())

    @property
    def offset(self) -> Float64[np.ndarray, " channels"]:
        return self._sum / max(1, self.n_samples)

    @property
    def offset_to_remove(self) -> Float64[np.ndarray, " channels"]:
        """The constant offset of each channel, or zeros when it is too small to matter."""
        matters = np.abs(self.offset).max() >= OFFSET_REMOVED
        return self.offset if matters else np.zeros(self.n_channels)

    @property
    def peak(self) -> float:
        """The largest sample, once the offset is removed."""
        offset = self.offset_to_remove
        return max(float((self._highest - offset).max()), float((offset - self._lowest).max()))

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.info.sample_rate

    def refuse(self, min_seconds: float) -> None:
        """Raise UnusableError when there is nothing to learn from."""
        if self.n_samples == 0:
            raise UnusableError("no audio data")
        if self.duration_s <= min_seconds:
            raise UnusableError(
                f"too short: {self.duration_s:.3g} s, and files of {min_seconds:g} s or less are "
                "left out (menura prepare --min-seconds)"
            )
        loudest = _db(math.sqrt(float(np.concatenate(self._levels).max())))
        if loudest < SILENT_DB:
            offset = float(np.abs(self.offset).max())
            but = f" but for a constant offset of {offset:.2g}" if offset > 1e-3 else ""
            raise UnusableError(
                f"silent{but}"
                if loudest == -math.inf
                else f"silent{but}: nothing above {SILENT_DB:g} dBFS (loudest {loudest:.0f} dBFS)"
            )

    def silent_spans(self, gain: float) -> Spans:
        """Spans in seconds in which every frame is below the level of silence."""
        frames = slice(self.first // self._frame, -(-self.stop // self._frame))
        levels = np.concatenate(self._levels)[frames]
        quiet = levels * gain**2 < 10 ** (SILENT_DB / 10)
        kept_s = (self.stop - self.first) / self.info.sample_rate
        edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
        frame_s = self._frame / self.info.sample_rate
        spans = (
            (round(start * frame_s, 4), round(min(stop * frame_s, kept_s), 4))
            for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        )
        return tuple(span for span in spans if span[1] - span[0] >= SILENT_SPAN_S - 1e-3)

    def remarks(self, gain: float) -> list[str]:
        """What is odd, in words, when the samples are multiplied by `gain`."""
        said = []
        expected = self.info.n_samples
        if expected is not None and expected - self.n_samples > 0.05 * self.info.sample_rate:
            whole = expected / self.info.sample_rate
            said.append(f"truncated: {self.duration_s:.2f} s of {whole:.2f} s are there")
        elif self.damages:
            said.append(
                f"truncated or damaged: {self.duration_s:.2f} s are there ({self.damages[0]})"
            )
        offset = self.offset_to_remove
        if offset.any():
            said.append(f"constant offset of {offset[np.abs(offset).argmax()]:.2g} removed")
        if _db(self.peak) > PEAK_SAID_DB:
            said.append(f"peaks at {_db(self.peak):+.1f} dBFS, brought down to 0 dBFS")
        elif gain == 1.0 and self._clipped > CLIPPED_SHARE * self.n_samples * self.n_channels:
            share = 100 * self._clipped / (self.n_samples * self.n_channels)
            said.append(f"clipped: {share:.1f} % of its samples are at full scale")
        if self._mixed:
            said.append(f"{self.info.n_channels} channels mixed to 2")
        elif self.n_channels == 2 and self._mono_energy < _CANCELLING * self._energy.max():
            said.append("its two channels cancel in mono; mono systems use one of them")
        elif self.n_channels == 2 and self._energy.min() == 0:
            said.append("one of its two channels is silent")
        return said

    def _refuse_holes(self, block: Float32[np.ndarray, "channels time"]) -> None:
        finite = np.isfinite(block)
        if finite.all():
            return
        first = int((~finite).any(axis=0).argmax())
        what = "NaN" if np.isnan(block[:, first]).any() else "infinite values"
        seconds = (self.n_samples + first) / self.info.sample_rate
        raise UnusableError(f"contains {what} (first at {seconds:.2f} s)")

    def _measure(
        self, kept: Kept, loudest: float, mean: Float32[np.ndarray, " time"] | None
    ) -> None:
        if loudest >= CLIPPED_AT:
            self._clipped += int(np.count_nonzero(np.abs(kept) >= CLIPPED_AT))
        # 32 bits are enough for sums over a frame, but for absurd floats.
        values: Float[np.ndarray, "kept time"]
        values = kept if loudest < _HUGE else kept.astype(np.float64)
        if self.n_channels == 2:
            mono = mean_of(values) if mean is None else mean
            self._mono_energy += float(mono @ mono)
        if self._rest.shape[1]:
            values = np.concatenate([self._rest, values], axis=1)
        n_whole = values.shape[1] // self._frame * self._frame
        self._rest = values[:, n_whole:].copy()
        if n_whole:
            self._add_frames(values[:, :n_whole].reshape(self.n_channels, -1, self._frame))

    def _add_frames(self, framed: Float[np.ndarray, "channels frames time"]) -> None:
        n = framed.shape[2]
        sums = framed @ np.ones(n, framed.dtype)
        squares = (framed[:, :, None, :] @ framed[:, :, :, None])[:, :, 0, 0]
        means, powers = sums / np.float64(n), squares / np.float64(n)
        self._sum += sums.sum(axis=1, dtype=np.float64)
        self._energy += squares.sum(axis=1, dtype=np.float64)
        variances = powers - means**2
        if (means**2 > _FAR_FROM_ZERO * powers).any():  # the difference would be all rounding
            deviations = framed - means[:, :, None]
            variances = np.einsum("cft,cft->cf", deviations, deviations) / n
        self._levels.append(variances.max(axis=0))


def as_float(
    values: Int16[np.ndarray, "time channels"],
) -> Float32[np.ndarray, "time channels"]:
    """16-bit values as samples, full scale at ±1, without any rounding."""
    samples = values.astype(np.float32)
    samples *= np.float32(1 / FULL_SCALE)
    return samples


def _db(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf
