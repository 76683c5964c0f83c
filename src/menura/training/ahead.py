"""How long a run of two stages will take, said before the first: what the second costs is measured
on noise, since what it will hear is not there yet."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from menura.foundation.reporting import Reporter
from menura.foundation.seeds import derive
from menura.models import Batch
from menura.models.contract import Conditioned
from menura.prepared import PreparedCorpus
from menura.recipes import Preset
from menura.systems import BoundSystem, TrainedSystem
from menura.training.assembly import labels_to_learn, new_system
from menura.training.device import Compute, choose, ready_for
from menura.training.estimate import Estimate, clock, measure, soonest_end
from menura.training.fit import Limits
from menura.training.latents import will_take_s
from menura.training.order import Order
from menura.training.stepping import Stepper


@dataclass(frozen=True)
class Ahead:
    """Of a stage: what its steps cost, and at which step it can end by itself, at the soonest."""

    estimate: Estimate
    soonest: int

    def minutes(self, limits: Limits) -> float:
        """What the limits give it; without any, the least that it takes."""
        if limits.minutes is not None:
            return limits.minutes
        return self.estimate.seconds(limits.steps or self.soonest) / 60


def say_ahead(
    order: Order,
    preset: Preset,
    prepared: PreparedCorpus,
    folder: Path,
    limits: tuple[Limits, Limits],
    reporter: Reporter,
) -> None:
    """A line on both stages of `preset`. limits: of the codec and of what learns its latents."""
    assert preset.codec is not None, "asked for by those who have one"
    quiet = Reporter()
    labels = labels_to_learn(preset, prepared, order.known, quiet)
    flow = new_system(order.recipe, order.preset, preset, order.seed, labels=labels)
    codec = new_system(order.recipe, order.preset, preset.codec, order.seed)
    stages = [
        Ahead(_estimate(order, system, own, folder, limit), soonest_end(own.training))
        for system, own, limit in zip((codec, flow), (preset.codec, preset), limits, strict=True)
    ]
    compute = choose(order.device, order.precision, gains_from_bfloat16=False)
    flow.representation.to(compute.device)
    assert isinstance(flow, TrainedSystem), "codecs are of sound"
    between = will_take_s(flow.representation, prepared.duration_s()) / 60
    reporter.say(in_words(stages, limits, between))


def in_words(stages: list[Ahead], limits: tuple[Limits, Limits], between_min: float) -> str:
    """between_min: minutes that it takes to say all recordings in the codec's numbers."""
    times = [stage.minutes(limit) for stage, limit in zip(stages, limits, strict=True)]
    a, b, between = (clock(60 * value) for value in (*times, between_min))
    total = clock(60 * (sum(times) + between_min))
    if limits[0].steps is None and limits[0].minutes is None:
        return (
            "two stages, each until the held-out value stops falling: at the soonest after "
            f"{a} the codec and {b} the music in its numbers; {total} in all with what lies "
            "between (--minutes limits both together)"
        )
    return (
        f"two stages: {a} for the codec, {between} to say the recordings in its numbers, {b} for "
        f"the music in them; about {total} in all"
    )


def _estimate(
    order: Order, system: BoundSystem, preset: Preset, folder: Path, limits: Limits
) -> Estimate:
    compute: Compute = choose(
        order.device, order.precision, gains_from_bfloat16=system.model.gains_from_bfloat16
    )
    stepper = Stepper(system.model, preset.training, compute, order.seed)
    spec, batching = system.model.spec, preset.batching
    generator = torch.Generator().manual_seed(derive(order.seed, "ahead"))
    noise = torch.randn(
        batching.batch_size, spec.n_channels, batching.n_frames, generator=generator
    )
    device, labels = stepper.fabric.device, None
    if isinstance(system.model, Conditioned) and spec.labels:
        shape = batching.batch_size, len(spec.labels)
        labels = torch.zeros(shape, dtype=torch.bool, device=device)
    batch = Batch(noise.to(device), labels=labels)

    def step(number: int) -> None:
        stepper.step(batch, number, rate=0.0)

    with ready_for(system.model):
        return measure(system.model, step, folder, limits.steps or float("inf"))


def stage_limits(share: float, limits: Limits) -> tuple[Limits, Limits]:
    """Of the codec, which gets a share, and of what learns its latents."""
    own = Limits(
        None if limits.steps is None else max(1, round(share * limits.steps)),
        None if limits.minutes is None else share * limits.minutes,
    )
    left = None if limits.minutes is None else (1 - share) * limits.minutes
    return own, replace(limits, minutes=left)
