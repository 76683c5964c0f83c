"""evaluate: how near sound comes to other sound, with what each figure rests on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from menura.audio import Clip
from menura.evaluation import metrics as room
from menura.evaluation.collecting import read_candidates, read_reference, sound_files, tape_for
from menura.evaluation.floors import (
    Coder,
    Division,
    divisions,
    floor_over,
    is_chance,
    is_labelled,
    round_trip,
)
from menura.evaluation.metrics import Measurement, Metric
from menura.evaluation.pairing import not_reconstructions, paired_by_chance
from menura.foundation.atomic import write_json
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter, WarnsOnce
from menura.workflows.load import load_of_sound
from menura.workflows.outputs import output_file

NO_FLOOR = "changes nothing: it takes two reference files or more, and a metric of whole sets"
NO_NAMES = "no candidate has the file name of a reference"
BY_CHANCE = "both sides are in folders by label, where files of one name need not be pairs"
AS_LONG = "candidates as long as the references of their names are reconstructions of these"


@dataclass(frozen=True)
class Figure:
    """What one metric says of the candidates, and what real music scores beside it.

    floor: real music measured against real music: half of the reference's files, cut to pieces
        as many and as long as the candidates, against the other half; the median of five
        divisions. None where that tells nothing.
    floor_is_chance: half of the reference is fewer than eight files; another half would say
        another thing.
    round_trip: the same pieces, first sent through a system's representation (its codec) and
        back: what its model could reach at best. None where no system was named, or no floor is.
    means: what the figure says, in plain words.
    """

    metric: str
    unit: str
    ideal: float
    higher_is_better: bool
    measured: Measurement
    floor: Measurement | None
    round_trip: Measurement | None = None
    means: str = ""
    floor_is_chance: bool = False


@dataclass(frozen=True)
class Heard:
    """One side of an evaluation: how many files, and their seconds together."""

    path: str
    n_files: int
    seconds: float


@dataclass(frozen=True)
class Evaluation:
    """Figures by metric. not_measured: metric → why it was left out: it cannot be measured, or was
    not asked for and would say nothing of such pairs. seed: of the floors."""

    candidates: Heard
    reference: Heard
    figures: tuple[Figure, ...]
    not_measured: Mapping[str, str]
    seed: int


def evaluate(
    candidates: Path | str,
    reference: Path | str,
    *,
    metrics: Sequence[str] = (),
    through: Path | str | None = None,
    json_file: Path | str | None = None,
    seed: int = 0,
    reporter: Reporter | None = None,
) -> Evaluation:
    """Measure the sound in `candidates` against that in `reference` (files or folders).

    metrics: names; none takes all that suit the two sets. through: a run whose representation
    real music is sent through, for a floor of its own (Figure.round_trip).
    json_file: where to write the result, a name that ends in .json.
    seed: of the division of the reference into halves, for the real-to-real floor.
    Sound is brought to mono at the rate each metric states.

    Raises UsageError for unknown metrics, and MenuraError for a candidate that cannot be judged
    (missing, unreadable, below one second), or when a metric that was asked for does not suit.
    """
    candidates, reference = Path(candidates), Path(reference)
    reporter = WarnsOnce(reporter or Reporter())  # files are read again for each rate
    if json_file is not None:
        json_file = output_file(json_file, ["json"], [candidates, reference], option="--json")
    chosen = {name: room.load(name) for name in dict.fromkeys(metrics or room.room.names())}
    reasons = {name: why for name, metric in chosen.items() if (why := metric.unavailable())}
    _refuse_unmeasured(metrics, reasons)
    made, real = _both(candidates, reference, reporter)
    reasons |= {} if metrics else _no_pairs(chosen, made, real)
    system = None if through is None else load_of_sound(through)
    figures: dict[str, Figure] = {}
    heard: dict[int, tuple[Heard, Heard]] = {}
    there = {name: metric for name, metric in chosen.items() if name not in reasons}
    for rate in sorted({metric.sample_rate for metric in there.values()}):
        of_rate = {name: m for name, m in there.items() if m.sample_rate == rate}
        wanted = _needed(of_rate.values(), made, real)
        if not wanted:
            reasons |= dict.fromkeys(of_rate, NO_NAMES)
            continue
        with tape_for(rate) as tape:
            real_clips = read_reference(wanted, tape, reporter)
            made_clips = read_candidates(made, tape, reporter)
            heard[rate] = _heard(candidates, made_clips), _heard(reference, real_clips)
            coder = None if system is None else Coder(system, tape)
            reasons |= {} if metrics else _no_seeds(of_rate, real_clips, made_clips)
            left = {name: m for name, m in of_rate.items() if name not in reasons}
            found, why_not = _measured(left, real_clips, made_clips, seed, coder, reporter)
            figures |= found
            reasons |= why_not
    _refuse_unmeasured(metrics, reasons)
    if system and not any(figure.round_trip for figure in figures.values()):
        reporter.warn(f"--through {printable(str(through))}: {NO_FLOOR}")
    _say_too_few(figures, reporter)
    in_order = tuple(figures[name] for name in chosen if name in figures)
    result = Evaluation(*heard[min(heard)], in_order, reasons, seed)
    if json_file is not None:
        write_json(json_file, asdict(result))
        reporter.say(f"wrote {printable(str(json_file))}")
    return result


def _needed(
    metrics: Iterable[Metric], made: Mapping[str, Path], real: Mapping[str, Path]
) -> dict[str, Path]:
    """The files of the reference that these metrics hear: pairs need no others."""
    if all(metric.paired for metric in metrics):
        return {name: file for name, file in real.items() if name in made}
    return dict(real)


def _both(
    candidates: Path, reference: Path, reporter: Reporter
) -> tuple[dict[str, Path], dict[str, Path]]:
    """The files of either side, by name."""
    made, real = sound_files(candidates, reporter), sound_files(reference, reporter)
    if len(made) == len(real) == 1 and candidates.is_file() and reference.is_file():
        real = dict(zip(made, real.values(), strict=True))  # two files are a pair, whatever names
    return made, real


def _no_pairs(
    metrics: Mapping[str, Metric], made: Iterable[str], real: Iterable[str]
) -> dict[str, str]:
    """Why those of pairs are left out, unless they are asked for, where names make no pairs."""
    if not paired_by_chance(real, made):
        return {}
    return {
        name: f"{BY_CHANCE}; if they are, ask for it: --metrics {name}"
        for name, metric in metrics.items()
        if metric.paired
    }


def _no_seeds(
    metrics: Mapping[str, Metric], reference: Mapping[str, Clip], candidate: Mapping[str, Clip]
) -> dict[str, str]:
    """The same of those that compare with a seed, where nothing goes on from one."""
    if not_reconstructions(reference, candidate) is not None:
        return {}
    return {
        name: f"{AS_LONG}; if they go on from them, ask for it: --metrics {name}"
        for name, metric in metrics.items()
        if metric.against == "seed"
    }


def _heard(path: Path, clips: Mapping[str, Clip]) -> Heard:
    return Heard(str(path), len(clips), sum(clip.duration_s for clip in clips.values()))


def _measured(
    metrics: Mapping[str, Metric],
    reference: Mapping[str, Clip],
    candidate: Mapping[str, Clip],
    seed: int,
    coder: Coder | None,
    reporter: Reporter,
) -> tuple[dict[str, Figure], dict[str, str]]:
    """Figures by metric, and why the others do not suit."""
    figures: dict[str, Figure] = {}
    reasons: dict[str, str] = {}
    divided = {
        labelled: divisions(reference, candidate, seed, labelled=labelled)
        for labelled in {is_labelled(metric) for metric in metrics.values() if metric.has_floor}
    }
    for number, (name, metric) in enumerate(metrics.items()):
        reporter.progress(number, len(metrics), f"measuring {name}")
        reason = metric.unsuited(reference, candidate)
        if reason is None:
            try:
                floors = divided.get(is_labelled(metric), ())
                figures[name] = _figure(name, metric, reference, candidate, floors, coder)
            except MenuraError as error:
                reason = str(error)
            except Exception as error:  # one metric's fault must not cost the others
                reason = f"{type(error).__name__}: {error}"
        if reason is not None:
            reasons[name] = reason
    return figures, reasons


def _figure(
    name: str,
    metric: Metric,
    reference: Mapping[str, Clip],
    candidate: Mapping[str, Clip],
    divided: Sequence[Division],
    coder: Coder | None,
) -> Figure:
    measured = metric.score(reference, candidate)
    floor = floor_over(metric, divided) if metric.has_floor else None
    return Figure(
        name,
        metric.unit,
        metric.ideal,
        metric.higher_is_better,
        measured,
        floor.measured if floor else None,
        round_trip(metric, floor, coder) if floor and coder else None,
        metric.means or room.room.summary(name),
        floor_is_chance=floor is not None and is_chance(len(reference)),
    )


def _say_too_few(figures: Mapping[str, Figure], reporter: Reporter) -> None:
    few = {name: figure for name, figure in figures.items() if figure.measured.too_few}
    if few:
        sure = any(figure.floor and not figure.floor_is_chance for figure in few.values())
        beside = "read it beside what real music scores, or " if sure else ""
        reporter.warn(
            f"too little sound for {', '.join(few)} to mean much by itself: {beside}give more or "
            "longer clips"
        )


def _refuse_unmeasured(asked: Sequence[str], reasons: Mapping[str, str]) -> None:
    for name in asked:
        if name in reasons:
            raise MenuraError(f"{name}: {reasons[name]}")
