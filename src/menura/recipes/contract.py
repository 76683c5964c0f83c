"""What a recipe is: which parts, with which settings, trained on which kind of batches."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from menura.foundation.config import with_setting
from menura.foundation.errors import UsageError, unknown_name
from menura.models.contract import Windowed
from menura.recipes._augmentation import AS_RECORDED, Augmentation
from menura.recipes._tuning import Tuning
from menura.systems import Pretrained


@dataclass(frozen=True)
class Part:
    """A part by name, with its Config."""

    name: str
    config: Any


@dataclass(frozen=True)
class RandomCrops:
    """Crops from anywhere in the training tracks, changed as `augmentation` says.

    length_power: a track is taken as often as its length to this power: 1 in proportion to it, 0 as
    often as any other, between them for a corpus of few long recordings and many short ones.
    transpose: latents, which are made once, are made as well of the sound up to so many semitones
    higher and lower, faster and slower with it, as from a tape.
    fit: crops are no longer than the longest track, and neither is what the model looks at together
    (see `Preset.fitted`).
    ends: silence follows latents of a track that is shorter than n_frames. False: it is looped.
    """

    batch_size: int = 16
    n_frames: int = 256
    augmentation: Augmentation = AS_RECORDED
    transpose: int = 0
    length_power: float = 1.0
    fit: bool = False
    ends: bool = False

    def __post_init__(self) -> None:
        _positive(batch_size=self.batch_size, n_frames=self.n_frames)
        _semitones(self.transpose)
        if not 0 <= self.length_power <= 1:
            raise ValueError(f"length_power must be 0…1, not {self.length_power:g}")


@dataclass(frozen=True)
class ContiguousWindows:
    """Every row reads a track from start to end, window after window, so that state can be carried.

    Windows share n_shared frames, as many as a model predicts ahead: the last of one are the first
    of the next. Tracks are cut to pieces of piece_s seconds, shuffled anew each epoch.
    """

    batch_size: int = 32
    n_frames: int = 51
    piece_s: float = 30.0
    n_shared: int = 1

    def __post_init__(self) -> None:
        _positive(batch_size=self.batch_size, n_shared=self.n_shared)
        if self.n_frames <= self.n_shared:
            raise ValueError(
                f"n_frames must be above n_shared ({self.n_shared}), not {self.n_frames}"
            )
        if not self.piece_s > 0:
            raise ValueError(f"piece_s must be above 0, not {self.piece_s}")


@dataclass(frozen=True)
class EventWindows:
    """Windows of events of scores: one every `stride` events, all of them once an epoch.

    transpose: each is heard up to so many semitones higher or lower, drawn anew each epoch.
    """

    batch_size: int = 32
    n_frames: int = 256
    stride: int = 256
    transpose: int = 0

    def __post_init__(self) -> None:
        _positive(batch_size=self.batch_size, stride=self.stride)
        if self.n_frames < 2:
            raise ValueError(f"n_frames must be at least 2, not {self.n_frames}")
        _semitones(self.transpose)


@dataclass(frozen=True)
class SlidingWindows:
    """Windows that slide a frame at a time over what there is, each once an epoch, in any order.

    across_tracks: all tracks are laid end to end, in the order of the corpus, and windows reach
        from one into the next: a corpus of short files, of which each is a frame or a few. False:
        every window lies within a track, as is right for long ones.
    """

    batch_size: int = 32
    n_frames: int = 17
    across_tracks: bool = True

    def __post_init__(self) -> None:
        _positive(batch_size=self.batch_size, n_frames=self.n_frames)


Batching = RandomCrops | ContiguousWindows | EventWindows | SlidingWindows


@dataclass(frozen=True)
class Training:
    """How long and how carefully. Steps are optimiser steps; nothing here depends on the clock
    but checkpoint_s, which has no part in the result, and `fall`, of a run of so many minutes.

    evaluate_every: steps between looks at the held-out data (n_held_out batches of it).
    checkpoint_s: seconds at least between checkpoints, which are made after a look.
    patience: looks without improvement before the rate is multiplied by drop_factor; after
        n_drops of those, training stops.
    fall: share of the minutes or steps a run was asked for, at their end, in which the rate falls
        to nothing, for the first player (critics keep theirs); at a steady rate weights wander
        about what they have found. A run without a limit goes on at its rate, until it gains no
        more.
    keep: which weights become the system: those of the best held-out value, or the last. Where
        there is little music, what is foreseen of other pieces is at its best long before the
        music that is made has any shape.
    clip_norm: gradients longer than this are shortened. clip_value: then none of their values is
        further from 0 than this; 0 leaves them. ema_decay: 0 keeps no average.
    """

    max_steps: int = 1_000_000
    evaluate_every: int = 100
    n_held_out: int = 8
    patience: int = 8
    drop_factor: float = 0.5
    n_drops: int = 3
    fall: float = 0.0
    keep: Literal["best", "last"] = "best"
    clip_norm: float = 1.0
    clip_value: float = 0.0
    ema_decay: float = 0.0
    checkpoint_s: float = 60.0

    def __post_init__(self) -> None:
        _positive(
            max_steps=self.max_steps,
            evaluate_every=self.evaluate_every,
            n_held_out=self.n_held_out,
            patience=self.patience,
            clip_norm=self.clip_norm,
        )
        if not 0 <= self.fall <= 1:
            raise ValueError(f"fall is a share; it must be 0…1, not {self.fall:g}")
        if not 0 <= self.ema_decay < 1 or not 0 < self.drop_factor < 1:
            raise ValueError("ema_decay must be 0…1 and drop_factor between 0 and 1")
        if self.clip_value < 0:
            raise ValueError(f"clip_value must not be negative, not {self.clip_value:g}")


@dataclass(frozen=True)
class Preset:
    """A recipe with every setting chosen.

    representation: None where the model learns the latents of `codec`, which is trained first,
        for codec_share of the minutes (or steps), and becomes a part of the system.
    seconds, temperature: of what its systems make when nothing else is asked for.
    label_kinds: the kinds of label that a model of labels learns; all, where the corpus has none
        of them.
    tuning: what is different when the run starts from another system.
    """

    sample_rate: int
    representation: Part | None
    model: Part
    batching: Batching
    training: Training = field(default_factory=Training)
    n_audio_channels: int = 1
    seconds: float = 8.0
    temperature: float = 1.0
    codec: "Preset | None" = None
    codec_share: float = 0.4
    label_kinds: tuple[str, ...] = ()
    tuning: Tuning = field(default_factory=Tuning)

    def __post_init__(self) -> None:
        if (self.representation is None) != (self.codec is not None):
            raise ValueError("a preset has a representation, or a codec that becomes one")
        if self.codec is not None and self.codec.sample_rate != self.sample_rate:
            raise ValueError("the codec's sample_rate must be the preset's own")
        if not 0 < self.codec_share < 1:
            raise ValueError("codec_share must be between 0 and 1")
        if not 1000 <= self.sample_rate <= 384_000 or self.n_audio_channels not in (1, 2):
            raise ValueError("sample_rate must be 1000…384000 and n_audio_channels 1 or 2")
        if not 0 < self.seconds <= 86_400 or not 0 <= self.temperature <= 100:
            raise ValueError("seconds must be above 0 (a day at most) and temperature 0…100")

    def tuned(self) -> "Preset":
        """The same for a run that starts from another system: looked at as `tuning` says."""
        own = self.tuning
        training = replace(
            self.training,
            evaluate_every=own.evaluate_every or self.training.evaluate_every,
            patience=own.patience or self.training.patience,
            n_drops=own.n_drops or self.training.n_drops,
        )
        codec = None if self.codec is None else self.codec.tuned()
        return replace(self, training=training, codec=codec)

    @property
    def fits(self) -> bool:
        """Whether it is to be fitted to recordings that are short."""
        return isinstance(self.batching, RandomCrops) and self.batching.fit

    def fitted(self, n_frames: int, seconds: float) -> "Preset":
        """The same for recordings of so many frames, or seconds, at most, if `batching.fit` asks
        for it: single notes are learnt from beginning to end and not over again, and made so.

        A step hears about half as many frames as before at least.
        """
        own = self.batching
        if not isinstance(own, RandomCrops) or not own.fit or n_frames >= own.n_frames:
            return self
        config = self.model.config
        if not isinstance(config, Windowed):
            raise UsageError(f"batching.fit: a {self.model.name} has no windows; leave it out")
        n = max(2, n_frames)
        batch_size = max(own.batch_size, own.batch_size * own.n_frames // n // 2)
        batching = replace(own, n_frames=n, batch_size=batch_size, ends=True)
        model = replace(self.model, config=config.in_windows(n))
        seconds = min(self.seconds, seconds)
        return replace(self, model=model, batching=batching, seconds=seconds)

    def with_settings(self, settings: Mapping[str, str]) -> "Preset":
        """A copy with `key=value` settings, e.g. {"model.n_hidden": "512"}.

        Raises UsageError for a key that does not exist or a value that does not fit.
        """
        preset = self
        for key, text in settings.items():
            preset = preset._with(key, text)
        return preset

    def _with(self, key: str, text: str) -> "Preset":
        head, _, rest = key.partition(".")
        if self.codec is not None and key == "sample_rate":
            codec = self.codec._with(key, text)
            return replace(self, sample_rate=codec.sample_rate, codec=codec)
        if self.codec is not None and head == "codec" and rest:
            return self._over(self.codec._with(rest, text), f"{key}={text}")
        if head not in ("representation", "model"):
            return with_setting(self, key, text)
        part: Part | None = getattr(self, head)
        if part is None:
            raise UsageError(f"{key!r}: this recipe learns its codec's latents; see codec.…")
        if not rest:
            raise UsageError(f"{key!r} has parts; set one of them, e.g. {head}.NAME=VALUE")
        changed = replace(part, config=with_setting(part.config, rest, text, f"{head}."))
        return replace(self, **{head: changed})  # type: ignore[arg-type]

    def _over(self, codec: "Preset", what: str) -> "Preset":
        try:
            return replace(self, codec=codec)
        except ValueError as error:  # its own __post_init__ refuses
            raise UsageError(f"{what}: {error}; set sample_rate, which is of both") from None


@dataclass(frozen=True)
class Recipe:
    """A system of the field by name. `presets` has at least "laptop" and "tiny"; "paper" where a
    report states one."""

    report: str
    presets: Mapping[str, Preset]

    def preset(self, name: str) -> Preset:
        if name not in self.presets:
            raise unknown_name("preset", name, list(self.presets))
        return self.presets[name]


@dataclass(frozen=True)
class PretrainedRecipe:
    """A system of the field whose weights others trained: its presets are settings (a Config) of
    one kind of `Pretrained`. It has "laptop" and "tiny"; "paper" where a report states one."""

    report: str
    kind: type[Pretrained]
    presets: Mapping[str, Any]

    def preset(self, name: str) -> Any:
        if name not in self.presets:
            raise unknown_name("preset", name, list(self.presets))
        return self.presets[name]

    def settings(self, preset: str, settings: Mapping[str, str]) -> Any:
        """The preset's Config with `key=value` settings, e.g. {"checkpoint": "facebook/…"}.

        Raises UsageError for a preset or key that does not exist, or a value that does not fit.
        """
        config = self.preset(preset)
        for key, text in settings.items():
            config = with_setting(config, key, text)
        return config


def _semitones(transpose: int) -> None:
    if not 0 <= transpose <= 12:
        raise ValueError(f"transpose must be 0…12 semitones, not {transpose}")


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be above 0, not {value}")
