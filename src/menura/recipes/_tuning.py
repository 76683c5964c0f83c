"""How a run that starts from another system (--init) differs from one with fresh weights."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Tuning:
    """What was learnt from much music is to be kept while a little is added.

    rate: share of the learning rate. evaluate_every, patience, n_drops: in place of those of
        `Training`, where they are not 0: a system that knows music already is at its best on a
        small folder after few steps.
    adapter_rank: of the low-rank adapters (Hu et al. 2021, section 4.1) that are trained in place
        of the weights where there are fewer than adapter_minutes of training music, if the model
        has them; 0: all weights are always trained. adapter_rate: their share of the learning rate.
    codec: whether the codec that a system brings is trained on first: where this music comes back
        poorly from it (auto), always (tune) or never (keep). codec_share: of the minutes (or
        steps), for that; codec_steps: in place of it, where the run has no limit.
    """

    rate: float = 1.0
    evaluate_every: int = 0
    patience: int = 0
    n_drops: int = 0
    adapter_rank: int = 0
    adapter_minutes: float = 0.0
    adapter_rate: float = 1.0
    codec: Literal["auto", "keep", "tune"] = "auto"
    codec_share: float = 0.3
    codec_steps: int = 600

    def __post_init__(self) -> None:
        for name in ("rate", "adapter_rate"):
            if not 0 < getattr(self, name) <= 1000:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name):g}")
        for name in ("evaluate_every", "patience", "n_drops", "adapter_rank", "adapter_minutes"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, not {getattr(self, name)}")
        if self.codec_steps < 1:
            raise ValueError(f"codec_steps must be at least 1, not {self.codec_steps}")
        if not 0 < self.codec_share < 1:
            raise ValueError(f"codec_share must be between 0 and 1, not {self.codec_share:g}")
