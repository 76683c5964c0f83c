"""How long a run over a codec will take, said before anything long begins: what steps cost is
measured on noise, since what the stage will hear is not there yet."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from menura.foundation.devices import Compute, choose
from menura.foundation.reporting import Reporter
from menura.foundation.seeds import derive
from menura.models import Batch
from menura.models.contract import Conditioned
from menura.prepared import PreparedCorpus
from menura.recipes import Preset
from menura.systems import BoundSystem, TrainedSystem
from menura.training.assembly import labels_to_learn, new_system
from menura.training.device import ready_for
from menura.training.estimate import Estimate, clock, measure, soonest_end
from menura.training.fit import Limits
from menura.training.latents import will_take_s
from menura.training.order import Order
from menura.training.starting import hears
from menura.training.starting_codec import begun_codec
from menura.training.stepping import Stepper
from menura.training.variants import ends_of, variants_of


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
    limits: tuple[Limits, ...],
    reporter: Reporter,
) -> None:
    """A line on all that is ahead of a run. limits: of what learns a codec's latents; and before
    it of the codec's stage, where there is one."""
    assert preset.codec is not None, "asked for by those who have one"
    labels = labels_to_learn(preset, prepared, order.known, Reporter())
    over = hears(order.known)
    flow = new_system(order.recipe, order.preset, preset, order.seed, labels=labels, hears=over)
    stages = [_ahead(order, flow, preset, folder, limits[-1])]
    if len(limits) > 1:
        codec = begun_codec(order, preset.codec)
        stages.insert(0, _ahead(order, codec, preset.codec, folder, limits[0]))
    compute = choose(order.device, order.precision, gains_from_bfloat16=False)
    flow.representation.to(compute.device)
    assert isinstance(flow, TrainedSystem), "codecs are of sound"
    rate = flow.model.spec.frame_rate_hz
    assert rate is not None, "sound has a frame rate"
    least_s = preset.batching.n_frames / rate if ends_of(preset.batching) else 0.0
    music_s = sum(max(t.duration_s, least_s) for t in prepared.tracks if t.split != "test")
    n_variants = len(variants_of(preset.batching))
    encoding = will_take_s(flow.representation, music_s, n_variants) / 60
    looking, last = 0.0, ""
    if flow.model.calibrates:
        n_steps = round(flow.model.calibration_steps(preset.batching.batch_size))
        looking = stages[-1].estimate.seconds(n_steps) / 60
        last = f", of which {roughly(60 * looking)} at the end are a look at what it makes"
    reporter.say(in_words(stages, limits, encoding, looking) + last)


def in_words(
    stages: list[Ahead], limits: tuple[Limits, ...], encoding_min: float, looking_min: float = 0.0
) -> str:
    """encoding_min: minutes that it takes to say all recordings in the codec's numbers.
    looking_min: that it takes to look at what is made, when all is learnt."""
    times = [stage.minutes(limit) for stage, limit in zip(stages, limits, strict=True)]
    total = roughly(60 * (sum(times) + encoding_min + looking_min))
    encoding = roughly(60 * encoding_min)
    if len(stages) == 1:
        return _of_one(limits[0], roughly(60 * times[0]), encoding, total)
    a, b = (clock(60 * value) for value in times)
    if limits[0] == Limits():
        return (
            "two stages, each until the held-out value stops falling: at the soonest after "
            f"{a} the codec and {b} the music in its numbers; {total} in all with what lies "
            "between (--minutes limits both together)"
        )
    line = f"two stages: {a} for the codec, {encoding} to say the recordings in its numbers, "
    if limits[1] == Limits():
        return (
            f"{line}and the music in them until the held-out value stops falling, at the soonest "
            f"after {b}; {total} in all then (--minutes limits both together)"
        )
    return f"{line}{b} for the music in them; about {total} in all"


def _of_one(limits: Limits, training: str, encoding: str, total: str) -> str:
    """Where the codec is there, and stays as it is."""
    line = f"ahead: {encoding} to encode the recordings"
    if limits.minutes is not None:
        return f"{line}, {limits.minutes:g} min of training; about {total} in all"
    if limits.steps is not None:
        return f"{line}, {training} for {limits.steps} steps of training; about {total} in all"
    return (
        f"{line}, then training until the held-out value stops falling, at the soonest after "
        f"{training}; {total} in all then (--minutes or --steps limit the training)"
    )


def roughly(seconds: float) -> str:
    """In tens of seconds: what is tried on noise is no nearer, and is measured again, on the
    recordings, when it begins."""
    return clock(10 * round(seconds / 10)) if seconds >= 5 else "a few seconds"


def _ahead(
    order: Order, system: BoundSystem, preset: Preset, folder: Path, limits: Limits
) -> Ahead:
    estimate = _estimate(order, system, preset, folder, limits)
    return Ahead(estimate, soonest_end(preset.training))


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
