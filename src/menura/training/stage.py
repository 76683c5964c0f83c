"""One stage of a run: a preset learnt from a corpus into a folder. A run has one, or a codec's
first."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from menura.foundation.atomic import write_json
from menura.foundation.devices import Compute, choose
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.models.contract import Codes
from menura.prepared import PreparedCorpus
from menura.recipes import Preset
from menura.systems import BoundSystem, TrainedSystem, coded
from menura.training import carrying, checkpoint
from menura.training.assembly import (
    describe,
    flat,
    labels_to_learn,
    learning_data,
    new_system,
)
from menura.training.estimate import soonest_end
from menura.training.fit import Data, Fit, Limits
from menura.training.order import Order, Start
from menura.training.origin import origin_for, say_origin
from menura.training.rows import Tracks
from menura.training.starting import hears, start_from, told
from menura.training.starting_codec import start_codec_from
from menura.training.statistics import check_round_trip, learn_statistics
from menura.training.trained_on import note_corpus

METRICS = carrying.METRICS
N_FIRST_BATCHES = 8  # that a model sees before its first step


@dataclass(frozen=True)
class StageResult:
    """How a stage went; metrics.json holds the same. held_out: the best value, or None;
    held_out_before: before the first step, where another system was started from. round_trip_db:
    what held-out music loses on its way through a codec, where the system learnt over one."""

    steps: int
    best_step: int
    minutes: float
    held_out: float | None
    stopped: str
    device: str
    precision: str
    held_out_before: float | None = None
    round_trip_db: float | None = None


def run_stage(
    order: Order,
    preset: Preset,
    prepared: PreparedCorpus,
    folder: Path,
    limits: Limits,
    reporter: Reporter,
    codec: TrainedSystem | None = None,
) -> StageResult:
    """Train, going on from the folder's checkpoint if it has one.

    codec: trained before, to learn over; it takes the place of the one that another system brings.

    Raises MenuraError when that checkpoint is of a run that was asked for something else.
    """
    again = checkpoint.exists(folder)
    start = order.start
    labels = labels_to_learn(preset, prepared, order.known, reporter)
    over = None if preset.codec is None else hears(order.known)
    system = new_system(order.recipe, order.preset, preset, order.seed, codec, labels, over)
    if start is not None:
        _start(system, start, codec)
    compute = _compute(order, folder, again, system)
    settings = {**flat(preset), "precision": compute.precision}
    # Data first: settings may follow from them (see `training/fitting.py`).
    plan = {**order.plan(), "data": prepared.fingerprint, **settings}
    if again:
        _check_plan(folder, plan)
        checkpoint.restore_representation(folder, system)
    system.representation.to(compute.device)  # which may have all recordings to encode
    data = learning_data(system, prepared, preset, order.seed, folder, reporter)
    minutes = sum(t.sounding_s for t in prepared.tracks if t.split == "train") / 60
    origin = None if start is None else origin_for(preset.tuning, system.model, minutes)
    nearest = "" if again else _ready(system, data, compute, start)
    fit = Fit(
        system,
        data,
        preset.training,
        compute,
        folder,
        plan,
        lambda progress: describe(system, prepared, order.seed, progress, start),
        reporter,
        origin,
    )
    if again:
        fit.resume()
        reporter.say(f"going on from step {fit.progress.step}")
    else:
        if start is not None and not isinstance(system.model, Codes):  # the next stage says it
            for line in filter(None, (*told(start.description, preset, labels), nearest)):
                reporter.say(line)
        if origin is not None:
            say_origin(origin, preset.tuning, system.model, minutes, reporter)
        _begin(fit, limits, reporter)
    note_corpus(folder, prepared)
    return _result(fit, compute, fit.run(limits), folder)


def _start(system: BoundSystem, start: Start, codec: TrainedSystem | None) -> None:
    """Weights of another system: of its codec alone, where that is what is trained on."""
    if isinstance(system.model, Codes) and hears(start.description) is not None:
        start_codec_from(system, start)
        return
    start_from(system, start)
    if codec is not None and isinstance(system.representation, coded.Coded):
        system.representation.take(codec.representation, codec.model)


def _ready(system: BoundSystem, data: Data, compute: Compute, start: Start | None) -> str:
    """What is learnt before the first step, and said of it. Weights that are not fresh were learnt
    with their own statistics, which they keep."""
    system.model.to(compute.device)
    batches = (data.train.batch(number) for number in range(N_FIRST_BATCHES))
    if start is not None:
        return system.model.set_off_near(batches, start.description.labels)
    learn_statistics(data.train.tracks)
    system.model.begin(batches)
    return ""


def _begin(fit: Fit, limits: Limits, reporter: Reporter) -> None:
    """Before the first step: the round trip, what it will cost, a checkpoint."""
    tracks, settings = fit.data.train.tracks, fit.settings
    check_round_trip(tracks, reporter)
    soonest = None if fit.data.held_out is None else soonest_end(settings)
    line = fit.estimate(limits.steps).line(
        limits.steps, limits.minutes, fit.data.train.steps_per_epoch, soonest
    )
    reporter.say(line)
    fit.save_checkpoint()


def _compute(order: Order, folder: Path, again: bool, system: BoundSystem) -> Compute:
    """Device and precision; a resumed run keeps the precision that was found by measuring."""
    precision = order.precision
    if again and precision == "auto":
        precision = str(checkpoint.read_plan(folder).get("precision", "auto"))
    gains = system.model.gains_from_bfloat16
    return choose(order.device, precision, gains_from_bfloat16=gains)


def _check_plan(folder: Path, plan: dict[str, Any]) -> None:
    """A run goes on only as what it was begun as; of settings that there were not yet it says
    nothing."""
    before = checkpoint.read_plan(folder)
    for what, value in plan.items():
        if what in before and before[what] != value:
            raise MenuraError(
                f"--resume {printable(str(folder))}: this run was begun with {what} = "
                f"{before[what]}, not {value}; ask for the same, or give another --out"
            )


def _result(fit: Fit, compute: Compute, reason: str, folder: Path) -> StageResult:
    progress = fit.progress
    result = StageResult(
        progress.step,
        progress.best_step,
        progress.seconds / 60,
        progress.best,
        reason,
        compute.device,
        compute.precision,
        progress.first,
        _round_trip_db(fit),
    )
    write_json(folder / METRICS, asdict(result))
    return result


def _round_trip_db(fit: Fit) -> float | None:
    """What a later run that starts from this system compares its own music with."""
    held_out = fit.data.held_out
    if held_out is None or not isinstance(held_out.tracks, Tracks):
        return None
    is_coded = isinstance(held_out.tracks.representation, coded.Coded)
    return carrying.carried_db(held_out.tracks) if is_coded else None
