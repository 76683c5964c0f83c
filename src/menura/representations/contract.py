"""What every representation promises: sound to frames and back, with statistics it learns once."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from jaxtyping import Float32
from torch import Tensor, nn

from menura.audio import Axis, conform, read
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.representations._normaliser import Normaliser

Audio = Float32[Tensor, "batch channels time"]
Frames = Float32[Tensor, "batch features frames"]
Mono = Float32[Tensor, "rows time"]
MonoFrames = Float32[Tensor, "rows features frames"]


@dataclass(frozen=True)
class Spec:
    """All that a model must know of its data. Sizes are stated here once and read from here.

    n_channels: features per frame (of all audio channels together).
    hop_length: samples between frames; None for events, which have no frame rate.
    n_classes: size of the alphabet for discrete frames; None for real values.
    labels: the names a conditioned model may be asked for, in the order of their numbers.
    n_columns: where a frame is an image, its columns, the last axis of its features; else 1.
    """

    sample_rate: int
    n_channels: int
    hop_length: int | None
    n_classes: int | None = None
    labels: tuple[str, ...] = ()
    n_audio_channels: int = 1
    n_columns: int = 1

    @property
    def frame_rate_hz(self) -> float | None:
        return None if self.hop_length is None else self.sample_rate / self.hop_length


@dataclass(frozen=True)
class Promise:
    """How faithful `decode(encode(x))` is: a named measure and its bound.

    snr-db: signal-to-noise ratio, at least `bound` (invertible representations).
    log-mel-db: mean absolute log-mel difference in dB, at most `bound` (lossy ones).
    note-f1: F1 of notes that return in pitch and, within 50 ms, in onset, at least `bound`.
    """

    measure: Literal["snr-db", "log-mel-db", "note-f1"]
    bound: float

    def is_kept_by(self, value: float) -> bool:
        """Whether a value of the measure is within the bound."""
        return value <= self.bound if self.measure == "log-mel-db" else value >= self.bound


class Representation(nn.Module, ABC):
    """Sound as frames a model can learn. Statistics are buffers: saved, loaded, moved with it.

    Subclasses say how one channel becomes raw frames and back (`analyse`, `synthesise`);
    normalising and the folding of audio channels into features is done here, once.
    """

    Config: ClassVar[type]
    promise: ClassVar[Promise]

    def __init__(self, config: Any, sample_rate: int, n_audio_channels: int = 1):
        super().__init__()
        if sample_rate <= 0 or n_audio_channels <= 0:
            raise UsageError(f"a rate of {sample_rate} Hz, {n_audio_channels} channels: impossible")
        self.config = config
        self.sample_rate = sample_rate
        self.n_audio_channels = n_audio_channels
        self.normaliser = Normaliser("none", 1)

    @property
    def device(self) -> torch.device:
        return self.normaliser.shift.device

    @property
    @abstractmethod
    def spec(self) -> Spec:
        """What a model must know of the frames (without labels)."""

    @property
    @abstractmethod
    def context_frames(self) -> int:
        """Frames on either side of a frame that its samples reach into."""

    @property
    def edge_frames(self) -> int:
        """Frames at an end that say more of what was thought to be beyond it than a model should
        be told. All that reach beyond it, unless most of them hardly do."""
        return self.context_frames

    @property
    def turn_frames(self) -> int:
        """Frames after which the phases of a steady sound are where they were. Decoded from a
        multiple of it on, a piece sounds as it does within the whole; from elsewhere, out of
        phase with it."""
        return 1

    def importance(self) -> Float32[Tensor, " features"] | None:
        """How much each feature of normalised frames counts in what is heard, 1 in the mean; None
        where all count alike."""
        return None

    @property
    def template(self) -> str:
        """A sound file whose own scaling is used on the way back; none when empty."""
        return ""

    @property
    def axis(self) -> Axis:
        """What the features of one audio channel stand for: how pictures show them."""
        return Axis()

    @abstractmethod
    def frames_for(self, n_samples: int) -> int:
        """How many frames `n_samples` samples make."""

    @abstractmethod
    def samples_for(self, n_frames: int) -> int:
        """How many samples `n_frames` frames make."""

    @abstractmethod
    def analyse(self, audio: Mono) -> MonoFrames:
        """Raw frames of single channels, before normalising."""

    @abstractmethod
    def synthesise(self, frames: MonoFrames) -> Mono:
        """Single channels from raw frames."""

    def encode(self, audio: Audio) -> Frames:
        """Normalised frames. A clip's frames do not depend on its neighbours in the batch."""
        if audio.shape[1] != self.n_audio_channels:
            raise UsageError(
                f"this representation takes {self.n_audio_channels} channels, not {audio.shape[1]}"
            )
        raw = self.analyse(audio.flatten(0, 1))
        return self._fold(self.normaliser(raw), audio.shape[0])

    def decode(self, frames: Frames) -> Audio:
        """Sound of normalised frames: `samples_for(n_frames)` samples."""
        rows = frames.reshape(frames.shape[0] * self.n_audio_channels, -1, frames.shape[2])
        audio = self.synthesise(self.normaliser.invert(rows))
        return audio.reshape(frames.shape[0], self.n_audio_channels, -1)

    def cut(self, frames: Frames, start: int, stop: int) -> Float32[Tensor, "batch features piece"]:
        """Frames start…stop, to be decoded by themselves.

        What they take from the frames before them (a phase that runs on) is put into the first.
        """
        return frames[:, :, start:stop]

    def fit(self, clips: Iterable[Float32[Tensor, "channels _"]]) -> None:
        """Learn the statistics from pieces of training sound, one at a time (bounded memory).

        The template, if there is one, is read here and never again: its scaling is saved.
        Raises MenuraError if the frames have no finite statistics, or the template no sound.
        """
        with torch.no_grad():
            self.normaliser.fit(
                self.analyse(clip.to(self.device)) for clip in clips if clip.shape[1] > 0
            )
            if self.template:
                self.normaliser.fit_back([self.analyse(self._template_sound())])

    def _template_sound(self) -> Mono:
        sound = conform(read(Path(self.template)), self.sample_rate, self.n_audio_channels)
        if not sound.samples.any():
            raise MenuraError(
                f"{printable(self.template)}: this template is silent; name a clip with sound"
            )
        return torch.from_numpy(sound.samples).to(self.device)

    def _fold(self, rows: MonoFrames, n_clips: int) -> Float32[Tensor, "batch folded frames"]:
        return rows.reshape(n_clips, -1, rows.shape[2])
