"""How weights that were learnt before are trained on: all of them, or by adapters."""

from dataclasses import dataclass

from menura.foundation.reporting import Reporter
from menura.models import Model
from menura.recipes import Tuning


@dataclass(frozen=True)
class Origin:
    """rate: share of the learning rate. adapter_rank: 0 trains all weights."""

    rate: float = 1.0
    adapter_rank: int = 0


def origin_for(tuning: Tuning, model: Model, minutes: float) -> Origin:
    """By how many minutes of music there are to train on."""
    is_little = minutes < tuning.adapter_minutes
    if tuning.adapter_rank and is_little and model.adaptable():
        return Origin(tuning.adapter_rate, tuning.adapter_rank)
    return Origin(tuning.rate)


def say_origin(
    origin: Origin, tuning: Tuning, model: Model, minutes: float, reporter: Reporter
) -> None:
    """What is trained, and why; nothing where the model leaves no choice."""
    if not (tuning.adapter_rank and model.adaptable()):
        return
    if origin.adapter_rank:
        reporter.say(
            f"{minutes:.1f} min of training music, below {tuning.adapter_minutes:g}: adapters of "
            f"rank {origin.adapter_rank} are trained, and what the system knows is kept "
            "(tuning.adapter_rank=0 trains all of it)"
        )
    else:
        reporter.say(f"{minutes:.1f} min of training music: all weights are trained on")
