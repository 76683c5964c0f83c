"""Stretches of sound as pictures of magnitude and phase, one picture a frame (BiLSTM report)."""

from dataclasses import dataclass
from math import log
from typing import Any, Literal

import torch
from jaxtyping import Float32
from torch import Tensor
from torch.nn import functional as F

from menura.audio import Axis
from menura.representations._framed import (
    Spectrum,
    cartesian,
    floor_size,
    framed_stft,
    polar,
    sizes_of_logs,
    whole_istft,
)
from menura.representations._normaliser import Bounds, Normaliser
from menura.representations._phase import recover
from menura.representations.contract import Frames, Mono, MonoFrames, Promise, Representation, Spec

Stretches = Float32[Tensor, "images time"]
Drawn = Float32[Tensor, "images features"]
BLOCK_COLUMNS = 8192  # transformed at a time: some 100 MB


@dataclass(frozen=True)
class SpectrogramImagesConfig:
    """Geometry: columns are STFT frames as librosa names them, without the Nyquist bin.

    n_columns: of an image, the last n_padding of which are silent and say nothing.
    decode: "joined" puts the columns of all images after each other, without the padding, and
        inverts once; "per-image" inverts each image by itself and puts the sounds after each
        other. Which images a sound makes goes by it too; see the class.
    phase: "kept" is the second layer of an image. "found": images have magnitudes alone, and the
        phase is found from them by phase-gradient heap integration and n_iter rounds of fast
        Griffin-Lim. Phases turn at random, so that a model which predicts the mean of what may
        come has nothing to learn of them.
    floor_db: below it a bin is silent and its phase 0; 0 is a full-scale sine.
    normalisation, bounds: how magnitudes are scaled; bounds are for "range".
    """

    n_fft: int = 1024
    hop_length: int = 256
    n_columns: int = 256
    n_padding: int = 9
    decode: Literal["joined", "per-image"] = "joined"
    phase: Literal["kept", "found"] = "kept"
    n_iter: int = 8
    floor_db: float = -120.0
    normalisation: Literal["none", "global", "range"] = "range"
    bounds: Bounds = (-1.0, 1.0)

    def __post_init__(self) -> None:
        if self.n_fft < 4 or self.n_fft % 2:
            raise ValueError(f"n_fft must be even and at least 4, not {self.n_fft}")
        if not 0 < self.hop_length <= self.n_fft // 2:
            raise ValueError(f"hop_length must be 1…n_fft/2 = {self.n_fft // 2} for a way back")
        if not 0 <= self.n_padding < self.n_columns:
            raise ValueError(
                f"n_padding must be 0…n_columns − 1 = {self.n_columns - 1}, not {self.n_padding}"
            )
        if self.n_iter < 0:
            raise ValueError(f"n_iter must not be negative, not {self.n_iter}")
        if not -200 <= self.floor_db < 0:
            raise ValueError(f"floor_db must be −200…0, not {self.floor_db:g}")
        if not self.bounds[0] < self.bounds[1]:
            raise ValueError(f"bounds must rise, not {self.bounds[0]:g}…{self.bounds[1]:g}")


class SpectrogramImages(Representation):
    """ln |STFT| scaled to −1…1 and phase / π of a stretch of sound: one frame for a model.

    The form of the BiLSTM report (section 2.2), itself GANSynth's (Engel et al., ICLR 2019,
    section 2.2): 64,000 samples make 247 whole windows, uncentred, padded to 256 columns of 512
    bins. Features of a channel: the magnitudes, then the phases; of each layer bin after bin; of
    each bin column after column.

    Time: n columns with sound span (n − 1) · hop_length + n_fft samples, 4 s in the report's
    form; the first and last n_fft − hop_length of them (48 ms) lie under fewer windows than the
    rest, and the padding stands for no time at all. What becomes of the ends differs:

    joined: images overlap by their ends, one begins every n · hop_length samples (3.952 s), and
        the columns of images in a row are those of one unbroken transform. Their windows
        cross-fade one image into the next: no click, and sound that was cut into images comes
        back exactly. A file of 4 s is one image; images of such files put in a row take 48 ms
        less each than the files do.
    per-image: an image begins where the last one ended (every 4 s) and is inverted without
        knowing the next. At its ends sound is divided by next to no window: errors in the frames
        grow there, it fades in and out within 7 ms, and nothing ties the phases of two images: a
        click or a gap at each border, as the report heard. Five images are 20 s exactly.

    Kept phases bring the sound back exactly but for the first and last 7 ms; found ones keep
    what the promise says.
    """

    Config = SpectrogramImagesConfig
    promise = Promise("log-mel-db", 3.0)

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__(config, sample_rate, n_audio_channels)
        self.normaliser = Normaliser(
            config.normalisation, self.n_bins * config.n_columns, config.bounds
        )

    @property
    def n_bins(self) -> int:
        return int(self.config.n_fft) // 2

    @property
    def n_layers(self) -> int:
        return 2 if self.config.phase == "kept" else 1

    @property
    def n_features(self) -> int:
        """Features of one audio channel."""
        return self.n_layers * self.n_bins * int(self.config.n_columns)

    @property
    def n_filled(self) -> int:
        """Columns of an image that hold sound."""
        return int(self.config.n_columns) - int(self.config.n_padding)

    @property
    def image_samples(self) -> int:
        """Samples that an image spans, ends included."""
        return (self.n_filled - 1) * int(self.config.hop_length) + int(self.config.n_fft)

    @property
    def image_hop(self) -> int:
        """Samples from the beginning of one image to that of the next."""
        if self.config.decode == "per-image":
            return self.image_samples
        return self.n_filled * int(self.config.hop_length)

    @property
    def floor(self) -> float:
        """The size of `floor_db`."""
        return floor_size(self.config.n_fft, self.config.floor_db)

    @property
    def spec(self) -> Spec:
        return Spec(
            self.sample_rate,
            self.n_features * self.n_audio_channels,
            self.image_hop,
            n_audio_channels=self.n_audio_channels,
            n_columns=int(self.config.n_columns),
        )

    @property
    def axis(self) -> Axis:
        both = self.n_layers == 2
        return Axis(panels=("magnitude", "phase") if both else ("magnitude",), label="bin, column")

    @property
    def context_frames(self) -> int:
        """An image's last windows reach into the next one's stretch."""
        return 1

    @property
    def edge_frames(self) -> int:
        """An image that lies within a sound is told nothing of what is beyond it."""
        return 0

    def frames_for(self, n_samples: int) -> int:
        if n_samples <= 0:
            return 0
        shared = self.image_samples - self.image_hop
        return max(1, -(-(n_samples - shared) // self.image_hop))

    def samples_for(self, n_frames: int) -> int:
        if n_frames <= 0:
            return 0
        return (n_frames - 1) * self.image_hop + self.image_samples

    def analyse(self, audio: Mono) -> MonoFrames:
        n_images = self.frames_for(audio.shape[1])
        if n_images == 0:
            return audio.new_zeros(audio.shape[0], self.n_features, 0)
        fitting = F.pad(audio, (0, self.samples_for(n_images) - audio.shape[1]))
        stretches = fitting.unfold(1, self.image_samples, self.image_hop).flatten(0, 1)
        at_once = max(1, BLOCK_COLUMNS // int(self.config.n_columns))
        firsts = range(0, stretches.shape[0], at_once)
        drawn = torch.cat([self._drawn(stretches[first : first + at_once]) for first in firsts])
        return drawn.reshape(audio.shape[0], n_images, -1).transpose(1, 2)

    def synthesise(self, frames: MonoFrames) -> Mono:
        n_rows, n_images = frames.shape[0], frames.shape[2]
        if n_images == 0:
            return frames.new_zeros(n_rows, 0)
        shape = (n_rows, n_images, self.n_layers, self.n_bins, int(self.config.n_columns))
        images = frames.transpose(1, 2).reshape(shape)
        filled = images[..., : self.n_filled]
        if self.config.decode == "per-image":
            return self._sound(filled.flatten(0, 1)).reshape(n_rows, -1)
        return self._sound(filled.permute(0, 2, 3, 1, 4).flatten(3))

    def image(self, frames: Frames) -> Float32[Tensor, "rows images bins columns layers"]:
        """Frames as pictures, [..., 0] the magnitudes and [..., 1] the phases.

        One row for each audio channel of each clip, in that order.
        """
        shape = (-1, self.n_layers, self.n_bins, int(self.config.n_columns), frames.shape[2])
        return frames.reshape(shape).permute(0, 4, 2, 3, 1)

    def _drawn(self, stretches: Stretches) -> Drawn:
        c = self.config
        spectrum = framed_stft(stretches, c.n_fft, c.hop_length, self.n_filled, 0)
        spectrum = spectrum[:, : self.n_bins]
        if self.n_layers == 1:
            return self._level(spectrum.abs()).flatten(1)
        size, angle = polar(spectrum, self.floor)
        phase = F.pad(angle / torch.pi, (0, int(c.n_padding)))
        return torch.stack([self._level(size), phase], dim=1).flatten(1)

    def _level(
        self, size: Float32[Tensor, "images bins filled"]
    ) -> Float32[Tensor, "images bins columns"]:
        silent = log(self.floor)
        return F.pad(
            size.clamp_min(self.floor).log(), (0, int(self.config.n_padding)), value=silent
        )

    def _sound(self, layers: Float32[Tensor, "rows layers bins columns"]) -> Mono:
        """Of columns in a row, from the beginning of the first window to the end of the last."""
        c = self.config
        size = F.pad(sizes_of_logs(layers[:, 0], c.n_fft, self.floor), (0, 0, 0, 1))
        if self.n_layers == 2:
            spectrum: Spectrum = cartesian(size, F.pad(layers[:, 1], (0, 0, 0, 1)) * torch.pi)
            return whole_istft(spectrum, c.n_fft, c.hop_length)
        # Phases are found for centred windows: what is beyond the ends is as at the ends.
        half, n_more = c.n_fft // 2, -(-c.n_fft // (2 * c.hop_length))
        longer = F.pad(size.clamp_min(1e-10), (n_more, n_more), mode="replicate")
        sound = recover(longer, c.n_fft, c.hop_length, "pghi", c.n_iter)
        first = n_more * c.hop_length - half
        return sound[:, first : first + (size.shape[2] - 1) * c.hop_length + c.n_fft]


PRESETS = {
    "bilstm": SpectrogramImagesConfig(),
    "bilstm-per-image": SpectrogramImagesConfig(decode="per-image"),
}
"""The report's images of 256 × 512 × 2, for 16,000 Hz, with its two ways back."""
