"""What a latent flow is built by."""

from dataclasses import dataclass, field, replace
from typing import Literal

from menura.models.contract import OF_RUN, Optimizer, Schedule


@dataclass(frozen=True)
class LatentFlowConfig:
    """Sizes, what is known in training, and how clips are made.

    n_window: frames it looks at together; longer pieces are made window by window.
    n_carried: frames of a window that are known from the one before.
    unknown, prefix: shares of training rows of which nothing is known, or only a beginning; of the
        rest all but a gap.
    known_noise: deviation, at most, of noise on what is known, so that the flow's own music,
        which is never quite like the real, is taken up as well.
    noisiness: above 1, more of what is learnt is near the noise, where it is decided what there
        will be; below 1, more is near the music.
    outset: share of what is learnt that is at the very noise, where all that is made sets off: what
        is wrong there, as how loud it is on the whole, nothing later mends.
    label_dropout: share of rows whose labels are hidden. guidance: how strictly labels are
        followed when nothing is said; known_guidance: how strictly what was given is, by the
        beginning and the first window after it. Later ones know nothing but the flow's own music,
        and would go astray with it.
    matched: whether what is made is stretched to the contrast of the music in every channel, which
        is looked at when training is over (see `_contrast`).
    n_steps, method: of the integration. time_shift: above 1 its steps are finer near the noise,
        below 1 near the music.
    n_beginnings: how many ways to go on from a seed are made, of which the one is kept that sounds
        most like the end of the seed. n_beginning_steps: of their integration; more draws in few
        steps come nearer to the seed than few in many, and sound no worse (docs/log.md).
    n_ways: how often every further window is made, of which the one is kept that moves as much as
        the seed: by itself a flow goes on slower than a fast seed, and faster than a slow one.
    """

    width: int = 256
    depth: int = 8
    head_size: int = 64
    n_window: int = 256
    n_carried: int = 96
    unknown: float = 0.4
    prefix: float = 0.35
    known_noise: float = 0.2
    noisiness: float = 1.5
    outset: float = 0.1
    label_dropout: float = 0.15
    guidance: float = 2.0
    known_guidance: float = 2.0
    matched: bool = field(default=False, metadata=OF_RUN)
    n_steps: int = 25
    method: Literal["euler", "heun"] = "euler"
    time_shift: float = 1.0
    n_beginnings: int = 32
    n_beginning_steps: int = 4
    n_ways: int = 4
    optimizer: Optimizer = field(
        default_factory=lambda: Optimizer("adamw", learning_rate=1e-3, betas=(0.9, 0.99))
    )
    schedule: Schedule = field(default_factory=lambda: Schedule(warmup_steps=100))

    def __post_init__(self) -> None:
        if self.width % self.head_size or self.head_size % 2:
            raise ValueError("width must be a multiple of head_size, and head_size even")
        if not 0 < self.n_carried < self.n_window:
            raise ValueError("n_carried must be above 0 and below n_window")
        if min(self.unknown, self.prefix) < 0 or self.unknown + self.prefix > 1:
            raise ValueError("unknown and prefix are shares; together at most 1")
        for name in ("outset", "label_dropout"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share; it must be 0…1")
        if min(self.known_noise, self.guidance, self.known_guidance) < 0:
            raise ValueError("known_noise, guidance and known_guidance must not be negative")
        for name in ("time_shift", "noisiness"):
            if not 0.1 <= getattr(self, name) <= 10:
                raise ValueError(f"{name} must be 0.1…10, not {getattr(self, name):g}")
        for name in ("n_steps", "n_beginnings", "n_beginning_steps", "n_ways"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")

    def in_windows(self, n_frames: int) -> "LatentFlowConfig":
        """The same that looks at so many frames together at most: pieces are no longer. Up to three
        quarters of one are known when it is gone on with, from its beginning as in training."""
        n_window = min(n_frames, self.n_window)
        n_carried = min(max(1, n_window * 3 // 4), self.n_carried)
        return replace(self, n_window=n_window, n_carried=n_carried)

    def with_windows_of(self, other: "LatentFlowConfig") -> "LatentFlowConfig":
        """The same with the windows of another, and as much of them carried."""
        return replace(self, n_window=other.n_window, n_carried=other.n_carried)
